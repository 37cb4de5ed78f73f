//! Whether a run's ranking is to be trusted: what its scores follow, some candidates scored twice,
//! networks trained from scratch.

mod checked;
mod evidence;
mod twice;

pub(crate) use checked::{check_epochs, check_networks, read_checked};
pub(crate) use evidence::{RankingEvidence, can_calibrate, ranking_values};
pub(crate) use twice::{Scorings, Twice, half_of, to_repeat, twice};
