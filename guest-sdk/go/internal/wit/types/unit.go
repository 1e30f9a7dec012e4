//go:build wasip1

// Nothing, as WIT has it: what a result holds that has no value.

package wit_types

// Unit has one value.
type Unit struct{}
