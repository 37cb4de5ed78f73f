//! A search to be run by several processes: `crew_run SPACE DIRECTORY SHARES [often]`, SPACE being
//! `paper`, `own` or `nas-bench-201`, alone or started by `mpirun` where it is built with the
//! feature `mpi`.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};
use supernet::{
    own::{Examples, Layer},
    prelude::*,
    train::{
        KnownSettings, MemberDirectory, NetworkSettings, Saving,
        crew::{Alone, Crew},
    },
};
use supernet_tests::{
    own_chain,
    tiny::{stripes_split, tiny},
};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [space, path, shares, how @ ..] = &arguments[..] else {
        eprintln!("usage: crew_run SPACE DIRECTORY SHARES [often]");
        return ExitCode::from(2);
    };
    let often = Saving { every: Duration::ZERO, share: 1.0, ..Saving::default() };
    let saving = if how.first().is_some_and(|how| how == "often") { often } else { Saving::default() };
    let run = Run { path: PathBuf::from(path), shares: shares.parse().expect("a number of shares"), saving };
    together(|crew| match space.as_str() {
        "own" => run.own(crew),
        space => run.known(space, crew),
    })
}

/// Runs `work` by the processes of an MPI job.
#[cfg(feature = "mpi")]
fn together(work: impl Fn(&dyn Crew) -> Result<(), TrainError>) -> ExitCode {
    use supernet::crew::mpi::MpiJob;
    let deadline = std::env::var("CREW_DEADLINE").ok().and_then(|seconds| seconds.parse().ok()).unwrap_or(60);
    let Some(job) = MpiJob::start(Duration::from_secs(deadline)) else { return code(work(&Alone)) };
    let done = work(job.crew());
    if done.is_err() {
        let code = code(done);
        // The others say the same, or wait for this one.
        std::thread::sleep(Duration::from_millis(500));
        job.workers().end_all(i32::from(code != ExitCode::SUCCESS));
    }
    ExitCode::SUCCESS
}

#[cfg(not(feature = "mpi"))]
fn together(work: impl Fn(&dyn Crew) -> Result<(), TrainError>) -> ExitCode {
    code(work(&Alone))
}

fn code(done: Result<(), TrainError>) -> ExitCode {
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

struct Run {
    path: PathBuf,
    shares: usize,
    saving: Saving,
}

impl Run {
    fn own(&self, crew: &dyn Crew) -> Result<(), TrainError> {
        let device = supernet_tests::device();
        let config = self.longer(own_chain::config());
        let search = Search::new(&config, own_chain::definition(&device), own_chain::rows(), &device)?;
        self.search(&search.with_crew(crew), crew)
    }

    fn known(&self, space: &str, crew: &dyn Crew) -> Result<(), TrainError> {
        let mut config = self.longer(tiny(seed()));
        if space != "paper" {
            config.network = NetworkSettings::Known(KnownSettings::of_space(space, true).expect("a known space"));
        }
        let split = stripes_split([64, 480, 32]);
        let search = Search::images(&config, &split, &supernet_tests::device())?;
        self.search(&search.with_crew(crew), crew)
    }

    /// The same with more to do, cut into shares.
    fn longer(&self, mut config: SearchConfig) -> SearchConfig {
        config.supernet.shares = self.shares;
        config.supernet.steps = 60;
        config.scoring.candidates = 100;
        config.stand_alone.epochs = 3;
        config
    }

    fn search<M: Layer<D, 2>, E: Examples<D>, const D: usize>(
        &self,
        search: &Search<'_, M, E, D>,
        crew: &dyn Crew,
    ) -> Result<(), TrainError> {
        let member = MemberDirectory::of_all(crew.workers(), Path::new(&self.path))?;
        let directory = RunDirectory::open(member.path(), search, search.provenance("flex")?)?;
        directory.with_saving(self.saving).search(search, &mut Silent).map(drop)
    }
}

/// The seed: for one process of a job another, where a test asks for that.
fn seed() -> u64 {
    let rank = std::env::var("OMPI_COMM_WORLD_RANK");
    let other = std::env::var("CREW_OTHER").is_ok_and(|other| Ok(other) == rank);
    if other { 2 } else { 1 }
}
