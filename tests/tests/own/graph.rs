//! Graphs whose wiring is chosen: what a node reads, where it stands when it reads nothing, graphs
//! of graphs, and graphs that run over sequences.

use burn::{
    module::Module,
    nn::{Linear, LinearConfig},
    optim::GradientsParams,
    tensor::{DType, Device, Tensor},
};
use std::collections::{BTreeMap, BTreeSet};
use supernet_nn::{
    Build, Cell, Definition, Graph, Identity, Isolated, Layer, MaskedNetwork, Motifs, Network, NnError, OneOf, Rows,
    Sliced, SomeOf,
};
use supernet_space::{HierarchicalMotifs, MotifLevel, PathMask, SearchSpace, draws};
use supernet_tests::{
    Formula, PLAIN, Parameter, assert_close, data, device, one_definition::is_one_definition, parameters, replaced,
    values, waves,
};

const WIDTH: usize = 3;
const CLASSES: usize = 4;
const ROWS: usize = 2;
/// f64: only the order of sums differs.
const EXACT: f64 = 1e-10;

fn wave<const D: usize>(shape: [usize; D], device: &Device) -> Tensor<D> {
    waves(shape, DType::F64, device)
}

/// tanh of a linear layer.
#[derive(Module, Debug)]
struct Dense {
    linear: Linear,
}

impl Dense {
    fn new(b: &Build) -> Self {
        Self { linear: LinearConfig::new(WIDTH, WIDTH).init(b.device()) }
    }
}

impl Layer<2, 2> for Dense {
    fn forward(&self, x: Rows<2>) -> Rows<2> {
        x.run(&self.linear, |linear, x| linear.forward(x).tanh())
    }
}

/// A graph before a classifier.
#[derive(Module, Debug)]
struct Net<G: Module> {
    graph: G,
    head: Linear,
}

impl<G: Layer<2, 2>> Layer<2, 2> for Net<G> {
    fn forward(&self, x: Rows<2>) -> Rows<2> {
        x.through(&self.graph).through(&self.head)
    }
}

fn definition<G: Layer<2, 2> + 'static>(
    graph: impl Fn(&Build) -> G + Send + Sync + 'static,
) -> Result<Definition<Net<G>, 2>, NnError> {
    let net = move |b: &Build| Net { graph: graph(b), head: LinearConfig::new(WIDTH, CLASSES).init(b.device()) };
    Definition::new("graph", &[WIDTH], &device(), net)
}

/// A network's parameters by path, for the same computation in plain words.
struct Words(BTreeMap<String, Parameter>);

impl Words {
    fn of(network: &impl Module) -> Self {
        Self(parameters(network, &GradientsParams::new()))
    }

    /// x · weight + bias of the linear layer at a path; the bias where it has one.
    fn linear(&self, path: &str, x: Tensor<2>) -> Tensor<2> {
        let number = |name: String| {
            let Parameter { value, shape, .. } = self.0.get(&name)?;
            Some(data(value.clone(), shape, DType::F64))
        };
        let device = (&x.device(), DType::F64);
        let weight = Tensor::<2>::from_data(number(format!("{path}.weight")).unwrap(), device);
        let y = x.matmul(weight);
        match number(format!("{path}.bias")) {
            Some(bias) => y + Tensor::<1>::from_data(bias, device).unsqueeze(),
            None => y,
        }
    }

    /// What nodes that read these nodes compute, and the logits.
    fn graph(&self, x: &Tensor<2>, reads: &[Vec<usize>], isolated: Isolated, averages: bool) -> Vec<f64> {
        let (mut states, mut loose): (Vec<Tensor<2>>, Vec<Tensor<2>>) = (Vec::new(), Vec::new());
        for (i, read) in reads.iter().enumerate() {
            let input = read.iter().map(|&j| states[j].clone()).reduce(|a, b| a + b).unwrap_or(x.clone());
            let y = match self.0.contains_key(&format!("graph.nodes.{i}.linear.weight")) {
                true => self.linear(&format!("graph.nodes.{i}.linear"), input).tanh(),
                false => input,
            };
            let is_read = reads.iter().any(|reads| reads.contains(&i));
            if !is_read && (!read.is_empty() || isolated == Isolated::Kept) {
                loose.push(y.clone());
            }
            states.push(y);
        }
        let count = loose.len().max(1) as f64;
        let sum = loose.into_iter().reduce(|a, b| a + b).unwrap_or(x.clone());
        values(self.linear("head", if averages { sum / count } else { sum }))
    }
}

