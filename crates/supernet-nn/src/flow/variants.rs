//! Equal computations on equal images are done once: which rows of a tensor each ghost batch reads.

use std::{collections::HashMap, hash::Hash};

/// The distinct *variants* of a tensor, each a run of as many rows, and which of them each ghost
/// batch reads.
///
/// While a supernet is trained every ghost batch has images of its own and so a variant of its own.
/// Candidates that are scored on the same images share what they have in common: a stem has one
/// variant, a block as many as there are different blocks on different inputs.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Variants {
    of: Vec<Option<u32>>,
    count: usize,
}

impl Variants {
    /// `count` variants, of which each ghost batch reads the one that `of` names.
    pub(crate) fn new(of: Vec<Option<u32>>, count: usize) -> Self {
        Self { of, count }
    }

    /// One for each ghost batch.
    pub(crate) fn each(ghosts: usize) -> Self {
        Self { of: (0..ghosts as u32).map(Some).collect(), count: ghosts }
    }

    /// One for all ghost batches.
    pub(crate) fn shared(ghosts: usize) -> Self {
        Self { of: vec![Some(0); ghosts], count: 1 }
    }

    /// One for each distinct key, in the order of first appearance, and the first ghost batch of
    /// each. A ghost batch without a key has no variant: the tensor does not exist for it.
    pub(crate) fn distinct<K: Hash + Eq>(keys: impl Iterator<Item = Option<K>>) -> (Self, Vec<usize>) {
        let (mut places, mut first) = (HashMap::new(), Vec::new());
        let of = keys.enumerate().map(|(ghost, key)| {
            let place = *places.entry(key?).or_insert_with(|| {
                first.push(ghost);
                first.len() as u32 - 1
            });
            Some(place)
        });
        let of = of.collect();
        (Self { of, count: first.len() }, first)
    }

    /// The variants that some ghost batch reads, sorted and distinct.
    pub(crate) fn list(&self) -> Vec<u32> {
        let mut list: Vec<u32> = self.of.iter().flatten().copied().collect();
        list.sort_unstable();
        list.dedup();
        list
    }

    /// The same with the variants `list` alone, sorted and distinct: variant i is `list[i]`. Each
    /// that is read is among them.
    pub(crate) fn within(&self, list: &[u32]) -> Self {
        if list.len() == self.count {
            return self.clone();
        }
        let place = |variant| list.binary_search(&variant).expect("it is among them") as u32;
        Self { of: self.of.iter().map(|of| of.map(place)).collect(), count: list.len() }
    }

    /// Number of variants.
    pub(crate) fn count(&self) -> usize {
        self.count
    }

    /// Number of ghost batches.
    pub(crate) fn ghosts(&self) -> usize {
        self.of.len()
    }

    /// The variant that a ghost batch reads.
    pub(crate) fn of(&self, ghost: usize) -> Option<u32> {
        self.of[ghost]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_keys_share_a_variant_and_a_ghost_batch_without_a_key_has_none() {
        let (variants, first) =
            Variants::distinct(["b", "a", "-", "b", "a"].map(|k| (k != "-").then_some(k)).into_iter());
        assert_eq!((0..5).map(|g| variants.of(g)).collect::<Vec<_>>(), [Some(0), Some(1), None, Some(0), Some(1)]);
        assert_eq!((variants.count(), first), (2, vec![0, 1]));
        let some = Variants::new(vec![Some(4), None, Some(1), Some(4)], 6);
        assert_eq!(some.list(), [1, 4]);
        assert_eq!(some.within(&[1, 4]).of, [Some(1), None, Some(0), Some(1)]);
    }
}
