//! What one forward pass is made with, and what it notes on the way.

use super::{
    codes::Codes,
    memo::{Memo, Place},
    planes::from_planes,
    rectifier::Rectifier,
    uses::Uses,
};
use crate::{Call, Execution, NnError, Notes, Paths, Statistics};
use burn::{
    module::ParamId,
    tensor::{DType, Device, Tensor},
};
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};
use supernet_kernels::{on_processor, zeros_like};
use supernet_space::PathMask;

/// A forward pass: the masks, how to run, and notes.
#[derive(Debug)]
pub(crate) struct Pass {
    paths: Paths,
    execution: Execution,
    statistics: Kind,
    notes: Notes,
    /// Whether panics and shapes are looked into: the pass that checks a definition.
    checks: bool,
    /// Whether it is noted what each variant is computed with.
    tracks_use: bool,
    /// A number of the type and on the device of all tensors.
    like: Tensor<4>,
    /// The options around what runs now: alternatives, of each of which all are.
    place: RefCell<Vec<Vec<Taken>>>,
    noted: RefCell<Vec<Run>>,
    /// The noted computations that run now, the innermost last.
    running: RefCell<Vec<usize>>,
    failure: RefCell<Option<NnError>>,
    runs: Cell<usize>,
    largest: Cell<usize>,
    memo: Option<Rc<RefCell<Memo>>>,
    /// What a hypernetwork has made of the masks.
    codes: RefCell<Option<Codes>>,
    /// The most distinct masks that a pass may have.
    most_masks: Cell<usize>,
    /// What stands in place of max(x, 0).
    rectifier: Rectifier,
    /// For each number of leading choices, how many computations that depend on them have been come
    /// to.
    met: RefCell<Vec<usize>>,
}

/// Whether one of `options` of choice `choice` is on, or none of them is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Taken {
    choice: usize,
    options: u64,
    is_on: bool,
}

impl Taken {
    /// Runs if one of the options is on.
    pub(crate) fn on(choice: usize, options: u64) -> Self {
        Self { choice, options, is_on: true }
    }

    /// Runs if none of the options is on.
    pub(crate) fn off(choice: usize, options: u64) -> Self {
        Self { choice, options, is_on: false }
    }

    /// Whether it is so under a mask.
    pub(crate) fn holds(&self, mask: &PathMask) -> bool {
        (mask.bits(self.choice) & self.options != 0) == self.is_on
    }
}

/// A computation with parameters, noted while a definition is checked.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    /// The options around its module: alternatives, of each of which all are.
    around: Vec<Vec<Taken>>,
    readers: Vec<Reader>,
    /// Multiply-accumulates for one image.
    pub(crate) macs: u64,
    pub(crate) parameters: Rc<[ParamId]>,
}

/// Who reads the result of a computation.
#[derive(Clone, Debug, PartialEq)]
enum Reader {
    /// Something inside these options: alternatives, of each of which all are around it.
    Inside(Vec<Vec<Taken>>),
    /// Another computation, by its place.
    Run(usize),
}

/// The conditions under which each of `runs` runs: one of these lists, with all of its conditions.
pub(crate) fn conditions(runs: &[Run]) -> Vec<Vec<Vec<Taken>>> {
    let mut known: Vec<Option<Vec<Vec<Taken>>>> = vec![None; runs.len()];
    (0..runs.len()).for_each(|run| resolve(runs, run, &mut known));
    known.into_iter().flatten().collect()
}

/// Finds the conditions of `run` from those of its readers.
fn resolve(runs: &[Run], run: usize, known: &mut Vec<Option<Vec<Vec<Taken>>>>) {
    if known[run].is_some() {
        return;
    }
    let Run { around, readers, .. } = &runs[run];
    let mut all: Vec<Vec<Taken>> = Vec::new();
    for reader in readers {
        match reader {
            Reader::Inside(options) => all.extend(both(around, options)),
            Reader::Run(reader) => {
                resolve(runs, *reader, known);
                all.extend(both(around, known[*reader].as_deref().unwrap_or_default()));
            }
        }
    }
    known[run] = Some(needed(all));
}

/// The alternatives that hold where one of `a` and one of `b` do.
fn both(a: &[Vec<Taken>], b: &[Vec<Taken>]) -> Vec<Vec<Taken>> {
    needed(a.iter().flat_map(|around| b.iter().map(|options| joined(around, options))).collect())
}

