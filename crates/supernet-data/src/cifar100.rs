//! CIFAR-100 in its binary format, by its fine or its coarse labels.

use crate::{DataError, TrainTest, cifar::Format};
use std::path::Path;

/// The hundred classes of CIFAR-100, by fine label.
pub const CIFAR100_CLASSES: [&str; 100] = [
    "apple",
    "aquarium_fish",
    "baby",
    "bear",
    "beaver",
    "bed",
    "bee",
    "beetle",
    "bicycle",
    "bottle",
    "bowl",
    "boy",
    "bridge",
    "bus",
    "butterfly",
    "camel",
    "can",
    "castle",
    "caterpillar",
    "cattle",
    "chair",
    "chimpanzee",
    "clock",
    "cloud",
    "cockroach",
    "couch",
    "crab",
    "crocodile",
    "cup",
    "dinosaur",
    "dolphin",
    "elephant",
    "flatfish",
    "forest",
    "fox",
    "girl",
    "hamster",
    "house",
    "kangaroo",
    "keyboard",
    "lamp",
    "lawn_mower",
    "leopard",
    "lion",
    "lizard",
    "lobster",
    "man",
    "maple_tree",
    "motorcycle",
    "mountain",
    "mouse",
    "mushroom",
    "oak_tree",
    "orange",
    "orchid",
    "otter",
    "palm_tree",
    "pear",
    "pickup_truck",
    "pine_tree",
    "plain",
    "plate",
    "poppy",
    "porcupine",
    "possum",
    "rabbit",
    "raccoon",
    "ray",
    "road",
    "rocket",
    "rose",
    "sea",
    "seal",
    "shark",
    "shrew",
    "skunk",
    "skyscraper",
    "snail",
    "snake",
    "spider",
    "squirrel",
    "streetcar",
    "sunflower",
    "sweet_pepper",
    "table",
    "tank",
    "telephone",
    "television",
    "tiger",
    "tractor",
    "train",
    "trout",
    "tulip",
    "turtle",
    "wardrobe",
    "whale",
    "willow_tree",
    "wolf",
    "woman",
    "worm",
];

/// The twenty groups of five classes of CIFAR-100, by coarse label.
pub const CIFAR100_COARSE_CLASSES: [&str; 20] = [
    "aquatic_mammals",
    "fish",
    "flowers",
    "food_containers",
    "fruit_and_vegetables",
    "household_electrical_devices",
    "household_furniture",
    "insects",
    "large_carnivores",
    "large_man-made_outdoor_things",
    "large_natural_outdoor_scenes",
    "large_omnivores_and_herbivores",
    "medium_mammals",
    "non-insect_invertebrates",
    "people",
    "reptiles",
    "small_mammals",
    "trees",
    "vehicles_1",
    "vehicles_2",
];

/// Which of an image's two labels is its class.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Cifar100Labels {
    /// One of a hundred classes.
    #[default]
    Fine,
    /// One of twenty groups of classes.
    Coarse,
}

impl Cifar100Labels {
    /// Two label bytes, the coarse one first.
    fn format(self) -> Format {
        match self {
            Self::Fine => {
                Format { label_bytes: 2, label_at: 1, names: "fine_label_names.txt", classes: &CIFAR100_CLASSES }
            }
            Self::Coarse => Format {
                label_bytes: 2,
                label_at: 0,
                names: "coarse_label_names.txt",
                classes: &CIFAR100_COARSE_CLASSES,
            },
        }
    }
}

