//! Independent work shared by the members of a crew, and at each of them by threads.

use super::share::{Gathered, share_with, work_together, workers};
use crate::{
    Progress, TrainError,
    crew::{Crew, CrewJob, Ended, Next, Round},
};
use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

/// Makes bytes of a job's result.
pub type Pack<'a, J, R> = dyn Fn(&J, &R) -> Result<Vec<u8>, TrainError> + Sync + 'a;

/// Makes a job's result of bytes; `None` of others.
pub type Unpack<'a, J, R> = dyn Fn(&J, &[u8]) -> Result<Option<R>, TrainError> + 'a;

/// Jobs by name, and their results as bytes: what members of a crew tell each other.
pub struct Named<'a, J, R> {
    /// Who works on them.
    pub crew: &'a dyn Crew,
    /// A job's name, cost and files.
    pub name: &'a dyn Fn(&J) -> CrewJob,
    /// A result as bytes.
    pub pack: &'a Pack<'a, J, R>,
    /// The result that bytes of another member are; `None` of others.
    pub unpack: &'a Unpack<'a, J, R>,
}

/// Runs `work` on each job, each at one member of a crew, `wanted` at a time at each (0: one per
/// core); returns all results in the order of the jobs. `ready` is called on those that are made here
/// as soon as they are there. A member that is alone does everything.
///
/// # Errors
/// A job that failed, by name; the user's stop, here or elsewhere; members that cannot be reached.
pub fn share_among<J: Clone + Send + Sync, R: Send>(
    (stage, wanted): (&str, usize),
    jobs: Vec<J>,
    Named { crew, name, pack, unpack }: Named<J, R>,
    progress: &mut dyn Progress,
    work: impl Fn(J, &mut dyn Progress) -> Result<R, TrainError> + Sync,
    ready: &mut dyn FnMut(&R, &mut dyn Progress),
) -> Result<Vec<R>, TrainError> {
    let names: Vec<CrewJob> = jobs.iter().map(name).collect();
    let Some(round) = crew.round(stage, &names)? else {
        return share_with(stage, wanted, jobs, progress, work, ready);
    };
    let next = |stop: &AtomicBool| next(&*round, stop);
    let mut gathered = Gathered::new(jobs.len());
    let handed_in = |place: usize, progress: &mut dyn Progress| {
        let job = &jobs[place];
        hand_in(&*round, (place, job), pack, work(job.clone(), progress))
    };
    let some = &mut |result: &Option<R>, progress: &mut dyn Progress| {
        if let Some(result) = result {
            ready(result, progress);
        }
    };
    let threads = workers(wanted, jobs.len());
    let stopped =
        work_together((stage, threads), next, progress, handed_in, &mut gathered, (some, &|| Some(round.beat())));
    let (here, failure) = gathered.here(stage, stopped);
    let Ended { results, failure } = round.end(failure)?;
    // What others have done is taken in whatever ended the round: it is not done again.
    let mut all = Vec::with_capacity(jobs.len());
    for ((job, here), (bytes, name)) in jobs.iter().zip(here).zip(results.into_iter().zip(&names)) {
        all.extend(match (here.flatten(), bytes) {
            (Some(result), _) => Some(result),
            (None, None) => None,
            (None, Some(bytes)) => Some(unpack(job, &bytes)?.ok_or_else(|| garbled(name, bytes.len()))?),
        });
    }
    match failure {
        Some(failure) => Err(failure),
        None if all.len() < jobs.len() => Err(TrainError::Crew {
            place: stage.into(),
            found: format!("{} results", all.len()),
            expected: format!("those of {} jobs", jobs.len()),
        }),
        None => Ok(all),
    }
}

/// An error: bytes that are no result of a job.
fn garbled(job: &CrewJob, length: usize) -> TrainError {
    TrainError::Crew {
        place: job.key.clone(),
        found: format!("{length} bytes of another member that are no result"),
        expected: "one: the same program everywhere".into(),
    }
}

/// Hands in a job's result, or that it failed; the user's stop is neither.
fn hand_in<J, R>(
    round: &dyn Round,
    (place, job): (usize, &J),
    pack: &Pack<J, R>,
    result: Result<R, TrainError>,
) -> Result<Option<R>, TrainError> {
    match result {
        Ok(result) => {
            round.done(place, Ok(pack(job, &result)?))?;
            Ok(Some(result))
        }
        Err(error @ TrainError::Stopped { .. }) => Err(error),
        Err(error) => {
            round.done(place, Err(&error))?;
            Ok(None)
        }
    }
}

/// The next job of a round, waited for as long as others are at work on what is left.
fn next(round: &dyn Round, stop: &AtomicBool) -> Result<Option<(usize, usize)>, TrainError> {
    while !stop.load(Ordering::Relaxed) {
        match round.next()? {
            Next::Job(place) => return Ok(Some((place, place))),
            Next::Wait(time) => std::thread::sleep(time.min(Duration::from_secs(1))),
            Next::Nothing => break,
        }
    }
    Ok(None)
}
