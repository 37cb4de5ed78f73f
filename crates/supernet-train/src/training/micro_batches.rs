//! In how many parts a step is computed, so that it fits in memory: parts of whole ghost batches.

/// The next larger number of equal parts of `ghosts` ghost batches; none beyond one for each.
pub(crate) fn more_parts(ghosts: usize, parts: usize) -> Option<usize> {
    (parts + 1..=ghosts).find(|&parts| ghosts.is_multiple_of(parts))
}

/// The fewest parts, at least `parts`, that take half of the memory that is available: `each` bytes
/// for a ghost batch. The other half is for what a ghost batch does not tell: momenta, sums of
/// gradients, memory that is kept for results of other sizes. Where nothing fits, one ghost batch
/// each.
pub(crate) fn parts_that_fit(ghosts: usize, parts: usize, each: u64, available: u64) -> usize {
    let fits = |parts: usize| each.saturating_mul((ghosts / parts) as u64) <= available / 2;
    let mut parts = parts;
    while let (false, Some(more)) = (fits(parts), more_parts(ghosts, parts)) {
        parts = more;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_divisors_of_the_ghost_batches() {
        assert_eq!(
            [1, 2, 3, 4, 6, 12].map(|parts| more_parts(12, parts)),
            [Some(2), Some(3), Some(4), Some(6), Some(12), None]
        );
    }

    #[test]
    fn a_step_is_split_until_it_fits_and_never_below_one_ghost_batch_or_what_was_asked_for() {
        assert_eq!(parts_that_fit(8, 1, 10, 160), 1);
        assert_eq!(parts_that_fit(8, 1, 10, 159), 2);
        assert_eq!(parts_that_fit(8, 1, 10, 50), 4);
        assert_eq!(parts_that_fit(8, 4, 10, 800), 4);
        assert_eq!(parts_that_fit(8, 1, 10, 3), 8);
    }
}
