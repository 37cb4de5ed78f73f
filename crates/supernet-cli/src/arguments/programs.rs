//! A search for programs on the command line.

use super::{Options, Show};
use clap::Args;
use std::path::PathBuf;
use supernet::{space::PathMask, train::ProgramKind};

#[derive(Args)]
#[command(
    after_help = "A program is what one network is trained with: --space and its numbers say of which networks it is \
                  one, --architecture which of them."
)]
pub struct Programs {
    /// The search's directory; the same command on it goes on where it was stopped
    pub directory: PathBuf,

    /// What is searched: activations (functions in place of ReLU) or rules (how weights move along
    /// their gradients) [default: that of the directory, else activations]
    #[arg(long, value_name = "WHAT")]
    pub what: Option<ProgramKind>,

    /// Units of a program: of functions at most so many, 1 to 4; of rules so many, 1 to 3 [default:
    /// 2]
    #[arg(long, value_name = "N")]
    pub units: Option<usize>,

    /// Different programs that are trained [default: 60]
    #[arg(long, value_name = "N")]
    pub programs: Option<usize>,

    /// The best of them, trained again from other weights beside what is known [default: 5]
    #[arg(long, value_name = "N")]
    pub best: Option<usize>,

    /// Epochs of a training of the search; those at the end are a network's from scratch [default:
    /// a third of these]
    #[arg(long, value_name = "N")]
    pub child_epochs: Option<usize>,

    /// The network that is trained with each program [default: one that is drawn]
    #[arg(long, value_name = "ARCHITECTURE")]
    pub architecture: Option<PathMask>,

    #[command(flatten)]
    pub options: Options,

    #[command(flatten)]
    pub show: Show,
}
