// What Benchmarks/idle-connections has beside broker-lab's logger: a server of grpc-go, as a Go program is written that has been looked
// at with a profiler: workers that serve streams, the garbage collector told to collect less often.
//
//	grpc-go --listen 127.0.0.1:0 [--certificate FILE --key FILE]
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
	"sync"
	"syscall"

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

func serve() {
	listen := flag.String("listen", "127.0.0.1:0", "the address to listen on")
	certificate := flag.String("certificate", "", "speak TLS with this certificate")
	key := flag.String("key", "", "the certificate's private key")
	flag.Parse()
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

func fail(what interface{}) {
	fmt.Fprintln(os.Stderr, "grpc-go:", what)
	os.Exit(1)
}

func main() {
	// Whoever sets GOGC decides.
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400)
	}
	serve()
}
