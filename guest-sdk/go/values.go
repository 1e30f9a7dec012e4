package wflow

// Values: JSON text, or bytes that stay as they are.

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"

	"wflow/internal/host"
)

func encode(value any) (host.Value, error) {
	of := reflect.ValueOf(value)
	switch {
	case value == None{}:
		return host.Value{JSON: "null"}, nil
	case value != nil && isBytes(of.Type()):
		if of.IsNil() {
			return host.Value{Bytes: []byte{}}, nil
		}
		return host.Value{Bytes: of.Bytes()}, nil
	}
	text, err := encodeJSON(value)
	if err != nil {
		return host.Value{}, err
	}
	// A schema that says list or object has no place for null.
	if text == "null" && value != nil && !hasOwnJSON(of.Type()) {
		switch of.Kind() {
		case reflect.Slice:
			text = "[]"
		case reflect.Map:
			text = "{}"
		}
	}
	return host.Value{JSON: text}, nil
}

func encodeJSON(value any) (string, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(value)
	return strings.TrimSuffix(text.String(), "\n"), err
}

// mustEncode is for what the code itself says.
func mustEncode(value any, what string) host.Value {
	encoded, err := encode(value)
	if err != nil {
		panic(fmt.Sprintf("wflow: %s: %v", what, err))
	}
	return encoded
}

func decode(value host.Value, to reflect.Type) (reflect.Value, error) {
	into := reflect.New(to)
	switch {
	case to == reflect.TypeFor[None]():
		return into.Elem(), nil
	case value.Bytes != nil && isBytes(to):
		into.Elem().SetBytes(value.Bytes)
		return into.Elem(), nil
	case value.Bytes != nil && to.Kind() == reflect.Interface && to.NumMethod() == 0:
		into.Elem().Set(reflect.ValueOf(value.Bytes))
		return into.Elem(), nil
	case value.Bytes != nil:
		return into.Elem(), fmt.Errorf("bytes are no %s", to)
	}
	text, err := filled([]byte(value.JSON), to)
	if err == nil {
		err = json.Unmarshal(text, into.Interface())
	}
	return into.Elem(), err
}

func decodeTo[T any](value host.Value) (T, error) {
	decoded, err := decode(value, reflect.TypeFor[T]())
	if err != nil {
		var none T
		return none, err
	}
	return decoded.Interface().(T), nil
}

// filled is the JSON text with the defaults of fields that it lacks, which encoding/json knows nothing of.
func filled(text []byte, of reflect.Type) ([]byte, error) {
	if !hasDefaults(of, map[reflect.Type]bool{}) {
		return text, nil
	}
	var tree any
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	if err := decoder.Decode(&tree); err != nil {
		return nil, err
	}
	fill(tree, of)
	return json.Marshal(tree)
}

func hasDefaults(of reflect.Type, seen map[reflect.Type]bool) bool {
	if seen[of] || hasOwnJSON(of) {
		return false
	}
	seen[of] = true
	switch of.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
		return hasDefaults(of.Elem(), seen)
	case reflect.Struct:
		for _, field := range fieldsOf(of) {
			if field.byDefault != nil || hasDefaults(field.of, seen) {
				return true
			}
		}
	}
	return false
}

func fill(tree any, of reflect.Type) {
	for of.Kind() == reflect.Pointer {
		of = of.Elem()
	}
	switch tree := tree.(type) {
	case []any:
		if of.Kind() == reflect.Slice || of.Kind() == reflect.Array {
			for _, element := range tree {
				fill(element, of.Elem())
			}
		}
	case map[string]any:
		fillObject(tree, of)
	}
}

func fillObject(object map[string]any, of reflect.Type) {
	switch {
	case of.Kind() == reflect.Map:
		for _, value := range object {
			fill(value, of.Elem())
		}
	case isRecord(of):
		for _, field := range fieldsOf(of) {
			if value, ok := object[field.name]; ok {
				fill(value, field.of)
			} else if field.byDefault != nil {
				object[field.name] = json.RawMessage(*field.byDefault)
			}
		}
	}
}
