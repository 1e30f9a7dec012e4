//go:build wasip1

// An option of WIT, as generated code calls it.

package wit_types

// The tags by which generated code tells the two apart.
const (
	OptionNone = iota
	OptionSome
)

// Option is a value, or none.
type Option[T any] struct {
	value *T
}

// Some is an option that has a value.
func Some[T any](value T) Option[T] { return Option[T]{&value} }

// None is one that has none.
func None[T any]() Option[T] { return Option[T]{} }

func (o Option[T]) IsSome() bool { return o.value != nil }

func (o Option[T]) IsNone() bool { return o.value == nil }

func (o Option[T]) Tag() uint8 {
	if o.IsSome() {
		return OptionSome
	}
	return OptionNone
}

// Some is the value; whoever asks knows that there is one.
func (o Option[T]) Some() T {
	if o.value == nil {
		panic("the option has no value")
	}
	return *o.value
}

// SomeOr is the value, or another one where there is none.
func (o Option[T]) SomeOr(other T) T {
	if o.value == nil {
		return other
	}
	return *o.value
}
