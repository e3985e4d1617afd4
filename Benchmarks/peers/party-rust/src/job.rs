//! What the lab asks a load generator for.

use serde::Deserialize;
use serde_json::Value;

use crate::seal;

const LONGEST_PAYLOAD: usize = 16 << 20;

/// A job, as the article Parties has it.
#[derive(Deserialize)]
pub struct Job {
    pub job: i64,
    pub transport: String,
    pub target: String,
    pub payload_bytes: usize,
    #[serde(default)]
    pub payload_seed: u64,
    pub in_flight: usize,
    pub connections: usize,
    #[serde(default)]
    pub rate_per_s: f64,
    #[serde(default)]
    pub arrivals: String,
    #[serde(default)]
    pub spin_us: f64,
    pub warmup_s: f64,
    pub warmup_run_id: String,
    pub duration_s: f64,
    pub run_id: String,
    #[serde(default)]
    pub seed: u64,
}

impl Job {
    /// Reads a job; a sentence where it asks for what cannot be had here.
    pub fn of(mut line: Value) -> Result<Self, String> {
        for key in ["tls", "payload_file", "bare_loop", "raw_file", "dials", "churn", "fates"] {
            let is_asked = !matches!(&line[key], Value::Null | Value::Bool(false)) && line[key] != 0 && line[key] != "";
            if is_asked {
                return Err(format!("{key} cannot be had here"));
            }
        }
        if line["messages_per_operation"] != 1 {
            return Err("there are no operations of several entries here".to_owned());
        }
        if let Some(fields) = line.as_object_mut() {
            fields.retain(|_, value| !value.is_null());
        }
        let job: Job = serde_json::from_value(line).map_err(|error| error.to_string())?;
        if job.connections == 0 || job.in_flight == 0 || job.in_flight % job.connections != 0 {
            let (connections, in_flight) = (job.connections, job.in_flight);
            return Err(format!("{connections} connections cannot share {in_flight} in flight evenly"));
        }
        if job.payload_bytes > LONGEST_PAYLOAD {
            return Err("a text has at most 16 MiB here".to_owned());
        }
        Ok(job)
    }

    /// A few different texts, which are sent over and over, with a seal where there is room for one.
    pub fn texts(&self) -> Vec<String> {
        let mut random = Random(self.payload_seed);
        let has_seal = self.payload_bytes >= seal::BYTES;
        let length = self.payload_bytes - if has_seal { seal::BYTES } else { 0 };
        (0..64)
            .map(|_| {
                let text: String = (0..length).map(|_| char::from(b' ' + (random.next() % 95) as u8)).collect();
                if has_seal {
                    seal::sealed(&text)
                } else {
                    text
                }
            })
            .collect()
    }
}

/// Numbers that look random (splitmix64).
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ mixed >> 31
    }

    /// A pause between two arrivals that know nothing of each other, in units of the mean one.
    pub fn pause(&mut self) -> f64 {
        let part = ((self.next() >> 11) as f64 + 1.0) / (1u64 << 53) as f64;
        -part.ln()
    }
}
