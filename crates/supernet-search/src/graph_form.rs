//! A space's stages as graphs: which choice says what a node reads, and which belong to it.

use crate::{
    SearchError,
    genome::{Genome, Kind, Node},
    growth::closed_subset,
    least::least,
};
use supernet_space::{Architecture, Choice, SearchSpace};

/// The graphs of a space, found by name: a choice of any number of options is what a node reads if
/// its options are the names of all nodes before it, as `stage1/node3/inputs` of `node1` and
/// `node2`. Other choices beside it (`stage1/node3/operation`) are the node's attributes.
///
/// A choice that belongs to no such graph is a graph of its own with place for one node: without it
/// the choice is closed ([`crate::Growth::CLOSED`]), with it the choice is the node's attribute. A
/// chain of layers so grows layer by layer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct GraphForm {
    pub(crate) stages: Vec<Stage>,
}

/// One graph.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Stage {
    name: String,
    names: Vec<String>,
    /// The choice that says what each node reads; the first has none.
    inputs: Vec<Option<usize>>,
    /// The other choices of each node.
    attributes: Vec<Vec<usize>>,
}

impl Stage {
    /// The graph of a choice that stands alone.
    fn alone(space: &SearchSpace, place: usize) -> Self {
        let name = space.choices()[place].name().to_string();
        Self { names: vec![name.clone()], name, inputs: vec![None], attributes: vec![vec![place]] }
    }

    /// Nodes that it has place for.
    pub(crate) fn places(&self) -> usize {
        self.names.len()
    }

    /// The choices that a node's attributes are of, in its first place.
    pub(crate) fn attributes(&self) -> &[usize] {
        self.attributes.first().map_or(&[], Vec::as_slice)
    }

    /// All its choices.
    fn choices(&self) -> impl Iterator<Item = usize> {
        self.inputs.iter().flatten().chain(self.attributes.iter().flatten()).copied()
    }
}

impl GraphForm {
    /// Reads the graphs of a space.
    ///
    /// # Errors
    /// Nodes of one graph whose attributes differ.
    pub(crate) fn of(strategy: &'static str, space: &SearchSpace) -> Result<Self, SearchError> {
        let mut stages = wired(space);
        for stage in &mut stages {
            let beside = |name: &String| {
                let prefix = if stage.name.is_empty() { format!("{name}/") } else { format!("{}/{name}/", stage.name) };
                let of_node = |&place: &usize| {
                    space.choices()[place].name().starts_with(&prefix) && !stage.inputs.contains(&Some(place))
                };
                (0..space.choices().len()).filter(of_node).collect()
            };
            stage.attributes = stage.names.iter().map(beside).collect();
        }
        let form = |place: &usize| {
            let choice = &space.choices()[*place];
            (choice.options().len(), choice.min(), choice.max())
        };
        let forms = |places: &Vec<usize>| places.iter().map(form).collect::<Vec<_>>();
        let differs = |stage: &&Stage| stage.attributes.iter().any(|node| forms(node) != forms(&stage.attributes[0]));
        if let Some(stage) = stages.iter().find(differs) {
            let found = format!("nodes of `{}` with different choices", stage.name);
            let expected = "the same choices, beside what it reads, for each node of a graph";
            return Err(SearchError::Setting { strategy, setting: "space", found, expected });
        }
        let of_graphs: Vec<usize> = stages.iter().flat_map(Stage::choices).collect();
        let left = (0..space.choices().len()).filter(|place| !of_graphs.contains(place));
        stages.extend(left.map(|place| Stage::alone(space, place)));
        Ok(Self { stages })
    }

    /// Returns the architecture of graphs without nodes.
    fn empty(&self, space: &SearchSpace) -> Vec<u64> {
        let least = least(space);
        let mut bits: Vec<u64> = (0..space.choices().len()).map(|choice| least.bits(choice)).collect();
        for stage in self.stages.iter().filter(|stage| stage.places() == 1) {
            stage.attributes().iter().for_each(|&choice| bits[choice] = closed_subset(&space.choices()[choice]));
        }
        bits
    }

    /// Puts the hidden nodes of a genome into the places of its graphs, in an order in which each
    /// comes after those that it reads. Links from a graph's input and to its output are what the
    /// space's own rules make of nodes that read none or are read by none.
    pub(crate) fn architecture(&self, space: &SearchSpace, genome: &Genome) -> Architecture {
        let mut bits = self.empty(space);
        for (number, stage) in self.stages.iter().enumerate() {
            let order = ordered(genome, number);
            let reads = |node: &Node| {
                let read = |&place: &usize| {
                    let from = order[place].number;
                    genome.links.iter().any(|link| link.enabled && (link.from, link.to) == (from, node.number))
                };
                (0..order.len()).filter(read).fold(0, |bits, place| bits | 1 << place)
            };
            for (place, node) in order.iter().enumerate().take(stage.places()) {
                if let Some(choice) = stage.inputs[place] {
                    bits[choice] = reads(node);
                }
                for (&choice, &attribute) in stage.attributes[place].iter().zip(&node.attributes) {
                    bits[choice] = attribute;
                }
            }
        }
        space.accept(space.mask(bits)).expect("nodes in their places")
    }
}

