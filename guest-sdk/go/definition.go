package wflow

// Flows and tasks, and how they are called.

import (
	"fmt"
	"reflect"

	"wflow/internal/host"
)

// Definition is a flow or a task that returns an R.
//
// Arguments are values or, in their places, the futures of other runs, whose results the host hands over.
type Definition[R any] struct {
	of *definition
	// What stands before the options of the definition.
	with *settings
}

// Task makes a task of a function. The fields of a struct are its parameters; anything else is one parameter, which
// Params names.
func Task[P, R any](name string, run func(P) (R, error), options ...Option) *Definition[R] {
	return define[R](taskKind, name, run, options)
}

// Task0 makes a task of a function without parameters.
func Task0[R any](name string, run func() (R, error), options ...Option) *Definition[R] {
	return define[R](taskKind, name, run, options)
}

// Task2 makes a task of a function of two parameters, which Params names.
func Task2[P, Q, R any](name string, run func(P, Q) (R, error), options ...Option) *Definition[R] {
	return define[R](taskKind, name, run, options)
}

// Task3 makes a task of a function of three parameters, which Params names.
func Task3[P, Q, S, R any](name string, run func(P, Q, S) (R, error), options ...Option) *Definition[R] {
	return define[R](taskKind, name, run, options)
}

// Flow makes a flow of a function. The fields of a struct are its parameters; anything else is one parameter, which
// Params names.
func Flow[P, R any](name string, run func(P) (R, error), options ...Option) *Definition[R] {
	return define[R](flowKind, name, run, options)
}

// Flow0 makes a flow of a function without parameters.
func Flow0[R any](name string, run func() (R, error), options ...Option) *Definition[R] {
	return define[R](flowKind, name, run, options)
}

// Flow2 makes a flow of a function of two parameters, which Params names.
func Flow2[P, Q, R any](name string, run func(P, Q) (R, error), options ...Option) *Definition[R] {
	return define[R](flowKind, name, run, options)
}

// Flow3 makes a flow of a function of three parameters, which Params names.
func Flow3[P, Q, S, R any](name string, run func(P, Q, S) (R, error), options ...Option) *Definition[R] {
	return define[R](flowKind, name, run, options)
}

// TaskNamed is a task that is somewhere else, and returns an R: `images/resize` is the task `resize` of the component
// that wflow.toml calls `images`. A name alone is one of this component, such as that of a task that submits itself.
func TaskNamed[R any](name string) *Definition[R] {
	return &Definition[R]{of: &definition{kind: taskKind, name: name, isElsewhere: true}}
}

// FlowNamed is a flow, likewise.
func FlowNamed[R any](name string) *Definition[R] {
	return &Definition[R]{of: &definition{kind: flowKind, name: name, isElsewhere: true}}
}

// Name is the name of the flow or task.
func (d *Definition[R]) Name() string {
	return d.of.name
}

// With is the same flow or task with other options, and with runs to wait for.
func (d *Definition[R]) With(options ...Option) *Definition[R] {
	with := d.with.copied()
	for _, option := range options {
		option(with)
	}
	if with.definesOnly {
		panic(fmt.Sprintf("wflow: %s.With has an option that is said where the code defines it", d.of.name))
	}
	return &Definition[R]{of: d.of, with: with}
}

// Submit submits a run and returns at once.
func (d *Definition[R]) Submit(arguments ...any) *Future[R] {
	bound := d.of.bind(arguments)
	return &Future[R]{run: d.of.submit(d.with, bound)}
}

// Call submits a run and waits for its result.
func (d *Definition[R]) Call(arguments ...any) (R, error) {
	return d.Submit(arguments...).Result()
}

// Map submits one run for each element of the slices among the arguments, in one call. What is the same for all is
// anything else, or in Same.
func (d *Definition[R]) Map(arguments ...any) Futures[R] {
	runs := d.of.submitMany(d.with, d.of.bindMany(arguments))
	futures := make(Futures[R], len(runs))
	for i, run := range runs {
		futures[i] = &Future[R]{run: run}
	}
	return futures
}

type kind string

const (
	flowKind kind = "flow"
	taskKind kind = "task"
)

// definition is what does not depend on the type of the result.
type definition struct {
	kind       kind
	name       string
	parameters []parameter
	result     reflect.Type
	function   reflect.Value
	settings   *settings
	// The struct whose fields are the parameters; none where the function takes them itself.
	packed reflect.Type
	// Whether only its name is known here.
	isElsewhere bool
}

var definitions []*definition

func find(kind kind, name string) *definition {
	for _, one := range definitions {
		if one.kind == kind && one.name == name {
			return one
		}
	}
	return nil
}

func define[R any](kind kind, name string, run any, options []Option) *Definition[R] {
	if find(kind, name) != nil {
		panic(fmt.Sprintf("wflow: there are two definitions of the %s %s", kind, name))
	}
	made := &definition{
		kind:     kind,
		name:     name,
		result:   reflect.TypeFor[R](),
		function: reflect.ValueOf(run),
		settings: (*settings)(nil).copied(),
	}
	for _, option := range options {
		option(made.settings)
	}
	made.setParameters()
	definitions = append(definitions, made)
	return &Definition[R]{of: made}
}

func (d *definition) submit(with *settings, arguments []host.Argument) host.Run {
	options, waitFor := d.overrides(with, arguments)
	if d.kind == flowKind {
		return host.StartFlow(d.name, arguments, waitFor, options)
	}
	return host.Submit(d.name, arguments, waitFor, options)
}

func (d *definition) submitMany(with *settings, many [][]host.Argument) []host.Run {
	// Flows, and runs with keys of their own, are submitted one by one.
	if d.kind == taskKind && !d.hasCacheKey() {
		options, waitFor := d.overrides(with, nil)
		return host.SubmitMany(d.name, many, waitFor, options)
	}
	runs := make([]host.Run, len(many))
	for i, arguments := range many {
		runs[i] = d.submit(with, arguments)
	}
	return runs
}
