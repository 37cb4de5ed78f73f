//! Images written as a folder of PNG files.

use crate::{DataError, ImageShape, Images, LeftOut, image_folder::entries};
use image::{ExtendedColorType, ImageEncoder, codecs::png::PngEncoder};
use std::{
    fs,
    path::{Path, PathBuf},
};

impl Images {
    /// Writes the images as PNG files, `dir/CLASS/NUMBER.png`, numbered as they stand here: what
    /// [`image_folder`](crate::image_folder()) reads. In a class's name, anything but letters,
    /// digits, spaces, `-`, `_` and `.` inside it becomes `_`.
    ///
    /// Read back, the images have the same pixels, ordered by the names of their classes and then
    /// by number.
    ///
    /// # Errors
    /// [`DataError::Shape`] where the images have neither one channel nor three,
    /// [`DataError::Value`] where `dir` is not empty or two classes get the same folder,
    /// [`DataError::Write`] where a file cannot be written.
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
        if dir.is_dir() && !entries(dir, dir, &mut LeftOut::default())?.is_empty() {
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
        written.map_err(|source| DataError::Picture { path: self.name().into(), found: source.to_string() })?;
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
    use crate::{
        FolderOptions, image_folder,
        testing::{message, names, toy},
    };

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
            format!("{}: found a folder with something in it, expected a new or empty folder", dir.display())
        );

        let grey = Images::new("grey", ImageShape::new(1, 4, 4), names(2), (0..32).collect(), vec![0, 1]).unwrap();
        let dir = parent.path().join("grey");
        grey.write_folder(&dir).unwrap();
        let read = image_folder(&dir, &FolderOptions { grey: true, ..FolderOptions::default() }).unwrap();
        assert_eq!((read.shape(), read.all_pixels()), (grey.shape(), grey.all_pixels()));
    }

    #[test]
    fn what_no_png_file_or_no_folder_of_its_own_can_hold_is_not_written() {
        let dir = tempfile::tempdir().unwrap();
        let error = message(toy(&[1]).write_folder(dir.path().join("a")));
        assert_eq!(error, "toy: found images of 2x4x4, expected 1 channel or 3 to write PNG files");
        let write = |classes: [&str; 2]| {
            let classes = classes.map(str::to_owned).to_vec();
            let images = Images::new("toy", ImageShape::new(1, 1, 1), classes, vec![0, 0], vec![0, 1]).unwrap();
            message(images.write_folder(dir.path())).replace(&dir.path().display().to_string(), "DIR")
        };
        assert_eq!(write(["a/b", "a?b"]), "DIR/a_b: found class 1 (a?b), expected a name of its own");
        assert!(write(["a", ".."]).ends_with("found class 1 (..), expected a name of its own"));
    }
}
