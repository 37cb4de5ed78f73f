//! Which space is searched, and the network around it.

use crate::{Networks, TrainError};
use burn::tensor::Device;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use serde_json::Value;
use supernet_data::ImageShape;
use supernet_nn::{Definition, KnownNet, NetworkConfig, NormKind};
use supernet_space::{
    CellSpace, ConvOrder, Darts, DartsShape, MobileChain, MobileShape, MobileStage, NasBench201, NasBench201Shape,
    NasBenchMacro, NasBenchMacroShape, NetworkShape, SearchSpace, StemKind,
};

/// Which space is searched, and the numbers of its networks. In a file the key `space` names the
/// space, which is the paper's where there is no such key.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum NetworkSettings {
    /// The paper's cells.
    Paper(PaperSettings),
    /// `nas-bench-201`: cells whose six edges take one of five operations.
    NasBench201(CellSettings),
    /// `nas-bench-macro`: a chain of eight layers of three options.
    NasBenchMacro(ChainSettings),
    /// `darts`: normal and reducing cells of four nodes.
    Darts(CellSettings),
    /// `mobile`: MobileNetV2's stages of inverted residuals.
    Mobile(ChainSettings),
    /// `own`: networks that a program defines.
    Own(OwnSettings),
}

/// The numbers of the paper's networks.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaperSettings {
    /// Cells N, at least 3.
    pub cells: usize,
    /// Choice blocks per cell.
    pub blocks: usize,
    /// Filters F of the supernet.
    pub filters: usize,
    /// A description of its own for each cell.
    #[serde(default)]
    pub mask_per_cell: bool,
    /// Normalisation of the supernet.
    #[serde(default)]
    pub norm: NormKind,
    /// Order inside an operation.
    #[serde(default)]
    pub order: ConvOrder,
    /// The layers before the cells.
    #[serde(default, skip_serializing_if = "StemKind::is_plain")]
    pub stem: StemKind,
}

/// The numbers of networks of cells.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CellSettings {
    /// Filters of the supernet in cells at full resolution.
    pub filters: usize,
    /// Cells: of NAS-Bench-201 in each of three stages, of DARTS in all.
    pub cells: usize,
    /// Normalisation of the supernet.
    #[serde(default)]
    pub norm: NormKind,
}

/// The numbers of networks that are chains of layers.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChainSettings {
    /// Filters of the supernet's stem, published with 32; all stages scale with it.
    pub filters: usize,
    /// Filters of the last 1x1 convolution.
    pub head: usize,
    /// Normalisation of the supernet.
    #[serde(default)]
    pub norm: NormKind,
}

/// What is known of networks that a program defines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OwnSettings {
    /// Normalisation of the supernet.
    #[serde(default)]
    pub norm: NormKind,
}

/// How settings other than the paper's stand in a file.
#[derive(Serialize, Deserialize)]
#[serde(tag = "space", rename_all = "kebab-case")]
enum Tagged {
    #[serde(rename = "nas-bench-201")]
    NasBench201(CellSettings),
    NasBenchMacro(ChainSettings),
    Darts(CellSettings),
    Mobile(ChainSettings),
    Own(OwnSettings),
}

