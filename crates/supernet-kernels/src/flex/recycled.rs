//! Memory of results that is used again.
//!
//! A large allocation goes back to the system when it is freed, and comes back as pages that the
//! system must clear and map one by one when they are first touched: for activations of a megabyte
//! that costs about half of what computing them costs. So blocks that tensors give back are kept
//! for the next ones.
//!
//! A block serves for what is at least half its size: under path dropout every step asks for other
//! sizes, and blocks of the very size are rarely there.
//!
//! What is kept is bounded: blocks in use and blocks that wait are together at most a sixteenth
//! more than was in use at a time lately, and 64 MiB where that is little. Memory therefore peaks
//! about where it would without.

use std::{
    collections::BTreeMap,
    mem::MaybeUninit,
    sync::{Mutex, MutexGuard, PoisonError},
};

use super::block::Block;
use burn_std::{AccessError, AccessPolicy, AllocationController, AllocationProperty, Bytes};

/// Bytes of the smallest block. Smaller results come from the allocator, which is quick for them;
/// where a system gives no pages, all do.
const SMALL: usize = if cfg!(any(unix, windows)) { 32 << 10 } else { usize::MAX };

/// Blocks that wait to be used again, and how much is in use, in bytes.
struct Shelf {
    /// By size.
    waiting: BTreeMap<usize, Vec<Block>>,
    waits: usize,
    used: usize,
    /// The most that was in use at a time in this spell and in the one before.
    most_used: [usize; 2],
    /// Blocks given back in this spell.
    given: usize,
}

static SHELF: Mutex<Shelf> = Mutex::new(Shelf::new());

impl Shelf {
    /// Blocks given back after which an earlier need counts no more: some training steps.
    const SPELL: usize = 1 << 14;

    const fn new() -> Self {
        Self { waiting: BTreeMap::new(), waits: 0, used: 0, most_used: [0; 2], given: 0 }
    }

    fn lock() -> MutexGuard<'static, Self> {
        // The numbers are right at every point where a panic could be.
        SHELF.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How much may be in use and wait. At a bound without play, blocks of a size that is not
    /// needed would make room, with each need, for those of another.
    fn bound(&self) -> usize {
        const LITTLE: usize = 64 << 20;
        let most = self.most_used[0].max(self.most_used[1]);
        (most + most / 16).max(LITTLE)
    }

    /// The smallest block that waits and has `size` bytes, but at most twice as many. It counts as
    /// used, and so does what comes from the system instead.
    fn take(&mut self, size: usize) -> Option<Block> {
        let fit = self.waiting.range_mut(size..=2 * size).find_map(|(_, blocks)| blocks.pop());
        let taken = fit.as_ref().map_or(size, |block| block.len());
        self.used += taken;
        self.most_used[0] = self.most_used[0].max(self.used);
        match fit {
            Some(_) => self.waits -= taken,
            None => self.shrink(),
        }
        fit
    }

    fn give(&mut self, block: Block) {
        let size = block.len();
        self.used -= size;
        self.waits += size;
        self.waiting.entry(size).or_default().push(block);
        self.given += 1;
        if self.given == Self::SPELL {
            self.given = 0;
            self.most_used = [self.used, self.most_used[0]];
        }
        self.shrink();
    }

    /// Frees what is more than [`Shelf::bound`], the largest blocks first.
    fn shrink(&mut self) {
        let bound = self.bound();
        while self.used + self.waits > bound {
            let Some(mut largest) = self.waiting.last_entry() else { return };
            match largest.get_mut().pop() {
                Some(_) => self.waits -= *largest.key(),
                None => {
                    largest.remove();
                }
            }
        }
    }
}

/// A block that a tensor holds, none once it is given back, and how much of it the tensor needs.
struct Recycled {
    block: Option<Block>,
    bytes: usize,
}

impl Recycled {
    /// # Panics
    /// If the system has no memory left.
    fn of_bytes(bytes: usize) -> Self {
        let size = class(bytes);
        let waiting = Shelf::lock().take(size);
        let fresh = || Block::of_size(size).unwrap_or_else(|error| panic!("{size} bytes of memory: {error}"));
        let block = waiting.unwrap_or_else(fresh);
        block.open(bytes);
        Self { block: Some(block), bytes }
    }

    fn block(&self) -> &Block {
        self.block.as_ref().expect("given back by `drop` alone")
    }

    fn block_mut(&mut self) -> &mut Block {
        self.block.as_mut().expect("given back by `drop` alone")
    }
}

impl Drop for Recycled {
    fn drop(&mut self) {
        if let Some(block) = self.block.take() {
            block.close();
            Shelf::lock().give(block);
        }
    }
}

impl AllocationController for Recycled {
    fn alloc_align(&self) -> usize {
        // Pages are aligned better; nobody needs to know.
        align_of::<u128>()
    }

    fn property(&self) -> AllocationProperty {
        AllocationProperty::Other
    }

    fn memory(&self, _: AccessPolicy) -> Result<&[MaybeUninit<u8>], AccessError> {
        let block = self.block();
        // SAFETY: the block has as many bytes, and bytes are `MaybeUninit` bytes.
        Ok(unsafe { std::slice::from_raw_parts(block.as_ptr().cast(), self.bytes) })
    }

    unsafe fn memory_mut(&mut self, _: AccessPolicy) -> Result<&mut [MaybeUninit<u8>], AccessError> {
        let bytes = self.bytes;
        // SAFETY: the block has as many bytes, and the caller writes initialised ones only.
        Ok(unsafe { std::slice::from_raw_parts_mut(self.block_mut().as_mut_ptr().cast(), bytes) })
    }
}

