//! Files that are whole or as they were before: written beside, then renamed.

use crate::TrainError;
use std::{
    fs::{self, File},
    io::{ErrorKind, Write as _},
    path::Path,
};
use tempfile::NamedTempFile;

/// The folder of a run's other searches, each with a lock of its own.
pub(crate) const SEARCHES: &str = "searches";

/// How files begin that are being written: a process that was killed may leave one.
const SCRATCH: &str = ".writing-";

/// Writes a file whole: beside it first, then renamed. Whatever stops the process, it is as it was
/// before or as it is meant to be.
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
        sync_folder(folder);
        Ok(())
    };
    write().map_err(TrainError::io(path))
}

/// Puts the names in `folder` on the disk: without that a power cut may undo a renaming. Some file
/// systems refuse to; there the names are written when the system likes.
fn sync_folder(folder: &Path) {
    if cfg!(unix) {
        // The folder of a bare file name is the empty path.
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        File::open(folder).and_then(|folder| folder.sync_all()).ok();
    }
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

/// Removes what a killed process was writing, from `folder` and the folders in it. What others keep
/// there and do not let us read, such as `lost+found`, holds nothing of ours.
fn clear_scratch(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
        if path.is_dir() && !path.is_symlink() && !path.ends_with(SEARCHES) {
            clear_scratch(&path);
        } else if path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(SCRATCH)) {
            remove(&path).ok();
        }
    }
}

/// Removes a file, if it is there.
pub(crate) fn remove(path: &Path) -> Result<(), TrainError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(TrainError::io(path)(error)),
        _ => Ok(()),
    }
}

/// What `parse` makes of the whole lines of a file, none where there is no file. A last line that
/// was cut off is then dropped from the file.
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
        if begins {
            sync_folder(path.parent().unwrap_or(Path::new(".")));
        }
        Ok(())
    };
    write().map_err(TrainError::io(path))
}

/// A directory that is locked against other processes until this is dropped, or the process ends in
/// any way.
#[derive(Debug)]
pub struct Lock {
    _file: File,
    /// Why it is not locked after all.
    pub(crate) note: Option<String>,
}

/// Makes `folder` and locks it, then removes what a killed process was writing there. Where the
/// file system has no locks, as some mounts over a network, the lock has a note instead.
///
/// # Errors
/// A folder that cannot be made or written, or one where another process is at work.
pub fn lock(folder: &Path) -> Result<Lock, TrainError> {
    if folder.is_file() {
        let path = folder.into();
        return Err(TrainError::File { path, found: "a file".into(), expected: "a directory, or a name for one" });
    }
    fs::create_dir_all(folder).map_err(TrainError::io(folder))?;
    let path = folder.join("lock");
    let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(TrainError::io(&path))?;
    let note = match file.try_lock() {
        Ok(()) => None,
        Err(fs::TryLockError::WouldBlock) => return Err(TrainError::Locked { path }),
        Err(fs::TryLockError::Error(error)) => Some(format!(
            "{}: found no file locks here ({error}); see to it that no second process works in this directory",
            path.display()
        )),
    };
    clear_scratch(folder);
    Ok(Lock { _file: file, note })
}
