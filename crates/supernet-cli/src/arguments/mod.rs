//! The command line.

#[cfg(feature = "farm")]
mod farm;
mod options;
mod paths;
mod programs;
mod shared;
mod show;
mod trials;
mod widths;

#[cfg(feature = "farm")]
pub use farm::{FarmCommand, Leases, Work};
pub use options::{CompanionName, Options, Preset, RankName, StemName, StrategyName};
pub use paths::Paths;
pub use programs::Programs;
#[cfg(feature = "mpi")]
pub use shared::DEADLINE;
pub use shared::Shared;
pub use show::{Output, Show};
pub use trials::{TrialName, Trials};
pub use widths::Widths;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

const AFTER: &str = "\
A run is a directory. The same command on the same directory goes on where it
was stopped; `supernet run DIR` alone suffices.

Exit codes:
  0    done
  1    something failed meanwhile; nothing that was there is lost
  2    what was given is wrong: the command line, the settings or the images
  3    the directory holds another run, is in use or is damaged
  130  stopped by Ctrl-C, SIGTERM or SIGHUP (a second one stops at once)";

/// One-shot neural architecture search: train one network that holds a whole search space, rank
/// thousands of architectures with its weights, train the best from scratch.
#[derive(Parser)]
#[command(name = "supernet", version, after_help = AFTER, term_width = 80)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Subcommand)]
pub enum Command {
    /// Search: train the supernet, score candidates, train the best from scratch, test, report; or
    /// go on with it
    Run(Searched),
    /// Say what a search would take, from a few timed steps
    Plan(Plan),
    /// Hold the ranking of a run's candidates against some of them trained from scratch; or go on
    /// with that
    Check(Check),
    /// Train the supernet, and no more
    Train(Run),
    /// Train the supernet and score candidates, and no more
    Score(Run),
    /// The same as `run`: what is left of the search, up to the report
    Retrain(Run),
    /// Search by trials, trainings that begin with the weights of others: population-based
    /// training, evolution, networks that grow; or go on with it
    Trials(Trials),
    /// Find widths that share a limit between layers, by a penalty on what channels cost
    /// (MorphNet); or go on with it
    Widths(Widths),
    /// Search for functions in place of ReLU, or for update rules, by training one network with
    /// each; or go on with it
    Programs(Programs),
    /// Make one of the paper's experiments, or go on with it
    Study(Study),
    /// Compare one-shot with stand-alone accuracy: the same as `study correlation`
    Correlate(Correlate),
    /// Write tables, figures and report.html of a finished run again
    Report(Finished),
    /// Copy the best network of a finished run to a directory
    Export(Export),
    /// Describe the search space: choices, sizes, costs
    Space(Plan),
    /// Say which devices this build and this machine offer, and run a step on each
    Doctor(Doctor),
    /// List the runs in a directory, and the searches in each
    List(List),
    /// Work on runs that are shared through a PostgreSQL database (`run --farm`), until Ctrl-C
    #[cfg(feature = "farm")]
    Work(Work),
    /// Look at a farm: runs and workers that share a PostgreSQL database
    #[cfg(feature = "farm")]
    #[command(subcommand)]
    Farm(FarmCommand),
    /// Print shell completions
    Completions {
        /// The shell
        shell: Shell,
    },
}

impl Command {
    /// With whom the command's work is shared, where several processes may do it.
    pub fn shared(&self) -> Option<&Shared> {
        match self {
            Self::Run(Searched { run, .. })
            | Self::Check(Check { run, .. })
            | Self::Train(run)
            | Self::Score(run)
            | Self::Retrain(run) => Some(&run.shared),
            Self::Study(Study { study, .. }) | Self::Correlate(study) => Some(&study.shared),
            _ => None,
        }
    }
}

#[derive(Args)]
pub struct Run {
    /// The run's directory
    pub directory: PathBuf,

    #[command(flatten)]
    pub options: Options,

    #[command(flatten)]
    pub show: Show,

    /// Pass over a damaged checkpoint for the one before
    #[arg(long)]
    pub from_last_good: bool,

    /// Search again with the trained supernet of the directory's run, under this name: with other
    /// limits, another strategy, ranking or seed, other numbers of candidates or validation images;
    /// it lies in DIRECTORY/searches/NAME
    #[arg(long, value_name = "NAME")]
    pub search: Option<String>,

    /// Go on although the run was begun by another version or on another device, where numbers may
    /// round otherwise; the run notes it
    #[arg(long)]
    pub elsewhere: bool,

    #[command(flatten)]
    pub shared: Shared,
}

#[derive(Args)]
pub struct Searched {
    #[command(flatten)]
    pub run: Run,

    /// Before the best are trained, train N candidates spread over the ranking from scratch for a
    /// quarter of the epochs, and say whether the ranking beats counting parameters
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(3..))]
    pub check: Option<u32>,
}

#[derive(Args)]
pub struct Check {
    #[command(flatten)]
    pub run: Run,

    /// Candidates to train from scratch, each for a quarter of the epochs
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(3..))]
    pub networks: u32,
}

#[derive(Args)]
pub struct Plan {
    #[command(flatten)]
    pub options: Options,

    #[command(flatten)]
    pub show: Show,
}

/// Experiments by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StudyName {
    /// Does one-shot accuracy tell which networks are good?
    Correlation,
    /// The same at several rates of path dropout
    Dropout,
    /// What switching paths off does to predictions
    WhichPaths,
    /// The same with parts of the method changed
    Ablations,
    /// The best, small, random and complete networks at two widths
    MainTable,
    /// Many networks from scratch, with their curves, beside what supernets say of them
    TruthTable,
}

#[derive(Args)]
pub struct Study {
    /// The experiment
    #[arg(value_enum)]
    pub name: StudyName,

    #[command(flatten)]
    pub study: Correlate,

    /// Networks of each method in the main table
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub models: usize,
}

#[derive(Args, Clone)]
pub struct Correlate {
    /// The experiment's directory
    pub directory: PathBuf,

    #[command(flatten)]
    pub options: Options,

    #[command(flatten)]
    pub show: Show,

    /// Supernets, with the seeds 1, 2, ...
    #[arg(long, default_value_t = 3)]
    pub supernets: u64,

    /// Architectures drawn at random and trained from scratch
    #[arg(long, default_value_t = 30)]
    pub natural: usize,

    /// Architectures stratified by one-shot accuracy and trained from scratch
    #[arg(long, default_value_t = 15)]
    pub stratified: usize,

    /// Architectures trained from scratch with a second seed
    #[arg(long, default_value_t = 10)]
    pub twice: usize,

    /// A table of networks trained from scratch before (truth.csv); what it holds is not trained
    /// again
    #[arg(long, value_name = "FILE")]
    pub truth: Option<PathBuf>,

    #[command(flatten)]
    pub shared: Shared,
}

#[derive(Args)]
pub struct Finished {
    /// The run's directory
    pub directory: PathBuf,

    #[command(flatten)]
    pub show: Show,
}

#[derive(Args)]
pub struct Export {
    /// The run's directory
    pub directory: PathBuf,

    /// Where to; it must not exist
    #[arg(long, value_name = "DIR")]
    pub to: PathBuf,
}

#[derive(Args)]
pub struct List {
    /// The directory
    pub directory: PathBuf,

    /// Print the list as JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Args)]
pub struct Doctor {
    /// Print what is found as JSON
    #[arg(long)]
    pub json: bool,
}
