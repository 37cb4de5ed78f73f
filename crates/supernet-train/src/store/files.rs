//! Files that are whole or as they were before: written beside, then renamed.

use crate::TrainError;
use serde_json::Value;
use std::{
    fs::{self, File},
    io::{ErrorKind, Write as _},
    path::Path,
};
use tempfile::NamedTempFile;

/// How files begin that are being written: a process that was killed may leave one.
const SCRATCH: &str = ".writing-";

/// Writes a file whole: beside it first, then renamed. Whatever stops the process, it is as it was before or as it is meant to be.
///
/// # Errors
/// A file that cannot be written.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), TrainError> {
    let write = || -> std::io::Result<()> {
        let folder = path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder)?;
        let mut file = scratch(path, folder)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        file.persist(path).map_err(|error| error.error)?;
        sync_folder(folder)
    };
    write().map_err(TrainError::io(path))
}

/// Puts the names in `folder` on the disk: without that a power cut may undo a renaming.
#[cfg(unix)]
fn sync_folder(folder: &Path) -> std::io::Result<()> {
    // The folder of a bare file name is the empty path.
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    File::open(folder)?.sync_all()
}

/// Nothing: only on Unix can a folder be opened as a file.
#[cfg(not(unix))]
fn sync_folder(_folder: &Path) -> std::io::Result<()> {
    Ok(())
}

/// A scratch file in `folder` that becomes `path`: readable as any file that the user makes.
fn scratch(path: &Path, folder: &Path) -> std::io::Result<NamedTempFile> {
    let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let prefix = format!("{SCRATCH}{name}-");
    let mut builder = tempfile::Builder::new();
    builder.prefix(&prefix);
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder)
}

/// Removes what a killed process was writing, from `folder` and the folders in it.
///
/// # Errors
/// A folder that cannot be read, a file that cannot be removed.
fn clear_scratch(folder: &Path) -> Result<(), TrainError> {
    for entry in fs::read_dir(folder).map_err(TrainError::io(folder))? {
        let path = entry.map_err(TrainError::io(folder))?.path();
        if path.is_dir() && !path.is_symlink() {
            clear_scratch(&path)?;
        } else if path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(SCRATCH)) {
            remove(&path)?;
        }
    }
    Ok(())
}

/// Removes a file, if it is there.
pub(crate) fn remove(path: &Path) -> Result<(), TrainError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(TrainError::io(path)(error)),
        _ => Ok(()),
    }
}

/// Makes the directory `path` and writes `config.json` there, or compares the one that is there with `here`.
///
/// # Errors
/// A directory that cannot be made or written, a file that is not `expected`, or the first difference; nothing is touched then.
pub fn agree(path: &Path, here: &Value, expected: &'static str) -> Result<(), TrainError> {
    fs::create_dir_all(path).map_err(TrainError::io(path))?;
    let file = path.join("config.json");
    let text = serde_json::to_string_pretty(here).expect("plain data") + "\n";
    let there = match fs::read_to_string(&file) {
        Err(error) if error.kind() == ErrorKind::NotFound => return write_whole(&file, text.as_bytes()),
        other => other.map_err(TrainError::io(&file))?,
    };
    let not_one =
        |error: serde_json::Error| TrainError::File { path: file.clone(), found: error.to_string(), expected };
    let there: Value = serde_json::from_str(&there).map_err(not_one)?;
    // Numbers may come back from JSON one place off their last, so both take the way through text.
    let here: Value = serde_json::from_str(&text).expect("it was written just now");
    match difference("", &there, &here) {
        None => Ok(()),
        Some(difference) => Err(TrainError::OtherRun { path: file, difference }),
    }
}

/// The first place where two values differ, with both.
fn difference(place: &str, there: &Value, here: &Value) -> Option<String> {
    match (there, here) {
        (Value::Object(a), Value::Object(b)) => {
            let mut keys: Vec<&String> = a.keys().chain(b.keys()).collect();
            keys.sort();
            keys.dedup();
            keys.into_iter().find_map(|key| {
                let place = if place.is_empty() { key.clone() } else { format!("{place}.{key}") };
                difference(&place, a.get(key).unwrap_or(&Value::Null), b.get(key).unwrap_or(&Value::Null))
            })
        }
        (a, b) if a == b => None,
        (a, b) => Some(format!("{place}: {a} there, {b} here")),
    }
}

/// Parses the whole lines of a file, none where there is no file. A last line that was cut off is then dropped from the
/// file.
pub fn whole_lines<T>(path: &Path, parse: impl FnOnce(&str) -> Result<T, TrainError>) -> Result<T, TrainError> {
    let text = match fs::read_to_string(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
        other => other.map_err(TrainError::io(path))?,
    };
    let whole = text.rfind('\n').map_or(0, |end| end + 1);
    let parsed = parse(&text[..whole])?;
    if whole < text.len() {
        write_whole(path, &text.as_bytes()[..whole])?;
    }
    Ok(parsed)
}

/// Adds a whole line to a file that begins with `header`.
pub fn append_line(path: &Path, header: &str, line: &str) -> Result<(), TrainError> {
    let write = || -> std::io::Result<()> {
        path.parent().map_or(Ok(()), fs::create_dir_all)?;
        let mut file = fs::OpenOptions::new().create(true).append(true).open(path)?;
        let begins = file.metadata()?.len() == 0;
        file.write_all(format!("{}{line}", if begins { header } else { "" }).as_bytes())?;
        file.sync_data()?;
        if begins { sync_folder(path.parent().unwrap_or(Path::new("."))) } else { Ok(()) }
    };
    write().map_err(TrainError::io(path))
}

/// Makes `folder` and locks it against other processes until the lock is dropped, or the process ends in any way; then removes what a killed
/// process was writing there.
///
/// # Errors
/// A folder that cannot be made or written, or one where another process is at work.
pub fn lock(folder: &Path) -> Result<File, TrainError> {
    fs::create_dir_all(folder).map_err(TrainError::io(folder))?;
    let path = folder.join("lock");
    let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(TrainError::io(&path))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(fs::TryLockError::WouldBlock) => return Err(TrainError::Locked { path }),
        Err(fs::TryLockError::Error(error)) => return Err(TrainError::io(&path)(error)),
    }
    clear_scratch(folder)?;
    Ok(file)
}
