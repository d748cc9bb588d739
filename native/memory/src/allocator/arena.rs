//! A region that is filled from one end and given back as a whole: an allocation is an addition.

use std::ptr::NonNull;
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};

use super::memory::{Memory, memory};
use super::{ALIGNMENT, rounded};
use crate::fault::{Fault, INVALID, OUT_OF_MEMORY};

pub struct Arena {
    memory: &'static Memory,
    begin: NonNull<u8>,
    capacity: i64,
    used: AtomicI64,
}

// SAFETY: the address is only handed out, never read; the place that is free is an atomic.
unsafe impl Send for Arena {}
unsafe impl Sync for Arena {}

impl Arena {
    pub fn new(capacity: i64, owner: &[u8]) -> Result<Arena, Fault> {
        let begin = memory().allocate(capacity, owner)?;
        Ok(Arena { memory: memory(), begin, capacity, used: AtomicI64::new(0) })
    }

    pub fn allocate(&self, bytes: i64) -> Result<*mut u8, Fault> {
        let wanted = (0..=i64::MAX - ALIGNMENT as i64).contains(&bytes).then(|| rounded(bytes));
        let place = wanted.and_then(|n| self.used.fetch_update(Relaxed, Relaxed, |used| (n <= self.capacity - used).then(|| used + n)).ok());
        match place {
            // SAFETY: place + rounded(bytes) is within the block.
            Some(place) => Ok(unsafe { self.begin.as_ptr().add(place as usize) }),
            None => Err(Fault::new(
                if bytes < 0 { INVALID } else { OUT_OF_MEMORY },
                format!("the arena has no {bytes} bytes"),
                format!("{} of {} are in use", self.used(), self.capacity),
                "reset it, or open a larger one",
            )),
        }
    }

    pub fn reset(&self) {
        self.used.store(0, Relaxed);
    }

    pub fn used(&self) -> i64 {
        self.used.load(Relaxed)
    }

    pub fn capacity(&self) -> i64 {
        self.capacity
    }
}

impl Drop for Arena {
    fn drop(&mut self) {
        let freed = self.memory.free(self.begin.as_ptr());
        debug_assert!(freed.is_ok());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_filled_refused_and_reset() {
        let arena = Arena::new(1024, b"arena-test").unwrap();
        let first = arena.allocate(100).unwrap();
        assert_eq!(arena.allocate(1).unwrap().addr() - first.addr(), 128);
        assert_eq!(arena.used(), 192);
        assert_eq!(arena.allocate(-5).unwrap_err().status, INVALID);
        for bytes in [833, 1024, i64::MAX] {
            assert_eq!(arena.allocate(bytes).unwrap_err().status, OUT_OF_MEMORY);
        }
        arena.reset();
        assert_eq!(arena.allocate(1024).unwrap(), first);
        unsafe { first.write_bytes(1, 1024) };
        assert_eq!(memory().owned("arena-test").live_bytes, 1024);
        drop(arena);
        assert_eq!(memory().owned("arena-test").live_bytes, 0);
    }
}
