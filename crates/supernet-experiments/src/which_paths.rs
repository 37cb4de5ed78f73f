//! Which paths matter: how far predictions move when paths are switched off, and what each
//! operation and each input is worth (PAPER, *which paths matter*). The divergences read training
//! images and no label.

use super::{
    Agreement, CorrelationResult, CorrelationSettings, Drawn, ExperimentError, Lab, Member, Ranking, ResultFile,
    Trials, Variant,
    agreement::Networks,
    correlation::{correlate, first_truth},
    correlation_report::{company, kendall_of, shown},
};
use rand::RngExt;
use serde::{Deserialize, Serialize};
use std::{fmt, path::Path};
use supernet_report::{Cell, Page, Point, ScatterFigure, Series};
use supernet_search::Spread;
use supernet_space::{OPERATIONS, PathMask, SearchSpace, draws};
use supernet_train::{Columns, Progress, Provenance, TrainError};

const WHICH_PATHS: &str = "which paths";

/// What is measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WhichPathsSettings {
    /// The study whose supernets and networks are looked at.
    pub study: CorrelationSettings,
    /// Training images of which predictions are compared, the first ones; whole runs of
    /// `scoring.score_batch`.
    pub images: usize,
    /// Paths that are off in the reference, drawn for each supernet: almost every path is on.
    #[serde(default)]
    pub off: usize,
}

/// What switching one option off costs, with all others on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SwitchedOff {
    /// The choice, as in `block2/operations`.
    pub choice: String,
    /// The option, as in `sep3`.
    pub option: String,
    /// Loss of accuracy on validation images, by each supernet.
    pub accuracy: Vec<f64>,
    /// Rise of the mean cross-entropy on validation images, by each supernet.
    pub loss: Vec<f64>,
    /// Symmetric KL divergence from the reference on training images, by each supernet.
    pub divergence: Vec<f64>,
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WhichPathsResult {
    /// What was asked.
    pub settings: WhichPathsSettings,
    /// Versions, images, device.
    pub provenance: Provenance,
    /// The networks.
    pub members: Vec<Member>,
    /// Mean symmetric KL divergence of each network's predictions from those of the reference, by
    /// each supernet (list by list).
    pub divergences: Vec<Vec<f64>>,
    /// How small divergence ranks the networks drawn at random, against the one-shot accuracy of
    /// the same supernet.
    pub against_one_shot: Vec<Agreement>,
    /// The same against accuracy from scratch, beside one-shot accuracy and the parameter count.
    pub against_stand_alone: Vec<Agreement>,
    /// Each option switched off.
    pub switched_off: Vec<SwitchedOff>,
}

/// Runs the study in `directory`, or goes on with it; leaves `result.json`, `one_shot.svg`,
/// `stand_alone.svg` (and `.png`), `table.txt` and `report.html` there. Networks that `truth` knows
/// are not trained again.
///
/// # Errors
/// As [`super::correlation`]; more images than there are, or not in whole runs.
pub fn which_paths(
    settings: &WhichPathsSettings,
    trials: &dyn Trials,
    directory: &Path,
    truth: Option<&Path>,
    progress: &mut dyn Progress,
) -> Result<WhichPathsResult, ExperimentError> {
    let study = &settings.study;
    study.check()?;
    settings.check(trials)?;
    let mut lab = Lab::open(directory, WHICH_PATHS, settings, &study.search, trials, truth, progress)?;
    let variant = Variant::new("paper", &study.search);
    let (correlation, _) = correlate(&mut lab, study, &variant, None)?;
    let masks: Vec<PathMask> = correlation.members.iter().map(|member| member.architecture.mask().clone()).collect();
    let space = lab.space(&study.search)?;
    let divergences: Vec<Vec<f64>> = study
        .supernet_seeds
        .iter()
        .map(|&seed| {
            let reference = settings.reference(&space, seed);
            lab.divergences((&variant, seed), settings.images, &reference, &masks)
        })
        .collect::<Result<_, _>>()?;
    let switched_off = switch_off(&mut lab, settings, &variant)?;
    let result = evaluate(settings, correlation, divergences, switched_off);
    ResultFile::new(WHICH_PATHS, result.clone()).write(&directory.join("result.json"))?;
    result.save(&lab)?;
    Ok(result)
}

