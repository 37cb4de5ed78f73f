//! A block of pages from the system.
//!
//! Under AddressSanitizer (`.ci/sound` sets `--cfg supernet_asan`) a block may be touched only
//! while it is open, and only as far as it was opened: the sanitizer knows nothing of pages that
//! are kept, and would let through what reads a result that was given back, or writes beyond the
//! end of one.

use memmap2::MmapMut;
use std::io;

/// Bytes behind a block that are never open, so that it ends in them and not in its neighbour.
const GUARD: usize = if cfg!(supernet_asan) { 4096 } else { 0 };

/// Bytes of a huge page: of a block, whole ones are asked for, since a system that clears and maps
/// ordinary pages one by one takes as long for them as a kernel for its work.
const HUGE: usize = 2 << 20;

/// Pages of any content. What is freed goes back to the system at once: an allocator would keep
/// some of it beside what waits to be used again.
pub(super) struct Block {
    pages: MmapMut,
    size: usize,
}

impl Block {
    /// Takes `size` bytes from the system, closed.
    ///
    /// # Errors
    /// A system without memory.
    pub(super) fn of_size(size: usize) -> io::Result<Self> {
        // A system lays out such a length for huge pages; what is never touched takes no memory.
        let length = if size < HUGE { size + GUARD } else { (size + GUARD).next_multiple_of(HUGE) };
        let block = Self { pages: MmapMut::map_anon(length)?, size };
        #[cfg(target_os = "linux")]
        if size >= HUGE {
            // Where there are none, ordinary pages do.
            let _ = block.pages.advise_range(memmap2::Advice::HugePage, 0, size / HUGE * HUGE);
        }
        block.close();
        Ok(block)
    }

    /// Returns its size in bytes.
    pub(super) fn len(&self) -> usize {
        self.size
    }

    /// Lets its first `bytes` bytes be touched, and nothing behind them.
    pub(super) fn open(&self, bytes: usize) {
        shadow::forbid(self.as_ptr(), self.pages.len());
        shadow::allow(self.as_ptr(), bytes.min(self.size));
    }

    /// Lets nothing of it be touched.
    pub(super) fn close(&self) {
        shadow::forbid(self.as_ptr(), self.pages.len());
    }

    pub(super) fn as_ptr(&self) -> *const u8 {
        self.pages.as_ptr()
    }

    pub(super) fn as_mut_ptr(&mut self) -> *mut u8 {
        self.pages.as_mut_ptr()
    }
}

impl Drop for Block {
    fn drop(&mut self) {
        // Its addresses may be anyone's from now on.
        shadow::allow(self.as_ptr(), self.pages.len());
    }
}

#[cfg(supernet_asan)]
mod shadow {
    unsafe extern "C" {
        fn __asan_poison_memory_region(start: *const u8, size: usize);
        fn __asan_unpoison_memory_region(start: *const u8, size: usize);
        #[cfg(test)]
        fn __asan_address_is_poisoned(address: *const u8) -> i32;
    }

    pub(super) fn forbid(start: *const u8, size: usize) {
        // SAFETY: it changes the sanitizer's notes on these addresses alone, which are a block's.
        unsafe { __asan_poison_memory_region(start, size) }
    }

    pub(super) fn allow(start: *const u8, size: usize) {
        // SAFETY: as above.
        unsafe { __asan_unpoison_memory_region(start, size) }
    }

    #[cfg(test)]
    pub(super) fn is_forbidden(address: *const u8) -> bool {
        // SAFETY: it reads the sanitizer's notes alone.
        unsafe { __asan_address_is_poisoned(address) != 0 }
    }
}

#[cfg(not(supernet_asan))]
mod shadow {
    pub(super) fn forbid(_: *const u8, _: usize) {}

    pub(super) fn allow(_: *const u8, _: usize) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_is_as_large_as_it_was_asked_for() {
        let mut block = Block::of_size(5_000).unwrap();
        assert_eq!(block.len(), 5_000);
        block.open(5_000);
        // SAFETY: the block has as many bytes, and all are open.
        unsafe { block.as_mut_ptr().write_bytes(7, 5_000) };
    }

    #[cfg(supernet_asan)]
    #[test]
    fn only_what_is_open_may_be_touched() {
        let block = Block::of_size(1 << 14).unwrap();
        let forbidden = |block: &Block, at: usize| shadow::is_forbidden(block.as_ptr().wrapping_add(at));
        assert!(forbidden(&block, 0));
        block.open(10_004);
        let of = [0, 10_003, 10_004, (1 << 14) - 1, 1 << 14];
        assert_eq!(of.map(|at| forbidden(&block, at)), [false, false, true, true, true]);
        block.close();
        assert!(forbidden(&block, 0));
        let start = block.as_ptr();
        drop(block);
        assert!(!shadow::is_forbidden(start));
    }
}
