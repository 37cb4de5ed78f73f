//! Images of another size.

use super::Layer;
use crate::Rows;
use burn::{
    module::Module,
    tensor::{Tensor, TensorData},
};

/// Brings images to `side` × `side` pixels, each the mean over the part of the image that it
/// covers: half of the side is the mean of squares of four.
#[derive(Module, Debug)]
pub struct Resize {
    pub(crate) side: usize,
}

impl Resize {
    /// To `side` × `side` pixels.
    ///
    /// # Panics
    /// If `side` is 0.
    pub fn new(side: usize) -> Self {
        assert!(side > 0, "Resize: found a side of 0, expected at least 1");
        Self { side }
    }
}

impl Layer for Resize {
    fn forward(&self, x: Rows) -> Rows {
        match x.row_shape()[..] {
            [_, height, width] if [height, width] != [self.side; 2] => x.map(|x| resized(x, self.side)),
            _ => x,
        }
    }
}

/// Images [rows, channels, height, width] at `side` × `side` pixels.
pub(crate) fn resized(x: Tensor<4>, side: usize) -> Tensor<4> {
    let [_, _, height, width] = x.dims();
    let like = (x.device(), x.dtype());
    let means = |from: usize| {
        let data = TensorData::new(coverage(from, side), [1, 1, side, from]);
        Tensor::<4>::from_data(data, (&like.0, like.1))
    };
    let across = x.matmul(means(width).swap_dims(2, 3));
    means(height).matmul(across)
}

/// How much each of `from` pixels counts in each of `to` means over equal parts of a line, `[to,
/// from]`; each row sums to 1.
pub fn coverage(from: usize, to: usize) -> Vec<f32> {
    // In units of 1 / to of a pixel, where all borders are whole numbers.
    let part = |mean: usize, pixel: usize| {
        let [first, last] = [(mean * from).max(pixel * to), ((mean + 1) * from).min((pixel + 1) * to)];
        last.saturating_sub(first) as f32 / from as f32
    };
    (0..to).flat_map(|mean| (0..from).map(move |pixel| part(mean, pixel))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::{DType, Device};

    #[test]
    fn a_mean_covers_its_part() {
        assert_eq!(coverage(4, 2), [0.5, 0.5, 0.0, 0.0, 0.0, 0.0, 0.5, 0.5]);
        assert_eq!(coverage(2, 2), [1.0, 0.0, 0.0, 1.0]);
        let thirds = coverage(3, 2);
        let expected = [2.0 / 3.0, 1.0 / 3.0, 0.0, 0.0, 1.0 / 3.0, 2.0 / 3.0];
        assert!(thirds.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-6), "{thirds:?}");
        for (from, to) in [(224, 160), (32, 27), (5, 8)] {
            let rows = coverage(from, to);
            assert!(rows.chunks(from).all(|row| (row.iter().sum::<f32>() - 1.0).abs() < 1e-5), "{from} {to}");
        }
    }

    #[test]
    fn half_of_the_side_is_the_mean_of_squares_of_four() {
        let numbers: Vec<f64> = (0..2 * 4 * 6).map(|i| f64::from(i * i % 17)).collect();
        let of = |data: TensorData| Tensor::<4>::from_data(data, (&Device::flex(), DType::F64));
        let found = resized(of(TensorData::new(numbers.clone(), [1, 2, 4, 6])), 2).into_data();
        let mean = |channel: usize, row: usize, column: usize| {
            let rows = (2 * row..2 * row + 2).flat_map(|y| (3 * column..3 * column + 3).map(move |x| (y, x)));
            rows.map(|(y, x)| numbers[channel * 24 + y * 6 + x]).sum::<f64>() / 6.0
        };
        let expected = (0..2).flat_map(|c| (0..2).flat_map(move |y| (0..2).map(move |x| (c, y, x))));
        for (found, (channel, row, column)) in found.iter::<f64>().zip(expected) {
            assert!((found - mean(channel, row, column)).abs() < 1e-6, "{channel} {row} {column}: {found}");
        }
    }
}