/// The nodes that each node reads, of a mask of `SomeOf` choices alone.
fn reads(mask: &PathMask, nodes: usize) -> Vec<Vec<usize>> {
    let of = |node: usize| match node.checked_sub(1) {
        Some(choice) => (0..node).filter(|earlier| mask.bits(choice) >> earlier & 1 == 1).collect(),
        None => Vec::new(),
    };
    (0..nodes).map(of).collect()
}

fn supernet<G: Layer<2, 2>>(definition: &Definition<Net<G>, 2>, device: &Device) -> Network<Net<G>, 2> {
    definition.supernet(&mut Formula(DType::F64), device).unwrap()
}

fn logits<M: Layer<D, 2>, const D: usize>(network: &Network<M, D>, mask: &PathMask, x: Tensor<D>) -> Vec<f64> {
    let paths = network.paths(vec![mask.clone()], None).unwrap();
    values(network.forward_used(x, &paths, &PLAIN).unwrap().0)
}

#[test]
fn every_wiring_of_four_nodes_computes_what_the_rules_say() {
    for (isolated, averages) in [(Isolated::Dropped, false), (Isolated::Kept, false), (Isolated::Dropped, true)] {
        let graph = move |b: &Build| {
            let earlier = |i: usize| (1..i).map(|j| (format!("node{j}"), Identity {})).collect::<Vec<_>>();
            let inputs = (2..=4).map(|i| SomeOf::new(b, format!("node{i}"), 0..=i - 1, earlier(i)));
            let graph = Graph::with_isolated(b, inputs, |_| Dense::new(b), isolated);
            if averages { graph.averaged() } else { graph }
        };
        let definition = definition(graph).unwrap();
        let network = supernet(&definition, &device());
        let (words, x) = (Words::of(&network), wave([ROWS, WIDTH], &device()));
        let all = definition.space().architectures(64).unwrap();
        for one in &all {
            let expected = words.graph(&x, &reads(one.mask(), 4), isolated, averages);
            assert_close(&one.to_string(), &logits(&network, one.mask(), x.clone()), &expected, EXACT);
            let alone = definition.extract(&network, one.mask(), &device()).unwrap();
            assert_close(&one.to_string(), &logits(&alone, one.mask(), x.clone()), &expected, EXACT);
        }
        assert_eq!(all.len(), 64);
    }
}

#[test]
fn a_node_that_reads_nothing_and_is_not_read_is_not_built() {
    let built = |isolated| {
        let graph = move |b: &Build| {
            let inputs = (2..=3).map(|i| {
                let earlier = (1..i).map(|j| (format!("node{j}"), Identity {}));
                SomeOf::new(b, format!("node{i}"), 0..=i - 1, earlier)
            });
            Graph::with_isolated(b, inputs, |_| Dense::new(b), isolated)
        };
        let definition = definition(graph).unwrap();
        let of = |text: &str| {
            let mask = definition.space().parse(text).unwrap();
            let alone = definition.stand_alone(&mask, &mut Formula(DType::F64), &device()).unwrap();
            let node =
                |name: &String| name.strip_prefix("graph.nodes.").map(|name| name[..1].parse::<usize>().unwrap());
            let mut nodes: Vec<usize> = Words::of(&alone).0.keys().filter_map(node).collect();
            nodes.dedup();
            (nodes, definition.cost(&mask).unwrap().parameters)
        };
        ["0/10", "0/00", "1/00"].map(of)
    };
    let (node, head) = (12, 16);
    assert_eq!(
        built(Isolated::Dropped),
        [(vec![0, 2], 2 * node + head), (vec![], head), (vec![0, 1], 2 * node + head)]
    );
    assert!(built(Isolated::Kept).iter().all(|of| *of == (vec![0, 1, 2], 3 * node + head)));
}

