//! What went wrong, why, and what to do; and the wall that every C function of this crate stands behind.

use std::any::Any;
use std::ffi::CString;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::c;

/// `lls_status` of llmsys.h.
pub type Status = i32;

pub const OK: Status = 0;
pub const INVALID: Status = 1;
pub const SHAPE: Status = 2;
pub const NOT_FOUND: Status = 3;
pub const FILE: Status = 4;
pub const OUT_OF_MEMORY: Status = 5;
pub const UNSUPPORTED: Status = 6;
#[cfg(test)]
pub const NUMERIC_FOR_TESTS: Status = 7;
pub const CANCELLED: Status = 8;
pub const STATE: Status = 9;
pub const INTERNAL: Status = 10;

#[derive(Clone, Debug)]
pub struct Fault {
    pub status: Status,
    pub what: String,
    pub why: String,
    pub fix: String,
}

impl Fault {
    pub fn new(status: Status, what: impl Into<String>, why: impl Into<String>, fix: impl Into<String>) -> Fault {
        Fault { status, what: what.into(), why: why.into(), fix: fix.into() }
    }

    pub fn null(function: &str, name: &str) -> Fault {
        Fault::new(INVALID, format!("{function} got null for {name}"), "it is read or written", "pass an address")
    }

    pub fn panicked(payload: &(dyn Any + Send)) -> Fault {
        let text = payload.downcast_ref::<&str>().map(|s| s.to_string()).or_else(|| payload.downcast_ref::<String>().cloned());
        let why = text.unwrap_or_else(|| "a panic that says nothing".into());
        Fault::new(INTERNAL, "the memory layer made a mistake", why, "report it with what you called")
    }

    /// From the three lines that `lls_last_error` tells.
    pub fn from_lines(status: Status, text: &str) -> Fault {
        let line = |label: &str| text.lines().find_map(|l| l.strip_prefix(label)).unwrap_or("").to_string();
        Fault::new(status, line("error: "), line("why: "), line("fix: "))
    }

    /// Becomes the error text of this thread.
    pub fn tell(&self) -> Status {
        let text = |s: &str| CString::new(s.replace(['\0', '\n', '\r'], " ")).unwrap_or_default();
        let (what, why, fix) = (text(&self.what), text(&self.why), text(&self.fix));
        // SAFETY: three terminated texts that live during the call.
        unsafe { c::lls_fail(self.status, what.as_ptr(), why.as_ptr(), fix.as_ptr()) }
    }
}

/// A body whose panic is an LLS_INTERNAL like any other fault.
pub fn caught<T>(body: impl FnOnce() -> Result<T, Fault>) -> Result<T, Fault> {
    catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|payload| Err(Fault::panicked(payload.as_ref())))
}

/// The body of a C function: no panic leaves it.
pub fn guarded(body: impl FnOnce() -> Result<(), Fault>) -> Status {
    match caught(body) {
        Ok(()) => OK,
        // Telling allocates texts: what should fail there must not unwind out either.
        Err(fault) => catch_unwind(AssertUnwindSafe(|| fault.tell())).unwrap_or(INTERNAL),
    }
}

/// What the caller wants written: an error when it is null. The value goes there with [`Place::set`].
pub struct Place<T>(*mut T);

impl<T> Place<T> {
    pub fn of(pointer: *mut T, function: &str, name: &str) -> Result<Place<T>, Fault> {
        if pointer.is_null() { Err(Fault::null(function, name)) } else { Ok(Place(pointer)) }
    }

    /// # Safety
    /// The caller of the C function promised room for one T.
    pub unsafe fn set(&self, value: T) {
        unsafe { self.0.write(value) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_a_status_with_its_text() {
        assert_eq!(guarded(|| panic!("the number {} is odd", 7)), INTERNAL);
        assert!(c::last_error().contains("the number 7 is odd"), "{}", c::last_error());
        assert_eq!(guarded(|| Err(Fault::new(FILE, "a\0b", "c\nd", "e"))), FILE);
        assert_eq!(c::last_error(), "error: a b\nwhy: c d\nfix: e");
        assert_eq!(guarded(|| Ok(())), OK);
    }

    #[test]
    fn three_lines_are_read_back() {
        let fault = Fault::from_lines(SHAPE, "error: what\nwhy: because\nfix: do");
        assert_eq!((fault.status, &fault.what[..], &fault.why[..], &fault.fix[..]), (SHAPE, "what", "because", "do"));
    }
}
