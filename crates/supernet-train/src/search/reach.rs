//! Whether a space has networks within the limits, found out before anything is trained.

use crate::{SearchConfig, TrainError};
use std::ops::RangeInclusive;
use supernet_nn::{Definition, Layer};
use supernet_search::Constraints;
use supernet_space::{Architecture, Cost, SearchSpace, draws};

/// Checks that networks of `definition` can meet the limits of `config`.
///
/// # Errors
/// A limit that no network of the space meets.
pub(super) fn check_limits<M: Layer<D, 2>, const D: usize>(
    config: &SearchConfig,
    definition: &Definition<M, D>,
) -> Result<(), TrainError> {
    let cost = |architecture: &Architecture| Ok(definition.cost(architecture)?);
    check_reach(definition.space(), &config.constraints, config.seed, cost)
}

/// Architectures from which the least and the greatest cost are looked for.
const STARTS: u64 = 3;

/// Checks that each limit leaves something of what networks of `space` cost.
///
/// # Errors
/// A range that ends before it begins; one that ends below the least cost or begins above the
/// greatest, both found by going from architecture to neighbour as long as the cost changes in that
/// direction, which is exact where a cost is a sum over the choices.
fn check_reach(
    space: &SearchSpace,
    constraints: &Constraints,
    seed: u64,
    mut cost: impl FnMut(&Architecture) -> Result<Cost, TrainError>,
) -> Result<(), TrainError> {
    /// A part of a cost.
    type Part = fn(&Cost) -> u64;
    let limits: [(&str, &RangeInclusive<u64>, Part); 2] = [
        ("constraints.parameters", &constraints.parameters, |cost| cost.parameters),
        ("constraints.macs", &constraints.macs, |cost| cost.macs),
    ];
    for (field, range, of) in limits {
        let (least, most) = (*range.start(), *range.end());
        if least > most {
            let expected = "a least that is at most the most";
            return Err(TrainError::config(field, format!("{least} to {most}"), expected));
        }
        let mut value = |architecture: &Architecture| Ok(i128::from(of(&cost(architecture)?)));
        if most < i64::MAX as u64 {
            let cheapest = extreme(space, seed, &mut value)?;
            if cheapest > i128::from(most) {
                let expected = format!("at least {cheapest}, as the smallest network has");
                return Err(TrainError::config(field, format!("at most {most}"), expected));
            }
        }
        if least > 0 {
            let dearest = -extreme(space, seed, |architecture| Ok(-value(architecture)?))?;
            if dearest < i128::from(least) {
                let expected = format!("at most {dearest}, as the largest network has");
                return Err(TrainError::config(field, format!("at least {least}"), expected));
            }
        }
    }
    Ok(())
}

/// The least value that is found.
fn extreme(
    space: &SearchSpace,
    seed: u64,
    mut value: impl FnMut(&Architecture) -> Result<i128, TrainError>,
) -> Result<i128, TrainError> {
    let mut least = i128::MAX;
    for start in 0..STARTS {
        let mut at = space.sample(&mut draws(seed, "reach", start));
        let mut here = value(&at)?;
        loop {
            let mut better = None;
            for neighbour in space.neighbours(&at) {
                let there = value(&neighbour)?;
                if there < here {
                    (here, better) = (there, Some(neighbour));
                }
            }
            match better {
                Some(neighbour) => at = neighbour,
                None => break,
            }
        }
        least = least.min(here);
    }
    Ok(least)
}

#[cfg(test)]
mod tests {
    use super::*;
    use supernet_space::Choice;

    /// Three layers of 1, 4 or 9 parameters; as many multiply-accumulates.
    fn check(parameters: RangeInclusive<u64>) -> Result<(), String> {
        let layers = (0..3).map(|i| Choice::one_of(format!("layer{i}"), ["a", "b", "c"]).unwrap());
        let space = SearchSpace::new("chain", layers).unwrap();
        let cost = |architecture: &Architecture| {
            let of = |choice: usize| [1, 4, 9][architecture.bits(choice).trailing_zeros() as usize];
            let parameters = (0..3).map(of).sum();
            Ok(Cost { parameters, macs: parameters })
        };
        let constraints = Constraints { parameters, ..Constraints::default() };
        check_reach(&space, &constraints, 1, cost).map_err(|error| error.to_string())
    }

    #[test]
    fn limits_beyond_the_least_and_the_greatest_cost_are_refused_with_it() {
        let refused = |limits, expected: &str| assert_eq!(check(limits).unwrap_err(), expected);
        refused(0..=2, "constraints.parameters: found at most 2, expected at least 3, as the smallest network has");
        refused(
            28..=u64::MAX,
            "constraints.parameters: found at least 28, expected at most 27, as the largest network has",
        );
        refused(
            RangeInclusive::new(9, 5),
            "constraints.parameters: found 9 to 5, expected a least that is at most the most",
        );
        for limits in [0..=3, 27..=u64::MAX, 6..=6, 0..=u64::MAX] {
            assert_eq!(check(limits), Ok(()));
        }
    }

    #[test]
    fn the_papers_cells_cost_no_less_than_is_found() {
        let config = SearchConfig::quick();
        let shape = supernet_data::ImageShape::new(1, 16, 16);
        let network = config.network.paper().unwrap().config(8, shape, 10).unwrap();
        let cells = &network.cells;
        let of = |architecture: &Architecture| Ok(i128::from(network.shape.cost(cells, architecture)?.parameters));
        let least = extreme(cells.space(), 1, of).unwrap();
        let drawn = |i| of(&cells.space().sample(&mut draws(2, "drawn", i))).unwrap();
        assert!((0..2_000).map(drawn).all(|parameters| parameters >= least));
    }
}
