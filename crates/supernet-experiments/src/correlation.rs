//! Does one-shot accuracy tell which networks are good? (PAPER, *correlation*.)

use super::{
    Agreement, Drawn, ExperimentError, Lab, ResultFile, Sample, Trials, Variant,
    agreement::Networks,
    candidates,
    sample::{natural, stratified},
};
use serde::{Deserialize, Serialize};
use std::path::Path;
use supernet_search::{
    Bootstrap, Estimate, Ranking, Score, Spread, kendall,
    ranking::{mean, pick},
};
use supernet_space::{Architecture, Cost, PathMask};
use supernet_train::{Progress, Provenance, SearchConfig, TrainError};

/// The name in files.
pub(crate) const CORRELATION: &str = "correlation";

/// How much is measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CorrelationSettings {
    /// Space, supernet training, scoring and training from scratch; its seed draws candidates and
    /// strata. `retrain` says only how many networks are trained at once.
    pub search: SearchConfig,
    /// Seeds of the supernets.
    pub supernet_seeds: Vec<u64>,
    /// Architectures drawn uniformly and trained from scratch.
    pub natural: usize,
    /// Architectures drawn from strata of one-shot accuracy and trained from scratch.
    pub stratified: usize,
    /// Strata: intervals of equal width of the mean one-shot accuracy over the supernets.
    pub strata: usize,
    /// Architectures of the natural sample that are trained a second time, the first ones of it.
    pub twice: usize,
    /// The two seeds of training from scratch.
    pub stand_alone_seeds: [u64; 2],
    /// Bootstrap resamples.
    pub resamples: usize,
    /// Sizes of the top that is looked at.
    pub top: Vec<usize>,
}

/// A network that was trained from scratch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Member {
    /// Its architecture.
    pub architecture: Architecture,
    /// How it came into the sample.
    pub drawn: Drawn,
    /// Its stratum, from 0 for the lowest scores; 0 of a natural one.
    pub stratum: usize,
    /// Candidates that it stands for; 1 of a natural one.
    pub weight: f64,
    /// Its one-shot score on validation images, by each supernet.
    pub one_shot: Vec<Score>,
    /// Its score on test images, trained from scratch with the first seed, and with the second for
    /// some.
    pub stand_alone: Vec<Score>,
    /// What it costs.
    pub cost: Cost,
}

/// Kendall's tau-b of one-shot accuracy minus that of the parameter count, on the same networks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Gain {
    /// Mean over the supernets, with its paired bootstrap interval over the networks.
    pub mean: Estimate,
    /// Of each supernet.
    pub each: Vec<f64>,
    /// Standard deviation over the supernets.
    pub deviation: f64,
}

/// What the correlation study found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CorrelationResult {
    /// What was asked.
    pub settings: CorrelationSettings,
    /// How the supernets were trained.
    pub variant: String,
    /// Versions, images, device.
    pub provenance: Provenance,
    /// Mean one-shot accuracy over the supernets, of each candidate.
    pub candidates: Vec<f64>,
    /// The networks trained from scratch, the natural sample first.
    pub members: Vec<Member>,
    /// How rankings agree with the accuracies of the natural sample: an estimate for architectures
    /// drawn at random.
    pub natural: Vec<Agreement>,
    /// The same for the stratified sample, whose range is wider than a random sample's.
    pub stratified: Vec<Agreement>,
    /// Whether one-shot accuracy ranks the natural sample better than the parameter count.
    pub gain: Option<Gain>,
    /// How well the second training agrees with the first: the ceiling of every ranking.
    pub ceiling: Option<Agreement>,
    /// Standard deviation of an accuracy over seeds of training from scratch, pooled over the
    /// networks trained twice.
    pub seed_deviation: Option<f64>,
}

impl CorrelationSettings {
    /// The study at the sizes of `search`: three supernets, 30 natural and 15 stratified networks,
    /// 10 of them trained twice; of fewer candidates two thirds and a third.
    pub fn new(search: SearchConfig) -> Self {
        let all = search.scoring.candidates;
        let natural = (2 * all / 3).min(30);
        Self {
            search,
            supernet_seeds: vec![1, 2, 3],
            natural,
            stratified: (all / 3).min(15),
            strata: 5,
            twice: natural.min(10),
            stand_alone_seeds: [1, 2],
            resamples: 2_000,
            top: vec![1, 3, 5, 10],
        }
    }

