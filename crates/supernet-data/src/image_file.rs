//! One image file: decoded within the memory that is allowed, laid on a ground, cut to a square,
//! scaled.

use crate::{DataError, FolderOptions, ImageShape, file, ground, jpeg};
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits, imageops::FilterType};
use std::{io::Cursor, path::Path};

/// Formats that are read.
const FORMATS: [ImageFormat; 6] =
    [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP, ImageFormat::Gif, ImageFormat::Tiff, ImageFormat::Bmp];

/// Endings of files in these formats, in small letters.
const ENDINGS: [&str; 13] =
    ["png", "jpg", "jpeg", "jpe", "jfif", "pjpeg", "pjp", "webp", "gif", "tif", "tiff", "bmp", "dib"];

/// Endings of pictures in formats that are not read.
const UNREAD: [&str; 23] = [
    "heic", "heif", "avif", "jxl", "jp2", "j2k", "jpx", "psd", "svg", "eps", "ico", "tga", "exr", "hdr", "dds", "qoi",
    "ppm", "pgm", "pbm", "pnm", "pam", "dcm", "xcf",
];

/// Endings of cameras' raw files: many begin like TIFF, and hold a small preview there.
const RAW: [&str; 12] = ["raw", "cr2", "cr3", "nef", "nrw", "arw", "dng", "raf", "orf", "rw2", "pef", "srw"];

/// Bytes of pixels that one byte of a file can hold: DEFLATE makes at most 1,032 bytes of one, and
/// in a PNG with a palette of two colours each bit of them is a pixel of four channels. GIF's codes
/// of 12 bits stay below that, JPEG below 1,032, BMP below 400. One colour of any size takes a few
/// bytes in WebP and TIFF, so these have the limit of the options alone.
const MOST_PER_BYTE: u64 = 1_032 * 8 * 4;

/// What decoders keep besides.
const SLACK: u64 = 1 << 16;

const MIB: u64 = 1 << 20;

/// Returns shape and planes of the image in the file at `path`.
pub(crate) fn read(path: &Path, options: &FolderOptions) -> Result<(ImageShape, Vec<u8>), DataError> {
    let bytes = file::read(path, "an image")?;
    let format = format(path, &bytes)?;
    whole(path, &bytes, format)?;
    let image = decode(path, &bytes, format, options)?;
    eight_bits(path, &image)?;
    let image = ground::lay(image, options.ground);
    let image = match options.side {
        Some(side) => square(image, side as u32),
        None => image,
    };
    let (height, width) = (image.height() as usize, image.width() as usize);
    let (channels, pixels) =
        if options.grey { (1, image.into_luma8().into_raw()) } else { (3, image.into_rgb8().into_raw()) };
    let shape = ImageShape::new(channels, height, width);
    Ok((shape, shape.planes(&pixels)))
}

/// Whether the file at `path` is meant to be a picture, in a format that is read or not: by its
/// ending, or by how it begins.
pub(crate) fn is_picture(path: &Path) -> bool {
    let ending = file::ending(path);
    let named = [&ENDINGS[..], &UNREAD, &RAW].iter().any(|endings| endings.contains(&ending.as_str()));
    named || file::start(path, 16).is_some_and(|start| begins_like_a_picture(&start))
}

fn begins_like_a_picture(start: &[u8]) -> bool {
    image::guess_format(start).is_ok_and(|format| FORMATS.contains(&format)) || unsupported(start).is_some()
}

/// The format of a file, by what is in it.
fn format(path: &Path, bytes: &[u8]) -> Result<ImageFormat, DataError> {
    let refuse = |found: String| DataError::Picture { path: path.to_owned(), found };
    if let Some(name) = unsupported(bytes) {
        return Err(refuse(format!("a picture in {name} format")));
    }
    if RAW.contains(&file::ending(path).as_str()) {
        return Err(refuse(format!("a camera's raw file (.{})", file::ending(path))));
    }
    match image::guess_format(bytes) {
        Ok(format) if FORMATS.contains(&format) => Ok(format),
        Ok(format) => Err(refuse(format!("a picture in {format:?} format"))),
        Err(_) if bytes.is_empty() => Err(refuse("an empty file".to_owned())),
        Err(_) if UNREAD.contains(&file::ending(path).as_str()) => {
            Err(refuse(format!("a picture in a format that is not read (.{})", file::ending(path))))
        }
        Err(_) => Err(refuse("something that is no picture".to_owned())),
    }
}

