//! Image folders: a folder for each class, in it the image files of that class.

use crate::{
    DataError, FolderOptions, ImageShape, Images, LeftOut, Unusable, clutter::is_clutter, error::one_or_all,
    file::last_name, image_file, left_out::endings,
};
use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// A folder of class folders that was read, and what else it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageFolder {
    /// The images, class after class, by the names of their files.
    pub images: Images,
    /// What is not among them.
    pub left_out: LeftOut,
}

/// Reads a folder of class folders into memory: [`ImageFolder::read`] without what was left out.
///
/// # Errors
/// Those of [`ImageFolder::read`].
pub fn image_folder(dir: impl AsRef<Path>, options: &FolderOptions) -> Result<Images, DataError> {
    ImageFolder::read(dir, options).map(|folder| folder.images)
}

impl ImageFolder {
    /// Reads a folder of class folders into memory: each folder in `dir` is a class, named as it
    /// is, and holds the image files of that class: PNG, JPEG, WebP, GIF, TIFF or BMP, by their
    /// contents. [`FolderOptions`] says what becomes of them.
    ///
    /// Classes and files are taken in the order of their names, so a folder gives the same images
    /// on every machine. Links are followed. Images are decoded one at a time. Files that are no
    /// picture, files beside the class folders and what systems leave there are left out, and stand
    /// in [`ImageFolder::left_out`].
    ///
    /// # Errors
    /// - [`DataError::MissingFolder`] and [`DataError::Io`] where a folder cannot be read;
    /// - [`DataError::OneClass`] where there are fewer than two class folders,
    ///   [`DataError::EmptyClass`] where one has no image, [`DataError::EqualNames`] where the
    ///   names of two look the same, [`DataError::Value`] where one holds a folder or the side is
    ///   out of range;
    /// - [`DataError::Picture`] where a file is no whole image in one of these formats,
    ///   [`DataError::MissingFile`] and [`DataError::Io`] where it cannot be read,
    ///   [`DataError::Count`] where it claims more pixels than it can hold,
    ///   [`DataError::PictureMemory`] where they need more memory than `options` allow,
    ///   [`DataError::Shape`] where it differs in size from the first;
    /// - [`DataError::AllEqual`] where all images are the same.
    ///
    /// What is wrong with folders is in one error, and then what is wrong with files, all of them
    /// in a [`DataError::Several`].
    pub fn read(dir: impl AsRef<Path>, options: &FolderOptions) -> Result<Self, DataError> {
        let dir = dir.as_ref();
        options.check()?;
        let mut left_out = LeftOut::default();
        let folders = class_folders(dir, &mut left_out)?;
        let classes: Vec<String> = folders.iter().map(|path| last_name(path)).collect();
        let files = files_by_class(dir, &folders, &mut left_out)?;
        let mut reading = Reading::new(options);
        for (label, files) in files.iter().enumerate() {
            files.iter().for_each(|path| reading.read(path, label));
        }
        let (first, pixels, labels) = reading.finish(dir, &mut left_out)?;
        let shape = first.map_or(ImageShape::new(1, 1, 1), |(shape, _)| shape);
        let empty = |class: &usize| !labels.contains(class);
        let faults = (0..classes.len()).filter(empty).map(|class| empty_class(dir, class, &classes[class], &left_out));
        one_or_all(dir, files.iter().map(Vec::len).sum(), faults.collect())?;
        let images = Images::new(last_name(dir), shape, classes, pixels, labels)?;
        images.check_varied()?;
        Ok(Self { images, left_out })
    }
}

/// What was read of a folder so far.
struct Reading<'a> {
    options: &'a FolderOptions,
    first: Option<(ImageShape, PathBuf)>,
    pixels: Vec<u8>,
    labels: Vec<usize>,
    faults: Vec<(PathBuf, DataError)>,
}

/// The first image's shape and file, the pixels and the labels.
type Read = (Option<(ImageShape, PathBuf)>, Vec<u8>, Vec<usize>);

impl<'a> Reading<'a> {
    fn new(options: &'a FolderOptions) -> Self {
        Self { options, first: None, pixels: Vec::new(), labels: Vec::new(), faults: Vec::new() }
    }

