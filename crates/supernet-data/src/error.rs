use std::io;
use std::path::PathBuf;

use burn_dataset::DatasetError;
use image::ImageError;

use crate::ImageShape;

/// Everything that can be wrong with images, their files or what is asked of them.
///
/// Each message names the place, what was found there and what was expected.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    /// A folder that should hold a dataset does not exist, or is no folder.
    #[error("{}: no such folder; expected {expected}", path.display())]
    MissingFolder {
        /// The folder.
        path: PathBuf,
        /// What it should hold.
        expected: String,
    },
    /// A file of a dataset does not exist, or is no regular file.
    #[error("{}: no such file; expected {expected}", path.display())]
    MissingFile {
        /// The file.
        path: PathBuf,
        /// What it should hold.
        expected: String,
    },
    /// The operating system refused to read a file.
    #[error("{}: found {source}; expected a readable file", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The operating system refused to write a file.
    #[error("{}: found {source}; expected to write there", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// A file is no image that can be decoded: another format, or one that breaks.
    #[error("{}: found {source}; expected a whole image in PNG, JPEG or BMP format", path.display())]
    Picture {
        /// The file.
        path: PathBuf,
        /// What the decoder said.
        source: ImageError,
    },
    /// A file that starts like gzip cannot be decompressed.
    #[error("{file}: found a gzip stream that breaks ({source}); expected a whole one")]
    Gzip {
        /// The file.
        file: String,
        /// What the decompressor said.
        source: io::Error,
    },
    /// The first four bytes of an IDX file are not the expected ones.
    #[error("{file}: found magic {found:#010x}; expected {expected:#010x} ({meaning})")]
    Magic {
        /// The file.
        file: String,
        /// The number found, big endian.
        found: u32,
        /// The number expected.
        expected: u32,
        /// What the expected number says in words.
        meaning: &'static str,
    },
    /// Something has the wrong number of bytes, images, labels or names.
    #[error("{place}: found {found} {unit}; expected {expected}")]
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
    #[error("{place}: image {index} has label {found}; expected less than {classes}")]
    Label {
        /// The file or set of images.
        place: String,
        /// The image, counted from 0.
        index: usize,
        /// Its label.
        found: usize,
        /// The number of classes.
        classes: usize,
    },
    /// A class has no image.
    #[error("{place}: class {class} ({name}) has 0 images; expected at least 1")]
    EmptyClass {
        /// The set of images.
        place: String,
        /// The class, counted from 0.
        class: usize,
        /// Its name.
        name: String,
    },
    /// An image or a set of images has another shape than the rest, or one that cannot be used.
    #[error("{place}: found images of {found}; expected {expected}")]
    Shape {
        /// The set of images, and the image where one stands out.
        place: String,
        /// Channels, height and width found.
        found: ImageShape,
        /// What they should be.
        expected: String,
    },
    /// Two sets of images that should be used together have different classes.
    #[error("{place}: found classes {found:?}; expected {expected:?}")]
    Classes {
        /// The set of images.
        place: String,
        /// Its class names.
        found: Vec<String>,
        /// The class names of the set it is used with.
        expected: Vec<String>,
    },
    /// An index does not name an image.
    #[error("{place}: found index {found}; expected less than {len}")]
    Index {
        /// The set of images.
        place: String,
        /// The index.
        found: usize,
        /// The number of images.
        len: usize,
    },
    /// A number lies outside its range.
    #[error("{field}: found {found}; expected {expected}")]
    Value {
        /// The field, or the file and line.
        field: String,
        /// Its value.
        found: String,
        /// Its range.
        expected: String,
    },
    /// A set could not be downloaded, or what was downloaded could not be read.
    #[error("{set}: found {said}; expected a download that ends, or its files in the cache")]
    Download {
        /// The set.
        set: &'static str,
        /// What burn-dataset said.
        said: String,
    },
    /// A set from burn-dataset failed to give an item.
    #[error("{place}: item {index} cannot be read, found {source}; expected a labelled image")]
    Dataset {
        /// The set of images.
        place: String,
        /// The item, counted from 0.
        index: usize,
        /// What the set said.
        source: DatasetError,
    },
}
