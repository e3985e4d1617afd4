//! Both halves of `logs.LogService/WriteLog`, by h2 and prost.

use std::sync::Arc;

use bytes::{BufMut, Bytes, BytesMut};
use h2::client::SendRequest;
use h2::server::SendResponse;
use h2::RecvStream;
use http::{HeaderMap, HeaderValue, Method, Request, Response};
use prost::Message;
use tokio::net::{TcpListener, TcpStream};

use crate::entry::{Entry, Log, LogRequest, LogResponse};
use crate::ledger::Ledger;
use crate::listener::accepted;
use crate::sender::{unknown, Failure};

const PATH: &str = "/logs.LogService/WriteLog";
const MOST_MESSAGE_BYTES: usize = 20 << 20;
/// A stream, and a connection, wait for no window: those of broker-lab.
const STREAM_WINDOW: u32 = 4 << 20;
const CONNECTION_WINDOW: u32 = 16 << 20;
const MOST_STREAMS: u32 = 4096;

/// A message behind its prefix.
fn framed(message: &impl Message) -> Bytes {
    let length = message.encoded_len();
    let mut frame = BytesMut::with_capacity(5 + length);
    frame.put_u8(0);
    frame.put_u32(length as u32);
    // There is room for it.
    let _ = message.encode(&mut frame);
    frame.freeze()
}

/// What comes on a stream, up to the length of the longest message.
async fn read(body: &mut RecvStream) -> Result<Vec<u8>, h2::Error> {
    let mut bytes = Vec::new();
    while let Some(part) = body.data().await {
        let part = part?;
        body.flow_control().release_capacity(part.len())?;
        if bytes.len() + part.len() > MOST_MESSAGE_BYTES + 5 {
            return Err(h2::Reason::ENHANCE_YOUR_CALM.into());
        }
        bytes.extend_from_slice(&part);
    }
    Ok(bytes)
}

/// Calls one after the other, beside others on the same connection.
pub struct GrpcSender {
    connection: SendRequest<Bytes>,
    uri: String,
}

impl GrpcSender {
    /// Connects; of a connection there are as many senders as one likes.
    pub async fn dial(target: &str, at_defaults: bool) -> Result<Self, String> {
        let socket = TcpStream::connect(target).await.map_err(|error| error.to_string())?;
        socket.set_nodelay(true).map_err(|error| error.to_string())?;
        let mut builder = h2::client::Builder::new();
        if !at_defaults {
            builder.initial_window_size(STREAM_WINDOW).initial_connection_window_size(CONNECTION_WINDOW);
        }
        let (sender, connection) = builder.handshake(socket).await.map_err(|error| error.to_string())?;
        tokio::spawn(connection);
        Ok(GrpcSender { connection: sender, uri: format!("http://{target}{PATH}") })
    }

    /// Another one on the same connection.
    pub fn beside(&self) -> Self {
        GrpcSender { connection: self.connection.clone(), uri: self.uri.clone() }
    }

    pub async fn send(&mut self, entry: &Entry<'_>) -> Result<(), Failure> {
        let log = Log {
            name: entry.name.to_string(),
            data: entry.data.to_string(),
            severity: 0,
            run: entry.run.to_string(),
            seq: entry.seq,
            sent_at: entry.sent_at,
        };
        let request = Request::builder()
            .method(Method::POST)
            .uri(&self.uri)
            .header("content-type", "application/grpc")
            .header("te", "trailers")
            .body(())
            .map_err(|error| Failure::NotSent(error.to_string()))?;
        let mut connection = self.connection.clone().ready().await.map_err(unknown)?;
        let (response, mut stream) = connection.send_request(request, false).map_err(unknown)?;
        stream.send_data(framed(&LogRequest { log_entry: Some(log) }), true).map_err(unknown)?;
        let (head, mut body) = response.await.map_err(unknown)?.into_parts();
        read(&mut body).await.map_err(unknown)?;
        let trailers = body.trailers().await.map_err(unknown)?.unwrap_or(head.headers);
        match trailers.get("grpc-status").map(HeaderValue::as_bytes) {
            Some(b"0") => Ok(()),
            Some(status) => Err(Failure::Rejected(format!("status {}", String::from_utf8_lossy(status)))),
            None => Err(Failure::Unknown("an answer without a status".to_owned())),
        }
    }
}

/// Accepts connections until the program ends.
pub async fn serve(listener: TcpListener, ledger: Arc<Ledger>, at_defaults: bool) {
    loop {
        let socket = accepted(&listener).await;
        tokio::spawn(converse(socket, ledger.clone(), at_defaults));
    }
}

async fn converse(socket: TcpStream, ledger: Arc<Ledger>, at_defaults: bool) -> Result<(), h2::Error> {
    let mut builder = h2::server::Builder::new();
    if !at_defaults {
        builder
            .initial_window_size(STREAM_WINDOW)
            .initial_connection_window_size(CONNECTION_WINDOW)
            .max_concurrent_streams(MOST_STREAMS);
    }
    let mut connection = builder.handshake(socket).await?;
    while let Some(next) = connection.accept().await {
        let (request, respond) = next?;
        tokio::spawn(answer(request, respond, ledger.clone()));
    }
    Ok(())
}

async fn answer(
    request: Request<RecvStream>,
    mut respond: SendResponse<Bytes>,
    ledger: Arc<Ledger>,
) -> Result<(), h2::Error> {
    let is_known = request.uri().path() == PATH;
    let bytes = read(&mut request.into_body()).await?;
    let entry = match bytes.split_first() {
        Some((0, rest)) if is_known && rest.len() >= 4 => LogRequest::decode(&rest[4..]).ok(),
        _ => None,
    };
    let status = match (is_known, &entry) {
        (false, _) => "12",
        (true, None) => "3",
        (true, Some(_)) => "0",
    };
    let mut head = Response::new(());
    head.headers_mut().insert("content-type", HeaderValue::from_static("application/grpc"));
    let mut stream = respond.send_response(head, false)?;
    if let Some(request) = entry {
        let log = request.log_entry.unwrap_or_default();
        ledger.record(&log.name, &log.data, &log.run, log.seq, log.sent_at);
        stream.send_data(framed(&LogResponse { result: "logged".to_owned() }), false)?;
    }
    let mut trailers = HeaderMap::new();
    trailers.insert("grpc-status", HeaderValue::from_static(status));
    stream.send_trailers(trailers)
}