    /// Adds the image in a file, or what is wrong with it.
    fn read(&mut self, path: &Path, label: usize) {
        match self.checked(path) {
            Ok(planes) => {
                self.pixels.extend(planes);
                self.labels.push(label);
            }
            Err(error) => self.faults.push((path.to_owned(), error)),
        }
    }

    fn checked(&mut self, path: &Path) -> Result<Vec<u8>, DataError> {
        let (shape, planes) = image_file::read(path, self.options)?;
        let (expected, other) = self.first.get_or_insert_with(|| (shape, path.to_owned()));
        if shape == *expected {
            return Ok(planes);
        }
        let expected = format!("{expected} as in {}, or a side to which all are scaled", other.display());
        Err(DataError::Shape { place: path.display().to_string(), found: shape, expected })
    }

    /// Returns what was read; what was not is an error, or left out where the options allow that.
    fn finish(self, dir: &Path, left_out: &mut LeftOut) -> Result<Read, DataError> {
        let of = self.labels.len() + self.faults.len();
        if self.options.leave_out {
            let unusable = |(path, error): (PathBuf, DataError)| {
                let (file, why) = (relative(dir, &path), error.to_string());
                Unusable { file, why: why.replace(&format!("{}{}", dir.display(), std::path::MAIN_SEPARATOR), "") }
            };
            left_out.unusable.extend(self.faults.into_iter().map(unusable));
        } else if !self.faults.is_empty() {
            let faults = self.faults.into_iter().map(|(_, error)| error).collect();
            return Err(DataError::Several { place: dir.display().to_string(), of, faults });
        }
        Ok((self.first, self.pixels, self.labels))
    }
}

/// The folders in `dir`, at least two, by name.
fn class_folders(dir: &Path, left_out: &mut LeftOut) -> Result<Vec<PathBuf>, DataError> {
    if !dir.is_dir() {
        let expected = "a folder of class folders".to_owned();
        return Err(DataError::MissingFolder { path: dir.to_owned(), expected });
    }
    let (folders, files): (Vec<_>, Vec<_>) = entries(dir, dir, left_out)?.into_iter().partition(|path| path.is_dir());
    let pictures = files.iter().filter(|path| image_file::is_picture(path)).count();
    left_out.others.extend(files.iter().map(|path| relative(dir, path)));
    let names: Vec<String> = folders.iter().map(|path| last_name(path)).collect();
    if let Some([first, second]) = alike(&names) {
        return Err(DataError::EqualNames { place: dir.display().to_string(), first, second });
    }
    match &folders[..] {
        [] | [_] => Err(DataError::OneClass {
            place: dir.display().to_string(),
            found: names,
            pictures,
            deeper: folders.iter().any(|folder| holds_folders(folder)),
        }),
        [first, ..] if folders.iter().all(|folder| holds_folders(folder) && !holds_pictures(folder)) => {
            Err(DataError::Value {
                field: dir.display().to_string(),
                found: format!("folders of folders ({})", names.join(", ")),
                expected: format!(
                    "class folders with image files, as those in `{}` may be: name that folder; a search draws its own parts for training, validation \
                     and test",
                    first.display()
                ),
            })
        }
        _ => Ok(folders),
    }
}

/// Whether a folder holds folders of its own.
fn holds_folders(folder: &Path) -> bool {
    entries(folder, folder, &mut LeftOut::default()).is_ok_and(|entries| entries.iter().any(|path| path.is_dir()))
}

/// Whether image files lie in a folder directly.
fn holds_pictures(folder: &Path) -> bool {
    let is_picture = |path: &PathBuf| path.is_file() && image_file::is_picture(path);
    entries(folder, folder, &mut LeftOut::default()).is_ok_and(|entries| entries.iter().any(is_picture))
}

/// Two names that look the same: equal but for spaces at their ends and for how accents are
/// encoded.
fn alike(names: &[String]) -> Option<[String; 2]> {
    use unicode_normalization::UnicodeNormalization;
    let seen: Vec<String> = names.iter().map(|name| name.trim().nfc().collect()).collect();
    let second = (0..names.len()).find(|&i| seen[..i].contains(&seen[i]))?;
    let first = seen.iter().position(|name| *name == seen[second])?;
    Some([names[first].clone(), names[second].clone()])
}

