//! NAS-RL against a hidden graph.

use crate::report::{Line, median, seeds};
use supernet_search::{Reinforce, Score, Scored, Strategy};
use supernet_space::{Architecture, Choice, Cost, SearchSpace, draws};

/// Six layers of four operations, each of which reads any of those before it.
fn graphs() -> SearchSpace {
    let layer = |layer: usize| {
        let operation = Choice::one_of(format!("layer{layer}/operation"), ["a", "b", "c", "d"]).unwrap();
        let earlier = (1..layer).map(|earlier| format!("layer{earlier}"));
        let inputs = (layer > 1).then(|| Choice::new(format!("layer{layer}/inputs"), earlier, 0..=layer - 1).unwrap());
        [Some(operation), inputs]
    };
    SearchSpace::new("graphs", (1..=6).flat_map(layer).flatten()).unwrap()
}

/// The mean reward of the last 100 of 2,000 samples of NAS-RL where the reward is 1 − the share of
/// bits and operations that differ from a hidden graph's.
fn nas_rl_finds_a_hidden_graph(seed: u64) -> f64 {
    let space = graphs();
    let hidden = space.sample(&mut draws(seed, "hidden", 0));
    let reward = |architecture: &Architecture| {
        let of_choice = |(place, choice): (usize, &Choice)| match choice.max() {
            1 if choice.min() == 1 => u32::from(architecture.bits(place) != hidden.bits(place)),
            _ => (architecture.bits(place) ^ hidden.bits(place)).count_ones(),
        };
        // 15 bits and 6 operations.
        1.0 - f64::from(space.choices().iter().enumerate().map(of_choice).sum::<u32>()) / 21.0
    };
    let mut nas_rl = Reinforce::nas_rl(space.clone(), seed, "nas-rl");
    let mut last = Vec::new();
    for _ in 0..200 {
        let score = |a: &Architecture| Score { accuracy: reward(a), loss: f64::NAN, images: 0 };
        let scored =
            |architecture: Architecture| Scored { score: score(&architecture), architecture, cost: Cost::default() };
        let told: Vec<Scored> = nas_rl.ask(10).into_iter().map(scored).collect();
        last.extend(told.iter().map(|scored| scored.score.accuracy));
        nas_rl.tell(&told);
    }
    last[1_900..].iter().sum::<f64>() / 100.0
}

#[test]
fn nas_rl_comes_near_a_hidden_graph() {
    let rewards = [1, 2].map(nas_rl_finds_a_hidden_graph);
    assert!(rewards.iter().all(|&reward| reward >= 0.8), "{rewards:?}");
}

#[test]
#[ignore = "the full gate"]
fn nas_rl_comes_near_a_hidden_graph_in_nine_of_ten_seeds() {
    let seeds = seeds();
    let rewards: Vec<f64> = (1..=seeds).map(nas_rl_finds_a_hidden_graph).collect();
    let near = rewards.iter().filter(|&&reward| reward >= 0.9).count() as u64;
    let passes = 10 * near >= 9 * seeds;
    Line {
        system: "3 NAS-RL",
        asked:
            "nas-rl on a hidden graph of 6 layers: mean reward of samples 1,901 to 2,000 at least .9 in 9 of 10 seeds"
                .into(),
        found: format!("in {near}, median {:.3}", median(&rewards)),
        seeds,
        passes,
    }
    .print();
    assert!(passes, "{near} of {seeds}");
}
