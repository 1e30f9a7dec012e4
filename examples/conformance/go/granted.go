package main

// What the operator grants, and what is cached and pure.

import (
	"encoding/json"
	"fmt"
	"os"
	"time"

	"wflow"
)

func square(number int) (int, error) {
	return number * number, nil
}

func squareTwice(task *wflow.Definition[int]) ([]int, error) {
	var squares []int
	for range 2 {
		square, err := task.Call(7)
		if err != nil {
			return nil, err
		}
		squares = append(squares, square)
	}
	return squares, nil
}

var costly = wflow.Task("costly", square, wflow.Params("number"), wflow.CachePolicy(wflow.Inputs))

var _ = wflow.Flow0("cached", func() ([]int, error) {
	return squareTwice(costly)
})

var pureSquare = wflow.Task("pure_square", square, wflow.Params("number"), wflow.Pure())

var _ = wflow.Flow0("pure", func() ([]int, error) {
	return squareTwice(pureSquare)
})

var impureTask = wflow.Task0("impure_task", func() (int64, error) {
	return time.Now().Unix(), nil
}, wflow.Pure())

var _ = wflow.Flow0("impure", func() (wflow.Kind, error) {
	return kindOf(impureTask.Submit()), nil
})

var readsVariable = wflow.Task0("reads_variable", func() (json.RawMessage, error) {
	return wflow.Variable[json.RawMessage]("greeting")
})

var _ = wflow.Flow0("granted_variable", func() (json.RawMessage, error) {
	return readsVariable.Call()
})

var _ = wflow.Flow0("denied_variable", func() (wflow.Kind, error) {
	return kindOf(readsVariable.Submit()), nil
})

var readsSecret = wflow.Task0("reads_secret", func() (int, error) {
	secret, err := wflow.Secret("token")
	fmt.Println(secret.Expose())
	return len(secret.Expose()), err
})

var _ = wflow.Flow0("granted_secret", func() (int, error) {
	return readsSecret.Call()
})

var readsEnvironment = wflow.Task0("reads_environment", func() (*string, error) {
	stage, ok := os.LookupEnv("STAGE")
	if !ok {
		return nil, nil
	}
	return &stage, nil
})

var _ = wflow.Flow0("environment", func() (*string, error) {
	return readsEnvironment.Call()
})

var readsFile = wflow.Task0("reads_file", func() (string, error) {
	text, err := os.ReadFile("data/text")
	return string(text), err
})

var _ = wflow.Flow0("granted_file", func() (string, error) {
	return readsFile.Call()
})

var _ = wflow.Flow0("denied_file", func() (wflow.Kind, error) {
	return kindOf(readsFile.Submit()), nil
})

var _ = wflow.Flow0("another_component", func() (wflow.Kind, error) {
	nothing := wflow.TaskNamed[any]("nowhere/nothing")
	return kindOf(nothing.Submit(wflow.Named("number", 1))), nil
})

type approval struct {
	Approved bool `json:"approved"`
}

var _ = wflow.Flow0("unanswered", func() (bool, error) {
	answer, err := wflow.PauseForInput[approval]("Publish?", 100*time.Millisecond)
	return answer.Approved, err
})
