//! Partial scores, kept while a scoring goes on, so that one that is stopped goes on.

use super::{jobs::Tallies, tally::Tally};
use crate::TrainError;
use serde::{Deserialize, Serialize};
use std::{
    collections::HashMap,
    fs::{self, File, OpenOptions},
    io::Write as _,
    path::{Path, PathBuf},
    sync::Mutex,
};
use supernet_space::{PathMask, name_number};

/// A line of the file.
#[derive(Serialize, Deserialize)]
struct Line {
    /// Which images and which candidates.
    key: u64,
    /// Candidate, images, correct answers, bits of the summed loss.
    said: Vec<(usize, usize, usize, u64)>,
    /// CRC-32 of both: a number that was changed would change a score.
    sum: u32,
}

impl Line {
    fn new(key: u64, said: Vec<(usize, usize, usize, u64)>) -> Self {
        let sum = crc32fast::hash(&serde_json::to_vec(&(key, &said)).expect("plain data"));
        Self { key, said, sum }
    }

    /// The line that stands in `bytes`, if it is as it was written, to its end.
    fn read(bytes: &[u8]) -> Option<Self> {
        let Self { key, said, sum } = serde_json::from_slice(bytes.strip_suffix(b"\n")?).ok()?;
        Some(Self::new(key, said)).filter(|line| line.sum == sum)
    }

    fn tallies(self) -> Tallies {
        let tally =
            |(candidate, images, correct, loss)| (candidate, Tally { images, correct, loss: f64::from_bits(loss) });
        self.said.into_iter().map(tally).collect()
    }
}

/// Results of jobs by key, a line each in a file.
#[derive(Debug)]
pub(crate) struct Ledger {
    path: PathBuf,
    known: HashMap<u64, Tallies>,
    file: Mutex<Option<File>>,
}

impl Ledger {
    /// The ledger at `path`, empty where there is no file. From the first line on that is not as it
    /// was written it is dropped and computed again.
    ///
    /// # Errors
    /// A file that cannot be read or cut.
    pub(crate) fn open(path: &Path) -> Result<Self, TrainError> {
        let bytes = match fs::read(path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
            other => other.map_err(TrainError::io(path))?,
        };
        let (mut known, mut whole) = (HashMap::new(), 0);
        for line in bytes.split_inclusive(|&byte| byte == b'\n') {
            let Some(read) = Line::read(line) else { break };
            known.insert(read.key, read.tallies());
            whole += line.len();
        }
        if whole < bytes.len() {
            let cut = || OpenOptions::new().write(true).open(path)?.set_len(whole as u64);
            cut().map_err(TrainError::io(path))?;
        }
        Ok(Self { path: path.into(), known, file: Mutex::new(None) })
    }

    /// Returns the result of the job of `key`, or computes it with `score` and keeps it.
    ///
    /// # Errors
    /// An error of `score`, or a file that cannot be written.
    pub(crate) fn tallies(
        &self,
        key: u64,
        score: impl FnOnce() -> Result<Tallies, TrainError>,
    ) -> Result<Tallies, TrainError> {
        if let Some(said) = self.known.get(&key) {
            return Ok(said.clone());
        }
        let said = score()?;
        let text = line(key, &said);
        let mut file = self.file.lock().expect("no worker panics with the file");
        if file.is_none() {
            let opened = OpenOptions::new().create(true).append(true).open(&self.path);
            *file = Some(opened.map_err(TrainError::io(&self.path))?);
        }
        let file = file.as_mut().expect("it was opened just now");
        file.write_all(text.as_bytes()).map_err(TrainError::io(&self.path))?;
        Ok(said)
    }
}

/// Returns the line of a file that says the result of the job of `key`.
pub(crate) fn line(key: u64, said: &[(usize, Tally)]) -> String {
    let number = |&(candidate, tally): &(usize, Tally)| (candidate, tally.images, tally.correct, tally.loss.to_bits());
    let line = Line::new(key, said.iter().map(number).collect());
    serde_json::to_string(&line).expect("plain data") + "\n"
}

/// Returns what [`line()`] says, where it is the result of the job of `key`.
pub(crate) fn said(key: u64, line: &[u8]) -> Option<Tallies> {
    Some(Line::read(line)?).filter(|line| line.key == key).map(Line::tallies)
}

/// Returns the key of the job that scores `candidates`, places among `masks`, on the images called
/// `images`.
pub(crate) fn job_key(images: &str, candidates: &[usize], masks: &[PathMask]) -> u64 {
    let mut name = images.to_owned();
    for &candidate in candidates {
        name.push_str(&format!(" {candidate} {}", masks[candidate]));
    }
    name_number(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_said_comes_back_bit_for_bit_and_a_line_that_was_cut_is_said_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("scoring.jsonl");
        let said = |key: u64| vec![(3, Tally { images: 10, correct: 4, loss: 0.1 + key as f64 / 3.0 })];
        let ledger = Ledger::open(&path).unwrap();
        for key in [1, u64::MAX] {
            ledger.tallies(key, || Ok(said(key))).unwrap();
        }
        let bytes = fs::read(&path).unwrap();
        let again = Ledger::open(&path).unwrap();
        for key in [1, u64::MAX] {
            assert_eq!(again.tallies(key, || panic!("it is known")).unwrap(), said(key));
        }
        fs::write(&path, &bytes[..bytes.len() - 1]).unwrap();
        let cut = Ledger::open(&path).unwrap();
        assert_eq!(cut.tallies(u64::MAX, || Ok(said(5))).unwrap(), said(5), "the second line was cut");
        assert_eq!(cut.tallies(1, || panic!("it is known")).unwrap(), said(1));
    }

    #[test]
    fn a_line_in_which_a_number_was_changed_is_said_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("scoring.jsonl");
        let said = vec![(3, Tally { images: 10, correct: 4, loss: 0.5 })];
        Ledger::open(&path).unwrap().tallies(7, || Ok(said.clone())).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.starts_with(r#"{"key":7,"said":[[3,10,4,"#), "{text}");
        // Candidate 8 may not be there; 9 right answers are another score.
        for (there, other) in [("[[3,", "[[8,"), (",4,", ",9,")] {
            fs::write(&path, text.replacen(there, other, 1)).unwrap();
            assert_eq!(Ledger::open(&path).unwrap().tallies(7, || Ok(Vec::new())).unwrap(), [], "{other}");
        }
    }
}
