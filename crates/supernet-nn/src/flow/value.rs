//! A tensor that exists, or the operation that computes it once it is known who reads which part of
//! it.

use super::{memo::Place, pass::Pass};
use burn::tensor::Tensor;
use std::{
    cell::RefCell,
    fmt,
    rc::{Rc, Weak},
};

/// The last operation of a tensor that does not exist yet. Its result has runs of rows of equal
/// length, its *variants*.
pub(crate) trait Operation<const D: usize> {
    /// Computes the variants `on`, sorted and distinct, and returns their rows in that order.
    fn compute(&self, on: &[u32]) -> Tensor<D>;

    /// Adds variant `read[i]` of the result to run `write[i]` of `acc`, which has `sums` runs;
    /// `None` where there is no kernel that computes and adds at once.
    fn adder(&self) -> Option<&dyn Adder<D>> {
        None
    }

    /// What it is max(0, ·) of, variant by variant.
    fn rectifies(&self) -> Option<&Rc<Value<D>>> {
        None
    }

    /// Whether it is a sum of others.
    fn is_sum(&self) -> bool {
        false
    }
}

/// An operation with a kernel that adds its result to a sum.
pub(crate) trait Adder<const D: usize> {
    /// Returns `acc` with variant `read[i]` of the result added to its run `write[i]`, for every i;
    /// `write` is sorted and distinct.
    fn add(&self, acc: Tensor<D>, sums: usize, read: &[u32], write: &[u32]) -> Tensor<D>;
}

/// A tensor of `count` variants.
pub(crate) struct Value<const D: usize> {
    shape: [usize; D],
    count: usize,
    is_zero: bool,
    state: RefCell<State<D>>,
    tags: Tags,
    /// What is max(0, ·) of it, while somebody reads that.
    rectified: RefCell<Weak<Self>>,
}

/// What else is known of a value that does not exist yet.
#[derive(Default)]
pub(crate) struct Tags {
    /// While a definition is checked: its operation's place among those that the pass has noted.
    pub(crate) noted: Option<(Rc<Pass>, usize)>,
    /// Where it is kept for the next pass.
    pub(crate) kept: Option<Place>,
}

struct State<const D: usize> {
    computed: Option<Held<D>>,
    operation: Option<Rc<dyn Operation<D>>>,
}

/// Rows of some variants.
#[derive(Clone)]
pub(crate) struct Held<const D: usize> {
    pub(crate) tensor: Tensor<D>,
    /// The variants whose rows the tensor has, sorted and distinct; `None` for all.
    variants: Option<Rc<[u32]>>,
}

impl<const D: usize> Held<D> {
    /// Returns the places of the variants `on` among those that the tensor has; `None` if it lacks
    /// one.
    fn places(&self, on: &[u32]) -> Option<Vec<u32>> {
        let Some(variants) = &self.variants else { return Some(on.to_vec()) };
        on.iter().map(|variant| variants.binary_search(variant).ok().map(|place| place as u32)).collect()
    }
}

/// A tensor that has the variants that somebody reads: of its `count` variants they are `places`.
pub(crate) struct Read<const D: usize> {
    pub(crate) tensor: Tensor<D>,
    pub(crate) count: usize,
    pub(crate) places: Vec<u32>,
}

impl<const D: usize> Value<D> {
    /// A tensor that exists.
    pub(crate) fn ready(tensor: Tensor<D>, count: usize) -> Rc<Self> {
        let computed = Some(Held { tensor: tensor.clone(), variants: None });
        let state = RefCell::new(State { computed, operation: None });
        let rectified = RefCell::default();
        Rc::new(Self { shape: tensor.dims(), count, is_zero: false, state, tags: Tags::default(), rectified })
    }

    /// Zeros of `shape`, for all `count` variants.
    pub(crate) fn zeros(shape: [usize; D], count: usize, pass: &Rc<Pass>) -> Rc<Self> {
        struct Zeros<const D: usize>([usize; D], usize, Rc<Pass>);
        impl<const D: usize> Operation<D> for Zeros<D> {
            fn compute(&self, on: &[u32]) -> Tensor<D> {
                let mut shape = self.0;
                shape[0] = shape[0] / self.1 * on.len();
                self.2.zeros(shape)
            }
        }
        Rc::new(Self { is_zero: true, ..Self::of(Zeros(shape, count, Rc::clone(pass)), shape, count, Tags::default()) })
    }

    /// What `operation` computes, of `shape` for all its `count` variants.
    pub(crate) fn pending(
        operation: impl Operation<D> + 'static,
        shape: [usize; D],
        count: usize,
        tags: Tags,
    ) -> Rc<Self> {
        Rc::new(Self::of(operation, shape, count, tags))
    }

    fn of(operation: impl Operation<D> + 'static, shape: [usize; D], count: usize, tags: Tags) -> Self {
        let state = RefCell::new(State { computed: None, operation: Some(Rc::new(operation)) });
        Self { shape, count, is_zero: false, state, tags, rectified: RefCell::default() }
    }

    /// What is max(0, ·) of it, one for all who read it at a time; `make` makes the first.
    pub(crate) fn rectified(&self, make: impl FnOnce() -> Rc<Self>) -> Rc<Self> {
        let found = self.rectified.borrow().upgrade();
        found.unwrap_or_else(|| {
            let made = make();
            *self.rectified.borrow_mut() = Rc::downgrade(&made);
            made
        })
    }

