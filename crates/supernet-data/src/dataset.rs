//! Images as a set of burn-dataset, and such sets as images.

use crate::{DataError, ImageShape, Images, LabelledImage};
use burn_dataset::{Dataset, DatasetError};

/// Images can be used wherever burn-dataset is expected. `get` panics beyond the end, as that trait
/// asks, and never fails otherwise.
impl Dataset<LabelledImage> for Images {
    fn get(&self, index: usize) -> Result<LabelledImage, DatasetError> {
        Ok(LabelledImage { shape: self.shape(), pixels: self.pixels(index).to_vec(), label: self.label(index) })
    }

    fn len(&self) -> usize {
        Images::len(self)
    }
}

impl Images {
    /// Reads a whole set of burn-dataset into memory. The first image decides on the shape.
    ///
    /// # Errors
    /// [`DataError::Dataset`] where the set fails at an item, [`DataError::Shape`] or
    /// [`DataError::Count`] where an image differs from the first or from its own shape, and those
    /// of [`Images::new`].
    pub fn from_dataset(
        name: impl Into<String>,
        classes: Vec<String>,
        dataset: &dyn Dataset<LabelledImage>,
    ) -> Result<Images, DataError> {
        Self::from_items(name, classes, dataset, Ok)
    }

    /// Reads a set with items of any type as [`Images::from_dataset`] does, each made an image by
    /// `labelled`.
    ///
    /// ```
    /// use burn_dataset::InMemDataset;
    /// use supernet_data::{ImageShape, Images, LabelledImage};
    ///
    /// // Items of two pixels between 0 and 1, and a name.
    /// let set = InMemDataset::new(vec![([0.0, 1.0], "up"), ([1.0, 0.2], "down")]);
    /// let classes = vec!["down".to_owned(), "up".to_owned()];
    /// let images = Images::from_items("slopes", classes.clone(), &set, |(values, name): ([f32; 2], &str)| {
    ///     let pixels = values.map(|value| (value * 255.0).round() as u8).to_vec();
    ///     let label = classes.iter().position(|class| class == name).unwrap_or(classes.len());
    ///     Ok(LabelledImage { shape: ImageShape::new(1, 1, 2), pixels, label })
    /// })?;
    /// assert_eq!((images.pixels(1), images.labels()), (&[255, 51][..], &[1, 0][..]));
    /// # Ok::<(), supernet_data::DataError>(())
    /// ```
    ///
    /// # Errors
    /// Those of [`Images::from_dataset`], and those of `labelled`.
    pub fn from_items<I>(
        name: impl Into<String>,
        classes: Vec<String>,
        dataset: &dyn Dataset<I>,
        labelled: impl Fn(I) -> Result<LabelledImage, DataError>,
    ) -> Result<Images, DataError> {
        let name = name.into();
        let mut shape = None;
        let (mut pixels, mut labels) = (Vec::new(), Vec::new());
        for index in 0..dataset.len() {
            let place = || name.clone();
            let item = dataset.get(index).map_err(|source| DataError::Dataset { place: place(), index, source })?;
            let image = labelled(item)?;
            check_item(&name, index, &image, *shape.get_or_insert(image.shape))?;
            pixels.extend_from_slice(&image.pixels);
            labels.push(image.label);
        }
        // A set without items has no shape; any will do, as `Images::new` refuses it.
        Images::new(name, shape.unwrap_or(ImageShape::new(1, 1, 1)), classes, pixels, labels)
    }
}

fn check_item(name: &str, index: usize, image: &LabelledImage, expected: ImageShape) -> Result<(), DataError> {
    let place = format!("{name}: image {index}");
    if image.shape != expected {
        let expected = format!("{expected} as in image 0");
        return Err(DataError::Shape { place, found: image.shape, expected });
    }
    if expected.bytes() != Some(image.pixels.len()) {
        let found = image.pixels.len() as u64;
        return Err(DataError::Count { place, found, unit: "bytes", expected: format!("an image of {expected}") });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{message, names, toy};
    use burn_dataset::InMemDataset;
    use std::io;

    fn image(shape: ImageShape, bytes: usize) -> LabelledImage {
        LabelledImage { shape, pixels: vec![7; bytes], label: 0 }
    }

    fn read(items: Vec<LabelledImage>) -> Result<Images, DataError> {
        Images::from_dataset("own", names(1), &InMemDataset::new(items))
    }

    #[test]
    fn images_go_through_burn_dataset_and_come_back_equal() {
        let images = toy(&[2, 3]);
        assert_eq!(Images::from_dataset("toy", names(2), &images).unwrap(), images);
        let items: Vec<LabelledImage> = Dataset::iter(&images).map(Result::unwrap).collect();
        assert_eq!(items.len(), 5);
        assert_eq!(Images::from_dataset("toy", names(2), &InMemDataset::new(items)).unwrap(), images);
    }

    #[test]
    fn an_image_of_another_size_is_refused_by_index() {
        let error = message(read(vec![image(ImageShape::new(1, 2, 2), 4), image(ImageShape::new(1, 2, 3), 6)]));
        assert_eq!(error, "own: image 1: found images of 1x2x3, expected 1x2x2 as in image 0");
    }

    #[test]
    fn an_image_that_contradicts_its_own_shape_is_refused() {
        let error = message(read(vec![image(ImageShape::new(1, 2, 2), 5)]));
        assert_eq!(error, "own: image 0: found 5 bytes, expected an image of 1x2x2");
    }

    #[test]
    fn a_set_without_items_is_refused() {
        assert_eq!(message(read(vec![])), "own: found 0 images, expected at least 1");
    }

    #[test]
    fn a_set_that_fails_is_named_with_the_item() {
        struct Broken;
        impl Dataset<LabelledImage> for Broken {
            fn get(&self, _: usize) -> Result<LabelledImage, DatasetError> {
                Err(DatasetError::new(io::Error::other("a torn page")))
            }
            fn len(&self) -> usize {
                1
            }
        }
        let error = message(Images::from_dataset("own", names(1), &Broken));
        assert_eq!(error, "own: item 0 cannot be read, found a torn page, expected a labelled image");
    }

    #[test]
    #[should_panic(expected = "out of range")]
    fn an_item_beyond_the_end_panics() {
        let _ = Dataset::get(&toy(&[1]), 1);
    }

    #[test]
    fn a_labelled_image_survives_json() {
        let item = Dataset::get(&toy(&[1, 1]), 1).unwrap();
        let text = serde_json::to_string(&item).unwrap();
        assert_eq!(serde_json::from_str::<LabelledImage>(&text).unwrap(), item);
    }
}
