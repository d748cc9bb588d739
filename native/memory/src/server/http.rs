//! Paths and methods, bodies in, answers out.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use http_body_util::BodyExt;
use hyper::body::{Body, Bytes, Incoming};
use hyper::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use hyper::{Method, Request, Response, StatusCode};
use serde_json::{Value, json};
use tokio::sync::oneshot;

use super::admission::{Cancel, CancelOnDrop, Place};
use super::assembler::Piece;
use super::completion::{Completion, Counts, End, Event};
use super::json::{Envelope, Refusal, choice, usage};
use super::metrics::Now;
use super::request::CompletionRequest;
use super::run::State;
use super::stream::{Feed, Gone, Held, ResponseBody};
use crate::fault::caught;

pub type Answer = Response<ResponseBody>;

pub async fn answer(request: Request<Incoming>, state: Arc<State>, local: IpAddr) -> Answer {
    let arrived = Instant::now();
    let mut answer = match route(request, &state, local, arrived).await {
        Ok(answer) => answer,
        Err(refusal) => refused(&refusal, &state),
    };
    state.metrics.answered(answer.status().as_u16());
    let headers = answer.headers_mut();
    headers.insert(HeaderName::from_static("x-content-type-options"), HeaderValue::from_static("nosniff"));
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    answer
}

async fn route(request: Request<Incoming>, state: &Arc<State>, local: IpAddr, arrived: Instant) -> Result<Answer, Refusal> {
    state.guard.check_place(request.headers(), local)?;
    let path = request.uri().path().to_string();
    let read = matches!(*request.method(), Method::GET | Method::HEAD);
    let (allowed, token) = match &path[..] {
        "/health" => ("GET, HEAD", false),
        "/v1/completions" => ("POST", true),
        "/v1/models" | "/metrics" => ("GET, HEAD", true),
        p if p.starts_with("/v1/models/") => ("GET, HEAD", true),
        _ => return Err(Refusal::new(404, "invalid_request_error", "there is nothing at this path", None, Some("not_found"))),
    };
    if request.method() == Method::OPTIONS {
        return Ok(whole(204, Bytes::new(), None, &[(ALLOW, allowed)], state));
    }
    if token {
        state.guard.check_token(request.headers())?;
    }
    if if allowed == "POST" { request.method() != Method::POST } else { !read } {
        let body = Refusal::new(405, "invalid_request_error", format!("this path takes {allowed}"), None, Some("method_not_allowed")).body();
        return Ok(whole(405, body.to_string().into(), Some("application/json"), &[(ALLOW, allowed)], state));
    }
    match &path[..] {
        "/health" => health(state),
        "/metrics" => Ok(whole(200, metrics(state).into(), Some("text/plain; version=0.0.4; charset=utf-8"), &[], state)),
        "/v1/models" => Ok(given(json!({"object": "list", "data": [model(state)]}), state)),
        "/v1/completions" => complete(request, state, arrived).await,
        _ if decoded(&path["/v1/models/".len()..]).as_deref() == Some(&state.plan.model_name) => Ok(given(model(state), state)),
        _ => Err(Refusal::new(
            404,
            "invalid_request_error",
            format!("that model is not here; this server has \"{}\"", state.plan.model_name),
            Some("model"),
            Some("model_not_found"),
        )),
    }
}

fn health(state: &Arc<State>) -> Result<Answer, Refusal> {
    if state.stopping.load(Ordering::SeqCst) { Err(Refusal::stopping()) } else { Ok(given(json!({"status": "ok"}), state)) }
}

fn model(state: &State) -> Value {
    json!({"id": state.plan.model_name, "object": "model", "created": state.created, "owned_by": "llmsys"})
}

fn metrics(state: &State) -> String {
    let memory = crate::allocator::memory().stats();
    let now = Now {
        running: state.jobs.count(),
        aside: state.admission.aside(),
        waiting: state.admission.waiting(),
        live_bytes: memory.live_bytes,
        peak_bytes: memory.peak_bytes,
    };
    state.metrics.text(&now)
}

/// A name in a path, %20 and all.
fn decoded(path: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = path.as_bytes();
    while let [first, after @ ..] = rest {
        rest = after;
        if *first == b'%' {
            let digits = std::str::from_utf8(rest.get(..2)?).ok()?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            rest = &rest[2..];
        } else {
            bytes.push(*first);
        }
    }
    String::from_utf8(bytes).ok()
}

