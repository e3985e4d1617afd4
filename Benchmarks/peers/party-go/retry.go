package main

import (
	"errors"
	"math/rand"
	"time"
)

// What a client does that sends again what was not acknowledged: the same numbers as broker-lab's own load generator.
const (
	firstPause   = 10 * time.Millisecond
	longestPause = time.Second
	// retryLimit is how long after the first try the last one begins at the latest.
	retryLimit = 10 * time.Second
)

// isRetry is whether a job may ask for it: nothing is sent again, what certainly was not sent, or what may have arrived as well.
func isRetry(word string) bool { return word == "none" || word == "not-sent" || word == "unknown" }

// try sends an entry until it is acknowledged, or is not to be sent again; what is known of it in the end where it was not: it may have
// arrived if it may have in one of the tries, and was not taken if none of the others is in doubt.
func (p *phase) try(to sender, worker int, e *entry, start int64) error {
	err := to.send(worker, e)
	if err == nil || !p.maySendAgain(err) {
		return err
	}
	random := rand.New(rand.NewSource(int64(p.job.Seed + e.Seq)))
	known := err
	for pause := firstPause; ; pause = min(2*pause, longestPause) {
		wait := pause/2 + time.Duration(random.Int63n(int64(pause/2)))
		if now()+int64(wait) > start+int64(retryLimit) {
			return known
		}
		time.Sleep(wait)
		p.retried.Add(1)
		if err = to.send(worker, e); err == nil {
			return nil
		}
		if doubt(err) > doubt(known) {
			known = err
		}
		if !p.maySendAgain(err) {
			return known
		}
	}
}

// maySendAgain is whether the job has an entry sent again that has failed so; what was not taken is not.
func (p *phase) maySendAgain(err error) bool {
	switch doubt(err) {
	case 0:
		return p.retry == "not-sent" || p.retry == "unknown"
	case 1:
		return false
	}
	return p.retry == "unknown"
}

// doubt is how far an entry may have come: 0 where it certainly was not sent, 1 where it was not taken, 2 where nothing is known.
func doubt(err error) int {
	switch {
	case errors.As(err, new(notSent)):
		return 0
	case errors.As(err, new(rejected)):
		return 1
	}
	return 2
}
