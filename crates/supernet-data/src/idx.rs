//! IDX files, the format of MNIST and its like.

use crate::{DataError, ImageShape, Images, file};
use flate2::read::MultiGzDecoder;
use std::{
    collections::BTreeSet,
    io::{self, Read},
    path::{Path, PathBuf},
};

/// Unsigned bytes (08) in three dimensions: number, rows, columns.
const IMAGES: u32 = 0x0803;
/// Unsigned bytes (08) in one dimension.
const LABELS: u32 = 0x0801;
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// Reads grey images and their labels from two IDX files (the format of MNIST), plain or gzip.
///
/// `images` has the dimensions number, rows and columns and holds unsigned bytes, `labels` has the
/// same number of integers of one, two or four bytes. `classes` names the classes in the order of
/// their labels, which begin at 0 or, where that does not fit, at the least label there is
/// (EMNIST's letters: 26 classes, labels 1 to 26).
///
/// # Errors
/// [`DataError::MissingFile`] and [`DataError::Io`] where a file cannot be read,
/// [`DataError::Gzip`] where it does not decompress, [`DataError::Magic`] where it holds something
/// else, [`DataError::Count`] where its length is not what its dimensions say or the two numbers
/// differ, [`DataError::Label`] where a label is no class, [`DataError::AllEqual`] where all images
/// are the same. All name the file.
pub fn idx(
    name: impl Into<String>,
    classes: Vec<String>,
    images: impl AsRef<Path>,
    labels: impl AsRef<Path>,
) -> Result<Images, DataError> {
    with_bytes(images.as_ref(), labels.as_ref(), |images, labels| from_bytes(name, classes, images, labels))
}

/// Reads [`idx`] files whose classes have no names but their labels: every number that occurs is a
/// class, called as it is written, in the order of the numbers.
///
/// # Errors
/// Those of [`idx`].
pub fn idx_by_label(
    name: impl Into<String>,
    images: impl AsRef<Path>,
    labels: impl AsRef<Path>,
) -> Result<Images, DataError> {
    with_bytes(images.as_ref(), labels.as_ref(), |images, labels| {
        let pair = Pair::parse(images, labels)?;
        let distinct: Vec<i64> = pair.labels.iter().copied().collect::<BTreeSet<_>>().into_iter().collect();
        let class = |label| distinct.binary_search(label).expect("one of the distinct labels");
        let numbers = pair.labels.iter().map(class).collect();
        pair.images(name, distinct.iter().map(i64::to_string).collect(), numbers)
    })
}

/// Returns the file of labels that belongs to a file of images by its name: `images` exchanged for
/// `labels` and `idx3` for `idx1`, gzip or not. `None` where there is no such file.
pub fn idx_labels_beside(images: impl AsRef<Path>) -> Option<PathBuf> {
    let images = images.as_ref();
    let name = images.file_name()?.to_str()?;
    let labels = name.replace("images", "labels").replace("idx3", "idx1");
    let other = labels.strip_suffix(".gz").map_or_else(|| format!("{labels}.gz"), str::to_owned);
    let beside = [labels, other].map(|name| images.with_file_name(name));
    beside.into_iter().find(|path| path != images && path.is_file())
}

fn with_bytes(
    images: &Path,
    labels: &Path,
    read: impl FnOnce(Named<'_>, Named<'_>) -> Result<Images, DataError>,
) -> Result<Images, DataError> {
    let pixels = file::read(images, "images in IDX format")?;
    let numbers = file::read(labels, "labels in IDX format")?;
    let images = Named { file: &images.display().to_string(), bytes: &pixels };
    let labels = Named { file: &labels.display().to_string(), bytes: &numbers };
    read(images, labels)
}

/// The bytes of a file and its name.
#[derive(Clone, Copy)]
pub(crate) struct Named<'a> {
    pub(crate) file: &'a str,
    pub(crate) bytes: &'a [u8],
}

/// [`idx`] over files that are in memory.
pub(crate) fn from_bytes(
    name: impl Into<String>,
    classes: Vec<String>,
    images: Named<'_>,
    labels: Named<'_>,
) -> Result<Images, DataError> {
    let pair = Pair::parse(images, labels)?;
    let (least, most) = pair.labels.iter().fold((i64::MAX, i64::MIN), |(a, b), &label| (a.min(label), b.max(label)));
    let count = classes.len() as i64;
    // Labels that fit from 0 begin there, even if the first class has no image.
    let first = if most >= count && least > 0 && most - least + 1 == count { least } else { 0 };
    let class = |(index, &label): (usize, &i64)| {
        let class = usize::try_from(label - first).ok().filter(|&class| class < classes.len());
        let refuse = || DataError::Label { place: labels.file.to_owned(), index, found: label, classes: classes.len() };
        class.ok_or_else(refuse)
    };
    let numbers = pair.labels.iter().enumerate().map(class).collect::<Result<_, _>>()?;
    pair.images(name, classes, numbers)
}

