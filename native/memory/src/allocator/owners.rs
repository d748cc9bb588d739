//! Who holds how much: counters by name, which stay once they are there.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};
use std::sync::{PoisonError, RwLock};

use super::MemoryStats;

pub const LONGEST_OWNER: usize = 63;

/// Live, peak and numbers of one owner, or of all.
#[derive(Default)]
pub struct Counters {
    live: AtomicI64,
    peak: AtomicI64,
    allocations: AtomicI64,
    frees: AtomicI64,
}

impl Counters {
    pub fn add(&self, bytes: i64) {
        let live = self.live.fetch_add(bytes, Relaxed) + bytes;
        self.count(live);
    }

    /// The bytes count as live at once when they stay within the limit (0: none), else nothing happens and the live bytes are told.
    /// [`Counters::count`] or [`Counters::give_back`] ends it.
    pub fn reserve(&self, bytes: i64, limit: i64) -> Result<i64, i64> {
        self.live
            .fetch_update(Relaxed, Relaxed, |live| if limit > 0 && bytes > limit - live { None } else { live.checked_add(bytes) })
            .map(|before| before + bytes)
    }

    pub fn count(&self, live: i64) {
        // Most allocations raise no peak: a plain read is cheaper than a locked maximum.
        if live > self.peak.load(Relaxed) {
            self.peak.fetch_max(live, Relaxed);
        }
        self.allocations.fetch_add(1, Relaxed);
    }

    pub fn give_back(&self, bytes: i64) {
        self.live.fetch_sub(bytes, Relaxed);
    }

    pub fn remove(&self, bytes: i64) {
        self.give_back(bytes);
        self.frees.fetch_add(1, Relaxed);
    }

    pub fn stats(&self, limit: i64) -> MemoryStats {
        let live = self.live.load(Relaxed);
        MemoryStats {
            live_bytes: live,
            peak_bytes: self.peak.load(Relaxed).max(live),
            allocations: self.allocations.load(Relaxed),
            frees: self.frees.load(Relaxed),
            limit_bytes: limit,
        }
    }
}

pub struct Owner {
    pub name: Vec<u8>,
    pub counters: Counters,
    reserved: AtomicI64, // of the live bytes, those that are memory from elsewhere
}

impl Owner {
    fn new(name: &[u8]) -> Owner {
        Owner { name: name.to_vec(), counters: Counters::default(), reserved: AtomicI64::new(0) }
    }

    pub fn reserve(&self, bytes: i64) {
        self.reserved.fetch_add(bytes, Relaxed);
        self.counters.add(bytes);
    }

    /// What is reserved instead, when it is less.
    pub fn release(&self, bytes: i64) -> Result<(), i64> {
        self.reserved.fetch_update(Relaxed, Relaxed, |there| (0..=there).contains(&bytes).then(|| there - bytes))?;
        self.counters.remove(bytes);
        Ok(())
    }
}

/// In order of name.
pub struct Owners {
    table: RwLock<BTreeMap<Vec<u8>, &'static Owner>>,
    number: usize, // which table: a thread remembers its last owner with it
}

thread_local!(static LAST: Cell<Option<(usize, &'static Owner)>> = const { Cell::new(None) });

static TABLES: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);

impl Owners {
    pub fn new() -> Owners {
        Owners { table: RwLock::new(BTreeMap::new()), number: TABLES.fetch_add(1, Relaxed) }
    }

    /// The owner of that name (its first 63 bytes), new when it was not there. An owner is never given back: its numbers are the record.
    pub fn get(&self, name: &[u8]) -> &'static Owner {
        let name = &name[..name.len().min(LONGEST_OWNER)];
        if let Some((table, owner)) = LAST.get()
            && table == self.number
            && owner.name == name
        {
            return owner;
        }
        let found = self.table.read().unwrap_or_else(PoisonError::into_inner).get(name).copied();
        let owner = found.unwrap_or_else(|| {
            let mut table = self.table.write().unwrap_or_else(PoisonError::into_inner);
            *table.entry(name.to_vec()).or_insert_with(|| Box::leak(Box::new(Owner::new(name))))
        });
        LAST.set(Some((self.number, owner)));
        owner
    }

    pub fn count(&self) -> usize {
        self.table.read().unwrap_or_else(PoisonError::into_inner).len()
    }

    pub fn at(&self, index: usize) -> Option<&'static Owner> {
        self.table.read().unwrap_or_else(PoisonError::into_inner).values().nth(index).copied()
    }
}
