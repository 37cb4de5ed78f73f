//! A network that makes weights of other layers from the mask.

use super::Layer;
use crate::{
    Build, Init, NnError, Rows,
    call::{Call, run},
    flow::Codes,
};
use burn::{
    module::{Module, Param},
    tensor::{Tensor, TensorData, activation::leaky_relu},
};
use std::rc::Rc;
use supernet_space::{Choice, PathMask, SearchSpace};

/// Units of each hidden layer: numbers of a code.
pub(super) const HIDDEN: usize = 128;

/// Numbers of the fixed input z.
const NOISE: usize = 32;

/// Slope below zero (Brock et al. 2017).
const SLOPE: f64 = 0.02;

/// A network that reads the whole mask and from which [`Generated`](crate::Generated) layers get
/// their weights (SMASH: Brock, Lim, Ritchie and Weston 2017).
///
/// It is a layer that passes rows on as they are: the network's input goes through it before any
/// generated layer. What it computes for each distinct mask of a pass is a code of 128 numbers
///
/// ```text
/// h = f(W₂ f(W₁ [mask, z]))        f(x) = max(x, 0.02 x)
/// ```
///
/// where the mask is a number 0 or 1 for each option of each choice and z ~ N(0, I), 32 numbers,
/// is drawn once by its name, never trained, and stored with the weights. The output layer has a
/// slice for each generated layer, held there, so that what is off does not move.
///
/// The paper's is a DenseNet over planes; this one is an MLP, which needs no layout of the choices
/// in a plane. A stand-alone network has none of it.
#[derive(Module, Debug)]
pub struct Hypernetwork {
    /// Of a supernet.
    trunk: Option<Trunk>,
    most_masks: usize,
}

/// What is shared by all generated layers.
#[derive(Module, Debug)]
struct Trunk {
    /// [1, 32].
    noise: Param<Tensor<2>>,
    /// [options + 32, 128].
    first: Param<Tensor<2>>,
    /// [128, 128].
    second: Param<Tensor<2>>,
}

impl Hypernetwork {
    /// The hypernetwork of a network, one for all its generated layers.
    pub fn new(b: &Build) -> Self {
        let trunk = b.generates().then(|| {
            let (choices, options) = b.encoded();
            let of = |inputs: usize| Init::Variance(2.0 / inputs as f64);
            Trunk {
                noise: b.fixed([1, NOISE], Init::Variance(1.0)),
                first: b.parameter([options + NOISE, HIDDEN], of(choices + NOISE)),
                second: b.parameter([HIDDEN, HIDDEN], of(HIDDEN)),
            }
        });
        Self { trunk, most_masks: 64 }
    }

    /// The same with another bound on the distinct masks of a pass, 64 otherwise: each has a weight
    /// of its own in each generated layer. A training step of more is an error; a scoring takes no
    /// more at a time.
    ///
    /// # Panics
    /// If it is zero.
    pub fn with_most_masks(self, most_masks: usize) -> Self {
        assert!(most_masks > 0, "Hypernetwork: found at most 0 masks, expected at least 1");
        Self { most_masks, ..self }
    }
}

/// Rows pass as they are; layers behind it find what their weights are made of.
impl<const D: usize> Layer<D, D> for Hypernetwork {
    fn forward(&self, x: Rows<D>) -> Rows<D> {
        let Some(trunk) = &self.trunk else { return x };
        let pass = Rc::clone(x.pass());
        let (masks, of) = pass.distinct_masks();
        let (found, expected) = (masks.len(), self.most_masks);
        if found > expected {
            return x.failed(NnError::DistinctMasks { found, expected });
        }
        if pass.codes().is_some() {
            return x.failed(NnError::Hypernetworks);
        }
        let weights = [&trunk.noise, &trunk.first, &trunk.second].map(Param::val);
        let tensor = codes(&masks, pass.paths().space(), weights, &pass.call());
        let parameters = Rc::from([trunk.first.id, trunk.second.id]);
        pass.set_codes(Codes { tensor, of: of.into(), parameters }, expected);
        x
    }
}

/// Masks as numbers, 1 for each option that is on and 0 for others, with z behind each: [masks,
/// options + 32].
fn encoded(masks: &[&PathMask], space: &SearchSpace, noise: Tensor<2>) -> Tensor<2> {
    let (count, device, dtype) = (masks.len(), noise.device(), noise.dtype());
    let of = |mask: &&PathMask| {
        let options = |(c, choice): (usize, &Choice)| (0..choice.options().len()).map(move |o| (c, o));
        let places = space.choices().iter().enumerate().flat_map(options);
        places.map(|(c, o)| f32::from(u8::from(mask.is_on(c, o)))).collect::<Vec<f32>>()
    };
    let bits: Vec<f32> = masks.iter().flat_map(of).collect();
    let options = bits.len() / count;
    let bits = Tensor::from_data(TensorData::new(bits, [count, options]), (&device, dtype));
    Tensor::cat(vec![bits, noise.expand([count, NOISE])], 1)
}

/// The codes [masks, 128] of masks.
pub(super) fn codes(masks: &[&PathMask], space: &SearchSpace, trunk: [Tensor<2>; 3], call: &Call) -> Tensor<2> {
    let [noise, first, second] = trunk;
    [first, second].into_iter().fold(encoded(masks, space, noise), |x, weight| {
        let ([masks, _], [inputs, outputs]) = (x.dims(), weight.dims());
        let y = rows_of_an_image(x, weight.reshape([1, inputs, outputs, 1]), call);
        leaky_relu(y.reshape([masks, outputs]), SLOPE)
    })
}

/// Σ_c rows[i, c] · image[0, c, p] as [1, rows, h, w]. A 1x1 whose weights are the rows: what a row
/// gets does not depend on how many there are, bit for bit, as a matrix product's might.
pub(super) fn rows_of_an_image(rows: Tensor<2>, image: Tensor<4>, call: &Call) -> Tensor<4> {
    let [count, channels] = rows.dims();
    run!(call, pointwise(image, rows.reshape([count, channels, 1, 1])))
}
