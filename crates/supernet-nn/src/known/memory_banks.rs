//! SMASH's memory of banks (Brock, Lim, Ritchie and Weston 2017) as a network.

use crate::{
    Build, Conv, ConvNorm, Definition, Describe, Generated, GhostNorm, Hypernetwork, Identity, Layer, NnError, OneOf,
    Rows, SomeOf, Wire,
};
use burn::{
    module::Module,
    nn::{Linear, LinearConfig},
    tensor::Device,
};
use supernet_space::{MemoryBanks, MemoryBanksShape};

/// What brings a bank to the channels that are read: a [`Generated`] 1x1, whose weights a
/// hypernetwork makes, or a [`Conv`] with weights that all architectures share, to compare with.
pub trait BankEntry: Layer + Describe {
    /// A 1x1 from so many channels to so many.
    fn new(b: &Build, channels: [usize; 2]) -> Self;

    /// What makes its weights, if anything does.
    fn hypernetwork(b: &Build) -> Vec<Hypernetwork>;
}

impl BankEntry for Generated {
    fn new(b: &Build, channels: [usize; 2]) -> Self {
        Self::new(b, channels)
    }

    fn hypernetwork(b: &Build) -> Vec<Hypernetwork> {
        vec![Hypernetwork::new(b)]
    }
}

impl BankEntry for Conv {
    fn new(b: &Build, channels: [usize; 2]) -> Self {
        Self::new(b, channels, 1)
    }

    fn hypernetwork(_b: &Build) -> Vec<Hypernetwork> {
        Vec::new()
    }
}

/// What a block computes.
#[expect(clippy::large_enum_variant, reason = "hundreds of bytes beside parameters that are thousands")]
#[derive(Module, Debug)]
pub enum BankOperation {
    /// `identity`.
    Nothing(Identity),
    /// `conv3`, `depthwise3`, `depthwise5`.
    Conv(ConvNorm),
}

impl BankOperation {
    fn new(b: &Build, name: &str, filters: usize) -> Self {
        match name {
            "identity" => Self::Nothing(Identity {}),
            "conv3" => Self::Conv(ConvNorm::new(b, [filters; 2], 3)),
            "depthwise3" => Self::Conv(ConvNorm::depthwise(b, filters, 3)),
            "depthwise5" => Self::Conv(ConvNorm::depthwise(b, filters, 5)),
            other => unreachable!("operation {other}"),
        }
    }
}

/// 3x3 stem of stride 2; blocks, each of which reads some of the banks before it, side by side,
/// through a 1x1, and writes one; all banks through a 1x1, the average over the image, a linear
/// classifier.
#[derive(Module, Debug)]
pub struct MemoryBanksNet<E: Module = Generated> {
    hyper: Vec<Hypernetwork>,
    stem: ConvNorm,
    reads: Vec<SomeOf<E>>,
    ops: Vec<OneOf<BankOperation>>,
    exits: Vec<E>,
    norms: Vec<GhostNorm>,
    last: GhostNorm,
    head: Linear,
}

impl<E: BankEntry + 'static> MemoryBanksNet<E> {
    /// The network of `blocks` blocks.
    pub fn new(b: &Build, blocks: usize, shape: &MemoryBanksShape) -> Self {
        let (filters, wide) = (shape.filters, 2 * shape.filters);
        let reads = |i: usize| {
            let entries = (0..=i).map(|bank| (MemoryBanks::bank(bank), E::new(b, [filters; 2])));
            SomeOf::new(b, MemoryBanks::reads(i), 1..=i + 1, entries)
        };
        let operation = |i: usize| {
            let operations = MemoryBanks::OPERATIONS.map(|name| (name, BankOperation::new(b, name, filters)));
            OneOf::new(b, MemoryBanks::operation(i), operations)
        };
        Self {
            hyper: E::hypernetwork(b),
            stem: ConvNorm::new(b, [shape.channels, filters], 3).with_stride(2).with_relu(),
            reads: (1..blocks).map(reads).collect(),
            ops: (0..blocks).map(operation).collect(),
            exits: (0..=blocks).map(|_| E::new(b, [filters, wide])).collect(),
            norms: (0..blocks).map(|_| GhostNorm::new(b, filters)).collect(),
            last: GhostNorm::new(b, wide),
            head: LinearConfig::new(wide, shape.classes).init(b.device()),
        }
    }

    /// The space of these networks, as [`MemoryBanks`] knows it.
    ///
    /// # Errors
    /// A number of the shape out of range.
    pub fn definition(
        space: &MemoryBanks,
        shape: MemoryBanksShape,
        device: &Device,
    ) -> Result<Definition<Self>, NnError> {
        shape.check()?;
        let (input, blocks) = ([shape.channels, shape.side, shape.side], space.block_count());
        Definition::new("memory-banks", &input, device, move |b| Self::new(b, blocks, &shape))?.known_as(space.space())
    }
}

impl Layer for BankOperation {
    fn forward(&self, x: Rows) -> Rows {
        match self {
            Self::Nothing(nothing) => x.through(nothing),
            Self::Conv(conv) => x.through(conv),
        }
    }
}

impl<E: BankEntry> Layer<4, 2> for MemoryBanksNet<E> {
    fn forward(&self, x: Rows) -> Rows<2> {
        let mut banks: Vec<Rows> = vec![x.through(&self.hyper).through(&self.stem)];
        for (i, operation) in self.ops.iter().enumerate() {
            let read = if i == 0 { banks[0].clone() } else { self.reads[i - 1].forward_each(banks.clone()) };
            banks.push(self.norms[i].relu(read.through(operation)));
        }
        let exits = banks.into_iter().zip(&self.exits).map(|(bank, exit)| bank.through(exit)).collect();
        self.last.relu(Rows::sum(exits)).global_average().through(&self.head)
    }
}

impl Describe for BankOperation {
    fn describe(&self, x: Wire) -> Wire {
        match self {
            Self::Nothing(nothing) => x.through(nothing),
            Self::Conv(conv) => x.through(conv),
        }
    }
}

impl<E: BankEntry> Describe for MemoryBanksNet<E> {
    fn describe(&self, x: Wire) -> Wire {
        let mut banks: Vec<Wire> = vec![x.through(&self.hyper).through(&self.stem)];
        for (i, operation) in self.ops.iter().enumerate() {
            let read = if i == 0 { banks[0].clone() } else { self.reads[i - 1].describe_each(&banks) };
            banks.push(read.through(operation).through(&self.norms[i]).relu());
        }
        let exits = banks.into_iter().zip(&self.exits).map(|(bank, exit)| bank.through(exit)).collect();
        Wire::sum(exits).through(&self.last).relu().global_average().through(&self.head)
    }
}
