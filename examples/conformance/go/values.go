package main

// Values: each flow hands its parameter to a task, which hands it back.

import (
	"bytes"
	"encoding/json"
	"math/big"

	"wflow"
)

// echo defines a task that returns its argument, and a flow that calls it.
func echo[T any](kind string, options ...wflow.Option) *wflow.Definition[T] {
	options = append(options, wflow.Params("value"))
	same := wflow.Task("same_"+kind, func(value T) (T, error) { return value, nil }, options...)
	wflow.Flow("echo_"+kind, func(value T) (T, error) { return same.Call(value) }, options...)
	return same
}

var (
	_         = echo[bool]("boolean")
	_         = echo[*big.Int]("integer")
	_         = echo[float64]("float")
	_         = echo[string]("text")
	_         = echo[[]int]("list")
	_         = echo[map[string]float64]("map")
	_         = echo[pair]("pair")
	_         = echo[json.RawMessage]("json")
	_         = echo[*int]("optional")
	_         = echo[colour]("choice")
	_         = echo[item]("record")
	sameBytes = echo[[]byte]("bytes")
)

type colour string

const (
	red   colour = "red"
	green colour = "green"
)

func (colour) JSONSchema() string { return wflow.OneOf(red, green) }

type item struct {
	Name   string  `json:"name"`
	Parts  []item  `json:"parts"`
	Weight float64 `json:"weight" default:"1.5"`
}

// pair is a list of two in JSON, which Go has no type for.
type pair struct {
	first  string
	second int
}

func (pair) JSONSchema() string {
	return `{"type": "array", "prefixItems": [{"type": "string"}, {"type": "integer"}], "minItems": 2, "maxItems": 2}`
}

func (p pair) MarshalJSON() ([]byte, error) {
	return json.Marshal([]any{p.first, p.second})
}

func (p *pair) UnmarshalJSON(text []byte) error {
	return json.Unmarshal(text, &[]any{&p.first, &p.second})
}

var _ = wflow.Flow("count_bytes", func(size int) (int, error) {
	data := make([]byte, size)
	for i := range data {
		data[i] = byte(i)
	}
	returned, err := sameBytes.Call(data)
	if err != nil || !bytes.Equal(returned, data) {
		return -1, err
	}
	return len(returned), nil
}, wflow.Params("size"))

type several struct {
	Number int    `json:"number" default:"7"`
	Text   string `json:"text" default:"ü"`
	Flag   bool   `json:"flag" default:"true"`
}

var _ = wflow.Flow("defaults", func(given several) ([]any, error) {
	return []any{given.Number, given.Text, given.Flag}, nil
})

var nothing = wflow.Task0("nothing", func() (wflow.None, error) {
	return wflow.None{}, nil
})

var _ = wflow.Flow0("returns_nothing", func() (wflow.None, error) {
	return nothing.Call()
})
