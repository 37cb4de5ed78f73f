//! A choice of the size of the images that a network reads.

use super::options::{Options, checked};
use crate::{
    Build, Layer, Rows,
    flow::{Taken, sum},
    layers::Resize,
};
use burn::module::{Module, ModuleDisplay};
use std::rc::Rc;

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
        let pass = Rc::clone(x.pass());
        let (choice, bits) = pass.paths().choice(self.sides.name());
        let nothing = x.nothing().depending(choice + 1);
        let mut terms = Vec::new();
        for option in 0..self.sides.count() {
            let rows = x.only(choice, |ghost| bits[ghost] >> option & 1 == 1);
            if rows.is_live() {
                let resize = self.sides.taken(option);
                let run = || checked(&self.network, rows.through(resize));
                let result: Rows<O> = pass.within(Taken::on(choice, 1 << option), run);
                terms.push(result.gated(pass.paths().gate(choice, option)));
            }
        }
        sum(&nothing, terms).scaled(pass.paths().scale(choice))
    }
}
