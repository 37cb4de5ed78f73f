//! Structure counts: what an architecture is, told by a few numbers that do not depend on how its
//! places are numbered.

use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use supernet_space::{PathMask, SearchSpace};

/// Counts of an architecture that any relabelling of its places leaves as they are. They come from
/// the space alone:
///
/// - **operations**: options taken of choices that are no inputs and *without weights*
///   ([`is_weightless`]); and those *with weights*, all others;
/// - **reads from outside** and **inner edges**, where places choose their inputs: choices whose
///   name ends in `/inputs`. What the first of them in a cell can read is outside, the options
///   behind that are the earlier places of the cell;
/// - **unread places**: those that no place of the cell reads;
/// - **depth**: places on the longest way through a cell, or edges with weights, where choices are
///   edges named `NODE/fromNODE`.
///
/// A count that a space does not have is left out; of several cells counts add up, depths too.
/// Choices that are not active count nothing.
#[derive(Clone, Debug, PartialEq)]
pub struct Structure {
    space: SearchSpace,
    weightless: Vec<u64>,
    cells: Vec<Cell>,
    edges: Vec<Edge>,
    /// Choices that are no inputs.
    operations: Vec<usize>,
}

/// Places that choose their inputs, in order.
#[derive(Clone, Debug, PartialEq)]
struct Cell {
    /// Options of the first inputs choice.
    outside: usize,
    /// The inputs choice of each place.
    places: Vec<usize>,
}

/// A choice of one operation on the way from one node to another.
#[derive(Clone, Debug, PartialEq)]
struct Edge {
    choice: usize,
    from: usize,
    to: usize,
}

/// A structure count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Count {
    /// Options with weights.
    Weighted,
    /// Options without weights.
    Weightless,
    /// Inputs from outside of a cell.
    Reads,
    /// Inputs from places of the cell.
    InnerEdges,
    /// Places that none reads.
    Unread,
    /// The longest way.
    Depth,
}

impl Count {
    /// Returns its name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Weighted => "operations with weights",
            Self::Weightless => "operations without weights",
            Self::Reads => "reads from outside",
            Self::InnerEdges => "inner edges",
            Self::Unread => "unread places",
            Self::Depth => "depth",
        }
    }
}

/// Words in the names of options without weights.
const WEIGHTLESS: [&str; 7] = ["identity", "skip", "none", "zero", "pool", "max", "avg"];

/// Returns whether an option of this name is taken for one without weights: one of `identity`,
/// `skip`, `none`, `zero`, `pool`, `max`, `avg` is in it, in any case.
pub fn is_weightless(option: &str) -> bool {
    let name = option.to_lowercase();
    WEIGHTLESS.iter().any(|word| name.contains(word))
}

impl Structure {
    /// Returns the counts of `space`.
    pub fn of(space: &SearchSpace) -> Self {
        let bits = |options: &[String]| {
            options.iter().enumerate().filter(|(_, o)| is_weightless(o)).fold(0, |bits, (i, _)| bits | 1u64 << i)
        };
        let choices = space.choices();
        let (inputs, operations): (Vec<usize>, Vec<usize>) =
            (0..choices.len()).partition(|&i| choices[i].name().ends_with("/inputs"));
        Self {
            space: space.clone(),
            weightless: choices.iter().map(|choice| bits(choice.options())).collect(),
            cells: cells(space, &inputs),
            edges: edges(space),
            operations,
        }
    }

    /// Returns which counts the space has, in the order of [`Structure::counts`].
    pub fn kinds(&self) -> Vec<Count> {
        let mut kinds = vec![Count::Weighted, Count::Weightless];
        if !self.cells.is_empty() {
            kinds.extend([Count::Reads, Count::InnerEdges, Count::Unread]);
        }
        if !self.cells.is_empty() || !self.edges.is_empty() {
            kinds.push(Count::Depth);
        }
        kinds
    }

    /// Returns the counts of a mask of the space.
    pub fn counts(&self, mask: &PathMask) -> Vec<f64> {
        let sets = self.sets(mask);
        self.kinds().into_iter().map(|kind| self.count(&sets, kind) as f64).collect()
    }

