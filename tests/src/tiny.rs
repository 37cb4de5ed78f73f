//! A search of a second, its images, a user who stops it, and what it leaves.

use std::{
    cell::Cell,
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};
use supernet::{
    data::ImageShape,
    prelude::*,
    train::{ImageExamples, Retrain, Scoring},
};

/// A search of a second: 3 cells of 2 blocks, 2 filters, 8 x 8 images.
pub fn tiny(seed: u64) -> SearchConfig {
    let mut config = SearchConfig { seed, ..SearchConfig::quick() };
    config.with_paper(|paper| (paper.blocks, paper.filters) = (2, 2));
    (config.supernet.steps, config.supernet.batch, config.supernet.ghost_batch) = (6, 16, 4);
    config.scoring = Scoring { at_once: 2, ..Scoring::new(12, 8) };
    (config.stand_alone.filters, config.stand_alone.epochs, config.stand_alone.batch) = (2, 1, 16);
    config.stand_alone.calibration_batches = 2;
    // A flip would turn one diagonal into the other.
    (config.supernet.augmentation, config.stand_alone.augmentation) = (Augmentation::NONE, Augmentation::NONE);
    config.retrain = Retrain { picked: 2, small: 0, random: 2, largest: 2, all_on: true, at_once: 2 };
    config
}

/// Stripes of four directions with some noise.
///
/// # Panics
/// Never: the sizes fit.
pub fn stripes(count: usize) -> Images {
    let pixel = |i: usize, y: usize, x: usize| {
        let along = [x, y, x + y, x + 8 - y][i % 4];
        let noise = (i * 31 + y * 17 + x * 7) % 50;
        (if along % 4 < 2 { 180 } else { 20 } + noise) as u8
    };
    let pixels = (0..count).flat_map(|i| (0..64).map(move |p| pixel(i, p / 8, p % 8))).collect();
    let classes = ["across", "down", "up", "back"].map(String::from).to_vec();
    let labels = (0..count).map(|i| i % 4).collect();
    Images::new("stripes", ImageShape::new(1, 8, 8), classes, pixels, labels).expect("sizes that fit")
}

/// Stripes, split into `sizes` training, validation and test images.
///
/// # Panics
/// If there are fewer.
pub fn stripes_split(sizes: [usize; 3]) -> Split {
    stratified(&stripes(sizes.iter().sum()), &sizes, &mut draws(1, "split", 0)).expect("as many as there are")
}

/// A user who asks to stop when asked for the `after`th time.
pub struct Stopping {
    after: usize,
    asked: Cell<usize>,
}

impl Stopping {
    /// Stops at the `after`th question.
    pub fn after(after: usize) -> Self {
        Self { after, asked: Cell::new(0) }
    }
}

impl Progress for Stopping {
    fn should_stop(&self) -> bool {
        self.asked.set(self.asked.get() + 1);
        self.asked.get() >= self.after
    }
}

/// The files below a folder, by name. Times are left out: those of a log's lines, and how long the
/// best network takes. Locks are left out, too.
///
/// # Panics
/// If a file cannot be read.
pub fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let name = |path: &Path| path.strip_prefix(folder).expect("below the folder").display().to_string();
    let timeless = |path: PathBuf| {
        let bytes = fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let is_log = path.extension().is_some_and(|extension| extension == "jsonl");
        let bytes = if is_log { without_times(bytes) } else { without_latency(&name(&path), bytes) };
        (name(&path), bytes)
    };
    files(folder).into_iter().filter(|path| !path.ends_with("lock")).map(timeless).collect()
}

fn without_times(log: Vec<u8>) -> Vec<u8> {
    let text = String::from_utf8(log).expect("a log is text");
    let line = |line: &str| line.split_once(',').map_or(line, |(_time, rest)| rest).to_owned() + "\n";
    text.lines().map(line).collect::<String>().into_bytes()
}

/// The card without its lines of latency, `architecture.json` without that key, which is its last;
/// other files whole.
fn without_latency(name: &str, bytes: Vec<u8>) -> Vec<u8> {
    let kept = |text: &str| match name {
        "best/card.md" => text.split_inclusive('\n').filter(|line| !line.starts_with("| latency | ")).collect(),
        _ => text.split_once(",\n  \"latency\": [").map_or(text, |(before, _)| before).to_owned(),
    };
    match name {
        "best/card.md" | "best/architecture.json" => kept(std::str::from_utf8(&bytes).expect("text")).into_bytes(),
        _ => bytes,
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
        let path = entry.expect("an entry").path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

/// Asserts that two folders hold the same.
///
/// # Panics
/// If they do not.
pub fn assert_same(there: &BTreeMap<String, Vec<u8>>, expected: &BTreeMap<String, Vec<u8>>) {
    assert_eq!(there.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
    for (name, bytes) in there {
        assert!(*bytes == expected[name], "{name} differs");
    }
}

/// A search of a known space on images.
pub type ImageSearch<'a> = Search<'a, KnownNet, ImageExamples<'a>>;

/// The search of `config` on the images of `split`, on the tests' device.
///
/// # Errors
/// A configuration that does not fit the images.
pub fn search_of<'a>(config: &SearchConfig, split: &'a Split) -> Result<ImageSearch<'a>, TrainError> {
    Search::images(config, split, &crate::device())
}

/// The directory of a search.
///
/// # Errors
/// As [`RunDirectory::open`].
pub fn open(path: &Path, search: &ImageSearch) -> Result<RunDirectory, TrainError> {
    RunDirectory::open(path, search, search.provenance("flex")?)
}
