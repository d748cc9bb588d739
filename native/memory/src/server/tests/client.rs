//! A small HTTP client, and a server of the fake engine that ends with its test.

use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::fake::Fake;
use crate::server::options::{Bounds, Plan};
use crate::server::run::Server;

pub struct Rig {
    pub server: Server,
    pub fake: Arc<Fake>,
}

pub fn plan() -> Plan {
    Plan {
        model_name: "fake model".into(),
        host: IpAddr::V4(Ipv4Addr::LOCALHOST),
        port: 0,
        token: None,
        max_sessions: 8,
        max_waiting: 300,
        max_tokens: 1_000_000,
        bounds: Bounds::default(),
    }
}

pub fn rig() -> Rig {
    with(plan(), Fake::default())
}

pub fn with(plan: Plan, fake: Fake) -> Rig {
    let fake = Arc::new(fake);
    Rig { server: Server::start(plan, fake.clone()).unwrap(), fake }
}

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
    pub whole: bool, // whether the body came to its end
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|e| panic!("{e}: {self:?}"))
    }

    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    /// Events of a stream without the last, which is [DONE].
    pub fn events(&self) -> Vec<Value> {
        let text = self.text();
        assert!(text.ends_with("data: [DONE]\n\n"), "{text}");
        let mut all: Vec<&str> = text.split_terminator("\n\n").map(|e| e.strip_prefix("data: ").unwrap()).collect();
        all.pop();
        all.into_iter().map(|e| serde_json::from_str(e).unwrap()).collect()
    }
}

impl Rig {
    pub fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.server.port())).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream
    }

    /// What comes back for these bytes, until the server closes.
    pub fn raw(&self, bytes: &[u8]) -> Vec<u8> {
        let mut stream = self.connect();
        let _ = stream.write_all(bytes);
        let mut all = Vec::new();
        let _ = stream.read_to_end(&mut all);
        all
    }

    pub fn ask(&self, method: &str, path: &str, headers: &str, body: &[u8]) -> Answer {
        let host = if headers.contains("Host:") { String::new() } else { format!("Host: 127.0.0.1:{}\r\n", self.server.port()) };
        let head = format!("{method} {path} HTTP/1.1\r\n{host}{headers}Content-Length: {}\r\nConnection: close\r\n\r\n", body.len());
        parse(&self.raw(&[head.as_bytes(), body].concat()))
    }

    pub fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, "", b"")
    }

    pub fn complete(&self, body: &Value) -> Answer {
        self.ask("POST", "/v1/completions", "Content-Type: application/json\r\n", body.to_string().as_bytes())
    }

    /// A request whose answer is still to be read.
    pub fn begin(&self, body: &Value) -> TcpStream {
        let mut stream = self.connect();
        let body = body.to_string();
        let head =
            format!("POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n", body.len());
        stream.write_all((head + &body).as_bytes()).unwrap();
        stream
    }

    pub fn wait_until_idle(&self, time: Duration) {
        self.wait(time, "sessions are left", || self.fake.open.load(Ordering::SeqCst) == 0 && self.server.state().jobs.count() == 0);
    }

    pub fn wait(&self, time: Duration, what: &str, mut done: impl FnMut() -> bool) {
        let end = Instant::now() + time;
        while !done() {
            assert!(Instant::now() < end, "{what}: {} sessions, {} jobs", self.fake.open.load(Ordering::SeqCst), self.server.state().jobs.count());
            std::thread::sleep(Duration::from_millis(2));
        }
    }
}

pub fn parse(bytes: &[u8]) -> Answer {
    let split = bytes.windows(4).position(|w| w == b"\r\n\r\n").unwrap_or_else(|| panic!("no header: {}", String::from_utf8_lossy(bytes)));
    let head = String::from_utf8(bytes[..split].to_vec()).unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    let rest = &bytes[split + 4..];
    let (body, whole) = if head.to_lowercase().contains("transfer-encoding: chunked") { unchunk(rest) } else { (rest.to_vec(), true) };
    Answer { status, head, body, whole }
}

fn unchunk(mut rest: &[u8]) -> (Vec<u8>, bool) {
    let mut body = Vec::new();
    while let Some(end) = rest.windows(2).position(|w| w == b"\r\n") {
        let size = usize::from_str_radix(std::str::from_utf8(&rest[..end]).unwrap(), 16).unwrap();
        if size == 0 {
            return (body, true);
        }
        let from = end + 2;
        body.extend_from_slice(&rest[from..(from + size).min(rest.len())]);
        rest = rest.get(from + size + 2..).unwrap_or_default();
    }
    (body, false)
}
