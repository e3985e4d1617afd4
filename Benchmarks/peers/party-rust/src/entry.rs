//! A log entry of the contract, in JSON and in protobuf.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// An entry in JSON, with what ties it to a run.
#[derive(Serialize, Deserialize)]
pub struct Entry<'a> {
    #[serde(borrow)]
    pub name: Cow<'a, str>,
    #[serde(borrow)]
    pub data: Cow<'a, str>,
    #[serde(borrow, default)]
    pub run: Cow<'a, str>,
    #[serde(default)]
    pub seq: u64,
    /// Nanoseconds since 1970; 0 where nothing is said.
    #[serde(default)]
    pub sent_at: i64,
}

/// Sources/GRPCTransport/Wire/logs.proto has these.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Log {
    #[prost(string, tag = "1")]
    pub name: String,
    #[prost(string, tag = "2")]
    pub data: String,
    #[prost(int32, tag = "3")]
    pub severity: i32,
    #[prost(string, tag = "4")]
    pub run: String,
    #[prost(uint64, tag = "5")]
    pub seq: u64,
    #[prost(int64, tag = "6")]
    pub sent_at: i64,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct LogRequest {
    #[prost(message, optional, tag = "1")]
    pub log_entry: Option<Log>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct LogResponse {
    #[prost(string, tag = "1")]
    pub result: String,
}
