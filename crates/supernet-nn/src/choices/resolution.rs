//! A choice of the size of the images that a network reads.

use super::options::{Options, checked};
use crate::{Build, Layer, Rows, layers::Resize};
use burn::module::{Module, ModuleDisplay};

/// One of several sides to which images are brought before a network reads them: the resolution
/// multiplier of MobileNets (Howard et al. 2017, 3.4). The network is the same at each, so its
/// output must not depend on the size of the images, as that of an average over the image does not.
///
/// In a supernet a ghost batch with several on gets the sum of the outputs; the network runs once
/// for each.
#[derive(Module, Debug)]
pub struct Resolution<M: Module + ModuleDisplay> {
    pub(crate) sides: Options<Resize>,
    pub(crate) network: M,
}

impl<M: Module + ModuleDisplay> Resolution<M> {
    /// The choice `name` among named sides, in pixels, for images that `network` reads.
    pub fn new<N: Into<String>>(
        b: &Build,
        name: impl Into<String>,
        sides: impl IntoIterator<Item = (N, usize)>,
        network: M,
    ) -> Self {
        let sides = sides.into_iter().map(|(name, side)| (name.into(), Resize::new(side))).collect();
        Self { sides: Options::new(b, name.into(), (1, 1), sides), network }
    }
}

impl<const O: usize, M: Layer<4, O>> Layer<4, O> for Resolution<M> {
    fn forward(&self, x: Rows) -> Rows<O> {
        self.sides.sum_of(x, |resize, rows| checked(&self.network, rows.through(resize)))
    }
}
