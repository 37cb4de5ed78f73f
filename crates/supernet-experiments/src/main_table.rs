//! The paper's main table: the best by one-shot accuracy, the best under a parameter cap, random
//! ones and all paths on, trained from scratch at several widths (PAPER, *main table*).

use super::{ExperimentError, Lab, ResultFile, Trials, Variant, candidates, correlation_report::company_at};
use rand::RngExt;
use serde::{Deserialize, Serialize};
use std::{
    fmt::{self, Write},
    path::Path,
};
use supernet_report::{Cell, Page, Point, ScatterFigure, Series};
use supernet_search::{Score, Spread};
use supernet_space::{Cost, PathMask, counted, draws};
use supernet_train::{Columns, Progress, Provenance, SearchConfig, TrainError};

const MAIN_TABLE: &str = "main table";

/// How networks are chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// The best candidates by one-shot accuracy.
    Top,
    /// The best among those under the parameter cap.
    Small,
    /// Candidates drawn uniformly.
    Random,
    /// Every path on, with a seed for each model.
    AllOn,
}

impl Method {
    /// In the order of the table.
    pub const ALL: [Self; 4] = [Self::Top, Self::Small, Self::Random, Self::AllOn];

    /// Its name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Top => "One-Shot Top",
            Self::Small => "One-Shot Small",
            Self::Random => "Random",
            Self::AllOn => "All On",
        }
    }
}

/// What the table holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MainTableSettings {
    /// Space, supernet, scoring and training from scratch, whose width is replaced by each of
    /// `filters`.
    pub search: SearchConfig,
    /// Widths of the networks from scratch (the paper: 32, 64, 128).
    pub filters: Vec<usize>,
    /// Networks of each method (the paper: 10).
    pub models: usize,
    /// Parameter cap of the small ones, as a quantile of the candidates' parameter counts.
    pub cap: f64,
}

/// One method at one width.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MainRow {
    /// How its networks were chosen.
    pub method: Method,
    /// Width.
    pub filters: usize,
    /// The networks.
    pub networks: Vec<PathMask>,
    /// Test accuracy of each, 0 to 1.
    pub accuracies: Vec<f64>,
    /// Test accuracy.
    pub accuracy: Spread,
    /// Parameters.
    pub parameters: Spread,
    /// Multiply-accumulates.
    pub macs: Spread,
    /// Seconds on one core to train and test all of them.
    pub seconds: f64,
}

/// The table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MainTableResult {
    /// What was asked.
    pub settings: MainTableSettings,
    /// Versions, images, device.
    pub provenance: Provenance,
    /// The cap of the small ones, in parameters at the first width.
    pub cap: u64,
    /// Width by width, method by method.
    pub rows: Vec<MainRow>,
    /// Stages with their seconds: training the supernet, scoring the candidates, training from
    /// scratch.
    pub stages: Vec<(String, f64)>,
}

