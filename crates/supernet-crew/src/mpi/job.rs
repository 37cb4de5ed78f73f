//! The MPI job that this process is one of.

use super::workers::MpiWorkers;
use mpi::{
    Threading,
    environment::{Universe, initialize_with_threading},
    traits::*,
};
use std::time::Duration;
use supernet_train::crew::Dealt;

/// The MPI job that this process is one of. MPI ends with it, when all processes have come there:
/// none may exchange anything afterwards.
pub struct MpiJob {
    crew: Dealt<MpiWorkers>,
    /// MPI, which ends with it.
    _universe: Universe,
}

/// Variables that launchers set: of Open MPI, of PMI (MPICH, Intel MPI, Slurm), of PMIx.
const LAUNCHED: [&str; 3] = ["OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "PMIX_RANK"];

impl MpiJob {
    /// Starts MPI where a launcher has started this process as one of several, as `mpirun` does;
    /// returns `None` elsewhere, and where MPI was started before. The calling thread is the one
    /// that may use it. Another worker that says nothing for as long as `deadline` is taken for
    /// gone.
    pub fn start(deadline: Duration) -> Option<Self> {
        LAUNCHED.iter().any(|name| std::env::var_os(name).is_some()).then_some(())?;
        let (universe, _) = initialize_with_threading(Threading::Funneled)?;
        let world = universe.world();
        let workers = MpiWorkers::new(world.rank() as usize, world.size() as usize, deadline);
        Some(Self { crew: Dealt(workers), _universe: universe })
    }

    /// Returns its processes as the crew of a search.
    pub fn crew(&self) -> &Dealt<MpiWorkers> {
        &self.crew
    }

    /// Returns its processes.
    pub fn workers(&self) -> &MpiWorkers {
        &self.crew.0
    }
}
