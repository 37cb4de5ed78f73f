//! The embedded default: 10,000 images of Fashion-MNIST.

use crate::idx::{Named, from_bytes};
use crate::{DataError, Images};

/// The ten classes of Fashion-MNIST, by label.
pub const FASHION_MNIST_CLASSES: [&str; 10] =
    ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"];

const IMAGES: Named<'_> = Named {
    file: "fashion-mnist-10k/images-idx3-ubyte.gz",
    bytes: include_bytes!("../data/fashion-mnist-10k/images-idx3-ubyte.gz"),
};
const LABELS: Named<'_> = Named {
    file: "fashion-mnist-10k/labels-idx1-ubyte.gz",
    bytes: include_bytes!("../data/fashion-mnist-10k/labels-idx1-ubyte.gz"),
};

/// Reads the embedded default: 10,000 grey images of clothing, 1x28x28, 1,000 of each of ten
/// classes. Needs no file.
///
/// The first 1,000 images of each class of the official training file of Fashion-MNIST, in file
/// order. Copyright 2017 Zalando SE, MIT licence (`data/fashion-mnist-10k/LICENSE`). Source: Xiao,
/// Rasul and Vollgraf, "Fashion-MNIST: a Novel Image Dataset for Benchmarking Machine Learning
/// Algorithms", 2017.
///
/// # Errors
/// Those of [`idx`](crate::idx()), where the program's copy of the data is damaged.
pub fn fashion_mnist() -> Result<Images, DataError> {
    from_bytes("fashion-mnist-10k", FASHION_MNIST_CLASSES.map(str::to_owned).to_vec(), IMAGES, LABELS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ImageShape;

    #[test]
    fn a_thousand_images_of_each_class_are_embedded() {
        let images = fashion_mnist().unwrap();
        assert_eq!(images.shape(), ImageShape::new(1, 28, 28));
        assert_eq!(images.class_counts(), [1000; 10]);
        // The official training file begins with an ankle boot and a T-shirt.
        assert_eq!((images.label(0), images.label(1)), (9, 0));
    }
}
