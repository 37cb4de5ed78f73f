//! The definition of a space of one's own: from it come supernet, stand-alone networks, costs and extracted weights.

use super::{Build, Layer, OwnNetwork, check, cost, own_network::About, pass::Taken, placed_weights::placed};
use crate::{MaskedNetwork, NamedWeights, NnError, NormKind, Weights};
use burn::tensor::{Device, Tensor};
use std::{fmt, sync::Arc};
use supernet_space::{Choice, Cost, PathMask, SearchSpace};

/// A network of one's own as code that builds it, checked once. Inputs have `D` axes, rows first.
///
/// The choices are found by walking the module, in the order of its fields: there is no second description to keep in step.
#[derive(Clone)]
pub struct Definition<M, const D: usize = 4> {
    build: Arc<dyn Fn(&Build) -> M + Send + Sync>,
    norm: NormKind,
    about: Arc<About>,
    /// Multiply-accumulates, with the options in which they stand.
    macs: Arc<Vec<(Vec<Taken>, u64)>>,
    device: Device,
}

impl<M: Layer<D, 2>, const D: usize> Definition<M, D> {
    /// The space `name` of networks that `build` makes, for inputs whose rows have shape `input`.
    ///
    /// The network is built on `device` and run on two rows, with every option and as a stand-alone network of the first options.
    ///
    /// # Errors
    /// No choice, two places of one name that differ, shapes that do not fit (the choice and the option are named), anything that keeps
    /// state between calls, a parameter that computes nothing.
    pub fn new(
        name: impl Into<String>,
        input: &[usize],
        device: &Device,
        build: impl Fn(&Build) -> M + Send + Sync + 'static,
    ) -> Result<Self, NnError> {
        let device = device.clone().autodiff();
        let net = build(&Build::everything(NormKind::Ghost, device.clone()));
        let checked = check::checked(&name.into(), &net, input, &device)?;
        let about = Arc::new(checked.about);
        let least = check::least(&about.space);
        let alone = build(&Build::of_mask(about.space.clone(), least.clone(), device.clone()));
        check::runs(&alone, &about, least, &device)?;
        Ok(Self {
            build: Arc::new(build),
            norm: NormKind::Ghost,
            about,
            macs: Arc::new(checked.macs),
            device: device.inner(),
        })
    }

    /// The same with another normalisation of the supernet.
    pub fn with_norm(self, norm: NormKind) -> Self {
        Self { norm, ..self }
    }

    /// The same as a known space: under its name, and with its rule which architectures are the same network.
    ///
    /// # Errors
    /// A space of other choices.
    pub fn known_as(self, space: &SearchSpace) -> Result<Self, NnError> {
        let (found, expected) = (self.space().choices(), space.choices());
        if found != expected {
            let place = found.iter().zip(expected).take_while(|(a, b)| a == b).count();
            let words = |choices: &[Choice]| choices.get(place).map_or("no choice".into(), |c| format!("{c:?}"));
            let (found, expected) = (words(found), words(expected));
            return Err(NnError::OtherChoices { space: space.name().into(), place, found, expected });
        }
        let About { input, classes, .. } = &*self.about;
        let about = Arc::new(About::new(space.clone(), input.clone(), *classes));
        Ok(Self { about, ..self })
    }

    /// The choices.
    pub fn space(&self) -> &SearchSpace {
        &self.about.space
    }

    /// Classes that the network tells apart.
    pub fn classes(&self) -> usize {
        self.about.classes
    }

    /// The shape of an input's rows.
    pub fn input(&self) -> &[usize] {
        &self.about.input
    }

    /// The network that holds every option.
    ///
    /// # Errors
    /// What `weights` refuses.
    pub fn supernet(&self, weights: &mut dyn Weights, device: &Device) -> Result<OwnNetwork<M, D>, NnError> {
        self.network(&Build::everything(self.norm, device.clone()), weights)
    }

    /// The network that holds what `mask` has on, with ordinary batch normalisation.
    ///
    /// # Errors
    /// A mask of another space, or what `weights` refuses.
    pub fn stand_alone(
        &self,
        mask: &PathMask,
        weights: &mut dyn Weights,
        device: &Device,
    ) -> Result<OwnNetwork<M, D>, NnError> {
        self.space().belongs(mask)?;
        self.network(&Build::of_mask(self.space().clone(), mask.clone(), device.clone()), weights)
    }

    /// The stand-alone network of `mask` with the weights of a supernet, by name. With batch statistics it equals the masked supernet
    /// (PAPER, E1).
    ///
    /// # Errors
    /// As [`Definition::stand_alone`].
    pub fn extract(
        &self,
        supernet: &OwnNetwork<M, D>,
        mask: &PathMask,
        device: &Device,
    ) -> Result<OwnNetwork<M, D>, NnError> {
        self.stand_alone(mask, &mut NamedWeights::of(supernet.module()), device)
    }

    /// How far the network that is cut out of a supernet is from the masked supernet on `input`: the largest |Δ| / max(1, |logit|)
    /// (PAPER, E1). Rounding, for a network that is all in its fields.
    ///
    /// # Errors
    /// As [`Definition::extract`]; input of another shape.
    pub fn extraction_error(
        &self,
        supernet: &OwnNetwork<M, D>,
        mask: &PathMask,
        input: Tensor<D>,
    ) -> Result<f64, NnError> {
        let alone = self.extract(supernet, mask, &input.device())?;
        let paths = supernet.paths(vec![mask.clone()], None)?;
        let logits = |network: &OwnNetwork<M, D>| network.forward(input.clone(), &paths).map(Tensor::into_data);
        let (masked, own) = (logits(supernet)?, logits(&alone)?);
        let each = masked.iter::<f64>().zip(own.iter::<f64>()).map(|(a, b)| (a - b).abs() / a.abs().max(1.0));
        Ok(each.fold(0.0, |most, error| if error > most || error.is_nan() { error } else { most }))
    }

    /// What the stand-alone network of `mask` costs: its parameters as it is built, the multiply-accumulates of its convolutions and
    /// linear layers for one row.
    ///
    /// # Errors
    /// A mask of another space.
    pub fn cost(&self, mask: &PathMask) -> Result<Cost, NnError> {
        self.space().belongs(mask)?;
        let build = Build::of_mask(self.space().clone(), mask.clone(), self.device.clone());
        let parameters = cost::parameters(&(self.build)(&build));
        Ok(Cost { parameters, macs: cost::macs_of(&self.macs, mask) })
    }

    fn network(&self, build: &Build, weights: &mut dyn Weights) -> Result<OwnNetwork<M, D>, NnError> {
        Ok(OwnNetwork::new(placed((self.build)(build), weights, build.device())?, self.about.clone()))
    }
}

impl<M, const D: usize> fmt::Debug for Definition<M, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Definition").field("about", &self.about).field("norm", &self.norm).finish_non_exhaustive()
    }
}