    /// Returns how many operations with weights a mask of the space has ([`Count::Weighted`]).
    pub fn weighted(&self, mask: &PathMask) -> f64 {
        self.count(&self.sets(mask), Count::Weighted) as f64
    }

    /// What each choice takes; nothing where it is not active.
    fn sets(&self, mask: &PathMask) -> Vec<u64> {
        let active = self.space.active(mask).into_iter().enumerate();
        active.map(|(i, active)| if active { mask.bits(i) } else { 0 }).collect()
    }

    /// A count of what each choice takes.
    fn count(&self, sets: &[u64], kind: Count) -> usize {
        let ones = |bits: u64| bits.count_ones() as usize;
        let of_operations = |part: &dyn Fn(usize) -> u64| self.operations.iter().map(|&i| ones(part(i))).sum();
        let of_cells = |part: &dyn Fn(&Cell) -> usize| self.cells.iter().map(part).sum::<usize>();
        match kind {
            Count::Weighted => of_operations(&|i| sets[i] & !self.weightless[i]),
            Count::Weightless => of_operations(&|i| sets[i] & self.weightless[i]),
            Count::Reads => of_cells(&|cell| cell.places.iter().map(|&i| ones(sets[i] & cell.outside())).sum()),
            Count::InnerEdges => of_cells(&|cell| (0..cell.places.len()).map(|i| ones(cell.read(sets, i))).sum()),
            Count::Unread => of_cells(&|cell| {
                let read = (0..cell.places.len()).fold(0, |read, i| read | cell.read(sets, i));
                cell.places.len() - ones(read)
            }),
            Count::Depth => of_cells(&|cell| cell.depth(sets)) + self.longest_way(sets),
        }
    }

    /// The most edges with weights on a way along edges that are there.
    fn longest_way(&self, sets: &[u64]) -> usize {
        let nodes = self.edges.iter().map(|edge| edge.to + 1).max().unwrap_or(0);
        let mut depth: Vec<Option<usize>> = vec![None; nodes];
        for node in 0..nodes {
            let into = self.edges.iter().filter(|edge| edge.to == node && sets[edge.choice] != 0);
            let through = into.filter_map(|edge| {
                let weighted = sets[edge.choice] & !self.weightless[edge.choice] != 0;
                Some(depth[edge.from]? + usize::from(weighted))
            });
            depth[node] = if node == 0 { Some(0) } else { through.max() };
        }
        depth.last().copied().flatten().unwrap_or(0)
    }
}

impl Cell {
    fn outside(&self) -> u64 {
        (1u64 << self.outside) - 1
    }

    /// The earlier places that place `i` reads.
    fn read(&self, sets: &[u64], i: usize) -> u64 {
        sets[self.places[i]] >> self.outside
    }

    fn depth(&self, sets: &[u64]) -> usize {
        let mut depth: Vec<usize> = Vec::new();
        for i in 0..self.places.len() {
            let read = self.read(sets, i);
            let below = depth.iter().enumerate().filter(|(j, _)| read >> j & 1 == 1).map(|(_, &depth)| depth).max();
            depth.push(1 + below.unwrap_or(0));
        }
        depth.into_iter().max().unwrap_or(0)
    }
}

/// Inputs choices by what stands before their places' names. A cell whose places do not each have
/// one option more than the one before is none.
fn cells(space: &SearchSpace, inputs: &[usize]) -> Vec<Cell> {
    let mut order: Vec<&str> = Vec::new();
    let mut places: HashMap<&str, Vec<usize>> = HashMap::new();
    for &i in inputs {
        let place = space.choices()[i].name().trim_end_matches("/inputs");
        let cell = place.rsplit_once('/').map_or("", |(cell, _)| cell);
        let known = places.entry(cell).or_default();
        if known.is_empty() {
            order.push(cell);
        }
        known.push(i);
    }
    let options = |i: usize| space.choices()[i].options().len();
    let whole = |places: &[usize]| places.iter().enumerate().all(|(at, &i)| options(i) == options(places[0]) + at);
    let cells = order.into_iter().map(|cell| places[cell].clone()).filter(|places| whole(places));
    cells.map(|places| Cell { outside: options(places[0]), places }).collect()
}