/// The same without the alternatives that ask for more than another: they add nothing.
fn needed(mut all: Vec<Vec<Taken>>) -> Vec<Vec<Taken>> {
    all.sort_by_key(Vec::len);
    let mut needed: Vec<Vec<Taken>> = Vec::new();
    for conditions in all {
        if !needed.iter().any(|other| other.iter().all(|taken| conditions.contains(taken))) {
            needed.push(conditions);
        }
    }
    needed
}

fn joined(around: &[Taken], reader: &[Taken]) -> Vec<Taken> {
    let mut all = around.to_vec();
    all.extend(reader.iter().filter(|taken| !around.contains(taken)));
    all
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Batch,
    Note,
    Stored,
}

impl Pass {
    pub(crate) fn new(paths: Paths, call: &Call, (device, dtype): (&Device, DType)) -> Self {
        let statistics = match call.statistics {
            Statistics::Batch => Kind::Batch,
            Statistics::Note(_) => Kind::Note,
            Statistics::Stored => Kind::Stored,
        };
        Self {
            paths,
            execution: call.execution,
            statistics,
            notes: Notes::default(),
            checks: false,
            tracks_use: false,
            like: Tensor::zeros([1; 4], (device, dtype)),
            place: RefCell::new(vec![Vec::new()]),
            noted: RefCell::default(),
            running: RefCell::default(),
            failure: RefCell::default(),
            runs: Cell::default(),
            largest: Cell::default(),
            memo: None,
            codes: RefCell::default(),
            most_masks: Cell::new(usize::MAX),
            rectifier: Rectifier::default(),
            met: RefCell::default(),
        }
    }

    /// The same, looking into what panics and noting what runs under which conditions.
    pub(crate) fn checking(self) -> Self {
        Self { checks: true, tracks_use: true, ..self }
    }

    /// The same with something in place of max(x, 0).
    pub(crate) fn with_rectifier(self, rectifier: Rectifier) -> Self {
        Self { rectifier, ..self }
    }

    /// What stands in place of max(x, 0).
    pub(crate) fn rectifier(&self) -> &Rectifier {
        &self.rectifier
    }

    /// The same, with what passes before it have left for it.
    pub(crate) fn with_memo(self, memo: &Rc<RefCell<Memo>>) -> Self {
        Self { memo: Some(Rc::clone(memo)), ..self }
    }

    /// The place of the computation that is come to, which depends on the first `depends` choices;
    /// `None` where no pass follows.
    pub(crate) fn kept(&self, depends: usize) -> Option<Place> {
        let memo = self.memo.as_ref()?;
        let mut met = self.met.borrow_mut();
        if met.len() <= depends {
            met.resize(depends + 1, 0);
        }
        met[depends] += 1;
        Some(Place::new(memo, (depends, met[depends])))
    }

    /// The same, noting what each variant is computed with.
    pub(crate) fn tracking_use(self) -> Self {
        Self { tracks_use: true, ..self }
    }

    pub(crate) fn checks(&self) -> bool {
        self.checks
    }

    /// Whether every option runs for every ghost batch: the reference that tests hold the library
    /// against.
    pub(crate) fn is_dense(&self) -> bool {
        self.execution == Execution::Dense
    }

    /// Whether there is a kernel that writes some channels of a tensor.
    pub(crate) fn adds_channels(&self) -> bool {
        self.execution == Execution::Kernels && on_processor(&self.like.device())
    }

    pub(crate) fn paths(&self) -> &Paths {
        &self.paths
    }

    /// The distinct masks, in the order of their first ghost batches, and for each ghost batch
    /// which of them it has.
    pub(crate) fn distinct_masks(&self) -> (Vec<&PathMask>, Vec<u32>) {
        let mut distinct: Vec<&PathMask> = Vec::new();
        let of = self.paths().masks().iter().map(|mask| {
            let place = distinct.iter().position(|other| *other == mask);
            place.unwrap_or_else(|| {
                distinct.push(mask);
                distinct.len() - 1
            }) as u32
        });
        let of = of.collect();
        (distinct, of)
    }

    /// Zeros to add to.
    pub(crate) fn zeros<const D: usize>(&self, shape: [usize; D]) -> Tensor<D> {
        let numbers = match shape[..] {
            [n, c, h, w] => [n, c, h, w],
            _ => [shape[0], shape[1], shape[2..].iter().product(), 1],
        };
        from_planes(zeros_like(&self.like, numbers), shape)
    }

    /// `count` variants that are computed with nothing; none where it is not asked for.
    pub(crate) fn untouched(&self, count: usize) -> Vec<Uses> {
        if self.tracks_use { vec![Uses::default(); count] } else { Vec::new() }
    }

