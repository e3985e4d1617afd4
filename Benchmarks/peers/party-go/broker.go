package main

import (
	"encoding/json"
	"fmt"
	"math/rand"
	"os"
	"sync"
	"time"
)

const (
	// dialLimit is how long a connection may take to come about.
	dialLimit = 5 * time.Second
	// redialDelay is how long after a failed try to connect the next one comes, where a library asks for it.
	redialDelay = 100 * time.Millisecond
)

// sender sends entries on one connection, each of its workers one at a time, and returns when an entry is acknowledged.
type sender interface {
	send(worker int, e *entry) error
	close()
}

// notSent is why an entry certainly was not sent; rejected, why it was not taken. Of others nothing is known.
type notSent struct{ error }
type rejected struct{ error }

// job is what the lab asks for.
type job struct {
	Job           int             `json:"job"`
	Transport     string          `json:"transport"`
	Target        string          `json:"target"`
	TLS           json.RawMessage `json:"tls"`
	PayloadBytes  int             `json:"payload_bytes"`
	PayloadSeed   uint64          `json:"payload_seed"`
	PayloadFile   string          `json:"payload_file"`
	InFlight      int             `json:"in_flight"`
	Connections   int             `json:"connections"`
	PerOperation  int             `json:"messages_per_operation"`
	RatePerSecond float64         `json:"rate_per_s"`
	Arrivals      string          `json:"arrivals"`
	SpinUs        float64         `json:"spin_us"`
	WarmupS       float64         `json:"warmup_s"`
	WarmupRun     string          `json:"warmup_run_id"`
	DurationS     float64         `json:"duration_s"`
	Run           string          `json:"run_id"`
	Seed          uint64          `json:"seed"`
	BareLoop      bool            `json:"bare_loop"`
	Dials         int             `json:"dials"`
	RawFile       string          `json:"raw_file"`
	Churn         int             `json:"churn"`
	Fates         bool            `json:"fates"`
	CutAfterS     float64         `json:"cut_after_s"`
	Retry         string          `json:"retry"`
}

// line is what is said of a job.
type line struct {
	Job    int     `json:"job"`
	Mark   string  `json:"mark,omitempty"`
	Result *result `json:"result,omitempty"`
	Failed string  `json:"failed,omitempty"`
}

// generate does one job after the other until the lines end.
func generate(lines <-chan string) {
	for text := range lines {
		var next job
		if err := json.Unmarshal([]byte(text), &next); err != nil {
			fmt.Fprintln(os.Stderr, "party-go: no job:", err)
			continue
		}
		// The word of the lab on a job that has failed says nothing.
		if next.Transport == "" {
			continue
		}
		if err := do(&next, lines); err != nil {
			say(line{Job: next.Job, Failed: err.Error()})
		}
	}
}

// do does a job: the warm-up, and when the lab says so what is measured, on the same connections.
func do(j *job, lines <-chan string) error {
	switch {
	case len(j.TLS) > 0:
		return fmt.Errorf("TLS is not spoken here")
	case j.PayloadFile != "" || j.BareLoop || j.RawFile != "":
		return fmt.Errorf("there are no files of lines, bare loops and raw files here")
	case j.Dials > 0:
		return fmt.Errorf("there are no cold connections here")
	case j.Churn > 0:
		return fmt.Errorf("connections stay here")
	case j.PerOperation != 1:
		return fmt.Errorf("there are no operations of several entries here")
	case j.Connections < 1 || j.InFlight%j.Connections != 0:
		return fmt.Errorf("%d connections cannot share %d in flight evenly", j.Connections, j.InFlight)
	}
	if j.Retry != "" && !isRetry(j.Retry) {
		return fmt.Errorf("there is no retry %q here", j.Retry)
	}
	fitCores()
	senders := make([]sender, 0, j.Connections)
	defer func() {
		for _, each := range senders {
			each.close()
		}
	}()
	for range j.Connections {
		connection, err := dial(j, j.InFlight/j.Connections)
		if err != nil {
			return err
		}
		senders = append(senders, connection)
	}
	texts := payloads(j)
	warm := newPhase(j, j.WarmupRun, j.WarmupS, texts).run(senders)
	say(line{Job: j.Job, Mark: "warm", Result: warm})
	var word struct {
		Go bool `json:"go"`
	}
	if text, isOpen := <-lines; !isOpen || json.Unmarshal([]byte(text), &word) != nil || !word.Go {
		return nil
	}
	port := portOf(j.Target)
	before := socketsTo(port)
	say(line{Job: j.Job, Mark: "begin"})
	cut := cutLater(j, port)
	phase := newPhase(j, j.Run, j.DurationS, texts)
	if j.Fates {
		phase.fates = new(fates)
		phase.retry = j.Retry
	}
	measured := phase.run(senders)
	say(line{Job: j.Job, Mark: "end"})
	if j.Fates {
		measured.CutNs, measured.CutConnections = cut()
	} else {
		measured.countWire(before, socketsTo(port))
	}
	say(line{Job: j.Job, Result: measured})
	return nil
}

// cutLater resets all connections a while from now, if the job asks for it; what it returns ends that, and says when it was and
// of how many.
func cutLater(j *job, port int) func() (at int64, connections uint64) {
	if j.CutAfterS <= 0 {
		return func() (int64, uint64) { return 0, 0 }
	}
	var lock sync.Mutex
	var at int64
	var connections uint64
	timer := time.AfterFunc(time.Duration(j.CutAfterS*1e9), func() {
		lock.Lock()
		defer lock.Unlock()
		at = now()
		connections = resetAll(port)
	})
	return func() (int64, uint64) {
		timer.Stop()
		lock.Lock()
		defer lock.Unlock()
		return at, connections
	}
}

func dial(j *job, workers int) (sender, error) {
	switch j.Transport {
	case "http":
		return dialHTTP(j.Target, workers, false)
	case "http:http2":
		return dialHTTP(j.Target, workers, true)
	case "netrpc":
		return dialNetRPC(j.Target, workers)
	case "grpc":
		return dialGRPC(j.Target, workers)
	case "amqp":
		return dialAMQP(j.Target, workers, j.Fates, j.Retry == "")
	}
	return nil, fmt.Errorf("%s is not spoken here", j.Transport)
}

// payloads are a few different texts, which are sent over and over, with a seal where there is room for one.
func payloads(j *job) []string {
	random := rand.New(rand.NewSource(int64(j.PayloadSeed)))
	texts := make([]string, 64)
	for i := range texts {
		length, isSealed := j.PayloadBytes, j.PayloadBytes >= sealBytes
		if isSealed {
			length -= sealBytes
		}
		text := make([]byte, length)
		for k := range text {
			text[k] = byte(' ' + random.Intn('~'-' '+1))
		}
		texts[i] = string(text)
		if isSealed {
			texts[i] = seal(texts[i])
		}
	}
	return texts
}
