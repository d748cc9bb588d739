//! The body of POST /v1/completions: every field has a range, what is not supported is refused, unknown fields are ignored.

use serde_json::{Map, Value};

use super::json::Refusal;

#[derive(Clone, Debug, PartialEq)]
pub enum Prompt {
    Text(String),
    Ids(Vec<i32>),
}

#[derive(Clone, Debug)]
pub struct CompletionRequest {
    pub prompts: Vec<Prompt>,
    pub max_tokens: i32,
    pub temperature: f64,
    pub top_p: f64,
    pub top_k: i32,
    pub seed: Option<u64>,
    pub stop: Vec<String>,
    pub stream: bool,
    pub include_usage: bool,
    pub echo: bool,
    pub logprobs: Option<i32>,
}

const MOST_PROMPTS: usize = 64;
const MOST_STOPS: usize = 16;
const LONGEST_STOP: usize = 1024;
pub const MOST_ALTERNATIVES: i64 = 20;

impl CompletionRequest {
    /// `most_tokens`: of the server, `vocab_size` of the model.
    pub fn of(body: &[u8], model: &str, most_tokens: i32, vocab_size: i32) -> Result<CompletionRequest, Refusal> {
        let value: Value =
            serde_json::from_slice(body).map_err(|e| Refusal::new(400, "invalid_request_error", format!("the body is no JSON: {e}"), None, None))?;
        let Value::Object(fields) = value else {
            return Err(Refusal::new(400, "invalid_request_error", "the body is no JSON object", None, None));
        };
        let f = Fields(&fields);
        if let Some(asked) = f.text("model")?.filter(|asked| *asked != model) {
            let shown: String = asked.chars().take(96).collect();
            return Err(Refusal::new(
                404,
                "invalid_request_error",
                format!("the model \"{shown}\" is not here; this server has \"{model}\""),
                Some("model"),
                Some("model_not_found"),
            ));
        }
        f.refuse_other_settings()?;
        let stream = f.flag("stream")?;
        let include_usage = match f.get("stream_options") {
            None => false,
            Some(Value::Object(options)) if stream => Fields(options).flag("include_usage")?,
            Some(_) => return Err(Refusal::invalid("stream_options", "stream_options is an object, and only for stream: true")),
        };
        Ok(CompletionRequest {
            prompts: prompts(f.get("prompt"), vocab_size)?,
            max_tokens: f.integer("max_tokens", 0, most_tokens.into())?.unwrap_or(16.min(most_tokens.into())) as i32,
            temperature: f.number("temperature", 0.0, 2.0)?.unwrap_or(1.0),
            top_p: f.number("top_p", 0.0, 1.0)?.unwrap_or(1.0).max(1e-9),
            top_k: f.integer("top_k", -1, i32::MAX.into())?.unwrap_or(0).max(0) as i32,
            seed: f.seed()?,
            stop: stops(f.get("stop"))?,
            stream,
            include_usage,
            echo: f.flag("echo")?,
            logprobs: f.integer("logprobs", 0, MOST_ALTERNATIVES.min(vocab_size.into()))?.map(|n| n as i32),
        })
    }
}

struct Fields<'a>(&'a Map<String, Value>);

