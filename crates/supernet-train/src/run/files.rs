//! Files that are whole or as they were before: written beside, then renamed.

use crate::TrainError;
use burn::{
    module::Module,
    store::{FloatCastAdapter, ModuleSnapshot, SafetensorsStore},
    tensor::DType,
};
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
        sync_folder(folder);
        Ok(())
    };
    write().map_err(TrainError::io(path))
}

/// Puts a folder's list of names on the disk, so that a renamed file is found after a power cut. Some file
/// systems refuse to; there the names are written when the system likes.
fn sync_folder(folder: &Path) {
    if cfg!(unix) {
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

/// Removes what a killed process was writing, from `folder` and the folders in it. What others keep there
/// and do not let us read, such as `lost+found`, holds nothing of ours.
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

/// A network's weights as safetensors. Metadata are written in no fixed order: none, so that equal networks have equal bytes.
pub(crate) fn weights(network: &impl Module) -> Result<Vec<u8>, String> {
    let mut store = SafetensorsStore::from_bytes(None).clear_metadata();
    let bytes = network.save_into(&mut store).and_then(|()| store.get_bytes());
    bytes.map_err(|error| error.to_string())
}

/// Writes a network's weights, whole.
pub(crate) fn save_weights(network: &impl Module, path: &Path) -> Result<(), TrainError> {
    let bytes = weights(network).map_err(|reason| TrainError::io(path)(std::io::Error::other(reason)))?;
    write_whole(path, &bytes)
}

/// Returns `network` with weights from safetensors, all of them and no others, numbers of 16 or 64
/// bits rounded to 32; else what is wrong.
pub(crate) fn with_weights<N: Module>(mut network: N, bytes: Vec<u8>) -> Result<N, String> {
    let rounded = FloatCastAdapter::to(DType::F32);
    let loaded = network.load_from(&mut SafetensorsStore::from_bytes(Some(bytes)).with_from_adapter(rounded));
    let result = loaded.map_err(|error| error.to_string())?;
    match result.missing.is_empty() && result.unused.is_empty() && result.errors.is_empty() {
        true => Ok(network),
        false => Err(format!("{} weights missing, {} unused", result.missing.len(), result.unused.len())),
    }
}

/// `network` with the weights of a file.
///
/// # Errors
/// A file that cannot be read or is of another network.
pub(crate) fn load_weights<N: Module>(network: N, path: &Path) -> Result<N, TrainError> {
    let bytes = fs::read(path).map_err(TrainError::io(path))?;
    with_weights(network, bytes).map_err(|found| TrainError::File {
        path: path.into(),
        found,
        expected: "the weights of this network",
    })
}

/// What `parse` makes of the whole lines of a file, none where there is no file. A last line that was cut off is then dropped from the
/// file.
pub(crate) fn whole_lines<T>(path: &Path, parse: impl FnOnce(&str) -> Result<T, TrainError>) -> Result<T, TrainError> {
    let text = match fs::read_to_string(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
        other => other.map_err(TrainError::io(path))?,
    };
    let whole = text.rfind('\n').map_or(0, |end| end + 1);
    let parsed = parse(without_mark(&text[..whole]))?;
    if whole < text.len() {
        write_whole(path, &text.as_bytes()[..whole])?;
    }
    Ok(parsed)
}

/// Returns a text without the byte order mark that spreadsheets and editors put first.
pub(crate) fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

/// Adds a whole line to a file that begins with `header`.
pub(crate) fn append_line(path: &Path, header: &str, line: &str) -> Result<(), TrainError> {
    let write = || -> std::io::Result<()> {
        path.parent().map_or(Ok(()), fs::create_dir_all)?;
        let mut file = fs::OpenOptions::new().create(true).append(true).open(path)?;
        let begins = file.metadata()?.len() == 0;
        file.write_all(format!("{}{line}", if begins { header } else { "" }).as_bytes())?;
        file.sync_data()
    };
    write().map_err(TrainError::io(path))
}

/// A directory that is locked against other processes until this is dropped, or the process ends in any way.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
    /// Why it is not locked after all.
    pub(crate) note: Option<String>,
}

/// Makes `folder` and locks it, then removes what a killed process was writing there. Where the file system
/// has no locks, as some mounts over a network, the lock has a note instead.
///
/// # Errors
/// A folder that cannot be made or written, or one where another process is at work.
pub(crate) fn lock(folder: &Path) -> Result<Lock, TrainError> {
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