impl Serialize for NetworkSettings {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match *self {
            Self::Paper(settings) => return settings.serialize(serializer),
            Self::NasBench201(settings) => Tagged::NasBench201(settings),
            Self::NasBenchMacro(settings) => Tagged::NasBenchMacro(settings),
            Self::Darts(settings) => Tagged::Darts(settings),
            Self::Mobile(settings) => Tagged::Mobile(settings),
            Self::Own(settings) => Tagged::Own(settings),
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for NetworkSettings {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        if value.get("space").is_none() {
            return serde_json::from_value(value).map(Self::Paper).map_err(D::Error::custom);
        }
        let tagged = serde_json::from_value(value).map_err(D::Error::custom)?;
        Ok(match tagged {
            Tagged::NasBench201(settings) => Self::NasBench201(settings),
            Tagged::NasBenchMacro(settings) => Self::NasBenchMacro(settings),
            Tagged::Darts(settings) => Self::Darts(settings),
            Tagged::Mobile(settings) => Self::Mobile(settings),
            Tagged::Own(settings) => Self::Own(settings),
        })
    }
}

impl NetworkSettings {
    /// Returns the settings of the space called `name` as it was published (paper: CIFAR-10), or a
    /// `small` network for minutes on a processor; none of an unknown name.
    pub fn of_space(name: &str, small: bool) -> Option<Self> {
        let norm = NormKind::Ghost;
        let cells = |[filters, cells]: [usize; 2]| CellSettings { filters, cells, norm };
        let chain = |[filters, head]: [usize; 2]| ChainSettings { filters, head, norm };
        Some(match name {
            "paper" => Self::Paper(if small { PaperSettings::SMALL } else { PaperSettings::CIFAR10 }),
            "nas-bench-201" => Self::NasBench201(cells(if small { [8, 2] } else { [16, 5] })),
            "darts" => Self::Darts(cells(if small { [8, 5] } else { [16, 8] })),
            "nas-bench-macro" => Self::NasBenchMacro(chain(if small { [8, 320] } else { [32, 1_280] })),
            "mobile" => Self::Mobile(chain(if small { [8, 320] } else { [32, 1_280] })),
            _ => return None,
        })
    }

