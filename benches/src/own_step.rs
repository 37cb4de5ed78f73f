//! A supernet of a definition with everything that a training step needs.

use crate::{formula_images, update::Update};
use supernet::{
    burn::{
        module::Module,
        nn::loss::CrossEntropyLossConfig,
        optim::GradientsParams,
        tensor::{Device, Int, Tensor, TensorData},
    },
    nn::{Call, Execution, MaskedL2, awake_on},
    own::{Definition, Layer, MaskedNetwork, Network},
    space::PathMask,
    train::SeededWeights,
};

/// A supernet of images, a batch and an optimiser: forward, cross-entropy, backward, masked L2,
/// clipping, SGD with Nesterov momentum.
pub struct OwnStep<M: Layer<4, 2>> {
    /// Taken and put back by each step.
    network: Option<Network<M>>,
    update: Update,
    images: Tensor<4>,
    labels: Tensor<1, Int>,
    device: Device,
}

impl<M: Layer<4, 2>> OwnStep<M> {
    /// A supernet on `device`, and a batch of `count` images.
    pub fn new(definition: &Definition<M>, count: usize, device: &Device) -> Self {
        let device = device.clone().autodiff();
        let labels: Vec<i64> = (0..count).map(|i| (i % definition.classes()) as i64).collect();
        Self {
            network: Some(definition.supernet(&mut SeededWeights::new(1), &device).expect("a network")),
            update: Update::new(),
            images: formula_images(count, definition.input(), &device),
            labels: Tensor::from_data(TensorData::new(labels, [count]), &device),
            device,
        }
    }

    /// Weights, counted one by one.
    pub fn parameters(&self) -> usize {
        self.network.as_ref().expect("put back by each step").num_params()
    }

    /// Runs one training step and waits for it; `masks` has one for each ghost batch.
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
