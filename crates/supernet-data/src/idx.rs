use std::io::{self, Read};
use std::path::Path;

use flate2::read::MultiGzDecoder;

use crate::{DataError, ImageShape, Images, file};

/// Unsigned bytes (08) in three dimensions: number, rows, columns.
const IMAGES: Kind<3> = Kind { magic: 0x0803, meaning: "unsigned bytes in 3 dimensions" };
/// Unsigned bytes (08) in one dimension.
const LABELS: Kind<1> = Kind { magic: 0x0801, meaning: "unsigned bytes in 1 dimension" };
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// Reads grey images and their labels from two IDX files (the format of MNIST), plain or gzip.
///
/// `images` has the dimensions number, rows and columns, `labels` the same number; both hold unsigned bytes. `classes`
/// names the classes by label.
///
/// # Errors
/// [`DataError::MissingFile`] and [`DataError::Io`] where a file cannot be read, [`DataError::Gzip`] where it does not
/// decompress, [`DataError::Magic`] where it holds something else, [`DataError::Count`] where its length is not what
/// its dimensions say or the two numbers differ, [`DataError::Label`] where a label is no class. All name the file.
pub fn idx(
    name: impl Into<String>,
    classes: Vec<String>,
    images: impl AsRef<Path>,
    labels: impl AsRef<Path>,
) -> Result<Images, DataError> {
    let [images, labels] = [images.as_ref(), labels.as_ref()];
    let pixels = file::read(images, "images in IDX format")?;
    let numbers = file::read(labels, "labels in IDX format")?;
    let images = Named { file: &images.display().to_string(), bytes: &pixels };
    let labels = Named { file: &labels.display().to_string(), bytes: &numbers };
    from_bytes(name, classes, images, labels)
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
    let ([number, height, width], pixels) = IMAGES.parse(images)?;
    let ([found], bytes) = LABELS.parse(labels)?;
    if found != number {
        return Err(DataError::Count {
            place: labels.file.to_owned(),
            found: found as u64,
            unit: "labels",
            expected: format!("{number} as there are images in {}", images.file),
        });
    }
    if let Some(index) = bytes.iter().position(|&label| usize::from(label) >= classes.len()) {
        let found = usize::from(bytes[index]);
        return Err(DataError::Label { place: labels.file.to_owned(), index, found, classes: classes.len() });
    }
    let labels = bytes.into_iter().map(usize::from).collect();
    Images::new(name, ImageShape::new(1, height, width), classes, pixels, labels)
}

/// What an IDX file may hold: its magic number, and as many dimensions as that says.
struct Kind<const DIMENSIONS: usize> {
    magic: u32,
    meaning: &'static str,
}

impl<const DIMENSIONS: usize> Kind<DIMENSIONS> {
    /// Dimensions and values. Memory grows with the values that are there, not with those that the dimensions claim.
    fn parse(&self, input: Named<'_>) -> Result<([usize; DIMENSIONS], Vec<u8>), DataError> {
        let mut source = Source::new(input);
        let found = source.number()?;
        if found != self.magic {
            let (expected, meaning) = (self.magic, self.meaning);
            return Err(DataError::Magic { file: input.file.to_owned(), found, expected, meaning });
        }
        let mut dimensions = [0; DIMENSIONS];
        for dimension in &mut dimensions {
            *dimension = source.number()? as usize;
        }
        let values = source.values(&dimensions)?;
        Ok((dimensions, values))
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

    /// All values, which must be as many as the dimensions say, and the end of the file (with gzip's checksum).
    fn values(&mut self, dimensions: &[usize]) -> Result<Vec<u8>, DataError> {
        let product = dimensions.iter().try_fold(1u64, |product, &side| product.checked_mul(side as u64));
        let values = self.read(product.unwrap_or(0).saturating_add(1))?;
        if product == Some(values.len() as u64) {
            return Ok(values);
        }
        let sides: Vec<String> = dimensions.iter().map(usize::to_string).collect();
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
        assert_eq!(error, "/no/images: no such file; expected images in IDX format");
    }

    #[test]
    fn another_magic_number_is_refused() {
        let (images, labels) = pair();
        let error = message(parse(&labels, &images));
        let meaning = "unsigned bytes in 3 dimensions";
        assert_eq!(error, format!("images: found magic 0x00000801; expected 0x00000803 ({meaning})"));
    }

    #[test]
    fn a_short_file_is_refused_by_name() {
        let images = pair().0;
        assert_eq!(refusal(&images[..27]), "images: found 11 bytes; expected 2x2x3 of its dimensions");
        assert_eq!(refusal(&images[..6]), "images: header: found 2 bytes of a number; expected 4");
    }

    #[test]
    fn bytes_beyond_the_last_value_are_refused() {
        let images = [pair().0, vec![0; 5]].concat();
        for images in [gzip(&images), images] {
            assert_eq!(refusal(&images), "images: found 13 bytes or more; expected 2x2x3 of its dimensions");
        }
    }

    #[test]
    fn dimensions_beyond_memory_are_refused_without_taking_it() {
        for sides in [[u32::MAX, u32::MAX, 1], [u32::MAX; 3]] {
            let error = refusal(&encode(0x0803, &sides, &[1]));
            assert!(error.starts_with("images: found 1 bytes; expected 4294967295x4294967295x"), "{error}");
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
        assert_eq!(error, "labels: found 3 labels; expected 2 as there are images in images");
    }

    #[test]
    fn a_label_out_of_range_is_refused_by_name() {
        let error = message(parse(&pair().0, &encode(0x0801, &[2], &[0, 2])));
        assert_eq!(error, "labels: image 1 has label 2; expected less than 2");
    }

    #[test]
    fn a_file_of_no_images_is_refused() {
        let error = message(parse(&encode(0x0803, &[0, 2, 3], &[]), &encode(0x0801, &[0], &[])));
        assert_eq!(error, "toy: found 0 images; expected at least 1");
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