    /// The shape of all variants together.
    pub(crate) fn shape(&self) -> [usize; D] {
        self.shape
    }

    /// Number of variants.
    pub(crate) fn count(&self) -> usize {
        self.count
    }

    /// Whether it is zeros that depend on nothing.
    pub(crate) fn is_zero(&self) -> bool {
        self.is_zero
    }

    /// Whether nobody reads it but who asks, who depends on `depends` leading choices.
    pub(crate) fn is_for_one(self: &Rc<Self>, depends: usize) -> bool {
        Rc::strong_count(self) == 1 && !self.is_kept_before(depends)
    }

    /// Whether it would be computed into a sum.
    pub(crate) fn is_added(&self) -> bool {
        let state = self.state.borrow();
        state.computed.is_none() && state.operation.as_ref().is_some_and(|operation| operation.adder().is_some())
    }

    /// What it is max(0, ·) of, if nothing of that is computed yet.
    pub(crate) fn rectifies(&self) -> Option<Rc<Self>> {
        let state = self.state.borrow();
        let operation = state.operation.as_ref().filter(|_| state.computed.is_none())?;
        operation.rectifies().cloned()
    }

    /// Whether it is a sum that is not computed yet.
    pub(crate) fn is_sum(&self) -> bool {
        self.state.borrow().operation.as_ref().is_some_and(|operation| operation.is_sum())
    }

    /// A tensor that has the variants `on`, sorted and distinct. What is computed for it is kept
    /// for other readers.
    pub(crate) fn read(&self, on: &[u32]) -> Read<D> {
        self.note_read();
        if let Some(read) = self.held(on) {
            return read;
        }
        self.compute((0..self.count as u32).collect());
        self.held(on).expect("all variants are computed")
    }

    /// As [`Value::read`] for a reader that depends on `depends` leading choices. If it is the only
    /// one, of what does not exist yet `on` alone is computed, and not kept.
    pub(crate) fn read_once(self: &Rc<Self>, on: &[u32], depends: usize) -> Read<D> {
        if !self.is_for_one(depends) {
            return self.read(on);
        }
        self.note_read();
        let operation = self.state.borrow().operation.clone();
        match (self.held(on), operation) {
            (Some(read), _) => read,
            (None, Some(operation)) => {
                let tensor = self.running(|| operation.compute(on));
                Read { tensor, count: on.len(), places: (0..on.len() as u32).collect() }
            }
            (None, None) => unreachable!("a value without an operation has all its variants"),
        }
    }

    /// Computes the variants `on`, and no others, before several readers read some of them each.
    pub(crate) fn prepare(&self, on: &[u32]) {
        if self.held(on).is_none() {
            self.compute(on.to_vec());
        }
    }

    /// Returns `acc` with variant `lists[0][i]` added to its run `lists[1][i]`, by an operation
    /// that computes and adds at once; `acc` as it was, and false, if the value exists already, has
    /// other readers, or its operation has no such kernel.
    pub(crate) fn add_once(
        self: &Rc<Self>,
        acc: Tensor<D>,
        sums: usize,
        lists: [&[u32]; 2],
        depends: usize,
    ) -> (Tensor<D>, bool) {
        if !self.is_for_one(depends) || self.state.borrow().computed.is_some() {
            return (acc, false);
        }
        let operation = self.state.borrow().operation.clone();
        match operation.as_ref().and_then(|operation| operation.adder()) {
            Some(adder) => {
                self.note_read();
                (self.running(|| adder.add(acc, sums, lists[0], lists[1])), true)
            }
            None => (acc, false),
        }
    }

    /// Whether the next pass needs it, but not what a reader that depends on `depends` leading
    /// choices computes from it.
    pub(crate) fn is_kept_before(&self, depends: usize) -> bool {
        self.tags.kept.as_ref().is_some_and(|place| place.is_last_before(depends))
    }

    fn held(&self, on: &[u32]) -> Option<Read<D>> {
        let state = self.state.borrow();
        let held = state.computed.as_ref()?;
        let places = held.places(on)?;
        let count = held.variants.as_ref().map_or(self.count, |variants| variants.len());
        Some(Read { tensor: held.tensor.clone(), count, places })
    }

    fn compute(&self, on: Vec<u32>) {
        let operation = self.state.borrow().operation.clone().expect("what is not all there has an operation");
        let tensor = self.running(|| operation.compute(&on));
        let is_whole = on.len() == self.count;
        if let Some(place) = self.tags.kept.as_ref().filter(|_| is_whole) {
            place.keep(&tensor);
        }
        let mut state = self.state.borrow_mut();
        state.computed = Some(Held { tensor, variants: (!is_whole).then(|| on.into()) });
        if is_whole {
            state.operation = None;
        }
    }

    /// Runs its operation.
    fn running<R>(&self, operation: impl FnOnce() -> R) -> R {
        match &self.tags.noted {
            Some((pass, run)) => pass.running(*run, operation),
            None => operation(),
        }
    }

    fn note_read(&self) {
        if let Some((pass, run)) = &self.tags.noted {
            pass.note_read(*run);
        }
    }
}

impl<const D: usize> fmt::Debug for Value<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Value").field("shape", &self.shape).field("count", &self.count).finish_non_exhaustive()
    }
}
