// Runs that do nothing, and runs that sleep at the same time: what each language costs.
package main

import (
	"fmt"
	"slices"
	"time"

	"wflow"
)

var noop = wflow.Task("noop", func(index int) (int, error) { return index, nil }, wflow.Params("index"))

var sleeper = wflow.Task("sleeper", func(seconds float64) (wflow.None, error) {
	time.Sleep(time.Duration(seconds * float64(time.Second)))
	return wflow.None{}, nil
}, wflow.Params("seconds"))

var _ = wflow.Flow0("hello", func() (wflow.None, error) {
	fmt.Println("hello")
	return wflow.None{}, nil
}, wflow.Doc("Prints a line, and runs nothing."))

var _ = wflow.Flow("noops", func(count int) (int, error) {
	runs := make([]*wflow.Future[int], count)
	for index := range runs {
		runs[index] = noop.Submit(index)
	}
	sum := 0
	for _, run := range runs {
		one, err := run.Result()
		if err != nil {
			return 0, err
		}
		sum += one
	}
	return sum, nil
}, wflow.Params("count"), wflow.Runner(wflow.ThreadPool),
	wflow.Doc("Submits runs one by one, and takes all of their results."))

var _ = wflow.Flow2("sleepers", func(count int, seconds float64) (wflow.None, error) {
	for run := range wflow.AsCompleted(sleeper.Map(slices.Repeat([]float64{seconds}, count))) {
		if _, err := run.Result(); err != nil {
			return wflow.None{}, err
		}
	}
	return wflow.None{}, nil
}, wflow.Params("count", "seconds"))

func main() { wflow.Main() }
