//! The files of `best/`.

/// A file of `best/`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BestFile {
    /// [`super::BestRecord`] as JSON.
    Architecture,
    /// Weights and stored statistics, by parameter path.
    Weights,
    /// The network as a module of plain Burn.
    Model,
    /// The network as ONNX.
    Onnx,
    /// A drawing of the cell; of other spaces than the paper's, of the network.
    Drawing,
    /// [`super::Card`].
    Card,
}

impl BestFile {
    /// All of them, in the order of the card.
    pub const ALL: [Self; 6] = [Self::Card, Self::Architecture, Self::Model, Self::Onnx, Self::Drawing, Self::Weights];

    /// Those that every run writes; the crate `supernet-export` writes the others.
    pub const OF_EVERY_RUN: [Self; 3] = [Self::Card, Self::Architecture, Self::Weights];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Architecture => "architecture.json",
            Self::Weights => "weights.safetensors",
            Self::Model => "model.rs",
            Self::Onnx => "model.onnx",
            Self::Drawing => "cell.svg",
            Self::Card => "card.md",
        }
    }

    /// Describes it, for the card.
    pub(super) fn what(self) -> &'static str {
        match self {
            Self::Architecture => "this card and the network's sizes, for programs",
            Self::Weights => "weights and stored statistics, for `model.rs` and for supernet",
            Self::Model => "the network as a module of plain Burn; its first lines say how to use it",
            Self::Onnx => "the network with its weights as ONNX, opset 17: `images` in, `logits` out",
            Self::Drawing => "a drawing of the cell or of the network",
            Self::Card => "this card",
        }
    }
}
