package main

import (
	"fmt"
	"math"
	"math/big"
	"strings"
	"time"
)

// An entry is the values of one stream.
type entry struct {
	name   string
	values []any
}

func cases() []entry {
	var list []entry
	add := func(name string, values ...any) { list = append(list, entry{name, values}) }
	numbers(add)
	texts(add)
	collections(add)
	structs(add)
	interfaces(add)
	opaques(add)
	streams(add)
	return list
}

type adder func(name string, values ...any)

func numbers(add adder) {
	add("bool true", true)
	add("bool false", false)
	for _, i := range []int64{0, 1, -1, 63, 64, -64, -65, 127, 128, -128, -129, 255, 256, 32767, -32768, 65535, 65536,
		math.MaxInt32, math.MinInt32, 1 << 40, math.MaxInt64, math.MinInt64, math.MinInt64 + 1} {
		add(fmt.Sprint("int64 ", i), i)
	}
	for _, u := range []uint64{0, 1, 127, 128, 255, 256, 65535, 65536, 1<<24 - 1, 1 << 24, math.MaxUint32, 1 << 32,
		1<<40 - 1, 1 << 48, 1<<56 - 1, 1 << 56, math.MaxUint64} {
		add(fmt.Sprint("uint64 ", u), u)
	}
	add("int8 min", int8(math.MinInt8))
	add("int8 max", int8(math.MaxInt8))
	add("int16 min", int16(math.MinInt16))
	add("int16 max", int16(math.MaxInt16))
	add("int32 min", int32(math.MinInt32))
	add("int32 max", int32(math.MaxInt32))
	add("int min", math.MinInt)
	add("uint8 max", uint8(math.MaxUint8))
	add("uint16 max", uint16(math.MaxUint16))
	add("uint32 max", uint32(math.MaxUint32))
	add("uint max", uint(math.MaxUint))
	add("uintptr", uintptr(4096))
	for _, f := range []struct {
		name  string
		value float64
	}{{"zero", 0}, {"one", 1}, {"seventeen", 17}, {"minus", -1.5}, {"pi", math.Pi}, {"max", math.MaxFloat64},
		{"smallest", math.SmallestNonzeroFloat64}, {"inf", math.Inf(1)}, {"minus inf", math.Inf(-1)},
		{"minus zero", math.Copysign(0, -1)}, {"nan", math.NaN()}, {"integer", 1 << 53}} {
		add("float64 "+f.name, f.value)
	}
	add("float32 max", float32(math.MaxFloat32))
	add("float32 tenth", float32(0.1))
	add("complex128", complex(1.5, -2))
	add("complex64", complex64(complex(0, 3)))
	add("complex zero", complex(0, 0))
	add("named float", Celsius(36.6))
	add("pointer to int", pointer(7))
}

func texts(add adder) {
	add("string empty", "")
	add("string ascii", "hello, gob")
	add("string unicode", "grüße 世界 🚀\u0000\n")
	add("string not utf8", "\xff\xfe\x00a")
	for _, n := range []int{15, 16, 127, 128, 255, 256, 70000} {
		add(fmt.Sprint("string of ", n), strings.Repeat("x", n))
	}
	add("bytes nil", []byte(nil))
	add("bytes empty", []byte{})
	add("bytes", []byte{0, 1, 127, 128, 255})
	add("bytes 300", []byte(strings.Repeat("\xfe", 300)))
}

func collections(add adder) {
	add("slice bool", []bool{true, false})
	add("slice int", []int{0, 1, -1, math.MinInt64})
	add("slice int8", []int8{-128, 127})
	add("slice uint16", []uint16{0, 65535})
	add("slice uint64", []uint64{0, math.MaxUint64})
	add("slice float", []float64{0, 1.25, math.Inf(1)})
	add("slice float32", []float32{0, -0.5})
	add("slice complex", []complex128{0, complex(1, 2)})
	add("slice string", []string{"", "a", "bc"})
	add("slice bytes", [][]byte{nil, {1}, {2, 3}})
	add("slice empty", []int{})
	add("slice nil", []string(nil))
	add("slice of slices", [][]int{{}, {1}, {2, 3}})
	add("slice of structs", []Point{{}, {1, 2}})
	add("slice of pointers", []*Point{{3, 4}})
	add("slice of maps", []map[string]int{{"a": 1}, {}})
	add("slice of empty structs", []InvalidRequest{{}, {}})
	add("slice long", make([]int, 1000))
	add("named slice", Names{"x", "y"})
	add("array int", [3]int{1, 0, -1})
	add("array zero", [2]string{})
	add("array empty", [0]int{})
	add("array bytes", [4]byte{1, 2, 3, 255})
	add("array of arrays", [2][2]int16{{1, 2}, {3, 4}})
	add("array of structs", [2]Point{{1, 2}, {}})
	add("array of interfaces", [3]any{1, "two", nil})
	add("named array", Digest{1, 2, 3, 4})
	add("map string int", map[string]int{"a": 1, "b": -2, "": 0})
	add("map int string", map[int]string{1: "one", -1: "minus one"})
	add("map bool", map[bool]bool{true: false})
	add("map empty", map[string]int{})
	add("map float key", map[float64]uint{1.5: 2})
	add("map struct key", map[Point]Point{{1, 2}: {3, 4}})
	add("map array key", map[[2]int]string{{1, 2}: "x"})
	add("map of maps", map[string]map[string]bool{"a": {"b": true}, "c": {}})
	add("map of slices", map[string][]int{"a": {1}, "b": nil})
	add("map of bytes", map[string][]byte{"a": {1, 2}})
	add("map of interfaces", map[string]any{"i": 1, "s": "text", "p": &Point{5, 6}, "n": nil})
	add("named map", Ages{"ann": 40})
}

