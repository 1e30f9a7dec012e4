package wflow

// What the operator grants, and what people answer.

import (
	"fmt"
	"reflect"
	"time"

	"wflow/internal/host"
)

// Variable is a variable that the operator granted; else the error is a *Failure of the kind Denied.
func Variable[T any](name string) (T, error) {
	return answered[T](host.Variable(name))("the variable " + name)
}

// SecretText is a secret. Printed and formatted it is asterisks.
type SecretText struct{ text string }

// Expose is the secret itself, which the host masks wherever it shows something.
func (s SecretText) Expose() string { return s.text }

// String does not tell.
func (s SecretText) String() string { return "********" }

// GoString does not tell.
func (s SecretText) GoString() string { return s.String() }

// Secret is a secret that the operator granted; else the error is a *Failure of the kind Denied.
func Secret(name string) (SecretText, error) {
	text, failure := host.Secret(name)
	if failure != nil {
		return SecretText{}, failureOf(failure, "")
	}
	return SecretText{text}, nil
}

// Pause waits until somebody says to go on, or until the time is up. Runs that the flow submitted go on meanwhile.
func Pause(prompt string, timeout time.Duration) error {
	_, failure := host.Pause(valid(prompt), "", milliseconds(timeout))
	if failure != nil {
		return failureOf(failure, "")
	}
	return nil
}

// PauseForInput waits until somebody answers with something that fits the type.
func PauseForInput[T any](prompt string, timeout time.Duration) (T, error) {
	schema := schemaOf(reflect.TypeFor[T](), "")
	if schema == "" {
		schema = "{}" // any answer, but one
	}
	return answered[T](host.Pause(valid(prompt), schema, milliseconds(timeout)))("the answer")
}

func answered[T any](text string, failure *host.Failure) func(what string) (T, error) {
	return func(what string) (answer T, err error) {
		if failure != nil {
			return answer, failureOf(failure, "")
		}
		answer, err = decodeTo[T](host.Value{JSON: text})
		if err != nil {
			err = Permanent(fmt.Errorf("%s: %w", what, err))
		}
		return answer, err
	}
}
