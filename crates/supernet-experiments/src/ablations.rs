//! What each part of the method is worth, and what ranks better: the same seeds and the same
//! accuracies from scratch, with and without.

use super::{
    CorrelationSettings, ExperimentError, Lab, ResultFile, Trials, Variant, candidates,
    correlation_report::{company, estimate_cell, shown},
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt, path::Path};
use supernet_nn::{NormKind, Weighting};
use supernet_report::{Cell, IntervalFigure, Page};
use supernet_search::{
    Estimate, Score, Spread, kendall,
    ranking::{mean, pick},
};
use supernet_space::{PathDropout, PathMask, Schedule, counted};
use supernet_train::{Columns, FineTune, PathSampling, Progress, Provenance, StandAloneTraining, TrainError};

const ABLATIONS: &str = "ablations";

/// One change of the method.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ablation {
    /// One mask for all ghost batches of a step.
    OneMask,
    /// One ghost batch: one mask and one set of batch statistics.
    OneGhostBatch,
    /// L2 on all weights at every step.
    PlainL2,
    /// Masked L2 in full as soon as one ghost batch uses a weight, not by the share that does.
    AnyL2,
    /// Scales and shifts in the supernet's normalisations, shared by all architectures.
    Affine,
    /// The full drop rate from the first step on instead of the ramp.
    ConstantRate,
    /// Keep one option where all of a choice would be dropped.
    KeepOne,
    /// Survivors of path dropout rescaled.
    Rescale,
    /// One uniform architecture per ghost batch instead of path dropout.
    UniformArchitectures,
    /// One uniform network per ghost batch: equal networks count once. Compared with uniform
    /// architectures.
    UniformNetworks,
    /// Candidates ranked by loss.
    ByLoss,
    /// Accuracy averaged over the last four checkpoints, a twentieth of the training apart.
    Averaged,
    /// Loss averaged in the same way.
    AveragedLoss,
    /// A short training of each candidate alone from the shared weights before it is scored.
    FineTuned,
}

/// What makes a score of a supernet.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Scorer {
    Accuracy,
    Loss,
    Averaged,
    AveragedLoss,
    FineTuned,
}

impl Ablation {
    /// All of them, in the order of tables.
    pub const ALL: [Self; 14] = [
        Self::OneMask,
        Self::OneGhostBatch,
        Self::PlainL2,
        Self::AnyL2,
        Self::Affine,
        Self::ConstantRate,
        Self::KeepOne,
        Self::Rescale,
        Self::UniformArchitectures,
        Self::UniformNetworks,
        Self::ByLoss,
        Self::Averaged,
        Self::AveragedLoss,
        Self::FineTuned,
    ];

    /// Its name in files.
    pub fn key(self) -> String {
        let value = serde_json::to_value(self).expect("a name");
        value.as_str().expect("a name").into()
    }