    /// The same with networks trained from scratch for as many epochs as the supernet, at least
    /// one, on the `images` training images alone (PAPER, *stand-alone training*: the correlation
    /// study).
    pub fn with_equal_epochs(mut self, images: usize) -> Self {
        let seen = self.search.supernet.steps as f64 * self.search.supernet.batch as f64;
        self.search.stand_alone.epochs = ((seen / images as f64).round() as usize).max(1);
        self.search.stand_alone.with_validation = false;
        self
    }

    /// # Errors
    /// The first number that is out of range.
    pub fn check(&self) -> Result<(), TrainError> {
        self.search.check()?;
        let refuse = |field, found: usize, expected: String| Err(TrainError::config(field, found, expected));
        let (all, natural) = (self.search.scoring.candidates, self.natural);
        if self.supernet_seeds.is_empty() {
            return refuse("supernet_seeds", 0, "at least 1".into());
        }
        if natural < 3 {
            return refuse("natural", natural, "at least 3".into());
        }
        if natural + self.stratified > all {
            let expected = format!("with stratified = {} at most scoring.candidates = {all}", self.stratified);
            return refuse("natural", natural, expected);
        }
        if self.strata == 0 {
            return refuse("strata", 0, "at least 1".into());
        }
        if self.twice > natural {
            return refuse("twice", self.twice, format!("at most natural = {natural}"));
        }
        if self.search.scoring.halving.is_some() {
            return Err(TrainError::config("scoring.halving", "some", "none: every candidate on all images"));
        }
        Ok(())
    }

    pub(crate) fn bootstrap(&self) -> Bootstrap {
        Bootstrap { seed: self.search.seed, resamples: self.resamples }
    }

    /// A supernet of each variant for each seed.
    pub(super) fn supernets<'a>(&self, variants: impl IntoIterator<Item = &'a Variant>) -> Vec<(&'a Variant, u64)> {
        let of = |variant| self.supernet_seeds.iter().map(move |&seed| (variant, seed));
        variants.into_iter().flat_map(of).collect()
    }

    /// The natural networks with the seeds that they are trained with.
    pub(crate) fn natural_networks(&self, masks: &[PathMask]) -> Vec<(PathMask, u64)> {
        let [first, second] = self.stand_alone_seeds;
        let once = masks[..self.natural].iter().map(|mask| (mask.clone(), first));
        once.chain(masks[..self.twice].iter().map(|mask| (mask.clone(), second))).collect()
    }
}

/// Runs the study in `directory`, or goes on with it, and leaves `result.json`, `networks.csv`, the
/// figure as SVG and PNG, and `report.html` there. Networks that `truth` knows are not trained
/// again.
///
/// # Errors
/// As [`Lab::open`], [`Lab::prepare`] and [`Lab::scores`].
pub fn correlation(
    settings: &CorrelationSettings,
    trials: &dyn Trials,
    directory: &Path,
    truth: Option<&Path>,
    progress: &mut dyn Progress,
) -> Result<CorrelationResult, ExperimentError> {
    settings.check()?;
    let mut lab = Lab::open(directory, CORRELATION, settings, &settings.search, trials, truth, progress)?;
    let result = correlate(&mut lab, settings, &Variant::new("paper", &settings.search), None)?.0;
    ResultFile::new(CORRELATION, result.clone()).write(&directory.join("result.json"))?;
    result.save(directory)?;
    Ok(result)
}

