//! Many candidates through one computation in stages: every equal prefix is computed once, as a tree.

/// A computation in stages. A candidate says at each stage what is to be computed for it from what the stages before gave.
pub trait Stages {
    /// What some stages have given, for some candidates: their *prefixes*.
    type State;

    /// For each candidate of `state` what the next stage computes for it: candidates with equal keys share the computation and its
    /// result. `None` after the last stage.
    fn keys(&self, state: &Self::State) -> Option<Vec<Vec<u32>>>;

    /// The next stage for the candidates of `state` at `positions`, which are its candidates from then on, in that order.
    fn advance(&self, state: &Self::State, positions: &[usize]) -> Self::State;
}

/// Takes `candidates`, those of `start`, through all stages, depth first, and hands each to `finished` with the state in which it
/// ends, many at a time.
///
/// A stage is computed for at most `width` distinct keys at a time (at least one), so that the states on the way, one for each stage,
/// hold at most that many prefixes each, however many candidates there are. No stage is computed twice for an equal prefix.
/// `finished` returns false to end the walk; the walk returns whether it came to its end.
pub fn walk<S: Stages>(
    stages: &S,
    start: &S::State,
    candidates: &[usize],
    width: usize,
    finished: &mut dyn FnMut(&[usize], &S::State) -> bool,
) -> bool {
    let Some(keys) = stages.keys(start) else { return finished(candidates, start) };
    assert_eq!(keys.len(), candidates.len(), "a key for each candidate");
    let mut order: Vec<usize> = (0..keys.len()).collect();
    order.sort_by(|&a, &b| keys[a].cmp(&keys[b]));
    groups(&order, &keys, width.max(1)).into_iter().all(|positions| {
        let state = stages.advance(start, positions);
        let members: Vec<usize> = positions.iter().map(|&position| candidates[position]).collect();
        walk(stages, &state, &members, width, finished)
    })
}

/// Cuts `order`, in which equal keys stand together, into runs of at most `width` distinct keys.
fn groups<'a>(order: &'a [usize], keys: &[Vec<u32>], width: usize) -> Vec<&'a [usize]> {
    let (mut groups, mut begin, mut distinct) = (Vec::new(), 0, 0);
    for (i, &position) in order.iter().enumerate() {
        let new = i == begin || keys[position] != keys[order[i - 1]];
        if new && distinct == width {
            groups.push(&order[begin..i]);
            (begin, distinct) = (i, 0);
        }
        distinct += usize::from(new);
    }
    groups.push(&order[begin..]);
    groups
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{cell::Cell, collections::HashSet};

    /// A chain of layers with a few options each; a candidate is one option per layer.
    struct Chain {
        options: Vec<Vec<u32>>,
        layers: usize,
        runs: Cell<usize>,
        most_at_once: Cell<usize>,
    }

    /// Each candidate and what its layers so far gave: the path itself.
    type Prefixes = Vec<(usize, Vec<u32>)>;

    impl Stages for Chain {
        type State = Prefixes;

        fn keys(&self, state: &Prefixes) -> Option<Vec<Vec<u32>>> {
            let layer = state[0].1.len();
            let key = |(candidate, path): &(usize, Vec<u32>)| {
                let mut key = path.clone();
                key.push(self.options[*candidate][layer]);
                key
            };
            (layer < self.layers).then(|| state.iter().map(key).collect())
        }

        fn advance(&self, state: &Prefixes, positions: &[usize]) -> Prefixes {
            let keys = self.keys(state).expect("a layer is left");
            let next: Prefixes = positions.iter().map(|&p| (state[p].0, keys[p].clone())).collect();
            let distinct = next.iter().map(|(_, path)| path).collect::<HashSet<_>>().len();
            self.runs.set(self.runs.get() + distinct);
            self.most_at_once.set(self.most_at_once.get().max(distinct));
            next
        }
    }

    fn chain(layers: usize, options: u32) -> Chain {
        let count = (options as usize).pow(layers as u32);
        let digit = |i: usize, layer: usize| (i / (options as usize).pow(layer as u32)) as u32 % options;
        let options = (0..count).map(|i| (0..layers).map(|layer| digit(i, layer)).collect()).collect();
        Chain { options, layers, runs: Cell::new(0), most_at_once: Cell::new(0) }
    }

    #[test]
    fn every_equal_prefix_of_a_chain_is_computed_once_for_any_width() {
        for width in [1, 7, 100, usize::MAX] {
            let chain = chain(8, 3);
            let all: Vec<usize> = (0..chain.options.len()).collect();
            let start: Prefixes = all.iter().map(|&c| (c, Vec::new())).collect();
            let mut seen = vec![0; all.len()];
            let whole = walk(&chain, &start, &all, width, &mut |members, state| {
                for (&member, (candidate, path)) in members.iter().zip(state) {
                    assert_eq!((member, path), (*candidate, &chain.options[*candidate]));
                    seen[member] += 1;
                }
                true
            });
            assert!(whole && seen.iter().all(|&times| times == 1));
            // Three layers of the first kind, nine of the second, …; without sharing 6,561 candidates of eight layers.
            assert_eq!((chain.runs.get(), 6_561 * 8), (9_840, 52_488));
            assert!(chain.most_at_once.get() <= width);
        }
    }

    #[test]
    fn the_walk_ends_when_it_is_told_to() {
        let chain = chain(4, 2);
        let all: Vec<usize> = (0..16).collect();
        let start: Prefixes = all.iter().map(|&c| (c, Vec::new())).collect();
        let mut left = 3;
        let whole = walk(&chain, &start, &all, 1, &mut |_, _| {
            left -= 1;
            left > 0
        });
        assert!(!whole);
        assert_eq!(left, 0);
    }
}
