//! Memory of results that is used again.
//!
//! A large allocation goes back to the system when it is freed, and comes back as pages that the system must clear and map one by one
//! when they are first touched: for activations of a megabyte that costs about half of what computing them costs. So blocks that
//! tensors give back are kept for the next ones.
//!
//! What is kept is bounded: blocks in use and blocks that wait are together never more than the most that was in use at a time
//! lately. Memory therefore peaks where it would without.

use std::{
    collections::BTreeMap,
    mem::MaybeUninit,
    sync::{Mutex, MutexGuard, PoisonError},
};

use burn_std::{AccessError, AccessPolicy, AllocationController, AllocationProperty, Bytes};

/// A cache line.
#[derive(Clone, Copy)]
#[repr(align(64))]
pub(super) struct Line {
    _bytes: [MaybeUninit<u8>; 64],
}

impl Line {
    pub(super) const ZERO: Self = Self { _bytes: [MaybeUninit::new(0); 64] };
}

/// Memory of a number of lines, of any content.
type Block = Vec<Line>;

/// Results of fewer lines come from the allocator, which is quick for small ones.
const SMALL: usize = 512;

/// Blocks that wait to be used again, and how much is in use.
struct Shelf {
    /// By number of lines.
    waiting: BTreeMap<usize, Vec<Block>>,
    waiting_lines: usize,
    used_lines: usize,
    /// The most that was in use at a time in this spell and in the one before.
    most_used: [usize; 2],
    /// Blocks given back in this spell.
    given: usize,
}

static SHELF: Mutex<Shelf> =
    Mutex::new(Shelf { waiting: BTreeMap::new(), waiting_lines: 0, used_lines: 0, most_used: [0; 2], given: 0 });

impl Shelf {
    /// Blocks given back after which an earlier need counts no more: some training steps.
    const SPELL: usize = 1 << 14;

    fn lock() -> MutexGuard<'static, Self> {
        // The numbers are right at every point where a panic could be.
        SHELF.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&mut self, lines: usize) -> Option<Block> {
        self.used_lines += lines;
        self.most_used[0] = self.most_used[0].max(self.used_lines);
        let block = self.waiting.get_mut(&lines).and_then(Vec::pop);
        match block {
            Some(_) => self.waiting_lines -= lines,
            None => self.shrink(),
        }
        block
    }

    fn give(&mut self, block: Block) {
        let lines = block.capacity();
        self.used_lines -= lines;
        self.waiting_lines += lines;
        self.waiting.entry(lines).or_default().push(block);
        self.given += 1;
        if self.given == Self::SPELL {
            self.given = 0;
            self.most_used = [self.used_lines, self.most_used[0]];
        }
        self.shrink();
    }

    /// Frees what is more than was needed lately, the largest blocks first.
    fn shrink(&mut self) {
        let most = self.most_used[0].max(self.most_used[1]);
        while self.used_lines + self.waiting_lines > most {
            let Some(mut largest) = self.waiting.last_entry() else { return };
            match largest.get_mut().pop() {
                Some(_) => self.waiting_lines -= *largest.key(),
                None => {
                    largest.remove();
                }
            }
        }
    }
}

/// A block that a tensor holds.
struct Recycled(Block);

impl Drop for Recycled {
    fn drop(&mut self) {
        Shelf::lock().give(std::mem::take(&mut self.0));
    }
}

impl AllocationController for Recycled {
    fn alloc_align(&self) -> usize {
        // Lines are aligned better; nobody needs to know.
        align_of::<u128>()
    }

    fn property(&self) -> AllocationProperty {
        AllocationProperty::Other
    }

    fn memory(&self, _: AccessPolicy) -> Result<&[MaybeUninit<u8>], AccessError> {
        let len = self.0.capacity() * size_of::<Line>();
        // SAFETY: the block has the capacity, and any content is a `MaybeUninit`.
        Ok(unsafe { std::slice::from_raw_parts(self.0.as_ptr().cast(), len) })
    }

