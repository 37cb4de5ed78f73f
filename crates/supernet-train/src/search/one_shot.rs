//! A search, stage by stage: train the supernet, score candidates, retrain the best beside their
//! companions, test.

use super::{
    Search,
    candidates::candidates,
    companions::{Chosen, Companions, choose, random_companions, ranked, retrain, shortlisted_first, tested},
    fine_tuner::FineTuner,
    parts::{OwnEvaluator, Scene},
    retrained::Retrained,
};
use crate::{
    Accompanied, Companion, Course, Examples, FineTune, Hooks, LatencyLimit, Progress, Proxies, SeededWeights, Silent,
    StandAloneTraining, Standing, TrainError,
    caught::caught,
    companion::collapse,
    crew::{Alone, Crew, CrewJob},
    examples::Part,
    latency,
    progress::WithoutStandings,
    proxies::{Untrained, Values, proxies_among},
    stage::{SCORING, STAND_ALONE_TRAINING, SUPERNET_TRAINING},
    store::Stages,
    test,
    trust::{
        RankingEvidence, Scorings, Twice, can_calibrate, check_epochs, check_networks, half_of, ranking_values,
        read_checked, to_repeat, twice,
    },
    workers::{Named, share_among},
};
use burn::{module::Module, tensor::Tensor};
use std::{collections::HashMap, path::Path};
use supernet_data::Normalisation;
use supernet_nn::{Layer, Network};
use supernet_search::{Evaluator, Outcome, Score, Scored, trust::Verdict};
use supernet_space::{Architecture, PathMask};

/// What a search found.
pub struct SearchResult<M: Module, const D: usize = 4> {
    /// Every scored candidate, in the order of scoring.
    pub candidates: Vec<Scored>,
    /// The short-list with its scores after the fine-tune, the best first; empty where none is
    /// asked for.
    pub shortlist: Vec<(PathMask, Score)>,
    /// Whether the ranking of the candidates is to be trusted.
    pub verdict: Verdict,
    /// The networks trained from scratch, group by group.
    pub retrained: Vec<Retrained>,
    /// The first of the picked, with its mask, trained from scratch and calibrated: it predicts
    /// ([`Network::forward`]).
    pub best: (PathMask, Network<M, D>),
    /// The trained supernet.
    pub supernet: Network<M, D>,
    /// How far the best network, cut out of the supernet with its weights, is from the masked
    /// supernet on the first validation examples: rounding
    /// ([`supernet_nn::Definition::extraction_error`]).
    pub extraction_error: f64,
    /// How pixels became numbers, where the examples are images.
    pub normalisation: Option<Normalisation>,
    /// Names of the classes, in the order of the logits.
    pub classes: Vec<String>,
}

/// A trained supernet as it is at the end, and what else scores are by: as it was before, in order,
/// and further supernets, each after its earlier states.
pub(crate) struct Supernets<M: Module, const D: usize> {
    pub(crate) last: Network<M, D>,
    others: Vec<Network<M, D>>,
    /// How many earlier states there are of each.
    earlier: usize,
    companion: Option<Learnt>,
}

impl<M: Module, const D: usize> Supernets<M, D> {
    /// Two states of the first supernet and two supernets, as far as there are; of branches none.
    fn pairs(&self, are_branches: bool) -> Vec<(Scorings, [&Network<M, D>; 2])> {
        if are_branches {
            return Vec::new();
        }
        let checkpoint = self.earlier.checked_sub(1).map(|newest| &self.others[newest]);
        let second = self.others.get(2 * self.earlier);
        let checkpoints = checkpoint.map(|checkpoint| (Scorings::Checkpoints, [checkpoint, &self.last]));
        let supernets = second.map(|second| (Scorings::Supernets, [&self.last, second]));
        checkpoints.into_iter().chain(supernets).collect()
    }
}

/// What was trained together with a supernet, and what it came to prefer over the steps.
type Learnt = (Box<dyn Companion>, Course);

/// A trained supernet, its earlier states, and its companion.
struct Trained<M: Module, const D: usize> {
    last: Network<M, D>,
    earlier: Vec<Network<M, D>>,
    companion: Option<Learnt>,
}

