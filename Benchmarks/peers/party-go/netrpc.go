package main

import (
	"errors"
	"net"
	"net/rpc"
)

// RPCPayload is the contract's argument.
type RPCPayload entry

// RPCServer records entries.
type RPCServer struct{ entries *ledger }

// LogInfo records an entry.
func (s *RPCServer) LogInfo(payload RPCPayload, reply *string) error {
	s.entries.record(payload.Name, payload.Data, payload.Run, payload.Seq, payload.SentAt)
	*reply = "Processed payload via RPC: " + payload.Name
	return nil
}

func serveNetRPC(listener net.Listener, entries *ledger) (stop func()) {
	server := rpc.NewServer()
	if err := server.Register(&RPCServer{entries}); err != nil {
		fail(err)
	}
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			go server.ServeConn(connection)
		}
	}()
	// net/rpc knows no drain: what has been read is answered as long as the process lives.
	return func() { listener.Close() }
}

type netRPCSender struct {
	client  *rpc.Client
	replies []string
}

func dialNetRPC(target string, workers int) (sender, error) {
	client, err := rpc.Dial("tcp", target)
	if err != nil {
		return nil, err
	}
	return &netRPCSender{client, make([]string, workers)}, nil
}

func (s *netRPCSender) send(worker int, e *entry) error {
	err := s.client.Call("RPCServer.LogInfo", (*RPCPayload)(e), &s.replies[worker])
	var refusal rpc.ServerError
	if errors.As(err, &refusal) {
		return rejected{err}
	}
	return err
}

func (s *netRPCSender) close() { s.client.Close() }
