//go:build wasip1

// A result of WIT, as generated code calls it.

package wit_types

// The tags by which generated code tells the two apart.
const (
	ResultOk = iota
	ResultErr
)

// Result is what was to come, or the error that came instead.
type Result[T any, E any] struct {
	ok     T
	err    E
	failed bool
}

// Ok is a result that came.
func Ok[T any, E any](value T) Result[T, E] { return Result[T, E]{ok: value} }

// Err is an error.
func Err[T any, E any](err E) Result[T, E] { return Result[T, E]{err: err, failed: true} }

func (r Result[T, E]) IsOk() bool { return !r.failed }

func (r Result[T, E]) IsErr() bool { return r.failed }

func (r Result[T, E]) Tag() uint8 {
	if r.failed {
		return ResultErr
	}
	return ResultOk
}

// Ok is the value; whoever asks knows that it came.
func (r Result[T, E]) Ok() T {
	if r.failed {
		panic("the result is an error")
	}
	return r.ok
}

// Err is the error; whoever asks knows that there is one.
func (r Result[T, E]) Err() E {
	if !r.failed {
		panic("the result is no error")
	}
	return r.err
}
