package wflow

// What submits take: values, futures, and more of either.

import (
	"fmt"
	"reflect"

	"wflow/internal/host"
)

// Argument is an argument that says more than its value.
type Argument struct {
	name  string
	value any
	// The same for all runs of a map, although it is a slice.
	isSame bool
}

// Named is the argument for the parameter of that name.
func Named(parameter string, value any) Argument {
	return Argument{name: parameter, value: value}
}

// Same is the argument of all runs of a map.
func Same(value any) Argument {
	if named, ok := value.(Argument); ok {
		named.isSame = true
		return named
	}
	return Argument{value: value, isSame: true}
}

// source is what gives the results of other runs to a run.
type source interface {
	// argument is what the host is told, and the type of what it hands over.
	argument() (host.Argument, reflect.Type)
}

type allowed[T any] struct{ future *Future[T] }

func (a allowed[T]) argument() (host.Argument, reflect.Type) {
	return host.Argument{From: host.FromOutcome, Runs: []host.Run{a.future.run}}, reflect.TypeFor[Outcome[T]]()
}

// AllowFailure is an argument for a parameter of type Outcome: how the run ended, whatever that was.
func AllowFailure[T any](future *Future[T]) any {
	return allowed[T]{future}
}

// bind makes arguments of the host's of those that Go code gives.
func (d *definition) bind(arguments []any) []host.Argument {
	arguments = d.unpacked(arguments)
	bound := make([]host.Argument, len(arguments))
	for i, argument := range arguments {
		bound[i] = d.bindOne(i, argument)
	}
	return bound
}

// unpacked is the struct that holds all parameters as an argument for each.
func (d *definition) unpacked(arguments []any) []any {
	if d.packed == nil || len(arguments) != 1 || reflect.TypeOf(arguments[0]) != d.packed {
		return arguments
	}
	whole := reflect.ValueOf(arguments[0])
	var each []any
	for _, one := range d.parameters {
		each = append(each, Named(one.name, whole.FieldByIndex(one.index).Interface()))
	}
	return each
}

func (d *definition) bindOne(position int, argument any) host.Argument {
	given, ok := argument.(Argument)
	if !ok {
		given.value = argument
	}
	what, of := d.parameterFor(position, given.name)
	bound, err := bindValue(given.value, of)
	if err != nil {
		panic(fmt.Sprintf("wflow: the argument %s of %s: %v", what, d.name, err))
	}
	bound.Name = given.name
	return bound
}

// parameterFor is the name and type of a parameter; without a type, anything goes.
func (d *definition) parameterFor(position int, name string) (string, reflect.Type) {
	if d.isElsewhere {
		return name, nil
	}
	for i, one := range d.parameters {
		if name == one.name || name == "" && i == position {
			return one.name, one.of
		}
	}
	if name == "" {
		name = fmt.Sprint("number ", position+1)
	}
	panic(fmt.Sprintf("wflow: %s has no parameter for the argument %s", d.name, name))
}

func bindValue(value any, of reflect.Type) (host.Argument, error) {
	bound, from, ok := bindSource(value)
	if ok {
		if of != nil && !fits(from, of) {
			return bound, fmt.Errorf("the other run gives %s, not %s", from, of)
		}
		return bound, nil
	}
	if of != nil {
		converted, err := convert(value, of)
		if err != nil {
			return bound, err
		}
		value = converted
	}
	encoded, err := encode(value)
	return host.Argument{Value: encoded}, err
}

// bindSource is for futures, and for slices of them.
func bindSource(value any) (host.Argument, reflect.Type, bool) {
	if one, ok := value.(source); ok {
		bound, of := one.argument()
		return bound, of, true
	}
	list := reflect.ValueOf(value)
	if value == nil || list.Kind() != reflect.Slice || !list.Type().Elem().Implements(reflect.TypeFor[AnyFuture]()) {
		return host.Argument{}, nil, false
	}
	bound, of := host.Argument{From: host.FromResults}, reflect.TypeFor[any]()
	for i := range list.Len() {
		one, element := list.Index(i).Interface().(source).argument()
		bound.Runs = append(bound.Runs, one.Runs...)
		of = element
	}
	return bound, reflect.SliceOf(of), true
}

