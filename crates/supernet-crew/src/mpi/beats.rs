//! Signs of life: an empty message now and then from whoever is at work for long, or waits.

use super::parcels::BEAT;
use mpi::{
    request::{Request, StaticScope},
    topology::SimpleCommunicator,
    traits::*,
};
use std::{
    cell::RefCell,
    time::{Duration, Instant},
};

/// How far signs of life are apart.
const APART: Duration = Duration::from_secs(1);

/// What a sign of life says.
static SAYS: [u8; 1] = [0];

/// Signs that are on their way, by the worker that they go to, and when the last ones were sent.
#[derive(Default)]
struct Sent {
    to: Vec<Option<Request<'static, [u8], StaticScope>>>,
    last: Option<Instant>,
}

impl Drop for Sent {
    fn drop(&mut self) {
        // MPI has ended: there is nobody to ask whether they arrived.
        self.to.drain(..).for_each(std::mem::forget);
    }
}

thread_local! {
    static SENT: RefCell<Sent> = RefCell::default();
}

/// Tells all others that this worker lives, unless it did a moment ago.
pub(super) fn beat(rank: usize, size: usize) {
    SENT.with_borrow_mut(|sent| {
        if sent.last.is_some_and(|last| last.elapsed() < APART) {
            return;
        }
        sent.last = Some(Instant::now());
        sent.to.resize_with(size, || None);
        let world = SimpleCommunicator::world();
        for (other, to) in sent.to.iter_mut().enumerate().filter(|(other, _)| *other != rank) {
            // What has not arrived says enough.
            *to = to.take().and_then(|request| request.test().err());
            if to.is_none() {
                let process = world.process_at_rank(other as i32);
                *to = Some(process.immediate_send_with_tag(StaticScope, &SAYS[..], BEAT));
            }
        }
    });
}

/// When each worker was heard of last.
pub(super) struct Heard(Vec<Option<Instant>>);

impl Heard {
    pub(super) fn new(size: usize) -> Self {
        Self(vec![None; size])
    }

    /// Takes in the signs of life that have come.
    pub(super) fn listen(&mut self) {
        let world = SimpleCommunicator::world();
        while let Some((message, status)) = world.any_process().immediate_matched_probe_with_tag(BEAT) {
            let mut says = [0_u8; 1];
            message.matched_receive_into(&mut says[..]);
            self.0[status.source_rank() as usize] = Some(Instant::now());
        }
    }

    /// For how long nothing was heard of a worker, since `began` at most.
    pub(super) fn silent(&self, rank: usize, began: Instant) -> Duration {
        self.0[rank].unwrap_or(began).max(began).elapsed()
    }
}
