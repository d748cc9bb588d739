//! Shards to batches, by several threads.
//!
//! ```text
//!   shards -> ids (text: encoded once, by all threads, into a temporary file) -> windows of T+1 ids
//!   batch k, row b:  place p = k*B + b,  epoch e = p / windows,  window = Shuffle(windows, seed + e).at(p mod windows)
//!                    inputs = ids[wT .. wT+T),  targets = ids[wT+1 .. wT+T]                        both (B,T)
//! ```
//!
//! What batch k holds is a function of the shards, the options and k. Any thread makes any batch; they are handed out in order of k. It is the
//! order of the Java provider `shuffled-windows` with stride T, so both give the same batches.
//!
//! Memory: `prefetch * B * (T+1) * 4` bytes for batches, and while text is encoded `threads * (2 MiB + 8 MiB) + 2 MiB`, whatever the shards' size. Owner
//! "pipeline".

mod options;
mod prepare;
mod queue;
mod reader;
mod shards;
mod shuffle;
mod surface;
#[cfg(test)]
mod tests;
mod text;

pub const OWNER: &str = "pipeline";
