//! The inverted residual of MobileNetV2 (Sandler et al., CVPR 2018), as an option of known spaces.

use crate::Cost;

/// An inverted residual: 1x1 to `expansion` times the channels, depthwise `kernel` with the stride,
/// 1x1; a normalisation after each, ReLU after the first two; plus its input where shapes agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct InvertedResidual {
    /// Side of the depthwise kernel.
    pub kernel: usize,
    /// Channels inside over channels that come in. With one there is no first 1x1.
    pub expansion: usize,
}

impl InvertedResidual {
    /// Adds what it costs, from `inputs` maps of `side` × `side` to `outputs` maps of 1/`stride` of
    /// the side.
    pub(crate) fn add_cost(self, cost: &mut Cost, inputs: usize, outputs: usize, side: usize, stride: usize) {
        let inside = self.expansion * inputs;
        if self.expansion > 1 {
            cost.normed_convolution(1, inputs, inside, side);
        }
        cost.normed_convolution(self.kernel * self.kernel, 1, inside, side / stride);
        cost.normed_convolution(1, inside, outputs, side / stride);
    }
}
