//! Graphs of graphs: motifs.

use super::OneOf;
use crate::{Build, Layer, Rows, Zeros};
use burn::module::{Module, ModuleDisplay};
use supernet_space::MotifLevel;

/// A graph whose edges are chosen: node 0 is its input, any other the sum of what the edges from
/// all nodes before it give, the last its output. On an edge stands an operation, or a graph of the
/// level below, or nothing but between neighbours.
///
/// A motif has the same name wherever it stands, so it is one set of choices, and it changes
/// everywhere at once; its weights are those of each place (Liu, Simonyan, Vinyals, Fernando and
/// Kavukcuoglu, ICLR 2018). Edges are the choices `level2/motif3/edge0_2`; the levels above the
/// operations are counted from 2.
#[derive(Module, Debug)]
pub struct Motifs<M: Module + ModuleDisplay> {
    /// By the later node, then by the earlier.
    pub(crate) edges: Vec<OneOf<Motif<M>>>,
}

/// What stands on an edge.
#[derive(Module, Debug)]
pub enum Motif<M: Module + ModuleDisplay> {
    /// Nothing.
    None(Zeros),
    /// An operation.
    Operation(M),
    /// A graph of the level below.
    Graph(Motifs<M>),
}

impl<M: Module + ModuleDisplay> Motifs<M> {
    /// The one motif of the last of `levels`, from the one above the `operations` upwards. An
    /// operation is its name and what makes its module.
    ///
    /// # Panics
    /// Without levels; if a level has fewer than 2 nodes.
    pub fn new(b: &Build, levels: &[MotifLevel], operations: &[(&str, &dyn Fn() -> M)]) -> Self {
        Self::motif(b, levels, operations, 1)
    }

    /// Motif `motif`, from 1, of the last of `levels`.
    fn motif(b: &Build, levels: &[MotifLevel], operations: &[(&str, &dyn Fn() -> M)], motif: usize) -> Self {
        let (level, below) = levels.split_last().expect("a graph has a level");
        assert!(level.nodes >= 2, "a motif: found {} nodes, expected at least 2", level.nodes);
        let name = format!("level{}/motif{motif}", levels.len() + 1);
        let edge = |(from, to): (usize, usize)| {
            let edge = format!("{name}/edge{from}_{to}");
            let missing = (to > from + 1).then(|| ("none".to_string(), Motif::None(Zeros {})));
            let labels = Self::labels(b, below, operations);
            OneOf::new(b, edge, missing.into_iter().chain(labels))
        };
        let edges = (1..level.nodes).flat_map(|to| (0..to).map(move |from| (from, to)));
        Self { edges: edges.map(edge).collect() }
    }

    /// What an edge of the level above `levels` may be.
    fn labels(b: &Build, levels: &[MotifLevel], operations: &[(&str, &dyn Fn() -> M)]) -> Vec<(String, Motif<M>)> {
        match levels.last() {
            None => operations.iter().map(|(name, make)| (name.to_string(), Motif::Operation(make()))).collect(),
            Some(level) => {
                let graph = |motif| Motif::Graph(Self::motif(b, levels, operations, motif));
                (1..=level.motifs).map(|motif| (format!("motif{motif}"), graph(motif))).collect()
            }
        }
    }
}

impl<const D: usize, M: Layer<D, D>> Layer<D, D> for Motif<M> {
    fn forward(&self, x: Rows<D>) -> Rows<D> {
        match self {
            Self::None(zeros) => x.through(zeros),
            Self::Operation(operation) => x.through(operation),
            Self::Graph(graph) => x.through(graph),
        }
    }
}

impl<const D: usize, M: Layer<D, D>> Layer<D, D> for Motifs<M> {
    fn forward(&self, x: Rows<D>) -> Rows<D> {
        let (mut nodes, mut edges) = (vec![x], self.edges.iter().peekable());
        while edges.peek().is_some() {
            let to = nodes.len();
            let terms = nodes.iter().zip(edges.by_ref().take(to)).map(|(node, edge)| node.clone().through(edge));
            let node = Rows::sum(terms.collect());
            nodes.push(node);
        }
        nodes.pop().expect("a graph has nodes")
    }
}
