//! What a value was computed with: the parameters on the way from the input to it.

use burn::module::ParamId;
use std::{collections::HashSet, rc::Rc};

/// The parameters that a variant of a tensor depends on, as a graph that shares what computations
/// have in common.
#[derive(Clone, Debug, Default)]
pub(crate) struct Uses(Option<Rc<Node>>);

#[derive(Debug)]
struct Node {
    parameters: Rc<[ParamId]>,
    from: Vec<Uses>,
}

impl Uses {
    /// These, and `parameters`.
    pub(crate) fn and(&self, parameters: &Rc<[ParamId]>) -> Self {
        match parameters.is_empty() {
            true => self.clone(),
            false => Self::node(Rc::clone(parameters), vec![self.clone()]),
        }
    }

    /// All of `from`.
    pub(crate) fn joined(mut from: Vec<Self>) -> Self {
        match from.len() {
            1 => from.pop().expect("there is one"),
            _ => Self::node(Rc::from([]), from),
        }
    }

    fn node(parameters: Rc<[ParamId]>, from: Vec<Self>) -> Self {
        Self(Some(Rc::new(Node { parameters, from })))
    }

    /// The parameters.
    pub(crate) fn parameters(&self) -> HashSet<ParamId> {
        let (mut found, mut seen, mut left) = (HashSet::new(), HashSet::new(), vec![self]);
        while let Some(Self(node)) = left.pop() {
            let Some(node) = node else { continue };
            if seen.insert(Rc::as_ptr(node)) {
                found.extend(node.parameters.iter().copied());
                left.extend(&node.from);
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_depends_on_what_all_its_parts_depend_on() {
        let id = |i: u64| -> Rc<[ParamId]> { Rc::from([ParamId::from(i)]) };
        let root = Uses::default().and(&id(1));
        let both = Uses::joined(vec![root.and(&id(2)), root.and(&id(3)), root.clone()]);
        assert_eq!(both.and(&id(4)).parameters(), HashSet::from([1, 2, 3, 4].map(ParamId::from)));
        assert_eq!(root.parameters(), HashSet::from([ParamId::from(1)]));
    }
}
