//! Small HTTP servers: one that passes requests on until it fails, one that answers from a table.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;
use std::thread;

use serde_json::{json, Value};

/// What is answered to a request; none to hang up.
type Answer = Box<dyn Fn(&Value) -> Option<Value> + Send + Sync>;

/// A server on a free port, for as long as the process lives.
pub struct Relay {
    address: SocketAddr,
}

impl Relay {
    pub fn answering(answer: impl Fn(&Value) -> Option<Value> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let answer: Arc<Answer> = Arc::new(Box::new(answer));
        thread::spawn(move || {
            for stream in listener.incoming() {
                let answer = answer.clone();
                // A client that hangs up is no failure.
                thread::spawn(move || stream.ok().and_then(|stream| serve(&stream, &answer)));
            }
        });
        Self { address }
    }

    /// Passes requests on until so many transactions were sent. The next one gets no answer, whether or not the
    /// server still hears of it; nor does anything after it.
    pub fn failing(upstream: SocketAddr, after: usize, is_last_heard: bool) -> Self {
        let sent = AtomicUsize::new(0);
        Self::answering(move |request| {
            let is_transaction = request["method"] == "eth_sendRawTransaction";
            let before = if is_transaction { sent.fetch_add(1, Ordering::SeqCst) } else { sent.load(Ordering::SeqCst) };
            if before < after || (before == after && !is_transaction) {
                return Some(ask(upstream, request));
            }
            if before == after && is_last_heard {
                ask(upstream, request);
            }
            None
        })
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

fn serve(stream: &TcpStream, answer: &Answer) -> Option<()> {
    let request = serde_json::from_slice(&read_body(stream)?).ok()?;
    let mut answered = answer(&request)?;
    answered["id"] = request["id"].clone();
    write_message(stream, "HTTP/1.1 200 OK", &answered)
}

/// Asks a server.
pub fn ask(upstream: SocketAddr, request: &Value) -> Value {
    let stream = TcpStream::connect(upstream).unwrap();
    let head = format!("POST / HTTP/1.1\r\nHost: {upstream}");
    write_message(&stream, &head, request).unwrap();
    serde_json::from_slice(&read_body(&stream).unwrap()).unwrap()
}

fn write_message(mut stream: &TcpStream, head: &str, body: &Value) -> Option<()> {
    let body = body.to_string();
    let kind = "Content-Type: application/json\r\nConnection: close";
    write!(stream, "{head}\r\n{kind}\r\nContent-Length: {}\r\n\r\n{body}", body.len()).ok()
}

/// The body of a message, whose length its head says.
fn read_body(stream: &TcpStream) -> Option<Vec<u8>> {
    let mut reader = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
        if line.trim().is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(body)
}

/// An answer with a result.
pub fn result(value: &Value) -> Value {
    json!({ "jsonrpc": "2.0", "result": value })
}

/// An answer that a call reverted.
pub fn reverted(data: &str) -> Value {
    json!({ "jsonrpc": "2.0", "error": { "code": 3, "message": "execution reverted", "data": data } })
}
