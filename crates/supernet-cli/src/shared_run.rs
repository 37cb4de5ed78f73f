//! A run that is shared with workers through a database, or is not.

use crate::{arguments::Run, errand::Errand, failure::Failure, together::Together};
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
        if run.shared.farm.is_some() && together.size() > 1 {
            let found = format!("an MPI job of {} processes", together.size());
            return Err(Failure::settings("--farm", found, "one process: the others are workers (`supernet work`)"));
        }
        Ok(Self { farm: crate::farm::served(run, folder, errands)? })
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

    /// Who works on the run.
    pub fn crew<'a>(&self, together: &'a Together) -> &'a dyn Crew {
        together.crew()
    }

    /// There is nobody to tell.
    pub fn end<R>(&self, _: &Result<R, Failure>) {}
}
