package wflow

// What the component offers to the host: everything that is defined.

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"runtime"

	"wflow/internal/host"
)

func init() {
	host.Serve(guest{})
}

type guest struct{}

func (guest) Describe() (flows, tasks []host.Definition) {
	for _, one := range definitions {
		if one.kind == flowKind {
			flows = append(flows, one.described())
		} else {
			tasks = append(tasks, one.described())
		}
	}
	return flows, tasks
}

func (d *definition) described() host.Definition {
	described := host.Definition{Name: d.name, Description: d.settings.doc, Result: schemaOf(d.result, "")}
	for _, one := range d.parameters {
		described.Parameters = append(described.Parameters, one.described())
	}
	if len(d.settings.options) > 0 {
		described.Options = mustEncode(d.settings.options, "the options of "+d.name).JSON
	}
	return described
}

func (guest) RunFlow(name string, arguments []host.Value) (host.Value, *host.Error) {
	return run(flowKind, name, arguments)
}

func (guest) RunTask(name string, arguments []host.Value) (host.Value, *host.Error) {
	return run(taskKind, name, arguments)
}

func run(kind kind, name string, arguments []host.Value) (host.Value, *host.Error) {
	called := find(kind, name)
	if called == nil {
		return host.Value{}, errorOf(Permanent(fmt.Errorf("the component has no %s %s", kind, name)))
	}
	ended := make(chan ending, 2)
	begin(called.isPure())
	go func() {
		goroutines = runtime.NumGoroutine()
		result, err := called.attempt(arguments)
		ended <- ending{result, err}
	}()
	if !called.isPure() {
		go func() {
			serve()
			ended <- ending{err: errors.New("the run waits for ever: none of its goroutines can go on")}
		}()
	}
	end := <-ended
	if end.err != nil {
		return end.result, errorOf(called.judged(end.err))
	}
	return end.result, nil
}

// ending is what a run returned.
type ending struct {
	result host.Value
	err    error
}

// begin is what the run's code finds when it starts.
func begin(isPure bool) {
	if !isPure {
		host.Begin()
	}
	slog.SetDefault(Logger())
}

func (d *definition) isPure() bool {
	return d.settings.options["pure"] == true
}

func (d *definition) attempt(arguments []host.Value) (result host.Value, err error) {
	defer recovered(&err)
	in, err := d.decoded(arguments)
	if err != nil {
		return result, Permanent(err)
	}
	out := d.function.Call(in)
	if failed, _ := out[1].Interface().(error); failed != nil {
		return result, failed
	}
	result, err = encode(out[0].Interface())
	if err != nil {
		err = Permanent(fmt.Errorf("the result of %s: %w", d.name, err))
	}
	return result, err
}

// judged skips the retries that are left if the code says that the error is worth none.
func (d *definition) judged(err error) (judged error) {
	defer recovered(&judged)
	if holds := d.settings.retryIf; holds != nil && !IsPermanent(err) && !holds(err) {
		return Permanent(err)
	}
	return err
}

// decoded is what the function is called with.
func (d *definition) decoded(arguments []host.Value) ([]reflect.Value, error) {
	if len(arguments) != len(d.parameters) {
		return nil, fmt.Errorf("%s has %d parameters, not %d", d.name, len(d.parameters), len(arguments))
	}
	in := make([]reflect.Value, len(arguments))
	for i, one := range d.parameters {
		value, err := decode(arguments[i], one.of)
		if err != nil {
			return nil, fmt.Errorf("the parameter %s of %s: %w", one.name, d.name, err)
		}
		in[i] = value
	}
	if d.packed == nil {
		return in, nil
	}
	whole := reflect.New(d.packed).Elem()
	for i, one := range d.parameters {
		whole.FieldByIndex(one.index).Set(in[i])
	}
	return []reflect.Value{whole}, nil
}

func (guest) RunHook(name, run string) *host.Error {
	begin(false)
	if err := callHook(name, run); err != nil {
		return errorOf(err)
	}
	return nil
}

func callHook(name, run string) (err error) {
	defer recovered(&err)
	ended, of, err := ended(run)
	if err != nil {
		return err
	}
	hook, ok := of.settings.hooks[name]
	if !ok {
		return Permanent(fmt.Errorf("%s has no hook %s", of.name, name))
	}
	return hook(ended)
}

func (guest) RetryIf(run string) (bool, *host.Error) {
	begin(false)
	holds, err := isWorthIt(run)
	if err != nil {
		return false, errorOf(err)
	}
	return holds, nil
}

func isWorthIt(run string) (holds bool, err error) {
	defer recovered(&err)
	ended, of, err := ended(run)
	if err != nil || of.settings.retryIf == nil {
		return false, err
	}
	return of.settings.retryIf(&Failure{Kind: Kind(ended.State), Message: ended.Message}), nil
}

// ended is the run that the host tells of, and its flow or task.
func ended(run string) (EndedRun, *definition, error) {
	var ended EndedRun
	if err := json.Unmarshal([]byte(run), &ended); err != nil {
		return ended, nil, err
	}
	of := find(flowKind, ended.Flow)
	if ended.Flow == "" {
		of = find(taskKind, ended.Task)
	}
	if of == nil {
		return ended, nil, Permanent(fmt.Errorf("the component has no %s%s", ended.Flow, ended.Task))
	}
	return ended, of, nil
}
