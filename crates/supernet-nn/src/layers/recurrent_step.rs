//! Published steps of recurrent networks, one type for a choice among them.

use super::{
    gated_step::{GatedStep, Gating},
    lstm_step::LstmStep,
};
use crate::{Build, Layer, Rows};
use burn::module::Module;

/// A step of a recurrent network, from `x ⧺ h ⧺ c` to the next `h ⧺ c`: the graph of a
/// [`Cell`](crate::Cell) with a memory as large as its state. What has no c passes it on.
///
/// ```
/// use burn::{module::Module, nn::{Linear, LinearConfig}, tensor::Device};
/// use supernet_nn::{Cell, Definition, Identity, Layer, OneOf, RecurrentStep, Rows};
///
/// #[derive(Module, Debug)]
/// struct Net {
///     cell: Cell<Identity, OneOf<RecurrentStep>>,
///     head: Linear,
/// }
/// impl Layer<3, 2> for Net {
///     fn forward(&self, x: Rows<3>) -> Rows<2> {
///         x.through(&self.cell).last_step().through(&self.head)
///     }
/// }
///
/// let definition = Definition::new("recurrent", &[10, 4], &Device::flex(), |b| {
///     let step = OneOf::new(b, "step", RecurrentStep::published(b, 4, 8));
///     Net {
///         cell: Cell::new(Identity {}, step, 8).with_memory(8),
///         head: LinearConfig::new(8, 2).init(b.device()),
///     }
/// })?;
/// assert_eq!(definition.space().choices()[0].options(), ["lstm", "gru", "mut1", "mut2", "mut3"]);
/// // Four gates that read 12 numbers, and the head.
/// let lstm = definition.cost(&definition.space().parse("10000").unwrap()).unwrap();
/// assert_eq!(lstm.parameters, 4 * 8 * (12 + 1) + 2 * (8 + 1));
/// # Ok::<(), supernet_nn::NnError>(())
/// ```
#[derive(Module, Debug)]
#[expect(clippy::large_enum_variant, reason = "hundreds of bytes beside parameters that are thousands")]
pub enum RecurrentStep {
    /// An LSTM.
    Lstm(LstmStep),
    /// A GRU, MUT1, MUT2 or MUT3.
    Gated(GatedStep),
}

impl RecurrentStep {
    /// Builds each published step under its name, for [`OneOf`](crate::OneOf): `lstm`, `gru`,
    /// `mut1`, `mut2` and `mut3` (Jozefowicz, Zaremba and Sutskever, ICML 2015), which read
    /// `features` numbers and a state of `hidden`.
    pub fn published(b: &Build, features: usize, hidden: usize) -> [(&'static str, Self); 5] {
        let gated = |gating| Self::Gated(GatedStep::new(b, gating, features, hidden));
        [
            ("lstm", Self::Lstm(LstmStep::new(b, features, hidden))),
            ("gru", gated(Gating::Gru)),
            ("mut1", gated(Gating::Mut1)),
            ("mut2", gated(Gating::Mut2)),
            ("mut3", gated(Gating::Mut3)),
        ]
    }
}

impl Layer<2, 2> for RecurrentStep {
    fn forward(&self, x: Rows<2>) -> Rows<2> {
        match self {
            Self::Lstm(step) => x.through(step),
            Self::Gated(step) => x.through(step),
        }
    }
}
