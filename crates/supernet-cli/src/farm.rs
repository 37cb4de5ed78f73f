//! Runs that are shared through a database: the main process, workers, and what is said of both.

use crate::{
    arguments::{Leases, Options, Shared, Work},
    errand::Errand,
    failure::Failure,
    making::{Bench, Making, put_table},
    notes::note,
    output::{note, print_json, say, shown},
    place::Place,
    settings::{Opened, RunSettings},
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::{
    path::Path,
    thread::sleep,
    time::{Duration, Instant},
};
use supernet::{
    crew::farm::{Farm, FarmOptions, Joined, Workplace, farm_status},
    experiments::ExperimentError,
    prelude::*,
    space::counted,
    train::{Reopening, StopOn},
};

/// What workers are told of a run, beside its files.
#[derive(Serialize, Deserialize)]
#[serde(tag = "task", rename_all = "snake_case", deny_unknown_fields)]
pub enum Task {
    /// A search.
    Search {
        errands: Vec<Errand>,
        /// The name of a search beside the run's own.
        search: Option<String>,
        elsewhere: bool,
    },
    /// An experiment.
    Study {
        making: Making,
        settings: Box<RunSettings>,
        /// Networks trained before, as `truth.csv`.
        table: Option<String>,
    },
}

/// The address that is given, or that a file holds: what stands on a command line all can read.
fn address(given: &str) -> Result<String, Failure> {
    let Some(file) = given.strip_prefix('@') else { return Ok(given.into()) };
    let text = std::fs::read_to_string(file)
        .map_err(|error| Failure::settings(file, error, "a file that holds the address of a database"))?;
    Ok(text.trim().into())
}

fn options(Leases { lease }: &Leases) -> FarmOptions {
    lease.map_or_else(FarmOptions::default, |seconds| FarmOptions::with_lease(Duration::from_secs(seconds)))
}

/// The crew of a run that is to be shared, if it is; workers are told its `task`.
pub fn served(shared: &Shared, directory: &Path, folder: &Path, task: &Task) -> Result<Option<Farm>, Failure> {
    let Some(url) = shared.farm.as_deref() else { return Ok(None) };
    let task = serde_json::to_string(task).expect("plain data");
    Ok(Some(Farm::serve(&address(url)?, directory, folder, task, options(&shared.leases))?))
}

/// Tells workers what has become of a run.
pub fn ended<R>(farm: Option<&Farm>, done: &Result<R, Failure>) {
    let Some(farm) = farm else { return };
    let told = match done {
        Err(Failure::Train(error) | Failure::Experiment(ExperimentError::Train(error))) => farm.end(Err(error)),
        // Reports are no business of workers.
        Ok(_) | Err(_) => farm.end(Ok(())),
    };
    if let Err(error) = told {
        // The directory holds what the run found.
        note!("{error}");
    }
    if farm.refused() > 0 {
        note!("{} of this process came too late, and were not needed", counted(farm.refused() as u64, "result"));
    }
}

/// How often a worker looks for runs.
const LOOK: Duration = Duration::from_secs(1);

/// How often a worker that waits says so.
const SAY: Duration = Duration::from_secs(20);

/// Works on runs until the user stops it, or on one.
pub fn work(work: &Work) -> Result<(), Failure> {
    let mut workplace = Workplace::open(&address(&work.url)?, options(&work.leases))?;
    let progress = &mut shown(work.show)?;
    eprintln!("waiting for runs; stop with Ctrl-C");
    let mut said: Option<Instant> = None;
    loop {
        if progress.should_stop() {
            return Err(TrainError::Stopped { stage: "waiting for runs".into(), step: 0 }.into());
        }
        let Some(offer) = workplace.look()? else {
            if said.is_none_or(|said| said.elapsed() >= SAY) {
                workplace.say(None)?;
                said = Some(Instant::now());
            }
            sleep(LOOK);
            continue;
        };
        said = None;
        eprintln!("run {}: {}", offer.run(), offer.name());
        let joined = workplace.join(&offer);
        let done = joined.map_err(Failure::from).and_then(|joined| take_part(work, &joined, progress));
        match done {
            Ok(done) => eprintln!("run {}: done; {done} jobs by this worker so far", offer.run()),
            Err(error) if error.is_stop() => return Err(error),
            // Whoever is at work when a run ends finds its jobs gone.
            Err(_) if !workplace.is_open(&offer)? => eprintln!("run {}: has ended", offer.run()),
            Err(error) if work.once => {
                workplace.say(Some(&error.to_string()))?;
                return Err(error);
            }
            Err(error) => {
                note!("{error}");
                workplace.say(Some(&error.to_string()))?;
            }
        }
        if work.once {
            return Ok(());
        }
    }
}

/// Takes part in what another process holds the directory of, as far as there are jobs; returns how
/// many of them this worker has done.
fn take_part(work: &Work, joined: &Joined, progress: &mut StopOn) -> Result<usize, Failure> {
    let wrong = |error: serde_json::Error| Failure::settings("the run's task", error, "that of the same version");
    match serde_json::from_str(&joined.task).map_err(wrong)? {
        Task::Search { errands, search, elsewhere } => {
            let (directory, reopening) = (joined.directory(), Reopening { elsewhere });
            let place = Place { directory, search: search.as_deref(), reopening };
            let there = RunSettings::new(&Options::default(), Some(&place.stored()))?.device;
            let named = |here: &RunSettings| named(&here.device, &there);
            place.open(&options_here(work), &joined.farm, named, |_, copy, here| {
                for errand in errands {
                    match errand {
                        Errand::Score => drop(copy.score(here, progress)?),
                        Errand::Check(networks) => drop(copy.check(here, networks, progress)?),
                        Errand::Search => copy.assist(here, progress)?,
                    }
                }
                Ok(())
            })?;
        }
        Task::Study { making, settings: there, table } => {
            let directory = joined.directory();
            there.store(directory)?;
            let Opened { settings, device, split, left_out } =
                RunSettings::opened(&options_here(work), Some(directory))?;
            note(&left_out, &split);
            let truth = table.map(|table| put_table(directory, &table)).transpose()?;
            let bench = Bench {
                settings: &settings,
                device_name: &named(&settings.device, &there.device),
                device: &device,
                split: &split,
                crew: &joined.farm,
                directory,
                truth: truth.as_deref(),
            };
            making.make(&bench, progress)?;
        }
    }
    Ok(joined.farm.done())
}

/// What differs at a worker.
fn options_here(work: &Work) -> Options {
    Options { data: work.data.clone(), device: work.device.clone(), ..Options::default() }
}

/// What a device is called in a run that is on `there`: cards of a kind have numbers; what they
/// compute does not depend on these.
fn named(here: &str, there: &str) -> String {
    let kind = |name: &str| name.split(':').next().map(str::to_owned);
    if kind(here) == kind(there) { there.into() } else { here.into() }
}

/// Says what a farm is doing.
pub fn status(url: &str, as_json: bool) -> Result<(), Failure> {
    let status = farm_status(&address(url)?)?;
    if as_json {
        print_json(&json!(status));
    } else {
        say!("{}", status.to_string().trim_end());
    }
    Ok(())
}
