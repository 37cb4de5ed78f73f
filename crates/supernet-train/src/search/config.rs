//! The settings of a search in one serialisable value: presets, the budget, checks.

use super::{NetworkSettings, Networks, PaperSettings};
use crate::{
    Balance, CompanionSettings, LatencyLimit, PathSampling, Scoring, Sgd, StandAloneTraining, SupernetTraining,
    TrainError, UpdateRule,
    checks::{at_least_one, is_default},
};
use burn::tensor::Device;
use serde::{Deserialize, Serialize};
use supernet_data::{Augmentation, ImageShape};
use supernet_nn::{Execution, KnownNet};
use supernet_search::{Constraints, Proposer};
use supernet_space::{CellSpace, PathDropout, SearchSpace, StemKind};

/// A one-shot search: what is searched, how the supernet is trained, how many candidates are
/// scored, what is retrained. It serialises; [`SearchConfig::check`] checks every number. Defaults
/// are those of [`SearchConfig::quick`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SearchConfig {
    /// Every draw of the run is a function of this seed, a stream name and a step. Default 1; any
    /// number.
    pub seed: u64,
    /// The space and the network around it. Default: the paper's, 3 cells of 4 blocks, 8 filters. A
    /// program that defines networks of its own hands them to [`crate::Search::new`].
    pub network: NetworkSettings,
    /// How each training step of the supernet draws its masks. Default: path dropout on a ramp to r
    /// = 0.1. Chains of choices are better trained by [`PathSampling::UniformArchitecture`].
    pub paths: PathSampling,
    /// How the supernet is trained.
    pub supernet: SupernetTraining,
    /// What is trained together with the supernet's weights, from validation examples, and draws
    /// its masks. Default: nothing. With one supernet, which is not split.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub companion: Option<CompanionSettings>,
    /// How candidates are scored.
    pub scoring: Scoring,
    /// Who proposes them. Default: uniform draws. [`Proposer::Companion`] needs a companion.
    #[serde(default, skip_serializing_if = "is_default")]
    pub strategy: Proposer,
    /// Ranges of a candidate's cost, as a stand-alone network. Default: none. A range that no
    /// network of the space meets is refused with the least or greatest cost that there is.
    #[serde(default, skip_serializing_if = "is_default")]
    pub constraints: Constraints,
    /// How long a picked network may take for an answer; what is too slow is passed over. Default:
    /// any time. Measured on the device at hand, so that a run with it depends on the machine; what
    /// was measured is kept, so that it goes on all the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latency: Option<LatencyLimit>,
    /// How chosen architectures are trained from scratch.
    pub stand_alone: StandAloneTraining,
    /// Which candidates are trained from scratch.
    pub retrain: Retrain,
    /// Kernels of this library where the device has them (default), or Burn's own operations
    /// throughout, to compare with.
    #[serde(default)]
    pub execution: Execution,
}

/// Which candidates are trained from scratch and tested.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retrain {
    /// The best by one-shot score. Default 5; 1 to the number of candidates.
    pub picked: usize,
    /// The best by one-shot score among the half of the candidates with fewer parameters. Default
    /// 0; up to the number of candidates.
    #[serde(default, skip_serializing_if = "is_default")]
    pub small: usize,
    /// Drawn uniformly from the space, within the constraints: what the picked must beat. Default
    /// 5; 0 to the number of candidates.
    pub random: usize,
    /// The candidates with most parameters: what a ranking must beat, too. Default 5; 0 to the
    /// number of candidates.
    pub largest: usize,
    /// Whether the network with every path on is trained as well. Default: it is.
    pub all_on: bool,
    /// Networks that are trained at the same time, each on a core of its own; 0 (default) for as
    /// many as there are cores. The results do not depend on it.
    #[serde(default)]
    pub at_once: usize,
}

