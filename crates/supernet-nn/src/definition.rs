//! The definition of a space of one's own: from it come supernet, stand-alone networks, costs and
//! extracted weights.

use crate::{
    Build, Fingerprint, Layer, MaskedNetwork, Network, NnError, NormKind, Paths, Weights,
    apart::apart,
    check,
    cost::CostTable,
    fingerprint::{Formula, fingerprint},
    flow::Functions,
    names::Names,
    paths::About,
    placed_weights::placed,
};
use burn::tensor::{Device, Tensor};
use std::{
    fmt,
    sync::{Arc, OnceLock},
};
use supernet_space::{Choice, Cost, PathMask, SearchSpace, draws, programs::Activation};

/// A network of one's own as code that builds it, checked once. Inputs have `D` axes, rows first.
///
/// The choices are found by walking the module, in the order of its fields: there is no second
/// description to keep in step.
#[derive(Clone)]
pub struct Definition<M, const D: usize = 4> {
    build: Arc<dyn Fn(&Build) -> M + Send + Sync>,
    norm: NormKind,
    /// What stands in place of ReLU.
    activation: Option<Activation>,
    about: Arc<About>,
    /// Made when the first cost is asked for.
    costs: Arc<OnceLock<Result<CostTable, NnError>>>,
    device: Device,
}

impl<M: Layer<D, 2>, const D: usize> Definition<M, D> {
    /// The space `name` of networks that `build` makes, for inputs whose rows have shape `input`.
    ///
    /// The network is built on `device` and run on two rows, with every option and as a stand-alone
    /// network of the first options.
    ///
    /// # Errors
    /// No choice, two places of one name that differ, shapes that do not fit (the choice and the
    /// option are named), anything that keeps state between calls, a parameter that computes
    /// nothing.
    pub fn new(
        name: impl Into<String>,
        input: &[usize],
        device: &Device,
        build: impl Fn(&Build) -> M + Send + Sync + 'static,
    ) -> Result<Self, NnError> {
        let device = device.clone().autodiff();
        let name = name.into();
        let mut first = Build::everything(NormKind::Ghost, device.clone());
        let mut net = build(&first);
        if first.asked_for_space() {
            first = first.of_space(check::space_of(&name, &net)?);
            net = build(&first);
        }
        let about = check::checked(&name, &net, input, &first)?;
        let about = Arc::new(about);
        let least = check::least(&about.space);
        let alone = build(&Build::of_mask(about.space.clone(), least.clone(), device.clone()));
        check::runs(&alone, &about, least, &device)?;
        Ok(Self::of(about, &device, build))
    }

    /// The paper's networks that `build` makes, unchecked: its tests check them.
    pub(crate) fn known(
        space: &SearchSpace,
        input: &[usize],
        classes: usize,
        device: &Device,
        build: impl Fn(&Build) -> M + Send + Sync + 'static,
    ) -> Self {
        Self::of(Arc::new(About::new(space.clone(), input.to_vec(), classes)), device, build)
    }

    fn of(about: Arc<About>, device: &Device, build: impl Fn(&Build) -> M + Send + Sync + 'static) -> Self {
        Self {
            build: Arc::new(build),
            norm: NormKind::Ghost,
            activation: None,
            about,
            costs: Arc::default(),
            device: device.clone().inner(),
        }
    }

    /// The same with parameters that are drawn, stored and read under `name(path)` instead of their
    /// paths in the module: for a module whose fields have changed since its weights were stored.
    pub fn with_names(self, name: impl Fn(&str) -> String + Send + Sync + 'static) -> Self {
        let about = self.about.copied().with_names(Names::new(name));
        Self { about: Arc::new(about), ..self }
    }

