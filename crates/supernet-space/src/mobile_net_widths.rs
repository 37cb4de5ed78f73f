//! MobileNet (Howard et al. 2017) with a width of its own for each tensor.

use crate::{Choice, MobileNetV1, MobileNetV1Shape, SearchSpace, SpaceError};

/// The layers of MobileNet, of which each tensor has a width of its own in eighths of the published
/// one, and as many layers in the middle as [`MobileNetV1`] has: what a budget is shared between
/// (MorphNet: Gordon, Eban, Nachum et al., CVPR 2018; slimmable networks: Yu et al., ICLR 2019).
/// The layers in the middle read and write tensors of one width. 8⁹ · 5 ≈ 6.7·10⁸ architectures.
#[derive(Clone, Debug, PartialEq)]
pub struct MobileNetWidths {
    space: SearchSpace,
}

impl MobileNetWidths {
    /// The widths of a tensor, as shares of the published one.
    pub const WIDTHS: [&str; 8] = ["0.125", "0.25", "0.375", "0.5", "0.625", "0.75", "0.875", "1"];

    /// The choices of the widths of the tensors that the stem, the first six layers and the last
    /// two write, in order. Those in the middle write a tensor of the width of `layer6`.
    pub const TENSORS: [&str; 9] =
        ["stem", "layer1", "layer2", "layer3", "layer4", "layer5", "layer6", "last1", "last2"];

    /// Returns the space.
    #[expect(clippy::new_without_default, reason = "the other known spaces have none")]
    pub fn new() -> Self {
        let depths = (1..=MobileNetV1::MOST_LAYERS).map(|depth| depth.to_string());
        let mut choices: Vec<Choice> =
            Self::TENSORS.map(|tensor| Choice::one_of(tensor, Self::WIDTHS).expect("names that differ")).into();
        choices.insert(7, Choice::one_of(MobileNetV1::DEPTH, depths).expect("names that differ"));
        Self { space: SearchSpace::new("mobile-net-widths", choices).expect("choices of different names") }
    }

    /// Returns the choices.
    pub fn space(&self) -> &SearchSpace {
        &self.space
    }

    /// Checks every number of a shape; the resolution is the whole one.
    ///
    /// # Errors
    /// The first that is out of range.
    pub fn check(shape: &MobileNetV1Shape) -> Result<(), SpaceError> {
        shape.check()?;
        match shape.filters.is_multiple_of(8) {
            true => Ok(()),
            false => Err(SpaceError::Field { field: "filters", found: shape.filters, expected: "a multiple of 8" }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nine_tensors_have_eight_widths_each() {
        let space = MobileNetWidths::new();
        assert_eq!(space.space().size(), (8u64.pow(9) * 5).into());
        let names: Vec<&str> = space.space().choices().iter().map(Choice::name).collect();
        assert_eq!(names[6..], ["layer6", "depth", "last1", "last2"]);
        let shape = |filters| MobileNetV1Shape { filters, ..MobileNetV1Shape::default() };
        assert!(MobileNetWidths::check(&shape(8)).is_ok());
        let error = MobileNetWidths::check(&shape(12)).unwrap_err().to_string();
        assert_eq!(error, "filters: found 12, expected a multiple of 8");
    }
}
