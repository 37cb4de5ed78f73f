//! The network of any known space as one type, for programs that learn at run time which space it
//! is.

use super::{DartsNet, MobileNet, NasBench201Net, NasBenchMacroNet, NetworkConfig, PaperNet};
use crate::{Definition, Describe, Layer, Network, NnError, Rows, Wire};
use burn::{module::Module, tensor::Device};
use supernet_space::{DartsShape, MobileChain, MobileShape, NasBench201Shape, NasBenchMacroShape};

/// The network of a known space. Its parameters have the names that they have in the network of
/// that space alone.
#[derive(Module, Debug)]
#[expect(clippy::large_enum_variant, reason = "hundreds of bytes beside parameters that are thousands")]
pub enum KnownNet {
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
}

/// A network of a known space: a supernet, or the stand-alone network of one architecture.
pub type KnownNetwork = Network<KnownNet>;

impl Layer<4, 2> for KnownNet {
    fn forward(&self, x: Rows) -> Rows<2> {
        match self {
            Self::Paper(net) => net.forward(x),
            Self::NasBench201(net) => net.forward(x),
            Self::NasBenchMacro(net) => net.forward(x),
            Self::Darts(net) => net.forward(x),
            Self::Mobile(net) => net.forward(x),
        }
    }
}

impl KnownNet {
    /// Returns the definition of the paper's networks.
    ///
    /// # Errors
    /// A size out of range.
    pub fn paper(config: &NetworkConfig, device: &Device) -> Result<Definition<Self>, NnError> {
        Ok(config.definition(device)?.within(Self::Paper))
    }

    /// Returns the definition of NAS-Bench-201's networks.
    ///
    /// # Errors
    /// A size out of range.
    pub fn nas_bench_201(shape: NasBench201Shape, device: &Device) -> Result<Definition<Self>, NnError> {
        Ok(NasBench201Net::definition(shape, device)?.within(Self::NasBench201))
    }

    /// Returns the definition of NAS-Bench-Macro's networks.
    ///
    /// # Errors
    /// A size out of range.
    pub fn nas_bench_macro(shape: NasBenchMacroShape, device: &Device) -> Result<Definition<Self>, NnError> {
        Ok(NasBenchMacroNet::definition(shape, device)?.within(Self::NasBenchMacro))
    }

    /// Returns the definition of DARTS' networks.
    ///
    /// # Errors
    /// A size out of range.
    pub fn darts(shape: DartsShape, device: &Device) -> Result<Definition<Self>, NnError> {
        Ok(DartsNet::definition(shape, device)?.within(Self::Darts))
    }

    /// Returns the definition of the networks of a chain of inverted residuals.
    ///
    /// # Errors
    /// A size out of range.
    pub fn mobile(chain: &MobileChain, shape: MobileShape, device: &Device) -> Result<Definition<Self>, NnError> {
        Ok(MobileNet::definition(chain, shape, device)?.within(Self::Mobile))
    }
}

impl Describe for KnownNet {
    fn describe(&self, x: Wire) -> Wire {
        match self {
            Self::Paper(net) => net.describe(x),
            Self::NasBench201(net) => net.describe(x),
            Self::NasBenchMacro(net) => net.describe(x),
            Self::Darts(net) => net.describe(x),
            Self::Mobile(net) => net.describe(x),
        }
    }
}
