//! A network of one's own: a supernet, or the stand-alone network of one architecture.

use super::{
    Layer, Rows,
    choice_walk::Walk,
    pass::{Pass, Taken},
    rows_sum,
};
use crate::{Call, NnError, Notes, Statistics, Usage, network::MaskedNetwork, variants::Variants, weights::name_hash};
use burn::{
    module::{Module, ModuleMapper, Param, ParamId},
    tensor::Tensor,
};
use std::{collections::HashMap, rc::Rc, sync::Arc};
use supernet_space::{PathMask, SearchSpace};

/// What is known of a network besides its parameters.
#[derive(Debug)]
pub(super) struct About {
    pub(super) space: SearchSpace,
    pub(super) places: HashMap<String, usize>,
    pub(super) input: Vec<usize>,
    pub(super) classes: usize,
}

impl About {
    pub(super) fn new(space: SearchSpace, input: Vec<usize>, classes: usize) -> Self {
        let names = space.choices().iter().enumerate();
        Self { places: names.map(|(i, choice)| (choice.name().to_owned(), i)).collect(), space, input, classes }
    }
}

/// The path masks of a batch, one for each ghost batch.
#[derive(Clone, Debug)]
pub struct OwnPaths {
    about: Arc<About>,
    masks: Arc<Vec<PathMask>>,
    /// Choice by choice, what each ghost batch has on.
    bits: Arc<Vec<Vec<u64>>>,
    scales: Option<Arc<Vec<f64>>>,
}

impl OwnPaths {
    pub(super) fn new(about: Arc<About>, masks: Vec<PathMask>) -> Result<Self, NnError> {
        if masks.is_empty() {
            return Err(NnError::NoMasks);
        }
        masks.iter().try_for_each(|mask| about.space.belongs(mask))?;
        let of = |choice| masks.iter().map(|mask| mask.bits(choice)).collect();
        let bits = Arc::new((0..about.space.choices().len()).map(of).collect());
        Ok(Self { about, masks: Arc::new(masks), bits, scales: None })
    }

    /// The same, with what survives of choice i multiplied by `scales[i]`.
    pub fn with_scales(self, scales: Option<Vec<f64>>) -> Self {
        Self { scales: scales.map(Arc::new), ..self }
    }

    /// Number of ghost batches.
    pub fn ghosts(&self) -> usize {
        self.masks.len()
    }

    /// The masks.
    pub fn masks(&self) -> &[PathMask] {
        &self.masks
    }

    /// The place of the choice named `name`, and what each ghost batch has on of it.
    ///
    /// # Panics
    /// If the module holds a choice that was not there when its definition was checked.
    pub(crate) fn choice(&self, name: &str) -> (usize, &[u64]) {
        let place = self.about.places.get(name);
        let place = *place.unwrap_or_else(|| panic!("choice `{name}`: expected one that the definition has"));
        (place, &self.bits[place])
    }

    pub(crate) fn scale(&self, choice: usize) -> Option<f64> {
        self.scales.as_ref().map(|scales| scales[choice])
    }

    /// Options in words, the outermost first.
    pub(super) fn words(&self, place: &[Taken]) -> String {
        let choices = self.about.space.choices();
        let word = |taken: &Taken| {
            let choice = &choices[taken.choice];
            format!(
                "choice `{}`, option `{}`",
                choice.name(),
                choice.options()[taken.options.trailing_zeros() as usize]
            )
        };
        match place {
            [] => "the network".into(),
            place => place.iter().map(word).collect::<Vec<_>>().join(", "),
        }
    }
}

/// A network whose inputs have `D` axes, rows first. The same type is supernet and stand-alone network: the second holds only what its
/// mask takes.
#[derive(Module, Debug)]
pub struct OwnNetwork<M: Module, const D: usize = 4> {
    net: M,
    #[module(skip)]
    about: Arc<About>,
}

impl<M: Layer<D, 2>, const D: usize> OwnNetwork<M, D> {
    pub(super) fn new(net: M, about: Arc<About>) -> Self {
        Self { net, about }
    }

    /// The user's module.
    pub fn module(&self) -> &M {
        &self.net
    }

    /// The choices, found by walking the module.
    ///
    /// # Errors
    /// As [`SearchSpace::new`]; none for the module of a [`super::Definition`].
    pub fn space(&self) -> Result<SearchSpace, NnError> {
        let known = &self.about.space;
        let walked = Walk::of(&self.net).space(known.name())?;
        // A walk sees no symmetry.
        Ok(if walked.choices() == known.choices() { known.clone() } else { walked })
    }

    /// The logits [rows, classes] of a batch whose equal runs of rows are the ghost batches of `paths`. Where a mask cuts the way to the
    /// logits they are zeros.
    ///
    /// # Errors
    /// Input of another shape, or a batch that the ghost batches do not divide.
    ///
    /// # Panics
    /// If a mask takes what a stand-alone network was built without.
    pub fn forward(&self, input: Tensor<D>, paths: &OwnPaths) -> Result<Tensor<2>, NnError> {
        self.forward_used(input, paths, &Call::default()).map(|(logits, _)| logits)
    }

