//! Scored candidates, a line each in the order of scoring: `candidates.csv`. What stands there is
//! not scored again.

use super::{
    event_log::{Event, EventLog},
    files::{append_line, write_whole},
    rows::{cell, csv_row, read_rows},
};
use crate::TrainError;
use std::{
    collections::HashMap,
    path::{Path, PathBuf},
};
use supernet_search::{Evaluator, RankBy, Score, Scored};
use supernet_space::{Architecture, Cost, PathMask, SearchSpace};

/// The file's first line.
const HEADER: &str = "architecture,one_shot_accuracy,one_shot_loss,images,parameters,macs";

/// An evaluator that stores its scores. A search asks again in the same order, so that stored
/// scores are returned first; from the first question on that is not stored whole, the evaluator
/// itself does.
pub(crate) struct Recorded<'a, E> {
    inner: &'a mut E,
    rows: Vec<Scored>,
    /// Rows that this search has asked for.
    asked: usize,
    /// By which score the best is chosen.
    rank_by: RankBy,
    path: PathBuf,
    /// Whether a score depends on the candidates beside it, as with halving.
    depends_on_company: bool,
    log: &'a mut EventLog,
}

impl<'a, E> Recorded<'a, E> {
    /// Returns the rows of `path` first, then the scores of `inner`.
    ///
    /// # Errors
    /// A file that cannot be read, or a line that is no scored architecture of `space`.
    pub(crate) fn open(
        path: PathBuf,
        space: &SearchSpace,
        rank_by: RankBy,
        inner: &'a mut E,
        log: &'a mut EventLog,
    ) -> Result<Self, TrainError> {
        let rows = read_candidates(&path, space)?;
        Ok(Self { inner, rows, asked: 0, rank_by, path, depends_on_company: true, log })
    }

    /// Returns the same with scores that do not depend on the candidates beside them, unless
    /// `with_company`.
    pub(crate) fn of_its_own(self, with_company: bool) -> Self {
        Self { depends_on_company: with_company, ..self }
    }

    fn store(&self, scored: &[Scored]) -> Result<(), TrainError> {
        if self.rows.is_empty() {
            write_whole(&self.path, candidates_csv(scored).as_bytes())
        } else {
            append_line(&self.path, &format!("{HEADER}\n"), &lines(scored))
        }
    }
}

impl<E: Evaluator<Error = TrainError>> Recorded<'_, E> {
    /// Scores `architectures`, those that stand in the file but for their order or for others
    /// between them by what stands there, where a score does not depend on its company.
    fn score(&mut self, architectures: &[Architecture]) -> Result<(), TrainError> {
        let rows: Vec<Scored> = self.rows.drain(self.asked..).collect();
        let reused = if self.depends_on_company { &[][..] } else { &rows };
        let known: HashMap<&Architecture, &Scored> = reused.iter().map(|row| (&row.architecture, row)).collect();
        let missing: Vec<Architecture> =
            architectures.iter().filter(|architecture| !known.contains_key(architecture)).cloned().collect();
        let fresh = if missing.is_empty() { Vec::new() } else { self.inner.evaluate(&missing)? };
        let mut fresh = fresh.into_iter();
        let scored: Vec<Scored> = architectures
            .iter()
            .map(|architecture| match known.get(architecture) {
                Some(&row) => row.clone(),
                None => fresh.next().expect("a score for each that was missing"),
            })
            .collect();
        if rows.is_empty() {
            self.store(&scored)?;
            self.rows.extend(scored);
        } else {
            self.rows.extend(scored);
            write_whole(&self.path, candidates_csv(&self.rows).as_bytes())?;
        }
        Ok(())
    }
}

