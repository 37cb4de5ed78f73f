//! A run that is shared with workers through a database, or is not.

#[cfg(feature = "farm")]
use crate::{arguments::Shared, farm::Task};
use crate::{
    arguments::{Correlate, Run},
    errand::Errand,
    failure::Failure,
    making::Making,
    settings::RunSettings,
    together::Together,
};
use std::path::Path;
use supernet::train::crew::Crew;

/// The main process of a run, which workers may help by way of a database.
pub struct SharedRun {
    #[cfg(feature = "farm")]
    farm: Option<supernet::crew::farm::Farm>,
}

#[cfg(feature = "farm")]
impl SharedRun {
    /// Connects with the database that the run is to be shared through, if one is named and there
    /// is something to share.
    ///
    /// # Errors
    /// A database that cannot be reached or refuses; an MPI job, which shares by itself.
    pub fn serve(run: &Run, folder: &Path, errands: &[Errand], together: &Together) -> Result<Self, Failure> {
        let search = Task::Search { errands: errands.into(), search: run.search.clone(), elsewhere: run.elsewhere };
        let shared = Some(&run.shared).filter(|_| !errands.is_empty());
        Self::through(shared, (&run.directory, folder), &search, together)
    }

    /// The same for an experiment.
    ///
    /// # Errors
    /// As [`SharedRun::serve`].
    pub fn serve_study(
        study: &Correlate,
        settings: &RunSettings,
        (making, table): (Making, Option<String>),
        together: &Together,
    ) -> Result<Self, Failure> {
        let settings = Box::new(settings.clone().absolute());
        let directory = &study.directory;
        Self::through(Some(&study.shared), (directory, directory), &Task::Study { making, settings, table }, together)
    }

    fn through(
        shared: Option<&Shared>,
        (directory, folder): (&Path, &Path),
        task: &Task,
        together: &Together,
    ) -> Result<Self, Failure> {
        if shared.is_some_and(|shared| shared.farm.is_some()) && together.size() > 1 {
            let found = format!("an MPI job of {} processes", together.size());
            return Err(Failure::settings("--farm", found, "one process: the others are workers (`supernet work`)"));
        }
        Ok(Self { farm: shared.map_or(Ok(None), |shared| crate::farm::served(shared, directory, folder, task))? })
    }

    /// Who works on the run.
    pub fn crew<'a>(&'a self, together: &'a Together) -> &'a dyn Crew {
        self.farm.as_ref().map_or(together.crew(), |farm| farm)
    }

    /// Tells workers what has become of the run.
    pub fn end<R>(&self, done: &Result<R, Failure>) {
        crate::farm::ended(self.farm.as_ref(), done);
    }
}

#[cfg(not(feature = "farm"))]
impl SharedRun {
    /// There is no database to share a run through.
    ///
    /// # Errors
    /// None.
    pub fn serve(_: &Run, _: &Path, _: &[Errand], _: &Together) -> Result<Self, Failure> {
        Ok(Self {})
    }

    /// The same for an experiment.
    ///
    /// # Errors
    /// None.
    pub fn serve_study(
        _: &Correlate,
        _: &RunSettings,
        _: (Making, Option<String>),
        _: &Together,
    ) -> Result<Self, Failure> {
        Ok(Self {})
    }

    /// Who works on the run.
    pub fn crew<'a>(&self, together: &'a Together) -> &'a dyn Crew {
        together.crew()
    }

    /// There is nobody to tell.
    pub fn end<R>(&self, _: &Result<R, Failure>) {}
}
