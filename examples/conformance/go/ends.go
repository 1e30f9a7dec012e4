package main

// How runs end that do not complete.

import (
	"errors"
	"fmt"
	"os"
	"time"

	"wflow"
)

var fail = wflow.Task0("fail", func() (int, error) {
	return 0, errors.New("no such luck")
})

// outcome is the kind and the first words of a failure.
func outcome[T any](run *wflow.Future[T]) string {
	value, err := run.Result()
	var failure *wflow.Failure
	if errors.As(err, &failure) {
		return fmt.Sprintf("%s: %s", failure.Kind, failure.Message)
	}
	return fmt.Sprintf("completed with %v", value)
}

func kindOf[T any](run *wflow.Future[T]) wflow.Kind {
	_, err := run.Result()
	return wflow.KindOf(err)
}

var _ = wflow.Flow0("fails", func() (int, error) {
	return fail.Call()
})

var _ = wflow.Flow0("catches", func() (string, error) {
	return outcome(fail.Submit()), nil
})

var divides = wflow.Task("divides", func(by int) (int, error) {
	if by == 0 {
		panic("ZeroDivisionError")
	}
	return 1 / by, nil
}, wflow.Params("by"))

var _ = wflow.Flow0("errors", func() (int, error) {
	return divides.Call(0)
})

var stubborn = wflow.Task0("stubborn", func() (wflow.None, error) {
	return wflow.None{}, errors.New("again")
}, wflow.Retries(2))

var _ = wflow.Flow0("retried", func() (wflow.None, error) {
	return stubborn.Call()
})

var hopeless = wflow.Task0("hopeless", func() (wflow.None, error) {
	return wflow.None{}, wflow.Permanent(errors.New("never"))
}, wflow.Retries(2))

var _ = wflow.Flow0("permanent", func() (wflow.None, error) {
	return hopeless.Call()
})

var errBusy = errors.New("busy")

func isBusy(err error) bool {
	return errors.Is(err, errBusy)
}

var picky = wflow.Task("picky", func(message string) (wflow.None, error) {
	if message == errBusy.Error() {
		return wflow.None{}, fmt.Errorf("not now: %w", errBusy)
	}
	return wflow.None{}, errors.New(message)
}, wflow.Params("message"), wflow.Retries(2), wflow.RetryIf(isBusy))

var _ = wflow.Flow("conditional", func(message string) (wflow.None, error) {
	return picky.Call(message)
}, wflow.Params("message"))

var luckyTask = wflow.Task0("lucky_task", func() (string, error) {
	before, err := os.ReadFile("state/attempts")
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", err
	}
	if err := os.WriteFile("state/attempts", append(before, 'x'), 0o644); err != nil {
		return "", err
	}
	attempt := fmt.Sprint("attempt ", len(before)+1)
	if len(before) < 2 {
		return "", errors.New(attempt)
	}
	return attempt, nil
})

var _ = wflow.Flow0("lucky", func() (string, error) {
	patient := luckyTask.With(wflow.Retries(3), wflow.RetryDelay(10*time.Millisecond))
	return patient.Submit().Result()
})

var endless = wflow.Task0("endless", func() (wflow.None, error) {
	for {
	}
}, wflow.Timeout(200*time.Millisecond))

var _ = wflow.Flow0("times_out", func() (string, error) {
	return outcome(endless.Submit()), nil
})

var crash = wflow.Task0("crash", func() (wflow.None, error) {
	os.Exit(1)
	return wflow.None{}, nil
})

var _ = wflow.Flow0("crashes", func() (wflow.Kind, error) {
	return kindOf(crash.Submit()), nil
})

var _ = wflow.Flow0("cancels", func() (wflow.Kind, error) {
	run := doze.Submit(3_600_000)
	run.Cancel()
	return kindOf(run), nil
})

var hoard = wflow.Task0("hoard", func() (int, error) {
	hoarded := make([]byte, 256<<20)
	for i := range hoarded {
		hoarded[i] = 1
	}
	return len(hoarded), nil
}, wflow.Limit(wflow.Limits{Memory: 64 * wflow.MiB}))

var _ = wflow.Flow0("beyond_limit", func() (int, error) {
	return hoard.Call()
})

var needy = wflow.Task0("needy", func() (wflow.None, error) {
	return wflow.None{}, nil
}, wflow.Needs("secret nothing"))

var _ = wflow.Flow0("lacks", func() (string, error) {
	return outcome(needy.Submit()), nil
})