/// A search, stage by stage. With [`Stages`] each leaves there what it finds, or reads it back. A
/// panic in a stage is an error of it.
pub(crate) struct OneShot<'a, M: Module, E, const D: usize> {
    search: &'a Search<'a, M, E, D>,
    stages: Option<Stages>,
}

/// Scored candidates, and the networks that they are compared with.
pub(crate) struct ScoredCandidates {
    pub(crate) outcome: Outcome,
    companions: Companions,
}

/// The short-list with its scores, those chosen, and their networks.
type FromScratch<M, const D: usize> = (Vec<(PathMask, Score)>, Vec<Chosen>, Vec<Network<M, D>>);

impl<'a, M: Layer<D, 2>, E: Examples<D>, const D: usize> OneShot<'a, M, E, D> {
    pub(crate) fn new(search: &'a Search<'_, M, E, D>, stages: Option<Stages>) -> Self {
        Self { search, stages }
    }

    /// The trained supernet, with the others that scores are by.
    pub(crate) fn supernets(&mut self, progress: &mut dyn Progress) -> Result<Supernets<M, D>, TrainError> {
        caught(SUPERNET_TRAINING, || {
            let Trained { last: first, earlier: mut others, companion } = self.train((0, None), progress)?;
            let earlier = others.len();
            for place in 1..self.search.supernet_count() {
                let Trained { last, earlier, .. } = self.train((place, Some(&first)), progress)?;
                others.extend(earlier);
                others.push(last);
            }
            Ok(Supernets { last: first, others, earlier, companion })
        })
    }

    /// The trained supernet at `place` of all; one that goes on from the first is given that.
    fn train(
        &mut self,
        (place, first): (usize, Option<&Network<M, D>>),
        progress: &mut dyn Progress,
    ) -> Result<Trained<M, D>, TrainError> {
        let Self { search, stages } = self;
        let config = search.config();
        let steps = config.supernet.earlier_steps(config.scoring.checkpoints - 1);
        let sample = search.sample();
        let mut companion = search.accompanied()?;
        let Some(stages) = stages else {
            let mut earlier = Vec::new();
            let after = &mut |step, network: &Network<M, D>, progress: &mut dyn Progress| {
                earlier.extend(steps.contains(&step).then(|| network.valid()));
                sample.show(step, network, progress)
            };
            let hooks = Hooks { companion: companion.as_mut(), after: Some(after), ..Hooks::default() };
            let last = search.train_fitting((place, first), hooks, progress)?;
            return Ok(Trained { last, earlier, companion: companion.map(Accompanied::into_learnt) });
        };
        let build = || search.new_supernet(place, &search.device().clone().inner());
        let earlier = stages.earlier(place, steps);
        let after = &mut |step, network: &Network<M, D>, progress: &mut dyn Progress| {
            if earlier.is_due(step) {
                earlier.save(step, &network.valid())?;
            }
            sample.show(step, network, progress)
        };
        let files = stages.companion();
        let last = stages.supernet((place, &search.supernet_stage(place)), build, |keeper| {
            let hooks =
                Hooks { keeper: Some(keeper), companion: companion.as_mut(), after: Some(after), ..Hooks::default() };
            let last = search.train_fitting((place, first), hooks, progress)?;
            let save =
                |companion: &Accompanied<_>| files.save(&companion.state(), &companion.course().csv(search.space()));
            companion.as_ref().map_or(Ok(()), save)?;
            Ok(last)
        })?;
        companion.as_mut().map_or(Ok(()), |companion| files.load(|state| companion.restore(state)))?;
        let companion = companion.map(Accompanied::into_learnt);
        Ok(Trained { last, earlier: earlier.load(build)?, companion })
    }

