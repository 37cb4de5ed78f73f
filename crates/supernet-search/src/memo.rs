//! What a policy has worked out under its parameters, so that it is not worked out twice.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard},
};

/// Results that are a function of the owner's parameters: no part of its state, neither copied,
/// compared nor stored.
pub(crate) struct Memo<T>(Mutex<T>);

impl<T: Default> Memo<T> {
    /// The results so far.
    pub(crate) fn get(&self) -> MutexGuard<'_, T> {
        // Whoever panicked with the lock left a result out or finished it.
        self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// Forgets all: the parameters change.
    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }
}

impl<T: Default> Default for Memo<T> {
    fn default() -> Self {
        Self(Mutex::new(T::default()))
    }
}

impl<T: Default> Clone for Memo<T> {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl<T> PartialEq for Memo<T> {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl<T> std::fmt::Debug for Memo<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Memo")
    }
}

/// A tree of steps: the child of a step is what comes after it where certain bits were taken.
pub(crate) struct Tree<S> {
    steps: Vec<S>,
    /// The step before each, and the bits that were taken there.
    from: Vec<(Option<usize>, u64)>,
    places: HashMap<(Option<usize>, u64), usize>,
}

impl<S> Default for Tree<S> {
    fn default() -> Self {
        Self { steps: Vec::new(), from: Vec::new(), places: HashMap::new() }
    }
}

impl<S> Tree<S> {
    /// Returns the number of steps.
    pub(crate) fn len(&self) -> usize {
        self.steps.len()
    }

    /// Returns where the step stands that comes after another, if it was added.
    pub(crate) fn find(&self, before: Option<usize>, bits: u64) -> Option<usize> {
        self.places.get(&(before, bits)).copied()
    }

    /// Adds the step that comes after another; returns where it stands, which is behind those
    /// before it.
    pub(crate) fn add(&mut self, before: Option<usize>, bits: u64, step: S) -> usize {
        let place = self.steps.len();
        self.places.insert((before, bits), place);
        self.from.push((before, bits));
        self.steps.push(step);
        place
    }

    /// Returns a step.
    pub(crate) fn at(&self, place: usize) -> &S {
        &self.steps[place]
    }

    /// Returns the step before one and the bits that were taken there.
    pub(crate) fn from(&self, place: usize) -> (Option<usize>, u64) {
        self.from[place]
    }

    /// Returns where the steps up to one stand, the first step first.
    pub(crate) fn path(&self, place: usize) -> Vec<usize> {
        let mut path: Vec<usize> = std::iter::successors(Some(place), |&place| self.from[place].0).collect();
        path.reverse();
        path
    }
}
