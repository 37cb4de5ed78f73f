//! A process that works on a run, with what its threads share.

use super::{error::FarmError, held::Held, link::Link, options::FarmOptions};
use crate::processor_class;
use std::{
    hash::{BuildHasher, RandomState},
    sync::{
        Mutex, MutexGuard, OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
};
use supernet_train::BURN;

/// The version of the program that works on a run.
pub(super) fn version() -> String {
    format!("{} (Burn {BURN})", env!("CARGO_PKG_VERSION"))
}

/// A process that works on a run.
pub(super) struct Member {
    /// Its name, which no other process has.
    pub(super) name: String,
    /// Whether it is the main process, which holds the run's directory.
    pub(super) is_first: bool,
    pub(super) options: FarmOptions,
    /// The run, once it is known.
    pub(super) run: OnceLock<String>,
    /// How it is connected.
    root: Mutex<Link>,
    /// Connections that nobody uses now.
    links: Mutex<Vec<Link>>,
    held: Mutex<Held>,
    /// The round that is under way, and how many jobs of it are done.
    round: Mutex<Option<String>>,
    finished: AtomicUsize,
    /// How many processes work on the run.
    members: AtomicUsize,
    /// What has become of the run, where it is not open any more.
    state: Mutex<Option<String>>,
}

/// What a lock promises.
const WHOLE: &str = "nobody panics with it";

impl Member {
    /// A process that is connected by `link`; a worker has a name already.
    pub(super) fn new(link: Link, name: Option<String>, options: FarmOptions) -> Self {
        let is_first = name.is_none();
        Self {
            name: name.unwrap_or_else(new_name),
            is_first,
            options,
            run: OnceLock::new(),
            links: Mutex::new(vec![link.another()]),
            root: Mutex::new(link),
            held: Mutex::default(),
            round: Mutex::default(),
            finished: AtomicUsize::new(0),
            members: AtomicUsize::new(1),
            state: Mutex::default(),
        }
    }

    /// Another connection to its database.
    pub(super) fn another_link(&self) -> Link {
        self.root.lock().expect(WHOLE).another()
    }

    /// Calls `work` with a connection that nobody else uses, so that no thread waits for another
    /// that sends much.
    pub(super) fn linked<T>(&self, work: impl FnOnce(&mut Link) -> T) -> T {
        let free = self.links.lock().expect(WHOLE).pop();
        let mut link = free.unwrap_or_else(|| self.another_link());
        let done = work(&mut link);
        self.links.lock().expect(WHOLE).push(link);
        done
    }

    /// What it holds.
    pub(super) fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().expect(WHOLE)
    }

    /// Begins a round.
    pub(super) fn begin(&self, round: &str) {
        *self.round.lock().expect(WHOLE) = Some(round.into());
        self.finished.store(0, Ordering::Relaxed);
    }

    /// The round that is under way.
    pub(super) fn round(&self) -> Option<String> {
        self.round.lock().expect(WHOLE).clone()
    }

    /// Notes how many jobs of the round are done.
    pub(super) fn set_finished(&self, finished: usize) {
        self.finished.fetch_max(finished, Ordering::Relaxed);
    }

    /// How many jobs of the round are done, as far as is known.
    pub(super) fn finished(&self) -> usize {
        self.finished.load(Ordering::Relaxed)
    }

    /// Notes how many processes work on the run.
    pub(super) fn set_members(&self, members: usize) {
        self.members.store(members, Ordering::Relaxed);
    }

    /// How many processes work on the run, as far as is known.
    pub(super) fn members(&self) -> usize {
        self.members.load(Ordering::Relaxed)
    }

    /// Notes that the run is not open any more.
    pub(super) fn set_over(&self, state: String) {
        *self.state.lock().expect(WHOLE) = Some(state);
    }

    /// Returns the run, if it is still open.
    ///
    /// # Errors
    /// A run that is not.
    pub(super) fn open_run(&self) -> Result<&str, FarmError> {
        let run = self.run.get().expect("a round begins behind the run");
        match &*self.state.lock().expect(WHOLE) {
            None => Ok(run),
            Some(state) => Err(FarmError::Over { run: short(run).into(), state: state.clone() }),
        }
    }

    /// Says who this is, in the table of workers.
    ///
    /// # Errors
    /// As [`Link::call`].
    pub(super) fn say(&self, link: &mut Link) -> Result<(), FarmError> {
        let (done, refused) = {
            let held = self.held();
            (held.done, held.refused)
        };
        let run = self.run.get().map(String::as_str);
        let upsert = "
            INSERT INTO supernet_farm.worker (name, host, version, processor, run, done, refused)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            ON CONFLICT (name) DO UPDATE SET run = $5, done = $6, refused = $7, note = NULL, seen = clock_timestamp()";
        let (version, processor, host) = (version(), processor_class(), host());
        link.call(|client| client.execute(upsert, &[&self.name, &host, &version, &processor, &run, &done, &refused]))
            .map(drop)
    }
}

/// Says that the worker `name` works on no run, and why it does not on one that it was offered.
///
/// # Errors
/// As [`Link::call`].
pub(super) fn say_idle(link: &mut Link, name: &str, note: Option<&str>) -> Result<(), FarmError> {
    let upsert = "
        INSERT INTO supernet_farm.worker (name, host, version, processor, note) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (name) DO UPDATE SET run = NULL, note = coalesce($5, worker.note), seen = clock_timestamp()";
    let (version, processor, host) = (version(), processor_class(), host());
    link.call(|client| client.execute(upsert, &[&name, &host, &version, &processor, &note])).map(drop)
}

/// How many jobs a worker has done so far, and how many of its results came too late.
///
/// # Errors
/// As [`Link::call`].
pub(super) fn so_far(link: &mut Link, name: &str) -> Result<(i64, i64), FarmError> {
    let query = "SELECT done, refused FROM supernet_farm.worker WHERE name = $1";
    let row = link.call(|client| client.query_opt(query, &[&name]))?;
    Ok(row.map_or((0, 0), |row| (row.get(0), row.get(1))))
}

/// The beginning of a run's name, enough for people.
pub(super) fn short(run: &str) -> &str {
    run.get(..8).unwrap_or(run)
}

/// The name of this machine.
fn host() -> String {
    let kernel = std::fs::read_to_string("/proc/sys/kernel/hostname").map(|name| name.trim().to_owned());
    let given = || std::env::var("HOSTNAME").or_else(|_| std::env::var("COMPUTERNAME"));
    kernel.ok().filter(|name| !name.is_empty()).or_else(|| given().ok()).unwrap_or_else(|| "unknown".into())
}

/// A name that no other process has: machine, process, and a number that the system draws.
pub(super) fn new_name() -> String {
    format!("{}:{}:{:08x}", host(), std::process::id(), RandomState::new().hash_one(0) as u32)
}
