//! Allocating and freeing, with limits, counts, and the failures that tests ask for.

use std::alloc::{Layout, alloc, dealloc};
use std::ptr::NonNull;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};

use super::live::{Entry, LiveBlocks};
use super::owners::{Counters, Owner, Owners};
use super::{ALIGNMENT, MemoryStats, rounded};
use crate::fault::{Fault, INVALID, OUT_OF_MEMORY};

pub struct Memory {
    live: LiveBlocks,
    owners: Owners,
    total: Counters,
    limit: AtomicI64,
    fail_at: AtomicI64,
}

/// The one of the library.
pub fn memory() -> &'static Memory {
    static ONLY: LazyLock<Memory> = LazyLock::new(Memory::new);
    &ONLY
}

impl Memory {
    pub fn new() -> Memory {
        Memory { live: LiveBlocks::new(), owners: Owners::new(), total: Counters::default(), limit: AtomicI64::new(0), fail_at: AtomicI64::new(0) }
    }

    /// Aligned to 64, not zeroed.
    pub fn allocate(&self, bytes: i64, owner: &[u8]) -> Result<NonNull<u8>, Fault> {
        let (owner, live) = self.claim("lls_allocate", bytes, owner)?;
        match self.fresh(bytes, owner) {
            Some(block) => {
                self.total.count(live);
                owner.counters.add(bytes);
                Ok(block)
            }
            None => {
                self.total.give_back(bytes);
                refused(bytes, owner, "the system gives no more".into(), "close what is not needed, or use a smaller model")
            }
        }
    }

    /// Memory that comes from elsewhere is limited and counted as if it were allocated here, until [`Memory::release`].
    pub fn reserve(&self, bytes: i64, owner: &[u8]) -> Result<(), Fault> {
        let (owner, live) = self.claim("lls_memory_reserve", bytes, owner)?;
        self.total.count(live);
        owner.reserve(bytes);
        Ok(())
    }

    pub fn release(&self, bytes: i64, owner: &[u8]) -> Result<(), Fault> {
        let owner = self.owners.get(owner);
        owner.release(bytes).map_err(|there| {
            Fault::new(
                INVALID,
                format!("lls_memory_release got {bytes} bytes of {}", String::from_utf8_lossy(&owner.name)),
                format!("it has reserved {there}"),
                "release what lls_memory_reserve took, once, with the same owner",
            )
        })?;
        self.total.remove(bytes);
        Ok(())
    }

    /// The bytes are live from here on; the owner, and what is live with them.
    fn claim(&self, function: &str, bytes: i64, owner: &[u8]) -> Result<(&'static Owner, i64), Fault> {
        if !(0..=i64::MAX - ALIGNMENT as i64).contains(&bytes) {
            return Err(Fault::new(INVALID, format!("{function} got {bytes} bytes"), "no memory has that size", "pass a size from 0 on"));
        }
        let owner = self.owners.get(owner);
        if self.must_fail() {
            return refused(bytes, owner, "a test asked for this failure".into(), "none");
        }
        let limit = self.limit.load(Relaxed);
        match self.total.reserve(bytes, limit) {
            Ok(live) => Ok((owner, live)),
            Err(live) => {
                let why = format!("{live} of at most {limit} bytes are in use");
                refused(bytes, owner, why, "close what is not needed, or raise the limit with lls_memory_limit")
            }
        }
    }

    fn fresh(&self, bytes: i64, owner: &'static Owner) -> Option<NonNull<u8>> {
        let layout = layout(bytes)?;
        // SAFETY: the layout's size is never 0.
        let block = NonNull::new(unsafe { alloc(layout) })?;
        if self.live.insert(block.as_ptr().addr(), Entry { bytes, owner }) {
            return Some(block);
        }
        // SAFETY: allocated just now with this layout.
        unsafe { dealloc(block.as_ptr(), layout) };
        None
    }

    /// What is not in use here is refused, and is not looked at.
    pub fn free(&self, block: *mut u8) -> Result<(), Fault> {
        let Some(entry) = self.live.remove(block.addr()) else {
            return Err(Fault::new(
                INVALID,
                "lls_free got an address that is not in use",
                "it was not allocated here, or was freed before",
                "free each block once",
            ));
        };
        entry.owner.counters.remove(entry.bytes);
        self.total.remove(entry.bytes);
        let layout = layout(entry.bytes).expect("it was allocated with it");
        // SAFETY: the set held the address, so it came from alloc with this layout, and its entry is gone: nobody else can free it.
        unsafe { dealloc(block, layout) };
        Ok(())
    }

