//! The graph of a stand-alone network.

use super::{Describe, Graph, Wire, draft::Draft};
use crate::{Layer, Network, NnError, flow::Rectifier};

impl<M: Layer<D, 2> + Describe, const D: usize> Network<M, D> {
    /// Returns what a stand-alone network computes, without what no logit depends on.
    ///
    /// # Errors
    /// A supernet; a description that does not fit the network.
    pub fn graph(&self) -> Result<Graph, NnError> {
        let wrong = |place: &str, found: String, expected: &str| {
            Err(NnError::Description { place: place.into(), found, expected: expected.into() })
        };
        let Some(mask) = self.mask() else {
            return wrong("the network", "a supernet".into(), "the stand-alone network of an architecture");
        };
        let draft = Draft::new(self, self.space(), mask, Rectifier::of(self.replaced()));
        let logits = self.module().describe(Wire::input(draft, self.input()));
        let is_flat = logits.shape().len() == 1;
        let found = format!("rows of shape {:?}", logits.shape());
        let graph = logits.finished()?;
        if is_flat { Ok(graph) } else { wrong("the logits", found, "one number for each class") }
    }
}
