package main

import (
	"encoding"
	"encoding/gob"
	"encoding/hex"
	"fmt"
	"math"
	"reflect"
	"strconv"
)

// A node is what a value must be decoded to, told by kind; numbers and bytes are strings so that JSON keeps them whole.
type node struct {
	Kind  string  `json:"k"`
	Value string  `json:"v,omitempty"`
	Name  string  `json:"n,omitempty"`
	Items []*node `json:"i,omitempty"`
}

func bits(f float64) string {
	return strconv.FormatUint(math.Float64bits(f), 16)
}

// tree describes a value by the rules of the gob specification, without encoding it.
func tree(v reflect.Value) *node {
	if v.Kind() == reflect.Pointer && !v.IsNil() {
		if opaque(v) == nil {
			return tree(v.Elem())
		}
	}
	if data := opaque(v); data != nil {
		return &node{Kind: "opaque", Value: hex.EncodeToString(*data)}
	}
	switch v.Kind() {
	case reflect.Bool:
		return &node{Kind: "bool", Value: strconv.FormatBool(v.Bool())}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return &node{Kind: "int", Value: strconv.FormatInt(v.Int(), 10)}
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return &node{Kind: "uint", Value: strconv.FormatUint(v.Uint(), 10)}
	case reflect.Float32, reflect.Float64:
		return &node{Kind: "float", Value: bits(v.Float())}
	case reflect.Complex64, reflect.Complex128:
		c := v.Complex()
		return &node{Kind: "complex", Value: bits(real(c)) + " " + bits(imag(c))}
	case reflect.String:
		return &node{Kind: "string", Value: hex.EncodeToString([]byte(v.String()))}
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return &node{Kind: "bytes", Value: hex.EncodeToString(v.Bytes())}
		}
		return &node{Kind: "slice", Items: elements(v)}
	case reflect.Array:
		return &node{Kind: "array", Items: elements(v)}
	case reflect.Map:
		n := &node{Kind: "map"}
		for _, key := range v.MapKeys() {
			n.Items = append(n.Items, tree(key), tree(v.MapIndex(key)))
		}
		return n
	case reflect.Struct:
		n := &node{Kind: "struct"}
		for i := 0; i < v.NumField(); i++ {
			field := v.Type().Field(i)
			if !field.IsExported() || !sent(v.Field(i)) {
				continue
			}
			item := tree(v.Field(i))
			item.Name = field.Name
			n.Items = append(n.Items, item)
		}
		return n
	case reflect.Interface:
		if v.IsNil() {
			return &node{Kind: "nil"}
		}
		return &node{Kind: "interface", Items: []*node{tree(v.Elem())}}
	}
	panic(fmt.Sprint("no tree for ", v.Type()))
}

func elements(v reflect.Value) (items []*node) {
	for i := 0; i < v.Len(); i++ {
		items = append(items, tree(v.Index(i)))
	}
	return items
}

// sent tells whether a struct sends a field that holds v.
func sent(v reflect.Value) bool {
	if v.Kind() == reflect.Pointer {
		return !v.IsNil() && sent(v.Elem())
	}
	if opaque(v) != nil {
		return !v.IsZero()
	}
	switch v.Kind() {
	case reflect.Chan, reflect.Func:
		return false
	case reflect.Struct, reflect.Array:
		return true
	case reflect.Slice:
		return v.Len() > 0
	case reflect.Float32, reflect.Float64:
		return v.Float() != 0
	case reflect.Complex64, reflect.Complex128:
		return v.Complex() != 0
	}
	return !v.IsZero()
}

// opaque returns the bytes of a value that encodes itself, nil for any other.
func opaque(v reflect.Value) *[]byte {
	for _, candidate := range []reflect.Value{v, address(v)} {
		if !candidate.IsValid() || !candidate.CanInterface() || candidate.Kind() == reflect.Interface {
			continue
		}
		if candidate.Kind() == reflect.Pointer && candidate.IsNil() {
			continue
		}
		var data []byte
		var err error
		switch encoder := candidate.Interface().(type) {
		case gob.GobEncoder:
			data, err = encoder.GobEncode()
		case encoding.BinaryMarshaler:
			data, err = encoder.MarshalBinary()
		default:
			continue
		}
		if err != nil {
			panic(err)
		}
		return &data
	}
	return nil
}

func address(v reflect.Value) reflect.Value {
	if v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface {
		return reflect.Value{}
	}
	pointer := reflect.New(v.Type())
	pointer.Elem().Set(v)
	return pointer
}