    /// Returns the name of the space, as in `--space`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Paper(_) => "paper",
            Self::NasBench201(_) => "nas-bench-201",
            Self::NasBenchMacro(_) => "nas-bench-macro",
            Self::Darts(_) => "darts",
            Self::Mobile(_) => "mobile",
            Self::Own(_) => "own",
        }
    }

    /// Returns the paper's numbers, where the space is the paper's.
    pub fn paper(&self) -> Option<&PaperSettings> {
        if let Self::Paper(settings) = self { Some(settings) } else { None }
    }

    /// Returns the paper's numbers to be changed, where the space is the paper's.
    pub fn paper_mut(&mut self) -> Option<&mut PaperSettings> {
        if let Self::Paper(settings) = self { Some(settings) } else { None }
    }

    /// Returns the filters of the supernet; none of a program's own networks.
    pub fn filters(&self) -> Option<usize> {
        let mut copy = *self;
        copy.filters_mut().copied()
    }

    /// Sets the filters of the supernet.
    pub fn set_filters(&mut self, filters: usize) {
        if let Some(place) = self.filters_mut() {
            *place = filters;
        }
    }

    fn filters_mut(&mut self) -> Option<&mut usize> {
        match self {
            Self::Paper(PaperSettings { filters, .. })
            | Self::NasBench201(CellSettings { filters, .. })
            | Self::Darts(CellSettings { filters, .. })
            | Self::NasBenchMacro(ChainSettings { filters, .. })
            | Self::Mobile(ChainSettings { filters, .. }) => Some(filters),
            Self::Own(_) => None,
        }
    }

    /// Returns the number of cells to be changed, where there is one.
    pub fn cells_mut(&mut self) -> Option<&mut usize> {
        match self {
            Self::Paper(PaperSettings { cells, .. })
            | Self::NasBench201(CellSettings { cells, .. })
            | Self::Darts(CellSettings { cells, .. }) => Some(cells),
            _ => None,
        }
    }

    /// Returns the number of choice blocks to be changed, where there is one.
    pub fn blocks_mut(&mut self) -> Option<&mut usize> {
        self.paper_mut().map(|paper| &mut paper.blocks)
    }

    /// Returns the filters of the last 1x1 convolution to be changed, where there is one.
    pub fn head_mut(&mut self) -> Option<&mut usize> {
        match self {
            Self::NasBenchMacro(ChainSettings { head, .. }) | Self::Mobile(ChainSettings { head, .. }) => Some(head),
            _ => None,
        }
    }

    /// Returns the normalisation of the supernet.
    pub fn norm(&self) -> NormKind {
        let mut copy = *self;
        *copy.norm_mut()
    }

    /// Sets the normalisation of the supernet.
    pub fn set_norm(&mut self, norm: NormKind) {
        *self.norm_mut() = norm;
    }

    fn norm_mut(&mut self) -> &mut NormKind {
        match self {
            Self::Paper(PaperSettings { norm, .. })
            | Self::NasBench201(CellSettings { norm, .. })
            | Self::Darts(CellSettings { norm, .. })
            | Self::NasBenchMacro(ChainSettings { norm, .. })
            | Self::Mobile(ChainSettings { norm, .. })
            | Self::Own(OwnSettings { norm }) => norm,
        }
    }

    /// Returns the networks for captions, in words.
    pub fn in_words(&self) -> String {
        match self {
            Self::Paper(PaperSettings { cells, blocks, filters, .. }) => {
                format!("{cells} cells of {blocks} blocks; supernet of {filters} filters")
            }
            other => match other.filters() {
                Some(filters) => format!("{}; supernet of {filters} filters", other.name()),
                None => "A space of one's own; supernet".into(),
            },
        }
    }

    /// Returns the space; none of a program's own networks.
    ///
    /// # Errors
    /// Cells or blocks out of range.
    pub fn space(&self) -> Result<Option<SearchSpace>, TrainError> {
        Ok(match self {
            Self::Paper(settings) => Some(settings.cells()?.space().clone()),
            Self::NasBench201(_) => Some(NasBench201::new().space().clone()),
            Self::NasBenchMacro(_) => Some(NasBenchMacro::new().space().clone()),
            Self::Darts(_) => Some(Darts::new().space().clone()),
            Self::Mobile(_) => Some(MobileChain::mobilenet_v2().space().clone()),
            Self::Own(_) => None,
        })
    }

    /// Returns supernet and stand-alone networks, these of `alone` filters, for images of `shape`
    /// and `classes` classes.
    ///
    /// # Errors
    /// A size out of range, images that are not square, a program's own networks.
    pub fn networks(
        &self,
        alone: usize,
        shape: ImageShape,
        classes: usize,
        device: &Device,
    ) -> Result<Networks<KnownNet>, TrainError> {
        let supernet = self.definition(self.filters().unwrap_or(alone), shape, classes, device)?;
        let stand_alone = self.definition(alone, shape, classes, device)?;
        Ok(Networks { supernet: supernet.with_norm(self.norm()), stand_alone })
    }

    fn definition(
        &self,
        filters: usize,
        shape: ImageShape,
        classes: usize,
        device: &Device,
    ) -> Result<Definition<KnownNet>, TrainError> {
        let (side, channels) = (side(shape)?, shape.channels);
        Ok(match *self {
            Self::Paper(settings) => KnownNet::paper(&settings.config(filters, shape, classes)?, device)?,
            Self::NasBench201(CellSettings { cells, .. }) => {
                KnownNet::nas_bench_201(NasBench201Shape { filters, cells, side, channels, classes }, device)?
            }
            Self::Darts(CellSettings { cells, .. }) => {
                KnownNet::darts(DartsShape { filters, cells, side, channels, classes }, device)?
            }
            Self::NasBenchMacro(ChainSettings { head, .. }) => {
                KnownNet::nas_bench_macro(NasBenchMacroShape { stem: filters, head, side, channels, classes }, device)?
            }
            Self::Mobile(ChainSettings { head, .. }) => {
                let first = scaled(MobileShape::default().first, filters);
                let shape = MobileShape { stem: filters, first, head, side, channels, classes };
                KnownNet::mobile(&mobile_chain(filters)?, shape, device)?
            }
            Self::Own(_) => {
                let expected = "a known space; a program that defines networks of its own hands them to `Search::new`";
                return Err(TrainError::config("network.space", "own", expected));
            }
        })
    }
}

impl PaperSettings {
    /// 3 cells of 4 blocks, 8 filters: for minutes on a processor.
    pub const SMALL: Self = Self {
        cells: 3,
        blocks: 4,
        filters: 8,
        mask_per_cell: false,
        norm: NormKind::Ghost,
        order: ConvOrder::NormReluConv,
        stem: StemKind::Plain,
    };

    /// The paper's sizes on CIFAR-10: 8 cells, 16 filters.
    pub const CIFAR10: Self = Self { cells: 8, filters: 16, ..Self::SMALL };

