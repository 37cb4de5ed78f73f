//! Jobs that are dealt out beforehand among workers: the dearest first, each to whoever has least
//! to do.

use super::{
    Crew, CrewJob, Ended, Next, Round, Workers,
    parcels::{pack, unpack},
    sums::gather,
};
use crate::TrainError;
use std::{collections::VecDeque, sync::Mutex};

/// A crew of workers that begin and end together, as the processes of an MPI job do.
pub struct Dealt<W>(pub W);

impl<W: Workers> Crew for Dealt<W> {
    fn workers(&self) -> &dyn Workers {
        &self.0
    }

    fn cut(&self, own: usize) -> usize {
        // Members may have other numbers of cores; what is cut finer is dealt out more evenly.
        const EACH: usize = 8;
        if self.0.size() == 1 { own } else { EACH * self.0.size() }
    }

    fn round(&self, stage: &str, jobs: &[CrewJob]) -> Result<Option<Box<dyn Round + '_>>, TrainError> {
        if self.0.size() == 1 {
            return Ok(None);
        }
        let places = deal(jobs, self.0.size()).swap_remove(self.0.rank());
        Ok(Some(Box::new(DealtRound {
            workers: &self.0,
            stage: stage.into(),
            keys: jobs.iter().map(|job| job.key.clone()).collect(),
            left: Mutex::new(places.into()),
            said: Mutex::new(Said::default()),
        })))
    }
}

/// The places of jobs of each of `size` workers.
fn deal(jobs: &[CrewJob], size: usize) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..jobs.len()).collect();
    order.sort_by(|&a, &b| jobs[b].cost.total_cmp(&jobs[a].cost));
    let mut dealt = vec![(0.0_f64, Vec::new()); size];
    for place in order {
        if jobs[place].by_first {
            dealt[0].1.push(place);
            continue;
        }
        let least = dealt.iter_mut().min_by(|a, b| a.0.total_cmp(&b.0)).expect("at least one worker");
        least.0 += jobs[place].cost;
        least.1.push(place);
    }
    dealt.into_iter().map(|(_, places)| places).collect()
}

/// What a worker says at the end of a round.
#[derive(Default)]
struct Said {
    results: Vec<(usize, Vec<u8>)>,
    failure: Option<String>,
    /// Whether the failure is the user's stop.
    stopped: bool,
}

struct DealtRound<'a> {
    workers: &'a dyn Workers,
    stage: String,
    keys: Vec<String>,
    left: Mutex<VecDeque<usize>>,
    said: Mutex<Said>,
}

/// What a lock promises.
const WHOLE: &str = "nobody panics with it";

impl Round for DealtRound<'_> {
    fn next(&self) -> Result<Next, TrainError> {
        Ok(self.left.lock().expect(WHOLE).pop_front().map_or(Next::Nothing, Next::Job))
    }

    fn done(&self, place: usize, result: Result<Vec<u8>, &TrainError>) -> Result<(), TrainError> {
        let mut said = self.said.lock().expect(WHOLE);
        match result {
            Ok(bytes) => said.results.push((place, bytes)),
            Err(error) => {
                said.failure.get_or_insert_with(|| format!("{}: {error}", self.keys[place]));
            }
        }
        Ok(())
    }

    fn beat(&self) -> (usize, usize) {
        self.workers.alive();
        (self.said.lock().expect(WHOLE).results.len(), self.workers.size())
    }

    fn end(self: Box<Self>, failure: Option<TrainError>) -> Result<Ended, TrainError> {
        let mut own = self.said.into_inner().expect(WHOLE);
        if let Some(error) = &failure {
            own.stopped = matches!(error, TrainError::Stopped { .. });
            own.failure = Some(error.to_string());
        }
        let said = gather(self.workers, own.to_bytes())?;
        let mut ended = Ended { results: self.keys.iter().map(|_| None).collect(), failure };
        for (rank, said) in said.iter().enumerate() {
            let said = Said::from_bytes(said).ok_or_else(|| failed(rank, "a garbled parcel".into()))?;
            said.results.into_iter().for_each(|(place, result)| ended.results[place] = Some(result));
            if let Some(found) = said.failure {
                ended.failure.get_or_insert_with(|| match said.stopped {
                    true => TrainError::Stopped { stage: self.stage.clone(), step: 0 },
                    false => failed(rank, found),
                });
            }
        }
        Ok(ended)
    }
}

