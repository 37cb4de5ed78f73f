//! A parameter as masked L2 sees it.

use burn::tensor::Tensor;

/// A gradient, the weight that it belongs to, and how strongly that decays, λ·u.
#[derive(Clone, Debug)]
pub struct Decayed {
    /// q.
    pub gradient: Tensor<1>,
    /// w, of as many numbers.
    pub weight: Tensor<1>,
    /// λ·u.
    pub decay: f64,
}