#[test]
fn a_graph_of_choices_holds_what_holds_of_every_network() {
    let graph = |b: &Build| {
        let functions =
            |i: usize| OneOf::new(b, format!("node{}/function", i + 1), [("a", Dense::new(b)), ("b", Dense::new(b))]);
        Graph::of(b, "graph", 4, functions)
    };
    let definition = definition(graph).unwrap();
    // Of 64 wirings 41 have all four nodes, 16 three, 6 two, and one has none. What is left out has
    // no function.
    let networks = 41u32 * 16 + 16 * 8 + 6 * 4 + 1;
    assert_eq!(definition.space().size(), networks.into());
    let (network, x) = (supernet(&definition, &device()), wave([ROWS, WIDTH], &device()));
    let text = |logits: Vec<f64>| logits.into_iter().map(|logit| format!("{logit:.9}")).collect::<Vec<_>>();
    let all = definition.space().architectures(1_000).unwrap();
    let different: BTreeSet<_> = all.iter().map(|one| text(logits(&network, one.mask(), x.clone()))).collect();
    assert_eq!(different.len(), networks as usize, "two architectures compute the same");
    is_one_definition(&definition, 12, EXACT, |rows, device| wave([rows, WIDTH], device));
}

#[test]
fn a_graph_of_ten_nodes_is_counted_at_once() {
    let graph = |b: &Build| {
        let functions = |i: usize| OneOf::new(b, format!("function{i}"), [("a", Dense::new(b)), ("b", Dense::new(b))]);
        Graph::of(b, "graph", 10, functions)
    };
    let space = definition(graph).unwrap().space().clone();
    // Graphs of k named nodes, none of them isolated (OEIS A006129), in place of k of the ten.
    let without_isolated =
        [1u128, 0, 1, 4, 41, 768, 27_449, 1_887_284, 252_522_481, 66_376_424_160, 34_509_011_894_545];
    let choose = [1u128, 10, 45, 120, 210, 252, 210, 120, 45, 10, 1];
    let expected: u128 = (0..=10).map(|k| (choose[k] * without_isolated[k]) << k).sum();
    assert_eq!(space.size().to_string(), expected.to_string());
}

#[test]
fn edges_may_compute_and_a_concatenation_is_a_1x1_on_each() {
    let graph = |b: &Build| {
        let earlier = |i: usize| (1..i).map(|j| (format!("node{j}"), Identity {}, WIDTH)).collect::<Vec<_>>();
        let inputs = (2..=3)
            .map(|i| SomeOf::<Sliced<Identity>>::concatenated(b, format!("node{i}"), 0..=i - 1, earlier(i), WIDTH));
        Graph::new(b, inputs, |_| Dense::new(b)).averaged()
    };
    is_one_definition(&definition(graph).unwrap(), 12, EXACT, |rows, device| wave([rows, WIDTH], device));
}

#[test]
#[should_panic(expected = "choice `node3`: found 1 options, expected one for each of 2 nodes")]
fn a_choice_of_inputs_that_does_not_name_every_earlier_node_is_a_broken_contract() {
    let graph = |b: &Build| {
        let inputs = ["node2", "node3"].map(|name| SomeOf::new(b, name, 0..=1, [("node1", Identity {})]));
        Graph::new(b, inputs, |_| Dense::new(b))
    };
    let _ = definition(graph);
}

/// An operation of motifs.
#[derive(Module, Debug)]
enum Op {
    Same(Identity),
    Dense(Dense),
}

impl Layer<2, 2> for Op {
    fn forward(&self, x: Rows<2>) -> Rows<2> {
        match self {
            Self::Same(same) => x.through(same),
            Self::Dense(dense) => x.through(dense),
        }
    }
}

const LEVELS: [MotifLevel; 2] = [MotifLevel { motifs: 2, nodes: 3 }, MotifLevel { motifs: 1, nodes: 3 }];

fn motifs(b: &Build) -> Motifs<Op> {
    let same = || Op::Same(Identity {});
    let dense = || Op::Dense(Dense::new(b));
    Motifs::new(b, &LEVELS, &[("same", &same), ("dense", &dense)])
}

#[test]
fn a_motif_is_one_set_of_choices_and_there_where_it_is_named() {
    let definition = definition(motifs).unwrap();
    let space = definition.space();
    assert_eq!(space.choices().len(), 3 * 3);
    let choice = &space.choices()[space.position("level2/motif2/edge1_2").unwrap()];
    let parents: Vec<&str> = choice.when().iter().map(|all| all[0].parent.as_str()).collect();
    assert_eq!(parents, ["level3/motif1/edge0_1", "level3/motif1/edge0_2", "level3/motif1/edge1_2"]);
    // There are 12 of each motif. Of the 2 · 3 · 2 cells 4 name one motif alone and 8 both.
    assert_eq!(space.size(), (4u32 * 12 + 8 * 144).into());
    is_one_definition(&definition, 12, EXACT, |rows, device| wave([rows, WIDTH], device));
}

