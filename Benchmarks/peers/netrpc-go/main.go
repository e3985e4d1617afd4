// The peer that broker-lab's `netrpc` transport is compared with: a client and a server of Go's net/rpc, as a Go program is
// written that has been looked at with a profiler: one client for all goroutines, the garbage collector told to collect
// less often.
//
//	netrpc-go server --listen 127.0.0.1:0
//	netrpc-go client --to 127.0.0.1:PORT --payload-bytes 100 --in-flight 64 --duration 2 --warmup 0.5
package main

import (
	"flag"
	"fmt"
	"net"
	"net/rpc"
	"os"
	"os/signal"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
)

// RPCPayload is the contract's argument.
type RPCPayload struct {
	Name string
	Data string
}

// RPCServer records entries in a ring of so many, as the logger does.
type RPCServer struct {
	lock     sync.Mutex
	received uint64
	latest   [4096]RPCPayload
}

// LogInfo records an entry.
func (r *RPCServer) LogInfo(payload RPCPayload, reply *string) error {
	r.lock.Lock()
	r.latest[r.received%uint64(len(r.latest))] = payload
	r.received++
	r.lock.Unlock()
	*reply = "Processed payload via RPC: " + payload.Name
	return nil
}

func serve(arguments []string) {
	flags := flag.NewFlagSet("server", flag.ExitOnError)
	listen := flags.String("listen", "127.0.0.1:0", "the address to listen on")
	flags.Parse(arguments)
	if err := rpc.Register(new(RPCServer)); err != nil {
		fail(err)
	}
	listener, err := net.Listen("tcp", *listen)
	if err != nil {
		fail(err)
	}
	fmt.Println("listening on", listener.Addr())
	go rpc.Accept(listener)
	ended := make(chan os.Signal, 1)
	signal.Notify(ended, syscall.SIGTERM, syscall.SIGINT)
	<-ended
}

func drive(arguments []string) {
	flags := flag.NewFlagSet("client", flag.ExitOnError)
	to := flags.String("to", "", "the server, as host:port")
	payloadBytes := flags.Int("payload-bytes", 100, "length of the data of each entry")
	inFlight := flags.Int("in-flight", 64, "calls in flight on the one connection")
	duration := flags.Float64("duration", 2, "how long is measured, in seconds")
	warmup := flags.Float64("warmup", 0.5, "how long is sent before that, in seconds")
	flags.Parse(arguments)

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
	if len(os.Args) < 2 {
		fail("say server or client")
	}
	switch os.Args[1] {
	case "server":
		serve(os.Args[2:])
	case "client":
		drive(os.Args[2:])
	default:
		fail("say server or client")
	}
}
