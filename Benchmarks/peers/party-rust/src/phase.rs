//! A stretch of load: the warm-up of a job, or what is measured.

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use serde_json::{json, Value};
use tokio::sync::mpsc;

use crate::clock;
use crate::entry::Entry;
use crate::histogram::Histogram;
use crate::job::{Job, Random};
use crate::ledger::locked;
use crate::sender::{Failure, Sender};

/// When an entry of a rate is due, and whether a sender was free for it.
struct Arrival {
    due: i64,
    is_free: bool,
}

/// Sends entries of one run for so long.
pub struct Phase {
    job: Arc<Job>,
    run: String,
    texts: Arc<Vec<String>>,
    length: i64,
    start: i64,
    /// The wall clock's time less the monotonic one's.
    to_wall: i64,
    next: AtomicU64,
    acked: AtomicU64,
    halves: [AtomicU64; 2],
    not_sent: AtomicU64,
    rejected: AtomicU64,
    unknown: AtomicU64,
    last_fate: AtomicI64,
    is_over: AtomicBool,
    first_error: Mutex<Option<String>>,
    idle: AtomicI64,
    spun: AtomicI64,
    latency: Histogram,
    uncorrected: Histogram,
    slip: Histogram,
    arrival_error: Histogram,
}

impl Phase {
    /// Sends, and waits for the last fate; the senders again, and the result as the contract has it.
    pub async fn go(
        job: &Arc<Job>,
        run: &str,
        seconds: f64,
        texts: &Arc<Vec<String>>,
        senders: Vec<Sender>,
    ) -> (Vec<Sender>, Value) {
        let start = clock::monotonic();
        let phase = Arc::new(Phase {
            job: job.clone(),
            run: run.to_owned(),
            texts: texts.clone(),
            length: (seconds * 1e9) as i64,
            start,
            to_wall: clock::wall() - start,
            next: AtomicU64::new(0),
            acked: AtomicU64::new(0),
            halves: [AtomicU64::new(0), AtomicU64::new(0)],
            not_sent: AtomicU64::new(0),
            rejected: AtomicU64::new(0),
            unknown: AtomicU64::new(0),
            last_fate: AtomicI64::new(start),
            is_over: AtomicBool::new(false),
            first_error: Mutex::new(None),
            idle: AtomicI64::new(0),
            spun: AtomicI64::new(0),
            latency: Histogram::new(),
            uncorrected: Histogram::new(),
            slip: Histogram::new(),
            arrival_error: Histogram::new(),
        });
        if phase.length == 0 {
            return (senders, phase.result());
        }
        let (arrivals, due) = mpsc::channel(1);
        let due = Arc::new(tokio::sync::Mutex::new(due));
        let tasks: Vec<_> = senders
            .into_iter()
            .map(|sender| {
                let (phase, due) = (phase.clone(), due.clone());
                tokio::spawn(async move {
                    if phase.has_rate() {
                        phase.send_when_due(sender, &due).await
                    } else {
                        phase.send_on_answer(sender).await
                    }
                })
            })
            .collect();
        if phase.has_rate() {
            let scheduled = phase.clone();
            // A runtime's own timers are up to a millisecond late.
            thread::spawn(move || scheduled.schedule(&arrivals));
        }
        let mut again = Vec::with_capacity(tasks.len());
        for task in tasks {
            again.extend(task.await);
        }
        (again, phase.result())
    }

    fn has_rate(&self) -> bool {
        self.job.rate_per_s > 0.0
    }

    async fn send_on_answer(&self, mut sender: Sender) -> Sender {
        let mut now = clock::monotonic();
        while now < self.start + self.length && !self.is_over.load(Relaxed) {
            now = self.send(&mut sender, now).await.1;
        }
        sender
    }

    async fn send_when_due(&self, mut sender: Sender, due: &tokio::sync::Mutex<mpsc::Receiver<Arrival>>) -> Sender {
        loop {
            self.idle.fetch_add(1, Relaxed);
            let next = due.lock().await.recv().await;
            self.idle.fetch_sub(1, Relaxed);
            let arrival = match next {
                Some(arrival) => arrival,
                None => return sender,
            };
            let begun = clock::monotonic();
            self.slip.record(begun - arrival.due);
            if arrival.is_free {
                self.arrival_error.record(begun - arrival.due);
            }
            if let (true, now) = self.send(&mut sender, arrival.due).await {
                self.uncorrected.record(now - begun);
            }
        }
    }

