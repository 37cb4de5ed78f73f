//! MobileNets (Howard et al. 2017): one network, a width multiplier and a resolution multiplier.

use crate::{Choice, Cost, PathMask, SearchSpace, SpaceError, sizes::at_least_1};
use serde::{Deserialize, Serialize};

/// The networks that three numbers make of one: the width multiplier α, by which all channels are
/// multiplied, the resolution multiplier ρ, by which the side of the images is, and the depth, how
/// many of the five like layers in the middle there are (the paper has five, its shallow network
/// none).
#[derive(Clone, Debug, PartialEq)]
pub struct MobileNetV1 {
    space: SearchSpace,
}

/// What is not searched. The default is the published network on ImageNet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MobileNetV1Shape {
    /// Channels of the stem at the full width, divisible by 4; the last layer has 32 times as many.
    pub filters: usize,
    /// Side of the square images at the full resolution, at least 7.
    pub side: usize,
    /// Channels of the images.
    pub channels: usize,
    /// Classes.
    pub classes: usize,
}

impl Default for MobileNetV1Shape {
    fn default() -> Self {
        Self { filters: 32, side: 224, channels: 3, classes: 1000 }
    }
}

/// A depthwise separable layer at the full width.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeparableLayer {
    /// Channels that it reads.
    pub from: usize,
    /// Channels that it makes.
    pub to: usize,
    /// Stride of its depthwise convolution.
    pub stride: usize,
}

impl MobileNetV1 {
    /// The name of the choice of a resolution.
    pub const RESOLUTION: &str = "resolution";
    /// The name of the choice of a width.
    pub const WIDTH: &str = "width";
    /// The name of the choice of a depth.
    pub const DEPTH: &str = "depth";
    /// The resolution multipliers: of 224 pixels 128, 160, 192 and 224.
    pub const RESOLUTIONS: [&str; 4] = ["4/7", "5/7", "6/7", "1"];
    /// The width multipliers.
    pub const WIDTHS: [&str; 4] = ["0.25", "0.5", "0.75", "1"];
    /// The most layers in the middle.
    pub const MOST_LAYERS: usize = 5;

    /// Returns the space.
    #[expect(clippy::new_without_default, reason = "the other known spaces have none")]
    pub fn new() -> Self {
        let depths = (1..=Self::MOST_LAYERS).map(|depth| depth.to_string());
        let choices = [
            Choice::one_of(Self::RESOLUTION, Self::RESOLUTIONS),
            Choice::one_of(Self::WIDTH, Self::WIDTHS),
            Choice::one_of(Self::DEPTH, depths),
        ];
        let choices = choices.map(|choice| choice.expect("names that differ"));
        Self { space: SearchSpace::new("mobile-net-v1", choices).expect("choices of different names") }
    }

    /// Returns the choices.
    pub fn space(&self) -> &SearchSpace {
        &self.space
    }

    /// Returns the network of a resolution and a width, by their places, at the published depth.
    ///
    /// # Panics
    /// If there is none of that place.
    pub fn published(&self, resolution: usize, width: usize) -> PathMask {
        assert!(resolution < 4 && width < 4, "found resolution {resolution} and width {width}, expected 0 to 3");
        self.space.mask(vec![1 << resolution, 1 << width, 1 << (Self::MOST_LAYERS - 1)])
    }

    /// Computes what the stand-alone network costs: parameters with affine normalisation and the
    /// classifier's bias; multiply-accumulates of convolutions and the classifier, without its
    /// bias.
    ///
    /// # Errors
    /// A number out of range; a mask that is no architecture of this space.
    pub fn cost(&self, shape: &MobileNetV1Shape, mask: &PathMask) -> Result<Cost, SpaceError> {
        self.space.accept(mask.clone())?;
        shape.check()?;
        let [resolution, width, depth] = [0, 1, 2].map(|choice| mask.bits(choice).trailing_zeros() as usize);
        // Multiples of 1/4 of multiples of 4.
        let wide = |channels: usize| channels * (width + 1) / 4;
        let mut side = shape.sides()[resolution].div_ceil(2);
        let mut cost = Cost::default();
        cost.normed_convolution(9, shape.channels, wide(shape.filters), side);
        let [first, middle, last] = shape.layers();
        let layers = first.iter().chain(&middle[..=depth]).chain(&last);
        let mut features = 0;
        for &SeparableLayer { from, to, stride } in layers {
            side = side.div_ceil(stride);
            cost.normed_convolution(9, 1, wide(from), side);
            cost.normed_convolution(1, wide(from), wide(to), side);
            features = wide(to);
        }
        cost.parameters += ((features + 1) * shape.classes) as u64;
        cost.macs += (features * shape.classes) as u64;
        Ok(cost)
    }
}

