//! What the workspace's tests share: a device, small networks whose weights and images are
//! formulas, and parameters, gradients and velocities by name.

pub mod largest_piece;
pub mod one_definition;
pub mod own_chain;
pub mod stops;
pub mod tiny;

use burn::{
    module::{Module, ModuleMapper, ModuleVisitor, Param, ParamId},
    optim::{GradientsParams, ModuleOptimizer},
    tensor::{DType, Device, Int, Tensor, TensorData, activation::log_softmax},
};
use std::collections::BTreeMap;
use supernet_nn::{Call, Execution, Init, NetworkConfig, NnError, NormKind, Paths, Weights};
use supernet_space::{CellSpace, ConvOrder, NetworkShape, PathDropout, PathMask, Schedule, StemKind, draws};

/// The device that tests run on: `BURN_DEVICE` (`flex`, `vulkan`, `cuda:1`), by default `flex`.
///
/// # Panics
/// If `BURN_DEVICE` names a device that this build or this machine lacks.
pub fn device() -> Device {
    let name = std::env::var("BURN_DEVICE").unwrap_or_else(|_| "flex".into());
    supernet::device(&name).unwrap_or_else(|error| panic!("BURN_DEVICE: {error}"))
}

/// The device that tests run on in this type: graphics cards need not have `f64`, in which Flex
/// says what is expected.
pub fn device_of(dtype: DType) -> Device {
    if dtype == DType::F64 { Device::flex() } else { device() }
}

/// Whether tests run on Flex; says why a test that is about Flex does not run elsewhere.
pub fn is_flex(what: &str) -> bool {
    let flex = device() == Device::flex();
    if !flex {
        println!("not run on {:?}: {what}", device());
    }
    flex
}

/// Burn's own operations, which compute in the type of what they are given: f64 here.
pub const PLAIN: Call = Call { execution: Execution::PlainBurn, statistics: supernet_nn::Statistics::Batch };

/// The network as published: every option for every ghost batch.
pub const DENSE: Call = Call { execution: Execution::Dense, statistics: supernet_nn::Statistics::Batch };

/// Weights by formula, of the given type: element i of a weight of variance σ² is
/// √2·σ·sin(12.9898·(i + 1) + phase), the phase drawn from the parameter's name. Scales are around
/// 1, shifts and biases around 0, none of them at its start value, so that a forgotten one shows.
pub struct Formula(pub DType);

impl Weights for Formula {
    fn weight(&mut self, name: &str, shape: &[usize], init: Init) -> Result<TensorData, NnError> {
        let hash = name
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        let phase = (hash >> 11) as f64 / (1u64 << 53) as f64 * 1000.0;
        let (centre, amplitude) = match init {
            Init::Variance(variance) => (0.0, (2.0 * variance).sqrt()),
            _ if name.contains("stored") => return Ok(init.data(shape).expect("a constant").convert_dtype(self.0)),
            Init::Zero => (0.0, 0.2),
            Init::One => (1.0, 0.3),
        };
        let wave = |i: usize| centre + amplitude * (12.9898 * (i + 1) as f64 + phase).sin();
        Ok(data((0..shape.iter().product()).map(wave).collect(), shape, self.0))
    }
}

/// Numbers as data of a type.
pub fn data(values: Vec<f64>, shape: &[usize], dtype: DType) -> TensorData {
    TensorData::new(values, shape.to_vec()).convert_dtype(dtype)
}

/// A small network: F = 4, images of 3 x 8 x 8, 5 classes, the default order and normalisation.
pub fn config(cells: CellSpace) -> NetworkConfig {
    let shape = NetworkShape {
        filters: 4,
        side: 8,
        channels: 3,
        classes: 5,
        order: ConvOrder::default(),
        stem: StemKind::Plain,
    };
    NetworkConfig { cells, shape, norm: NormKind::default() }
}

/// The same network with another order and normalisation.
pub fn with_order(config: &NetworkConfig, order: ConvOrder, norm: NormKind) -> NetworkConfig {
    NetworkConfig { norm, shape: NetworkShape { order, ..config.shape }, ..config.clone() }
}

/// The same network behind the stem of ImageNet: its cells have the same sides for images of four
/// times the side.
pub fn behind_imagenet_stem(config: &NetworkConfig) -> NetworkConfig {
    let shape = NetworkShape { side: 4 * config.shape.side, stem: StemKind::ImageNet, ..config.shape };
    NetworkConfig { shape, ..config.clone() }
}

