//! With whom work is shared.

#[cfg(feature = "farm")]
use super::Leases;
use clap::Args;

/// With whom a run or an experiment is shared.
#[derive(Args, Clone)]
pub struct Shared {
    /// Seconds after which a process of an MPI job that says nothing is taken for gone, which ends
    /// all of them
    #[cfg(feature = "mpi")]
    #[arg(long, value_name = "SECONDS", default_value_t = DEADLINE, value_parser = clap::value_parser!(u64).range(1..))]
    pub deadline: u64,

    /// Share scoring and training from scratch with workers (`supernet work URL`) through a
    /// database: postgres://USER:PASSWORD@HOST:PORT/DATABASE, or @FILE, a file that holds that
    #[cfg(feature = "farm")]
    #[arg(long, value_name = "URL")]
    pub farm: Option<String>,

    #[cfg(feature = "farm")]
    #[command(flatten)]
    pub leases: Leases,
}

/// Seconds that processes of an MPI job wait for each other, unless they are told otherwise.
#[cfg(feature = "mpi")]
pub const DEADLINE: u64 = 300;
