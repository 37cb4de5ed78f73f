//! How much path dropout: the correlation study of supernets trained at several constant rates, and
//! of the ramp (PAPER, *dropout study*).

use super::{
    Agreement, CorrelationResult, CorrelationSettings, ExperimentError, Lab, ResultFile, Trials, Variant, candidates,
    correlation::correlate,
    correlation_report::{company, estimate_cell, kendall_of, shown},
};
use serde::{Deserialize, Serialize};
use std::{fmt, path::Path};
use supernet_report::{Cell, IntervalFigure, Page};
use supernet_search::Spread;
use supernet_space::{PathDropout, PathMask, Schedule, counted};
use supernet_train::{Columns, PathSampling, Progress, TrainError};

const DROPOUT_STUDY: &str = "dropout study";

/// What is compared.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DropoutStudySettings {
    /// The study that is repeated.
    pub study: CorrelationSettings,
    /// Probability r that all options of a choice are dropped, for the ramp from 0 to r^(1/k).
    pub ramp: f64,
    /// The r of each supernet trained at the constant rate r^(1/k).
    pub constant: Vec<f64>,
}

/// What the dropout study found: a correlation study for each way to drop paths, on the same
/// networks; the strata are those of the ramp's one-shot accuracies.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DropoutStudyResult {
    /// What was asked.
    pub settings: DropoutStudySettings,
    /// The ramp, then the constant rates in order.
    pub studies: Vec<CorrelationResult>,
}

/// Runs the study in `directory`, or goes on with it; leaves `result.json`, `figure.svg`,
/// `figure.png`, `table.txt` and `report.html` there. Networks that `truth` knows are not trained
/// again.
///
/// # Errors
/// As [`super::correlation`]; a rate that is not between 0 and 1.
pub fn dropout_study(
    settings: &DropoutStudySettings,
    trials: &dyn Trials,
    directory: &Path,
    truth: Option<&Path>,
    progress: &mut dyn Progress,
) -> Result<DropoutStudyResult, ExperimentError> {
    let study = &settings.study;
    study.check()?;
    let variants = settings.variants()?;
    let mut lab = Lab::open(directory, DROPOUT_STUDY, settings, &study.search, trials, truth, progress)?;
    // All that needs nothing else at once, so that no core waits.
    let drawn = candidates(&lab.space(&study.search)?, study.search.seed, study.search.scoring.candidates)?;
    let masks: Vec<PathMask> = drawn.iter().map(|candidate| candidate.mask().clone()).collect();
    let supernets = study.supernets(&variants);
    lab.prepare(&supernets, &study.search, &study.natural_networks(&masks))?;

    let mut studies = Vec::new();
    let mut sample = None;
    for variant in &variants {
        let (result, drawn) = correlate(&mut lab, study, variant, sample.as_deref())?;
        sample.get_or_insert(drawn);
        studies.push(result);
    }
    let result = DropoutStudyResult { settings: settings.clone(), studies };
    ResultFile::new(DROPOUT_STUDY, result.clone()).write(&directory.join("result.json"))?;
    result.save(&lab)?;
    Ok(result)
}

impl DropoutStudySettings {
    /// The paper's ramp to r = 0.1 beside constant rates of r = 0.001, 0.01, 0.1 and 0.4.
    pub fn new(study: CorrelationSettings) -> Self {
        Self { study, ramp: 0.1, constant: vec![0.001, 0.01, 0.1, 0.4] }
    }

    fn variants(&self) -> Result<Vec<Variant>, TrainError> {
        let variant = |name: String, r: f64, schedule| -> Result<Variant, TrainError> {
            let mut config = self.study.search.clone();
            config.paths = PathSampling::Dropout(PathDropout::new(r)?.with_schedule(schedule));
            Ok(Variant::new(name, &config))
        };
        let mut variants = vec![variant(format!("ramp-{}", self.ramp), self.ramp, Schedule::Ramp)?];
        for &r in &self.constant {
            variants.push(variant(format!("constant-{r}"), r, Schedule::Constant)?);
        }
        Ok(variants)
    }
}

