//! Figures and the page of a finished search.

use crate::{
    CourseFigure, FigureGroup, ReportError, SearchFigure,
    figure::Figure,
    pareto_figure::pareto_figure,
    search_page::{Found, search_page},
};
use std::path::Path;
use supernet_nn::Layer;
use supernet_search::{Proposer, Score, Scored, trust::Verdict};
use supernet_space::{PathMask, counted};
use supernet_train::{
    ComparisonTable, FinishedRun, Group, Provenance, Retrained, RunDirectory, SearchConfig, SearchResult, read_course,
    store::write_whole,
};

/// What a search found, whatever space it searched.
#[derive(Clone, Debug)]
pub struct SearchReport<'a> {
    /// The search's settings.
    pub config: &'a SearchConfig,
    /// Versions, device, images.
    pub provenance: &'a Provenance,
    /// Every scored candidate, in the order of scoring.
    pub candidates: &'a [Scored],
    /// The short-list with its scores after the fine-tune, the best first.
    pub shortlist: &'a [(PathMask, Score)],
    /// Whether the ranking of the candidates is to be trusted; none of a run of an earlier version.
    pub verdict: Option<&'a Verdict>,
    /// The networks trained from scratch, group by group.
    pub retrained: &'a [Retrained],
    /// Drawings of the picked as SVG elements, each with its caption; none of networks that cannot
    /// be drawn.
    pub pictures: Vec<(String, String)>,
    /// A drawing of the best network as an SVG file, where no cell says what it is.
    pub drawing: Option<String>,
}

impl<'a> SearchReport<'a> {
    /// Creates the report of a search in `directory`, without pictures.
    pub fn new<M: Layer<D, 2>, const D: usize>(directory: &'a RunDirectory, result: &'a SearchResult<M, D>) -> Self {
        let SearchResult { candidates, shortlist, verdict, retrained, .. } = result;
        let (config, provenance) = (directory.config(), directory.provenance());
        let (verdict, pictures, drawing) = (Some(verdict), Vec::new(), None);
        Self { config, provenance, candidates, shortlist, verdict, retrained, pictures, drawing }
    }

    /// Creates the report of a search that has ended, without pictures.
    pub fn finished(run: &'a FinishedRun) -> Self {
        let (candidates, shortlist, retrained) = (run.candidates(), run.shortlist(), run.retrained());
        let (config, provenance) = (run.config(), run.provenance());
        let (verdict, pictures, drawing) = (run.verdict(), Vec::new(), None);
        Self { config, provenance, candidates, shortlist, verdict, retrained, pictures, drawing }
    }

    /// Writes `figure.svg`, `figure.png` and `report.html` to `folder`, the run's directory;
    /// `pareto.svg` and `pareto.png` where the search had several objectives; `companion.svg` and
    /// `companion.png`, what it came to prefer over the steps, where the supernet had a companion.
    ///
    /// # Errors
    /// Nothing to draw, or a file that cannot be written.
    pub fn save(&self, folder: &Path) -> Result<(), ReportError> {
        let write = |name: &str, bytes: &[u8]| write_whole(&folder.join(name), bytes);
        let table = ComparisonTable(self.retrained).to_string();
        let figure = self.figure();
        let svg = figure.svg()?;
        write("figure.svg", svg.as_bytes())?;
        write("figure.png", &figure.png()?)?;
        let Self { config, candidates, shortlist, verdict, retrained, ref pictures, ref drawing, .. } = *self;
        let (rank_by, drawing) = (config.scoring.rank_by, drawing.as_deref());
        let found = Found { candidates, shortlist, verdict, retrained, pictures, drawing, rank_by };
        let mut page = search_page(&figure, &found, &table, &svg);
        if let Proposer::Nsga2(objectives) = &self.config.strategy {
            let front = pareto_figure(self.candidates, objectives, &figure.caption);
            let svg = front.svg()?;
            write("pareto.svg", svg.as_bytes())?;
            write("pareto.png", &front.png()?)?;
            page.headline(&front.title).figure(&svg, "one-shot accuracy against cost of all candidates");
        }
        let course = read_course(folder)?;
        if !course.is_empty() {
            let figure = CourseFigure::new(&course, &figure.caption[1..]);
            let svg = figure.svg()?;
            write("companion.svg", svg.as_bytes())?;
            write("companion.png", &figure.png()?)?;
            page.headline(figure.title()).figure(&svg, "probability of each option over the steps of the training");
        }
        Ok(write("report.html", page.html().as_bytes())?)
    }

    fn figure(&self) -> SearchFigure {
        let Self { config, provenance, .. } = *self;
        let Provenance { device, data, images, supernet, burn, .. } = provenance;
        let group = |group: Group| {
            let members = || self.retrained.iter().filter(move |r| r.group == group);
            FigureGroup {
                name: group.name().into(),
                one_shot: members().map(|r| r.one_shot.accuracy).collect(),
                test: members().map(|r| r.test.accuracy).collect(),
            }
        };
        let from_scratch = images[0] + if config.stand_alone.with_validation { images[1] } else { 0 };
        let mut figure = SearchFigure {
            title: format!("One-shot search on {data}"),
            caption: vec![
                format!(
                    "{} scored on {}{}; networks trained from scratch, tested on {}.",
                    counted(self.candidates.len(), "candidate"),
                    counted(images[1], "validation image"),
                    config.scoring.in_words(),
                    counted(images[2], "image")
                ),
                format!(
                    "seed {}, {} on {}, {} from scratch on {from_scratch}, device {device}, supernet {supernet}, burn {burn}",
                    config.seed,
                    counted(config.supernet.steps, "supernet step"),
                    counted(images[0], "training image"),
                    counted(config.stand_alone.epochs, "epoch")
                ),
            ],
            candidates: self.usable().map(|scored| scored.score.accuracy).collect(),
            groups: Group::ALL.into_iter().map(group).filter(|group| !group.test.is_empty()).collect(),
        };
        figure.caption.extend(self.without_numbers());
        figure
    }

    /// The candidates whose scores are numbers.
    fn usable(&self) -> impl Iterator<Item = &Scored> {
        self.candidates.iter().filter(|scored| scored.score.is_number())
    }

    /// A sentence on the candidates whose scores are no numbers, if there are any.
    fn without_numbers(&self) -> Option<String> {
        let mut left_out = self.candidates.iter().filter(|scored| !scored.score.is_number());
        let first = &left_out.next()?.architecture;
        let count = 1 + left_out.count();
        let are = if count == 1 { "is" } else { "are" };
        let candidates = counted(count, "candidate");
        Some(format!("{candidates} {are} left out, whose scores are no numbers; the first is {first}."))
    }
}
