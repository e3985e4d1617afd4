//! The load generator.

use std::sync::Arc;
use std::time::Duration;

use hyper::Client;
use serde_json::{json, Value};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::timeout;

use crate::grpc::GrpcSender;
use crate::http_client::HttpSender;
use crate::job::Job;
use crate::phase::Phase;
use crate::say;
use crate::sender::Sender;

const DIAL_LIMIT: Duration = Duration::from_secs(5);

/// Does one job after the other, as they come, until they end.
pub async fn work(mut lines: UnboundedReceiver<String>, at_defaults: bool) {
    while let Some(text) = lines.recv().await {
        let line: Value = match serde_json::from_str(&text) {
            Ok(line) => line,
            Err(error) => {
                eprintln!("party-rust: no job: {error}");
                continue;
            }
        };
        // The word of the lab on a job that has failed says nothing.
        if line.get("transport").is_none() {
            continue;
        }
        let number = line["job"].clone();
        if let Err(reason) = perform(line, &mut lines, at_defaults).await {
            say(&json!({"job": number, "failed": reason}));
        }
    }
}

/// Does a job: the warm-up, and when the lab says so what is measured, on the same connections.
async fn perform(line: Value, lines: &mut UnboundedReceiver<String>, at_defaults: bool) -> Result<(), String> {
    let job = Arc::new(Job::of(line)?);
    let senders = timeout(DIAL_LIMIT, dial(&job, at_defaults))
        .await
        .unwrap_or_else(|_| Err("nobody answers".to_owned()))
        .map_err(|reason| format!("cannot reach {}: {reason}", job.target))?;
    let texts = Arc::new(job.texts());
    let (senders, warm) = Phase::go(&job, &job.warmup_run_id, job.warmup_s, &texts, senders).await;
    say(&json!({"job": job.job, "mark": "warm", "result": warm}));
    let word = lines.recv().await.unwrap_or_default();
    if serde_json::from_str::<Value>(&word).map_or(true, |word| word["go"] != true) {
        return Ok(());
    }
    say(&json!({"job": job.job, "mark": "begin"}));
    let (_, measured) = Phase::go(&job, &job.run_id, job.duration_s, &texts, senders).await;
    say(&json!({"job": job.job, "mark": "end"}));
    say(&json!({"job": job.job, "result": measured}));
    Ok(())
}

/// A sender for each entry in flight, spread over the connections.
async fn dial(job: &Job, at_defaults: bool) -> Result<Vec<Sender>, String> {
    let mut senders = Vec::with_capacity(job.in_flight);
    for _ in 0..job.connections {
        let share = job.in_flight / job.connections;
        match job.transport.as_str() {
            "http" if at_defaults => {
                let client = Client::new();
                senders.extend((0..share).map(|_| Sender::Http(HttpSender::pooled(client.clone(), &job.target))));
            }
            "http" => {
                for _ in 0..share {
                    senders.push(Sender::Http(HttpSender::dial(&job.target).await?));
                }
            }
            "grpc" => {
                let connection = GrpcSender::dial(&job.target, at_defaults).await?;
                senders.extend((0..share).map(|_| Sender::Grpc(connection.beside())));
            }
            other => return Err(format!("{other} is not spoken here")),
        }
    }
    Ok(senders)
}
