//! `y = x / (1 + |x|)`, `dy/dx = 1 / (1 + |x|)^2`, shared in chunks of fixed size, so the result does not depend on the number of threads.

use crate::abi::{guarded, lls_register_activation, ActivationKernel, Registration, Status, Workers, LLS_OK};
use std::os::raw::c_void;

const CHUNK: i64 = 1 << 14;

struct Call {
    x: *const f32,
    grad_y: *const f32,
    to: *mut f32,
    size: i64,
    accumulate: bool,
}

impl Call {
    /// What chunk `chunk` covers. `to` may be `x`, so elements are read and written through pointers.
    fn range(&self, chunk: i64) -> std::ops::Range<usize> {
        (chunk * CHUNK) as usize..((chunk + 1) * CHUNK).min(self.size) as usize
    }

    fn share(&mut self, workers: *const Workers, body: extern "C" fn(*mut c_void, i64)) -> Status {
        let chunks = (self.size + CHUNK - 1) / CHUNK;
        // SAFETY: the engine's workers live during this call; body gets this Call, which outlives run.
        unsafe { ((*workers).run)((*workers).this, chunks, body, self as *mut Call as *mut c_void) };
        LLS_OK
    }
}

extern "C" fn forward_chunk(argument: *mut c_void, chunk: i64) {
    // SAFETY: argument is the Call of forward(); chunks do not overlap.
    let call = unsafe { &*(argument as *const Call) };
    for i in call.range(chunk) {
        unsafe {
            let x = *call.x.add(i);
            *call.to.add(i) = x / (1.0 + x.abs());
        }
    }
}

extern "C" fn backward_chunk(argument: *mut c_void, chunk: i64) {
    // SAFETY: as above.
    let call = unsafe { &*(argument as *const Call) };
    for i in call.range(chunk) {
        unsafe {
            let root = 1.0 + (*call.x.add(i)).abs();
            let gradient = *call.grad_y.add(i) / (root * root);
            let to = call.to.add(i);
            *to = if call.accumulate { *to + gradient } else { gradient };
        }
    }
}

extern "C" fn forward(_this: *mut c_void, workers: *const Workers, x: *const f32, y: *mut f32, size: i64) -> Status {
    guarded(|| Call { x, grad_y: std::ptr::null(), to: y, size, accumulate: false }.share(workers, forward_chunk))
}

extern "C" fn backward(
    _this: *mut c_void, workers: *const Workers, x: *const f32, _y: *const f32, grad_y: *const f32, grad_x: *mut f32, size: i64, accumulate: i32,
) -> Status {
    guarded(|| Call { x, grad_y, to: grad_x, size, accumulate: accumulate != 0 }.share(workers, backward_chunk))
}

pub fn register() -> Status {
    let what = Registration::new(c"softsign", c"softsign-rust", c"x / (1 + |x|)", c"Turian, Bergstra, Bengio 2009", 0);
    let kernel = ActivationKernel { size: std::mem::size_of::<ActivationKernel>() as u32, forward, backward };
    // SAFETY: both structs live during the call, which copies them.
    unsafe { lls_register_activation(&what, &kernel) }
}