/// The motifs of a mask in plain words, with the numbers of a network.
struct PlainMotifs<'a> {
    words: Words,
    space: &'a SearchSpace,
    mask: PathMask,
}

impl PlainMotifs<'_> {
    fn label(&self, edge: &str) -> &str {
        let choice = self.space.position(edge).unwrap();
        &self.space.choices()[choice].options()[self.mask.bits(choice).trailing_zeros() as usize]
    }

    /// A motif of three nodes: `on_edge` is given the place and label of an edge that is there.
    fn graph(&self, motif: &str, on_edge: impl Fn(usize, &str, Tensor<2>) -> Tensor<2>, x: Tensor<2>) -> Tensor<2> {
        let mut nodes = vec![x];
        for to in 1..3 {
            let terms = (0..to).filter_map(|from| match self.label(&format!("{motif}/edge{from}_{to}")) {
                "none" => None,
                label => Some(on_edge(to * (to - 1) / 2 + from, label, nodes[from].clone())),
            });
            let node = terms.reduce(|a, b| a + b).unwrap();
            nodes.push(node);
        }
        nodes.pop().unwrap()
    }

    fn cell(&self, x: Tensor<2>) -> Tensor<2> {
        let of_motif = |place: usize, motif: &str, x: Tensor<2>| {
            let of_operation = |inner: usize, operation: &str, x: Tensor<2>| match operation {
                "same" => x,
                _ => {
                    let path = format!("graph.edges.{place}.options.{motif}.edges.{inner}.options.dense.linear.weight");
                    let found = self.words.0.keys().find(|name| plain(name) == path).unwrap();
                    self.words.linear(found.strip_suffix(".weight").unwrap(), x).tanh()
                }
            };
            self.graph(&format!("level2/{motif}"), of_operation, x)
        };
        self.graph("level3/motif1", of_motif, x)
    }
}

#[test]
fn motifs_compute_what_the_flattened_graph_does_and_identities_nothing() {
    let definition = definition(motifs).unwrap();
    let (space, network) = (definition.space(), supernet(&definition, &device()));
    let x = wave([ROWS, WIDTH], &device());
    let rng = &mut draws(4, "motifs", 0);
    for _ in 0..40 {
        let mask = space.sample(rng).mask().clone();
        let plain = PlainMotifs { words: Words::of(&network), space, mask: mask.clone() };
        let expected = values(plain.words.linear("head", plain.cell(x.clone())));
        assert_close(&mask.to_string(), &logits(&network, &mask, x.clone()), &expected, EXACT);
    }
    let chains = space.accept(space.mask(vec![1; space.choices().len()])).unwrap();
    let head = values(Words::of(&network).linear("head", x.clone()));
    assert_close("chains of identities", &logits(&network, chains.mask(), x), &head, EXACT);
}

/// A path without the names of enum variants.
fn plain(path: &str) -> String {
    path.split('.').filter(|part| !["Graph", "Operation", "Dense", "Same"].contains(part)).collect::<Vec<_>>().join(".")
}

/// A graph of three nodes, each tanh of a linear layer or the identity; the last as wide as asked.
fn of_two_kinds(last: usize) -> Definition<Net<Graph<OneOf<Kind>>>, 2> {
    definition(move |b| {
        let dense = |i: usize| vec![Dense::new(b); if i == 2 { last } else { 1 }];
        let kinds = |i: usize| [("dense", Kind::Dense(dense(i))), ("same", Kind::Same(Identity {}))];
        Graph::of(b, "graph", 3, |i| OneOf::new(b, format!("kind{i}"), kinds(i)))
    })
    .unwrap()
}

#[derive(Module, Debug)]
enum Kind {
    Dense(Vec<Dense>),
    Same(Identity),
}

impl Layer<2, 2> for Kind {
    fn forward(&self, x: Rows<2>) -> Rows<2> {
        match self {
            Self::Dense(layers) => x.through(layers),
            Self::Same(same) => x.through(same),
        }
    }
}

