package main

import (
	"encoding/gob"
	"math/big"
	"time"
)

// The types of net/rpc and of the broker-lab wire contract.
type (
	Request struct {
		ServiceMethod string
		Seq           uint64
	}
	Response struct {
		ServiceMethod string
		Seq           uint64
		Error         string
	}
	RPCPayload struct {
		Name, Data string
	}
	StampedPayload struct {
		Name, Data, Severity, Run string
		Seq                       uint64
		SentAt                    int64
	}
	InvalidRequest struct{}
)

type (
	Point  struct{ X, Y int }
	Widths struct {
		A int8
		B int16
		C int32
		D int64
		E uint8
		F uint16
		G uint32
		H uint64
		I int
		J uint
		K uintptr
	}
	Basics struct {
		Flag    bool
		Int     int
		Uint    uint
		Float   float64
		Single  float32
		Complex complex128
		Text    string
		Data    []byte
	}
	Nested struct {
		Name  string
		Inner struct {
			Left, Right Point
		}
		After int
	}
	Embedded struct {
		Point
		Label string
	}
	Pointers struct {
		I   *int
		S   **string
		P   *Point
		Nil *Point
	}
	Collections struct {
		Ints    []int
		Names   []string
		Points  []Point
		Grid    [2][3]int8
		Fixed   [4]byte
		ByName  map[string]int
		ByPoint map[Point][]string
		Empty   []int
		NilMap  map[string]int
		NoEntry map[string]bool
	}
	Unsent struct {
		Kept    int
		Channel chan int
		Call    func()
		private int
		Last    string
	}
	Tree struct {
		Value       int
		Left, Right *Tree
	}
	List struct {
		Head string
		Tail *List
	}
	Forest struct {
		Name  string
		Trees []Forest
		Named map[string]Forest
	}
	Ping struct{ Next []Pong }
	Pong struct{ Back *Ping }
	Wide struct {
		F00, F01, F02, F03, F04, F05, F06, F07, F08, F09 int
		F10, F11, F12, F13, F14, F15, F16, F17, F18, F19 string
	}
	Shape  interface{ Area() int }
	Square struct{ Side int }
	Circle struct {
		Radius int
		Center Point
		Tags   []string
	}
	Drawing struct {
		Title  string
		Main   Shape
		Others []Shape
		Any    any
		ByName map[string]any
		End    int
	}
	Holder struct {
		Before int
		Held   any
		After  string
	}
	Level1 struct{ Held any }
	Level2 struct{ Held any }
	Level3 struct {
		Points []Point
		Last   string
	}
	Celsius float64
	Names   []string
	Ages    map[string]int
	Digest  [4]byte
	Flag    bool
	Times   struct {
		At    time.Time
		Maybe *time.Time
		All   []time.Time
		Zero  time.Time
		After int
	}
	Bigs struct {
		N     *big.Int
		R     *big.Rat
		After int
	}
	Temperatures struct {
		Now Celsius
		Was []Celsius
	}
	NamedCollections struct {
		Names  Names
		Ages   Ages
		Digest Digest
		Flag   Flag
	}
	// Newer has fields that Point has not, of every kind.
	Newer struct {
		Before  any
		X       int
		Extra   map[string][]Point
		More    [2]string
		Deep    *Tree
		Complex complex64
		When    time.Time
		Y       int
		Rest    []any
	}
	Swapped struct{ Y, X int }
)

func (s Square) Area() int { return s.Side * s.Side }
func (c Circle) Area() int { return 3 * c.Radius * c.Radius }

// Text encodes itself with GobEncode.
type Text struct{ text string }

func (t Text) GobEncode() ([]byte, error)   { return []byte("<" + t.text + ">"), nil }
func (t *Text) GobDecode(data []byte) error { t.text = string(data[1 : len(data)-1]); return nil }

// Pair encodes itself with MarshalBinary.
type Pair struct{ a, b byte }

func (p Pair) MarshalBinary() ([]byte, error)     { return []byte{p.a, p.b}, nil }
func (p *Pair) UnmarshalBinary(data []byte) error { p.a, p.b = data[0], data[1]; return nil }

// Word implements encoding.TextMarshaler, which gob pays no heed to.
type Word struct{ Letters string }

func (w Word) MarshalText() ([]byte, error)     { return []byte(w.Letters), nil }
func (w *Word) UnmarshalText(data []byte) error { w.Letters = string(data); return nil }

type Opaques struct {
	T     Text
	P     Pair
	W     Word
	Ts    []Text
	ByKey map[string]Pair
	Zero  Pair
	End   bool
}

func init() {
	gob.Register(Square{})
	gob.Register(Circle{})
	gob.Register(&Point{})
	gob.Register(Level1{})
	gob.Register(Level2{})
	gob.Register(Level3{})
	gob.Register(Celsius(0))
	gob.Register(Names{})
	gob.Register(map[string]int{})
	gob.Register([]any{})
	gob.Register(time.Time{})
	gob.Register(Text{})
	gob.RegisterName("tree of values", Tree{})
}
