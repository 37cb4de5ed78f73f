//! A new part that adds nothing yet.

use super::{anatomy::Parameter, values::set};
use burn::tensor::TensorData;
use std::collections::HashMap;

/// Sets the last thing of a part to zero: scale and shift of the normalisation that follows its
/// last weight, or that weight, in the order of its fields. What is added to a sum, or beside which
/// the input passes, is nothing then.
pub(super) fn zero(part: &[&Parameter], values: &mut HashMap<String, TensorData>) {
    let last = part.iter().rposition(|one| one.is_weight());
    let behind = &part[last.map_or(0, |last| last + 1)..];
    let scales = behind.iter().any(|one| ["scale", "gamma"].contains(&one.field()));
    let weight = last.filter(|_| !scales).map(|last| &part[last]);
    for one in behind.iter().chain(weight).filter(|one| !one.is_statistic()) {
        set(values, &one.name, |data| vec![0.0; data.num_elements()]);
    }
}
