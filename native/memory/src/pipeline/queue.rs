//! Batches in order, made out of order: a ring of `prefetch` places.
//!
//! ```text
//!   given <= k < given + prefetch:  batch k may be made, in place k mod prefetch        a reader that finds none waits (back-pressure)
//!   batch `given` is made:          it may be taken, its place is free                  a consumer that finds none waits
//! ```

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::allocator::Block;
use crate::fault::{CANCELLED, Fault};

struct State {
    claimed: u64, // batches that a reader has begun
    given: u64,
    made: Vec<bool>,
    total: Option<u64>,          // None: for ever
    fault: Option<(u64, Fault)>, // instead of that batch; the smallest
    closed: bool,
    reader_stalls: i64,
    consumer_stalls: i64,
}

pub struct Queue {
    state: Mutex<State>,
    room: Condvar,
    filled: Condvar,
    places: Vec<Mutex<Block<i32>>>, // (B, T+1) each
}

pub struct Counts {
    pub given: u64,
    pub waiting: usize,
    pub reader_stalls: i64,
    pub consumer_stalls: i64,
}

impl Queue {
    pub fn new(prefetch: usize, ids: usize) -> Result<Queue, Fault> {
        let places = (0..prefetch).map(|_| Ok(Mutex::new(Block::new(ids, super::OWNER)?))).collect::<Result<_, Fault>>()?;
        let state = State {
            claimed: 0,
            given: 0,
            made: vec![false; prefetch],
            total: None,
            fault: None,
            closed: false,
            reader_stalls: 0,
            consumer_stalls: 0,
        };
        Ok(Queue { state: Mutex::new(state), room: Condvar::new(), filled: Condvar::new(), places })
    }

    pub fn set_total(&self, total: Option<u64>) {
        self.locked().total = total;
    }

    /// The next batch to make, when there is room; None when there is nothing more to do.
    pub fn claim(&self) -> Option<u64> {
        let mut state = self.locked();
        loop {
            if state.closed || state.fault.is_some() {
                return None;
            }
            if state.total.is_some_and(|total| state.claimed >= total) {
                self.filled.notify_all();
                return None;
            }
            if state.claimed < state.given + self.places.len() as u64 {
                state.claimed += 1;
                return Some(state.claimed - 1);
            }
            state.reader_stalls += 1;
            state = self.room.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Makes a claimed batch in its place. A fault is told instead of it.
    pub fn make(&self, batch: u64, body: impl FnOnce(&mut [i32]) -> Result<(), Fault>) {
        let place = (batch % self.places.len() as u64) as usize;
        let outcome = crate::fault::caught(|| body(&mut self.places[place].lock().unwrap_or_else(PoisonError::into_inner)));
        match outcome {
            Ok(()) => self.locked().made[place] = true,
            Err(fault) => self.fail(batch, fault),
        }
        self.filled.notify_all();
    }

    /// Batches before `batch` are given, then the fault.
    pub fn fail(&self, batch: u64, fault: Fault) {
        let mut state = self.locked();
        if state.fault.as_ref().is_none_or(|(first, _)| batch < *first) {
            state.fault = Some((batch, fault));
        }
        drop(state);
        self.filled.notify_all();
        self.room.notify_all();
    }

    /// Takes the next batch: `body` reads it. False when there are no more.
    pub fn next(&self, body: impl FnOnce(&[i32])) -> Result<bool, Fault> {
        let mut state = self.locked();
        loop {
            if state.closed {
                return Err(Fault::new(CANCELLED, "the pipeline was closed", "another thread closed it while this one waited", "none"));
            }
            let place = (state.given % self.places.len() as u64) as usize;
            if state.made[place] {
                // The state stays locked while the batch is copied: two consumers must not meet in one place.
                body(&self.places[place].lock().unwrap_or_else(PoisonError::into_inner));
                state.made[place] = false;
                state.given += 1;
                self.room.notify_one();
                return Ok(true);
            }
            if let Some((batch, fault)) = &state.fault
                && *batch <= state.given
            {
                return Err(fault.clone());
            }
            if state.total == Some(state.given) {
                return Ok(false);
            }
            state.consumer_stalls += 1;
            state = self.filled.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    pub fn close(&self) {
        self.locked().closed = true;
        self.room.notify_all();
        self.filled.notify_all();
    }

    pub fn counts(&self) -> Counts {
        let state = self.locked();
        let waiting = state.made.iter().filter(|&&m| m).count();
        Counts { given: state.given, waiting, reader_stalls: state.reader_stalls, consumer_stalls: state.consumer_stalls }
    }

    fn locked(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