fn given(value: Value, state: &Arc<State>) -> Answer {
    whole(200, value.to_string().into(), Some("application/json"), &[], state)
}

fn refused(refusal: &Refusal, state: &Arc<State>) -> Answer {
    if refusal.status == 429 {
        state.metrics.refused_busy.add(1);
    }
    let extra: &[(HeaderName, &str)] = match refusal.status {
        429 | 503 => &[(RETRY_AFTER, "1")],
        401 => &[(WWW_AUTHENTICATE, "Bearer")],
        _ => &[],
    };
    whole(refusal.status, refusal.body().to_string().into(), Some("application/json"), extra, state)
}

fn whole(status: u16, body: Bytes, kind: Option<&'static str>, extra: &[(HeaderName, &str)], state: &Arc<State>) -> Answer {
    let mut answer = Response::new(ResponseBody::Whole { bytes: Some(body), _held: state.begin_response() });
    *answer.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let kind = kind.map(|k| (CONTENT_TYPE, k));
    for (name, value) in kind.iter().chain(extra) {
        if let Ok(value) = HeaderValue::from_str(value) {
            answer.headers_mut().insert(name, value);
        }
    }
    answer
}

/// The whole body, or why not.
async fn body_of(request: Request<Incoming>, state: &State) -> Result<Vec<u8>, Refusal> {
    let bounds = &state.plan.bounds;
    let kind = request.headers().get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or("");
    if !kind.split(';').next().unwrap_or("").trim().eq_ignore_ascii_case("application/json") {
        return Err(Refusal::new(415, "invalid_request_error", "the body must have Content-Type: application/json", None, None));
    }
    let too_large = || Refusal::new(413, "invalid_request_error", format!("the body is larger than {} bytes", bounds.body_bytes), None, None);
    let mut body = request.into_body();
    if body.size_hint().lower() > bounds.body_bytes as u64 {
        return Err(too_large());
    }
    let read = async {
        let mut bytes = Vec::new();
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|_| Refusal::new(400, "invalid_request_error", "the body ended early or is no HTTP", None, None))?;
            if let Ok(data) = frame.into_data() {
                if bytes.len() + data.len() > bounds.body_bytes {
                    return Err(too_large());
                }
                bytes.extend_from_slice(&data);
            }
        }
        Ok(bytes)
    };
    let late = |_| Refusal::new(408, "invalid_request_error", "the body took too long", None, None);
    tokio::time::timeout(bounds.body_time, read).await.map_err(late)?
}

async fn complete(request: Request<Incoming>, state: &Arc<State>, arrived: Instant) -> Result<Answer, Refusal> {
    if state.stopping.load(Ordering::SeqCst) {
        return Err(Refusal::stopping());
    }
    let body = body_of(request, state).await?;
    let asked = CompletionRequest::of(&body, &state.plan.model_name, state.plan.max_tokens, state.engine.vocab_size())?;
    drop(body);
    let mut place = state.admission.enter().await?;
    let cancel = Arc::new(Cancel::default());
    let job = state.jobs.begin(cancel.clone());
    let leaving = CancelOnDrop(cancel.clone());
    // Asked again now that the job counts: either the one who stops waits for it, or it is seen here that it must not begin.
    if state.stopping.load(Ordering::SeqCst) {
        return Err(Refusal::stopping());
    }
    let envelope = Envelope { id: state.new_id(), created: state.now(), model: state.plan.model_name.clone() };
    let work = Work { state: state.clone(), asked, cancel, arrived, envelope };
    if work.asked.stream {
        let held: Vec<Held> = vec![state.begin_response(), Box::new(leaving)];
        let bounds = &state.plan.bounds;
        let (feed, body) = ResponseBody::stream(bounds.unsent_bytes, bounds.full_time, held);
        let (started, starts) = oneshot::channel();
        tokio::task::spawn_blocking(move || {
            work.stream(&feed, &mut place, started);
            drop((place, job));
        });
        starts.await.unwrap_or_else(|_| Err(Refusal::new(500, "server_error", "the request failed", None, None)))?;
        let mut answer = Response::new(body);
        answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream; charset=utf-8"));
        answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-cache, no-store"));
        return Ok(answer);
    }
    let result = tokio::task::spawn_blocking(move || {
        let result = work.whole();
        drop((place, job));
        result
    });
    let value = result.await.unwrap_or_else(|_| Err(Refusal::new(500, "server_error", "the request failed", None, None)))?;
    drop(leaving);
    Ok(given(value, state))
}

