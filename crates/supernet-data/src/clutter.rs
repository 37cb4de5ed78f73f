//! What systems and programs leave in folders beside the pictures of people.

use std::{ffi::OsStr, path::Path};

/// Names of files and folders, in small letters.
const NAMES: [&str; 22] = [
    // Windows
    "desktop.ini",
    "thumbs.db",
    "ehthumbs.db",
    "ehthumbs_vista.db",
    "$recycle.bin",
    "system volume information",
    "recycler",
    // macOS
    "icon\r",
    "__macosx",
    // Synology, QNAP and other network storage
    "@eadir",
    "#recycle",
    "#snapshot",
    "@recycle",
    "@recently-snapshot",
    "@sharebin",
    "@tmp",
    "lost+found",
    "network trash folder",
    "temporary items",
    // Python
    "__pycache__",
    // Linux file managers
    ".directory",
    ".trash-1000",
];

/// Whether a file or folder is none of the user's pictures or classes: known by name, hidden (a dot
/// first, which holds for Jupyter's checkpoints and macOS's `._` files), or an editor's lock or
/// copy (`~$` first, `~` last).
pub(crate) fn is_clutter(path: &Path) -> bool {
    let name = path.file_name().map(OsStr::to_string_lossy).unwrap_or_default().to_lowercase();
    let office = name.starts_with("~$") || name.ends_with('~');
    name.starts_with('.') || office || NAMES.contains(&name.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_systems_leave_is_clutter_and_what_people_name_is_not() {
        for name in
            [".DS_Store", "._a.png", "Thumbs.db", "Desktop.ini", "@eaDir", "$RECYCLE.BIN", "lost+found", "a.png~"]
        {
            assert!(is_clutter(&Path::new("photos").join(name)), "{name}");
        }
        for name in ["@home", "#1", "recycle", "thumbs", "a.png", "macosx", "lost"] {
            assert!(!is_clutter(&Path::new(".photos").join(name)), "{name}");
        }
    }
}
