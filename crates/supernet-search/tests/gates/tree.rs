//! TPE on a tree of conditional choices.

use crate::report::{Line, difference, median, seeds, spread};
use rand::RngExt;
use supernet_search::{Evaluator, RandomSearch, Score, Scored, SearchError, SearchLimits, Strategy, Tpe, search};
use supernet_space::{Architecture, Choice, Cost, SearchSpace, draws};

/// Eight branches, each with six choices of its own, of four options; the effects of branches and
/// options are normal.
struct Tree {
    effects: Vec<f64>,
    branch: Vec<f64>,
}

impl Tree {
    const BRANCHES: usize = 8;
    const PRIVATE: usize = 6;

    fn new(seed: u64) -> Self {
        let mut rng = draws(seed, "tree", 0);
        // Twelve uniform numbers make a normal one.
        let mut normal = |_| (0..12).map(|_| rng.random::<f64>()).sum::<f64>() - 6.0;
        let branch = (0..Self::BRANCHES).map(&mut normal).collect();
        Self { branch, effects: (0..Self::BRANCHES * Self::PRIVATE * 4).map(&mut normal).collect() }
    }

    /// With the choices of a branch under its option, or all of them always active.
    fn space(is_conditional: bool) -> SearchSpace {
        let names: Vec<String> = (0..Self::BRANCHES).map(|branch| branch.to_string()).collect();
        let mut choices = vec![Choice::one_of("branch", names.clone()).unwrap()];
        for branch in &names {
            for i in 0..Self::PRIVATE {
                let choice = Choice::one_of(format!("{branch}/{i}"), ["a", "b", "c", "d"]).unwrap();
                choices.push(if is_conditional { choice.under("branch", [branch]) } else { choice });
            }
        }
        SearchSpace::new("tree", choices).unwrap()
    }

    fn value(&self, architecture: &Architecture) -> f64 {
        let branch = architecture.bits(0).trailing_zeros() as usize;
        let of_choice = |i: usize| {
            let choice = branch * Self::PRIVATE + i;
            self.effects[4 * choice + architecture.bits(1 + choice).trailing_zeros() as usize]
        };
        self.branch[branch] + (0..Self::PRIVATE).map(of_choice).sum::<f64>()
    }

    fn best(&self) -> f64 {
        let of_branch = |branch: usize| {
            let best =
                |choice: usize| self.effects[4 * choice..4 * choice + 4].iter().copied().fold(f64::MIN, f64::max);
            self.branch[branch] + (0..Self::PRIVATE).map(|i| best(branch * Self::PRIVATE + i)).sum::<f64>()
        };
        (0..Self::BRANCHES).map(of_branch).fold(f64::MIN, f64::max)
    }

    /// The deviation of values of uniform draws.
    fn deviation(&self) -> f64 {
        let space = Self::space(true);
        let mut rng = draws(1, "deviation", 0);
        let values: Vec<f64> = (0..2_000).map(|_| self.value(&space.sample(&mut rng))).collect();
        let mean = values.iter().sum::<f64>() / 2_000.0;
        (values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / 2_000.0).sqrt()
    }
}

impl Evaluator for Tree {
    type Error = SearchError;

    fn evaluate(&mut self, list: &[Architecture]) -> Result<Vec<Scored>, SearchError> {
        let scored = |one: &Architecture| Scored {
            architecture: one.clone(),
            score: Score { accuracy: self.value(one), loss: f64::NAN, images: 0 },
            cost: Cost::default(),
        };
        Ok(list.iter().map(scored).collect())
    }
}

/// How far the best of 50 is from the best of all, in deviations of the space.
fn tree_regret(seed: u64, is_conditional: bool, make: impl Fn(SearchSpace) -> Box<dyn Strategy>) -> f64 {
    let (mut tree, space) = (Tree::new(seed), Tree::space(is_conditional));
    let limits = SearchLimits { candidates: 50, ask: 1, patience: 2_000 };
    let outcome = search(&space, &mut *make(space.clone()), &mut tree, limits).unwrap();
    (tree.best() - outcome.ranked()[0].score.accuracy) / tree.deviation()
}

/// The regrets of TPE on trees, of TPE that takes all choices for active, and of random search.
fn regrets(trees: u64) -> [Vec<f64>; 3] {
    let all = |is_conditional, make: &dyn Fn(SearchSpace, u64) -> Box<dyn Strategy>| {
        (1..=trees).map(|seed| tree_regret(seed, is_conditional, |space| make(space, seed))).collect::<Vec<f64>>()
    };
    let tpe = |space, seed| -> Box<dyn Strategy> { Box::new(Tpe::new(space, seed, "tpe")) };
    let random = |space, seed| -> Box<dyn Strategy> { Box::new(RandomSearch::new(space, seed, "random")) };
    [all(true, &tpe), all(false, &tpe), all(true, &random)]
}

#[test]
fn tpe_on_a_tree_comes_near_its_best_within_50() {
    let [conditional, ..] = regrets(8);
    assert!(median(&conditional) <= 1.4, "{conditional:?}");
}

#[test]
#[ignore = "the full gate"]
fn tpe_on_a_tree_in_full() {
    let seeds = seeds();
    let [conditional, flat, random] = regrets(seeds);
    let gain = difference(&flat, &conditional);
    let passes = median(&conditional) <= 0.7 && gain.low > 0.0;
    Line {
        system: "15 TPE",
        asked: "tpe, 8 branches of 6 choices of their own: within .7 deviations of the best after 50, below TPE that takes all for active".into(),
        found: format!("{}, all active {}, random search {}, less than all active by {gain}", spread(&conditional), spread(&flat), spread(&random)),
        seeds,
        passes,
    }
    .print();
    assert!(passes);
}
