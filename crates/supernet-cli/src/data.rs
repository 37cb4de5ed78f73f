//! The images of a run.

use crate::{arguments::Options, failure::Failure};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use supernet::{
    data::{ImageFolder, LeftOut, fifths, idx_by_label, idx_labels_beside},
    prelude::*,
};

/// Which images, and how they are split.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataSettings {
    /// Where they are.
    pub source: Source,
    /// 2 x 2 pixels averaged.
    pub halve: bool,
    /// Side to which the images of a folder are cut and scaled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<usize>,
    /// Whether files of a folder that cannot be used are left out.
    #[serde(default, skip_serializing_if = "is_false")]
    pub leave_out: bool,
    /// Most memory for the pixels of one file of a folder, in MiB; 512 if unset.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture_memory: Option<usize>,
    /// Red, green and blue behind transparent pixels of a folder's files; white if unset.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ground: Option<[u8; 3]>,
    /// Seed of the draws that split them; if unset, that of the search.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub split_seed: Option<u64>,
    /// Training images; if unset, all that are left of a folder, of others what the option defaults
    /// to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub train: Option<usize>,
    /// Validation images; if unset, a fifth of a folder, of others what the option defaults to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validation: Option<usize>,
    /// Test images; if unset, a fifth of a folder, all that are left of others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test: Option<usize>,
}

/// Where images are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// The embedded 10,000 images of Fashion-MNIST.
    FashionMnist,
    /// A folder of CIFAR-10's binary version, whose test images are those of the run.
    Cifar10(PathBuf),
    /// The same of CIFAR-100, with its hundred classes.
    Cifar100(PathBuf),
    /// The same with its twenty groups of classes.
    Cifar100Coarse(PathBuf),
    /// A folder with a folder for each class.
    Folder(PathBuf),
    /// Files in IDX format, as those of MNIST.
    Idx {
        /// The images.
        images: PathBuf,
        /// Their labels.
        labels: PathBuf,
    },
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn is_false(value: &bool) -> bool {
    !value
}

impl DataSettings {
    fn of(source: Source) -> Self {
        let (leave_out, picture_memory, ground) = (false, None, None);
        let (size, split_seed, train, validation, test) = (None, None, None, None, None);
        Self { source, halve: false, size, leave_out, picture_memory, ground, split_seed, train, validation, test }
    }

    /// Returns the settings for the embedded images.
    pub fn fashion_mnist(halve: bool) -> Self {
        Self { halve, train: Some(6_000), validation: Some(1_000), ..Self::of(Source::FashionMnist) }
    }

    /// Reads what `--data` names; images of a folder are scaled to `size` x `size`, and never
    /// halved unless that is asked for.
    pub fn parse(text: &str, halve: bool, size: usize) -> Result<Self, Failure> {
        let expected = "fashion-mnist, cifar10:FOLDER, cifar100:FOLDER, cifar100-coarse:FOLDER, folder:FOLDER or idx:IMAGES,LABELS";
        let wrong = || Failure::settings("--data", format!("`{text}`"), expected);
        let (kind, place) = match text.split_once(':') {
            None if text == "fashion-mnist" => return Ok(Self::fashion_mnist(halve)),
            Some((kind, place)) if !place.is_empty() => (kind, place),
            _ => return Err(wrong()),
        };
        // The settings are read again from wherever the run goes on.
        let absolute = |path: &str| std::path::absolute(path).unwrap_or(path.into());
        let source = match kind {
            "cifar10" => Source::Cifar10(absolute(place)),
            "cifar100" => Source::Cifar100(absolute(place)),
            "cifar100-coarse" => Source::Cifar100Coarse(absolute(place)),
            "folder" => return Ok(Self { size: Some(size), ..Self::of(Source::Folder(absolute(place))) }),
            "idx" => {
                let (images, labels) = idx_files(place)?;
                return Ok(Self::of(Source::Idx { images: absolute(&images), labels: absolute(&labels) }));
            }
            _ => return Err(wrong()),
        };
        Ok(Self { halve, train: Some(10_000), validation: Some(2_000), ..Self::of(source) })
    }

