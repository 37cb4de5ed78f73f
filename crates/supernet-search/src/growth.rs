//! Growth: in which order an architecture opens its choices, from the smallest network to all of
//! the space.

use crate::SearchError;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use supernet_space::{Architecture, Choice, SearchSpace};

const NAME: &str = "growth";

/// Steps, each of which opens some choices, and the architecture of which all choices are closed.
///
/// PNAS opens a cell's blocks; layers of a chain, or a depth, work alike. The order matters: what
/// is opened late should build on what is there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Growth {
    steps: Vec<Vec<usize>>,
    closed: Architecture,
}

impl Growth {
    /// Names of options that leave a network smaller than others do, the first that a choice has
    /// being its closed one.
    pub const CLOSED: [&str; 7] = ["identity", "skip_connect", "skip", "none", "off", "zero", "0"];

    /// Returns the growth of `space` by `steps`, lists of choices by place, from `closed`.
    ///
    /// # Errors
    /// [`SearchError::Setting`]: a choice that is in no step, in two, or not in the space;
    /// [`SearchError::Space`]: `closed` is no architecture of it.
    pub fn new(space: &SearchSpace, steps: Vec<Vec<usize>>, closed: Architecture) -> Result<Self, SearchError> {
        let growth = Self { steps, closed };
        growth.check(space)?;
        Ok(growth)
    }

    /// Returns the growth of `space` in the order of its choices; choices of one group (the part of
    /// a name before its last `/`: a block of a cell) open together. A closed choice takes its
    /// option of [`Growth::CLOSED`], if it has one and may take it alone, else its least subset.
    pub fn in_order(space: &SearchSpace) -> Self {
        let group = |choice: &Choice| choice.name().rsplit_once('/').map(|(group, _)| group.to_owned());
        let mut steps: Vec<Vec<usize>> = Vec::new();
        for (i, choice) in space.choices().iter().enumerate() {
            let joins = i > 0 && group(choice).is_some() && group(choice) == group(&space.choices()[i - 1]);
            match steps.last_mut().filter(|_| joins) {
                Some(step) => step.push(i),
                None => steps.push(vec![i]),
            }
        }
        let bits = space.choices().iter().map(closed_subset).collect();
        let closed = space.accept(space.mask(bits)).expect("subsets within the bounds");
        Self { steps, closed }
    }

    /// Returns the choices that each step opens, by place.
    pub fn steps(&self) -> &[Vec<usize>] {
        &self.steps
    }

    /// Returns the architecture with all choices closed.
    pub fn closed(&self) -> &Architecture {
        &self.closed
    }

    pub(crate) fn check(&self, space: &SearchSpace) -> Result<(), SearchError> {
        space.check(&self.closed)?;
        let opened: Vec<usize> = self.steps.iter().flatten().copied().collect();
        let distinct: BTreeSet<usize> = opened.iter().copied().collect();
        if opened.len() == space.choices().len() && distinct == (0..opened.len()).collect() {
            return Ok(());
        }
        let found = format!("{} places, {} of them different", opened.len(), distinct.len());
        let expected = "each choice of the space in one step";
        Err(SearchError::Setting { strategy: NAME, setting: "steps", found, expected })
    }

    /// Returns what `parent` becomes by what step `step` can open, up to equality of networks, each
    /// once, and the parent itself where the choices may stay closed. Of more than `most` ways as
    /// many are visited as `draw` makes subsets for.
    pub(crate) fn children(
        &self,
        space: &SearchSpace,
        parent: &Architecture,
        step: usize,
        most: usize,
        mut draw: impl FnMut(&Choice) -> u64,
    ) -> BTreeSet<Architecture> {
        let opened = &self.steps[step];
        let ways = opened.iter().try_fold(1u128, |ways, &i| ways.checked_mul(space.choices()[i].subsets()));
        let mut children = BTreeSet::new();
        // What is not there yet begins closed when it comes.
        let is_there = space.active(parent);
        let bits = |(i, choice)| if is_there[i] { parent.bits(i) } else { closed_subset(choice) };
        let closed_mask = space.mask(space.choices().iter().enumerate().map(bits).collect());
        let mut visit = |subset: &mut dyn FnMut(usize, &Choice) -> u64| {
            let mut mask = closed_mask.clone();
            for (place, &i) in opened.iter().enumerate() {
                mask = mask.with(i, subset(place, &space.choices()[i]));
            }
            children.insert(space.canonical(&space.accept(mask).expect("subsets within the bounds")));
        };
        if ways.is_none_or(|ways| ways > most as u128) {
            (0..most).for_each(|_| visit(&mut |_, choice| draw(choice)));
            return children;
        }
        let mut ranks = vec![0u128; opened.len()];
        loop {
            visit(&mut |place, choice| choice.subset(ranks[place]));
            let next = (0..opened.len()).find(|&place| ranks[place] + 1 < space.choices()[opened[place]].subsets());
            let Some(next) = next else { return children };
            ranks[next] += 1;
            ranks[..next].fill(0);
        }
    }
}

