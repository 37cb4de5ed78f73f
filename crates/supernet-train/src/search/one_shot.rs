//! One-shot architecture search in one call: train the supernet, score candidates, retrain the best beside their companions, test.

use super::{
    candidates::candidates,
    companions::{Companions, choose, random_companions, ranked, retrain, tested, training_images},
    fine_tuner::FineTuner,
    fixed_sample::FixedSample,
    reach::check_limits,
    retrained::Retrained,
    supernet::{new_supernet, train_fitting},
};
use crate::{
    FineTune, Hooks, LatencyLimit, Progress, SearchConfig, SeededWeights, StandAlone, StandAloneTraining, Standing,
    SupernetEvaluator, TrainError,
    caught::caught,
    latency,
    stage::{SCORING, STAND_ALONE_TRAINING, SUPERNET_TRAINING},
    store::Stages,
    test,
    trust::{RankingEvidence, check_epochs, check_networks, halves, read_checked},
};
use burn::{module::Module, tensor::Device};
use std::{collections::HashMap, ops::Range, path::Path};
use supernet_data::{Normalisation, Split};
use supernet_nn::{Network, NetworkConfig};
use supernet_search::{Outcome, Score, Scored, Strategy, trust::Verdict};
use supernet_space::{Architecture, PathMask};

/// What a search found.
pub struct SearchResult {
    /// Every scored candidate, in the order of scoring.
    pub candidates: Vec<Scored>,
    /// The short-list with its scores after the fine-tune, the best first; empty where none is asked for.
    pub shortlist: Vec<(PathMask, Score)>,
    /// Whether the ranking of the candidates is to be trusted.
    pub verdict: Verdict,
    /// The networks trained from scratch, group by group.
    pub retrained: Vec<Retrained>,
    /// The first of the picked, trained from scratch and calibrated, with its mask.
    pub best: (PathMask, Network),
    /// The trained supernet.
    pub supernet: Network,
    /// The sizes of the stand-alone networks.
    pub stand_alone: NetworkConfig,
    /// How pixels became numbers.
    pub normalisation: Normalisation,
    /// Names of the classes, in the order of the logits.
    pub classes: Vec<String>,
}

/// Runs a whole search: `config` on the images of `split`, on `device`, candidates proposed as `config.strategy` says.
///
/// # Errors
/// As [`crate::train_supernet`]; limits that no network of the space meets, or that no candidate does.
pub fn one_shot_search(
    config: &SearchConfig,
    split: &Split,
    device: &Device,
    progress: &mut dyn Progress,
) -> Result<SearchResult, TrainError> {
    one_shot_search_with(config, split, &mut *config.proposer()?, device, progress)
}

/// [`one_shot_search`] with candidates proposed by `strategy`.
///
/// # Errors
/// As [`one_shot_search`].
pub fn one_shot_search_with(
    config: &SearchConfig,
    split: &Split,
    strategy: &mut dyn Strategy,
    device: &Device,
    progress: &mut dyn Progress,
) -> Result<SearchResult, TrainError> {
    let mut search = OneShot::new(config, split, device, None)?;
    let supernets = search.supernets(progress)?;
    let scored = search.score(&supernets, strategy, progress)?;
    search.retrain(supernets, scored, progress)
}

/// A trained supernet as it is at the end, and as it was before, in order, where scores are means over several states.
pub(crate) struct Supernets {
    pub(crate) last: Network,
    earlier: Vec<Network>,
}

/// A search, stage by stage. With [`Stages`] each leaves there what it finds, or reads it back. A panic in a stage is an error of it.
pub(crate) struct OneShot<'a> {
    config: &'a SearchConfig,
    split: &'a Split,
    device: &'a Device,
    normalisation: Normalisation,
    stand_alone: NetworkConfig,
    stages: Option<Stages>,
}

/// Scored candidates, and the network with every path on.
pub(crate) struct ScoredCandidates {
    pub(crate) outcome: Outcome,
    companions: Companions,
}

