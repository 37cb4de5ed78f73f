//! Results on disk: one JSON value with the version of its schema.

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::{fs, path::Path};
use supernet_train::{TrainError, store::write_whole};

/// What `result.json` holds. A file written by an earlier version of this library is read by a
/// later one: fields are only added, with a default, as long as the schema stays the same.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ResultFile<T> {
    /// Version of the schema; 1 up to now.
    pub schema: u32,
    /// Which experiment.
    pub experiment: String,
    /// What it found.
    pub result: T,
}

/// The schema that this version writes.
const SCHEMA: u32 = 1;

impl<T: Serialize + DeserializeOwned> ResultFile<T> {
    /// Wraps a result of this version.
    pub fn new(experiment: impl Into<String>, result: T) -> Self {
        Self { schema: SCHEMA, experiment: experiment.into(), result }
    }

    /// Writes the file whole.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), TrainError> {
        let mut text = serde_json::to_string_pretty(self).expect("plain data");
        text.push('\n');
        write_whole(path, text.as_bytes())
    }

    /// Reads the result of `experiment`.
    ///
    /// # Errors
    /// A file that cannot be read, is of another experiment or of a later schema, or is no such
    /// result.
    pub fn read(path: &Path, experiment: &str) -> Result<Self, TrainError> {
        /// The fields that every version has.
        #[derive(Deserialize)]
        struct Head {
            schema: u32,
            experiment: String,
        }
        let text = fs::read_to_string(path).map_err(TrainError::io(path))?;
        let refuse =
            |found: String| TrainError::File { path: path.into(), found, expected: "a result of this experiment" };
        let head: Head = serde_json::from_str(&text).map_err(|error| refuse(error.to_string()))?;
        if head.schema > SCHEMA || head.experiment != experiment {
            return Err(refuse(format!(
                "`{}` of schema {} (here `{experiment}`, {SCHEMA})",
                head.experiment, head.schema
            )));
        }
        serde_json::from_str(&text).map_err(|error| refuse(error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_experiment_and_a_later_schema_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("result.json");
        let mut file = ResultFile::new("one", 7);
        file.write(&path).unwrap();
        assert_eq!(ResultFile::read(&path, "one").unwrap(), file);
        let error = ResultFile::<i32>::read(&path, "two").unwrap_err().to_string();
        assert!(error.contains("found `one` of schema 1 (here `two`, 1)"), "{error}");
        file.schema = 2;
        file.write(&path).unwrap();
        assert!(ResultFile::<i32>::read(&path, "one").unwrap_err().to_string().contains("schema 2"));
    }
}