/// The name of a format that cameras and browsers write and that is not read.
fn unsupported(start: &[u8]) -> Option<&'static str> {
    let brand = start.get(4..12).unwrap_or_default();
    match brand {
        b"ftypavif" | b"ftypavis" => Some("AVIF"),
        b"ftypheic" | b"ftypheix" | b"ftyphevc" | b"ftypmif1" | b"ftypmsf1" => Some("HEIC"),
        b"ftypcrx " => Some("a camera's raw"),
        _ if start.starts_with(b"\0\0\0\x0cJXL \r\n\x87\n") || start.starts_with(b"\xff\x0a") => Some("JPEG XL"),
        _ if start.starts_with(b"\0\0\0\x0cjP  \r\n\x87\n") => Some("JPEG 2000"),
        _ if start.starts_with(b"8BPS") => Some("Photoshop"),
        _ if start.starts_with(b"v/1\x01") => Some("OpenEXR"),
        _ => None,
    }
}

/// Checks that the file ends where its picture does, where the decoder would not.
fn whole(path: &Path, bytes: &[u8], format: ImageFormat) -> Result<(), DataError> {
    let broken = |found: String| Err(DataError::Picture { path: path.to_owned(), found });
    match format {
        ImageFormat::Jpeg => jpeg::check_whole(bytes).or_else(broken),
        ImageFormat::WebP => {
            let size = bytes.get(4..8).and_then(|size| size.try_into().ok()).map_or(0, u32::from_le_bytes);
            let most = bytes.len().saturating_sub(8) as u64;
            if u64::from(size) <= most {
                return Ok(());
            }
            broken(format!("a file that ends within its picture, {most} of {size} bytes after the first 8"))
        }
        _ => Ok(()),
    }
}

/// The upright image in `bytes`, if its pixels take no more memory than they may.
fn decode(path: &Path, bytes: &[u8], format: ImageFormat, options: &FolderOptions) -> Result<DynamicImage, DataError> {
    let picture = |source: ImageError| DataError::Picture { path: path.to_owned(), found: source.to_string() };
    let allowed = (options.memory_mib as u64).saturating_mul(MIB);
    let file = bytes.len() as u64;
    let held = match format {
        ImageFormat::WebP | ImageFormat::Tiff => u64::MAX,
        _ => file.saturating_mul(MOST_PER_BYTE).saturating_add(SLACK),
    };
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(allowed.saturating_add(SLACK).min(held));
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(picture)?;
    let ((width, height), needed) = (decoder.dimensions(), decoder.total_bytes());
    if needed > held {
        let place = format!("{}: {width}x{height} pixels", path.display());
        let expected = format!("at most {held} of a file of {file} bytes");
        return Err(DataError::Count { place, found: needed, unit: "bytes", expected });
    }
    if needed > allowed {
        let (needed_mib, memory_mib) = (needed.div_ceil(MIB) as usize, options.memory_mib);
        return Err(DataError::PictureMemory { path: path.to_owned(), width, height, needed_mib, memory_mib });
    }
    let upright = decoder.orientation().map_err(picture)?;
    let mut image = DynamicImage::from_decoder(decoder).map_err(picture)?;
    image.apply_orientation(upright);
    Ok(image)
}

/// Checks that an image's values can become eight bits each: floating-point ones beyond 0 to 1
/// cannot.
fn eight_bits(path: &Path, image: &DynamicImage) -> Result<(), DataError> {
    let values: &[f32] = match image {
        DynamicImage::ImageRgb32F(image) => image.as_raw(),
        DynamicImage::ImageRgba32F(image) => image.as_raw(),
        _ => &[],
    };
    match values.iter().find(|value| !(0.0..=1.0).contains(*value)) {
        None => Ok(()),
        Some(value) => {
            let found = format!("floating-point values beyond 0 to 1 ({value})");
            Err(DataError::Picture { path: path.to_owned(), found })
        }
    }
}

