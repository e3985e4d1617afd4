package main

import (
	"errors"
	"math/rand"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"
)

// result is what came of a phase, as the contract has it.
type result struct {
	Sent               uint64    `json:"sent"`
	Retried            *uint64   `json:"retried,omitempty"`
	Acked              uint64    `json:"acked"`
	NotSent            uint64    `json:"not_sent"`
	Unknown            uint64    `json:"unknown"`
	Rejected           uint64    `json:"rejected"`
	FirstError         string    `json:"first_error,omitempty"`
	StartNs            int64     `json:"start_ns"`
	ElapsedNs          int64     `json:"elapsed_ns"`
	AckedInHalves      [2]uint64 `json:"acked_in_halves"`
	Latency            string    `json:"latency,omitempty"`
	UncorrectedLatency string    `json:"uncorrected_latency,omitempty"`
	ScheduleSlip       string    `json:"schedule_slip,omitempty"`
	ArrivalError       string    `json:"arrival_error,omitempty"`
	SpunNs             int64     `json:"spun_ns"`
	WireTxBytes        *uint64   `json:"wire_tx_bytes,omitempty"`
	WireRxBytes        *uint64   `json:"wire_rx_bytes,omitempty"`
	Fates              *fates    `json:"fates,omitempty"`
	CutNs              int64     `json:"cut_ns,omitempty"`
	CutConnections     uint64    `json:"cut_connections,omitempty"`
}

// fates are what became of each entry of a phase in which some may fail: of each its number, when it was sent since the
// phase's start, how long that took, and a letter.
type fates struct {
	lock     sync.Mutex
	Sequence []uint64 `json:"sequence"`
	SentUs   []int64  `json:"sent_us"`
	TookUs   []int64  `json:"took_us"`
	Outcome  letters  `json:"outcome"`
}

// letters are text in JSON.
type letters []byte

// MarshalText is what they are.
func (l letters) MarshalText() ([]byte, error) { return l, nil }

func (f *fates) add(sequence uint64, sent, ended int64, outcome byte) {
	f.lock.Lock()
	defer f.lock.Unlock()
	f.Sequence = append(f.Sequence, sequence)
	f.SentUs = append(f.SentUs, sent/1000)
	f.TookUs = append(f.TookUs, (ended-sent)/1000)
	f.Outcome = append(f.Outcome, outcome)
}

// phase is a stretch of load: the warm-up of a job, or what is measured.
type phase struct {
	job      *job
	runID    string
	duration int64
	texts    []string
	// toWall is the wall clock's time less the monotonic one's.
	toWall int64

	start, middle, end int64
	next               atomic.Uint64
	lastFate           atomic.Int64
	halves             [2]atomic.Uint64
	sent, acked        atomic.Uint64
	notSent, unknown   atomic.Uint64
	rejected           atomic.Uint64
	isOver             atomic.Bool
	firstError         sync.Once
	reason             string
	// fates are those of a phase that goes on when an entry fails; nil of others, which end.
	fates *fates
	// retry is what of that is sent again, and retried how often that was.
	retry   string
	retried atomic.Uint64

	latency, uncorrected, slip, arrivalError histogram

	// Of a rate: arrivals that are due, and how many workers wait for one.
	arrivals chan arrival
	idle     atomic.Int64
	spun     int64
}

// arrival is when an entry of a rate is due, and whether a worker was free for it.
type arrival struct {
	due    int64
	isFree bool
}

var (
	clockBase = monotonicClock()
	clockZero = time.Now()
)

func monotonicClock() int64 {
	var now syscall.Timespec
	const clockMonotonic = 1
	syscall.Syscall(syscall.SYS_CLOCK_GETTIME, clockMonotonic, uintptr(unsafe.Pointer(&now)), 0)
	return now.Nano()
}

// now is the kernel's monotonic clock, read without a system call.
func now() int64 { return clockBase + int64(time.Since(clockZero)) }

func newPhase(j *job, run string, seconds float64, texts []string) *phase {
	p := &phase{job: j, runID: run, duration: int64(seconds * 1e9), texts: texts}
	p.toWall = time.Now().UnixNano() - now()
	return p
}

// run has all workers of all connections send, and waits for the last fate.
func (p *phase) run(senders []sender) *result {
	if p.duration == 0 {
		return &result{StartNs: now()}
	}
	isOpen := p.job.RatePerSecond > 0
	if isOpen {
		p.arrivals = make(chan arrival)
	}
	p.start = now()
	p.middle, p.end = p.start+p.duration/2, p.start+p.duration
	p.lastFate.Store(p.start)
	var workers sync.WaitGroup
	for _, connection := range senders {
		for worker := range p.job.InFlight / len(senders) {
			workers.Go(func() {
				if isOpen {
					p.sendWhenDue(connection, worker)
				} else {
					p.sendOnAnswer(connection, worker)
				}
			})
		}
	}
	if isOpen {
		p.schedule()
	}
	workers.Wait()
	return p.result(isOpen)
}

