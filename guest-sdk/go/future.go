package wflow

// Futures: runs that were submitted.

import (
	"encoding/json"
	"fmt"
	"reflect"
	"time"

	"wflow/internal/host"
)

// AnyFuture is the future of a run, whatever its result.
type AnyFuture interface {
	ID() string
	Name() string
	State() State
	Wait(timeout time.Duration) bool
	Cancel()
	theRun() host.Run
}

// Future is a run that was submitted. In the place of a T it is an argument of another run.
type Future[T any] struct {
	run host.Run
}

// ID is a UUID.
func (f *Future[T]) ID() string { return f.run.ID() }

// Name is the run's name as logs show it.
func (f *Future[T]) Name() string { return f.run.Name() }

// String is the name of the run, and not its result.
func (f *Future[T]) String() string { return f.Name() }

// State is where the run stands.
func (f *Future[T]) State() State { return states[f.run.State()] }

// Cancel asks the host to end the run.
func (f *Future[T]) Cancel() { f.run.Cancel() }

func (f *Future[T]) theRun() host.Run { return f.run }

// Wait waits for the run to end, but not for its result; false says that the time was up.
func (f *Future[T]) Wait(timeout time.Duration) bool {
	return len(waitAny([]host.Run{f.run}, timeout)) > 0
}

// Result waits for the run's result, or for the *Failure that tells how it ended.
func (f *Future[T]) Result() (T, error) {
	f.waitAmongOthers()
	value, failure := f.run.Result()
	if failure != nil {
		var none T
		return none, failureOf(failure, f.run.Name())
	}
	result, err := decodeTo[T](value)
	if err != nil {
		err = fmt.Errorf("the result of run %s: %w", f.run.Name(), err)
	}
	return result, err
}

// waitAmongOthers lets other goroutines go on. Without any, the host waits with the result itself.
func (f *Future[T]) waitAmongOthers() {
	if !isAlone() && !f.State().IsFinal() {
		f.Wait(Forever)
	}
}

func (f *Future[T]) argument() (host.Argument, reflect.Type) {
	return host.Argument{From: host.FromResult, Runs: []host.Run{f.run}}, reflect.TypeFor[T]()
}

// Futures are the futures of many runs. In the place of a list they are an argument of another run.
type Futures[T any] []*Future[T]

// Results waits for all results, in the order of the runs, or for the first failure in that order.
func (f Futures[T]) Results() ([]T, error) {
	results := make([]T, 0, len(f))
	for _, future := range f {
		result, err := future.Result()
		if err != nil {
			return nil, err
		}
		results = append(results, result)
	}
	return results, nil
}

// Cancel cancels all.
func (f Futures[T]) Cancel() {
	for _, future := range f {
		future.Cancel()
	}
}

func (f Futures[T]) runs() []host.Run {
	runs := make([]host.Run, len(f))
	for i, future := range f {
		runs[i] = future.run
	}
	return runs
}

func (f Futures[T]) argument() (host.Argument, reflect.Type) {
	return host.Argument{From: host.FromResults, Runs: f.runs()}, reflect.TypeFor[[]T]()
}

// Outcome is how another run ended, as the parameter of a task that takes AllowFailure.
type Outcome[T any] struct {
	value   T
	failure *Failure
}

// Result is the result of the other run, or the *Failure that tells how it ended.
func (o Outcome[T]) Result() (T, error) {
	if o.failure != nil {
		return o.value, o.failure
	}
	return o.value, nil
}

func (o Outcome[T]) isOutcome() {}

func isOutcome(of reflect.Type) bool {
	return of.Implements(reflect.TypeFor[interface{ isOutcome() }]())
}

// JSONSchema says nothing, as anything may be a result.
func (o Outcome[T]) JSONSchema() string { return "" }

// MarshalJSON writes what the host would.
func (o Outcome[T]) MarshalJSON() ([]byte, error) {
	if o.failure != nil {
		return json.Marshal(map[string]any{"failed": o.failure})
	}
	return json.Marshal(map[string]any{"completed": o.value})
}

// UnmarshalJSON reads what the host says.
func (o *Outcome[T]) UnmarshalJSON(text []byte) error {
	var said struct {
		Completed json.RawMessage `json:"completed"`
		Failed    *Failure        `json:"failed"`
	}
	if err := json.Unmarshal(text, &said); err != nil || said.Failed != nil {
		o.failure = said.Failed
		return err
	}
	value, err := decodeTo[T](host.Value{JSON: string(said.Completed)})
	o.value = value
	return err
}