    /// The trained supernet and all that candidates may be scored by.
    fn scene<'s>(&self, supernets: &'s Supernets<M, D>) -> Scene<'s, M, E, D>
    where
        'a: 's,
    {
        let search = self.search;
        let config = search.config();
        Scene {
            supernet: &supernets.last,
            others: &supernets.others,
            split: config.supernet.split,
            networks: search.networks(),
            data: search.data(),
            scoring: config.scoring,
            execution: config.execution,
            device: search.device(),
        }
    }

    /// Checks before anything is trained that there is what the best are to be picked by, or will
    /// be once `coming` networks are checked.
    ///
    /// # Errors
    /// Too few checked networks, where they calibrate scores; a file that cannot be read.
    pub(crate) fn check_picking(&self, coming: usize) -> Result<(), TrainError> {
        if !self.search.config().scoring.calibrate {
            return Ok(());
        }
        let checked = match &self.stages {
            Some(stages) => read_checked(stages.folder())?.len(),
            None => 0,
        };
        can_calibrate(checked.max(coming))
    }

    /// The candidates that the strategy proposes, scored, and what stands beside them.
    pub(crate) fn score(
        &mut self,
        supernets: &Supernets<M, D>,
        progress: &mut dyn Progress,
    ) -> Result<ScoredCandidates, TrainError> {
        caught(SCORING, || {
            let scene = self.scene(supernets);
            self.collapse(supernets).iter().for_each(|text| progress.warn(text));
            let companion = supernets.companion.as_ref().map(|(companion, _)| &**companion);
            match &self.search.parts().evaluator {
                None => self.score_by_supernet(&scene, companion, progress),
                Some(evaluate) => {
                    let mut own = OwnEvaluator { evaluate: &**evaluate, scene: &scene, progress: &mut *progress };
                    let (outcome, is_uniform) = self.candidates(companion, &mut own, true)?;
                    let space = self.search.space();
                    let score = |mask: &PathMask| Ok(own.evaluate(&[space.accept(mask.clone())?])?[0].score);
                    let random = self.random(&outcome, is_uniform, score)?;
                    let all_on = scene.by_supernet(progress)?.score(&[space.all_on()])?[0];
                    self.beside(outcome, random, all_on)
                }
            }
        })
    }

    /// Says that the supernet's companion has collapsed, where it has.
    fn collapse(&self, supernets: &Supernets<M, D>) -> Option<String> {
        supernets.companion.as_ref().and_then(|(_, course)| collapse(self.search.space(), course))
    }

    fn score_by_supernet(
        &mut self,
        scene: &Scene<M, E, D>,
        companion: Option<&dyn Companion>,
        progress: &mut dyn Progress,
    ) -> Result<ScoredCandidates, TrainError> {
        let ledger = self.stages.as_ref().map(|stages| stages.ledger());
        let scoring = self.search.config().scoring;
        let crew: &dyn Crew = if ledger.is_some() { self.search.crew() } else { &Alone };
        let mut evaluator = scene.by_supernet(&mut *progress)?.with_ledger(ledger)?.with_crew(crew, SCORING);
        let (outcome, is_uniform) = self.candidates(companion, &mut evaluator, scoring.halving.is_some())?;
        let mut evaluator = evaluator.without_ledger();
        let all_on = evaluator.score(&[self.search.space().all_on()])?[0];
        let score = |mask: &PathMask| Ok(evaluator.score(std::slice::from_ref(mask))?[0]);
        let random = self.random(&outcome, is_uniform, score)?;
        // The evaluator shows nothing of scores that were read back.
        Standing::with(scoring.rank_by, None, &outcome.scored).iter().for_each(|standing| progress.standing(standing));
        self.beside(outcome, random, all_on)
    }

    /// The candidates of the search's strategy, scored by `evaluator`, and whether they were drawn
    /// uniformly. With stages the scores are stored; `with_company` says that they depend on the
    /// candidates beside them.
    fn candidates(
        &mut self,
        companion: Option<&dyn Companion>,
        evaluator: &mut impl Evaluator<Error = TrainError>,
        with_company: bool,
    ) -> Result<(Outcome, bool), TrainError> {
        let Self { search, stages } = self;
        let (config, space) = (search.config(), search.space());
        let mut strategy = search.strategy(companion)?;
        let cost = |architecture: &Architecture| search.cost(architecture);
        let outcome = match stages {
            None => candidates(config, space, &mut *strategy, evaluator, cost)?,
            Some(stages) => {
                let recorded = stages.recorded(space, config.scoring.rank_by, evaluator)?;
                let outcome = candidates(config, space, &mut *strategy, &mut recorded.of_its_own(with_company), cost)?;
                stages.all_are_scored()?;
                outcome
            }
        };
        Ok((outcome, strategy.is_uniform()))
    }

    fn random(
        &self,
        outcome: &Outcome,
        is_uniform: bool,
        score: impl FnMut(&PathMask) -> Result<Score, TrainError>,
    ) -> Result<Vec<Scored>, TrainError> {
        let cost = |architecture: &Architecture| self.search.cost(architecture);
        random_companions(self.search.config(), self.search.space(), outcome, is_uniform, score, cost)
    }

    fn beside(&self, outcome: Outcome, random: Vec<Scored>, all_on: Score) -> Result<ScoredCandidates, TrainError> {
        let mask = self.search.space().all_on();
        let cost = self.search.cost(&mask)?;
        Ok(ScoredCandidates { outcome, companions: Companions { random, all_on: (mask, all_on, cost) } })
    }

    /// What is known of the candidates' ranking; some are scored twice for it.
    pub(crate) fn evidence<'e>(
        &'e self,
        supernets: &Supernets<M, D>,
        scored: &'e ScoredCandidates,
        progress: &mut dyn Progress,
    ) -> Result<RankingEvidence<'e>, TrainError> {
        let Self { search, stages } = self;
        let (config, candidates) = (search.config(), &scored.outcome.scored[..]);
        let (scoring, progress) = (config.scoring, &mut WithoutStandings(progress));
        // A program's own scores are not those of halves of the examples, or of a supernet.
        let twice = match search.parts().evaluator {
            Some(_) => Vec::new(),
            None => self.scored_twice(supernets, candidates, progress)?,
        };
        let proxies = scoring.proxies.map(|proxies| self.proxies(proxies, candidates, progress)).transpose()?;
        Ok(RankingEvidence {
            space: search.space(),
            candidates,
            values: ranking_values(search.space(), candidates, scoring.rank_by, scoring.smooth),
            proxies,
            rank_by: scoring.rank_by,
            smooth: scoring.smooth,
            calibrate: scoring.calibrate,
            seed: config.seed,
            twice,
            paths: (search.parts().sampler.is_none() && search.updates().is_none()).then_some(config.paths),
            losses: stages.as_ref().map_or_else(|| Ok(Vec::new()), |stages| stages.losses(SUPERNET_TRAINING))?,
            checked: stages.as_ref().map_or_else(|| Ok(HashMap::new()), |stages| read_checked(stages.folder()))?,
            collapse: self.collapse(supernets),
        })
    }

    /// The first candidates, scored on each half of the validation examples, and by two states of
    /// the supernet and by two supernets, where scores are means over several.
    fn scored_twice(
        &self,
        supernets: &Supernets<M, D>,
        candidates: &[Scored],
        progress: &mut dyn Progress,
    ) -> Result<Vec<Twice>, TrainError> {
        let (scene, masks) = (self.scene(supernets), to_repeat(candidates));
        let (validation, score_batch) = (&scene.data.validation, scene.scoring.score_batch);
        let folder = self.stages.as_ref().map(Stages::folder);
        let mut all = Vec::new();
        if masks.is_empty() {
            return Ok(all);
        }
        if let Some(half) = half_of(validation.len(), score_batch) {
            all.push(twice(Scorings::Halves, &masks, folder, |number| {
                let part = Part { examples: validation, first: number * half, count: half };
                scene.by_supernet_on(&part, &mut *progress)?.score(&masks)
            })?);
        }
        for (of, states) in supernets.pairs(scene.split.is_some()) {
            all.push(twice(of, &masks, folder, |number| {
                let alone = Scene { supernet: states[number], others: &[], ..scene };
                alone.by_supernet(&mut *progress)?.score(&masks)
            })?);
        }
        Ok(all)
    }

    /// The proxies of the candidates' untrained networks.
    fn proxies(
        &self,
        Proxies { images }: Proxies,
        candidates: &[Scored],
        progress: &mut dyn Progress,
    ) -> Result<HashMap<PathMask, Values>, TrainError> {
        let Self { search, stages } = self;
        let (config, definition, train) = (search.config(), &search.networks().stand_alone, &search.data().train);
        let untrained = Untrained::new(definition, train, images, config.seed, config.execution, search.device());
        let masks: Vec<PathMask> = candidates.iter().map(|one| one.architecture.mask().clone()).collect();
        let crew: &dyn Crew = if stages.is_some() { search.crew() } else { &Alone };
        proxies_among(&untrained, &masks, stages.as_ref().map(Stages::folder), crew, progress)
    }

    /// Trains `networks` candidates, spread over the ranking, from scratch on the training
    /// examples, for a quarter of the epochs, scores them on the validation examples and leaves
    /// that in `folder`.
    pub(crate) fn check(
        &self,
        evidence: &RankingEvidence,
        networks: usize,
        folder: &Path,
        progress: &mut dyn Progress,
    ) -> Result<(), TrainError> {
        let (config, data) = (self.search.config(), self.search.data());
        let epochs = check_epochs(config.stand_alone.epochs);
        let training = StandAloneTraining { epochs, with_validation: false, ..config.stand_alone };
        let (masks, at_once, device) = (evidence.to_check(networks), config.retrain.at_once, self.search.device());
        let crew = self.search.crew();
        self.search.with_trainer(&training, config.seed, |trainer| {
            check_networks(folder, &masks, trainer.steps()?, (at_once, crew), progress, |mask, progress| {
                test(&trainer.train(mask, progress)?, mask, &data.validation, device)
            })
        })
    }

    /// The short-list, the first of `ranked`, with its scores after a fine-tune, the best first;
    /// empty where none is asked for.
    fn fine_tuned(
        &self,
        supernet: &Network<M, D>,
        ranked: &[&Scored],
        progress: &mut dyn Progress,
    ) -> Result<Vec<(PathMask, Score)>, TrainError> {
        let Self { search, stages } = self;
        let config = search.config();
        let Some(fine_tune @ FineTune { shortlist, .. }) = config.scoring.fine_tune else { return Ok(Vec::new()) };
        let rank_by = config.scoring.rank_by;
        let best = ranked.iter().take(shortlist);
        let masks: Vec<PathMask> = best.map(|scored| scored.architecture.mask().clone()).collect();
        let training = fine_tune.recipe(config.stand_alone);
        let file = stages.as_ref().map(Stages::shortlist);
        let tuner = FineTuner { supernet, search, seed: config.seed, training };
        let scores = tuner.scores(&masks, file.as_deref(), progress)?;
        let mut tuned: Vec<(PathMask, Score)> = masks.into_iter().zip(scores).collect();
        tuned.sort_by(|(_, a), (_, b)| rank_by.better_first(a, b));
        Ok(tuned)
    }

    /// The best candidates of those in order that answer fast enough, as many as are to be picked.
    fn fast_enough<'s>(&self, ranked: Vec<&'s Scored>) -> Result<Vec<&'s Scored>, TrainError> {
        let Self { search, stages } = self;
        let config = search.config();
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

    /// Measures the latency of an architecture's network for `images` images, in milliseconds, on
    /// the machine of a crew's first member, and notes it.
    fn measured(&self, mask: &PathMask, images: usize) -> Result<f64, TrainError> {
        let Self { search, stages } = self;
        let (definition, device) = (&search.networks().stand_alone, search.device());
        let (seed, execution) = (search.config().seed, search.config().execution);
        let measure = |(): (), _: &mut dyn Progress| {
            let network = definition.stand_alone(mask, &mut SeededWeights::new(seed), &device.clone().inner())?;
            Ok(latency(&network, mask, images, execution, device)?.median_ms)
        };
        let crew: &dyn Crew = if stages.is_some() { search.crew() } else { &Alone };
        let named = Named {
            crew,
            name: &|()| CrewJob { key: format!("latency/{images}/{mask}"), cost: 1.0, files: None, by_first: true },
            pack: &|(), ms: &f64| Ok(ms.to_le_bytes().into()),
            unpack: &|(), bytes| Ok(bytes.try_into().ok().map(f64::from_le_bytes)),
        };
        let ms = share_among((SCORING, 1), vec![()], named, &mut Silent, measure, &mut |_, _| {})?[0];
        stages.as_ref().map_or(Ok(()), |stages| stages.note_latency(mask, images, ms))?;
        Ok(ms)
    }

    /// The best and their companions, trained from scratch and tested.
    pub(crate) fn retrain(
        self,
        supernets: Supernets<M, D>,
        scored: ScoredCandidates,
        progress: &mut dyn Progress,
    ) -> Result<SearchResult<M, D>, TrainError> {
        let (verdict, values) = caught(SCORING, || {
            let evidence = self.evidence(&supernets, &scored, progress)?;
            let calibrated = evidence.calibrated()?;
            Ok((evidence.verdict(calibrated.as_ref())?, evidence.picked_by(calibrated)?))
        })?;
        caught(STAND_ALONE_TRAINING, || self.networks(supernets.last, scored, (verdict, values), progress))
    }

    /// Trains the best and their companions from scratch, as [`OneShot::retrain`] does, and no
    /// more: what a member does that another one's directory is for.
    pub(crate) fn assist(
        self,
        supernets: &Supernets<M, D>,
        scored: ScoredCandidates,
        progress: &mut dyn Progress,
    ) -> Result<(), TrainError> {
        // Proxies are computed by all members; the best are picked alike.
        let scoring = self.search.config().scoring;
        let values = match scoring.calibrate || scoring.smooth || scoring.proxies.is_some() {
            true => caught(SCORING, || {
                let evidence = self.evidence(supernets, &scored, progress)?;
                evidence.picked_by(evidence.calibrated()?)
            })?,
            false => None,
        };
        let train = || self.trained_from_scratch(&supernets.last, &scored, values.as_deref(), progress);
        caught(STAND_ALONE_TRAINING, train).map(drop)
    }

    /// The short-list, those chosen, and their networks, trained from scratch.
    fn trained_from_scratch(
        &self,
        supernet: &Network<M, D>,
        ScoredCandidates { outcome, companions }: &ScoredCandidates,
        values: Option<&[f64]>,
        progress: &mut dyn Progress,
    ) -> Result<FromScratch<M, D>, TrainError> {
        let config = self.search.config();
        let ranked = ranked(config, outcome, values);
        let shortlist = self.fine_tuned(supernet, &ranked, progress)?;
        let picked = self.fast_enough(shortlisted_first(ranked, &shortlist))?;
        let chosen = choose(config, outcome, &picked, companions);
        let (stages, at_once, crew) = (self.stages.as_ref(), config.retrain.at_once, self.search.crew());
        let networks = self.search.with_trainer(&config.stand_alone, config.seed, |trainer| {
            retrain(&chosen, |masks| trainer.train_in((stages, crew), masks, at_once, progress))
        })?;
        Ok((shortlist, chosen, networks))
    }

    fn networks(
        mut self,
        supernet: Network<M, D>,
        scored: ScoredCandidates,
        (verdict, values): (Verdict, Option<Vec<f64>>),
        progress: &mut dyn Progress,
    ) -> Result<SearchResult<M, D>, TrainError> {
        let (data, device) = (self.search.data(), self.search.device());
        let (shortlist, chosen, networks) =
            self.trained_from_scratch(&supernet, &scored, values.as_deref(), progress)?;
        let retrained = tested(&chosen, &networks, |network, mask| test(network, mask, &data.test, device))?;
        if let Some(stages) = &mut self.stages {
            stages.note(retrained.iter().map(Retrained::event))?;
        }
        let best = (chosen[0].1.clone(), networks.into_iter().next().expect("at least one picked"));
        Ok(SearchResult {
            extraction_error: self.extraction_error(&supernet, &best.0)?,
            candidates: scored.outcome.scored,
            shortlist,
            verdict,
            retrained,
            best,
            supernet,
            normalisation: data.train.normalisation().cloned(),
            classes: data.class_names(self.search.networks().stand_alone.classes()),
        })
    }

    /// How far the network of `mask`, cut out of the supernet, is from the masked supernet on the
    /// first validation examples.
    fn extraction_error(&self, supernet: &Network<M, D>, mask: &PathMask) -> Result<f64, TrainError> {
        let Self { search, .. } = self;
        let validation = &search.data().validation;
        let first: Vec<usize> = (0..search.config().scoring.score_batch.min(validation.len())).collect();
        let input = Tensor::from_data(validation.batch(&first), &search.device().clone().inner());
        Ok(search.networks().supernet.extraction_error(supernet, mask, input)?)
    }
}
