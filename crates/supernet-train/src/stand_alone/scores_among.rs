//! Scores of networks that are trained for them, each at one member of a crew and kept in a file.

use crate::{
    Progress, TrainError,
    crew::{Crew, CrewJob},
    store::{SCORES, append_line, score_line},
    workers::{Named, share_among},
};
use std::{path::Path, sync::Mutex};
use supernet_search::Score;
use supernet_space::PathMask;

/// Calls `score` for each mask, `at_once` at a time (0: one per core), each at one member of a crew
/// under a name that begins with the file's. With a file each score is stored there as soon as it is
/// known.
///
/// # Errors
/// Whatever `score` reports; a file that cannot be written.
pub(crate) fn scores_among(
    (stage, at_once, crew): (&str, usize, &dyn Crew),
    masks: Vec<PathMask>,
    file: Option<&Path>,
    progress: &mut dyn Progress,
    score: impl Fn(&PathMask, &mut dyn Progress) -> Result<Score, TrainError> + Sync,
) -> Result<Vec<Score>, TrainError> {
    let scope = file.and_then(Path::file_stem).map_or(stage.into(), |stem| stem.to_string_lossy());
    let file = Mutex::new(file);
    let keep = |mask: &PathMask, score: Score| {
        let file = file.lock().expect("no worker panics with the file");
        file.map_or(Ok(()), |path| append_line(path, &format!("{SCORES}\n"), &score_line(mask, score)))?;
        Ok(score)
    };
    let name = |mask: &PathMask| CrewJob {
        key: format!("{scope}/{mask}"),
        cost: mask.paths_on() as f64,
        files: None,
        by_first: false,
    };
    let pack = |_: &PathMask, score: &Score| Ok(to_bytes(*score));
    let unpack = |mask: &PathMask, bytes: &[u8]| from_bytes(bytes).map(|score| keep(mask, score)).transpose();
    let named = Named { crew, name: &name, pack: &pack, unpack: &unpack };
    let kept = |mask: PathMask, progress: &mut dyn Progress| keep(&mask, score(&mask, progress)?);
    share_among((stage, at_once), masks, named, progress, kept, &mut |_, _| {})
}

/// A score bit for bit.
fn to_bytes(Score { accuracy, loss, images }: Score) -> Vec<u8> {
    [accuracy.to_bits(), loss.to_bits(), images as u64].iter().flat_map(|number| number.to_le_bytes()).collect()
}

fn from_bytes(bytes: &[u8]) -> Option<Score> {
    let numbers: Vec<u64> =
        bytes.chunks(8).map(|eight| eight.try_into().map(u64::from_le_bytes)).collect::<Result<_, _>>().ok()?;
    let &[accuracy, loss, images] = &numbers[..] else { return None };
    let images = usize::try_from(images).ok()?;
    Some(Score { accuracy: f64::from_bits(accuracy), loss: f64::from_bits(loss), images })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_score_comes_back_bit_for_bit_also_where_it_is_no_number() {
        for accuracy in [0.1, -0.0, f64::NAN] {
            let there = Score { accuracy, loss: 1.0 / 3.0, images: 7 };
            let back = from_bytes(&to_bytes(there)).unwrap();
            assert_eq!(to_bytes(back), to_bytes(there));
        }
        assert_eq!(from_bytes(&[0; 23]), None);
        assert_eq!(from_bytes(&[0; 16]), None);
    }
}