impl WhichPathsSettings {
    /// The study on 1,000 training images, against a reference with all paths on but one.
    pub fn new(study: CorrelationSettings) -> Self {
        Self { study, images: 1_000, off: 1 }
    }

    /// The reference of the supernet of `seed`: all paths on but `off`, which leave something of
    /// their choice on.
    fn reference(&self, space: &SearchSpace, seed: u64) -> PathMask {
        let rng = &mut draws(seed, "reference", 0);
        let mut mask = space.all_on();
        for _ in 0..self.off {
            let may_go = (0..space.choices().len()).filter(|&choice| mask.bits(choice).count_ones() > 1);
            let paths: Vec<(usize, u64)> = may_go
                .flat_map(|choice| {
                    let bits = mask.bits(choice);
                    (0..u64::BITS).map(move |option| (choice, bits & 1 << option)).filter(|&(_, bit)| bit != 0)
                })
                .collect();
            if paths.is_empty() {
                break;
            }
            let (choice, bit) = paths[rng.random_range(0..paths.len())];
            mask = mask.with(choice, mask.bits(choice) & !bit);
        }
        mask
    }

    fn check(&self, trials: &dyn Trials) -> Result<(), TrainError> {
        let [all, ..] = trials.counts(&self.study.search)?;
        let run = self.study.search.scoring.score_batch;
        if self.images == 0 || self.images > all || !self.images.is_multiple_of(run) {
            let expected = format!("a multiple of scoring.score_batch = {run}, at most the {all} training images");
            return Err(TrainError::config("images", self.images, expected));
        }
        Ok(())
    }
}

/// Each option of each choice switched off, with all others on.
fn switch_off(lab: &mut Lab, settings: &WhichPathsSettings, variant: &Variant) -> Result<Vec<SwitchedOff>, TrainError> {
    let space = lab.space(&settings.study.search)?;
    let all_on = space.all_on();
    let mut rows: Vec<SwitchedOff> = Vec::new();
    let mut masks = vec![all_on.clone()];
    for (place, choice) in space.choices().iter().enumerate() {
        for (option, name) in choice.options().iter().enumerate() {
            masks.push(all_on.with(place, all_on.bits(place) & !(1 << option)));
            rows.push(SwitchedOff {
                choice: choice.name().into(),
                option: name.clone(),
                accuracy: Vec::new(),
                loss: Vec::new(),
                divergence: Vec::new(),
            });
        }
    }
    for &seed in &settings.study.supernet_seeds {
        let scores = lab.scores(variant, seed, None, &masks)?;
        let reference = settings.reference(&space, seed);
        let divergences = lab.divergences((variant, seed), settings.images, &reference, &masks[1..])?;
        for (i, row) in rows.iter_mut().enumerate() {
            row.accuracy.push(scores[0].accuracy - scores[i + 1].accuracy);
            row.loss.push(scores[i + 1].loss - scores[0].loss);
            row.divergence.push(divergences[i]);
        }
    }
    Ok(rows)
}

/// All statistics; a function of what was measured alone.
fn evaluate(
    settings: &WhichPathsSettings,
    correlation: CorrelationResult,
    divergences: Vec<Vec<f64>>,
    switched_off: Vec<SwitchedOff>,
) -> WhichPathsResult {
    let CorrelationResult { provenance, members, .. } = correlation;
    // The natural sample comes first.
    let natural: Vec<&Member> = members.iter().filter(|member| member.drawn == Drawn::Natural).collect();
    let n = natural.len();
    let nearest: Vec<Vec<f64>> = divergences.iter().map(|list| list[..n].iter().map(|d| -d).collect()).collect();
    let parameters: Vec<f64> = natural.iter().map(|member| member.cost.parameters as f64).collect();
    let agreement = |truth: &[f64], name: &str, lists: Vec<Vec<f64>>| {
        let networks = Networks {
            truth,
            parameters: &parameters,
            strata: &vec![0; n],
            weights: None,
            bootstrap: settings.study.bootstrap(),
            name: "natural",
            top: &settings.study.top,
        };
        networks.agreement(&Ranking { name: name.into(), lists })
    };
    let truth = first_truth(&natural);
    let against_one_shot = nearest
        .iter()
        .enumerate()
        .map(|(s, list)| {
            let accuracy: Vec<f64> = natural.iter().map(|member| member.one_shot[s].accuracy).collect();
            agreement(&accuracy, &format!("small divergence, supernet {}", s + 1), vec![list.clone()])
        })
        .collect();
    let one_shot = (0..nearest.len()).map(|s| natural.iter().map(|m| m.one_shot[s].accuracy).collect()).collect();
    let against_stand_alone = vec![
        agreement(&truth, "small divergence", nearest.clone()),
        agreement(&truth, "one-shot accuracy", one_shot),
        agreement(&truth, "parameters", vec![parameters.clone()]),
    ];
    WhichPathsResult {
        settings: settings.clone(),
        provenance,
        divergences,
        against_one_shot,
        against_stand_alone,
        switched_off,
        members,
    }
}

