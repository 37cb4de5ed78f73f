//! A graph of modules whose wiring is chosen.

use super::{
    SomeOf,
    nodes::Nodes,
    options::checked,
    wiring::{Isolated, Wiring},
};
use crate::{Build, Identity, Layer, Rows, flow::sum};
use burn::module::Module;
use std::rc::Rc;

/// A graph of ordered nodes: each applies its module to the sum of what it reads, any of the nodes
/// before it as a choice ([`SomeOf`]) says.
///
/// A node that reads no other reads the graph's input, and those that no other reads are summed to
/// its output, or averaged ([`Graph::averaged`]). What does neither is left out, unless
/// [`Graph::with_isolated`] says otherwise; where that leaves no node at all, the output is the
/// input. A stand-alone network holds the nodes that are there, and what is chosen inside a node is
/// active where that is there.
///
/// What stands on an edge is a module too: the identity, `Sliced<Identity>`
/// ([`SomeOf::concatenated`]) for a concatenation followed by a 1x1, or anything else.
///
/// ```
/// use burn::{module::Module, nn::{Linear, LinearConfig}, tensor::Device};
/// use supernet_nn::{ConvNorm, Definition, Graph, Layer, Rows};
///
/// #[derive(Module, Debug)]
/// struct Net {
///     stem: ConvNorm,
///     graph: Graph<ConvNorm>,
///     head: Linear,
/// }
/// impl Layer<4, 2> for Net {
///     fn forward(&self, x: Rows) -> Rows<2> {
///         x.through(&self.stem).through(&self.graph).global_average().through(&self.head)
///     }
/// }
///
/// let definition = Definition::new("graph", &[1, 8, 8], &Device::flex(), |b| Net {
///     stem: ConvNorm::new(b, [1, 4], 3),
///     graph: Graph::of(b, "stage1", 3, |_| ConvNorm::new(b, [4, 4], 3).with_relu()),
///     head: LinearConfig::new(4, 2).init(b.device()),
/// })?;
/// // Node 2 reads node 1 or not, node 3 any of both.
/// assert_eq!(definition.space().size(), 8u32.into());
/// // Two nodes of 3x3, 4 to 4 channels, in the chain 1 → 3: node 2 is left out.
/// let [chain, none] = ["0/10", "0/00"].map(|text| definition.cost(&definition.space().parse(text).unwrap()).unwrap());
/// assert_eq!(chain.parameters - none.parameters, 2 * (9 * 16 + 2 * 4));
/// # Ok::<(), supernet_nn::NnError>(())
/// ```
#[derive(Module, Debug)]
pub struct Graph<M: Module, E: Module = Identity> {
    /// Of each node but the first.
    pub(crate) inputs: Vec<SomeOf<E>>,
    pub(crate) nodes: Nodes<M>,
    #[module(skip)]
    pub(crate) isolated: Isolated,
    #[module(skip)]
    pub(crate) averages: bool,
}

impl<M: Module> Graph<M> {
    /// A graph of `count` nodes, `node` makes node i, from 0. What they read are the choices
    /// `{name}/node2/inputs` and so on, of options `node1`, `node2`, …
    pub fn of(b: &Build, name: &str, count: usize, node: impl FnMut(usize) -> M) -> Self {
        let of_node = |i: usize| {
            let earlier = (1..i).map(|earlier| (format!("node{earlier}"), Identity {}));
            SomeOf::new(b, format!("{name}/node{i}/inputs"), 0..=i - 1, earlier)
        };
        Self::new(b, (2..=count).map(of_node), node)
    }
}

impl<M: Module, E: Module> Graph<M, E> {
    /// A graph of one node more than there are `inputs`, the choices what nodes 1, 2, … read: of
    /// node i as many options as there are nodes before it, in their order. `node` makes node i,
    /// from 0; it is asked for those that the network holds.
    ///
    /// # Panics
    /// If a choice has another number of options.
    pub fn new(b: &Build, inputs: impl IntoIterator<Item = SomeOf<E>>, node: impl FnMut(usize) -> M) -> Self {
        Self::with_isolated(b, inputs, node, Isolated::Dropped)
    }