/// The image files of each class folder, at least one, by name.
fn files_by_class(dir: &Path, folders: &[PathBuf], left_out: &mut LeftOut) -> Result<Vec<Vec<PathBuf>>, DataError> {
    let (mut classes, mut faults, mut looked_at) = (Vec::new(), Vec::new(), folders.len());
    for (class, folder) in folders.iter().enumerate() {
        let entries = match entries(dir, folder, left_out) {
            Ok(entries) => entries,
            Err(error) => {
                faults.push(error);
                continue;
            }
        };
        let (inner, files): (Vec<_>, Vec<_>) = entries.into_iter().partition(|path| path.is_dir());
        let (pictures, others): (Vec<_>, Vec<_>) = files.into_iter().partition(|path| image_file::is_picture(path));
        left_out.others.extend(others.iter().map(|path| relative(dir, path)));
        if inner.is_empty() && pictures.is_empty() {
            faults.push(empty_class(dir, class, &last_name(folder), left_out));
        }
        looked_at += inner.len();
        faults.extend(inner.iter().map(|path| DataError::Value {
            field: path.display().to_string(),
            found: "a folder in a class folder".to_owned(),
            expected:
                "image files there, or the folder of the class folders if it is one folder further down".to_owned(),
        }));
        classes.push(pictures);
    }
    one_or_all(dir, looked_at, faults)?;
    Ok(classes)
}

/// The error of a class without an image, with what its folder holds instead.
fn empty_class(dir: &Path, class: usize, name: &str, left_out: &LeftOut) -> DataError {
    let inside = |file: &&String| Path::new(file).parent().is_some_and(|parent| last_name(parent) == name);
    let others: Vec<String> = left_out.others.iter().filter(inside).cloned().collect();
    let expected = if others.is_empty() {
        "at least 1".to_owned()
    } else {
        format!("at least 1 among what is there ({})", endings(&others))
    };
    DataError::EmptyClass { place: dir.display().to_string(), class, name: name.to_owned(), expected }
}

/// What is in a folder, by name, without what systems leave there.
pub(crate) fn entries(dir: &Path, folder: &Path, left_out: &mut LeftOut) -> Result<Vec<PathBuf>, DataError> {
    let io = |source: io::Error| DataError::Io { path: folder.to_owned(), source };
    let all = fs::read_dir(folder).map_err(io)?.map(|entry| entry.map(|entry| entry.path()));
    let mut paths = all.collect::<Result<Vec<PathBuf>, _>>().map_err(io)?;
    paths.sort();
    let (clutter, paths): (Vec<_>, Vec<_>) = paths.into_iter().partition(|path| is_clutter(path));
    left_out.clutter.extend(clutter.iter().map(|path| relative(dir, path)));
    Ok(paths)
}