impl<E: Evaluator<Error = TrainError>> Evaluator for Recorded<'_, E> {
    type Error = TrainError;

    fn evaluate(&mut self, architectures: &[Architecture]) -> Result<Vec<Scored>, TrainError> {
        let end = self.asked + architectures.len();
        let stored = self
            .rows
            .get(self.asked..end)
            .filter(|rows| rows.iter().zip(architectures).all(|(row, architecture)| row.architecture == *architecture));
        if stored.is_none() {
            self.score(architectures)?;
        }
        self.asked = end;
        let so_far = &self.rows[..end];
        if let Some(best) = so_far.iter().min_by(|a, b| self.rank_by.better_first(&a.score, &b.score)) {
            let best_mask = best.architecture.mask().clone();
            self.log.append(&Event::Scored { candidates: end, best: best_mask, score: best.score })?;
        }
        Ok(so_far[end - architectures.len()..].to_vec())
    }
}

/// A whole `candidates.csv`.
pub(crate) fn candidates_csv(scored: &[Scored]) -> String {
    format!("{HEADER}\n{}", lines(scored))
}

/// One line per candidate.
fn lines(scored: &[Scored]) -> String {
    let line = |Scored { architecture, score: Score { accuracy, loss, images }, cost }: &Scored| {
        let Cost { parameters, macs } = cost;
        csv_row([
            architecture.to_string(),
            accuracy.to_string(),
            loss.to_string(),
            images.to_string(),
            parameters.to_string(),
            macs.to_string(),
        ])
    };
    scored.iter().map(line).collect()
}

/// Reads the candidates of a `candidates.csv`, in the order of scoring; none where there is no
/// file. A last line that was cut off is dropped.
///
/// # Errors
/// A file that cannot be read, or a line that is no scored architecture of `space`.
pub(crate) fn read_candidates(path: &Path, space: &SearchSpace) -> Result<Vec<Scored>, TrainError> {
    read_rows(path, HEADER, |row| {
        let architecture = space.accept(cell::<PathMask>(row, 0)?).ok()?;
        let score = Score { accuracy: cell(row, 1)?, loss: cell(row, 2)?, images: cell(row, 3)? };
        Some(Scored { architecture, score, cost: Cost { parameters: cell(row, 4)?, macs: cell(row, 5)? } })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::RngExt;
    use supernet_space::{CellSpace, draws};

    /// Scores by a draw, and counts.
    struct Drawn(usize);

    impl Evaluator for Drawn {
        type Error = TrainError;

        fn evaluate(&mut self, architectures: &[Architecture]) -> Result<Vec<Scored>, TrainError> {
            self.0 += architectures.len();
            let score = |architecture: &Architecture| {
                let mut rng = draws(1, &architecture.to_string(), 0);
                let score = Score { accuracy: rng.random(), loss: rng.random(), images: 10 };
                Scored { architecture: architecture.clone(), score, cost: Cost { parameters: 7, macs: 9 } }
            };
            Ok(architectures.iter().map(score).collect())
        }
    }

    #[test]
    fn what_is_stored_is_not_scored_again_wherever_the_file_was_cut() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let cells = CellSpace::new(3, 4).unwrap();
        let space = cells.space();
        let mut rng = draws(1, "test", 0);
        let blocks: Vec<Vec<Architecture>> = (0..3).map(|_| (0..4).map(|_| space.sample(&mut rng)).collect()).collect();
        let run = |drawn: &mut Drawn| -> Vec<Scored> {
            let mut log = EventLog::open(at("events.jsonl")).unwrap();
            let path = at("candidates.csv");
            let recorded = Recorded::open(path, space, RankBy::Accuracy, drawn, &mut log).unwrap();
            let mut recorded = recorded.of_its_own(false);
            blocks.iter().flat_map(|block| recorded.evaluate(block).unwrap()).collect()
        };
        let mut first = Drawn(0);
        let scored = run(&mut first);
        let text = std::fs::read_to_string(at("candidates.csv")).unwrap();
        let mut again = Drawn(0);
        assert_eq!(run(&mut again), scored);
        assert_eq!((first.0, again.0), (12, 0));

        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        std::fs::write(at("candidates.csv"), lines[..7].concat() + &lines[7][..9]).unwrap();
        let mut rest = Drawn(0);
        assert_eq!(run(&mut rest), scored);
        assert_eq!(rest.0, 6, "six were stored whole");
        assert_eq!(std::fs::read_to_string(at("candidates.csv")).unwrap(), text);
    }
}
