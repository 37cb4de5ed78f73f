//! What the user should know of the images.

use crate::output::note;
use supernet::{data::LeftOut, prelude::Split};

/// Notes that are printed of a kind; the rest is counted.
const NOTES: usize = 6;

/// Prints what was left out of a folder of images, which images stand in two sets, and which sets
/// are too small to rank networks by.
pub fn note(left_out: &LeftOut, split: &Split) {
    left_out.to_string().lines().for_each(|line| note!("{line}"));
    split.repeated().iter().for_each(|repeated| note!("{repeated}"));
    let few = split.too_few();
    few.iter().take(NOTES).for_each(|few| note!("{few}"));
    if few.len() > NOTES {
        note!("and {} more sets or classes with too few images", few.len() - NOTES);
    }
}
