//! A network: a supernet, or the stand-alone network of one architecture.

use crate::{
    Call, Layer, MaskedNetwork, NamedWeights, NnError, Notes, Paths, Rows, Statistics, Usage,
    flow::{Functions, Memo, Pass, Place as ReluPlace, Rectifier, Variants, rows_of_each},
    layers::generated_of,
    names::Names,
    paths::About,
};
use burn::{
    module::{
        Content, Devices, DisplaySettings, Module, ModuleDisplay, ModuleDisplayDefault, ModuleMapper, ModuleVisitor,
        Param, ParamId,
    },
    tensor::{DType, Device, Tensor},
};
use std::{
    cell::RefCell,
    collections::HashMap,
    fmt,
    rc::Rc,
    sync::{Arc, OnceLock, atomic::Ordering},
};
use supernet_space::{PathMask, SearchSpace, fnv1a};

/// A network whose inputs have `D` axes, rows first. The same type is supernet and stand-alone
/// network: the second holds only what its mask takes.
#[derive(Clone, Debug)]
pub struct Network<M: Module, const D: usize = 4> {
    net: M,
    /// What stands in place of its ReLUs.
    replaced: Option<Functions>,
    about: Arc<About>,
    /// Of a stand-alone network.
    mask: Option<Arc<PathMask>>,
    /// Places at which paths can be dropped, of a stand-alone network; counted when it is first
    /// asked.
    drop_places: Arc<OnceLock<u64>>,
    /// Whether its stored statistics are set; found out when it first predicts.
    calibrated: Arc<OnceLock<bool>>,
}

impl<M: Layer<D, 2>, const D: usize> Network<M, D> {
    pub(crate) fn new(net: M, about: Arc<About>, mask: Option<PathMask>) -> Self {
        let mask = mask.map(Arc::new);
        Self { net, replaced: None, about, mask, drop_places: Arc::default(), calibrated: Arc::default() }
    }

    /// The same with a function in place of its ReLUs.
    pub(crate) fn with_replaced(self, replaced: Option<Functions>) -> Self {
        Self { replaced, ..self }
    }

    /// What stands in place of its ReLUs.
    pub(crate) fn replaced(&self) -> Option<&Functions> {
        self.replaced.as_ref()
    }

    /// The places of max(x, 0) that it comes to with `mask`.
    ///
    /// # Errors
    /// A mask of another space.
    pub(crate) fn relu_places(&self, mask: PathMask) -> Result<Vec<ReluPlace>, NnError> {
        let Some(zeros) = self.zeros(2) else { return Ok(Vec::new()) };
        let paths = self.paths(vec![mask], None)?;
        let pass = Pass::new(paths, &Call::default(), (&zeros.device(), zeros.dtype()));
        let pass = Rc::new(pass.tracking_use().with_rectifier(Rectifier::Noting(RefCell::default())));
        let logits = self.net.forward(Rows::input(zeros, Variants::each(1), Rc::clone(&pass)));
        drop(logits);
        Ok(pass.rectifier().noted())
    }

    /// The user's module.
    pub fn module(&self) -> &M {
        &self.net
    }

    /// The space whose masks it reads.
    pub fn space(&self) -> &SearchSpace {
        &self.about.space
    }

    /// The shape of an input's rows.
    pub fn input(&self) -> &[usize] {
        &self.about.input
    }

    /// Classes that it tells apart.
    pub fn classes(&self) -> usize {
        self.about.classes
    }

    /// The names of its parameters.
    pub(crate) fn names(&self) -> &Names {
        &self.about.names
    }

    /// The mask of a stand-alone network; none of a supernet.
    pub fn mask(&self) -> Option<&PathMask> {
        self.mask.as_deref()
    }

    /// Predicts: the logits [rows, classes] of a stand-alone network, normalised by its stored
    /// statistics, so that a row's logits do not depend on the rows beside it.
    ///
    /// # Errors
    /// A supernet, whose answers depend on a mask; a network that was not calibrated; input of
    /// another shape.
    pub fn forward(&self, input: Tensor<D>) -> Result<Tensor<2>, NnError> {
        let mask = self.mask.as_deref().ok_or(NnError::Supernet)?;
        if !*self.calibrated.get_or_init(|| is_calibrated(&self.net)) {
            return Err(NnError::NotCalibrated);
        }
        let paths = self.paths(vec![mask.clone()], None)?;
        self.forward_with(input, &paths, &Call { statistics: Statistics::Stored, ..Call::default() })
    }