impl SearchConfig {
    /// A search that ends in minutes on two cores: 3 cells, 8 filters, small images.
    pub fn quick() -> Self {
        Self {
            seed: 1,
            network: NetworkSettings::Paper(PaperSettings::SMALL),
            paths: PathSampling::Dropout(PathDropout::new(0.1).expect("between 0 and 1")),
            supernet: SupernetTraining {
                steps: 1_350,
                batch: 128,
                ghost_batch: 16,
                shares: 1,
                micro_batches: 1,
                warm_up: 0.0,
                balance: Balance::default(),
                supernets: 1,
                split: None,
                sgd: Sgd::default(),
                augmentation: Augmentation { pad: 1, flip: true, cutout: 0 },
            },
            companion: None,
            scoring: Scoring::new(500, 100),
            strategy: Proposer::Random,
            constraints: Constraints::default(),
            latency: None,
            stand_alone: StandAloneTraining {
                filters: 8,
                epochs: 5,
                batch: 128,
                sgd: Sgd::default(),
                drop_path: None,
                rule: UpdateRule::Sgd,
                augmentation: Augmentation { pad: 1, flip: true, cutout: 0 },
                with_validation: true,
                calibration_batches: 20,
            },
            retrain: Retrain { picked: 5, small: 0, random: 5, largest: 5, all_on: true, at_once: 0 },
            execution: Execution::Kernels,
        }
    }

    /// The paper's sizes on CIFAR-10 (PAPER, *One-shot model and training*): 8 cells, 5,000 steps
    /// of 1,024 images in ghost batches of 32, 20,000 candidates, ten networks of 32 filters
    /// trained for 300 epochs.
    pub fn cifar10() -> Self {
        let quick = Self::quick();
        Self {
            network: NetworkSettings::Paper(PaperSettings::CIFAR10),
            supernet: SupernetTraining {
                steps: 5_000,
                batch: 1_024,
                ghost_batch: 32,
                augmentation: Augmentation::STANDARD,
                ..quick.supernet
            },
            scoring: Scoring { candidates: 20_000, ..quick.scoring },
            stand_alone: StandAloneTraining {
                filters: 32,
                epochs: 300,
                augmentation: Augmentation::STANDARD,
                calibration_batches: 100,
                ..quick.stand_alone
            },
            retrain: Retrain { picked: 10, small: 0, random: 10, largest: 10, ..quick.retrain },
            ..quick
        }
    }

    /// The paper's ImageNet variant: the sizes of [`SearchConfig::cifar10`] behind the stem of two
    /// stages of stride 2, networks of 24 filters. For images of a folder whose side is divisible
    /// by 16.
    pub fn imagenet() -> Self {
        let mut cifar10 = Self::cifar10();
        cifar10.with_paper(|paper| paper.stem = StemKind::ImageNet);
        Self { stand_alone: StandAloneTraining { filters: 24, ..cifar10.stand_alone }, ..cifar10 }
    }

    /// The same search with steps, candidates and epochs scaled by `factor`; nothing falls below
    /// what a search needs (two steps, the candidates that are retrained, one epoch). A plan of a
    /// strategy for so many candidates is scaled with them.
    ///
    /// # Errors
    /// A factor that is not above 0, or above a million.
    pub fn with_budget(mut self, factor: f64) -> Result<Self, TrainError> {
        if !(factor > 0.0 && factor <= 1e6) {
            return Err(TrainError::config("budget", factor, "a number above 0, at most 1000000"));
        }
        let scale = |value: f64, least: f64| (value * factor).round().max(least);
        let Retrain { picked, small, random, largest, .. } = self.retrain;
        let least = picked.max(small).max(random).max(largest).max(1);
        self.supernet.steps = scale(self.supernet.steps as f64, 2.0) as u64;
        self.scoring.candidates = scale(self.scoring.candidates as f64, least as f64) as usize;
        self.stand_alone.epochs = scale(self.stand_alone.epochs as f64, 1.0) as usize;
        if let Proposer::Perturb { networks } = &mut self.strategy {
            *networks = scale(*networks as f64, 7.0) as usize;
        }
        Ok(self)
    }

    /// Changes the numbers of the paper's networks; those of another space stay.
    pub fn with_paper(&mut self, change: impl FnOnce(&mut PaperSettings)) {
        if let Some(paper) = self.network.paper_mut() {
            change(paper);
        }
    }

    /// Returns the same search in another known space: networks from scratch as wide as the
    /// supernet, and, where a choice is of one option, one uniform architecture for each ghost
    /// batch.
    pub fn in_space(mut self, network: NetworkSettings) -> Self {
        self.stand_alone.filters = network.filters().unwrap_or(self.stand_alone.filters);
        if network.paper().is_none() {
            self.paths = PathSampling::UniformArchitecture;
        }
        self.network = network;
        self
    }

    /// Returns the searched space, where it is known.
    ///
    /// # Errors
    /// Cells or blocks out of range; networks that a program defines.
    pub fn space(&self) -> Result<SearchSpace, TrainError> {
        self.network.space()?.ok_or_else(|| {
            TrainError::config(
                "network.space",
                self.network.name(),
                "a known space; the definition has that of one's own",
            )
        })
    }

