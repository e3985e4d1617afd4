// Receives log entries over net/rpc, as a Go logger does, and prints them.
package main

import (
	"net/rpc"

	"peers/peer"
)

// RPCServer is the service.
type RPCServer struct{}

// RPCPayload is its argument.
type RPCPayload struct {
	Name string
	Data string
}

// LogInfo records an entry. The name "refuse" makes it answer with an error.
func (r *RPCServer) LogInfo(payload RPCPayload, resp *string) error {
	if payload.Name == "refuse" {
		return rpc.ServerError("this logger refuses the entry")
	}
	peer.PrintEntry(payload.Name, payload.Data)
	*resp = "Processed payload via RPC: " + payload.Name
	return nil
}

func main() {
	if err := rpc.Register(new(RPCServer)); err != nil {
		peer.Fail(err)
	}
	rpc.Accept(peer.Listen())
}
