//! The state of a training that goes on: its files, as bytes.

use std::{fs, path::Path};
use supernet_train::{
    TrainError,
    crew::{pack, unpack},
    store::checkpoints,
    write_whole,
};

fn name_of(stem: &Path) -> String {
    stem.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}

/// The step of the newest checkpoint.
pub(super) fn newest(stem: &Path) -> Option<u64> {
    checkpoints(stem).ok()?.first().map(|&(step, _)| step)
}

/// Endings of files beside a checkpoint: the log, in how many parts a step is computed, what is
/// noted of a curve.
const BESIDE: [&str; 4] = [".jsonl", ".micro_batches", ".steps", ".epochs"];

/// The newest checkpoint of a training with what stands beside it, as bytes; `None` where there is
/// none, or where it has just ended. The log is read last: it holds what the checkpoint records, and
/// maybe more.
pub(super) fn packed(stem: &Path) -> Option<(u64, Vec<u8>)> {
    let (step, checkpoint) = checkpoints(stem).ok()?.into_iter().next()?;
    let name = name_of(stem);
    let of_checkpoint = checkpoint.file_name()?.to_str()?.strip_prefix(&name)?.to_owned();
    let mut pieces = vec![(of_checkpoint, fs::read(&checkpoint).ok()?)];
    for ending in BESIDE {
        if let Ok(bytes) = fs::read(stem.with_file_name(format!("{name}{ending}"))) {
            pieces.push((ending.into(), bytes));
        }
    }
    Some((step, pack(pieces)))
}

/// Puts the files of a training where they belong, unless those that are there are as far; returns
/// whether the bytes are such files.
///
/// # Errors
/// A file that cannot be written.
pub(super) fn unpacked(stem: &Path, bytes: &[u8]) -> Result<bool, TrainError> {
    let step_of =
        |ending: &str| ending.strip_prefix('-')?.strip_suffix(".checkpoint").and_then(|step| step.parse::<u64>().ok());
    let Some(pieces) = unpack(bytes) else { return Ok(false) };
    let Some(step) = pieces.first().and_then(|(ending, _)| step_of(ending)) else { return Ok(false) };
    if !pieces[1..].iter().all(|(ending, _)| BESIDE.contains(&ending.as_str())) {
        return Ok(false);
    }
    let is_trained = stem.with_file_name(format!("{}.safetensors", name_of(stem))).exists();
    if is_trained || newest(stem).is_some_and(|here| here >= step) {
        return Ok(true);
    }
    for (_, old) in checkpoints(stem)? {
        fs::remove_file(&old).map_err(TrainError::io(&old))?;
    }
    // The checkpoint is last: without its log it would be refused.
    for (ending, bytes) in pieces.iter().rev() {
        write_whole(&stem.with_file_name(format!("{}{ending}", name_of(stem))), bytes)?;
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_checkpoint_moves_with_its_log_and_never_back() {
        let [from, to] = [0, 1].map(|_| tempfile::tempdir().unwrap());
        let (stem, there) = (from.path().join("networks/003"), to.path().join("networks/003"));
        assert_eq!(packed(&stem), None);
        for (name, bytes) in [("003-7.checkpoint", "seven"), ("003-12.checkpoint", "twelve"), ("003.jsonl", "log")] {
            write_whole(&from.path().join("networks").join(name), bytes.as_bytes()).unwrap();
        }
        let (step, bytes) = packed(&stem).unwrap();
        assert_eq!(step, 12);
        write_whole(&to.path().join("networks/003-5.checkpoint"), b"five").unwrap();
        assert!(unpacked(&there, &bytes).unwrap());
        assert_eq!(newest(&there), Some(12));
        assert!(!to.path().join("networks/003-5.checkpoint").exists());
        assert_eq!(fs::read(to.path().join("networks/003.jsonl")).unwrap(), b"log");
        // What is further here stays.
        write_whole(&to.path().join("networks/003-20.checkpoint"), b"twenty").unwrap();
        assert!(unpacked(&there, &bytes).unwrap());
        assert_eq!(newest(&there), Some(20));
        for none in [&b"other"[..], &pack([("../a".to_owned(), vec![])]), &pack([])] {
            assert!(!unpacked(&there, none).unwrap());
        }
    }
}