    /// The logits [rows, classes] of a batch whose equal runs of rows are the ghost batches of
    /// `paths`, each normalised by its own statistics. Where a mask cuts the way to the logits they
    /// are zeros.
    ///
    /// # Errors
    /// Input of another shape, or a batch that the ghost batches do not divide.
    ///
    /// # Panics
    /// If a mask takes what a stand-alone network was built without.
    pub fn forward_masked(&self, input: Tensor<D>, paths: &Paths) -> Result<Tensor<2>, NnError> {
        self.forward_with(input, paths, &Call::default())
    }

    /// [`Network::forward_masked`] with the options of `call`.
    ///
    /// # Errors
    /// As [`Network::forward_masked`].
    pub fn forward_with(&self, input: Tensor<D>, paths: &Paths, call: &Call) -> Result<Tensor<2>, NnError> {
        self.forward_used(input, paths, call).map(|(logits, _)| logits)
    }

    /// The logits [masks · rows, classes] of every mask of `paths` on the same rows, each as if it
    /// were alone: what masks have in common is computed once.
    ///
    /// # Errors
    /// Input of another shape.
    pub fn forward_shared(&self, input: Tensor<D>, paths: &Paths, call: &Call) -> Result<Tensor<2>, NnError> {
        self.forward_after(input, paths, call, &Rc::default(), 0).map(|(logits, _)| logits)
    }

    /// The logits [places · rows, classes] of each of `masks` on the same rows, each as if it were
    /// alone, for `places` of a few masks at a time, in no particular order. `finished` returns
    /// false to end the work early.
    ///
    /// Masks are taken in their order, a few in a pass: as many as compute in about `memory` bytes.
    /// What those of a pass have in common is computed once, and so is what depends on the choices
    /// that a pass shares with the next one alone: no prefix of a mask is computed twice, and
    /// memory holds one path of the tree of prefixes besides, however many masks there are.
    ///
    /// # Errors
    /// Input of another shape, a mask of another space.
    pub fn forward_each(
        &self,
        input: Tensor<D>,
        masks: &[&PathMask],
        memory: usize,
        call: &Call,
        finished: &mut dyn FnMut(&[usize], Tensor<2>) -> bool,
    ) -> Result<(), NnError> {
        /// Tensors as large as the largest that a pass holds for each mask.
        const IN_WORK: usize = 8;
        let mut order: Vec<usize> = (0..masks.len()).collect();
        order.sort_by(|&a, &b| masks[a].cmp(masks[b]));
        let memo = Rc::default();
        let row = input.dims()[0] * size_of::<f32>() * IN_WORK;
        // What one mask needs is known once a pass has run. Logits do not depend on how many masks
        // share a pass.
        let known = || {
            let fitting = memory.checked_div(self.about.largest.load(Ordering::Relaxed) * row).unwrap_or(1);
            fitting.min(self.about.most_masks.load(Ordering::Relaxed)).max(1)
        };
        let (mut first, mut width) = (0, known());
        while first < order.len() {
            let places = &order[first..order.len().min(first.saturating_add(width))];
            first += places.len();
            width = known();
            let next = order.get(first..order.len().min(first.saturating_add(width))).and_then(|next| next.last());
            let shared = next.map_or(0, |&next| self.choices_shared(masks[places[0]], masks[next]));
            let paths = self.paths(places.iter().map(|&place| masks[place].clone()).collect(), None)?;
            let (logits, pass) = self.forward_after(input.clone(), &paths, call, &memo, shared)?;
            self.about.largest.fetch_max(pass.largest().div_ceil(input.dims()[0]), Ordering::Relaxed);
            self.about.most_masks.fetch_min(pass.most_masks(), Ordering::Relaxed);
            if !finished(places, logits) {
                break;
            }
        }
        Ok(())
    }

    /// The number of leading choices in which two masks agree, and so all masks between them.
    fn choices_shared(&self, a: &PathMask, b: &PathMask) -> usize {
        let choices = 0..self.about.space.choices().len();
        choices.take_while(|&choice| a.bits(choice) == b.bits(choice)).count()
    }

