//! The tables of trained networks.

use std::path::Path;
use supernet_search::{RandomSearch, Scored, SearchLimits, Strategy, Table, search};
use supernet_space::{NasBenchMacro, SearchSpace};

/// Returns the file `name` of the folder that `SUPERNET_DATA` names; says so and gives nothing
/// where there is none.
pub fn data(name: &str) -> Option<Vec<u8>> {
    let Some(data) = std::env::var_os("SUPERNET_DATA") else {
        println!("skipped: SUPERNET_DATA names no folder that holds nas-bench/{name}");
        return None;
    };
    let path = Path::new(&data).join("nas-bench").join(name);
    Some(std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display())))
}

/// NAS-Bench-Macro: a search sees the first training; regret is that of the mean of three, in
/// points.
pub struct Macro {
    pub space: SearchSpace,
    pub table: Table,
    best: f64,
}

impl Macro {
    pub fn read() -> Option<Self> {
        let csv = data("nasbench_macro_cifar10.csv")?;
        let space = NasBenchMacro::new().space().clone();
        let table = Table::nas_bench_macro("macro.csv", &csv[..], &["acc1"]).unwrap().complete(&space).unwrap();
        let best = table.rows().iter().filter_map(|row| row.test).fold(0.0, f64::max);
        Some(Self { space, table, best })
    }

    /// Returns the choices of its three stages.
    pub fn stages() -> Vec<Vec<usize>> {
        [0..2, 2..5, 5..8].map(Iterator::collect).into()
    }

    /// Computes the regret of a network.
    pub fn regret(&self, scored: &Scored) -> f64 {
        100.0 * (self.best - self.table.reported(&scored.architecture).unwrap())
    }

    /// Computes the regret of the best by what was seen after 1, 2, … networks; a search that ended
    /// early keeps what it found.
    pub fn regrets(&self, strategy: &mut dyn Strategy, queries: usize) -> Vec<f64> {
        let limits = SearchLimits { candidates: queries, ask: 1, patience: 2_000 };
        let outcome = search(&self.space, strategy, &mut self.table.clone(), limits).unwrap();
        let mut best: Option<&Scored> = None;
        let mut regrets = Vec::new();
        for scored in &outcome.scored {
            best = best.filter(|best| scored.score.better_first(&best.score).is_ge()).or(Some(scored));
            regrets.push(self.regret(best.unwrap()));
        }
        regrets.resize(queries, *regrets.last().unwrap());
        regrets
    }

    /// Returns random search under a seed.
    pub fn random(&self, seed: u64) -> RandomSearch {
        RandomSearch::new(self.space.clone(), seed, "random")
    }
}
