//! A round of jobs on a farm.

use super::{
    blobs,
    error::FarmError,
    hash::{hash, hash_of},
    held::Claim,
    link::Link,
    member::Member,
    queue::{self, Claiming, Handed, Known, Of},
    states::unpacked,
};
use std::{
    collections::{HashMap, VecDeque},
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};
use supernet_train::{
    TrainError,
    crew::{CrewJob, Ended, Next, Round},
};

/// Jobs of a stage, claimed one by one, or several at a time where they are small.
pub(super) struct FarmRound<'a> {
    member: &'a Member,
    run: String,
    /// A hash of the stage and the jobs' names.
    round: String,
    jobs: Vec<CrewJob>,
    places: HashMap<String, usize>,
    queue: Mutex<Queue>,
    is_over: AtomicBool,
}

/// What this worker has of a round.
#[derive(Default)]
struct Queue {
    /// Claimed, but not begun.
    claimed: VecDeque<Claim>,
    /// When those at work were begun.
    begun: HashMap<usize, Instant>,
    /// Those that were done here.
    done: Vec<usize>,
    /// What they took, together.
    took: Duration,
    /// When nothing was found last, and how long to wait since then.
    waits: Option<(Instant, Duration)>,
}

/// What a lock promises.
const WHOLE: &str = "nobody panics with it";

/// A claim is worth so much work, at least where jobs are that small.
const WORTH: Duration = Duration::from_secs(1);

/// Jobs of a claim, at most.
const MOST: usize = 64;

/// The first pause before jobs are asked for again; the next are longer.
const PAUSE: Duration = Duration::from_millis(50);

/// The longest pause.
const LONGEST: Duration = Duration::from_secs(1);

/// Results up to so many bytes stand in the job's row.
const IN_ROW: usize = 1 << 20;

impl<'a> FarmRound<'a> {
    /// Publishes `jobs` and begins the round.
    ///
    /// # Errors
    /// A database that cannot be reached or refuses; a run that is not open any more.
    pub(super) fn begin(member: &'a Member, stage: &str, jobs: &[CrewJob]) -> Result<Self, FarmError> {
        let names = jobs.iter().map(|job| job.key.as_bytes());
        let mut round = hash_of(std::iter::once(stage.as_bytes()).chain(names));
        round.truncate(16);
        let run = member.open_run()?.to_owned();
        member.linked(|link| queue::publish(link, &run, (&round, stage), jobs))?;
        member.begin(&round);
        let places = jobs.iter().enumerate().map(|(place, job)| (job.key.clone(), place)).collect();
        let jobs = jobs.to_vec();
        Ok(Self { member, run, round, jobs, places, queue: Mutex::default(), is_over: AtomicBool::new(false) })
    }

    /// A job that was claimed and is still held.
    fn claimed(&self, queue: &mut Queue) -> Result<Option<usize>, FarmError> {
        while let Some(claim) = queue.claimed.pop_front() {
            let is_held = self.member.held().claims().contains(&claim);
            if !is_held {
                // Somebody else has it: this process slept.
                self.member.held().forget(&claim.key);
                continue;
            }
            let place = self.places[claim.key.as_str()];
            self.take_over(&claim, &self.jobs[place])?;
            queue.begun.insert(place, Instant::now());
            return Ok(Some(place));
        }
        Ok(None)
    }

    /// Puts the state that another worker has left of a job where the job goes on from it. A state
    /// that is damaged is none: the job begins anew.
    fn take_over(&self, claim: &Claim, job: &CrewJob) -> Result<(), FarmError> {
        let Some(stem) = &job.files else { return Ok(()) };
        let found = self.member.linked(|link| match queue::state(link, &self.run, &claim.key)? {
            None => Ok(None),
            Some((blob, expected)) => Ok(Some((blobs::load(link, blob)?, expected))),
        })?;
        let Some((bytes, expected)) = found else { return Ok(()) };
        if hash(&bytes) == expected {
            unpacked(stem, &bytes).map_err(FarmError::Files)?;
        }
        Ok(())
    }

