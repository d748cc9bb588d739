//! What the server asks of a model. The real one is the engine behind llmsys.h; tests have a fake.

use crate::fault::Fault;

#[cfg_attr(test, allow(dead_code))] // the fake does not sample
pub struct Settings {
    pub max_tokens: i32,
    pub temperature: f64,
    pub top_k: i32,
    pub top_p: f64,
    pub seed: u64,
    pub alternatives: i32, // -1: no log-probabilities
    pub prompt_scores: PromptScores,
    pub stop_tokens: Vec<i32>,
}

/// What is wanted of the prompt, as lls_generation_options numbers it.
#[derive(Clone, Copy, PartialEq)]
pub enum PromptScores {
    None = 0,
    Own = 1,
    /// And the likeliest in each place.
    WithAlternatives = 2,
}

pub struct Step {
    pub id: i32, // -1: ended
    pub log_probability: f32,
    pub stop: Option<String>,
}

pub trait Engine: Send + Sync + 'static {
    fn vocab_size(&self) -> i32;
    /// The id that ends a text, if there is one.
    fn end(&self) -> Option<i32>;
    /// With special tokens.
    fn encode(&self, text: &str) -> Result<Vec<i32>, Fault>;
    fn decode(&self, ids: &[i32]) -> Result<Vec<u8>, Fault>;
    fn open(&self, prompt: &[i32], settings: &Settings) -> Result<Box<dyn Session>, Fault>;
}

/// One sequence; closed when it goes. One thread steps it, any may cancel it.
pub trait Session: Send + Sync {
    fn next(&self) -> Result<Step, Fault>;
    fn alternatives(&self) -> Result<Vec<(i32, f32)>, Fault>;
    /// Of each place of the prompt, the first included, of which nothing is known. After the first step, as the next.
    fn prompt_scores(&self) -> Result<Vec<f32>, Fault>;
    fn prompt_alternatives(&self) -> Result<Vec<Vec<(i32, f32)>>, Fault>;
    fn cancel(&self);
}

#[cfg(not(test))]
pub use real::NativeEngine;

#[cfg(not(test))]
mod real {
    use std::ffi::CStr;

    use super::{Engine, Session, Settings, Step};
    use crate::c;
    use crate::fault::{Fault, OK, Status};

    fn outcome(status: Status) -> Result<(), Fault> {
        if status == OK { Ok(()) } else { Err(Fault::from_lines(status, &c::last_error())) }
    }

    /// A model and a tokenizer by their handles.
    pub struct NativeEngine {
        model: u64,
        tokenizer: u64,
        vocab_size: i32,
        end: Option<i32>,
    }

    impl NativeEngine {
        pub fn new(model: u64, tokenizer: u64) -> Result<NativeEngine, Fault> {
            let mut config = std::mem::MaybeUninit::<c::ModelConfig>::uninit();
            // SAFETY: it is written when the status is LLS_OK, and read only then.
            let vocab_size = unsafe {
                outcome(c::lls_model_config_of(model, config.as_mut_ptr()))?;
                config.assume_init().vocab_size
            };
            let (mut size, mut end) = (0, -1);
            // SAFETY: places for one number each.
            unsafe {
                outcome(c::lls_tokenizer_vocab_size(tokenizer, &mut size))?;
                outcome(c::lls_tokenizer_end(tokenizer, &mut end))?;
            }
            Ok(NativeEngine { model, tokenizer, vocab_size, end: Some(end).filter(|&id| id >= 0 && id < vocab_size) })
        }
    }

    impl Engine for NativeEngine {
        fn vocab_size(&self) -> i32 {
            self.vocab_size
        }

        fn end(&self) -> Option<i32> {
            self.end
        }

        fn encode(&self, text: &str) -> Result<Vec<i32>, Fault> {
            // Seldom more ids than bytes; the second round has the exact number.
            let mut ids = vec![0i32; text.len() + 8];
            let mut count = 0i64;
            let ask = |ids: &mut [i32], count: &mut i64| {
                // SAFETY: both are as long as told.
                unsafe {
                    c::lls_tokenizer_encode(self.tokenizer, text.as_ptr().cast(), text.len() as i64, 1, ids.as_mut_ptr(), ids.len() as i64, count)
                }
            };
            if ask(&mut ids, &mut count) != OK || count as usize > ids.len() {
                outcome(ask(&mut [], &mut count))?;
                ids = vec![0; count as usize];
                outcome(ask(&mut ids, &mut count))?;
            }
            ids.truncate(count as usize);
            Ok(ids)
        }