/// The study of supernets trained as `variant` says; on `sample` if one is given, else on one
/// stratified by their own scores.
pub(crate) fn correlate(
    lab: &mut Lab,
    settings: &CorrelationSettings,
    variant: &Variant,
    sample: Option<&[Sample]>,
) -> Result<(CorrelationResult, Vec<Sample>), ExperimentError> {
    let search = &settings.search;
    let candidates = candidates(&lab.space(search)?, search.seed, search.scoring.candidates)?;
    let masks: Vec<PathMask> = candidates.iter().map(|candidate| candidate.mask().clone()).collect();
    let supernets = settings.supernets([variant]);
    lab.prepare(&supernets, search, &settings.natural_networks(&masks))?;

    let scores: Vec<Vec<Score>> = settings
        .supernet_seeds
        .iter()
        .map(|&seed| lab.scores(variant, seed, None, &masks))
        .collect::<Result<_, _>>()?;
    let of_candidate =
        |i: usize| mean(scores.iter().map(|list: &Vec<Score>| Some(list[i].accuracy))).expect("a supernet");
    let mean_accuracy: Vec<f64> = (0..masks.len()).map(of_candidate).collect();

    let sample = sample.map(<[Sample]>::to_vec).unwrap_or_else(|| {
        let strata = stratified(&mean_accuracy, settings.natural, settings.stratified, settings.strata, search.seed);
        natural(settings.natural).into_iter().chain(strata).collect()
    });
    let first = settings.stand_alone_seeds[0];
    let networks: Vec<(PathMask, u64)> = sample.iter().map(|s| (masks[s.place].clone(), first)).collect();
    lab.prepare(&[], search, &networks)?;
    let members = sample
        .iter()
        .map(|s| member(lab, settings, s, &candidates[s.place], &scores))
        .collect::<Result<Vec<_>, TrainError>>()?;
    let result = evaluate(settings, &variant.name, lab.provenance(), mean_accuracy, members);
    Ok((result, sample))
}

fn member(
    lab: &Lab,
    settings: &CorrelationSettings,
    sample: &Sample,
    architecture: &Architecture,
    scores: &[Vec<Score>],
) -> Result<Member, TrainError> {
    let [first, second] = settings.stand_alone_seeds;
    let row = lab.truth(&settings.search, architecture, first)?;
    let mut stand_alone = vec![row.test];
    if sample.place < settings.twice {
        stand_alone.push(lab.truth(&settings.search, architecture, second)?.test);
    }
    Ok(Member {
        architecture: architecture.clone(),
        drawn: sample.drawn,
        stratum: sample.stratum,
        weight: sample.weight,
        one_shot: scores.iter().map(|list| list[sample.place]).collect(),
        stand_alone,
        cost: row.cost,
    })
}

/// All statistics of the study; a function of what was measured alone.
fn evaluate(
    settings: &CorrelationSettings,
    variant: &str,
    provenance: &Provenance,
    candidates: Vec<f64>,
    members: Vec<Member>,
) -> CorrelationResult {
    let of = |drawn: Drawn| members.iter().filter(|m| m.drawn == drawn).collect::<Vec<&Member>>();
    let (natural, stratified) = (of(Drawn::Natural), of(Drawn::Stratified));
    let twice: Vec<&Member> = members.iter().filter(|member| member.stand_alone.len() > 1).collect();
    CorrelationResult {
        settings: settings.clone(),
        variant: variant.into(),
        provenance: provenance.clone(),
        candidates,
        natural: agreements(settings, &natural, "natural"),
        stratified: if stratified.len() < 3 { Vec::new() } else { agreements(settings, &stratified, "stratified") },
        gain: gain(settings, &natural),
        ceiling: ceiling(settings, &twice),
        seed_deviation: seed_deviation(&twice),
        members,
    }
}

/// One line for each ranking: one-shot accuracy and loss, those averaged over the supernets,
/// parameters, multiply-accumulates, and each supernet alone.
pub(crate) fn rankings(members: &[&Member]) -> Vec<Ranking> {
    let supernets = members[0].one_shot.len();
    let list = |of: &dyn Fn(&Member) -> f64| members.iter().map(|member| of(member)).collect::<Vec<f64>>();
    let by = |of: fn(&Score) -> f64| -> Vec<Vec<f64>> {
        (0..supernets).map(|s| list(&|member| of(&member.one_shot[s]))).collect()
    };
    let averaged = |lists: &[Vec<f64>]| -> Vec<Vec<f64>> {
        let mean = |i| lists.iter().map(|list| list[i]).sum::<f64>() / lists.len() as f64;
        vec![(0..members.len()).map(mean).collect()]
    };
    let (accuracy, loss) = (by(|score| score.accuracy), by(|score| -score.loss));
    let named = |name: &str, lists| Ranking { name: name.into(), lists };
    let mut rankings = vec![named("one-shot accuracy", accuracy.clone()), named("one-shot loss", loss.clone())];
    if supernets > 1 {
        rankings.push(named("accuracy averaged over the supernets", averaged(&accuracy)));
        rankings.push(named("loss averaged over the supernets", averaged(&loss)));
    }
    rankings.push(named("parameters", vec![list(&|member| member.cost.parameters as f64)]));
    rankings.push(named("multiply-accumulates", vec![list(&|member| member.cost.macs as f64)]));
    rankings.extend(
        accuracy.into_iter().enumerate().map(|(s, list)| named(&format!("accuracy, supernet {}", s + 1), vec![list])),
    );
    rankings
}

