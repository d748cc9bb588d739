//! A model of 300 ids that says its prompt again and again, from place `seed` on: tests choose what it writes.
//!
//! Ids 0 to 255 are bytes, 256 ends a text, 257 is the beginning (no bytes). 290 and above misbehave when they are to be written.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};
use std::time::Duration;

use crate::fault::{Fault, INVALID, NUMERIC_FOR_TESTS, OUT_OF_MEMORY};
use crate::server::engine::{Engine, Session, Settings, Step};

pub const END: i32 = 256;
pub const BEGIN: i32 = 257;
pub const PANICS: i32 = 290;
pub const NUMERIC: i32 = 291;
pub const CONTEXT: usize = 3000;

#[derive(Default)]
pub struct Fake {
    pub open: Arc<AtomicI64>,
    pub steps: Arc<AtomicUsize>,
    pub step_time: Duration,
    pub no_memory: AtomicBool,
}

impl Engine for Fake {
    fn vocab_size(&self) -> i32 {
        300
    }

    fn end(&self) -> Option<i32> {
        Some(END)
    }

    fn encode(&self, text: &str) -> Result<Vec<i32>, Fault> {
        Ok(text.bytes().map(i32::from).collect())
    }

    fn decode(&self, ids: &[i32]) -> Result<Vec<u8>, Fault> {
        Ok(ids.iter().filter_map(|&id| u8::try_from(id).ok()).collect())
    }

    fn open(&self, prompt: &[i32], settings: &Settings) -> Result<Box<dyn Session>, Fault> {
        if self.no_memory.load(Ordering::SeqCst) {
            return Err(Fault::new(OUT_OF_MEMORY, "no memory", "a test asked for this", "none"));
        }
        if prompt.len() + 1 > CONTEXT {
            return Err(Fault::new(INVALID, "the prompt is too long", "the context is full", "shorten it"));
        }
        self.open.fetch_add(1, Ordering::SeqCst);
        Ok(Box::new(FakeSession {
            prompt: prompt.to_vec(),
            seed: settings.seed as usize,
            most: settings.max_tokens as usize,
            alternatives: settings.alternatives,
            stops: settings.stop_tokens.clone(),
            written: AtomicUsize::new(0),
            cancelled: AtomicBool::new(false),
            open: self.open.clone(),
            steps: self.steps.clone(),
            step_time: self.step_time,
        }))
    }
}

struct FakeSession {
    prompt: Vec<i32>,
    seed: usize,
    most: usize,
    alternatives: i32,
    stops: Vec<i32>,
    written: AtomicUsize,
    cancelled: AtomicBool,
    open: Arc<AtomicI64>,
    steps: Arc<AtomicUsize>,
    step_time: Duration,
}

impl Session for FakeSession {
    fn next(&self) -> Result<Step, Fault> {
        let ended = |stop: &str| Ok(Step { id: -1, log_probability: f32::NAN, stop: Some(stop.into()) });
        if !self.step_time.is_zero() {
            std::thread::sleep(self.step_time);
        }
        let n = self.written.load(Ordering::SeqCst);
        if self.cancelled.load(Ordering::SeqCst) {
            return ended("cancelled");
        }
        if n == self.most {
            return ended("length");
        }
        self.steps.fetch_add(1, Ordering::SeqCst);
        let id = self.prompt[(self.seed % self.prompt.len() + n) % self.prompt.len()];
        match id {
            PANICS => panic!("the fake was asked to panic"),
            NUMERIC => return Err(Fault::new(NUMERIC_FOR_TESTS, "the logits are no numbers", "a test asked for this", "none")),
            id if self.stops.contains(&id) => return ended("stop"),
            _ => {}
        }
        self.written.store(n + 1, Ordering::SeqCst);
        Ok(Step { id, log_probability: -0.5, stop: (n + 1 == self.most).then(|| "length".into()) })
    }

    fn alternatives(&self) -> Result<Vec<(i32, f32)>, Fault> {
        Ok((0..self.alternatives).map(|i| (97 + i, -1.0 - i as f32)).collect())
    }

    fn prompt_scores(&self) -> Result<Vec<f32>, Fault> {
        Ok((0..self.prompt.len()).map(|i| if i == 0 { f32::NAN } else { -(i as f32) }).collect())
    }

    /// After id x the ids x+1, x+2, … are likely.
    fn prompt_alternatives(&self) -> Result<Vec<Vec<(i32, f32)>>, Fault> {
        let after = |id: i32| (0..self.alternatives).map(|i| ((id + 1 + i) % 300, -1.0 - i as f32)).collect();
        Ok(std::iter::once(vec![(-1, f32::NAN); self.alternatives as usize])
            .chain(self.prompt.iter().map(|&id| after(id)))
            .take(self.prompt.len())
            .collect())
    }

    fn cancel(&self) {
        self.cancelled.store(true, Ordering::SeqCst);
    }
}

impl Drop for FakeSession {
    fn drop(&mut self) {
        self.open.fetch_sub(1, Ordering::SeqCst);
    }
}
