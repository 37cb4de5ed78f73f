//! What each command does.

use crate::{
    arguments::{Check, Doctor, Export, Finished, List, Options, Plan, Run, Searched, Show},
    errand::Errand,
    failure::Failure,
    notes::note,
    output::{note, print_json, say, shown},
    place::{ImageSearch, Place},
    settings::{FILE as SETTINGS, Opened, RunSettings},
    shared_run::SharedRun,
    together::Together,
    verdict::say_verdict,
};
use serde_json::{Value, json};
use std::{
    fs,
    path::{Path, PathBuf},
};
use supernet::{
    GraphicsCard, can_be_written_down,
    prelude::*,
    search::trust::Verdict,
    space::counted,
    train::{
        FinishedRun, MemberDirectory, OtherSearch, Reopening, Retrained, RunState, Saving, best::BestFile, list_runs,
        write_whole,
    },
    write_finished, write_results,
};

/// Calls `work`, which does the last of `errands`, with the directory of a run and its search.
fn opened<R>(
    (run, together): (&Run, &Together),
    member: &MemberDirectory,
    errands: &[Errand],
    work: impl FnOnce(&RunDirectory, &ImageSearch) -> Result<R, Failure>,
) -> Result<R, Failure> {
    together.check()?;
    let place = place(run, member);
    let options = Options { shares: shares(&run.options, &place, together), ..run.options.clone() };
    let shared = SharedRun::serve(run, &place.folder(), errands, together)?;
    let named = |settings: &RunSettings| settings.device.clone();
    place.open(&options, shared.crew(together), named, |settings, opened, search| {
        opened.notes().iter().for_each(|note| note!("{note}"));
        settings.store(&place.folder())?;
        let saving = Saving { from_last_good: run.from_last_good, ..Saving::default() };
        let done = work(&opened.with_saving(saving).with_command(command(place.search)), search);
        shared.end(&done);
        done
    })
}

/// The directory of a run at this member, where others work on it as well.
fn joined(run: &Run, together: &Together) -> Result<MemberDirectory, Failure> {
    Ok(MemberDirectory::of_all(together.crew().workers(), &run.directory)?)
}

fn place<'a>(run: &'a Run, member: &'a MemberDirectory) -> Place<'a> {
    let reopening = Reopening { elsewhere: run.elsewhere };
    Place { directory: member.path(), search: run.search.as_deref(), reopening }
}

/// The command that makes a run, or the search of a name, again. The settings are all in the file;
/// where the directory is says nothing.
fn command(search: Option<&str>) -> &'static str {
    match search {
        None => "supernet run NEW --config run.toml    # in the folder of this card",
        Some(_) => {
            "supernet run RUN --search NEW --config run.toml    # in the folder of this card; RUN: whose supernet it is"
        }
    }
}

/// The shares of a training step that are asked for: of a new run in an MPI job as many as there
/// are processes, unless others are named.
fn shares(options: &Options, place: &Place, together: &Together) -> Option<usize> {
    let is_new = !place.stored().join(SETTINGS).exists() && options.config.is_none();
    options.shares.or((is_new && together.size() > 1).then_some(together.size()))
}

/// Searches, or goes on; before the best are trained, the ranking is checked if that is asked for.
pub fn run(Searched { run, check }: &Searched, together: &Together) -> Result<(), Failure> {
    search(run, check.map(|networks| networks as usize), together)
}

/// Goes on with a search.
pub fn retrain(run: &Run, together: &Together) -> Result<(), Failure> {
    search(run, None, together)
}

/// Searches, or goes on. A search that has ended, and is asked for nothing else, needs nothing but
/// its directory.
fn search(run: &Run, check: Option<usize>, together: &Together) -> Result<(), Failure> {
    let member = joined(run, together)?;
    let folder = place(run, &member).folder();
    let finished = || ended(&folder).filter(|_| run.options == Options::default());
    if check.is_none()
        && let Some(finished) = finished()
    {
        if together.is_first() {
            print_finished(&finished, run.show);
        }
        return Ok(());
    }
    let errands: Vec<Errand> = check.into_iter().map(Errand::Check).chain([Errand::Search]).collect();
    opened((run, together), &member, &errands, |directory, search| {
        if let Some(networks) = check {
            directory.check(search, networks, &mut shown(run.show)?)?;
            if let Some(finished) = finished() {
                if together.is_first() {
                    print_finished(&finished, run.show);
                }
                return Ok(());
            }
        }
        if !together.is_first() {
            return Ok(directory.assist(search, &mut shown(run.show)?)?);
        }
        let result = directory.search(search, &mut shown(run.show)?)?;
        write_results(directory, &result)?;
        copy_settings(directory.path(), &directory.best())?;
        // What is printed is what a later call reads from the directory.
        let finished = FinishedRun::open(directory.path())?;
        print_result(directory.path(), finished.verdict(), (finished.best(), finished.retrained()), run.show);
        Ok(())
    })
}

