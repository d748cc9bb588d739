//! The allocator of `native/memory`, from the same files, without what needs threads and sockets (the pipeline, the server).

#[allow(dead_code, unused_imports)] // what only the pipeline and the server use
#[path = "../../../native/memory/src/allocator/mod.rs"]
mod allocator;
#[allow(dead_code)]
#[path = "../../../native/memory/src/fault.rs"]
mod fault;
#[path = "../../../native/memory/src/handles.rs"]
mod handles;

/// The engine's functions that the allocator calls, by llmsys.h.
mod c {
    use std::ffi::c_char;

    unsafe extern "C" {
        pub fn lls_fail(status: i32, error: *const c_char, why: *const c_char, fix: *const c_char) -> i32;
    }
}
