package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// load is what a client is asked to send.
type load struct {
	url         string
	payload     string
	from, until time.Time
	sequence    atomic.Uint64
}

func drive(arguments []string) {
	flags := flag.NewFlagSet("client", flag.ExitOnError)
	to := flags.String("to", "", "the server, as host:port")
	payloadBytes := flags.Int("payload-bytes", 100, "length of the data of each entry")
	inFlight := flags.Int("in-flight", 64, "requests in flight, each on a connection of its own")
	flags.Int("connections", 0, "as many as are in flight")
	duration := flags.Float64("duration", 2, "how long is measured, in seconds")
	warmup := flags.Float64("warmup", 0.5, "how long is sent before that, in seconds")
	flags.Parse(arguments)

	begin := time.Now()
	work := &load{url: "http://" + *to + "/log", payload: strings.Repeat("x", *payloadBytes)}
	work.from = begin.Add(time.Duration(*warmup * float64(time.Second)))
	work.until = work.from.Add(time.Duration(*duration * float64(time.Second)))
	client := &http.Client{
		Transport: &http.Transport{
			MaxIdleConns: *inFlight, MaxIdleConnsPerHost: *inFlight, MaxConnsPerHost: *inFlight, DisableCompression: true,
		},
		Timeout: 10 * time.Second,
	}
	latencies := make([][]time.Duration, *inFlight)
	var workers sync.WaitGroup
	for i := range latencies {
		workers.Add(1)
		go func() {
			defer workers.Done()
			latencies[i] = work.send(client)
		}()
	}
	workers.Wait()
	seconds := time.Since(work.from).Seconds()
	all := slices.Concat(latencies...)
	if len(all) == 0 {
		fail("nothing was measured")
	}
	slices.Sort(all)
	percentile := func(share float64) float64 {
		return float64(all[min(len(all)-1, int(share*float64(len(all))))].Nanoseconds()) / 1000
	}
	fmt.Printf("{\"messages\": %d, \"total_messages\": %d, \"seconds\": %.6f, \"messages_per_s\": %.1f, "+
		"\"p50_us\": %.2f, \"p99_us\": %.2f}\n", len(all), work.sequence.Load(), seconds, float64(len(all))/seconds,
		percentile(0.5), percentile(0.99))
}

// send sends one request after the other, and returns how long each took that began in the measured window.
func (l *load) send(client *http.Client) []time.Duration {
	latencies := make([]time.Duration, 0, 1<<16)
	for start := time.Now(); start.Before(l.until); start = time.Now() {
		body, err := json.Marshal(entry{
			Name: "bench", Data: l.payload, Run: "http-go", Seq: l.sequence.Add(1) - 1, SentAt: start.UnixNano(),
		})
		if err != nil {
			fail(err)
		}
		response, err := client.Post(l.url, "application/json", bytes.NewReader(body))
		if err != nil {
			fail(err)
		}
		answer, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil {
			fail(err)
		}
		var said envelope
		if err := json.Unmarshal(answer, &said); err != nil || said.Error || response.StatusCode != http.StatusAccepted {
			fail("the server did not record an entry: " + response.Status)
		}
		if !start.Before(l.from) {
			latencies = append(latencies, time.Since(start))
		}
	}
	return latencies
}
