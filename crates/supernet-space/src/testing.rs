//! Published tables for tests: read where `SUPERNET_DATA` names a folder that holds them.

use std::{env, fs, path::Path};

/// The text of `path` in the folder that `SUPERNET_DATA` names; says so and gives nothing where
/// there is none.
///
/// # Panics
/// If the folder is named and has no such file.
pub(crate) fn data_file(path: &str) -> Option<String> {
    let Some(data) = env::var_os("SUPERNET_DATA") else {
        println!("skipped: SUPERNET_DATA names no folder that holds {path}");
        return None;
    };
    let file = Path::new(&data).join(path);
    Some(fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display())))
}
