//! How a child takes over what its parent computes.

use serde::{Deserialize, Serialize};

/// What new channels of a [`crate::Width`] begin with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Widening {
    /// Drawn weights on the way in, zeros on the way out (Elsken, Metzen and Hutter 2017, type II).
    #[default]
    Zeros,
    /// Those of an old channel, the new ones taking turns among the old; on the way out each of so
    /// many equal channels has its share (Net2Wider: Chen, Goodfellow and Shlens, ICLR 2016). Equal
    /// channels stay equal in training, unless `noise` times a drawn weight is added on the way in;
    /// with noise the child computes something else than its parent.
    Copies {
        /// Share of a drawn weight; 0.01 in Cai et al., AAAI 2018.
        noise: f64,
    },
}

/// How a child takes over what its parent computes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Morph {
    /// What new channels begin with.
    pub widening: Widening,
}
