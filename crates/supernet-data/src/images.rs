//! A checked set of labelled images.

use crate::{DataError, ImageShape, fingerprint::Fnv1a};
use std::collections::HashSet;

/// Labelled images of one size, in memory, one byte a value.
///
/// A value of this type is always whole: at least one image, at least one class, every image of the
/// same shape, every label a class. Whether each class has an image is asked apart, by
/// [`Images::check_classes`], since a subset may rightly lack one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Images {
    name: String,
    shape: ImageShape,
    classes: Vec<String>,
    /// `len() * stride` bytes.
    pixels: Vec<u8>,
    labels: Vec<usize>,
    /// Bytes of one image.
    stride: usize,
}

#[expect(clippy::len_without_is_empty, reason = "there is always at least one image")]
impl Images {
    /// Checks and takes over images.
    ///
    /// `pixels` holds the images one after another, each plane after plane and row after row
    /// (NCHW), values 0 to 255. `labels` holds the class of each image, an index into `classes`.
    ///
    /// # Errors
    /// [`DataError::Shape`] where a side is 0, [`DataError::Count`] where there is no image, no
    /// class, or `pixels` and `labels` disagree, [`DataError::EqualNames`] where two classes have
    /// one name, [`DataError::Label`] where a label is no class.
    pub fn new(
        name: impl Into<String>,
        shape: ImageShape,
        classes: Vec<String>,
        pixels: Vec<u8>,
        labels: Vec<usize>,
    ) -> Result<Self, DataError> {
        let name = name.into();
        let stride = stride(&name, shape)?;
        at_least_one(&name, "classes", classes.len())?;
        check_names(&name, &classes)?;
        at_least_one(&name, "images", labels.len())?;
        if labels.len().checked_mul(stride) != Some(pixels.len()) {
            return Err(DataError::Count {
                place: format!("{name}: pixels"),
                found: pixels.len() as u64,
                unit: "bytes",
                expected: format!("{} images of {shape}", labels.len()),
            });
        }
        check_labels(&name, &labels, classes.len())?;
        Ok(Self { name, shape, classes, pixels, labels, stride })
    }

    /// Returns what the images are called in reports.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the same images under another name.
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// Returns the number of images, at least 1.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Returns channels, height and width of every image.
    pub fn shape(&self) -> ImageShape {
        self.shape
    }

    /// Returns the names of the classes, by label.
    pub fn classes(&self) -> &[String] {
        &self.classes
    }

    /// Returns the label of each image.
    pub fn labels(&self) -> &[usize] {
        &self.labels
    }

    /// Returns the label of image `i`.
    ///
    /// # Panics
    /// Where `i` is not less than [`Images::len`].
    pub fn label(&self, i: usize) -> usize {
        self.labels[i]
    }

    /// Returns the values of image `i`, plane after plane, row after row (CHW).
    ///
    /// # Panics
    /// Where `i` is not less than [`Images::len`].
    pub fn pixels(&self, i: usize) -> &[u8] {
        &self.pixels[i * self.stride..][..self.stride]
    }

    /// Returns the values of all images (NCHW).
    pub fn all_pixels(&self) -> &[u8] {
        &self.pixels
    }

    /// Counts the images of each class.
    pub fn class_counts(&self) -> Vec<usize> {
        let mut counts = vec![0; self.classes.len()];
        for &label in &self.labels {
            counts[label] += 1;
        }
        counts
    }

    /// Checks that each class has at least one image.
    ///
    /// # Errors
    /// [`DataError::EmptyClass`] with the first class that has none.
    pub fn check_classes(&self) -> Result<(), DataError> {
        match self.class_counts().iter().position(|&count| count == 0) {
            None => Ok(()),
            Some(class) => {
                let (name, expected) = (self.classes[class].clone(), "at least 1".to_owned());
                Err(DataError::EmptyClass { place: self.name.clone(), class, name, expected })
            }
        }
    }

    /// Checks that the images are not all the same, as those are whose colours were lost.
    ///
    /// # Errors
    /// [`DataError::AllEqual`] where there are at least two and all have the same pixels.
    pub fn check_varied(&self) -> Result<(), DataError> {
        let count = self.len();
        if count < 2 || (1..count).any(|i| self.pixels(i) != self.pixels(0)) {
            return Ok(());
        }
        Err(DataError::AllEqual { place: self.name.clone(), count })
    }

