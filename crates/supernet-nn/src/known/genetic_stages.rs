//! Genetic CNN (Xie and Yuille, ICCV 2017) as a network.

use crate::{
    Build, ConvNorm, Definition, Describe, Graph, Layer, NnError, Rows, Wire,
    choices::{Isolated, Wiring, checked},
    flow::{Taken, sum},
};
use burn::{
    module::Module,
    nn::{
        Linear, LinearConfig,
        pool::{MaxPool2d, MaxPool2dConfig},
    },
    tensor::Device,
};
use std::rc::Rc;
use supernet_space::{GeneticShape, GeneticStages};

/// A stage: its input node, a graph of nodes, its output node, all of them a 3x3 convolution with
/// normalisation and ReLU; the 2x2 maximum. A stage without nodes is its input node alone.
#[derive(Module, Debug)]
pub struct GeneticStage {
    entry: ConvNorm,
    graph: Graph<ConvNorm>,
    exit: Option<ConvNorm>,
    pool: MaxPool2d,
}

impl GeneticStage {
    fn new(b: &Build, name: &str, nodes: usize, [from, to]: [usize; 2]) -> Self {
        let conv = |from| ConvNorm::new(b, [from, to], 3).with_relu();
        let graph = Graph::of(b, name, nodes, |_| conv(to));
        let has_nodes = graph.names().any(|name| b.held(name) != 0);
        Self {
            entry: conv(from),
            graph,
            exit: has_nodes.then(|| conv(to)),
            pool: MaxPool2dConfig::new([2; 2]).with_strides([2; 2]).init(),
        }
    }

    /// The output node where there are nodes.
    fn left(&self, x: Rows) -> Rows {
        let pass = Rc::clone(x.pass());
        let wiring = Wiring::of_pass(&pass, self.graph.names(), Isolated::Dropped);
        let of = |with_nodes: bool| x.only(wiring.last_choice(), |mask| (wiring.loose_ends(mask) > 0) == with_nodes);
        let (alive, alone) = (of(true), of(false));
        let nothing = alive.nothing();
        let exited = match &self.exit {
            None if !alive.is_live() => alive,
            None => panic!("a stage: the mask has nodes in it, which this network was built without"),
            Some(exit) => {
                let some: Vec<_> = wiring.choices().iter().map(|&node| vec![Taken::on(node, u64::MAX)]).collect();
                pass.within_any(&some, || checked(exit, alive))
            }
        };
        sum(&nothing, vec![exited, alone])
    }
}

impl Layer for GeneticStage {
    fn forward(&self, x: Rows) -> Rows {
        self.left(x.through(&self.entry).through(&self.graph)).through(&self.pool)
    }
}

/// Stages of nodes, each with twice the filters of the one before, the average over the image, a
/// linear classifier (the paper has a hidden linear layer before it).
#[derive(Module, Debug)]
pub struct GeneticNet {
    stages: Vec<GeneticStage>,
    classifier: Linear,
}

impl GeneticNet {
    /// The network of these stages.
    pub fn new(b: &Build, stages: &GeneticStages, shape: &GeneticShape) -> Self {
        let width = |stage: usize| shape.filters << stage;
        let stage = |(i, &nodes): (usize, &usize)| {
            let from = i.checked_sub(1).map_or(shape.channels, width);
            GeneticStage::new(b, &format!("stage{}", i + 1), nodes, [from, width(i)])
        };
        Self {
            stages: stages.nodes().iter().enumerate().map(stage).collect(),
            classifier: LinearConfig::new(width(stages.nodes().len() - 1), shape.classes).init(b.device()),
        }
    }

    /// The space of these networks, as [`GeneticStages`] knows it.
    ///
    /// # Errors
    /// A number of the shape out of range; images that do not have a pixel left behind all stages.
    pub fn definition(
        stages: &GeneticStages,
        shape: GeneticShape,
        device: &Device,
    ) -> Result<Definition<Self>, NnError> {
        shape.check()?;
        let input = [shape.channels, shape.side, shape.side];
        let of = stages.clone();
        Definition::new("genetic-stages", &input, device, move |b| Self::new(b, &of, &shape))?.known_as(stages.space())
    }
}

impl Layer<4, 2> for GeneticNet {
    fn forward(&self, x: Rows) -> Rows<2> {
        x.through(&self.stages).global_average().through(&self.classifier)
    }
}

impl Describe for GeneticStage {
    fn describe(&self, x: Wire) -> Wire {
        let y = x.through(&self.entry).through(&self.graph);
        let y = match &self.exit {
            Some(exit) => y.through(exit),
            None => y,
        };
        y.through(&self.pool)
    }
}

impl Describe for GeneticNet {
    fn describe(&self, x: Wire) -> Wire {
        x.through(&self.stages).global_average().through(&self.classifier)
    }
}
