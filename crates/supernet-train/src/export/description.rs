//! What of a network its exports say.

use super::{ExportError, plan::Plan};
use supernet_data::Normalisation;
use supernet_nn::NetworkConfig;
use supernet_space::PathMask;

/// A trained stand-alone network, described: its sizes, its mask, what it reads and what its logits mean. The weights are not part of it.
///
/// ```
/// use supernet_data::Normalisation;
/// use supernet_nn::{NetworkConfig, NormKind};
/// use supernet_space::{CellSpace, ConvOrder, NetworkShape};
/// use supernet_train::export::Export;
///
/// let cells = CellSpace::new(3, 2)?;
/// let mask = cells.space().parse("11:0100000/101:0000011")?;
/// let shape = NetworkShape { filters: 8, side: 16, channels: 1, classes: 2, order: ConvOrder::default(), stem: Default::default() };
/// let export = Export {
///     config: &NetworkConfig { cells, shape, norm: NormKind::default() },
///     mask: &mask,
///     normalisation: &Normalisation::new(vec![0.29], vec![0.35])?,
///     classes: &["cat".into(), "dog".into()],
///     seed: 1,
/// };
/// let source = export.model_source()?;
/// assert!(source.contains("pub struct Network") && !source.contains("supernet_"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Export<'a> {
    /// The network's sizes.
    pub config: &'a NetworkConfig,
    /// What it holds: an architecture's mask, or another (All On, say). What no logit depends on, such as a block without inputs, is left
    /// out.
    pub mask: &'a PathMask,
    /// How pixels became numbers in training.
    pub normalisation: &'a Normalisation,
    /// Names of the classes, in the order of the logits.
    pub classes: &'a [String],
    /// Seed of the run.
    pub seed: u64,
}

impl Export<'_> {
    /// The source of a Rust file, `model.rs`: a module of plain Burn with the network of this description, that depends on `burn` alone,
    /// with the features `std`, `store`, `safetensors` and a backend's.
    ///
    /// `Network::new(device)` makes it, `Network::load(path, device)` reads the weights file that this library writes (or one that the
    /// module wrote), `forward(images)` gives logits [images, classes] for images [images, channels, side, side] that `normalise` made.
    /// With stored statistics it computes what [`supernet_nn::Network`] computes with [`supernet_nn::Statistics::Stored`].
    ///
    /// # Errors
    /// A mask of another space, a size out of range, a normalisation or class names of other images.
    pub fn model_source(&self) -> Result<String, ExportError> {
        Ok(super::model_source::source(self, &Plan::new(self)?))
    }

    /// The network with its weights as an ONNX model of opset 17, encoded: input `images` [batch, channels, side, side], normalised;
    /// output `logits` [batch, classes]; any batch. Architecture, seed, version, normalisation and class names are its metadata.
    ///
    /// # Errors
    /// As [`Export::model_source`]; a network that was built for something else, a supernet among them.
    pub fn onnx(&self, network: &supernet_nn::Network) -> Result<Vec<u8>, ExportError> {
        super::onnx::encode(self, &Plan::new(self)?, network)
    }

    /// The cell as an SVG file (every distinct cell, with a mask per cell): its inputs and blocks in a row, an arc for each input that a
    /// block reads, its operations below.
    ///
    /// # Errors
    /// As [`Export::model_source`].
    pub fn drawing(&self) -> Result<String, ExportError> {
        self.check()?;
        Ok(crate::report::cells_file(&self.config.cells, self.mask))
    }

    pub(crate) fn check(&self) -> Result<(), ExportError> {
        let shape = self.config.shape.check()?;
        self.config.cells.space().belongs(self.mask)?;
        let channels = self.normalisation.mean().len();
        if channels != shape.channels {
            return Err(ExportError::Channels { found: channels, expected: shape.channels });
        }
        if self.classes.len() != shape.classes {
            return Err(ExportError::Classes { found: self.classes.len(), expected: shape.classes });
        }
        Ok(())
    }
}
