//! CIFAR-10 as examples read it, and tables of networks that were trained on it.

use std::{fs::File, path::Path};
use supernet::prelude::*;

/// Reads CIFAR-10's binary version in `folder`, averaged to 16 x 16 if `halve`; `held_out` says how
/// many of so many training images are held out for scoring. The official test images stay apart.
///
/// # Errors
/// Files that cannot be read; more images held out than there are.
pub fn cifar10_split(
    folder: &Path,
    halve: bool,
    seed: u64,
    held_out: impl FnOnce(usize) -> usize,
) -> Result<Split, DataError> {
    let mut cifar = cifar10(folder)?;
    if halve {
        cifar.train = cifar.train.average_2x2()?;
        cifar.test = cifar.test.average_2x2()?;
    }
    let all = cifar.train.len();
    let held_out = held_out(all);
    let parts = [all.saturating_sub(held_out), held_out];
    stratified_with_test(&cifar.train, &parts, cifar.test, &mut draws(seed, "split", 0))
}

/// Opens a table of trained networks.
///
/// # Errors
/// The file and why it cannot be read.
pub fn open_table(path: &Path) -> Result<File, String> {
    File::open(path).map_err(|error| format!("{}: {error}", path.display()))
}