/// Makes the table in `directory`, or goes on with it; leaves `result.json`, `figure.svg`,
/// `figure.png`, `table.txt`, `networks.csv` and `report.html` there.
///
/// # Errors
/// As [`super::correlation`]; a cap under which there are fewer candidates than models.
pub fn main_table(
    settings: &MainTableSettings,
    trials: &dyn Trials,
    directory: &Path,
    progress: &mut dyn Progress,
) -> Result<MainTableResult, ExperimentError> {
    settings.check()?;
    let search = &settings.search;
    let mut lab = Lab::open(directory, MAIN_TABLE, settings, search, trials, None, progress)?;
    let variant = Variant::new("paper", search);
    lab.prepare(&[(&variant, search.seed)], search, &[])?;
    let drawn = candidates(&lab.space(search)?, search.seed, search.scoring.candidates)?;
    let masks: Vec<PathMask> = drawn.iter().map(|candidate| candidate.mask().clone()).collect();
    let scores = lab.scores(&variant, search.seed, None, &masks)?;
    let costs = lab.costs(&settings.at(settings.filters[0]), &masks)?;
    let all_on = lab.space(search)?.all_on();
    let (cap, chosen) = settings.choose(&masks, &all_on, &scores, &costs)?;

    let mut rows = Vec::new();
    for &filters in &settings.filters {
        let config = settings.at(filters);
        let networks: Vec<(PathMask, u64)> = chosen.iter().flat_map(|(_, networks)| networks.clone()).collect();
        lab.prepare(&[], &config, &networks)?;
        for (method, networks) in &chosen {
            rows.push(row(&lab, &config, *method, networks)?);
        }
    }
    let of = |stage: &str| -> Result<f64, TrainError> {
        Ok(lab.times()?.iter().filter(|(s, ..)| s == stage).map(|(.., seconds)| seconds).sum())
    };
    let stages = vec![
        ("training the supernet".into(), of("supernet")?),
        (format!("scoring {} candidates", masks.len()), of("scoring")?),
        ("training from scratch, a core each".into(), rows.iter().map(|row: &MainRow| row.seconds).sum()),
    ];
    let provenance = lab.provenance().clone();
    let result = MainTableResult { settings: settings.clone(), provenance, cap, rows, stages };
    ResultFile::new(MAIN_TABLE, result.clone()).write(&directory.join("result.json"))?;
    lab.write("table.txt", result.to_string().as_bytes())?;
    lab.write("networks.csv", result.csv().as_bytes())?;
    let figure = result.figure();
    let svg = figure.svg()?;
    lab.write("figure.svg", svg.as_bytes())?;
    lab.write("figure.png", &figure.png()?)?;
    lab.write("report.html", result.page(&svg).html().as_bytes())?;
    Ok(result)
}

fn row(lab: &Lab, config: &SearchConfig, method: Method, networks: &[(PathMask, u64)]) -> Result<MainRow, TrainError> {
    let trained =
        networks.iter().map(|(mask, seed)| lab.truth(config, mask, *seed)).collect::<Result<Vec<_>, TrainError>>()?;
    let spread = |of: &dyn Fn(usize) -> f64| {
        Spread::of(&(0..trained.len()).map(of).collect::<Vec<_>>()).expect("at least one model")
    };
    Ok(MainRow {
        method,
        filters: config.stand_alone.filters,
        networks: networks.iter().map(|(mask, _)| mask.clone()).collect(),
        accuracies: trained.iter().map(|row| row.test.accuracy).collect(),
        accuracy: spread(&|i| trained[i].test.accuracy),
        parameters: spread(&|i| trained[i].cost.parameters as f64),
        macs: spread(&|i| trained[i].cost.macs as f64),
        seconds: trained.iter().map(|row| row.seconds).sum(),
    })
}

type Chosen = Vec<(Method, Vec<(PathMask, u64)>)>;

impl MainTableSettings {
    /// The table of `search` at its own width and twice that, `models` networks of each method, the
    /// small ones under the median parameter count of the candidates.
    pub fn new(search: SearchConfig, models: usize) -> Self {
        let filters = vec![search.stand_alone.filters, 2 * search.stand_alone.filters];
        Self { search, filters, models, cap: 0.5 }
    }

    fn check(&self) -> Result<(), TrainError> {
        self.search.check()?;
        if self.filters.is_empty() {
            return Err(TrainError::config("filters", "none", "at least one width"));
        }
        let candidates = self.search.scoring.candidates;
        if !(1..=candidates).contains(&self.models) {
            let expected = format!("1 to scoring.candidates = {candidates}");
            return Err(TrainError::config("models", self.models, expected));
        }
        if !(self.cap > 0.0 && self.cap <= 1.0) {
            return Err(TrainError::config("cap", self.cap, "above 0 and at most 1"));
        }
        if self.search.scoring.halving.is_some() {
            return Err(TrainError::config("scoring.halving", "some", "none: every candidate on all images"));
        }
        Ok(())
    }

