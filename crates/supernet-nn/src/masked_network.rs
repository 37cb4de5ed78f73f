//! What training and inference need of a network.

use crate::{Call, NnError, Notes, Usage};
use burn::{module::Module, tensor::Tensor};
use supernet_space::{PathMask, SearchSpace};

/// A network that takes its path masks as an input: what training and inference need of it.
pub trait MaskedNetwork: Module + Sync {
    /// A batch.
    type Input: Send;
    /// The masks of a batch's ghost batches.
    type Paths: Sync;

    /// The space whose masks it reads.
    fn search_space(&self) -> &SearchSpace;

    /// The paths of a batch of `masks.len()` ghost batches; what survives of choice i is multiplied
    /// by `scales[i]`.
    ///
    /// # Errors
    /// No mask, or one of another space.
    fn paths(&self, masks: Vec<PathMask>, scales: Option<Vec<f64>>) -> Result<Self::Paths, NnError>;

    /// Returns the same paths with a gate for each option and ghost batch, as
    /// [`Paths::with_gates`](crate::Paths::with_gates) does: `gates` is [ghost batches, options of
    /// all choices].
    fn with_gates(&self, paths: Self::Paths, gates: Tensor<2>) -> Self::Paths;

    /// Returns the same paths, which examples lose with a rate, as
    /// [`Paths::with_drop_path`](crate::Paths::with_drop_path) says.
    fn with_drop_path(&self, paths: Self::Paths, rate: f64, seed: u64) -> Self::Paths;

    /// Returns the same at a rate that grows with depth (Zoph et al., CVPR 2018): `rate` at the
    /// last place, in proportion to how many places come before it at each other.
    ///
    /// # Errors
    /// A network that cannot be run on zeros, by which its places are counted.
    fn with_growing_drop_path(&self, paths: Self::Paths, rate: f64, seed: u64) -> Result<Self::Paths, NnError>;

    /// The logits [rows, classes] of a batch whose equal runs of rows are the ghost batches, and in
    /// what share of them each parameter is used.
    ///
    /// # Errors
    /// A batch of another shape, or one that the ghost batches do not divide.
    fn forward_used(&self, input: Self::Input, paths: &Self::Paths, call: &Call)
    -> Result<(Tensor<2>, Usage), NnError>;

    /// The logits alone.
    ///
    /// # Errors
    /// As [`MaskedNetwork::forward_used`].
    fn logits(&self, input: Self::Input, paths: &Self::Paths, call: &Call) -> Result<Tensor<2>, NnError> {
        self.forward_used(input, paths, call).map(|(logits, _)| logits)
    }

    /// The same with stored statistics: the plain average of those noted (PAPER, E3).
    fn calibrated(self, notes: &Notes) -> Self;
}