    unsafe fn memory_mut(&mut self, _: AccessPolicy) -> Result<&mut [MaybeUninit<u8>], AccessError> {
        let len = self.0.capacity() * size_of::<Line>();
        // SAFETY: as above, and `self` is borrowed mutably.
        Ok(unsafe { std::slice::from_raw_parts_mut(self.0.as_mut_ptr().cast(), len) })
    }
}

/// `len` numbers that `fill` writes.
///
/// # Safety
/// `fill` writes every one.
pub(super) unsafe fn filled(len: usize, fill: impl FnOnce(*mut f32)) -> Bytes {
    let lines = class(len.div_ceil(size_of::<Line>() / size_of::<f32>()));
    if lines < SMALL {
        let mut numbers = Vec::<f32>::with_capacity(len);
        fill(numbers.as_mut_ptr());
        // SAFETY: the capacity is there and `fill` has written it.
        unsafe { numbers.set_len(len) };
        return Bytes::from_elems(numbers);
    }
    let waiting = Shelf::lock().take(lines);
    let mut block = Recycled(waiting.unwrap_or_else(|| Vec::with_capacity(lines)));
    fill(block.0.as_mut_ptr().cast());
    // SAFETY: the block has as many bytes and `fill` has written them.
    unsafe { Bytes::from_controller(Box::new(block), len * size_of::<f32>()) }
}

/// The lines of the block for `lines` lines: an eighth more at most, so that sizes that are close share blocks.
fn class(lines: usize) -> usize {
    let step = (lines.max(1).ilog2().saturating_sub(3)) as usize;
    lines.next_multiple_of(1 << step)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shelf() -> Shelf {
        Shelf { waiting: BTreeMap::new(), waiting_lines: 0, used_lines: 0, most_used: [0; 2], given: 0 }
    }

    fn block(shelf: &mut Shelf, lines: usize) -> Block {
        shelf.take(lines).unwrap_or_else(|| Vec::with_capacity(lines))
    }

    #[test]
    fn a_block_that_is_given_back_is_used_again() {
        let shelf = &mut shelf();
        let first = block(shelf, 1000);
        let start = first.as_ptr();
        shelf.give(first);
        let second = block(shelf, 1000);
        assert_eq!(second.as_ptr(), start);
    }

    #[test]
    fn no_more_is_held_than_was_in_use_at_a_time() {
        let shelf = &mut shelf();
        for round in 0..100 {
            let sizes = [600 + round, 4000, 700];
            let blocks: Vec<Block> = sizes.into_iter().map(|lines| block(shelf, lines)).collect();
            blocks.into_iter().for_each(|block| shelf.give(block));
            let most = 600 + round + 4000 + 700;
            assert!(shelf.used_lines == 0 && shelf.waiting_lines <= most, "round {round}: {}", shelf.waiting_lines);
            let waiting: usize = shelf.waiting.values().flatten().map(Vec::capacity).sum();
            assert_eq!(waiting, shelf.waiting_lines);
        }
    }

    #[test]
    fn an_earlier_need_is_forgotten() {
        let shelf = &mut shelf();
        let large = block(shelf, 1 << 20);
        shelf.give(large);
        assert_eq!(shelf.waiting_lines, 1 << 20);
        for _ in 0..2 * Shelf::SPELL {
            let small = block(shelf, 512);
            shelf.give(small);
        }
        assert_eq!(shelf.waiting_lines, 512);
    }

    #[test]
    fn sizes_are_rounded_by_an_eighth_at_most() {
        for lines in 1..5000 {
            let class = class(lines);
            assert!(class >= lines && (class - lines) * 8 <= lines, "{lines} lines in {class}");
        }
        assert!((1..=15).all(|ghosts| class(ghosts * 2048) == ghosts * 2048));
    }
}