    /// The search with networks from scratch of another width.
    fn at(&self, filters: usize) -> SearchConfig {
        let mut search = self.search.clone();
        search.stand_alone.filters = filters;
        search
    }

    /// The networks of each method with their seeds, and the parameter cap.
    fn choose(
        &self,
        masks: &[PathMask],
        all_on: &PathMask,
        scores: &[Score],
        costs: &[Cost],
    ) -> Result<(u64, Chosen), TrainError> {
        let seed = self.search.seed;
        let mut ranked: Vec<usize> = (0..masks.len()).collect();
        ranked.sort_by(|&a, &b| scores[a].better_first(&scores[b]));
        let mut sizes: Vec<u64> = costs.iter().map(|cost| cost.parameters).collect();
        sizes.sort_unstable();
        let cap = sizes[((self.cap * sizes.len() as f64).ceil() as usize).clamp(1, sizes.len()) - 1];
        let small: Vec<usize> = ranked.iter().copied().filter(|&i| costs[i].parameters <= cap).collect();
        if small.len() < self.models {
            let expected =
                format!("a quantile with at least models = {} candidates below it, not {}", self.models, small.len());
            return Err(TrainError::config("cap", self.cap, expected));
        }
        let mut rng = draws(seed, "random companions", 0);
        let mut pool = ranked.clone();
        pool.sort_unstable();
        let random: Vec<usize> = (0..self.models).map(|_| pool.swap_remove(rng.random_range(0..pool.len()))).collect();
        let of = |places: &[usize]| places[..self.models].iter().map(|&i| (masks[i].clone(), seed)).collect();
        let with_seeds = (0..self.models as u64).map(|i| (all_on.clone(), seed + i)).collect();
        let chosen = vec![
            (Method::Top, of(&ranked)),
            (Method::Small, of(&small)),
            (Method::Random, of(&random)),
            (Method::AllOn, with_seeds),
        ];
        Ok((cap, chosen))
    }
}

impl MainTableResult {
    fn csv(&self) -> String {
        let mut text = String::from("filters,method,architecture,test_accuracy\n");
        for row in &self.rows {
            for (network, accuracy) in row.networks.iter().zip(&row.accuracies) {
                writeln!(text, "{},{},{network},{accuracy}", row.filters, row.method.name()).expect("a string");
            }
        }
        text
    }

    /// Mean test accuracy over mean parameter count, a point for each method and width; error bars
    /// are one standard deviation.
    pub fn figure(&self) -> ScatterFigure {
        let point = |row: &MainRow| Point {
            x: row.parameters.mean / 1e3,
            y: row.accuracy.mean,
            dx: row.parameters.deviation / 1e3,
            dy: row.accuracy.deviation,
        };
        let series = |method: Method| Series {
            name: method.name().into(),
            points: self.rows.iter().filter(|row| row.method == method).map(point).collect(),
        };
        ScatterFigure {
            title: format!(
                "From scratch at {} on {}",
                counted(self.settings.filters.len(), "width"),
                self.provenance.data
            ),
            caption: vec![
                format!(
                    "A point for each of the widths {:?}: mean of {}, bars of one standard deviation (All On: of {}).",
                    self.settings.filters,
                    counted(self.settings.models, "network"),
                    counted(self.settings.models, "seed")
                ),
                company_at(&self.settings.filters, &self.settings.search, &self.provenance),
            ],
            x: "parameters (thousands)".into(),
            y: format!("accuracy on {} test images (%)", self.provenance.images[2]),
            series: Method::ALL.map(series).to_vec(),
            population: Vec::new(),
            plain_x: true,
        }
    }

