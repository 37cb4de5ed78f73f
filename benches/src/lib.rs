//! Cases that the benches share.

use std::fmt;
use supernet::{
    burn::{
        nn::loss::CrossEntropyLossConfig,
        optim::{GradientsParams, ModuleOptimizer, SgdConfig, momentum::MomentumConfig},
        tensor::{Device, Int, Tensor, TensorData},
    },
    nn::{Call, Execution, MaskedL2, Network, NetworkConfig, NormKind, Paths, awake_on},
    space::{CellSpace, NetworkShape, PathDropout, PathMask, Schedule, draws},
    train::SeededWeights,
};

/// A supernet's size and batch.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// Filters F.
    pub filters: usize,
    /// Cells N.
    pub cells: usize,
    /// Side of the images.
    pub side: usize,
    /// Ghost batches per step.
    pub ghosts: usize,
    /// Images per ghost batch.
    pub ghost_size: usize,
}

/// The two shapes of the side-by-side figures on a processor.
pub const SHAPES: [Shape; 2] = [
    Shape { filters: 8, cells: 3, side: 16, ghosts: 8, ghost_size: 16 },
    Shape { filters: 16, cells: 3, side: 32, ghosts: 4, ghost_size: 16 },
];

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { filters, cells, side, ghosts, ghost_size } = self;
        write!(f, "F={filters} cells={cells} {side}x{side} {ghosts}x{ghost_size}")
    }
}

/// Which paths are on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Masks {
    /// Path dropout at its full rate.
    Dropout(f64),
    /// Uniform architectures.
    Architectures,
    /// All.
    AllOn,
}

impl Masks {
    /// The masks of draw `draw`, one for each of `ghosts` ghost batches.
    pub fn draw(self, cells: &CellSpace, ghosts: usize, draw: u64) -> Vec<PathMask> {
        let space = cells.space();
        let one = |ghost: usize| {
            let rng = &mut draws(1, &format!("bench/{ghost}"), draw);
            match self {
                Self::Dropout(r) => {
                    let dropout = PathDropout::new(r).expect("a rate").with_schedule(Schedule::Constant);
                    dropout.draw(space, 0, 1, rng)
                }
                Self::Architectures => space.sample(rng).mask().clone(),
                Self::AllOn => space.all_on(),
            }
        };
        (0..ghosts).map(one).collect()
    }
}

/// A supernet with everything that a training step needs.
pub struct Bench {
    /// The network; taken and put back by each step.
    pub network: Option<Network>,
    config: NetworkConfig,
    optimizer: ModuleOptimizer,
    images: Tensor<4>,
    labels: Tensor<1, Int>,
    device: Device,
    ghosts: usize,
}

impl Bench {
    /// A supernet of `shape` on `device`.
    pub fn new(shape: Shape, device: &Device) -> Self {
        let device = device.clone().autodiff();
        let cells = CellSpace::new(shape.cells, 4).expect("a space");
        let network = NetworkShape {
            filters: shape.filters,
            side: shape.side,
            channels: 3,
            classes: 10,
            order: Default::default(),
        };
        let config = NetworkConfig { cells, shape: network, norm: NormKind::Ghost };
        let network = config.supernet(&mut SeededWeights::new(1), &device).expect("a network");
        let n = shape.ghosts * shape.ghost_size;
        let pixel = |i: usize| (0.37 * (i + 1) as f32).cos();
        let images: Vec<f32> = (0..n * 3 * shape.side * shape.side).map(pixel).collect();
        let labels: Vec<i64> = (0..n as i64).map(|i| i % 10).collect();
        let momentum = MomentumConfig { momentum: 0.9, dampening: 0.0, nesterov: true };
        Self {
            network: Some(network),
            config,
            optimizer: SgdConfig::new().with_momentum(Some(momentum)).init(),
            images: Tensor::from_data(TensorData::new(images, [n, 3, shape.side, shape.side]), &device),
            labels: Tensor::from_data(TensorData::new(labels, [n]), &device),
            device,
            ghosts: shape.ghosts,
        }
    }

    /// The space.
    pub fn cells(&self) -> &CellSpace {
        &self.config.cells
    }

    /// The paths of a draw.
    pub fn paths(&self, masks: Masks, draw: u64) -> Paths {
        Paths::new(self.cells(), masks.draw(self.cells(), self.ghosts, draw)).expect("masks of this space")
    }

    /// One training step, waited for.
    pub fn step(&mut self, paths: &Paths, execution: Execution) {
        let network = self.network.take().expect("put back by the step before");
        let cross_entropy = CrossEntropyLossConfig::new().init(&self.device);
        let (images, labels) = (self.images.clone(), self.labels.clone());
        let gradients = awake_on(&self.device, || {
            let call = Call { execution, ..Call::default() };
            let logits = network.forward_with(images, paths, &call).expect("images of this size");
            GradientsParams::from_grads(cross_entropy.forward(logits, labels).backward(), &network)
        });
        let directions = MaskedL2::default().apply(&network, gradients, &network.usage(paths));
        self.network = Some(self.optimizer.step(0.01, network, directions));
        self.device.sync().expect("a device that works");
    }
}

/// The device of `BURN_DEVICE`, `flex` if unset.
pub fn device() -> Device {
    let name = std::env::var("BURN_DEVICE").unwrap_or("flex".into());
    supernet::device(&name).unwrap_or_else(|error| panic!("{error}"))
}