    /// Returns the paper's cells.
    ///
    /// # Errors
    /// Cells or blocks out of range; another space.
    pub fn cells(&self) -> Result<CellSpace, TrainError> {
        match self.network.paper() {
            Some(paper) => paper.cells(),
            None => Err(TrainError::config("network.space", self.network.name(), "paper")),
        }
    }

    /// Returns supernet and stand-alone networks of a known space for images of `shape` and
    /// `classes` classes.
    ///
    /// # Errors
    /// A size out of range, images that are not square, networks that a program defines.
    pub fn networks(
        &self,
        shape: ImageShape,
        classes: usize,
        device: &Device,
    ) -> Result<Networks<KnownNet>, TrainError> {
        self.network.networks(self.stand_alone.filters, shape, classes, device)
    }

    /// Checks every number that does not depend on the data.
    ///
    /// # Errors
    /// The first number that is out of range.
    pub fn check(&self) -> Result<(), TrainError> {
        if let Some(space) = self.network.space()? {
            self.paths.check(&space)?;
        }
        self.supernet.check()?;
        self.companion.map_or(Ok(()), |companion| companion.check())?;
        self.scoring.check()?;
        self.latency.map_or(Ok(()), |latency| latency.check())?;
        self.stand_alone.check()?;
        let Retrain { picked, small, random, largest, .. } = self.retrain;
        at_least_one("retrain.picked", picked)?;
        let shortlist = self.scoring.fine_tune.map_or(0, |fine_tune| fine_tune.shortlist);
        for (field, wanted) in [
            ("retrain.picked", picked),
            ("retrain.small", small),
            ("retrain.random", random),
            ("retrain.largest", largest),
            ("scoring.fine_tune.shortlist", shortlist),
        ] {
            if wanted > self.scoring.candidates {
                let expected = format!("at most scoring.candidates = {}", self.scoring.candidates);
                return Err(TrainError::config(field, wanted, expected));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn presets_are_valid_and_round_trip_through_json() {
        for config in [SearchConfig::quick(), SearchConfig::cifar10(), SearchConfig::imagenet()] {
            config.check().unwrap();
            let json = serde_json::to_string(&config).unwrap();
            assert_eq!(serde_json::from_str::<SearchConfig>(&json).unwrap(), config);
        }
    }

    #[test]
    fn the_budget_scales_steps_candidates_and_epochs_together() {
        let half = SearchConfig::cifar10().with_budget(0.5).unwrap();
        assert_eq!((half.supernet.steps, half.scoring.candidates, half.stand_alone.epochs), (2_500, 10_000, 150));
        let tiny = SearchConfig::cifar10().with_budget(1e-9).unwrap();
        assert_eq!((tiny.supernet.steps, tiny.scoring.candidates, tiny.stand_alone.epochs), (2, 10, 1));
        for found in [0.0, -1.0, 1e308, f64::NAN] {
            let error = SearchConfig::quick().with_budget(found).unwrap_err().to_string();
            assert_eq!(error, format!("budget: found {found}, expected a number above 0, at most 1000000"));
        }
    }

    #[test]
    fn a_batch_that_ghost_batches_do_not_divide_is_refused() {
        let mut config = SearchConfig::quick();
        config.supernet.ghost_batch = 48;
        assert_eq!(
            config.check().unwrap_err().to_string(),
            "supernet.ghost_batch: found 48, expected a divisor of batch = 128"
        );
    }

    #[test]
    fn what_was_added_later_is_left_out_of_files_until_it_is_used() {
        let text = serde_json::to_string(&SearchConfig::quick()).unwrap();
        for later in ["stem", "cutout", "rank_by", "checkpoints", "fine_tune"] {
            assert!(!text.contains(later), "{later} in {text}");
        }
        let mut config = SearchConfig::imagenet();
        config.supernet.augmentation.cutout = 8;
        let text = serde_json::to_string(&config).unwrap();
        assert!(text.contains(r#""stem":"imagenet""#) && text.contains(r#""cutout":8"#), "{text}");
        assert_eq!(serde_json::from_str::<SearchConfig>(&text).unwrap(), config);
    }

    #[test]
    fn an_unknown_field_is_refused_by_name() {
        let json = serde_json::to_string(&SearchConfig::quick()).unwrap().replacen("\"seed\"", "\"sead\"", 1);
        assert!(serde_json::from_str::<SearchConfig>(&json).unwrap_err().to_string().contains("sead"));
    }
}