impl WhichPathsResult {
    fn save(&self, lab: &Lab) -> Result<(), ExperimentError> {
        let figures = [("one_shot", self.figure(true)), ("stand_alone", self.figure(false))];
        let mut svgs = Vec::new();
        for (name, figure) in figures {
            let svg = figure.svg()?;
            lab.write(&format!("{name}.svg"), svg.as_bytes())?;
            lab.write(&format!("{name}.png"), &figure.png()?)?;
            svgs.push(svg);
        }
        lab.write("table.txt", self.to_string().as_bytes())?;
        Ok(lab.write("report.html", self.page(&svgs).html().as_bytes())?)
    }

    /// One-shot (or stand-alone) accuracy over the divergence from all paths on; error bars are one
    /// standard deviation over the supernets.
    pub fn figure(&self, one_shot: bool) -> ScatterFigure {
        let point = |(i, member): (usize, &Member)| {
            let of_supernets: Vec<f64> = self.divergences.iter().map(|list| list[i]).collect();
            let x = Spread::of(&of_supernets).expect("a supernet");
            let accuracies: Vec<f64> = member.one_shot.iter().map(|score| score.accuracy).collect();
            let y = Spread::of(&accuracies).expect("a supernet");
            if one_shot {
                Point { x: x.mean, y: y.mean, dx: x.deviation, dy: y.deviation }
            } else {
                Point { x: x.mean, y: member.stand_alone[0].accuracy, dx: x.deviation, dy: 0.0 }
            }
        };
        let series = |name: &str, drawn| {
            let members = self.members.iter().enumerate().filter(|(_, member)| member.drawn == drawn);
            Series::of_networks(name, members.map(point).collect())
        };
        let all =
            [series("drawn at random", Drawn::Natural), series("stratified by one-shot accuracy", Drawn::Stratified)];
        let (agreements, name, y) = if one_shot {
            (
                &self.against_one_shot,
                "One-shot",
                format!("one-shot accuracy on {} validation images (%)", self.provenance.images[1]),
            )
        } else {
            (
                &self.against_stand_alone,
                "Stand-alone",
                format!("from scratch: accuracy on {} test images (%)", self.provenance.images[2]),
            )
        };
        let ranking = agreements.first().map_or("", |agreement| &agreement.ranking);
        ScatterFigure {
            title: format!("{name} accuracy and the divergence of predictions from almost all paths on"),
            caption: vec![
                format!(
                    "Kendall of small divergence, networks drawn at random: {}. Divergence of predictions on {} training images, no label read. \
                     Error bars: one standard deviation over {} supernets.",
                    shown(kendall_of(agreements, ranking)),
                    self.settings.images,
                    self.divergences.len()
                ),
                company(&self.settings.study.search, &self.provenance),
            ],
            x: "symmetric KL divergence from almost all paths on (nats)".into(),
            y,
            series: all.into_iter().filter(|series| !series.points.is_empty()).collect(),
            population: Vec::new(),
            plain_x: true,
        }
    }

