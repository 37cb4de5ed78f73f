//! Damaged files: ways to damage one, and readers that are given many damaged versions.

mod cases;

use cases::cases;
use proptest::{prelude::*, test_runner::TestRunner};
use std::{cell::RefCell, fs, path::Path};
use supernet_tests::largest_piece::largest_piece;

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

/// Reads `usual` damaged versions of `file`, or as many as `PROPTEST_CASES` says; `read` returns an
/// error or a value, and asks for no piece of memory beyond a few times the file's length.
pub fn damaged(usual: u32, file: &[u8], mut read: impl FnMut(&[u8])) {
    let cell = RefCell::new(&mut read);
    let read = |damages: Vec<Damage>| {
        let mut damaged = file.to_vec();
        damages.iter().for_each(|damage| damage.apply(&mut damaged));
        let ((), largest) = largest_piece(|| (cell.borrow_mut())(&damaged));
        let allowed = 16 * damaged.len() + (1 << 20);
        prop_assert!(largest <= allowed, "{largest} bytes at once for a file of {}", damaged.len());
        Ok(())
    };
    TestRunner::new(cases(usual)).run(&prop::collection::vec(damage(), 1..4), read).unwrap();
}

/// The same for a parser that reads the file at `path`, which is left as it was.
pub fn damaged_at(usual: u32, path: &Path, mut read: impl FnMut()) {
    let whole = fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    damaged(usual, &whole, |damaged| {
        fs::write(path, damaged).unwrap();
        read();
    });
    fs::write(path, whole).unwrap();
}