    /// As [`Network::forward_shared`], with what the pass before has left; leaves what depends on
    /// the first `shared` choices alone. Returns the pass, too.
    fn forward_after(
        &self,
        input: Tensor<D>,
        paths: &Paths,
        call: &Call,
        memo: &Rc<RefCell<Memo>>,
        shared: usize,
    ) -> Result<(Tensor<2>, Rc<Pass>), NnError> {
        let (count, device, dtype) = (input.dims()[0], input.device(), input.dtype());
        memo.borrow_mut().begin(shared);
        let pass = Pass::new(paths.clone(), call, (&device, dtype)).with_memo(memo);
        let (rows, pass) = self.run(input, Variants::shared(paths.ghosts()), pass)?;
        memo.borrow_mut().end();
        let logits = match rows.into_tensor() {
            Some((logits, variants)) => rows_of_each(logits, &variants),
            None => Tensor::zeros([count * paths.ghosts(), self.about.classes], (&device, dtype)),
        };
        Ok((logits, pass))
    }

    /// Collects the weights of the stand-alone network of `mask`, and others, by name: the
    /// network's own, and where weights are generated ([`crate::Generated`]) those of the mask as
    /// plain ones.
    ///
    /// # Errors
    /// A mask of another space.
    pub fn weights_of(&self, mask: &PathMask) -> Result<NamedWeights, NnError> {
        self.about.space.belongs(mask)?;
        let mut weights = NamedWeights::of(self);
        let generated = generated_of(&self.net, mask, &self.about.space);
        weights.0.extend(generated.into_iter().map(|(path, data)| (self.about.names.of(&path), data)));
        Ok(weights)
    }

    /// Computes in what share of the ghost batches each parameter is used, from a pass over zeros.
    ///
    /// # Errors
    /// As [`MaskedNetwork::forward_used`].
    pub fn usage(&self, paths: &Paths) -> Result<Usage, NnError> {
        let Some(zeros) = self.zeros(paths.ghosts()) else { return Ok(Usage::default()) };
        self.forward_used(zeros, paths, &Call::default()).map(|(_, usage)| usage)
    }

    /// An input of zeros, on the device and in the type of the parameters; none of a network
    /// without parameters.
    fn zeros(&self, rows: usize) -> Option<Tensor<D>> {
        let (device, dtype) = place(&self.net)?;
        let mut dims = [rows; D];
        dims[1..].copy_from_slice(&self.about.input);
        Some(Tensor::zeros(dims, (&device, dtype)))
    }

    /// Runs of modules that a shared forward pass takes, one for each module and variant: what
    /// sharing saves can be counted.
    ///
    /// # Errors
    /// As [`Network::forward_shared`].
    pub fn shared_runs(&self, input: Tensor<D>, paths: &Paths, call: &Call) -> Result<usize, NnError> {
        let pass = Pass::new(paths.clone(), call, (&input.device(), input.dtype()));
        self.run(input, Variants::shared(paths.ghosts()), pass).map(|(_, pass)| pass.runs())
    }

    /// Sets the stored statistics of its normalisations to the plain average of those noted (PAPER,
    /// E3).
    pub fn calibrate(self, notes: &Notes) -> Self {
        let mut calibrate = Calibrate { path: Vec::new(), names: &self.about.names, notes };
        Self { net: self.net.map(&mut calibrate), calibrated: Arc::default(), ..self }
    }

    fn run(&self, input: Tensor<D>, variants: Variants, pass: Pass) -> Result<(Rows<2>, Rc<Pass>), NnError> {
        self.check(&input, variants.count())?;
        let replaced = self.replaced.as_ref();
        let pass = if replaced.is_some_and(Functions::has_places) { pass.tracking_use() } else { pass };
        let pass = Rc::new(pass.with_rectifier(Rectifier::of(replaced)));
        let logits = self.net.forward(Rows::input(input, variants, pass.clone()));
        logits.exists();
        match pass.failure() {
            Some(error) => Err(error),
            None => Ok((logits, pass)),
        }
    }

    /// The places at which a pass with these masks can drop paths.
    fn count_drop_places(&self, paths: &Paths) -> Result<u64, NnError> {
        let Some(zeros) = self.zeros(paths.ghosts()) else { return Ok(0) };
        let counting = paths.clone().counting_places();
        let pass = Pass::new(counting.clone(), &Call::default(), (&zeros.device(), zeros.dtype()));
        let (rows, _) = self.run(zeros, Variants::each(paths.ghosts()), pass)?;
        drop(rows.into_tensor());
        let places = counting.drop_path().map_or(0, |drop| drop.places());
        if self.mask.as_deref().is_some_and(|mask| paths.masks().iter().all(|other| other == mask)) {
            self.drop_places.get_or_init(|| places);
        }
        Ok(places)
    }

