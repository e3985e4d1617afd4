//! What both receivers do with their listeners.

use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};

/// Waits for the next connection.
pub async fn accepted(listener: &TcpListener) -> TcpStream {
    loop {
        if let Ok((socket, _)) = listener.accept().await {
            let _ = socket.set_nodelay(true);
            return socket;
        }
        // Without a descriptor left it is tried again, and not at once.
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