    /// Its name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::OneMask => "one mask for all ghost batches",
            Self::OneGhostBatch => "one ghost batch",
            Self::PlainL2 => "plain L2 on all weights",
            Self::AnyL2 => "masked L2, full if any uses it",
            Self::Affine => "affine normalisation",
            Self::ConstantRate => "constant rate, no ramp",
            Self::KeepOne => "keep at least one",
            Self::Rescale => "survivors rescaled",
            Self::UniformArchitectures => "uniform architectures",
            Self::UniformNetworks => "uniform networks",
            Self::ByLoss => "score by loss",
            Self::Averaged => "accuracy of the last 4 checkpoints",
            Self::AveragedLoss => "loss of the last 4 checkpoints",
            Self::FineTuned => "short fine-tune before scoring",
        }
    }

    /// What it is compared with; `None` for the method as it is.
    fn against(self) -> Option<Self> {
        (self == Self::UniformNetworks).then_some(Self::UniformArchitectures)
    }

    fn scorer(self) -> Scorer {
        match self {
            Self::ByLoss => Scorer::Loss,
            Self::Averaged => Scorer::Averaged,
            Self::AveragedLoss => Scorer::AveragedLoss,
            Self::FineTuned => Scorer::FineTuned,
            _ => Scorer::Accuracy,
        }
    }

    /// How its supernets are trained, starting from the method as it is.
    fn variant(self, paper: &Variant) -> Result<Variant, TrainError> {
        let named = |name: &str| Variant { name: name.into(), earlier: 0, ..paper.clone() };
        let PathSampling::Dropout(dropout) = paper.config.paths else {
            return Err(TrainError::config("paths", "other", "path dropout: what the ablations change"));
        };
        let with_paths = |name: &str, paths| {
            let mut variant = named(name);
            variant.config.paths = paths;
            variant
        };
        let dropping = |name: &str, dropout: PathDropout| with_paths(name, PathSampling::Dropout(dropout));
        Ok(match self {
            Self::OneMask => Variant { one_mask: true, ..named("one-mask") },
            Self::OneGhostBatch => {
                let mut variant = named("one-ghost-batch");
                variant.config.supernet.ghost_batch = variant.config.supernet.batch;
                variant
            }
            Self::PlainL2 => Variant { plain_l2: true, ..named("plain-l2") },
            Self::AnyL2 => {
                let mut variant = named("any-l2");
                variant.config.supernet.sgd.l2.weighting = Weighting::Any;
                variant
            }
            Self::Affine => {
                let mut variant = named("affine");
                variant.config.network.set_norm(NormKind::GhostAffine);
                variant
            }
            Self::ConstantRate => dropping("constant-rate", dropout.with_schedule(Schedule::Constant)),
            Self::KeepOne => dropping("keep-one", dropout.with_keep_one(true)),
            Self::Rescale => dropping("rescale", dropout.with_rescale(true)),
            Self::UniformArchitectures => with_paths("uniform-architectures", PathSampling::UniformArchitecture),
            Self::UniformNetworks => with_paths("uniform-networks", PathSampling::UniformNetwork),
            Self::ByLoss | Self::Averaged | Self::AveragedLoss | Self::FineTuned => paper.clone(),
        })
    }
}

/// What is compared.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AblationSettings {
    /// The method as it is: its supernets, seeds, natural sample and training from scratch.
    pub study: CorrelationSettings,
    /// The changes.
    pub ablations: Vec<Ablation>,
    /// Epochs of a fine-tune.
    pub fine_tune_epochs: usize,
    /// Learning rate at the start of a fine-tune.
    pub fine_tune_rate: f64,
}

impl AblationSettings {
    /// Every ablation; a fine-tune of one epoch from a rate of 0.02.
    pub fn new(study: CorrelationSettings) -> Self {
        Self { study, ablations: Ablation::ALL.to_vec(), fine_tune_epochs: 1, fine_tune_rate: 0.02 }
    }

    fn check(&self) -> Result<(), TrainError> {
        self.study.check()?;
        let alone = self.study.search.stand_alone.filters;
        let shared = self.study.search.network.filters().unwrap_or(alone);
        if self.ablations.contains(&Ablation::FineTuned) && shared != alone {
            let expected = format!("network.filters = {shared}: a fine-tune starts from the shared weights");
            return Err(TrainError::config("stand_alone.filters", alone, expected));
        }
        if self.fine_tune_epochs == 0 {
            return Err(TrainError::config("fine_tune_epochs", 0, "at least 1"));
        }
        Ok(())
    }

    /// The recipe of a fine-tune.
    fn fine_tune(&self) -> StandAloneTraining {
        let (epochs, learning_rate) = (self.fine_tune_epochs, self.fine_tune_rate);
        FineTune { shortlist: self.study.natural, epochs, learning_rate }.recipe(self.study.search.stand_alone)
    }
}

/// A way to rank, measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AblationRow {
    /// The change; `None` for the method as it is.
    pub ablation: Option<Ablation>,
    /// Its score of each network, by each supernet; the higher the better.
    pub scores: Vec<Vec<f64>>,
    /// Kendall's tau-b with the accuracies from scratch: mean over the supernets, interval over the
    /// networks.
    pub kendall: Option<Estimate>,
    /// Spearman's rho in the same way.
    pub spearman: Option<Estimate>,
    /// Kendall's tau-b minus that of what it is compared with, supernets of equal seeds paired, on
    /// the same networks.
    pub difference: Option<Estimate>,
    /// That of each supernet.
    pub each: Vec<f64>,
    /// Standard deviation of the difference over the supernets.
    pub deviation: f64,
}

