package wflow

// Why runs do not complete, and how errors tell.

import (
	"errors"
	"fmt"
	"runtime"
	"strings"

	"wflow/internal/host"
)

// Kind is how a run ended that did not complete, in the contract's words.
type Kind string

// How runs end. Of one's own runs only Failed can be told by an error.
const (
	Failed         Kind = "failed"
	Crashed        Kind = "crashed"
	TimedOut       Kind = "timed-out"
	Cancelled      Kind = "cancelled"
	UpstreamFailed Kind = "upstream-failed"
	Denied         Kind = "denied"
	InvalidInput   Kind = "invalid-input"
)

// kinds are numbered as in the contract.
var kinds = [...]Kind{Failed, Crashed, TimedOut, Cancelled, UpstreamFailed, Denied, InvalidInput}

// Failure is the error of a run that did not complete; errors.As finds it.
type Failure struct {
	Kind    Kind   `json:"kind"`
	Message string `json:"message"`
	// Run is the name of the run that it happened to, if it was another one.
	Run string `json:"-"`
}

// Error says what happened, and to which run.
func (f *Failure) Error() string {
	if f.Run == "" {
		return f.Message
	}
	return fmt.Sprintf("run %s ended %s: %s", f.Run, f.Kind, f.Message)
}

func failureOf(failure *host.Failure, run string) error {
	return &Failure{Kind: kinds[failure.Kind], Message: failure.Message, Run: run}
}

// KindOf is the kind of the failure in the error, Failed of any other error, and empty without one.
func KindOf(err error) Kind {
	var failure *Failure
	switch {
	case err == nil:
		return ""
	case errors.As(err, &failure):
		return failure.Kind
	default:
		return Failed
	}
}

type permanent struct{ error }

func (p permanent) Unwrap() error { return p.error }

// Permanent marks an error that another attempt would not mend: the retries that are left are skipped.
func Permanent(err error) error {
	if err == nil {
		return nil
	}
	return permanent{err}
}

// IsPermanent tells whether retries are skipped after the error.
func IsPermanent(err error) bool {
	var marked permanent
	// What was denied or refused once would be so again.
	kind := KindOf(err)
	return errors.As(err, &marked) || kind == Denied || kind == InvalidInput
}

func errorOf(err error) *host.Error {
	return &host.Error{Message: valid(err.Error()), Retryable: !IsPermanent(err)}
}

// valid is the text as the contract takes it: a Go string may hold anything.
func valid(text string) string {
	return strings.ToValidUTF8(text, "\uFFFD")
}

// recovered makes a failure of a panic, with the places in the code that led to it.
func recovered(err *error) {
	if reason := recover(); reason != nil {
		*err = fmt.Errorf("panic: %v%s", reason, traceback())
	}
}

// traceback leaves out the runtime and this package, which are always there.
func traceback() string {
	var callers [64]uintptr
	frames := runtime.CallersFrames(callers[:runtime.Callers(3, callers[:])])
	var lines strings.Builder
	for {
		frame, more := frames.Next()
		if !isOurs(frame.Function) {
			fmt.Fprintf(&lines, "\n\tat %s (%s:%d)", frame.Function, frame.File, frame.Line)
		}
		if !more {
			return lines.String()
		}
	}
}

func isOurs(function string) bool {
	for _, start := range []string{"runtime.", "reflect.", "wflow.", "wflow/internal/"} {
		if strings.HasPrefix(function, start) {
			return true
		}
	}
	return false
}
