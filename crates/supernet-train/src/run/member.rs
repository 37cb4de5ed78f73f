//! The directory of a member of a crew.

use crate::{
    TrainError,
    crew::{Workers, broadcast, pack, unpack},
    store::write_whole,
};
use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    time::Duration,
};
use tempfile::TempDir;

/// The directory of a member of a crew: the run's own at worker 0, at the others a copy of it that
/// goes with them, so that no file system has to be shared.
#[derive(Debug)]
pub struct MemberDirectory {
    path: PathBuf,
    /// Removed with it; locked while it is in use.
    _copy: Option<(TempDir, File)>,
}

/// What the names of copies begin with, and the file in each that is locked while it is in use.
const COPY: &str = "supernet-member-";
const IN_USE: &str = ".in-use";

impl MemberDirectory {
    /// Gives every worker the files that worker 0 has at `path`.
    ///
    /// # Errors
    /// A file that cannot be read or written; a worker that is gone.
    pub fn of_all(workers: &dyn Workers, path: &Path) -> Result<Self, TrainError> {
        if workers.size() == 1 {
            return Ok(Self { path: path.into(), _copy: None });
        }
        let there = if workers.rank() == 0 { pack(files(path)?) } else { Vec::new() };
        let packed = broadcast(workers, there)?;
        if workers.rank() == 0 {
            return Ok(Self { path: path.into(), _copy: None });
        }
        Self::unpacked(&packed)
    }

    /// Makes a directory of `packed` files, as [`run_files`] packs them.
    ///
    /// # Errors
    /// Bytes that are no such files; files that cannot be written.
    pub fn unpacked(packed: &[u8]) -> Result<Self, TrainError> {
        let folder = std::env::temp_dir();
        remove_left(&folder);
        let copy = TempDir::with_prefix(COPY).map_err(TrainError::io(&folder))?;
        let in_use = File::create(copy.path().join(IN_USE)).map_err(TrainError::io(copy.path()))?;
        // A file system without locks has none that are left behind either.
        in_use.lock().ok();
        let garbled = || TrainError::Crew {
            place: "the files of a run".into(),
            found: format!("{} bytes that are none", packed.len()),
            expected: "those that another member sent".into(),
        };
        for (name, bytes) in unpack(packed).ok_or_else(garbled)? {
            let inside = Path::new(&name).components().all(|part| matches!(part, std::path::Component::Normal(_)));
            if name.is_empty() || !inside {
                return Err(garbled());
            }
            write_whole(&copy.path().join(name), &bytes)?;
        }
        Ok(Self { path: copy.path().into(), _copy: Some((copy, in_use)) })
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// Removes copies that processes left which were killed. One that cannot be removed does no harm.
fn remove_left(folder: &Path) {
    /// A copy is locked as soon as it is made.
    const MADE: Duration = Duration::from_secs(60);
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let is_copy = entry.file_name().to_str().is_some_and(|name| name.starts_with(COPY));
        let is_old = |time: std::time::SystemTime| time.elapsed().is_ok_and(|age| age > MADE);
        if !is_copy || !entry.metadata().and_then(|data| data.modified()).is_ok_and(is_old) {
            continue;
        }
        let in_use = File::open(entry.path().join(IN_USE));
        if in_use.is_ok_and(|file| file.try_lock().is_ok()) {
            fs::remove_dir_all(entry.path()).ok();
        }
    }
}

/// Returns the files of the run at `path`, as bytes, for another member to work on it.
///
/// # Errors
/// A file that cannot be read.
pub fn run_files(path: &Path) -> Result<Vec<u8>, TrainError> {
    Ok(pack(files(path)?))
}

/// The files at `path` by their names from there, in order.
fn files(path: &Path) -> Result<Vec<(String, Vec<u8>)>, TrainError> {
    let (mut found, mut folders) = (Vec::new(), vec![path.to_owned()]);
    while let Some(folder) = folders.pop() {
        let entries = match fs::read_dir(&folder) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            other => other.map_err(TrainError::io(&folder))?,
        };
        for entry in entries {
            let file = entry.map_err(TrainError::io(&folder))?.path();
            let name = file.strip_prefix(path).ok().and_then(Path::to_str).map(str::to_owned);
            match name {
                Some(name) if ["lost+found", "lock", IN_USE].contains(&&*name) => {}
                _ if file.is_dir() => folders.push(file),
                Some(name) => {
                    found.push((name, fs::read(&file).map_err(TrainError::io(&file))?));
                }
                None => {}
            }
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_of_killed_processes_are_removed_and_those_in_use_stay() {
        let folder = tempfile::tempdir().unwrap();
        let made = |name: &str, old: bool| {
            let copy = folder.path().join(name);
            fs::create_dir(&copy).unwrap();
            let file = File::create(copy.join(IN_USE)).unwrap();
            let hour = std::time::SystemTime::now() - Duration::from_secs(if old { 3_600 } else { 0 });
            File::open(&copy).unwrap().set_modified(hour).unwrap();
            (copy, file)
        };
        let [left, used, new, other] =
            [(COPY, "left", true), (COPY, "used", true), (COPY, "new", false), ("other-", "left", true)]
                .map(|(begins, name, old)| made(&format!("{begins}{name}"), old));
        used.1.lock().unwrap();
        remove_left(folder.path());
        assert_eq!([left, used, new, other].map(|(copy, _)| copy.exists()), [false, true, true, true]);
    }

    #[test]
    fn a_copy_holds_the_files_and_nothing_outside_of_it() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["config.json", "networks/000.jsonl", "lock"] {
            write_whole(&folder.path().join(name), name.as_bytes()).unwrap();
        }
        let copy = MemberDirectory::unpacked(&run_files(folder.path()).unwrap()).unwrap();
        let names: Vec<String> = files(copy.path()).unwrap().into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["config.json", "networks/000.jsonl"]);
        assert_eq!(fs::read(copy.path().join(&names[1])).unwrap(), names[1].as_bytes());
        let path = copy.path().to_owned();
        drop(copy);
        assert!(!path.exists());
        for outside in ["../a", "/a", ""] {
            let packed = pack([(outside.to_owned(), vec![1])]);
            assert!(MemberDirectory::unpacked(&packed).unwrap_err().to_string().contains("that are none"));
        }
    }
}
