//! Who proposes architectures: ask and tell.

use crate::Scored;
use supernet_space::Architecture;

/// Proposes candidates and learns from their scores. Its state is data: a strategy that implements serde can be stored between
/// any two calls and goes on as if nothing had happened.
pub trait Strategy {
    /// A short name for tables.
    fn name(&self) -> &str;

    /// The next `count` proposals. They may repeat: equal networks are scored once and told again from the archive.
    fn ask(&mut self, count: usize) -> Vec<Architecture>;

    /// The scores of proposals, in the order in which they were asked for.
    fn tell(&mut self, scored: &[Scored]);
}
