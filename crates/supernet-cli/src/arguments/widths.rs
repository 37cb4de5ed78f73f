//! A search for widths on the command line.

use super::{Options, Show};
use clap::Args;
use std::path::PathBuf;

#[derive(Args)]
#[command(
    after_help = "The limit is --max-macs or --max-parameters. The space has to have widths, as mobile-net-widths."
)]
pub struct Widths {
    /// The search's directory; the same command on it goes on where it was stopped
    pub directory: PathBuf,

    /// Epochs of a training in which a network shrinks [default: that of the directory, else those
    /// of a network from scratch]
    #[arg(long, value_name = "N")]
    pub shrink_epochs: Option<usize>,

    /// λ of the penalty on what channels cost, as a share of what the whole network costs; where
    /// nothing shrinks it is taken ten times as large [default: 1]
    #[arg(long, value_name = "STRENGTH")]
    pub strength: Option<f64>,

    /// At which scale a channel is dead [default: 0.01]
    #[arg(long, value_name = "SCALE")]
    pub threshold: Option<f64>,

    /// How often a network is shrunk and widened again [default: 1]
    #[arg(long, value_name = "N")]
    pub rounds: Option<usize>,

    #[command(flatten)]
    pub options: Options,

    #[command(flatten)]
    pub show: Show,
}