/// What the ablations found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AblationResult {
    /// What was asked.
    pub settings: AblationSettings,
    /// Versions, images, device.
    pub provenance: Provenance,
    /// The networks, drawn at random.
    pub networks: Vec<PathMask>,
    /// Their accuracies from scratch.
    pub truth: Vec<f64>,
    /// Kendall's tau-b of the parameter count.
    pub parameters: Option<Estimate>,
    /// The method as it is, then the changes.
    pub rows: Vec<AblationRow>,
}

/// Runs the ablations in `directory`, or goes on with them; leaves `result.json`, `ablations.csv`,
/// `figure.svg`, `figure.png`, `table.txt` and `report.html` there. Networks that `truth` knows
/// (`truth.csv` of a correlation study with the same training from scratch) are not trained again;
/// with that, only supernets are trained.
///
/// # Errors
/// As [`super::correlation`]; a fine-tune of networks that have another width than the supernet.
pub fn ablations(
    settings: &AblationSettings,
    trials: &dyn Trials,
    directory: &Path,
    truth: Option<&Path>,
    progress: &mut dyn Progress,
) -> Result<AblationResult, ExperimentError> {
    settings.check()?;
    let study = &settings.study;
    let search = &study.search;
    let mut lab = Lab::open(directory, ABLATIONS, settings, search, trials, truth, progress)?;
    let drawn = candidates(&lab.space(search)?, search.seed, study.natural)?;
    let masks: Vec<PathMask> = drawn.iter().map(|candidate| candidate.mask().clone()).collect();
    let paper = Variant { earlier: EARLIER, ..Variant::new("paper", search) };
    let variants = variants(&settings.ablations, &paper)?;
    let supernets = study.supernets(variants.values());
    let first = study.stand_alone_seeds[0];
    let networks: Vec<(PathMask, u64)> = masks.iter().map(|mask| (mask.clone(), first)).collect();
    lab.prepare(&supernets, search, &networks)?;

    let rows = masks.iter().map(|mask| lab.truth(search, mask, first).cloned()).collect::<Result<Vec<_>, _>>()?;
    let accuracies: Vec<f64> = rows.iter().map(|row| row.test.accuracy).collect();
    let sizes: Vec<f64> = rows.iter().map(|row| row.cost.parameters as f64).collect();
    let mut result = AblationResult {
        settings: settings.clone(),
        provenance: lab.provenance().clone(),
        networks: masks.clone(),
        parameters: coefficient(study, &[sizes], &accuracies, kendall),
        truth: accuracies,
        rows: Vec::new(),
    };
    let baseline = scores(&mut lab, settings, &paper, Scorer::Accuracy, &masks)?;
    result.rows.push(row(study, None, &baseline, &baseline, &result.truth));
    for &ablation in &settings.ablations {
        let of =
            |lab: &mut Lab, change: Ablation| scores(lab, settings, &change.variant(&paper)?, change.scorer(), &masks);
        let changed = of(&mut lab, ablation)?;
        let against = ablation.against().map_or(Ok(baseline.clone()), |other| of(&mut lab, other))?;
        result.rows.push(row(study, Some(ablation), &changed, &against, &result.truth));
    }
    ResultFile::new(ABLATIONS, result.clone()).write(&directory.join("result.json"))?;
    result.save(&lab)?;
    Ok(result)
}

/// The method as it is, and every variant that the ablations change it to or hold it against.
fn variants(ablations: &[Ablation], paper: &Variant) -> Result<BTreeMap<String, Variant>, ExperimentError> {
    let mut variants = BTreeMap::from([(paper.name.clone(), paper.clone())]);
    for ablation in ablations {
        for change in [Some(*ablation), ablation.against()].into_iter().flatten() {
            let variant = change.variant(paper)?;
            variants.insert(variant.name.clone(), variant);
        }
    }
    Ok(variants)
}

/// Checkpoints before the last that are kept of the method as it is.
const EARLIER: usize = 3;