impl MobileNetV1Shape {
    /// Returns the layers behind the stem at the full width: the first, those in the middle, of
    /// which an architecture has one or more, and the last.
    pub fn layers(&self) -> [Vec<SeparableLayer>; 3] {
        let layer = |(from, to, stride): (usize, usize, usize)| {
            let [from, to] = [from, to].map(|times| times * self.filters);
            SeparableLayer { from, to, stride }
        };
        let first = [(1, 2, 1), (2, 4, 2), (4, 4, 1), (4, 8, 2), (8, 8, 1), (8, 16, 2)];
        let middle = [(16, 16, 1); MobileNetV1::MOST_LAYERS];
        let last = [(16, 32, 2), (32, 32, 1)];
        [first.map(layer).to_vec(), middle.map(layer).to_vec(), last.map(layer).to_vec()]
    }

    /// Returns the sides of the images at each resolution, in pixels.
    pub fn sides(&self) -> [usize; 4] {
        [4, 5, 6, 7].map(|sevenths| (2 * self.side * sevenths + 7) / 14)
    }

    /// Checks every number.
    ///
    /// # Errors
    /// The first that is out of range.
    pub fn check(&self) -> Result<(), SpaceError> {
        let network = [("filters", self.filters), ("channels", self.channels), ("classes", self.classes)];
        at_least_1(network)?;
        if !self.filters.is_multiple_of(4) {
            return Err(SpaceError::Field { field: "filters", found: self.filters, expected: "a multiple of 4" });
        }
        match self.side {
            7.. => Ok(()),
            found => Err(SpaceError::Field { field: "image side", found, expected: "at least 7" }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_counts_are_met() {
        let (space, shape) = (MobileNetV1::new(), MobileNetV1Shape::default());
        let cost = |resolution, width| space.cost(&shape, &space.published(resolution, width)).unwrap();
        // Tables 6 and 7 of the paper: millions of multiply-accumulates and of parameters.
        let widths = [(3, 569.0, 4.2), (2, 325.0, 2.6), (1, 149.0, 1.3), (0, 41.0, 0.5)];
        let resolutions = [(3, 569.0, 4.2), (2, 418.0, 4.2), (1, 290.0, 4.2), (0, 186.0, 4.2)];
        let all = widths.map(|(width, macs, parameters)| (cost(3, width), macs, parameters)).into_iter();
        for (found, macs, parameters) in all.chain(resolutions.map(|(at, macs, params)| (cost(at, 3), macs, params))) {
            assert!((found.macs as f64 / 1e6 / macs - 1.0).abs() < 0.01, "{found:?}, published {macs}");
            // They are given in tenths.
            assert!((found.parameters as f64 / 1e6 - parameters).abs() < 0.0501, "{found:?}, published {parameters}");
        }
        assert_eq!(cost(3, 3), Cost { parameters: 4_231_976, macs: 568_740_352 });
    }

    #[test]
    fn sides_are_those_of_the_paper_and_never_the_same() {
        let sides = |side| MobileNetV1Shape { side, ..MobileNetV1Shape::default() }.sides();
        assert_eq!(sides(224), [128, 160, 192, 224]);
        assert_eq!(sides(32), [18, 23, 27, 32]);
        assert!((7..300).all(|side| sides(side).windows(2).all(|pair| pair[0] < pair[1]) && sides(side)[3] == side));
    }

    #[test]
    fn numbers_out_of_range_are_refused() {
        let shape = MobileNetV1Shape::default();
        let refused = |shape: MobileNetV1Shape| shape.check().unwrap_err().to_string();
        assert_eq!(refused(MobileNetV1Shape { filters: 6, ..shape }), "filters: found 6, expected a multiple of 4");
        assert_eq!(refused(MobileNetV1Shape { side: 6, ..shape }), "image side: found 6, expected at least 7");
        assert_eq!(refused(MobileNetV1Shape { classes: 0, ..shape }), "classes: found 0, expected at least 1");
    }
}
