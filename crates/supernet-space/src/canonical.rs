//! Canonical form: which descriptions are the same network, and how many networks there are.
//!
//! PAPER, *Same network*: a permutation σ of a cell's blocks is valid for a description if σ(j) <
//! σ(i) for every block j that block i reads. The canonical form is the lexicographically least
//! description over the valid permutations. Spaces of other symmetries likewise: the least text of
//! each class.

use crate::{Choice, PathMask, SpaceError, nas_bench_201_cells, unlabelled, unlabelled_graph::UnlabelledGraph};
use num_bigint::BigUint;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Which reorderings of a space's choices leave the network as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Symmetry {
    /// None: every description is a network of its own.
    #[default]
    None,
    /// Cells of choice blocks whose order is free as far as each block still comes after those that
    /// it reads. Choices come cell by cell and block by block, first a block's inputs (`fixed`
    /// inputs of the cell, then the earlier blocks), then its operations.
    Blocks { cells: usize, blocks: usize, fixed: usize },
    /// A chain of layers, one of several options each, in stages of the given lengths. The first
    /// option of the layers after a stage's first is the identity, which can stand anywhere among
    /// them.
    IdentityLayers { stages: Vec<usize> },
    /// The cells of NAS-Bench-201.
    NasBench201,
    /// Stages of so many nodes each, of which any but the first reads any of those before it and
    /// whose names are free.
    UnlabelledStages { nodes: Vec<usize> },
    /// Blocks of two operands, a state and an operation each, that can change places.
    Operands,
    /// Graphs whose nodes can change names with all that is chosen in them; conditions go with
    /// them.
    Graphs { graphs: Vec<UnlabelledGraph> },
}

/// The most blocks for which [`Symmetry::networks`] enumerates the wirings of a cell (615,195 of
/// them with five).
const MOST_BLOCKS_COUNTED: usize = 5;

/// One cell: (inputs, operations) of each block.
type Cell = Vec<(u64, u64)>;

impl Symmetry {
    /// Whether the choices have the form that the symmetry speaks of.
    pub(crate) fn check(&self, choices: &[Choice]) -> Result<(), SpaceError> {
        let is_one = |choice: &Choice| choice.min() == 1 && choice.max() == 1;
        let (fits, expected) = match self {
            Symmetry::None => (true, ""),
            &Symmetry::Blocks { cells, blocks, fixed } => (
                choices.len() == 2 * cells * blocks
                    && (0..cells * blocks).all(|i| choices[2 * i].options().len() == fixed + i % blocks),
                "two choices for each block, always active, the inputs of block i being the fixed ones and i blocks",
            ),
            Symmetry::IdentityLayers { stages } => (
                choices.len() == stages.iter().sum::<usize>()
                    && !stages.contains(&0)
                    && choices.iter().all(is_one)
                    && stage_choices(choices, stages)
                        .all(|stage| stage[1..].windows(2).all(|two| two[0].options() == two[1].options())),
                "one choice for each layer of each stage, always active, one option to be taken, the same options after the first",
            ),
            Symmetry::NasBench201 => (
                choices.len() == 6
                    && choices.iter().all(|c| is_one(c) && c.options() == nas_bench_201_cells::OPERATIONS),
                "six choices, always active, of one of the five operations of NAS-Bench-201",
            ),
            Symmetry::UnlabelledStages { nodes } => {
                let reads = nodes.iter().flat_map(|&nodes| 1..nodes);
                let is_any = |(earlier, choice): (usize, &Choice)| {
                    choice.options().len() == earlier && choice.min() == 0 && choice.max() == earlier
                };
                let fits = nodes.iter().all(|nodes| (2..=unlabelled::MOST_NODES).contains(nodes))
                    && choices.len() == reads.clone().count()
                    && reads.zip(choices).all(is_any);
                (fits, "one choice for each node after the first of each stage, any of the nodes before it")
            }
            Symmetry::Graphs { graphs } => return graphs.iter().try_for_each(|graph| graph.check(choices)),
            Symmetry::Operands => {
                let blocks = choices.chunks(4);
                let alike = |block: &[Choice]| {
                    block.len() == 4
                        && block.iter().all(is_one)
                        && block[0].options() == block[2].options()
                        && block[1].options() == block[3].options()
                };
                (
                    blocks.into_iter().all(alike),
                    "four choices for each block, state and operation of two alike operands",
                )
            }
        };
        let unconditional = choices.iter().all(|choice| choice.when().is_empty());
        if fits && (unconditional || *self == Symmetry::None) {
            return Ok(());
        }
        Err(SpaceError::Field { field: "symmetry", found: choices.len(), expected })
    }

