package main

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"runtime"
	"sync"
	"time"

	"../grpc-go/logs"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

const maxMessageBytes = 20 << 20

// spare keeps the channels of entries that were answered.
var spare = sync.Pool{New: func() interface{} { return make(chan error, 1) }}

// envelope is the contract's reply.
type envelope struct {
	Error   bool   `json:"error"`
	Message string `json:"message"`
}

func serveHTTP(listener net.Listener, entries *writer) {
	mux := http.NewServeMux()
	mux.HandleFunc("/log", func(w http.ResponseWriter, r *http.Request) {
		var said struct {
			Name     string `json:"name"`
			Data     string `json:"data"`
			Severity string `json:"severity"`
			Run      string `json:"run"`
			Seq      uint64 `json:"seq"`
			SentAt   int64  `json:"sent_at"`
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxMessageBytes))
		if err == nil {
			err = json.Unmarshal(body, &said)
		}
		if err != nil {
			reply(w, http.StatusBadRequest, envelope{Error: true, Message: err.Error()})
			return
		}
		severity := map[string]int64{"WARNING": 1, "ERROR": 2}[said.Severity]
		committed := spare.Get().(chan error)
		err = entries.record(&entry{
			receivedAt: time.Now().UnixNano(), sentAt: said.SentAt, severity: severity, seq: int64(said.Seq),
			transport: "http", run: said.Run, name: said.Name, data: said.Data, committed: committed,
		})
		spare.Put(committed)
		if err != nil {
			reply(w, http.StatusServiceUnavailable, envelope{Error: true, Message: err.Error()})
			return
		}
		reply(w, http.StatusAccepted, envelope{Message: "logged"})
	})
	if err := http.Serve(listener, mux); err != nil {
		fail(err)
	}
}

func reply(w http.ResponseWriter, status int, e envelope) {
	body, _ := json.Marshal(e)
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	w.Write(body)
}

// logService has the contract's own fields: its entries belong to no run, so that nothing has to be looked up for them.
type logService struct {
	entries *writer
}

// WriteLog answers when the entry is committed.
func (s *logService) WriteLog(_ context.Context, request *logs.LogRequest) (*logs.LogResponse, error) {
	log := request.GetLogEntry()
	committed := spare.Get().(chan error)
	err := s.entries.record(&entry{
		receivedAt: time.Now().UnixNano(), transport: "grpc", name: log.GetName(), data: log.GetData(),
		committed: committed,
	})
	spare.Put(committed)
	if err != nil {
		return nil, status.Error(codes.Unavailable, err.Error())
	}
	return &logs.LogResponse{Result: "logged"}, nil
}

func serveGRPC(listener net.Listener, entries *writer) {
	// No more stream workers than that would answer: each waits for a commit.
	server := grpc.NewServer(grpc.MaxRecvMsgSize(maxMessageBytes), grpc.InitialWindowSize(16<<20),
		grpc.InitialConnWindowSize(64<<20), grpc.NumStreamWorkers(uint32(64*runtime.NumCPU())))
	logs.RegisterLogServiceServer(server, &logService{entries: entries})
	if err := server.Serve(listener); err != nil {
		fail(err)
	}
}