    /// Claims jobs, as many as are worth it.
    fn claim(&self, queue: &mut Queue, of: &Of) -> Result<bool, FarmError> {
        let each = queue.took / queue.done.len().max(1) as u32;
        let count = match queue.done.is_empty() {
            true => 1,
            false => ((WORTH.as_secs_f64() / each.as_secs_f64().max(1e-6)) as usize).clamp(1, MOST),
        };
        let Member { options, name, is_first, .. } = self.member;
        let (but, failed) = {
            let held = self.member.held();
            (held.keys(), held.failed.clone())
        };
        let claiming = Claiming {
            run: &self.run,
            worker: name,
            is_first: *is_first,
            lease: options.lease,
            pause: options.beat,
            losses: options.losses,
            but: &but,
            failed: &failed,
        };
        let claims = self.member.linked(|link| queue::claim(link, &claiming, of, count))?;
        for claim in claims {
            // A job of the same round has the same name everywhere.
            let Some(&place) = self.places.get(claim.key.as_str()) else { continue };
            self.member.held().take(&claim, self.jobs[place].files.clone());
            queue.claimed.push_back(claim);
        }
        Ok(!queue.claimed.is_empty())
    }

    /// The keys of all its jobs.
    fn keys(&self) -> Vec<String> {
        self.jobs.iter().map(|job| job.key.clone()).collect()
    }

    fn try_next(&self) -> Result<Next, FarmError> {
        if self.is_over.load(Ordering::Relaxed) {
            return Ok(Next::Nothing);
        }
        let queue = &mut *self.queue.lock().expect(WHOLE);
        if let Some(place) = self.claimed(queue)? {
            return Ok(Next::Job(place));
        }
        if let Some((since, pause)) = queue.waits
            && since.elapsed() < pause
        {
            return Ok(Next::Wait(pause - since.elapsed()));
        }
        self.member.open_run()?;
        if self.claim(queue, &Of::Round(&self.round))?
            && let Some(place) = self.claimed(queue)?
        {
            queue.waits = None;
            return Ok(Next::Job(place));
        }
        if self.member.linked(|link| queue::open(link, &self.run, &self.round))? == 0 {
            // A worker that joined earlier may have a round of other jobs with some of these.
            let open = self.member.linked(|link| queue::open_of(link, &self.run, &self.keys()))?;
            if open.is_empty() {
                self.is_over.store(true, Ordering::Relaxed);
                return Ok(Next::Nothing);
            }
            if self.claim(queue, &Of::Keys(&open))?
                && let Some(place) = self.claimed(queue)?
            {
                return Ok(Next::Job(place));
            }
        }
        let pause = queue.waits.map_or(PAUSE, |(_, pause)| (2 * pause).min(LONGEST));
        queue.waits = Some((Instant::now(), pause));
        Ok(Next::Wait(pause))
    }

    fn hand_in(&self, place: usize, result: Result<Vec<u8>, &TrainError>) -> Result<(), FarmError> {
        let key = &self.jobs[place].key;
        let Some(epoch) = self.member.held().epoch(key) else { return Ok(()) };
        let claim = Claim { key: key.clone(), epoch };
        let is_done = result.is_ok();
        match result {
            Err(error) => {
                let (error, tries) = (error.to_string(), self.member.options.tries);
                self.member.linked(|link| queue::fail(link, &self.run, &claim, &error, tries))?;
                self.member.held().failed.push(key.clone());
            }
            Ok(bytes) => {
                let is_taken = self.member.linked(|link| done(link, &self.run, &claim, &bytes))?;
                let mut held = self.member.held();
                *(if is_taken { &mut held.done } else { &mut held.refused }) += 1;
            }
        }
        self.member.held().forget(key);
        let mut queue = self.queue.lock().expect(WHOLE);
        let took = queue.begun.remove(&place).map_or(Duration::ZERO, |begun| begun.elapsed());
        if is_done {
            queue.done.push(place);
            queue.took += took;
        }
        Ok(())
    }