/// Every order with every normalisation of a supernet.
pub fn orders_and_norms() -> Vec<(ConvOrder, NormKind)> {
    let orders = [ConvOrder::NormReluConv, ConvOrder::ReluConvNorm, ConvOrder::ConvNormRelu];
    orders.into_iter().flat_map(|order| [(order, NormKind::Ghost), (order, NormKind::GhostAffine)]).collect()
}

/// Images by formula, those of [`waves`].
pub fn images(count: usize, shape: &NetworkShape, dtype: DType, device: &Device) -> Tensor<4> {
    waves([count, shape.channels, shape.side, shape.side], dtype, device)
}

/// Numbers by formula: element i is cos(0.37·(i + 1)) + 0.5·sin(0.011·(i + 1)²).
pub fn waves<const D: usize>(shape: [usize; D], dtype: DType, device: &Device) -> Tensor<D> {
    let element = |i: usize| {
        let n = i as f64 + 1.0;
        (0.37 * n).cos() + 0.5 * (0.011 * n * n).sin()
    };
    Tensor::from_data(data((0..shape.iter().product()).map(element).collect(), &shape, dtype), (device, dtype))
}

/// Labels by formula: (7·i + 3) mod classes.
pub fn labels(count: usize, classes: usize, device: &Device) -> Tensor<1, Int> {
    let labels: Vec<i64> = (0..count).map(|i| ((7 * i + 3) % classes) as i64).collect();
    Tensor::from_data(&labels[..], device)
}

/// The mean cross entropy.
pub fn cross_entropy(logits: Tensor<2>, labels: Tensor<1, Int>) -> Tensor<1> {
    log_softmax(logits, 1).gather(1, labels.unsqueeze_dim(1)).mean().neg()
}

/// One mask per ghost batch from path dropout at a constant rate: r = 0.3 leaves about one
/// operation in seven, and many blocks dead.
pub fn random_masks(cells: &CellSpace, ghosts: usize, r: f64, seed: u64) -> Vec<PathMask> {
    let dropout = PathDropout::new(r).expect("a rate").with_schedule(Schedule::Constant);
    let rng = &mut draws(seed, "tests", 0);
    (0..ghosts).map(|_| dropout.draw(cells.space(), 0, 1, rng)).collect()
}

/// Paths of masks of the space.
pub fn paths(cells: &CellSpace, masks: &[PathMask]) -> Paths {
    let definition = config(cells.clone()).definition(&Device::flex()).expect("a small network");
    definition.paths(masks.to_vec()).expect("masks of the space")
}

/// A tensor's numbers, exact also for f32.
pub fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f64> {
    tensor.into_data().iter::<f64>().collect()
}

/// The bits of a tensor's numbers: equal iff the numbers are the same, the sign of zero included.
pub fn bits<const D: usize>(tensor: Tensor<D>) -> Vec<u64> {
    values(tensor).into_iter().map(f64::to_bits).collect()
}

/// A parameter of a module.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// Its id.
    pub id: ParamId,
    /// Its shape.
    pub shape: Vec<usize>,
    /// Its numbers.
    pub value: Vec<f64>,
    /// The gradient, where there is an entry.
    pub gradient: Option<Vec<f64>>,
}

impl Parameter {
    /// Whether the gradient has an entry that is not zero.
    pub fn moves(&self) -> bool {
        self.gradient.iter().flatten().any(|&x| x != 0.0)
    }
}

/// A module's parameters by path, with their entries in `gradients`.
pub fn parameters(module: &impl Module, gradients: &GradientsParams) -> BTreeMap<String, Parameter> {
    struct Read<'a> {
        path: Vec<String>,
        gradients: &'a GradientsParams,
        found: BTreeMap<String, Parameter>,
    }
    impl ModuleVisitor for Read<'_> {
        fn enter_module(&mut self, name: &str, _container: &str) {
            self.path.push(name.into());
        }

        fn exit_module(&mut self, _name: &str, _container: &str) {
            self.path.pop();
        }

        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            let parameter = Parameter {
                id: param.id,
                shape: param.val().dims().to_vec(),
                value: values(param.val()),
                gradient: self.gradients.get::<D>(param.id).map(values),
            };
            assert!(self.found.insert(self.path.join("."), parameter).is_none(), "two parameters of one name");
        }
    }
    let mut read = Read { path: Vec::new(), gradients, found: BTreeMap::new() };
    module.visit(&mut read);
    read.found
}

/// The parameters with the gradients of a loss.
pub fn backward(loss: Tensor<1>, module: &impl Module) -> BTreeMap<String, Parameter> {
    parameters(module, &GradientsParams::from_grads(loss.backward(), module))
}

