//! One request on its thread: prompts, sessions, tokens, pieces of text.

use std::sync::Arc;
use std::time::Instant;

use super::admission::Cancel;
use super::assembler::{Assembler, Piece};
use super::engine::{Engine, PromptScores, Session, Settings};
use super::json::{Refusal, Scored};
use super::metrics::Metrics;
use super::request::{CompletionRequest, Prompt};
use super::scores::Texts;
use super::stream::Gone;
use crate::fault::Fault;

/// What happens to a request, in this order; pieces of prompt 0 come before those of prompt 1.
pub enum Event<'a> {
    /// Nothing is wrong with the request itself.
    Started,
    Text {
        index: usize,
        piece: &'a Piece,
        finish: Option<&'static str>,
    },
}

pub enum End {
    Gone(Gone),
    Refused(Refusal),
}

impl From<Fault> for End {
    fn from(fault: Fault) -> End {
        End::Refused(Refusal::of(&fault))
    }
}

impl From<Refusal> for End {
    fn from(refusal: Refusal) -> End {
        End::Refused(refusal)
    }
}

impl From<Gone> for End {
    fn from(gone: Gone) -> End {
        End::Gone(gone)
    }
}

#[derive(Clone, Copy, Default)]
pub struct Counts {
    pub prompt: usize,
    pub written: usize,
}

pub struct Completion<'a> {
    pub engine: &'a dyn Engine,
    pub request: &'a CompletionRequest,
    pub seed: u64,
    pub cancel: &'a Cancel,
    pub metrics: &'a Metrics,
    pub arrived: Instant,
}

type Out<'o> = dyn FnMut(Event) -> Result<(), Gone> + 'o;

impl Completion<'_> {
    pub fn run(&self, out: &mut Out) -> Result<Counts, End> {
        let mut prompts = Vec::with_capacity(self.request.prompts.len());
        for prompt in &self.request.prompts {
            let ids = match prompt {
                Prompt::Ids(ids) => ids.clone(),
                Prompt::Text(text) => self.engine.encode(text)?,
            };
            if ids.is_empty() {
                return Err(Refusal::invalid("prompt", "the prompt has no tokens, and the model continues a text: give at least one").into());
            }
            prompts.push(ids);
        }
        let mut counts = Counts::default();
        for (index, ids) in prompts.iter().enumerate() {
            let session: Arc<dyn Session> = Arc::from(self.engine.open(ids, &self.settings())?);
            counts.prompt += ids.len();
            self.metrics.prompt_tokens.add(ids.len() as u64);
            self.cancel.watch(Some(session.clone()));
            let written = self.write(index, ids, session.as_ref(), out);
            self.cancel.watch(None);
            counts.written += written?;
        }
        Ok(counts)
    }

    fn settings(&self) -> Settings {
        let r = self.request;
        Settings {
            max_tokens: r.max_tokens,
            temperature: r.temperature,
            top_k: r.top_k,
            top_p: r.top_p,
            seed: self.seed,
            alternatives: r.logprobs.unwrap_or(-1),
            prompt_scores: match r.logprobs {
                Some(0) if r.echo => PromptScores::Own,
                Some(_) if r.echo => PromptScores::WithAlternatives,
                _ => PromptScores::None,
            },
            stop_tokens: self.engine.end().into_iter().collect(),
        }
    }

    fn write(&self, index: usize, ids: &[i32], session: &dyn Session, out: &mut Out) -> Result<usize, End> {
        let r = self.request;
        let alternatives = r.logprobs.filter(|&k| k > 0).map(|k| k as usize);
        let mut assembler = Assembler::new(&r.stop);
        let mut texts = Texts::after(self.engine, ids)?;
        if index == 0 {
            out(Event::Started)?;
        }
        let mut echoed = !r.echo;
        if r.echo && r.logprobs.is_none() {
            self.echo(index, ids, None, &mut assembler, out)?;
            echoed = true;
        }
        let mut written = 0;
        let mut last = self.arrived;
        loop {
            let step = session.next()?;
            if self.cancel.cancelled() || step.stop.as_deref() == Some("cancelled") {
                return Err(Refusal::stopping().into());
            }
            if !echoed {
                // Known after the first step; entry 0 has none.
                let scores = session.prompt_scores()?.into_iter();
                let all = match alternatives {
                    None => scores.map(|score| (score, None)).collect::<Vec<_>>(),
                    Some(_) => scores.zip(session.prompt_alternatives()?.into_iter().map(Some)).collect(),
                };
                self.echo(index, ids, Some(all.into_iter().skip(1).collect()), &mut assembler, out)?;
                echoed = true;
            }
            let mut piece = Piece::default();
            if step.id >= 0 {
                let now = Instant::now();
                if written == 0 { &self.metrics.first_token } else { &self.metrics.next_token }.observe(now - last);
                last = now;
                written += 1;
                self.metrics.written_tokens.add(1);
                let scored = match r.logprobs {
                    None => None,
                    Some(_) => {
                        let top = alternatives.map(|_| session.alternatives()).transpose()?;
                        Some(texts.scored(step.id, Some(step.log_probability), top)?)
                    }
                };
                piece = assembler.written(&texts.bytes(step.id)?, scored);
                texts.advance(step.id)?;
            }
            let finish = match step.stop.as_deref() {
                _ if assembler.stopped() => Some("stop"),
                Some("length" | "context") => Some("length"),
                Some(_) => Some("stop"),
                None => None,
            };
            if finish.is_some() {
                let rest = assembler.end();
                piece.text.push_str(&rest.text);
                piece.scored.extend(rest.scored);
            }
            if finish.is_some() || !piece.text.is_empty() || !piece.scored.is_empty() {
                out(Event::Text { index, piece: &piece, finish })?;
            }
            if finish.is_some() {
                return Ok(written);
            }
        }
    }

    /// The prompt as the first part of the text. `scores`: of all ids but the first.
    fn echo(&self, index: usize, ids: &[i32], scores: Option<Vec<EchoScore>>, assembler: &mut Assembler, out: &mut Out) -> Result<(), End> {
        let mut texts = Texts::at_beginning(self.engine);
        let mut whole = Piece::default();
        let scoring = scores.is_some();
        let mut scores = scores.into_iter().flatten();
        for (i, &id) in ids.iter().enumerate() {
            let scored: Option<Scored> = match scoring {
                false => None,
                true if i == 0 => Some(texts.scored(id, None, None)?),
                true => {
                    let (score, top) = scores.next().unwrap_or((f32::NAN, None));
                    Some(texts.scored(id, Some(score), top)?)
                }
            };
            let piece = assembler.prompt(&texts.bytes(id)?, scored);
            texts.advance(id)?;
            whole.text.push_str(&piece.text);
            whole.scored.extend(piece.scored);
            if self.cancel.cancelled() {
                return Err(Refusal::stopping().into());
            }
        }
        out(Event::Text { index, piece: &whole, finish: None })?;
        Ok(())
    }
}

/// Log-probability, and the likeliest in its place.
type EchoScore = (f32, Option<Vec<(i32, f32)>>);