/// Copies the settings of a run to where the card of its best network lies, whose command reads
/// them; nothing where the run has none.
fn copy_settings(run: &Path, to: &Path) -> Result<(), Failure> {
    match fs::read(run.join(SETTINGS)) {
        Ok(settings) => Ok(write_whole(&to.join(SETTINGS), &settings)?),
        Err(_) => Ok(()),
    }
}

/// Reads a run or search in a folder that has left everything that it leaves.
fn ended(folder: &Path) -> Option<FinishedRun> {
    FinishedRun::open(folder).ok().filter(|run| missing_of_best(run).is_none())
}

/// The first file of a finished run's best network that is not there or is empty, and which of the
/// two it is.
fn missing_of_best(run: &FinishedRun) -> Option<(PathBuf, &'static str)> {
    files(run).iter().find_map(|file| {
        let path = run.path().join("best").join(file.name());
        match fs::metadata(&path).map(|data| data.len()) {
            Err(_) => Some((path, "no such file")),
            Ok(0) => Some((path, "an empty file")),
            Ok(_) => None,
        }
    })
}

/// The files of the best network of a finished run.
fn files(run: &FinishedRun) -> &'static [BestFile] {
    if can_be_written_down(run.config()) { &BestFile::ALL } else { &BestFile::OF_EVERY_RUN }
}

/// Holds the ranking of a run's candidates against some of them trained from scratch.
pub fn check(Check { run, networks }: &Check, together: &Together) -> Result<(), Failure> {
    opened((run, together), &joined(run, together)?, &[Errand::Check(*networks as usize)], |directory, search| {
        let verdict = directory.check(search, *networks as usize, &mut shown(run.show)?)?;
        // A run that has ended says it in its table and its report as well.
        if let Ok(finished) = FinishedRun::open(directory.path()) {
            write_again(&finished);
        }
        if run.show.json {
            print_json(&json!(verdict));
        } else {
            say_verdict(&verdict);
            say!("results: {}", directory.path().join("verdict.json").display());
        }
        Ok(())
    })
}

/// Writes the reports of a search that has ended again, and prints its result.
fn print_finished(finished: &FinishedRun, show: Show) {
    write_again(finished);
    print_result(finished.path(), finished.verdict(), (finished.best(), finished.retrained()), show);
}

/// Writes the tables and the report of a finished run again.
fn write_again(finished: &FinishedRun) {
    if let Err(error) = write_finished(finished) {
        // What it says is in its tables already.
        note!("{error}; the report is as it was");
    }
}

fn print_result(path: &Path, verdict: Option<&Verdict>, (best, networks): (&PathMask, &[Retrained]), show: Show) {
    let path = path.display().to_string();
    if show.json {
        print_json(&json!({ "directory": path, "verdict": verdict, "best": best, "networks": networks }));
    } else {
        verdict.into_iter().for_each(say_verdict);
        say!("\n{}", ComparisonTable(networks));
        say!("best architecture: {best}");
        say!("results: {path}");
    }
}

/// Trains the supernet.
pub fn train(run: &Run, together: &Together) -> Result<(), Failure> {
    opened((run, together), &joined(run, together)?, &[], |directory, search| {
        directory.train(search, &mut shown(run.show)?)?;
        let files = directory.supernets(search);
        let files: Vec<String> = files.iter().map(|file| file.display().to_string()).collect();
        if run.show.json {
            print_json(&json!({ "supernet": files[0], "supernets": files }));
        } else {
            files.iter().for_each(|file| say!("supernet: {file}"));
        }
        Ok(())
    })
}

/// Candidates that are printed.
const BEST: usize = 10;

