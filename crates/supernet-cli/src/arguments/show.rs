//! How progress and results are shown.

use clap::{Args, ValueEnum};

/// How progress and results are shown.
#[derive(Args, Clone, Copy, Default)]
pub struct Show {
    /// Progress: quiet, a plain line every ten seconds, or a dashboard [default: dashboard in a
    /// terminal, plain elsewhere]
    #[arg(long, value_enum)]
    pub output: Option<Output>,

    /// Print the result as JSON on standard output
    #[arg(long)]
    pub json: bool,
}

/// How progress is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Output {
    /// Nothing
    Quiet,
    /// A line every ten seconds, on standard error
    Plain,
    /// A dashboard
    Dashboard,
}
