//! A space's stages as graphs: which choice says what a node reads, and which belong to it.

use crate::{
    SearchError,
    genome::{Genome, Kind, Node},
    least::least,
};
use supernet_space::{Architecture, Choice, SearchSpace};

/// The graphs of a space, found by name: a choice of any number of options is what a node reads if its options are the names of all
/// nodes before it, as `stage1/node3/inputs` of `node1` and `node2`. Other choices beside it (`stage1/node3/operation`) are the
/// node's attributes.
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
    /// Nodes that it has place for.
    pub(crate) fn places(&self) -> usize {
        self.names.len()
    }

    /// The choices that a node's attributes are of, in its first place.
    pub(crate) fn attributes(&self) -> &[usize] {
        self.attributes.first().map_or(&[], Vec::as_slice)
    }
}

impl GraphForm {
    /// Reads the graphs of a space.
    ///
    /// # Errors
    /// A space without any, or with choices that belong to none; nodes of one graph whose attributes differ.
    pub(crate) fn of(strategy: &'static str, space: &SearchSpace) -> Result<Self, SearchError> {
        Self::read(space).map_err(|found| SearchError::Setting {
            strategy,
            setting: "space",
            found,
            expected: "graphs alone: for each node but the first a choice of any of the nodes before it, by name, and the same other choices for each node",
        })
    }

    /// The same with what stands in the way as error.
    fn read(space: &SearchSpace) -> Result<Self, String> {
        let mut stages = wired(space)?;
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
        let covered =
            stages.iter().flat_map(|stage| stage.inputs.iter().flatten().chain(stage.attributes.iter().flatten()));
        let left = (0..space.choices().len()).find(|place| !covered.clone().any(|covered| covered == place));
        if let Some(left) = left {
            return Err(format!("`{}`", space.choices()[left].name()));
        }
        let form = |place: &usize| {
            let choice = &space.choices()[*place];
            (choice.options().len(), choice.min(), choice.max())
        };
        let forms = |places: &Vec<usize>| places.iter().map(form).collect::<Vec<_>>();
        let differs = |stage: &&Stage| stage.attributes.iter().any(|node| forms(node) != forms(&stage.attributes[0]));
        match stages.iter().find(differs) {
            Some(stage) => Err(format!("nodes of `{}` with different choices", stage.name)),
            None => Ok(Self { stages }),
        }
    }

    /// Puts the hidden nodes of a genome into the places of its graphs, in an order in which each comes after those that it reads.
    /// Links from a graph's input and to its output are what the space's own rules make of nodes that read none or are read by
    /// none.
    pub(crate) fn architecture(&self, space: &SearchSpace, genome: &Genome) -> Architecture {
        let least = least(space);
        let mut bits: Vec<u64> = (0..space.choices().len()).map(|choice| least.bits(choice)).collect();
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

/// The graphs with what their nodes read, and without attributes.
fn wired(space: &SearchSpace) -> Result<Vec<Stage>, String> {
    let mut stages: Vec<Stage> = Vec::new();
    for (place, choice) in space.choices().iter().enumerate() {
        let Some((stage, node)) = reader(choice) else { continue };
        let known = stages.iter().position(|known| known.name == stage).unwrap_or_else(|| {
            let names = vec![choice.options()[0].clone()];
            stages.push(Stage { name: stage.into(), names, inputs: vec![None], attributes: Vec::new() });
            stages.len() - 1
        });
        let known = &mut stages[known];
        if choice.options() != known.names {
            return Err(format!("`{}` of {}", choice.name(), choice.options().join(", ")));
        }
        known.names.push(node.into());
        known.inputs.push(Some(place));
    }
    Ok(stages)
}

/// The graph and the node of which a choice says what it reads.
fn reader(choice: &Choice) -> Option<(&str, &str)> {
    let (node, _) = choice.name().rsplit_once('/')?;
    let (stage, node) = node.rsplit_once('/').unwrap_or(("", node));
    let any = choice.min() == 0 && choice.max() == choice.options().len();
    any.then_some((stage, node))
}

/// The hidden nodes of a graph, each after those that it reads; of several that could come next the one of the least number.
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
    use supernet_space::{EnasMacro, GeneticStages, NasBench201};

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
    fn spaces_of_anything_else_are_refused() {
        let message = |space: &SearchSpace| GraphForm::of("neat", space).unwrap_err().to_string();
        assert!(message(&chain(3)).starts_with("neat, space: found `layer0`, expected graphs alone"));
        assert!(message(NasBench201::new().space()).starts_with("neat, space: found `node1/from0`"));
    }
}
