//! How many may run and how many may wait, and what runs: jobs that can be cancelled and waited for.
//!
//! ```text
//!   enter -> [waiting, in order of arrival] -> Place (running) <-> aside, while its client does not read
//! ```

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::engine::Session;
use super::json::Refusal;

pub struct Admission {
    running: Arc<Semaphore>,
    aside: Arc<Semaphore>,
    most_running: usize,
    waiting: AtomicUsize,
    most_waiting: usize,
}

impl Admission {
    pub fn new(most_running: usize, most_waiting: usize) -> Admission {
        let (running, aside) = (Arc::new(Semaphore::new(most_running)), Arc::new(Semaphore::new(most_running)));
        Admission { running, aside, most_running, waiting: AtomicUsize::new(0), most_waiting }
    }

    /// In order of arrival. Beyond those that may wait: 429 at once.
    pub async fn enter(&self) -> Result<Place, Refusal> {
        let permit = self.permit().await?;
        Ok(Place { permit: Some(permit), running: self.running.clone(), aside: self.aside.clone() })
    }

    async fn permit(&self) -> Result<OwnedSemaphorePermit, Refusal> {
        if self.running.is_closed() {
            return Err(Refusal::stopping());
        }
        if let Ok(permit) = self.running.clone().try_acquire_owned() {
            return Ok(permit);
        }
        let admitted = self.waiting.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |n| (n < self.most_waiting).then_some(n + 1));
        admitted.map_err(|_| Refusal::busy())?;
        let _waiting = Waiting(&self.waiting); // also when the client leaves and this future goes
        self.running.clone().acquire_owned().await.map_err(|_| Refusal::stopping())
    }

    pub fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    /// Those that were let in and wait for their clients to read.
    pub fn aside(&self) -> usize {
        self.most_running - self.aside.available_permits()
    }

    /// Those that wait, and those that come, are refused.
    pub fn close(&self) {
        self.running.close();
    }
}

struct Waiting<'a>(&'a AtomicUsize);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The place of one that runs.
pub struct Place {
    permit: Option<OwnedSemaphorePermit>,
    running: Arc<Semaphore>,
    aside: Arc<Semaphore>,
}

impl Place {
    /// Another may run while this one waits for its client. None when as many as may run stand aside already: each of them has its session's memory
    /// and a thread.
    pub fn step_aside(&mut self) -> Option<Aside<'_>> {
        let permit = self.aside.clone().try_acquire_owned().ok()?;
        self.permit = None;
        Some(Aside { place: self, _permit: permit })
    }
}

pub struct Aside<'a> {
    place: &'a mut Place,
    _permit: OwnedSemaphorePermit,
}

impl Aside<'_> {
    /// On a blocking thread: waits for a place, in order of arrival.
    pub fn come_back(self) {
        // Closed: the server stops, nobody new begins, and so this one is in nobody's way.
        self.place.permit = Handle::current().block_on(self.place.running.clone().acquire_owned()).ok();
    }
}

/// Ends a request from outside: between tokens at the latest.
#[derive(Default)]
pub struct Cancel {
    cancelled: AtomicBool,
    session: Mutex<Option<Arc<dyn Session>>>,
}

impl Cancel {
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::SeqCst);
        if let Some(session) = &*self.session.lock().unwrap_or_else(PoisonError::into_inner) {
            session.cancel();
        }
    }

    pub fn cancelled(&self) -> bool {
        self.cancelled.load(Ordering::SeqCst)
    }

    /// The session that runs now.
    pub fn watch(&self, session: Option<Arc<dyn Session>>) {
        let mut watched = self.session.lock().unwrap_or_else(PoisonError::into_inner);
        *watched = session;
        if let Some(session) = &*watched
            && self.cancelled()
        {
            session.cancel();
        }
    }
}

/// Cancels when the client's side goes: the response's future or its body.
pub struct CancelOnDrop(pub Arc<Cancel>);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

#[derive(Default)]
pub struct Jobs {
    all: Mutex<(u64, HashMap<u64, Arc<Cancel>>)>,
    ended: Condvar,
}

impl Jobs {
    pub fn begin(self: &Arc<Jobs>, cancel: Arc<Cancel>) -> Job {
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        all.0 += 1;
        let number = all.0;
        all.1.insert(number, cancel);
        Job { jobs: self.clone(), number }
    }

    pub fn count(&self) -> usize {
        self.all.lock().unwrap_or_else(PoisonError::into_inner).1.len()
    }

    pub fn cancel_all(&self) {
        let all: Vec<_> = self.all.lock().unwrap_or_else(PoisonError::into_inner).1.values().cloned().collect();
        all.iter().for_each(|cancel| cancel.cancel());
    }

    /// Whether all have ended in that time.
    pub fn wait(&self, time: Duration) -> bool {
        let end = Instant::now() + time;
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        while !all.1.is_empty() {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            all = self.ended.wait_timeout(all, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        true
    }
}

pub struct Job {
    jobs: Arc<Jobs>,
    number: u64,
}

impl Drop for Job {
    fn drop(&mut self) {
        self.jobs.all.lock().unwrap_or_else(PoisonError::into_inner).1.remove(&self.number);
        self.jobs.ended.notify_all();
    }
}