/// A score of each mask by each supernet.
fn scores(
    lab: &mut Lab,
    settings: &AblationSettings,
    variant: &Variant,
    scorer: Scorer,
    masks: &[PathMask],
) -> Result<Vec<Vec<f64>>, TrainError> {
    let accuracy = |scores: Vec<Score>| scores.iter().map(|score| score.accuracy).collect::<Vec<f64>>();
    let loss = |scores: Vec<Score>| scores.iter().map(|score| -score.loss).collect::<Vec<f64>>();
    let averaged = |lab: &mut Lab, seed, of: &dyn Fn(Vec<Score>) -> Vec<f64>| -> Result<Vec<f64>, TrainError> {
        let mut steps: Vec<Option<u64>> = variant.earlier_steps().into_iter().map(Some).collect();
        steps.push(None);
        let lists: Vec<Vec<f64>> = steps
            .into_iter()
            .map(|step| Ok(of(lab.scores(variant, seed, step, masks)?)))
            .collect::<Result<_, TrainError>>()?;
        let mean = |i: usize| lists.iter().map(|list| list[i]).sum::<f64>() / lists.len() as f64;
        Ok((0..masks.len()).map(mean).collect())
    };
    settings
        .study
        .supernet_seeds
        .iter()
        .map(|&seed| match scorer {
            Scorer::Accuracy => Ok(accuracy(lab.scores(variant, seed, None, masks)?)),
            Scorer::Loss => Ok(loss(lab.scores(variant, seed, None, masks)?)),
            Scorer::Averaged => averaged(lab, seed, &accuracy),
            Scorer::AveragedLoss => averaged(lab, seed, &loss),
            Scorer::FineTuned => Ok(accuracy(lab.fine_tuned(variant, seed, &settings.fine_tune(), masks)?)),
        })
        .collect()
}

/// The mean over the lists of a coefficient with `truth`, with its interval over the networks.
fn coefficient(
    study: &CorrelationSettings,
    lists: &[Vec<f64>],
    truth: &[f64],
    of: fn(&[f64], &[f64]) -> Option<f64>,
) -> Option<Estimate> {
    study.bootstrap().estimate("natural", &vec![0; truth.len()], |drawn| {
        let truth = pick(truth, drawn);
        mean(lists.iter().map(|list| of(&pick(list, drawn), &truth)))
    })
}

fn row(
    study: &CorrelationSettings,
    ablation: Option<Ablation>,
    scores: &[Vec<f64>],
    against: &[Vec<f64>],
    truth: &[f64],
) -> AblationRow {
    let difference = |s: usize, drawn: &[usize]| {
        let truth = pick(truth, drawn);
        Some(kendall(&pick(&scores[s], drawn), &truth)? - kendall(&pick(&against[s], drawn), &truth)?)
    };
    let all: Vec<usize> = (0..truth.len()).collect();
    let each: Vec<f64> = (0..scores.len()).filter_map(|s| difference(s, &all)).collect();
    let estimate = study
        .bootstrap()
        .estimate("natural", &vec![0; truth.len()], |drawn| mean((0..scores.len()).map(|s| difference(s, drawn))));
    AblationRow {
        ablation,
        scores: scores.to_vec(),
        kendall: coefficient(study, scores, truth, kendall),
        spearman: coefficient(study, scores, truth, supernet_search::spearman),
        difference: ablation.and(estimate),
        deviation: Spread::of(&each).map_or(0.0, |spread| spread.deviation),
        each,
    }
}

impl AblationRow {
    /// Its name in tables.
    pub fn name(&self) -> &'static str {
        self.ablation.map_or("the method as it is", Ablation::name)
    }
}

impl AblationResult {
    fn save(&self, lab: &Lab) -> Result<(), ExperimentError> {
        lab.write("ablations.csv", self.csv().as_bytes())?;
        let figure = self.figure();
        let svg = figure.as_ref().map(IntervalFigure::svg).transpose()?;
        if let (Some(figure), Some(svg)) = (&figure, &svg) {
            lab.write("figure.svg", svg.as_bytes())?;
            lab.write("figure.png", &figure.png()?)?;
        }
        lab.write("table.txt", self.to_string().as_bytes())?;
        Ok(lab.write("report.html", self.page(svg.as_deref()).html().as_bytes())?)
    }