    /// Sends an entry that was due then, from where its latency counts; whether it was acknowledged, and when its fate was known.
    async fn send(&self, sender: &mut Sender, due: i64) -> (bool, i64) {
        let seq = self.next.fetch_add(1, Relaxed);
        let entry = Entry {
            name: "bench".into(),
            data: self.texts[seq as usize % self.texts.len()].as_str().into(),
            run: self.run.as_str().into(),
            seq,
            sent_at: due + self.to_wall,
        };
        let fate = sender.send(&entry).await;
        let now = clock::monotonic();
        self.last_fate.fetch_max(now, Relaxed);
        let failure = match fate {
            Ok(()) => {
                self.acked.fetch_add(1, Relaxed);
                self.latency.record(now - due);
                if now < self.start + self.length {
                    let half = usize::from(now >= self.start + self.length / 2);
                    self.halves[half].fetch_add(1, Relaxed);
                }
                return (true, now);
            }
            Err(failure) => failure,
        };
        let (count, reason) = match failure {
            Failure::NotSent(reason) => (&self.not_sent, reason),
            Failure::Rejected(reason) => (&self.rejected, reason),
            Failure::Unknown(reason) => (&self.unknown, reason),
        };
        count.fetch_add(1, Relaxed);
        locked(&self.first_error).get_or_insert(reason);
        self.is_over.store(true, Relaxed);
        (false, now)
    }

    /// Hands arrivals to senders when they are due.
    fn schedule(&self, arrivals: &mpsc::Sender<Arrival>) {
        let mut random = Random(self.job.seed);
        let gap = 1e9 / self.job.rate_per_s;
        let is_poisson = self.job.arrivals == "poisson";
        let mut at = 0.0;
        let mut number = 0.0;
        while !self.is_over.load(Relaxed) {
            at = if is_poisson { at + gap * random.pause() } else { gap * number };
            number += 1.0;
            if at >= self.length as f64 {
                return;
            }
            let due = self.start + at as i64;
            let is_early = self.sleep(due);
            let is_free = is_early && self.idle.load(Relaxed) > 0;
            if arrivals.blocking_send(Arrival { due, is_free }).is_err() {
                return;
            }
        }
    }

    /// Waits until a time, the last bit of it on the core; whether that time was still to come.
    fn sleep(&self, until: i64) -> bool {
        let left = until - clock::monotonic();
        if left <= 0 {
            return false;
        }
        let spin = (self.job.spin_us * 1000.0) as i64;
        if left > spin {
            thread::sleep(Duration::from_nanos((left - spin) as u64));
        }
        if spin > 0 {
            let begin = clock::monotonic();
            while clock::monotonic() < until {
                std::hint::spin_loop();
            }
            self.spun.fetch_add(clock::monotonic() - begin, Relaxed);
        }
        true
    }

    fn result(&self) -> Value {
        let last = self.last_fate.load(Relaxed);
        let end = if self.has_rate() { last.max(self.start + self.length) } else { last };
        let acked = self.acked.load(Relaxed);
        let mut result = json!({
            "sent": self.next.load(Relaxed), "acked": acked, "not_sent": self.not_sent.load(Relaxed),
            "rejected": self.rejected.load(Relaxed), "unknown": self.unknown.load(Relaxed), "start_ns": self.start,
            "elapsed_ns": end - self.start, "spun_ns": self.spun.load(Relaxed),
            "acked_in_halves": [self.halves[0].load(Relaxed), self.halves[1].load(Relaxed)],
        });
        if let Some(reason) = &*locked(&self.first_error) {
            result["first_error"] = json!(reason);
        }
        if acked > 0 {
            result["latency"] = json!(self.latency.encoded());
        }
        if self.has_rate() {
            result["uncorrected_latency"] = json!(self.uncorrected.encoded());
            result["schedule_slip"] = json!(self.slip.encoded());
            result["arrival_error"] = json!(self.arrival_error.encoded());
        }
        result
    }
}
