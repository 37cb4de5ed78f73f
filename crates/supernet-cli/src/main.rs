//! The command `supernet`: a search in a directory, from a terminal.

mod arguments;
mod commands;
mod dashboard;
mod data;
mod errand;
mod failure;
#[cfg(feature = "farm")]
mod farm;
mod output;
mod settings;
mod signals;
mod stop;
mod study;
mod verdict;

use arguments::{Arguments, Command};
use clap::{CommandFactory, Parser};
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let done = match &arguments.command {
        Command::Run(run) => commands::run(run),
        Command::Retrain(run) => commands::retrain(run),
        Command::Check(check) => commands::check(check),
        Command::Train(run) => commands::train(run),
        Command::Score(run) => commands::score(run),
        Command::Plan(plan) => commands::plan(plan),
        Command::Study(study) => study::study(study),
        Command::Correlate(correlate) => study::correlate(correlate),
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
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {failure}");
            failure.exit_code()
        }
    }
}
