//! What a farm is doing, for people and programs.

use super::{crew::connected, error::FarmError, link::Link, member::short, options::FarmOptions};
use serde::Serialize;
use std::{fmt, time::Duration};
use supernet_train::clock;

/// The runs and workers of a farm.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FarmStatus {
    /// The runs, the youngest first.
    pub runs: Vec<RunStatus>,
    /// The workers that spoke within the last hour, main processes too.
    pub workers: Vec<WorkerStatus>,
}

/// A run of a farm.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RunStatus {
    /// What tells it from others, enough for people.
    pub run: String,
    /// What its main process calls it: its directory.
    pub name: String,
    /// Prepared, open, ended or failed.
    pub state: String,
    /// Why it failed.
    pub error: Option<String>,
    /// The stage whose jobs were published last.
    pub stage: String,
    /// Its jobs so far; those of later stages come when these are done.
    pub jobs: i64,
    /// Those that are done.
    pub done: i64,
    /// Those that somebody holds.
    pub held: i64,
    /// Those that were given up.
    pub failed: i64,
    /// Those that are left: open, and held by nobody.
    pub left: i64,
    /// Jobs that were done within the last ten minutes, per minute.
    pub per_minute: f64,
    /// What the open jobs will take at the rate of the last ten minutes, by their costs; `None`
    /// where nothing was done lately or nothing is left.
    pub seconds_left: Option<f64>,
    /// Workers that spoke lately, the main process too.
    pub workers: i64,
    /// Seconds since its main process spoke.
    pub main_seen: f64,
    /// Jobs that failed at least once and are not done.
    pub failures: Vec<Failure>,
}

/// A job that failed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Failure {
    /// Its name.
    pub job: String,
    /// How often.
    pub tries: i32,
    /// Whether it was given up.
    pub given_up: bool,
    /// The worker that tried it last.
    pub worker: Option<String>,
    /// Why it failed last.
    pub error: String,
}

/// A worker of a farm.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WorkerStatus {
    /// Machine, process and a number.
    pub name: String,
    /// Its run.
    pub run: Option<String>,
    /// Seconds since it spoke.
    pub seen: f64,
    /// Jobs that it has done.
    pub done: i64,
    /// Results of its that came too late.
    pub refused: i64,
    /// Jobs per minute since it began.
    pub per_minute: f64,
    /// Why it refuses a run.
    pub note: Option<String>,
}

/// Reads what the farm at `url` is doing.
///
/// # Errors
/// An address that is none; a database that cannot be reached, refuses, or is of another version.
pub fn farm_status(url: &str) -> Result<FarmStatus, FarmError> {
    let mut link = connected(url, &FarmOptions { patience: Duration::from_secs(10), ..FarmOptions::default() })?;
    Ok(FarmStatus { runs: runs(&mut link)?, workers: workers(&mut link)? })
}

/// The runs with sums over their jobs.
fn runs(link: &mut Link) -> Result<Vec<RunStatus>, FarmError> {
    let query = "
        SELECT run.id, run.name, run.state, run.error, run.stage, count(job.key),
            count(*) FILTER (WHERE job.result IS NOT NULL),
            count(*) FILTER (WHERE job.result IS NULL AND NOT job.failed AND job.lease_until >= clock_timestamp()),
            count(*) FILTER (WHERE job.failed),
            count(*) FILTER (WHERE job.result IS NULL AND NOT job.failed AND job.lease_until < clock_timestamp()),
            count(*) FILTER (WHERE job.result IS NOT NULL AND job.done_at > clock_timestamp() - interval '10 minutes'),
            coalesce(sum(job.cost) FILTER (WHERE job.result IS NULL AND NOT job.failed), 0),
            coalesce(sum(job.cost) FILTER (WHERE job.result IS NOT NULL AND job.stage = run.stage
                AND job.done_at > clock_timestamp() - interval '10 minutes'), 0),
            least(600, extract(epoch FROM clock_timestamp() - run.made))::float8,
            extract(epoch FROM clock_timestamp() - run.seen)::float8,
            (SELECT count(*) FROM supernet_farm.worker
             WHERE worker.run = run.id AND worker.seen > clock_timestamp() - interval '90 seconds')
        FROM supernet_farm.run LEFT JOIN supernet_farm.job ON job.run = run.id
        GROUP BY run.id ORDER BY run.made DESC";
    let rows = link.call(|client| client.query(query, &[]))?;
    let mut runs = Vec::new();
    for row in rows {
        let (id, seconds): (String, f64) = (row.get(0), row.get(13));
        let (lately, open_cost, done_cost): (i64, f64, f64) = (row.get(10), row.get(11), row.get(12));
        let rate = done_cost / seconds.max(1.0);
        runs.push(RunStatus {
            name: row.get(1),
            state: row.get(2),
            error: row.get(3),
            stage: row.get(4),
            jobs: row.get(5),
            done: row.get(6),
            held: row.get(7),
            failed: row.get(8),
            left: row.get(9),
            per_minute: 60.0 * lately as f64 / seconds.max(1.0),
            seconds_left: (rate > 0.0 && open_cost > 0.0).then(|| open_cost / rate),
            workers: row.get(15),
            main_seen: row.get(14),
            failures: failures(link, &id)?,
            run: short(&id).into(),
        });
    }
    Ok(runs)
}