func structs(add adder) {
	add("rpc request", Request{"RPCServer.LogInfo", 7})
	add("rpc request first", Request{"RPCServer.LogInfo", 0})
	add("rpc response", Response{"RPCServer.LogInfo", 7, ""})
	add("rpc response error", Response{"RPCServer.LogInfo", 300, "rpc: can't find method"})
	add("rpc payload", RPCPayload{"event", "some data"})
	add("rpc stamped", StampedPayload{"event", "data", "WARNING", "run-1", 1 << 40, -1700000000000000000})
	add("rpc invalid request", InvalidRequest{})
	add("point", Point{22, 33})
	add("point zero", Point{})
	add("point y only", Point{Y: -129})
	add("widths zero", Widths{})
	add("widths min", Widths{math.MinInt8, math.MinInt16, math.MinInt32, math.MinInt64, 0, 0, 0, 0, math.MinInt, 0, 0})
	add("widths max", Widths{math.MaxInt8, math.MaxInt16, math.MaxInt32, math.MaxInt64, math.MaxUint8, math.MaxUint16,
		math.MaxUint32, math.MaxUint64, math.MaxInt, math.MaxUint, math.MaxUint})
	add("basics", Basics{true, -1, 1, 1.5, 0.25, complex(1, -1), "text", []byte{1, 2}})
	add("basics zero", Basics{})
	add("basics minus zero", Basics{Float: math.Copysign(0, -1), Text: "x"})
	nested := Nested{Name: "n", After: 3}
	nested.Inner.Left = Point{1, 2}
	add("nested", nested)
	add("nested zero", Nested{})
	add("embedded", Embedded{Point{1, 2}, "here"})
	text := "pointed"
	indirect := &text
	add("pointers", Pointers{pointer(5), &indirect, &Point{1, 0}, nil})
	add("pointers to zero", Pointers{I: pointer(0), P: &Point{}})
	add("pointers nil", Pointers{})
	add("collections", Collections{
		[]int{1, 2}, []string{"a", ""}, []Point{{1, 2}, {}}, [2][3]int8{{1, 2, 3}, {-1, -2, -3}}, [4]byte{9, 8, 7, 6},
		map[string]int{"k": 1}, map[Point][]string{{1, 1}: {"x"}}, nil, nil, map[string]bool{}})
	add("collections zero", Collections{})
	add("named collections", NamedCollections{Names{"a"}, Ages{"b": 1}, Digest{1}, true})
	add("temperatures", Temperatures{21.5, []Celsius{20, 21}})
	add("unsent", Unsent{Kept: 1, Channel: make(chan int), Call: func() {}, private: 2, Last: "z"})
	add("wide", Wide{F00: 1, F09: 9, F19: "last"})
	add("wide last only", Wide{F19: "last"})
	add("tree", Tree{1, &Tree{2, nil, &Tree{Value: 3}}, &Tree{}})
	var list *List
	for i := 0; i < 60; i++ {
		list = &List{fmt.Sprint("item ", i), list}
	}
	add("list", *list)
	add("forest", Forest{"a", []Forest{{Name: "b"}, {Name: "c", Trees: []Forest{{}}}},
		map[string]Forest{"d": {Name: "e"}}})
	add("ping pong", Ping{[]Pong{{&Ping{[]Pong{{}}}}, {}}})
	add("pointer to struct", &Point{7, 8})
	add("anonymous struct", struct {
		A int
		B string
	}{1, "b"})
	add("word", Word{"plain"})
}