/// Images and as many labels.
struct Pair {
    shape: ImageShape,
    pixels: Vec<u8>,
    labels: Vec<i64>,
}

impl Pair {
    /// Memory grows with the values that are there, not with those that the dimensions claim.
    fn parse(images: Named<'_>, labels: Named<'_>) -> Result<Self, DataError> {
        let mut source = Source::new(images);
        source.magic(&[IMAGES], "unsigned bytes in 3 dimensions")?;
        let [number, height, width] = source.dimensions()?;
        let pixels = source.values(&[number, height, width], 1)?;
        let labels = Self::parse_labels(images, labels, number)?;
        Ok(Self { shape: ImageShape::new(1, height, width), pixels, labels })
    }

    fn parse_labels(images: Named<'_>, labels: Named<'_>, number: usize) -> Result<Vec<i64>, DataError> {
        let mut source = Source::new(labels);
        let magic =
            source.magic(&[LABELS, 0x0901, 0x0b01, 0x0c01], "unsigned bytes in 1 dimension, or signed integers")?;
        let bytes = match magic {
            0x0b01 => 2,
            0x0c01 => 4,
            _ => 1,
        };
        let [found] = source.dimensions()?;
        let values = source.values(&[found], bytes)?;
        if found != number {
            return Err(DataError::Count {
                place: labels.file.to_owned(),
                found: found as u64,
                unit: "labels",
                expected: format!("{number} as there are images in {}", images.file),
            });
        }
        let signed = magic != LABELS;
        let value = |bytes: &[u8]| {
            let first = if signed { i64::from(bytes[0] as i8) } else { i64::from(bytes[0]) };
            bytes[1..].iter().fold(first, |value, &byte| value << 8 | i64::from(byte))
        };
        Ok(values.chunks_exact(bytes).map(value).collect())
    }

    fn images(self, name: impl Into<String>, classes: Vec<String>, labels: Vec<usize>) -> Result<Images, DataError> {
        // A set of no images has no class of its own either, and the lack of images is what is
        // wrong with it.
        let classes = if labels.is_empty() && classes.is_empty() { vec![String::new()] } else { classes };
        let images = Images::new(name, self.shape, classes, self.pixels, labels)?;
        images.check_varied()?;
        Ok(images)
    }
}

/// A stream of plain bytes, decompressed where needed.
struct Source<'a> {
    file: &'a str,
    stream: Box<dyn Read + 'a>,
}

impl<'a> Source<'a> {
    fn new(Named { file, bytes }: Named<'a>) -> Self {
        let stream: Box<dyn Read> =
            if bytes.starts_with(&GZIP) { Box::new(MultiGzDecoder::new(bytes)) } else { Box::new(bytes) };
        Self { file, stream }
    }

    /// Up to `limit` bytes.
    fn read(&mut self, limit: u64) -> Result<Vec<u8>, DataError> {
        let mut bytes = Vec::new();
        // Only decompression can fail: the bytes themselves are in memory.
        let gzip = |source: io::Error| DataError::Gzip { file: self.file.to_owned(), source };
        (&mut self.stream).take(limit).read_to_end(&mut bytes).map_err(gzip)?;
        Ok(bytes)
    }

    /// A number of four bytes, big endian.
    fn number(&mut self) -> Result<u32, DataError> {
        let bytes = self.read(4)?;
        let number = bytes.as_slice().try_into().map_err(|_| DataError::Count {
            place: format!("{}: header", self.file),
            found: bytes.len() as u64,
            unit: "bytes of a number",
            expected: "4".to_owned(),
        })?;
        Ok(u32::from_be_bytes(number))
    }

    /// The first number, one of `expected`, which is `meaning` in words.
    fn magic(&mut self, expected: &[u32], meaning: &'static str) -> Result<u32, DataError> {
        let found = self.number()?;
        if expected.contains(&found) {
            return Ok(found);
        }
        Err(DataError::Magic { file: self.file.to_owned(), found, expected: expected[0], meaning })
    }

