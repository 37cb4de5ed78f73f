//! Runs that are shared through a database.

use super::show::Show;
use clap::{Args, Subcommand};

/// How long jobs are held.
#[derive(Args, Clone, Default)]
pub struct Leases {
    /// Seconds that a job belongs to a worker which says nothing; states of long trainings are
    /// stored ten times as far apart [default: 60]
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    pub lease: Option<u64>,
}

/// A worker.
#[derive(Args)]
pub struct Work {
    /// The database: postgres://USER:PASSWORD@HOST:PORT/DATABASE, or @FILE, a file that holds that
    pub url: String,

    /// Where the images are, if not where a run has them: as --data of `run`
    #[arg(long, value_name = "IMAGES")]
    pub data: Option<String>,

    /// Where to work, of the kind that the run is on: cuda:1 for a run on cuda:0 [default: as the
    /// run]
    #[arg(long)]
    pub device: Option<String>,

    /// End with the first run, not when asked to
    #[arg(long)]
    pub once: bool,

    #[command(flatten)]
    pub leases: Leases,

    #[command(flatten)]
    pub show: Show,
}

/// What is asked of a farm.
#[derive(Subcommand)]
pub enum FarmCommand {
    /// Say what is done and left, who works, what failed
    Status {
        /// The database, as for `work`
        url: String,

        /// Print it as JSON
        #[arg(long)]
        json: bool,
    },
}
