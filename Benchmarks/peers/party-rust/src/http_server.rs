//! Takes entries over HTTP by hyper, and answers for the ledger.

use std::convert::Infallible;
use std::sync::Arc;

use hyper::body::HttpBody;
use hyper::server::conn::Http;
use hyper::service::service_fn;
use hyper::{Body, Method, Request, Response, StatusCode};
use serde_json::{json, Value};
use tokio::net::TcpListener;

use crate::{entry::Entry, ledger::Ledger, listener::accepted};

const MOST_BODY_BYTES: usize = 32 << 20;

/// Accepts connections until the program ends.
pub async fn serve(listener: TcpListener, ledger: Arc<Ledger>) {
    loop {
        let socket = accepted(&listener).await;
        let ledger = ledger.clone();
        tokio::spawn(async move {
            let service = service_fn(move |request| answer(request, ledger.clone()));
            let _ = Http::new().serve_connection(socket, service).await;
        });
    }
}

async fn answer(request: Request<Body>, ledger: Arc<Ledger>) -> Result<Response<Body>, Infallible> {
    let path = request.uri().path().to_owned();
    let is_sealed = request.uri().query() == Some("sealed=true");
    let method = request.method().clone();
    if path == "/log" {
        return Ok(if method == Method::POST { log(request, &ledger).await } else { refuse(405, "POST alone") });
    }
    let id = match path.strip_prefix("/runs/") {
        Some(id) if !id.is_empty() => id,
        _ => return Ok(refuse(404, "there is no such place")),
    };
    Ok(match method {
        Method::PUT => match ledger.announce(id, is_sealed) {
            (run, true) => reply(201, &run.report()),
            (_, false) => refuse(409, "the run is known"),
        },
        Method::GET => {
            ledger.find(id).map_or_else(|| refuse(404, "there is no such run"), |run| reply(200, &run.report()))
        }
        _ => refuse(405, "PUT and GET alone"),
    })
}

async fn log(request: Request<Body>, ledger: &Ledger) -> Response<Body> {
    let mut body = request.into_body();
    let mut bytes = Vec::new();
    while let Some(part) = body.data().await {
        match part {
            Ok(part) if bytes.len() + part.len() <= MOST_BODY_BYTES => bytes.extend_from_slice(&part),
            _ => return refuse(400, "the body is too long, or ended early"),
        }
    }
    match serde_json::from_slice::<Entry>(&bytes) {
        Ok(entry) => {
            ledger.record(&entry.name, &entry.data, &entry.run, entry.seq, entry.sent_at);
            whole(202, Body::from(r#"{"error":false,"message":"logged"}"#))
        }
        Err(_) => refuse(400, "no entry"),
    }
}

fn refuse(status: u16, message: &str) -> Response<Body> {
    reply(status, &json!({"error": true, "message": message}))
}

fn reply(status: u16, value: &Value) -> Response<Body> {
    whole(status, Body::from(value.to_string()))
}

fn whole(status: u16, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert("content-type", http::HeaderValue::from_static("application/json"));
    response
}
