// What Benchmarks/truth holds the lab's `netrpc` against: a client of Go's net/rpc, as a Go program is written that has been looked at
// with a profiler: one client for all goroutines, the garbage collector told to collect less often.
//
//	netrpc-go --to 127.0.0.1:PORT --payload-bytes 100 --in-flight 64 --duration 2 --warmup 0.5
package main

import (
	"flag"
	"fmt"
	"net/rpc"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"
)

// RPCPayload is the contract's argument.
type RPCPayload struct {
	Name string
	Data string
}

func drive() {
	to := flag.String("to", "", "the server, as host:port")
	payloadBytes := flag.Int("payload-bytes", 100, "length of the data of each entry")
	inFlight := flag.Int("in-flight", 64, "calls in flight on the one connection")
	duration := flag.Float64("duration", 2, "how long is measured, in seconds")
	warmup := flag.Float64("warmup", 0.5, "how long is sent before that, in seconds")
	flag.Parse()

	client, err := rpc.Dial("tcp", *to)
	if err != nil {
		fail(err)
	}
	defer client.Close()
	payload := RPCPayload{Name: "bench", Data: strings.Repeat("x", *payloadBytes)}
	from := time.Now().Add(seconds(*warmup))
	until := from.Add(seconds(*duration))
	latencies := make([][]time.Duration, *inFlight)
	totals := make([]int, *inFlight)
	var workers sync.WaitGroup
	for i := range latencies {
		workers.Add(1)
		go func() {
			defer workers.Done()
			var reply string
			for start := time.Now(); start.Before(until); start = time.Now() {
				if err := client.Call("RPCServer.LogInfo", payload, &reply); err != nil {
					fail(err)
				}
				totals[i]++
				if !start.Before(from) {
					latencies[i] = append(latencies[i], time.Since(start))
				}
			}
		}()
	}
	workers.Wait()
	report(time.Since(from).Seconds(), slices.Concat(latencies...), totals)
}

// report prints what was measured as one line of JSON.
func report(seconds float64, latencies []time.Duration, totals []int) {
	if len(latencies) == 0 {
		fail("nothing was measured")
	}
	total := 0
	for _, count := range totals {
		total += count
	}
	slices.Sort(latencies)
	percentile := func(share float64) float64 {
		return float64(latencies[min(len(latencies)-1, int(share*float64(len(latencies))))].Nanoseconds()) / 1000
	}
	fmt.Printf("{\"messages\": %d, \"total_messages\": %d, \"seconds\": %.6f, \"messages_per_s\": %.1f, "+
		"\"p50_us\": %.2f, \"p99_us\": %.2f}\n", len(latencies), total, seconds, float64(len(latencies))/seconds,
		percentile(0.5), percentile(0.99))
}

func seconds(count float64) time.Duration { return time.Duration(count * float64(time.Second)) }

func fail(what any) {
	fmt.Fprintln(os.Stderr, "netrpc-go:", what)
	os.Exit(1)
}

func main() {
	// Whoever sets GOGC decides.
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400)
	}
	drive()
}
