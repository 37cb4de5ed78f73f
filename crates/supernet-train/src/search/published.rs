//! Settings of other systems of the references, as they were published.

use super::{NetworkSettings, Retrain, SearchConfig};
use crate::{
    CompanionKind, CompanionSettings, EnasSettings, Scoring, Sgd, StandAloneTraining, SupernetTraining, Updates,
};
use supernet_data::Augmentation;
use supernet_nn::MaskedL2;
use supernet_search::Proposer;
use supernet_space::Schedule;

/// The training images of CIFAR-10 when 5,000 are held out.
const IMAGES: usize = 45_000;

/// Training steps of so many epochs.
fn steps(epochs: usize, batch: usize) -> u64 {
    (epochs * (IMAGES / batch)) as u64
}

/// A cosine from `highest` to `lowest` over the first 10 of `epochs` epochs, and again over twice
/// as many as before. L2 is the factor of w² in the authors' loss, so λ is twice that.
fn with_restarts(epochs: usize, [highest, lowest]: [f64; 2], l2: f64) -> Sgd {
    let schedule = Schedule::Restarts { first: 10.0 / epochs as f64, growth: 2.0, least: lowest / highest };
    Sgd { learning_rate: highest, schedule, l2: MaskedL2 { decay: 2.0 * l2, ..MaskedL2::default() }, ..Sgd::default() }
}

impl SearchConfig {
    /// The preset cifar10 in the published form of a known space, with a companion that draws the
    /// masks and proposes: an architecture for each training step, the ten best of 100 candidates
    /// trained from scratch beside ten at random.
    fn accompanied(space: &str, enas: EnasSettings, every: u64) -> Self {
        let network = NetworkSettings::of_space(space, false).expect("a known space");
        let updates = Updates { every, ..Updates::default() };
        let cifar10 = Self::cifar10();
        Self {
            companion: Some(CompanionSettings { updates, kind: CompanionKind::Enas(enas) }),
            strategy: Proposer::Companion,
            scoring: Scoring { candidates: 100, ..cifar10.scoring },
            retrain: Retrain { largest: 0, all_on: false, ..cifar10.retrain },
            ..cifar10
        }
        .in_space(network)
    }

    /// Whole networks of ENAS on CIFAR-10 (Pham, Guan, Zoph, Le and Dean, ICML 2018; numbers of the
    /// authors' scripts): 12 layers of 36 filters, 310 epochs of batches of 128, 50 updates of the
    /// LSTM an epoch; the best of 100 draws trained for as long with 96 filters.
    ///
    /// What the scripts have besides is not here: dropout and drop path in the supernet, an
    /// auxiliary head, and 24 layers when the winner is trained.
    pub fn enas_macro() -> Self {
        let search = Self::accompanied("enas-macro", EnasSettings::default(), 7);
        Self {
            supernet: SupernetTraining {
                steps: steps(310, 128),
                batch: 128,
                ghost_batch: 128,
                sgd: with_restarts(310, [0.05, 0.0005], 2.5e-4),
                ..search.supernet
            },
            stand_alone: StandAloneTraining {
                filters: 96,
                epochs: 310,
                batch: 100,
                sgd: with_restarts(310, [0.05, 0.001], 2e-4),
                ..search.stand_alone
            },
            ..search
        }
    }

    /// Cells of ENAS on CIFAR-10 (the same): cells of 5 nodes, two normal ones in each of three
    /// stages, 20 filters, 150 epochs of batches of 160, 30 updates of ten networks an epoch; the
    /// best of 100 draws trained for 630 epochs with 36 filters, drop path and cutout.
    ///
    /// The winner is as deep as the supernet, where the authors have five cells a stage; their
    /// fixed preference for separable convolutions, and that operations are drawn more evenly than
    /// inputs, is not here.
    pub fn enas_micro() -> Self {
        let enas =
            EnasSettings { samples: 10, tanh_constant: 1.1, rate: 0.0035, skip_rate: None, ..EnasSettings::default() };
        let search = Self::accompanied("enas-micro", enas, 9);
        Self {
            supernet: SupernetTraining {
                steps: steps(150, 160),
                batch: 160,
                ghost_batch: 160,
                sgd: with_restarts(150, [0.05, 0.0005], 1e-4),
                ..search.supernet
            },
            stand_alone: StandAloneTraining {
                filters: 36,
                epochs: 630,
                batch: 144,
                sgd: with_restarts(630, [0.05, 0.0001], 2e-4),
                drop_path: Some("0.4".parse().expect("a rate")),
                augmentation: Augmentation { cutout: 16, ..Augmentation::STANDARD },
                ..search.stand_alone
            },
            ..search
        }
    }