/// Reads CIFAR-100 in its binary format (Krizhevsky, 2009): 3x32x32 images of a hundred classes, or
/// of twenty groups.
///
/// `dir` holds `train.bin` and `test.bin`, each a row of records of 3,074 bytes (the coarse label,
/// the fine label, then the red, green and blue plane), possibly fewer than in the official file.
/// Class names are the lines of `fine_label_names.txt` or `coarse_label_names.txt` where that file
/// exists.
///
/// # Errors
/// Those of [`cifar10`](crate::cifar10()), with 99 or 19 as the highest label.
pub fn cifar100(dir: impl AsRef<Path>, labels: Cifar100Labels) -> Result<TrainTest, DataError> {
    labels.format().read(dir.as_ref(), "cifar100", &["train.bin"], "test.bin")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ImageShape, testing::message};
    use std::fs;
    use tempfile::TempDir;

    /// One record per pair of labels, coarse and fine; the planes hold the record's number, that
    /// plus 1 and that plus 2.
    fn records(labels: &[[u8; 2]]) -> Vec<u8> {
        let record = |(i, &labels): (usize, &[u8; 2])| {
            let planes = (0..3).flat_map(move |plane| [i as u8 + plane; 1024]);
            labels.into_iter().chain(planes)
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

    fn refusal(labels: Cifar100Labels, files: &[(&str, Vec<u8>)]) -> String {
        let dir = folder(files);
        message(cifar100(dir.path(), labels)).replace(&dir.path().display().to_string(), "DIR")
    }

    #[test]
    fn fine_and_coarse_labels_are_read_from_their_bytes() {
        let dir = folder(&[("train.bin", records(&[[4, 0], [1, 32], [19, 99]])), ("test.bin", records(&[[10, 49]]))]);
        let fine = cifar100(dir.path(), Cifar100Labels::Fine).unwrap();
        let coarse = cifar100(dir.path(), Cifar100Labels::Coarse).unwrap();
        assert_eq!((fine.train.labels(), fine.test.labels()), (&[0, 32, 99][..], &[49][..]));
        assert_eq!((coarse.train.labels(), coarse.test.labels()), (&[4, 1, 19][..], &[10][..]));
        // An apple is a fruit, a flatfish a fish, a mountain a natural scene.
        let names = |images: &crate::Images, i| images.classes()[images.label(i)].clone();
        assert_eq!([names(&fine.train, 0), names(&coarse.train, 0)], ["apple", "fruit_and_vegetables"]);
        assert_eq!([names(&fine.train, 1), names(&coarse.train, 1)], ["flatfish", "fish"]);
        assert_eq!([names(&fine.test, 0), names(&coarse.test, 0)], ["mountain", "large_natural_outdoor_scenes"]);
        assert_eq!(fine.train.all_pixels(), coarse.train.all_pixels());
        assert_eq!(fine.train.shape(), ImageShape::new(3, 32, 32));
        assert_eq!([0, 1024, 2048].map(|at| fine.train.pixels(2)[at]), [2, 3, 4]);
        assert_eq!(fine.test.name(), "cifar100/test");
    }

    #[test]
    fn class_names_come_from_the_file_of_the_labels_asked_for() {
        let names: String = (0..100).map(|i| format!("fine {i}\n")).collect();
        let files = [
            ("train.bin", records(&[[0, 7]])),
            ("test.bin", records(&[[0, 0]])),
            ("fine_label_names.txt", names.into_bytes()),
            ("coarse_label_names.txt", b"one\n".to_vec()),
        ];
        assert_eq!(cifar100(folder(&files).path(), Cifar100Labels::Fine).unwrap().train.classes()[7], "fine 7");
        let error = refusal(Cifar100Labels::Coarse, &files);
        assert_eq!(error, "DIR/coarse_label_names.txt: found 1 class names, expected 20, one a line");
    }

    #[test]
    fn a_label_out_of_range_is_refused_by_name() {
        let files = [("train.bin", records(&[[19, 99], [20, 99]])), ("test.bin", records(&[[0, 0]]))];
        assert!(cifar100(folder(&files).path(), Cifar100Labels::Fine).is_ok());
        let error = refusal(Cifar100Labels::Coarse, &files);
        assert_eq!(error, "DIR/train.bin: image 1 has label 20, expected 0 to 19");
    }

    #[test]
    fn missing_and_truncated_files_are_refused_by_name() {
        let labels = Cifar100Labels::Fine;
        let error = refusal(labels, &[("test.bin", records(&[[0, 0]]))]);
        assert_eq!(error, "DIR/train.bin: no such file, expected records of 3074 bytes");
        let error = refusal(labels, &[("train.bin", records(&[[0, 0]]))]);
        assert_eq!(error, "DIR/test.bin: no such file, expected records of 3074 bytes");
        // A file of CIFAR-10: one byte less for each image.
        let error = refusal(labels, &[("train.bin", vec![0; 3 * 3073]), ("test.bin", records(&[[0, 0]]))]);
        assert_eq!(error, "DIR/train.bin: found 9219 bytes, expected a multiple of 3074, at least one record");
        let error = message(cifar100("/no/such/folder", labels));
        assert_eq!(error, "/no/such/folder: no such folder, expected the folder of train.bin and test.bin");
    }
}
