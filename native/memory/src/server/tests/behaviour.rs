//! Who is let in, what is refused, what happens when the engine fails, and how it ends.

use std::io::Read;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use serde_json::json;

use super::client::{parse, plan, rig, with};
use super::fake::{CONTEXT, Fake, NUMERIC, PANICS};

const JSON: &str = "Content-Type: application/json\r\n";
const BODY: &[u8] = br#"{"prompt":"a","max_tokens":1}"#;

#[test]
fn foreign_pages_and_wrong_forms_are_refused() {
    let rig = rig();
    let ask = |headers: &str| rig.ask("POST", "/v1/completions", headers, BODY).status;
    let port = rig.server.port();
    assert_eq!(ask(JSON), 200);
    assert_eq!(ask(&format!("{JSON}Origin: http://127.0.0.1:{port}\r\n")), 200);
    assert_eq!(ask("Content-Type: Application/JSON; charset=utf-8\r\n"), 200);
    for headers in
        ["Host: evil.example\r\n", "Origin: http://evil.example\r\n", "Origin: null\r\n", "Host: localhost\r\nOrigin: https://localhost\r\n"]
    {
        assert_eq!(ask(&format!("{JSON}{headers}")), 403, "{headers}");
        assert_eq!(rig.ask("GET", "/health", headers, b"").status, 403, "{headers}");
    }
    for kind in ["", "Content-Type: text/plain\r\n", "Content-Type: application/x-www-form-urlencoded\r\n"] {
        assert_eq!(ask(kind), 415, "{kind}");
    }
    for (method, path, status) in [
        ("GET", "/v1/completions", 405),
        ("POST", "/health", 405),
        ("DELETE", "/v1/models", 405),
        ("GET", "/", 404),
        ("GET", "/v1", 404),
        ("POST", "/v1/chat/completions", 404),
        ("GET", "/v1/models/../../etc/passwd", 404),
        ("OPTIONS", "/v1/completions", 204),
        ("HEAD", "/health", 200),
    ] {
        let a = rig.ask(method, path, JSON, b"");
        assert_eq!(a.status, status, "{method} {path}");
        assert!(!a.head.to_lowercase().contains("access-control"), "{a:?}");
        if status >= 400 {
            let e = &a.json()["error"];
            assert!(["message", "type", "param", "code"].iter().all(|f| e.get(f).is_some()), "{e}");
        }
    }
}

#[test]
fn a_token_is_asked_for() {
    let mut secured = plan();
    secured.token = Some("correct-token".into());
    let rig = with(secured, Fake::default());
    for path in ["/v1/models", "/metrics", "/v1/models/x"] {
        assert_eq!(rig.get(path).status, 401, "{path}");
    }
    assert_eq!(rig.get("/health").status, 200);
    let with_token = |token: &str| rig.ask("POST", "/v1/completions", &format!("{JSON}Authorization: Bearer {token}\r\n"), BODY);
    assert_eq!(with_token("correct-token").status, 200);
    let refused = with_token("correct-tokem");
    assert_eq!((refused.status, &refused.json()["error"]["code"]), (401, &json!("invalid_api_key")));
}

#[test]
fn faults_of_the_engine_become_answers_and_the_server_lives() {
    let rig = rig();
    let long: Vec<i32> = vec![97; CONTEXT];
    let cases = [(json!(long), 400), (json!([PANICS]), 500), (json!([NUMERIC]), 500), (json!(""), 400)];
    for (prompt, status) in cases {
        let a = rig.complete(&json!({"prompt": prompt, "max_tokens": 3}));
        assert_eq!(a.status, status, "{a:?}");
        assert!(a.json()["error"]["message"].as_str().unwrap().len() > 10);
    }
    rig.fake.no_memory.store(true, Ordering::SeqCst);
    assert_eq!(rig.complete(&json!({"prompt": "a"})).status, 503);
    rig.fake.no_memory.store(false, Ordering::SeqCst);
    // A refusal before the stream has a status; after its beginning it is an event, and no [DONE] follows.
    assert_eq!(rig.complete(&json!({"prompt": long, "stream": true})).status, 400);
    let a = rig.complete(&json!({"prompt": [97, 98, NUMERIC], "seed": 0, "stream": true}));
    assert_eq!(a.status, 200);
    let text = a.text();
    assert!(text.contains("\"text\":\"b\"") && text.contains("data: {\"error\":") && !text.contains("[DONE]"), "{text}");
    assert_eq!(rig.complete(&json!({"prompt": "a", "max_tokens": 1})).status, 200);
    rig.wait_until_idle(Duration::from_secs(5));
}

#[test]
fn stopping_refuses_waits_cancels_and_closes() {
    let mut one = plan();
    one.max_sessions = 1;
    let rig = with(one, Fake { step_time: Duration::from_millis(5), ..Fake::default() });
    let mut running = rig.begin(&json!({"prompt": "abc", "max_tokens": 1_000_000, "stream": true}));
    rig.wait(Duration::from_secs(5), "it did not start", || rig.fake.steps.load(Ordering::SeqCst) > 3);
    let mut waiting = rig.begin(&json!({"prompt": "abc", "max_tokens": 5}));
    rig.wait(Duration::from_secs(5), "nobody waits", || rig.server.state().admission.waiting() == 1);
    std::thread::scope(|scope| {
        let stop = scope.spawn(|| {
            let begun = Instant::now();
            rig.server.stop(Duration::from_millis(500)).unwrap();
            begun.elapsed()
        });
        rig.wait(Duration::from_secs(5), "it does not stop", || rig.server.state().stopping.load(Ordering::SeqCst));
        // Answers while it waits for what runs.
        assert_eq!(rig.get("/health").status, 503);
        assert_eq!(rig.complete(&json!({"prompt": "abc"})).status, 503);
        let mut answer = Vec::new();
        let _ = waiting.read_to_end(&mut answer);
        assert_eq!(parse(&answer).status, 503);
        let time = stop.join().unwrap();
        assert!(time >= Duration::from_millis(500), "{time:?}");
    });
    assert_eq!(rig.fake.open.load(Ordering::SeqCst), 0);
    let mut answer = Vec::new();
    let _ = running.read_to_end(&mut answer);
    let text = String::from_utf8_lossy(&answer).into_owned();
    assert!(text.contains("\"error\"") && !text.contains("[DONE]"), "{}", &text[text.len().saturating_sub(300)..]);
    assert!(std::net::TcpStream::connect(("127.0.0.1", rig.server.port())).is_err());
    rig.server.stop(Duration::ZERO).unwrap();
}

#[test]
fn what_runs_may_end_while_the_server_stops() {
    let rig = with(plan(), Fake { step_time: Duration::from_millis(5), ..Fake::default() });
    let mut running = rig.begin(&json!({"prompt": "abc", "max_tokens": 20, "stream": true}));
    rig.wait(Duration::from_secs(5), "it did not start", || rig.fake.steps.load(Ordering::SeqCst) > 3);
    rig.server.stop(Duration::from_secs(20)).unwrap();
    let mut answer = Vec::new();
    let _ = running.read_to_end(&mut answer);
    assert_eq!(parse(&answer).events().len(), 20);
}

#[test]
fn a_port_in_use_is_an_error() {
    let rig = rig();
    let mut same = plan();
    same.port = rig.server.port();
    let fault = crate::server::run::Server::start(same, rig.fake.clone()).err().unwrap();
    assert!(fault.what.contains("cannot listen"), "{fault:?}");
}