    /// The recurrent cell of ENAS (the same), which the paper searched on text and which here reads
    /// images row by row: 12 nodes, 100 epochs of batches of 20 at a learning rate of 0.25 that
    /// falls by a twentieth each epoch, 100 updates of ten cells an epoch, logits 2.5·tanh(θ/5).
    pub fn enas_recurrent() -> Self {
        let enas = EnasSettings {
            samples: 10,
            tanh_constant: 2.5,
            temperature: 5.0,
            entropy: 1e-3,
            skip_rate: None,
            ..EnasSettings::default()
        };
        let search = Self::accompanied("enas-rnn", enas, 22);
        let sgd = Sgd {
            learning_rate: 0.25,
            schedule: Schedule::Steps { every: 0.01, factor: 0.95 },
            momentum: 0.0,
            l2: MaskedL2 { decay: 2e-7, clip: 10.0, ..MaskedL2::default() },
            ..Sgd::default()
        };
        Self {
            supernet: SupernetTraining {
                steps: steps(100, 20),
                batch: 20,
                ghost_batch: 20,
                sgd,
                augmentation: Augmentation::NONE,
                ..search.supernet
            },
            stand_alone: StandAloneTraining {
                epochs: 100,
                batch: 20,
                sgd,
                augmentation: Augmentation::NONE,
                ..search.stand_alone
            },
            ..search
        }
    }

    /// SMASH on CIFAR-10 (Brock, Lim, Ritchie and Weston 2017; numbers of the authors' code): 100
    /// epochs of batches of 50 with an architecture for each step, drawn uniformly, whose weights a
    /// hypernetwork makes; 500 random candidates, 100 perturbations of the best, 100 steps of a
    /// chain; the best trained from scratch as in [`SearchConfig::cifar10`].
    ///
    /// The space is [`MemoryBanks`](supernet_space::MemoryBanks); the optimiser is this library's,
    /// where the authors have Adam.
    pub fn smash() -> Self {
        let network = NetworkSettings::of_space("memory-banks", false).expect("a known space");
        let search = Self::cifar10().in_space(network);
        Self {
            supernet: SupernetTraining { steps: steps(100, 50), batch: 50, ghost_batch: 50, ..search.supernet },
            strategy: Proposer::Perturb { networks: 700 },
            scoring: Scoring { candidates: 700, ..search.scoring },
            retrain: Retrain { all_on: false, ..search.retrain },
            ..search
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_settings_are_valid_and_have_the_published_numbers() {
        let all = [
            (SearchConfig::enas_macro(), "enas-macro", 108_810, 310),
            (SearchConfig::enas_micro(), "enas-micro", 42_150, 630),
            (SearchConfig::enas_recurrent(), "enas-rnn", 225_000, 100),
            (SearchConfig::smash(), "memory-banks", 90_000, 300),
        ];
        for (config, space, steps, epochs) in all {
            config.check().unwrap();
            assert_eq!((config.network.name(), config.supernet.steps), (space, steps));
            assert_eq!(config.stand_alone.epochs, epochs);
            assert_eq!(config.paths, crate::PathSampling::UniformArchitecture);
            let json = serde_json::to_string(&config).unwrap();
            assert_eq!(serde_json::from_str::<SearchConfig>(&json).unwrap(), config);
            config.with_budget(1e-6).unwrap().check().unwrap();
        }
    }

    #[test]
    fn the_plan_of_smash_is_scaled_with_its_candidates() {
        let tenth = SearchConfig::smash().with_budget(0.1).unwrap();
        assert_eq!((tenth.scoring.candidates, tenth.strategy), (70, Proposer::Perturb { networks: 70 }));
    }

    #[test]
    fn the_last_cosine_of_the_published_restarts_ends_with_the_training() {
        for (epochs, periods) in [(310, 5), (150, 4), (630, 6)] {
            assert_eq!(10 * ((1 << periods) - 1), epochs);
            let Sgd { schedule, learning_rate, l2, .. } = with_restarts(epochs, [0.05, 0.0005], 2.5e-4);
            let at = |step: u64| schedule.at(learning_rate, step, epochs as u64);
            assert!((at(0) - 0.05).abs() < 1e-12 && (at(10) - 0.05).abs() < 1e-12, "{epochs}");
            assert!(at(epochs as u64 - 1) < 0.0006, "{epochs}");
            assert_eq!(l2.decay, 5e-4);
        }
    }
}
