//! Generations of CoDeepNEAT get better.

use crate::{
    bench::Macro,
    report::{Line, seeds},
};
use supernet_search::{CoEvolution, Evaluator, Strategy};
use supernet_space::Architecture;

/// The seeds under which the mean score of a co-evolution's last generation is above that of its
/// first.
fn rising_generations(bench: &Macro, seeds: u64) -> usize {
    let Macro { space, table, .. } = bench;
    let rises = |seed: u64| {
        let mut co_evolution =
            CoEvolution::new(space.clone(), seed, "co-evolution").unwrap().with_stages(Macro::stages()).unwrap();
        let mut means = Vec::new();
        for _ in 0..10 {
            let asked = co_evolution.ask(20);
            let networks: Vec<Architecture> = asked.iter().map(|architecture| space.canonical(architecture)).collect();
            let mut told = table.clone().evaluate(&networks).unwrap();
            told.iter_mut().zip(asked).for_each(|(scored, architecture)| scored.architecture = architecture);
            means.push(told.iter().map(|scored| scored.score.accuracy).sum::<f64>() / 20.0);
            co_evolution.tell(&told);
        }
        means[9] > means[0]
    };
    (1..=seeds).filter(|&seed| rises(seed)).count()
}

#[test]
fn generations_of_co_evolution_get_better() {
    let Some(bench) = Macro::read() else { return };
    assert!(rising_generations(&bench, 6) >= 5);
}

#[test]
#[ignore = "the full gate"]
fn generations_of_co_evolution_get_better_in_nine_of_ten_seeds() {
    let Some(bench) = Macro::read() else { return };
    let (seeds, rising) = (seeds(), rising_generations(&bench, seeds()) as u64);
    let passes = 10 * rising >= 9 * seeds;
    Line {
        system: "12 CoDeepNEAT",
        asked: "co-evolution: the tenth generation's mean is above the first's in 9 of 10 seeds".into(),
        found: format!("in {rising}"),
        seeds,
        passes,
    }
    .print();
    assert!(passes, "{rising} of {seeds}");
}
