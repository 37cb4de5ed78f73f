//! The events of a run, a line each: `events.jsonl`.

use crate::TrainError;
use serde::{Deserialize, Serialize};
use std::{
    fs::{self, File, OpenOptions},
    io::Write as _,
    path::{Path, PathBuf},
    time::{SystemTime, UNIX_EPOCH},
};
use supernet_search::Score;
use supernet_space::PathMask;

/// Something that happened. All but [`EventLine::unix_seconds`] is a function of the configuration,
/// the data and the device.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// A stage of `steps` steps begins.
    Begin {
        /// The stage.
        stage: String,
        /// Its steps.
        steps: u64,
    },
    /// A training step is done.
    Step {
        /// The stage.
        stage: String,
        /// Steps done.
        step: u64,
        /// Mean cross-entropy of its batch.
        loss: f64,
        /// Share of its batch that was classified rightly.
        accuracy: f64,
        /// Its learning rate.
        learning_rate: f64,
        /// The rate at which each of two options is dropped, where paths are.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        drop_rate: Option<f64>,
    },
    /// Candidates were scored.
    Scored {
        /// How many so far.
        candidates: usize,
        /// The best of them by its one-shot score.
        best: PathMask,
        /// Its score.
        score: Score,
    },
    /// A network was trained from scratch and tested.
    Network {
        /// Why it was chosen, as in tables.
        group: String,
        /// Its mask.
        architecture: PathMask,
        /// Its score on test images.
        test: Score,
    },
    /// A stage has ended.
    End {
        /// The stage.
        stage: String,
    },
}

/// A line of `events.jsonl`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EventLine {
    /// When, in seconds since 1970.
    pub unix_seconds: f64,
    /// The event.
    #[serde(flatten)]
    pub event: Event,
}

/// An append-only log of events. A line is whole or absent, whatever stops the process: what was
/// cut off is dropped when it is opened.
#[derive(Debug)]
pub struct EventLog {
    path: PathBuf,
    file: File,
    length: u64,
}

impl EventLog {
    /// Opens the log at `path`, made if need be, for appending.
    ///
    /// # Errors
    /// A file that cannot be read or written.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, TrainError> {
        let path = path.into();
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(TrainError::io(folder))?;
        }
        let file = OpenOptions::new().append(true).create(true).open(&path).map_err(TrainError::io(&path))?;
        let text = fs::read(&path).map_err(TrainError::io(&path))?;
        let whole = text.iter().rposition(|&byte| byte == b'\n').map_or(0, |end| end + 1) as u64;
        let mut log = Self { path, file, length: text.len() as u64 };
        log.cut(whole)?;
        Ok(log)
    }

    /// Bytes of whole lines.
    pub(crate) fn length(&self) -> u64 {
        self.length
    }

    /// Adds a line.
    ///
    /// # Errors
    /// A file that cannot be written; what was written of the line is taken back.
    pub fn append(&mut self, event: &Event) -> Result<(), TrainError> {
        let unix_seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64());
        let line = EventLine { unix_seconds: (unix_seconds * 1e3).round() / 1e3, event: event.clone() };
        let text = serde_json::to_string(&line).expect("plain data") + "\n";
        if let Err(error) = self.file.write_all(text.as_bytes()) {
            // If this fails too, the next opening drops the rest of the line.
            self.file.set_len(self.length).ok();
            return Err(TrainError::io(&self.path)(error));
        }
        self.length += text.len() as u64;
        Ok(())
    }

    /// Puts what was appended on the disk.
    ///
    /// # Errors
    /// A disk that fails.
    pub(crate) fn sync(&self) -> Result<(), TrainError> {
        self.file.sync_data().map_err(TrainError::io(&self.path))
    }

    /// Drops what stands behind the first `length` bytes.
    ///
    /// # Errors
    /// A log that is shorter, or cannot be written.
    pub(crate) fn cut(&mut self, length: u64) -> Result<(), TrainError> {
        if length > self.length {
            let expected = "no fewer than its checkpoint was written with";
            return Err(TrainError::File {
                path: self.path.clone(),
                found: format!("{} bytes", self.length),
                expected,
            });
        }
        if length < self.length {
            self.file.set_len(length).map_err(TrainError::io(&self.path))?;
            self.length = length;
        }
        Ok(())
    }

    /// Drops what stands behind the end of `stage`.
    ///
    /// # Errors
    /// A log without that line.
    pub(crate) fn cut_after(&mut self, stage: &str) -> Result<(), TrainError> {
        let text = fs::read_to_string(&self.path).map_err(TrainError::io(&self.path))?;
        let mut length = 0;
        let ends = |line: &str| {
            length += line.len() as u64;
            let event = serde_json::from_str::<EventLine>(line).map(|line| line.event);
            matches!(event, Ok(Event::End { stage: ended }) if ended == stage).then_some(length)
        };
        let end = text.split_inclusive('\n').find_map(ends).ok_or_else(|| TrainError::File {
            path: self.path.clone(),
            found: format!("no end of {stage}"),
            expected: "the events of the network that is stored beside it",
        })?;
        self.cut(end)
    }
}

/// The events of a log, in order; a last line that was cut off is left out.
///
/// # Errors
/// A file that cannot be read, or a line that is no event.
pub fn read_events(path: &Path) -> Result<Vec<EventLine>, TrainError> {
    let text = fs::read_to_string(path).map_err(TrainError::io(path))?;
    let whole = text.rfind('\n').map_or(0, |end| end + 1);
    let read = |line: &str| {
        serde_json::from_str(line).map_err(|error| TrainError::File {
            path: path.into(),
            found: format!("`{line}` ({error})"),
            expected: "an event in each line",
        })
    };
    text[..whole].lines().map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn begin(stage: &str) -> Event {
        Event::Begin { stage: stage.into(), steps: 3 }
    }

    #[test]
    fn lines_come_back_and_one_that_was_cut_off_is_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("events.jsonl");
        let mut log = EventLog::open(&path).unwrap();
        log.append(&begin("a")).unwrap();
        log.append(&begin("b")).unwrap();
        let whole = fs::read(&path).unwrap();
        fs::write(&path, &whole[..whole.len() - 2]).unwrap();
        let mut log = EventLog::open(&path).unwrap();
        log.append(&begin("c")).unwrap();
        let events: Vec<Event> = read_events(&path).unwrap().into_iter().map(|line| line.event).collect();
        assert_eq!(events, [begin("a"), begin("c")]);
    }

    #[test]
    fn a_log_is_cut_to_a_length_or_a_stage_and_not_to_more_than_there_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("events.jsonl");
        let mut log = EventLog::open(&path).unwrap();
        log.append(&begin("a")).unwrap();
        log.append(&Event::End { stage: "a".into() }).unwrap();
        let end = log.length();
        log.append(&begin("b")).unwrap();
        log.cut_after("a").unwrap();
        assert_eq!((log.length(), fs::metadata(&path).unwrap().len()), (end, end));
        let error = log.cut(end + 1).unwrap_err().to_string();
        assert!(
            error.ends_with(&format!("found {end} bytes, expected no fewer than its checkpoint was written with")),
            "{error}"
        );
        assert!(log.cut_after("b").unwrap_err().to_string().contains("found no end of b"));
    }
}
