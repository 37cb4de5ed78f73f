//! What the tests of this crate share.

use crate::{DataError, ImageShape, Images};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use std::fmt::Debug;

/// `class 0`, `class 1`, …
pub(crate) fn names(classes: usize) -> Vec<String> {
    (0..classes).map(|class| format!("class {class}")).collect()
}

/// 2x4x4 images, `counts[class]` of each class, class after class, every image different: its first
/// two bytes count it.
pub(crate) fn toy(counts: &[usize]) -> Images {
    let labels: Vec<usize> = counts.iter().enumerate().flat_map(|(class, &count)| vec![class; count]).collect();
    let image = |i: usize| {
        let rest = (2..32).map(move |k| ((i + 1) * (k + 3) * 37 % 251) as u8);
        [(i % 256) as u8, (i / 256) as u8].into_iter().chain(rest)
    };
    let pixels = (0..labels.len()).flat_map(image).collect();
    Images::new("toy", ImageShape::new(2, 4, 4), names(counts.len()), pixels, labels).unwrap()
}

/// A counter-based generator, as the caller of this crate would hand in.
pub(crate) fn rng(seed: u64) -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(seed)
}

/// The message of the error that `result` must be.
pub(crate) fn message<T: Debug>(result: Result<T, DataError>) -> String {
    result.unwrap_err().to_string()
}

/// JPEG files of 40 x 40 pixels.
pub(crate) mod jpeg {
    use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
    use std::sync::LazyLock;

    fn encoded(set: impl FnOnce(&mut Encoder<&mut Vec<u8>>)) -> Vec<u8> {
        let pixel = |i: usize| [i % 40 * 6, i / 40 * 6, i * 7919 % 256].map(|value| value as u8);
        let pixels: Vec<u8> = (0..40 * 40).flat_map(pixel).collect();
        let mut bytes = Vec::new();
        let mut encoder = Encoder::new(&mut bytes, 80);
        encoder.set_sampling_factor(SamplingFactor::F_2_2);
        set(&mut encoder);
        encoder.encode(&pixels, 40, 40, ColorType::Rgb).unwrap();
        bytes
    }

    /// Sequential, colours at half the resolution.
    pub(crate) fn baseline() -> &'static [u8] {
        static FILE: LazyLock<Vec<u8>> = LazyLock::new(|| encoded(|_| ()));
        &FILE
    }

    /// Sequential, a restart marker after every second MCU.
    pub(crate) fn restarts() -> &'static [u8] {
        static FILE: LazyLock<Vec<u8>> = LazyLock::new(|| encoded(|encoder| encoder.set_restart_interval(2)));
        &FILE
    }

    /// Sequential with Huffman tables of its own, colours at full resolution.
    pub(crate) fn optimised() -> &'static [u8] {
        static FILE: LazyLock<Vec<u8>> = LazyLock::new(|| {
            encoded(|encoder| {
                encoder.set_sampling_factor(SamplingFactor::F_1_1);
                encoder.set_optimized_huffman_tables(true);
            })
        });
        &FILE
    }

    /// Progressive as libjpeg writes it: spectral selection and successive approximation.
    pub(crate) fn progressive() -> &'static [u8] {
        include_bytes!("../data/tests/progressive.jpg")
    }

    /// Progressive by spectral selection alone.
    pub(crate) fn spectral() -> &'static [u8] {
        static FILE: LazyLock<Vec<u8>> = LazyLock::new(|| encoded(|encoder| encoder.set_progressive(true)));
        &FILE
    }

    /// The first `length` bytes and an end, as some programs mend a cut file.
    pub(crate) fn cut(file: &[u8], length: usize) -> Vec<u8> {
        [&file[..length], &[0xff, 0xd9]].concat()
    }
}

/// Folders of image files.
pub(crate) mod pictures {
    pub(crate) use image::{DynamicImage, ImageFormat, RgbImage};
    use std::{fs, io::Cursor};
    use tempfile::TempDir;

    /// A folder with these files, folders made as needed.
    pub(crate) fn folder(files: &[(impl AsRef<str>, Vec<u8>)]) -> TempDir {
        let dir = tempfile::tempdir().unwrap();
        for (name, bytes) in files {
            let path = dir.path().join(name.as_ref());
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
        dir
    }

    pub(crate) fn encoded(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        image.write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    /// Every pixel of its own: red counts columns, green rows, blue is `blue`.
    pub(crate) fn counted(width: u32, height: u32, blue: u8) -> DynamicImage {
        RgbImage::from_fn(width, height, |x, y| image::Rgb([x as u8, y as u8, blue])).into()
    }

    pub(crate) fn png(width: u32, height: u32, blue: u8) -> Vec<u8> {
        encoded(&counted(width, height, blue), ImageFormat::Png)
    }
}
