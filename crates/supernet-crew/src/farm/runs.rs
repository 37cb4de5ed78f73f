//! The runs of a farm.

use super::{
    blobs,
    error::FarmError,
    hash::{hash, hash_of},
    link::Link,
    member::version,
};
use crate::processor_class;
use std::{fs, path::Path};
use supernet_train::TrainError;

/// What tells a run from others: its configuration with versions, device and fingerprints, its
/// supernet's weights, and the class of processors that computes it.
pub(super) struct Identity {
    /// Its name: a hash of all that.
    pub(super) run: String,
    /// The hash of the supernet's weights.
    pub(super) supernet: String,
    /// The class of processors.
    pub(super) processor: String,
}

/// The supernet's weights in a run's directory.
const SUPERNET: &str = "supernet.safetensors";

/// What stands for them where there is none beforehand: an experiment trains several.
const NO_SUPERNET: &str = "none";

impl Identity {
    /// Reads it from the directory of a run and the folder of the search in it, which may be the
    /// same.
    ///
    /// # Errors
    /// Files that cannot be read.
    pub(super) fn read(directory: &Path, folder: &Path, processor: String) -> Result<Self, TrainError> {
        let read = |path: &Path| fs::read(path).map_err(TrainError::io(path));
        let supernet = directory.join(SUPERNET);
        let supernet = if supernet.exists() { hash(&read(&supernet)?) } else { NO_SUPERNET.into() };
        let config = read(&folder.join("config.json"))?;
        let mut run = hash_of([&config, supernet.as_bytes(), processor.as_bytes()]);
        run.truncate(32);
        Ok(Self { run, supernet, processor })
    }

    /// That of a run of this machine.
    ///
    /// # Errors
    /// As [`Identity::read`].
    pub(super) fn here(directory: &Path, folder: &Path) -> Result<Self, TrainError> {
        Self::read(directory, folder, processor_class())
    }
}

/// A run that is open.
pub(super) struct OpenRun {
    pub(super) run: String,
    pub(super) name: String,
    /// The folder of the search in the run's directory.
    pub(super) folder: String,
    /// How often it was opened.
    pub(super) opened: i64,
    pub(super) version: String,
    pub(super) processor: String,
    pub(super) supernet: String,
    pub(super) task: String,
    pub(super) threads: i64,
    pub(super) files: i64,
}

/// What is published of a run.
pub(super) struct Published<'a> {
    /// What people call it.
    pub(super) name: &'a str,
    /// The folder of the search in the run's directory.
    pub(super) folder: &'a str,
    /// What it does, in the program's own words.
    pub(super) task: &'a str,
    /// For how many threads its work is cut.
    pub(super) threads: usize,
    /// The files of its directory that a worker needs.
    pub(super) files: &'a [u8],
}

/// Opens a run, or opens it again, with the files that a worker needs; jobs that were given up are
/// tried again.
///
/// # Errors
/// As [`Link::call`].
pub(super) fn open(
    link: &mut Link,
    Identity { run, supernet, processor }: &Identity,
    Published { name, folder, task, threads, files }: &Published,
) -> Result<(), FarmError> {
    let insert = "
        INSERT INTO supernet_farm.run (id, name, state, version, processor, supernet, task, threads, folder)
        VALUES ($1, $2, 'prepared', $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO NOTHING";
    let (version, threads) = (version(), *threads as i64);
    link.call(|client| client.execute(insert, &[run, name, &version, processor, supernet, task, &threads, folder]))?;
    let stored = format!("files/{}", hash(files));
    let there = "SELECT files FROM supernet_farm.run WHERE id = $1 AND EXISTS (
        SELECT 1 FROM supernet_farm.blob WHERE id = files AND name = $2)";
    let there = link.call(|client| client.query_opt(there, &[run, &stored]))?;
    let blob: i64 = match there {
        Some(row) => row.get(0),
        None => blobs::store(link, run, &stored, files)?,
    };
    let again = "UPDATE supernet_farm.job SET tries = 0, lost = 0, held = false, failed = false
        WHERE run = $1 AND failed AND result IS NULL";
    link.call(|client| client.execute(again, &[run]))?;
    // The bytes of a run go when it ends: whoever opens it again does what they were the result of.
    let gone = "
        UPDATE supernet_farm.job SET result = NULL, blob = NULL, hash = NULL, epoch = epoch + 1,
            lease_until = '-infinity'
        WHERE run = $1 AND blob IS NOT NULL AND NOT EXISTS (SELECT 1 FROM supernet_farm.blob WHERE id = job.blob)";
    link.call(|client| client.execute(gone, &[run]))?;
    let update = "
        UPDATE supernet_farm.run SET state = 'open', opened = opened + 1, error = NULL, name = $2, task = $3,
            threads = $4, files = $5, version = $6, seen = clock_timestamp() WHERE id = $1";
    link.call(|client| client.execute(update, &[run, name, task, &threads, &blob, &version]))?;
    let old = "DELETE FROM supernet_farm.blob WHERE run = $1 AND name LIKE 'files/%' AND id <> $2";
    link.call(|client| client.execute(old, &[run, &blob])).map(drop)
}

/// The runs that are open, the oldest first.
///
/// # Errors
/// As [`Link::call`].
pub(super) fn all_open(link: &mut Link) -> Result<Vec<OpenRun>, FarmError> {
    let query = "
        SELECT id, name, opened, version, processor, supernet, task, threads, files, folder FROM supernet_farm.run
        WHERE state = 'open' AND files IS NOT NULL ORDER BY made";
    let rows = link.call(|client| client.query(query, &[]))?;
    let run = |row: &postgres::Row| OpenRun {
        run: row.get(0),
        name: row.get(1),
        opened: row.get(2),
        version: row.get(3),
        processor: row.get(4),
        supernet: row.get(5),
        task: row.get(6),
        threads: row.get(7),
        files: row.get(8),
        folder: row.get(9),
    };
    Ok(rows.iter().map(run).collect())
}

/// The packed files of an open run.
///
/// # Errors
/// As [`Link::call`]; bytes that are not those that were stored.
pub(super) fn files(link: &mut Link, run: &OpenRun) -> Result<Vec<u8>, FarmError> {
    let query = "SELECT name FROM supernet_farm.blob WHERE id = $1";
    let name: Option<String> = link.call(|client| client.query_opt(query, &[&run.files]))?.map(|row| row.get(0));
    let bytes = blobs::load(link, run.files)?;
    let (found, expected) = (format!("files/{}", hash(&bytes)), name.unwrap_or_else(|| "files of a run".into()));
    if found == expected {
        Ok(bytes)
    } else {
        Err(FarmError::Damaged { place: format!("the files of run {}", run.run), found, expected })
    }
}

/// Closes a run: `error` says why it failed, where it did. Of one that has ended the bytes go; its
/// directory has all of them.
///
/// # Errors
/// As [`Link::call`].
pub(super) fn close(link: &mut Link, run: &str, error: Option<&str>) -> Result<(), FarmError> {
    let error = error.map(|error| error.replace('\0', ""));
    let state = if error.is_some() { "failed" } else { "ended" };
    let update = "UPDATE supernet_farm.run SET state = $2, error = $3, seen = clock_timestamp() WHERE id = $1";
    link.call(|client| client.execute(update, &[&run, &state, &error]))?;
    if error.is_none() {
        link.call(|client| client.execute("DELETE FROM supernet_farm.blob WHERE run = $1", &[&run]))?;
    }
    Ok(())
}
