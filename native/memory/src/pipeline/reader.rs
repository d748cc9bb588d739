//! A running pipeline: its threads, and what they make.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use super::options::Plan;
use super::prepare::{Encoder, encode_all};
use super::queue::Queue;
use super::shards::Windows;
use super::shuffle::Shuffle;
use crate::fault::{Fault, INVALID, OUT_OF_MEMORY, caught};

struct Shared {
    plan: Plan,
    queue: Queue,
    windows: AtomicU64, // 0 until they are counted
    closed: AtomicBool,
}

/// Ends its threads when it goes.
pub struct Pipeline {
    shared: Arc<Shared>,
    lead: Mutex<Option<JoinHandle<()>>>,
}

/// lls_pipeline_stats
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PipelineStats {
    pub tokens: i64,
    pub batches: i64,
    pub epoch: i64,
    pub waiting: i64,
    pub waiting_bytes: i64,
    pub reader_stalls: i64,
    pub consumer_stalls: i64,
}

impl Pipeline {
    /// `encoder`: for text shards. What is wrong with the shards is told by the first [`Pipeline::next`].
    pub fn open(plan: Plan, encoder: Option<Box<dyn Encoder>>) -> Result<Pipeline, Fault> {
        let queue = Queue::new(plan.prefetch, plan.batch * (plan.context_length + 1))?;
        let shared = Arc::new(Shared { plan, queue, windows: AtomicU64::new(0), closed: AtomicBool::new(false) });
        let lead = std::thread::Builder::new().name("lls-pipeline".into()).spawn({
            let shared = shared.clone();
            move || {
                if let Err(fault) = caught(|| shared.run(encoder)) {
                    shared.queue.fail(0, fault);
                }
            }
        });
        let lead = lead.map_err(|e| Fault::new(OUT_OF_MEMORY, "cannot start a thread of the pipeline", e.to_string(), "close what is not needed"))?;
        Ok(Pipeline { shared, lead: Mutex::new(Some(lead)) })
    }

    /// `body` gets (B, T+1) ids. False when all epochs are over.
    pub fn next(&self, body: impl FnOnce(&Plan, &[i32])) -> Result<bool, Fault> {
        self.shared.queue.next(|ids| body(&self.shared.plan, ids))
    }

    pub fn stats(&self) -> PipelineStats {
        let Shared { plan, queue, windows, .. } = &*self.shared;
        let counts = queue.counts();
        let epoch = (counts.given * plan.batch as u64).checked_div(windows.load(Ordering::Relaxed)).unwrap_or(0);
        PipelineStats {
            tokens: (counts.given * (plan.batch * plan.context_length) as u64) as i64,
            batches: counts.given as i64,
            epoch: epoch as i64,
            waiting: counts.waiting as i64,
            waiting_bytes: (counts.waiting * plan.batch * (plan.context_length + 1) * 4) as i64,
            reader_stalls: counts.reader_stalls,
            consumer_stalls: counts.consumer_stalls,
        }
    }

    /// Who waits in [`Pipeline::next`] is told LLS_CANCELLED; returns when no thread of it runs.
    pub fn close(&self) {
        self.shared.closed.store(true, Ordering::Relaxed);
        self.shared.queue.close();
        let lead = self.lead.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(lead) = lead {
            let _ = lead.join();
        }
    }
}

impl Drop for Pipeline {
    fn drop(&mut self) {
        self.close();
    }
}

impl Shared {
    fn run(&self, encoder: Option<Box<dyn Encoder>>) -> Result<(), Fault> {
        let plan = &self.plan;
        let windows = match encoder {
            Some(encoder) => encode_all(plan, encoder.as_ref(), &self.closed)?,
            None => Windows::over_tokens(&plan.paths, plan.kind, plan.context_length)?,
        };
        let all = plan.epochs.map(|epochs| epochs.saturating_mul(windows.count()));
        if let Some(all) = all.filter(|&all| all < plan.batch as u64) {
            let what = format!("a batch of {} windows never fills", plan.batch);
            return Err(Fault::new(INVALID, what, format!("there are {all} in all epochs"), "give longer shards, a smaller batch, or more epochs"));
        }
        self.windows.store(windows.count(), Ordering::Relaxed);
        self.queue.set_total(all.map(|all| all / plan.batch as u64));
        std::thread::scope(|scope| {
            for i in 1..plan.threads {
                // Fewer threads are slower, not wrong.
                let _ = std::thread::Builder::new().name(format!("lls-reader-{i}")).spawn_scoped(scope, || self.make_batches(&windows));
            }
            self.make_batches(&windows);
        });
        Ok(())
    }

    fn make_batches(&self, windows: &Windows) {
        let mut bytes = Vec::new();
        while let Some(batch) = self.queue.claim() {
            self.queue.make(batch, |ids| self.fill(windows, batch, ids, &mut bytes));
        }
    }

    fn fill(&self, windows: &Windows, batch: u64, ids: &mut [i32], bytes: &mut Vec<u8>) -> Result<(), Fault> {
        let plan = &self.plan;
        for (b, row) in ids.chunks_exact_mut(plan.context_length + 1).enumerate() {
            let place = batch * plan.batch as u64 + b as u64;
            let (epoch, place) = (place / windows.count(), place % windows.count());
            let window = Shuffle { n: windows.count(), seed: plan.seed.wrapping_add(epoch) }.at(place);
            windows.read(window, row, bytes)?;
            windows.require_ids(window, row)?;
        }
        Ok(())
    }
}
