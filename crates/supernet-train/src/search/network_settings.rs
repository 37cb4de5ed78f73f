//! Which space is searched, and the network around it.

use super::{
    KnownSettings, Number,
    known::KNOWN_SPACES,
    paper_settings::{PaperSettings, side},
};
use crate::{Networks, TrainError};
use burn::tensor::Device;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use serde_json::Value;
use supernet_data::ImageShape;
use supernet_nn::{Definition, KnownNet, NormKind};
use supernet_space::{SearchSpace, counted, programs::Activation};

/// Which space is searched, and the numbers of its networks. In a file the key `space` names the
/// space, which is the paper's where there is no such key.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum NetworkSettings {
    /// The paper's cells.
    Paper(PaperSettings),
    /// Another space that others have published.
    Known(KnownSettings),
    /// `own`: networks that a program defines.
    Own(OwnSettings),
}

/// What is known of networks that a program defines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OwnSettings {
    /// Normalisation of the supernet.
    #[serde(default)]
    pub norm: NormKind,
    /// What stands in place of ReLU.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub activation: Option<Activation>,
}

/// The names of spaces that are no known ones.
const PAPER: &str = "paper";
const OWN: &str = "own";

/// How settings of a program's own networks stand in a file.
#[derive(Serialize, Deserialize)]
#[serde(tag = "space", rename_all = "kebab-case")]
enum Tagged {
    Own(OwnSettings),
}

impl Serialize for NetworkSettings {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match *self {
            Self::Paper(settings) => settings.serialize(serializer),
            Self::Known(settings) => settings.serialize(serializer),
            Self::Own(settings) => Tagged::Own(settings).serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for NetworkSettings {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        let settings = match value.get("space") {
            None => serde_json::from_value(value).map(Self::Paper),
            Some(name) if name == OWN => serde_json::from_value(value).map(|Tagged::Own(own)| Self::Own(own)),
            Some(_) => serde_json::from_value(value).map(Self::Known),
        };
        settings.map_err(D::Error::custom)
    }
}

impl NetworkSettings {
    /// Returns name and description of each space that [`NetworkSettings::of_space`] knows.
    pub fn spaces() -> impl Iterator<Item = (&'static str, &'static str)> {
        let known = KNOWN_SPACES.iter().map(|space| (space.name, space.about));
        [(PAPER, "The paper's cells of choice blocks")].into_iter().chain(known)
    }

    /// Returns the settings of the space called `name` as it was published (paper: CIFAR-10), or a
    /// `small` network for minutes on a processor; none of an unknown name.
    pub fn of_space(name: &str, small: bool) -> Option<Self> {
        match name {
            PAPER => Some(Self::Paper(if small { PaperSettings::SMALL } else { PaperSettings::CIFAR10 })),
            _ => KnownSettings::of_space(name, small).map(Self::Known),
        }
    }

    /// Returns the name of the space, as in `--space`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Paper(_) => PAPER,
            Self::Known(settings) => settings.space().name,
            Self::Own(_) => OWN,
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

    /// Returns a number of the networks; none that they do not have, and none of a program's own.
    pub fn number(&self, number: Number) -> Option<usize> {
        let mut copy = *self;
        copy.number_mut(number).copied()
    }

    /// Returns a number of the networks to be changed, where they have it.
    pub fn number_mut(&mut self, number: Number) -> Option<&mut usize> {
        match self {
            Self::Paper(settings) => settings.number_mut(number),
            Self::Known(settings) => settings.number_mut(number),
            Self::Own(_) => None,
        }
    }

    /// Returns the filters of the supernet; none of a program's own networks.
    pub fn filters(&self) -> Option<usize> {
        self.number(Number::Filters)
    }

    /// Sets the filters of the supernet.
    pub fn set_filters(&mut self, filters: usize) {
        if let Some(place) = self.number_mut(Number::Filters) {
            *place = filters;
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
            Self::Paper(settings) => &mut settings.norm,
            Self::Known(settings) => &mut settings.norm,
            Self::Own(settings) => &mut settings.norm,
        }
    }

