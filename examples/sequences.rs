//! Searching something that is no image: a classifier of noisy waveforms, sequences [1, 64] of four
//! kinds. The same library, other axes.

use rand::RngExt;
use supernet::burn::{self, module::Module, nn, tensor::Tensor};
use supernet::{own::*, prelude::*, train::PathSampling};

const CHANNELS: usize = 8;
const TIME: usize = 64;
const KINDS: usize = 4;

/// A convolution over time, normalised per ghost batch.
#[derive(Module, Debug)]
struct Conv {
    conv: nn::conv::Conv1d,
    norm: GhostNorm,
}

impl Conv {
    fn new(b: &Build, from: usize, k: usize, dilation: usize) -> Self {
        let side = (k - 1) * dilation / 2;
        let config = nn::conv::Conv1dConfig::new(from, CHANNELS, k).with_dilation(dilation).with_bias(false);
        let config = config.with_padding(nn::PaddingConfig1d::Explicit(side, side));
        Self { conv: config.init(b.device()), norm: GhostNorm::new(b, CHANNELS) }
    }
}

impl Layer<3> for Conv {
    fn forward(&self, x: Rows<3>) -> Rows<3> {
        self.norm.relu(x.through(&self.conv))
    }
}

/// Kernels of several lengths, summed, then one to three convolutions, each of a length of its own.
#[derive(Module, Debug)]
struct Net {
    kernels: SomeOf<Conv>,
    depth: Repeat<OneOf<Conv>>,
    head: nn::Linear,
}

impl Layer<3, 2> for Net {
    fn forward(&self, x: Rows<3>) -> Rows<2> {
        let x = x.through(&self.kernels).through(&self.depth);
        x.map(|x: Tensor<3>| x.mean_dim(2).squeeze_dim::<2>(2)).through(&self.head)
    }
}

fn net(b: &Build) -> Net {
    let convs = |from| [3, 5, 9].map(|k| (format!("conv{k}"), Conv::new(b, from, k, 1)));
    let dilated = |i| {
        let options = [1, 2, 4].map(|dilation| (format!("dilation{dilation}"), Conv::new(b, CHANNELS, 3, dilation)));
        OneOf::new(b, format!("conv{i}"), options)
    };
    Net {
        kernels: SomeOf::new(b, "kernels", 1..=2, convs(1)),
        depth: Repeat::new(b, "depth", (1..=3).map(dilated)),
        head: nn::LinearConfig::new(CHANNELS, KINDS).init(b.device()),
    }
}

/// Sines, squares, saws and chirps of random phase and length, in noise.
fn waves(count: usize, stream: &str) -> Result<Samples<3>, TrainError> {
    let (mut values, mut labels) = (Vec::new(), Vec::new());
    for i in 0..count {
        let mut rng = draws(1, stream, i as u64);
        let mut uniform = || rng.random::<f32>();
        let (kind, phase, periods) = (i % KINDS, uniform(), 2.0 + 4.0 * uniform());
        for t in 0..TIME {
            let t = t as f32 / TIME as f32;
            let at = phase + if kind == 3 { periods * t * t } else { periods * t };
            let (wave, saw) = ((std::f32::consts::TAU * at).sin(), 2.0 * at.fract() - 1.0);
            let clean = [wave, wave.signum(), saw, wave][kind];
            values.push(clean + 1.5 * (uniform() + uniform() - 1.0));
        }
        labels.push(kind);
    }
    Samples::new(&[1, TIME], values, labels)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let budget = arguments.next().map_or(Ok(0.2), |budget| budget.parse())?;
    let device = device(&arguments.next().unwrap_or("flex".into()))?;
    let definition = Definition::new("waves", &[1, TIME], &device, net)?;
    println!("{} architectures", definition.space().size());

    let mut config = SearchConfig::quick().with_budget(budget)?;
    config.paths = PathSampling::UniformArchitecture;
    let data = SearchData {
        train: waves(4_000, "train")?,
        validation: waves(1_000, "validation")?,
        test: waves(1_000, "test")?,
    };
    let result = Search::new(&config, definition, data, &device)?.run(&mut ProgressLine::new())?;

    println!("{}\n{}", result.verdict, ComparisonTable(&result.retrained));
    println!("best: {} (its weights cut out of the supernet: off by {:.0e})", result.best.0, result.extraction_error);
    Ok(())
}
