//! What one forward pass of a network of one's own is made with, and what it notes on the way.

use super::own_network::OwnPaths;
use crate::{Call, Execution, NnError, Notes, Statistics};
use std::cell::{Cell, RefCell};

/// A forward pass: the masks, how to run, and notes.
#[derive(Debug)]
pub(crate) struct Pass {
    paths: OwnPaths,
    execution: Execution,
    statistics: Kind,
    notes: Notes,
    /// Whether panics and shapes are looked into: the pass that checks a definition.
    checks: bool,
    /// The options around what runs now.
    place: RefCell<Vec<Taken>>,
    /// Multiply-accumulates for one image, with the options around them.
    macs: RefCell<Vec<(Vec<Taken>, u64)>>,
    failure: RefCell<Option<NnError>>,
    runs: Cell<usize>,
}

/// Runs if one of `options` of choice `choice` is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Taken {
    pub(crate) choice: usize,
    pub(crate) options: u64,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Batch,
    Note,
    Stored,
}

impl Pass {
    pub(crate) fn new(paths: OwnPaths, call: &Call) -> Self {
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
            place: RefCell::default(),
            macs: RefCell::default(),
            failure: RefCell::default(),
            runs: Cell::default(),
        }
    }

    /// The same, looking into what panics and counting multiply-accumulates.
    pub(crate) fn checking(self) -> Self {
        Self { checks: true, ..self }
    }

    pub(crate) fn checks(&self) -> bool {
        self.checks
    }

    pub(crate) fn paths(&self) -> &OwnPaths {
        &self.paths
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

    /// Runs `f` where several choices have to be as said.
    pub(crate) fn within_all<R>(&self, around: &[Taken], f: impl FnOnce() -> R) -> R {
        let outside = self.place.borrow().len();
        self.place.borrow_mut().extend(around);
        let result = f();
        self.place.borrow_mut().truncate(outside);
        result
    }

    /// Notes a computation of `macs` multiply-accumulates for one image.
    pub(crate) fn count(&self, macs: u64) {
        if self.checks {
            self.macs.borrow_mut().push((self.place.borrow().clone(), macs));
        }
    }

    /// Where the pass is, in words.
    pub(crate) fn place(&self) -> String {
        self.paths.words(&self.place.borrow())
    }

    /// Notes the first thing that is wrong.
    pub(crate) fn fail(&self, error: NnError) {
        self.failure.borrow_mut().get_or_insert(error);
    }

    pub(crate) fn failure(&self) -> Option<NnError> {
        self.failure.borrow().clone()
    }

    pub(crate) fn macs(&self) -> Vec<(Vec<Taken>, u64)> {
        self.macs.borrow().clone()
    }

    /// Counts rows that a module runs on, in variants.
    pub(crate) fn ran(&self, variants: usize) {
        self.runs.set(self.runs.get() + variants);
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