/// Trains the supernet and scores candidates.
pub fn score(run: &Run, together: &Together) -> Result<(), Failure> {
    opened((run, together), &joined(run, together)?, &[Errand::Score], |directory, search| {
        let mut candidates = directory.score(search, &mut shown(run.show)?)?;
        let rank_by = directory.config().scoring.rank_by;
        candidates.sort_by(|a, b| rank_by.better_first(&a.score, &b.score));
        if run.show.json {
            let best: Vec<_> = candidates.iter().take(BEST).collect();
            print_json(&json!({ "candidates": candidates.len(), "best": best }));
            return Ok(());
        }
        say!("{:>12}  {:>12}  {:>14}  architecture", "one-shot (%)", "loss", "parameters (k)");
        for Scored { architecture, score, cost } in candidates.iter().take(BEST) {
            let (accuracy, parameters) = (100.0 * score.accuracy, cost.parameters as f64 / 1e3);
            say!("{accuracy:>12.1}  {:>12.3}  {parameters:>14.1}  {architecture}", score.loss);
        }
        say!("{}: {}", counted(candidates.len(), "candidate"), directory.path().join("candidates.csv").display());
        Ok(())
    })
}

/// Says what a search would take.
pub fn plan(plan: &Plan) -> Result<(), Failure> {
    let Opened { settings, device, split, left_out } = RunSettings::opened(&plan.options, None)?;
    note(&left_out, &split);
    let search = Search::images(&settings.search, &split, &device)?;
    let plan_of = supernet::train::plan(&search, &mut shown(plan.show)?)?;
    if plan.show.json {
        print_json(&json!(plan_of));
    } else {
        say!("{plan_of}");
    }
    Ok(())
}

/// Reads the run in a directory, which has ended.
fn finished(directory: &Path) -> Result<FinishedRun, Failure> {
    let refuse = |found: &str, expected: &str| Err(Failure::settings(directory.display(), found, expected));
    if !directory.join("config.json").exists() {
        return refuse("no run", "a finished one");
    }
    if let Some(search) = OtherSearch::of(directory) {
        let expected = format!("a run; `supernet {}` on the directory writes its table and `best/`", search.name());
        return refuse(search.in_words(), &expected);
    }
    if !directory.join("best").join(BestFile::Weights.name()).exists() {
        return refuse("a run that has not ended", "a finished one; `supernet run` goes on with it");
    }
    let run = FinishedRun::open(directory)?;
    match missing_of_best(&run) {
        None => Ok(run),
        Some((path, found)) => {
            let expected = "a file of the best network; `supernet run` on the directory writes it again";
            Err(Failure::settings(path.display(), found, expected))
        }
    }
}

/// Writes a finished run's reports again.
pub fn report(report: &Finished) -> Result<(), Failure> {
    print_finished(&finished(&report.directory)?, report.show);
    Ok(())
}

/// Lists the runs in a directory.
pub fn list(list: &List) -> Result<(), Failure> {
    if !list.directory.is_dir() {
        return Err(Failure::settings(list.directory.display(), "no such directory", "one with runs in it"));
    }
    let runs = list_runs(&list.directory)?;
    if list.json {
        print_json(&json!(runs));
        return Ok(());
    }
    if runs.is_empty() {
        say!("{}: no runs", list.directory.display());
        return Ok(());
    }
    say!("{:>8}  {:>10}  {:<24}  {:<20}  run", "test (%)", "candidates", "state", "images");
    for RunState { path, state, data, candidates, test_accuracy, .. } in runs {
        let test = test_accuracy.map_or("-".to_owned(), |accuracy| format!("{:.2}", 100.0 * accuracy));
        say!("{test:>8}  {candidates:>10}  {state:<24}  {data:<20}  {}", path.display());
    }
    Ok(())
}

