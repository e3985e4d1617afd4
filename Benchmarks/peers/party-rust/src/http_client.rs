//! Posts entries over HTTP/1.1 by hyper.

use hyper::client::conn::{handshake, SendRequest};
use hyper::client::HttpConnector;
use hyper::{Body, Client, Method, Request, Response, StatusCode};
use tokio::net::TcpStream;

use crate::entry::Entry;
use crate::sender::{unknown, Failure};

/// A connection of one's own; at its defaults hyper's client, which keeps a pool.
enum Connection {
    Own(SendRequest<Body>),
    Pool(Client<HttpConnector>),
}

pub struct HttpSender {
    connection: Connection,
    target: String,
}

impl HttpSender {
    pub async fn dial(target: &str) -> Result<Self, String> {
        let socket = TcpStream::connect(target).await.map_err(|error| error.to_string())?;
        socket.set_nodelay(true).map_err(|error| error.to_string())?;
        let (sender, connection) = handshake(socket).await.map_err(|error| error.to_string())?;
        tokio::spawn(connection);
        Ok(HttpSender { connection: Connection::Own(sender), target: target.to_owned() })
    }

    /// One that shares a client's pool.
    pub fn pooled(client: Client<HttpConnector>, target: &str) -> Self {
        HttpSender { connection: Connection::Pool(client), target: target.to_owned() }
    }

    pub async fn send(&mut self, entry: &Entry<'_>) -> Result<(), Failure> {
        let body = serde_json::to_vec(entry).map_err(|error| Failure::NotSent(error.to_string()))?;
        let request = |path: String| {
            Request::builder()
                .method(Method::POST)
                .uri(path)
                .header("host", &self.target)
                .header("content-type", "application/json")
                .body(Body::from(body))
                .map_err(|error| Failure::NotSent(error.to_string()))
        };
        let response = match &mut self.connection {
            Connection::Own(own) => {
                let request = request("/log".to_owned())?;
                futures_util::future::poll_fn(|context| own.poll_ready(context)).await.map_err(unknown)?;
                own.send_request(request).await
            }
            Connection::Pool(client) => client.request(request(format!("http://{}/log", self.target))?).await,
        };
        judge(response.map_err(unknown)?).await
    }
}

async fn judge(response: Response<Body>) -> Result<(), Failure> {
    let status = response.status();
    let body = hyper::body::to_bytes(response.into_body()).await.map_err(unknown)?;
    let answer: serde_json::Value = serde_json::from_slice(&body).map_err(unknown)?;
    if status == StatusCode::ACCEPTED && answer["error"] == false {
        return Ok(());
    }
    Err(Failure::Rejected(format!("{status}: {}", answer["message"])))
}
