//! A broker and a logger in Rust: a party of broker-lab's benchmarks over `http` and `grpc`. README.md has what it does at its best,
//! and what at its defaults.
//!
//!     party-rust logger --listen http=127.0.0.1:0 --listen grpc=127.0.0.1:0
//!     party-rust broker [--defaults]
//!     party-rust speaks

mod clock;
mod entry;
mod generator;
mod grpc;
mod histogram;
mod http_client;
mod http_server;
mod job;
mod ledger;
mod listener;
mod phase;
mod seal;
mod sender;

use std::io::{BufRead, Write};
use std::process::exit;
use std::sync::Arc;

use ledger::Ledger;
use serde_json::{json, Value};
use tokio::net::TcpListener;
use tokio::signal::unix::{signal, SignalKind};
use tokio::sync::mpsc;

/// Of the compiler: whoever builds this says so.
const VERSION: &str = match option_env!("PARTY_RUST_VERSION") {
    Some(version) => version,
    None => "unknown",
};

/// Prints a line of JSON.
pub fn say(line: &Value) {
    let mut output = std::io::stdout().lock();
    // Without a reader the program ends as soon as its input does.
    let _ = writeln!(output, "{line}").and_then(|()| output.flush());
}

/// Prints why the program cannot go on, and ends it.
fn fail(what: &str) -> ! {
    eprintln!("party-rust: {what}");
    exit(1)
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if words == ["speaks"] {
        println!("http\ngrpc");
        return;
    }
    let is_logger = match words.first().map(String::as_str) {
        Some("logger") => true,
        Some("broker") => false,
        _ => fail("say logger, broker or speaks"),
    };
    let mut at_defaults = false;
    let mut addresses = Vec::new();
    let mut rest = words.iter().skip(1);
    while let Some(word) = rest.next() {
        match (word.as_str(), word == "--listen") {
            ("--defaults", _) => at_defaults = true,
            (_, true) => match rest.next().and_then(|pair| pair.split_once('=')) {
                Some((transport, address)) => addresses.push((transport.to_owned(), address.to_owned())),
                None => fail("--listen takes NAME=HOST:PORT"),
            },
            _ => fail(&format!("there is no {word}")),
        }
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => fail(&error.to_string()),
    };
    runtime.block_on(play(is_logger, addresses, at_defaults));
    exit(0);
}

/// Plays a half until standard input ends, or SIGTERM comes.
async fn play(is_logger: bool, addresses: Vec<(String, String)>, at_defaults: bool) {
    let mut ended = match signal(SignalKind::terminate()) {
        Ok(ended) => ended,
        Err(error) => fail(&error.to_string()),
    };
    let (teller, mut lines) = mpsc::unbounded_channel();
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines() {
            if line.map_or(true, |line| teller.send(line).is_err()) {
                return;
            }
        }
    });
    if is_logger {
        listen(addresses, at_defaults).await;
    }
    say(&json!({"ready": true, "name": if at_defaults { "rust-defaults" } else { "rust" }, "version": VERSION}));
    let work = async {
        if is_logger {
            while lines.recv().await.is_some() {}
        } else {
            generator::work(lines, at_defaults).await;
        }
    };
    tokio::select! {
        () = work => {}
        _ = ended.recv() => {}
    }
}

/// Listens where it is told to, of what it speaks, and says where it is reached.
async fn listen(addresses: Vec<(String, String)>, at_defaults: bool) {
    let ledger = Arc::new(Ledger::new());
    for (transport, address) in addresses {
        if transport != "http" && transport != "grpc" {
            continue;
        }
        let listener = match TcpListener::bind(&address).await {
            Ok(listener) => listener,
            Err(error) => fail(&format!("cannot listen on {address}: {error}")),
        };
        let target = match listener.local_addr() {
            Ok(target) => target.to_string(),
            Err(error) => fail(&error.to_string()),
        };
        if transport == "http" {
            tokio::spawn(http_server::serve(listener, ledger.clone()));
        } else {
            tokio::spawn(grpc::serve(listener, ledger.clone(), at_defaults));
        }
        say(&json!({"transport": transport, "target": target}));
    }
}
