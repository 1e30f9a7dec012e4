package main

// Many runs, and flows in flows.

import (
	"time"

	"wflow"
)

var add = wflow.Task2("add", func(a, b int) (int, error) {
	return a + b, nil
}, wflow.Params("a", "b"))

var _ = wflow.Flow0("mapped", func() ([]int, error) {
	return add.Map([]int{1, 2, 3}, 10).Results()
})

var _ = wflow.Flow0("mapped_futures", func() ([]int, error) {
	return increment.Map(increment.Map([]int{1, 2, 3})).Results()
})

var _ = wflow.Flow0("completed_in_order", func() ([]uint64, error) {
	var dozed []uint64
	for run := range wflow.AsCompleted(doze.Map([]int{900, 450, 0})) {
		milliseconds, err := run.Result()
		if err != nil {
			return nil, err
		}
		dozed = append(dozed, milliseconds)
	}
	return dozed, nil
})

var _ = wflow.Flow0("waited", func() ([]int, error) {
	done, notDone := wflow.Wait(doze.Map([]int{0, 0, 3_600_000}), time.Second)
	notDone.Cancel()
	return []int{len(done), len(notDone)}, nil
})

var _ = wflow.Flow0("unawaited", func() (wflow.None, error) {
	doze.Submit(50)
	return wflow.None{}, nil
})

var _ = wflow.Flow0("by_name", func() (int, error) {
	return add.Call(wflow.Named("b", 1), wflow.Named("a", 2))
})

var doubled = wflow.Flow("doubled", func(number int) (int, error) {
	return add.Call(number, number)
}, wflow.Params("number"))

var _ = wflow.Flow0("subflow", func() (int, error) {
	return doubled.Call(21)
})

var _ = wflow.Flow0("subflow_future", func() (int, error) {
	return increment.Submit(doubled.Submit(20)).Result()
})

var broken = wflow.Flow0("broken", func() (int, error) {
	return fail.Call()
})

var _ = wflow.Flow0("failing_subflow", func() (string, error) {
	return outcome(broken.Submit()), nil
})
