//! A thousand malformed inputs for each reader of files: an error or images, no panic, no hang, and
//! no more memory than the size of a file justifies.

#[path = "damage/cases.rs"]
mod cases;

use cases::cases;
use image::{DynamicImage, ImageFormat, RgbImage};
use proptest::prelude::*;
use std::{
    fs,
    io::{Cursor, Write},
    path::Path,
};
use supernet::data::{Cifar100Labels, FolderOptions, cifar10, cifar100, idx, image_folder};
use supernet_tests::largest_piece::{Noting, largest_piece};

#[global_allocator]
static ALLOCATOR: Noting = Noting;

/// Some bytes are replaced, the end is cut off, other bytes follow.
#[derive(Clone, Debug)]
struct Damage {
    edits: Vec<(prop::sample::Index, u8)>,
    cut: prop::sample::Index,
    whole: bool,
    tail: Vec<u8>,
}

impl Damage {
    fn done_to(&self, bytes: &[u8]) -> Vec<u8> {
        let mut bytes = bytes.to_vec();
        for (at, value) in &self.edits {
            let at = at.index(bytes.len());
            bytes[at] = *value;
        }
        if !self.whole {
            bytes.truncate(self.cut.index(bytes.len()));
        }
        bytes.extend(&self.tail);
        bytes
    }
}

fn damage() -> impl Strategy<Value = Damage> {
    let edits = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6);
    let tail = prop::collection::vec(any::<u8>(), 0..40);
    (edits, any::<prop::sample::Index>(), any::<bool>(), tail).prop_map(|(edits, cut, whole, tail)| Damage {
        edits,
        cut,
        whole,
        tail,
    })
}

fn encoded(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).expect("an image in memory");
    bytes.into_inner()
}

/// The same image in the formats whose files bound their pixels, in colour and in grey.
fn pictures() -> Vec<(&'static str, Vec<u8>)> {
    let image: DynamicImage = RgbImage::from_fn(23, 17, |x, y| image::Rgb([(x * 11) as u8, (y * 13) as u8, 90])).into();
    vec![
        ("png", encoded(&image, ImageFormat::Png)),
        ("png", encoded(&DynamicImage::from(image.to_luma16()), ImageFormat::Png)),
        ("jpg", encoded(&image, ImageFormat::Jpeg)),
        ("jpg", encoded(&DynamicImage::from(image.to_luma8()), ImageFormat::Jpeg)),
        ("bmp", encoded(&image, ImageFormat::Bmp)),
    ]
}

/// The same in the formats of which a few bytes may hold any number of pixels.
fn unbounded_pictures() -> Vec<(&'static str, Vec<u8>)> {
    let image: DynamicImage = RgbImage::from_fn(23, 17, |x, y| image::Rgb([(x * 11) as u8, (y * 13) as u8, 90])).into();
    let clear = DynamicImage::from(image.to_rgba8());
    vec![
        ("webp", encoded(&image, ImageFormat::WebP)),
        ("webp", encoded(&clear, ImageFormat::WebP)),
        ("gif", encoded(&image, ImageFormat::Gif)),
        ("tif", encoded(&image, ImageFormat::Tiff)),
        ("tif", encoded(&DynamicImage::from(image.to_luma16()), ImageFormat::Tiff)),
    ]
}

/// A picture unlike those, of one size with them.
fn other() -> Vec<u8> {
    encoded(&RgbImage::new(23, 17).into(), ImageFormat::Png)
}

fn write(path: &Path, bytes: &[u8]) {
    fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    fs::write(path, bytes).expect("a file");
}

