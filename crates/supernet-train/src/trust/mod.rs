//! Whether a run's ranking is to be trusted: what is free of its scores, halves of the validation
//! images, networks trained from scratch.

mod checked;
mod evidence;
mod halves;

pub(crate) use checked::{check_epochs, check_networks, read_checked};
pub(crate) use evidence::{RankingEvidence, can_calibrate, ranking_values};
pub(crate) use halves::halves;
