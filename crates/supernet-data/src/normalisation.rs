//! Mean and standard deviation by channel.

use crate::{DataError, ImageShape, Images};
use serde::{Deserialize, Serialize};

/// Mean and standard deviation of each channel, of values from 0 to 1.
///
/// A byte `v` of channel `c` becomes `(v / 255 - mean[c]) / std[c]`. Read back from a file, it is
/// checked as [`Normalisation::new`] checks it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct Normalisation {
    mean: Vec<f32>,
    std: Vec<f32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Unchecked {
    mean: Vec<f32>,
    std: Vec<f32>,
}

impl Normalisation {
    /// Checks and takes over one mean and one standard deviation per channel.
    ///
    /// # Errors
    /// [`DataError::Count`] where there is no channel or the two lengths differ,
    /// [`DataError::Value`] where a number is not finite or a standard deviation not above 0.
    pub fn new(mean: Vec<f32>, std: Vec<f32>) -> Result<Self, DataError> {
        if mean.is_empty() || mean.len() != std.len() {
            return Err(DataError::Count {
                place: "normalisation: std".to_owned(),
                found: std.len() as u64,
                unit: "channels",
                expected: format!("as many as in mean ({}), at least 1", mean.len()),
            });
        }
        check_each("mean", &mean, "a finite number", |mean| mean.is_finite())?;
        check_each("std", &std, "a finite number above 0", |std| std.is_finite() && std > 0.0)?;
        Ok(Self { mean, std })
    }

    /// Computes mean and standard deviation (over the number of values, not one less) of each
    /// channel of `images`, which should be the training part.
    ///
    /// Sums are whole numbers and rounded once at the end, so no order of images changes the
    /// result. The standard deviation of a channel that is constant is 1: its normalised
    /// values are all 0.
    pub fn of(images: &Images) -> Self {
        let counts = histograms(images);
        let (mean, std) = counts.iter().map(mean_and_std).unzip();
        Self { mean, std }
    }

    /// Returns the mean of each channel.
    pub fn mean(&self) -> &[f32] {
        &self.mean
    }

    /// Returns the standard deviation of each channel, above 0.
    pub fn std(&self) -> &[f32] {
        &self.std
    }

    /// Checks that images of `shape` can be normalised.
    ///
    /// # Errors
    /// [`DataError::Count`] where the number of channels differs.
    pub fn check(&self, shape: ImageShape) -> Result<(), DataError> {
        if self.mean.len() == shape.channels {
            return Ok(());
        }
        Err(DataError::Count {
            place: "normalisation".to_owned(),
            found: self.mean.len() as u64,
            unit: "channels",
            expected: format!("{} as in images of {shape}", shape.channels),
        })
    }

    /// The normalised value of each byte, per channel.
    pub(crate) fn tables(&self) -> Vec<[f32; 256]> {
        let table = |(mean, std): (&f32, &f32)| std::array::from_fn(|value| (value as f32 / 255.0 - mean) / std);
        self.mean.iter().zip(&self.std).map(table).collect()
    }
}

impl TryFrom<Unchecked> for Normalisation {
    type Error = DataError;

    fn try_from(Unchecked { mean, std }: Unchecked) -> Result<Self, DataError> {
        Self::new(mean, std)
    }
}

fn check_each(field: &str, values: &[f32], expected: &str, valid: impl Fn(f32) -> bool) -> Result<(), DataError> {
    match values.iter().position(|&value| !valid(value)) {
        None => Ok(()),
        Some(channel) => Err(DataError::Value {
            field: format!("normalisation: {field} of channel {channel}"),
            found: values[channel].to_string(),
            expected: expected.to_owned(),
        }),
    }
}

/// How often each byte occurs in each channel.
fn histograms(images: &Images) -> Vec<[u64; 256]> {
    let ImageShape { channels, height, width } = images.shape();
    let mut counts = vec![[0; 256]; channels];
    for (index, plane) in images.all_pixels().chunks_exact(height * width).enumerate() {
        let counts = &mut counts[index % channels];
        for &value in plane {
            counts[usize::from(value)] += 1;
        }
    }
    counts
}

/// Mean and standard deviation, over 255, of bytes that occur `counts` times.
fn mean_and_std(counts: &[u64; 256]) -> (f32, f32) {
    let moment = |power| -> u128 { (0u128..).zip(counts).map(|(v, &count)| v.pow(power) * u128::from(count)).sum() };
    let [number, sum, squares] = [0, 1, 2].map(moment);
    // number² times the variance; 0 exactly where all values are equal.
    let spread = number * squares - sum * sum;
    let scale = number as f64 * 255.0;
    let std = if spread == 0 { 1.0 } else { (spread as f64).sqrt() / scale };
    ((sum as f64 / scale) as f32, std as f32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{message, names, toy};

    #[test]
    fn mean_and_std_agree_with_those_made_by_hand() {
        let pixels = vec![0, 255, 51, 51, 0, 255, 51, 51];
        let images = Images::new("toy", ImageShape::new(2, 1, 2), names(1), pixels, vec![0, 0]).unwrap();
        let normalisation = Normalisation::of(&images);
        assert_eq!(normalisation.mean(), [0.5, 0.2]);
        // The second channel is constant.
        assert_eq!(normalisation.std(), [0.5, 1.0]);
    }

    #[test]
    fn training_images_have_mean_0_and_standard_deviation_1() {
        let images = toy(&[30, 20]);
        let all: Vec<usize> = (0..images.len()).collect();
        let batch = images.batch(&all, &Normalisation::of(&images));
        for channel in 0..2 {
            let planes = batch.images.chunks_exact(16).skip(channel).step_by(2);
            let values: Vec<f64> = planes.flatten().map(|&value| f64::from(value)).collect();
            let mean = values.iter().sum::<f64>() / values.len() as f64;
            let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / values.len() as f64;
            // Values are of order 1 and rounded to 24 bits, as are mean and std.
            assert!(mean.abs() < 1e-6 && (variance - 1.0).abs() < 1e-6, "{mean} {variance}");
        }
    }

    #[test]
    fn numbers_that_cannot_normalise_are_refused() {
        let error = message(Normalisation::new(vec![0.5, 0.5], vec![1.0]));
        assert_eq!(error, "normalisation: std: found 1 channels, expected as many as in mean (2), at least 1");
        let error = message(Normalisation::new(vec![0.5, 0.5], vec![1.0, 0.0]));
        assert_eq!(error, "normalisation: std of channel 1: found 0, expected a finite number above 0");
        let error = message(Normalisation::new(vec![f32::NAN], vec![1.0]));
        assert_eq!(error, "normalisation: mean of channel 0: found NaN, expected a finite number");
    }

    #[test]
    fn another_number_of_channels_is_refused() {
        let error = message(Normalisation::of(&toy(&[2])).check(ImageShape::new(3, 8, 8)));
        assert_eq!(error, "normalisation: found 2 channels, expected 3 as in images of 3x8x8");
    }

    #[test]
    fn json_gives_back_the_same_bits_and_is_checked() {
        let normalisation = Normalisation::of(&toy(&[3, 4]));
        let text = serde_json::to_string(&normalisation).unwrap();
        assert_eq!(serde_json::from_str::<Normalisation>(&text).unwrap(), normalisation);
        let error = serde_json::from_str::<Normalisation>(r#"{"mean": [0.5], "std": [-1.0]}"#).unwrap_err();
        assert!(error.to_string().contains("std of channel 0: found -1"), "{error}");
    }
}
