//! A supernet with everything that a training step needs.

use crate::{Masks, Shape, formula_images, update::Update};
use supernet::{
    burn::{
        module::Module,
        nn::loss::CrossEntropyLossConfig,
        optim::GradientsParams,
        tensor::{Device, Int, Tensor, TensorData},
    },
    nn::{Call, Execution, MaskedL2, MaskedNetwork, PaperNetwork, awake_on},
    space::{CellSpace, PathMask},
    train::SeededWeights,
};

/// A supernet, a batch and an optimiser: forward, cross-entropy, backward, masked L2, clipping, SGD
/// with Nesterov momentum.
pub struct TrainingStep {
    /// Taken and put back by each step.
    network: Option<PaperNetwork>,
    update: Update,
    images: Tensor<4>,
    labels: Tensor<1, Int>,
    device: Device,
    cells: CellSpace,
    ghosts: usize,
}

impl TrainingStep {
    /// A supernet of `shape` on `device`.
    pub fn new(shape: Shape, device: &Device) -> Self {
        let device = device.clone().autodiff();
        let config = shape.network();
        let network = config.supernet(&mut SeededWeights::new(1), &device).expect("a network");
        let n = shape.images();
        let labels: Vec<i64> = (0..n as i64).map(|i| i % 10).collect();
        Self {
            network: Some(network),
            update: Update::new(),
            images: formula_images(n, &[3, shape.side, shape.side], &device),
            labels: Tensor::from_data(TensorData::new(labels, [n]), &device),
            device,
            cells: config.cells,
            ghosts: shape.ghosts,
        }
    }

    /// The space.
    pub fn cells(&self) -> &CellSpace {
        &self.cells
    }

    /// Weights, counted one by one.
    pub fn parameters(&self) -> usize {
        self.network.as_ref().expect("put back by each step").num_params()
    }

    /// The masks of a draw.
    pub fn masks(&self, masks: Masks, draw: u64) -> Vec<PathMask> {
        masks.draw(&self.cells, self.ghosts, draw)
    }

    /// One training step, waited for; `masks` has one for each ghost batch.
    ///
    /// # Panics
    /// If the number of masks does not divide the batch, or the device fails.
    pub fn run(&mut self, masks: &[PathMask], execution: Execution) {
        let network = self.network.take().expect("put back by the step before");
        let paths = network.paths(masks.to_vec(), None).expect("masks of this space");
        let cross_entropy = CrossEntropyLossConfig::new().init(&self.device);
        let (images, labels) = (self.images.clone(), self.labels.clone());
        let (gradients, usage) = awake_on(&self.device, || {
            let call = Call { execution, ..Call::default() };
            let (logits, usage) = network.forward_used(images, &paths, &call).expect("images of this size");
            (GradientsParams::from_grads(cross_entropy.forward(logits, labels).backward(), &network), usage)
        });
        let directions = MaskedL2::default().apply(&network, gradients, &usage);
        self.network = Some(self.update.step(network, directions, execution));
        self.device.sync().expect("a device that works");
    }
}