struct Work {
    state: Arc<State>,
    asked: CompletionRequest,
    cancel: Arc<Cancel>,
    arrived: Instant,
    envelope: Envelope,
}

impl Work {
    fn run(&self, out: &mut dyn FnMut(Event) -> Result<(), Gone>) -> Result<Counts, End> {
        let state = &self.state;
        let completion = Completion {
            engine: state.engine.as_ref(),
            request: &self.asked,
            seed: self.asked.seed.unwrap_or_else(|| state.new_seed()),
            cancel: &self.cancel,
            metrics: &state.metrics,
            arrived: self.arrived,
        };
        let ended = caught(|| Ok(completion.run(out))).unwrap_or_else(|fault| Err(fault.into()));
        match &ended {
            Ok(_) => state.metrics.requests.observe(self.arrived.elapsed()),
            Err(End::Gone(Gone::Slow)) => state.metrics.slow_clients.add(1),
            Err(_) if self.cancel.cancelled() && !state.stopping.load(Ordering::SeqCst) => state.metrics.disconnects.add(1),
            Err(_) => {}
        }
        ended
    }

    fn whole(&self) -> Result<Value, Refusal> {
        let mut all: Vec<(Piece, &'static str)> = self.asked.prompts.iter().map(|_| (Piece::default(), "stop")).collect();
        let counts = self.run(&mut |event| {
            if let Event::Text { index, piece, finish } = event {
                all[index].0.text.push_str(&piece.text);
                all[index].0.scored.extend_from_slice(&piece.scored);
                all[index].1 = finish.unwrap_or("stop");
            }
            Ok(())
        });
        let counts = counts.map_err(|end| match end {
            End::Refused(refusal) => refusal,
            End::Gone(_) => Refusal::stopping(),
        })?;
        let scored = |piece: &Piece| self.asked.logprobs.map(|_| piece.scored.clone());
        let choices = all.iter().enumerate().map(|(i, (piece, finish))| choice(i, &piece.text, scored(piece).as_deref(), Some(finish))).collect();
        Ok(self.envelope.of(choices, Some(usage(counts.prompt, counts.written))))
    }

    fn stream(&self, feed: &Feed, place: &mut Place, started: oneshot::Sender<Result<(), Refusal>>) {
        let mut started = Some(started);
        let bounds = &self.state.plan.bounds;
        let mut send = |event: Bytes| {
            let others = self.state.admission.waiting() > 0;
            let ahead = if others { bounds.ahead_bytes.min(bounds.unsent_bytes) } else { bounds.unsent_bytes };
            if feed.has_room(event.len(), ahead) {
                return feed.send(event);
            }
            match place.step_aside() {
                Some(aside) => feed.send_aside(event, ahead).map(|()| aside.come_back()),
                None => feed.send_hastily(event),
            }
        };
        let event = |value: &Value| Bytes::from(format!("data: {value}\n\n"));
        let no_usage = self.asked.include_usage.then_some(Value::Null);
        let ended = self.run(&mut |happened| match happened {
            Event::Started => started.take().map_or(Ok(()), |s| s.send(Ok(())).map_err(|_| Gone::Left)),
            Event::Text { index, piece, finish } => {
                let scored = self.asked.logprobs.map(|_| &piece.scored[..]);
                send(event(&self.envelope.of(vec![choice(index, &piece.text, scored, finish)], no_usage.clone())))
            }
        });
        match ended {
            Ok(counts) => {
                let total = self.asked.include_usage.then(|| event(&self.envelope.of(Vec::new(), Some(usage(counts.prompt, counts.written)))));
                let _ = total.map_or(Ok(()), &mut send).and_then(|()| send(Bytes::from_static(b"data: [DONE]\n\n")));
            }
            Err(End::Refused(refusal)) => match started.take() {
                Some(started) => drop(started.send(Err(refusal))),
                None => drop(send(event(&refusal.body()))),
            },
            Err(End::Gone(_)) => {}
        }
    }
}
