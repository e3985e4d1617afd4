package peer

import (
	"encoding/json"
	"flag"
	"fmt"
	"net"
	"os"
	"sync"
	"time"
)

// Listen opens the address of the -listen flag, prints the bound one as a line of JSON, and sees to it that the peer
// ends after the time of the -for flag if nobody ends it before.
func Listen() net.Listener {
	address := flag.String("listen", "127.0.0.1:0", "the address to listen on")
	limit := flag.Duration("for", time.Minute, "the longest time to run")
	flag.Parse()
	time.AfterFunc(*limit, func() {
		fmt.Fprintf(os.Stderr, "not ended within %v\n", *limit)
		os.Exit(3)
	})

	network, name := Network(*address)
	listener, err := net.Listen(network, name)
	if err != nil {
		Fail(err)
	}
	bound := *address
	if network == "tcp" {
		bound = listener.Addr().String()
	}
	json.NewEncoder(os.Stdout).Encode(map[string]string{"listen": bound})
	return listener
}

var printing sync.Mutex

// PrintEntry prints an entry that a server received as a line of JSON.
func PrintEntry(name, data string) {
	printing.Lock()
	defer printing.Unlock()
	json.NewEncoder(os.Stdout).Encode(map[string]string{"name": name, "data": data})
}
