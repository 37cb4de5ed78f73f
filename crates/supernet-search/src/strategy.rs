//! Who proposes architectures: ask and tell.

use crate::Scored;
use supernet_space::Architecture;

/// Proposes candidates and learns from their scores. Its state is data: every strategy of this
/// crate implements serde and can be stored between any two calls; resumed, it proposes exactly
/// what it would have proposed undisturbed.
pub trait Strategy {
    /// A short name for tables.
    fn name(&self) -> &str;

    /// The most proposals that are worth asking for at once: what is asked for together learns
    /// nothing from each other's scores. [`crate::search`] asks for no more, whatever its limits
    /// say. By default any number, as for draws that learn nothing.
    fn most_at_once(&self) -> usize {
        usize::MAX
    }

    /// Whether every architecture of the space is as likely to be proposed, whatever the scores
    /// are. Then the candidates are a random sample of the space.
    fn is_uniform(&self) -> bool {
        false
    }

    /// The next `count` proposals, always as many. They may repeat: equal networks are scored once
    /// and told again from the archive.
    fn ask(&mut self, count: usize) -> Vec<Architecture>;

    /// The scores of proposals, each with the architecture as it was proposed: in any order, in
    /// parts, some of them never. A score that is no number says that the candidate is worth
    /// nothing. Architectures that were not asked for are learnt from as well.
    fn tell(&mut self, scored: &[Scored]);
}

impl<S: Strategy + ?Sized> Strategy for Box<S> {
    fn name(&self) -> &str {
        (**self).name()
    }

    fn most_at_once(&self) -> usize {
        (**self).most_at_once()
    }

    fn is_uniform(&self) -> bool {
        (**self).is_uniform()
    }

    fn ask(&mut self, count: usize) -> Vec<Architecture> {
        (**self).ask(count)
    }

    fn tell(&mut self, scored: &[Scored]) {
        (**self).tell(scored);
    }
}
