//! The largest piece of memory that a thread asks for at once.

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
};

/// The system's allocator, which notes the largest piece that a thread asked for. A test makes it
/// its `#[global_allocator]`.
pub struct Noting;

thread_local! {
    static LARGEST: Cell<usize> = const { Cell::new(0) };
}

/// What `read` gives, and the largest piece that it asked for, in bytes.
pub fn largest_piece<R>(read: impl FnOnce() -> R) -> (R, usize) {
    LARGEST.set(0);
    let result = read();
    (result, LARGEST.get())
}

fn note(size: usize) {
    // A thread that ends has no cell any more.
    LARGEST.try_with(|largest| largest.set(largest.get().max(size))).ok();
}

// SAFETY: every call is passed on to the system's allocator as it is.
unsafe impl GlobalAlloc for Noting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        note(layout.size());
        // SAFETY: the caller's.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        note(layout.size());
        // SAFETY: the caller's.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        note(size);
        // SAFETY: the caller's.
        unsafe { System.realloc(pointer, layout, size) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller's.
        unsafe { System.dealloc(pointer, layout) }
    }
}
