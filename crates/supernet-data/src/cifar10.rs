//! CIFAR-10 in its binary format.

use crate::{DataError, TrainTest, cifar::Format};
use std::path::Path;

/// The ten classes of CIFAR-10, by label.
pub const CIFAR10_CLASSES: [&str; 10] =
    ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

/// One label byte.
const FORMAT: Format = Format { label_bytes: 1, label_at: 0, names: "batches.meta.txt", classes: &CIFAR10_CLASSES };

const TRAIN: [&str; 5] =
    ["data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin", "data_batch_5.bin"];

/// Reads CIFAR-10 in its binary format (Krizhevsky, 2009): 3x32x32 images of ten classes.
///
/// `dir` holds at least one of `data_batch_1.bin` … `data_batch_5.bin`, which are read in that
/// order, and `test_batch.bin`; each a row of records of 3,073 bytes (a label, then the red, green
/// and blue plane), possibly fewer than in the official file. Class names are the ten lines of
/// `batches.meta.txt` where that file exists.
///
/// # Errors
/// [`DataError::MissingFolder`], [`DataError::MissingFile`] and [`DataError::Io`] where something
/// cannot be read, [`DataError::Count`] where a file is no whole number of records, at least one,
/// or does not name ten classes, [`DataError::Label`] where a label is above 9. All name the file.
pub fn cifar10(dir: impl AsRef<Path>) -> Result<TrainTest, DataError> {
    FORMAT.read(dir.as_ref(), "cifar10", &TRAIN, "test_batch.bin")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ImageShape, cifar::Records, testing::message};
    use proptest::prelude::*;
    use std::{env, fs};
    use tempfile::TempDir;

    /// One record per label; the planes hold the record's number, that plus 1 and that plus 2.
    fn records(labels: &[u8]) -> Vec<u8> {
        let record = |(i, &label): (usize, &u8)| {
            let planes = (0..3).flat_map(move |plane| [i as u8 + plane; 1024]);
            [label].into_iter().chain(planes)
        };
        labels.iter().enumerate().flat_map(record).collect()
    }

    fn folder(files: &[(&str, Vec<u8>)]) -> TempDir {
        let dir = tempfile::tempdir().unwrap();
        for (name, bytes) in files {
            fs::write(dir.path().join(name), bytes).unwrap();
        }
        dir
    }

    fn refusal(files: &[(&str, Vec<u8>)]) -> String {
        let dir = folder(files);
        message(cifar10(dir.path())).replace(&dir.path().display().to_string(), "DIR")
    }

    #[test]
    fn batches_are_read_in_order_and_planes_stay_apart() {
        let dir = folder(&[
            ("data_batch_4.bin", records(&[4])),
            ("data_batch_2.bin", records(&[2, 3])),
            ("test_batch.bin", records(&[9])),
        ]);
        let TrainTest { train, test } = cifar10(dir.path()).unwrap();
        assert_eq!((train.labels(), test.labels()), (&[2, 3, 4][..], &[9][..]));
        assert_eq!(train.shape(), ImageShape::new(3, 32, 32));
        assert_eq!([0, 1024, 2048].map(|at| train.pixels(1)[at]), [1, 2, 3]);
        assert_eq!(train.classes(), CIFAR10_CLASSES);
    }

    #[test]
    fn class_names_come_from_the_meta_file() {
        let names = "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n\n";
        let mut files = vec![
            ("data_batch_1.bin", records(&[0])),
            ("test_batch.bin", records(&[0])),
            ("batches.meta.txt", names.into()),
        ];
        assert_eq!(cifar10(folder(&files).path()).unwrap().test.classes()[9], "j");
        files[2].1 = b"a\nb\n".to_vec();
        assert_eq!(refusal(&files), "DIR/batches.meta.txt: found 2 class names, expected 10, one a line");
    }

    #[test]
    fn a_missing_folder_is_refused_by_name() {
        let error = message(cifar10("/no/such/folder"));
        let expected = "no such folder, expected the folder of data_batch_1.bin and test_batch.bin";
        assert_eq!(error, format!("/no/such/folder: {expected}"));
    }

    #[test]
    fn missing_batches_are_refused_by_name() {
        let error = refusal(&[("test_batch.bin", records(&[0]))]);
        let expected = "at least one of data_batch_1.bin … data_batch_5.bin";
        assert_eq!(error, format!("DIR/data_batch_1.bin: no such file, expected {expected}"));
        let error = refusal(&[("data_batch_1.bin", records(&[0]))]);
        assert_eq!(error, "DIR/test_batch.bin: no such file, expected records of 3073 bytes");
    }

    #[test]
    fn a_truncated_batch_is_refused_by_name() {
        for (bytes, found) in [(records(&[0, 1])[..5000].to_vec(), 5000), (vec![], 0)] {
            let error = refusal(&[("data_batch_1.bin", records(&[0])), ("data_batch_3.bin", bytes)]);
            let expected = "a multiple of 3073, at least one record";
            assert_eq!(error, format!("DIR/data_batch_3.bin: found {found} bytes, expected {expected}"));
        }
    }

    #[test]
    fn a_label_above_nine_is_refused_by_name() {
        let error = refusal(&[("data_batch_1.bin", records(&[0, 10]))]);
        assert_eq!(error, "DIR/data_batch_1.bin: image 1 has label 10, expected 0 to 9");
    }

    #[test]
    fn the_real_files_are_read_where_they_are_at_hand() {
        let Some(data) = env::var_os("SUPERNET_DATA") else {
            println!("skipped: SUPERNET_DATA names no folder that holds cifar-10-batches-bin");
            return;
        };
        let TrainTest { train, test } = cifar10(Path::new(&data).join("cifar-10-batches-bin")).unwrap();
        assert_eq!((train.len() % 1000, test.len() % 1000), (0, 0));
        // The first training image is a frog, the second a truck; the first test image is a cat.
        assert_eq!((train.label(0), train.label(1), test.label(0)), (6, 9, 3));
        assert_eq!(train.classes(), CIFAR10_CLASSES);
        train.check_classes().unwrap();
        test.check_classes().unwrap();
        assert_eq!(train.average_2x2().unwrap().shape(), ImageShape::new(3, 16, 16));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1000))]

        #[test]
        fn malformed_bytes_never_panic(
            labels in prop::collection::vec(0..20u8, 0..3),
            cut in 0..2usize,
            tail in prop::collection::vec(any::<u8>(), 0..4),
        ) {
            let mut bytes = records(&labels);
            bytes.truncate(bytes.len().saturating_sub(cut));
            bytes.extend(&tail);
            let whole = !labels.is_empty() && (cut == tail.len());
            let parsed = Records::of(&FORMAT).parse("file", &bytes);
            prop_assert_eq!(parsed.is_ok(), whole && labels.iter().all(|&label| label < 10));
        }
    }
}
