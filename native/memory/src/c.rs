//! The engine's C functions that this crate calls, by llmsys.h. In the crate's own tests there is no C++: errors are kept here, the engine is a fake.

#[cfg(not(test))]
use std::ffi::CStr;
use std::ffi::{c_char, c_double, c_float};

#[repr(C)]
pub struct ModelConfig {
    pub family: [c_char; 16],
    pub vocab_size: i32,
    pub context_length: i32,
    pub embedding_dim: i32,
    pub num_layers: i32,
    pub num_heads: i32,
    pub num_kv_heads: i32,
    pub head_dim: i32,
    pub hidden_dim: i32,
    pub norm_eps: c_float,
    pub rope_theta: c_double,
    pub tied: i32,
    pub has_biases: i32,
    pub interleaved: i32,
    pub parameters: i64,
    pub bytes: i64,
}

#[repr(C)]
pub struct GenerationOptions {
    pub size: u32,
    pub max_tokens: i32,
    pub temperature: c_double,
    pub top_k: i32,
    pub top_p: c_double,
    pub seed: u64,
    pub slide: i32,
    pub alternatives: i32,
    pub prompt_scores: i32,
    pub stop_tokens: *const i32,
    pub stop_token_count: i32,
}

#[repr(C)]
pub struct Token {
    pub id: i32,
    pub log_probability: c_float,
    pub stop: *const c_char,
}

#[cfg(not(test))]
unsafe extern "C" {
    pub fn lls_fail(status: i32, error: *const c_char, why: *const c_char, fix: *const c_char) -> i32;
    pub fn lls_last_error() -> *const c_char;

    pub fn lls_tokenizer_vocab_size(tokenizer: u64, size: *mut i32) -> i32;
    pub fn lls_tokenizer_encode(tokenizer: u64, utf8: *const c_char, bytes: i64, special: i32, ids: *mut i32, capacity: i64, count: *mut i64) -> i32;
    pub fn lls_tokenizer_decode(tokenizer: u64, ids: *const i32, count: i64, utf8: *mut c_char, capacity: i64, bytes: *mut i64) -> i32;
    pub fn lls_tokenizer_end(tokenizer: u64, id: *mut i32) -> i32;

    pub fn lls_model_config_of(model: u64, config: *mut ModelConfig) -> i32;

    pub fn lls_generation_defaults(options: *mut GenerationOptions);
    pub fn lls_session_open(model: u64, prompt: *const i32, count: i64, options: *const GenerationOptions, session: *mut u64) -> i32;
    pub fn lls_session_next(session: u64, token: *mut Token) -> i32;
    pub fn lls_session_alternatives(session: u64, ids: *mut i32, log_probabilities: *mut c_float, capacity: i32, count: *mut i32) -> i32;
    pub fn lls_session_prompt_scores(session: u64, log_probabilities: *mut c_float, capacity: i64, count: *mut i64) -> i32;
    pub fn lls_session_prompt_alternatives(session: u64, ids: *mut i32, log_probabilities: *mut c_float, capacity: i64, count: *mut i64) -> i32;
    pub fn lls_session_cancel(session: u64) -> i32;
    pub fn lls_session_close(session: u64) -> i32;
}

/// This thread's last failure, in three lines.
#[cfg(not(test))]
pub fn last_error() -> String {
    // SAFETY: a terminated text that lives until this thread's next failure.
    unsafe { CStr::from_ptr(lls_last_error()) }.to_string_lossy().into_owned()
}

#[cfg(test)]
mod without_engine {
    use std::cell::RefCell;
    use std::ffi::{CStr, c_char};

    thread_local!(static LAST: RefCell<String> = const { RefCell::new(String::new()) });

    /// # Safety
    /// Three terminated texts.
    pub unsafe fn lls_fail(status: i32, error: *const c_char, why: *const c_char, fix: *const c_char) -> i32 {
        let text = |p| unsafe { CStr::from_ptr(p) }.to_string_lossy().into_owned();
        LAST.set(format!("error: {}\nwhy: {}\nfix: {}", text(error), text(why), text(fix)));
        status
    }

    pub fn last_error() -> String {
        LAST.with_borrow(String::clone)
    }
}

#[cfg(test)]
pub use without_engine::*;

/// Ids of a text without special tokens, into `ids`, which grows where it must.
#[cfg(not(test))]
pub fn encode(tokenizer: u64, text: &[u8], ids: &mut crate::allocator::Block<i32>) -> Result<usize, crate::fault::Fault> {
    let ask = |ids: &mut [i32]| {
        let mut count = 0i64;
        let capacity = ids.len() as i64;
        // SAFETY: both are as long as told.
        let status = unsafe { lls_tokenizer_encode(tokenizer, text.as_ptr().cast(), text.len() as i64, 0, ids.as_mut_ptr(), capacity, &mut count) };
        (status, count)
    };
    let (mut status, mut count) = ask(ids);
    if (status == crate::fault::OK || status == crate::fault::SHAPE) && count as usize > ids.len() {
        *ids = crate::allocator::Block::new(count as usize, crate::pipeline::OWNER)?;
        (status, count) = ask(ids);
    }
    if status == crate::fault::OK {
        return Ok(count as usize);
    }
    Err(crate::fault::Fault::from_lines(status, &last_error()))
}