proptest! {
    #![proptest_config(cases(1_000))]

    #[test]
    fn image_folders(damage in damage(), which in 0..5usize, side in prop::option::of(1..40usize)) {
        let dir = tempfile::tempdir().expect("a folder");
        let (ending, whole) = &pictures()[which];
        let bytes = damage.done_to(whole);
        let path = dir.path().join(format!("class/1.{ending}"));
        write(&path, &bytes);
        write(&dir.path().join("a/1.png"), &other());
        let options = FolderOptions { side, ..FolderOptions::default() };
        let (result, largest) = largest_piece(|| image_folder(dir.path(), &options));
        // Sixteen bytes a pixel while it is scaled; what the decoders keep whatever the file.
        let most = 4 * (33_024 * bytes.len() + (1 << 16)) + (1 << 20);
        prop_assert!(largest <= most, "{largest} bytes for a file of {}", bytes.len());
        match result {
            Ok(images) => prop_assert!(side.is_none_or(|side| images.shape().height == side)),
            Err(error) => prop_assert!(error.to_string().contains(&path.display().to_string()), "{error}"),
        }
    }

    #[test]
    fn pictures_whose_pixels_no_file_bounds(damage in damage(), which in 0..5usize, side in prop::option::of(1..40usize)) {
        let dir = tempfile::tempdir().expect("a folder");
        let (ending, whole) = &unbounded_pictures()[which];
        let path = dir.path().join(format!("class/1.{ending}"));
        write(&path, &damage.done_to(whole));
        write(&dir.path().join("a/1.png"), &other());
        let options = FolderOptions { side, memory_mib: 1, ..FolderOptions::default() };
        let (result, largest) = largest_piece(|| image_folder(dir.path(), &options));
        // Four times the memory that is allowed while it is scaled, and what the decoders keep: for the
        // values of a tag of TIFF the decoder asks for what their number says, up to 256 MiB, and
        // touches as much as the file holds.
        let most = if *ending == "tif" { 256 << 20 } else { 6 << 20 };
        prop_assert!(largest <= most, "{largest} bytes for {ending}");
        match result {
            Ok(images) => prop_assert!(side.is_none_or(|side| images.shape().height == side)),
            Err(error) => prop_assert!(error.to_string().contains(&path.display().to_string()), "{error}"),
        }
    }

    #[test]
    fn sizes_that_no_file_can_hold(width in any::<u32>(), height in any::<u32>(), kind in 0..7u8, depth in 0..17u8) {
        let chunk = |kind: &[u8; 4], data: &[u8]| {
            let mut crc = flate2::Crc::new();
            crc.update(kind);
            crc.update(data);
            [&(data.len() as u32).to_be_bytes(), &kind[..], data, &crc.sum().to_be_bytes()].concat()
        };
        let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[depth, kind, 0, 0, 0]].concat();
        let parts = [b"\x89PNG\r\n\x1a\n".to_vec(), chunk(b"IHDR", &header), chunk(b"IDAT", &[0x78, 0x01, 3])];
        let dir = tempfile::tempdir().expect("a folder");
        write(&dir.path().join("class/1.png"), &parts.concat());
        write(&dir.path().join("a/1.png"), &other());
        let (result, largest) = largest_piece(|| image_folder(dir.path(), &FolderOptions::square(8)));
        prop_assert!(result.is_err());
        prop_assert!(largest < 4 << 20, "{largest} bytes for {width}x{height}");
    }

    #[test]
    fn cifar_folders(damage in damage(), hundred in any::<bool>(), coarse in any::<bool>(), names in any::<bool>()) {
        let dir = tempfile::tempdir().expect("a folder");
        let (files, record): (&[&str], usize) = if hundred { (&["train.bin", "test.bin", "fine_label_names.txt"], 3_074) } else { (&["data_batch_2.bin", "test_batch.bin", "batches.meta.txt"], 3_073) };
        let whole = vec![7; 2 * record];
        let bytes = damage.done_to(&whole);
        write(&dir.path().join(files[0]), &bytes);
        write(&dir.path().join(files[1]), &whole);
        if names {
            write(&dir.path().join(files[2]), &damage.tail);
        }
        let labels = if coarse { Cifar100Labels::Coarse } else { Cifar100Labels::Fine };
        let (result, largest) = largest_piece(|| if hundred { cifar100(dir.path(), labels).map(|set| set.train) } else { cifar10(dir.path()).map(|set| set.train) });
        prop_assert!(largest <= 2 * (2 * record + bytes.len()) + (1 << 12), "{largest} bytes");
        match result {
            Ok(images) => prop_assert_eq!(images.len() * record, bytes.len()),
            Err(error) => prop_assert!(error.to_string().starts_with(&dir.path().display().to_string()), "{error}"),
        }
    }

    #[test]
    fn idx_files(damage in damage(), packed in any::<bool>(), of_labels in any::<bool>()) {
        let encode = |magic: u32, dimensions: &[u32], values: &[u8]| {
            let numbers = [magic].into_iter().chain(dimensions.iter().copied());
            let plain: Vec<u8> = numbers.flat_map(u32::to_be_bytes).chain(values.iter().copied()).collect();
            if packed {
                    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
                    encoder.write_all(&plain).expect("memory");
                    encoder.finish().expect("memory")
                } else { plain }
        };
        let values: Vec<u8> = (0..60).collect();
        let mut files = [encode(0x0803, &[3, 4, 5], &values), encode(0x0801, &[3], &[0, 1, 1])];
        let broken = &mut files[usize::from(of_labels)];
        *broken = damage.done_to(broken);
        let size = broken.len();
        let dir = tempfile::tempdir().expect("a folder");
        let [images, labels] = ["images", "labels"].map(|name| dir.path().join(name));
        write(&images, &files[0]);
        write(&labels, &files[1]);
        let classes = vec!["a".to_owned(), "b".to_owned()];
        let (result, largest) = largest_piece(|| idx("set", classes, &images, &labels));
        // A gzip stream has a window of 32 KiB, and its decoder what it needs; it makes at most
        // 1,032 bytes of one.
        prop_assert!(largest <= 2 * 1_032 * (size + 200) + (1 << 17), "{largest} bytes for {size}");
        if let Ok(images) = result {
            prop_assert!(images.labels().iter().all(|&label| label < 2));
        }
    }
}
