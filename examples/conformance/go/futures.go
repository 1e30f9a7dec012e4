package main

// Futures as arguments.

import (
	"fmt"

	"wflow"
)

var increment = wflow.Task("increment", func(number int) (int, error) {
	return number + 1, nil
}, wflow.Params("number"))

var total = wflow.Task("total", func(numbers []int) (int, error) {
	sum := 0
	for _, number := range numbers {
		sum += number
	}
	return sum, nil
}, wflow.Params("numbers"))

var _ = wflow.Flow0("future_as_argument", func() (int, error) {
	return increment.Submit(increment.Submit(1)).Result()
})

var _ = wflow.Flow0("list_of_futures", func() (int, error) {
	return total.Submit(increment.Map([]int{0, 1, 2, 3})).Result()
})

var _ = wflow.Flow("chain", func(length int) (int, error) {
	run := increment.Submit(0)
	for range length - 1 {
		run = increment.Submit(run)
	}
	return run.Result()
}, wflow.Params("length"))

var nestedSum = wflow.Task("nested_sum", func(depth int) (int, error) {
	if depth == 0 {
		return 1, nil
	}
	// Go does not let a variable name itself where it is initialised.
	itself := wflow.TaskNamed[int]("nested_sum")
	return total.Submit(itself.Map([]int{depth - 1, depth - 1})).Result()
}, wflow.Params("depth"))

var _ = wflow.Flow("nested", func(depth int) (int, error) {
	return nestedSum.Call(depth)
}, wflow.Params("depth"))

var _ = wflow.Flow0("waits_for_another", func() (int, error) {
	first := doze.Submit(100)
	return increment.With(wflow.WaitFor(first)).Submit(1).Result()
})

var told = wflow.Task("told", func(run wflow.Outcome[int]) (string, error) {
	value, err := run.Result()
	if err != nil {
		return fmt.Sprintf("%s: %v", wflow.KindOf(err), err), nil
	}
	return fmt.Sprintf("completed with %d", value), nil
}, wflow.Params("run"))

var _ = wflow.Flow("allowed", func(fails bool) (string, error) {
	run := increment.Submit(1)
	if fails {
		run = fail.Submit()
	}
	return told.Submit(wflow.AllowFailure(run)).Result()
}, wflow.Params("fails"))

var _ = wflow.Flow0("upstream", func() (wflow.Kind, error) {
	return kindOf(increment.Submit(fail.Submit())), nil
})
