//! How the layers of this crate are described.

use super::{Describe, Window, Wire};
use crate::{
    Conv, ConvNorm, Formula, Generated, GhostNorm, Hypernetwork, Identity, Norm, Pool, Pool3x3, Resize, WideConv,
    WideDepthwise, WideLinear, Width, Zeros,
};

/// A k×k window that keeps the size, but for the stride.
fn keeping([height, width]: [usize; 2], stride: usize, dilation: usize) -> Window {
    Window::new([height, width])
        .with_stride([stride; 2])
        .with_padding([dilation * (height / 2), dilation * (width / 2)])
        .with_dilation([dilation; 2])
}

impl Describe for Conv {
    fn describe(&self, x: Wire) -> Wire {
        let [_, _, height, width] = self.weight.lazy_shape().dims();
        x.convolved(&self.weight, None, keeping([height, width], self.stride, self.dilation), self.groups)
    }
}

impl Describe for Generated {
    fn describe(&self, x: Wire) -> Wire {
        match self.plain() {
            Some(conv) => x.through(conv),
            None => x.failed("a convolution", "a weight that is generated", "that of a stand-alone network"),
        }
    }
}

/// A stand-alone network has none of it.
impl Describe for Hypernetwork {
    fn describe(&self, x: Wire) -> Wire {
        x
    }
}

impl Describe for ConvNorm {
    fn describe(&self, x: Wire) -> Wire {
        let [_, _, height, width] = self.weight.lazy_shape().dims();
        let window = keeping([height, width], self.stride, 1);
        let y = x.convolved(&self.weight, None, window, self.groups).through(&self.norm);
        if self.relu { y.relu() } else { y }
    }
}

impl Describe for Formula {
    fn describe(&self, x: Wire) -> Wire {
        x.function(self.activation(), self.beta())
    }
}

impl Describe for Norm {
    fn describe(&self, x: Wire) -> Wire {
        match self.parameters() {
            [Some(scale), Some(shift), Some(mean), Some(variance)] => x.normalised([scale, shift, mean, variance]),
            _ => x.failed("a normalisation", "no stored statistics", "those of a stand-alone network"),
        }
    }
}

impl Describe for GhostNorm {
    fn describe(&self, x: Wire) -> Wire {
        x.through(&self.norm)
    }
}

impl Describe for WideConv {
    fn describe(&self, x: Wire) -> Wire {
        let parts = sliced(&x, &self.from);
        let slices = self.to.slices();
        if parts.is_empty() || slices.is_empty() {
            return x.nothing();
        }
        let of_whole = self.relu && x.rectifier_has_places();
        let slice = |j: usize| {
            let term = |(part, weight): (&Wire, &_)| {
                let weight: &burn::module::Param<burn::tensor::Tensor<4>> = weight;
                let [_, _, height, width] = weight.lazy_shape().dims();
                part.clone().convolved(weight, None, keeping([height, width], self.stride, 1), 1)
            };
            let y = Wire::sum(parts.iter().zip(&self.weights[j]).map(term).collect()).through(&self.norms[j]);
            if self.relu && !of_whole { y.relu() } else { y }
        };
        side_by_side((0..slices.len()).map(slice).collect(), &slices, of_whole)
    }
}

/// Slices side by side; behind the whole what stands in place of a ReLU, where it is one place.
fn side_by_side(parts: Vec<Wire>, slices: &[usize], of_whole: bool) -> Wire {
    let whole = Wire::concatenated(parts, slices);
    if of_whole { whole.relu() } else { whole }
}

/// Each slice of a width, along the channels.
fn sliced(x: &Wire, width: &Width) -> Vec<Wire> {
    let mut first = 0;
    let slice = |channels: usize| {
        first += channels;
        x.clone().narrow(1, first - channels, channels)
    };
    width.slices().into_iter().map(slice).collect()
}

impl Describe for WideDepthwise {
    fn describe(&self, x: Wire) -> Wire {
        let (slices, parts) = (self.width.slices(), sliced(&x, &self.width));
        if parts.is_empty() {
            return x.nothing();
        }
        let of_whole = self.relu && x.rectifier_has_places();
        let slice = |(j, part): (usize, Wire)| {
            let [_, _, height, width] = self.weights[j].lazy_shape().dims();
            let y = part.convolved(&self.weights[j], None, keeping([height, width], self.stride, 1), slices[j]);
            let y = y.through(&self.norms[j]);
            if self.relu && !of_whole { y.relu() } else { y }
        };
        side_by_side(parts.into_iter().enumerate().map(slice).collect(), &slices, of_whole)
    }
}

impl Describe for WideLinear {
    fn describe(&self, x: Wire) -> Wire {
        let parts = sliced(&x, &self.from);
        if parts.is_empty() {
            return x.nothing();
        }
        let term = |(j, part): (usize, Wire)| part.linear(&self.weights[j], Some(&self.bias).filter(|_| j == 0));
        Wire::sum(parts.into_iter().enumerate().map(term).collect())
    }
}

impl Describe for Resize {
    fn describe(&self, x: Wire) -> Wire {
        x.resized(self.side)
    }
}

impl Describe for Pool3x3 {
    fn describe(&self, x: Wire) -> Wire {
        let window = keeping([3; 2], 1, 1);
        match self.kind {
            Pool::Max => x.max_pool(window),
            Pool::Average => x.average_pool(window, true),
            Pool::AverageInside => x.average_pool(window, false),
        }
    }
}

impl Describe for Identity {
    fn describe(&self, x: Wire) -> Wire {
        x
    }
}

impl Describe for Zeros {
    fn describe(&self, x: Wire) -> Wire {
        x.zeros()
    }
}

impl<M: Describe> Describe for Vec<M> {
    fn describe(&self, x: Wire) -> Wire {
        self.iter().fold(x, |x, layer| x.through(layer))
    }
}
