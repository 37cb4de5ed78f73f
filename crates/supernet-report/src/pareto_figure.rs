//! The candidates that no other dominates, drawn among all.

use crate::{Point, ScatterFigure, Series};
use supernet_search::{Objective, Scored};
use supernet_train::sorted_front;

/// Returns the figure of one-shot accuracy against the first objective that is a cost (parameters,
/// if none is): the Pareto front of `candidates` for `objectives`, and all others. `caption` says
/// where they come from.
pub(crate) fn pareto_figure(candidates: &[Scored], objectives: &[Objective], caption: &[String]) -> ScatterFigure {
    let front = sorted_front(candidates, objectives);
    let cost = objectives.iter().copied().find(|objective| matches!(objective, Objective::Macs));
    let cost = cost.unwrap_or(Objective::Parameters);
    let point = |scored: &Scored| Point { x: cost.value(scored), y: scored.score.accuracy, dx: 0.0, dy: 0.0 };
    let others = candidates.iter().filter(|scored| !front.iter().any(|f| f.architecture == scored.architecture));
    let series = vec![
        Series::of_networks("Pareto front", front.iter().map(|s| point(s)).collect()),
        Series::of_networks("other candidates", others.map(point).collect()),
    ];
    ScatterFigure {
        title: "Pareto front of the candidates".into(),
        caption: caption.to_vec(),
        x: if cost == Objective::Macs { "multiply-accumulates".into() } else { "parameters".into() },
        y: "one-shot accuracy (%)".into(),
        series: series.into_iter().filter(|series| !series.points.is_empty()).collect(),
        population: Vec::new(),
        plain_x: true,
    }
}