impl<'a> OneShot<'a> {
    /// # Errors
    /// A configuration that does not fit the images.
    pub(crate) fn new(
        config: &'a SearchConfig,
        split: &'a Split,
        device: &'a Device,
        stages: Option<Stages>,
    ) -> Result<Self, TrainError> {
        config.check()?;
        let normalisation = Normalisation::of(&split.train);
        let stand_alone = config.stand_alone(split.train.shape(), split.train.classes().len())?;
        check_limits(config, &stand_alone)?;
        Ok(Self { config, split, device, normalisation, stand_alone, stages })
    }

    /// The trained supernet, with the earlier states that scores are means over.
    pub(crate) fn supernets(&mut self, progress: &mut dyn Progress) -> Result<Supernets, TrainError> {
        caught(SUPERNET_TRAINING, || self.train(progress))
    }

    fn train(&mut self, progress: &mut dyn Progress) -> Result<Supernets, TrainError> {
        let Self { config, split, device, normalisation, stages, .. } = self;
        let steps = config.supernet.earlier_steps(config.scoring.checkpoints - 1);
        let sample = FixedSample::new(config, split, normalisation, device)?;
        let train = |hooks: Hooks, progress: &mut dyn Progress| {
            train_fitting(config, split, normalisation, device, hooks, progress)
        };
        let Some(stages) = stages else {
            let mut earlier = Vec::new();
            let after = &mut |step, network: &Network, progress: &mut dyn Progress| {
                earlier.extend(steps.contains(&step).then(|| network.valid()));
                sample.show(step, network, progress)
            };
            let last = train(Hooks { after, plain_l2: false, keeper: None }, progress)?;
            return Ok(Supernets { last, earlier });
        };
        let build = || new_supernet(config, split, &device.clone().inner());
        let earlier = stages.earlier(steps);
        let after = &mut |step, network: &Network, progress: &mut dyn Progress| {
            if earlier.is_due(step) {
                earlier.save(step, &network.valid())?;
            }
            sample.show(step, network, progress)
        };
        let last = stages.supernet(SUPERNET_TRAINING, build, |keeper| {
            train(Hooks { after, plain_l2: false, keeper: Some(keeper) }, progress)
        })?;
        Ok(Supernets { last, earlier: earlier.load(build)? })
    }

    /// The candidates that `strategy` proposes, scored.
    pub(crate) fn score(
        &mut self,
        supernets: &Supernets,
        strategy: &mut dyn Strategy,
        progress: &mut dyn Progress,
    ) -> Result<ScoredCandidates, TrainError> {
        caught(SCORING, || self.candidates(supernets, strategy, progress))
    }

    fn candidates(
        &mut self,
        supernets: &Supernets,
        strategy: &mut dyn Strategy,
        progress: &mut dyn Progress,
    ) -> Result<ScoredCandidates, TrainError> {
        let Self { config, split, device, normalisation, stand_alone, stages } = self;
        let (scoring, space, shape) = (config.scoring, stand_alone.cells.space(), stand_alone.shape);
        let ledger = stages.as_ref().map(|stages| stages.ledger());
        let mut evaluator = SupernetEvaluator::new(
            &supernets.last,
            shape,
            &split.validation,
            normalisation,
            scoring,
            device,
            progress,
        )?
        .with_earlier(&supernets.earlier)
        .with_execution(config.execution)
        .with_ledger(ledger)?;
        let cost = |architecture: &Architecture| Ok(shape.cost(&stand_alone.cells, architecture)?);
        let outcome = match stages {
            None => candidates(config, space, strategy, &mut evaluator, cost)?,
            Some(stages) => {
                let mut recorded =
                    stages.recorded(space, scoring.rank_by, &mut evaluator)?.of_its_own(scoring.halving.is_some());
                candidates(config, space, strategy, &mut recorded, cost)?
            }
        };
        let mut evaluator = evaluator.without_ledger();
        let mut score = |mask: &PathMask| Ok(evaluator.score(std::slice::from_ref(mask))?[0]);
        let all_on = space.all_on();
        let all_on = (all_on.clone(), score(&all_on)?, shape.cost(&stand_alone.cells, &all_on)?);
        let random = random_companions(config, space, &outcome, strategy.is_uniform(), score, cost)?;
        // The evaluator shows nothing of scores that were read back.
        Standing::with(config.scoring.rank_by, None, &outcome.scored)
            .iter()
            .for_each(|standing| progress.standing(standing));
        Ok(ScoredCandidates { outcome, companions: Companions { random, all_on } })
    }