/// The module with each parameter replaced by what `new` makes of its path and numbers.
pub fn replaced<M: Module>(module: M, new: impl FnMut(&str, Vec<f64>) -> Vec<f64>) -> M {
    struct Replace<F> {
        path: Vec<String>,
        new: F,
    }
    impl<F: FnMut(&str, Vec<f64>) -> Vec<f64>> ModuleMapper for Replace<F> {
        fn enter_module(&mut self, name: &str, _container: &str) {
            self.path.push(name.into());
        }

        fn exit_module(&mut self, _name: &str, _container: &str) {
            self.path.pop();
        }

        fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
            let (shape, dtype, device) = (param.val().dims(), param.val().dtype(), param.val().device());
            let numbers = (self.new)(&self.path.join("."), values(param.val()));
            param.map(|_| Tensor::from_data(data(numbers, &shape, dtype), (&device, dtype)))
        }
    }
    module.map(&mut Replace { path: Vec::new(), new })
}

/// The velocities that `optimizer` holds for a module's parameters, times −μ² and rounded once or
/// twice: what one Nesterov step of rate 1 with zero gradients makes of zero weights. The optimiser
/// has no other way to show them.
pub fn velocities<M: Module>(optimizer: &ModuleOptimizer, module: &M) -> BTreeMap<String, Vec<f64>> {
    struct Zeros(GradientsParams);
    impl ModuleVisitor for Zeros {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            self.0.register(param.id, param.val().inner().zeros_like());
        }
    }
    let mut zeros = Zeros(GradientsParams::new());
    module.visit(&mut zeros);
    let still = replaced(module.clone(), |_, numbers| vec![0.0; numbers.len()]);
    let moved = optimizer.clone().step(1.0, still, zeros.0);
    parameters(&moved, &GradientsParams::new()).into_iter().map(|(name, parameter)| (name, parameter.value)).collect()
}

/// The largest |a − b| / max(1, |b|).
///
/// # Panics
/// If the lengths differ.
pub fn distance(found: &[f64], expected: &[f64]) -> f64 {
    assert_eq!(found.len(), expected.len(), "numbers to compare");
    let each = found.iter().zip(expected).map(|(a, b)| (a - b).abs() / b.abs().max(1.0));
    each.fold(0.0, |most, x| if x > most || x.is_nan() { x } else { most })
}

/// Asserts that numbers agree within `tolerance·max(1, |expected|)`.
///
/// # Panics
/// If they do not.
pub fn assert_close(what: &str, found: &[f64], expected: &[f64], tolerance: f64) {
    let distance = distance(found, expected);
    assert!(distance <= tolerance, "{what}: distance {distance:e}, expected at most {tolerance:e}");
}

/// Asserts that the gradients are the same, an absent entry being zero.
///
/// # Panics
/// If they are not.
pub fn assert_same_gradients(
    found: &BTreeMap<String, Parameter>,
    expected: &BTreeMap<String, Parameter>,
    tolerance: f64,
) {
    assert!(found.keys().eq(expected.keys()), "parameters of the same names");
    for (name, parameter) in found {
        let dense = |p: &Parameter| p.gradient.clone().unwrap_or_else(|| vec![0.0; p.value.len()]);
        assert_close(name, &dense(parameter), &dense(&expected[name]), tolerance);
    }
}

/// The book's and the README's snippets, compiled and run with the other doctests.
#[cfg(doctest)]
mod book {
    #[doc = include_str!("../../README.md")]
    struct Readme;
    #[doc = include_str!("../../docs/how-it-works.md")]
    struct HowItWorks;
    #[doc = include_str!("../../docs/own-images.md")]
    struct OwnImages;
    #[doc = include_str!("../../docs/own-space.md")]
    struct OwnSpace;
    #[doc = include_str!("../../docs/runs.md")]
    struct Runs;
    #[doc = include_str!("../../docs/known-spaces.md")]
    struct KnownSpaces;
    #[doc = include_str!("../../docs/take-away.md")]
    struct TakeAway;
    #[doc = include_str!("../../docs/experiments.md")]
    struct Experiments;
    #[doc = include_str!("../../docs/systems/enas.md")]
    struct Enas;
    #[doc = include_str!("../../docs/systems/smash.md")]
    struct Smash;
    #[doc = include_str!("../../docs/systems/morph_net.md")]
    struct MorphNet;
    #[doc = include_str!("../../docs/trust.md")]
    struct Trust;
    #[doc = include_str!("../../docs/systems/trials.md")]
    struct Trials;
    #[doc = include_str!("../../docs/systems/programs.md")]
    struct Programs;
}