/// The jobs of a run that failed and are not done.
fn failures(link: &mut Link, run: &str) -> Result<Vec<Failure>, FarmError> {
    let query = "
        SELECT key, tries, failed, worker, coalesce(error, '') FROM supernet_farm.job
        WHERE run = $1 AND tries > 0 AND result IS NULL ORDER BY failed DESC, key";
    let failure = |row: &postgres::Row| Failure {
        job: row.get(0),
        tries: row.get(1),
        given_up: row.get(2),
        worker: row.get(3),
        error: row.get(4),
    };
    Ok(link.call(|client| client.query(query, &[&run]))?.iter().map(failure).collect())
}

fn workers(link: &mut Link) -> Result<Vec<WorkerStatus>, FarmError> {
    let query = "
        SELECT name, run, extract(epoch FROM clock_timestamp() - seen)::float8, done, refused,
            60 * done / greatest(1, extract(epoch FROM seen - made))::float8, note
        FROM supernet_farm.worker WHERE seen > clock_timestamp() - interval '1 hour' ORDER BY made";
    let worker = |row: &postgres::Row| WorkerStatus {
        name: row.get(0),
        run: row.get::<_, Option<String>>(1).map(|run| short(&run).into()),
        seen: row.get(2),
        done: row.get(3),
        refused: row.get(4),
        per_minute: row.get(5),
        note: row.get(6),
    };
    Ok(link.call(|client| client.query(query, &[]))?.iter().map(worker).collect())
}

/// Jobs that failed, of those that are shown of a run.
const SHOWN: usize = 10;

impl fmt::Display for FarmStatus {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        if self.runs.is_empty() {
            writeln!(f, "no runs")?;
        } else {
            writeln!(
                f,
                "{:<8}  {:<8}  {:>6}  {:>6}  {:>6}  {:>6}  {:>7}  {:>8}  {:>12}  {:<22}  name",
                "run", "state", "done", "held", "left", "failed", "workers", "jobs/min", "time left", "stage"
            )?;
        }
        for run in &self.runs {
            let left = run.seconds_left.filter(|_| run.state == "open");
            let left = left.map_or("-".into(), |seconds| clock(Duration::from_secs_f64(seconds.min(1e8))));
            writeln!(
                f,
                "{:<8}  {:<8}  {:>6}  {:>6}  {:>6}  {:>6}  {:>7}  {:>8.1}  {left:>12}  {:<22}  {}",
                run.run,
                run.state,
                run.done,
                run.held,
                run.left,
                run.failed,
                run.workers,
                run.per_minute,
                run.stage,
                run.name
            )?;
            run.error.iter().try_for_each(|error| writeln!(f, "    failed: {error}"))?;
            for Failure { job, tries, given_up, worker, error } in run.failures.iter().take(SHOWN) {
                let (state, worker) =
                    (if *given_up { "given up after" } else { "failed in" }, worker.as_deref().unwrap_or("-"));
                writeln!(f, "    {job}: {state} {tries} tries, the last at {worker}: {error}")?;
            }
            if run.failures.len() > SHOWN {
                writeln!(f, "    and {} more jobs that failed", run.failures.len() - SHOWN)?;
            }
        }
        if self.workers.is_empty() {
            return writeln!(f, "no workers within the last hour");
        }
        writeln!(
            f,
            "\n{:<10}  {:>8}  {:>6}  {:>8}  {:<8}  worker",
            "last seen", "jobs/min", "done", "too late", "run"
        )?;
        for WorkerStatus { name, run, seen, done, refused, per_minute, note } in &self.workers {
            let seen = clock(Duration::from_secs_f64(seen.max(0.0)));
            let run = run.as_deref().unwrap_or("-");
            writeln!(f, "{seen:<10}  {per_minute:>8.1}  {done:>6}  {refused:>8}  {run:<8}  {name}")?;
            note.iter().try_for_each(|note| writeln!(f, "    {note}"))?;
        }
        Ok(())
    }
}