    fn check(&self, input: &Tensor<D>, groups: usize) -> Result<(), NnError> {
        let dims = input.dims();
        if dims[1..] != self.about.input[..] {
            return Err(NnError::Input { found: dims[1..].to_vec(), expected: self.about.input.clone() });
        }
        if dims[0] == 0 || !dims[0].is_multiple_of(groups) {
            return Err(NnError::GhostBatches { images: dims[0], ghosts: groups });
        }
        Ok(())
    }

    fn usage_of(&self, rows: &Rows<2>) -> Usage {
        let used: Vec<_> = rows.uses.iter().map(|uses| uses.parameters()).collect();
        let mut counts = HashMap::new();
        for variant in (0..rows.variants.ghosts()).filter_map(|ghost| rows.variants.of(ghost)) {
            used[variant as usize].iter().for_each(|&id| *counts.entry(id).or_insert(0) += 1);
        }
        Usage::new(counts, rows.variants.ghosts())
    }
}

impl<M: Layer<D, 2>, const D: usize> MaskedNetwork for Network<M, D> {
    type Input = Tensor<D>;
    type Paths = Paths;

    fn search_space(&self) -> &SearchSpace {
        &self.about.space
    }

    fn paths(&self, masks: Vec<PathMask>, scales: Option<Vec<f64>>) -> Result<Paths, NnError> {
        Ok(Paths::new(self.about.clone(), masks)?.with_scales(scales))
    }

    fn with_gates(&self, paths: Paths, gates: Tensor<2>) -> Paths {
        paths.with_gates(gates)
    }

    fn with_drop_path(&self, paths: Paths, rate: f64, seed: u64) -> Paths {
        paths.with_drop_path(rate, seed)
    }

    fn with_growing_drop_path(&self, paths: Paths, rate: f64, seed: u64) -> Result<Paths, NnError> {
        let places = match (self.drop_places.get(), self.mask.as_deref()) {
            (Some(&places), Some(mask)) if paths.masks().iter().all(|other| other == mask) => places,
            _ => self.count_drop_places(&paths)?,
        };
        Ok(paths.with_drop_path(rate, seed).growing_over(places))
    }

    fn forward_used(&self, input: Tensor<D>, paths: &Paths, call: &Call) -> Result<(Tensor<2>, Usage), NnError> {
        let (count, device, dtype) = (input.dims()[0], input.device(), input.dtype());
        let pass = Pass::new(paths.clone(), call, (&device, dtype)).tracking_use();
        let (logits, pass) = self.run(input, Variants::each(paths.ghosts()), pass)?;
        if let Statistics::Note(notes) = call.statistics {
            merge(notes, pass.take_notes());
        }
        let usage = self.usage_of(&logits);
        match logits.into_tensor() {
            Some((logits, variants)) => Ok((rows_of_each(logits, &variants), usage)),
            // No mask of the batch reaches the logits: a constant, whose gradient reaches no
            // parameter.
            None => {
                let zeros = Tensor::zeros([count, self.about.classes], (&device, dtype));
                let tracked = if device.is_autodiff() { zeros.require_grad() } else { zeros };
                Ok((tracked, Usage::default()))
            }
        }
    }

    fn calibrated(self, notes: &Notes) -> Self {
        self.calibrate(notes)
    }
}

/// Whether a variance stored in `module` is other than the 1 that it starts with; true where it
/// stores none.
fn is_calibrated(module: &impl Module) -> bool {
    #[derive(Default)]
    struct Stored {
        path: Vec<String>,
        any: bool,
        set: bool,
    }
    impl ModuleVisitor for Stored {
        fn enter_module(&mut self, name: &str, _container: &str) {
            self.path.push(name.into());
        }

        fn exit_module(&mut self, _name: &str, _container: &str) {
            self.path.pop();
        }

        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            if !self.set && self.path.last().is_some_and(|name| name == "stored_variance") {
                self.any = true;
                self.set = param.val().into_data().iter::<f32>().any(|variance| variance != 1.0);
            }
        }
    }
    let mut stored = Stored::default();
    module.visit(&mut stored);
    stored.set || !stored.any
}