    pub(crate) fn canonical(&self, mask: &PathMask) -> PathMask {
        match self {
            Symmetry::None => mask.clone(),
            &Symmetry::Blocks { cells, blocks, fixed } => ordered_blocks(mask, cells, blocks, fixed),
            Symmetry::IdentityLayers { stages } => identities_last(mask, stages),
            Symmetry::NasBench201 => {
                let operations = std::array::from_fn(|edge| mask.bits(edge).trailing_zeros() as usize);
                let least = nas_bench_201_cells::canonical(operations);
                (0..6).fold(mask.clone(), |mask, edge| mask.with(edge, 1 << least[edge]))
            }
            Symmetry::UnlabelledStages { nodes } => least_stages(mask, nodes),
            Symmetry::Operands => later_first(mask),
            Symmetry::Graphs { graphs } => graphs.iter().fold(mask.clone(), |mask, graph| graph.canonical(&mask)),
        }
    }

    /// Counts the networks of a space of `choices`; `None` where that would take too long.
    pub(crate) fn networks(&self, choices: &[Choice]) -> Option<BigUint> {
        match self {
            Symmetry::None => Some(choices.iter().map(|choice| BigUint::from(choice.subsets())).product()),
            Symmetry::Blocks { blocks, .. } if *blocks > MOST_BLOCKS_COUNTED => None,
            // Every cell has the same choices: count one.
            &Symmetry::Blocks { cells, blocks, fixed } => {
                Some(networks_of_cell(&choices[..2 * blocks], fixed).pow(cells as u32))
            }
            Symmetry::IdentityLayers { stages } => {
                // The first layer, then what the others hold without their identities: up to so
                // many.
                let of_stage = |stage: &[Choice]| -> BigUint {
                    let others = stage.get(1).map_or(0, |layer| layer.options().len() - 1);
                    let rest = (0..stage.len() as u32).map(|held| BigUint::from(others).pow(held));
                    rest.sum::<BigUint>() * stage[0].options().len()
                };
                Some(stage_choices(choices, stages).map(of_stage).product())
            }
            Symmetry::NasBench201 => Some(nas_bench_201_cells::networks().into()),
            Symmetry::UnlabelledStages { nodes } => {
                Some(nodes.iter().map(|&nodes| BigUint::from(unlabelled::different_graphs(nodes))).product())
            }
            Symmetry::Operands => {
                // Two of n operands without their order, the same one twice among them.
                let of_block = |block: &[Choice]| {
                    let operands = BigUint::from(block[0].subsets() * block[1].subsets());
                    (&operands + 1u32) * operands / 2u32
                };
                Some(choices.chunks(4).map(of_block).product())
            }
            // What they can be depends on conditions: the space counts them.
            Symmetry::Graphs { .. } => None,
        }
    }
}

/// The choices of each stage.
fn stage_choices<'a>(choices: &'a [Choice], stages: &'a [usize]) -> impl Iterator<Item = &'a [Choice]> {
    stages.iter().scan(choices, |rest, &layers| {
        let (stage, behind) = rest.split_at(layers);
        *rest = behind;
        Some(stage)
    })
}

/// Blocks in the order that makes the least text, cell by cell.
fn ordered_blocks(mask: &PathMask, cells: usize, blocks: usize, fixed: usize) -> PathMask {
    let mut canonical = mask.clone();
    for first in (0..cells).map(|cell| 2 * cell * blocks) {
        let cell = (0..blocks).map(|i| (mask.bits(first + 2 * i), mask.bits(first + 2 * i + 1))).collect();
        for (i, (inputs, operations)) in least(&cell, fixed).into_iter().enumerate() {
            canonical = canonical.with(first + 2 * i, inputs).with(first + 2 * i + 1, operations);
        }
    }
    canonical
}

/// Each stage's identities behind its other layers, its first layer aside: of one-hot texts that of
/// option 0 is the greatest.
fn identities_last(mask: &PathMask, stages: &[usize]) -> PathMask {
    let mut canonical = mask.clone();
    let mut first = 0;
    for &layers in stages {
        let mut rest: Vec<u64> = (first + 1..first + layers).map(|layer| mask.bits(layer)).collect();
        rest.sort_by_key(|&bits| bits == 1);
        for (layer, bits) in rest.into_iter().enumerate() {
            canonical = canonical.with(first + 1 + layer, bits);
        }
        first += layers;
    }
    canonical
}

/// Each stage with the names that make the least text.
fn least_stages(mask: &PathMask, nodes: &[usize]) -> PathMask {
    let mut canonical = mask.clone();
    let mut first = 0;
    for nodes in nodes {
        let inputs: Vec<u64> = (first..first + nodes - 1).map(|choice| mask.bits(choice)).collect();
        for (choice, bits) in unlabelled::least_names(&inputs).into_iter().enumerate() {
            canonical = canonical.with(first + choice, bits);
        }
        first += nodes - 1;
    }
    canonical
}

