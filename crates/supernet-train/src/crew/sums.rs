//! What workers find out together, of one exchange or two.
//!
//! Floats are summed along a fixed binary tree over *shares* of a step, so that the bits of a sum
//! depend on how many shares there are and not on how many workers.

use super::Workers;
use crate::TrainError;
use std::ops::Range;

/// Sends `bytes` to all and returns what each has sent, in the order of the workers.
///
/// # Errors
/// As [`Workers::exchange`].
pub fn gather(workers: &dyn Workers, bytes: Vec<u8>) -> Result<Vec<Vec<u8>>, TrainError> {
    workers.exchange(vec![bytes; workers.size()])
}

/// Sends what worker 0 has to all, in parcels that are small beside the memory of a machine, and
/// returns it.
///
/// # Errors
/// As [`Workers::exchange`].
pub fn broadcast(workers: &dyn Workers, bytes: Vec<u8>) -> Result<Vec<u8>, TrainError> {
    const PARCEL: usize = 64 << 20;
    let length = |bytes: &[u8]| (bytes.len() as u64).to_le_bytes().to_vec();
    let said = gather(workers, length(&bytes))?;
    let of_the_first = u64::from_le_bytes(said[0][..].try_into().map_err(|_| garbled(8, said[0].len()))?) as usize;
    let mut all = Vec::with_capacity(of_the_first);
    while all.len() < of_the_first {
        let end = of_the_first.min(all.len() + PARCEL);
        let parcel = if workers.rank() == 0 { bytes[all.len()..end].to_vec() } else { Vec::new() };
        all.extend_from_slice(&gather(workers, parcel)?[0]);
    }
    Ok(all)
}

/// The largest of the workers' numbers.
///
/// # Errors
/// As [`Workers::exchange`].
pub(crate) fn most(workers: &dyn Workers, number: u64) -> Result<u64, TrainError> {
    let said = gather(workers, number.to_le_bytes().to_vec())?;
    let number = |bytes: Vec<u8>| Ok(u64::from_le_bytes(bytes[..].try_into().map_err(|_| garbled(8, bytes.len()))?));
    Ok(said.into_iter().map(number).collect::<Result<Vec<u64>, TrainError>>()?.into_iter().max().unwrap_or(0))
}

/// Checks that all workers have the same `what`, whose digest is `digest`.
///
/// # Errors
/// The first worker that has another.
pub fn all_equal(workers: &dyn Workers, what: &str, digest: &str) -> Result<(), TrainError> {
    let said = gather(workers, digest.as_bytes().to_vec())?;
    match said.iter().position(|other| *other != said[0]) {
        None => Ok(()),
        Some(rank) => {
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            Err(TrainError::Crew {
                place: format!("{what} of worker {rank}"),
                found: text(&said[rank]),
                expected: format!(
                    "{}, as worker 0 has: the same program, data and processor class everywhere",
                    text(&said[0])
                ),
            })
        }
    }
}

/// Sums the floats of `shares` shares, element by element, along a fixed tree. Worker r holds the
/// parts of its neighbouring shares r·S/W to (r+1)·S/W, of `length` floats each; all get the sum.
///
/// Each worker sums one piece of the floats: the parts of it come from all, the sum goes to all.
///
/// # Errors
/// As [`Workers::exchange`].
pub(crate) fn ordered_sum(
    workers: &dyn Workers,
    shares: usize,
    length: usize,
    parts: Vec<Vec<f32>>,
) -> Result<Vec<f32>, TrainError> {
    let own = shares_of(workers.rank(), shares, workers.size());
    let mut tree = Tree::default();
    own.zip(parts).for_each(|(share, part)| tree.add(share, part));
    if workers.size() == 1 {
        return Ok(tree.sum());
    }
    let pieces: Vec<Range<usize>> = (0..workers.size()).map(|rank| piece(rank, length, workers.size())).collect();
    let parcel = |piece: &Range<usize>| {
        let nodes: Vec<&[f32]> = tree.nodes.iter().map(|node| &node.sum[piece.clone()]).collect();
        bytes_of(&nodes)
    };
    let parcels = workers.exchange(pieces.iter().map(parcel).collect())?;
    let own = pieces[workers.rank()].len();
    let mut all = Tree::default();
    for (rank, parcel) in parcels.iter().enumerate() {
        let nodes = nodes(shares_of(rank, shares, workers.size()));
        if parcel.len() != 4 * own * nodes.len() {
            return Err(garbled(4 * own * nodes.len(), parcel.len()));
        }
        for (i, (start, level)) in nodes.into_iter().enumerate() {
            all.join(Node { start, level, sum: floats_of(&parcel[4 * own * i..4 * own * (i + 1)]) });
        }
    }
    let sums = gather(workers, bytes_of(&[&all.sum()]))?;
    let sum: Vec<f32> = sums.iter().flat_map(|sum| floats_of(sum)).collect();
    if sum.len() == length { Ok(sum) } else { Err(garbled(length, sum.len())) }
}

/// The shares that a worker computes.
pub(crate) fn shares_of(rank: usize, shares: usize, size: usize) -> Range<usize> {
    rank * shares / size..(rank + 1) * shares / size
}

/// The floats that a worker sums.
fn piece(rank: usize, length: usize, size: usize) -> Range<usize> {
    rank * length / size..(rank + 1) * length / size
}