// sendOnAnswer sends an entry as soon as the one before is answered.
func (p *phase) sendOnAnswer(to sender, worker int) {
	e := entry{Name: "bench", Run: p.runID}
	for start := now(); start < p.end && !p.isOver.Load(); {
		isAcked, end := p.send(to, worker, &e, start)
		if isAcked {
			p.latency.record(end - start)
		}
		start = end
	}
}

// sendWhenDue sends entries of a rate: latency counts from when an entry is due.
func (p *phase) sendWhenDue(to sender, worker int) {
	e := entry{Name: "bench", Run: p.runID}
	for {
		p.idle.Add(1)
		next, isOpen := <-p.arrivals
		p.idle.Add(-1)
		if !isOpen {
			return
		}
		start := now()
		p.slip.record(start - next.due)
		if next.isFree {
			p.arrivalError.record(start - next.due)
		}
		isAcked, end := p.send(to, worker, &e, next.due)
		if isAcked {
			p.latency.record(end - next.due)
			p.uncorrected.record(end - start)
		}
	}
}

// send sends one entry, and counts its fate; when that was known.
func (p *phase) send(to sender, worker int, e *entry, due int64) (bool, int64) {
	e.Seq = p.next.Add(1) - 1
	e.Data = p.texts[e.Seq%uint64(len(p.texts))]
	e.SentAt = due + p.toWall
	p.sent.Add(1)
	start := now()
	err := p.try(to, worker, e, start)
	end := now()
	for last := p.lastFate.Load(); end > last && !p.lastFate.CompareAndSwap(last, end); last = p.lastFate.Load() {
	}
	outcome := byte('a')
	if err != nil {
		outcome = p.fail(err)
	}
	if p.fates != nil {
		p.fates.add(e.Seq, start-p.start, end-p.start, outcome)
	}
	if err != nil {
		return false, end
	}
	p.acked.Add(1)
	if end < p.middle {
		p.halves[0].Add(1)
	} else if end < p.end {
		p.halves[1].Add(1)
	}
	return true, end
}

// fail counts an entry that was not acknowledged, and ends the phase, unless fates are told; its fate's letter.
func (p *phase) fail(err error) byte {
	p.firstError.Do(func() { p.reason = err.Error() })
	if p.fates == nil {
		p.isOver.Store(true)
	}
	switch {
	case errors.As(err, new(notSent)):
		p.notSent.Add(1)
		return 'n'
	case errors.As(err, new(rejected)):
		p.rejected.Add(1)
		return 'r'
	default:
		p.unknown.Add(1)
		return 'u'
	}
}

// schedule hands arrivals to the workers when they are due.
func (p *phase) schedule() {
	defer close(p.arrivals)
	// Go's own timers are a millisecond late where nothing else is awake.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	random := rand.New(rand.NewSource(int64(p.job.Seed)))
	gap := 1e9 / p.job.RatePerSecond
	spin := int64(p.job.SpinUs * 1000)
	at := 0.0
	for number := 0; !p.isOver.Load(); number++ {
		if p.job.Arrivals == "poisson" {
			at += gap * random.ExpFloat64()
		} else {
			at = gap * float64(number)
		}
		due := p.start + int64(at)
		if due >= p.end {
			return
		}
		isEarly := p.sleep(due, spin)
		p.arrivals <- arrival{due, isEarly && p.idle.Load() > 0}
	}
}

// sleep waits until a time, the last bit of it on the core; whether that time was still to come.
func (p *phase) sleep(until, spin int64) bool {
	left := until - now()
	if left <= 0 {
		return false
	}
	if left > spin {
		pause := syscall.NsecToTimespec(left - spin)
		syscall.Nanosleep(&pause, nil)
	}
	if spin > 0 {
		begin := now()
		for now() < until {
		}
		p.spun += now() - begin
	}
	return true
}

func (p *phase) result(isOpen bool) *result {
	end := p.lastFate.Load()
	if isOpen {
		end = max(end, p.end)
	}
	r := &result{
		Sent: p.sent.Load(), Acked: p.acked.Load(), NotSent: p.notSent.Load(), Unknown: p.unknown.Load(),
		Rejected: p.rejected.Load(), FirstError: p.reason, StartNs: p.start, ElapsedNs: end - p.start,
		AckedInHalves: [2]uint64{p.halves[0].Load(), p.halves[1].Load()}, SpunNs: p.spun, Fates: p.fates,
	}
	if p.retry != "" {
		retried := p.retried.Load()
		r.Retried = &retried
	}
	if r.Acked > 0 {
		r.Latency = p.latency.encoded()
	}
	if isOpen {
		r.UncorrectedLatency, r.ScheduleSlip, r.ArrivalError =
			p.uncorrected.encoded(), p.slip.encoded(), p.arrivalError.encoded()
	}
	return r
}