/// Each block's operands in the order that makes the lesser text: that of one option is the less
/// the later the option.
fn later_first(mask: &PathMask) -> PathMask {
    (0..mask.shape().len() / 4).map(|block| 4 * block).fold(mask.clone(), |canonical, first| {
        let [left, right] = [first, first + 2].map(|operand| (mask.bits(operand), mask.bits(operand + 1)));
        let ((state, operation), (other_state, other_operation)) = (left.max(right), left.min(right));
        let canonical = canonical.with(first, state).with(first + 1, operation);
        canonical.with(first + 2, other_state).with(first + 3, other_operation)
    })
}

/// A set's place in the order of its text: option 0 is the first character, `0` before `1`.
fn text_order(bits: u64) -> u64 {
    bits.reverse_bits()
}

/// The inputs of a block, seen in an order where block j stands at `place[j]`.
fn rewire(inputs: u64, fixed: usize, place: &[usize]) -> u64 {
    let cell_inputs = inputs & ((1 << fixed) - 1);
    (0..place.len())
        .filter(|j| inputs >> (fixed + j) & 1 == 1)
        .fold(cell_inputs, |bits, j| bits | 1 << (fixed + place[j]))
}

/// Whether every block that `inputs` names has a place.
fn is_ready(inputs: u64, fixed: usize, placed: u64) -> bool {
    (inputs >> fixed) & !placed == 0
}

/// The lexicographically least description over the valid orders, found place by place: what stands
/// at a place depends only on the places before it, so only the blocks that tie for the least need
/// to be tried.
fn least(cell: &Cell, fixed: usize) -> Cell {
    fn extend(cell: &Cell, fixed: usize, placed: u64, place: &mut Vec<usize>, at: usize) -> Cell {
        if at == cell.len() {
            return Vec::new();
        }
        let ready: Vec<(u64, u64, usize)> = (0..cell.len())
            .filter(|&i| placed >> i & 1 == 0 && is_ready(cell[i].0, fixed, placed))
            .map(|i| (text_order(rewire(cell[i].0, fixed, place)), text_order(cell[i].1), i))
            .collect();
        let first = ready.iter().map(|&(inputs, operations, _)| (inputs, operations)).min().expect("an acyclic cell");
        let ties = ready.iter().filter(|&&(inputs, operations, _)| (inputs, operations) == first);
        let tails = ties.map(|&(_, _, i)| {
            place[i] = at;
            extend(cell, fixed, placed | 1 << i, place, at + 1)
        });
        let order = |tail: &Cell| -> Cell { tail.iter().map(|&(i, o)| (text_order(i), text_order(o))).collect() };
        let tail = tails.min_by_key(order).expect("at least one tie");
        let mut cell = vec![(first.0.reverse_bits(), first.1.reverse_bits())];
        cell.extend(tail);
        cell
    }
    extend(cell, fixed, 0, &mut vec![0; cell.len()], 0)
}

/// Networks that a cell with these choices can be.
///
/// A network is an orbit of descriptions, and the orbit of (I, O) has ext(I) / |Aut(I, O)| members,
/// ext(I) the number of valid orders of the wiring I. Summing 1/|orbit| over all descriptions, with
/// Σ_O |Aut(I, O)| = Σ_{π ∈ Aut(I)} s^cycles(π) for s operation sets per block, gives Σ_I (1 /
/// ext(I)) · Σ_{π ∈ Aut(I)} s^cycles(π). Only wirings are enumerated.
fn networks_of_cell(choices: &[Choice], fixed: usize) -> BigUint {
    let blocks = choices.len() / 2;
    let operation_sets = choices[1].subsets();
    let orders = permutations(blocks);
    let mut by_orders: BTreeMap<u64, BigUint> = BTreeMap::new();
    let mut ranks = vec![0u128; blocks];
    loop {
        let wiring: Vec<u64> = (0..blocks).map(|i| choices[2 * i].subset(ranks[i])).collect();
        let valid = |place: &&Vec<usize>| {
            (0..blocks).all(|i| (0..i).all(|j| wiring[i] >> (fixed + j) & 1 == 0 || place[j] < place[i]))
        };
        let mut valid_orders = 0;
        let mut colourings = BigUint::ZERO;
        for place in orders.iter().filter(valid) {
            valid_orders += 1;
            if (0..blocks).all(|i| rewire(wiring[i], fixed, place) == wiring[place[i]]) {
                colourings += BigUint::from(operation_sets).pow(cycles(place));
            }
        }
        *by_orders.entry(valid_orders).or_default() += colourings;
        let Some(next) = (0..blocks).find(|&i| ranks[i] + 1 < choices[2 * i].subsets()) else { break };
        ranks[next] += 1;
        ranks[..next].fill(0);
    }
    by_orders.into_iter().map(|(orders, colourings)| colourings / orders).sum()
}