    /// The same with another rule for nodes that read no other and that no other reads.
    ///
    /// # Panics
    /// As [`Graph::new`].
    pub fn with_isolated(
        b: &Build,
        inputs: impl IntoIterator<Item = SomeOf<E>>,
        mut node: impl FnMut(usize) -> M,
        isolated: Isolated,
    ) -> Self {
        let inputs: Vec<SomeOf<E>> = inputs.into_iter().collect();
        for (before, SomeOf { options }) in inputs.iter().enumerate() {
            let (name, found, expected) = (options.name(), options.count(), before + 1);
            assert!(
                found == expected,
                "choice `{name}`: found {found} options, expected one for each of {expected} nodes"
            );
        }
        let held = Wiring::of_mask(inputs.iter().map(|choice| b.held(choice.options.name())), isolated);
        let nodes = (0..=inputs.len()).map(|i| held.is_there(0, i).then(|| node(i))).collect();
        let names: Vec<String> = inputs.iter().map(|choice| choice.options.name().into()).collect();
        Self { nodes: Nodes::new(nodes, &names, isolated), inputs, isolated, averages: false }
    }

    /// The same whose output is the mean of the nodes that no other reads.
    pub fn averaged(self) -> Self {
        Self { averages: true, ..self }
    }

    /// The names of the choices.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.inputs.iter().map(|choice| choice.options.name())
    }
}

impl<const D: usize, M: Layer<D, D>, E: Layer<D, D>> Layer<D, D> for Graph<M, E> {
    fn forward(&self, x: Rows<D>) -> Rows<D> {
        let wiring = Wiring::of_pass(x.pass(), self.names(), self.isolated);
        if x.pass().checks() {
            // Some node or the output reads it, whatever the mask.
            x.exists();
        }
        let mut states: Vec<Rows<D>> = Vec::new();
        for node in 0..self.nodes.held.len() {
            let entry = x.only(wiring.last_choice(), |ghost| wiring.enters(ghost, node));
            let input = match node.checked_sub(1) {
                Some(before) => self.inputs[before].forward_each(states.clone()) + entry,
                None => entry,
            };
            states.push(self.applied(node, input, &wiring));
        }
        self.output(&x, &states, &wiring)
    }
}

impl<M: Module, E: Module> Graph<M, E> {
    /// The module of a node on what it reads.
    fn applied<const D: usize>(&self, node: usize, input: Rows<D>, wiring: &Wiring) -> Rows<D>
    where
        M: Layer<D, D>,
    {
        let pass = Rc::clone(input.pass());
        match &self.nodes.held[node] {
            Some(module) => pass.within_any(&wiring.conditions(node), || checked(module, input)),
            None if !input.is_live() => input,
            None => panic!("node {} of a graph: the mask has it, but this network was built without", node + 1),
        }
    }

    /// The sum or the mean of the nodes that no other reads; the input where there is no node.
    fn output<const D: usize>(&self, x: &Rows<D>, states: &[Rows<D>], wiring: &Wiring) -> Rows<D> {
        let (last, nothing) = (wiring.last_choice(), x.nothing().depending(wiring.last_choice() + 1));
        let of_count = |count: Option<usize>| {
            let of = |node: usize| {
                states[node].only(last, |ghost| {
                    wiring.is_loose(ghost, node) && count.is_none_or(|count| wiring.loose_ends(ghost) == count)
                })
            };
            sum(&nothing, (0..states.len()).map(of).collect())
        };
        let mut terms = vec![x.only(last, |ghost| wiring.loose_ends(ghost) == 0)];
        match self.averages {
            true => {
                terms.extend((1..=states.len()).map(|n| of_count(Some(n)).scaled((n > 1).then_some(1.0 / n as f64))))
            }
            false => terms.push(of_count(None)),
        }
        sum(&nothing, terms)
    }
}