/// What another worker could not do.
fn failed(rank: usize, found: String) -> TrainError {
    TrainError::Crew { place: format!("worker {rank}"), found, expected: "the results of its jobs".into() }
}

impl Said {
    /// What is said, as bytes.
    fn to_bytes(&self) -> Vec<u8> {
        let failure = serde_json::to_vec(&(&self.failure, self.stopped)).expect("plain data");
        let results = self.results.iter().map(|(place, result)| (place.to_string(), result.clone()));
        pack(std::iter::once((FAILURE.to_owned(), failure)).chain(results))
    }

    /// What `bytes` say.
    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut said = Self::default();
        for (name, bytes) in unpack(bytes)? {
            match name.as_str() {
                FAILURE => (said.failure, said.stopped) = serde_json::from_slice(&bytes).ok()?,
                place => said.results.push((place.parse().ok()?, bytes)),
            }
        }
        Some(said)
    }
}

/// The name of what is no result.
const FAILURE: &str = "failure";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crew::together;

    fn jobs(count: usize) -> Vec<CrewJob> {
        (0..count)
            .map(|i| CrewJob { key: format!("job {i}"), cost: (i % 5) as f64 + 1.0, files: None, by_first: false })
            .collect()
    }

    /// Does what is dealt, each result being the job's place and who did it.
    fn work(crew: &dyn Crew, jobs: &[CrewJob], fail: Option<usize>) -> Result<Vec<Vec<u8>>, TrainError> {
        let round = crew.round("test", jobs)?.expect("several workers");
        while let Next::Job(place) = round.next()? {
            let error = TrainError::config("job", place, "another");
            let result = vec![place as u8, crew.workers().rank() as u8];
            round.done(place, if fail == Some(place) { Err(&error) } else { Ok(result) })?;
        }
        let Ended { results, failure } = round.end(None)?;
        failure.map_or_else(|| Ok(results.into_iter().flatten().collect()), Err)
    }

    #[test]
    fn each_job_is_done_once_and_all_have_all_results() {
        let jobs = jobs(50);
        let all = together(3, |workers| work(&Dealt(workers), &jobs, None).unwrap());
        assert!(all.iter().all(|results| *results == all[0]));
        assert!(all[0].iter().enumerate().all(|(place, result)| result[0] == place as u8));
        let costs = [0, 1, 2].map(|rank| {
            let of = all[0].iter().zip(&jobs).filter(|(result, _)| result[1] == rank);
            of.map(|(_, job)| job.cost).sum::<f64>()
        });
        assert!(costs.iter().all(|cost| (cost - 50.0).abs() <= 1.0), "{costs:?}");
    }

    #[test]
    fn what_measures_a_machine_is_done_by_the_first() {
        let jobs: Vec<CrewJob> = jobs(9).into_iter().map(|job| CrewJob { by_first: true, ..job }).collect();
        let all = together(3, |workers| work(&Dealt(workers), &jobs, None).unwrap());
        assert!(all.iter().flatten().all(|result| result[1] == 0), "{all:?}");
    }

    #[test]
    fn a_job_that_fails_and_a_worker_that_is_stopped_end_the_round_everywhere() {
        let jobs = jobs(7);
        for error in together(3, |workers| work(&Dealt(workers), &jobs, Some(4)).unwrap_err()) {
            assert!(error.to_string().contains("job 4: job: found 4, expected another"), "{error}");
        }
        let stopped = together(2, |workers| {
            let failure = (workers.rank() == 1).then(|| TrainError::Stopped { stage: "test".into(), step: 3 });
            let crew = Dealt(workers);
            let round = crew.round("test", &jobs).unwrap().unwrap();
            let Next::Job(place) = round.next().unwrap() else { panic!("no job") };
            round.done(place, Ok(vec![7])).unwrap();
            let Ended { results, failure } = round.end(failure).unwrap();
            assert_eq!(results.iter().flatten().count(), 2, "what is done is not lost");
            failure.unwrap()
        });
        assert!(stopped.iter().all(|error| matches!(error, TrainError::Stopped { .. })), "{stopped:?}");
    }
}