    /// Checks that `other` can stand beside these images: same shape, same classes.
    ///
    /// # Errors
    /// [`DataError::Shape`] or [`DataError::Classes`], both naming `other`.
    pub fn check_alike(&self, other: &Images) -> Result<(), DataError> {
        if self.shape != other.shape {
            let expected = format!("{} as in {}", self.shape, self.name);
            return Err(DataError::Shape { place: other.name.clone(), found: other.shape, expected });
        }
        if self.classes != other.classes {
            return Err(DataError::Classes {
                place: other.name.clone(),
                found: other.classes.clone(),
                expected: self.classes.clone(),
            });
        }
        Ok(())
    }

    /// Returns the images at `indices`, in that order, under the same name. An index may occur more
    /// than once.
    ///
    /// # Errors
    /// [`DataError::Count`] where `indices` is empty, [`DataError::Index`] where one does not name
    /// an image.
    pub fn subset(&self, indices: &[usize]) -> Result<Images, DataError> {
        let len = self.len();
        if let Some(&found) = indices.iter().find(|&&i| i >= len) {
            return Err(DataError::Index { place: self.name.clone(), found, len });
        }
        let pixels = indices.iter().flat_map(|&i| self.pixels(i)).copied().collect();
        let labels = indices.iter().map(|&i| self.labels[i]).collect();
        Images::new(self.name.clone(), self.shape, self.classes.clone(), pixels, labels)
    }

    /// Returns these images and then those of `other`, under both names joined by `+`.
    ///
    /// # Errors
    /// Those of [`Images::check_alike`].
    pub fn concat(&self, other: &Images) -> Result<Images, DataError> {
        self.check_alike(other)?;
        let name = format!("{}+{}", self.name, other.name);
        let pixels = [self.all_pixels(), other.all_pixels()].concat();
        let labels = [self.labels(), other.labels()].concat();
        Images::new(name, self.shape, self.classes.clone(), pixels, labels)
    }

    /// Computes a number that two sets share only if shape, labels and pixels agree (but for
    /// collisions).
    ///
    /// FNV-1a, 64 bits, over channels, height, width and number of images, then the labels, each as
    /// eight bytes, little endian, then the pixels. Names are left out. The number is the same on
    /// every machine and in every version.
    pub fn fingerprint(&self) -> u64 {
        let ImageShape { channels, height, width } = self.shape;
        let mut hash = Fnv1a::new();
        for number in [channels, height, width, self.len()].iter().chain(&self.labels) {
            hash.write(&(*number as u64).to_le_bytes());
        }
        hash.write(&self.pixels);
        hash.finish()
    }
}

/// Bytes of one image of a shape that can be used.
fn stride(name: &str, shape: ImageShape) -> Result<usize, DataError> {
    match shape.bytes() {
        Some(bytes) if bytes > 0 => Ok(bytes),
        _ => Err(DataError::Shape {
            place: name.to_owned(),
            found: shape,
            expected: "sides of at least 1 whose product can be addressed".to_owned(),
        }),
    }
}

fn at_least_one(name: &str, unit: &'static str, found: usize) -> Result<(), DataError> {
    if found > 0 {
        return Ok(());
    }
    Err(DataError::Count { place: name.to_owned(), found: 0, unit, expected: "at least 1".to_owned() })
}

fn check_names(place: &str, classes: &[String]) -> Result<(), DataError> {
    let mut seen = HashSet::new();
    match classes.iter().find(|name| !seen.insert(name.as_str())) {
        None => Ok(()),
        Some(name) => {
            let [first, second] = [name.clone(), name.clone()];
            Err(DataError::EqualNames { place: place.to_owned(), first, second })
        }
    }
}