#[test]
fn graphs_that_differ_by_the_names_of_their_nodes_are_one_network() {
    let kinds = |i: usize| vec![format!("kind{i}")];
    let unlabelled = of_two_kinds(1).with_unlabelled("graph", kinds).unwrap();
    let space = unlabelled.space();
    assert!(space.networks().unwrap() < space.size());
    for one in space.architectures(1_000).unwrap() {
        let canonical = space.canonical(&one);
        assert_eq!(space.canonical(&canonical), canonical);
        assert_eq!(unlabelled.cost(&one).unwrap(), unlabelled.cost(&canonical).unwrap(), "{one}");
    }
    // With the same numbers in all nodes, names change nothing.
    let network = unlabelled.supernet(&mut Formula(DType::F64), &device()).unwrap();
    let mut first: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    let network = replaced(network, |path, numbers| {
        let node = path.split('.').map(|part| if part.parse::<usize>().is_ok() { "node" } else { part });
        first.entry(node.collect::<Vec<_>>().join(".")).or_insert(numbers).clone()
    });
    for one in space.architectures(1_000).unwrap() {
        let of = |mask: &PathMask| logits(&network, mask, wave([ROWS, WIDTH], &device()));
        assert_close(&one.to_string(), &of(&one), &of(&space.canonical(&one)), EXACT);
    }
    let message = |error: Result<_, NnError>| error.map(|_: Definition<_, 2>| ()).unwrap_err().to_string();
    assert!(message(of_two_kinds(2).with_unlabelled("graph", kinds)).contains("make all nodes alike"));
    assert!(message(of_two_kinds(1).with_unlabelled("no", kinds)).contains("2 to 8 nodes"));
    assert!(message(of_two_kinds(1).with_unlabelled("graph", |_| vec!["no".into()])).contains("`no`"));
}

const STEPS: usize = 4;
const FEATURES: usize = 2;

/// input ⧺ state → what the graph reads.
#[derive(Module, Debug)]
struct Entry {
    linear: Linear,
}

impl Layer<2, 2> for Entry {
    fn forward(&self, x: Rows<2>) -> Rows<2> {
        x.run(&self.linear, |linear, x| linear.forward(x))
    }
}

#[derive(Module, Debug)]
struct Recurrent {
    cell: Cell<Entry, Graph<Dense>>,
    head: Linear,
}

impl Layer<3, 2> for Recurrent {
    fn forward(&self, x: Rows<3>) -> Rows<2> {
        x.through(&self.cell).last_step().through(&self.head)
    }
}

fn recurrent() -> Definition<Recurrent, 3> {
    let net = |b: &Build| {
        let entry = Entry { linear: LinearConfig::new(FEATURES + WIDTH, WIDTH).init(b.device()) };
        let graph = Graph::of(b, "cell", 3, |_| Dense::new(b));
        Recurrent { cell: Cell::new(entry, graph, WIDTH), head: LinearConfig::new(WIDTH, CLASSES).init(b.device()) }
    };
    Definition::new("recurrent", &[STEPS, FEATURES], &device(), net).unwrap()
}

#[test]
fn a_cell_runs_its_graph_over_a_sequence_with_the_same_weights() {
    let definition = recurrent();
    let network = definition.supernet(&mut Formula(DType::F64), &device()).unwrap();
    let words = Words::of(&network);
    let x = wave([ROWS, STEPS, FEATURES], &device());
    // Node 2 reads node 1, node 3 stands beside them reading node 1 as well.
    let mask = definition.space().parse("1/10").unwrap();
    let mut state = Tensor::<2>::zeros([ROWS, WIDTH], (&device(), DType::F64));
    for step in 0..STEPS {
        let input = x.clone().narrow(1, step, 1).squeeze_dim::<2>(1);
        let entry = words.linear("cell.entry.linear", Tensor::cat(vec![input, state], 1));
        let node = |i: usize, x: Tensor<2>| words.linear(&format!("cell.graph.nodes.{i}.linear"), x).tanh();
        let first = node(0, entry);
        state = node(1, first.clone()) + node(2, first);
    }
    assert_close("logits", &logits(&network, &mask, x), &values(words.linear("head", state)), EXACT);
    is_one_definition(&definition, 12, EXACT, |rows, device| wave([rows, STEPS, FEATURES], device));
}

#[test]
fn the_catalogue_knows_the_same_motifs() {
    let catalogue = HierarchicalMotifs::new(&LEVELS).unwrap();
    let names: Vec<String> = catalogue.space().choices().iter().map(|choice| choice.name().into()).collect();
    let definition = definition(motifs).unwrap();
    assert!(names.iter().all(|name| definition.space().position(name).is_some()), "{names:?}");
    assert_eq!(names.len(), definition.space().choices().len());
}
