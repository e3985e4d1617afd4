// The lecture's own broker and logger in Go: a party of broker-lab's benchmarks that plays the logger or the load generator
// over net/rpc, net/http, grpc-go and amqp091-go. README.md has what it does at its best, and what at its defaults.
//
//	party-go logger --listen http=127.0.0.1:0 --listen netrpc=127.0.0.1:0 --listen grpc=127.0.0.1:0
//	party-go broker [--defaults]
//	party-go speaks
//
// logs/logs.pb.go is made from Sources/GRPCTransport/Wire/logs.proto by protoc-gen-go of Debian's golang-goprotobuf-dev, with
// --go_out=plugins=grpc.

// A program outside of a module behaves as of Go 1.20 unless it says otherwise.
//
//go:debug default=go1.25
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"syscall"
)

// atDefaults is whether everything is as the libraries have it where nobody has looked with a profiler.
var atDefaults bool

// spoken are the transports of both halves.
var spoken = []string{"http", "http:http2", "netrpc", "grpc", "amqp"}

// entry is a log entry in the contract's JSON and gob, with what ties it to a run.
type entry struct {
	Name   string `json:"name"`
	Data   string `json:"data"`
	Run    string `json:"run,omitempty"`
	Seq    uint64 `json:"seq"`
	SentAt int64  `json:"sent_at,omitempty"`
}

// envelope is the contract's reply over HTTP.
type envelope struct {
	Error   bool   `json:"error"`
	Message string `json:"message"`
}

// listens is where to listen, by transport.
type listens map[string]string

func (l listens) String() string { return fmt.Sprint(map[string]string(l)) }

func (l listens) Set(pair string) error {
	name, address, found := strings.Cut(pair, "=")
	if !found {
		return fmt.Errorf("it takes NAME=HOST:PORT, not %q", pair)
	}
	l[name] = address
	return nil
}

var output sync.Mutex

// say prints a line of JSON.
func say(line any) {
	text, err := json.Marshal(line)
	if err != nil {
		fail(err)
	}
	output.Lock()
	defer output.Unlock()
	os.Stdout.Write(append(text, '\n'))
}

func sayReady() {
	name := "go"
	if atDefaults {
		name = "go-defaults"
	}
	say(map[string]any{"ready": true, "name": name, "version": strings.TrimPrefix(runtime.Version(), "go")})
}

// fitCores has as many goroutines run at once as there are cores for this process, which may have changed since it began.
func fitCores() {
	if !atDefaults {
		runtime.SetDefaultGOMAXPROCS()
	}
}

func fail(what any) {
	fmt.Fprintln(os.Stderr, "party-go:", what)
	os.Exit(1)
}

func main() {
	if len(os.Args) == 2 && os.Args[1] == "speaks" {
		fmt.Println(strings.Join(spoken, "\n"))
		return
	}
	if len(os.Args) < 2 || (os.Args[1] != "logger" && os.Args[1] != "broker") {
		fail("say logger, broker or speaks")
	}
	flags := flag.NewFlagSet(os.Args[1], flag.ExitOnError)
	flags.BoolVar(&atDefaults, "defaults", false, "leave everything as the libraries have it")
	addresses := listens{}
	flags.Var(addresses, "listen", "where to listen, as NAME=HOST:PORT; of amqp, the URL of RabbitMQ")
	queue := flags.String("amqp-queue", "logs", "the queue to consume from")
	isTemporary := flags.Bool("amqp-temporary", false, "have the queue deleted when nobody consumes from it any more")
	flags.Parse(os.Args[2:])
	// Whoever sets GOGC decides.
	if !atDefaults && os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400)
	}
	ended := make(chan os.Signal, 1)
	signal.Notify(ended, syscall.SIGTERM, syscall.SIGINT)
	lines := make(chan string)
	go func() {
		input := bufio.NewReaderSize(os.Stdin, 1<<16)
		for {
			line, err := input.ReadString('\n')
			if err != nil {
				close(lines)
				return
			}
			lines <- line
		}
	}()
	if os.Args[1] == "broker" {
		go func() {
			<-ended
			os.Exit(0)
		}()
		sayReady()
		generate(lines)
		return
	}
	stop := receive(addresses, *queue, *isTemporary)
	sayReady()
	for {
		select {
		case <-ended:
			stop()
			return
		case _, isOpen := <-lines:
			if !isOpen {
				stop()
				return
			}
		}
	}
}
