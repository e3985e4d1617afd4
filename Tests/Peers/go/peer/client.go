// Package peer holds what the Go peers share: their flags, their load and what they print.
package peer

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"sync"
	"time"
)

// ClientFlags is what every client can be told.
type ClientFlags struct {
	To       string
	Count    int
	InFlight int
	Name     string
	Data     string
	For      time.Duration
}

// ParseClientFlags reads the command line.
func ParseClientFlags() ClientFlags {
	var f ClientFlags
	flag.StringVar(&f.To, "to", "127.0.0.1:5001", "the logger's address")
	flag.IntVar(&f.Count, "count", 1, "how many entries to send")
	flag.IntVar(&f.InFlight, "in-flight", 1, "how many entries may wait for their answer at once")
	flag.StringVar(&f.Name, "name", "event", "the name of each entry")
	flag.StringVar(&f.Data, "data", "data", "the data of each entry; ' #N' is put behind it, N from 0 on")
	flag.DurationVar(&f.For, "for", 30*time.Second, "the longest time to run")
	flag.Parse()
	return f
}

// Outcome is what a client prints, as one line of JSON.
type Outcome struct {
	Sent  int    `json:"sent"`
	Acked int    `json:"acked"`
	Reply string `json:"reply"`           // to the first entry
	Error string `json:"error,omitempty"` // the first one
}

// Send calls send once an entry, f.InFlight of them at a time, prints the outcome and exits: 0 if all were acknowledged.
func (f ClientFlags) Send(send func(name, data string) (reply string, err error)) {
	time.AfterFunc(f.For, func() {
		fmt.Fprintf(os.Stderr, "not done after %v\n", f.For)
		os.Exit(3)
	})

	var outcome Outcome
	var lock sync.Mutex
	var workers sync.WaitGroup
	next := make(chan int)
	for range f.InFlight {
		workers.Add(1)
		go func() {
			defer workers.Done()
			for i := range next {
				reply, err := send(f.Name, fmt.Sprintf("%s #%d", f.Data, i))
				lock.Lock()
				outcome.Sent++
				if err == nil {
					outcome.Acked++
				} else if outcome.Error == "" {
					outcome.Error = err.Error()
				}
				if i == 0 {
					outcome.Reply = reply
				}
				lock.Unlock()
			}
		}()
	}
	for i := range f.Count {
		next <- i
	}
	close(next)
	workers.Wait()

	json.NewEncoder(os.Stdout).Encode(outcome)
	if outcome.Acked != f.Count {
		os.Exit(1)
	}
}

// Fail reports an error that ends the peer.
func Fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
