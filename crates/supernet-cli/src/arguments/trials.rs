//! A search by trials on the command line.

use super::{Options, Show};
use clap::{Args, ValueEnum};
use std::{path::PathBuf, str::FromStr};

#[derive(Args)]
pub struct Trials {
    /// The search's directory; the same command on it goes on where it was stopped
    pub directory: PathBuf,

    /// Who proposes trials [default: that of the directory, else population]
    #[arg(long, value_enum)]
    pub by: Option<TrialName>,

    /// Networks that are trained side by side, or live at a time, or children of a round [default:
    /// 6 of population, 20 of evolution, 8 of hill-climb]
    #[arg(long, value_name = "N")]
    pub members: Option<usize>,

    /// Training steps of a trial [default: 100]
    #[arg(long, value_name = "STEPS")]
    pub interval: Option<u64>,

    /// Morphisms by which a child of hill-climb is greater than its parent [default: 5]
    #[arg(long, value_name = "N")]
    pub morphisms: Option<usize>,

    /// Training steps of all trials together [default: 10 trials of each member, 60 of edits]
    #[arg(long)]
    pub steps: Option<u64>,

    /// Between which learning rates the members of a population begin and stay [default: 0.003:1]
    #[arg(long, value_name = "LEAST:GREATEST")]
    pub learning_rates: Option<Range>,

    /// The same of L2 [default: 0.00001:0.01]
    #[arg(long, value_name = "LEAST:GREATEST")]
    pub l2s: Option<Range>,

    /// All members of a population are of one architecture, so that only numbers are searched
    #[arg(long)]
    pub one_architecture: bool,

    #[command(flatten)]
    pub options: Options,

    #[command(flatten)]
    pub show: Show,
}

/// Searches by trials, by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum TrialName {
    /// Population-based training: the worst go on with weights and numbers of the best
    Population,
    /// Large-scale evolution: children begin with their parent's weights
    Evolution,
    /// Network morphisms: children are greater and begin with what their parent computes; the best
    /// goes on
    HillClimb,
    /// EAS: a policy widens and deepens one network; children begin with what it computes
    Edits,
}

/// Two numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range(pub [f64; 2]);

impl FromStr for Range {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let ends =
            text.split_once(':').and_then(|(least, greatest)| Some([least.parse().ok()?, greatest.parse().ok()?]));
        ends.map(Self).ok_or_else(|| format!("found `{text}`, expected LEAST:GREATEST"))
    }
}