    /// Returns these settings for images that lie elsewhere: what was chosen for a folder or for
    /// IDX files stays, if the others are of the same kind.
    pub fn moved_to(&self, other: Self) -> Self {
        match (&self.source, &other.source) {
            (Source::Folder(_), Source::Folder(_)) | (Source::Idx { .. }, Source::Idx { .. }) => {
                Self { source: other.source, ..self.clone() }
            }
            _ => other,
        }
    }

    /// Returns these settings with paths that hold from everywhere: a file that somebody wrote may
    /// name places from where the command is given.
    pub fn absolute(self) -> Self {
        let absolute = |path: PathBuf| std::path::absolute(&path).unwrap_or(path);
        let source = match self.source {
            Source::FashionMnist => Source::FashionMnist,
            Source::Cifar10(folder) => Source::Cifar10(absolute(folder)),
            Source::Cifar100(folder) => Source::Cifar100(absolute(folder)),
            Source::Cifar100Coarse(folder) => Source::Cifar100Coarse(absolute(folder)),
            Source::Folder(folder) => Source::Folder(absolute(folder)),
            Source::Idx { images, labels } => Source::Idx { images: absolute(images), labels: absolute(labels) },
        };
        Self { source, ..self }
    }

    /// Whether they are a folder's.
    pub fn is_folder(&self) -> bool {
        matches!(self.source, Source::Folder(_))
    }

    /// Checks that a run's directory does not lie in the folder of images.
    ///
    /// # Errors
    /// One in the folder of images, where it would be a class; a hidden one would be none.
    pub fn check_apart(&self, directory: &Path) -> Result<(), Failure> {
        let Source::Folder(folder) = &self.source else { return Ok(()) };
        let (Ok(folder), Ok(run)) = (folder.canonicalize(), std::path::absolute(directory)) else { return Ok(()) };
        let is_folder = |above: &&Path| above.canonicalize().is_ok_and(|above| above == folder);
        let Some(inside) = run.ancestors().find(is_folder).and_then(|above| run.strip_prefix(above).ok()) else {
            return Ok(());
        };
        if inside.to_string_lossy().starts_with('.') {
            return Ok(());
        }
        let found = format!("a directory of a run in the folder of images `{}`", folder.display());
        Err(Failure::settings(directory.display(), found, "one outside of it: there it would be a class"))
    }

    /// Whether they are the user's own, for which a preset is fitted to their number.
    pub fn are_own(&self) -> bool {
        matches!(self.source, Source::Folder(_) | Source::Idx { .. })
    }

    /// Another side for the images of a folder.
    pub fn resize(&mut self, size: usize) -> Result<(), Failure> {
        if !self.is_folder() {
            let expected = "images of a folder (--data folder:FOLDER); those of others are as large as they are";
            return Err(Failure::settings("--size", size, expected));
        }
        self.size = Some(size);
        Ok(())
    }

    /// Changes how the files of a folder are read, as the options ask for.
    pub fn change_reading(&mut self, options: &Options) -> Result<(), Failure> {
        let Options { leave_out, picture_memory, ground, .. } = *options;
        let asked = [
            ("--leave-out", leave_out),
            ("--picture-memory", picture_memory.is_some()),
            ("--ground", ground.is_some()),
        ];
        if let Some((option, _)) = asked.into_iter().find(|&(_, asked)| asked && !self.is_folder()) {
            let expected = "images of a folder (--data folder:FOLDER)";
            return Err(Failure::settings(option, "images of another kind", expected));
        }
        self.leave_out |= leave_out;
        self.picture_memory = picture_memory.or(self.picture_memory);
        self.ground = ground.or(self.ground);
        Ok(())
    }

    /// Reads the images and splits them by draws of `seed`: of Fashion-MNIST, a side of 28 padded
    /// to 32 or, halved, 14 to 16; one's own in fifths; of CIFAR their own test images are those of
    /// the run. Returns what was left out of a folder beside them.
    pub fn read(&self, seed: u64) -> Result<(Split, LeftOut), Failure> {
        let seed = self.split_seed.unwrap_or(seed);
        let Source::Folder(folder) = &self.source else { return Ok((self.split(seed)?, LeftOut::default())) };
        let default = FolderOptions::default();
        let options = FolderOptions {
            side: self.size,
            memory_mib: self.picture_memory.unwrap_or(default.memory_mib),
            ground: self.ground.unwrap_or(default.ground),
            leave_out: self.leave_out,
            ..default
        };
        let ImageFolder { images, left_out } = ImageFolder::read(folder, &options)?;
        Ok((self.in_fifths(images, seed)?, left_out))
    }