    /// Returns the same networks inside a module that `wrap` makes around each, which stands one
    /// step above: a variant of an enum or the only field of a struct. Parameters keep their names.
    pub fn within<N>(self, wrap: impl Fn(M) -> N + Send + Sync + 'static) -> Definition<N, D>
    where
        M: 'static,
    {
        let build = self.build;
        let about = self.about.copied();
        let names = about.names.one_step_down();
        Definition {
            build: Arc::new(move |b| wrap(build(b))),
            norm: self.norm,
            activation: self.activation,
            about: Arc::new(about.with_names(names)),
            costs: self.costs,
            device: self.device,
        }
    }

    /// The same with another normalisation of the supernet.
    pub fn with_norm(self, norm: NormKind) -> Self {
        Self { norm, ..self }
    }

    /// The same with a function in place of every ReLU, none for ReLU itself: of the layers and of
    /// [`Rows::relu`](crate::Rows::relu), in an own module as in a known space (Ramachandran, Zoph
    /// and Le 2017, who put it in place of the ReLUs of published networks). Where the function has
    /// a β, each channel of each place has one, a parameter that starts at 1; only stand-alone
    /// networks have such, and a supernet is refused.
    ///
    /// ```
    /// use burn::{module::Module, nn, tensor::Device};
    /// use supernet_nn::{Build, ConvNorm, Definition, Layer, OneOf, Rows};
    ///
    /// #[derive(Module, Debug)]
    /// struct Net {
    ///     block: OneOf<ConvNorm>,
    ///     head: nn::Linear,
    /// }
    /// impl Layer<4, 2> for Net {
    ///     fn forward(&self, x: Rows) -> Rows<2> {
    ///         x.through(&self.block).global_average().through(&self.head)
    ///     }
    /// }
    ///
    /// let conv = |b: &Build, k| ConvNorm::new(b, [3, 4], k).with_relu();
    /// let definition = Definition::new("one block", &[3, 8, 8], &Device::flex(), move |b| Net {
    ///     block: OneOf::new(b, "block", [3, 5].map(|k| (k.to_string(), conv(b, k)))),
    ///     head: nn::LinearConfig::new(4, 2).init(b.device()),
    /// })?;
    /// let mask = definition.space().parse("01")?;
    /// let swish = definition.clone().with_activation(Some("swish".parse()?));
    /// let [with, without] = [&swish, &definition].map(|one| one.cost(&mask));
    /// assert_eq!(with?.parameters - without?.parameters, 4, "a β for each channel");
    /// # Ok::<(), supernet_nn::NnError>(())
    /// ```
    pub fn with_activation(self, activation: Option<Activation>) -> Self {
        Self { activation, costs: Arc::default(), ..self }
    }

    /// Returns whether networks of this definition have a ReLU, in whose place a function can
    /// stand.
    ///
    /// # Errors
    /// A network that cannot be run on zeros.
    pub fn has_relu(&self) -> Result<bool, NnError> {
        let all = self.space().all_on();
        let build = Build::everything(NormKind::Batch, self.device.clone()).of_space(self.space().clone());
        let net = (self.build)(&build.without_hypernetwork());
        Ok(!Network::new(net, self.about.clone(), None).relu_places(all)?.is_empty())
    }

    /// Returns the function that stands in place of ReLU.
    pub fn activation(&self) -> Option<Activation> {
        self.activation
    }

    /// The same as a known space: under its name, with its order of the choices, its conditions,
    /// and its rule which architectures are the same network.
    ///
    /// # Errors
    /// A space of other choices.
    pub fn known_as(self, space: &SearchSpace) -> Result<Self, NnError> {
        let (found, expected) = (self.space().choices(), space.choices());
        let alike = |a: &Choice, b: &Choice| {
            (a.name(), a.options(), a.min(), a.max()) == (b.name(), b.options(), b.min(), b.max())
        };
        let lacks = |of: &[Choice], in_these: &[Choice]| {
            of.iter().position(|choice| !in_these.iter().any(|other| alike(choice, other)))
        };
        if let Some(place) = lacks(expected, found).or_else(|| lacks(found, expected)) {
            let words = |choices: &[Choice]| choices.get(place).map_or("no choice".into(), |c| format!("{c:?}"));
            let (found, expected) = (words(found), words(expected));
            return Err(NnError::OtherChoices { space: space.name().into(), place, found, expected });
        }
        let About { input, classes, names, .. } = &*self.about;
        let about = About::new(space.clone(), input.clone(), *classes).with_names(names.clone());
        Ok(Self { about: Arc::new(about), ..self })
    }

    /// The known space `space` of networks of rows of a shape, both in `full`, that is tried as
    /// `small` networks of the same parts: published supernets have thousands of operations.
    ///
    /// # Errors
    /// As [`Definition::new`] and [`Definition::known_as`].
    pub(crate) fn tried_small<B: Fn(&Build) -> M + Send + Sync + 'static>(
        space: &SearchSpace,
        name: &str,
        [small, full]: [([usize; 3], B); 2],
        device: &Device,
    ) -> Result<Self, NnError> {
        let tried = Self::new(name, &small.0, device, small.1)?.known_as(space)?;
        Ok(tried.of_size(&full.0, full.1))
    }

