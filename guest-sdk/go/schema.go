package wflow

// JSON Schemas of Go's types.

import (
	"encoding"
	"encoding/json"
	"math/big"
	"reflect"
	"strings"
	"time"
)

// HasSchema is a type that knows its JSON Schema itself, such as one whose JSON is its own.
type HasSchema interface {
	JSONSchema() string
}

// OneOf is the JSON Schema of a choice, for the method JSONSchema of its type.
func OneOf[T any](values ...T) string {
	return mustEncode(map[string]any{"enum": values}, "a choice").JSON
}

type schema = map[string]any

// schemaOf is the text of the whole schema; a description may come on top.
func schemaOf(of reflect.Type, doc string) string {
	found := schemas{}
	root := found.of(of, true)
	if len(found) > 0 {
		root["$defs"] = found
	}
	if doc != "" {
		root["description"] = doc
	}
	if len(root) == 0 {
		return ""
	}
	return mustEncode(root, "a schema").JSON
}

// schemas are those of structs that have a name, by that: they may hold themselves.
type schemas map[string]schema

var (
	ownJSON = reflect.TypeFor[json.Marshaler]()
	ownText = reflect.TypeFor[encoding.TextMarshaler]()
	known   = map[reflect.Type]schema{
		reflect.TypeFor[None]():        {"type": "null"},
		reflect.TypeFor[time.Time]():   {"type": "string", "format": "date-time"},
		reflect.TypeFor[big.Int]():     {"type": "integer"},
		reflect.TypeFor[*big.Int]():    {"type": "integer"},
		reflect.TypeFor[json.Number](): {"type": "number"},
	}
)

// isWhole tells whether the value is a whole argument or result: only as such are bytes no text.
func (s schemas) of(of reflect.Type, isWhole bool) schema {
	if own, ok := declared(of); ok {
		return own
	}
	if found, ok := known[of]; ok {
		return copied(found)
	}
	if isBytes(of) {
		return bytesSchema(isWhole)
	}
	switch {
	case of.Kind() == reflect.Pointer:
		return schema{"anyOf": []schema{s.of(of.Elem(), false), {"type": "null"}}}
	case implements(of, ownJSON):
		return schema{}
	case implements(of, ownText):
		return schema{"type": "string"}
	}
	return s.ofKind(of)
}

func (s schemas) ofKind(of reflect.Type) schema {
	switch kind := of.Kind(); kind {
	case reflect.Bool:
		return schema{"type": "boolean"}
	case reflect.String:
		return schema{"type": "string"}
	case reflect.Float32, reflect.Float64:
		return schema{"type": "number"}
	case reflect.Int, reflect.Int64:
		return schema{"type": "integer"}
	case reflect.Int8, reflect.Int16, reflect.Int32:
		most := int64(1) << (of.Bits() - 1)
		return schema{"type": "integer", "minimum": -most, "maximum": most - 1}
	case reflect.Uint, reflect.Uint64, reflect.Uintptr:
		return schema{"type": "integer", "minimum": 0}
	case reflect.Uint8, reflect.Uint16, reflect.Uint32:
		return schema{"type": "integer", "minimum": 0, "maximum": int64(1)<<of.Bits() - 1}
	case reflect.Slice:
		return schema{"type": "array", "items": s.of(of.Elem(), false)}
	case reflect.Array:
		return schema{"type": "array", "items": s.of(of.Elem(), false), "minItems": of.Len(), "maxItems": of.Len()}
	case reflect.Map:
		return schema{"type": "object", "additionalProperties": s.of(of.Elem(), false)}
	case reflect.Struct:
		return s.ofStruct(of)
	}
	return schema{}
}

func (s schemas) ofStruct(of reflect.Type) schema {
	if of.Name() == "" {
		return s.ofFields(of)
	}
	name := strings.NewReplacer("/", "_", "~", "_").Replace(of.String())
	if _, ok := s[name]; !ok {
		s[name] = nil // it may hold itself
		s[name] = s.ofFields(of)
	}
	return schema{"$ref": "#/$defs/" + name}
}

func (s schemas) ofFields(of reflect.Type) schema {
	properties, required := schema{}, []string{}
	for _, field := range fieldsOf(of) {
		property := s.of(field.of, false)
		if field.doc != "" {
			property["description"] = field.doc
		}
		switch {
		case field.byDefault != nil:
			property["default"] = json.RawMessage(*field.byDefault)
		case !field.isOptional:
			required = append(required, field.name)
		}
		properties[field.name] = property
	}
	return schema{"type": "object", "properties": properties, "required": required, "additionalProperties": false}
}

// declared is what the type, or a pointer to it, says itself.
func declared(of reflect.Type) (schema, bool) {
	own := reflect.TypeFor[HasSchema]()
	if of.Kind() == reflect.Pointer || !implements(of, own) {
		return nil, false
	}
	said := schema{}
	if text := reflect.New(of).Interface().(HasSchema).JSONSchema(); text != "" {
		if err := json.Unmarshal([]byte(text), &said); err != nil {
			panic("wflow: the schema of " + of.String() + ": " + err.Error())
		}
	}
	return said, true
}

func implements(of, what reflect.Type) bool {
	return of.Implements(what) || of.Kind() != reflect.Pointer && reflect.PointerTo(of).Implements(what)
}

// hasOwnJSON tells whether JSON of the type is something else than its kind says.
func hasOwnJSON(of reflect.Type) bool {
	_, isKnown := known[of]
	return isKnown || implements(of, reflect.TypeFor[HasSchema]()) || implements(of, ownJSON) || implements(of, ownText)
}

func bytesSchema(isWhole bool) schema {
	if isWhole {
		return schema{"type": "string", "format": "binary"}
	}
	return schema{"type": "string", "contentEncoding": "base64"}
}

func isBytes(of reflect.Type) bool {
	return of.Kind() == reflect.Slice && of.Elem() == reflect.TypeFor[byte]() && !hasOwnJSON(of)
}

func isNullable(of reflect.Type) bool {
	return of.Kind() == reflect.Pointer && of != reflect.TypeFor[*big.Int]()
}

func copied(from schema) schema {
	to := make(schema, len(from)+1)
	for key, value := range from {
		to[key] = value
	}
	return to
}
