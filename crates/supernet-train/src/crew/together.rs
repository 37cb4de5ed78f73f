//! Workers that are threads of one process: one for each device that a machine has.

use super::Workers;
use crate::TrainError;
use std::sync::{
    Mutex,
    mpsc::{Receiver, Sender, channel},
};

/// One of several threads that work together.
#[derive(Debug)]
pub struct Thread {
    rank: usize,
    to: Vec<Sender<Vec<u8>>>,
    from: Mutex<Vec<Receiver<Vec<u8>>>>,
}

impl Workers for Thread {
    fn rank(&self) -> usize {
        self.rank
    }

    fn size(&self) -> usize {
        self.to.len()
    }

    fn exchange(&self, parcels: Vec<Vec<u8>>) -> Result<Vec<Vec<u8>>, TrainError> {
        let gone = |()| TrainError::Crew {
            place: "an exchange between workers".into(),
            found: "one that has ended".into(),
            expected: "all of them at work".into(),
        };
        self.to.iter().zip(parcels).try_for_each(|(to, parcel)| to.send(parcel).map_err(|_| ())).map_err(gone)?;
        let from = self.from.lock().expect("one thread alone");
        from.iter().map(|from| from.recv().map_err(|_| gone(()))).collect()
    }
}

/// Runs `work` as each of `size` workers, threads of this process, and returns the results in their
/// order. A worker that ends early is gone for the others, whose next exchange fails.
///
/// # Panics
/// Where `work` does.
pub fn together<R: Send>(size: usize, work: impl Fn(Thread) -> R + Sync) -> Vec<R> {
    let mut to: Vec<Vec<Sender<Vec<u8>>>> = (0..size).map(|_| Vec::new()).collect();
    let mut from: Vec<Vec<Receiver<Vec<u8>>>> = (0..size).map(|_| Vec::new()).collect();
    for sends in &mut to {
        for receives in &mut from {
            let (sender, receiver) = channel();
            sends.push(sender);
            receives.push(receiver);
        }
    }
    let threads: Vec<Thread> = to
        .into_iter()
        .zip(from)
        .enumerate()
        .map(|(rank, (to, from))| Thread { rank, to, from: Mutex::new(from) })
        .collect();
    std::thread::scope(|scope| {
        let work = &work;
        let running: Vec<_> = threads.into_iter().map(|thread| scope.spawn(move || work(thread))).collect();
        running
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    })
}
