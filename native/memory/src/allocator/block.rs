//! A block of the allocator that goes back by itself, for this crate's own large things.

use std::ptr::NonNull;

use super::memory::memory;
use crate::fault::{Fault, INVALID};

/// `count` zeros of a plain type.
pub struct Block<T: Plain> {
    data: NonNull<T>,
    count: usize,
}

/// Types of which all bits are values, zero too.
///
/// # Safety
/// Zeroed bytes are a value, there is nothing to drop, and the alignment is at most 64.
pub unsafe trait Plain: Copy {}
unsafe impl Plain for u8 {}
unsafe impl Plain for i32 {}
unsafe impl Plain for f32 {}

// SAFETY: it owns its memory, as a Vec does.
unsafe impl<T: Plain + Send> Send for Block<T> {}
unsafe impl<T: Plain + Sync> Sync for Block<T> {}

impl<T: Plain> Block<T> {
    pub fn new(count: usize, owner: &str) -> Result<Block<T>, Fault> {
        let bytes = count.checked_mul(size_of::<T>()).and_then(|n| i64::try_from(n).ok());
        let bytes = bytes
            .ok_or_else(|| Fault::new(INVALID, format!("{count} elements of {owner} are too many"), "they cannot be addressed", "ask for fewer"))?;
        let data = memory().allocate(bytes, owner.as_bytes())?.cast::<T>();
        // SAFETY: the memory is that large, and zeros are values.
        unsafe { data.as_ptr().write_bytes(0, count) };
        Ok(Block { data, count })
    }
}

impl<T: Plain> std::ops::Deref for Block<T> {
    type Target = [T];
    fn deref(&self) -> &[T] {
        // SAFETY: `count` values that live as long as self.
        unsafe { std::slice::from_raw_parts(self.data.as_ptr(), self.count) }
    }
}

impl<T: Plain> std::ops::DerefMut for Block<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        // SAFETY: as above, and self is borrowed alone.
        unsafe { std::slice::from_raw_parts_mut(self.data.as_ptr(), self.count) }
    }
}

impl<T: Plain> Drop for Block<T> {
    fn drop(&mut self) {
        let freed = memory().free(self.data.as_ptr().cast());
        debug_assert!(freed.is_ok());
    }
}
