//! [`ZerosKernels`] for Flex: a unit is a row.

use burn::backend::{Flex, flex::FlexTensor};

use super::{each, filled};
use crate::zeros::ZerosKernels;

impl ZerosKernels for Flex {
    fn filled(_: &FlexTensor, shape: [usize; 4]) -> FlexTensor {
        let [rows, c, h, w] = shape;
        let len = c * h * w;
        // SAFETY: the units cover all rows.
        unsafe {
            filled(shape, |out| {
                each(rows, len / 32, |row| out.at(row * len, len).write_bytes(0, len));
            })
        }
    }
}
