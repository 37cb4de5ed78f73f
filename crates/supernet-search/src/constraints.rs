//! Ranges that a candidate's cost must lie in.

use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;
use supernet_space::{Architecture, Cost};

/// Ranges on what a stand-alone network costs. By default everything goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Constraints {
    /// Parameters, from the least to the most.
    pub parameters: RangeInclusive<u64>,
    /// Multiply-accumulates, from the least to the most.
    pub macs: RangeInclusive<u64>,
}

impl Default for Constraints {
    fn default() -> Self {
        Self { parameters: 0..=u64::MAX, macs: 0..=u64::MAX }
    }
}

impl Constraints {
    /// Whether a cost lies in every range.
    pub fn allow(&self, cost: &Cost) -> bool {
        self.parameters.contains(&cost.parameters) && self.macs.contains(&cost.macs)
    }

    /// What gives the cost of a network that is out of range and notes it, for a search's loop.
    pub(crate) fn refusal<E>(
        &self,
        mut cost: impl FnMut(&Architecture) -> Result<Cost, E>,
    ) -> impl FnMut(&Architecture, &mut OutOfRange) -> Result<Option<Cost>, E> {
        move |architecture, out_of_range| {
            let cost = cost(architecture)?;
            if self.allow(&cost) {
                return Ok(None);
            }
            out_of_range.add(architecture, cost, self);
            Ok(Some(cost))
        }
    }

    /// How far a cost is from the ranges: the sum over them of what is missing or too much, as a
    /// share of the bound; 0 inside.
    pub fn distance(&self, cost: &Cost) -> f64 {
        let outside = |range: &RangeInclusive<u64>, value: u64| {
            let (least, most) = (*range.start(), *range.end());
            let beyond = least.saturating_sub(value).max(value.saturating_sub(most));
            let bound = if value < least { least } else { most };
            beyond as f64 / bound.max(1) as f64
        };
        outside(&self.parameters, cost.parameters) + outside(&self.macs, cost.macs)
    }
}

/// What a search proposed and did not score because its cost is out of range.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OutOfRange {
    /// Such proposals.
    pub proposals: usize,
    /// The one that came nearest to the ranges, with its cost.
    pub nearest: Option<(Architecture, Cost)>,
}

impl OutOfRange {
    fn add(&mut self, architecture: &Architecture, cost: Cost, constraints: &Constraints) {
        self.proposals += 1;
        let distance = constraints.distance(&cost);
        if self.nearest.as_ref().is_none_or(|(_, nearest)| distance < constraints.distance(nearest)) {
            self.nearest = Some((architecture.clone(), cost));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_distance_is_a_share_of_the_bound_and_zero_inside() {
        let constraints = Constraints { parameters: 100..=200, ..Constraints::default() };
        let at = |parameters| constraints.distance(&Cost { parameters, macs: 7 });
        assert_eq!((at(50), at(100), at(200), at(250)), (0.5, 0.0, 0.0, 0.25));
        assert!(constraints.allow(&Cost { parameters: 150, macs: 7 }));
        assert!(!constraints.allow(&Cost { parameters: 201, macs: 7 }));
    }
}
