//! What is answered: errors in OpenAI's form, and the parts of a completion.

use serde_json::{Value, json};

use crate::fault::{self, Fault};

#[derive(Clone, Debug)]
pub struct Refusal {
    pub status: u16,
    pub kind: &'static str,
    pub message: String,
    pub param: Option<String>,
    pub code: Option<&'static str>,
}

impl Refusal {
    pub fn new(status: u16, kind: &'static str, message: impl Into<String>, param: Option<&str>, code: Option<&'static str>) -> Refusal {
        Refusal { status, kind, message: message.into(), param: param.map(Into::into), code }
    }

    pub fn invalid(param: &str, message: impl Into<String>) -> Refusal {
        Refusal::new(400, "invalid_request_error", message, Some(param), None)
    }

    pub fn forbidden(message: &str) -> Refusal {
        Refusal::new(403, "permission_error", message, None, None)
    }

    pub fn busy() -> Refusal {
        Refusal::new(429, "rate_limit_error", "too many requests are waiting; try again later", None, Some("too_many_requests"))
    }

    pub fn stopping() -> Refusal {
        Refusal::new(503, "server_error", "the server is stopping", None, Some("stopping"))
    }

    /// What the engine refuses is the request's fault, except for memory, which may come back, and mistakes.
    pub fn of(fault: &Fault) -> Refusal {
        let message = if fault.why.is_empty() { fault.what.clone() } else { format!("{}: {}", fault.what, fault.why) };
        match fault.status {
            fault::INVALID | fault::SHAPE | fault::UNSUPPORTED => Refusal::new(400, "invalid_request_error", message, None, None),
            fault::OUT_OF_MEMORY => Refusal::new(503, "server_error", message, None, Some("out_of_memory")),
            fault::CANCELLED => Refusal::stopping(),
            _ => Refusal::new(500, "server_error", message, None, None),
        }
    }

    pub fn body(&self) -> Value {
        json!({"error": {"message": self.message, "type": self.kind, "param": self.param, "code": self.code}})
    }
}

/// One token with its log-probabilities, as `logprobs` tells it.
#[derive(Clone, Debug, PartialEq)]
pub struct Scored {
    pub token: String,
    pub score: Option<f32>,
    pub top: Option<Vec<(String, f32)>>,
    pub offset: usize, // characters of the choice's text before it
}

/// Minus infinity has no form in JSON; OpenAI tells -9999.
fn number(score: f32) -> Value {
    if score.is_nan() { Value::Null } else { json!(f64::from(score.max(-9999.0))) }
}

pub fn logprobs(scored: &[Scored]) -> Value {
    let top = |s: &Scored| s.top.as_ref().map_or(Value::Null, |top| Value::Object(top.iter().map(|(t, p)| (t.clone(), number(*p))).collect()));
    json!({
        "tokens": scored.iter().map(|s| &s.token[..]).collect::<Vec<_>>(),
        "token_logprobs": scored.iter().map(|s| s.score.map_or(Value::Null, number)).collect::<Vec<_>>(),
        "top_logprobs": scored.iter().map(top).collect::<Vec<_>>(),
        "text_offset": scored.iter().map(|s| s.offset).collect::<Vec<_>>(),
    })
}

/// The object around choices.
pub struct Envelope {
    pub id: String,
    pub created: u64,
    pub model: String,
}

impl Envelope {
    pub fn of(&self, choices: Vec<Value>, usage: Option<Value>) -> Value {
        let mut all = json!({"id": self.id, "object": "text_completion", "created": self.created, "model": self.model, "choices": choices});
        if let Some(usage) = usage {
            all["usage"] = usage;
        }
        all
    }
}

pub fn choice(index: usize, text: &str, scored: Option<&[Scored]>, finish: Option<&str>) -> Value {
    json!({"text": text, "index": index, "logprobs": scored.map_or(Value::Null, logprobs), "finish_reason": finish})
}

pub fn usage(prompt: usize, written: usize) -> Value {
    json!({"prompt_tokens": prompt, "completion_tokens": written, "total_tokens": prompt + written})
}
