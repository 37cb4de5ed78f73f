//! Jobs that several processes share.

use super::Workers;
use crate::TrainError;
use std::{path::PathBuf, time::Duration};

/// The processes that work on a run.
pub trait Crew: Sync {
    /// Returns those that train the supernet together.
    fn workers(&self) -> &dyn Workers;

    /// Returns for how many threads work is cut, where this member has `own`. Members that share it
    /// return the same, whatever they have.
    fn cut(&self, own: usize) -> usize;

    /// Opens `jobs` of a stage, which every member opens alike; `None` where this process is the
    /// only member.
    ///
    /// # Errors
    /// Other members that cannot be reached.
    fn round(&self, stage: &str, jobs: &[CrewJob]) -> Result<Option<Box<dyn Round + '_>>, TrainError>;
}

/// A job that does not depend on others of its round.
#[derive(Clone, Debug, PartialEq)]
pub struct CrewJob {
    /// Its name, which no other job of the run has.
    pub key: String,
    /// What it costs in comparison with others of its round.
    pub cost: f64,
    /// What the names of the files begin with that hold its state while it is done, where there are
    /// any: a member that takes over a job of another's may go on from them.
    pub files: Option<PathBuf>,
    /// Whether only the first member may do it, which holds the run's directory: where it measures
    /// a machine.
    pub by_first: bool,
}

/// What a member does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// The job at this place.
    Job(usize),
    /// Ask again after so long: others are at work on what is left.
    Wait(Duration),
    /// Nothing is left for this member.
    Nothing,
}

/// A round that has ended.
#[derive(Debug)]
pub struct Ended {
    /// The results of all jobs that are done, in the order of the jobs.
    pub results: Vec<Option<Vec<u8>>>,
    /// Why this member or another gave up, or a job that failed, by name.
    pub failure: Option<TrainError>,
}

/// Jobs of a stage, being done by several members, each by one of them.
pub trait Round: Sync {
    /// Returns a job to do now. Any thread asks.
    ///
    /// # Errors
    /// Other members that cannot be reached.
    fn next(&self) -> Result<Next, TrainError>;

    /// Hands in the result of the job at `place`, or why it failed. Any thread does.
    ///
    /// # Errors
    /// Other members that cannot be reached.
    fn done(&self, place: usize, result: Result<Vec<u8>, &TrainError>) -> Result<(), TrainError>;

    /// Says that this member is still at work, and returns how many jobs are done by now and how
    /// many members there are, as far as it knows. Called about once a second by the thread that
    /// opened the round.
    fn beat(&self) -> (usize, usize);

    /// Ends the round at this member: waits for the others, unless this one gives up because of
    /// `failure`, and returns what there is. Called by the thread that opened the round.
    ///
    /// # Errors
    /// Other members that cannot be reached.
    fn end(self: Box<Self>, failure: Option<TrainError>) -> Result<Ended, TrainError>;
}
