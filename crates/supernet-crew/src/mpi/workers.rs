//! The processes of an MPI job as workers.

use super::{
    beats::{Heard, beat},
    parcels::Under,
};
use mpi::{topology::SimpleCommunicator, traits::*};
use std::{
    thread::ThreadId,
    time::{Duration, Instant},
};
use supernet_train::{TrainError, crew::Workers};

/// The processes of an MPI job.
#[derive(Debug)]
pub struct MpiWorkers {
    rank: usize,
    size: usize,
    deadline: Duration,
    /// The thread that may call MPI.
    thread: ThreadId,
}

impl MpiWorkers {
    pub(super) fn new(rank: usize, size: usize, deadline: Duration) -> Self {
        Self { rank, size, deadline, thread: std::thread::current().id() }
    }

    /// Ends all processes of the job with an exit code, at once, those that cannot be reached
    /// excepted: they end by their own deadline. For a worker that cannot go on while others wait
    /// for it.
    pub fn end_all(&self, code: i32) -> ! {
        SimpleCommunicator::world().abort(code)
    }

    /// Says on standard error who was not heard of, and ends all processes: what MPI was asked to
    /// do cannot be taken back.
    fn give_up(&self, missing: &[usize]) -> ! {
        let seconds = self.deadline.as_secs_f64();
        let names: Vec<String> = missing.iter().map(|rank| rank.to_string()).collect();
        eprintln!(
            "error: worker {}: heard nothing of worker {} for {seconds} s, expected a message; the run goes on from its \
             newest checkpoint when it is started again (`--deadline` sets another time)",
            self.rank,
            names.join(", ")
        );
        self.end_all(1)
    }
}

impl Workers for MpiWorkers {
    fn rank(&self) -> usize {
        self.rank
    }

    fn size(&self) -> usize {
        self.size
    }

    fn exchange(&self, mut parcels: Vec<Vec<u8>>) -> Result<Vec<Vec<u8>>, TrainError> {
        assert_eq!(self.thread, std::thread::current().id(), "MPI is called by the thread that has started it");
        let own = std::mem::take(&mut parcels[self.rank]);
        let wait = |under: &mut Under| self.wait(under);
        let mut received = super::parcels::exchange(self.rank, &parcels, wait);
        received[self.rank] = own;
        Ok(received)
    }

    fn alive(&self) {
        beat(self.rank, self.size);
    }
}

impl MpiWorkers {
    /// Waits until nothing is under way any more, or for so long that others are gone.
    fn wait(&self, under: &mut Under) {
        /// For so long a core is kept busy with asking.
        const BUSY: Duration = Duration::from_micros(200);
        let began = Instant::now();
        let mut heard = Heard::new(self.size);
        while !under.is_done() {
            let waited = began.elapsed();
            if waited < BUSY {
                std::hint::spin_loop();
                continue;
            }
            std::thread::sleep(Duration::from_micros(if waited < Duration::from_millis(20) { 20 } else { 500 }));
            if waited > Duration::from_secs(1) {
                heard.listen();
                beat(self.rank, self.size);
                let silent: Vec<usize> =
                    under.missing().into_iter().filter(|&rank| heard.silent(rank, began) > self.deadline).collect();
                if !silent.is_empty() {
                    self.give_up(&silent);
                }
            }
        }
    }
}
