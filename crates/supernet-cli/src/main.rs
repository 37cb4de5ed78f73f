//! The command `supernet`: a search in a directory, from a terminal.

mod arguments;
mod commands;
mod dashboard;
mod data;
mod errand;
mod failure;
#[cfg(feature = "farm")]
mod farm;
mod making;
mod notes;
mod output;
mod place;
mod programs;
mod settings;
mod shared_run;
mod signals;
mod stop;
mod study;
mod together;
mod trials;
mod verdict;
mod widths;

use arguments::{Arguments, Command};
use clap::{CommandFactory, Parser};
use failure::Failure;
use std::process::ExitCode;
use together::Together;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let together = Together::start(&arguments.command);
    let done = if arguments.command.shared().is_some() || together.is_first() {
        done(&arguments.command, &together)
    } else {
        // All else is done by one process.
        Ok(())
    };
    together.end(done)
}

/// Does what a command asks for.
fn done(command: &Command, together: &Together) -> Result<(), Failure> {
    match command {
        Command::Run(run) => commands::run(run, together),
        Command::Retrain(run) => commands::retrain(run, together),
        Command::Check(check) => commands::check(check, together),
        Command::Train(run) => commands::train(run, together),
        Command::Score(run) => commands::score(run, together),
        Command::Plan(plan) => commands::plan(plan),
        Command::Trials(trials) => trials::trials(trials),
        Command::Widths(widths) => widths::widths(widths),
        Command::Programs(programs) => programs::programs(programs),
        Command::Study(study) => study::study(study, together),
        Command::Correlate(correlate) => study::correlate(correlate, together),
        Command::Report(report) => commands::report(report),
        Command::Export(export) => commands::export(export),
        Command::Space(space) => commands::space(space),
        Command::List(list) => commands::list(list),
        Command::Doctor(doctor) => commands::doctor(doctor),
        #[cfg(feature = "farm")]
        Command::Work(work) => farm::work(work),
        #[cfg(feature = "farm")]
        Command::Farm(arguments::FarmCommand::Status { url, json }) => farm::status(url, *json),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(*shell, &mut Arguments::command(), "supernet", &mut script);
            output::say!("{}", String::from_utf8_lossy(&script).trim_end());
            Ok(())
        }
    }
}
