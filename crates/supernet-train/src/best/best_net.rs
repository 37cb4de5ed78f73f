//! Which networks the best one is of: enough to build it again.

use crate::{NetworkSettings, TrainError};
use burn::tensor::Device;
use serde::{Deserialize, Serialize};
use supernet_data::ImageShape;
use supernet_nn::{Definition, KnownNet, NetworkConfig};

/// Which networks the best one is of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum BestNet {
    /// The paper's, with their sizes.
    Paper(NetworkConfig),
    /// Those of another known space, or the paper's with a function in place of ReLU.
    Known {
        /// The space and its numbers, with the best network's filters.
        settings: NetworkSettings,
        /// The shape of an image.
        input: [usize; 3],
        /// Classes.
        classes: usize,
    },
    /// Those that a program defines.
    Own {
        /// The name of the space.
        own: String,
        /// The shape of an input's rows.
        input: Vec<usize>,
        /// Classes.
        classes: usize,
    },
}

impl BestNet {
    /// Describes stand-alone networks of `definition` with `filters` filters, in the space that
    /// `settings` name.
    ///
    /// # Errors
    /// Sizes that networks of the space cannot have.
    pub(crate) fn new<M, const D: usize>(
        settings: NetworkSettings,
        filters: usize,
        definition: &Definition<M, D>,
    ) -> Result<Self, TrainError>
    where
        M: supernet_nn::Layer<D, 2>,
    {
        let (input, classes) = (definition.input(), definition.classes());
        let own = || Self::Own { own: definition.space().name().into(), input: input.into(), classes };
        let Ok(input @ [channels, height, width]) = <[usize; 3]>::try_from(input) else { return Ok(own()) };
        Ok(match settings {
            NetworkSettings::Own(_) => own(),
            NetworkSettings::Paper(paper) if paper.activation.is_none() => {
                Self::Paper(paper.config(filters, ImageShape::new(channels, height, width), classes)?)
            }
            mut settings => {
                settings.set_filters(filters);
                Self::Known { settings, input, classes }
            }
        })
    }

    /// Returns the definition of the networks, where it is known.
    ///
    /// # Errors
    /// Networks that a program defines; sizes out of range.
    pub fn definition(&self, device: &Device) -> Result<Definition<KnownNet>, TrainError> {
        match self {
            Self::Paper(config) => Ok(config.definition(device)?.within(KnownNet::Paper)),
            Self::Known { settings, input: [channels, height, width], classes } => {
                let (filters, shape) = (settings.filters().unwrap_or(1), ImageShape::new(*channels, *height, *width));
                Ok(settings.networks(filters, shape, *classes, device)?.stand_alone)
            }
            Self::Own { own, .. } => {
                let expected = "a known space; `load_best_of` reads the network of one's own with its definition";
                Err(TrainError::config("network", format!("the space `{own}` of a program"), expected))
            }
        }
    }

    /// The shape of an input's rows.
    pub fn input(&self) -> Vec<usize> {
        match self {
            Self::Paper(NetworkConfig { shape, .. }) => vec![shape.channels, shape.side, shape.side],
            Self::Known { input, .. } => input.to_vec(),
            Self::Own { input, .. } => input.clone(),
        }
    }

    /// The classes.
    pub fn classes(&self) -> usize {
        match self {
            Self::Paper(NetworkConfig { shape, .. }) => shape.classes,
            Self::Known { classes, .. } | Self::Own { classes, .. } => *classes,
        }
    }

    /// The name of the space.
    pub fn space(&self) -> &str {
        match self {
            Self::Paper(_) => "paper",
            Self::Known { settings, .. } => settings.name(),
            Self::Own { own, .. } => own,
        }
    }
}
