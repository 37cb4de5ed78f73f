//! Independent work on several threads, one processor core each, with progress shown from one
//! place.
//!
//! Kernels on small tensors leave a second core waiting for most of the time; independent networks
//! do not. Results do not depend on the number of workers.

use crate::{Jobs, Observation, Progress, TrainError, caught::caught};
use std::{
    num::NonZero,
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
        mpsc::{self, RecvTimeoutError, Sender},
    },
    time::{Duration, Instant},
};

/// Workers for `jobs` jobs if `wanted` are asked for; 0 asks for one per processor core.
pub(crate) fn workers(wanted: usize, jobs: usize) -> usize {
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    let wanted = if wanted == 0 { cores } else { wanted };
    wanted.clamp(1, jobs.max(1))
}

/// Runs `work` on each job and returns the results in the order of the jobs, or the first error.
/// `wanted` workers share the jobs (0: one per core); each gets a `Progress` that passes its calls
/// on to `progress`, whose stage has begun. A job that panics is an error of `stage`.
pub fn share<J: Send, R: Send>(
    stage: &str,
    wanted: usize,
    jobs: Vec<J>,
    progress: &mut dyn Progress,
    work: impl Fn(J, &mut dyn Progress) -> Result<R, TrainError> + Sync,
) -> Result<Vec<R>, TrainError> {
    share_with(stage, wanted, jobs, progress, work, &mut |_, _| {})
}

/// [`share`], with `ready` called on each result as soon as it is there, in whatever order.
pub(crate) fn share_with<J: Send, R: Send>(
    stage: &str,
    wanted: usize,
    jobs: Vec<J>,
    progress: &mut dyn Progress,
    work: impl Fn(J, &mut dyn Progress) -> Result<R, TrainError> + Sync,
    ready: &mut dyn FnMut(&R, &mut dyn Progress),
) -> Result<Vec<R>, TrainError> {
    let mut gathered = Gathered::new(jobs.len());
    let wanted = workers(wanted, jobs.len());
    let queue = Mutex::new(jobs.into_iter().enumerate());
    let next = |_: &AtomicBool| Ok(queue.lock().expect("no worker panics with the queue").next());
    work_together((stage, wanted), next, progress, work, &mut gathered, (ready, &|| None));
    gathered.results(stage)
}

/// What is called by the thread that listens to the workers: on each result, and about once a
/// second, where it returns how many jobs are done elsewhere too, and by how many processes.
type Listening<'a, R> = (&'a mut dyn FnMut(&R, &mut dyn Progress), &'a dyn Fn() -> Option<(usize, usize)>);

/// Lets `workers` threads do jobs that `next` gives, until it gives none, or somebody stops them;
/// returns whether the user did.
pub(super) fn work_together<J: Send, R: Send>(
    (stage, workers): (&str, usize),
    next: impl Fn(&AtomicBool) -> Result<Option<(usize, J)>, TrainError> + Sync,
    progress: &mut dyn Progress,
    work: impl Fn(J, &mut dyn Progress) -> Result<R, TrainError> + Sync,
    gathered: &mut Gathered<R>,
    (ready, beat): Listening<R>,
) -> bool {
    let (stop, mut by_user) = (AtomicBool::new(false), false);
    let (sender, receiver) = mpsc::channel();
    std::thread::scope(|scope| {
        for _ in 0..workers {
            let (sender, next, stop, work) = (sender.clone(), &next, &stop, &work);
            let run = move || work_off(stage, next, stop, &sender, work);
            scope.spawn(move || if workers == 1 { run() } else { on_one_core(run) });
        }
        drop(sender);
        let _stop = StopIfPanicking(&stop);
        loop {
            let is_begun = match receiver.recv_timeout(BEAT) {
                Ok(message) => {
                    let is_begun = matches!(message, Message::Begun);
                    gathered.take(message, progress, ready);
                    is_begun
                }
                Err(RecvTimeoutError::Timeout) => {
                    beat().into_iter().for_each(|heard| gathered.heard(heard, progress));
                    false
                }
                Err(RecvTimeoutError::Disconnected) => break,
            };
            by_user |= !is_begun && progress.should_stop();
            if by_user || gathered.failure.is_some() {
                stop.store(true, Ordering::Relaxed);
            }
        }
    });
    by_user
}

/// How often the listening thread looks up if nothing is reported.
const BEAT: Duration = Duration::from_secs(1);

