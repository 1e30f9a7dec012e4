package wflow

// Hooks: functions that are called when a run has ended.

import (
	"reflect"
	"runtime"
	"strings"
)

// EndedRun is a run that has ended, as hooks learn of it.
type EndedRun struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	// Of these, the one whose run it was.
	Flow string `json:"flow"`
	Task string `json:"task"`
	// Attempts is how many there were.
	Attempts int   `json:"attempts"`
	State    State `json:"state"`
	// Message is empty if it completed.
	Message string `json:"message"`
}

// Of is the name of the flow or task.
func (r EndedRun) Of() string {
	return r.Flow + r.Task
}

// Hook is called in an instance of its own; an error is logged and changes nothing.
type Hook = func(run EndedRun) error

// OnCompletion calls hooks when a run has completed.
func OnCompletion(hooks ...Hook) Option { return on("on_completion", hooks) }

// OnFailure calls hooks when a run has failed.
func OnFailure(hooks ...Hook) Option { return on("on_failure", hooks) }

// OnCrashed calls hooks when a run has crashed.
func OnCrashed(hooks ...Hook) Option { return on("on_crashed", hooks) }

// OnCancellation calls hooks when a run was cancelled.
func OnCancellation(hooks ...Hook) Option { return on("on_cancellation", hooks) }

func on(option string, hooks []Hook) Option {
	return defining(func(s *settings) {
		names, _ := s.options[option].([]string)
		for _, hook := range hooks {
			name := nameOf(hook)
			s.hooks[name] = hook
			names = append(names, name)
		}
		s.options[option] = names
	})
}

// nameOf is the function's name in the code, by which the host calls it in another instance.
func nameOf(hook Hook) string {
	name := runtime.FuncForPC(reflect.ValueOf(hook).Pointer()).Name()
	return strings.TrimPrefix(name, "main.")
}
