//! How far two networks' logits are apart.

use burn::tensor::Tensor;

/// Computes the largest |Δ| / max(1, |logit|); no number where one is none.
pub(crate) fn apart(found: Tensor<2>, expected: Tensor<2>) -> f64 {
    let (found, expected) = (found.into_data(), expected.into_data());
    let each = found.iter::<f64>().zip(expected.iter::<f64>()).map(|(a, b)| (a - b).abs() / b.abs().max(1.0));
    each.fold(0.0, |most, error| if error > most || error.is_nan() { error } else { most })
}
