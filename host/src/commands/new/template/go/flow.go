// Counts the letters of a text: a flow and two tasks to start from.
//
// `wflow run .` runs the flow, `wflow run . -p text="lorem ipsum"` gives it another text, and
// `wflow inspect .` shows what there is to run.
package main

import (
	"fmt"
	"strings"
	"time"
	"unicode"

	"wflow"
)

var count = wflow.Task("count", func(word string) (int, error) {
	letters := 0
	for _, character := range word {
		if unicode.IsLetter(character) {
			letters++
		}
	}
	if letters == 0 {
		return 0, fmt.Errorf("'%s' has no letters", word)
	}
	return letters, nil
}, wflow.Params("word"), wflow.Retries(2), wflow.RetryDelay(200*time.Millisecond), wflow.Doc(
	`Counts the letters of a word.

Every run has a WebAssembly instance of its own. An attempt that returns an error is followed by
up to two more; -p text="catch 22" shows it.`))

var add = wflow.Task2("add", func(a, b int) (int, error) {
	return a + b, nil
}, wflow.Params("a", "b"), wflow.Doc("Adds two numbers."))

// The fields of a struct are parameters, too. One with a default may be left out.
type given struct {
	Text string `json:"text" default:"The quick brown fox jumps over the lazy dog"`
}

var _ = wflow.Flow("letters", func(given given) (int, error) {
	// Map submits one run for each word. It returns at once, with a list of futures.
	counts := count.Map(strings.Fields(given.Text))

	// Submit submits one run. It takes futures where the task takes values: the run starts when
	// both numbers are there, and they go from run to run without passing through the flow.
	total := add.Submit(0, 0)
	for _, one := range counts {
		total = add.Submit(total, one)
	}

	// Result waits. If a run has failed, the error tells, and returned it fails the flow, too.
	return total.Result()
}, wflow.Doc("Counts the letters of a text, one task run for each word."))

func main() {
	wflow.Main()
}
