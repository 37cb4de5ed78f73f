//! Image folders: a folder for each class, in it the image files of that class.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use image::{ExtendedColorType, ImageEncoder, codecs::png::PngEncoder};

use crate::{DataError, FolderOptions, ImageShape, Images, image_file};

/// Endings of the files that are read, in either case.
const ENDINGS: [&str; 4] = ["png", "jpg", "jpeg", "bmp"];

/// Reads a folder of class folders into memory: each folder in `dir` is a class, named as it is, and holds the image files of
/// that class (PNG, JPEG or BMP by their ending: `.png`, `.jpg`, `.jpeg`, `.bmp`). [`FolderOptions`] says what becomes of them.
///
/// Classes and files are taken in the order of their names, so a folder gives the same images on every machine. Links are
/// followed. Files with other endings, hidden ones (a dot first) and files beside the class folders are left alone. Images are
/// decoded one at a time.
///
/// # Errors
/// [`DataError::MissingFolder`], [`DataError::MissingFile`] and [`DataError::Io`] where something cannot be read,
/// [`DataError::Picture`] where a file is no whole image, [`DataError::Count`] where there is no class folder or an image would take more memory than its file justifies
/// or `options` allow, [`DataError::EmptyClass`] where a class has no image file, [`DataError::Shape`] where an image
/// differs in size from the first, [`DataError::Value`] where a class folder holds a folder or the side is out of range. All
/// but the last name the file.
pub fn image_folder(dir: impl AsRef<Path>, options: &FolderOptions) -> Result<Images, DataError> {
    let dir = dir.as_ref();
    options.check()?;
    let folders = class_folders(dir)?;
    let classes: Vec<String> = folders.iter().map(|path| last_name(path)).collect();
    let mut first: Option<(ImageShape, PathBuf)> = None;
    let (mut pixels, mut labels) = (Vec::new(), Vec::new());
    for (label, folder) in folders.iter().enumerate() {
        let files = image_files(folder)?;
        if files.is_empty() {
            let (place, name) = (dir.display().to_string(), classes[label].clone());
            return Err(DataError::EmptyClass { place, class: label, name });
        }
        for path in files {
            let (shape, planes) = image_file::read(&path, options)?;
            let (expected, other) = first.get_or_insert_with(|| (shape, path.clone()));
            if shape != *expected {
                let (place, expected) = (path.display().to_string(), format!("{expected} as in {}", other.display()));
                return Err(DataError::Shape { place, found: shape, expected });
            }
            pixels.extend(planes);
            labels.push(label);
        }
    }
    let shape = first.map_or(ImageShape::new(1, 1, 1), |(shape, _)| shape);
    Images::new(last_name(dir), shape, classes, pixels, labels)
}

/// The folders in `dir`, at least one, by name.
fn class_folders(dir: &Path) -> Result<Vec<PathBuf>, DataError> {
    if !dir.is_dir() {
        let expected = "a folder of class folders".to_owned();
        return Err(DataError::MissingFolder { path: dir.to_owned(), expected });
    }
    let mut folders = entries(dir)?;
    folders.retain(|path| path.is_dir());
    match folders.is_empty() {
        false => Ok(folders),
        true => Err(DataError::Count {
            place: dir.display().to_string(),
            found: 0,
            unit: "folders",
            expected: "one for each class, with its image files".to_owned(),
        }),
    }
}

/// The image files in a class folder, by name.
fn image_files(folder: &Path) -> Result<Vec<PathBuf>, DataError> {
    let mut files = entries(folder)?;
    if let Some(path) = files.iter().find(|path| path.is_dir()) {
        return Err(DataError::Value {
            field: path.display().to_string(),
            found: "a folder in a class folder".to_owned(),
            expected: "image files there".to_owned(),
        });
    }
    let is_image = |path: &PathBuf| {
        let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
        ending.is_some_and(|ending| ENDINGS.contains(&ending.as_str()))
    };
    files.retain(is_image);
    Ok(files)
}