/// What a choice takes as long as it is closed.
pub(crate) fn closed_subset(choice: &Choice) -> u64 {
    let place = |name: &&str| choice.options().iter().position(|option| option == name);
    let named = if choice.min() <= 1 { Growth::CLOSED.iter().find_map(place) } else { None };
    named.map_or_else(|| choice.subset(0), |option| 1 << option)
}

#[cfg(test)]
mod tests {
    use super::*;
    use supernet_space::{CellSpace, NasBench201, NasBenchMacro, PnasNet, draws};

    #[test]
    fn layers_open_one_by_one_and_blocks_as_a_whole_from_what_does_least() {
        let bench = NasBenchMacro::new();
        let growth = Growth::in_order(bench.space());
        assert_eq!(growth.steps(), (0..8).map(|layer| vec![layer]).collect::<Vec<_>>());
        assert_eq!(bench.text(growth.closed()).unwrap(), "00000000");
        let cells = CellSpace::new(3, 3).unwrap();
        assert_eq!(Growth::in_order(cells.space()).steps(), [[0, 1], [2, 3], [4, 5]]);
        let cell = NasBench201::new();
        let closed = Growth::in_order(cell.space()).closed().clone();
        assert!(
            cell.text(&closed).unwrap().contains("skip_connect~0") && !cell.text(&closed).unwrap().contains("none")
        );
    }

    #[test]
    fn the_children_of_a_network_are_all_it_can_grow_to_each_once_up_to_equality() {
        let bench = NasBenchMacro::new();
        let growth = Growth::in_order(bench.space());
        let none = |_: &Choice| -> u64 { panic!("few enough to visit them all") };
        let parent = bench.space().canonical(&bench.parse("12000000").unwrap());
        let children = growth.children(bench.space(), &parent, 2, 100, none);
        let texts: BTreeSet<String> = children.iter().map(|one| bench.text(one).unwrap()).collect();
        assert_eq!(texts, ["12000000", "12100000", "12200000"].map(String::from).into());
        // Two blocks of one cell that read nothing of each other may change places: 84 ways times
        // what is equal.
        let cells = CellSpace::new(3, 2).unwrap();
        let growth = Growth::in_order(cells.space());
        let first = growth.children(cells.space(), growth.closed(), 0, 1_000, none);
        let brute: BTreeSet<Architecture> = (0..cells.space().choices()[0].subsets())
            .flat_map(|i| (0..cells.space().choices()[1].subsets()).map(move |o| (i, o)))
            .map(|(i, o)| {
                let (inputs, operations) = (cells.space().choices()[0].subset(i), cells.space().choices()[1].subset(o));
                let mask = growth.closed().mask().with(0, inputs).with(1, operations);
                cells.space().canonical(&cells.space().accept(mask).unwrap())
            })
            .collect();
        assert_eq!(first, brute);
    }

    #[test]
    fn the_first_blocks_of_pnas_are_the_136_different_ones_of_256() {
        let space = PnasNet::new(5).unwrap().space().clone();
        let growth = Growth::in_order(&space);
        assert_eq!(growth.steps().len(), 5);
        let none = |_: &Choice| -> u64 { panic!("few enough to visit them all") };
        assert_eq!(growth.children(&space, growth.closed(), 0, 1_000, none).len(), 136);
        // Every kept block has 24 · 25 / 2 second ones.
        assert_eq!(growth.children(&space, growth.closed(), 1, 1_000, none).len(), 300);
    }

    #[test]
    fn a_branch_that_opens_is_closed_itself_until_its_step() {
        let choices = [
            Choice::one_of("op", ["identity", "conv"]).unwrap(),
            Choice::one_of("kernel", ["3", "off", "5"]).unwrap().under("op", ["conv"]),
        ];
        let space = SearchSpace::new("branch", choices).unwrap();
        let growth = Growth::in_order(&space);
        let none = |_: &Choice| -> u64 { panic!("few enough to visit them all") };
        let children = growth.children(&space, growth.closed(), 0, 100, none);
        let texts: BTreeSet<String> = children.iter().map(ToString::to_string).collect();
        assert_eq!(texts, ["10/100", "01/010"].map(String::from).into());
    }

    #[test]
    fn of_too_many_ways_some_are_drawn() {
        let cells = CellSpace::new(3, 2).unwrap();
        let growth = Growth::in_order(cells.space());
        let mut rng = draws(1, "growth", 0);
        let some = growth.children(cells.space(), growth.closed(), 1, 20, |choice| choice.sample(&mut rng));
        assert!((10..=20).contains(&some.len()), "{}", some.len());
        assert!(some.iter().all(|one| cells.space().check(one).is_ok()));
    }

    #[test]
    fn a_choice_left_out_is_refused() {
        let space = NasBenchMacro::new().space().clone();
        let closed = Growth::in_order(&space).closed().clone();
        let error = Growth::new(&space, vec![vec![0, 1], vec![1]], closed).unwrap_err();
        assert_eq!(
            error.to_string(),
            "growth, steps: found 3 places, 2 of them different, expected each choice of the space in one step"
        );
    }
}
