//! The recurrent cells of ENAS as a classifier of images, which they read row by row.

use super::EnasRnnNet;
use crate::{Build, Definition, Describe, Layer, NnError, Rows, Wire};
use burn::{
    module::Module,
    tensor::{Device, Tensor},
};
use supernet_space::{EnasRnn, EnasRnnShape};

/// [`EnasRnnNet`] for images [rows, channels, height, width] as sequences of their rows, from the
/// top: a step for each, of width · channels numbers. Its parameters have the names that they have
/// in that network.
#[derive(Module, Debug)]
pub struct EnasRnnByRows {
    net: EnasRnnNet,
}

impl EnasRnnByRows {
    /// The space of these networks, as [`EnasRnn`] knows it, with a state of `hidden` numbers, for
    /// images `[channels, height, width]`.
    ///
    /// # Errors
    /// A number out of range.
    pub fn definition(
        space: &EnasRnn,
        hidden: usize,
        image: [usize; 3],
        classes: usize,
        device: &Device,
    ) -> Result<Definition<Self>, NnError> {
        let [channels, height, width] = image;
        let shape = EnasRnnShape { steps: height, features: width * channels, hidden, classes };
        shape.check()?;
        let nodes = space.node_count();
        let build = move |b: &Build| Self { net: EnasRnnNet::new(b, nodes, &shape) };
        let names = |path: &str| path.strip_prefix("net.").unwrap_or(path).to_owned();
        Definition::new("enas-rnn", &image, device, build)?.with_names(names).known_as(space.space())
    }
}

impl Layer<4, 2> for EnasRnnByRows {
    fn forward(&self, x: Rows) -> Rows<2> {
        let by_rows = |x: Tensor<4>| {
            let [images, channels, height, width] = x.dims();
            x.permute([0, 2, 3, 1]).reshape([images, height, width * channels])
        };
        x.map::<3>(by_rows).through(&self.net)
    }
}

impl Describe for EnasRnnByRows {
    /// Says that it cannot: a description has no steps.
    fn describe(&self, x: Wire) -> Wire {
        x.failed("a recurrent cell", "a network that computes in steps", "one of layers")
    }
}
