package main

import (
	"errors"
	"net"
	"net/rpc"
	"sync"
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

// netRPCSender calls on one connection. net/rpc leaves it to its user to dial anew: the next entry does behind one that has failed.
type netRPCSender struct {
	target  string
	replies []string

	lock   sync.Mutex
	client *rpc.Client
}

func dialNetRPC(target string, workers int) (sender, error) {
	s := &netRPCSender{target: target, replies: make([]string, workers)}
	_, err := s.connected()
	return s, err
}

func (s *netRPCSender) connected() (*rpc.Client, error) {
	s.lock.Lock()
	defer s.lock.Unlock()
	if s.client != nil {
		return s.client, nil
	}
	connection, err := net.DialTimeout("tcp", s.target, dialLimit)
	if err != nil {
		return nil, err
	}
	s.client = rpc.NewClient(connection)
	return s.client, nil
}

func (s *netRPCSender) send(worker int, e *entry) error {
	client, err := s.connected()
	if err != nil {
		return notSent{err}
	}
	err = client.Call("RPCServer.LogInfo", (*RPCPayload)(e), &s.replies[worker])
	var refusal rpc.ServerError
	if err == nil {
		return nil
	}
	if errors.As(err, &refusal) {
		return rejected{err}
	}
	s.lock.Lock()
	if s.client == client {
		s.client = nil
		client.Close()
	}
	s.lock.Unlock()
	return err
}

func (s *netRPCSender) close() {
	s.lock.Lock()
	defer s.lock.Unlock()
	if s.client != nil {
		s.client.Close()
	}
}
