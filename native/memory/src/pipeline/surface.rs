//! lls_pipeline_*.
//!
//! # Safety
//! Of all functions: pointers are null or what llmsys.h asks for, and live during the call.

use std::sync::Arc;

use super::options::{Kind, PipelineOptions, Plan};
use super::prepare::Encoder;
use super::reader::{Pipeline, PipelineStats};
use crate::allocator::Block;
use crate::fault::{Fault, Place, Status, guarded};
use crate::handles::Handles;

static PIPELINES: Handles<Pipeline> = Handles::new("pipeline");

/// The engine's tokenizer behind a handle.
struct EngineTokenizer(u64);

#[cfg(not(test))]
impl Encoder for EngineTokenizer {
    fn encode(&self, text: &[u8], ids: &mut Block<i32>) -> Result<usize, Fault> {
        crate::c::encode(self.0, text, ids)
    }
}

#[cfg(test)]
impl Encoder for EngineTokenizer {
    fn encode(&self, _: &[u8], _: &mut Block<i32>) -> Result<usize, Fault> {
        Err(Fault::new(crate::fault::NOT_FOUND, format!("there is no tokenizer {}", self.0), "tests of the crate run without the engine", "none"))
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn lls_pipeline_defaults(options: *mut PipelineOptions) {
    if !options.is_null() {
        unsafe { options.write(PipelineOptions::defaults()) };
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn lls_pipeline_open(options: *const PipelineOptions, pipeline: *mut u64) -> Status {
    guarded(|| unsafe {
        let place = Place::of(pipeline, "lls_pipeline_open", "pipeline")?;
        let (plan, tokenizer) = Plan::of(options)?;
        let encoder = (plan.kind == Kind::Text).then(|| Box::new(EngineTokenizer(tokenizer)) as Box<dyn Encoder>);
        place.set(PIPELINES.add(Arc::new(Pipeline::open(plan, encoder)?)));
        Ok(())
    })
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn lls_pipeline_next(pipeline: u64, inputs: *mut i32, targets: *mut i32, end: *mut i32) -> Status {
    guarded(|| unsafe {
        Place::of(inputs, "lls_pipeline_next", "inputs")?;
        Place::of(targets, "lls_pipeline_next", "targets")?;
        let end = Place::of(end, "lls_pipeline_next", "end")?;
        let more = PIPELINES.get(pipeline)?.next(|plan, ids| {
            let t = plan.context_length;
            for (b, row) in ids.chunks_exact(t + 1).enumerate() {
                inputs.add(b * t).copy_from_nonoverlapping(row.as_ptr(), t);
                targets.add(b * t).copy_from_nonoverlapping(row.as_ptr().add(1), t);
            }
        })?;
        end.set(i32::from(!more));
        Ok(())
    })
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn lls_pipeline_stats_of(pipeline: u64, stats: *mut PipelineStats) -> Status {
    guarded(|| unsafe {
        let place = Place::of(stats, "lls_pipeline_stats_of", "stats")?;
        place.set(PIPELINES.get(pipeline)?.stats());
        Ok(())
    })
}

#[unsafe(no_mangle)]
pub extern "C" fn lls_pipeline_close(pipeline: u64) -> Status {
    guarded(|| {
        if let Some(pipeline) = PIPELINES.take(pipeline)? {
            pipeline.close();
        }
        Ok(())
    })
}
