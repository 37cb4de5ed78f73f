//! The processes that work on a run with this one: those of an MPI job, or none.

use crate::{arguments::Command, failure::Failure};
#[cfg(feature = "mpi")]
use crate::{arguments::DEADLINE, output};
use std::process::ExitCode;
use supernet::train::crew::{Alone, Crew};
#[cfg(feature = "mpi")]
use supernet::{crew::mpi::MpiJob, train::crew::Workers};

/// The processes that work on a run with this one.
pub struct Together {
    #[cfg(feature = "mpi")]
    job: Option<MpiJob>,
}

#[cfg(feature = "mpi")]
impl Together {
    /// Finds out who works on the run of a command.
    pub fn start(command: &Command) -> Self {
        let deadline = std::time::Duration::from_secs(command.shared().map_or(DEADLINE, |shared| shared.deadline));
        let together = Self { job: MpiJob::start(deadline) };
        if !together.is_first() {
            output::mute();
        }
        together
    }

    /// Checks that all processors compute the same bits.
    ///
    /// # Errors
    /// The first process with another.
    pub fn check(&self) -> Result<(), Failure> {
        let class = supernet::crew::processor_class();
        Ok(supernet::train::crew::all_equal(self.crew().workers(), "the processor", &class)?)
    }

    /// Who works on a run.
    pub fn crew(&self) -> &dyn Crew {
        self.job.as_ref().map_or(&Alone, |job| job.crew())
    }

    /// Ends the command: all processes of an MPI job end if this one fails, since they would wait
    /// for it.
    pub fn end(self, done: Result<(), Failure>) -> ExitCode {
        let Some(job) = self.job else { return code(done) };
        let Err(failure) = done else { return ExitCode::SUCCESS };
        let rank = job.workers().rank();
        if rank > 0 {
            // The first says what all know, and has files to write.
            std::thread::sleep(std::time::Duration::from_secs(if failure.is_stop() { 30 } else { 3 }));
            eprintln!("error: worker {rank}: {failure}");
        } else {
            eprintln!("error: {failure}");
        }
        job.workers().end_all(i32::from(failure.code()))
    }
}

#[cfg(not(feature = "mpi"))]
impl Together {
    /// Finds out who works on the run of a command.
    pub fn start(_: &Command) -> Self {
        Self {}
    }

    /// There is nobody to differ.
    pub fn check(&self) -> Result<(), Failure> {
        Ok(())
    }

    /// Who works on a run.
    pub fn crew(&self) -> &dyn Crew {
        &Alone
    }

    /// Ends the command.
    pub fn end(self, done: Result<(), Failure>) -> ExitCode {
        code(done)
    }
}

impl Together {
    /// Whether this process is the one that holds the run's directory and speaks for all.
    pub fn is_first(&self) -> bool {
        self.crew().workers().rank() == 0
    }

    /// How many there are.
    pub fn size(&self) -> usize {
        self.crew().workers().size()
    }
}

/// Says why a command failed; its exit code.
fn code(done: Result<(), Failure>) -> ExitCode {
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::from(failure.code())
        }
    }
}
