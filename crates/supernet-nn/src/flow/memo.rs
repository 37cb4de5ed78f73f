//! Results that candidates have in common with those that are computed next: a prefix tree, walked
//! depth first.
//!
//! Candidates are taken in the order of their masks, a few at a time, each few in a pass of its
//! own. What a pass computes from the choices that the next candidates share is kept for the next
//! pass; nothing else is, so that memory holds one path of the tree.

use burn::tensor::Tensor;
use std::{any::Any, cell::RefCell, collections::HashMap, rc::Rc};

/// A computation, by the number of leading choices that it may depend on and its place among all
/// that depend on as many. Where masks agree in those choices, passes come to the same computations
/// in the same order.
pub(crate) type Key = (usize, usize);

/// What is kept from one pass for the next.
#[derive(Debug, Default)]
pub(crate) struct Memo {
    /// Leading choices that all masks of the pass share with those of the next.
    shared: usize,
    held: HashMap<Key, Box<dyn Any>>,
}

impl Memo {
    /// The pass that begins shares its first `shared` choices with the next one.
    pub(crate) fn begin(&mut self, shared: usize) {
        self.shared = shared;
    }

    /// The pass has ended: what the next one cannot use is dropped.
    pub(crate) fn end(&mut self) {
        let shared = self.shared;
        self.held.retain(|&(depends, _), _| depends <= shared);
    }
}

/// Where the result of a computation is kept, if the next pass can use it.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    memo: Rc<RefCell<Memo>>,
    key: Key,
}

impl Place {
    pub(crate) fn new(memo: &Rc<RefCell<Memo>>, key: Key) -> Self {
        Self { memo: Rc::clone(memo), key }
    }

    /// The result, if the pass before left it.
    pub(crate) fn found<const D: usize>(&self) -> Option<Tensor<D>> {
        let memo = self.memo.borrow();
        memo.held.get(&self.key).map(|held| held.downcast_ref::<Tensor<D>>().expect("the same computation").clone())
    }

    /// Whether the next pass can use the result.
    pub(crate) fn is_shared(&self) -> bool {
        self.key.0 <= self.memo.borrow().shared
    }

    /// Whether something that depends on `depends` choices is computed anew in the next pass.
    pub(crate) fn is_last_before(&self, depends: usize) -> bool {
        self.is_shared() && depends > self.memo.borrow().shared
    }

    /// Keeps the result if the next pass can use it.
    pub(crate) fn keep<const D: usize>(&self, tensor: &Tensor<D>) {
        if self.is_shared() {
            self.memo.borrow_mut().held.insert(self.key, Box::new(tensor.clone()));
        }
    }
}