/// What is in a folder and not hidden, by name.
fn entries(folder: &Path) -> Result<Vec<PathBuf>, DataError> {
    let io = |source: io::Error| DataError::Io { path: folder.to_owned(), source };
    let all = fs::read_dir(folder).map_err(io)?.map(|entry| entry.map(|entry| entry.path()));
    let mut paths = all.collect::<Result<Vec<PathBuf>, _>>().map_err(io)?;
    paths.retain(|path| !last_name(path).starts_with('.'));
    paths.sort();
    Ok(paths)
}

/// The last part of a path: a folder's or file's own name.
fn last_name(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}

impl Images {
    /// Writes the images as PNG files, `dir/CLASS/NUMBER.png`, numbered as they stand here: what [`image_folder`] reads. In a
    /// class's name, anything but letters, digits, spaces, `-`, `_` and `.` inside it becomes `_`.
    ///
    /// Read back, the images have the same pixels, ordered by the names of their classes and then by number.
    ///
    /// # Errors
    /// [`DataError::Shape`] where the images have neither one channel nor three, [`DataError::Value`] where `dir` is not empty
    /// or two classes get the same folder, [`DataError::Write`] where a file cannot be written.
    pub fn write_folder(&self, dir: impl AsRef<Path>) -> Result<(), DataError> {
        let (dir, colour) = (dir.as_ref(), self.colour()?);
        let folders = self.folders(dir)?;
        for folder in &folders {
            fs::create_dir_all(folder).map_err(|source| DataError::Write { path: folder.clone(), source })?;
        }
        let digits = (self.len() - 1).to_string().len();
        for i in 0..self.len() {
            let path = folders[self.label(i)].join(format!("{i:0digits$}.png"));
            fs::write(&path, self.png(i, colour)?).map_err(|source| DataError::Write { path, source })?;
        }
        Ok(())
    }

    /// A folder for each class, in a new or empty one.
    fn folders(&self, dir: &Path) -> Result<Vec<PathBuf>, DataError> {
        let refuse = |field: &Path, found: String, expected: &str| DataError::Value {
            field: field.display().to_string(),
            found,
            expected: expected.to_owned(),
        };
        if dir.is_dir() && !entries(dir)?.is_empty() {
            return Err(refuse(dir, "a folder with something in it".to_owned(), "a new or empty folder"));
        }
        let folders: Vec<PathBuf> = self.classes().iter().map(|class| dir.join(folder_name(class))).collect();
        for (i, folder) in folders.iter().enumerate() {
            if folders[..i].contains(folder) || folder == dir {
                return Err(refuse(folder, format!("class {i} ({})", self.classes()[i]), "a name of its own"));
            }
        }
        Ok(folders)
    }

    /// The kind of pixels that the images have.
    fn colour(&self) -> Result<ExtendedColorType, DataError> {
        match self.shape().channels {
            1 => Ok(ExtendedColorType::L8),
            3 => Ok(ExtendedColorType::Rgb8),
            _ => {
                let (place, expected) = (self.name().to_owned(), "1 channel or 3 to write PNG files".to_owned());
                Err(DataError::Shape { place, found: self.shape(), expected })
            }
        }
    }

    /// Image `i` as a PNG file.
    fn png(&self, i: usize, colour: ExtendedColorType) -> Result<Vec<u8>, DataError> {
        let ImageShape { channels, height, width } = self.shape();
        let (planes, plane) = (self.pixels(i), height * width);
        let pixels: Vec<u8> = (0..plane).flat_map(|p| (0..channels).map(move |c| planes[c * plane + p])).collect();
        let mut bytes = Vec::new();
        let written = PngEncoder::new(&mut bytes).write_image(&pixels, width as u32, height as u32, colour);
        written.map_err(|source| DataError::Picture { path: self.name().into(), source })?;
        Ok(bytes)
    }
}

