//! lls_pipeline_options, and what they say once they are checked.

use std::ffi::{CStr, c_char};
use std::path::PathBuf;

use crate::fault::{Fault, INVALID};

#[repr(C)]
pub struct PipelineOptions {
    pub size: u32,
    pub paths: *const *const c_char,
    pub path_count: i32,
    pub kind: *const c_char,
    pub tokenizer: u64,
    pub batch: i32,
    pub context_length: i32,
    pub threads: i32,
    pub prefetch: i32,
    pub seed: u64,
    pub epochs: i64,
}

impl PipelineOptions {
    pub fn defaults() -> PipelineOptions {
        PipelineOptions {
            size: size_of::<PipelineOptions>() as u32,
            paths: std::ptr::null(),
            path_count: 0,
            kind: std::ptr::null(),
            tokenizer: 0,
            batch: 8,
            context_length: 64,
            threads: 2,
            prefetch: 4,
            seed: 0,
            epochs: 1,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    Text,
    U16,
    U32,
}

#[derive(Clone, Debug)]
pub struct Plan {
    pub paths: Vec<PathBuf>,
    pub kind: Kind,
    pub batch: usize,
    pub context_length: usize,
    pub threads: usize,
    pub prefetch: usize,
    pub seed: u64,
    /// None: for ever
    pub epochs: Option<u64>,
}

impl Plan {
    /// # Safety
    /// As lls_pipeline_open: texts are terminated, `paths` has `path_count` of them.
    pub unsafe fn of(options: *const PipelineOptions) -> Result<(Plan, u64), Fault> {
        const FUNCTION: &str = "lls_pipeline_open";
        if options.is_null() {
            return Err(Fault::null(FUNCTION, "options"));
        }
        // The size is read first: a shorter struct has no more than that.
        let size = unsafe { (&raw const (*options).size).read() };
        if size as usize != size_of::<PipelineOptions>() {
            let own = size_of::<PipelineOptions>();
            let what = format!("{FUNCTION} got options of {size} bytes");
            return Err(Fault::new(INVALID, what, format!("this library's have {own}"), "fill them with lls_pipeline_defaults"));
        }
        let o = unsafe { &*options };
        let range = |field: &str, value: i64, least: i64, most: i64| {
            if (least..=most).contains(&value) {
                return Ok(value as usize);
            }
            let what = format!("{FUNCTION} got {field} {value}");
            Err(Fault::new(INVALID, what, format!("it is from {least} to {most}"), "correct it, or begin with lls_pipeline_defaults"))
        };
        let count = range("path_count", o.path_count.into(), 1, 65_536)?;
        if o.paths.is_null() {
            return Err(Fault::null(FUNCTION, "paths"));
        }
        if o.kind.is_null() {
            return Err(Fault::null(FUNCTION, "kind"));
        }
        let kind = match unsafe { CStr::from_ptr(o.kind) }.to_bytes() {
            b"text" => Kind::Text,
            b"u16" => Kind::U16,
            b"u32" => Kind::U32,
            other => {
                let what = format!("{FUNCTION} got kind \"{}\"", String::from_utf8_lossy(other));
                return Err(Fault::new(INVALID, what, "shards are text, u16 or u32", "pass one of these"));
            }
        };
        if (kind == Kind::Text) != (o.tokenizer != 0) {
            let (what, fix) = match kind {
                Kind::Text => ("text shards and no tokenizer", "pass the handle of lls_tokenizer_load"),
                _ => ("token shards and a tokenizer", "pass 0 as the tokenizer"),
            };
            return Err(Fault::new(INVALID, format!("{FUNCTION} got {what}"), "text is encoded, token ids are taken as they are", fix));
        }
        let mut paths = Vec::with_capacity(count);
        for i in 0..count {
            let path = unsafe { *o.paths.add(i) };
            if path.is_null() {
                return Err(Fault::null(FUNCTION, &format!("paths[{i}]")));
            }
            paths.push(path_of(unsafe { CStr::from_ptr(path) }.to_bytes())?);
        }
        let plan = Plan {
            paths,
            kind,
            batch: range("batch", o.batch.into(), 1, 1 << 20)?,
            context_length: range("context_length", o.context_length.into(), 1, 1 << 24)?,
            threads: range("threads", o.threads.into(), 1, 256)?,
            prefetch: range("prefetch", o.prefetch.into(), 1, 1 << 16)?,
            seed: o.seed,
            epochs: Some(range("epochs", o.epochs, 0, i64::MAX)? as u64).filter(|&n| n > 0),
        };
        let ids = plan.batch.checked_mul(plan.context_length + 1).and_then(|n| n.checked_mul(plan.prefetch)).and_then(|n| n.checked_mul(4));
        if ids.is_none_or(|n| n > isize::MAX as usize) {
            let what = format!("{FUNCTION} got batch {}, context_length {} and prefetch {}", o.batch, o.context_length, o.prefetch);
            return Err(Fault::new(INVALID, what, "so many ids cannot be addressed", "ask for fewer"));
        }
        Ok((plan, o.tokenizer))
    }
}

#[cfg(unix)]
fn path_of(bytes: &[u8]) -> Result<PathBuf, Fault> {
    use std::os::unix::ffi::OsStrExt;
    Ok(PathBuf::from(std::ffi::OsStr::from_bytes(bytes)))
}

#[cfg(not(unix))]
fn path_of(bytes: &[u8]) -> Result<PathBuf, Fault> {
    let text = std::str::from_utf8(bytes).map_err(|_| Fault::new(INVALID, "a path is not UTF-8", "paths are UTF-8 here", "correct it"))?;
    Ok(PathBuf::from(text))
}
