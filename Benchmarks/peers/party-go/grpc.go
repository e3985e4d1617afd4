package main

import (
	"context"
	"net"
	"runtime"
	"strings"
	"time"

	"./logs"
	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

const (
	mostMessageBytes = 20 << 20
	// Windows as large as they are on broker-lab's side, and known at once: no pings to find out.
	grpcWindow = 16 << 20
)

// logService records entries.
type logService struct {
	logs.UnimplementedLogServiceServer
	entries *ledger
}

// WriteLog records an entry.
func (s *logService) WriteLog(_ context.Context, request *logs.LogRequest) (*logs.LogResponse, error) {
	log := request.GetLogEntry()
	s.entries.record(log.GetName(), log.GetData(), log.GetRun(), log.GetSeq(), log.GetSentAt())
	return &logs.LogResponse{Result: "logged"}, nil
}

func serveGRPC(listener net.Listener, entries *ledger) (stop func()) {
	var options []grpc.ServerOption
	if !atDefaults {
		options = []grpc.ServerOption{
			grpc.NumStreamWorkers(uint32(runtime.NumCPU())), grpc.MaxRecvMsgSize(mostMessageBytes),
			grpc.InitialWindowSize(grpcWindow), grpc.InitialConnWindowSize(4 * grpcWindow),
			grpc.WriteBufferSize(64 << 10), grpc.ReadBufferSize(64 << 10),
		}
	}
	server := grpc.NewServer(options...)
	logs.RegisterLogServiceServer(server, &logService{entries: entries})
	go server.Serve(listener)
	return func() {
		drained := make(chan struct{})
		go func() {
			server.GracefulStop()
			close(drained)
		}()
		select {
		case <-drained:
		case <-time.After(5 * time.Second):
			server.Stop()
		}
	}
}

type grpcSender struct {
	connection *grpc.ClientConn
	client     logs.LogServiceClient
	requests   []logs.LogRequest
}

func dialGRPC(target string, workers int) (sender, error) {
	ctx, cancel := context.WithTimeout(context.Background(), dialLimit)
	defer cancel()
	options := []grpc.DialOption{grpc.WithInsecure(), grpc.WithBlock(), grpc.FailOnNonTempDialError(true)}
	if !atDefaults {
		options = append(options, grpc.WithInitialWindowSize(grpcWindow), grpc.WithInitialConnWindowSize(4*grpcWindow),
			grpc.WithWriteBufferSize(64<<10), grpc.WithReadBufferSize(64<<10),
			// Behind a connection that is lost the next one is dialed soon.
			grpc.WithConnectParams(grpc.ConnectParams{
				Backoff:           backoff.Config{BaseDelay: redialDelay, Multiplier: 1, MaxDelay: redialDelay},
				MinConnectTimeout: dialLimit,
			}))
	}
	connection, err := grpc.DialContext(ctx, target, options...)
	if err != nil {
		return nil, err
	}
	s := &grpcSender{connection, logs.NewLogServiceClient(connection), make([]logs.LogRequest, workers)}
	for i := range s.requests {
		s.requests[i].LogEntry = &logs.Log{}
	}
	return s, nil
}

func (s *grpcSender) send(worker int, e *entry) error {
	request := &s.requests[worker]
	if atDefaults {
		request = &logs.LogRequest{LogEntry: &logs.Log{}}
	}
	log := request.LogEntry
	log.Name, log.Data, log.Run, log.Seq, log.SentAt = e.Name, e.Data, e.Run, e.Seq, e.SentAt
	_, err := s.client.WriteLog(context.Background(), request)
	if err == nil {
		return nil
	}
	switch status.Code(err) {
	case codes.Unavailable:
		// grpc-go's words for a call that it does not begin, since there is no connection.
		if strings.Contains(err.Error(), "while dialing") {
			return notSent{err}
		}
		return err
	case codes.DeadlineExceeded, codes.Canceled, codes.Unknown:
		return err
	}
	return rejected{err}
}

func (s *grpcSender) close() { s.connection.Close() }
