use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crate::DataError;

/// The bytes of a regular file; never more than its size when it was opened.
///
/// `expected` says in the error what the file should hold.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::message;

    #[test]
    fn a_folder_in_place_of_a_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let error = message(read(folder.path(), "labels"));
        assert_eq!(error, format!("{}: no such file; expected labels", folder.path().display()));
    }
}