    /// Reads the images and splits them as [`DataSettings::read`] does.
    pub fn split(&self, seed: u64) -> Result<Split, Failure> {
        let seed = self.split_seed.unwrap_or(seed);
        match &self.source {
            Source::FashionMnist => {
                let images = self.halved(fashion_mnist()?)?.pad(if self.halve { 1 } else { 2 })?;
                let (train, validation) = (self.train.unwrap_or(6_000), self.validation.unwrap_or(1_000));
                let left = images.len().saturating_sub(train.saturating_add(validation)).max(1);
                in_parts(&images, [train, validation, self.test.unwrap_or(left)], seed)
            }
            Source::Folder(_) => Ok(self.read(seed)?.0),
            Source::Idx { images, labels } => {
                let name = images.file_name().map_or("idx".into(), |name| name.to_string_lossy());
                self.in_fifths(fitting_stem(idx_by_label(name, images, labels)?)?, seed)
            }
            Source::Cifar10(folder) => self.beside_test(cifar10(folder)?, seed),
            Source::Cifar100(folder) => self.beside_test(cifar100(folder, Cifar100Labels::Fine)?, seed),
            Source::Cifar100Coarse(folder) => self.beside_test(cifar100(folder, Cifar100Labels::Coarse)?, seed),
        }
    }

    /// Images without test images of their own, in three parts.
    fn in_fifths(&self, images: Images, seed: u64) -> Result<Split, Failure> {
        let images = self.halved(images)?;
        let [_, validation, test] = fifths(images.len());
        let (validation, test) = (self.validation.unwrap_or(validation), self.test.unwrap_or(test));
        let left = images.len().saturating_sub(validation.saturating_add(test)).max(1);
        in_parts(&images, [self.train.unwrap_or(left), validation, test], seed)
    }

    fn halved(&self, images: Images) -> Result<Images, DataError> {
        if self.halve { images.average_2x2() } else { Ok(images) }
    }

    /// Training and validation images of those of a set, beside its test images or the first of
    /// them.
    fn beside_test(&self, TrainTest { train, test }: TrainTest, seed: u64) -> Result<Split, Failure> {
        let test = self.halved(test)?;
        let wanted = self.test.unwrap_or(test.len()).min(test.len());
        let test = test.subset(&(0..wanted).collect::<Vec<_>>())?;
        let counts = [self.train.unwrap_or(10_000), self.validation.unwrap_or(2_000)];
        Ok(stratified_with_test(&self.halved(train)?, &counts, test, &mut draws(seed, "split", 0))?)
    }
}

/// The files of images and labels that `idx:` names.
fn idx_files(place: &str) -> Result<(String, String), Failure> {
    if let Some((images, labels)) = place.split_once(',') {
        return Ok((images.to_owned(), labels.to_owned()));
    }
    let expected = "a file of labels beside it, with `labels` for `images` and `idx1` for `idx3` in its name, or idx:IMAGES,LABELS";
    let labels =
        idx_labels_beside(place).ok_or_else(|| Failure::settings("--data", format!("`idx:{place}`"), expected))?;
    Ok((place.to_owned(), labels.display().to_string()))
}

/// Images with a border of black where a side of theirs is not divisible by four: 28 becomes 32, as
/// for Fashion-MNIST.
fn fitting_stem(images: Images) -> Result<Images, DataError> {
    let side = images.shape().height;
    let missing = side.next_multiple_of(4) - side;
    let border = if side == 28 { 2 } else { missing / 2 };
    if border == 0 || missing % 2 == 1 { Ok(images) } else { images.pad(border) }
}

/// Images in three parts, each with its share of every class.
fn in_parts(images: &Images, counts: [usize; 3], seed: u64) -> Result<Split, Failure> {
    let used = counts.into_iter().fold(0, usize::saturating_add);
    if used > images.len() {
        let expected = format!("at most {}, as many as there are: ask for fewer of one of the three", images.len());
        return Err(Failure::settings("--train, --validation and --test", used, expected));
    }
    Ok(stratified(images, &counts, &mut draws(seed, "split", 0))?)
}