    /// The options of a call of this crate's operations.
    pub(crate) fn call(&self) -> Call<'_> {
        let statistics = match self.statistics {
            Kind::Batch => Statistics::Batch,
            Kind::Note => Statistics::Note(&self.notes),
            Kind::Stored => Statistics::Stored,
        };
        Call { execution: self.execution, statistics }
    }

    /// Runs `f` inside some options.
    pub(crate) fn within<R>(&self, taken: Taken, f: impl FnOnce() -> R) -> R {
        self.within_all(&[taken], f)
    }

    /// Runs `f` where several choices have to be as given.
    pub(crate) fn within_all<R>(&self, around: &[Taken], f: impl FnOnce() -> R) -> R {
        self.within_any(&[around.to_vec()], f)
    }

    /// Runs `f` where one of several lists of choices has to be as given.
    pub(crate) fn within_any<R>(&self, around: &[Vec<Taken>], f: impl FnOnce() -> R) -> R {
        if !self.checks {
            return f();
        }
        let inside = both(&self.place.borrow(), around);
        let outside = self.place.replace(inside);
        let result = f();
        self.place.replace(outside);
        result
    }

    /// Notes a computation that runs now, of `macs` multiply-accumulates for one image.
    pub(crate) fn note_run(&self, macs: u64, parameters: &Rc<[ParamId]>) {
        if self.checks {
            let run = self.note_later(macs, parameters);
            self.note_read(run);
        }
    }

    /// Notes a computation that runs if somebody reads it; returns its place for
    /// [`Pass::note_read`].
    pub(crate) fn note_later(&self, macs: u64, parameters: &Rc<[ParamId]>) -> usize {
        let around = self.place.borrow().clone();
        let mut noted = self.noted.borrow_mut();
        noted.push(Run { around, readers: Vec::new(), macs, parameters: Rc::clone(parameters) });
        noted.len() - 1
    }

    /// Notes that what the pass does now reads the result of a computation.
    pub(crate) fn note_read(&self, run: usize) {
        let reader = match self.running.borrow().last() {
            Some(&reader) => Reader::Run(reader),
            None => Reader::Inside(self.place.borrow().clone()),
        };
        let readers = &mut self.noted.borrow_mut()[run].readers;
        if !readers.contains(&reader) {
            readers.push(reader);
        }
    }

    /// Runs `f`, which is the noted computation `run`.
    pub(crate) fn running<R>(&self, run: usize, f: impl FnOnce() -> R) -> R {
        self.running.borrow_mut().push(run);
        let result = f();
        self.running.borrow_mut().pop();
        result
    }

    /// Where the pass is, in words.
    pub(crate) fn place(&self) -> String {
        let place = self.place.borrow();
        let first = place.first().map_or(&[][..], Vec::as_slice);
        let options: Vec<(usize, u64)> =
            first.iter().filter(|taken| taken.is_on).map(|taken| (taken.choice, taken.options)).collect();
        self.paths.words(&options)
    }

    /// Notes the first thing that is wrong.
    pub(crate) fn fail(&self, error: NnError) {
        self.failure.borrow_mut().get_or_insert(error);
    }

    pub(crate) fn failure(&self) -> Option<NnError> {
        self.failure.borrow().clone()
    }

    /// The computations that were noted.
    pub(crate) fn noted(&self) -> Vec<Run> {
        self.noted.borrow().clone()
    }

    /// Counts rows that a module runs on, in variants.
    pub(crate) fn ran(&self, variants: usize) {
        self.runs.set(self.runs.get() + variants);
    }

    /// Gives generated weights what they are made of; `most` is the greatest number of distinct
    /// masks that a pass may have.
    pub(crate) fn set_codes(&self, codes: Codes, most: usize) {
        *self.codes.borrow_mut() = Some(codes);
        self.most_masks.set(most);
    }

    /// What generated weights are made of, if the network has a hypernetwork.
    pub(crate) fn codes(&self) -> Option<Codes> {
        self.codes.borrow().clone()
    }

    /// The most distinct masks that a pass may have.
    pub(crate) fn most_masks(&self) -> usize {
        self.most_masks.get()
    }

    /// Notes the numbers of one variant of a tensor.
    pub(crate) fn holds(&self, numbers: usize) {
        self.largest.set(self.largest.get().max(numbers));
    }

    /// The numbers of one variant of the largest tensor so far.
    pub(crate) fn largest(&self) -> usize {
        self.largest.get()
    }

    /// Runs of modules so far: one for each module and variant.
    pub(crate) fn runs(&self) -> usize {
        self.runs.get()
    }

    /// The statistics that normalisations noted.
    pub(crate) fn take_notes(&self) -> Notes {
        RefCell::new(self.notes.take())
    }
}
