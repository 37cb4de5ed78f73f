//! The candidates that no other dominates, of a search with several objectives.

use super::score_log::candidates_csv;
use crate::{
    FigureError,
    report::{Point, ScatterFigure, Series},
};
use supernet_search::{Objective, Scored, pareto_front};

/// A Pareto front as a table and a figure.
pub(crate) struct ParetoFront {
    /// The front, from the fewest parameters to the most, as `candidates.csv`.
    pub(crate) csv: String,
    /// One-shot accuracy against the first objective that is a cost (parameters, if none is): the front and all others.
    pub(crate) figure: ScatterFigure,
}

impl ParetoFront {
    /// The front of `candidates` for `objectives`; `caption` says where they come from.
    pub(crate) fn new(candidates: &[Scored], objectives: &[Objective], caption: &[String]) -> Self {
        let mut front = pareto_front(candidates, objectives);
        front.sort_by_key(|scored| (scored.cost.parameters, scored.cost.macs));
        let cost = objectives.iter().copied().find(|objective| matches!(objective, Objective::Macs));
        let cost = cost.unwrap_or(Objective::Parameters);
        let point = |scored: &Scored| Point { x: cost.value(scored), y: scored.score.accuracy, dx: 0.0, dy: 0.0 };
        let others = candidates.iter().filter(|scored| !front.iter().any(|f| f.architecture == scored.architecture));
        let series = vec![
            Series::of_networks("Pareto front", front.iter().map(|s| point(s)).collect()),
            Series::of_networks("other candidates", others.map(point).collect()),
        ];
        let figure = ScatterFigure {
            title: "Pareto front of the candidates".into(),
            caption: caption.to_vec(),
            x: if cost == Objective::Macs { "multiply-accumulates".into() } else { "parameters".into() },
            y: "one-shot accuracy (%)".into(),
            series: series.into_iter().filter(|series| !series.points.is_empty()).collect(),
            population: Vec::new(),
            plain_x: true,
        };
        let front: Vec<Scored> = front.into_iter().cloned().collect();
        Self { csv: candidates_csv(&front), figure }
    }

    /// The figure as SVG text and as a PNG file's bytes.
    pub(crate) fn drawn(&self) -> Result<(String, Vec<u8>), FigureError> {
        Ok((self.figure.svg()?, self.figure.png()?))
    }
}