    /// The same choices and classes in networks of another size, which `build` makes for inputs
    /// whose rows have shape `input`: where a small network is tried in place of a large one of the
    /// same parts.
    pub(crate) fn of_size(self, input: &[usize], build: impl Fn(&Build) -> M + Send + Sync + 'static) -> Self {
        let About { space, classes, names, .. } = &*self.about;
        let about = About::new(space.clone(), input.to_vec(), *classes).with_names(names.clone());
        Self { norm: self.norm, ..Self::of(Arc::new(about), &self.device, build) }
    }

    /// The same where the nodes of the graph `name` ([`crate::Graph::of`]) are interchangeable:
    /// graphs that differ by the names of their nodes alone are one network and are scored once, by
    /// their canonical member, as in [`supernet_space::GeneticStages`]. `chosen` names what is
    /// chosen inside node i, from 0, the same for all nodes. In the supernet each node keeps
    /// weights of its own.
    ///
    /// # Errors
    /// No such graph; more than 8 nodes; nodes in which not the same is chosen, or that cost
    /// different networks under other names.
    pub fn with_unlabelled(self, name: &str, chosen: impl Fn(usize) -> Vec<String>) -> Result<Self, NnError> {
        let input = |node: usize| format!("{name}/node{node}/inputs");
        let inputs: Vec<String> = (2..).map(input).take_while(|name| self.space().position(name).is_some()).collect();
        let chosen: Vec<Vec<String>> = (0..=inputs.len()).map(chosen).collect();
        let space = self.space().clone().with_unlabelled_graph(&inputs, &chosen)?;
        for draw in 0..20 {
            let one = space.sample(&mut draws(1, "unlabelled", draw));
            let [found, expected] = [&one, &space.canonical(&one)].map(|one| self.cost(one));
            let (found, expected) = (found?, expected?);
            if found != expected {
                return Err(NnError::OtherCost { graph: name.into(), mask: one.to_string(), found, expected });
            }
        }
        self.known_as(&space)
    }