    pub fn stats(&self) -> MemoryStats {
        self.total.stats(self.limit.load(Relaxed))
    }

    pub fn owner_count(&self) -> usize {
        self.owners.count()
    }

    /// In order of name.
    pub fn owner(&self, index: usize) -> Option<(&'static [u8], MemoryStats)> {
        self.owners.at(index).map(|owner| (&owner.name[..], owner.counters.stats(0)))
    }

    #[cfg(test)]
    pub fn owned(&self, name: &str) -> MemoryStats {
        self.owners.get(name.as_bytes()).counters.stats(0)
    }

    pub fn set_limit(&self, bytes: i64) -> Result<(), Fault> {
        if bytes < 0 {
            return Err(Fault::new(INVALID, format!("lls_memory_limit got {bytes}"), "a limit is no less than 0", "pass bytes, or 0 for none"));
        }
        self.limit.store(bytes, Relaxed);
        Ok(())
    }

    /// The n-th allocation from now fails once.
    pub fn fail_at(&self, n: i64) {
        self.fail_at.store(n.max(0), Relaxed);
    }

    fn must_fail(&self) -> bool {
        self.fail_at.load(Relaxed) > 0 && self.fail_at.fetch_update(Relaxed, Relaxed, |n| if n > 0 { Some(n - 1) } else { None }) == Ok(1)
    }
}

fn refused<T>(bytes: i64, owner: &Owner, why: String, fix: &str) -> Result<T, Fault> {
    let name = String::from_utf8_lossy(&owner.name);
    Err(Fault::new(OUT_OF_MEMORY, format!("no memory for {bytes} bytes of {name}"), why, fix))
}