// fits tells whether JSON of the one type may be read as the other: what is not obvious, the host or the run decides.
func fits(from, to reflect.Type) bool {
	switch {
	case from == to || from.Kind() == reflect.Interface || to.Kind() == reflect.Interface:
		return true
	case hasOwnJSON(from) || hasOwnJSON(to):
		return !isOutcome(from) && !isOutcome(to)
	case to.Kind() == reflect.Pointer:
		return fits(from, to.Elem())
	case from.Kind() == reflect.Slice && to.Kind() == reflect.Slice:
		return isBytes(from) == isBytes(to) && fits(from.Elem(), to.Elem())
	case isNumber(from) && isNumber(to):
		return true
	default:
		return from.Kind() == to.Kind()
	}
}

func isNumber(of reflect.Type) bool {
	return of.Kind() >= reflect.Int && of.Kind() <= reflect.Float64
}

// convert makes a value of the parameter's type, as Go does with constants; nothing may get lost.
func convert(value any, to reflect.Type) (any, error) {
	from := reflect.ValueOf(value)
	switch {
	case value == nil:
		return nil, nil
	case from.Type().AssignableTo(to):
		return value, nil
	case to.Kind() == reflect.Pointer:
		return convert(value, to.Elem())
	case isNumber(from.Type()) && isNumber(to):
		converted := from.Convert(to)
		back := converted.Convert(from.Type())
		if back.Interface() == value && isNegative(from) == isNegative(converted) {
			return converted.Interface(), nil
		}
	case from.Kind() == to.Kind() && from.CanConvert(to):
		return from.Convert(to).Interface(), nil
	}
	return nil, fmt.Errorf("%v is a %s, and no %s", value, from.Type(), to)
}

func isNegative(number reflect.Value) bool {
	switch {
	case number.CanInt():
		return number.Int() < 0
	case number.CanFloat():
		return number.Float() < 0
	}
	return false
}

// bindMany takes slices apart: one run for each of their elements.
func (d *definition) bindMany(arguments []any) [][]host.Argument {
	count := -1
	for i, argument := range arguments {
		list, ok := elements(argument)
		switch {
		case !ok:
		case count >= 0 && list.Len() != count:
			panic(fmt.Sprintf("wflow: argument %d of a map of %s has %d elements, others %d", i+1, d.name, list.Len(), count))
		default:
			count = list.Len()
		}
	}
	if count < 0 {
		panic("wflow: no argument of a map of " + d.name + " is a slice")
	}
	many := make([][]host.Argument, count)
	for i := range many {
		many[i] = d.bind(elementsAt(arguments, i))
	}
	return many
}

func elementsAt(arguments []any, at int) []any {
	row := make([]any, len(arguments))
	for i, argument := range arguments {
		list, ok := elements(argument)
		if !ok {
			row[i] = argument
			continue
		}
		row[i] = list.Index(at).Interface()
		if named, ok := argument.(Argument); ok {
			row[i] = Named(named.name, row[i])
		}
	}
	return row
}

// elements are those of a slice that is mapped; bytes are one value.
func elements(argument any) (reflect.Value, bool) {
	if given, ok := argument.(Argument); ok {
		if given.isSame {
			return reflect.Value{}, false
		}
		argument = given.value
	}
	list := reflect.ValueOf(argument)
	return list, argument != nil && list.Kind() == reflect.Slice && !isBytes(list.Type())
}

func (d *definition) hasCacheKey() bool {
	return d.settings != nil && d.settings.cacheKey.IsValid()
}

// cacheKey calls the function that makes keys, if all arguments are there.
func (d *definition) cacheKey(arguments []host.Argument) (string, bool) {
	values := make([]host.Value, len(d.parameters))
	for i, one := range d.parameters {
		if one.byDefault != nil {
			values[i].JSON = *one.byDefault
		}
	}
	for i, argument := range arguments {
		if argument.From != host.FromValue {
			return "", false
		}
		values[d.positionOf(i, argument.Name)] = argument.Value
	}
	in, err := d.decoded(values)
	if err != nil {
		return "", false
	}
	return d.settings.cacheKey.Call(in)[0].String(), true
}

func (d *definition) positionOf(position int, name string) int {
	for i, one := range d.parameters {
		if one.name == name {
			return i
		}
	}
	return position
}
