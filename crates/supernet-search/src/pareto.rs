//! Several objectives: dominance, fronts and crowding (Deb, Pratap, Agarwal and Meyarivan, 2002).
//! All objectives are minimised.

use crate::Scored;
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;

/// Something that a search wants to be good at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Objective {
    /// High accuracy.
    Accuracy,
    /// Low loss.
    Loss,
    /// Few parameters.
    Parameters,
    /// Few multiply-accumulates.
    Macs,
}

impl Objective {
    /// The value to minimise; infinity for what is no number.
    pub fn value(self, scored: &Scored) -> f64 {
        let value = match self {
            Self::Accuracy => -scored.score.accuracy,
            Self::Loss => scored.score.loss,
            Self::Parameters => scored.cost.parameters as f64,
            Self::Macs => scored.cost.macs as f64,
        };
        if value.is_nan() { f64::INFINITY } else { value }
    }
}

/// Whether `a` is nowhere worse than `b` and somewhere better.
pub fn dominates(a: &[f64], b: &[f64]) -> bool {
    a.iter().zip(b).all(|(a, b)| a <= b) && a.iter().zip(b).any(|(a, b)| a < b)
}

/// The fast non-dominated sort: places of the points, front by front. A point is in the first front
/// if no point dominates it, in the next if only points of earlier fronts do. Time m·n² for n
/// points of m objectives, memory up to n².
pub fn fronts(points: &[Vec<f64>]) -> Vec<Vec<usize>> {
    let mut dominated_by_me = vec![Vec::new(); points.len()];
    let mut dominating_me = vec![0usize; points.len()];
    for i in 0..points.len() {
        for j in 0..points.len() {
            if dominates(&points[i], &points[j]) {
                dominated_by_me[i].push(j);
                dominating_me[j] += 1;
            }
        }
    }
    let mut fronts = Vec::new();
    let mut front: Vec<usize> = (0..points.len()).filter(|&i| dominating_me[i] == 0).collect();
    while !front.is_empty() {
        let mut next = Vec::new();
        for &j in front.iter().flat_map(|&i| &dominated_by_me[i]) {
            dominating_me[j] -= 1;
            if dominating_me[j] == 0 {
                next.push(j);
            }
        }
        next.sort_unstable();
        fronts.push(std::mem::replace(&mut front, next));
    }
    fronts
}

/// The crowding distance of each point of one front: over the objectives, the sum of the gaps
/// between its two neighbours as shares of the front's extent; infinity at the ends.
pub fn crowding(front: &[&[f64]]) -> Vec<f64> {
    let mut distance = vec![0.0; front.len()];
    let objectives = front.first().map_or(0, |point| point.len());
    for objective in 0..objectives {
        let value = |i: usize| front[i][objective];
        let mut order: Vec<usize> = (0..front.len()).collect();
        order.sort_by(|&a, &b| value(a).total_cmp(&value(b)));
        let (first, last) = (order[0], order[front.len() - 1]);
        let extent = value(last) - value(first);
        distance[first] = f64::INFINITY;
        distance[last] = f64::INFINITY;
        for three in order.windows(3) {
            let gap = value(three[2]) - value(three[0]);
            // No extent, no crowd; an infinite one has only ends.
            distance[three[1]] += if gap > 0.0 && extent.is_finite() { gap / extent } else { 0.0 };
        }
    }
    distance
}

/// Returns those that no other dominates, in their order; of equal ones all, and none whose score
/// is no number.
pub fn pareto_front<'a>(scored: &'a [Scored], objectives: &[Objective]) -> Vec<&'a Scored> {
    let point = |scored: &Scored| -> Vec<f64> { objectives.iter().map(|objective| objective.value(scored)).collect() };
    let mut front: Vec<(Vec<f64>, usize)> = Vec::new();
    for (i, candidate) in scored.iter().enumerate().filter(|(_, scored)| scored.score.is_number()) {
        let new = point(candidate);
        if front.iter().any(|(known, _)| dominates(known, &new)) {
            continue;
        }
        front.retain(|(known, _)| !dominates(&new, known));
        front.push((new, i));
    }
    front.into_iter().map(|(_, i)| &scored[i]).collect()
}

/// Lower front first, then the less crowded.
pub(crate) fn crowded_order(a: (usize, f64), b: (usize, f64)) -> Ordering {
    a.0.cmp(&b.0).then(b.1.total_cmp(&a.1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{chain, scored};
    use proptest::prelude::*;
    use supernet_space::{Cost, draws};

    /// Fronts by the definition: take away what nothing left dominates, again and again.
    fn peeled(points: &[Vec<f64>]) -> Vec<Vec<usize>> {
        let mut left: Vec<usize> = (0..points.len()).collect();
        let mut fronts = Vec::new();
        while !left.is_empty() {
            let free = |&i: &usize| !left.iter().any(|&j| dominates(&points[j], &points[i]));
            let front: Vec<usize> = left.iter().copied().filter(free).collect();
            left.retain(|i| !front.contains(i));
            fronts.push(front);
        }
        fronts
    }

    proptest! {
        #[test]
        fn the_fast_sort_agrees_with_brute_force(
            points in prop::collection::vec(prop::collection::vec((0..6u8).prop_map(f64::from), 3), 0..40)
        ) {
            prop_assert_eq!(fronts(&points), peeled(&points));
        }

        #[test]
        fn the_front_of_a_search_is_the_first_front(
            values in prop::collection::vec((0..5u8, 0..5u8), 0..40)
        ) {
            let architecture = chain(2).sample(&mut draws(1, "front", 0));
            let candidates: Vec<Scored> = values.iter().map(|&(accuracy, macs)| Scored {
                cost: Cost { parameters: 0, macs: macs.into() },
                ..scored(&architecture, accuracy.into())
            }).collect();
            let objectives = [Objective::Accuracy, Objective::Macs];
            let points: Vec<Vec<f64>> =
                candidates.iter().map(|c| objectives.iter().map(|o| o.value(c)).collect()).collect();
            let expected: Vec<*const Scored> =
                fronts(&points).first().into_iter().flatten().map(|&i| &raw const candidates[i]).collect();
            let found: Vec<*const Scored> =
                pareto_front(&candidates, &objectives).into_iter().map(|c| c as *const Scored).collect();
            prop_assert_eq!(found, expected);
        }
    }

    #[test]
    fn crowding_is_the_gap_between_neighbours_as_a_share_of_the_extent() {
        let points: [&[f64]; 4] = [&[0.0, 10.0], &[1.0, 4.0], &[3.0, 2.0], &[4.0, 0.0]];
        let distance = crowding(&points);
        assert_eq!([distance[0], distance[3]], [f64::INFINITY; 2]);
        assert!((distance[1] - (3.0 / 4.0 + 8.0 / 10.0)).abs() < 1e-15);
        assert!((distance[2] - (3.0 / 4.0 + 4.0 / 10.0)).abs() < 1e-15);
        let equal: [&[f64]; 3] = [&[1.0], &[1.0], &[1.0]];
        assert!(crowding(&equal).iter().all(|distance| !distance.is_nan()));
    }

    #[test]
    fn what_is_no_number_is_worst() {
        let architecture = chain(2).sample(&mut draws(1, "front", 0));
        assert_eq!(Objective::Accuracy.value(&scored(&architecture, f64::NAN)), f64::INFINITY);
        assert_eq!(Objective::Loss.value(&scored(&architecture, 0.5)), f64::INFINITY);
    }
}
