//! The accuracies of networks trained from scratch, as a table that later experiments read.

use csv::StringRecord;
use std::{
    fs,
    path::{Path, PathBuf},
};
use supernet_search::Score;
use supernet_space::{Cost, PathMask};
use supernet_train::{
    TrainError,
    store::{append_line, cell, csv_row, parse_rows, read_rows, write_whole},
};

/// One network trained from scratch.
#[derive(Clone, Debug, PartialEq)]
pub struct StandAloneRow {
    /// Its mask.
    pub mask: PathMask,
    /// How and on what it was trained: [`super::Trials::training_key`].
    pub settings: String,
    /// Seed of its weights, order and augmentation.
    pub seed: u64,
    /// Its score on test images.
    pub test: Score,
    /// What it costs.
    pub cost: Cost,
    /// How long its training took, on one core.
    pub seconds: f64,
}

/// A file of [`StandAloneRow`]s: CSV, one whole line for each network when it is done. A line that
/// was cut off is dropped.
#[derive(Clone, Debug)]
pub struct Truth {
    path: PathBuf,
    rows: Vec<StandAloneRow>,
    /// Rows of other files.
    imported: Vec<StandAloneRow>,
}

const HEADER: &str = "architecture,settings,seed,test_accuracy,test_loss,test_images,parameters,macs,seconds";

impl Truth {
    /// The table at `path`, empty if there is no file.
    ///
    /// # Errors
    /// A file that cannot be read, or a line that is not one of this table.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, TrainError> {
        let path = path.into();
        let rows = read_rows(&path, HEADER, read)?;
        Ok(Self { path, rows, imported: Vec::new() })
    }

    /// Takes in what another file says of networks trained by `settings`.
    ///
    /// # Errors
    /// As [`Truth::open`]; a file without such networks.
    pub fn import(&mut self, path: &Path, settings: &str) -> Result<(), TrainError> {
        let text = fs::read_to_string(path).map_err(TrainError::io(path))?;
        let rows = parse_rows(path, &text, HEADER, read)?;
        if !rows.iter().any(|row| row.settings == settings) {
            let there = rows.first().map_or("none".into(), |row| row.settings.clone());
            return Err(TrainError::File {
                path: path.into(),
                found: format!("no network trained by settings {settings}, the first is of {there}"),
                expected: "networks trained by the settings and on the images of this experiment",
            });
        }
        self.imported.extend(rows.into_iter().filter(|row| row.settings == settings));
        Ok(())
    }

    /// What is known of a network trained by `settings` with `seed`.
    pub fn find(&self, settings: &str, mask: &PathMask, seed: u64) -> Option<&StandAloneRow> {
        let is_it = |row: &&StandAloneRow| row.seed == seed && row.settings == settings && row.mask == *mask;
        self.rows.iter().chain(&self.imported).find(is_it)
    }

    /// What was taken in from other files, then the rows of this one.
    pub fn known(&self) -> impl Iterator<Item = &StandAloneRow> {
        self.imported.iter().chain(&self.rows)
    }

    /// The rows of the file.
    pub fn rows(&self) -> &[StandAloneRow] {
        &self.rows
    }

    /// Adds a row to table and file.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn append(&mut self, row: StandAloneRow) -> Result<(), TrainError> {
        append_line(&self.path, &format!("{HEADER}\n"), &line(&row))?;
        self.rows.push(row);
        Ok(())
    }

    /// Sorts table and file by settings, seed and mask, so that they do not tell which network was
    /// ready first.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn sort(&mut self) -> Result<(), TrainError> {
        let key = |row: &StandAloneRow| (row.settings.clone(), row.seed, row.mask.clone());
        if !self.rows.is_sorted_by_key(key) {
            self.rows.sort_by_key(key);
            write_whole(&self.path, truth_csv(&self.rows).as_bytes())?;
        }
        Ok(())
    }
}

/// A file of these rows, in this order.
pub(super) fn truth_csv<'r>(rows: impl IntoIterator<Item = &'r StandAloneRow>) -> String {
    format!("{HEADER}\n{}", rows.into_iter().map(line).collect::<String>())
}

/// Reads lines of such a file, which are to be written to `path`.
///
/// # Errors
/// A line that is none.
pub(super) fn rows_of(path: &Path, lines: &str) -> Result<Vec<StandAloneRow>, TrainError> {
    parse_rows(path, &format!("{HEADER}\n{lines}"), HEADER, read)
}

/// A line of it.
pub(super) fn line(row: &StandAloneRow) -> String {
    let StandAloneRow { mask, settings, seed, test, cost, seconds } = row;
    csv_row([
        mask.to_string(),
        settings.clone(),
        seed.to_string(),
        test.accuracy.to_string(),
        test.loss.to_string(),
        test.images.to_string(),
        cost.parameters.to_string(),
        cost.macs.to_string(),
        seconds.to_string(),
    ])
}

fn read(row: &StringRecord) -> Option<StandAloneRow> {
    Some(StandAloneRow {
        mask: cell(row, 0)?,
        settings: cell(row, 1)?,
        seed: cell(row, 2)?,
        test: Score { accuracy: cell(row, 3)?, loss: cell(row, 4)?, images: cell(row, 5)? },
        cost: Cost { parameters: cell(row, 6)?, macs: cell(row, 7)? },
        seconds: cell(row, 8)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(seed: u64) -> StandAloneRow {
        StandAloneRow {
            mask: "11:0100000/101:0000011".parse().unwrap(),
            settings: "00ff".into(),
            seed,
            test: Score { accuracy: 0.1 + 0.2, loss: 1.0 / 3.0, images: 3_000 },
            cost: Cost { parameters: 70_000, macs: 2_500_000 },
            seconds: 12.5,
        }
    }

    #[test]
    fn rows_come_back_bit_for_bit_and_a_line_that_was_cut_off_is_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("truth.csv");
        let mut truth = Truth::open(&path).unwrap();
        truth.append(row(1)).unwrap();
        truth.append(row(2)).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, &text[..text.len() - 3]).unwrap();
        let mut truth = Truth::open(&path).unwrap();
        assert_eq!(truth.rows(), [row(1)]);
        truth.append(row(2)).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
        assert_eq!(Truth::open(&path).unwrap().find("00ff", &row(2).mask, 2), Some(&row(2)));
    }

    #[test]
    fn a_sorted_table_does_not_tell_the_order_of_its_rows() {
        let folder = tempfile::tempdir().unwrap();
        let text = |order: [u64; 3], name: &str| {
            let path = folder.path().join(name);
            let mut truth = Truth::open(&path).unwrap();
            order.into_iter().for_each(|seed| truth.append(row(seed)).unwrap());
            truth.sort().unwrap();
            fs::read_to_string(path).unwrap()
        };
        assert_eq!(text([2, 3, 1], "a"), text([1, 2, 3], "b"));
    }

    #[test]
    fn a_table_of_other_trainings_is_refused_with_both_settings() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("truth.csv");
        Truth::open(&path).unwrap().append(row(1)).unwrap();
        let mut other = Truth::open(folder.path().join("other.csv")).unwrap();
        other.import(&path, "00ff").unwrap();
        let error = other.import(&path, "abcd").unwrap_err().to_string();
        assert!(error.contains("no network trained by settings abcd, the first is of 00ff"), "{error}");
    }

    #[test]
    fn a_line_that_is_no_row_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("truth.csv");
        fs::write(&path, format!("{HEADER}\n1:0,x\n")).unwrap();
        let error = Truth::open(&path).unwrap_err().to_string();
        assert!(error.contains("truth.csv: found `1:0,x`, expected architecture,settings"), "{error}");
    }
}
