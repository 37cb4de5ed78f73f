//! What a search of 100,000 candidates takes each strategy with its default settings, asking and
//! telling, over the paper's cells, and how large its stored state then is. In the middle it is
//! stored and goes on from its text.
//!
//! ```text
//! cargo test --release -p supernet-search --test hundred_thousand -- --ignored --nocapture | grep '^|'
//! ```
//!
//! With all tests it runs with 200 candidates.

mod processor_time;
mod yardstick;

use processor_time::now;
use serde::{Serialize, de::DeserializeOwned};
use std::time::Duration;
use supernet_search::{
    CoEvolution, EditPolicy, GeneticAlgorithm, Guided, HierarchicalEvolution, HillClimbing, Neat, Nsga2, Objective,
    PairTournament, Perturb, PoolEvolution, Ppo, Progressive, QLearning, RandomSearch, RegularisedEvolution, Reinforce,
    Score, Scored, Strategy, TournamentEvolution, Tpe,
};
use supernet_space::{Architecture, CellSpace, Cost, MobileChain};
use yardstick::yards;

/// A smooth score with some noise of its own for each architecture.
fn score(architecture: &Architecture) -> Scored {
    let (mut value, mut hash) = (0.0, 1u64);
    for (i, bit) in architecture.to_string().bytes().enumerate() {
        value += f64::from(u8::from(bit == b'1')) * ((i as f64 + 1.0) * 0.37).sin();
        hash = (hash ^ u64::from(bit)).wrapping_mul(0x0100_0000_01b3);
    }
    let accuracy = 0.8 + 0.02 * value + (hash % 97) as f64 * 1e-4;
    let cost = Cost { parameters: 1_000 * u64::from(architecture.paths_on()), macs: 1 + hash % 1_000 };
    Scored { architecture: architecture.clone(), score: Score { accuracy, loss: f64::NAN, images: 0 }, cost }
}

/// Runs a search of so many candidates and prints a line.
fn run<S: Strategy + Serialize + DeserializeOwned>(mut strategy: S, candidates: usize) {
    /// The most that a search asks for at once.
    const ASK: usize = 50;
    let (mut asked, mut spent, mut stored) = (0, Duration::ZERO, None::<S>);
    while asked < candidates {
        let wanted = strategy.most_at_once().min(ASK);
        if asked >= candidates / 2 && stored.is_none() {
            let mut resumed: S = serde_json::from_str(&serde_json::to_string(&strategy).unwrap()).unwrap();
            let from_text = resumed.ask(wanted);
            assert_eq!(from_text, strategy.ask(wanted), "{}", strategy.name());
            let told: Vec<Scored> = from_text.iter().map(score).collect();
            resumed.tell(&told);
            stored = Some(std::mem::replace(&mut strategy, resumed));
            asked += wanted;
            continue;
        }
        let started = now();
        let proposals = strategy.ask(wanted);
        spent += now() - started;
        asked += proposals.len();
        let told: Vec<Scored> = proposals.iter().map(score).collect();
        let started = now();
        strategy.tell(&told);
        spent += now() - started;
    }
    let bytes = serde_json::to_string(&strategy).unwrap().len();
    println!("\n| {} | {:.1} s | {:.1} kB |", strategy.name(), spent.as_secs_f64(), bytes as f64 / 1e3);
    assert!(yards(spent) < 1_200.0, "{}: {spent:?}", strategy.name());
    // At most an entry for each network, and what policies and populations hold.
    assert!(bytes < 300 * candidates + 2_000_000, "{}: {bytes} bytes", strategy.name());
}

fn run_all(candidates: usize) {
    let space = || CellSpace::new(8, 4).unwrap().space().clone();
    let objectives = [Objective::Accuracy, Objective::Parameters];
    run(RandomSearch::new(space(), 1, "all"), candidates);
    run(RegularisedEvolution::new(space(), 1, "all"), candidates);
    run(TournamentEvolution::new(space(), 1, "all"), candidates);
    run(HillClimbing::new(space(), 1, "all"), candidates);
    run(Nsga2::new(space(), &objectives, 1, "all").unwrap(), candidates);
    run(Tpe::new(space(), 1, "all"), candidates);
    run(Reinforce::factorised(space(), 1, "all"), candidates);
    run(Reinforce::lstm(space(), 1, "all"), candidates);
    run(Reinforce::nas_rl(space(), 1, "all"), candidates);
    run(Ppo::factorised(space(), 1, "all"), candidates);
    run(Ppo::lstm(space(), 1, "all"), candidates);
    run(QLearning::new(space(), 1, "all"), candidates);
    run(GeneticAlgorithm::new(space(), 1, "all"), candidates);
    run(HierarchicalEvolution::new(space(), 1, "all"), candidates);
    run(PairTournament::new(space(), 1, "all"), candidates);
    run(Perturb::new(space(), 1, "all"), candidates);
    run(PoolEvolution::new(space(), 1, "all"), candidates);
    run(Neat::new(space(), 1, "all").unwrap(), candidates);
    run(Guided::ridge_ei(space(), 1, "all"), candidates);
    run(Guided::gp_ei(space(), 1, "all"), candidates);
    run(Guided::gp_ei_per_second(space(), 1, "all"), candidates);
    run(Guided::dngo(space(), 1, "all"), candidates);
    run(Progressive::pnas(space(), 1, "all"), candidates);
    run(Progressive::gp(space(), 1, "all"), candidates);
    // These need choices of one option each.
    let chain = || MobileChain::mobilenet_v2().space().clone();
    run(EditPolicy::new(chain(), 1, "all").unwrap(), candidates);
    run(CoEvolution::new(chain(), 1, "all").unwrap(), candidates);
}

#[test]
fn a_search_of_two_hundred_is_stored_and_goes_on() {
    run_all(200);
}

#[test]
#[ignore = "minutes"]
fn a_search_of_a_hundred_thousand_takes_minutes_at_most_and_an_entry_for_each_network() {
    run_all(100_000);
}