/// The graphs with what their nodes read, and without attributes. Choices that are called like one
/// but name other nodes make none.
fn wired(space: &SearchSpace) -> Vec<Stage> {
    let mut stages: Vec<Stage> = Vec::new();
    let mut refused: Vec<&str> = Vec::new();
    for (place, choice) in space.choices().iter().enumerate() {
        let Some((stage, node)) = reader(choice) else { continue };
        let known = stages.iter().position(|known| known.name == stage).unwrap_or_else(|| {
            let names = vec![choice.options()[0].clone()];
            stages.push(Stage { name: stage.into(), names, inputs: vec![None], attributes: Vec::new() });
            stages.len() - 1
        });
        let known = &mut stages[known];
        if choice.options() != known.names {
            refused.push(stage);
        }
        known.names.push(node.into());
        known.inputs.push(Some(place));
    }
    stages.retain(|stage| !refused.contains(&stage.name.as_str()));
    stages
}

/// The graph and the node of which a choice says what it reads.
fn reader(choice: &Choice) -> Option<(&str, &str)> {
    let (node, _) = choice.name().rsplit_once('/')?;
    let (stage, node) = node.rsplit_once('/').unwrap_or(("", node));
    let any = choice.min() == 0 && choice.max() == choice.options().len();
    any.then_some((stage, node))
}

/// The hidden nodes of a graph, each after those that it reads; of several that could come next the
/// one of the least number.
fn ordered(genome: &Genome, stage: usize) -> Vec<&Node> {
    let mut left: Vec<&Node> =
        genome.nodes.iter().filter(|node| node.kind == Kind::Hidden && node.stage == stage).collect();
    left.sort_by_key(|node| node.number);
    let mut order: Vec<&Node> = Vec::new();
    while !left.is_empty() {
        let waits = |node: &Node| {
            let mut reads = genome.links.iter().filter(|link| link.enabled && link.to == node.number);
            reads.any(|link| left.iter().any(|other| other.number == link.from))
        };
        let next = left.iter().position(|node| !waits(node)).expect("a graph without cycles");
        order.push(left.remove(next));
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::chain;
    use supernet_space::{CellSpace, EnasMacro, GeneticStages, NasBench201};

    #[test]
    fn graphs_are_read_from_names() {
        let form = GraphForm::of("neat", GeneticStages::published().space()).unwrap();
        assert_eq!(form.stages.iter().map(Stage::places).collect::<Vec<_>>(), [3, 4, 5]);
        assert!(form.stages.iter().all(|stage| stage.attributes().is_empty()));
        let form = GraphForm::of("neat", EnasMacro::new(4).unwrap().space()).unwrap();
        assert_eq!((form.stages.len(), form.stages[0].places()), (1, 4));
        assert_eq!(form.stages[0].attributes, [vec![0], vec![1], vec![3], vec![5]]);
    }

    #[test]
    fn choices_that_read_no_nodes_are_graphs_of_one_place() {
        let form = GraphForm::of("neat", &chain(3)).unwrap();
        assert!(form.stages.iter().map(Stage::places).eq([1, 1, 1]));
        assert_eq!(form.empty(&chain(3)), [1, 1, 1]);
        // Without a node an edge keeps what it reads: the first option, `none`, would cut the cell.
        let cell = NasBench201::new().space().clone();
        assert_eq!(GraphForm::of("neat", &cell).unwrap().empty(&cell), [0b10; 6]);
        // Blocks that read a cell's inputs as well name more than nodes.
        let cells = CellSpace::new(3, 2).unwrap();
        assert_eq!(GraphForm::of("neat", cells.space()).unwrap().stages.len(), cells.space().choices().len());
    }

    #[test]
    fn nodes_with_other_choices_than_their_neighbours_are_refused() {
        let choices = [
            Choice::one_of("node1/operation", ["a", "b"]).unwrap(),
            Choice::one_of("node2/operation", ["a", "b", "c"]).unwrap(),
            Choice::new("node2/inputs", ["node1"], 0..=1).unwrap(),
        ];
        let error = GraphForm::of("neat", &SearchSpace::new("uneven", choices).unwrap()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "neat, space: found nodes of `` with different choices, expected the same choices, beside what it reads, for each node of a graph"
        );
    }
}