/// Bytes of floats, those of several slices one behind the other.
pub(crate) fn bytes_of(slices: &[&[f32]]) -> Vec<u8> {
    let mut bytes = vec![0; 4 * slices.iter().map(|floats| floats.len()).sum::<usize>()];
    let places = bytes.chunks_exact_mut(4).zip(slices.iter().copied().flatten());
    places.for_each(|(four, float)| four.copy_from_slice(&float.to_le_bytes()));
    bytes
}

/// Floats of bytes.
pub(crate) fn floats_of(bytes: &[u8]) -> Vec<f32> {
    bytes.chunks_exact(4).map(|four| f32::from_le_bytes(four.try_into().expect("four bytes"))).collect()
}

/// An error: a parcel of another length than all agree on.
pub(crate) fn garbled(expected: usize, found: usize) -> TrainError {
    TrainError::Crew {
        place: "a parcel of another worker".into(),
        found: format!("{found} bytes"),
        expected: format!("{expected}: the same program everywhere"),
    }
}

/// The sum of the shares `start` to `start + 2^level`.
struct Node {
    start: usize,
    level: u32,
    sum: Vec<f32>,
}

/// Sums of neighbouring shares. Two are joined as soon as both are there and stand side by side
/// below the same node of the binary tree over all shares.
#[derive(Default)]
struct Tree {
    nodes: Vec<Node>,
}

impl Tree {
    /// Adds the floats of one share.
    fn add(&mut self, share: usize, part: Vec<f32>) {
        self.join(Node { start: share, level: 0, sum: part });
    }

    /// Adds the sum of some shares.
    fn join(&mut self, node: Node) {
        self.nodes.push(node);
        while let [.., left, right] = &self.nodes[..]
            && left.level == right.level
            && left.start.is_multiple_of(2 << left.level)
        {
            self.join_last();
        }
    }

    /// Joins the last two.
    fn join_last(&mut self) {
        let right = self.nodes.pop().expect("two nodes");
        let left = self.nodes.last_mut().expect("two nodes");
        left.sum.iter_mut().zip(right.sum).for_each(|(left, right)| *left += right);
        left.level += 1;
    }

    /// The sum of all: what is left over is joined from the right.
    fn sum(mut self) -> Vec<f32> {
        while self.nodes.len() > 1 {
            self.join_last();
        }
        self.nodes.pop().map_or_else(Vec::new, |node| node.sum)
    }
}

/// Starts and levels of the nodes that a [`Tree`] has of neighbouring shares.
fn nodes(shares: Range<usize>) -> Vec<(usize, u32)> {
    let mut tree = Tree::default();
    shares.for_each(|share| tree.add(share, Vec::new()));
    tree.nodes.iter().map(|node| (node.start, node.level)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crew::{Alone, together};
    use rand::RngExt;
    use supernet_space::draws;

    /// Floats of a share whose sums round.
    fn part(share: usize, length: usize) -> Vec<f32> {
        let mut rng = draws(share as u64, "test", 0);
        (0..length).map(|_| rng.random_range(-1.0f32..1.0) * 10f32.powi(rng.random_range(-3..4))).collect()
    }

    fn bits(floats: &[f32]) -> Vec<u32> {
        floats.iter().map(|float| float.to_bits()).collect()
    }

    #[test]
    fn a_sum_depends_on_the_shares_and_not_on_the_workers() {
        for (shares, sizes, length) in
            [(4, &[1, 2, 4][..], 1_003), (6, &[1, 2, 3, 6], 17), (12, &[1, 3, 4], 2), (7, &[1, 7], 5)]
        {
            let parts = |rank, size| shares_of(rank, shares, size).map(|share| part(share, length)).collect::<Vec<_>>();
            let alone = ordered_sum(&Alone, shares, length, parts(0, 1)).unwrap();
            for &size in sizes {
                let sums = together(size, |workers| {
                    ordered_sum(&workers, shares, length, parts(workers.rank(), size)).unwrap()
                });
                assert!(sums.iter().all(|sum| bits(sum) == bits(&alone)), "{shares} shares, {size} workers");
            }
        }
    }

    #[test]
    fn the_tree_is_the_binary_one() {
        let one = |x: f32| vec![x];
        let [a, b, c, d] = [1e8f32, 1.0, -1e8, 3.0];
        let sum = ordered_sum(&Alone, 4, 1, vec![one(a), one(b), one(c), one(d)]).unwrap();
        assert_eq!(sum, [(a + b) + (c + d)]);
        let sum = ordered_sum(&Alone, 3, 1, vec![one(a), one(b), one(c)]).unwrap();
        assert_eq!(sum, [(a + b) + c]);
    }

    #[test]
    fn what_worker_0_has_reaches_all_and_what_differs_is_named() {
        let sent = together(3, |workers| {
            broadcast(&workers, if workers.rank() == 0 { vec![7; 1_000] } else { vec![] }).unwrap()
        });
        assert_eq!(sent, [vec![7; 1_000], vec![7; 1_000], vec![7; 1_000]]);
        assert_eq!(together(3, |workers| most(&workers, workers.rank() as u64).unwrap()), [2, 2, 2]);
        let digest = |workers: &dyn Workers| if workers.rank() == 2 { "b" } else { "a" };
        for error in together(3, |workers| all_equal(&workers, "weights", digest(&workers)).unwrap_err()) {
            assert!(error.to_string().starts_with("weights of worker 2: found b, expected a"), "{error}");
        }
        assert!(together(3, |workers| all_equal(&workers, "weights", "a").is_ok()).into_iter().all(|same| same));
    }
}