fn check_labels(name: &str, labels: &[usize], classes: usize) -> Result<(), DataError> {
    match labels.iter().position(|&label| label >= classes) {
        None => Ok(()),
        Some(index) => Err(DataError::Label { place: name.to_owned(), index, found: labels[index] as i64, classes }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{message, names, toy};

    fn two_by_two(pixels: Vec<u8>, labels: Vec<usize>) -> Result<Images, DataError> {
        Images::new("toy", ImageShape::new(1, 2, 2), names(2), pixels, labels)
    }

    #[test]
    fn pixels_and_labels_are_found_by_index() {
        let images = two_by_two((0..8).collect(), vec![1, 0]).unwrap();
        assert_eq!(images.pixels(1), [4, 5, 6, 7]);
        assert_eq!((images.label(0), images.label(1), images.len()), (1, 0, 2));
    }

    #[test]
    fn pixels_that_do_not_fit_the_labels_are_refused() {
        let error = message(two_by_two(vec![0; 9], vec![1, 0]));
        assert_eq!(error, "toy: pixels: found 9 bytes, expected 2 images of 1x2x2");
    }

    #[test]
    fn a_label_out_of_range_is_refused() {
        let error = message(two_by_two(vec![0; 8], vec![1, 2]));
        assert_eq!(error, "toy: image 1 has label 2, expected 0 to 1");
    }

    #[test]
    fn a_set_without_images_or_classes_is_refused() {
        assert_eq!(message(two_by_two(vec![], vec![])), "toy: found 0 images, expected at least 1");
        let error = message(Images::new("toy", ImageShape::new(1, 1, 1), vec![], vec![0], vec![0]));
        assert_eq!(error, "toy: found 0 classes, expected at least 1");
    }

    #[test]
    fn two_classes_of_one_name_are_refused() {
        let classes = ["a", "b", "a"].map(str::to_owned).to_vec();
        let error = message(Images::new("toy", ImageShape::new(1, 1, 1), classes, vec![0], vec![0]));
        let expected = "names that differ by more than spaces or how accents are encoded";
        assert_eq!(error, format!("toy: found classes `a` and `a`, expected {expected}"));
    }

    #[test]
    fn images_that_are_all_the_same_are_refused_when_asked() {
        let error = message(two_by_two(vec![7; 8], vec![0, 1]).unwrap().check_varied());
        let expected = "images that differ (transparent or black ones?)";
        assert_eq!(error, format!("toy: found 2 images with the same pixels, expected {expected}"));
        assert!(two_by_two(vec![7, 7, 7, 7, 7, 7, 7, 8], vec![0, 1]).unwrap().check_varied().is_ok());
        assert!(two_by_two(vec![7; 4], vec![0]).unwrap().check_varied().is_ok(), "one image");
    }

    #[test]
    fn a_shape_without_pixels_or_beyond_memory_is_refused() {
        for shape in [ImageShape::new(1, 0, 2), ImageShape::new(3, usize::MAX, 2)] {
            let error = message(Images::new("toy", shape, names(1), vec![], vec![0]));
            assert!(error.starts_with(&format!("toy: found images of {shape}, expected sides")), "{error}");
        }
    }

    #[test]
    fn an_empty_class_is_named() {
        let images = two_by_two(vec![0; 8], vec![0, 0]).unwrap();
        assert_eq!(images.class_counts(), [2, 0]);
        let error = message(images.check_classes());
        assert_eq!(error, "toy: class 1 (class 1) has 0 images, expected at least 1");
        assert!(toy(&[1, 1]).check_classes().is_ok());
    }

    #[test]
    fn a_subset_follows_its_indices() {
        let images = toy(&[2, 3]);
        let subset = images.subset(&[4, 0, 4]).unwrap();
        assert_eq!(subset.labels(), [1, 0, 1]);
        assert_eq!(subset.pixels(0), images.pixels(4));
        assert_eq!(subset.pixels(1), images.pixels(0));
    }

    #[test]
    fn a_subset_beyond_the_end_or_of_nothing_is_refused() {
        let images = toy(&[2, 3]);
        assert_eq!(message(images.subset(&[0, 5])), "toy: found index 5, expected less than 5");
        assert_eq!(message(images.subset(&[])), "toy: found 0 images, expected at least 1");
    }

    #[test]
    fn concat_puts_one_set_behind_the_other() {
        let images = toy(&[2, 3]);
        let (head, tail) = (images.subset(&[0, 1]).unwrap(), images.subset(&[2, 3, 4]).unwrap());
        assert_eq!(head.concat(&tail).unwrap().named("toy"), images);
    }

    #[test]
    fn concat_refuses_another_shape_and_other_classes() {
        let images = toy(&[2, 3]);
        let padded = images.pad(1).unwrap().named("wide");
        let error = message(images.concat(&padded));
        assert_eq!(error, "wide: found images of 2x6x6, expected 2x4x4 as in toy");
        let error = message(images.concat(&toy(&[1, 1, 1])));
        assert!(error.starts_with("toy: found classes [\"class 0\", \"class 1\", \"class 2\"]"), "{error}");
    }

    #[test]
    fn the_fingerprint_sees_shape_labels_and_pixels_but_no_name() {
        let base = two_by_two((0..8).collect(), vec![1, 0]).unwrap();
        assert_eq!(base.fingerprint(), base.clone().named("other").fingerprint());
        let flat = Images::new("toy", ImageShape::new(1, 1, 4), names(2), (0..8).collect(), vec![1, 0]).unwrap();
        let labels = two_by_two((0..8).collect(), vec![0, 1]).unwrap();
        let pixels = two_by_two((1..9).collect(), vec![1, 0]).unwrap();
        for other in [flat, labels, pixels] {
            assert_ne!(base.fingerprint(), other.fingerprint());
        }
    }
}
