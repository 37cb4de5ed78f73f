//! Directories of searches that train no supernet.

use std::path::Path;

/// A search that trains no supernet, by what its directory holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OtherSearch {
    /// [`trial_search`](crate::trial_search): `trials/`.
    Trials,
    /// [`width_search`](crate::width_search): `shrinking/`.
    Widths,
    /// [`program_search`](crate::program_search): `programs/`.
    Programs,
}

impl OtherSearch {
    /// Returns which one a directory is of; none of another directory.
    pub fn of(directory: &Path) -> Option<Self> {
        [(Self::Trials, "trials"), (Self::Widths, "shrinking"), (Self::Programs, "programs")]
            .into_iter()
            .find_map(|(search, folder)| directory.join(folder).is_dir().then_some(search))
    }

    /// Returns its name, which is that of its command.
    pub fn name(self) -> &'static str {
        match self {
            Self::Trials => "trials",
            Self::Widths => "widths",
            Self::Programs => "programs",
        }
    }

    /// The file of its directory with a line for each candidate that was scored.
    pub(super) fn scores(self) -> Option<&'static str> {
        match self {
            Self::Trials => Some("trials.csv"),
            Self::Widths => None,
            Self::Programs => Some("programs/candidates.csv"),
        }
    }

    /// Returns what it is, in words.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Trials => "a search by trials",
            Self::Widths => "a search for widths",
            Self::Programs => "a search for programs",
        }
    }
}
