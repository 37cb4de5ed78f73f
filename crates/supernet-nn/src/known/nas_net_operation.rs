//! The operations of NASNet (Zoph, Vasudevan, Shlens and Le, CVPR 2018).

use super::nas_bench_201::average_3x3;
use crate::{
    Build, Conv, Describe, GhostNorm, Identity, Layer, Rows, Wire,
    flow::{Taken, sum},
};
use burn::{
    module::Module,
    nn::{
        PaddingConfig2d,
        pool::{AvgPool2d, MaxPool2d, MaxPool2dConfig},
    },
};
use std::rc::Rc;

/// A state of a cell: its channels, and those that a concatenation puts beside them.
#[derive(Clone)]
pub(super) struct State {
    pub(super) first: Rows,
    pub(super) second: Option<Second>,
}

/// The second half of a concatenation, of the masks that have it.
#[derive(Clone)]
pub(super) struct Second {
    pub(super) rows: Rows,
    /// The choice how a block's operands meet.
    pub(super) combine: usize,
}

impl Second {
    /// The option that makes it.
    pub(super) const CONCATENATES: u64 = 0b10;

    /// What holds where it is there.
    pub(super) fn condition(&self) -> Taken {
        Taken::on(self.combine, Self::CONCATENATES)
    }
}

impl State {
    pub(super) fn of(first: Rows) -> Self {
        Self { first, second: None }
    }

    /// The same through a layer without parameters.
    fn through(&self, layer: &impl Layer) -> Self {
        let second = self.second.as_ref().map(|second| Second { rows: second.rows.clone().through(layer), ..*second });
        Self { first: self.first.clone().through(layer), second }
    }

    /// The state as it is for the masks that have a second half, or for the others.
    fn wide(&self, is_wide: bool) -> Self {
        let Some(Second { rows, combine }) = &self.second else {
            return if is_wide { Self::of(self.first.nothing()) } else { self.clone() };
        };
        let has = |mask: usize| rows.variants.of(mask).is_some() == is_wide;
        let first = self.first.only(rows.depends.max(combine + 1) - 1, has);
        let rows = if is_wide { rows.clone() } else { rows.nothing() };
        Self { first, second: Some(Second { rows, combine: *combine }) }
    }
}

/// ReLU, convolutions of each half of a state, the sum of both, normalisation.
#[derive(Module, Debug)]
pub struct NasNetConv {
    /// Convolutions in a row, of each half.
    halves: Vec<Option<Vec<Conv>>>,
    norm: GhostNorm,
}

impl NasNetConv {
    fn new(b: &Build, is_wide: bool, filters: usize, convs: impl Fn() -> Vec<Conv>) -> Self {
        Self { halves: vec![Some(convs()), is_wide.then(convs)], norm: GhostNorm::new(b, filters) }
    }

    fn forward(&self, state: &State) -> Rows {
        let of_half = |rows: &Rows, half: usize| match &self.halves[half] {
            Some(convs) => rows.clone().relu().through(convs),
            None if !rows.is_live() => rows.clone(),
            None => panic!("a block of NASNet: the mask concatenates, which this network was built without"),
        };
        let pass = Rc::clone(state.first.pass());
        let mut terms = vec![of_half(&state.first, 0)];
        if let Some(second) = &state.second {
            terms.push(pass.within(second.condition(), || of_half(&second.rows, 1)));
        }
        sum(&state.first.nothing(), terms).through(&self.norm)
    }
}

/// An operation on a state. What keeps the form of a state has a 1x1 behind it where that has a
/// second half.
#[derive(Module, Debug)]
pub struct NasNetOperation {
    kind: NasNetKind,
    narrows: Option<NasNetConv>,
}

/// Kinds of operations.
#[derive(Module, Debug)]
pub enum NasNetKind {
    /// `identity` at stride 1.
    Identity(Identity),
    /// `avg_pool_3x3`, which counts no padding.
    Average(AvgPool2d),
    /// `max_pool_3x3`, `max_pool_5x5`, `max_pool_7x7`.
    Maximum(MaxPool2d),
    /// Convolutions, one behind the other, the first of a stride; `identity` at stride 2 is a 1x1.
    Convs(Vec<NasNetConv>),
}

impl NasNetOperation {
    /// On a state of `filters` channels, or of twice as many if it `is_wide`.
    pub(super) fn new(b: &Build, name: &str, filters: usize, stride: usize, is_wide: bool) -> Self {
        let kind = NasNetKind::new(b, name, filters, stride, is_wide);
        let pointwise = || vec![Conv::new(b, [filters; 2], 1)];
        let keeps = !matches!(kind, NasNetKind::Convs(_));
        Self { kind, narrows: (keeps && is_wide).then(|| NasNetConv::new(b, true, filters, pointwise)) }
    }