/// `len` numbers that `fill` writes.
///
/// # Safety
/// `fill` writes every one.
pub(super) unsafe fn filled(len: usize, fill: impl FnOnce(*mut f32)) -> Bytes {
    let bytes = len * size_of::<f32>();
    if bytes < SMALL {
        // SAFETY: the caller's.
        return Bytes::from_elems(unsafe { written(len, fill) });
    }
    let mut block = Recycled::of_bytes(bytes);
    fill(block.block_mut().as_mut_ptr().cast());
    // SAFETY: the block has as many bytes and `fill` has written them.
    unsafe { Bytes::from_controller(Box::new(block), bytes) }
}

/// `len` numbers that `fill` writes, in memory of the allocator's.
///
/// # Safety
/// `fill` writes every one.
pub(super) unsafe fn written(len: usize, fill: impl FnOnce(*mut f32)) -> Vec<f32> {
    let mut numbers = Vec::with_capacity(len);
    fill(numbers.as_mut_ptr());
    // SAFETY: the capacity is there and `fill` has written it.
    unsafe { numbers.set_len(len) };
    numbers
}

/// The size of the block for so many bytes: an eighth more at most, so that sizes that are close
/// share blocks.
fn class(bytes: usize) -> usize {
    bytes.next_multiple_of(1 << bytes.ilog2().saturating_sub(3))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{sync::mpsc, thread};

    fn block(shelf: &mut Shelf, size: usize) -> Block {
        shelf.take(size).unwrap_or_else(|| Block::of_size(size).unwrap())
    }

    #[test]
    fn a_block_that_is_given_back_is_used_again() {
        let shelf = &mut Shelf::new();
        let first = block(shelf, 1 << 16);
        let start = first.as_ptr();
        shelf.give(first);
        let second = block(shelf, 1 << 16);
        assert_eq!(second.as_ptr(), start);
    }

    /// Results of several threads at once, each given to another thread, which gives it back.
    #[test]
    fn no_two_results_share_a_block_whichever_threads_hold_them() {
        const THREADS: usize = 4;
        const ROUNDS: usize = 100;
        let mark = |thread: usize, round: usize| (thread * ROUNDS + round) as f32;
        let result = |thread: usize, round: usize| {
            let len = SMALL / 4 + (thread * 7 + round * 13) % 20 * 1_000;
            // SAFETY: all are written.
            unsafe { filled(len, |to| (0..len).for_each(|i| to.add(i).write(mark(thread, round)))) }
        };
        let is_whole = |bytes: &Bytes, mark: f32| bytes.chunks_exact(4).all(|number| number == mark.to_ne_bytes());
        let (mut senders, receivers): (Vec<_>, Vec<_>) = (0..THREADS).map(|_| mpsc::channel::<Bytes>()).unzip();
        senders.rotate_left(1);
        thread::scope(|scope| {
            for (thread, (next, before)) in senders.into_iter().zip(receivers).enumerate() {
                scope.spawn(move || {
                    for round in 0..ROUNDS {
                        let own = result(thread, round);
                        thread::yield_now();
                        assert!(is_whole(&own, mark(thread, round)), "thread {thread}, round {round}");
                        next.send(own).expect("all threads do as many rounds");
                        let other = before.recv().expect("all threads do as many rounds");
                        assert!(is_whole(&other, mark((thread + THREADS - 1) % THREADS, round)), "round {round}");
                    }
                });
            }
        });
    }

    #[test]
    fn the_smallest_block_that_is_large_enough_is_used_for_less() {
        let shelf = &mut Shelf::new();
        let blocks = [6, 5, 3].map(|sixteenths| block(shelf, sixteenths << 16));
        blocks.into_iter().for_each(|block| shelf.give(block));
        let taken = shelf.take(4 << 16).expect("one waits");
        assert_eq!((taken.len(), shelf.used, shelf.waits), (5 << 16, 5 << 16, 9 << 16));
        shelf.give(taken);
        assert_eq!((shelf.used, shelf.waits), (0, 14 << 16));
        assert!(shelf.take(3 << 15).is_some_and(|block| block.len() == 3 << 16), "twice as large");
        assert!(shelf.take(2 << 16).is_none(), "more than twice as large");
    }

    #[test]
    fn little_more_is_held_than_was_in_use_at_a_time() {
        let shelf = &mut Shelf::new();
        let (mut used_at_once, mut held) = (0, 0);
        for round in 0..100 {
            let sizes = [(40 << 20) + round, 400 << 20, 70 << 20];
            let blocks: Vec<Block> = sizes.into_iter().map(|size| block(shelf, size)).collect();
            used_at_once = used_at_once.max(sizes.iter().sum::<usize>());
            blocks.into_iter().for_each(|block| shelf.give(block));
            held = shelf.waiting.values().flatten().map(|block| block.len()).sum();
            assert!(shelf.used == 0 && shelf.waits == held, "round {round}: {held} bytes");
            assert!(held <= used_at_once + used_at_once / 16, "round {round}: {held} bytes");
        }
        assert!(held > 400 << 20);
    }

    #[test]
    fn an_earlier_need_is_forgotten() {
        let shelf = &mut Shelf::new();
        let large = block(shelf, 1 << 30);
        shelf.give(large);
        assert_eq!(shelf.waits, 1 << 30);
        for _ in 0..2 * Shelf::SPELL {
            let small = block(shelf, SMALL);
            shelf.give(small);
        }
        assert_eq!(shelf.waits, SMALL);
    }

    #[test]
    fn sizes_are_rounded_by_an_eighth_at_most() {
        for bytes in (SMALL..100 * SMALL).step_by(1234) {
            let class = class(bytes);
            assert!(class >= bytes && (class - bytes) * 8 <= bytes, "{bytes} bytes in {class}");
        }
        assert!((1..=15).all(|ghosts| class(ghosts * SMALL) == ghosts * SMALL));
    }
}