    /// The results of others, and what failed.
    fn results(&self) -> Result<Ended, FarmError> {
        let done = std::mem::take(&mut self.queue.lock().expect(WHOLE).done);
        let mut is_here = vec![false; self.jobs.len()];
        done.into_iter().for_each(|place| is_here[place] = true);
        let missing: Vec<String> =
            self.jobs.iter().zip(&is_here).filter(|(_, here)| !**here).map(|(job, _)| job.key.clone()).collect();
        let mut ended = Ended { results: self.jobs.iter().map(|_| None).collect(), failure: None };
        let mut failed = Vec::new();
        for Known { key, result, error, tries } in self.member.linked(|link| queue::read(link, &self.run, &missing))? {
            match result {
                Some((bytes, blob, expected)) => {
                    let bytes = self.member.linked(|link| match blob {
                        None => Ok(bytes),
                        Some(blob) => blobs::load(link, blob),
                    })?;
                    let found = hash(&bytes);
                    if found != expected {
                        self.member.open_run()?;
                        let place = format!("{key} of run {}", self.run);
                        return Err(FarmError::Damaged { place, found, expected });
                    }
                    ended.results[self.places[key.as_str()]] = Some(bytes);
                }
                None => failed.push((key, tries, error.unwrap_or_default())),
            }
        }
        failed.sort();
        ended.failure = failure(&failed);
        Ok(ended)
    }
}

/// Hands in the result of a job; returns whether it was taken.
fn done(link: &mut Link, run: &str, claim: &Claim, bytes: &[u8]) -> Result<bool, FarmError> {
    let hash = hash(bytes);
    if bytes.len() <= IN_ROW {
        return queue::done(link, run, claim, &Handed { bytes, blob: None, hash: &hash });
    }
    let name = format!("result/{}", claim.key);
    let blob = blobs::store(link, run, &name, bytes)?;
    let is_taken = queue::done(link, run, claim, &Handed { bytes: &[], blob: Some(blob), hash: &hash })?;
    if is_taken {
        // Those of workers that were stopped before they could hand in theirs.
        blobs::remove(link, run, &name, Some(blob))?;
        blobs::remove(link, run, &format!("state/{}", claim.key), None)?;
    } else {
        blobs::discard(link, blob)?;
    }
    Ok(is_taken)
}

/// What is said of jobs that were given up.
fn failure(failed: &[(String, i32, String)]) -> Option<TrainError> {
    let (first, tries, error) = failed.first()?;
    let others = match failed.len() {
        1 => String::new(),
        count => {
            let names: Vec<&str> = failed[1..].iter().map(|(key, ..)| key.as_str()).collect();
            format!(" (and {} more failed: {})", count - 1, names.join(", "))
        }
    };
    Some(TrainError::Crew {
        place: first.clone(),
        found: format!("{tries} failures, the last: {error}{others}"),
        expected: "a result; all other jobs of the stage are done, and the same call tries these again".into(),
    })
}

impl Round for FarmRound<'_> {
    fn next(&self) -> Result<Next, TrainError> {
        Ok(self.try_next()?)
    }

    fn done(&self, place: usize, result: Result<Vec<u8>, &TrainError>) -> Result<(), TrainError> {
        Ok(self.hand_in(place, result)?)
    }

    fn beat(&self) -> (usize, usize) {
        (self.member.finished(), self.member.members())
    }

    fn end(self: Box<Self>, failure: Option<TrainError>) -> Result<Ended, TrainError> {
        let left = self.member.held().forget_all();
        let Some(failure) = failure else {
            self.member.linked(|link| queue::release(link, &self.run, &left))?;
            return Ok(self.results()?);
        };
        // Whoever gives up does not wait for a database that is gone: its leases run out.
        let soon = |link: &mut Link| {
            link.set_patience(PARTING);
            queue::release(link, &self.run, &left)
        };
        let results = self.member.linked(soon).and_then(|()| self.results());
        let nothing = || self.jobs.iter().map(|_| None).collect();
        let results = results.map_or_else(|_| nothing(), |ended| ended.results);
        Ok(Ended { results, failure: Some(failure) })
    }
}

/// For how long a worker that gives up tries to say so.
const PARTING: Duration = Duration::from_secs(5);
