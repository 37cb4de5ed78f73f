//! Sets that burn-dataset downloads: MNIST, CIFAR-10 and CIFAR-100. With the feature `download`,
//! which builds an HTTP client.
//!
//! A set is fetched when it is first asked for, to the folder `burn-dataset` of the user's cache,
//! and read from there later.

use crate::{CIFAR10_CLASSES, CIFAR100_CLASSES, DataError, ImageShape, Images, LabelledImage, TrainTest};
use burn_dataset::{
    Dataset,
    vision::{
        Annotation, CifarDataset, CifarType, ImageDatasetItem, ImageFolderDataset, MnistDataset, MnistItem, PixelData,
    },
};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Fetches MNIST (LeCun, Cortes, Burges): 1x28x28, ten digits.
///
/// # Errors
/// [`DataError::Download`] where the set cannot be fetched or what was fetched cannot be read.
pub fn mnist() -> Result<TrainTest, DataError> {
    fetch("MNIST", || {
        let digits: Vec<String> = (0..10).map(|digit| digit.to_string()).collect();
        let part = |name, set: MnistDataset| Images::from_items(name, digits.clone(), &set, of_mnist);
        let (train, test) = (MnistDataset::train(), MnistDataset::test());
        Ok(TrainTest { train: part("mnist/train", train)?, test: part("mnist/test", test)? })
    })
}

/// Fetches CIFAR-10 (Krizhevsky, 2009): 3x32x32, ten classes.
///
/// # Errors
/// As [`mnist`].
pub fn cifar10() -> Result<TrainTest, DataError> {
    fetch("CIFAR-10", || cifar("cifar10", CifarType::Cifar10, &CIFAR10_CLASSES))
}

/// Fetches CIFAR-100 (Krizhevsky, 2009): 3x32x32, a hundred classes.
///
/// # Errors
/// As [`mnist`].
pub fn cifar100() -> Result<TrainTest, DataError> {
    fetch("CIFAR-100", || cifar("cifar100", CifarType::Cifar100, &CIFAR100_CLASSES))
}

/// What `read` gives. burn-dataset panics where a download fails, and where a file is not what it
/// expects.
fn fetch(set: &'static str, read: impl FnOnce() -> Result<TrainTest, DataError>) -> Result<TrainTest, DataError> {
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        let said = text.or(panic.downcast_ref::<&str>().copied()).unwrap_or("a panic without a message").to_owned();
        Err(DataError::Download { set, said })
    })
}

/// The sets of images that are folders; their classes are numbered by the order of their names, as
/// `classes` are.
fn cifar(name: &str, of: CifarType, classes: &[&str]) -> Result<TrainTest, DataError> {
    let set = CifarDataset::new(of);
    let part = |part: &str, set: ImageFolderDataset| {
        let classes = classes.iter().copied().map(str::to_owned).collect();
        Images::from_items(format!("{name}/{part}"), classes, &set as &dyn Dataset<_>, of_folder)
    };
    Ok(TrainTest { train: part("train", set.train())?, test: part("test", set.test())? })
}

fn of_mnist(MnistItem { image, label }: MnistItem) -> Result<LabelledImage, DataError> {
    let pixels = image.as_flattened().iter().map(|&value| value as u8).collect();
    Ok(LabelledImage { shape: ImageShape::new(1, 28, 28), pixels, label: usize::from(label) })
}

/// Pixels of an image file come one after another with all their channels.
fn of_folder(item: ImageDatasetItem) -> Result<LabelledImage, DataError> {
    let refuse = |found: String, expected: &str| DataError::Value {
        field: item.image_path.clone(),
        found,
        expected: expected.to_owned(),
    };
    let PixelData::U8(pixels) = &item.image else {
        return Err(refuse("more than 8 bits a channel".to_owned(), "8 bits"));
    };
    let Annotation::Label(label) = item.annotation else {
        return Err(refuse(format!("{:?}", item.annotation), "one label"));
    };
    let channels = pixels.len() / (item.image_height * item.image_width).max(1);
    let shape = ImageShape::new(channels, item.image_height, item.image_width);
    Ok(LabelledImage { shape, pixels: shape.planes(pixels), label })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::message;

    #[test]
    fn items_become_planes_with_their_labels() {
        let mut image = [[0.0; 28]; 28];
        (image[0][1], image[27][27]) = (7.0, 255.0);
        let digit = of_mnist(MnistItem { image, label: 3 }).unwrap();
        assert_eq!((digit.label, digit.pixels[1], digit.pixels[783], digit.pixels.len()), (3, 7, 255, 784));
        let item = |image, annotation| ImageDatasetItem {
            image,
            image_width: 2,
            image_height: 1,
            annotation,
            image_path: "a/1.png".into(),
        };
        let colour = of_folder(item(PixelData::U8(vec![1, 2, 3, 4, 5, 6]), Annotation::Label(1))).unwrap();
        assert_eq!((colour.shape, colour.label), (ImageShape::new(3, 1, 2), 1));
        assert_eq!(colour.pixels, [1, 4, 2, 5, 3, 6]);
        let error = message(of_folder(item(PixelData::U16(vec![1, 2]), Annotation::Label(1))));
        assert_eq!(error, "a/1.png: found more than 8 bits a channel, expected 8 bits");
    }

    #[test]
    fn a_panic_of_a_download_is_an_error() {
        let error = message(fetch("a set", || panic!("no route to host")));
        assert_eq!(error, "a set: found no route to host, expected a download that ends, or its files in the cache");
    }
}