/// A path below `dir`, as text.
fn relative(dir: &Path, path: &Path) -> String {
    path.strip_prefix(dir).unwrap_or(path).display().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{jpeg, message, pictures::*};

    /// Folders `a` and `b` with these files beside a picture each of 4 × 4.
    fn with(files: &[(&str, Vec<u8>)]) -> Vec<(String, Vec<u8>)> {
        let own = [("a/0.png", png(4, 4, 0)), ("b/0.png", png(4, 4, 1))];
        own.iter().chain(files).map(|(name, bytes)| (name.to_string(), bytes.clone())).collect()
    }

    fn refusal(files: &[(impl AsRef<str>, Vec<u8>)], options: &FolderOptions) -> String {
        let dir = folder(files);
        message(image_folder(dir.path(), options)).replace(&dir.path().display().to_string(), "DIR")
    }

    #[test]
    fn classes_and_files_are_taken_by_name_and_what_is_left_out_is_returned() {
        let dir = folder(&[
            ("dog/b.png", png(4, 4, 2)),
            ("dog/A.BMP", encoded(&counted(4, 4, 1), ImageFormat::Bmp)),
            ("cat/only.PNG", png(4, 4, 0)),
            ("cat/notes.txt", b"no image".to_vec()),
            ("cat/.hidden.png", b"no image".to_vec()),
            ("dog/@eaDir/b.png/THUMB.jpg", b"no image".to_vec()),
            (".cache/x.png", b"no image".to_vec()),
            ("lost+found/x", b"no image".to_vec()),
            ("labels.csv", b"no image".to_vec()),
        ]);
        let ImageFolder { images, left_out } = ImageFolder::read(dir.path(), &FolderOptions::default()).unwrap();
        assert_eq!((images.classes(), images.labels()), (&["cat".to_owned(), "dog".to_owned()][..], &[0, 1, 1][..]));
        assert_eq!(images.shape(), ImageShape::new(3, 4, 4));
        // Planes: columns, rows, number.
        assert_eq!([0, 1, 2].map(|i| images.pixels(i)[32]), [0, 1, 2]);
        assert_eq!(
            (&images.pixels(2)[..4], &images.pixels(2)[16..24]),
            (&[0, 1, 2, 3][..], &[0, 0, 0, 0, 1, 1, 1, 1][..])
        );
        assert_eq!(images.name(), dir.path().file_name().unwrap().to_str().unwrap());
        assert!(left_out.unusable.is_empty());
        assert_eq!(left_out.others, ["labels.csv", "cat/notes.txt"]);
        assert_eq!(left_out.clutter, [".cache", "lost+found", "cat/.hidden.png", "dog/@eaDir"]);
    }

    #[test]
    fn pictures_are_known_by_their_contents_whatever_their_names_are() {
        let files = with(&[
            ("a/1.webp", encoded(&counted(4, 4, 10), ImageFormat::WebP)),
            ("a/2.gif", encoded(&counted(4, 4, 20), ImageFormat::Gif)),
            ("a/3.TIFF", encoded(&counted(4, 4, 30), ImageFormat::Tiff)),
            ("a/4.jpg", png(4, 4, 40)),
            ("a/5.JPG_large", png(4, 4, 50)),
            ("a/6", png(4, 4, 60)),
        ]);
        let ImageFolder { images, left_out } =
            ImageFolder::read(folder(&files).path(), &FolderOptions::default()).unwrap();
        let blue: Vec<u8> = (0..images.len()).map(|i| images.pixels(i)[32]).collect();
        assert_eq!(blue, [0, 10, 20, 30, 40, 50, 60, 1]);
        assert!(left_out.is_empty());
    }

    #[test]
    fn images_of_several_sizes_come_to_one_by_a_side_and_are_refused_by_name_without() {
        let files = [("a/1.png", png(4, 4, 0)), ("a/2.png", png(5, 4, 0)), ("b/1.png", png(4, 4, 9))];
        let images = image_folder(folder(&files).path(), &FolderOptions::square(4)).unwrap();
        assert_eq!((images.len(), images.shape()), (3, ImageShape::new(3, 4, 4)));
        let error = refusal(&files, &FolderOptions::default());
        let expected = "3x4x4 as in DIR/a/1.png, or a side to which all are scaled";
        let lines = [
            "DIR: found 1 of 3 that cannot be used, expected none:".to_owned(),
            format!("  DIR/a/2.png: found images of 3x4x5, expected {expected}"),
            "mend or move the file, or leave it out (`leave_out` of FolderOptions, `--leave-out` of the command)"
                .to_owned(),
        ];
        assert_eq!(error, lines.join("\n"));
    }

    #[test]
    fn a_folder_without_two_class_folders_is_refused() {
        let options = FolderOptions::default();
        let error = message(image_folder("/no/such/folder", &options));
        assert_eq!(error, "/no/such/folder: no such folder, expected a folder of class folders");
        let expected = "expected at least 2, each with its image files";
        let error = refusal(&[("1.png", png(4, 4, 0)), ("notes.txt", vec![])], &options);
        let direct = "(1 picture files lie in it directly: one folder too low?)";
        assert_eq!(error, format!("DIR: found 0 class folders, {expected} {direct}"));
        let error = refusal(&[("a/1.png", png(4, 4, 0)), (".b/2.png", png(4, 4, 1))], &options);
        assert_eq!(error, format!("DIR: found 1 class folder (a), {expected} (one folder too high, or too low?)"));
        let error = refusal(&[("all/a/1.png", png(4, 4, 0)), ("all/b/2.png", png(4, 4, 1))], &options);
        let deeper = "(the folders in `all` look like classes: name that folder)";
        assert_eq!(error, format!("DIR: found 1 class folder (all), {expected} {deeper}"));
        for side in [0, 16_385] {
            let error = refusal(&with(&[]), &FolderOptions::square(side));
            assert_eq!(error, format!("image folder: side: found {side}, expected 1 to 16384"));
        }
    }

    #[test]
    fn classes_without_images_and_folders_in_them_are_named_in_one_go() {
        let files = with(&[("c/table.csv", vec![]), ("d/more/1.png", png(4, 4, 0))]);
        let lines = [
            "DIR: found 2 of 5 that cannot be used, expected none:",
            "  DIR: class 2 (c) has 0 images, expected at least 1 among what is there (1 .csv)",
            "  DIR/d/more: found a folder in a class folder, expected image files there, or the folder of the class folders if \
             it is one folder further down",
        ];
        assert_eq!(refusal(&files, &FolderOptions::default()), lines.join("\n"));
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_and_have_the_class_of_their_own_folder() {
        use std::os::unix::fs::symlink;
        let files = [("real/one/1.png", png(4, 4, 0)), ("real/two/2.png", png(4, 4, 1))];
        let dir = folder(&files);
        let at = |name: &str| dir.path().join(name);
        ["pictures/a", "pictures/b", "folders"].iter().for_each(|name| fs::create_dir_all(at(name)).unwrap());
        symlink("../../real/two/2.png", at("pictures/a/2.png")).unwrap();
        symlink("../../real/one/1.png", at("pictures/b/1.png")).unwrap();
        symlink("../real/two", at("folders/a")).unwrap();
        symlink("../real/one", at("folders/b")).unwrap();
        for linked in ["pictures", "folders"] {
            let images = image_folder(at(linked), &FolderOptions::default()).unwrap();
            assert_eq!((images.classes(), images.labels()), (&["a".to_owned(), "b".to_owned()][..], &[0, 1][..]));
            assert_eq!([0, 1].map(|i| images.pixels(i)[32]), [1, 0], "{linked}");
        }
    }

    #[test]
    fn folders_of_parts_that_hold_class_folders_are_refused_with_the_one_to_name() {
        let files = ["train/a/1.png", "train/b/2.png", "val/a/3.png", "val/b/4.png"];
        let files: Vec<_> = files.iter().map(|name| (name.to_string(), png(4, 4, 0))).collect();
        let expected = "DIR: found folders of folders (train, val), expected class folders with image files, as those in `DIR/train` may be: \
                        name that folder; a search draws its own parts for training, validation and test";
        assert_eq!(refusal(&files, &FolderOptions::default()), expected);
    }

    #[test]
    fn all_files_that_cannot_be_used_are_named_in_one_go_or_left_out_and_returned() {
        let jpeg = jpeg::baseline();
        let files = with(&[
            ("a/1.jpg", jpeg[..jpeg.len() / 2].to_vec()),
            ("a/2.heic", b"\0\0\0\x18ftypheic and so on".to_vec()),
            ("b/3.png", b"<html>not found</html>".to_vec()),
            ("b/4.svg", b"<svg/>".to_vec()),
        ]);
        let error = refusal(&files, &FolderOptions::default());
        let expected = ", expected a whole picture in PNG, JPEG, WebP, GIF, TIFF or BMP format";
        let half = format!("a file that ends within its picture, after {} bytes", jpeg.len() / 2);
        let lines = [
            "DIR: found 4 of 6 that cannot be used, expected none:".to_owned(),
            format!("  DIR/a/1.jpg: found {half}{expected}"),
            format!("  DIR/a/2.heic: found a picture in HEIC format{expected}"),
            format!("  DIR/b/3.png: found something that is no picture{expected}"),
            format!("  DIR/b/4.svg: found a picture in a format that is not read (.svg){expected}"),
            "mend or move the 4 files, or leave them out (`leave_out` of FolderOptions, `--leave-out` of the command)"
                .to_owned(),
        ];
        assert_eq!(error, lines.join("\n"));

        let options = FolderOptions { leave_out: true, ..FolderOptions::default() };
        let ImageFolder { images, left_out } = ImageFolder::read(folder(&files).path(), &options).unwrap();
        assert_eq!(images.len(), 2);
        let names: Vec<&str> = left_out.unusable.iter().map(|unusable| unusable.file.as_str()).collect();
        assert_eq!(names, ["a/1.jpg", "a/2.heic", "b/3.png", "b/4.svg"]);
        assert_eq!(left_out.unusable[0].why, format!("a/1.jpg: found {half}{expected}"));
    }

    #[test]
    fn a_class_of_which_everything_is_left_out_is_refused() {
        let files = with(&[("c/1.png", b"no image".to_vec())]);
        let error = refusal(&files, &FolderOptions { leave_out: true, ..FolderOptions::default() });
        assert_eq!(error, "DIR: class 2 (c) has 0 images, expected at least 1");
    }

    #[test]
    fn of_very_many_faults_fifty_are_named_and_the_rest_counted() {
        let files: Vec<(String, Vec<u8>)> = (0..60).map(|i| (format!("a/x{i:02}.png"), vec![])).collect();
        let error = refusal(&[with(&[]), files].concat(), &FolderOptions::default());
        assert!(error.starts_with("DIR: found 60 of 62 that cannot be used"), "{error}");
        assert!(error.contains("x49.png: found an empty file") && error.contains("\n  and 10 more\nmend"), "{error}");
        assert!(!error.contains("x50.png"), "{error}");
    }

    #[test]
    fn images_that_are_all_the_same_are_refused() {
        let dir = folder(&[("a/1.png", png(4, 4, 0)), ("b/1.png", png(4, 4, 0))]);
        let error = message(image_folder(dir.path(), &FolderOptions::default()));
        assert!(error.contains(": found 2 images with the same pixels, expected images that differ"), "{error}");
    }

    #[test]
    fn class_names_that_look_the_same_are_refused() {
        for [first, second] in [["cafe\u{301}", "caf\u{e9}"], ["cat", "cat "]] {
            let files = [first, second].map(|class| (format!("{class}/1.png"), png(4, 4, 0)));
            let error = refusal(&files, &FolderOptions::default());
            assert!(
                error.starts_with(&format!("DIR: found classes `{first}` and `{second}`, expected names")),
                "{error}"
            );
        }
        // The letters a and A are two classes.
        let files = ["a", "A"].map(|class| (format!("{class}/1.png"), png(4, 4, class.as_bytes()[0])));
        assert_eq!(image_folder(folder(&files).path(), &FolderOptions::default()).unwrap().classes(), ["A", "a"]);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn class_names_outside_utf_8_stay_apart() {
        use std::{ffi::OsStr, os::unix::ffi::OsStrExt};
        let dir = tempfile::tempdir().unwrap();
        for (i, class) in [&b"caf\xe9"[..], b"caf\xe8", "café".as_bytes()].into_iter().enumerate() {
            let folder = dir.path().join(OsStr::from_bytes(class));
            fs::create_dir(&folder).unwrap();
            fs::write(folder.join("1.png"), png(4, 4, i as u8)).unwrap();
        }
        let images = image_folder(dir.path(), &FolderOptions::default()).unwrap();
        assert_eq!(images.classes(), ["café", "caf\\xE8", "caf\\xE9"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_to_nothing_and_a_pipe_are_named_and_no_one_waits_for_them() {
        let dir = folder(&with(&[]));
        std::os::unix::fs::symlink("nowhere", dir.path().join("a/gone.png")).unwrap();
        let pipe = dir.path().join("b/pipe.png");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let error = message(image_folder(dir.path(), &FolderOptions::default()));
        let missing = ": no such file, expected an image";
        assert!(
            error.contains(&format!("gone.png{missing}")) && error.contains(&format!("pipe.png{missing}")),
            "{error}"
        );
    }
}
