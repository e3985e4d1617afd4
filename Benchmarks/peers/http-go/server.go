package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os/signal"
	"sync"
	"syscall"
	"time"
)

const ringBytes = 64 << 20

// store keeps the last 64 MiB of entries, as the logger's memory store does.
type store struct {
	sync.Mutex
	bytes    []byte
	end      int
	received uint64
}

func (s *store) record(e *entry) {
	at := time.Now().UnixNano()
	size := 24 + len(e.Name) + len(e.Data)
	s.Lock()
	defer s.Unlock()
	if s.end+size > len(s.bytes) {
		s.end = 0
	}
	place := s.bytes[s.end : s.end+size]
	for i := range 8 {
		place[i] = byte(at >> (8 * i))
	}
	copy(place[24:], e.Name)
	copy(place[24+len(e.Name):], e.Data)
	s.end += size
	s.received++
}

func serve() {
	address := flag.String("listen", "127.0.0.1:0", "where to listen")
	certificate := flag.String("certificate", "", "speak TLS with this certificate, HTTP/2 to clients that ask for it")
	key := flag.String("key", "", "the certificate's private key")
	flag.Parse()

	entries := &store{bytes: make([]byte, ringBytes)}
	for i := range entries.bytes {
		entries.bytes[i] = 1
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /log", func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 32<<20))
		var e entry
		if err == nil {
			err = json.Unmarshal(body, &e)
		}
		if err != nil {
			reply(w, http.StatusBadRequest, envelope{Error: true, Message: err.Error()})
			return
		}
		entries.record(&e)
		reply(w, http.StatusAccepted, envelope{Message: "logged"})
	})
	listener, err := net.Listen("tcp", *address)
	if err != nil {
		fail(err)
	}
	fmt.Println("listening on", listener.Addr())
	server := &http.Server{Handler: mux}
	stop, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer cancel()
	go func() {
		<-stop.Done()
		server.Close()
	}()
	if *certificate != "" {
		err = server.ServeTLS(listener, *certificate, *key)
	} else {
		err = server.Serve(listener)
	}
	if err != http.ErrServerClosed {
		fail(err)
	}
}

func reply(w http.ResponseWriter, status int, e envelope) {
	body, _ := json.Marshal(e)
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	w.Write(body)
}
