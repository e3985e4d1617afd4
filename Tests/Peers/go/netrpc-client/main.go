// Sends log entries over net/rpc, as a Go broker does.
package main

import (
	"net/rpc"

	"peers/peer"
)

// RPCPayload is the argument of RPCServer.LogInfo.
type RPCPayload struct {
	Name string
	Data string
}

func main() {
	flags := peer.ParseClientFlags()
	client, err := rpc.Dial(peer.Network(flags.To))
	if err != nil {
		peer.Fail(err)
	}
	defer client.Close()

	flags.Send(func(name, data string) (reply string, err error) {
		err = client.Call("RPCServer.LogInfo", RPCPayload{Name: name, Data: data}, &reply)
		return reply, err
	})
}