impl<'a> Fields<'a> {
    /// null is as good as absent.
    fn get(&self, name: &str) -> Option<&'a Value> {
        self.0.get(name).filter(|v| !v.is_null())
    }

    fn text(&self, name: &str) -> Result<Option<&'a str>, Refusal> {
        self.get(name).map(|v| v.as_str().ok_or_else(|| Refusal::invalid(name, format!("{name} is a text")))).transpose()
    }

    fn flag(&self, name: &str) -> Result<bool, Refusal> {
        self.get(name).map_or(Ok(false), |v| v.as_bool().ok_or_else(|| Refusal::invalid(name, format!("{name} is true or false"))))
    }

    fn integer(&self, name: &str, least: i64, most: i64) -> Result<Option<i64>, Refusal> {
        let Some(value) = self.get(name) else { return Ok(None) };
        // 16.0 is an integer to JSON as well.
        let whole = value.as_i64().or_else(|| value.as_f64().filter(|x| x.fract() == 0.0 && x.abs() < 9e15).map(|x| x as i64));
        match whole {
            Some(n) if (least..=most).contains(&n) => Ok(Some(n)),
            _ => Err(Refusal::invalid(name, format!("{name} is an integer from {least} to {most}"))),
        }
    }

    fn number(&self, name: &str, least: f64, most: f64) -> Result<Option<f64>, Refusal> {
        let Some(value) = self.get(name) else { return Ok(None) };
        match value.as_f64() {
            Some(x) if x >= least && x <= most => Ok(Some(x)),
            _ => Err(Refusal::invalid(name, format!("{name} is a number from {least} to {most}"))),
        }
    }

    fn seed(&self) -> Result<Option<u64>, Refusal> {
        let Some(value) = self.get("seed") else { return Ok(None) };
        value.as_u64().or_else(|| value.as_i64().map(|n| n as u64)).map(Some).ok_or_else(|| Refusal::invalid("seed", "seed is an integer of 64 bits"))
    }

    /// Settings of the protocol that would change the answer and are not here: never ignored in silence.
    fn refuse_other_settings(&self) -> Result<(), Refusal> {
        for name in ["n", "best_of"] {
            if self.integer(name, 1, 1).is_err() {
                return Err(Refusal::invalid(name, format!("{name} other than 1 is not supported")));
            }
        }
        for name in ["presence_penalty", "frequency_penalty"] {
            if self.number(name, 0.0, 0.0).is_err() {
                return Err(Refusal::invalid(name, format!("{name} other than 0 is not supported")));
            }
        }
        if self.get("logit_bias").is_some_and(|v| v.as_object().is_none_or(|o| !o.is_empty())) {
            return Err(Refusal::invalid("logit_bias", "logit_bias is not supported"));
        }
        if self.get("suffix").is_some_and(|v| v.as_str() != Some("")) {
            return Err(Refusal::invalid("suffix", "suffix is not supported"));
        }
        Ok(())
    }
}

/// A text, ids, or several of either.
fn prompts(value: Option<&Value>, vocab_size: i32) -> Result<Vec<Prompt>, Refusal> {
    let wrong = || Refusal::invalid("prompt", "prompt is a text, a list of token ids, or a list of at most 64 of these; none may be empty");
    let ids = |list: &[Value]| {
        let id = |v: &Value| v.as_i64().filter(|id| (0..vocab_size.into()).contains(id)).map(|id| id as i32);
        let range = || Refusal::invalid("prompt", format!("token ids are integers from 0 to {}", vocab_size - 1));
        list.iter().map(|v| id(v).ok_or_else(range)).collect::<Result<Vec<_>, _>>().map(Prompt::Ids)
    };
    match value.ok_or_else(wrong)? {
        Value::String(text) => Ok(vec![Prompt::Text(text.clone())]),
        Value::Array(list) if list.is_empty() => Err(wrong()),
        Value::Array(list) if list[0].is_number() => Ok(vec![ids(list)?]),
        Value::Array(list) if list.len() <= MOST_PROMPTS => list
            .iter()
            .map(|v| match v {
                Value::String(text) => Ok(Prompt::Text(text.clone())),
                Value::Array(inner) if !inner.is_empty() => ids(inner),
                _ => Err(wrong()),
            })
            .collect(),
        _ => Err(wrong()),
    }
}