    /// The logits [masks · rows, classes] of every mask of `paths` on the same rows, each as if it were alone: what masks have in common
    /// is computed once.
    ///
    /// # Errors
    /// Input of another shape.
    pub fn forward_shared(&self, input: Tensor<D>, paths: &OwnPaths, call: &Call) -> Result<Tensor<2>, NnError> {
        let (count, device, dtype) = (input.dims()[0], input.device(), input.dtype());
        let (rows, _) = self.run(input, Variants::shared(paths.ghosts()), paths, call)?;
        Ok(match rows.is_live() {
            true => self.logits(&rows),
            false => Tensor::zeros([count * paths.ghosts(), self.about.classes], (&device, dtype)),
        })
    }

    /// Runs of modules that a shared forward pass takes, one for each module and variant: what sharing saves can be counted.
    ///
    /// # Errors
    /// As [`OwnNetwork::forward_shared`].
    pub fn shared_runs(&self, input: Tensor<D>, paths: &OwnPaths, call: &Call) -> Result<usize, NnError> {
        let variants = Variants::shared(paths.ghosts());
        self.run(input, variants, paths, call).map(|(_, pass)| pass.runs())
    }

    /// Sets the stored statistics of its normalisations to the plain average of those noted (PAPER, E3).
    pub fn calibrate(self, notes: &Notes) -> Self {
        let mut calibrate = Calibrate { path: Vec::new(), notes };
        Self { net: self.net.map(&mut calibrate), ..self }
    }

    fn run(
        &self,
        input: Tensor<D>,
        variants: Variants,
        paths: &OwnPaths,
        call: &Call,
    ) -> Result<(Rows<2>, Rc<Pass>), NnError> {
        self.check(&input, variants.count())?;
        let pass = Rc::new(Pass::new(paths.clone(), call));
        let logits = self.net.forward(Rows::input(input, variants, pass.clone()));
        if let Some(error) = pass.failure() {
            return Err(error);
        }
        if let Statistics::Note(notes) = call.statistics {
            merge(notes, pass.take_notes());
        }
        Ok((logits, pass))
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

    /// The logits of each ghost batch in turn; zeros where the way to them is cut.
    fn logits(&self, rows: &Rows<2>) -> Tensor<2> {
        let ghosts = rows.variants.ghosts();
        let count = rows.variants.count();
        let all = rows.tensor.clone().expect("rows of some ghost batch");
        let [total, classes] = all.dims();
        let of = |ghost| rows.variants.of(ghost).unwrap_or(count as u32);
        let list: Vec<u32> = (0..ghosts).map(of).collect();
        match list.iter().all(|&variant| (variant as usize) < count) {
            true => rows_sum::take(all, count, &list),
            false => {
                let zeros = Tensor::zeros([total / count, classes], (&all.device(), all.dtype()));
                rows_sum::take(Tensor::cat(vec![all, zeros], 0), count + 1, &list)
            }
        }
    }

    fn usage(&self, rows: &Rows<2>) -> Usage {
        let used: Vec<_> = rows.uses.iter().map(|uses| uses.parameters()).collect();
        let mut counts = HashMap::new();
        for variant in (0..rows.variants.ghosts()).filter_map(|ghost| rows.variants.of(ghost)) {
            used[variant as usize].iter().for_each(|&id| *counts.entry(id).or_insert(0) += 1);
        }
        Usage::new(counts, rows.variants.ghosts())
    }
}

impl<M: Layer<D, 2>, const D: usize> MaskedNetwork for OwnNetwork<M, D> {
    type Input = Tensor<D>;
    type Paths = OwnPaths;

    fn search_space(&self) -> &SearchSpace {
        &self.about.space
    }

    fn paths(&self, masks: Vec<PathMask>, scales: Option<Vec<f64>>) -> Result<OwnPaths, NnError> {
        Ok(OwnPaths::new(self.about.clone(), masks)?.with_scales(scales))
    }

    fn forward_used(&self, input: Tensor<D>, paths: &OwnPaths, call: &Call) -> Result<(Tensor<2>, Usage), NnError> {
        let rows = input.dims()[0];
        let (device, dtype) = (input.device(), input.dtype());
        let (logits, _) = self.run(input, Variants::each(paths.ghosts()), paths, call)?;
        match logits.is_live() {
            true => Ok((self.logits(&logits), self.usage(&logits))),
            // No mask of the batch reaches the logits: a constant, whose gradient reaches no parameter.
            false => {
                let zeros = Tensor::zeros([rows, self.about.classes], (&device, dtype));
                let tracked = if device.is_autodiff() { zeros.require_grad() } else { zeros };
                Ok((tracked, Usage::default()))
            }
        }
    }

    fn calibrated(self, notes: &Notes) -> Self {
        self.calibrate(notes)
    }
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
        // Notes are kept by the id of the scale beside the statistics, and ids are hashes of paths.
        let scale = ParamId::from(name_hash(&[norm, &["scale".to_string()]].concat().join(".")));
        let notes = self.notes.borrow();
        let Some((means, variances, calls)) = notes.get(&scale) else { return param };
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
