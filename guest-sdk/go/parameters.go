package wflow

// Parameters: the fields of a struct, or named by an option.

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"

	"wflow/internal/host"
)

// parameter is one of a flow or task, and a field of any struct.
type parameter struct {
	name string
	doc  string
	of   reflect.Type
	// JSON text; nil where it is required.
	byDefault *string
	// Whether JSON may lack it, though there is no default.
	isOptional bool
	index      []int
}

func (d *definition) setParameters() {
	function := d.function.Type()
	if d.takesStruct() {
		d.packed = function.In(0)
		d.parameters = fieldsOf(d.packed)
	} else {
		names := d.settings.names
		if len(names) == 0 && function.NumIn() == 1 {
			names = []string{"value"}
		}
		if len(names) != function.NumIn() {
			panic(fmt.Sprintf("wflow: %s has %d parameters and Params names %d", d.name, function.NumIn(), len(names)))
		}
		for i, name := range names {
			d.parameters = append(d.parameters, parameter{name: name, of: function.In(i)})
		}
	}
	for i := range d.parameters {
		d.complete(&d.parameters[i])
	}
	for name := range d.settings.defaults {
		panic(fmt.Sprintf("wflow: %s has no parameter %s, for which there is a default", d.name, name))
	}
}

// complete takes what options say. What may be nil, or left out of JSON, is so by default.
func (d *definition) complete(one *parameter) {
	if doc, ok := d.settings.docs[one.name]; ok {
		one.doc = doc
	}
	if value, ok := d.settings.defaults[one.name]; ok {
		text := mustEncode(value, "the default of "+one.name).JSON
		one.byDefault = &text
		delete(d.settings.defaults, one.name)
	}
	if one.byDefault == nil && (one.isOptional || isNullable(one.of)) {
		text := mustEncode(reflect.Zero(one.of).Interface(), "the default of "+one.name).JSON
		one.byDefault = &text
	}
}

func (d *definition) takesStruct() bool {
	function := d.function.Type()
	return len(d.settings.names) == 0 && function.NumIn() == 1 && isRecord(function.In(0))
}

func (p *parameter) described() host.Parameter {
	return host.Parameter{Name: p.name, Schema: schemaOf(p.of, p.doc), Default: p.byDefault}
}

// isRecord tells whether JSON has the fields of the struct, and nothing says otherwise.
func isRecord(of reflect.Type) bool {
	return of.Kind() == reflect.Struct && of != reflect.TypeFor[None]() && !hasOwnJSON(of)
}

// fieldsOf are the fields that JSON has: by their tags, and with those of embedded structs.
func fieldsOf(of reflect.Type) []parameter {
	var fields []parameter
	for i := range of.NumField() {
		field := of.Field(i)
		tag, hasTag := field.Tag.Lookup("json")
		name, rest, _ := strings.Cut(tag, ",")
		switch {
		case tag == "-":
			continue
		case field.Anonymous && !hasTag && field.Type.Kind() == reflect.Struct:
			for _, inner := range fieldsOf(field.Type) {
				inner.index = append([]int{i}, inner.index...)
				fields = append(fields, inner)
			}
			continue
		case !field.IsExported():
			continue
		case name == "":
			name = field.Name
		}
		fields = append(fields, parameter{
			name:       name,
			doc:        field.Tag.Get("doc"),
			of:         field.Type,
			byDefault:  defaultOf(field),
			isOptional: strings.Contains(rest, "omitempty") || strings.Contains(rest, "omitzero") || isNullable(field.Type),
			index:      []int{i},
		})
	}
	return fields
}

// defaultOf is what the tag says in JSON, but that texts need no quotes.
func defaultOf(field reflect.StructField) *string {
	text, ok := field.Tag.Lookup("default")
	if !ok {
		return nil
	}
	if field.Type.Kind() == reflect.String {
		text = mustEncode(text, "a default").JSON
	}
	if !json.Valid([]byte(text)) {
		panic(fmt.Sprintf("wflow: the default of the field %s is no JSON: %s", field.Name, text))
	}
	return &text
}
