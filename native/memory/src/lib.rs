//! The memory layer of the native engine, seen through `llmsys.h` only.
//!
//! | module | C functions | idea |
//! |---|---|---|
//! | [`allocator`] | `lls_allocate`, `lls_free`, `lls_memory_*`, `lls_arena_*` | tensors' bytes: aligned, counted by owner, limited, checked |
//! | [`pipeline`] | `lls_pipeline_*` | shards to batches by several threads, in an order that only the seed decides |
//! | [`server`] | `lls_server_*` | completions over HTTP: tokio and hyper outside, sessions of the engine on blocking threads inside |
//!
//! What it needs of C++ is in [`c`] and nowhere else.

mod allocator;
#[cfg_attr(test, allow(dead_code))]
mod c;
mod fault;
mod handles;
mod pipeline;
mod server;