    pub(super) fn forward(&self, state: &State) -> Rows {
        match &self.kind {
            NasNetKind::Identity(identity) => self.kept(state, identity),
            NasNetKind::Average(pool) => self.kept(state, pool),
            NasNetKind::Maximum(pool) => self.kept(state, pool),
            NasNetKind::Convs(convs) => {
                let (first, rest) = convs.split_first().expect("an operation has a convolution");
                rest.iter().fold(first.forward(state), |x, conv| conv.forward(&State::of(x)))
            }
        }
    }

    /// A layer that keeps the form of a state, and a 1x1 where that has a second half.
    fn kept(&self, state: &State, layer: &impl Layer) -> Rows {
        let narrow = state.wide(false).first.through(layer);
        let wide = state.wide(true).through(layer);
        let narrowed = match (&self.narrows, &wide.second) {
            (Some(conv), Some(second)) => {
                let pass = Rc::clone(narrow.pass());
                pass.within(second.condition(), || conv.forward(&wide))
            }
            (None, Some(Second { rows, .. })) if rows.is_live() => {
                panic!("a block of NASNet: the mask concatenates, which this network was built without")
            }
            _ => wide.first,
        };
        sum(&state.first.nothing(), vec![narrow, narrowed])
    }
}

impl NasNetKind {
    fn new(b: &Build, name: &str, filters: usize, stride: usize, is_wide: bool) -> Self {
        // Convolutions in a row, of which the first strides; twice for separable ones.
        let convs = |first: &dyn Fn() -> Vec<Conv>, then: Option<&dyn Fn() -> Vec<Conv>>| {
            let first = NasNetConv::new(b, is_wide, filters, first);
            Self::Convs(
                std::iter::once(first).chain(then.map(|then| NasNetConv::new(b, false, filters, then))).collect(),
            )
        };
        let plain = |k: usize| Conv::new(b, [filters; 2], k);
        let of_size = |size: [usize; 2]| Conv::of_size(b, [filters; 2], size);
        let separable = |k: usize, stride: usize| vec![Conv::depthwise(b, filters, k).with_stride(stride), plain(1)];
        let twice = |k: usize| convs(&|| separable(k, stride), Some(&|| separable(k, 1)));
        let factored = |k: usize| convs(&|| vec![of_size([1, k]).with_stride(stride)], Some(&|| vec![of_size([k, 1])]));
        let maximum = |k: usize| {
            let pool = MaxPool2dConfig::new([k; 2]).with_strides([stride; 2]);
            Self::Maximum(pool.with_padding(PaddingConfig2d::Explicit(k / 2, k / 2, k / 2, k / 2)).init())
        };
        match name {
            "identity" if stride == 1 => Self::Identity(Identity {}),
            "identity" | "conv_1x1" => convs(&|| vec![plain(1).with_stride(stride)], None),
            "conv_3x3" => convs(&|| vec![plain(3).with_stride(stride)], None),
            "dil_conv_3x3" => convs(&|| vec![plain(3).with_stride(stride).with_dilation(2)], None),
            "conv_1x3_3x1" => factored(3),
            "conv_1x7_7x1" => factored(7),
            "sep_conv_3x3" => twice(3),
            "sep_conv_5x5" => twice(5),
            "sep_conv_7x7" => twice(7),
            "avg_pool_3x3" => Self::Average(average_3x3(stride)),
            "max_pool_3x3" => maximum(3),
            "max_pool_5x5" => maximum(5),
            "max_pool_7x7" => maximum(7),
            other => unreachable!("operation {other}"),
        }
    }
}

/// A state of a cell that is described: its channels, and the second half of a concatenation, which
/// is nothing where there is none.
#[derive(Clone)]
pub(super) struct DescribedState {
    pub(super) first: Wire,
    pub(super) second: Wire,
}

impl DescribedState {
    pub(super) fn of(first: Wire) -> Self {
        Self { second: first.clone().nothing(), first }
    }
}

impl NasNetConv {
    fn describe(&self, DescribedState { first, second }: &DescribedState) -> Wire {
        let of_half = |(half, convs): (&Wire, &Option<Vec<Conv>>)| match convs {
            Some(convs) => half.clone().relu().through(convs),
            None => half.clone().nothing(),
        };
        Wire::sum([first, second].into_iter().zip(&self.halves).map(of_half).collect()).through(&self.norm)
    }
}

impl NasNetOperation {
    pub(super) fn describe(&self, state: &DescribedState) -> Wire {
        match &self.kind {
            NasNetKind::Identity(identity) => self.described(state, identity),
            NasNetKind::Average(pool) => self.described(state, pool),
            NasNetKind::Maximum(pool) => self.described(state, pool),
            NasNetKind::Convs(convs) => {
                let (first, rest) = convs.split_first().expect("an operation has a convolution");
                rest.iter().fold(first.describe(state), |x, conv| conv.describe(&DescribedState::of(x)))
            }
        }
    }

    fn described(&self, DescribedState { first, second }: &DescribedState, layer: &impl Describe) -> Wire {
        let [first, second] = [first, second].map(|half| half.clone().through(layer));
        match &self.narrows {
            Some(conv) if !second.is_nothing() => conv.describe(&DescribedState { first, second }),
            _ => first,
        }
    }
}
