//! What sends entries, whatever the transport.

use crate::{entry::Entry, grpc::GrpcSender, http_client::HttpSender};

/// Why an entry was not acknowledged.
pub enum Failure {
    /// It certainly was not sent.
    NotSent(String),
    /// It was not taken.
    Rejected(String),
    /// Nothing is known of it.
    Unknown(String),
}

/// Sends one entry at a time.
pub enum Sender {
    Http(HttpSender),
    Grpc(GrpcSender),
}

impl Sender {
    /// Sends an entry, and is over when it is acknowledged.
    pub async fn send(&mut self, entry: &Entry<'_>) -> Result<(), Failure> {
        match self {
            Sender::Http(sender) => sender.send(entry).await,
            Sender::Grpc(sender) => sender.send(entry).await,
        }
    }
}

/// For results of libraries, of which nothing is known when they fail.
pub fn unknown(error: impl std::fmt::Display) -> Failure {
    Failure::Unknown(error.to_string())
}
