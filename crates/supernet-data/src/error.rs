//! What can be wrong with images, their files or what is asked of them.

use crate::{ImageShape, left_out::files};
use burn_dataset::DatasetError;
use std::{
    io,
    path::{Path, PathBuf},
};
use thiserror::Error;

/// Every error of this crate names the place, the value found and the value expected.
#[derive(Error)]
#[non_exhaustive]
pub enum DataError {
    /// A folder that should hold a dataset does not exist, or is no folder.
    #[error("{}: no such folder, expected {expected}", path.display())]
    MissingFolder {
        /// The folder.
        path: PathBuf,
        /// What it should hold.
        expected: String,
    },
    /// A file of a dataset does not exist, or is no regular file.
    #[error("{}: no such file, expected {expected}", path.display())]
    MissingFile {
        /// The file.
        path: PathBuf,
        /// What it should hold.
        expected: String,
    },
    /// The operating system refused to read a file.
    #[error("{}: found {source}, expected a readable file", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The error of the operating system.
        source: io::Error,
    },
    /// The operating system refused to write a file.
    #[error("{}: found {source}, expected to write there", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// The error of the operating system.
        source: io::Error,
    },
    /// A file is no image that can be decoded: another format, or one that breaks or ends early.
    #[error("{}: found {found}, expected a whole picture in PNG, JPEG, WebP, GIF, TIFF or BMP format", path.display())]
    Picture {
        /// The file.
        path: PathBuf,
        /// What is in it.
        found: String,
    },
    /// The pixels of a file need more memory than is allowed.
    #[error(
        "{}: found a picture of {width}x{height} pixels that needs {needed_mib} MiB, expected at most {memory_mib}: allow more \
         (`memory_mib` of FolderOptions, `--picture-memory {needed_mib}` of the command) or scale it down", path.display()
    )]
    PictureMemory {
        /// The file.
        path: PathBuf,
        /// Its columns.
        width: u32,
        /// Its rows.
        height: u32,
        /// The memory that its pixels need, in MiB.
        needed_mib: usize,
        /// The memory that is allowed, in MiB.
        memory_mib: usize,
    },
    /// Several things are wrong in one place: all of them.
    #[error("{}", several(place, faults, *of))]
    Several {
        /// The folder.
        place: String,
        /// How many files or folders were looked at.
        of: usize,
        /// What is wrong, each with its file or folder.
        faults: Vec<DataError>,
    },
    /// There are no two classes to tell apart.
    #[error("{place}: found {}, expected at least 2, each with its image files{}", class_folders(found), hint(found, *pictures, *deeper))]
    OneClass {
        /// The folder.
        place: String,
        /// The names of the classes: none or one.
        found: Vec<String>,
        /// Picture files that lie in the folder itself.
        pictures: usize,
        /// Whether the class holds folders.
        deeper: bool,
    },
    /// The names of two classes look the same.
    #[error(
        "{place}: found classes `{first}` and `{second}`, expected names that differ by more than spaces or how accents are encoded"
    )]
    EqualNames {
        /// The folder or set of images.
        place: String,
        /// The name of one.
        first: String,
        /// The name of the other.
        second: String,
    },
    /// All images of a set are the same.
    #[error(
        "{place}: found {count} images with the same pixels, expected images that differ (transparent or black ones?)"
    )]
    AllEqual {
        /// The set of images.
        place: String,
        /// How many they are.
        count: usize,
    },
    /// A file that starts like gzip cannot be decompressed.
    #[error("{file}: found a gzip stream that breaks ({source}), expected a whole one")]
    Gzip {
        /// The file.
        file: String,
        /// The decompressor's error.
        source: io::Error,
    },
    /// The first four bytes of an IDX file are not the expected ones.
    #[error("{file}: found magic {found:#010x}, expected {expected:#010x} ({meaning})")]
    Magic {
        /// The file.
        file: String,
        /// The number found, big endian.
        found: u32,
        /// The number expected.
        expected: u32,
        /// The expected number in words.
        meaning: &'static str,
    },
    /// Something has the wrong number of bytes, images, labels or names.
    #[error("{place}: found {found} {unit}, expected {expected}")]
    Count {
        /// The file or field.
        place: String,
        /// How many there are.
        found: u64,
        /// Of what.
        unit: &'static str,
        /// How many there should be.
        expected: String,
    },
    /// A label is no class.
    #[error("{place}: image {index} has label {found}, expected 0 to {}", classes - 1)]
    Label {
        /// The file or set of images.
        place: String,
        /// The image, counted from 0.
        index: usize,
        /// Its label.
        found: i64,
        /// The number of classes.
        classes: usize,
    },
    /// A class has no image.
    #[error("{place}: class {class} ({name}) has 0 images, expected {expected}")]
    EmptyClass {
        /// The set of images.
        place: String,
        /// The class, counted from 0.
        class: usize,
        /// Its name.
        name: String,
        /// How many it should have.
        expected: String,
    },
    /// An image or a set of images has another shape than the rest, or one that cannot be used.
    #[error("{place}: found images of {found}, expected {expected}")]
    Shape {
        /// The set of images, and the image where one stands out.
        place: String,
        /// Channels, height and width found.
        found: ImageShape,
        /// What they should be.
        expected: String,
    },
    /// Two sets of images that should be used together have different classes.
    #[error("{place}: found classes {found:?}, expected {expected:?}")]
    Classes {
        /// The set of images.
        place: String,
        /// Its class names.
        found: Vec<String>,
        /// The class names of the set it is used with.
        expected: Vec<String>,
    },
    /// An index does not name an image.
    #[error("{place}: found index {found}, expected less than {len}")]
    Index {
        /// The set of images.
        place: String,
        /// The index.
        found: usize,
        /// The number of images.
        len: usize,
    },
    /// A number lies outside its range.
    #[error("{field}: found {found}, expected {expected}")]
    Value {
        /// The field, or the file and line.
        field: String,
        /// Its value.
        found: String,
        /// Its range.
        expected: String,
    },
    /// A set could not be downloaded, or what was downloaded could not be read.
    #[error("{set}: found {said}, expected a download that ends, or its files in the cache")]
    Download {
        /// The set.
        set: &'static str,
        /// The error of burn-dataset.
        said: String,
    },
    /// A set from burn-dataset failed at an item.
    #[error("{place}: item {index} cannot be read, found {source}, expected a labelled image")]
    Dataset {
        /// The set of images.
        place: String,
        /// The item, counted from 0.
        index: usize,
        /// The error of the set.
        source: DatasetError,
    },
}

