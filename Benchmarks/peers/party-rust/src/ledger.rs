//! The account of each run.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};

use serde_json::{json, Value};

use crate::{clock, histogram::Histogram, seal};

/// How many entries of a run are told apart: their numbers take a bit each.
const MOST_ENTRIES: u64 = 1 << 30;
/// How many runs are kept: a benchmark asks for the latest ones.
const MOST_RUNS: usize = 64;
/// How much of the latest entries is kept, as the logger of broker-lab keeps it.
const RING_BYTES: usize = 64 << 20;

#[derive(Default)]
struct Counts {
    received: u64,
    unique: u64,
    duplicated: u64,
    reordered: u64,
    corrupt: u64,
    untracked: u64,
    highest: u64,
    first: i64,
    last: i64,
    seen: Vec<u64>,
}

/// The account of a run.
pub struct Run {
    id: String,
    is_sealed: bool,
    counts: Mutex<Counts>,
    latency: Histogram,
}

impl Run {
    fn count(&self, at: i64, seq: u64, sent_at: i64, data: &str) {
        let is_corrupt = self.is_sealed && !seal::is_intact(data);
        if sent_at != 0 {
            self.latency.record(at - sent_at);
        }
        let mut counts = locked(&self.counts);
        if counts.received == 0 {
            counts.first = at;
        }
        counts.last = at;
        counts.received += 1;
        counts.corrupt += u64::from(is_corrupt);
        if seq >= MOST_ENTRIES {
            counts.untracked += 1;
            return;
        }
        let (place, bit) = ((seq / 64) as usize, 1 << (seq % 64));
        if place >= counts.seen.len() {
            counts.seen.resize(place + 1, 0);
        }
        if counts.seen[place] & bit != 0 {
            counts.duplicated += 1;
            return;
        }
        counts.seen[place] |= bit;
        counts.unique += 1;
        if seq < counts.highest {
            counts.reordered += 1;
        } else {
            counts.highest = seq;
        }
    }

    /// The account as `GET /runs/{id}` gives it.
    pub fn report(&self) -> Value {
        let counts = locked(&self.counts);
        let mut report = json!({
            "run": self.id, "received": counts.received, "unique": counts.unique, "duplicated": counts.duplicated,
            "reordered": counts.reordered, "corrupt": counts.corrupt,
        });
        if counts.untracked > 0 {
            report["untracked"] = json!(counts.untracked);
        }
        if counts.received > 0 {
            report["first_received_at_ns"] = json!(counts.first);
            report["last_received_at_ns"] = json!(counts.last);
        }
        if let Some(latency) = self.latency.summary() {
            report["delivery_latency"] = latency;
        }
        report
    }
}

#[derive(Default)]
struct Runs {
    all: HashMap<String, Arc<Run>>,
    order: VecDeque<String>,
    /// The run of the entry before, which mostly is that of the next one.
    latest: Option<Arc<Run>>,
}

struct Ring {
    bytes: Vec<u8>,
    end: usize,
}

/// Keeps the latest entries, and an account of each run.
pub struct Ledger {
    runs: Mutex<Runs>,
    ring: Mutex<Ring>,
}

impl Ledger {
    pub fn new() -> Self {
        // Memory is had from the kernel now, and not while entries come.
        Ledger { runs: Mutex::default(), ring: Mutex::new(Ring { bytes: vec![1; RING_BYTES], end: 0 }) }
    }

    /// Begins a run, or finds it; whether it is new.
    pub fn announce(&self, id: &str, is_sealed: bool) -> (Arc<Run>, bool) {
        let mut runs = locked(&self.runs);
        if let Some(known) = runs.all.get(id) {
            return (known.clone(), false);
        }
        if runs.order.len() == MOST_RUNS {
            if let Some(oldest) = runs.order.pop_front() {
                runs.all.remove(&oldest);
            }
        }
        let run = Arc::new(Run { id: id.to_owned(), is_sealed, counts: Mutex::default(), latency: Histogram::new() });
        runs.all.insert(id.to_owned(), run.clone());
        runs.order.push_back(id.to_owned());
        (run, true)
    }

    pub fn find(&self, id: &str) -> Option<Arc<Run>> {
        locked(&self.runs).all.get(id).cloned()
    }

    /// Keeps an entry, and counts it for its run, where it has one.
    pub fn record(&self, name: &str, data: &str, run: &str, seq: u64, sent_at: i64) {
        let at = clock::wall();
        self.keep(at, name, data);
        if run.is_empty() {
            return;
        }
        let latest = locked(&self.runs).latest.clone().filter(|latest| latest.id == run);
        let own = latest.unwrap_or_else(|| {
            let own = self.announce(run, false).0;
            locked(&self.runs).latest = Some(own.clone());
            own
        });
        own.count(at, seq, sent_at, data);
    }

    fn keep(&self, at: i64, name: &str, data: &str) {
        let size = 8 + name.len() + data.len();
        if size > RING_BYTES {
            return;
        }
        let mut ring = locked(&self.ring);
        let start = if ring.end + size > RING_BYTES { 0 } else { ring.end };
        let place = &mut ring.bytes[start..start + size];
        place[..8].copy_from_slice(&at.to_ne_bytes());
        place[8..8 + name.len()].copy_from_slice(name.as_bytes());
        place[8 + name.len()..].copy_from_slice(data.as_bytes());
        ring.end = start + size;
    }
}

/// A lock's value, whatever became of a thread that had it.
pub fn locked<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}
