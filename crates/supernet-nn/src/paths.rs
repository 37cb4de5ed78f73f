//! The path masks of a batch, one for each ghost batch.

use crate::{NnError, names::Names};
use burn::tensor::Tensor;
use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
};
use supernet_space::{Choice, PathMask, SearchSpace};

/// What is known of a network besides its parameters.
#[derive(Debug)]
pub(crate) struct About {
    pub(crate) space: SearchSpace,
    places: HashMap<String, usize>,
    /// Options of the choices before each.
    first_option: Vec<usize>,
    /// Options of all choices.
    options: usize,
    pub(crate) input: Vec<usize>,
    pub(crate) classes: usize,
    pub(crate) names: Names,
    /// Numbers of the largest tensor that a row of one mask has needed so far.
    pub(crate) largest: AtomicUsize,
    /// The most distinct masks of a pass, once one has run.
    pub(crate) most_masks: AtomicUsize,
}

impl About {
    pub(crate) fn new(space: SearchSpace, input: Vec<usize>, classes: usize) -> Self {
        let names = space.choices().iter().enumerate();
        let places = names.map(|(i, choice)| (choice.name().to_owned(), i)).collect();
        let mut options = 0;
        let first = |choice: &Choice| {
            options += choice.options().len();
            options - choice.options().len()
        };
        let first_option = space.choices().iter().map(first).collect();
        Self {
            places,
            first_option,
            options,
            space,
            input,
            classes,
            names: Names::default(),
            largest: AtomicUsize::new(0),
            most_masks: AtomicUsize::new(usize::MAX),
        }
    }

    pub(crate) fn copied(&self) -> Self {
        Self::new(self.space.clone(), self.input.clone(), self.classes).with_names(self.names.clone())
    }

    pub(crate) fn with_names(self, names: Names) -> Self {
        Self { names, ..self }
    }
}

/// The path masks of a batch, one for each ghost batch.
#[derive(Clone, Debug)]
pub struct Paths {
    about: Arc<About>,
    masks: Arc<Vec<PathMask>>,
    /// Choice by choice, what each ghost batch has on.
    bits: Arc<Vec<Vec<u64>>>,
    scales: Option<Arc<Vec<f64>>>,
    /// [ghost batches, options of all choices, one choice after another].
    gates: Option<Tensor<2>>,
    drop_path: Option<DropPath>,
}

/// How what options give is dropped for some examples.
#[derive(Clone, Debug)]
pub(crate) struct DropPath {
    pub(crate) rate: f64,
    pub(crate) seed: u64,
    /// Places of a pass that have drawn.
    places: Arc<AtomicU64>,
    /// Where the rate grows with depth, over how many places.
    depth: Option<u64>,
}

impl DropPath {
    /// The number of the next place that draws, and its rate.
    pub(crate) fn next_place(&self) -> (u64, f64) {
        let place = self.places.fetch_add(1, Ordering::Relaxed);
        let share = |depth: u64| (place + 1).min(depth) as f64 / depth as f64;
        (place, self.rate * self.depth.map_or(1.0, share))
    }

    /// Places that have drawn.
    pub(crate) fn places(&self) -> u64 {
        self.places.load(Ordering::Relaxed)
    }
}

impl Paths {
    pub(crate) fn new(about: Arc<About>, masks: Vec<PathMask>) -> Result<Self, NnError> {
        if masks.is_empty() {
            return Err(NnError::NoMasks);
        }
        masks.iter().try_for_each(|mask| about.space.belongs(mask))?;
        let of = |choice| masks.iter().map(|mask| mask.bits(choice)).collect();
        let bits = Arc::new((0..about.space.choices().len()).map(of).collect());
        Ok(Self { about, masks: Arc::new(masks), bits, scales: None, gates: None, drop_path: None })
    }

    /// The same, with what survives of choice i multiplied by `scales[i]`.
    pub fn with_scales(self, scales: Option<Vec<f64>>) -> Self {
        Self { scales: scales.map(Arc::new), ..self }
    }

    /// Returns the same with a number, a *gate*, for each option and ghost batch, that what the
    /// option gives is multiplied by: `gates` is [ghost batches, options of all choices, one choice
    /// after another]. Gradients reach it; what is not on has none. A width has no gate: a ghost
    /// batch has the widest that is on.
    ///
    /// Options are then computed one by one and not into sums, which is slower.
    ///
    /// # Panics
    /// If `gates` is of another shape.
    pub fn with_gates(self, gates: Tensor<2>) -> Self {
        let expected = [self.ghosts(), self.about.options];
        assert!(gates.dims() == expected, "gates: found {:?}, expected {expected:?}", gates.dims());
        Self { gates: Some(gates), ..self }
    }

    /// Returns the same, in which each example of a batch loses what an option gives with
    /// probability `rate`, and has it divided by 1 − `rate` where it is kept: *drop path* (Larsson
    /// et al., "FractalNet", ICLR 2017). Options that hand on what they read are kept. Draws are a
    /// function of `seed`, of the place in the network and of the example's place in the batch.
    ///
    /// For one pass: a second one with the same paths draws anew. Options are then computed one by
    /// one and not into sums, which is slower.
    ///
    /// # Panics
    /// If `rate` is not at least 0 and below 1.
    pub fn with_drop_path(self, rate: f64, seed: u64) -> Self {
        assert!((0.0..1.0).contains(&rate), "drop path: found a rate of {rate}, expected 0 to below 1");
        let drop_path = DropPath { rate, seed, places: Arc::default(), depth: None };
        Self { drop_path: Some(drop_path).filter(|_| rate > 0.0), ..self }
    }

    /// The same at a rate that grows with depth: `rate` at the last of so many places, a share of
    /// it at each before.
    pub(crate) fn growing_over(self, places: u64) -> Self {
        let drop_path = self.drop_path.map(|drop| DropPath { depth: Some(places.max(1)), ..drop });
        Self { drop_path, ..self }
    }

    /// The same in which places of paths are counted and nothing is dropped.
    pub(crate) fn counting_places(self) -> Self {
        Self { drop_path: Some(DropPath { rate: 0.0, seed: 0, places: Arc::default(), depth: None }), ..self }
    }

    pub(crate) fn drop_path(&self) -> Option<&DropPath> {
        self.drop_path.as_ref()
    }

    /// Number of ghost batches.
    pub fn ghosts(&self) -> usize {
        self.masks.len()
    }

    /// The masks.
    pub fn masks(&self) -> &[PathMask] {
        &self.masks
    }

    /// The space of the masks.
    pub(crate) fn space(&self) -> &SearchSpace {
        &self.about.space
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

    /// The gates of an option, one for each ghost batch.
    pub(crate) fn gate(&self, choice: usize, option: usize) -> Option<Tensor<1>> {
        let gates = self.gates.as_ref()?;
        let place = self.about.first_option[choice] + option;
        Some(gates.clone().narrow(1, place, 1).squeeze_dim(1))
    }

    /// Options in words, the outermost first; of each choice the first of the bits.
    pub(crate) fn words(&self, place: &[(usize, u64)]) -> String {
        let choices = self.about.space.choices();
        let word = |&(choice, options): &(usize, u64)| {
            let option = &choices[choice].options()[options.trailing_zeros() as usize];
            format!("choice `{}`, option `{option}`", choices[choice].name())
        };
        match place {
            [] => "the network".into(),
            place => place.iter().map(word).collect::<Vec<_>>().join(", "),
        }
    }
}
