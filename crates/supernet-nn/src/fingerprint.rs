//! What tells the networks of a definition from those of another.

use crate::{Init, Layer, MaskedNetwork, NamedWeights, Network, NnError, Weights, check};
use burn::tensor::{Device, Tensor, TensorData};
use serde::{Deserialize, Serialize};
use supernet_space::{PathMask, SearchSpace, fnv1a};

/// What tells the networks of a definition from those of another: whoever changes a layer gets
/// another.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Fingerprint {
    /// A hash of choices, input, classes, and the names and shapes of all parameters, in
    /// hexadecimal.
    pub parameters: String,
    /// Mean and root mean square of the logits of a few masks, for weights and inputs that are
    /// given by a formula: they tell what is computed. They round as the device does.
    pub computes: Vec<f64>,
}

impl Fingerprint {
    /// The same of networks with something that is called `name` in them.
    pub(crate) fn with(self, name: &str) -> Self {
        let named = format!("{} {name}", self.parameters);
        Self { parameters: format!("{:016x}", fnv1a(named.as_bytes())), ..self }
    }

    /// Whether both tell of the same networks: equal hashes, and logits that differ by less than a
    /// hundredth, which rounding does not reach.
    pub fn agrees(&self, other: &Self) -> bool {
        let near = |(a, b): (&f64, &f64)| (a - b).abs() <= 1e-2 * a.abs().max(b.abs()) + 1e-5;
        self.parameters == other.parameters
            && self.computes.len() == other.computes.len()
            && self.computes.iter().zip(&other.computes).all(near)
    }
}

/// Rows of the input that is tried.
const ROWS: usize = 2;

/// Computes the fingerprint of the networks of `supernet`, whose weights are [`Formula`]'s, on
/// `device`.
///
/// # Errors
/// A device that fails.
pub(crate) fn fingerprint<M: Layer<D, 2>, const D: usize>(
    supernet: &Network<M, D>,
    device: &Device,
) -> Result<Fingerprint, NnError> {
    let mut shapes: Vec<String> = NamedWeights::of(supernet)
        .0
        .iter()
        .map(|(name, data)| format!("{name} {:?}", data.shape().as_slice()))
        .collect();
    shapes.sort();
    let space = supernet.space();
    let named = format!("{:?} {:?} {} {shapes:?}", space.choices(), supernet.input(), supernet.classes());
    let mut computes = Vec::new();
    for mask in [space.all_on(), last(space), check::least(space)] {
        computes.extend(moments(supernet, mask, device)?);
    }
    Ok(Fingerprint { parameters: format!("{:016x}", fnv1a(named.as_bytes())), computes })
}

/// The highest option of each choice.
fn last(space: &SearchSpace) -> PathMask {
    space.mask(space.choices().iter().map(|choice| 1 << (choice.options().len() - 1)).collect())
}

/// Mean and root mean square of the logits of `mask`.
fn moments<M: Layer<D, 2>, const D: usize>(
    supernet: &Network<M, D>,
    mask: PathMask,
    device: &Device,
) -> Result<[f64; 2], NnError> {
    let mut dims = [ROWS; D];
    dims[1..].copy_from_slice(supernet.input());
    let count = dims.iter().product();
    let input = TensorData::new(wave(count, 0.3, 1.0), dims.to_vec());
    let paths = supernet.paths(vec![mask], None)?;
    let logits = supernet.logits(Tensor::from_data(input, device), &paths, &Default::default())?.into_data();
    let numbers: Vec<f64> = logits.iter::<f64>().collect();
    let mean = |of: &dyn Fn(f64) -> f64| numbers.iter().map(|&x| of(x)).sum::<f64>() / numbers.len() as f64;
    Ok([mean(&|x| x), mean(&|x| x * x).sqrt()].map(six_digits))
}

/// A number that text gives back as it was.
fn six_digits(number: f64) -> f64 {
    format!("{number:.5e}").parse().expect("a number")
}

/// `count` numbers of about variance `scale`².
fn wave(count: usize, phase: f64, scale: f64) -> Vec<f32> {
    (0..count).map(|i| (scale * std::f64::consts::SQRT_2 * (1.7 * i as f64 + phase).sin()) as f32).collect()
}

/// Weights by a formula of their names.
pub(crate) struct Formula;

impl Weights for Formula {
    fn weight(&mut self, name: &str, shape: &[usize], init: Init) -> Result<TensorData, NnError> {
        let (phase, count) = ((fnv1a(name.as_bytes()) % 1_000) as f64, shape.iter().product());
        let values = match init {
            Init::Variance(variance) => wave(count, phase, variance.sqrt()),
            Init::Zero => wave(count, phase, 0.1),
            Init::One => wave(count, phase, 0.1).into_iter().map(|x| 1.0 + x).collect(),
        };
        Ok(TensorData::new(values, shape.to_vec()))
    }
}
