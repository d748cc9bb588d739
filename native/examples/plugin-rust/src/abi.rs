//! The part of llmsys.h that the plug-ins in Rust need, and what keeps them safe at the border.
#![allow(dead_code)]

use std::ffi::CStr;
use std::os::raw::{c_char, c_void};

pub type Status = i32;

pub const ABI_VERSION: u32 = 1;
pub const LLS_OK: Status = 0;
pub const LLS_INVALID: Status = 1;
pub const LLS_UNSUPPORTED: Status = 6;
pub const LLS_INTERNAL: Status = 10;

#[repr(C)]
pub struct Workers {
    pub this: *mut c_void,
    pub threads: i32,
    pub run: extern "C" fn(this: *mut c_void, chunks: i64, body: extern "C" fn(argument: *mut c_void, chunk: i64), argument: *mut c_void),
}

#[repr(C)]
pub struct Matrix {
    pub data: *mut f32,
    pub rows: i64,
    pub columns: i64,
    pub row_stride: i64,
    pub column_stride: i64,
}

#[repr(C)]
pub struct Registration {
    pub size: u32,
    pub algorithm: *const c_char,
    pub name: *const c_char,
    pub numerics: *const c_char,
    pub summary: *const c_char,
    pub reference: *const c_char,
    pub ranking: i32,
    pub this: *mut c_void,
}

impl Registration {
    pub fn new(algorithm: &'static CStr, name: &'static CStr, summary: &'static CStr, reference: &'static CStr, ranking: i32) -> Self {
        Registration {
            size: std::mem::size_of::<Registration>() as u32,
            algorithm: algorithm.as_ptr(),
            name: name.as_ptr(),
            numerics: c"".as_ptr(),
            summary: summary.as_ptr(),
            reference: reference.as_ptr(),
            ranking,
            this: std::ptr::null_mut(),
        }
    }
}

#[repr(C)]
pub struct MatmulKernel {
    pub size: u32,
    pub multiply: extern "C" fn(*mut c_void, *const Workers, *const Matrix, *const Matrix, *const f32, *const Matrix, i32) -> Status,
}

#[repr(C)]
pub struct ActivationKernel {
    pub size: u32,
    pub forward: extern "C" fn(*mut c_void, *const Workers, *const f32, *mut f32, i64) -> Status,
    pub backward: extern "C" fn(*mut c_void, *const Workers, *const f32, *const f32, *const f32, *mut f32, i64, i32) -> Status,
}

#[link(name = "llmsys")]
extern "C" {
    pub fn lls_register_matmul(what: *const Registration, kernel: *const MatmulKernel) -> Status;
    pub fn lls_register_activation(what: *const Registration, kernel: *const ActivationKernel) -> Status;
    fn lls_fail(status: Status, error: *const c_char, why: *const c_char, fix: *const c_char) -> Status;
}

/// Sets this thread's error text and returns the status.
pub fn fail(status: Status, error: &CStr, why: &CStr, fix: &CStr) -> Status {
    // SAFETY: the texts end with 0 and are copied during the call.
    unsafe { lls_fail(status, error.as_ptr(), why.as_ptr(), fix.as_ptr()) }
}

/// Runs a body that may panic: a panic must not cross into C.
pub fn guarded(body: impl FnOnce() -> Status) -> Status {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(body))
        .unwrap_or_else(|_| fail(LLS_INTERNAL, c"the plug-in made a mistake", c"it panicked", c"report it to its author"))
}

/// Refuses another version of llmsys.h, else registers.
pub fn registered(version: u32, register: impl FnOnce() -> Status) -> Status {
    guarded(|| match version {
        ABI_VERSION => register(),
        _ => fail(LLS_INVALID, c"the plug-in was built for another version of llmsys.h", c"the versions must be equal", c"build it again"),
    })
}
