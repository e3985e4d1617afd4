// The work of Benchmarks/CodecWork with Go's encoding/gob:
//
//	cd Benchmarks/peers/gob-go && go test -bench .
package gob_test

import (
	"bytes"
	"encoding/gob"
	"fmt"
	"io"
	"strings"
	"testing"
)

// Entry is a log entry.
type Entry struct{ Name, Data string }

// Customer is part of an Order.
type Customer struct {
	Name string
	Tags []string
}

// Line is part of an Order.
type Line struct {
	Article  string
	Quantity int
	Price    float64
}

// Order is a nested value.
type Order struct {
	ID         int
	Customer   Customer
	Lines      []Line
	Attributes map[string]int
}

func order() Order {
	order := Order{
		ID: 4711, Customer: Customer{"Ada Lovelace", []string{"early", "analytical"}},
		Attributes: map[string]int{"priority": 3, "retries": 0, "shard": 12},
	}
	for i := range 10 {
		order.Lines = append(order.Lines, Line{fmt.Sprint("article-", i), i + 1, 9.99 * float64(i+1)})
	}
	return order
}

func encode[T any](b *testing.B, value T) {
	encoder := gob.NewEncoder(io.Discard)
	b.ReportAllocs()
	for b.Loop() {
		if err := encoder.Encode(value); err != nil {
			b.Fatal(err)
		}
	}
}

// again gives the same bytes without end.
type again struct {
	bytes []byte
	at    int
}

func (a *again) Read(p []byte) (int, error) {
	n := copy(p, a.bytes[a.at:])
	a.at = (a.at + n) % len(a.bytes)
	return n, nil
}

func decode[T any](b *testing.B, value T) {
	var stream bytes.Buffer
	encoder := gob.NewEncoder(&stream)
	encoder.Encode(value)
	first := stream.Len()
	encoder.Encode(value)
	message := bytes.Clone(stream.Bytes()[first:])

	source := &again{bytes: message}
	decoder := gob.NewDecoder(io.MultiReader(bytes.NewReader(stream.Bytes()[:first]), source))
	var decoded T
	if err := decoder.Decode(&decoded); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if err := decoder.Decode(&decoded); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSmallEncode(b *testing.B)  { encode(b, Entry{"bench", strings.Repeat("x", 100)}) }
func BenchmarkSmallDecode(b *testing.B)  { decode(b, Entry{"bench", strings.Repeat("x", 100)}) }
func BenchmarkNestedEncode(b *testing.B) { encode(b, order()) }
func BenchmarkNestedDecode(b *testing.B) { decode(b, order()) }
func Benchmark1MiBEncode(b *testing.B)   { encode(b, Entry{"bench", strings.Repeat("x", 1<<20)}) }
func Benchmark1MiBDecode(b *testing.B)   { decode(b, Entry{"bench", strings.Repeat("x", 1<<20)}) }
