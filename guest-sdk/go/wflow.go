// Package wflow writes flows and tasks of wflow: each run of a task has a WebAssembly instance of its own.
//
//	var double = wflow.Task("double", func(n uint64) (uint64, error) {
//		return 2 * n, nil
//	}, wflow.Params("n"), wflow.Retries(2), wflow.RetryDelay(500*time.Millisecond))
//
//	var doubled = wflow.Flow("doubled", func(n uint64) (uint64, error) {
//		once := double.Submit(n)             // returns at once
//		return double.Submit(once).Result()  // the host hands the first result over
//	}, wflow.Params("n"))
package wflow

import (
	"fmt"
	"os"
)

// None is the result of what returns nothing but whether it worked.
type None = struct{}

// Main is what a project's main function calls. In a component nobody calls that; started by hand, it says how to run
// the project.
func Main() {
	fmt.Fprintln(os.Stderr, "This is a project of wflow; run it with: wflow run .")
	os.Exit(2)
}