func interfaces(add adder) {
	add("interface nil", Holder{Before: 1, After: "a"})
	add("interface int", Holder{1, 42, "a"})
	add("interface zero int", Holder{1, 0, "a"})
	add("interface int8", Holder{1, int8(-8), "a"})
	add("interface uint", Holder{1, uint(42), "a"})
	add("interface string", Holder{1, "held", "a"})
	add("interface bool", Holder{1, true, "a"})
	add("interface float", Holder{1, 2.5, "a"})
	add("interface complex", Holder{1, complex(1, 2), "a"})
	add("interface bytes", Holder{1, []byte("held"), "a"})
	add("interface struct", Holder{1, Square{3}, "a"})
	add("interface pointer", Holder{1, &Point{3, 4}, "a"})
	add("interface slice", Holder{1, []int{1, 2}, "a"})
	add("interface named", Holder{1, Celsius(1.5), "a"})
	add("interface named slice", Holder{1, Names{"n"}, "a"})
	add("interface map", Holder{1, map[string]int{"k": 1}, "a"})
	add("interface slice of any", Holder{1, []any{1, "x", nil, Square{2}}, "a"})
	add("interface nested", Holder{1, Level1{Level2{Level3{[]Point{{1, 2}}, "deep"}}}, "a"})
	add("interface nested twice", Holder{1, Level1{Level2{5}}, "a"}, Holder{2, Level1{Level1{Square{1}}}, "b"})
	add("interface tree", Holder{1, Tree{1, &Tree{Value: 2}, nil}, "a"})
	add("interface time", Holder{1, moment, "a"})
	add("interface opaque", Holder{1, Text{"t"}, "a"})
	add("interface in every place", Drawing{"d", Circle{2, Point{1, 1}, []string{"t"}},
		[]Shape{Square{1}, nil, Circle{Radius: 9}}, []any{Level3{nil, "l"}}, map[string]any{"k": Level2{Names{"q"}}}, 9})
	add("interface slice top level", []any{1, Square{4}, "s", Level1{Circle{Tags: []string{"u"}}}})
	add("interface types known", Holder{1, Square{3}, "a"}, Holder{2, Square{4}, "b"}, Square{5})
	add("type evolution", Newer{Level1{Circle{Radius: 1}}, 22, map[string][]Point{"p": {{1, 2}}}, [2]string{"a", "b"},
		&Tree{Value: 1}, complex(1, 2), moment, 33, []any{nil, Level3{Last: "z"}, 5}}, Point{1, 2})
	add("swapped", Swapped{1, 2})
}

var moment = time.Date(2024, 2, 29, 12, 34, 56, 789000001, time.UTC)

func opaques(add adder) {
	add("time utc", moment)
	add("time zone", moment.In(time.FixedZone("", 5*3600+30*60)))
	add("time west", moment.In(time.FixedZone("", -8*3600)))
	add("time zone with seconds", moment.In(time.FixedZone("", 3600+1)))
	add("time zero", time.Time{})
	add("time epoch", time.Unix(0, 0).UTC())
	add("time early", time.Date(-1, 1, 1, 0, 0, 0, 1, time.UTC))
	late := moment.Add(time.Hour)
	add("times", Times{moment, &late, []time.Time{moment, {}}, time.Time{}, 5})
	add("big int", big.NewInt(-123456789))
	add("bigs", Bigs{new(big.Int).Lsh(big.NewInt(1), 200), big.NewRat(-3, 7), 1})
	add("gob encoder", Text{"hello"})
	add("binary marshaler", Pair{1, 2})
	add("opaques", Opaques{Text{"t"}, Pair{1, 2}, Word{"w"}, []Text{{"a"}, {""}}, map[string]Pair{"k": {3, 4}}, Pair{},
		true})
}

func streams(add adder) {
	add("stream of ints", 1, 2, 300)
	add("stream of kinds", 1, "two", 3.0, []byte{4}, true, uint(6), complex(7, 8))
	add("stream of points", Point{1, 2}, Point{3, 4}, Point{})
	add("stream of structs", Point{1, 2}, Basics{Int: 1}, Point{3, 4}, []Point{{5, 6}})
	add("stream of rpc calls", Request{"RPCServer.LogInfo", 0}, RPCPayload{"a", "b"}, Request{"RPCServer.LogInfo", 1},
		RPCPayload{"c", strings.Repeat("d", 500)})
	add("stream of replies", Response{"RPCServer.LogInfo", 0, ""}, "Processed payload via RPC: a",
		Response{"RPCServer.LogInfo", 1, "refused"}, InvalidRequest{})
}

func pointer[T any](value T) *T { return &value }
