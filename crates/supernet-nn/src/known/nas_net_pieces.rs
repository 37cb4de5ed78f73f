//! The output of a cell of NASNet or PNAS, pieces of channels of which each mask has others, and
//! what reads it.

use crate::{
    Build, Conv, GhostNorm, Layer, Rows, Wire,
    flow::{Taken, concatenated, sum},
};
use burn::{
    module::{Module, Param},
    nn::{Linear, LinearConfig},
    tensor::Tensor,
};
use std::rc::Rc;

/// Channels that the masks have under which all conditions hold.
#[derive(Clone)]
pub(super) struct Piece {
    pub(super) rows: Rows,
    pub(super) conditions: Vec<Taken>,
}

/// How many channels a piece has, and whether a network holds what reads it.
#[derive(Clone, Copy)]
pub(super) struct PieceShape {
    pub(super) channels: usize,
    pub(super) is_held: bool,
}

/// The parts of a reader, one for each piece that it may read.
fn slices<M>(pieces: &[PieceShape], part: impl Fn(usize) -> M) -> Vec<Option<M>> {
    pieces.iter().map(|piece| piece.is_held.then(|| part(piece.channels))).collect()
}

/// Σ_p slice_p(max(0, piece_p)), of the pieces that each mask has.
fn read<M: Layer<4, O>, const O: usize>(pieces: &[Piece], slices: &[Option<M>], of: impl Fn(&Rows) -> Rows) -> Rows<O> {
    let nothing = pieces[0].rows.nothing();
    let term = |(piece, slice): (&Piece, &Option<M>)| match slice {
        Some(slice) => {
            let pass = Rc::clone(piece.rows.pass());
            pass.within_all(&piece.conditions, || of(&piece.rows).relu().through(slice))
        }
        // A network that is tried is offered all that some mask may leave over.
        None if !piece.rows.is_live() || piece.rows.pass().checks() => nothing.clone().depending(piece.rows.depends),
        None => panic!("a cell of NASNet: the mask has an output that this network was built without"),
    };
    sum(&nothing, pieces.iter().zip(slices).map(term).collect())
}

/// Brings a cell's input to its filters.
#[derive(Module, Debug)]
pub enum NasNetInput {
    /// ReLU, 1x1, normalisation.
    Keeps(NasNetPointwise),
    /// To half its size: ReLU, two 1x1 of stride 2 of half the filters each, the second one pixel
    /// further right and down, side by side; normalisation.
    Reduces(NasNetReduce),
}

/// A 1x1 in slices, one for each piece of its input; normalisation.
#[derive(Module, Debug)]
pub struct NasNetPointwise {
    slices: Vec<Option<Conv>>,
    norm: GhostNorm,
}

/// A factorised reduction in slices, one for each piece of its input.
#[derive(Module, Debug)]
pub struct NasNetReduce {
    first: Vec<Option<Conv>>,
    second: Vec<Option<Conv>>,
    norm: GhostNorm,
    filters: usize,
}

impl NasNetInput {
    pub(super) fn new(b: &Build, pieces: &[PieceShape], filters: usize, halves: bool) -> Self {
        let norm = GhostNorm::new(b, filters);
        let half = |stride| slices(pieces, |channels| Conv::new(b, [channels, filters / 2], 1).with_stride(stride));
        match halves {
            true => Self::Reduces(NasNetReduce { first: half(2), second: half(1), norm, filters }),
            false => Self::Keeps(NasNetPointwise {
                slices: slices(pieces, |channels| Conv::new(b, [channels, filters], 1)),
                norm,
            }),
        }
    }

    pub(super) fn forward(&self, pieces: &[Piece]) -> Rows {
        match self {
            Self::Keeps(NasNetPointwise { slices, norm }) => read(pieces, slices, Rows::clone).through(norm),
            Self::Reduces(NasNetReduce { first, second, norm, filters }) => {
                let shifted = |rows: &Rows| rows.clone().every_other();
                let halves = vec![read(pieces, first, Rows::clone), read(pieces, second, shifted)];
                concatenated(halves, &[filters / 2; 2]).through(norm)
            }
        }
    }
}

/// ReLU, the average over the image, a linear classifier in slices, one for each piece of its
/// input.
#[derive(Module, Debug)]
pub struct NasNetClassifier {
    slices: Vec<Option<PooledLinear>>,
    bias: Param<Tensor<1>>,
}

/// The average over the image and a linear layer.
#[derive(Module, Debug)]
struct PooledLinear {
    linear: Linear,
}

impl Layer<4, 2> for PooledLinear {
    fn forward(&self, x: Rows) -> Rows<2> {
        x.global_average().through(&self.linear)
    }
}

impl NasNetClassifier {
    pub(super) fn new(b: &Build, pieces: &[PieceShape], classes: usize) -> Self {
        let linear = |channels| LinearConfig::new(channels, classes).with_bias(false).init(b.device());
        Self {
            slices: slices(pieces, |channels| PooledLinear { linear: linear(channels) }),
            bias: b.parameter([classes], crate::Init::Zero),
        }
    }

    pub(super) fn forward(&self, pieces: &[Piece]) -> Rows<2> {
        read(pieces, &self.slices, Rows::clone).run(&self.bias, |bias, x| x + bias.val().unsqueeze())
    }
}

/// What of a cell's output is there is read; the rest is nothing.
fn described<M>(pieces: &[Wire], slices: &[Option<M>], of: impl Fn(Wire, &M) -> Wire) -> Wire {
    let term = |(piece, slice): (&Wire, &Option<M>)| match slice {
        Some(slice) => of(piece.clone().relu(), slice),
        None => piece.clone().nothing(),
    };
    Wire::sum(pieces.iter().zip(slices).map(term).collect())
}

impl NasNetInput {
    pub(super) fn describe(&self, pieces: &[Wire]) -> Wire {
        match self {
            Self::Keeps(NasNetPointwise { slices, norm }) => {
                described(pieces, slices, |piece, conv| piece.through(conv)).through(norm)
            }
            Self::Reduces(NasNetReduce { first, second, norm, filters }) => {
                let shifted = |piece: Wire, conv: &Conv| match *piece.shape() {
                    // Every other pixel of what is left: a convolution of stride 2.
                    [_, height, width] => {
                        let rest = piece.narrow(2, 1, height - 1).narrow(3, 1, width - 1);
                        rest.through(&conv.clone().with_stride(2))
                    }
                    _ => piece,
                };
                let halves = vec![
                    described(pieces, first, |piece, conv| piece.through(conv)),
                    described(pieces, second, shifted),
                ];
                Wire::concatenated(halves, &[filters / 2; 2]).through(norm)
            }
        }
    }
}

impl NasNetClassifier {
    pub(super) fn describe(&self, pieces: &[Wire]) -> Wire {
        // The bias goes with the last piece: the last state is always there.
        let last = pieces.iter().rposition(|piece| !piece.is_nothing());
        let term = |(i, (piece, slice)): (usize, (&Wire, &Option<PooledLinear>))| match slice {
            Some(PooledLinear { linear }) => {
                let bias = (Some(i) == last).then_some(&self.bias);
                piece.clone().relu().global_average().linear(&linear.weight, bias)
            }
            None => piece.clone().nothing(),
        };
        Wire::sum(pieces.iter().zip(&self.slices).enumerate().map(term).collect())
    }
}