/// Choices named `NODE/fromNODE`, where nodes end in their numbers.
fn edges(space: &SearchSpace) -> Vec<Edge> {
    let number = |text: &str| text.trim_start_matches(|c: char| !c.is_ascii_digit()).parse::<usize>().ok();
    let edge = |(choice, name): (usize, &str)| {
        let (to, from) = name.rsplit_once('/')?;
        let (to, from) = (number(to)?, number(from.strip_prefix("from")?)?);
        (from < to).then_some(Edge { choice, from, to })
    };
    space.choices().iter().map(|choice| choice.name()).enumerate().filter_map(edge).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use supernet_space::{CellSpace, Choice, Darts, MobileChain, NasBench201, NasBenchMacro, draws};

    fn counts(space: &SearchSpace, text: &str) -> Vec<(&'static str, f64)> {
        let structure = Structure::of(space);
        let mask = space.parse(text).unwrap();
        structure.kinds().into_iter().map(Count::name).zip(structure.counts(&mask)).collect()
    }

    #[test]
    fn a_cell_of_blocks_is_counted_by_reads_edges_depth_and_operations() {
        // Block 1 reads A, blocks 2 and 3 A and B, block 4 A, B and block 1; sep7 | identity, max3
        // | identity, sep5 | sep5, avg3.
        let found = counts(CellSpace::new(3, 4).unwrap().space(), "10:0001000/110:1000010/1100:1010000/11100:0010001");
        let expected = [
            ("operations with weights", 3.0),
            ("operations without weights", 4.0),
            ("reads from outside", 7.0),
            ("inner edges", 1.0),
            ("unread places", 3.0),
            ("depth", 2.0),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn no_count_depends_on_how_the_places_are_numbered() {
        for space in [
            CellSpace::new(3, 4).unwrap().space().clone(),
            NasBenchMacro::new().space().clone(),
            MobileChain::mobilenet_v2().space().clone(),
        ] {
            let structure = Structure::of(&space);
            for step in 0..200 {
                let architecture = space.sample(&mut draws(1, "structure", step));
                assert_eq!(structure.counts(&architecture), structure.counts(&space.canonical(&architecture)));
            }
        }
    }

    #[test]
    fn the_depth_of_a_cell_of_edges_is_that_of_the_longest_way_through_it() {
        let bench = NasBench201::new();
        let depth = |text: &str| {
            let mask = bench.parse(text).unwrap();
            *Structure::of(bench.space()).counts(&mask).last().unwrap()
        };
        assert_eq!(depth("|nor_conv_3x3~0|+|skip_connect~0|nor_conv_1x1~1|+|none~0|none~1|nor_conv_3x3~2|"), 3.0);
        assert_eq!(
            depth("|nor_conv_3x3~0|+|nor_conv_3x3~0|skip_connect~1|+|nor_conv_3x3~0|none~1|avg_pool_3x3~2|"),
            1.0
        );
    }

    #[test]
    fn a_choice_that_is_not_active_counts_nothing() {
        let one = |name: &str| Choice::one_of(name, ["identity", "conv"]).unwrap();
        let second = one("second").under("first", ["conv"]);
        let space = SearchSpace::new("tree", [one("first"), second]).unwrap();
        let counts = |text: &str| Structure::of(&space).counts(space.parse_architecture(text).unwrap().mask());
        assert_eq!(counts("01/01"), [2.0, 0.0]);
        // The second choice holds its least subset, an identity that is no part of the network.
        assert_eq!(counts("10/10"), [0.0, 1.0]);
    }

    #[test]
    fn the_cells_of_darts_have_each_their_depth_and_two_inputs_a_place() {
        let space = Darts::new().space().clone();
        let structure = Structure::of(&space);
        let architecture = space.sample(&mut draws(1, "structure", 0));
        let counts: HashMap<Count, f64> = structure.kinds().into_iter().zip(structure.counts(&architecture)).collect();
        assert_eq!(counts[&Count::Reads] + counts[&Count::InnerEdges], 16.0);
        assert_eq!(counts[&Count::Weighted] + counts[&Count::Weightless], 16.0);
        assert!((2.0..=8.0).contains(&counts[&Count::Depth]));
    }
}