/// The largest centred square, scaled to `side` × `side`.
fn square(image: DynamicImage, side: u32) -> DynamicImage {
    let (width, height) = (image.width(), image.height());
    let most = width.min(height);
    let image =
        if width == height { image } else { image.crop_imm((width - most) / 2, (height - most) / 2, most, most) };
    if most == side { image } else { image.resize_exact(side, side, FilterType::Triangle) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{jpeg, message, pictures::*};
    use image::{ColorType, Rgb32FImage, RgbaImage};
    use proptest::prelude::*;
    use std::fs;

    /// What a file called `name` with these bytes is read as.
    fn read_as(name: &str, bytes: &[u8], options: &FolderOptions) -> Result<(ImageShape, Vec<u8>), DataError> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(name);
        fs::write(&path, bytes).unwrap();
        read(&path, options)
    }

    fn read_png(image: &DynamicImage, options: &FolderOptions) -> Vec<u8> {
        read_as("1.png", &encoded(image, ImageFormat::Png), options).unwrap().1
    }

    fn refusal(name: &str, bytes: &[u8], options: &FolderOptions) -> String {
        let error = message(read_as(name, bytes, options));
        error[error.find(name).unwrap()..].to_owned()
    }

    /// The header of a PNG file of `width` × `height` pixels in red, green and blue, and the start
    /// of its pixels.
    fn header_only(width: u32, height: u32) -> Vec<u8> {
        let chunk = |kind: &[u8; 4], data: &[u8]| {
            let mut crc = flate2::Crc::new();
            crc.update(kind);
            crc.update(data);
            [&(data.len() as u32).to_be_bytes(), &kind[..], data, &crc.sum().to_be_bytes()].concat()
        };
        let size = [width.to_be_bytes(), height.to_be_bytes()].concat();
        let header = [&size[..], &[8, 2, 0, 0, 0]].concat();
        [b"\x89PNG\r\n\x1a\n".to_vec(), chunk(b"IHDR", &header), chunk(b"IDAT", &[0x78, 0x01])].concat()
    }

    /// A picture that compresses badly, in every format.
    fn files() -> Vec<(ImageFormat, Vec<u8>)> {
        let noise = RgbImage::from_fn(23, 19, |x, y| {
            let value = (x * 7919 + y * 104_729) % 65_521;
            image::Rgb([value as u8, (value >> 4) as u8, (value >> 8) as u8])
        });
        let encoded = |&format: &ImageFormat| (format, encoded(&noise.clone().into(), format));
        FORMATS.iter().map(encoded).collect()
    }

    #[test]
    fn a_side_cuts_the_centred_square_and_averages_what_it_shrinks() {
        // 7x4: columns 1 to 4 remain, as the larger half of the margin is on the right.
        let wide = counted(7, 4, 9);
        let read = |side| read_png(&wide, &FolderOptions::square(side));
        assert_eq!(&read(4)[..8], [1, 2, 3, 4, 1, 2, 3, 4]);
        // Half as large: three of the four columns count for each, with weights 3, 3 and 1 of 7.
        assert_eq!(read(2), [2, 3, 2, 3, 1, 1, 2, 2, 9, 9, 9, 9], "1.7 and 3.3, 0.7 and 2.3");
        // Twice as large: the values between stay between.
        let large = read(8);
        assert_eq!(large.len(), 3 * 8 * 8);
        assert!(large[..64].iter().all(|column| (1..=4).contains(column)));
        assert!(large[128..].iter().all(|&blue| blue == 9));
    }

    #[test]
    fn other_kinds_of_pixels_come_to_eight_bits_of_colour_or_of_luminance() {
        let colour = counted(4, 4, 200);
        let kinds = [
            colour.clone(),
            DynamicImage::from(colour.to_rgb16()),
            DynamicImage::from(colour.to_rgba8()),
            DynamicImage::from(colour.to_luma8()),
        ];
        let types = [ColorType::Rgb8, ColorType::Rgb16, ColorType::Rgba8, ColorType::L8];
        assert_eq!(kinds.each_ref().map(DynamicImage::color), types);
        let read = kinds.each_ref().map(|image| read_png(image, &FolderOptions::default()));
        assert!(read[0] == read[1] && read[1] == read[2]);
        let luminance = &read[3];
        assert!(luminance[..16] == luminance[16..32] && luminance[16..32] == luminance[32..]);
        let options = FolderOptions { grey: true, ..FolderOptions::default() };
        assert!(kinds.iter().all(|image| read_png(image, &options) == luminance[..16]));
    }

    #[test]
    fn transparent_pixels_are_laid_on_the_ground_before_they_are_averaged() {
        // A black symbol on black that is transparent.
        let image = RgbaImage::from_fn(2, 2, |x, _| image::Rgba([0, 0, 0, if x == 0 { 255 } else { 0 }]));
        let read = |ground| read_png(&image.clone().into(), &FolderOptions { ground, ..FolderOptions::default() });
        assert_eq!(read([255; 3])[..4], [0, 255, 0, 255]);
        assert_eq!(read([10, 20, 30]), [0, 10, 0, 10, 0, 20, 0, 20, 0, 30, 0, 30]);
        let half = read_png(&image.into(), &FolderOptions::square(1));
        assert_eq!(half, [128; 3]);
    }

    #[test]
    fn a_gif_gives_its_first_frame_on_the_ground() {
        use image::{Delay, Frame, codecs::gif::GifEncoder};
        let mut bytes = Vec::new();
        let frame = |red, opacity| {
            let image = RgbaImage::from_fn(3, 2, |x, _| image::Rgba([red, 0, 0, if x == 2 { opacity } else { 255 }]));
            Frame::from_parts(image, 0, 0, Delay::from_numer_denom_ms(100, 1))
        };
        GifEncoder::new(&mut bytes).encode_frames([frame(200, 0), frame(100, 255)]).unwrap();
        let (shape, planes) = read_as("1.gif", &bytes, &FolderOptions::default()).unwrap();
        assert_eq!((shape, &planes[..6]), (ImageShape::new(3, 2, 3), &[200, 200, 255, 200, 200, 255][..]));
    }

    #[test]
    fn a_photograph_is_turned_upright() {
        // Exif: one entry, orientation (0x0112) 6, "turn right by a quarter".
        let exif = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
        // Left half black, right half white, in blocks that JPEG keeps.
        let picture = RgbImage::from_fn(16, 16, |x, _| image::Rgb([if x < 8 { 0 } else { 255 }; 3]));
        let plain = encoded(&picture.into(), ImageFormat::Jpeg);
        let segment = [&[0xff, 0xe1][..], &(exif.len() as u16 + 2).to_be_bytes(), exif].concat();
        let turned = [&plain[..2], &segment, &plain[2..]].concat();
        let [plain, turned] = [plain, turned].map(|file| read_as("1.jpg", &file, &FolderOptions::default()).unwrap().1);
        let bright = |planes: &[u8], x: usize, y: usize| planes[y * 16 + x] > 127;
        assert!(!bright(&plain, 2, 8) && bright(&plain, 13, 8));
        // Turned right, what was on the left is above.
        assert!(!bright(&turned, 8, 2) && bright(&turned, 8, 13));
    }

    #[test]
    fn a_file_cut_anywhere_is_refused_by_name_or_has_all_its_pixels() {
        let cases = files().into_iter().chain([(ImageFormat::Jpeg, jpeg::progressive().to_vec())]);
        for (format, file) in cases {
            let whole = read_as("1", &file, &FolderOptions::default()).unwrap();
            for length in (0..file.len()).step_by(5) {
                match read_as("1.png", &file[..length], &FolderOptions::default()) {
                    Ok(cut) => assert!(cut == whole, "{format:?} cut after {length} of {} bytes", file.len()),
                    Err(error) => assert!(error.to_string().contains("1.png: found "), "{error}"),
                }
            }
        }
    }

    #[test]
    fn a_download_whose_tail_is_zeros_is_refused_or_has_all_its_pixels() {
        for (format, file) in files() {
            // A bitmap has no code in it that zeros could break.
            if format == ImageFormat::Bmp {
                continue;
            }
            let whole = read_as("1", &file, &FolderOptions::default()).unwrap();
            for length in [file.len() / 2, file.len() * 3 / 4, file.len() - 60] {
                let zeros = [&file[..length], &vec![0; file.len() - length]].concat();
                let read = read_as("1", &zeros, &FolderOptions::default());
                assert!(read.is_err() || read.unwrap() == whole, "{format:?} after {length}");
            }
        }
    }

    #[test]
    fn a_file_that_is_something_else_is_refused_by_what_it_is() {
        let expected = ", expected a whole picture in PNG, JPEG, WebP, GIF, TIFF or BMP format";
        let cases = [
            ("1.png", &b""[..], "an empty file"),
            ("1.jpg", b"<!DOCTYPE html>", "something that is no picture"),
            ("1.jpg", b"\0\0\0\x1cftypavif", "a picture in AVIF format"),
            ("1.ico", b"\0\0\x01\0", "a picture in Ico format"),
            ("1.tga", b"\0\0\x02", "a picture in a format that is not read (.tga)"),
            ("1.NEF", b"MM\0*and so on", "a camera's raw file (.nef)"),
        ];
        for (name, bytes, found) in cases {
            assert_eq!(refusal(name, bytes, &FolderOptions::default()), format!("{name}: found {found}{expected}"));
        }
    }

    #[test]
    fn floating_point_values_beyond_one_are_refused_and_others_read() {
        let tiff =
            |value| encoded(&Rgb32FImage::from_pixel(2, 2, image::Rgb([value, 0.0, 1.0])).into(), ImageFormat::Tiff);
        let planes = read_as("1.tif", &tiff(0.2), &FolderOptions::default()).unwrap().1;
        assert_eq!(planes, [51, 51, 51, 51, 0, 0, 0, 0, 255, 255, 255, 255]);
        let error = refusal("1.tif", &tiff(127.5), &FolderOptions::default());
        assert!(error.starts_with("1.tif: found floating-point values beyond 0 to 1 (127.5), expected"), "{error}");
    }

    #[test]
    fn pixels_beyond_what_a_file_can_hold_are_refused_before_memory_is_taken() {
        for (side, bytes) in [(60_000, 10_800_000_000u64), (8_000, 192_000_000)] {
            let file = header_only(side, side);
            let most = file.len() as u64 * 33_024 + 65_536;
            let error = refusal("1.png", &file, &FolderOptions::square(32));
            let place = format!("1.png: {side}x{side} pixels");
            let expected = format!("at most {most} of a file of {} bytes", file.len());
            assert_eq!(error, format!("{place}: found {bytes} bytes, expected {expected}"));
        }
    }

    #[test]
    fn pixels_beyond_the_memory_allowed_are_refused_with_the_option_that_allows_them() {
        let file = png(600, 600, 0);
        let options = FolderOptions { memory_mib: 1, ..FolderOptions::square(32) };
        let error = refusal("1.png", &file, &options);
        let found = "1.png: found a picture of 600x600 pixels that needs 2 MiB, expected at most 1";
        let option = "allow more (`memory_mib` of FolderOptions, `--picture-memory 2` of the command) or scale it down";
        assert_eq!(error, format!("{found}: {option}"));
        assert!(read_as("1.png", &file, &FolderOptions { memory_mib: 2, ..options }).is_ok());
    }

    #[test]
    fn a_picture_of_one_colour_is_read_however_small_its_file_is() {
        let white = DynamicImage::from(RgbImage::from_pixel(3_000, 2_000, image::Rgb([255; 3])));
        for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP, ImageFormat::Gif, ImageFormat::Tiff] {
            let file = encoded(&white, format);
            let (_, planes) = read_as("1", &file, &FolderOptions::square(2)).unwrap();
            assert_eq!(planes, [255; 12], "{format:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]

        #[test]
        fn malformed_bytes_never_panic(
            which in 0..6usize,
            edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        ) {
            let (_, mut bytes) = files().swap_remove(which);
            for (at, value) in edits {
                let at = at.index(bytes.len());
                bytes[at] = value;
            }
            let _ = read_as("1.png", &bytes, &FolderOptions { memory_mib: 16, ..FolderOptions::default() });
        }
    }
}