/// A class's name as the name of a folder.
fn folder_name(class: &str) -> String {
    let part = |c: char| if c.is_alphanumeric() || " -_.".contains(c) { c } else { '_' };
    class.trim_matches(|c: char| c == '.' || c.is_whitespace()).chars().map(part).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{message, names, toy};
    use image::{ColorType, DynamicImage, ImageFormat, RgbImage};
    use tempfile::TempDir;

    /// A folder with these files, folders made as needed.
    fn folder(files: &[(&str, Vec<u8>)]) -> TempDir {
        let dir = tempfile::tempdir().unwrap();
        for (name, bytes) in files {
            let path = dir.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
        dir
    }

    fn refusal(files: &[(&str, Vec<u8>)], options: &FolderOptions) -> String {
        let dir = folder(files);
        message(image_folder(dir.path(), options)).replace(&dir.path().display().to_string(), "DIR")
    }

    fn encoded(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
        let mut bytes = io::Cursor::new(Vec::new());
        image.write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    /// Every pixel of its own: red counts columns, green rows, blue is `blue`.
    fn counted(width: u32, height: u32, blue: u8) -> DynamicImage {
        RgbImage::from_fn(width, height, |x, y| image::Rgb([x as u8, y as u8, blue])).into()
    }

    fn png(width: u32, height: u32, blue: u8) -> Vec<u8> {
        encoded(&counted(width, height, blue), ImageFormat::Png)
    }

    /// The header of a PNG file of `width` × `height` pixels in red, green and blue, and the start of its pixels.
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

    #[test]
    fn classes_and_files_are_taken_by_name_and_other_files_are_left_alone() {
        let dir = folder(&[
            ("dog/b.png", png(4, 4, 2)),
            ("dog/A.BMP", encoded(&counted(4, 4, 1), ImageFormat::Bmp)),
            ("cat/only.PNG", png(4, 4, 0)),
            ("cat/notes.txt", b"no image".to_vec()),
            ("cat/.hidden.png", b"no image".to_vec()),
            (".cache/x.png", b"no image".to_vec()),
            ("labels.csv", b"no image".to_vec()),
        ]);
        let images = image_folder(dir.path(), &FolderOptions::default()).unwrap();
        assert_eq!((images.classes(), images.labels()), (&["cat".to_owned(), "dog".to_owned()][..], &[0, 1, 1][..]));
        assert_eq!(images.shape(), ImageShape::new(3, 4, 4));
        // Planes: columns, rows, number.
        assert_eq!([0, 1, 2].map(|i| images.pixels(i)[32]), [0, 1, 2]);
        assert_eq!(
            (&images.pixels(2)[..4], &images.pixels(2)[16..24]),
            (&[0, 1, 2, 3][..], &[0, 0, 0, 0, 1, 1, 1, 1][..])
        );
        assert_eq!(images.name(), dir.path().file_name().unwrap().to_str().unwrap());
    }

    #[test]
    fn images_written_and_read_back_have_the_same_pixels() {
        let colour = toy(&[2, 3]);
        let pixels: Vec<u8> = (0..5 * 3 * 16).map(|i| (i * 7 % 256) as u8).collect();
        let shape = ImageShape::new(3, 4, 4);
        let classes = vec!["T-shirt/top".to_owned(), ". bag ".to_owned()];
        let colour = Images::new("toy", shape, classes, pixels, colour.labels().to_vec()).unwrap();
        let parent = tempfile::tempdir().unwrap();
        let dir = parent.path().join("new/toy");
        colour.write_folder(&dir).unwrap();
        let read = image_folder(&dir, &FolderOptions::default()).unwrap();
        assert_eq!(read.classes(), ["T-shirt_top", "bag"]);
        assert_eq!((read.all_pixels(), read.labels(), read.name()), (colour.all_pixels(), colour.labels(), "toy"));
        let error = message(colour.write_folder(&dir));
        assert_eq!(
            error,
            format!("{}: found a folder with something in it; expected a new or empty folder", dir.display())
        );

        let grey = Images::new("grey", ImageShape::new(1, 4, 4), names(1), (0..32).collect(), vec![0, 0]).unwrap();
        let dir = parent.path().join("grey");
        grey.write_folder(&dir).unwrap();
        let read = image_folder(&dir, &FolderOptions { grey: true, ..FolderOptions::default() }).unwrap();
        assert_eq!((read.shape(), read.all_pixels()), (grey.shape(), grey.all_pixels()));
    }

    #[test]
    fn what_no_png_file_or_no_folder_of_its_own_can_hold_is_not_written() {
        let dir = tempfile::tempdir().unwrap();
        let error = message(toy(&[1]).write_folder(dir.path().join("a")));
        assert_eq!(error, "toy: found images of 2x4x4; expected 1 channel or 3 to write PNG files");
        let write = |classes: [&str; 2]| {
            let classes = classes.map(str::to_owned).to_vec();
            let images = Images::new("toy", ImageShape::new(1, 1, 1), classes, vec![0, 0], vec![0, 1]).unwrap();
            message(images.write_folder(dir.path())).replace(&dir.path().display().to_string(), "DIR")
        };
        assert_eq!(write(["a/b", "a?b"]), "DIR/a_b: found class 1 (a?b); expected a name of its own");
        assert!(write(["a", ".."]).ends_with("found class 1 (..); expected a name of its own"));
    }

    #[test]
    fn a_side_cuts_the_centred_square_and_averages_what_it_shrinks() {
        // 7x4: columns 1 to 4 remain, as the larger half of the margin is on the right.
        let dir = folder(&[("a/wide.png", png(7, 4, 9))]);
        let read = |side| image_folder(dir.path(), &FolderOptions::square(side)).unwrap();
        let images = read(4);
        assert_eq!(images.shape(), ImageShape::new(3, 4, 4));
        assert_eq!(&images.pixels(0)[..8], [1, 2, 3, 4, 1, 2, 3, 4]);
        // Half as large: three of the four columns count for each, with weights 3, 3 and 1 of 7.
        assert_eq!(read(2).pixels(0), [2, 3, 2, 3, 1, 1, 2, 2, 9, 9, 9, 9], "1.7 and 3.3, 0.7 and 2.3");
        // Twice as large: the values between stay between.
        let large = read(8);
        assert_eq!(large.shape(), ImageShape::new(3, 8, 8));
        assert!(large.pixels(0)[..64].iter().all(|column| (1..=4).contains(column)));
        assert!(large.pixels(0)[128..].iter().all(|&blue| blue == 9));
    }

    #[test]
    fn images_of_several_sizes_come_to_one_by_a_side_and_are_refused_by_name_without() {
        let files = [("a/1.png", png(4, 4, 0)), ("a/2.png", png(5, 4, 0)), ("b/1.png", png(3, 9, 0))];
        let images = image_folder(folder(&files).path(), &FolderOptions::square(4)).unwrap();
        assert_eq!((images.len(), images.shape()), (3, ImageShape::new(3, 4, 4)));
        let error = refusal(&files, &FolderOptions::default());
        assert_eq!(error, "DIR/a/2.png: found images of 3x4x5; expected 3x4x4 as in DIR/a/1.png");
    }

    #[test]
    fn other_kinds_of_pixels_come_to_eight_bits_of_colour_or_of_luminance() {
        let colour = counted(4, 4, 200);
        let sixteen = DynamicImage::from(colour.to_rgb16());
        let transparent = DynamicImage::from(colour.to_rgba8());
        let grey = DynamicImage::from(colour.to_luma8());
        assert_eq!(
            (sixteen.color(), transparent.color(), grey.color()),
            (ColorType::Rgb16, ColorType::Rgba8, ColorType::L8)
        );
        let files = [("a/1.png", colour.clone()), ("a/2.png", sixteen), ("a/3.png", transparent), ("a/4.png", grey)]
            .map(|(name, image)| (name, encoded(&image, ImageFormat::Png)));
        let dir = folder(&files);
        let images = image_folder(dir.path(), &FolderOptions::default()).unwrap();
        assert!(images.pixels(0) == images.pixels(1) && images.pixels(1) == images.pixels(2));
        let luminance = images.pixels(3);
        assert!(luminance[..16] == luminance[16..32] && luminance[16..32] == luminance[32..]);
        let grey = image_folder(dir.path(), &FolderOptions { grey: true, ..FolderOptions::default() }).unwrap();
        assert!((0..4).all(|i| grey.pixels(i) == &luminance[..16]));
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
        let dir = folder(&[("a/1.jpg", plain), ("a/2.jpeg", turned)]);
        let images = image_folder(dir.path(), &FolderOptions::default()).unwrap();
        let bright = |image: usize, x: usize, y: usize| images.pixels(image)[y * 16 + x] > 127;
        assert!(!bright(0, 2, 8) && bright(0, 13, 8));
        // Turned right, what was on the left is above.
        assert!(!bright(1, 8, 2) && bright(1, 8, 13));
    }

    #[test]
    fn a_folder_without_class_folders_a_class_without_images_and_a_folder_in_one_are_refused() {
        let options = FolderOptions::default();
        let error = message(image_folder("/no/such/folder", &options));
        assert_eq!(error, "/no/such/folder: no such folder; expected a folder of class folders");
        let error = refusal(&[("1.png", png(4, 4, 0))], &options);
        assert_eq!(error, "DIR: found 0 folders; expected one for each class, with its image files");
        let error = refusal(&[("a/1.png", png(4, 4, 0)), ("b/1.webp", vec![0; 9])], &options);
        assert_eq!(error, "DIR: class 1 (b) has 0 images; expected at least 1");
        let error = refusal(&[("a/more/1.png", png(4, 4, 0))], &options);
        assert_eq!(error, "DIR/a/more: found a folder in a class folder; expected image files there");
        for side in [0, 16_385] {
            let error = refusal(&[], &FolderOptions::square(side));
            assert_eq!(error, format!("image folder: side: found {side}; expected 1 to 16384"));
        }
    }

    #[test]
    fn a_file_that_breaks_or_is_something_else_is_refused_by_name() {
        let whole =
            [png(9, 9, 0), encoded(&counted(9, 9, 0), ImageFormat::Jpeg), encoded(&counted(9, 9, 0), ImageFormat::Bmp)];
        for (file, ending) in whole.iter().zip(["png", "jpg", "bmp"]) {
            let name = format!("a/2.{ending}");
            for bytes in [&file[..file.len() * 2 / 3], &file[..10], &[], b"GIF89a and so on"] {
                let error = refusal(&[("a/1.png", png(9, 9, 0)), (&name, bytes.to_vec())], &FolderOptions::default());
                let expected = "; expected a whole image in PNG, JPEG or BMP format";
                assert!(error.starts_with(&format!("DIR/{name}: found ")) && error.ends_with(expected), "{error}");
            }
        }
    }

    #[test]
    fn pixels_beyond_what_a_file_can_hold_are_refused_before_memory_is_taken() {
        for (side, bytes) in [(60_000, 10_800_000_000u64), (8_000, 192_000_000)] {
            let file = header_only(side, side);
            let most = file.len() as u64 * 33_024 + 65_536;
            let error = refusal(&[("a/1.png", file.clone())], &FolderOptions::square(32));
            let place = format!("DIR/a/1.png: {side}x{side} pixels");
            let expected = format!("at most {most} of a file of {} bytes", file.len());
            assert_eq!(error, format!("{place}: found {bytes} bytes; expected {expected}"));
        }
    }

    #[test]
    fn pixels_beyond_the_memory_allowed_are_refused() {
        let file = png(600, 600, 0);
        let options = FolderOptions { memory_mib: 1, ..FolderOptions::square(32) };
        let error = refusal(&[("a/1.png", file.clone())], &options);
        assert!(error.contains("found 1080000 bytes; expected at most 1048576 of a file of"), "{error}");
        assert!(image_folder(folder(&[("a/1.png", file)]).path(), &FolderOptions::square(32)).is_ok());
    }
}
