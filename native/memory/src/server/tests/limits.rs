//! Clients that send too much, too slowly, or nonsense, and clients that do not read.

use std::io::{Read, Write};
use std::time::{Duration, Instant};

use serde_json::json;

use super::client::{parse, plan, rig, with};
use super::fake::Fake;

#[test]
fn bodies_and_headers_have_a_bound() {
    let rig = rig();
    let post = "POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";
    let declared = rig.raw(format!("{post}Content-Length: 1048577\r\n\r\n").as_bytes());
    assert_eq!(parse(&declared).status, 413);
    let huge = rig.raw(format!("{post}Content-Length: 18446744073709551615\r\n\r\n").as_bytes());
    assert!((400..500).contains(&parse(&huge).status));
    // Without a length: refused when it has grown beyond the bound.
    let mut chunked = format!("{post}Transfer-Encoding: chunked\r\n\r\n").into_bytes();
    for _ in 0..40 {
        chunked.extend(format!("{:x}\r\n{}\r\n", 65536, " ".repeat(65536)).into_bytes());
    }
    let answer = rig.raw(&chunked);
    // The connection may be reset while the rest of the body is on its way: then there is no answer to read.
    assert!(answer.is_empty() || parse(&answer).status == 413);
    assert_eq!(parse(&rig.raw(format!("GET /health HTTP/1.1\r\nHost: localhost\r\nX: {}\r\n\r\n", "a".repeat(40_000)).as_bytes())).status, 431);
    let many: String = (0..200).map(|i| format!("X-{i}: 1\r\n")).collect();
    assert_eq!(parse(&rig.raw(format!("GET /health HTTP/1.1\r\nHost: localhost\r\n{many}\r\n").as_bytes())).status, 431);
    let most = json!({"prompt": "a", "max_tokens": 1, "user": "x".repeat((1 << 20) - 100)});
    assert_eq!(rig.complete(&most).status, 200);
}

#[test]
fn slow_headers_and_bodies_are_cut() {
    let mut quick = plan();
    quick.bounds.header_time = Duration::from_millis(200);
    quick.bounds.body_time = Duration::from_millis(200);
    let rig = with(quick, Fake::default());
    let begun = Instant::now();
    for start in ["", "GET /hea", "GET /health HTTP/1.1\r\nHost: localhost\r\nX: "] {
        let answer = rig.raw(start.as_bytes());
        assert!(answer.is_empty() || parse(&answer).status >= 400, "{start}");
    }
    let late = rig.raw(b"POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{");
    assert_eq!(parse(&late).status, 408);
    // A connection that was used and then says nothing.
    let mut idle = rig.connect();
    idle.write_all(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    let _ = idle.read_to_end(&mut answer);
    assert_eq!(parse(&answer).status, 200);
    assert!(begun.elapsed() < Duration::from_secs(15));
}

/// Random bodies, mutated requests and broken HTTP: an error of the 400s or nothing at all, never one of the 500s, and the server lives.
#[test]
fn nonsense_is_refused_without_a_server_error() {
    let rig = rig();
    let mut random = 1u64;
    let mut next = move |below: usize| {
        random = random.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (random >> 33) as usize % below
    };
    let values = [
        "null",
        "true",
        "-1",
        "0",
        "1",
        "2",
        "1e308",
        "-1e308",
        "1e-320",
        "9223372036854775807",
        "-9223372036854775808",
        "18446744073709551615",
        "1e19",
        "0.5",
        "\"\"",
        "\"a\"",
        "[]",
        "[0]",
        "[[]]",
        "[[1,2]]",
        "[299]",
        "[300]",
        "[\"a\",1]",
        "{}",
        "{\"a\":1}",
        "\"\\u0000\"",
        "\"\\ud800\"",
        "\"é\"",
        "[null]",
        "[1.5]",
        "3000",
    ];
    let fields = [
        "prompt",
        "max_tokens",
        "temperature",
        "top_p",
        "top_k",
        "seed",
        "stop",
        "stream",
        "echo",
        "logprobs",
        "model",
        "n",
        "best_of",
        "suffix",
        "logit_bias",
        "stream_options",
        "presence_penalty",
        "user",
        "prompt",
    ];
    let header = "Content-Type: application/json\r\n";
    for i in 0..1500 {
        let mut body = String::from("{\"max_tokens\":3,\"prompt\":\"abc\"");
        for _ in 0..next(4) {
            body += &format!(",\"{}\":{}", fields[next(fields.len())], values[next(values.len())]);
        }
        body.push('}');
        let mut bytes = body.into_bytes();
        if i % 3 == 0 {
            let at = next(bytes.len());
            match next(3) {
                0 => bytes[at] = next(256) as u8,
                1 => bytes.truncate(at),
                _ => bytes.insert(at, next(256) as u8),
            }
        }
        let answer = rig.ask("POST", "/v1/completions", header, &bytes);
        assert!(answer.status < 500, "{} {}", String::from_utf8_lossy(&bytes), answer.text());
    }
    let good = b"POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 29\r\n\
        Connection: close\r\n\r\n{\"prompt\":\"a\",\"max_tokens\":1}";
    assert_eq!(parse(&rig.raw(good)).status, 200);
    for _ in 0..300 {
        let mut bytes = good.to_vec();
        for _ in 0..1 + next(3) {
            let at = next(100);
            bytes[at] = next(256) as u8;
        }
        let mut stream = rig.connect();
        stream.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
        let _ = stream.write_all(&bytes);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        assert!(answer.is_empty() || parse(&answer).status < 500, "{}", String::from_utf8_lossy(&bytes));
    }
    assert_eq!(rig.get("/health").status, 200);
    rig.wait_until_idle(Duration::from_secs(10));
}
