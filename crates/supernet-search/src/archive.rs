//! Every different network that a strategy was told, for a surrogate.

use crate::{Score, Scored, SearchError, exact::Exact, state::check_all};
use serde::{Deserialize, Serialize};
use std::{cmp::Ordering, collections::BTreeMap};
use supernet_space::{Architecture, Cost, Encoding, SearchSpace};

/// Networks by their canonical architecture, each with its first score.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Archive(BTreeMap<Architecture, Told>);

/// What was told of a network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Told {
    /// How many were told before it.
    number: usize,
    accuracy: Exact,
    pub(crate) cost: Cost,
}

impl Told {
    pub(crate) fn accuracy(&self) -> f64 {
        self.accuracy.0
    }
}

/// A network that was told.
pub(crate) type Entry<'a> = (&'a Architecture, &'a Told);

impl Archive {
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn contains(&self, network: &Architecture) -> bool {
        self.0.contains_key(network)
    }

    pub(crate) fn get(&self, network: &Architecture) -> Option<&Told> {
        self.0.get(network)
    }

    /// Adds a network; returns whether it is new. A score on fewer images than others (dropped
    /// early by its evaluator) counts as it is.
    pub(crate) fn add(&mut self, network: Architecture, scored: &Scored) -> bool {
        let number = self.0.len();
        let Scored { score: Score { accuracy, .. }, cost, .. } = *scored;
        let mut is_new = false;
        self.0.entry(network).or_insert_with(|| {
            is_new = true;
            Told { number, accuracy: Exact(accuracy), cost }
        });
        is_new
    }

    /// All, in order of telling.
    pub(crate) fn in_order(&self) -> Vec<Entry<'_>> {
        // Numbers are places; a state that was written by hand may have others.
        let mut places: Vec<Option<Entry>> = vec![None; self.0.len()];
        for entry in &self.0 {
            places.get_mut(entry.1.number).into_iter().for_each(|place| *place = Some(entry));
        }
        let mut entries = Vec::with_capacity(places.len());
        entries.extend(places.into_iter().flatten());
        entries
    }

    /// The best `most`, best first, ties in order of telling.
    pub(crate) fn best(&self, most: usize) -> Vec<Entry<'_>> {
        let mut entries: Vec<Entry> = self.0.iter().collect();
        if most < entries.len() {
            entries.select_nth_unstable_by(most, better);
            entries.truncate(most);
        }
        best_first(&mut entries);
        entries
    }

    pub(crate) fn check(&self, space: &SearchSpace) -> Result<(), SearchError> {
        check_all(space, self.0.keys())
    }
}

/// Better first; what is no number last; ties in order of telling.
fn best_first(entries: &mut [Entry]) {
    entries.sort_by(better);
}

fn better((_, a): &Entry, (_, b): &Entry) -> Ordering {
    let value = |told: &Told| if told.accuracy().is_nan() { f64::NEG_INFINITY } else { told.accuracy() };
    value(b).total_cmp(&value(a)).then(a.number.cmp(&b.number))
}

/// At most `most` of the entries, in order of telling: the best half of them and of the others
/// those told last.
pub(crate) fn bounded<'a>(entries: &[Entry<'a>], most: usize) -> Vec<Entry<'a>> {
    if entries.len() <= most {
        return entries.to_vec();
    }
    let mut kept = entries.to_vec();
    kept.select_nth_unstable_by(most / 2, better);
    let mut others = kept.split_off(most / 2);
    let latest = most - most / 2;
    let before = others.len() - latest;
    if before > 0 {
        others.select_nth_unstable_by_key(before - 1, |(_, told)| told.number);
    }
    kept.extend(others.split_off(before));
    kept.sort_by_key(|(_, told)| told.number);
    kept
}

/// The rows of some entries.
pub(crate) fn rows(encoding: &Encoding, entries: &[Entry]) -> Vec<Vec<f64>> {
    entries.iter().map(|(network, _)| encoding.encode(network)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{chain, scored};

    #[test]
    fn what_is_kept_is_the_best_half_and_the_latest_of_the_others() {
        let all = chain(3).architectures(27).unwrap();
        let mut archive = Archive::default();
        let accuracies = [0.9, 0.1, 0.8, f64::NAN, 0.2, 0.3, 0.7];
        for (network, accuracy) in all.iter().zip(accuracies) {
            assert!(archive.add(network.clone(), &scored(network, accuracy)));
            assert!(!archive.add(network.clone(), &scored(network, 0.0)));
        }
        let numbers = |entries: Vec<Entry>| entries.iter().map(|(_, told)| told.number).collect::<Vec<_>>();
        assert_eq!(numbers(bounded(&archive.in_order(), 4)), [0, 2, 5, 6]);
        assert_eq!(numbers(bounded(&archive.in_order(), 5)), [0, 2, 4, 5, 6]);
        assert_eq!(numbers(bounded(&archive.in_order(), 7)), [0, 1, 2, 3, 4, 5, 6]);
        assert_eq!(numbers(archive.best(9)), [0, 2, 6, 5, 4, 1, 3]);
        assert_eq!(numbers(archive.best(3)), [0, 2, 6]);
        assert!(archive.best(0).is_empty());
    }
}
