//! Reading a file: no more than its size, and only regular files.

use crate::DataError;
use std::{
    ffi::OsStr,
    fs::File,
    io::{self, Read},
    path::Path,
};

/// The bytes of a regular file; never more than its size when it was opened.
///
/// `expected` stands in the error: what the file should hold.
pub(crate) fn read(path: &Path, expected: &str) -> Result<Vec<u8>, DataError> {
    let missing = || DataError::MissingFile { path: path.to_owned(), expected: expected.to_owned() };
    let io = |source: io::Error| match source.kind() {
        io::ErrorKind::NotFound => missing(),
        _ => DataError::Io { path: path.to_owned(), source },
    };
    let metadata = path.metadata().map_err(io)?;
    if !metadata.is_file() {
        return Err(missing());
    }
    let mut bytes = Vec::new();
    File::open(path).map_err(io)?.take(metadata.len()).read_to_end(&mut bytes).map_err(io)?;
    Ok(bytes)
}

/// The first bytes of a regular file, at most `count`; `None` where it cannot be read.
pub(crate) fn start(path: &Path, count: u64) -> Option<Vec<u8>> {
    path.metadata().ok().filter(|metadata| metadata.is_file())?;
    let mut bytes = Vec::new();
    File::open(path).ok()?.take(count).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

/// The ending of a file's name in small letters, without the dot.
pub(crate) fn ending(path: &Path) -> String {
    path.extension().map(OsStr::to_string_lossy).unwrap_or_default().to_lowercase()
}

/// The last part of a path: a folder's or file's own name. Bytes that are no UTF-8 become `\\xNN`,
/// so names that differ stay different.
pub(crate) fn last_name(path: &Path) -> String {
    let Some(name) = path.file_name() else { return path.display().to_string() };
    let mut text = String::new();
    for chunk in name.as_encoded_bytes().utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|byte| format!("\\x{byte:02X}")));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::message;

    #[test]
    fn a_folder_in_place_of_a_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let error = message(read(folder.path(), "labels"));
        assert_eq!(error, format!("{}: no such file, expected labels", folder.path().display()));
    }
}
