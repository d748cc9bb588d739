//! Many clients at once: nobody gets another's bytes, who leaves is gone, who is too many is told.

use std::io::Read;
use std::sync::atomic::Ordering;
use std::time::Duration;

use serde_json::{Value, json};

use super::client::{plan, rig, with};
use super::fake::Fake;

fn text_of(events: &[Value]) -> String {
    events.iter().map(|e| e["choices"][0]["text"].as_str().unwrap()).collect()
}

#[test]
fn two_hundred_streams_get_their_own_bytes() {
    let rig = with(plan(), Fake { step_time: Duration::from_micros(50), ..Fake::default() });
    std::thread::scope(|scope| {
        for i in 0..200usize {
            let rig = &rig;
            scope.spawn(move || {
                let prompt = format!("client {i} says é; ");
                let length = 20 + i % 60;
                let a = rig.complete(&json!({"prompt": prompt, "max_tokens": length, "seed": 0, "stream": i % 4 != 0}));
                let expected: Vec<u8> = prompt.bytes().cycle().take(length).collect();
                let text = if i % 4 != 0 { text_of(&a.events()) } else { a.json()["choices"][0]["text"].as_str().unwrap().into() };
                assert_eq!(text, String::from_utf8_lossy(&expected));
            });
        }
    });
    rig.wait_until_idle(Duration::from_secs(5));
    assert_eq!(rig.server.state().metrics.disconnects.get(), 0);
}

#[test]
fn disconnects_end_their_sessions_within_a_token() {
    let rig = with(plan(), Fake { step_time: Duration::from_millis(1), ..Fake::default() });
    for i in 0..1000usize {
        let mut stream = rig.begin(&json!({"prompt": "abc", "max_tokens": 1_000_000, "stream": i % 5 != 0}));
        if i % 5 != 0 {
            let mut some = vec![0; 1 + i * 7 % 400];
            stream.read_exact(&mut some).unwrap();
        }
        drop(stream);
    }
    rig.wait_until_idle(Duration::from_secs(5));
    // Those that never began had nothing to leave.
    assert!(rig.server.state().metrics.disconnects.get() >= 800, "{}", rig.server.state().metrics.disconnects.get());
    assert_eq!(rig.server.state().admission.waiting(), 0);
}

#[test]
fn too_many_are_told_so_and_a_waiting_one_may_leave() {
    let mut small = plan();
    small.max_sessions = 2;
    small.max_waiting = 3;
    let rig = with(small, Fake { step_time: Duration::from_millis(2), ..Fake::default() });
    let long = json!({"prompt": "abc", "max_tokens": 1_000_000, "stream": true});
    let running: Vec<_> = (0..2).map(|_| rig.begin(&long)).collect();
    rig.wait(Duration::from_secs(5), "two do not run", || rig.fake.open.load(Ordering::SeqCst) == 2);
    let mut waiting: Vec<_> = (0..3).map(|_| rig.begin(&long)).collect();
    rig.wait(Duration::from_secs(5), "three do not wait", || rig.server.state().admission.waiting() == 3);
    let a = rig.complete(&long);
    assert_eq!((a.status, &a.json()["error"]["type"]), (429, &json!("rate_limit_error")));
    assert!(a.head.to_lowercase().contains("retry-after: 1"));
    assert_eq!(rig.get("/health").status, 200);
    drop(waiting.pop());
    rig.wait(Duration::from_secs(5), "it still waits", || rig.server.state().admission.waiting() == 2);
    assert_eq!(rig.fake.open.load(Ordering::SeqCst), 2);
    drop(running);
    rig.wait(Duration::from_secs(5), "those that waited do not run", || rig.server.state().admission.waiting() == 0);
    drop(waiting);
    rig.wait_until_idle(Duration::from_secs(5));
}