fn layout(bytes: i64) -> Option<Layout> {
    Layout::from_size_align(usize::try_from(rounded(bytes)).ok()?, ALIGNMENT).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[test]
    fn blocks_are_aligned_writable_and_counted() {
        let memory = Memory::new();
        let sizes = [0, 1, 13, 64, 207, 100_000];
        let blocks: Vec<_> = sizes.iter().map(|&n| memory.allocate(n, b"tensor").unwrap()).collect();
        for (block, n) in blocks.iter().zip(sizes) {
            assert_eq!(block.as_ptr().addr() % 64, 0);
            unsafe { block.as_ptr().write_bytes(7, n as usize) };
        }
        let expected = MemoryStats { live_bytes: 100_285, peak_bytes: 100_285, allocations: 6, frees: 0, limit_bytes: 0 };
        assert_eq!(memory.stats(), expected);
        assert_eq!(memory.owned("tensor"), expected);
        for block in blocks {
            memory.free(block.as_ptr()).unwrap();
        }
        assert_eq!(memory.stats(), MemoryStats { live_bytes: 0, frees: 6, ..expected });
    }

    #[test]
    fn what_is_not_in_use_is_refused() {
        let memory = Memory::new();
        let block = memory.allocate(100, b"a").unwrap().as_ptr();
        let mut here = 0u8;
        assert_eq!(memory.free(&raw mut here).unwrap_err().status, INVALID);
        assert_eq!(memory.free(block.wrapping_add(64)).unwrap_err().status, INVALID);
        memory.free(block).unwrap();
        assert_eq!(memory.free(block).unwrap_err().status, INVALID);
        assert_eq!(memory.stats().live_bytes, 0);
    }

    #[test]
    fn the_limit_holds_to_the_byte() {
        let memory = Memory::new();
        memory.set_limit(1000).unwrap();
        assert_eq!(memory.allocate(1001, b"a").unwrap_err().status, OUT_OF_MEMORY);
        let block = memory.allocate(600, b"a").unwrap().as_ptr();
        let fault = memory.allocate(401, b"cache").unwrap_err();
        assert!(fault.what.contains("401 bytes of cache") && fault.why.contains("600 of at most 1000"), "{fault:?}");
        let rest = memory.allocate(400, b"a").unwrap().as_ptr();
        assert_eq!(memory.stats().allocations, 2);
        memory.free(block).unwrap();
        memory.free(rest).unwrap();
        assert!(memory.set_limit(-1).is_err());
        for bad in [-1, i64::MIN, i64::MAX, i64::MAX - 63, i64::MAX / 2] {
            assert!(memory.allocate(bad, b"a").is_err(), "{bad}");
        }
        assert_eq!(memory.stats().live_bytes, 0);
    }

    #[test]
    fn what_is_reserved_is_limited_and_counted_until_it_is_released() {
        let memory = Memory::new();
        memory.set_limit(1000).unwrap();
        memory.reserve(700, b"elsewhere").unwrap();
        assert_eq!(memory.owned("elsewhere").live_bytes, 700);
        assert_eq!(memory.allocate(301, b"a").unwrap_err().status, OUT_OF_MEMORY);
        assert_eq!(memory.reserve(301, b"elsewhere").unwrap_err().status, OUT_OF_MEMORY);
        assert_eq!(memory.reserve(-1, b"elsewhere").unwrap_err().status, INVALID);
        for (bytes, owner) in [(701, &b"elsewhere"[..]), (-1, b"elsewhere"), (1, b"other"), (i64::MIN, b"elsewhere")] {
            assert_eq!(memory.release(bytes, owner).unwrap_err().status, INVALID);
        }
        let block = memory.allocate(100, b"elsewhere").unwrap().as_ptr();
        assert_eq!(memory.release(701, b"elsewhere").unwrap_err().status, INVALID);
        memory.free(block).unwrap();
        memory.release(700, b"elsewhere").unwrap();
        assert_eq!(memory.stats(), MemoryStats { live_bytes: 0, peak_bytes: 800, allocations: 2, frees: 2, limit_bytes: 1000 });
        memory.fail_at(1);
        assert_eq!(memory.reserve(1, b"elsewhere").unwrap_err().status, OUT_OF_MEMORY);
    }

    #[test]
    fn the_chosen_allocation_fails_once() {
        let memory = Memory::new();
        for n in 1..=20 {
            memory.fail_at(n);
            let outcomes: Vec<_> = (1..=20).map(|_| memory.allocate(1, b"a")).collect();
            for (i, outcome) in outcomes.into_iter().enumerate() {
                assert_eq!(outcome.is_err(), i as i64 + 1 == n);
                if let Ok(block) = outcome {
                    memory.free(block.as_ptr()).unwrap();
                }
            }
        }
        assert_eq!(memory.stats().live_bytes, 0);
    }

    #[test]
    fn owners_are_in_order_and_cut_at_63_bytes() {
        let memory = Memory::new();
        let long = [b'x'; 100];
        let names: [&[u8]; 5] = [b"cache", b"", b"activation", b"\xff\xfe", &long];
        let blocks: Vec<_> = names.iter().map(|n| memory.allocate(1, n).unwrap().as_ptr()).collect();
        let order: Vec<_> = (0..memory.owner_count()).map(|i| memory.owner(i).unwrap().0.to_vec()).collect();
        assert_eq!(order, [&b""[..], b"activation", b"cache", &long[..63], b"\xff\xfe"]);
        assert!(memory.owner(5).is_none());
        blocks.into_iter().for_each(|b| memory.free(b).unwrap());
    }

    #[test]
    fn threads_pass_the_limit_never_and_leave_nothing() {
        let memory = Arc::new(Memory::new());
        memory.set_limit(4096).unwrap();
        let rounds = if cfg!(miri) { 40 } else { 20_000 };
        let threads: Vec<_> = (0..4u64)
            .map(|t| {
                let memory = memory.clone();
                std::thread::spawn(move || {
                    let mut held: Vec<*mut u8> = Vec::new();
                    let mut random = t + 1;
                    for _ in 0..rounds {
                        random = random.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                        match memory.allocate((random >> 33) as i64 % 1500, if t % 2 == 0 { b"even" } else { b"odd" }) {
                            Ok(block) => held.push(block.as_ptr()),
                            Err(fault) => assert_eq!(fault.status, OUT_OF_MEMORY),
                        }
                        if held.len() > 3 {
                            memory.free(held.swap_remove((random >> 40) as usize % held.len())).unwrap();
                        }
                    }
                    held.into_iter().for_each(|b| memory.free(b).unwrap());
                })
            })
            .collect();
        threads.into_iter().for_each(|t| t.join().unwrap());
        let stats = memory.stats();
        assert_eq!((stats.live_bytes, stats.allocations), (0, stats.frees));
        assert!(stats.peak_bytes <= 4096, "{stats:?}");
        assert_eq!(memory.owned("even").live_bytes + memory.owned("odd").live_bytes, 0);
    }
}
