//! The set of live blocks, by address, in 64 parts with a lock each.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::owners::Owner;

#[derive(Clone, Copy)]
pub struct Entry {
    pub bytes: i64,
    pub owner: &'static Owner,
}

/// Addresses are multiples of 64 already spread over memory: one multiplication by 2^64 over the golden ratio mixes them (Knuth, TAOCP 3, 6.4).
#[derive(Default)]
pub struct AddressHasher(u64);

const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;

fn mixed(address: usize) -> u64 {
    (address as u64 >> 6).wrapping_mul(GOLDEN)
}

impl Hasher for AddressHasher {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for &b in bytes {
            self.0 = (self.0 ^ u64::from(b)).wrapping_mul(GOLDEN);
        }
    }
    fn write_usize(&mut self, address: usize) {
        // The map takes its places from the low bits and its tags from the highest seven.
        self.0 = mixed(address).rotate_left(32);
    }
}

/// One cache line apart, so that two locks never share one.
#[repr(align(64))]
#[derive(Default)]
struct Part(Mutex<HashMap<usize, Entry, BuildHasherDefault<AddressHasher>>>);

pub struct LiveBlocks {
    parts: [Part; 64],
}

impl LiveBlocks {
    pub fn new() -> LiveBlocks {
        LiveBlocks { parts: std::array::from_fn(|_| Part::default()) }
    }

    /// False when there is no memory for the entry.
    pub fn insert(&self, address: usize, entry: Entry) -> bool {
        let mut part = self.part(address);
        if part.try_reserve(1).is_err() {
            return false;
        }
        part.insert(address, entry);
        true
    }

    pub fn remove(&self, address: usize) -> Option<Entry> {
        self.part(address).remove(&address)
    }

    fn part(&self, address: usize) -> MutexGuard<'_, HashMap<usize, Entry, BuildHasherDefault<AddressHasher>>> {
        self.parts[(mixed(address) >> 58) as usize].0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
