//! What CIFAR-10 and CIFAR-100 share: records of some label bytes and three planes of 32x32, and
//! files of class names.

use crate::{DataError, ImageShape, Images, file};
use std::path::Path;

const SHAPE: ImageShape = ImageShape::new(3, 32, 32);
/// Bytes of the red, green and blue plane.
const PIXELS: usize = 3 * 32 * 32;

/// A set of images as its authors split it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrainTest {
    /// Training images, in file order.
    pub train: Images,
    /// Test images, in file order.
    pub test: Images,
}

/// What a record starts with, and what its label means.
pub(crate) struct Format {
    /// Label bytes before the pixels.
    pub(crate) label_bytes: usize,
    /// The one of them that is the class.
    pub(crate) label_at: usize,
    /// The file of class names, one a line.
    pub(crate) names: &'static str,
    /// The class names where there is no such file.
    pub(crate) classes: &'static [&'static str],
}

impl Format {
    /// Bytes of a record.
    fn record(&self) -> usize {
        self.label_bytes + PIXELS
    }

    /// Reads the training files of `train` that exist, at least one, in that order, and the file
    /// `test`.
    pub(crate) fn read(&self, dir: &Path, name: &str, train: &[&str], test: &str) -> Result<TrainTest, DataError> {
        if !dir.is_dir() {
            let expected = format!("the folder of {} and {test}", train[0]);
            return Err(DataError::MissingFolder { path: dir.to_owned(), expected });
        }
        let classes = self.class_names(dir)?;
        let mut records = Records::of(self);
        for path in train.iter().map(|file| dir.join(file)).filter(|path| path.exists()) {
            records.read(&path)?;
        }
        if records.labels.is_empty() {
            let expected = match train {
                [_] => format!("records of {} bytes", self.record()),
                [first, .., last] => format!("at least one of {first} … {last}"),
                [] => unreachable!("at least one training file"),
            };
            return Err(DataError::MissingFile { path: dir.join(train[0]), expected });
        }
        let mut others = Records::of(self);
        others.read(&dir.join(test))?;
        let images = |records: Records, part| {
            Images::new(format!("{name}/{part}"), SHAPE, classes.clone(), records.pixels, records.labels)
        };
        Ok(TrainTest { train: images(records, "train")?, test: images(others, "test")? })
    }

    /// The names in the file of class names, or the known ones where there is no such file.
    fn class_names(&self, dir: &Path) -> Result<Vec<String>, DataError> {
        let (path, count) = (dir.join(self.names), self.classes.len());
        if !path.exists() {
            return Ok(self.classes.iter().copied().map(str::to_owned).collect());
        }
        let bytes = file::read(&path, "class names, one a line")?;
        let text = String::from_utf8_lossy(&bytes);
        let lines = text.trim_start_matches('\u{feff}').lines().map(str::trim).filter(|name| !name.is_empty());
        let names: Vec<String> = lines.map(str::to_owned).collect();
        if names.len() == count {
            return Ok(names);
        }
        Err(DataError::Count {
            place: path.display().to_string(),
            found: names.len() as u64,
            unit: "class names",
            expected: format!("{count}, one a line"),
        })
    }
}

/// Labels and pixels of the records read so far.
pub(crate) struct Records<'a> {
    format: &'a Format,
    pixels: Vec<u8>,
    labels: Vec<usize>,
}

impl<'a> Records<'a> {
    pub(crate) fn of(format: &'a Format) -> Self {
        Self { format, pixels: Vec::new(), labels: Vec::new() }
    }

    fn read(&mut self, path: &Path) -> Result<(), DataError> {
        let bytes = file::read(path, &format!("records of {} bytes", self.format.record()))?;
        self.parse(&path.display().to_string(), &bytes)
    }

    pub(crate) fn parse(&mut self, file: &str, bytes: &[u8]) -> Result<(), DataError> {
        let Format { label_bytes, label_at, classes, .. } = *self.format;
        let record = self.format.record();
        if bytes.is_empty() || !bytes.len().is_multiple_of(record) {
            return Err(DataError::Count {
                place: file.to_owned(),
                found: bytes.len() as u64,
                unit: "bytes",
                expected: format!("a multiple of {record}, at least one record"),
            });
        }
        let records = bytes.chunks_exact(record);
        self.pixels.reserve(records.len() * PIXELS);
        for (index, record) in records.enumerate() {
            let found = usize::from(record[label_at]);
            if found >= classes.len() {
                let (place, found, classes) = (file.to_owned(), found as i64, classes.len());
                return Err(DataError::Label { place, index, found, classes });
            }
            self.labels.push(found);
            self.pixels.extend_from_slice(&record[label_bytes..]);
        }
        Ok(())
    }
}