pub(crate) fn first_truth(members: &[&Member]) -> Vec<f64> {
    members.iter().map(|member| member.stand_alone[0].accuracy).collect()
}

fn parameters(members: &[&Member]) -> Vec<f64> {
    members.iter().map(|member| member.cost.parameters as f64).collect()
}

fn agreements(settings: &CorrelationSettings, members: &[&Member], name: &str) -> Vec<Agreement> {
    let weights: Vec<f64> = members.iter().map(|member| member.weight).collect();
    let uneven = members.iter().any(|member| member.drawn == Drawn::Stratified);
    let networks = Networks {
        truth: &first_truth(members),
        parameters: &parameters(members),
        strata: &members.iter().map(|member| member.stratum).collect::<Vec<_>>(),
        weights: uneven.then_some(&weights),
        bootstrap: settings.bootstrap(),
        name,
        top: &settings.top,
    };
    rankings(members).iter().map(|ranking| networks.agreement(ranking)).collect()
}

/// Mean over the supernets of Kendall(one-shot accuracy) − Kendall(parameters).
fn gain(settings: &CorrelationSettings, members: &[&Member]) -> Option<Gain> {
    let (truth, parameters) = (first_truth(members), parameters(members));
    let accuracy = rankings(members).into_iter().next()?.lists;
    let difference = |list: &[f64], drawn: &[usize]| {
        let truth = pick(&truth, drawn);
        Some(kendall(&pick(list, drawn), &truth)? - kendall(&pick(&parameters, drawn), &truth)?)
    };
    let strata = vec![0; members.len()];
    let mean = settings
        .bootstrap()
        .estimate("natural", &strata, |drawn| mean(accuracy.iter().map(|list| difference(list, drawn))))?;
    let all: Vec<usize> = (0..members.len()).collect();
    let each: Vec<f64> = accuracy.iter().map(|list| difference(list, &all)).collect::<Option<_>>()?;
    let deviation = Spread::of(&each)?.deviation;
    Some(Gain { mean, each, deviation })
}

/// The second training as a ranking of the networks that were trained twice.
fn ceiling(settings: &CorrelationSettings, twice: &[&Member]) -> Option<Agreement> {
    if twice.len() < 3 {
        return None;
    }
    let networks = Networks {
        truth: &first_truth(twice),
        parameters: &parameters(twice),
        strata: &vec![0; twice.len()],
        weights: None,
        bootstrap: settings.bootstrap(),
        name: "ceiling",
        top: &settings.top,
    };
    let second = twice.iter().map(|member| member.stand_alone[1].accuracy).collect();
    Some(networks.agreement(&Ranking { name: "second training from scratch".into(), lists: vec![second] }))
}

/// √(Σ (a₁ − a₂)² / 2n).
fn seed_deviation(twice: &[&Member]) -> Option<f64> {
    let squares = twice.iter().map(|member| (member.stand_alone[0].accuracy - member.stand_alone[1].accuracy).powi(2));
    (!twice.is_empty()).then(|| (squares.sum::<f64>() / (2 * twice.len()) as f64).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_from_scratch_see_the_images_as_often_as_the_supernet() {
        let epochs = |search: SearchConfig, images| {
            let settings = CorrelationSettings::new(search).with_equal_epochs(images);
            assert!(!settings.search.stand_alone.with_validation);
            settings.search.stand_alone.epochs
        };
        assert_eq!(epochs(SearchConfig::quick(), 6_000), 29, "1,350 steps of 128 images");
        assert_eq!(epochs(SearchConfig::cifar10(), 45_000), 114, "5,000 steps of 1,024 images");
        assert_eq!(epochs(SearchConfig::quick().with_budget(0.001).unwrap(), 6_000), 1);
    }

    #[test]
    fn a_study_at_any_budget_has_networks_enough() {
        for (candidates, expected) in [(500, (30, 15, 10)), (45, (30, 15, 10)), (44, (29, 14, 10)), (5, (3, 1, 3))] {
            let mut search = SearchConfig::quick();
            search.scoring.candidates = candidates;
            let settings = CorrelationSettings::new(search);
            assert_eq!((settings.natural, settings.stratified, settings.twice), expected, "{candidates}");
            settings.check().unwrap();
        }
    }
}
