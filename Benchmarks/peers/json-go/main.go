// What Benchmarks/peers/json-side-by-side measures of Go's encoding/json:
//
//	json-go encode FILE TIMES    writes an entry with the text in FILE
//	json-go decode FILE TIMES    reads the entry in FILE
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strconv"
)

// entry is a log entry in the contract's JSON, with what ties it to a run.
type entry struct {
	Name   string `json:"name"`
	Data   string `json:"data"`
	Run    string `json:"run,omitempty"`
	Seq    uint64 `json:"seq"`
	SentAt int64  `json:"sent_at,omitempty"`
}

func main() {
	// Go at its best: a quarter more for the price of some memory. Whoever sets GOGC decides.
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400)
	}
	if len(os.Args) != 4 {
		fail("say encode or decode, a file, and how often")
	}
	content, err := os.ReadFile(os.Args[2])
	if err != nil {
		fail(err)
	}
	times, err := strconv.Atoi(os.Args[3])
	if err != nil {
		fail(err)
	}
	switch os.Args[1] {
	case "encode":
		encode(string(content), times)
	case "decode":
		decode(content, times)
	default:
		fail("say encode or decode")
	}
}

func encode(text string, times int) {
	encoder := json.NewEncoder(io.Discard)
	encoder.SetEscapeHTML(false)
	value := entry{"bench", text, "3f2a9c", 41000, 1795424523000000000}
	for range times {
		if err := encoder.Encode(&value); err != nil {
			fail(err)
		}
	}
}

func decode(body []byte, times int) {
	for range times {
		var value entry
		if err := json.Unmarshal(body, &value); err != nil {
			fail(err)
		}
	}
}

func fail(what any) {
	fmt.Fprintln(os.Stderr, "json-go:", what)
	os.Exit(1)
}