    /// The normalisation of the supernet.
    pub fn norm(&self) -> NormKind {
        self.norm
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

    /// The paths of a batch of `masks.len()` ghost batches.
    ///
    /// # Errors
    /// No mask, or one of another space.
    pub fn paths(&self, masks: Vec<PathMask>) -> Result<Paths, NnError> {
        Paths::new(self.about.clone(), masks)
    }

    /// The network that holds every option.
    ///
    /// # Errors
    /// What `weights` refuses; a function with a β in place of ReLU.
    pub fn supernet(&self, weights: &mut dyn Weights, device: &Device) -> Result<Network<M, D>, NnError> {
        if let Some(function) = self.activation.filter(Activation::has_beta) {
            return Err(NnError::BetaOfSupernet { function });
        }
        let build = Build::everything(self.norm, device.clone()).of_space(self.space().clone());
        self.network(&build, None, weights)
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
    ) -> Result<Network<M, D>, NnError> {
        self.space().belongs(mask)?;
        let build = Build::of_mask(self.space().clone(), mask.clone(), device.clone());
        self.network(&build, Some(mask.clone()), weights)
    }

    /// The stand-alone network of `mask` with the weights of a supernet, by name. With batch
    /// statistics it equals the masked supernet (PAPER, E1).
    ///
    /// # Errors
    /// As [`Definition::stand_alone`].
    pub fn extract(
        &self,
        supernet: &Network<M, D>,
        mask: &PathMask,
        device: &Device,
    ) -> Result<Network<M, D>, NnError> {
        self.stand_alone(mask, &mut supernet.weights_of(mask)?, device)
    }

    /// How far the network that is cut out of a supernet is from the masked supernet on `input`:
    /// the largest |Δ| / max(1, |logit|) (PAPER, E1). Rounding, for a network that is all in its
    /// fields.
    ///
    /// # Errors
    /// As [`Definition::extract`]; input of another shape.
    pub fn extraction_error(
        &self,
        supernet: &Network<M, D>,
        mask: &PathMask,
        input: Tensor<D>,
    ) -> Result<f64, NnError> {
        let alone = self.extract(supernet, mask, &input.device())?;
        let paths = supernet.paths(vec![mask.clone()], None)?;
        let logits = |network: &Network<M, D>| network.forward_masked(input.clone(), &paths);
        Ok(apart(logits(&alone)?, logits(supernet)?))
    }

    /// Returns what the stand-alone network of `mask` costs: its trainable parameters, and the
    /// multiply-accumulates of its convolutions and linear layers for one row. The first call runs
    /// the network once with every option on; after that a cost is a sum over a table.
    ///
    /// # Errors
    /// A mask of another space.
    pub fn cost(&self, mask: &PathMask) -> Result<Cost, NnError> {
        self.space().belongs(mask)?;
        let table = self.costs.get_or_init(|| {
            let device = self.device.clone().autodiff();
            let build = Build::everything(NormKind::Batch, device.clone()).of_space(self.space().clone());
            let build = build.without_hypernetwork();
            let net = (self.build)(&build);
            check::cost_table(&net, &self.about, &device)
        });
        let cost = table.as_ref().map(|table| table.cost(mask)).map_err(NnError::clone)?;
        Ok(Cost { parameters: cost.parameters + self.betas(mask)?, ..cost })
    }

    /// The β's of the stand-alone network of `mask` in place of its ReLUs.
    fn betas(&self, mask: &PathMask) -> Result<u64, NnError> {
        if !self.activation.is_some_and(|activation| activation.has_beta()) {
            return Ok(0);
        }
        let net = (self.build)(&Build::of_mask(self.space().clone(), mask.clone(), self.device.clone()));
        let network = Network::new(net, self.about.clone(), Some(mask.clone()));
        Ok(network.relu_places(mask.clone())?.iter().map(|place| place.channels as u64).sum())
    }

    /// Computes what tells these networks from those of another definition.
    ///
    /// # Errors
    /// A network that cannot be built.
    pub fn fingerprint(&self) -> Result<Fingerprint, NnError> {
        let plain = self.clone().with_activation(None);
        let fingerprint = fingerprint(&plain.supernet(&mut Formula, &self.device)?, &self.device)?;
        Ok(match self.activation {
            Some(activation) => fingerprint.with(&activation.to_string()),
            None => fingerprint,
        })
    }

    fn network(
        &self,
        build: &Build,
        mask: Option<PathMask>,
        weights: &mut dyn Weights,
    ) -> Result<Network<M, D>, NnError> {
        let net = placed((self.build)(build), build, &self.about.names, weights)?;
        let network = Network::new(net, self.about.clone(), mask.clone());
        let Some(activation) = self.activation else { return Ok(network) };
        let places = match activation.has_beta() {
            true => network.relu_places(mask.unwrap_or_else(|| self.space().all_on()))?,
            false => Vec::new(),
        };
        let replaced = Functions::new((activation, places), build, weights)?;
        Ok(network.with_replaced(Some(replaced)))
    }
}

impl<M, const D: usize> fmt::Debug for Definition<M, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Definition").field("about", &self.about).field("norm", &self.norm).finish_non_exhaustive()
    }
}