    fn page(&self, svgs: &[String]) -> Page {
        let mut page = Page::new("Which paths matter");
        page.paragraph(&company(&self.settings.study.search, &self.provenance));
        page.paragraph(&self.verdict());
        for svg in svgs {
            page.figure(svg, "accuracy over divergence");
        }
        page.headline("What switching one option off costs").paragraph(
            "All other paths stay on. Mean ± standard deviation over the supernets: points of accuracy lost and cross-entropy gained on \
             validation images, and the divergence of predictions on training images.",
        );
        let spread = |values: &[f64], scale: f64, digits: usize| {
            let Spread { mean, deviation, .. } = Spread::of(values).expect("a supernet");
            Cell::number(format!("{:.digits$} ± {:.digits$}", scale * mean, scale * deviation), mean)
        };
        let rows: Vec<Vec<Cell>> = self
            .switched_off
            .iter()
            .map(|off| {
                vec![
                    Cell::text(&*off.choice),
                    Cell::text(&*off.option),
                    spread(&off.accuracy, 100.0, 2),
                    spread(&off.loss, 1.0, 4),
                    spread(&off.divergence, 1.0, 4),
                ]
            })
            .collect();
        page.table(&["choice", "option", "accuracy lost (points)", "cross-entropy gained", "divergence (nats)"], &rows);
        page.headline("Over all blocks");
        let rows: Vec<Vec<Cell>> = self
            .over_blocks()
            .into_iter()
            .map(|(name, accuracy, divergence)| {
                vec![Cell::text(name), spread(&accuracy, 100.0, 2), spread(&divergence, 1.0, 4)]
            })
            .collect();
        page.table(&["option", "accuracy lost (points)", "divergence (nats)"], &rows);
        page
    }

    /// Each operation and each of a cell's own inputs: the mean over the blocks, by each supernet.
    fn over_blocks(&self) -> Vec<(String, Vec<f64>, Vec<f64>)> {
        let names: Vec<(&str, &str)> = if self.settings.study.search.network.paper().is_some() {
            let operations = OPERATIONS.iter().map(|name| (*name, "/operations"));
            operations.chain([("a", "/inputs"), ("b", "/inputs")]).collect()
        } else {
            let mut options: Vec<(&str, &str)> = self.switched_off.iter().map(|off| (&*off.option, "")).collect();
            options.sort_unstable();
            options.dedup();
            options
        };
        let rows = |(name, end): (&str, &str)| {
            let of: Vec<&SwitchedOff> =
                self.switched_off.iter().filter(|off| off.option == name && off.choice.ends_with(end)).collect();
            let mean = |values: &dyn Fn(&SwitchedOff) -> &Vec<f64>| {
                let each = |s: usize| of.iter().map(|off| values(off)[s]).sum::<f64>() / of.len() as f64;
                (0..self.divergences.len()).map(each).collect::<Vec<f64>>()
            };
            (!of.is_empty()).then(|| {
                let said = if end == "/inputs" { format!("input {}", name.to_uppercase()) } else { name.to_owned() };
                (said, mean(&|off| &off.accuracy), mean(&|off| &off.divergence))
            })
        };
        names.into_iter().filter_map(rows).collect()
    }

    fn verdict(&self) -> String {
        let of_one_shot = self.against_one_shot.iter().map(|agreement| shown(agreement.plain.kendall));
        format!(
            "Kendall of small divergence on networks drawn at random: with one-shot accuracy {} (supernet by supernet), with accuracy from \
             scratch {}.",
            of_one_shot.collect::<Vec<_>>().join(", "),
            shown(kendall_of(&self.against_stand_alone, "small divergence"))
        )
    }
}

impl fmt::Display for WhichPathsResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n", self.verdict())?;
        let columns = Columns([14, 24, 20]);
        let head = columns.line(&[&"switched off", &"accuracy lost (points)", &"divergence (nats)"]);
        writeln!(f, "{head}")?;
        for (name, accuracy, divergence) in self.over_blocks() {
            let spread = |values: &[f64], scale: f64, digits: usize| {
                let Spread { mean, deviation, .. } = Spread::of(values).expect("a supernet");
                format!("{:.digits$} ± {:.digits$}", scale * mean, scale * deviation)
            };
            let line = columns.line(&[&name, &spread(&accuracy, 100.0, 2), &spread(&divergence, 1.0, 4)]);
            writeln!(f, "{line}")?;
        }
        Ok(())
    }
}
