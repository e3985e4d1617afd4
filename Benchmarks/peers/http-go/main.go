// What Benchmarks/idle-connections has beside broker-lab's logger: a server of Go's net/http and encoding/json, as a Go program is
// written that has been looked at with a profiler: the garbage collector told to collect less often.
//
//	http-go --listen 127.0.0.1:0 [--certificate FILE --key FILE]
package main

import (
	"fmt"
	"os"
	"runtime/debug"
)

// entry is a log entry in the contract's JSON, with what ties it to a run.
type entry struct {
	Name   string `json:"name"`
	Data   string `json:"data"`
	Run    string `json:"run,omitempty"`
	Seq    uint64 `json:"seq"`
	SentAt int64  `json:"sent_at,omitempty"`
}

// envelope is the contract's reply.
type envelope struct {
	Error   bool   `json:"error"`
	Message string `json:"message"`
}

func main() {
	// Go at its best: a quarter more for the price of some memory. Whoever sets GOGC decides.
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400)
	}
	serve()
}

func fail(what any) {
	fmt.Fprintln(os.Stderr, "http-go:", what)
	os.Exit(1)
}
