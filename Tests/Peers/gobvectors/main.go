// Command gobvectors makes the golden vectors of Tests/GobTests, and checks what Swift encoded.
//
//	go run . write ../../GobTests/Vectors/vectors.json
//	go run . verify FILE.json
//
// verify reads a list of {"name", "hex"}: streams that Swift encoded from the values of the vector of that name. Each
// must decode to what Go's own stream decodes to.
package main

import (
	"bytes"
	"encoding/gob"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"reflect"
)

// A vector is one stream.
type vector struct {
	Name   string `json:"name"`
	Hex    string `json:"hex"`
	Values []any  `json:"values"`
}

// A stream is what Swift encoded.
type stream struct {
	Name string `json:"name"`
	Hex  string `json:"hex"`
}

func main() {
	if len(os.Args) != 3 {
		fail("usage: gobvectors write|verify FILE")
	}
	switch os.Args[1] {
	case "write":
		write(os.Args[2])
	case "verify":
		verify(os.Args[2])
	default:
		fail("usage: gobvectors write|verify FILE")
	}
}

func fail(format string, args ...any) {
	fmt.Fprintf(os.Stderr, format+"\n", args...)
	os.Exit(1)
}

func encode(values []any) ([]byte, error) {
	var out bytes.Buffer
	encoder := gob.NewEncoder(&out)
	for _, value := range values {
		if err := encoder.Encode(value); err != nil {
			return nil, err
		}
	}
	return out.Bytes(), nil
}

func write(path string) {
	var vectors []vector
	for _, entry := range cases() {
		data, err := encode(entry.values)
		if err != nil {
			fail("%s: %v", entry.name, err)
		}
		v := vector{Name: entry.name, Hex: hex.EncodeToString(data)}
		for _, value := range entry.values {
			v.Values = append(v.Values, tree(reflect.ValueOf(value)))
		}
		vectors = append(vectors, v)
	}
	var out bytes.Buffer
	out.WriteString("[\n")
	for i, v := range vectors {
		line, err := json.Marshal(v)
		if err != nil {
			fail("%s: %v", v.Name, err)
		}
		out.Write(line)
		if i < len(vectors)-1 {
			out.WriteString(",")
		}
		out.WriteString("\n")
	}
	out.WriteString("]\n")
	if err := os.WriteFile(path, out.Bytes(), 0o644); err != nil {
		fail("%v", err)
	}
	fmt.Printf("%d vectors\n", len(vectors))
}

func verify(path string) {
	data, err := os.ReadFile(path)
	if err != nil {
		fail("%v", err)
	}
	var streams []stream
	if err := json.Unmarshal(data, &streams); err != nil {
		fail("%v", err)
	}
	known := map[string]entry{}
	for _, entry := range cases() {
		known[entry.name] = entry
	}
	failures := 0
	for _, s := range streams {
		if err := check(s, known); err != nil {
			failures++
			fmt.Printf("%s: %v\n", s.Name, err)
		}
	}
	if failures > 0 {
		fail("%d of %d streams are wrong", failures, len(streams))
	}
	fmt.Printf("%d streams verified\n", len(streams))
}

func check(s stream, known map[string]entry) error {
	entry, ok := known[s.Name]
	if !ok {
		return fmt.Errorf("no such vector")
	}
	got, err := hex.DecodeString(s.Hex)
	if err != nil {
		return err
	}
	want, err := encode(entry.values)
	if err != nil {
		return err
	}
	gotDecoder := gob.NewDecoder(bytes.NewReader(got))
	wantDecoder := gob.NewDecoder(bytes.NewReader(want))
	for i, value := range entry.values {
		kind := reflect.TypeOf(value)
		gotValue, wantValue := reflect.New(kind), reflect.New(kind)
		if err := wantDecoder.DecodeValue(wantValue); err != nil {
			return fmt.Errorf("value %d of Go: %w", i, err)
		}
		if err := gotDecoder.DecodeValue(gotValue); err != nil {
			return fmt.Errorf("value %d: %w", i, err)
		}
		a, b := gotValue.Elem().Interface(), wantValue.Elem().Interface()
		// The texts settle what DeepEqual cannot: NaN.
		if !reflect.DeepEqual(a, b) && fmt.Sprintf("%#v", a) != fmt.Sprintf("%#v", b) {
			return fmt.Errorf("value %d: %#v instead of %#v", i, a, b)
		}
	}
	return nil
}
