package main

import (
	"sync"
	"sync/atomic"
	"time"
)

const (
	// mostEntries is how many entries of a run are told apart: their numbers take a bit each.
	mostEntries = 1 << 30
	// mostRuns is how many runs are kept: a benchmark asks for the latest ones.
	mostRuns = 64
	// ringBytes is how much of the latest entries is kept, as the logger of broker-lab keeps it.
	ringBytes = 64 << 20
)

// run is the account of a run.
type run struct {
	id       string
	isSealed bool

	lock                                                        sync.Mutex
	received, unique, duplicated, reordered, corrupt, untracked uint64
	seen                                                        []uint64
	highest                                                     uint64
	first, last                                                 int64
	latency                                                     histogram
}

// ledger keeps the latest entries, and an account of each run.
type ledger struct {
	lock  sync.Mutex
	runs  map[string]*run
	order []string
	// latest is the run of the entry before, which mostly is that of the next one.
	latest atomic.Pointer[run]

	ringLock sync.Mutex
	ring     []byte
	end      int
}

func newLedger() *ledger {
	l := &ledger{runs: map[string]*run{}, ring: make([]byte, ringBytes)}
	// Memory is had from the kernel now, and not while entries come.
	for i := range l.ring {
		l.ring[i] = 1
	}
	return l
}

// announce begins a run, or finds it; whether it is new.
func (l *ledger) announce(id string, isSealed bool) (*run, bool) {
	l.lock.Lock()
	defer l.lock.Unlock()
	if known := l.runs[id]; known != nil {
		return known, false
	}
	if len(l.order) == mostRuns {
		delete(l.runs, l.order[0])
		l.order = l.order[1:]
	}
	created := &run{id: id, isSealed: isSealed}
	l.runs[id] = created
	l.order = append(l.order, id)
	return created, true
}

func (l *ledger) find(id string) *run {
	l.lock.Lock()
	defer l.lock.Unlock()
	return l.runs[id]
}

// record keeps an entry, and counts it for its run.
func (l *ledger) record(name, data, id string, seq uint64, sentAt int64) {
	at := time.Now().UnixNano()
	l.keep(at, name, data)
	if id == "" {
		return
	}
	own := l.latest.Load()
	if own == nil || own.id != id {
		own, _ = l.announce(id, false)
		l.latest.Store(own)
	}
	isCorrupt := own.isSealed && !isIntact(data)
	own.lock.Lock()
	own.count(at, seq, isCorrupt)
	own.lock.Unlock()
	if sentAt != 0 {
		own.latency.record(at - sentAt)
	}
}

func (l *ledger) keep(at int64, name, data string) {
	size := 8 + len(name) + len(data)
	if size > len(l.ring) {
		return
	}
	l.ringLock.Lock()
	defer l.ringLock.Unlock()
	if l.end+size > len(l.ring) {
		l.end = 0
	}
	place := l.ring[l.end : l.end+size]
	for i := range 8 {
		place[i] = byte(at >> (8 * i))
	}
	copy(place[8:], name)
	copy(place[8+len(name):], data)
	l.end += size
}

func (r *run) count(at int64, seq uint64, isCorrupt bool) {
	if r.received == 0 {
		r.first = at
	}
	r.last = at
	r.received++
	if isCorrupt {
		r.corrupt++
	}
	if seq >= mostEntries {
		r.untracked++
		return
	}
	place, bit := int(seq/64), uint64(1)<<(seq%64)
	if place >= len(r.seen) {
		r.seen = append(r.seen, make([]uint64, place+1-len(r.seen))...)
	}
	if r.seen[place]&bit != 0 {
		r.duplicated++
		return
	}
	r.seen[place] |= bit
	r.unique++
	if seq < r.highest {
		r.reordered++
	} else {
		r.highest = seq
	}
}

// report is the account as GET /runs/{id} gives it.
func (r *run) report() map[string]any {
	r.lock.Lock()
	defer r.lock.Unlock()
	report := map[string]any{
		"run": r.id, "received": r.received, "unique": r.unique, "duplicated": r.duplicated, "reordered": r.reordered,
		"corrupt": r.corrupt,
	}
	if r.untracked > 0 {
		report["untracked"] = r.untracked
	}
	if r.received > 0 {
		report["first_received_at_ns"], report["last_received_at_ns"] = r.first, r.last
	}
	if latency := r.latency.summary(); latency != nil {
		report["delivery_latency"] = latency
	}
	return report
}