    /// What is known of the candidates' ranking; some are scored once more for it, on each half of
    /// the validation images.
    pub(crate) fn evidence<'e>(
        &'e self,
        supernets: &Supernets,
        scored: &'e ScoredCandidates,
        progress: &mut dyn Progress,
    ) -> Result<RankingEvidence<'e>, TrainError> {
        let Self { config, split, device, normalisation, stand_alone, stages } = self;
        let (scoring, candidates) = (config.scoring, &scored.outcome.scored[..]);
        let on_some = |masks: &[PathMask], places: Range<usize>| {
            let images = split.validation.subset(&places.collect::<Vec<_>>())?;
            let shape = stand_alone.shape;
            SupernetEvaluator::new(&supernets.last, shape, &images, normalisation, scoring, device, &mut *progress)?
                .with_earlier(&supernets.earlier)
                .with_execution(config.execution)
                .score(masks)
        };
        let (score_batch, images) = (scoring.score_batch, split.validation.len());
        Ok(RankingEvidence {
            space: stand_alone.cells.space(),
            candidates,
            rank_by: scoring.rank_by,
            seed: config.seed,
            halves: halves(candidates, images, score_batch, stages.as_ref().map(Stages::folder), on_some)?,
            losses: stages.as_ref().map_or_else(|| Ok(Vec::new()), |stages| stages.losses(SUPERNET_TRAINING))?,
            checked: stages.as_ref().map_or_else(|| Ok(HashMap::new()), |stages| read_checked(stages.folder()))?,
        })
    }

    /// Trains `networks` candidates, spread over the ranking, from scratch on the training images,
    /// for a quarter of the epochs, scores them on the validation images and leaves that in
    /// `folder`.
    pub(crate) fn check(
        &self,
        evidence: &RankingEvidence,
        networks: usize,
        folder: &Path,
        progress: &mut dyn Progress,
    ) -> Result<(), TrainError> {
        let Self { config, split, device, normalisation, stand_alone, .. } = self;
        let epochs = check_epochs(config.stand_alone.epochs);
        let trainer = StandAlone {
            config: stand_alone,
            training: &StandAloneTraining { epochs, ..config.stand_alone },
            images: &split.train,
            normalisation,
            seed: config.seed,
            execution: config.execution,
            device,
        };
        let masks = evidence.to_check(networks);
        check_networks(folder, &masks, trainer.steps()?, config.retrain.at_once, progress, |mask, progress| {
            test(&trainer.train(mask, progress)?, mask, &split.validation, normalisation, device)
        })
    }

    /// The short-list with its scores after a fine-tune, the best first; empty where none is asked for.
    fn fine_tuned(
        &self,
        supernet: &Network,
        outcome: &Outcome,
        progress: &mut dyn Progress,
    ) -> Result<Vec<(PathMask, Score)>, TrainError> {
        let Self { config, split, device, normalisation, stages, .. } = self;
        let Some(fine_tune @ FineTune { shortlist, .. }) = config.scoring.fine_tune else { return Ok(Vec::new()) };
        let rank_by = config.scoring.rank_by;
        let ranked = outcome.ranked_by(rank_by).into_iter().filter(|scored| scored.score.is_number());
        let best = ranked.take(shortlist);
        let masks: Vec<PathMask> = best.map(|scored| scored.architecture.mask().clone()).collect();
        let training = fine_tune.recipe(config.stand_alone);
        let tuner = FineTuner { supernet, config, training, split, normalisation, device };
        let file = stages.as_ref().map(Stages::shortlist);
        let scores = tuner.scores(&masks, file.as_deref(), progress)?;
        let mut tuned: Vec<(PathMask, Score)> = masks.into_iter().zip(scores).collect();
        tuned.sort_by(|(_, a), (_, b)| rank_by.better_first(a, b));
        Ok(tuned)
    }

    /// The best candidates of those in order that answer fast enough, as many as are to be picked.
    fn fast_enough<'s>(&self, ranked: Vec<&'s Scored>) -> Result<Vec<&'s Scored>, TrainError> {
        let Self { config, stages, .. } = self;
        let wanted = config.retrain.picked;
        let Some(limit @ LatencyLimit { images, least_ms, most_ms }) = config.latency else {
            return Ok(ranked.into_iter().take(wanted).collect());
        };
        let known = stages.as_ref().map_or_else(|| Ok(HashMap::new()), |stages| stages.latencies(images))?;
        let (mut fast, mut nearest) = (Vec::new(), None::<(f64, &PathMask)>);
        for &scored in &ranked {
            let mask = scored.architecture.mask();
            let ms = known.get(mask).map_or_else(|| self.measured(mask, images), |&ms| Ok(ms))?;
            if nearest.is_none_or(|(least, _)| limit.beyond(ms) < limit.beyond(least)) {
                nearest = Some((ms, mask));
            }
            if limit.beyond(ms) == 0.0 {
                fast.push(scored);
            }
            if fast.len() == wanted {
                break;
            }
        }
        match nearest {
            Some((nearest_ms, nearest)) if fast.is_empty() => Err(TrainError::Latency {
                candidates: ranked.len(),
                least_ms,
                most_ms,
                nearest: nearest.clone(),
                nearest_ms,
            }),
            _ => Ok(fast),
        }
    }

    /// Measures the latency of an architecture's network for `images` images, in milliseconds, and notes it.
    fn measured(&self, mask: &PathMask, images: usize) -> Result<f64, TrainError> {
        let Self { config, device, stand_alone, stages, .. } = self;
        let inner = Device::clone(device).inner();
        let network = stand_alone.stand_alone(mask, &mut SeededWeights::new(config.seed), &inner)?;
        let ms = latency(&network, mask, images, config.execution, device)?.median_ms;
        stages.as_ref().map_or(Ok(()), |stages| stages.note_latency(mask, images, ms))?;
        Ok(ms)
    }

    /// The best and their companions, trained from scratch and tested.
    pub(crate) fn retrain(
        self,
        supernets: Supernets,
        scored: ScoredCandidates,
        progress: &mut dyn Progress,
    ) -> Result<SearchResult, TrainError> {
        let verdict = caught(SCORING, || self.evidence(&supernets, &scored, progress)?.verdict())?;
        caught(STAND_ALONE_TRAINING, || self.networks(supernets.last, scored, verdict, progress))
    }

    fn networks(
        self,
        supernet: Network,
        scored: ScoredCandidates,
        verdict: Verdict,
        progress: &mut dyn Progress,
    ) -> Result<SearchResult, TrainError> {
        let shortlist = self.fine_tuned(&supernet, &scored.outcome, progress)?;
        let picked = self.fast_enough(ranked(self.config, &scored.outcome, &shortlist))?;
        let Self { config, split, device, normalisation, stand_alone, stages } = self;
        let chosen = choose(config, &scored.outcome, &picked, scored.companions);
        let images = training_images(config, split)?;
        let trainer = StandAlone {
            config: &stand_alone,
            training: &config.stand_alone,
            images: &images,
            normalisation: &normalisation,
            seed: config.seed,
            execution: config.execution,
            device,
        };
        let at_once = config.retrain.at_once;
        let networks = retrain(&chosen, |masks| trainer.train_in(stages.as_ref(), masks, at_once, progress))?;
        let on_test = |network: &Network, mask: &PathMask| test(network, mask, &split.test, &normalisation, device);
        let retrained = tested(&chosen, &networks, on_test)?;
        if let Some(mut stages) = stages {
            stages.note(retrained.iter().map(Retrained::event))?;
        }
        let best = (chosen[0].1.clone(), networks.into_iter().next().expect("at least one picked"));
        let (candidates, classes) = (scored.outcome.scored, split.train.classes().to_vec());
        Ok(SearchResult {
            candidates,
            shortlist,
            verdict,
            retrained,
            best,
            supernet,
            stand_alone,
            normalisation,
            classes,
        })
    }
}
