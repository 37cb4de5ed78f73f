//! The main process of a run on a farm.

use super::{
    beats::Beats,
    error::FarmError,
    link::Link,
    member::{Member, so_far},
    options::FarmOptions,
    round::FarmRound,
    runs::{self, Identity, Published},
    schema,
};
use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::Duration,
};
use supernet_train::{
    TrainError,
    crew::{Alone, Crew, CrewJob, Round, Workers},
    run_files,
};

/// A crew whose members share jobs through a PostgreSQL database: the main process, which holds the
/// run's directory ([`Farm::serve`]), and any number of workers that come and go
/// ([`super::Workplace`]).
///
/// Every member runs the same search. The main process trains the supernet alone; jobs of later
/// stages are done by whoever claims them. A job belongs to a worker for the length of a lease,
/// which it prolongs as long as it is there; what it hands in later, when the job is another's, is
/// refused. The run's directory stays the truth: a database that is lost costs no more than what
/// was not yet read from it.
pub struct Farm {
    member: Arc<Member>,
    serving: Option<Serving>,
    threads: usize,
    /// Ends before the member does.
    _beats: Beats,
}

/// What the main process publishes when the first jobs are there.
struct Serving {
    directory: PathBuf,
    folder: PathBuf,
    task: String,
    is_open: Mutex<bool>,
}

/// How long a connection is tried at the start.
const AT_THE_START: Duration = Duration::from_secs(10);

/// A link to the database at `url`, whose tables are there.
///
/// # Errors
/// An address that is none; a database that cannot be reached, refuses, or is of another version.
pub(super) fn connected(url: &str, options: &FarmOptions) -> Result<Link, FarmError> {
    let mut link = Link::new(url, AT_THE_START.min(options.patience))?;
    schema::check(&mut link)?;
    link.set_patience(options.patience);
    Ok(link)
}

impl Farm {
    /// Connects the main process of the run in `directory` with the database at `url`
    /// (`postgres://USER:PASSWORD@HOST:PORT/DATABASE`). Workers get the files of the directory when
    /// the first jobs are there, and `task`: what the run does, in words that the program itself
    /// reads. A search beside the run's own has a `folder` of its own in the directory.
    ///
    /// # Errors
    /// An address that is none; a database that cannot be reached, refuses, or is of another
    /// version.
    pub fn serve(
        url: &str,
        directory: impl Into<PathBuf>,
        folder: impl Into<PathBuf>,
        task: impl Into<String>,
        options: FarmOptions,
    ) -> Result<Self, FarmError> {
        let link = connected(url, &options)?;
        let (directory, folder, task) = (directory.into(), folder.into(), task.into());
        let serving = Serving { directory, folder, task, is_open: Mutex::new(false) };
        Ok(Self::new(Member::new(link, None, options), Some(serving), options.threads))
    }

    /// The worker `name` on a run whose main process has work cut for so many threads.
    pub(super) fn join(
        mut link: Link,
        name: &str,
        (run, threads): (&str, usize),
        options: FarmOptions,
    ) -> Result<Self, FarmError> {
        let (done, refused) = so_far(&mut link, name)?;
        let member = Member::new(link, Some(name.into()), options);
        (member.held().done, member.held().refused) = (done, refused);
        member.run.get_or_init(|| run.into());
        member.linked(|link| member.say(link))?;
        Ok(Self::new(member, None, threads))
    }

    fn new(member: Member, serving: Option<Serving>, threads: usize) -> Self {
        let member = Arc::new(member);
        let beats = Beats::begin(&member);
        Self { member, serving, threads, _beats: beats }
    }

    /// Opens the run in the database, if this is the main process and it has not yet.
    fn open(&self, serving: &Serving) -> Result<(), FarmError> {
        let mut is_open = serving.is_open.lock().expect("nobody panics with it");
        if *is_open {
            return Ok(());
        }
        let Serving { directory, folder, task, .. } = serving;
        let identity = Identity::here(directory, folder).map_err(FarmError::Files)?;
        let files = run_files(directory).map_err(FarmError::Files)?;
        let name = folder.display().to_string();
        // With slashes, whatever the system: the other side may be another's.
        let parts = folder.strip_prefix(directory).unwrap_or(Path::new("")).iter();
        let inside = parts.map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/");
        let published = Published { name: &name, folder: &inside, task, threads: self.threads, files: &files };
        self.member.linked(|link| runs::open(link, &identity, &published))?;
        self.member.run.get_or_init(|| identity.run);
        self.member.linked(|link| self.member.say(link))?;
        *is_open = true;
        Ok(())
    }

    /// Says that the run has ended, so that workers turn to others, or that it failed. A run that
    /// the user stopped stays open: workers go on with the jobs that are there.
    ///
    /// # Errors
    /// A database that cannot be reached or refuses.
    pub fn end(&self, result: Result<(), &TrainError>) -> Result<(), FarmError> {
        let Some(Serving { directory, folder, .. }) = &self.serving else { return Ok(()) };
        let error = match result {
            Ok(()) => None,
            Err(TrainError::Stopped { .. }) => return Ok(()),
            Err(error) => Some(error.to_string()),
        };
        let run = match self.member.run.get() {
            Some(run) => run.clone(),
            // Nothing was left to share; an earlier process may have opened it.
            None => match Identity::here(directory, folder) {
                Ok(identity) => identity.run,
                Err(_) => return Ok(()),
            },
        };
        self.member.linked(|link| runs::close(link, &run, error.as_deref()))
    }

    /// Results of this process that came too late, since another worker had the job by then.
    pub fn refused(&self) -> usize {
        self.member.held().refused as usize
    }

    /// Jobs that this process has done, those of earlier runs too.
    pub fn done(&self) -> usize {
        self.member.held().done as usize
    }

    /// The directory that is served.
    pub fn directory(&self) -> Option<&Path> {
        self.serving.as_ref().map(|serving| serving.directory.as_path())
    }
}

impl Crew for Farm {
    fn workers(&self) -> &dyn Workers {
        &Alone
    }

    fn cut(&self, _own: usize) -> usize {
        // Members have other numbers of cores, and cut alike.
        self.threads
    }

    fn round(&self, stage: &str, jobs: &[CrewJob]) -> Result<Option<Box<dyn Round + '_>>, TrainError> {
        if jobs.is_empty() {
            return Ok(None);
        }
        self.serving.as_ref().map_or(Ok(()), |serving| self.open(serving))?;
        Ok(Some(Box::new(FarmRound::begin(&self.member, stage, jobs)?)))
    }
}

impl Drop for Farm {
    fn drop(&mut self) {
        let left = self.member.held().forget_all();
        self.member.linked(|link| {
            link.set_patience(Duration::from_secs(2));
            if let Some(run) = self.member.run.get() {
                // What cannot be said now is known when the lease has run out.
                super::queue::release(link, run, &left).ok();
            }
            self.member.say(link).ok();
        });
    }
}