    /// Returns the searched space.
    ///
    /// # Errors
    /// Cells or blocks out of range.
    pub fn cells(&self) -> Result<CellSpace, TrainError> {
        let cells = CellSpace::new(self.cells, self.blocks)?;
        Ok(if self.mask_per_cell { cells.mask_per_cell() } else { cells })
    }

    /// Returns the networks of `filters` filters for images of `shape` and `classes` classes.
    ///
    /// # Errors
    /// A size out of range, or images that are not square.
    pub fn config(&self, filters: usize, shape: ImageShape, classes: usize) -> Result<NetworkConfig, TrainError> {
        let (side, channels, Self { order, stem, norm, .. }) = (side(shape)?, shape.channels, *self);
        let shape = NetworkShape { filters, side, channels, classes, order, stem }.check()?;
        Ok(NetworkConfig { cells: self.cells()?, shape, norm })
    }
}

/// The side of square images.
fn side(shape: ImageShape) -> Result<usize, TrainError> {
    if shape.height == shape.width {
        return Ok(shape.width);
    }
    let found = format!("{} x {}", shape.height, shape.width);
    Err(TrainError::config("image height and width", found, "the same number"))
}

/// MobileNetV2's stages behind a stem of `filters` filters.
fn mobile_chain(filters: usize) -> Result<MobileChain, TrainError> {
    let chain = MobileChain::mobilenet_v2();
    let stages = chain.stages().iter();
    let stages: Vec<_> =
        stages.map(|stage| MobileStage { channels: scaled(stage.channels, filters), ..*stage }).collect();
    Ok(MobileChain::new(&stages)?)
}

/// Channels published behind a stem of 32 filters, behind one of `filters`; at least 1.
fn scaled(channels: usize, filters: usize) -> usize {
    (channels * filters / MobileShape::default().stem).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_read_as_they_were_written_and_unknown_fields_are_named() {
        let cells = CellSettings { filters: 16, cells: 5, norm: NormKind::Ghost };
        let chain = ChainSettings { filters: 8, head: 320, norm: NormKind::GhostAffine };
        for settings in [
            NetworkSettings::Paper(PaperSettings::SMALL),
            NetworkSettings::NasBench201(cells),
            NetworkSettings::Darts(cells),
            NetworkSettings::NasBenchMacro(chain),
            NetworkSettings::Mobile(chain),
            NetworkSettings::Own(OwnSettings { norm: NormKind::GhostAffine }),
        ] {
            let text = serde_json::to_string(&settings).unwrap();
            assert_eq!(serde_json::from_str::<NetworkSettings>(&text).unwrap(), settings, "{text}");
            let is_paper = settings.paper().is_some();
            assert_eq!(text.contains(&format!(r#""space":"{}""#, settings.name())), !is_paper, "{text}");
        }
        let refused = |text: &str| serde_json::from_str::<NetworkSettings>(text).unwrap_err().to_string();
        assert!(refused(r#"{"space":"darts","filters":8,"cels":3}"#).contains("cels"));
        assert!(refused(r#"{"space":"dart","filters":8,"cells":3}"#).contains("nas-bench-macro"));
    }

    #[test]
    fn every_known_space_has_networks_for_images_of_32_pixels() {
        let (shape, device) = (ImageShape::new(1, 32, 32), Device::flex());
        let cells = CellSettings { filters: 4, cells: 3, norm: NormKind::Ghost };
        let chain = ChainSettings { filters: 4, head: 16, norm: NormKind::Ghost };
        for settings in [
            NetworkSettings::Paper(PaperSettings::SMALL),
            NetworkSettings::NasBench201(cells),
            NetworkSettings::Darts(cells),
            NetworkSettings::NasBenchMacro(chain),
            NetworkSettings::Mobile(chain),
        ] {
            let networks = settings.networks(8, shape, 10, &device).unwrap();
            let space = settings.space().unwrap().unwrap();
            assert_eq!(networks.supernet.space().choices(), space.choices(), "{}", settings.name());
            assert_eq!(networks.stand_alone.classes(), 10, "{}", settings.name());
        }
        let error =
            NetworkSettings::Own(OwnSettings::default()).networks(8, shape, 10, &device).unwrap_err().to_string();
        assert!(error.contains("Search::new"), "{error}");
    }
}
