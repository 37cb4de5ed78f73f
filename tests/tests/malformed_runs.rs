//! Files of a run that are damaged: an error that is no panic, or a result; never much more memory
//! than the file is long.

mod damage;

use burn::{
    store::{FloatCastAdapter, ModuleSnapshot, SafetensorsStore},
    tensor::DType,
};
use damage::{damaged, damaged_at};
use std::{fs, path::PathBuf};
use supernet::{
    export::{drawing, model_source},
    prelude::*,
    train::{
        FinishedRun,
        best::{BestFile, load_best, read_record},
        read_events,
    },
};
use supernet_tests::{
    device,
    largest_piece::Noting,
    tiny::{ImageSearch, Stopping, open, search_of, stripes_split, tiny},
};

#[global_allocator]
static ALLOCATOR: Noting = Noting;

/// A directory with a tiny run.
struct Place {
    folder: tempfile::TempDir,
    split: Split,
}

impl Place {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), split: stripes_split([64, 24, 32]) }
    }

    /// The same with a run that has ended.
    fn finished() -> Self {
        let place = Self::new();
        let search = place.search();
        place.directory(&search).unwrap().search(&search, &mut Silent).unwrap();
        drop(search);
        place
    }

    fn search(&self) -> ImageSearch<'_> {
        search_of(&tiny(1), &self.split).unwrap()
    }

    fn directory(&self, search: &ImageSearch) -> Result<RunDirectory, TrainError> {
        open(self.folder.path(), search)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A file whose name begins and ends so.
    fn file_like(&self, begin: &str, end: &str) -> PathBuf {
        let mut entries = fs::read_dir(self.folder.path()).unwrap().map(|entry| entry.unwrap().path());
        let is_it = |path: &PathBuf| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            name.starts_with(begin) && name.ends_with(end)
        };
        entries.find(is_it).unwrap_or_else(|| panic!("no {begin}…{end}"))
    }
}

/// The value, if an error is none of a panic: stages make errors of those.
fn no_panic<T>(result: Result<T, TrainError>) -> Option<T> {
    if let Err(error) = &result {
        assert!(!error.to_string().contains("a panic"), "{error}");
    }
    result.ok()
}

#[test]
fn directories() {
    let place = Place::finished();
    let search = place.search();
    let log = fs::read(place.file("events.jsonl")).unwrap();
    for name in ["config.json", "candidates.csv", "events.jsonl"] {
        let path = place.file(name);
        // Candidates are scored again, which takes most of the time.
        damaged_at(200, &path, || {
            no_panic(read_events(&path));
            if let Some(directory) = no_panic(place.directory(&search)) {
                no_panic(directory.score(&search, &mut Silent));
            }
            // Each scoring adds to it.
            fs::write(place.file("events.jsonl"), &log).unwrap();
        });
    }
}

#[test]
fn finished_runs() {
    let place = Place::finished();
    fs::write(place.file("shortlist.csv"), "architecture,accuracy,loss,images\n").unwrap();
    for name in ["config.json", "candidates.csv", "networks.csv", "shortlist.csv", "verdict.json"] {
        damaged_at(1_000, &place.file(name), || {
            if let Some(run) = no_panic(FinishedRun::open(place.folder.path())) {
                assert!(!ComparisonTable(run.retrained()).to_string().is_empty());
            }
        });
    }
    FinishedRun::open(place.folder.path()).unwrap();
}

#[test]
fn best_networks() {
    let place = Place::finished();
    let best = place.file("best");
    damaged_at(500, &best.join(BestFile::Architecture.name()), || {
        if let Some(record) = no_panic(read_record(&best)) {
            record.markdown(&[], &BestFile::ALL);
            if let Ok(description) = record.description(BestFile::Model) {
                model_source(&description).ok();
                drawing(&description).ok();
            }
        }
        no_panic(load_best(&best, &device()));
    });
    damaged_at(300, &best.join(BestFile::Weights.name()), || drop(no_panic(load_best(&best, &device()))));
}

#[test]
fn weights_of_every_type() {
    let place = Place::new();
    let search = place.search();
    let directory = place.directory(&search).unwrap();
    let supernet = directory.train(&search, &mut Silent).unwrap();
    let path = place.file("supernet.safetensors");
    for dtype in [DType::F32, DType::F16, DType::BF16, DType::F64] {
        let mut store = SafetensorsStore::from_bytes(None).with_to_adapter(FloatCastAdapter::to(dtype));
        supernet.save_into(&mut store).unwrap();
        fs::write(&path, store.get_bytes().unwrap()).unwrap();
        directory.train(&search, &mut Silent).unwrap();
        damaged_at(300, &path, || drop(no_panic(directory.train(&search, &mut Silent))));
    }
}

/// A checkpoint whose checksum is that of what it holds.
fn sealed(content: &[u8]) -> Vec<u8> {
    let mut crc = flate2::Crc::new();
    crc.update(content);
    [content, &crc.sum().to_le_bytes()].concat()
}

#[test]
fn checkpoints_and_numbers_of_parts() {
    let place = Place::new();
    let search = place.search();
    let directory = place.directory(&search).unwrap();
    assert!(directory.train(&search, &mut Stopping::after(3)).is_err());
    let (checkpoint, parts) = (place.file_like("supernet-", ".checkpoint"), place.file("supernet.micro_batches"));
    let (whole, log) = (fs::read(&checkpoint).unwrap(), fs::read(place.file("events.jsonl")).unwrap());
    let go_on = || {
        no_panic(directory.train(&search, &mut Silent));
        // What it left is as it was before.
        fs::remove_file(place.file("supernet.safetensors")).ok();
        fs::remove_file(&parts).ok();
        fs::write(place.file("events.jsonl"), &log).unwrap();
    };
    let content = &whole[..whole.len() - 4];
    damaged(200, content, |bytes| {
        fs::write(&checkpoint, sealed(bytes)).unwrap();
        go_on();
    });
    damaged(50, b"2\n", |bytes| {
        fs::write(&checkpoint, &whole).unwrap();
        fs::write(&parts, bytes).unwrap();
        go_on();
    });
}

#[test]
fn partial_scores() {
    // Eight runs of images, a job each.
    let place = Place { split: stripes_split([64, 64, 32]), ..Place::new() };
    let search = place.search();
    let directory = place.directory(&search).unwrap();
    directory.train(&search, &mut Silent).unwrap();
    let scores = |progress: &mut dyn Progress| -> Result<Vec<Scored>, TrainError> {
        fs::remove_file(place.file("candidates.csv")).ok();
        directory.score(&search, progress)
    };
    let expected = scores(&mut Silent).unwrap();
    // Which jobs are done when the user stops depends on the workers: until some are.
    let kept = |questions: usize| {
        scores(&mut Stopping::after(questions)).ok();
        fs::read(place.file("scoring.jsonl")).ok()
    };
    let ledger = (1..100).find_map(kept).expect("a stop among the jobs");
    assert!(ledger.ends_with(b"\n"), "something was scored");
    damaged(100, &ledger, |bytes| {
        fs::write(place.file("scoring.jsonl"), bytes).unwrap();
        // What is not as it was written is computed again.
        assert_eq!(scores(&mut Silent).unwrap(), expected);
    });
}
