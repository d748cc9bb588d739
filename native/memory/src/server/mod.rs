//! Completions over HTTP.
//!
//! ```text
//!   connection (tokio task, hyper)  -> guard: Host, Origin, token -> request: ranges -> admission: run, wait, or 429
//!     -> blocking thread of the session:  id = session.next()  -> text, stop strings -> channel (256 KiB at most) -> response body -> socket
//! ```
//!
//! The engine batches by itself: sessions of one model that are stepped at the same time from several threads share a step. So each running request
//! has a thread, at most `max_sessions` of them, and everything that waits for the network is a task.

mod admission;
mod assembler;
mod completion;
mod connection;
mod engine;
mod guard;
mod http;
mod json;
mod metrics;
mod options;
mod request;
mod run;
mod scores;
mod stream;
mod surface;
#[cfg(test)]
mod tests;