    fn csv(&self) -> String {
        let mut text = String::from(
            "ranking,kendall,low,high,difference,difference_low,difference_high,deviation_over_supernets\n",
        );
        let three =
            |estimate: Option<Estimate>| estimate.map_or(",,".into(), |e| format!("{},{},{}", e.value, e.low, e.high));
        for row in &self.rows {
            let (kendall, difference) = (three(row.kendall), three(row.difference));
            text.push_str(&format!("\"{}\",{kendall},{difference},{}\n", row.name(), row.deviation));
        }
        text
    }

    /// What each change does to Kendall's tau-b.
    pub fn figure(&self) -> Option<IntervalFigure> {
        let changed = |row: &AblationRow| Some((row.name().to_owned(), row.difference?, row.each.clone()));
        let rows: Vec<_> = self.rows.iter().filter_map(changed).collect();
        let study = &self.settings.study;
        let against = if self.settings.ablations.contains(&Ablation::UniformNetworks) {
            " Uniform networks are compared with uniform architectures."
        } else {
            ""
        };
        (!rows.is_empty()).then(|| IntervalFigure {
            title: "What each change does to the ranking".into(),
            caption: vec![
                format!(
                    "Squares: mean over {} of supernets with the paired 95 % bootstrap interval over {} drawn at random; \
                     discs: each pair. The method as it is: Kendall {}; the parameter count: {}.{against}",
                    counted(study.supernet_seeds.len(), "pair"),
                    counted(self.networks.len(), "network"),
                    shown(self.rows.first().and_then(|row| row.kendall)),
                    shown(self.parameters)
                ),
                company(&study.search, &self.provenance),
            ],
            x: "difference of Kendall's tau-b (right is better)".into(),
            rows,
            line: Some(0.0),
        })
    }

    fn page(&self, svg: Option<&str>) -> Page {
        let mut page = Page::new("What each part of the method is worth");
        page.paragraph(&company(&self.settings.study.search, &self.provenance));
        if let Some(svg) = svg {
            page.figure(svg, "difference of Kendall's tau for each change");
        }
        let rows: Vec<Vec<Cell>> = self
            .rows
            .iter()
            .map(|row| {
                vec![
                    Cell::text(row.name()),
                    estimate_cell(row.kendall),
                    estimate_cell(row.spearman),
                    estimate_cell(row.difference),
                    Cell::number(format!("{:.2}", row.deviation), row.deviation),
                ]
            })
            .collect();
        page.table(&["ranking", "Kendall", "Spearman", "difference of Kendall", "deviation over supernets"], &rows);
        page.paragraph(&format!("Parameter count: Kendall {}.", shown(self.parameters)));
        page
    }
}

impl fmt::Display for AblationResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns = Columns([36, 20, 20, 10]);
        let head = columns.line(&[&"ranking", &"Kendall [95 %]", &"difference [95 %]", &"deviation"]);
        writeln!(f, "{head}")?;
        for row in &self.rows {
            let deviation = format!("{:.2}", row.deviation);
            let line = columns.line(&[&row.name(), &shown(row.kendall), &shown(row.difference), &deviation]);
            writeln!(f, "{line}")?;
        }
        writeln!(f, "{}", columns.line(&[&"parameter count", &shown(self.parameters)]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use supernet_train::SearchConfig;

    #[test]
    fn every_ablation_has_a_name_of_its_own_and_differs_from_the_method_in_training_or_score() {
        let paper = Variant { earlier: EARLIER, ..Variant::new("paper", &SearchConfig::quick()) };
        let variants: Vec<Variant> = Ablation::ALL.map(|ablation| ablation.variant(&paper).unwrap()).to_vec();
        for (i, (ablation, variant)) in Ablation::ALL.into_iter().zip(&variants).enumerate() {
            assert_ne!((variant, ablation.scorer()), (&paper, Scorer::Accuracy), "{}", ablation.name());
            variant.config.check().unwrap();
            for (other, others) in Ablation::ALL.into_iter().zip(&variants).skip(i + 1) {
                assert_ne!(ablation.name(), other.name());
                assert_ne!((variant, ablation.scorer()), (others, other.scorer()));
            }
        }
    }
}
