//! The candidates that no other dominates, of a search with several objectives.

use supernet_search::{Objective, Scored, pareto_front};

/// Returns the Pareto front of `candidates` for `objectives`, from the fewest parameters to the
/// most.
pub fn sorted_front<'a>(candidates: &'a [Scored], objectives: &[Objective]) -> Vec<&'a Scored> {
    let mut front = pareto_front(candidates, objectives);
    front.sort_by_key(|scored| (scored.cost.parameters, scored.cost.macs));
    front
}