/// Does jobs of the queue until it is empty or somebody stops the workers.
fn work_off<J, R>(
    stage: &str,
    next: &impl Fn(&AtomicBool) -> Result<Option<(usize, J)>, TrainError>,
    stop: &AtomicBool,
    sender: &Sender<Message<R>>,
    work: &impl Fn(J, &mut dyn Progress) -> Result<R, TrainError>,
) {
    loop {
        let job = match caught(stage, || next(stop)) {
            Ok(job) => job,
            Err(error) => {
                // The receiver lives as long as the scope.
                sender.send(Message::Failed(error)).ok();
                break;
            }
        };
        let Some((index, job)) = job.filter(|_| !stop.load(Ordering::Relaxed)) else { break };
        // The receiver lives as long as the scope.
        sender.send(Message::Begun).ok();
        let mut reporter = Reporter { sender, stop, done: 0, reported: Instant::now() };
        let result = caught(stage, || work(job, &mut reporter));
        sender.send(Message::Result(index, result)).ok();
    }
}

/// The messages of the workers so far, summed up.
pub(super) struct Gathered<R> {
    /// In the order of the jobs.
    results: Vec<Option<R>>,
    /// The first error.
    failure: Option<TrainError>,
    /// Steps of all jobs.
    done: u64,
    jobs: Jobs,
}

impl<R> Gathered<R> {
    pub(super) fn new(count: usize) -> Self {
        let results = (0..count).map(|_| None).collect();
        Self { results, failure: None, done: 0, jobs: Jobs { count, ..Jobs::default() } }
    }

    /// Takes in a message and passes it on to `progress`, a result to `ready` too.
    fn take(&mut self, message: Message<R>, progress: &mut dyn Progress, ready: &mut dyn FnMut(&R, &mut dyn Progress)) {
        match message {
            Message::Begun => {
                self.jobs.under_way += 1;
                progress.jobs(self.jobs);
            }
            Message::Steps(steps, observation) => {
                self.done += steps;
                match observation {
                    Some(observation) if progress.is_due(self.done) => progress.observe(self.done, &observation),
                    Some(_) => {}
                    None => progress.advance(self.done),
                }
            }
            Message::Result(index, Ok(result)) => {
                self.jobs.under_way -= 1;
                self.jobs.finished += 1;
                progress.jobs(self.jobs);
                ready(&result, progress);
                self.results[index] = Some(result);
            }
            Message::Result(_, Err(error)) | Message::Failed(error) => {
                self.failure.get_or_insert(error);
            }
        }
    }

    /// Takes in how many jobs are done, some of them elsewhere, and how many processes share them.
    fn heard(&mut self, (finished, members): (usize, usize), progress: &mut dyn Progress) {
        let jobs = Jobs { finished: self.jobs.finished.max(finished), members, ..self.jobs };
        if jobs != self.jobs {
            self.jobs = jobs;
            progress.jobs(jobs);
        }
    }

    /// The results of the jobs that were done here, in the order of all jobs, and what ended the
    /// work early, `stopped` being whether it was the user.
    pub(super) fn here(self, stage: &str, stopped: bool) -> (Vec<Option<R>>, Option<TrainError>) {
        let stopped = stopped.then(|| TrainError::Stopped { stage: stage.into(), step: self.done });
        (self.results, self.failure.or(stopped))
    }

    /// The results of all jobs, or the first error. A job that was not begun was stopped by the
    /// user.
    fn results(self, stage: &str) -> Result<Vec<R>, TrainError> {
        if let Some(error) = self.failure {
            return Err(error);
        }
        let stopped = || TrainError::Stopped { stage: stage.into(), step: self.done };
        self.results.into_iter().collect::<Option<_>>().ok_or_else(stopped)
    }
}

/// Stops the workers if the thread that listens to them panics, so that nobody waits for work that
/// nobody wants.
struct StopIfPanicking<'a>(&'a AtomicBool);

impl Drop for StopIfPanicking<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.store(true, Ordering::Relaxed);
        }
    }
}

/// Runs `work` where parallel iterators find one thread, this one.
fn on_one_core(work: impl FnOnce() + Send) {
    match rayon::ThreadPoolBuilder::new().num_threads(1).build() {
        Ok(pool) => pool.install(work),
        // Without another thread the work is done with the threads that there are.
        Err(_) => work(),
    }
}

pub(super) enum Message<R> {
    /// A job is begun.
    Begun,
    /// Steps done since the last message, and what the last of them gave.
    Steps(u64, Option<Box<Observation>>),
    Result(usize, Result<R, TrainError>),
    /// No job could be had.
    Failed(TrainError),
}

