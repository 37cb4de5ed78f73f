//! Images by formula.

use supernet::burn::tensor::{Device, Tensor, TensorData};

/// `count` images of shape `input` (channels, height, width): a wave that no two images share.
pub fn formula_images(count: usize, input: &[usize], device: &Device) -> Tensor<4> {
    let numbers = count * input.iter().product::<usize>();
    let pixels: Vec<f32> = (0..numbers).map(|i| (0.37 * (i + 1) as f32).cos()).collect();
    Tensor::from_data(TensorData::new(pixels, [&[count], input].concat()), device)
}
