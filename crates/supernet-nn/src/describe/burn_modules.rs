//! How Burn's own modules are described.

use super::{Describe, Window, Wire};
use burn::nn::{
    Linear, PaddingConfig2d, Relu,
    conv::Conv2d,
    pool::{AvgPool2d, MaxPool2d},
};

/// The padding on each side of a window; none if the sides differ.
fn padded(window: Window, padding: &PaddingConfig2d) -> Option<Window> {
    let padding = match *padding {
        PaddingConfig2d::Valid => [0; 2],
        PaddingConfig2d::Explicit(top, left, bottom, right) if (top, left) == (bottom, right) => [top, left],
        PaddingConfig2d::Same if window.stride == [1; 2] && window.kernel.iter().all(|side| side % 2 == 1) => {
            window.kernel.map(|side| side / 2)
        }
        _ => return None,
    };
    Some(window.with_padding(padding))
}

impl Describe for Conv2d {
    fn describe(&self, x: Wire) -> Wire {
        let window = Window::new(self.kernel_size).with_stride(self.stride).with_dilation(self.dilation);
        match padded(window, &self.padding).filter(|_| self.dilation == [1; 2] || !is_same(&self.padding)) {
            Some(window) => x.convolved(&self.weight, self.bias.as_ref(), window, self.groups),
            None => x.failed("a convolution", format!("the padding {:?}", self.padding), EXPECTED),
        }
    }
}

const EXPECTED: &str = "the same on both sides, and no rounding up";

fn is_same(padding: &PaddingConfig2d) -> bool {
    matches!(padding, PaddingConfig2d::Same)
}

impl Describe for MaxPool2d {
    fn describe(&self, x: Wire) -> Wire {
        let window = Window::new(self.kernel_size).with_stride(self.stride).with_dilation(self.dilation);
        match padded(window, &self.padding).filter(|_| !self.ceil_mode && self.dilation == [1; 2]) {
            Some(window) => x.max_pool(window),
            None => x.failed("a pool", format!("{:?}, dilation {:?}", self.padding, self.dilation), EXPECTED),
        }
    }
}

impl Describe for AvgPool2d {
    fn describe(&self, x: Wire) -> Wire {
        let window = Window::new(self.kernel_size).with_stride(self.stride);
        match padded(window, &self.padding).filter(|_| !self.ceil_mode) {
            Some(window) => x.average_pool(window, self.count_include_pad),
            None => x.failed("a pool", format!("{:?}", self.padding), EXPECTED),
        }
    }
}

impl Describe for Linear {
    fn describe(&self, x: Wire) -> Wire {
        x.linear(&self.weight, self.bias.as_ref())
    }
}

impl Describe for Relu {
    fn describe(&self, x: Wire) -> Wire {
        x.relu()
    }
}
