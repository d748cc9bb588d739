//! What answers look like: fields, streams, echo, log-probabilities, stop strings, characters.

use serde_json::{Value, json};

use super::client::rig;
use super::fake::{BEGIN, END};

#[test]
fn a_completion_has_all_fields() {
    let a = rig().complete(&json!({"prompt": "abc", "max_tokens": 5, "seed": 0}));
    assert_eq!(a.status, 200, "{a:?}");
    let v = a.json();
    assert!(v["id"].as_str().unwrap().starts_with("cmpl-"));
    assert_eq!((&v["object"], &v["model"]), (&json!("text_completion"), &json!("fake model")));
    assert!(v["created"].as_u64().unwrap() > 1_600_000_000);
    assert_eq!(v["choices"], json!([{"text": "abcab", "index": 0, "logprobs": null, "finish_reason": "length"}]));
    assert_eq!(v["usage"], json!({"prompt_tokens": 3, "completion_tokens": 5, "total_tokens": 8}));
}

#[test]
fn the_end_of_a_text_and_stop_strings_finish_with_stop() {
    let rig = rig();
    let v = rig.complete(&json!({"prompt": [97, 98, END, 99], "max_tokens": 50, "seed": 0})).json();
    assert_eq!((&v["choices"][0]["text"], &v["choices"][0]["finish_reason"]), (&json!("ab"), &json!("stop")));
    assert_eq!(v["usage"]["completion_tokens"], 2);
    let v = rig.complete(&json!({"prompt": "one two three ", "max_tokens": 50, "seed": 0, "stop": ["three", "zzz"]})).json();
    assert_eq!((&v["choices"][0]["text"], &v["choices"][0]["finish_reason"]), (&json!("one two "), &json!("stop")));
    let v = rig.complete(&json!({"prompt": "abc", "max_tokens": 0})).json();
    assert_eq!((&v["choices"][0]["text"], &v["choices"][0]["finish_reason"]), (&json!(""), &json!("length")));
}

#[test]
fn a_stream_tells_its_end_once_and_then_done() {
    let rig = rig();
    let a = rig.complete(&json!({"prompt": "abc", "max_tokens": 4, "seed": 0, "stream": true, "stream_options": {"include_usage": true}}));
    assert!(a.whole && a.head.contains("text/event-stream"), "{a:?}");
    let events = a.events();
    let (usage, chunks) = events.split_last().unwrap();
    assert_eq!((&usage["choices"], &usage["usage"]["total_tokens"]), (&json!([]), &json!(7)));
    let text: String = chunks.iter().map(|e| e["choices"][0]["text"].as_str().unwrap()).collect();
    assert_eq!(text, "abca");
    for (i, e) in chunks.iter().enumerate() {
        let finish = e["choices"][0].get("finish_reason").unwrap();
        assert_eq!(*finish, if i + 1 == chunks.len() { json!("length") } else { Value::Null });
        assert_eq!((e["object"].as_str(), e["usage"].clone()), (Some("text_completion"), Value::Null));
        assert_eq!(e["id"], usage["id"]);
    }
    let bare = rig.complete(&json!({"prompt": "abc", "max_tokens": 4, "stream": true}));
    assert!(bare.events().iter().all(|e| e.get("usage").is_none()));
}

#[test]
fn characters_of_several_tokens_are_sent_whole() {
    let text = "é漢😀x";
    let a = rig().complete(&json!({"prompt": text, "max_tokens": text.len(), "seed": 0, "stream": true}));
    let parts: Vec<String> = a.events().iter().map(|e| e["choices"][0]["text"].as_str().unwrap().to_string()).collect();
    assert_eq!(parts, ["é", "漢", "😀", "x"]);
    // An unfinished character at the end is told as such.
    let v = rig().complete(&json!({"prompt": "漢", "max_tokens": 5, "seed": 0})).json();
    assert_eq!(v["choices"][0]["text"], "漢\u{FFFD}");
}