/// The `Progress` of a worker.
struct Reporter<'a, R> {
    sender: &'a Sender<Message<R>>,
    stop: &'a AtomicBool,
    /// Steps that have been reported.
    done: u64,
    reported: Instant,
}

impl<R> Reporter<'_, R> {
    fn report(&mut self, done: u64, observation: Option<Box<Observation>>) {
        // The receiver lives as long as the scope.
        self.sender.send(Message::Steps(done - self.done, observation)).ok();
        (self.done, self.reported) = (done, Instant::now());
    }
}

impl<R> Progress for Reporter<'_, R> {
    /// A job may have several stages; their steps add up.
    fn begin(&mut self, _stage: &str, _total: u64) {
        self.done = 0;
    }

    fn is_due(&self, _done: u64) -> bool {
        self.reported.elapsed() >= Duration::from_millis(250)
    }

    fn observe(&mut self, done: u64, observation: &Observation) {
        self.report(done, Some(Box::new(observation.clone())));
    }

    fn advance(&mut self, done: u64) {
        self.report(done, None);
    }

    fn should_stop(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Silent;

    #[test]
    fn results_come_in_the_order_of_the_jobs_for_any_number_of_workers() {
        for wanted in [0, 1, 2, 7] {
            let squares = share("test", wanted, (0..50u64).collect(), &mut Silent, |job, _| Ok(job * job)).unwrap();
            assert_eq!(squares, (0..50u64).map(|job| job * job).collect::<Vec<_>>());
        }
    }

    #[test]
    fn the_first_error_ends_the_work() {
        let fail = |job: u64, _: &mut dyn Progress| match job {
            3 => Err(TrainError::config("job", job, "another")),
            job => Ok(job),
        };
        let error = share("test", 2, (0..1_000).collect(), &mut Silent, fail).unwrap_err();
        assert_eq!(error.to_string(), "job: found 3, expected another");
    }

    #[test]
    fn a_job_that_panics_is_an_error_with_its_message_and_ends_the_work() {
        let [begun, ended] = [0, 0].map(std::sync::atomic::AtomicUsize::new);
        let fail = |job: u64, progress: &mut dyn Progress| {
            begun.fetch_add(1, Ordering::Relaxed);
            assert!(job != 3, "device 0 is lost in job {job}");
            // As a training does: it goes on until it is told to stop.
            for step in 0..20_000 {
                progress.advance(step);
                if progress.should_stop() {
                    return Err(TrainError::Stopped { stage: "test".into(), step });
                }
                std::thread::sleep(Duration::from_millis(1));
            }
            ended.fetch_add(1, Ordering::Relaxed);
            Ok(job)
        };
        let error = share("test", 4, (0..100).collect(), &mut Silent, fail).unwrap_err().to_string();
        assert_eq!(error, "test: the device failed: a panic, of the device or of the code: device 0 is lost in job 3");
        assert!(ended.into_inner() == 0 && begun.into_inner() <= 8, "the others go on");
    }

    /// A `Progress` that fails.
    struct Broken;

    impl Progress for Broken {
        fn should_stop(&self) -> bool {
            panic!("the terminal is gone")
        }
    }

    #[test]
    fn a_progress_that_panics_stops_the_workers() {
        let begun = std::sync::atomic::AtomicUsize::new(0);
        let slow = |job: u64, _: &mut dyn Progress| {
            begun.fetch_add(1, Ordering::Relaxed);
            std::thread::sleep(Duration::from_millis(1));
            Ok(job)
        };
        let error = caught("test", || share("test", 2, (0..10_000).collect(), &mut Broken, slow)).unwrap_err();
        assert!(error.to_string().ends_with(": the terminal is gone"), "{error}");
        assert!(begun.into_inner() < 9_000);
    }

    /// The user has asked to stop.
    struct Stopping;

    impl Progress for Stopping {
        fn should_stop(&self) -> bool {
            true
        }
    }

    #[test]
    fn the_users_stop_between_jobs_is_an_error_not_a_panic() {
        let slow = |job: u64, _: &mut dyn Progress| {
            std::thread::sleep(Duration::from_millis(1));
            Ok(job)
        };
        let error = share("scoring", 1, (0..10_000).collect(), &mut Stopping, slow).unwrap_err();
        assert!(error.to_string().starts_with("scoring: stopped at step "), "{error}");
    }
}