    fn dimensions<const DIMENSIONS: usize>(&mut self) -> Result<[usize; DIMENSIONS], DataError> {
        let mut dimensions = [0; DIMENSIONS];
        for dimension in &mut dimensions {
            *dimension = self.number()? as usize;
        }
        Ok(dimensions)
    }

    /// All values of `bytes` bytes each, which must be as many as the dimensions say, and the end
    /// of the file (with gzip's checksum).
    fn values(&mut self, dimensions: &[usize], bytes: usize) -> Result<Vec<u8>, DataError> {
        let product = dimensions.iter().try_fold(bytes as u64, |product, &side| product.checked_mul(side as u64));
        let values = self.read(product.unwrap_or(0).saturating_add(1))?;
        if product == Some(values.len() as u64) {
            return Ok(values);
        }
        let each = (bytes > 1).then_some(bytes);
        let sides: Vec<String> = dimensions.iter().copied().chain(each).map(|side| side.to_string()).collect();
        Err(DataError::Count {
            place: self.file.to_owned(),
            found: values.len() as u64,
            unit: if product.is_some_and(|product| product < values.len() as u64) { "bytes or more" } else { "bytes" },
            expected: format!("{} of its dimensions", sides.join("x")),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{message, names};
    use flate2::{Compression, write::GzEncoder};
    use proptest::prelude::*;
    use std::{fs, io::Write};

    fn encode(magic: u32, dimensions: &[u32], values: &[u8]) -> Vec<u8> {
        let numbers = [magic].into_iter().chain(dimensions.iter().copied());
        numbers.flat_map(u32::to_be_bytes).chain(values.iter().copied()).collect()
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    /// Two images of 2x3 and their labels.
    fn pair() -> (Vec<u8>, Vec<u8>) {
        let values: Vec<u8> = (0..12).collect();
        (encode(0x0803, &[2, 2, 3], &values), encode(0x0801, &[2], &[1, 0]))
    }

    fn parse(images: &[u8], labels: &[u8]) -> Result<Images, DataError> {
        let [images, labels] = [("images", images), ("labels", labels)].map(|(file, bytes)| Named { file, bytes });
        from_bytes("toy", names(2), images, labels)
    }

    fn refusal(images: &[u8]) -> String {
        message(parse(images, &pair().1))
    }

    #[test]
    fn plain_and_gzip_files_give_the_same_images() {
        let (images, labels) = pair();
        let plain = parse(&images, &labels).unwrap();
        assert_eq!(plain.shape(), ImageShape::new(1, 2, 3));
        assert_eq!((plain.pixels(1), plain.labels()), (&[6, 7, 8, 9, 10, 11][..], &[1, 0][..]));

        let dir = tempfile::tempdir().unwrap();
        let [images_path, labels_path] = ["i.gz", "l"].map(|name| dir.path().join(name));
        fs::write(&images_path, gzip(&images)).unwrap();
        fs::write(&labels_path, labels).unwrap();
        assert_eq!(idx("toy", names(2), images_path, labels_path).unwrap(), plain);
    }

    #[test]
    fn a_missing_file_is_refused_by_name() {
        let error = message(idx("toy", names(2), "/no/images", "/no/labels"));
        assert_eq!(error, "/no/images: no such file, expected images in IDX format");
    }

    #[test]
    fn another_magic_number_is_refused() {
        let (images, labels) = pair();
        let error = message(parse(&labels, &images));
        let meaning = "unsigned bytes in 3 dimensions";
        assert_eq!(error, format!("images: found magic 0x00000801, expected 0x00000803 ({meaning})"));
    }

    #[test]
    fn a_short_file_is_refused_by_name() {
        let images = pair().0;
        assert_eq!(refusal(&images[..27]), "images: found 11 bytes, expected 2x2x3 of its dimensions");
        assert_eq!(refusal(&images[..6]), "images: header: found 2 bytes of a number, expected 4");
    }

    #[test]
    fn bytes_beyond_the_last_value_are_refused() {
        let images = [pair().0, vec![0; 5]].concat();
        for images in [gzip(&images), images] {
            assert_eq!(refusal(&images), "images: found 13 bytes or more, expected 2x2x3 of its dimensions");
        }
    }

    #[test]
    fn dimensions_beyond_memory_are_refused_without_taking_it() {
        for sides in [[u32::MAX, u32::MAX, 1], [u32::MAX; 3]] {
            let error = refusal(&encode(0x0803, &sides, &[1]));
            assert!(error.starts_with("images: found 1 bytes, expected 4294967295x4294967295x"), "{error}");
        }
    }

    #[test]
    fn corrupt_gzip_is_refused_by_name() {
        let whole = gzip(&pair().0);
        let mut flipped = whole.clone();
        let checksum = flipped.len() - 8;
        flipped[checksum] ^= 1;
        for broken in [whole[..whole.len() - 9].to_vec(), flipped, whole[..3].to_vec()] {
            let error = refusal(&broken);
            assert!(error.starts_with("images: found a gzip stream that breaks ("), "{error}");
        }
    }

    #[test]
    fn as_many_labels_as_images_are_expected() {
        let error = message(parse(&pair().0, &encode(0x0801, &[3], &[0, 1, 0])));
        assert_eq!(error, "labels: found 3 labels, expected 2 as there are images in images");
    }

    #[test]
    fn a_label_out_of_range_is_refused_by_name() {
        let error = message(parse(&pair().0, &encode(0x0801, &[2], &[0, 2])));
        assert_eq!(error, "labels: image 1 has label 2, expected 0 to 1");
    }

    #[test]
    fn a_file_of_no_images_is_refused() {
        let error = message(parse(&encode(0x0803, &[0, 2, 3], &[]), &encode(0x0801, &[0], &[])));
        assert_eq!(error, "toy: found 0 images, expected at least 1");
    }

    #[test]
    fn labels_that_begin_at_one_are_as_many_classes() {
        let images = parse(&pair().0, &encode(0x0801, &[2], &[2, 1])).unwrap();
        assert_eq!((images.labels(), images.classes()), (&[1, 0][..], &names(2)[..]));
        // Labels that fit from 0 begin there.
        let images = parse(&pair().0, &encode(0x0801, &[2], &[1, 1])).unwrap();
        assert_eq!(images.labels(), [1, 1]);
        assert_eq!(message(images.check_classes()), "toy: class 0 (class 0) has 0 images, expected at least 1");
    }

    #[test]
    fn without_names_each_label_that_occurs_is_a_class_called_by_its_number() {
        let dir = tempfile::tempdir().unwrap();
        let [images, labels] = ["x-images-idx3-ubyte", "x-labels-idx1-ubyte.gz"].map(|name| dir.path().join(name));
        fs::write(&images, pair().0).unwrap();
        assert_eq!(idx_labels_beside(&images), None);
        fs::write(&labels, gzip(&encode(0x0801, &[2], &[26, 3]))).unwrap();
        assert_eq!(idx_labels_beside(&images), Some(labels.clone()));
        let read = idx_by_label("letters", &images, labels).unwrap();
        assert_eq!((read.labels(), read.classes()), (&[1, 0][..], &["3".to_owned(), "26".to_owned()][..]));
    }

    #[test]
    fn labels_may_be_integers_of_more_bytes() {
        let wide = [(0x0c01, vec![0, 0, 0, 1, 0, 0, 0, 0]), (0x0b01, vec![0, 1, 0, 0]), (0x0901, vec![1, 0])];
        for (magic, values) in wide {
            assert_eq!(parse(&pair().0, &encode(magic, &[2], &values)).unwrap().labels(), [1, 0]);
        }
        let error = message(parse(&pair().0, &encode(0x0901, &[2], &[0, 255])));
        assert_eq!(error, "labels: image 1 has label -1, expected 0 to 1");
        let error = message(parse(&pair().0, &encode(0x0c01, &[2], &[0; 7])));
        assert_eq!(error, "labels: found 7 bytes, expected 2x4 of its dimensions");
    }

    #[test]
    fn images_that_are_all_the_same_are_refused() {
        let error = message(parse(&encode(0x0803, &[2, 2, 3], &[9; 12]), &pair().1));
        assert!(error.starts_with("toy: found 2 images with the same pixels, expected images that differ"), "{error}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1000))]

        #[test]
        fn malformed_bytes_never_panic(
            packed in any::<bool>(),
            edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
            cut in 0..6usize,
            noise in prop::collection::vec(any::<u8>(), 0..40),
        ) {
            let (images, labels) = pair();
            let mut bytes = if packed { gzip(&images) } else { images };
            for (at, value) in edits {
                let at = at.index(bytes.len());
                bytes[at] = value;
            }
            bytes.truncate(bytes.len() - cut);
            for bytes in [&bytes, &noise] {
                let _ = parse(bytes, &labels);
                let _ = parse(&pair().0, bytes);
            }
        }
    }
}
