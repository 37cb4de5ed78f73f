//! Images as a network takes them: normalised, augmented, in batches.

use crate::augmentation::Placement;
use crate::{Augmentation, Images, Normalisation};
use rand::Rng;

/// Images and labels as a network takes them.
#[derive(Clone, Debug, PartialEq)]
pub struct Batch {
    /// Normalised values, image after image, plane after plane, row after row (NCHW).
    pub images: Vec<f32>,
    /// Class of each image.
    pub labels: Vec<i64>,
    /// Number of images, channels, height, width.
    pub shape: [usize; 4],
}

impl Images {
    /// Returns the images at `indices`, in that order, normalised.
    ///
    /// # Panics
    /// Where an index is not less than [`Images::len`], or `normalisation` has another number of
    /// channels ([`Normalisation::check`] checks beforehand).
    pub fn batch(&self, indices: &[usize], normalisation: &Normalisation) -> Batch {
        self.place(indices, normalisation, || Placement::STILL)
    }

    /// Returns the images at `indices`, in that order, each augmented by its own draws from `rng`
    /// and normalised.
    ///
    /// Draws follow the order of `indices`, so the batch is a function of `indices` and the
    /// generator.
    ///
    /// # Panics
    /// As [`Images::batch`], and where the augmentation does not fit the images
    /// ([`Augmentation::check`] checks beforehand).
    pub fn augmented_batch(
        &self,
        indices: &[usize],
        normalisation: &Normalisation,
        augmentation: &Augmentation,
        rng: &mut impl Rng,
    ) -> Batch {
        augmentation.check(self.shape()).unwrap_or_else(|error| panic!("{error}"));
        self.place(indices, normalisation, || augmentation.draw(self.shape(), rng))
    }

    /// A batch of images, each placed as `placement` draws when its turn comes.
    fn place(
        &self,
        indices: &[usize],
        normalisation: &Normalisation,
        mut placement: impl FnMut() -> Placement,
    ) -> Batch {
        let shape = self.shape();
        normalisation.check(shape).unwrap_or_else(|error| panic!("{error}"));
        let tables = normalisation.tables();
        let plane = shape.height * shape.width;
        let mut images = Vec::with_capacity(indices.len() * shape.channels * plane);
        for &index in indices {
            let placement = placement();
            for (values, table) in self.pixels(index).chunks_exact(plane).zip(&tables) {
                placement.write(values, shape.width, table, &mut images);
            }
        }
        let labels = indices.iter().map(|&index| self.label(index) as i64).collect();
        Batch { images, labels, shape: [indices.len(), shape.channels, shape.height, shape.width] }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{rng, toy};
    use crate::{ImageShape, fashion_mnist};
    use std::time::{Duration, Instant};

    fn normalisation() -> Normalisation {
        Normalisation::new(vec![0.5, 0.25], vec![0.2, 0.5]).unwrap()
    }

    #[test]
    fn values_are_normalised_by_channel() {
        let images = toy(&[2, 3]);
        let batch = images.batch(&[4, 0], &normalisation());
        assert_eq!((batch.shape, &batch.labels[..]), ([2, 2, 4, 4], &[1, 0][..]));
        for (n, index) in [4, 0].into_iter().enumerate() {
            for (i, &value) in images.pixels(index).iter().enumerate() {
                let (mean, std) = if i < 16 { (0.5, 0.2) } else { (0.25, 0.5) };
                assert_eq!(batch.images[n * 32 + i], (f32::from(value) / 255.0 - mean) / std);
            }
        }
    }

    #[test]
    fn a_batch_without_augmentation_is_the_plain_batch() {
        let images = toy(&[2, 3]);
        let augmented = images.augmented_batch(&[3, 1], &normalisation(), &Augmentation::NONE, &mut rng(1));
        assert_eq!(augmented, images.batch(&[3, 1], &normalisation()));
    }

    #[test]
    fn an_augmented_batch_is_a_function_of_the_generator() {
        let images = toy(&[20, 20]);
        let all: Vec<usize> = (0..40).collect();
        let augmentation = Augmentation { pad: 2, flip: true, cutout: 0 };
        let batch = |seed| images.augmented_batch(&all, &normalisation(), &augmentation, &mut rng(seed));
        assert_eq!(batch(1), batch(1));
        assert_ne!(batch(1).images, batch(2).images);
        assert_eq!(batch(1).labels, images.batch(&all, &normalisation()).labels);
    }

    #[test]
    fn the_border_is_raw_black() {
        let images = toy(&[1]);
        let black = [-0.5 / 0.2, -0.25 / 0.5];
        let shifted = (0..50).map(|seed| {
            let augmentation = Augmentation { pad: 3, flip: false, cutout: 0 };
            images.augmented_batch(&[0], &normalisation(), &augmentation, &mut rng(seed)).images
        });
        // Some draw moves the image down by at least one row.
        let top_is_black = |image: &Vec<f32>| image[..4] == [black[0]; 4] && image[16..20] == [black[1]; 4];
        assert!(shifted.into_iter().any(|image| top_is_black(&image)));
    }

    #[test]
    fn what_is_cut_out_is_the_mean_of_every_channel() {
        let images = toy(&[1]);
        let augmentation = Augmentation { pad: 0, flip: false, cutout: 2 };
        let batch = images.augmented_batch(&[0], &normalisation(), &augmentation, &mut rng(2)).images;
        let whole = images.batch(&[0], &normalisation()).images;
        let cut: Vec<usize> = (0..32).filter(|&i| batch[i] != whole[i]).collect();
        assert!(cut.iter().all(|&i| batch[i] == 0.0) && (2..=8).contains(&cut.len()), "{cut:?}");
        let [first, second] = [0, 16].map(|plane| cut.iter().filter(move |&&i| i / 16 * 16 == plane).map(|i| i % 16));
        assert!(first.eq(second));
    }

    #[test]
    fn no_indices_make_an_empty_batch() {
        let batch = toy(&[1]).batch(&[], &normalisation());
        assert_eq!((batch.images.len(), batch.labels.len(), batch.shape), (0, 0, [0, 2, 4, 4]));
    }

    #[test]
    #[should_panic(expected = "normalisation: found 1 channels, expected 2 as in images of 2x4x4")]
    fn another_number_of_channels_panics() {
        toy(&[1]).batch(&[0], &Normalisation::new(vec![0.5], vec![0.5]).unwrap());
    }

    #[test]
    #[should_panic(expected = "augmentation: pad: found 4, expected less than both sides of images of 2x4x4")]
    fn a_border_as_wide_as_the_image_panics() {
        toy(&[1]).augmented_batch(&[0], &normalisation(), &Augmentation::STANDARD, &mut rng(1));
    }

    #[test]
    fn a_batch_takes_little_time() {
        let images = fashion_mnist().unwrap().pad(2).unwrap().average_2x2().unwrap();
        assert_eq!(images.shape(), ImageShape::new(1, 16, 16));
        let normalisation = Normalisation::of(&images);
        let indices: Vec<usize> = (0..128).collect();
        let mut rng = rng(1);
        let fastest = (0..20)
            .map(|_| {
                let start = Instant::now();
                images.augmented_batch(&indices, &normalisation, &Augmentation::STANDARD, &mut rng);
                start.elapsed()
            })
            .min();
        println!("128 images of 1x16x16: {fastest:?}");
        // Far above what it takes, so that a busy machine does not fail it.
        assert!(fastest < Some(Duration::from_millis(10)));
    }
}
