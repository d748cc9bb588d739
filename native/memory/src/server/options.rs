//! lls_server_options, and what they say once they are checked.

use std::ffi::{CStr, c_char};
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use crate::fault::{Fault, INVALID};

#[repr(C)]
pub struct ServerOptions {
    pub size: u32,
    pub model: u64,
    pub tokenizer: u64,
    pub model_name: *const c_char,
    pub host: *const c_char,
    pub port: i32,
    pub token: *const c_char,
    pub max_sessions: i32,
    pub max_waiting: i32,
    pub max_tokens: i32,
}

impl ServerOptions {
    pub fn defaults() -> ServerOptions {
        ServerOptions {
            size: size_of::<ServerOptions>() as u32,
            model: 0,
            tokenizer: 0,
            model_name: std::ptr::null(),
            host: std::ptr::null(),
            port: 0,
            token: std::ptr::null(),
            max_sessions: 16,
            max_waiting: 256,
            max_tokens: 4096,
        }
    }
}

#[derive(Clone, Debug)]
pub struct Plan {
    pub model_name: String,
    pub host: IpAddr,
    pub port: u16,
    pub token: Option<String>,
    pub max_sessions: usize,
    pub max_waiting: usize,
    pub max_tokens: i32,
    pub bounds: Bounds,
}

/// What one client may take. Tests have shorter times.
#[derive(Clone, Debug)]
pub struct Bounds {
    pub connections: usize,
    pub body_bytes: usize,
    pub header_time: Duration,
    pub body_time: Duration,
    pub write_time: Duration, // without any progress
    pub unsent_bytes: usize,  // of a stream
    pub ahead_bytes: usize,   // of a stream while others wait for its place
    pub full_time: Duration,  // that a full stream waits for its reader without any progress
}

impl Default for Bounds {
    fn default() -> Bounds {
        Bounds {
            connections: 1024,
            body_bytes: 1 << 20,
            header_time: Duration::from_secs(10),
            body_time: Duration::from_secs(30),
            write_time: Duration::from_secs(30),
            unsent_bytes: 256 << 10,
            ahead_bytes: 32 << 10,
            full_time: Duration::from_secs(2),
        }
    }
}

impl Plan {
    /// # Safety
    /// As lls_server_start: texts are terminated.
    pub unsafe fn of(options: *const ServerOptions) -> Result<(Plan, u64, u64), Fault> {
        const FUNCTION: &str = "lls_server_start";
        if options.is_null() {
            return Err(Fault::null(FUNCTION, "options"));
        }
        // The size is read first: a shorter struct has no more than that.
        let size = unsafe { (&raw const (*options).size).read() };
        if size as usize != size_of::<ServerOptions>() {
            let own = size_of::<ServerOptions>();
            let what = format!("{FUNCTION} got options of {size} bytes");
            return Err(Fault::new(INVALID, what, format!("this library's have {own}"), "fill them with lls_server_defaults"));
        }
        let o = unsafe { &*options };
        let range = |field: &str, value: i32, least: i32, most: i32| {
            if (least..=most).contains(&value) {
                return Ok(value);
            }
            let what = format!("{FUNCTION} got {field} {value}");
            Err(Fault::new(INVALID, what, format!("it is from {least} to {most}"), "correct it, or begin with lls_server_defaults"))
        };
        let text = |field: &str, p: *const c_char| {
            if p.is_null() {
                return Ok(None);
            }
            let bytes = unsafe { CStr::from_ptr(p) }.to_bytes();
            match std::str::from_utf8(bytes) {
                Ok(text) if text.len() <= 4096 && !text.chars().any(char::is_control) => Ok(Some(text.to_string())),
                _ => Err(Fault::new(
                    INVALID,
                    format!("{FUNCTION} got a {field} that is no plain text"),
                    "it goes into headers and JSON",
                    "pass at most 4096 bytes of UTF-8 without control characters",
                )),
            }
        };
        let host = match text("host", o.host)?.as_deref() {
            None | Some("localhost") => IpAddr::V4(Ipv4Addr::LOCALHOST),
            Some(host) => host.parse().map_err(|_| {
                let what = format!("{FUNCTION} got host \"{host}\"");
                Fault::new(INVALID, what, "it is no IP address", "pass an address such as 127.0.0.1 or ::1, or null for loopback")
            })?,
        };
        let token = text("token", o.token)?;
        if token.as_ref().is_some_and(|t| t.is_empty() || !t.chars().all(|c| c.is_ascii_graphic())) {
            return Err(Fault::new(
                INVALID,
                format!("{FUNCTION} got a token that no header can carry"),
                "it is empty, or has spaces or other signs than ASCII",
                "use letters and digits",
            ));
        }
        if !host.is_loopback() && token.is_none() {
            let what = format!("{FUNCTION} will not listen at {host} without a token");
            return Err(Fault::new(INVALID, what, "everyone who reaches that address could use the model", "pass a token, or listen at 127.0.0.1"));
        }
        let plan = Plan {
            model_name: text("model_name", o.model_name)?.filter(|n| !n.is_empty()).unwrap_or_else(|| "model".into()),
            host,
            port: range("port", o.port, 0, 65_535)? as u16,
            token,
            max_sessions: range("max_sessions", o.max_sessions, 1, 1024)? as usize,
            max_waiting: range("max_waiting", o.max_waiting, 0, 65_536)? as usize,
            max_tokens: range("max_tokens", o.max_tokens, 1, i32::MAX)?,
            bounds: Bounds::default(),
        };
        Ok((plan, o.model, o.tokenizer))
    }
}