#[test]
fn who_does_not_read_stands_aside_and_goes_on_when_it_reads() {
    let mut patient = plan();
    patient.max_sessions = 2;
    patient.bounds.unsent_bytes = 1 << 10;
    patient.bounds.full_time = Duration::from_secs(60);
    let rig = with(patient, Fake::default());
    let long = json!({"prompt": "abcdefgh", "max_tokens": 1_000_000, "stream": true, "seed": 0, "logprobs": 20});
    let aside = || rig.server.state().admission.aside();
    let mut silent: Vec<_> = (0..2).map(|_| rig.begin(&long)).collect();
    // Until the sockets are full as well.
    let mut steps = 0;
    rig.wait(Duration::from_secs(60), "two do not stand aside", || {
        std::thread::sleep(Duration::from_millis(300));
        let before = std::mem::replace(&mut steps, rig.fake.steps.load(Ordering::SeqCst));
        aside() == 2 && steps == before
    });
    // Both places are free for others, whose answers nobody holds up.
    for _ in 0..50 {
        assert_eq!(rig.complete(&json!({"prompt": "abc", "max_tokens": 5})).status, 200);
    }
    assert_eq!((aside(), rig.fake.open.load(Ordering::SeqCst)), (2, 2));
    assert!(rig.get("/metrics").text().contains("llmsys_requests_aside 2\n"));
    // As many as may run may stand aside: the next that does not read is cut soon.
    let cut = rig.begin(&long);
    rig.wait(Duration::from_secs(20), "the third is not cut", || rig.server.state().metrics.slow_clients.get() == 1);
    assert_eq!(aside(), 2);
    drop(cut);
    // One of the first two reads again, and gets what comes next.
    let before = rig.fake.steps.load(Ordering::SeqCst);
    let mut some = vec![0; 4 << 20];
    silent[0].read_exact(&mut some).unwrap();
    assert!(rig.fake.steps.load(Ordering::SeqCst) > before);
    let text = String::from_utf8_lossy(&some);
    let written: String = text.split("\"text\":\"").skip(1).map(|rest| &rest[..1]).collect();
    assert!(written.len() > 1000);
    assert!(written.bytes().zip(b"abcdefgh".iter().cycle()).all(|(a, b)| a == *b), "something is missing or twice");
    drop(silent);
    rig.wait_until_idle(Duration::from_secs(10));
    assert_eq!(aside(), 0);
}

/// The only place is that of one who reads nothing, and whose channel would hold all that it writes.
#[test]
fn who_is_far_ahead_of_its_reader_makes_room_for_those_who_wait() {
    let mut crowded = plan();
    crowded.max_sessions = 1;
    crowded.bounds.unsent_bytes = 64 << 20;
    crowded.bounds.ahead_bytes = 1 << 10;
    crowded.bounds.full_time = Duration::from_secs(60);
    let rig = with(crowded, Fake { step_time: Duration::from_millis(2), ..Fake::default() });
    let silent = rig.begin(&json!({"prompt": "abcdefgh", "max_tokens": 1_000_000, "stream": true, "seed": 0, "logprobs": 20}));
    rig.wait(Duration::from_secs(5), "it does not run", || rig.fake.steps.load(Ordering::SeqCst) > 0);
    assert_eq!(rig.server.state().admission.aside(), 0, "nobody waits");
    // It comes back as long as the socket takes what it is ahead, and then stays aside. Its text has not ended: there is one place, and each gets it.
    rig.wait(Duration::from_secs(20), "it does not stay aside", || {
        assert_eq!(rig.complete(&json!({"prompt": "abc", "max_tokens": 5})).status, 200);
        rig.server.state().admission.aside() == 1
    });
    assert_eq!(rig.fake.open.load(Ordering::SeqCst), 1);
    assert_eq!(rig.server.state().metrics.slow_clients.get(), 0);
    drop(silent);
    rig.wait_until_idle(Duration::from_secs(10));
}

#[test]
fn one_connection_serves_many_requests() {
    use std::io::Write;
    let rig = rig();
    let body = r#"{"prompt":"abc","max_tokens":3,"seed":0}"#;
    let head =
        format!("POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    let last = head.replace("Host: localhost", "Host: localhost\r\nConnection: close");
    let mut stream = rig.connect();
    // Five at once, in one write.
    stream.write_all((head.repeat(4) + &last).as_bytes()).unwrap();
    let mut all = String::new();
    stream.read_to_string(&mut all).unwrap();
    assert_eq!(all.matches("\"text\":\"abc\"").count(), 5, "{all}");
}
