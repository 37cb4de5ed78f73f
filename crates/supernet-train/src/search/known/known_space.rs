//! What is known of a space that others have published.

use super::number::{Number, Numbers};
use burn::tensor::Device;
use std::fmt;
use supernet_nn::{Definition, KnownNet, NnError};
use supernet_space::{SearchSpace, SpaceError};

/// A space that others have published, as settings name it.
pub struct KnownSpace {
    /// Its name in files and, as in `--space`, in commands.
    pub name: &'static str,
    /// What it is, in a line.
    pub about: &'static str,
    /// The numbers that its networks have, in the order of a file: as published, and of a small
    /// network for minutes on a processor.
    pub numbers: &'static [(Number, [usize; 2])],
    /// The least side of its images, in pixels.
    pub least_side: usize,
    /// Whether its networks are written as code, as ONNX and as a drawing.
    pub is_described: bool,
    /// Makes its choices.
    pub(super) space: fn(&Numbers) -> Result<SearchSpace, SpaceError>,
    /// Makes its networks for images of a size.
    pub(super) definition: fn(&Numbers, ImageSize, &Device) -> Result<Definition<KnownNet>, NnError>,
}

/// The square images that a network reads, and the classes that it tells apart.
#[derive(Clone, Copy, Debug)]
pub struct ImageSize {
    /// Side in pixels.
    pub side: usize,
    /// Channels.
    pub channels: usize,
    /// Classes.
    pub classes: usize,
}

impl KnownSpace {
    /// Whether its networks have a number.
    pub fn has(&self, number: Number) -> bool {
        self.numbers.iter().any(|(other, _)| *other == number)
    }
}

impl PartialEq for KnownSpace {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl fmt::Debug for KnownSpace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}
