// The logger that broker-lab's stored entries are compared with: HTTP and gRPC in Go, with the same tables, as a Go program is
// written that has been looked at with a profiler: one goroutine writes, what has gathered while it committed is its next
// transaction, statements are prepared, and an entry is answered after the commit that has it.
//
//	stored-go server --transport http --listen 127.0.0.1:0 --database entries.db
//	stored-go server --transport grpc --listen 127.0.0.1:0 --database "host=/tmp/socket user=postgres dbname=postgres"
package main

import (
	"flag"
	"fmt"
	"net"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"
)

// entry is a log entry on its way to a row.
type entry struct {
	receivedAt, sentAt int64
	severity           int64
	seq                int64
	transport, run     string
	name, data         string
	committed          chan error
}

// store is a database.
type store interface {
	// commit stores entries in one transaction.
	commit(entries []*entry) error
}

// writer hands entries to the goroutine that writes.
type writer struct {
	queue chan *entry
}

func newWriter(to store, maxBatch int) *writer {
	w := &writer{queue: make(chan *entry, 16384)}
	go func() {
		batch := make([]*entry, 0, maxBatch)
		for first := range w.queue {
			batch = append(batch[:0], first)
		gather:
			for len(batch) < maxBatch {
				select {
				case next := <-w.queue:
					batch = append(batch, next)
				default:
					break gather
				}
			}
			err := to.commit(batch)
			for _, each := range batch {
				each.committed <- err
			}
		}
	}()
	return w
}

// record returns when the entry is committed.
func (w *writer) record(e *entry) error {
	w.queue <- e
	return <-e.committed
}

func main() {
	// Whoever sets GOGC decides.
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400)
	}
	if len(os.Args) < 2 || os.Args[1] != "server" {
		fail("say server")
	}
	flags := flag.NewFlagSet("server", flag.ExitOnError)
	transport := flags.String("transport", "http", "http or grpc")
	listen := flags.String("listen", "127.0.0.1:0", "the address to listen on")
	database := flags.String("database", "", "a file, or a connection string of lib/pq")
	maxBatch := flags.Int("batch", 4096, "the most entries of a transaction")
	flags.Parse(os.Args[2:])

	var to store
	var err error
	if strings.Contains(*database, "host=") {
		to, err = openPostgreSQL(*database)
	} else {
		to, err = openSQLite(*database)
	}
	if err != nil {
		fail(err)
	}
	listener, err := net.Listen("tcp", *listen)
	if err != nil {
		fail(err)
	}
	entries := newWriter(to, *maxBatch)
	fmt.Println("listening on", listener.Addr())
	switch *transport {
	case "http":
		go serveHTTP(listener, entries)
	case "grpc":
		go serveGRPC(listener, entries)
	default:
		fail("--transport is http or grpc")
	}
	ended := make(chan os.Signal, 1)
	signal.Notify(ended, syscall.SIGTERM, syscall.SIGINT)
	<-ended
}

func fail(what interface{}) {
	fmt.Fprintln(os.Stderr, "stored-go:", what)
	os.Exit(1)
}
