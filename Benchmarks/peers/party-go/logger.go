package main

import (
	"net"
	"sync"
)

// receive listens where it is told to, of what it speaks, says where it is reached, and returns what ends it: no further entry
// is taken, and those that came are recorded and answered.
func receive(addresses listens, queue string, isTemporary bool) (stop func()) {
	entries := newLedger()
	var stops []func()
	for transport, address := range addresses {
		if transport == "amqp" {
			stops = append(stops, consume(address, queue, isTemporary, entries))
			say(map[string]any{"transport": transport, "target": address})
			continue
		}
		serve, isKnown := map[string]func(net.Listener, *ledger) func(){
			"http": serveHTTP, "netrpc": serveNetRPC, "grpc": serveGRPC,
		}[transport]
		if !isKnown {
			continue
		}
		listener, err := net.Listen("tcp", address)
		if err != nil {
			fail(err)
		}
		stops = append(stops, serve(listener, entries))
		say(map[string]any{"transport": transport, "target": listener.Addr().String()})
	}
	return func() {
		var ends sync.WaitGroup
		for _, stop := range stops {
			ends.Go(stop)
		}
		ends.Wait()
	}
}