/// Copies the best network of a finished run.
pub fn export(export: &Export) -> Result<(), Failure> {
    let files: Vec<BestFile> = match OtherSearch::of(&export.directory) {
        Some(search) => {
            let is_there = |file: &BestFile| export.directory.join("best").join(file.name()).exists();
            let files: Vec<BestFile> = BestFile::ALL.into_iter().filter(is_there).collect();
            if files.is_empty() {
                let found = format!("{} that has not ended", search.in_words());
                let expected =
                    format!("one that has ended; `supernet {}` on the directory goes on with it", search.name());
                return Err(Failure::settings(export.directory.display(), found, expected));
            }
            files
        }
        None => files(&finished(&export.directory)?).to_vec(),
    };
    let (from, to) = (export.directory.join("best"), &export.to);
    let wrong = |path: &Path, error: std::io::Error| TrainError::Io { path: path.into(), source: error };
    let holds = fs::read_dir(to).into_iter().flatten().flatten().any(|entry| entry.file_name() != "lost+found");
    if holds || to.is_file() {
        let found = format!("{}, which exists and is not empty", to.display());
        return Err(Failure::settings("--to", found, "a directory that does not exist or is empty"));
    }
    fs::create_dir_all(to).map_err(|error| wrong(to, error))?;
    for file in &files {
        let path = from.join(file.name());
        fs::copy(&path, to.join(file.name())).map_err(|error| wrong(&path, error))?;
    }
    copy_settings(&export.directory, to)?;
    let settings = to.join(SETTINGS).exists().then_some(SETTINGS);
    let names: Vec<&str> = files.iter().map(|file| file.name()).chain(settings).collect();
    say!("{}: {}", to.display(), names.join(", "));
    Ok(())
}

/// Describes the space.
pub fn space(plan: &Plan) -> Result<(), Failure> {
    let settings = RunSettings::new(&plan.options, None)?;
    let (space, network) = (settings.search.space()?, settings.search.network);
    if plan.show.json {
        print_json(
            &json!({ "architectures": space.size().to_string(), "network": network, "choices": space.choices() }),
        );
        return Ok(());
    }
    say!("{} architectures; {}", space.size(), network.in_words());
    let width = space.choices().iter().map(|choice| choice.name().len()).max().unwrap_or(0).max(24);
    for choice in space.choices() {
        let taken = if choice.min() == choice.max() {
            choice.min().to_string()
        } else {
            format!("{} to {}", choice.min(), choice.max())
        };
        say!("{:<width$} {taken:>6} of {}", choice.name(), choice.options().join(", "));
    }
    let example = space.sample(&mut draws(settings.search.seed, "example", 0));
    say!("for example: {example}");
    Ok(())
}

/// Says which devices there are, and runs a step on each.
pub fn doctor(doctor: &Doctor) -> Result<(), Failure> {
    let found: Vec<Found> = supernet::present_devices().into_iter().map(Found::new).collect();
    let absent = supernet::absent_devices();
    if doctor.json {
        print_json(&json!({
            "version": env!("CARGO_PKG_VERSION"),
            "offered": offered_devices(),
            "absent": absent,
            "devices": found.iter().map(Found::json).collect::<Vec<_>>(),
        }));
        return Ok(());
    }
    say!("supernet {}; this build offers: {}", env!("CARGO_PKG_VERSION"), offered_devices().join(", "));
    for Found { name, card, step } in &found {
        if let Some(card) = card {
            say!("{name:<12} {card}");
        }
        match step {
            Ok(seconds) => say!("{name:<12} a training step of the preset quick: {:.1} ms", 1e3 * seconds),
            Err(error) => say!("{name:<12} failed: {error}"),
        }
    }
    for backend in absent {
        say!("{backend:<12} found 0 {backend} devices on this machine");
    }
    Ok(())
}

/// A device of this machine, and what a step on it took or why there was none.
struct Found {
    name: String,
    card: Option<GraphicsCard>,
    step: Result<f64, String>,
}

impl Found {
    fn new(name: String) -> Self {
        let card = device(&name).ok().and_then(|device| supernet::graphics_card(&device));
        Self { card, step: step_on(&name), name }
    }

    fn json(&self) -> Value {
        let Self { name, card, step } = self;
        let card = card.as_ref().map(|GraphicsCard { name, memory_bytes, offers, .. }| {
            json!({ "name": name, "memory_bytes": memory_bytes, "offers": offers })
        });
        json!({ "device": name, "card": card, "seconds": step.as_ref().ok(), "error": step.as_ref().err() })
    }
}

/// Seconds of a training step on a device.
fn step_on(name: &str) -> Result<f64, String> {
    let failed = |error: &dyn std::fmt::Display| error.to_string();
    let device = device(name).map_err(|error| failed(&error))?;
    let settings = RunSettings::new(&Default::default(), None).map_err(|error| failed(&error))?;
    let split = settings.data.split(1).map_err(|error| failed(&error))?;
    let search = Search::images(&settings.search, &split, &device).map_err(|error| failed(&error))?;
    supernet::train::seconds_per_step(&search, 1, &mut Silent).map_err(|error| failed(&error))
}
