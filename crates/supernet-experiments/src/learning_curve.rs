//! How a network from scratch learns: what its training batches and the validation images give
//! after each epoch.

use super::StandAloneRow;
use burn::module::Module;
use std::{
    collections::BTreeMap,
    fs,
    io::Write as _,
    path::{Path, PathBuf},
};
use supernet_nn::{Layer, Network};
use supernet_space::PathMask;
use supernet_train::{
    Examples, Hooks, Keeper, Observation, Progress, SeededWeights, StandAlone, TrainError,
    store::{append_line, cell, csv_row, read_rows, whole_lines, write_whole},
    test_uncalibrated,
};

/// One epoch of a network trained from scratch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Epoch {
    /// Epochs that are done, from 1.
    pub epoch: u64,
    /// Mean accuracy and cross-entropy of the epoch's training batches, each before its step; none
    /// where a step's are lost.
    pub train: Option<[f64; 2]>,
    /// Accuracy and mean cross-entropy of all validation images after the epoch, normalised by the
    /// statistics of runs of 500 of them.
    pub validation: [f64; 2],
}

/// The first line of the file of all curves.
const HEADER: &str = "architecture,settings,seed,epoch,train_accuracy,train_loss,validation_accuracy,validation_loss";

/// Adds lines to the file of all curves.
pub(super) fn append_curve(path: &Path, lines: &str) -> Result<(), TrainError> {
    if lines.is_empty() { Ok(()) } else { append_line(path, &format!("{HEADER}\n"), lines) }
}

/// The lines of a network's curve in the file of all curves.
pub(super) fn curve_lines(of: &StandAloneRow, curve: &[Epoch]) -> String {
    let line = |row: &Epoch| {
        let [accuracy, loss] = row.train.map_or_else(Default::default, |mean| mean.map(|value| format!("{value:.5}")));
        csv_row([
            of.mask.to_string(),
            of.settings.clone(),
            of.seed.to_string(),
            row.epoch.to_string(),
            accuracy,
            loss,
            row.validation[0].to_string(),
            format!("{:.5}", row.validation[1]),
        ])
    };
    curve.iter().map(line).collect()
}

/// Sorts the file of all curves, and drops what a stopped process had noted before.
pub(super) fn sort_curves(path: &Path) -> Result<(), TrainError> {
    if !path.exists() {
        return Ok(());
    }
    let rows = read_rows(path, HEADER, |row| {
        let cells: Vec<String> = row.iter().map(String::from).collect();
        let key: (String, u64, u64) = (cell(row, 0)?, cell(row, 2)?, cell(row, 3)?);
        Some((key, csv_row::<8>(cells.try_into().ok()?)))
    })?;
    let sorted: BTreeMap<(String, u64, u64), String> = rows.into_iter().collect();
    write_whole(path, format!("{HEADER}\n{}", sorted.into_values().collect::<String>()).as_bytes())
}

/// Trains the network of `mask` from scratch and watches it; its steps and epochs are noted in
/// files whose names begin with `stem`, so that a training that goes on ends with the same curve.
pub(super) fn train_watched<M: Layer<D, 2>, const D: usize>(
    trainer: &StandAlone<M, D>,
    mask: &PathMask,
    validation: &dyn Examples<D>,
    stem: &Path,
    keeper: &mut Keeper,
    progress: &mut dyn Progress,
) -> Result<(Network<M, D>, Vec<Epoch>), TrainError> {
    let epochs = trainer.training.epochs as u64;
    let per_epoch = trainer.steps()? / epochs;
    let (steps, after_epochs) = (stem.with_extension("steps"), stem.with_extension("epochs"));
    let after = &mut |done: u64, network: &Network<M, D>, _: &mut dyn Progress| {
        if !done.is_multiple_of(per_epoch) {
            return Ok(());
        }
        let score = test_uncalibrated(&network.valid(), mask, validation, trainer.device)?;
        append_line(&after_epochs, "", &format!("{},{},{}\n", done / per_epoch, score.accuracy, score.loss))
    };
    let hooks = Hooks { keeper: Some(keeper), after: Some(after), ..Hooks::default() };
    let mut watched = Watched { progress, path: steps.clone() };
    let network = trainer.train_with(mask, &mut SeededWeights::new(trainer.seed), hooks, &mut watched)?;
    let (steps, after_epochs) = (noted(&steps)?, noted(&after_epochs)?);
    let curve = (1..=epochs).filter_map(|epoch| {
        let train = mean_of(&steps, (epoch - 1) * per_epoch + 1..=epoch * per_epoch);
        Some(Epoch { epoch, train, validation: *after_epochs.get(&epoch)? })
    });
    Ok((network, curve.collect()))
}

