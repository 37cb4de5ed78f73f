//! A worker: it looks for runs and joins them.

use super::{
    crew::{Farm, connected},
    error::FarmError,
    link::Link,
    member::{new_name, say_idle, short, version},
    options::FarmOptions,
    runs::{self, Identity, OpenRun},
};
use crate::processor_class;
use std::{
    collections::HashSet,
    path::{Path, PathBuf},
};
use supernet_train::MemberDirectory;

/// Where a worker looks for runs.
pub struct Workplace {
    /// The worker's name, which no other has.
    name: String,
    link: Link,
    options: FarmOptions,
    /// Runs that were offered, and how often they had been opened.
    seen: HashSet<(String, i64)>,
}

/// A run that this worker may join.
pub struct Offer(OpenRun);

impl Offer {
    /// What the main process calls it.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// What tells it from others, enough for people.
    pub fn run(&self) -> &str {
        short(&self.0.run)
    }
}

/// A run that this worker has joined.
pub struct Joined {
    /// The crew: [`supernet_train::Search::with_crew`].
    pub farm: Farm,
    /// What the main process does, in its words.
    pub task: String,
    directory: MemberDirectory,
    folder: PathBuf,
}

impl Joined {
    /// A copy of the run's directory.
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// The folder of the search in it.
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}

impl Workplace {
    /// Connects with the database at `url`.
    ///
    /// # Errors
    /// An address that is none; a database that cannot be reached, refuses, or is of another
    /// version.
    pub fn open(url: &str, options: FarmOptions) -> Result<Self, FarmError> {
        Ok(Self { name: new_name(), link: connected(url, &options)?, options, seen: HashSet::new() })
    }

    /// Says that this worker waits, and why it does not work on a run that it was offered.
    ///
    /// # Errors
    /// A database that cannot be reached for too long.
    pub fn say(&mut self, note: Option<&str>) -> Result<(), FarmError> {
        say_idle(&mut self.link, &self.name, note)
    }

    /// Returns whether a run that was offered is open still.
    ///
    /// # Errors
    /// A database that cannot be reached for too long.
    pub fn is_open(&mut self, Offer(run): &Offer) -> Result<bool, FarmError> {
        Ok(runs::all_open(&mut self.link)?.iter().any(|open| open.run == run.run))
    }

    /// Returns the first open run that this worker was not yet offered, since it was opened last.
    ///
    /// # Errors
    /// A database that cannot be reached for too long.
    pub fn look(&mut self) -> Result<Option<Offer>, FarmError> {
        let open = runs::all_open(&mut self.link)?;
        Ok(open.into_iter().find(|run| self.seen.insert((run.run.clone(), run.opened))).map(Offer))
    }

    /// Joins a run: checks that this worker would compute the same, gets its files and checks them.
    /// Nothing that comes from the database is executed.
    ///
    /// # Errors
    /// Another version, class of processors or supernet, by name; files that are damaged or cannot
    /// be written; a database that cannot be reached.
    pub fn join(&mut self, Offer(run): &Offer) -> Result<Joined, FarmError> {
        let here = [
            ("version", version(), &run.version, "use the same version everywhere"),
            (
                "processor class",
                processor_class(),
                &run.processor,
                "others may round otherwise: start workers on machines like the main process's",
            ),
        ];
        here.into_iter().try_for_each(|(what, found, expected, advice)| same(run, what, found, expected, advice))?;
        let directory = MemberDirectory::unpacked(&runs::files(&mut self.link, run)?).map_err(FarmError::Files)?;
        let folder = directory.path().join(&run.folder);
        let identity = Identity::read(directory.path(), &folder, run.processor.clone()).map_err(FarmError::Files)?;
        let advice = "what the database says of the run is damaged, or meant for others";
        same(run, "supernet", identity.supernet, &run.supernet, advice)?;
        same(run, "configuration", identity.run, &run.run, advice)?;
        let of_run = (run.run.as_str(), run.threads as usize);
        let farm = Farm::join(self.link.another(), &self.name, of_run, self.options)?;
        Ok(Joined { farm, task: run.task.clone(), directory, folder })
    }
}

/// Checks that `what` is the same here as where the run is.
fn same(
    run: &OpenRun,
    what: &'static str,
    found: String,
    expected: &str,
    advice: &'static str,
) -> Result<(), FarmError> {
    if found == expected {
        return Ok(());
    }
    Err(FarmError::Refused { run: short(&run.run).into(), what, found, expected: expected.into(), advice })
}