/// The device and the type of a module's first parameter.
fn place(module: &impl Module) -> Option<(Device, DType)> {
    struct First(Option<(Device, DType)>);
    impl ModuleVisitor for First {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            self.0.get_or_insert_with(|| (param.val().device(), param.val().dtype()));
        }
    }
    let mut first = First(None);
    module.visit(&mut first);
    first.0
}

/// Adds noted statistics to others.
fn merge(notes: &Notes, more: Notes) {
    let mut notes = notes.borrow_mut();
    for (id, (means, variances, calls)) in more.into_inner() {
        let sum = match notes.remove(&id) {
            Some((m, v, c)) => (m + means, v + variances, c + calls),
            None => (means, variances, calls),
        };
        notes.insert(id, sum);
    }
}

struct Calibrate<'a> {
    path: Vec<String>,
    names: &'a Names,
    notes: &'a Notes,
}

impl ModuleMapper for Calibrate<'_> {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.path.push(name.into());
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.pop();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let Some((last, norm)) = self.path.split_last() else { return param };
        // Notes are kept by the id of the scale beside the statistics, and ids are hashes of names.
        let scale = self.names.of(&[norm, &["scale".to_string()]].concat());
        let notes = self.notes.borrow();
        let Some((means, variances, calls)) = notes.get(&ParamId::from(fnv1a(scale.as_bytes()))) else { return param };
        let sum = match last.as_str() {
            "stored_mean" => means,
            "stored_variance" => variances,
            _ => return param,
        };
        let average = sum.clone().div_scalar(*calls as f64);
        let dims: [usize; D] = param.val().dims();
        param.map(|_| average.reshape(dims)).set_require_grad(false)
    }
}

/// Its parameters stand at their names.
impl<M: Module, const D: usize> Module for Network<M, D> {
    fn collect_devices(&self, devices: Devices) -> Devices {
        let devices = self.net.collect_devices(devices);
        self.replaced.iter().fold(devices, |devices, replaced| replaced.functions.collect_devices(devices))
    }

    fn fork(self, device: &Device) -> Self {
        let replaced = self.replaced.map(|replaced| replaced.with(|functions| functions.fork(device)));
        Self { net: self.net.fork(device), replaced, ..self }
    }

    fn to_device(self, device: &Device) -> Self {
        let replaced = self.replaced.map(|replaced| replaced.with(|functions| functions.to_device(device)));
        Self { net: self.net.to_device(device), replaced, ..self }
    }

    fn visit<V: ModuleVisitor>(&self, visitor: &mut V) {
        self.about.names.visit(&self.net, visitor);
        self.replaced.iter().for_each(|replaced| replaced.visit(visitor));
    }

    fn map<T: ModuleMapper>(self, mapper: &mut T) -> Self {
        let net = self.about.names.map(self.net, mapper);
        let replaced = self.replaced.map(|replaced| replaced.map(mapper));
        Self { net, replaced, calibrated: Arc::default(), ..self }
    }

    fn valid(&self) -> Self {
        let (about, mask) = (Arc::clone(&self.about), self.mask.clone());
        let drop_places = Arc::clone(&self.drop_places);
        let replaced = self.replaced.clone().map(|replaced| replaced.with(|functions| functions.valid()));
        Self { net: self.net.valid(), replaced, about, mask, drop_places, calibrated: Arc::clone(&self.calibrated) }
    }

    fn train(self) -> Self {
        let replaced = self.replaced.map(|replaced| replaced.with(Module::train));
        Self { net: self.net.train(), replaced, ..self }
    }

    fn materialize(self) -> Self {
        let replaced = self.replaced.map(|replaced| replaced.with(Module::materialize));
        Self { net: self.net.materialize(), replaced, ..self }
    }
}

impl<M: Module + ModuleDisplay, const D: usize> ModuleDisplayDefault for Network<M, D> {
    fn content(&self, content: Content) -> Option<Content> {
        content.add("net", &self.net).optional()
    }
}

impl<M: Module + ModuleDisplay, const D: usize> ModuleDisplay for Network<M, D> {}

impl<M: Module + ModuleDisplay, const D: usize> fmt::Display for Network<M, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.format(DisplaySettings::default()))
    }
}
