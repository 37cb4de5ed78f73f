//! Where a run lies, and how it is opened there.

use crate::{
    arguments::Options,
    failure::Failure,
    notes::note,
    settings::{FILE as SETTINGS, Opened, RunSettings},
};
use serde_json::json;
use std::{
    fs,
    path::{Path, PathBuf},
};
use supernet::{
    prelude::*,
    train::{ImageExamples, Reopening, crew::Crew},
};

/// The search of a known space on images.
pub type ImageSearch<'a> = Search<'a, KnownNet, ImageExamples<'a>>;

/// Where a run lies: in its directory, or in a copy of that.
pub struct Place<'a> {
    /// The directory of the run.
    pub directory: &'a Path,
    /// The name of a search with its supernet, if it is one.
    pub search: Option<&'a str>,
    /// How it is opened again.
    pub reopening: Reopening,
}

impl Place<'_> {
    /// The directory of the run or, where one is named, of the search.
    pub fn folder(&self) -> PathBuf {
        self.search.map_or(self.directory.into(), |name| self.directory.join("searches").join(name))
    }

    /// Where its settings are stored: a search begins with those of the run that it belongs to.
    pub fn stored(&self) -> PathBuf {
        Some(self.folder()).filter(|folder| folder.join(SETTINGS).exists()).unwrap_or_else(|| self.directory.into())
    }

    /// Calls `work` with the settings of the run, changed by `options`, with its directory, and
    /// with its search by `crew`; `named` is what its device is called.
    pub fn open<R>(
        &self,
        options: &Options,
        crew: &dyn Crew,
        named: impl FnOnce(&RunSettings) -> String,
        work: impl FnOnce(&RunSettings, RunDirectory, &ImageSearch) -> Result<R, Failure>,
    ) -> Result<R, Failure> {
        let Self { directory, search, reopening } = *self;
        check_made_here(directory)?;
        let keep_train = search.and_then(|_| trained_on(directory));
        let options = Options { keep_split: search.is_some(), keep_train, ..options.clone() };
        let Opened { settings, device, split, left_out } = RunSettings::opened(&options, Some(&self.stored()))?;
        note(&left_out, &split);
        let here = Search::images(&settings.search, &split, &device)?.with_crew(crew);
        let provenance = here.provenance(named(&settings))?.with_left_out(left_out);
        let opened = match search {
            Some(name) => RunDirectory::open_search(directory, name, &here, provenance, reopening)?,
            None => RunDirectory::reopen(directory, &here, provenance, reopening)?,
        };
        work(&settings, opened, &here)
    }
}

/// Checks that the run in a directory, if there is one, is not of networks that a program defines.
///
/// # Errors
/// Such a run: nothing but its program can build its networks.
fn check_made_here(directory: &Path) -> Result<(), Failure> {
    let config = config_of(directory);
    if config.pointer("/config/network/space") != Some(&json!("own")) {
        return Ok(());
    }
    Err(Failure::Train(TrainError::File {
        path: directory.into(),
        found: "a run of networks that a program defines".into(),
        expected: "one of a known space: its program goes on with it (`RunDirectory::open` and `search`) and checks it \
                   (`RunDirectory::check`); `supernet report`, `export` and `list` read it when it has ended",
    }))
}

/// The training images of the run in a directory.
fn trained_on(directory: &Path) -> Option<usize> {
    config_of(directory).pointer("/provenance/images/0")?.as_u64()?.try_into().ok()
}

/// The file `config.json` in a directory; null where there is none that can be read.
fn config_of(directory: &Path) -> serde_json::Value {
    let text = fs::read_to_string(directory.join("config.json")).unwrap_or_default();
    serde_json::from_str(text.trim_start_matches('\u{feff}')).unwrap_or_default()
}