/// All orders of n blocks: entry j is the place of block j.
fn permutations(n: usize) -> Vec<Vec<usize>> {
    if n == 0 {
        return vec![Vec::new()];
    }
    let shorter = permutations(n - 1);
    let insert = |places: &Vec<usize>, at: usize| {
        let moved = places.iter().map(|&place| if place >= at { place + 1 } else { place });
        moved.chain([at]).collect()
    };
    shorter.iter().flat_map(|places| (0..n).map(move |at| insert(places, at))).collect()
}

fn cycles(place: &[usize]) -> u32 {
    let mut seen = vec![false; place.len()];
    let mut count = 0;
    for start in 0..place.len() {
        let mut i = start;
        count += u32::from(!seen[start]);
        while !seen[i] {
            seen[i] = true;
            i = place[i];
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Architecture, CellSpace, draws};
    use std::collections::HashSet;

    /// Every σ(a) over the valid σ, by the definition alone.
    fn orbit(cell: &Cell, fixed: usize) -> Vec<Cell> {
        let blocks = cell.len();
        let valid = |place: &&Vec<usize>| {
            (0..blocks).all(|i| (0..i).all(|j| cell[i].0 >> (fixed + j) & 1 == 0 || place[j] < place[i]))
        };
        let apply = |place: &Vec<usize>| {
            let mut moved = vec![(0, 0); blocks];
            for i in 0..blocks {
                moved[place[i]] = (rewire(cell[i].0, fixed, place), cell[i].1);
            }
            moved
        };
        permutations(blocks).iter().filter(valid).map(apply).collect()
    }

    fn cell_of(architecture: &Architecture, blocks: usize) -> Cell {
        (0..blocks).map(|i| (architecture.bits(2 * i), architecture.bits(2 * i + 1))).collect()
    }

    #[test]
    fn the_canonical_form_is_the_least_of_the_orbit_and_equal_for_all_of_it() {
        let cells = CellSpace::new(3, 4).unwrap();
        let space = cells.space();
        let mut rng = draws(5, "canonical", 0);
        for _ in 0..2_000 {
            let architecture = space.sample(&mut rng);
            let text = |cell: &Cell| space.mask(cell.iter().flat_map(|&(i, o)| [i, o]).collect()).to_string();
            let orbit = orbit(&cell_of(&architecture, 4), 2);
            let canonical = space.canonical(&architecture);
            assert_eq!(Some(canonical.to_string()), orbit.iter().map(text).min());
            for member in &orbit {
                let member = space.parse_architecture(&text(member)).unwrap();
                assert_eq!(space.canonical(&member), canonical);
            }
        }
    }

    #[test]
    fn counting_agrees_with_enumeration_for_one_and_two_blocks() {
        for (blocks, descriptions, networks) in [(1, 84u32, 84u32), (2, 16_464, 12_978)] {
            let cells = CellSpace::new(3, blocks).unwrap();
            let space = cells.space();
            assert_eq!(space.size(), descriptions.into());
            assert_eq!(space.networks().unwrap(), networks.into());
            let mut distinct = HashSet::new();
            let sets = |i: usize| (0..space.choices()[i].subsets()).map(move |rank| space.choices()[i].subset(rank));
            let mut masks = vec![Vec::new()];
            for choice in 0..2 * blocks {
                masks =
                    masks.iter().flat_map(|m: &Vec<u64>| sets(choice).map(move |s| [&m[..], &[s]].concat())).collect();
            }
            for mask in masks {
                distinct.insert(space.canonical(&space.accept(space.mask(mask)).unwrap()));
            }
            assert_eq!(distinct.len(), networks as usize);
        }
    }

    #[test]
    fn the_papers_cell_has_the_published_size() {
        let count = |blocks| {
            let cells = CellSpace::new(3, blocks).unwrap();
            (cells.space().size().to_string(), cells.space().networks().unwrap().to_string())
        };
        assert_eq!(count(3), ("6914880".into(), "3931396".into()));
        assert_eq!(count(4), ("6002115840".into(), "2369477047".into()));
    }

    #[test]
    fn a_mask_per_cell_multiplies_the_networks() {
        let one = CellSpace::new(3, 2).unwrap().space().networks().unwrap();
        let each = CellSpace::new(3, 2).unwrap().mask_per_cell();
        assert_eq!(each.space().networks().unwrap(), one.pow(3));
        assert_eq!(each.space().choices().len(), 12);
    }
}