/// As it is displayed: what is printed of an error that `main` returns.
impl std::fmt::Debug for DataError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

/// Faults that a message names; the rest is counted.
const NAMED: usize = 50;

/// Returns the only fault as it is, several in one error, no error where there is none. `of`: how
/// many were looked at.
pub(crate) fn one_or_all(place: &Path, of: usize, mut faults: Vec<DataError>) -> Result<(), DataError> {
    match faults.len() {
        0 => Ok(()),
        1 => Err(faults.remove(0)),
        _ => Err(DataError::Several { place: place.display().to_string(), of, faults }),
    }
}

fn several(place: &str, faults: &[DataError], of: usize) -> String {
    let mut lines = vec![format!("{place}: found {} of {of} that cannot be used, expected none:", faults.len())];
    lines.extend(faults.iter().take(NAMED).map(|fault| format!("  {fault}")));
    lines.extend((faults.len() > NAMED).then(|| format!("  and {} more", faults.len() - NAMED)));
    if faults.iter().all(DataError::is_of_one_file) {
        let (all, them) = if faults.len() == 1 { ("file".to_owned(), "it") } else { (files(faults.len()), "them") };
        let options = "`leave_out` of FolderOptions, `--leave-out` of the command";
        lines.push(format!("mend or move the {all}, or leave {them} out ({options})"));
    }
    lines.join("\n")
}

impl DataError {
    /// Whether leaving out a file would do.
    fn is_of_one_file(&self) -> bool {
        let of_a_file = |place: &str| Path::new(place.split(": ").next().unwrap_or(place)).is_file();
        match self {
            Self::Picture { .. } | Self::PictureMemory { .. } | Self::MissingFile { .. } | Self::Io { .. } => true,
            Self::Count { place, .. } | Self::Shape { place, .. } => of_a_file(place),
            _ => false,
        }
    }
}

fn class_folders(found: &[String]) -> String {
    match found {
        [only] => format!("1 class folder ({only})"),
        _ => format!("{} class folders", found.len()),
    }
}

/// What may be meant by a folder without two classes.
fn hint(found: &[String], pictures: usize, deeper: bool) -> String {
    match found {
        [only] if deeper => format!(" (the folders in `{only}` look like classes: name that folder)"),
        [_] => " (one folder too high, or too low?)".to_owned(),
        _ if pictures > 0 => format!(" ({pictures} picture files lie in it directly: one folder too low?)"),
        _ => String::new(),
    }
}
