// The flows of the conformance suite in Go; `tests/conformance` says what each has to do.
package main

import "wflow"

func main() {
	wflow.Main()
}
