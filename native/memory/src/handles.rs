//! Objects behind the numbers that the C surface gives out, as engine/core/handles.h has them. The numbers of both languages never meet: the engine
//! counts from 1, this crate from 2^52, which a double and a Java long still hold exactly.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::fault::{Fault, INVALID};

static NEXT: AtomicU64 = AtomicU64::new(1 << 52);

pub struct Handles<T> {
    kind: &'static str,
    objects: Mutex<BTreeMap<u64, Arc<T>>>,
}

impl<T> Handles<T> {
    /// `kind`: "arena", for messages.
    pub const fn new(kind: &'static str) -> Handles<T> {
        Handles { kind, objects: Mutex::new(BTreeMap::new()) }
    }

    pub fn add(&self, object: Arc<T>) -> u64 {
        let handle = NEXT.fetch_add(1, Ordering::Relaxed);
        self.locked().insert(handle, object);
        handle
    }

    /// What is closed while another thread works with it lives until that call ends.
    pub fn get(&self, handle: u64) -> Result<Arc<T>, Fault> {
        self.locked().get(&handle).cloned().ok_or_else(|| self.unknown(handle))
    }

    /// Takes it out; 0 is none.
    pub fn take(&self, handle: u64) -> Result<Option<Arc<T>>, Fault> {
        if handle == 0 {
            return Ok(None);
        }
        self.locked().remove(&handle).map(Some).ok_or_else(|| self.unknown(handle))
    }

    fn locked(&self) -> MutexGuard<'_, BTreeMap<u64, Arc<T>>> {
        self.objects.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn unknown(&self, handle: u64) -> Fault {
        Fault::new(
            INVALID,
            format!("handle {handle} is no open {}", self.kind),
            "it was never given out, is of another kind, or has been closed",
            "use the handle between its opening and its closing",
        )
    }
}
