//! The proxies of an untrained network.

use super::jacobians::uncorrelated;
use crate::{Examples, SeededWeights, TrainError, stage::PROXIES};
use burn::{
    module::{Module, ModuleVisitor, Param},
    nn::loss::CrossEntropyLossConfig,
    optim::GradientsParams,
    tensor::{DType, Device, Int, Tensor, TensorData},
};
use rand::seq::index::sample;
use supernet_nn::{
    Call, Definition, Execution, Init, Layer, MaskedNetwork, Network, NnError, NormKind, Statistics, Weights,
    on_processor,
};
use supernet_search::trust::Proxy;
use supernet_space::{PathMask, draws};

/// Untrained networks on one batch of training examples: what [`Proxy`] says of any architecture of
/// a definition. Weights, as the batch, are those of a seed, and a parameter's depend on its path
/// alone: what two architectures have in common starts alike.
pub struct Untrained<M, const D: usize = 4> {
    /// With the normalisation of networks from scratch.
    definition: Definition<M, D>,
    execution: Execution,
    device: Device,
    seed: u64,
    input: TensorData,
    labels: Vec<i64>,
}

impl<M: Layer<D, 2>, const D: usize> Untrained<M, D> {
    /// Takes the stand-alone networks of `definition` on `count` of `examples`, or all if there are
    /// fewer, drawn by `seed`.
    pub fn new(
        definition: &Definition<M, D>,
        examples: &dyn Examples<D>,
        count: usize,
        seed: u64,
        execution: Execution,
        device: &Device,
    ) -> Self {
        let all = examples.len();
        let mut places = sample(&mut draws(seed, "proxies", 0), all, count.min(all)).into_vec();
        places.sort_unstable();
        let labels = places.iter().map(|&place| examples.label(place) as i64).collect();
        let (definition, device) = (definition.clone().with_norm(NormKind::Batch), device.clone().autodiff());
        Self { definition, execution, device, seed, input: examples.batch(&places), labels }
    }

    /// The networks.
    pub fn definition(&self) -> &Definition<M, D> {
        &self.definition
    }

    /// Examples of the batch.
    pub fn examples(&self) -> usize {
        self.labels.len()
    }

    /// Computes what each of [`Proxy::ALL`] says of the network of `mask`; no finite number where
    /// the mask cuts the way to the outputs.
    ///
    /// # Errors
    /// A mask of another space; a device that fails.
    pub fn values(&self, mask: &PathMask) -> Result<[f64; Proxy::ALL.len()], TrainError> {
        let [gradient, snip] = self.by_loss(mask)?;
        let of = |proxy: &Proxy| {
            Ok(match proxy {
                Proxy::JacobCov => self.by_images(mask)?,
                Proxy::Synflow => self.by_flow(mask)?,
                Proxy::GradNorm => gradient,
                Proxy::Snip => snip,
            })
        };
        let values = Proxy::ALL.iter().map(of).collect::<Result<Vec<f64>, TrainError>>()?;
        Ok(values.try_into().expect("a value for each"))
    }

    /// [`Proxy::JacobCov`].
    fn by_images(&self, mask: &PathMask) -> Result<f64, TrainError> {
        let network = self.network(mask, &mut SeededWeights::new(self.seed))?;
        let input = Tensor::<D>::from_data(self.input.clone(), &self.device).require_grad();
        let logits = self.logits(&network, mask, input.clone(), Statistics::Batch)?;
        match input.grad(&logits.sum().backward()) {
            None => Ok(f64::NAN),
            Some(gradient) => Ok(uncorrelated(&numbers(gradient)?, self.labels.len())),
        }
    }

    /// [`Proxy::GradNorm`] and [`Proxy::Snip`].
    fn by_loss(&self, mask: &PathMask) -> Result<[f64; 2], TrainError> {
        let network = self.network(mask, &mut SeededWeights::new(self.seed))?;
        let input = Tensor::<D>::from_data(self.input.clone(), &self.device);
        let labels = Tensor::<1, Int>::from_data(TensorData::from(&self.labels[..]), &self.device);
        let logits = self.logits(&network, mask, input, Statistics::Batch)?;
        let loss = CrossEntropyLossConfig::new().init(&self.device).forward(logits, labels);
        let sums = Sums::of(&network, loss)?;
        Ok([sums.lengths, sums.products])
    }

