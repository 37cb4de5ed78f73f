//! The jobs that a worker holds.

use std::{collections::HashMap, path::PathBuf};

/// A claim of a job: its key, and the epoch that the claim began.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Claim {
    pub(super) key: String,
    pub(super) epoch: i64,
}

/// What is held of a job.
#[derive(Clone, Debug)]
struct Holding {
    epoch: i64,
    /// Whether another worker holds it by now.
    is_lost: bool,
    /// What the names of its files begin with.
    files: Option<PathBuf>,
}

/// The jobs that a worker holds, and what has become of others.
#[derive(Debug, Default)]
pub(super) struct Held {
    jobs: HashMap<String, Holding>,
    /// Jobs that were done here.
    pub(super) done: i64,
    /// Results that came too late.
    pub(super) refused: i64,
    /// Keys of the jobs that failed here.
    pub(super) failed: Vec<String>,
}

impl Held {
    /// Notes a claim.
    pub(super) fn take(&mut self, claim: &Claim, files: Option<PathBuf>) {
        self.jobs.insert(claim.key.clone(), Holding { epoch: claim.epoch, is_lost: false, files });
    }

    /// The epoch of the claim of a job, lost or not.
    pub(super) fn epoch(&self, key: &str) -> Option<i64> {
        self.jobs.get(key).map(|holding| holding.epoch)
    }

    /// Drops a job.
    pub(super) fn forget(&mut self, key: &str) {
        self.jobs.remove(key);
    }

    /// Drops all.
    pub(super) fn forget_all(&mut self) -> Vec<Claim> {
        self.jobs.drain().map(|(key, holding)| Claim { key, epoch: holding.epoch }).collect()
    }

    /// The keys of all, lost ones too: their work goes on.
    pub(super) fn keys(&self) -> Vec<String> {
        self.jobs.keys().cloned().collect()
    }

    /// Those that are held as far as is known.
    pub(super) fn claims(&self) -> Vec<Claim> {
        let held = self.jobs.iter().filter(|(_, holding)| !holding.is_lost);
        held.map(|(key, holding)| Claim { key: key.clone(), epoch: holding.epoch }).collect()
    }

    /// Those whose state is to be stored, with their files.
    pub(super) fn with_files(&self) -> Vec<(Claim, PathBuf)> {
        let held = self.jobs.iter().filter(|(_, holding)| !holding.is_lost);
        held.filter_map(|(key, holding)| {
            Some((Claim { key: key.clone(), epoch: holding.epoch }, holding.files.clone()?))
        })
        .collect()
    }

    /// Notes that of `claims` only those of `kept` are held still.
    pub(super) fn keep(&mut self, claims: &[Claim], kept: &[String]) {
        for Claim { key, epoch } in claims.iter().filter(|claim| !kept.contains(&claim.key)) {
            if let Some(holding) = self.jobs.get_mut(key).filter(|holding| holding.epoch == *epoch) {
                holding.is_lost = true;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim(key: &str, epoch: i64) -> Claim {
        Claim { key: key.into(), epoch }
    }

    #[test]
    fn a_lost_job_is_still_at_work_here_and_a_later_claim_is_another() {
        let mut held = Held::default();
        held.take(&claim("a", 1), None);
        held.take(&claim("b", 4), Some("b".into()));
        held.keep(&[claim("a", 1), claim("b", 4)], &["b".into()]);
        assert_eq!((held.claims(), held.keys().len()), (vec![claim("b", 4)], 2));
        held.take(&claim("a", 3), None);
        held.keep(&[claim("a", 1)], &[]);
        assert_eq!(held.claims().len(), 2, "what was said of an older claim says nothing of this one");
        assert_eq!(held.with_files(), [(claim("b", 4), "b".into())]);
        assert_eq!(held.epoch("a"), Some(3));
        held.forget("a");
        assert_eq!((held.epoch("a"), held.keys().len()), (None, 1));
    }
}
