//! What was found in a folder of images and is not among them.

use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt, path::Path};

/// Files that [`fmt::Display`] names.
const NAMED: usize = 10;

/// What a folder of images holds beside the images that were read, paths relative to the folder.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeftOut {
    /// Files that cannot be used, and why: left out only by
    /// [`FolderOptions::leave_out`](crate::FolderOptions).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unusable: Vec<Unusable>,
    /// Files that hold no picture, such as tables and notes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<String>,
    /// What systems and programs leave: hidden files, `Thumbs.db`, `@eaDir`, `.ipynb_checkpoints`
    /// and the like.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub clutter: Vec<String>,
}

/// A file that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unusable {
    /// The file.
    pub file: String,
    /// What was found there and what was expected.
    pub why: String,
}

impl LeftOut {
    /// Returns whether there was nothing beside the images.
    pub fn is_empty(&self) -> bool {
        self.unusable.is_empty() && self.others.is_empty() && self.clutter.is_empty()
    }
}

/// One line for each kind, none where there is nothing.
impl fmt::Display for LeftOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines = Vec::new();
        if !self.unusable.is_empty() {
            lines.push(format!("left out {} that cannot be used:", files(self.unusable.len())));
            lines.extend(self.unusable.iter().take(NAMED).map(|unusable| format!("  {}", unusable.why)));
            lines.extend(more(self.unusable.len()));
        }
        if !self.others.is_empty() {
            lines.push(format!(
                "left out {} that hold no picture ({})",
                files(self.others.len()),
                endings(&self.others)
            ));
        }
        if !self.clutter.is_empty() {
            let names = counted(self.clutter.iter().map(|path| last(path)));
            lines.push(format!("left out {} of the system's or hidden ({names})", files(self.clutter.len())));
        }
        f.write_str(&lines.join("\n"))
    }
}

/// `1 file`, `2 files`.
pub(crate) fn files(count: usize) -> String {
    if count == 1 { "1 file".to_owned() } else { format!("{count} files") }
}

fn more(count: usize) -> Option<String> {
    (count > NAMED).then(|| format!("  and {} more", count - NAMED))
}

/// `2 .csv, 1 .txt`: the endings of files.
pub(crate) fn endings(paths: &[String]) -> String {
    let ending = |path: &String| {
        let ending = Path::new(path).extension().map(|ending| ending.to_string_lossy().to_lowercase());
        ending.map_or("without an ending".to_owned(), |ending| format!(".{ending}"))
    };
    counted(paths.iter().map(ending))
}

fn last(path: &str) -> String {
    Path::new(path).file_name().map_or(path.to_owned(), |name| name.to_string_lossy().into_owned())
}

/// Names and how often each occurs, the most frequent first.
fn counted(names: impl Iterator<Item = String>) -> String {
    let mut counts = BTreeMap::new();
    for name in names {
        *counts.entry(name).or_insert(0usize) += 1;
    }
    let mut counts: Vec<(String, usize)> = counts.into_iter().collect();
    counts.sort_by_key(|&(_, count)| std::cmp::Reverse(count));
    let rest = counts.len().saturating_sub(NAMED);
    let mut parts: Vec<String> = counts.iter().take(NAMED).map(|(name, count)| format!("{count} {name}")).collect();
    parts.extend((rest > 0).then(|| format!("{rest} more kinds")));
    parts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_is_counted_on_a_line_of_its_own() {
        let paths = |names: &[&str]| names.iter().copied().map(str::to_owned).collect::<Vec<_>>();
        let left_out = LeftOut {
            unusable: vec![Unusable { file: "a/1.jpg".to_owned(), why: "a/1.jpg: found half of it".to_owned() }],
            others: paths(&["a/x.TXT", "b/y.txt", "b/README"]),
            clutter: paths(&["a/@eaDir", "b/@eaDir", ".DS_Store"]),
        };
        let lines = [
            "left out 1 file that cannot be used:",
            "  a/1.jpg: found half of it",
            "left out 3 files that hold no picture (2 .txt, 1 without an ending)",
            "left out 3 files of the system's or hidden (2 @eaDir, 1 .DS_Store)",
        ];
        assert_eq!(left_out.to_string(), lines.join("\n"));
        assert!(LeftOut::default().is_empty() && LeftOut::default().to_string().is_empty());
    }

    #[test]
    fn of_many_files_some_are_named_and_the_rest_counted() {
        let why = |i: usize| Unusable { file: i.to_string(), why: format!("file {i}") };
        let left_out = LeftOut { unusable: (0..25).map(why).collect(), ..LeftOut::default() };
        let text = left_out.to_string();
        assert!(text.contains("25 files") && text.contains("file 9\n  and 15 more") && !text.contains("file 10"));
    }
}
