//! Parcels between processes: their lengths first, then the bytes in messages of bounded size.

use mpi::{
    Tag,
    request::{LocalScope, Request, scope},
    topology::SimpleCommunicator,
    traits::*,
};

/// Tag of lengths.
const LENGTH: Tag = 1;
/// Tag of bytes.
const BYTES: Tag = 2;
/// Tag of signs of life.
pub(super) const BEAT: Tag = 3;

/// Bytes of a message, at most: MPI counts in 32 bits.
const MESSAGE: usize = 1 << 28;

/// Requests that are under way, with the workers that they concern.
pub(super) struct Under<'a, 's>(Vec<(usize, Request<'a, [u8], &'s LocalScope<'a>>)>);

impl Under<'_, '_> {
    /// Asks MPI; returns whether nothing is under way any more.
    pub(super) fn is_done(&mut self) -> bool {
        let asked = std::mem::take(&mut self.0).into_iter();
        self.0 = asked.filter_map(|(rank, request)| request.test().err().map(|request| (rank, request))).collect();
        self.0.is_empty()
    }

    /// The workers that something is under way to or from.
    pub(super) fn missing(&self) -> Vec<usize> {
        let mut missing: Vec<usize> = self.0.iter().map(|(rank, _)| *rank).collect();
        missing.sort_unstable();
        missing.dedup();
        missing
    }
}

/// Sends a parcel to each process and returns what each has sent to this one; those of the process
/// itself are left empty. `wait` waits until nothing is under way.
pub(super) fn exchange(rank: usize, parcels: &[Vec<u8>], wait: impl Fn(&mut Under)) -> Vec<Vec<u8>> {
    let length = |parcel: &Vec<u8>| (parcel.len() as u64).to_le_bytes().to_vec();
    let lengths: Vec<Vec<u8>> = parcels.iter().map(length).collect();
    let mut received: Vec<Vec<u8>> = parcels.iter().map(|_| vec![0; 8]).collect();
    transfer((rank, LENGTH), &lengths, &mut received, &wait);
    let length = |bytes: &Vec<u8>| u64::from_le_bytes(bytes[..].try_into().expect("eight bytes")) as usize;
    let mut received: Vec<Vec<u8>> = received
        .iter()
        .enumerate()
        .map(|(other, bytes)| if other == rank { Vec::new() } else { vec![0; length(bytes)] })
        .collect();
    transfer((rank, BYTES), parcels, &mut received, &wait);
    received
}

/// Moves bytes of known lengths.
fn transfer((rank, tag): (usize, Tag), parcels: &[Vec<u8>], received: &mut [Vec<u8>], wait: &impl Fn(&mut Under)) {
    let world = SimpleCommunicator::world();
    scope(|scope| {
        let mut under = Under(Vec::new());
        for (other, into) in received.iter_mut().enumerate().filter(|(other, _)| *other != rank) {
            let process = world.process_at_rank(other as i32);
            for message in into.chunks_mut(MESSAGE) {
                under.0.push((other, process.immediate_receive_into_with_tag(scope, message, tag)));
            }
        }
        for (other, parcel) in parcels.iter().enumerate().filter(|(other, _)| *other != rank) {
            let process = world.process_at_rank(other as i32);
            for message in parcel.chunks(MESSAGE) {
                under.0.push((other, process.immediate_send_with_tag(scope, message, tag)));
            }
        }
        wait(&mut under);
    });
}