    /// Returns the function in place of ReLU, if there is one.
    pub fn activation(&self) -> Option<Activation> {
        let mut copy = *self;
        *copy.activation_mut()
    }

    /// Sets the function in place of ReLU.
    pub fn set_activation(&mut self, activation: Option<Activation>) {
        *self.activation_mut() = activation;
    }

    fn activation_mut(&mut self) -> &mut Option<Activation> {
        match self {
            Self::Paper(settings) => &mut settings.activation,
            Self::Known(settings) => &mut settings.activation,
            Self::Own(settings) => &mut settings.activation,
        }
    }

    /// Returns the least side of images, in pixels, that networks of the space read.
    pub fn least_side(&self) -> usize {
        match self {
            Self::Paper(settings) => settings.least_side(),
            Self::Known(settings) => settings.space().least_side,
            Self::Own(_) => 1,
        }
    }

    /// Whether the best network of a search can be written as code, as ONNX and as a drawing from
    /// these settings alone.
    pub fn is_described(&self) -> bool {
        match self {
            Self::Paper(_) => true,
            Self::Known(settings) => settings.space().is_described,
            Self::Own(_) => false,
        }
    }

    /// Returns the networks for captions, in words.
    pub fn in_words(&self) -> String {
        match self {
            Self::Paper(PaperSettings { cells, blocks, filters, .. }) => {
                let [cells, blocks] = [(cells, "cell"), (blocks, "block")].map(|(&count, one)| counted(count, one));
                format!("{cells} of {blocks}; supernet of {}", counted(*filters, "filter"))
            }
            Self::Known(settings) => settings.in_words(),
            Self::Own(_) => "A space of one's own; supernet".into(),
        }
    }

