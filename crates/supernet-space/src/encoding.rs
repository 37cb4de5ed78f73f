//! Encoding: an architecture as a vector of fixed length, for models that predict from it.

use crate::{PathMask, SearchSpace};
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// A map from the architectures of a space to real vectors of one length.
///
/// Columns come in blocks: one block for each choice ([`Encoding::one_hot`]) or for each list of
/// options that choices share ([`Encoding::counts`]). A choice that is not active leaves its
/// columns at 0: it is no part of the network. Equal networks have equal vectors if their canonical
/// forms are encoded ([`SearchSpace::canonical`]).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "Unbuilt", into = "Unbuilt")]
pub struct Encoding {
    space: SearchSpace,
    features: Features,
    /// First column of each choice.
    first: Vec<usize>,
    blocks: Vec<Range<usize>>,
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Features {
    OneHot,
    Counts,
}

impl Encoding {
    /// Returns the encoding with a column for each option of each choice: 1 if it is taken, else 0.
    pub fn one_hot(space: &SearchSpace) -> Self {
        Self::new(space.clone(), Features::OneHot)
    }

    /// Returns the encoding with a column for each option of each *list of options*: how many
    /// choices with this list take it, whichever they are. Short, and blind to where an option
    /// stands.
    pub fn counts(space: &SearchSpace) -> Self {
        Self::new(space.clone(), Features::Counts)
    }

    fn new(space: SearchSpace, features: Features) -> Self {
        let mut blocks: Vec<Range<usize>> = Vec::new();
        let mut first: Vec<usize> = Vec::new();
        for (i, choice) in space.choices().iter().enumerate() {
            let same = (0..i).find(|&j| space.choices()[j].options() == choice.options());
            if let (Features::Counts, Some(same)) = (features, same) {
                first.push(first[same]);
                continue;
            }
            let start = blocks.last().map_or(0, |block| block.end);
            first.push(start);
            blocks.push(start..start + choice.options().len());
        }
        Self { space, features, first, blocks }
    }

    /// Returns the number of columns.
    pub fn columns(&self) -> usize {
        self.blocks.last().map_or(0, |block| block.end)
    }

    /// Returns the columns of each block, in order and without gaps.
    pub fn blocks(&self) -> &[Range<usize>] {
        &self.blocks
    }

    /// Returns the space whose architectures it encodes.
    pub fn space(&self) -> &SearchSpace {
        &self.space
    }

    /// Returns the vector of a mask.
    ///
    /// # Panics
    /// If the mask is one of another space.
    pub fn encode(&self, mask: &PathMask) -> Vec<f64> {
        assert!(self.space.belongs(mask).is_ok(), "mask of another space");
        let active = self.space.active(mask);
        let mut row = vec![0.0; self.columns()];
        for (choice, &first) in self.first.iter().enumerate().filter(|&(choice, _)| active[choice]) {
            for option in 0..self.space.choices()[choice].options().len() {
                row[first + option] += f64::from(u8::from(mask.is_on(choice, option)));
            }
        }
        row
    }
}

/// What an encoding is made from.
#[derive(Serialize, Deserialize)]
struct Unbuilt {
    space: SearchSpace,
    features: Features,
}

impl From<Encoding> for Unbuilt {
    fn from(Encoding { space, features, .. }: Encoding) -> Self {
        Self { space, features }
    }
}

impl From<Unbuilt> for Encoding {
    fn from(Unbuilt { space, features }: Unbuilt) -> Self {
        Self::new(space, features)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Choice, NasBench201, draws};
    use std::collections::HashSet;

    #[test]
    fn different_architectures_have_different_vectors_of_ones_and_zeros() {
        let subset = Choice::new("some", ["a", "b", "c"], 0..=2).unwrap();
        let space = SearchSpace::new("small", [subset, Choice::one_of("one", ["x", "y"]).unwrap()]).unwrap();
        let encoding = Encoding::one_hot(&space);
        assert_eq!((encoding.columns(), encoding.blocks()), (5, &[0..3, 3..5][..]));
        let all = space.architectures(100).unwrap();
        let rows: Vec<Vec<f64>> = all.iter().map(|architecture| encoding.encode(architecture)).collect();
        let text = |row: &Vec<f64>| row.iter().map(f64::to_string).collect::<String>();
        assert_eq!(rows.iter().map(text).collect::<HashSet<_>>().len(), all.len());
        assert_eq!(encoding.encode(&space.parse("101/01").unwrap()), [1.0, 0.0, 1.0, 0.0, 1.0]);
    }

    #[test]
    fn counts_say_how_many_choices_of_one_list_take_an_option() {
        let bench = NasBench201::new();
        let encoding = Encoding::counts(bench.space());
        assert_eq!(encoding.columns(), NasBench201::OPERATIONS.len());
        let architecture = bench.space().sample(&mut draws(1, "counts", 0));
        let row = encoding.encode(&architecture);
        assert_eq!(row.iter().sum::<f64>(), 6.0);
        let second = (0..6).filter(|&edge| architecture.is_on(edge, 1)).count();
        assert_eq!(row[1], second as f64);
    }

    #[test]
    fn an_encoding_round_trips_through_json() {
        let encoding = Encoding::counts(NasBench201::new().space());
        let json = serde_json::to_string(&encoding).unwrap();
        assert_eq!(serde_json::from_str::<Encoding>(&json).unwrap(), encoding);
    }
}
