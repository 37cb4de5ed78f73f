//! Tables, figures and the page of a finished search.

use super::{
    pareto::ParetoFront,
    provenance::{Provenance, RunFile},
    write_whole,
};
use crate::{
    ComparisonTable, FigureGroup, Group, Proposer, Retrained, SearchFigure, TrainError, report::search_page,
    tally::usable,
};
use std::{fmt::Write as _, path::Path};
use supernet_search::{Score, Scored};
use supernet_space::PathMask;

/// What a search found, whatever space it searched.
pub(crate) struct Results<'a> {
    pub(crate) run: &'a RunFile,
    pub(crate) candidates: &'a [Scored],
    pub(crate) shortlist: &'a [(PathMask, Score)],
    pub(crate) retrained: &'a [Retrained],
    /// Drawings of the picked as SVG, each with what is said of it; none of networks that cannot be drawn.
    pub(crate) pictures: Vec<(String, String)>,
}

impl Results<'_> {
    /// Writes `networks.csv`, `table.txt`, `figure.svg`, `figure.png`, `report.html`, and the Pareto front of several objectives.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub(crate) fn save(&self, folder: &Path) -> Result<(), TrainError> {
        let write = |name: &str, bytes: &[u8]| write_whole(&folder.join(name), bytes);
        let usable: Vec<Scored> = usable(self.candidates).into_iter().cloned().collect();
        write("networks.csv", networks_csv(self.retrained).as_bytes())?;
        let table = ComparisonTable(self.retrained).to_string();
        write("table.txt", table.as_bytes())?;
        let figure = self.figure(&usable);
        let svg = figure.svg()?;
        write("figure.svg", svg.as_bytes())?;
        write("figure.png", &figure.png()?)?;
        let mut page = search_page(&figure, self, &table, &svg);
        if let Proposer::Nsga2(objectives) = &self.run.config.strategy {
            let front = ParetoFront::new(&usable, objectives, &figure.caption);
            let (svg, png) = front.drawn()?;
            write("pareto.csv", front.csv.as_bytes())?;
            write("pareto.svg", svg.as_bytes())?;
            write("pareto.png", &png)?;
            page.headline(&front.figure.title).figure(&svg, "one-shot accuracy against cost of all candidates");
        }
        write("report.html", page.html().as_bytes())
    }

    fn figure(&self, usable: &[Scored]) -> SearchFigure {
        let RunFile { config, provenance, .. } = self.run;
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
                    "{} candidates scored on {} validation images{}; networks trained from scratch, tested on {} images.",
                    self.candidates.len(),
                    images[1],
                    config.scoring.said(),
                    images[2]
                ),
                format!(
                    "seed {}, {} supernet steps on {} training images, {} epochs from scratch on {from_scratch}, device {device}, supernet {supernet}, burn {burn}",
                    config.seed, config.supernet.steps, images[0], config.stand_alone.epochs
                ),
            ],
            candidates: usable.iter().map(|scored| scored.score.accuracy).collect(),
            groups: Group::ALL.into_iter().map(group).filter(|group| !group.test.is_empty()).collect(),
        };
        figure.caption.extend(self.without_numbers());
        figure
    }

    /// A sentence on the candidates whose scores are no numbers, if there are any.
    fn without_numbers(&self) -> Option<String> {
        let left_out: Vec<String> = self
            .candidates
            .iter()
            .filter(|scored| !scored.score.is_number())
            .map(|scored| scored.architecture.to_string())
            .collect();
        let first = left_out.first()?;
        Some(format!(
            "{} candidates are left out, since their scores are no numbers; the first is {first}.",
            left_out.len()
        ))
    }
}

/// One line per network that was trained from scratch.
fn networks_csv(retrained: &[Retrained]) -> String {
    let mut text =
        String::from("group,architecture,one_shot_accuracy,one_shot_loss,parameters,macs,test_accuracy,test_loss\n");
    for network in retrained {
        writeln!(
            text,
            "{},{},{},{},{},{},{},{}",
            network.group.name(),
            network.mask,
            network.one_shot.accuracy,
            network.one_shot.loss,
            network.cost.parameters,
            network.cost.macs,
            network.test.accuracy,
            network.test.loss
        )
        .expect("a string");
    }
    text
}