#[test]
fn echo_and_logprobs_cover_the_prompt() {
    let rig = rig();
    let v = rig.complete(&json!({"prompt": "aé", "max_tokens": 1, "seed": 0, "echo": true, "logprobs": 0})).json();
    let c = &v["choices"][0];
    assert_eq!(c["text"], "aéa");
    assert_eq!(
        c["logprobs"],
        json!({
            "tokens": ["a", "bytes:\\xc3", "bytes:\\xa9", "a"],
            "token_logprobs": [null, -1.0, -2.0, -0.5],
            "top_logprobs": [null, null, null, null],
            "text_offset": [0, 1, 1, 2],
        })
    );
    // With alternatives: in each place what was likely there, and the token itself.
    let v = rig.complete(&json!({"prompt": "acd", "max_tokens": 0, "echo": true, "logprobs": 2})).json();
    let l = &v["choices"][0]["logprobs"];
    assert_eq!((&l["tokens"], &l["token_logprobs"]), (&json!(["a", "c", "d"]), &json!([null, -1.0, -2.0])));
    assert_eq!(l["top_logprobs"], json!([null, {"b": -1.0, "c": -2.0}, {"d": -1.0, "e": -2.0}]));
    // The chosen token is among the alternatives of written tokens.
    let v = rig.complete(&json!({"prompt": "z", "max_tokens": 1, "logprobs": 2})).json();
    assert_eq!(v["choices"][0]["logprobs"]["top_logprobs"], json!([{"a": -1.0, "b": -2.0, "z": -0.5}]));
    // The same in a stream, and echo without scores.
    let a = rig.complete(&json!({"prompt": "ab", "max_tokens": 2, "seed": 0, "echo": true, "logprobs": 0, "stream": true}));
    let tokens: Vec<Value> = a.events().iter().flat_map(|e| e["choices"][0]["logprobs"]["tokens"].as_array().unwrap().clone()).collect();
    assert_eq!(tokens, ["a", "b", "a", "b"]);
    assert_eq!(rig.complete(&json!({"prompt": [BEGIN, 97], "max_tokens": 0, "echo": true})).json()["choices"][0]["text"], "a");
}

#[test]
fn a_long_echo_with_alternatives_is_told_in_full() {
    let prompt = "0123456789".repeat(250);
    let v = rig().complete(&json!({"prompt": prompt, "max_tokens": 1, "seed": 0, "echo": true, "logprobs": 20})).json();
    let told = v["choices"][0]["logprobs"]["top_logprobs"].as_array().unwrap();
    assert_eq!(told.len(), 2501);
    assert!(told[1..].iter().all(|place| place.as_object().unwrap().len() >= 20));
}

#[test]
fn several_prompts_give_choices_in_order() {
    let v = rig().complete(&json!({"prompt": ["ab", [99, 100], "e"], "max_tokens": 3, "seed": 0})).json();
    let texts: Vec<_> = v["choices"].as_array().unwrap().iter().map(|c| (c["index"].as_u64().unwrap(), c["text"].as_str().unwrap())).collect();
    assert_eq!(texts, [(0, "aba"), (1, "cdc"), (2, "eee")]);
    assert_eq!(v["usage"], json!({"prompt_tokens": 5, "completion_tokens": 9, "total_tokens": 14}));
}

#[test]
fn models_health_and_metrics() {
    let rig = rig();
    let list = rig.get("/v1/models").json();
    assert_eq!((&list["object"], &list["data"][0]["id"], &list["data"][0]["object"]), (&json!("list"), &json!("fake model"), &json!("model")));
    assert_eq!(list["data"][0]["owned_by"], "llmsys");
    assert_eq!(rig.get("/v1/models/fake%20model").json(), list["data"][0]);
    for missing in ["/v1/models/other", "/v1/models/", "/v1/models/%", "/v1/models/%FF"] {
        assert_eq!(rig.get(missing).status, 404, "{missing}");
    }
    assert_eq!(rig.get("/health").json(), json!({"status": "ok"}));
    rig.complete(&json!({"prompt": "abc", "max_tokens": 4}));
    let metrics = rig.get("/metrics");
    assert!(metrics.head.contains("text/plain; version=0.0.4"));
    let text = metrics.text();
    for line in [
        "llmsys_completion_tokens_total 4",
        "llmsys_prompt_tokens_total 3",
        "llmsys_requests_running 0",
        "gen_ai_server_time_to_first_token_seconds_count 1",
        "llmsys_responses_total{status=\"4xx\"} 4",
    ] {
        assert!(text.lines().any(|l| l == line), "{line} in\n{text}");
    }
    assert!(text.lines().all(|l| l.starts_with("# ") || l.rsplit_once(' ').is_some_and(|(_, v)| v.parse::<f64>().is_ok())), "{text}");
}
