//! A space of banks: blocks read some of those before them and write one. Its 1x1s at the entries
//! have weights of their own, or such as a hypernetwork makes.

use supernet::{
    burn::{self, module::Module, nn},
    own::*,
};

/// Channels of a bank, and of the layer behind all banks.
const CHANNELS: [usize; 2] = [16, 32];

/// Blocks, each of which writes a bank.
const BLOCKS: usize = 6;

/// What brings a bank to the channels that a block reads.
pub trait Entry: Layer {
    /// A 1x1 from so many channels to so many.
    fn new(b: &Build, channels: [usize; 2]) -> Self;

    /// What makes its weights, if anything does.
    fn hypernetwork(_b: &Build) -> Vec<Hypernetwork> {
        Vec::new()
    }
}

impl Entry for Conv {
    fn new(b: &Build, channels: [usize; 2]) -> Self {
        Self::new(b, channels, 1)
    }
}

impl Entry for Generated {
    fn new(b: &Build, channels: [usize; 2]) -> Self {
        Self::new(b, channels)
    }

    fn hypernetwork(b: &Build) -> Vec<Hypernetwork> {
        vec![Hypernetwork::new(b)]
    }
}

/// What a block may compute.
#[expect(clippy::large_enum_variant, reason = "hundreds of bytes beside parameters that are thousands")]
#[derive(Module, Debug)]
enum Op {
    Nothing(Identity),
    Conv(ConvNorm),
}

impl Layer for Op {
    fn forward(&self, x: Rows) -> Rows {
        match self {
            Self::Nothing(nothing) => x.through(nothing),
            Self::Conv(conv) => x.through(conv),
        }
    }
}

/// A memory of banks: block i reads some of those before it, side by side, through a 1x1, and
/// writes one. 5 choices of what is read and 6 of what is computed.
#[derive(Module, Debug)]
pub struct Banks<E: Module> {
    hyper: Vec<Hypernetwork>,
    stem: ConvNorm,
    reads: Vec<SomeOf<E>>,
    ops: Vec<OneOf<Op>>,
    exits: Vec<E>,
    norms: Vec<GhostNorm>,
    last: GhostNorm,
    head: nn::Linear,
}

impl<E: Entry> Layer<4, 2> for Banks<E> {
    fn forward(&self, x: Rows) -> Rows<2> {
        let mut banks: Vec<Rows> = vec![x.through(&self.hyper).through(&self.stem)];
        for (i, op) in self.ops.iter().enumerate() {
            let read = if i == 0 { banks[0].clone() } else { self.reads[i - 1].forward_each(banks.clone()) };
            banks.push(self.norms[i].relu(read.through(op)));
        }
        let exits = banks.into_iter().zip(&self.exits).map(|(bank, exit)| bank.through(exit)).collect();
        self.last.relu(Rows::sum(exits)).global_average().through(&self.head)
    }
}

/// Makes the network.
pub fn banks<E: Entry>(b: &Build) -> Banks<E> {
    let [c, wide] = CHANNELS;
    let conv = |conv| Op::Conv(conv);
    let ops = || {
        let spread = [3, 5].map(|k| (format!("depthwise{k}"), conv(ConvNorm::depthwise(b, c, k))));
        let others =
            [("identity".into(), Op::Nothing(Identity {})), ("conv3".into(), conv(ConvNorm::new(b, [c, c], 3)))];
        others.into_iter().chain(spread)
    };
    let entry = |bank: usize| (format!("bank{bank}"), E::new(b, [c, c]));
    Banks {
        hyper: E::hypernetwork(b),
        stem: ConvNorm::new(b, [3, c], 3).with_stride(2).with_relu(),
        reads: (1..BLOCKS).map(|i| SomeOf::new(b, format!("reads{i}"), 1..=i + 1, (0..=i).map(entry))).collect(),
        ops: (0..BLOCKS).map(|i| OneOf::new(b, format!("op{i}"), ops())).collect(),
        exits: (0..=BLOCKS).map(|_| E::new(b, [c, wide])).collect(),
        norms: (0..BLOCKS).map(|_| GhostNorm::new(b, c)).collect(),
        last: GhostNorm::new(b, wide),
        head: nn::LinearConfig::new(wide, 10).init(b.device()),
    }
}
