package party;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/** A stretch of load: the warm-up of a job, or what is measured. Sends entries of one run for so long, over some connections. */
final class Phase {
    private final Job job;
    private final String run;
    private final long length;
    private final String[] texts;
    /** The wall clock's time less the monotonic one's. */
    private long toWall;

    private long start;
    private long middle;
    private long end;
    private long spun;

    private final AtomicLong next = new AtomicLong();
    private final LongAdder acked = new LongAdder();
    private final LongAdder firstHalf = new LongAdder();
    private final LongAdder secondHalf = new LongAdder();
    private final LongAdder notSent = new LongAdder();
    private final LongAdder rejected = new LongAdder();
    private final LongAdder unknown = new LongAdder();
    private final LongAccumulator lastFate = new LongAccumulator(Math::max, Long.MIN_VALUE);
    private volatile boolean isOver;
    private final Latencies latency = new Latencies();
    private final Latencies uncorrected = new Latencies();
    private final Latencies slip = new Latencies();
    private final Latencies arrivalError = new Latencies();

    /** Callers that have nothing in flight; the lock of these and of the first error. */
    private final ArrayDeque<Caller> idle = new ArrayDeque<>();

    private String firstError;

    Phase(Job job, String run, double seconds, String[] texts) {
        this.job = job;
        this.run = run;
        this.length = (long) (seconds * 1e9);
        this.texts = texts;
    }

    /** Sends one entry at a time. */
    private final class Caller implements Sender.Outcome {
        private final Sender sender;
        private Entry entry = new Entry();
        private long due;
        private long begun;

        Caller(Sender sender) {
            this.sender = sender;
        }

        /** Sends an entry that was due then: latency counts from there. */
        void send(long now, long due) {
            if (Party.isAtDefaults) {
                entry = new Entry();
            }
            long number = next.getAndIncrement();
            entry.name = "bench";
            entry.data = texts[(int) (number % texts.length)];
            entry.run = run;
            entry.seq = number;
            entry.sentAt = due + toWall;
            this.due = due;
            begun = now;
            try {
                sender.send(entry, this);
            } catch (Exception error) {
                failed(Sender.Fate.UNKNOWN, String.valueOf(error.getMessage()));
            }
        }

        @Override
        public void acknowledged() {
            long now = Clock.monotonic();
            lastFate.accumulate(now);
            acked.increment();
            latency.record(now - due);
            if (job.hasRate()) {
                uncorrected.record(now - begun);
            }
            if (now < middle) {
                firstHalf.increment();
            } else if (now < end) {
                secondHalf.increment();
            }
            if (!job.hasRate() && now < end && !isOver) {
                send(now, now);
            } else {
                rest(this);
            }
        }

        @Override
        public void failed(Sender.Fate fate, String reason) {
            lastFate.accumulate(Clock.monotonic());
            switch (fate) {
                case NOT_SENT -> notSent.increment();
                case REJECTED -> rejected.increment();
                case UNKNOWN -> unknown.increment();
            }
            synchronized (idle) {
                firstError = firstError == null ? reason : firstError;
            }
            isOver = true;
            rest(this);
        }
    }

    private void rest(Caller caller) {
        synchronized (idle) {
            idle.push(caller);
            idle.notifyAll();
        }
    }

    /** Sends, and waits for the last fate; the result as the contract has it. */
    Line go(List<Sender> senders) throws InterruptedException {
        var callers = new Caller[job.inFlight()];
        for (int index = 0; index < callers.length; index++) {
            callers[index] = new Caller(senders.get(index % senders.size()));
        }
        toWall = Clock.wall() - Clock.monotonic();
        start = Clock.monotonic();
        middle = start + length / 2;
        end = start + length;
        lastFate.accumulate(start);
        if (length == 0) {
            return result();
        }
        if (job.hasRate()) {
            idle.addAll(List.of(callers));
            schedule();
        } else {
            for (var caller : callers) {
                long now = Clock.monotonic();
                caller.send(now, now);
            }
        }
        synchronized (idle) {
            while (idle.size() < callers.length) {
                idle.wait();
            }
        }
        return result();
    }

    /** Has callers send when entries of a rate are due. */
    private void schedule() throws InterruptedException {
        var random = new Random(job.seed().longValue());
        double gap = 1e9 / job.ratePerSecond();
        boolean isPoisson = "poisson".equals(job.arrivals());
        double at = 0;
        for (long number = 0; !isOver; number++) {
            at = isPoisson ? at - gap * Math.log(1 - random.nextDouble()) : gap * number;
            if (at >= length) {
                return;
            }
            long due = start + (long) at;
            boolean isEarly = sleep(due);
            boolean isFree;
            Caller caller;
            synchronized (idle) {
                isFree = !idle.isEmpty();
                while (idle.isEmpty()) {
                    idle.wait();
                }
                caller = idle.pop();
            }
            long now = Clock.monotonic();
            slip.record(now - due);
            if (isEarly && isFree) {
                arrivalError.record(now - due);
            }
            caller.send(now, due);
        }
    }

    /** Waits until a time, the last bit of it on the core; whether that time was still to come. */
    private boolean sleep(long until) {
        if (until <= Clock.monotonic()) {
            return false;
        }
        long spin = (long) (job.spinUs() * 1000);
        for (long left = until - spin - Clock.monotonic(); left > 0; left = until - spin - Clock.monotonic()) {
            LockSupport.parkNanos(left);
        }
        if (spin > 0) {
            long begin = Clock.monotonic();
            while (Clock.monotonic() < until) {
                Thread.onSpinWait();
            }
            spun += Clock.monotonic() - begin;
        }
        return true;
    }

    private Line result() {
        long last = job.hasRate() ? Math.max(lastFate.get(), end) : lastFate.get();
        var result = new Line()
                .with("sent", next.get())
                .with("acked", acked.sum())
                .with("not_sent", notSent.sum())
                .with("unknown", unknown.sum())
                .with("rejected", rejected.sum())
                .with("start_ns", start)
                .with("elapsed_ns", last - start)
                .with("spun_ns", spun)
                .with("acked_in_halves", List.of(firstHalf.sum(), secondHalf.sum()));
        if (firstError != null) {
            result.with("first_error", firstError);
        }
        if (acked.sum() > 0) {
            result.with("latency", latency.encoded());
        }
        if (job.hasRate()) {
            result.with("uncorrected_latency", uncorrected.encoded());
            result.with("schedule_slip", slip.encoded());
            result.with("arrival_error", arrivalError.encoded());
        }
        return result;
    }
}
