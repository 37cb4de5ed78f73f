//! Files that are damaged in a thousand ways each: an error or a value, never a panic, never much
//! more memory than the file is long.

use proptest::{prelude::*, strategy::Strategy, test_runner::FileFailurePersistence};
use std::{
    fs,
    path::{Path, PathBuf},
};
use supernet::{
    experiments::{ResultFile, Truth},
    prelude::*,
    train::read_events,
};
use supernet_tests::{
    largest_piece::{Noting, largest_piece},
    tiny::{open, search_of, stripes_split, tiny},
};

#[global_allocator]
static ALLOCATOR: Noting = Noting;

/// A way to damage a file.
#[derive(Clone, Debug)]
enum Damage {
    /// A byte is another.
    Byte(prop::sample::Index, u8),
    /// The file ends early.
    Cut(prop::sample::Index),
    /// Bytes stand where none were.
    Insert(prop::sample::Index, Vec<u8>),
    /// A part stands twice.
    Repeat(prop::sample::Index, prop::sample::Index),
    /// Eight bytes say the largest number.
    Huge(prop::sample::Index),
    /// The file is something else.
    Other(Vec<u8>),
}

fn damage() -> impl Strategy<Value = Damage> {
    let place = || any::<prop::sample::Index>();
    prop_oneof![
        (place(), any::<u8>()).prop_map(|(at, byte)| Damage::Byte(at, byte)),
        place().prop_map(Damage::Cut),
        (place(), prop::collection::vec(any::<u8>(), 1..20)).prop_map(|(at, bytes)| Damage::Insert(at, bytes)),
        (place(), place()).prop_map(|(from, to)| Damage::Repeat(from, to)),
        place().prop_map(Damage::Huge),
        prop::collection::vec(any::<u8>(), 0..200).prop_map(Damage::Other),
    ]
}

impl Damage {
    fn apply(&self, file: &mut Vec<u8>) {
        let length = file.len().max(1);
        match self {
            Self::Byte(at, byte) => {
                if let Some(place) = file.get_mut(at.index(length)) {
                    *place = *byte;
                }
            }
            Self::Cut(at) => file.truncate(at.index(length)),
            Self::Insert(at, bytes) => {
                let at = at.index(length).min(file.len());
                file.splice(at..at, bytes.iter().copied());
            }
            Self::Repeat(from, to) => {
                let (from, to) = (from.index(length).min(file.len()), to.index(length).min(file.len()));
                let part = file[from.min(to)..from.max(to)].to_vec();
                file.splice(from..from, part);
            }
            Self::Huge(at) => {
                let at = at.index(length);
                if let Some(place) = file.get_mut(at..at + 8) {
                    place.fill(0xff);
                }
            }
            Self::Other(bytes) => *file = bytes.clone(),
        }
    }
}

/// Reads a thousand damaged versions of `file`; `read` returns an error or a value, and asks for no
/// piece of memory beyond a few times the file's length.
fn a_thousand_times(file: &[u8], mut read: impl FnMut(&[u8])) {
    let config = ProptestConfig {
        cases: 1_000,
        failure_persistence: Some(Box::new(FileFailurePersistence::Off)),
        ..ProptestConfig::default()
    };
    let mut runner = proptest::test_runner::TestRunner::new(config);
    let cell = std::cell::RefCell::new(&mut read);
    runner
        .run(&prop::collection::vec(damage(), 1..4), |damages| {
            let mut damaged = file.to_vec();
            damages.iter().for_each(|damage| damage.apply(&mut damaged));
            let ((), largest) = largest_piece(|| (cell.borrow_mut())(&damaged));
            let allowed = 16 * damaged.len() + (1 << 20);
            prop_assert!(largest <= allowed, "{largest} bytes at once for a file of {}", damaged.len());
            Ok(())
        })
        .unwrap();
}

/// The same for a parser that reads a file called `name`.
fn a_thousand_files(name: &str, file: &[u8], mut read: impl FnMut(&Path)) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    a_thousand_times(file, |damaged| {
        fs::write(&path, damaged).unwrap();
        read(&path);
    });
}

/// A finished tiny run, and its files.
fn finished() -> (tempfile::TempDir, Split) {
    let (folder, split) = (tempfile::tempdir().unwrap(), stripes_split([64, 24, 32]));
    let search = search_of(&tiny(1), &split).unwrap();
    open(folder.path(), &search).unwrap().search(&search, &mut Silent).unwrap();
    drop(search);
    (folder, split)
}

fn file(folder: &tempfile::TempDir, name: &str) -> (PathBuf, Vec<u8>) {
    let path = folder.path().join(name);
    let bytes = fs::read(&path).unwrap();
    (path, bytes)
}

#[test]
fn configurations() {
    let json = serde_json::to_vec_pretty(&SearchConfig::quick()).unwrap();
    a_thousand_times(&json, |bytes| {
        if let Ok(config) = serde_json::from_slice::<SearchConfig>(bytes) {
            config.check().ok();
        }
    });
}

#[test]
fn architectures() {
    let cells = CellSpace::new(8, 4).unwrap();
    let text = cells.space().sample(&mut draws(1, "test", 0)).to_string();
    a_thousand_times(text.as_bytes(), |bytes| {
        let text = String::from_utf8_lossy(bytes);
        cells.space().parse_architecture(&text).ok();
        text.parse::<PathMask>().ok();
    });
}

#[test]
fn run_directories() {
    let (folder, split) = finished();
    let search = search_of(&tiny(1), &split).unwrap();
    for name in ["config.json", "candidates.csv", "events.jsonl"] {
        let (path, whole) = file(&folder, name);
        a_thousand_times(&whole, |damaged| {
            fs::write(&path, damaged).unwrap();
            if let Ok(directory) = open(folder.path(), &search) {
                directory.score(&search, &mut Silent).ok();
            }
            read_events(&path).ok();
        });
        fs::write(path, whole).unwrap();
    }
}

#[test]
fn weights() {
    let (folder, split) = finished();
    let search = search_of(&tiny(1), &split).unwrap();
    let directory = open(folder.path(), &search).unwrap();
    let (path, whole) = file(&folder, "supernet.safetensors");
    a_thousand_times(&whole, |damaged| {
        fs::write(&path, damaged).unwrap();
        directory.train(&search, &mut Silent).ok();
    });
}

#[test]
fn tables_of_trained_networks_and_results() {
    let header = "architecture,settings,seed,test_accuracy,test_loss,test_images,parameters,macs,seconds\n";
    let truth = format!("{header}1:0,00ff,1,0.5,1.25,3000,70000,2500000,12.5\n3:1,00ff,2,0.75,1,3000,7,9,1\n");
    a_thousand_files("truth.csv", truth.as_bytes(), |path| drop(Truth::open(path)));
    let result = br#"{"schema": 1, "experiment": "one", "result": [1, 2, 3]}"#;
    a_thousand_files("result.json", result, |path| drop(ResultFile::<Vec<f64>>::read(path, "one")));
}
