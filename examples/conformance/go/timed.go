package main

// Time, chance, and goroutines, for which other languages have async functions.

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"wflow"
)

var doze = wflow.Task("doze", func(milliseconds uint64) (uint64, error) {
	time.Sleep(time.Duration(milliseconds) * time.Millisecond)
	return milliseconds, nil
}, wflow.Params("milliseconds"))

var chance = wflow.Task0("chance", func() (uint64, error) {
	return rand.Uint64(), nil
})

var _ = wflow.Flow0("chances", func() (bool, error) {
	one, err := chance.Call()
	if err != nil {
		return false, err
	}
	other, err := chance.Call()
	return one != other, err
})

var _ = wflow.Flow0("gathers", func() (bool, error) {
	began := time.Now()
	var all sync.WaitGroup
	errs := make([]error, 2)
	for i := range errs {
		all.Go(func() { _, errs[i] = doze.Call(500) })
	}
	all.Go(func() { time.Sleep(500 * time.Millisecond) })
	all.Wait()
	return time.Since(began) < 1400*time.Millisecond, errors.Join(errs...)
})

var _ = wflow.Flow0("awaits", func() (uint64, error) {
	run := doze.Submit(10)
	called, err := doze.Call(5)
	if err != nil {
		return 0, err
	}
	ran, err := run.Result()
	return called + ran, err
})

var failNow = wflow.Task0("async_fail", func() (wflow.None, error) {
	return wflow.None{}, errors.New("not now")
})

var _ = wflow.Flow0("async_failure", func() (string, error) {
	_, err := failNow.Call()
	var failure *wflow.Failure
	if !errors.As(err, &failure) {
		return "completed", nil
	}
	return fmt.Sprintf("%s: %s", failure.Kind, failure.Message), nil
})

var _ = wflow.Flow0("waits_for_ever", func() (wflow.None, error) {
	select {}
})