fn stops(value: Option<&Value>) -> Result<Vec<String>, Refusal> {
    let wrong = || Refusal::invalid("stop", format!("stop is a text or a list of at most {MOST_STOPS}, each of 1 to {LONGEST_STOP} bytes"));
    let one = |v: &Value| v.as_str().filter(|s| (1..=LONGEST_STOP).contains(&s.len())).map(str::to_string).ok_or_else(wrong);
    match value {
        None => Ok(Vec::new()),
        Some(Value::Array(list)) if list.len() <= MOST_STOPS => list.iter().map(one).collect(),
        Some(Value::Array(_)) => Err(wrong()),
        Some(text) => Ok(vec![one(text)?]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(body: &str) -> Result<CompletionRequest, Refusal> {
        CompletionRequest::of(body.as_bytes(), "tiny", 100, 50)
    }

    #[test]
    fn defaults_and_forms_of_prompts() {
        let r = of(r#"{"prompt":"hi","max_tokens":null,"unknown":[1]}"#).unwrap();
        assert_eq!((r.max_tokens, r.temperature, r.top_p, r.top_k, r.seed, r.stream, r.logprobs), (16, 1.0, 1.0, 0, None, false, None));
        assert_eq!(of(r#"{"prompt":[1,2]}"#).unwrap().prompts, [Prompt::Ids(vec![1, 2])]);
        assert_eq!(of(r#"{"prompt":[[1],"b"]}"#).unwrap().prompts, [Prompt::Ids(vec![1]), Prompt::Text("b".into())]);
        assert_eq!(of(r#"{"prompt":"","stop":"x","max_tokens":7.0,"seed":-1,"model":"tiny"}"#).unwrap().seed, Some(u64::MAX));
    }

    #[test]
    fn what_is_out_of_range_is_named() {
        let cases = [
            (r#"{}"#, "prompt"),
            (r#"{"prompt":[]}"#, "prompt"),
            (r#"{"prompt":[50]}"#, "prompt"),
            (r#"{"prompt":[-1]}"#, "prompt"),
            (r#"{"prompt":[1.5]}"#, "prompt"),
            (r#"{"prompt":[1,"a"]}"#, "prompt"),
            (r#"{"prompt":{}}"#, "prompt"),
            (r#"{"prompt":"a","max_tokens":101}"#, "max_tokens"),
            (r#"{"prompt":"a","max_tokens":-1}"#, "max_tokens"),
            (r#"{"prompt":"a","max_tokens":1e300}"#, "max_tokens"),
            (r#"{"prompt":"a","temperature":-0.1}"#, "temperature"),
            (r#"{"prompt":"a","temperature":"hot"}"#, "temperature"),
            (r#"{"prompt":"a","top_p":1.1}"#, "top_p"),
            (r#"{"prompt":"a","logprobs":21}"#, "logprobs"),
            (r#"{"prompt":"a","logprobs":true}"#, "logprobs"),
            (r#"{"prompt":"a","stop":""}"#, "stop"),
            (r#"{"prompt":"a","stop":[1]}"#, "stop"),
            (r#"{"prompt":"a","n":2}"#, "n"),
            (r#"{"prompt":"a","suffix":"b"}"#, "suffix"),
            (r#"{"prompt":"a","logit_bias":{"1":5}}"#, "logit_bias"),
            (r#"{"prompt":"a","presence_penalty":1}"#, "presence_penalty"),
            (r#"{"prompt":"a","stream_options":{"include_usage":true}}"#, "stream_options"),
            (r#"{"prompt":"a","model":"other"}"#, "model"),
            (r#"{"prompt":"a","seed":1e30}"#, "seed"),
        ];
        for (body, param) in cases {
            let refusal = of(body).unwrap_err();
            assert_eq!(refusal.param.as_deref(), Some(param), "{body}");
            assert_eq!(refusal.status, if param == "model" { 404 } else { 400 }, "{body}");
        }
        for body in ["", "[]", "\"a\"", "{\"prompt\":", "\u{1}"] {
            assert_eq!(of(body).unwrap_err().status, 400, "{body}");
        }
        assert_eq!(CompletionRequest::of(b"{\"prompt\":\"\xFF\"}", "tiny", 1, 1).unwrap_err().status, 400);
        assert_eq!(of(&"[".repeat(100_000)).unwrap_err().status, 400);
    }
}
