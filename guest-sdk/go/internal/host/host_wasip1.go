// Calls the host by the bindings that wit-bindgen makes of the contract.

package host

import (
	_ "wflow/internal/bindings/exports/wit_exports" // has the component's entry points
	"wflow/internal/bindings/imports/wflow_plugin_runner"
	"wflow/internal/bindings/imports/wflow_plugin_types"
	witRuntime "wflow/internal/wit/runtime"
	witTypes "wflow/internal/wit/types"
)

type run struct {
	future *wflow_plugin_runner.RunFuture
}

func (r run) ID() string   { return returned(r.future.Id()) }
func (r run) Name() string { return returned(r.future.Name()) }
func (r run) State() uint8 { return r.future.State() }
func (r run) Cancel()      { r.future.Cancel() }

func (r run) Result() (Value, *Failure) {
	result := returned(r.future.Result())
	if result.IsErr() {
		return Value{}, failure(result.Err())
	}
	return value(result.Ok()), nil
}

// returned hands on what the host has returned. The host's allocations are pinned, and nobody else lets go of them.
func returned[T any](value T) T {
	witRuntime.Unpin()
	return value
}

func value(from wflow_plugin_types.Value) Value {
	if from.Tag() == wflow_plugin_types.Value_Json {
		return Value{JSON: from.Json()}
	}
	if bytes := from.Bytes(); bytes != nil {
		return Value{Bytes: bytes}
	}
	return Value{Bytes: []byte{}}
}

func lowered(from Value) wflow_plugin_types.Value {
	if from.Bytes != nil {
		return wflow_plugin_types.MakeValueBytes(from.Bytes)
	}
	return wflow_plugin_types.MakeValueJson(from.JSON)
}

func failure(from wflow_plugin_types.Failure) *Failure {
	return &Failure{Kind: from.Kind, Message: from.Message}
}

func future(of Run) *wflow_plugin_runner.RunFuture {
	return of.(run).future
}

func futures(of []Run) []*wflow_plugin_runner.RunFuture {
	all := make([]*wflow_plugin_runner.RunFuture, len(of))
	for i, one := range of {
		all[i] = future(one)
	}
	return all
}

func input(from Argument) wflow_plugin_runner.Input {
	switch from.From {
	case FromResult:
		return wflow_plugin_runner.MakeInputResultOf(future(from.Runs[0]))
	case FromResults:
		return wflow_plugin_runner.MakeInputResultsOf(futures(from.Runs))
	case FromOutcome:
		return wflow_plugin_runner.MakeInputOutcomeOf(future(from.Runs[0]))
	default:
		return wflow_plugin_runner.MakeInputValue(lowered(from.Value))
	}
}

func arguments(from []Argument) []wflow_plugin_runner.Argument {
	all := make([]wflow_plugin_runner.Argument, len(from))
	for i, one := range from {
		all[i] = wflow_plugin_runner.Argument{Name: one.Name, Input: input(one)}
	}
	return all
}

func dependencies(from []Dependency) []wflow_plugin_runner.Dependency {
	all := make([]wflow_plugin_runner.Dependency, len(from))
	for i, one := range from {
		all[i] = wflow_plugin_runner.Dependency{Run: future(one.Run), AllowFailure: one.AllowFailure}
	}
	return all
}

func timeout(milliseconds int64) witTypes.Option[uint64] {
	if milliseconds < 0 {
		return witTypes.None[uint64]()
	}
	return witTypes.Some(uint64(milliseconds))
}

// Submit submits a run of a task.
func Submit(task string, args []Argument, waitFor []Dependency, options string) Run {
	return run{wflow_plugin_runner.Submit(task, arguments(args), dependencies(waitFor), options)}
}

// SubmitMany submits one run of the task for each list of arguments.
func SubmitMany(task string, many [][]Argument, waitFor []Dependency, options string) []Run {
	lists := make([][]wflow_plugin_runner.Argument, len(many))
	for i, one := range many {
		lists[i] = arguments(one)
	}
	submitted := returned(wflow_plugin_runner.SubmitMany(task, lists, dependencies(waitFor), options))
	runs := make([]Run, len(submitted))
	for i, one := range submitted {
		runs[i] = run{one}
	}
	return runs
}

// StartFlow starts a subflow.
func StartFlow(flow string, args []Argument, waitFor []Dependency, options string) Run {
	return run{wflow_plugin_runner.StartFlow(flow, arguments(args), dependencies(waitFor), options)}
}

// WaitAny waits until at least one of the runs has ended, and returns the indices of all that have.
func WaitAny(runs []Run, milliseconds int64) []uint32 {
	return returned(wflow_plugin_runner.WaitAny(futures(runs), timeout(milliseconds)))
}

func text(result witTypes.Result[string, wflow_plugin_types.Failure]) (string, *Failure) {
	returned(result)
	if result.IsErr() {
		return "", failure(result.Err())
	}
	return result.Ok(), nil
}

// Pause waits for an answer.
func Pause(prompt, schema string, milliseconds int64) (string, *Failure) {
	return text(wflow_plugin_runner.Pause(prompt, schema, timeout(milliseconds)))
}

// CreateArtifact attaches an artifact to the run.
func CreateArtifact(artifact Artifact) *Failure {
	result := returned(wflow_plugin_runner.CreateArtifact(wflow_plugin_runner.Artifact{
		Kind:        artifact.Kind,
		Key:         artifact.Key,
		Description: artifact.Description,
		Data:        lowered(artifact.Data),
	}))
	if result.IsErr() {
		return failure(result.Err())
	}
	return nil
}

// Log writes a line to the run's log.
func Log(level uint8, message string) {
	wflow_plugin_runner.Log(level, message)
}

// Variable is a variable that the operator granted.
func Variable(name string) (string, *Failure) {
	return text(wflow_plugin_runner.Variable(name))
}

// Secret is a secret that the operator granted.
func Secret(name string) (string, *Failure) {
	return text(wflow_plugin_runner.Secret(name))
}
