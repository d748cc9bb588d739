//! The allocator of all tensors.
//!
//! ```text
//!   allocate: fail_at, limit (compare and swap on the live bytes), system memory at 64 bytes, entry in the set of live blocks, counts
//!   free:     entry out of the set (none there: refused, nothing happens), counts, system memory
//! ```
//!
//! The set is cut into 64 by address, so that threads rarely meet; counts are atomics. Nothing is written beside the blocks: what runs over a block
//! cannot damage the books, and a foreign address is refused without being read.

mod arena;
mod block;
mod live;
mod memory;
mod owners;
mod surface;

pub use block::Block;
pub use memory::memory;

/// Where a cache line and an AVX-512 register begin.
pub const ALIGNMENT: usize = 64;

/// The room that a size takes: a multiple of the alignment, never 0.
pub fn rounded(bytes: i64) -> i64 {
    (bytes + ALIGNMENT as i64 - 1) / ALIGNMENT as i64 * ALIGNMENT as i64 + if bytes == 0 { ALIGNMENT as i64 } else { 0 }
}

/// `lls_memory_stats`.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct MemoryStats {
    pub live_bytes: i64,
    pub peak_bytes: i64,
    pub allocations: i64,
    pub frees: i64,
    pub limit_bytes: i64,
}
