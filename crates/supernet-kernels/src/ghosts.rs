//! How the rows of a batch are cut into ghost batches, and lists of ghost batches.
//!
//! A batch of `groups` ghost batches of `n` images has `groups * n` rows; ghost batch `g` is rows
//! `g * n .. (g + 1) * n`. A list names ghost batches by index, sorted and distinct. A *compact*
//! tensor holds only the rows of a list, in its order.

/// The cut of a batch into ghost batches of equal size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ghosts {
    /// Number of ghost batches.
    pub groups: usize,
    /// Rows (images) in each.
    pub size: usize,
}

impl Ghosts {
    /// Cuts `rows` into `groups`; a batch without rows has no ghost batches.
    ///
    /// # Panics
    /// If `rows` is not `groups` times a size of at least one.
    pub fn cut(op: &str, rows: usize, groups: usize) -> Self {
        if rows == 0 && groups == 0 {
            return Self { groups: 0, size: 1 };
        }
        assert!(
            groups > 0 && rows > 0 && rows.is_multiple_of(groups),
            "{op}: {rows} rows cannot be cut into {groups} ghost batches of equal size"
        );
        Self { groups, size: rows / groups }
    }

    /// Checks that `on` is sorted and distinct and names only ghost batches that exist.
    ///
    /// # Panics
    /// If it is not.
    pub fn check(&self, op: &str, list: &str, on: &[u32]) {
        for pair in on.windows(2) {
            assert!(
                pair[0] < pair[1],
                "{op}: `{list}` must be sorted and distinct, found {} after {}",
                pair[1],
                pair[0]
            );
        }
        self.check_range(op, list, on);
    }

    /// Checks that `list` names only ghost batches that exist; order and repetition are free.
    ///
    /// # Panics
    /// If it does not.
    pub fn check_range(&self, op: &str, list: &str, on: &[u32]) {
        for &g in on {
            assert!((g as usize) < self.groups, "{op}: `{list}` names ghost batch {g} of {}", self.groups);
        }
    }
}

/// Which ghost batch of an input goes into which of an output, pair by pair; `write` is sorted and
/// distinct.
#[derive(Clone, Debug)]
pub struct Lists {
    /// Ghost batches of the input.
    pub read: Vec<u32>,
    /// Ghost batches of the output.
    pub write: Vec<u32>,
}

impl Lists {
    /// From the listed ghost batches to the same.
    pub(crate) fn same(on: &[u32]) -> Self {
        Self { read: on.to_vec(), write: on.to_vec() }
    }

    /// From the listed ghost batches to a compact result.
    pub(crate) fn compact(on: Vec<u32>) -> Self {
        Self { write: (0..on.len() as u32).collect(), read: on }
    }

    /// Returns what is read, sorted and distinct, and the place of each of `read` in it.
    pub(crate) fn read_once(&self) -> (Vec<u32>, Vec<u32>) {
        let mut on = self.read.clone();
        on.sort_unstable();
        on.dedup();
        let place = |ghost: &u32| on.binary_search(ghost).expect("it is among them") as u32;
        let places = self.read.iter().map(place).collect();
        (on, places)
    }

    /// Checks lists for an input of `rows_of_x` rows that is added to `rows` rows of `groups` ghost
    /// batches.
    ///
    /// # Panics
    /// If the rows cannot be cut, the lists differ in length, `write` is not sorted and distinct,
    /// or a ghost batch does not exist.
    pub(crate) fn checked(op: &str, [rows, rows_of_x]: [usize; 2], groups: usize, read: &[u32], write: &[u32]) -> Self {
        assert!(read.len() == write.len(), "{op}: `read` has {} entries, `write` {}", read.len(), write.len());
        let ghosts = Ghosts::cut(op, rows, groups);
        ghosts.check(op, "write", write);
        assert!(
            rows_of_x.is_multiple_of(ghosts.size),
            "{op}: {rows_of_x} rows of the input cannot be cut into ghost batches of {}",
            ghosts.size
        );
        let ghosts_of_x = Ghosts { groups: rows_of_x / ghosts.size, size: ghosts.size };
        ghosts_of_x.check_range(op, "read", read);
        Self { read: read.to_vec(), write: write.to_vec() }
    }
}

/// Checks that two tensors that are summed have the same shape.
///
/// # Panics
/// If they do not.
pub(crate) fn check_same(op: &str, acc: [usize; 4], x: [usize; 4]) {
    assert!(acc == x, "{op}: the accumulator has shape {acc:?}, the input {x:?}");
}