        fn decode(&self, ids: &[i32]) -> Result<Vec<u8>, Fault> {
            let mut text = vec![0u8; 64];
            let mut count = 0i64;
            let ask = |text: &mut [u8], count: &mut i64| {
                // SAFETY: both are as long as told.
                unsafe { c::lls_tokenizer_decode(self.tokenizer, ids.as_ptr(), ids.len() as i64, text.as_mut_ptr().cast(), text.len() as i64, count) }
            };
            if ask(&mut text, &mut count) != OK || count as usize > text.len() {
                outcome(ask(&mut [], &mut count))?;
                text = vec![0; count as usize];
                outcome(ask(&mut text, &mut count))?;
            }
            text.truncate(count as usize);
            Ok(text)
        }

        fn open(&self, prompt: &[i32], settings: &Settings) -> Result<Box<dyn Session>, Fault> {
            let mut options = std::mem::MaybeUninit::<c::GenerationOptions>::uninit();
            // SAFETY: the defaults are written first; stop tokens and prompt live during the call.
            unsafe {
                c::lls_generation_defaults(options.as_mut_ptr());
                let mut options = options.assume_init();
                options.max_tokens = settings.max_tokens;
                options.temperature = settings.temperature;
                options.top_k = settings.top_k;
                options.top_p = settings.top_p;
                options.seed = settings.seed;
                options.alternatives = settings.alternatives;
                options.prompt_scores = settings.prompt_scores as i32;
                options.stop_tokens = settings.stop_tokens.as_ptr();
                options.stop_token_count = settings.stop_tokens.len() as i32;
                let mut handle = 0;
                outcome(c::lls_session_open(self.model, prompt.as_ptr(), prompt.len() as i64, &options, &mut handle))?;
                Ok(Box::new(NativeSession { handle, alternatives: settings.alternatives.max(0) as usize, prompt: prompt.len() }))
            }
        }
    }

    struct NativeSession {
        handle: u64,
        alternatives: usize,
        prompt: usize,
    }

    impl Session for NativeSession {
        fn next(&self) -> Result<Step, Fault> {
            let mut token = c::Token { id: -1, log_probability: f32::NAN, stop: std::ptr::null() };
            // SAFETY: a place for one token; the text it points to lives for ever.
            unsafe {
                outcome(c::lls_session_next(self.handle, &mut token))?;
                let stop = (!token.stop.is_null()).then(|| CStr::from_ptr(token.stop).to_string_lossy().into_owned());
                Ok(Step { id: token.id, log_probability: token.log_probability, stop })
            }
        }

        fn alternatives(&self) -> Result<Vec<(i32, f32)>, Fault> {
            let (mut ids, mut scores, mut count) = (vec![0i32; self.alternatives], vec![0f32; self.alternatives], 0);
            let capacity = self.alternatives as i32;
            // SAFETY: both have that capacity.
            outcome(unsafe { c::lls_session_alternatives(self.handle, ids.as_mut_ptr(), scores.as_mut_ptr(), capacity, &mut count) })?;
            Ok(ids.into_iter().zip(scores).take(count.max(0) as usize).collect())
        }

        fn prompt_scores(&self) -> Result<Vec<f32>, Fault> {
            let (mut scores, mut count) = (vec![f32::NAN; self.prompt], 0);
            // SAFETY: there is room for the whole prompt.
            outcome(unsafe { c::lls_session_prompt_scores(self.handle, scores.as_mut_ptr(), self.prompt as i64, &mut count) })?;
            Ok(scores)
        }

        fn prompt_alternatives(&self) -> Result<Vec<Vec<(i32, f32)>>, Fault> {
            let size = self.prompt * self.alternatives;
            let (mut ids, mut scores, mut count) = (vec![-1i32; size], vec![f32::NAN; size], 0);
            // SAFETY: both have that capacity.
            outcome(unsafe { c::lls_session_prompt_alternatives(self.handle, ids.as_mut_ptr(), scores.as_mut_ptr(), size as i64, &mut count) })?;
            let all: Vec<_> = ids.into_iter().zip(scores).collect();
            Ok(all.chunks(self.alternatives.max(1)).map(|place| place.to_vec()).collect())
        }

        fn cancel(&self) {
            // SAFETY: only a number crosses.
            unsafe { c::lls_session_cancel(self.handle) };
        }
    }

    impl Drop for NativeSession {
        fn drop(&mut self) {
            // SAFETY: only a number crosses.
            unsafe { c::lls_session_close(self.handle) };
        }
    }
}
