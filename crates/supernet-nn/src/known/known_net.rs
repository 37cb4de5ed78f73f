//! The network of any known space as one type, for programs that learn at run time which space it
//! is.

use super::{
    DartsNet, EnasMacroNet, EnasMicroNet, EnasRnnByRows, GeneticNet, MemoryBanksNet, MobileNet, MobileNetV1Net,
    MotifNet, NasBench201Net, NasBenchMacroNet, NasNetNet, PaperNet, PnasNetNet, SeparableChain,
};
use crate::{Describe, Layer, Network, Rows, Wire};
use burn::module::Module;

macro_rules! known_net {
    ($($(#[$about:meta])* $space:ident($net:ident),)*) => {
        /// The network of a known space. Its parameters have the names that they have in the
        /// network of that space alone: the definition of a space within a variant
        /// ([`Definition::within`](crate::Definition::within)) is one of these.
        #[derive(Module, Debug)]
        #[expect(clippy::large_enum_variant, reason = "hundreds of bytes beside parameters that are thousands")]
        pub enum KnownNet {
            $($(#[$about])* $space($net),)*
        }

        impl Layer<4, 2> for KnownNet {
            fn forward(&self, x: Rows) -> Rows<2> {
                match self {
                    $(Self::$space(net) => net.forward(x),)*
                }
            }
        }

        impl Describe for KnownNet {
            fn describe(&self, x: Wire) -> Wire {
                match self {
                    $(Self::$space(net) => net.describe(x),)*
                }
            }
        }
    };
}

known_net! {
    /// The paper's.
    Paper(PaperNet),
    /// NAS-Bench-201's.
    NasBench201(NasBench201Net),
    /// NAS-Bench-Macro's.
    NasBenchMacro(NasBenchMacroNet),
    /// DARTS'.
    Darts(DartsNet),
    /// A chain of inverted residuals.
    Mobile(MobileNet),
    /// MobileNet, by width, resolution and depth.
    MobileNetV1(MobileNetV1Net),
    /// MobileNet with a width of its own for each tensor.
    MobileNetWidths(SeparableChain),
    /// NASNet's.
    NasNet(NasNetNet),
    /// PNAS'.
    PnasNet(PnasNetNet),
    /// Genetic CNN's.
    GeneticStages(GeneticNet),
    /// Of hierarchical motifs.
    HierarchicalMotifs(MotifNet),
    /// ENAS', a whole network.
    EnasMacro(EnasMacroNet),
    /// ENAS', a normal and a reducing cell.
    EnasMicro(EnasMicroNet),
    /// ENAS', a recurrent cell that reads images row by row.
    EnasRnn(EnasRnnByRows),
    /// SMASH's, of memory banks.
    MemoryBanks(MemoryBanksNet),
}

/// A network of a known space: a supernet, or the stand-alone network of one architecture.
pub type KnownNetwork = Network<KnownNet>;
