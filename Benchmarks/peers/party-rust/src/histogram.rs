//! Latencies, counted as HdrHistogram counts them.

use std::io::Write;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};

use flate2::{write::ZlibEncoder, Compression};
use serde_json::{json, Value};

/// The largest value, in nanoseconds.
const LONGEST: i64 = 60_000_000_000;
/// Of three digits there are 2048 counts a bucket, and each but the first uses the upper half of them: 2 to the power of this.
const HALF_BITS: u32 = 10;

/// Counts nanoseconds from 1 to a minute in three digits; any thread may add to it.
pub struct Histogram {
    counts: Vec<AtomicU32>,
    sum: AtomicU64,
    most: AtomicU64,
}

impl Histogram {
    pub fn new() -> Self {
        let counts = (0..28 << HALF_BITS).map(|_| AtomicU32::new(0)).collect();
        Histogram { counts, sum: AtomicU64::new(0), most: AtomicU64::new(0) }
    }

    /// Counts a value; one outside of the range as the nearest that is in it.
    pub fn record(&self, nanoseconds: i64) {
        let value = nanoseconds.clamp(1, LONGEST) as u64;
        let bucket = (64 - value.leading_zeros()).saturating_sub(HALF_BITS + 1);
        let index = ((bucket as usize) << HALF_BITS) + (value >> bucket) as usize;
        self.counts[index].fetch_add(1, Relaxed);
        self.sum.fetch_add(value, Relaxed);
        self.most.fetch_max(value, Relaxed);
    }

    fn value_at(index: usize) -> u64 {
        let bucket = (index >> HALF_BITS).saturating_sub(1);
        ((index - (bucket << HALF_BITS)) as u64) << bucket
    }

    /// What a ledger says of a latency, in microseconds; nothing without a value.
    pub fn summary(&self) -> Option<Value> {
        let count: u64 = self.counts.iter().map(|each| u64::from(each.load(Relaxed))).sum();
        if count == 0 {
            return None;
        }
        let us = |value: u64| value as f64 / 1000.0;
        let percentile = |part: f64| {
            let mut left = (part * count as f64).ceil() as u64;
            for (index, each) in self.counts.iter().enumerate() {
                let own = u64::from(each.load(Relaxed));
                if own >= left {
                    return us(Self::value_at(index));
                }
                left -= own;
            }
            us(self.most.load(Relaxed))
        };
        Some(json!({
            "count": count, "p50_us": percentile(0.5), "p90_us": percentile(0.9), "p99_us": percentile(0.99),
            "p999_us": percentile(0.999), "max_us": us(self.most.load(Relaxed)),
            "mean_us": us(self.sum.load(Relaxed)) / count as f64,
        }))
    }

    /// HdrHistogram's V2 encoding, compressed, in base64 (AbstractHistogram.encodeIntoByteBuffer): a header of 40 bytes, then
    /// the counts from value 0 on in ZigZag LEB128, where a negative number stands for as many empty ones.
    pub fn encoded(&self) -> String {
        let mut counts = Vec::new();
        let mut empty = 0;
        for each in &self.counts {
            let count = i64::from(each.load(Relaxed));
            if count == 0 {
                empty += 1;
                continue;
            }
            if empty > 0 {
                append_varint(&mut counts, -empty);
            }
            empty = 0;
            append_varint(&mut counts, count);
        }
        let mut plain = Vec::new();
        plain.extend(0x1c84_9313u32.to_be_bytes());
        plain.extend((counts.len() as u32).to_be_bytes());
        plain.extend(0u32.to_be_bytes());
        plain.extend(3u32.to_be_bytes());
        plain.extend(1u64.to_be_bytes());
        plain.extend(LONGEST.to_be_bytes());
        plain.extend(1f64.to_be_bytes());
        plain.extend(counts);
        let mut packed = ZlibEncoder::new(Vec::new(), Compression::default());
        // To memory nothing fails.
        packed.write_all(&plain).expect("memory takes all");
        let packed = packed.finish().expect("memory takes all");
        let mut whole = 0x1c84_9314u32.to_be_bytes().to_vec();
        whole.extend((packed.len() as u32).to_be_bytes());
        whole.extend(packed);
        base64(&whole)
    }
}

fn append_varint(bytes: &mut Vec<u8>, number: i64) {
    let mut rest = (number << 1 ^ number >> 63) as u64;
    while rest >= 0x80 {
        bytes.push(rest as u8 | 0x80);
        rest >>= 7;
    }
    bytes.push(rest as u8);
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for part in bytes.chunks(3) {
        let group = (0..3).fold(0, |group, index| group << 8 | part.get(index).map_or(0, |each| usize::from(*each)));
        for index in 0..4 {
            let digit = if index <= part.len() { DIGITS[group >> (18 - 6 * index) & 63] } else { b'=' };
            text.push(char::from(digit));
        }
    }
    text
}