/// Means over some steps; none where one is missing.
fn mean_of(steps: &BTreeMap<u64, [f64; 2]>, range: std::ops::RangeInclusive<u64>) -> Option<[f64; 2]> {
    let count = range.clone().count();
    let rows: Vec<&[f64; 2]> = steps.range(range).map(|(_, row)| row).collect();
    let mean = |i: usize| rows.iter().map(|row| row[i]).sum::<f64>() / count as f64;
    (rows.len() == count).then(|| [mean(0), mean(1)])
}

/// What a file of `number,accuracy,loss` says. A number that was noted twice was computed twice, to
/// the same end.
fn noted(path: &Path) -> Result<BTreeMap<u64, [f64; 2]>, TrainError> {
    let row = |line: &str| {
        let [number, accuracy, loss] = line.split(',').collect::<Vec<_>>()[..] else { return None };
        Some((number.parse().ok()?, [accuracy.parse().ok()?, loss.parse().ok()?]))
    };
    whole_lines(path, |text| Ok(text.lines().filter_map(row).collect()))
}

/// Notes accuracy and loss of each step, and shows what it is given.
struct Watched<'a> {
    progress: &'a mut dyn Progress,
    path: PathBuf,
}

impl Watched<'_> {
    /// Not put on the disk at once: a step that a failing machine loses leaves its epoch without a
    /// mean.
    fn note(&self, line: &str) -> std::io::Result<()> {
        self.path.parent().map_or(Ok(()), fs::create_dir_all)?;
        fs::OpenOptions::new().create(true).append(true).open(&self.path)?.write_all(line.as_bytes())
    }
}

impl Progress for Watched<'_> {
    fn begin(&mut self, stage: &str, total: u64) {
        self.progress.begin(stage, total);
    }

    fn resume(&mut self, done: u64) {
        self.progress.resume(done);
    }

    fn is_due(&self, _done: u64) -> bool {
        true
    }

    fn observe(&mut self, done: u64, observation: &Observation) {
        if let Some([loss, per_cent]) = observation.loss_and_accuracy() {
            // What cannot be written is missing from the curve, and nothing else.
            self.note(&format!("{done},{},{loss}\n", per_cent / 100.0)).ok();
        }
        if self.progress.is_due(done) {
            self.progress.observe(done, observation);
        }
    }

    fn advance(&mut self, done: u64) {
        self.progress.advance(done);
    }

    fn warn(&mut self, text: &str) {
        self.progress.warn(text);
    }

    fn end(&mut self) {
        self.progress.end();
    }

    fn should_stop(&self) -> bool {
        self.progress.should_stop()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use supernet_search::Score;
    use supernet_space::Cost;

    #[test]
    fn an_epoch_that_lost_a_step_has_no_mean_and_a_step_noted_twice_counts_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.steps");
        fs::write(&path, "1,0.5,1\n2,0.25,3\n2,0.25,3\n3,0.5,1\n5,0").unwrap();
        let steps = noted(&path).unwrap();
        assert_eq!(mean_of(&steps, 1..=2), Some([0.375, 2.0]));
        assert_eq!(mean_of(&steps, 3..=4), None);
    }

    #[test]
    fn curves_are_sorted_and_those_of_a_stopped_process_counted_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("curves.csv");
        let curve =
            [1, 2].map(|epoch| Epoch { epoch, train: (epoch == 2).then_some([0.5, 1.0]), validation: [0.25, 2.0] });
        for mask in ["11:01/10:11", "10:01/10:11", "11:01/10:11"] {
            let test = Score { accuracy: 0.5, loss: 1.0, images: 10 };
            let (mask, cost) = (mask.parse().unwrap(), Cost { parameters: 1, macs: 1 });
            let row = StandAloneRow { mask, settings: "00ff".into(), seed: 1, test, cost, seconds: 1.0 };
            append_curve(&path, &curve_lines(&row, &curve)).unwrap();
        }
        sort_curves(&path).unwrap();
        let rows = ["10:01/10:11,00ff,1,1,,,0.25,2.00000\n", "10:01/10:11,00ff,1,2,0.50000,1.00000,0.25,2.00000\n"];
        let expected = format!("{HEADER}\n{}{}", rows.concat(), rows.concat().replace("10:01/", "11:01/"));
        assert_eq!(fs::read_to_string(&path).unwrap(), expected);
    }
}