impl DropoutStudyResult {
    fn save(&self, lab: &Lab) -> Result<(), ExperimentError> {
        let figure = self.figure();
        let svg = figure.as_ref().map(IntervalFigure::svg).transpose()?;
        if let (Some(figure), Some(svg)) = (&figure, &svg) {
            lab.write("figure.svg", svg.as_bytes())?;
            lab.write("figure.png", &figure.png()?)?;
        }
        lab.write("table.txt", self.to_string().as_bytes())?;
        Ok(lab.write("report.html", self.page(svg.as_deref())?.html().as_bytes())?)
    }

    /// Kendall's tau-b between one-shot and stand-alone accuracy of the natural sample, for each
    /// way to drop paths.
    pub fn figure(&self) -> Option<IntervalFigure> {
        let row = |study: &CorrelationResult| {
            let estimate = kendall_of(&study.natural, ONE_SHOT)?;
            Some((study.variant.clone(), estimate, each(&study.natural)))
        };
        let rows: Vec<_> = self.studies.iter().filter_map(row).collect();
        let size = self.studies.first().and_then(|study| kendall_of(&study.natural, "parameters"));
        let settings = &self.settings.study;
        (!rows.is_empty()).then(|| IntervalFigure {
            title: "How much path dropout ranks best".into(),
            caption: vec![
                format!(
                    "Squares: mean over {} with the 95 % bootstrap interval over {} drawn at random; discs: each supernet. \
                     Line: the parameter count, {}.",
                    counted(settings.supernet_seeds.len(), "supernet"),
                    counted(settings.natural, "network"),
                    shown(size)
                ),
                company(&settings.search, &self.studies[0].provenance),
            ],
            x: "Kendall's tau-b between one-shot and stand-alone accuracy".into(),
            rows,
            line: size.map(|size| size.value),
        })
    }

    fn page(&self, svg: Option<&str>) -> Result<Page, ExperimentError> {
        let mut page = Page::new("How much path dropout");
        page.paragraph(&company(&self.settings.study.search, &self.studies[0].provenance));
        if let Some(svg) = svg {
            page.figure(svg, "Kendall's tau for each way to drop paths");
        }
        let rows: Vec<Vec<Cell>> = self
            .studies
            .iter()
            .map(|study| {
                let spread = Spread::of(&study.candidates).expect("candidates");
                let of = |agreements: &[Agreement]| estimate_cell(kendall_of(agreements, ONE_SHOT));
                let reweighted = study.stratified.first().and_then(|agreement| agreement.reweighted);
                vec![
                    Cell::text(&*study.variant),
                    of(&study.natural),
                    of(&study.stratified),
                    estimate_cell(reweighted),
                    estimate_cell(study.gain.as_ref().map(|gain| gain.mean)),
                    Cell::number(format!("{:.1} ± {:.1}", 100.0 * spread.mean, 100.0 * spread.deviation), spread.mean),
                ]
            })
            .collect();
        let head = [
            "path dropout",
            "Kendall, at random",
            "stratified",
            "reweighted",
            "gain over parameters",
            "one-shot accuracy (%)",
        ];
        page.table(&head, &rows);
        for study in &self.studies {
            page.headline(&study.variant).figure(&study.figure().svg()?, &study.variant);
        }
        Ok(page)
    }
}

const ONE_SHOT: &str = "one-shot accuracy";

/// Kendall's tau-b of each supernet.
fn each(agreements: &[Agreement]) -> Vec<f64> {
    let of_supernet = |agreement: &&Agreement| agreement.ranking.starts_with("accuracy, supernet ");
    agreements.iter().filter(of_supernet).filter_map(|agreement| Some(agreement.plain.kendall?.value)).collect()
}

impl fmt::Display for DropoutStudyResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns = Columns([16, 20, 20, 22]);
        let head = columns.line(&[&"path dropout", &"Kendall, at random", &"stratified", &"gain over parameters"]);
        writeln!(f, "{head}")?;
        for study in &self.studies {
            let of = |agreements: &[Agreement]| shown(kendall_of(agreements, ONE_SHOT));
            let gain = shown(study.gain.as_ref().map(|gain| gain.mean));
            let line = columns.line(&[&study.variant, &of(&study.natural), &of(&study.stratified), &gain]);
            writeln!(f, "{line}")?;
        }
        Ok(())
    }
}