    /// Returns the space; none of a program's own networks.
    ///
    /// # Errors
    /// A number out of range that choices depend on.
    pub fn space(&self) -> Result<Option<SearchSpace>, TrainError> {
        Ok(match self {
            Self::Paper(settings) => Some(settings.cells()?.space().clone()),
            Self::Known(settings) => Some(settings.choices()?),
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
        let side = side(shape)?;
        let definition = match self {
            Self::Paper(settings) => {
                settings.config(filters, shape, classes)?.definition(device)?.within(KnownNet::Paper)
            }
            Self::Known(settings) => settings.definition(filters, [shape.channels, side], classes, device)?,
            Self::Own(_) => {
                let expected = "a known space; a program that defines networks of its own hands them to `Search::new`";
                return Err(TrainError::config("network.space", OWN, expected));
            }
        };
        Ok(definition.with_activation(self.activation()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every space that has a name, small.
    fn known() -> impl Iterator<Item = NetworkSettings> {
        NetworkSettings::spaces().map(|(name, _)| NetworkSettings::of_space(name, true).unwrap())
    }

    #[test]
    fn settings_are_read_as_they_were_written_and_unknown_fields_are_named() {
        let own = NetworkSettings::Own(OwnSettings { norm: NormKind::GhostAffine, activation: None });
        for mut settings in known().chain([own]) {
            settings.set_norm(NormKind::GhostAffine);
            settings.set_activation(Some("swish".parse().unwrap()));
            for (i, number) in Number::ALL.into_iter().enumerate() {
                settings.number_mut(number).into_iter().for_each(|value| *value = 20 + i);
            }
            let text = serde_json::to_string(&settings).unwrap();
            assert_eq!(serde_json::from_str::<NetworkSettings>(&text).unwrap(), settings, "{text}");
            let is_paper = settings.paper().is_some();
            assert_eq!(text.contains(&format!(r#""space":"{}""#, settings.name())), !is_paper, "{text}");
        }
        let refused = |text: &str| serde_json::from_str::<NetworkSettings>(text).unwrap_err().to_string();
        for (text, says) in [
            (
                r#"{"space":"darts","filters":8,"cels":3}"#,
                "unknown field `cels`, expected one of `filters`, `cells`, `norm`, `activation`",
            ),
            (r#"{"space":"darts","filters":8}"#, "missing field `cells`"),
            (r#"{"space":"pnas-net","filters":8,"cells":1,"blocks":"five"}"#, "blocks: invalid type: string \"five\""),
            (r#"{"space":"dart","filters":8,"cells":3}"#, "unknown space `dart`, expected one of `nas-bench-201`"),
            (r#"{"space":7}"#, "space: invalid type: integer `7`"),
            (r#"{"space":"own","filters":8}"#, "filters"),
        ] {
            assert!(refused(text).contains(says), "{}", refused(text));
        }
    }

    #[test]
    fn files_of_before_are_read_and_written_as_they_were() {
        for text in [
            r#"{"space":"nas-bench-201","filters":16,"cells":5,"norm":"ghost"}"#,
            r#"{"space":"nas-bench-macro","filters":8,"head":320,"norm":"ghost_affine"}"#,
            r#"{"space":"darts","filters":16,"cells":8,"norm":"ghost"}"#,
            r#"{"space":"mobile","filters":32,"head":1280,"norm":"ghost"}"#,
            r#"{"space":"own","norm":"ghost"}"#,
        ] {
            let settings: NetworkSettings = serde_json::from_str(text).unwrap();
            assert_eq!(serde_json::to_string(&settings).unwrap(), text);
            let without = text.replace(r#","norm":"ghost""#, "");
            if without != text {
                assert_eq!(serde_json::from_str::<NetworkSettings>(&without).unwrap(), settings);
            }
        }
    }

    #[test]
    fn every_known_space_has_networks_for_images_of_32_pixels() {
        let (shape, device) = (ImageShape::new(1, 32, 32), Device::flex());
        for mut settings in known() {
            settings.set_filters(8);
            settings.number_mut(Number::Head).into_iter().for_each(|head| *head = 16);
            let networks = settings.networks(8, shape, 10, &device).unwrap();
            let space = settings.space().unwrap().unwrap();
            assert_eq!(networks.supernet.space().choices(), space.choices(), "{}", settings.name());
            assert_eq!(networks.stand_alone.classes(), 10, "{}", settings.name());
            assert!(settings.least_side() <= 32, "{}", settings.name());
        }
        let error =
            NetworkSettings::Own(OwnSettings::default()).networks(8, shape, 10, &device).unwrap_err().to_string();
        assert!(error.contains("Search::new"), "{error}");
    }

    #[test]
    fn numbers_out_of_range_are_refused_by_name() {
        for (space, number, found, says) in [
            ("nas-net", Number::Blocks, 0, "blocks: found 0, expected 1 to 62"),
            ("pnas-net", Number::Cells, 0, "cells: found 0, expected at least 1"),
            ("genetic-stages", Number::Nodes, 5, "nodes: found 5, expected 2 to 4 in the first stage"),
            ("hierarchical-motifs", Number::Motifs, 0, "motifs of a level: found 0, expected at least 1"),
            ("hierarchical-motifs", Number::Nodes, 1, "nodes of a motif: found 1, expected at least 2"),
            ("enas-macro", Number::Layers, 65, "layers: found 65, expected 1 to 64"),
            ("enas-macro", Number::Filters, 3, "filters: found 3, expected an even number"),
            ("enas-rnn", Number::Nodes, 0, "nodes: found 0, expected 1 to 64"),
        ] {
            let mut settings = NetworkSettings::of_space(space, true).unwrap();
            *settings.number_mut(number).unwrap() = found;
            let filters = settings.filters().unwrap();
            let error = settings.networks(filters, ImageShape::new(1, 8, 8), 4, &Device::flex()).unwrap_err();
            assert!(error.to_string().contains(says), "{error}");
        }
        assert_eq!(NetworkSettings::of_space("pnas-net", true).unwrap().number(Number::Head), None);
    }
}