    fn page(&self, svg: &str) -> Page {
        let mut page = Page::new(format!("Main table: {}", self.provenance.data));
        page.paragraph(&company_at(&self.settings.filters, &self.settings.search, &self.provenance));
        page.figure(svg, "test accuracy over parameters, for each method and width");
        page.paragraph(&format!(
            "Mean ± standard deviation over {} of each method (All On: over that many seeds), tested once on {} images. One-Shot \
             Small: the best by one-shot accuracy of at most {} parameters at the first width.",
            counted(self.settings.models, "network"),
            self.provenance.images[2],
            self.cap
        ));
        let spread =
            |spread: Spread, scale: f64, digits: usize| Cell::number(plus_minus(spread, scale, digits), spread.mean);
        let rows: Vec<Vec<Cell>> = self
            .rows
            .iter()
            .map(|row| {
                vec![
                    Cell::text(row.method.name()),
                    Cell::number(row.filters.to_string(), row.filters as f64),
                    spread(row.parameters, 1e-3, 1),
                    spread(row.macs, 1e-6, 2),
                    spread(row.accuracy, 100.0, 2),
                    Cell::number(format!("{:.0}", row.seconds), row.seconds),
                ]
            })
            .collect();
        page.table(
            &["method", "filters", "parameters (k)", "MACs (M)", "test accuracy (%)", "seconds to train"],
            &rows,
        );
        page.headline("What it cost");
        let stages: Vec<Vec<Cell>> = self
            .stages
            .iter()
            .map(|(name, seconds)| vec![Cell::text(&**name), Cell::number(format!("{seconds:.0}"), *seconds)])
            .collect();
        page.table(&["stage", "seconds"], &stages);
        page
    }
}

fn plus_minus(Spread { mean, deviation, n }: Spread, scale: f64, digits: usize) -> String {
    match n {
        1 => format!("{:.digits$}", scale * mean),
        _ => format!("{:.digits$} ± {:.digits$}", scale * mean, scale * deviation),
    }
}

impl fmt::Display for MainTableResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns = Columns([15, 7, 3, 16, 16, 18, 8]);
        let head: [&dyn fmt::Display; 7] =
            [&"method", &"filters", &"n", &"parameters (k)", &"MACs (M)", &"test accuracy (%)", &"seconds"];
        writeln!(f, "{}", columns.line(&head))?;
        for row in &self.rows {
            let line = columns.line(&[
                &row.method.name(),
                &row.filters,
                &row.accuracy.n,
                &plus_minus(row.parameters, 1e-3, 1),
                &plus_minus(row.macs, 1e-6, 2),
                &plus_minus(row.accuracy, 100.0, 2),
                &format!("{:.0}", row.seconds),
            ]);
            writeln!(f, "{line}")?;
        }
        for (name, seconds) in &self.stages {
            writeln!(f, "{name}: {seconds:.0} s")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_networks_stay_under_the_cap_and_top_ones_are_the_best() {
        let settings = MainTableSettings::new(SearchConfig::quick(), 2);
        let cells = settings.search.cells().unwrap();
        let drawn = candidates(cells.space(), 1, 6).unwrap();
        let masks: Vec<PathMask> = drawn.iter().map(|a| a.mask().clone()).collect();
        let all_on = cells.space().all_on();
        let score = |accuracy| Score { accuracy, loss: 1.0, images: 10 };
        let scores = [0.9, 0.8, 0.7, 0.6, 0.5, 0.4].map(score);
        let costs = [60, 50, 10, 40, 20, 30].map(|parameters| Cost { parameters, macs: 1 });
        let (cap, chosen) = settings.choose(&masks, &all_on, &scores, &costs).unwrap();
        let of = |places: [usize; 2]| places.map(|i| (masks[i].clone(), 1)).to_vec();
        assert_eq!(cap, 30);
        assert_eq!(chosen[0], (Method::Top, of([0, 1])));
        assert_eq!(chosen[1], (Method::Small, of([2, 4])));
        assert_eq!(chosen[3].1.iter().map(|(_, seed)| *seed).collect::<Vec<_>>(), [1, 2]);
        let error = MainTableSettings { cap: 0.1, ..settings }.choose(&masks, &all_on, &scores, &costs).unwrap_err();
        assert!(error.to_string().starts_with("cap: found 0.1, expected a quantile with at least models = 2"));
    }
}
