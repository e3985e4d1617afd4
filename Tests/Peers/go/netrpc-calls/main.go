// Serves, or calls, net/rpc methods of many types, and checks every answer.
//
//	netrpc-calls serve [-http]
//	netrpc-calls call -to HOST:PORT -count N -in-flight N [-http]
//	netrpc-calls mistakes -to HOST:PORT
//
// Built with the race detector.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"net/rpc"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"peers/peer"
)

// Args are the operands of Arith.
type Args struct{ A, B int }

// Quotient is what Arith.Divide replies.
type Quotient struct{ Quo, Rem int }

// Repetition is the argument of Text.Repeat.
type Repetition struct {
	Text  string
	Count int
}

// Arith is a service of numbers.
type Arith struct{ calls, failed atomic.Int64 }

// Multiply replies the product.
func (t *Arith) Multiply(args *Args, reply *int) error {
	t.calls.Add(1)
	*reply = args.A * args.B
	return nil
}

// Divide replies quotient and remainder.
func (t *Arith) Divide(args *Args, reply *Quotient) error {
	t.calls.Add(1)
	if args.B == 0 {
		t.failed.Add(1)
		return errors.New("divide by zero")
	}
	reply.Quo, reply.Rem = args.A/args.B, args.A%args.B
	return nil
}

// Counts replies how often the service was called, and how often it failed.
func (t *Arith) Counts(_ struct{}, reply *map[string]int) error {
	*reply = map[string]int{"calls": int(t.calls.Load()), "failed": int(t.failed.Load())}
	return nil
}

// Text is a service of strings.
type Text struct{}

// Repeat replies a text so many times.
func (Text) Repeat(args Repetition, reply *string) error {
	*reply = strings.Repeat(args.Text, args.Count)
	return nil
}

// Table is a service of collections.
type Table struct{}

// Sum replies the sum of each row.
func (Table) Sum(rows map[string][]float64, reply *map[string]float64) error {
	*reply = map[string]float64{}
	for name, row := range rows {
		sum := 0.0
		for _, value := range row {
			sum += value
		}
		(*reply)[name] = sum
	}
	return nil
}

// Slow is a service that takes its time.
type Slow struct{}

// Wait replies after so many milliseconds.
func (Slow) Wait(milliseconds int, reply *int) error {
	time.Sleep(time.Duration(milliseconds) * time.Millisecond)
	*reply = milliseconds
	return nil
}

func serve(overHTTP *bool) {
	for _, service := range []any{new(Arith), Text{}, Table{}, Slow{}} {
		if err := rpc.Register(service); err != nil {
			peer.Fail(err)
		}
	}
	listener := peer.Listen()
	if *overHTTP {
		rpc.HandleHTTP()
		peer.Fail(http.Serve(listener, nil))
	}
	rpc.Accept(listener)
}

// Account is what call prints.
type Account struct {
	Calls  int    `json:"calls"`
	Right  int    `json:"right"`
	Failed int    `json:"failed"` // calls that were to fail, and did with the right text
	Wrong  string `json:"wrong,omitempty"`
}

// one makes the call of number i; whether it was to fail, and what is wrong.
func one(client *rpc.Client, i int) (bool, error) {
	switch i % 5 {
	case 0, 1:
		var product int
		err := client.Call("Arith.Multiply", Args{i, -7}, &product)
		if err == nil && product != i*-7 {
			err = fmt.Errorf("%d * -7 is not %d", i, product)
		}
		return false, err
	case 2:
		divisor := i % 3
		var quotient Quotient
		err := client.Call("Arith.Divide", &Args{i, divisor}, &quotient)
		if divisor == 0 {
			if err == nil || err.Error() != "divide by zero" {
				return true, fmt.Errorf("%d / 0: %v", i, err)
			}
			return true, nil
		}
		if err == nil && (quotient != Quotient{i / divisor, i % divisor}) {
			err = fmt.Errorf("%d / %d is not %v", i, divisor, quotient)
		}
		return false, err
	case 3:
		var text string
		err := client.Call("Text.Repeat", Repetition{"ž☃", i % 40}, &text)
		if err == nil && text != strings.Repeat("ž☃", i%40) {
			err = fmt.Errorf("repeated %d times: %q", i%40, text)
		}
		return false, err
	default:
		if i%1000 == 4 {
			var waited int
			err := client.Call("Slow.Wait", 30, &waited)
			if err == nil && waited != 30 {
				err = fmt.Errorf("waited %d", waited)
			}
			return false, err
		}
		rows := map[string][]float64{"a": {1.5, float64(i)}, "none": {}}
		var sums map[string]float64
		err := client.Call("Table.Sum", rows, &sums)
		if err == nil && (len(sums) != 2 || sums["a"] != 1.5+float64(i) || sums["none"] != 0) {
			err = fmt.Errorf("sums %v", sums)
		}
		return false, err
	}
}

func call(client *rpc.Client, count, inFlight int) {
	var account Account
	var lock sync.Mutex
	var workers sync.WaitGroup
	next := make(chan int)
	for range inFlight {
		workers.Add(1)
		go func() {
			defer workers.Done()
			for i := range next {
				failed, err := one(client, i)
				lock.Lock()
				account.Calls++
				switch {
				case err != nil:
					if account.Wrong == "" {
						account.Wrong = fmt.Sprintf("call %d: %v", i, err)
					}
				case failed:
					account.Failed++
				default:
					account.Right++
				}
				lock.Unlock()
			}
		}()
	}
	for i := range count {
		next <- i
	}
	close(next)
	workers.Wait()
	json.NewEncoder(os.Stdout).Encode(account)
}

// mistakes makes calls that cannot succeed and prints what the server says of each; then one that can.
func mistakes(client *rpc.Client) {
	type Other struct{ X, Y string }
	type Wrong struct{ A, B string }
	var said []string
	for _, mistake := range []struct {
		method   string
		argument any
	}{
		{"Arith.Nope", Args{1, 2}},
		{"Nope.Multiply", Args{1, 2}},
		{"ill-formed", Args{1, 2}},
		{"Arith.Multiply", Other{"x", "y"}},
		{"Arith.Multiply", Wrong{"a", "b"}},
		{"Slow.Wait", "not a number"},
		{"Arith.Divide", Args{1, 0}},
	} {
		var reply int
		said = append(said, fmt.Sprint(client.Call(mistake.method, mistake.argument, &reply)))
	}
	var product int
	err := client.Call("Arith.Multiply", Args{6, 7}, &product)
	said = append(said, fmt.Sprint(product, err))
	json.NewEncoder(os.Stdout).Encode(said)
}

func main() {
	to := flag.String("to", "", "the server's address")
	count := flag.Int("count", 1, "how many calls to make")
	inFlight := flag.Int("in-flight", 1, "how many calls may wait for their reply at once")
	overHTTP := flag.Bool("http", false, "over HTTP CONNECT")
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: netrpc-calls serve|call|mistakes [flags]")
		os.Exit(2)
	}
	command := os.Args[1]
	os.Args = append(os.Args[:1], os.Args[2:]...)
	if command == "serve" {
		// peer.Listen parses the flags, its own among them.
		serve(overHTTP)
		return
	}
	flag.Parse()
	time.AfterFunc(2*time.Minute, func() { peer.Fail(errors.New("not done within 2 minutes")) })
	dial := rpc.Dial
	if *overHTTP {
		dial = rpc.DialHTTP
	}
	client, err := dial("tcp", *to)
	if err != nil {
		peer.Fail(err)
	}
	defer client.Close()
	if command == "mistakes" {
		mistakes(client)
	} else {
		call(client, *count, *inFlight)
	}
}
