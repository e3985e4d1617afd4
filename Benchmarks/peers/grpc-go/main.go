// The peer that broker-lab's `grpc` transport is compared with: a client and a server of grpc-go on one connection, as a Go
// program is written that has been looked at with a profiler: workers that serve streams, one client for all goroutines, the
// garbage collector told to collect less often.
//
//	grpc-go server --listen 127.0.0.1:0
//	grpc-go client --to 127.0.0.1:PORT --payload-bytes 100 --in-flight 64 --duration 2 --warmup 0.5
//
// logs/logs.pb.go is made from Tests/Peers/proto/logs.proto by protoc-gen-go of Debian's golang-goprotobuf-dev, with
// --go_out=plugins=grpc.
package main

import (
	"context"
	"flag"
	"fmt"
	"net"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"sort"
	"strings"
	"sync"
	"syscall"
	"time"

	"./logs"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
)

const maxMessageBytes = 20 << 20

// logService records entries in a ring of so many, as the logger does.
type logService struct {
	lock     sync.Mutex
	received uint64
	latest   [4096]*logs.Log
}

// WriteLog records an entry.
func (s *logService) WriteLog(_ context.Context, request *logs.LogRequest) (*logs.LogResponse, error) {
	s.lock.Lock()
	s.latest[s.received%uint64(len(s.latest))] = request.GetLogEntry()
	s.received++
	s.lock.Unlock()
	return &logs.LogResponse{Result: "logged"}, nil
}

func serve(arguments []string) {
	flags := flag.NewFlagSet("server", flag.ExitOnError)
	listen := flags.String("listen", "127.0.0.1:0", "the address to listen on")
	certificate := flags.String("certificate", "", "speak TLS with this certificate")
	key := flags.String("key", "", "the certificate's private key")
	flags.Parse(arguments)
	listener, err := net.Listen("tcp", *listen)
	if err != nil {
		fail(err)
	}
	options := []grpc.ServerOption{grpc.NumStreamWorkers(uint32(runtime.NumCPU())), grpc.MaxRecvMsgSize(maxMessageBytes),
		grpc.InitialWindowSize(16 << 20), grpc.InitialConnWindowSize(64 << 20)}
	if *certificate != "" {
		own, err := credentials.NewServerTLSFromFile(*certificate, *key)
		if err != nil {
			fail(err)
		}
		options = append(options, grpc.Creds(own))
	}
	server := grpc.NewServer(options...)
	logs.RegisterLogServiceServer(server, new(logService))
	fmt.Println("listening on", listener.Addr())
	go server.Serve(listener)
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

	connection, err := grpc.Dial(*to, grpc.WithInsecure(), grpc.WithBlock())
	if err != nil {
		fail(err)
	}
	defer connection.Close()
	client := logs.NewLogServiceClient(connection)
	request := &logs.LogRequest{LogEntry: &logs.Log{Name: "bench", Data: strings.Repeat("x", *payloadBytes)}}
	from := time.Now().Add(seconds(*warmup))
	until := from.Add(seconds(*duration))
	latencies := make([][]time.Duration, *inFlight)
	totals := make([]int, *inFlight)
	var workers sync.WaitGroup
	for i := range latencies {
		workers.Add(1)
		go func(i int) {
			defer workers.Done()
			for start := time.Now(); start.Before(until); start = time.Now() {
				if _, err := client.WriteLog(context.Background(), request); err != nil {
					fail(err)
				}
				totals[i]++
				if !start.Before(from) {
					latencies[i] = append(latencies[i], time.Since(start))
				}
			}
		}(i)
	}
	workers.Wait()
	var all []time.Duration
	for _, some := range latencies {
		all = append(all, some...)
	}
	report(time.Since(from).Seconds(), all, totals)
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
	sort.Slice(latencies, func(i, j int) bool { return latencies[i] < latencies[j] })
	percentile := func(share float64) float64 {
		index := int(share * float64(len(latencies)))
		if index >= len(latencies) {
			index = len(latencies) - 1
		}
		return float64(latencies[index].Nanoseconds()) / 1000
	}
	fmt.Printf("{\"messages\": %d, \"total_messages\": %d, \"seconds\": %.6f, \"messages_per_s\": %.1f, "+
		"\"p50_us\": %.2f, \"p99_us\": %.2f}\n", len(latencies), total, seconds, float64(len(latencies))/seconds,
		percentile(0.5), percentile(0.99))
}

func seconds(count float64) time.Duration { return time.Duration(count * float64(time.Second)) }

func fail(what interface{}) {
	fmt.Fprintln(os.Stderr, "grpc-go:", what)
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
