//! What the NAS-Bench-Macro study leaves for people.

use crate::{
    ExperimentError,
    macro_result::{GUIDE_ROWS, MacroResult, MacroSeed, MacroSupernet},
};
use std::{collections::HashSet, fmt, path::Path};
use supernet_report::{Point, ScatterFigure, Series};
use supernet_search::{Score, Table};
use supernet_space::{Architecture, NasBenchMacro, counted};
use supernet_train::{Columns, TrainError, store::write_whole};

/// Writes `table.txt`, `networks.csv`, `figure.svg` and `figure.png` to `directory`.
pub(super) fn save(
    result: &MacroResult,
    bench: &NasBenchMacro,
    table: &Table,
    guides: &HashSet<Architecture>,
    supernets: &[MacroSupernet],
    directory: &Path,
) -> Result<(), ExperimentError> {
    let figure = figure(result, bench, table, guides, supernets)?;
    write_whole(&directory.join("table.txt"), result.to_string().as_bytes())?;
    write_whole(&directory.join("networks.csv"), networks_csv(bench, table, guides, supernets)?.as_bytes())?;
    write_whole(&directory.join("figure.svg"), figure.svg()?.as_bytes())?;
    write_whole(&directory.join("figure.png"), &figure.png()?)?;
    Ok(())
}

/// Published accuracy over the loss of each network that guided no choice, averaged over the
/// supernets.
fn figure(
    result: &MacroResult,
    bench: &NasBenchMacro,
    table: &Table,
    guides: &HashSet<Architecture>,
    supernets: &[MacroSupernet],
) -> Result<ScatterFigure, TrainError> {
    let mut points = Vec::new();
    for (i, (mask, _)) in supernets[0].scores.iter().enumerate() {
        let architecture = bench.space().accept(mask.clone())?;
        if !guides.contains(&architecture) {
            let x = supernets.iter().map(|supernet| supernet.scores[i].1.loss).sum::<f64>() / supernets.len() as f64;
            points.push(Point { x, y: table.reported(&architecture)?, dx: 0.0, dy: 0.0 });
        }
    }
    let MacroResult { provenance, settings, correlation, .. } = result;
    let tau = |name: &str| {
        let kendall = correlation.ranking(name).and_then(|ranking| ranking.kendall);
        kendall.map_or("-".into(), |kendall| kendall.to_string())
    };
    Ok(ScatterFigure {
        title: "NAS-Bench-Macro: what supernets say of its networks".into(),
        caption: vec![
            format!("Kendall {} by loss, {} by its main effects.", tau("loss"), tau("loss, main effects")),
            format!(
                "{} (seeds {:?}) of {} of {}, stem {}, on {} training images of {}.",
                counted(settings.seeds.len(), "supernet"),
                settings.seeds,
                counted(settings.supernet.steps, "step"),
                counted(settings.supernet.batch, "image"),
                settings.stem,
                provenance.images[0],
                provenance.data
            ),
        ],
        x: format!("loss on {} validation images, mean over supernets (nats)", provenance.images[1]),
        y: "published accuracy, mean of three trainings (%)".into(),
        series: vec![Series::of_networks("networks", points)],
        population: Vec::new(),
        plain_x: true,
    })
}

/// A line for each network: its text, what each supernet says, what the table says, whether it
/// guided choices.
fn networks_csv(
    bench: &NasBenchMacro,
    table: &Table,
    guides: &HashSet<Architecture>,
    supernets: &[MacroSupernet],
) -> Result<String, TrainError> {
    let columns = supernets.iter().map(|supernet| format!(",loss_{0},accuracy_{0}", supernet.seed));
    let mut text = format!("arch,mean_acc,guide{}\n", columns.collect::<String>());
    for (i, (mask, _)) in supernets[0].scores.iter().enumerate() {
        let architecture = bench.space().accept(mask.clone())?;
        let truth = 100.0 * table.reported(&architecture)?;
        let guide = u8::from(guides.contains(&architecture));
        text += &format!("{},{truth:.4},{guide}", bench.text(mask)?);
        for supernet in supernets {
            let Score { accuracy, loss, .. } = supernet.scores[i].1;
            text += &format!(",{loss:.5},{accuracy:.3}");
        }
        text.push('\n');
    }
    Ok(text)
}

impl fmt::Display for MacroResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { correlation, each, held_out, .. } = self;
        writeln!(f, "{correlation}")?;
        writeln!(f, "\n{held_out} rows left out: {GUIDE_ROWS} guide rows and all others of the same networks")?;
        let columns = Columns([6, 14, 14, 22, 12, 12]);
        let head = columns.line(&[&"seed", &"by loss", &"by accuracy", &"by main effects", &"training", &"scoring"]);
        writeln!(f, "\n{head}")?;
        let value = |value: f64| format!("{value:.4}");
        for MacroSeed { seed, loss, accuracy, main_effects, seconds } in each {
            let values = [*loss, *accuracy, *main_effects].map(value);
            let times = seconds.map(|seconds| format!("{seconds:.0} s"));
            let line = columns.line(&[seed, &values[0], &values[1], &values[2], &times[0], &times[1]]);
            writeln!(f, "{line}")?;
        }
        let mean = |value: fn(&MacroSeed) -> f64| each.iter().map(value).sum::<f64>() / each.len() as f64;
        let [loss, accuracy, effects] = [mean(|s| s.loss), mean(|s| s.accuracy), mean(|s| s.main_effects)];
        let values = [loss, accuracy, effects].map(value);
        writeln!(f, "{}", columns.line(&[&"mean", &values[0], &values[1], &values[2]]))
    }
}
