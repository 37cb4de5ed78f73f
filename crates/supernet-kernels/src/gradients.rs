//! Gradients of tensors that several operations read, summed in place.
//!
//! Burn adds the gradient of each reader to the sum of those before it: a whole tensor per reader,
//! zeros included, and a pass over both. The operations of this crate instead take the sum out of
//! Burn's container, add their own part where they have one, and put it back. They may do so once
//! they have registered a gradient for that tensor themselves, which is remembered here, by the
//! number of its node, until the node's own backward step. Numbers are never used twice, so one
//! that is left behind does no harm.

use std::{cell::RefCell, collections::HashSet};

use burn::backend::autodiff::NodeId;

thread_local! {
    /// Nodes for which this thread has registered a gradient. A backward pass runs on one thread.
    static REGISTERED: RefCell<HashSet<NodeId>> = RefCell::default();
}

/// Numbers that are left behind (by nodes whose backward step is not ours) are forgotten when there
/// are this many.
const MANY: usize = 1 << 14;

/// Whether this thread has registered a gradient for the node, and nobody has consumed it.
pub(crate) fn is_registered(id: NodeId) -> bool {
    REGISTERED.with_borrow(|ids| ids.contains(&id))
}

/// Remembers that a gradient is registered.
pub(crate) fn registered(id: NodeId) {
    REGISTERED.with_borrow_mut(|ids| {
        if ids.len() >= MANY {
            ids.clear();
        }
        ids.insert(id);
    });
}

/// Forgets it: the node's own step consumes the gradient.
pub(crate) fn consumed(id: NodeId) {
    REGISTERED.with_borrow_mut(|ids| ids.remove(&id));
}

/// The gradient of a node in its own backward step. A macro like the next, since the type of a node
/// has no public name.
macro_rules! consume {
    ($B:ty, $grads:expr, $node:expr) => {{
        let node = &$node;
        $crate::gradients::consumed(node.id);
        $grads.consume::<$B>(node)
    }};
}
pub(crate) use consume;

/// Registers a gradient of a parent: `$gradient` is given the sum so far, to add to, if that can be
/// had.
macro_rules! register {
    ($B:ty, $grads:expr, $parent:expr, |$sum:ident| $gradient:expr) => {{
        let parent = $parent;
        // The gradient of a leaf is the user's: Burn hands out copies only.
        let shared = !parent.parents.is_empty();
        let $sum = (shared && $crate::gradients::is_registered(parent.id)).then(|| $grads.consume::<$B>(&parent));
        let gradient = $gradient;
        $grads.register::<$B>(parent.id, gradient);
        if shared {
            $crate::gradients::registered(parent.id);
        }
    }};
}
pub(crate) use register;
