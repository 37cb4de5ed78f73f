//! A search space of one's own, from an empty file.

use supernet::burn::{self, module::Module, nn};
use supernet::{own::*, prelude::*, train::PathSampling};

/// What a layer may be: an enum of modules, ours or Burn's.
#[derive(Module, Debug)]
enum Op {
    Skip(Identity),
    Convs(Vec<ConvNorm>),
}
impl Layer for Op {
    fn forward(&self, x: Rows) -> Rows {
        match self {
            Op::Skip(skip) => x.through(skip),
            Op::Convs(convs) => x.through(convs),
        }
    }
}

/// An ordinary Burn module. Its choices are the space: 3 layers of 3 options, 1 to 3 more: 81
/// networks.
#[derive(Module, Debug)]
struct Net {
    stem: ConvNorm,
    layers: Vec<OneOf<Op>>,
    depth: Repeat<ConvNorm>,
    head: nn::Linear,
}
impl Layer<4, 2> for Net {
    fn forward(&self, x: Rows) -> Rows<2> {
        let x = x.through(&self.stem).through(&self.layers).through(&self.depth);
        x.global_average().through(&self.head)
    }
}
fn net(b: &Build) -> Net {
    let conv = |k| ConvNorm::new(b, [8, 8], k).with_relu();
    let sep = |k| vec![ConvNorm::depthwise(b, 8, k), conv(1)];
    let ops = || [("skip", Op::Skip(Identity {})), ("conv3", Op::Convs(vec![conv(3)])), ("sep5", Op::Convs(sep(5)))];
    Net {
        stem: ConvNorm::new(b, [1, 8], 3).with_stride(2).with_relu(),
        layers: (1..=3).map(|i| OneOf::new(b, format!("layer{i}"), ops())).collect(),
        depth: Repeat::new(b, "depth", (0..3).map(|_| conv(3))),
        head: nn::LinearConfig::new(8, 10).init(b.device()),
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let budget = std::env::args().nth(1).map_or(Ok(0.2), |budget| budget.parse())?;
    let device = device(&std::env::args().nth(2).unwrap_or("flex".into()))?;
    let split = stratified(&fashion_mnist()?, &[6_000, 1_000, 3_000], &mut draws(1, "split", 0))?;
    let definition = Definition::new("own", &[1, 28, 28], &device, net)?;
    let mut config = SearchConfig::quick().with_budget(budget)?;
    config.paths = PathSampling::UniformArchitecture;
    let data = SearchData::images(&split)?;
    let result = Search::new(&config, definition, data, &device)?.run(&mut ProgressLine::new())?;
    println!("{}\n{}", result.verdict, ComparisonTable(&result.retrained));
    println!("best: {} (its weights cut out of the supernet: off by {:.0e})", result.best.0, result.extraction_error);
    Ok(())
}
