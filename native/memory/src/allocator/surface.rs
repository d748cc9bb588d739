//! lls_allocate, lls_free, lls_memory_*, lls_arena_*.
//!
//! # Safety
//! Of all functions: pointers are null or what llmsys.h asks for, and live during the call.

use std::ffi::{CStr, c_char, c_void};
use std::sync::Arc;

use super::MemoryStats;
use super::arena::Arena;
use super::memory::memory;
use crate::fault::{Fault, INVALID, Place, Status, guarded};
use crate::handles::Handles;

static ARENAS: Handles<Arena> = Handles::new("arena");

/// "" for null.
unsafe fn bytes_of<'a>(text: *const c_char) -> &'a [u8] {
    if text.is_null() { b"" } else { unsafe { CStr::from_ptr(text) }.to_bytes() }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn lls_allocate(bytes: i64, owner: *const c_char, memory_out: *mut *mut c_void) -> Status {
    guarded(|| unsafe {
        let place = Place::of(memory_out, "lls_allocate", "memory")?;
        place.set(memory().allocate(bytes, bytes_of(owner))?.as_ptr().cast());
        Ok(())
    })
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn lls_free(memory_in: *mut c_void) -> Status {
    guarded(|| if memory_in.is_null() { Ok(()) } else { memory().free(memory_in.cast()) })
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn lls_memory_total(stats: *mut MemoryStats) -> Status {
    guarded(|| unsafe {
        Place::of(stats, "lls_memory_total", "stats")?.set(memory().stats());
        Ok(())
    })
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn lls_memory_owners(count: *mut i32) -> Status {
    guarded(|| unsafe {
        Place::of(count, "lls_memory_owners", "count")?.set(memory().owner_count() as i32);
        Ok(())
    })
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn lls_memory_owner(index: i32, owner: *mut c_char, capacity: i32, stats: *mut MemoryStats) -> Status {
    guarded(|| unsafe {
        Place::of(owner, "lls_memory_owner", "owner")?;
        let place = Place::of(stats, "lls_memory_owner", "stats")?;
        let found = usize::try_from(index).ok().filter(|_| capacity > 0).and_then(|i| memory().owner(i));
        let Some((name, counts)) = found else {
            return Err(Fault::new(
                INVALID,
                format!("lls_memory_owner got index {index} and capacity {capacity}"),
                format!("there are {} owners", memory().owner_count()),
                "count up to what lls_memory_owners tells, with room for 64 bytes",
            ));
        };
        let length = name.len().min(capacity as usize - 1);
        owner.cast::<u8>().copy_from_nonoverlapping(name.as_ptr(), length);
        owner.add(length).write(0);
        place.set(counts);
        Ok(())
    })
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn lls_memory_reserve(bytes: i64, owner: *const c_char) -> Status {
    guarded(|| unsafe { memory().reserve(bytes, bytes_of(owner)) })
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn lls_memory_release(bytes: i64, owner: *const c_char) -> Status {
    guarded(|| unsafe { memory().release(bytes, bytes_of(owner)) })
}

#[unsafe(no_mangle)]
pub extern "C" fn lls_memory_limit(bytes: i64) -> Status {
    guarded(|| memory().set_limit(bytes))
}

#[unsafe(no_mangle)]
pub extern "C" fn lls_memory_fail_at(n: i64) -> Status {
    guarded(|| {
        memory().fail_at(n);
        Ok(())
    })
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn lls_arena_open(bytes: i64, owner: *const c_char, arena: *mut u64) -> Status {
    guarded(|| unsafe {
        let place = Place::of(arena, "lls_arena_open", "arena")?;
        place.set(ARENAS.add(Arc::new(Arena::new(bytes, bytes_of(owner))?)));
        Ok(())
    })
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn lls_arena_allocate(arena: u64, bytes: i64, memory_out: *mut *mut c_void) -> Status {
    guarded(|| unsafe {
        let place = Place::of(memory_out, "lls_arena_allocate", "memory")?;
        place.set(ARENAS.get(arena)?.allocate(bytes)?.cast());
        Ok(())
    })
}

#[unsafe(no_mangle)]
pub extern "C" fn lls_arena_reset(arena: u64) -> Status {
    guarded(|| {
        ARENAS.get(arena)?.reset();
        Ok(())
    })
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn lls_arena_used(arena: u64, used: *mut i64, capacity: *mut i64) -> Status {
    guarded(|| unsafe {
        let used = Place::of(used, "lls_arena_used", "used")?;
        let capacity = Place::of(capacity, "lls_arena_used", "capacity")?;
        let arena = ARENAS.get(arena)?;
        used.set(arena.used());
        capacity.set(arena.capacity());
        Ok(())
    })
}

#[unsafe(no_mangle)]
pub extern "C" fn lls_arena_close(arena: u64) -> Status {
    guarded(|| ARENAS.take(arena).map(drop))
}