    /// [`Proxy::Synflow`]. Flows grow by a factor a layer, beyond what 32 bits hold in deep
    /// networks, so a processor computes in 64. Elsewhere those of a fainter image are taken, which
    /// they are proportional to; where that is not enough there is no number.
    fn by_flow(&self, mask: &PathMask) -> Result<f64, TrainError> {
        const FAINTER: f64 = 1e-15;
        let dtype = if on_processor(&self.device.clone().inner()) { DType::F64 } else { DType::F32 };
        let network = self.network(mask, &mut Magnitudes(SeededWeights::new(self.seed), dtype))?;
        let mut shape = [1; D];
        shape[1..].copy_from_slice(self.definition.input());
        let mut value = f64::NAN;
        for times in 0..3 {
            let brightness = FAINTER.powi(times);
            let input = Tensor::<D>::ones(shape, (&self.device, dtype)).mul_scalar(brightness);
            let flow = self.logits(&network, mask, input, Statistics::Stored)?.sum();
            value = Sums::of(&network, flow)?.products.ln() - brightness.ln();
            if value < f64::INFINITY {
                break;
            }
        }
        Ok(value)
    }

    fn network(&self, mask: &PathMask, weights: &mut dyn Weights) -> Result<Network<M, D>, TrainError> {
        Ok(self.definition.stand_alone(mask, weights, &self.device)?)
    }

    fn logits(
        &self,
        network: &Network<M, D>,
        mask: &PathMask,
        input: Tensor<D>,
        statistics: Statistics,
    ) -> Result<Tensor<2>, TrainError> {
        let paths = MaskedNetwork::paths(network, vec![mask.clone()], None)?;
        Ok(network.forward_with(input, &paths, &Call { execution: self.execution, statistics })?)
    }
}

/// Weights without their signs, of a type.
struct Magnitudes(SeededWeights, DType);

impl Weights for Magnitudes {
    fn weight(&mut self, name: &str, shape: &[usize], init: Init) -> Result<TensorData, NnError> {
        Ok(magnitudes(&self.0.weight(name, shape, init)?, self.1))
    }

    fn constant(&mut self, name: &str, shape: &[usize], value: f64) -> Result<TensorData, NnError> {
        Ok(magnitudes(&self.0.constant(name, shape, value)?, self.1))
    }
}

fn magnitudes(signed: &TensorData, dtype: DType) -> TensorData {
    let values: Vec<f64> = signed.iter::<f64>().map(f64::abs).collect();
    TensorData::new(values, signed.shape().to_vec()).convert_dtype(dtype)
}

/// What the weights of a network, which are the parameters of more than one axis, and the gradients
/// of a number by them give. Summed in 64 bits, one after the other: the same on every device but
/// for what it computes.
#[derive(Default)]
struct Sums {
    gradients: GradientsParams,
    /// Of the lengths of the gradients.
    lengths: f64,
    /// Of the magnitudes of the products of weights and gradients.
    products: f64,
    failure: Option<TrainError>,
}

impl Sums {
    fn of(network: &impl Module, number: Tensor<1>) -> Result<Self, TrainError> {
        let gradients = GradientsParams::from_grads(number.backward(), network);
        let mut sums = Self { gradients, ..Self::default() };
        network.visit(&mut sums);
        match sums.failure.take() {
            Some(error) => Err(error),
            None => Ok(sums),
        }
    }
}

impl ModuleVisitor for Sums {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let Some(gradient) = self.gradients.get::<D>(param.id).filter(|_| D > 1) else { return };
        let read = numbers(gradient).and_then(|gradient| Ok((gradient, numbers(param.val().inner())?)));
        match read {
            Ok((gradient, weight)) => {
                self.lengths += gradient.iter().map(|g| g * g).sum::<f64>().sqrt();
                self.products += gradient.iter().zip(&weight).map(|(g, w)| (g * w).abs()).sum::<f64>();
            }
            Err(error) => self.failure = Some(error),
        }
    }
}

/// The numbers of a tensor.
fn numbers<const D: usize>(tensor: Tensor<D>) -> Result<Vec<f64>, TrainError> {
    let failed = |reason: String| TrainError::Device { stage: PROXIES.into(), reason };
    let data = tensor.try_into_data().map_err(|error| failed(error.to_string()))?;
    Ok(data.iter::<f64>().collect())
}
