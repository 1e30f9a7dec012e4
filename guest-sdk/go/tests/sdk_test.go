// Package tests calls the SDK as a host does, without one.
package tests

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"reflect"
	"strings"
	"testing"
	"time"

	"wflow"
	"wflow/internal/host"
)

type leaf struct {
	Name  string  `json:"name"`
	Size  float64 `json:"size" default:"1.5"`
	Leafs []leaf  `json:"leafs,omitempty"`
}

type colour string

func (colour) JSONSchema() string { return wflow.OneOf("red", "green") }

type several struct {
	Count int     `json:"count" default:"7" doc:"how many"`
	Text  string  `json:"text" default:"ü"`
	Note  *string `json:"note"`
	Path  string
	_     int
}

var errBusy = errors.New("busy")

func echo[T any](name string) {
	wflow.Task(name, func(value T) (T, error) { return value, nil }, wflow.Params("value"))
}

func init() {
	echo[*big.Int]("integer")
	echo[uint8]("octet")
	echo[[]string]("list")
	echo[map[string]float64]("table")
	echo[[]byte]("bytes")
	echo[*int]("optional")
	echo[json.RawMessage]("anything")
	echo[colour]("colour")
	echo[leaf]("leaf")
	echo[time.Time]("time")
	echo[wflow.Outcome[int]]("outcome")
	wflow.Task("several", func(in several) (string, error) {
		return fmt.Sprint(in.Count, in.Text, in.Note == nil, in.Path), nil
	})
	wflow.Task("fails", func(how string) (wflow.None, error) {
		switch how {
		case "permanently":
			return wflow.None{}, wflow.Permanent(errors.New(how))
		case "panics":
			var list []int
			_ = list[3]
		case "busy":
			return wflow.None{}, fmt.Errorf("so %w", errBusy)
		}
		return wflow.None{}, errors.New(how)
	}, wflow.Params("how"), wflow.Retries(2), wflow.RetryIf(func(err error) bool {
		return errors.Is(err, errBusy) || wflow.KindOf(err) == wflow.TimedOut
	}))
}

func definition(t *testing.T, name string) host.Definition {
	t.Helper()
	_, tasks := host.Served.Describe()
	for _, task := range tasks {
		if task.Name == name {
			return task
		}
	}
	t.Fatalf("there is no %s", name)
	return host.Definition{}
}

func equalJSON(t *testing.T, what, found, expected string) {
	t.Helper()
	var a, b any
	if json.Unmarshal([]byte(found), &a) != nil || json.Unmarshal([]byte(expected), &b) != nil || !reflect.DeepEqual(a, b) {
		t.Errorf("%s is %s, not %s", what, found, expected)
	}
}

func TestTypesHaveSchemas(t *testing.T) {
	leaf := `{"type": "object", "required": ["name"], "additionalProperties": false, "properties": {
		"name": {"type": "string"}, "size": {"type": "number", "default": 1.5},
		"leafs": {"type": "array", "items": {"$ref": "#/$defs/tests.leaf"}}}}`
	for name, expected := range map[string]string{
		"integer":  `{"type": "integer"}`,
		"octet":    `{"type": "integer", "minimum": 0, "maximum": 255}`,
		"list":     `{"type": "array", "items": {"type": "string"}}`,
		"table":    `{"type": "object", "additionalProperties": {"type": "number"}}`,
		"bytes":    `{"type": "string", "format": "binary"}`,
		"optional": `{"anyOf": [{"type": "integer"}, {"type": "null"}]}`,
		"colour":   `{"enum": ["red", "green"]}`,
		"time":     `{"type": "string", "format": "date-time"}`,
		"leaf":     `{"$ref": "#/$defs/tests.leaf", "$defs": {"tests.leaf": ` + leaf + `}}`,
	} {
		found := definition(t, name)
		equalJSON(t, name, found.Parameters[0].Schema, expected)
		equalJSON(t, name, found.Result, expected)
	}
	if found := definition(t, "anything"); found.Result != "" {
		t.Errorf("anything is %s", found.Result)
	}
}

func TestFieldsAreParameters(t *testing.T) {
	found := definition(t, "several").Parameters
	var told []string
	for _, one := range found {
		byDefault := "required"
		if one.Default != nil {
			byDefault = *one.Default
		}
		told = append(told, one.Name+": "+byDefault)
	}
	expected := `count: 7, text: "ü", note: null, Path: required`
	if strings.Join(told, ", ") != expected {
		t.Errorf("the parameters are %q", told)
	}
	equalJSON(t, "count", found[0].Schema, `{"type": "integer", "description": "how many"}`)
}

func TestValuesComeBack(t *testing.T) {
	for name, values := range map[string][2]string{
		"integer":  {`18446744073709551616`, `18446744073709551616`},
		"list":     {`null`, `[]`},
		"optional": {`null`, `null`},
		"anything": {`{"a":[1.50]}`, `{"a":[1.50]}`},
		"leaf":     {`{"name":"<a>","leafs":[{"name":"b"}]}`, `{"name":"<a>","size":1.5,"leafs":[{"name":"b","size":1.5}]}`},
		"outcome":  {`{"failed":{"kind":"crashed","message":"m"}}`, `{"failed":{"kind":"crashed","message":"m"}}`},
	} {
		returned, failed := host.Served.RunTask(name, []host.Value{{JSON: values[0]}})
		if failed != nil || returned.JSON != values[1] {
			t.Errorf("%s: %s, %v", name, returned.JSON, failed)
		}
	}
	returned, failed := host.Served.RunTask("bytes", []host.Value{{Bytes: []byte{}}})
	if failed != nil || returned.Bytes == nil {
		t.Errorf("no bytes are %v, %v", returned, failed)
	}
}

func TestErrorsAreFailures(t *testing.T) {
	for how, expected := range map[string]host.Error{
		"permanently": {Message: "permanently"},
		"busy":        {Message: "so busy", Retryable: true},
		"otherwise":   {Message: "otherwise"},
		"\xff":        {Message: "\uFFFD"},
		"panics":      {Message: "panic: runtime error: index out of range [3] with length 0"},
	} {
		argument, _ := json.Marshal(how)
		_, failed := host.Served.RunTask("fails", []host.Value{{JSON: string(argument)}})
		if failed == nil {
			t.Fatalf("%s does not fail", how)
		}
		message, trace, _ := strings.Cut(failed.Message, "\n")
		if message != expected.Message || failed.Retryable != expected.Retryable {
			t.Errorf("%s fails with %+v", how, *failed)
		}
		if how == "panics" && !strings.Contains(trace, "sdk_test.go") {
			t.Errorf("nobody learns where it panics: %s", trace)
		}
	}
}

func TestConditionsLearnOfTimeouts(t *testing.T) {
	for state, expected := range map[string]bool{"timed-out": true, "crashed": false} {
		worthIt, failed := host.Served.RetryIf(`{"task": "fails", "state": "` + state + `", "attempts": 1}`)
		if failed != nil || worthIt != expected {
			t.Errorf("after %s: %v, %v", state, worthIt, failed)
		}
	}
}
