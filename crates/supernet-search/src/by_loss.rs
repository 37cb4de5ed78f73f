//! Any strategy, led by loss instead of accuracy.

use crate::{Score, Scored, Strategy};
use supernet_space::Architecture;

/// A strategy at work, which is told e^−loss, the geometric mean of the probabilities that the
/// right classes were given, where others are told the accuracy. What it prefers is then what
/// [`crate::RankBy::Loss`] ranks first. It keeps nothing itself.
pub struct ByLoss<'a>(pub &'a mut dyn Strategy);

impl Strategy for ByLoss<'_> {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn most_at_once(&self) -> usize {
        self.0.most_at_once()
    }

    fn is_uniform(&self) -> bool {
        self.0.is_uniform()
    }

    fn ask(&mut self, count: usize) -> Vec<Architecture> {
        self.0.ask(count)
    }

    fn tell(&mut self, scored: &[Scored]) {
        let by_loss = |scored: &Scored| {
            let score = Score { accuracy: (-scored.score.loss).exp(), ..scored.score };
            Scored { score, ..scored.clone() }
        };
        self.0.tell(&scored.iter().map(by_loss).collect::<Vec<_>>());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Evaluator, RankBy, RegularisedEvolution, SearchLimits, search};
    use supernet_space::{CellSpace, Cost, SpaceError};

    /// The more paths the higher the accuracy, and the loss.
    struct Opposed;

    impl Evaluator for Opposed {
        type Error = SpaceError;

        fn evaluate(&mut self, architectures: &[Architecture]) -> Result<Vec<Scored>, SpaceError> {
            let scored = |architecture: &Architecture| {
                let on = f64::from(architecture.paths_on()) / 100.0;
                let score = Score { accuracy: on, loss: on, images: 1 };
                Scored { architecture: architecture.clone(), score, cost: Cost::default() }
            };
            Ok(architectures.iter().map(scored).collect())
        }
    }

    #[test]
    fn evolution_by_loss_finds_lower_losses_than_evolution_by_accuracy() {
        let cells = CellSpace::new(3, 8).unwrap();
        let limits = SearchLimits { candidates: 600, ask: 600, patience: 1_000 };
        let evolution = || RegularisedEvolution::new(cells.space().clone(), 1, "candidates");
        let least = |strategy: &mut dyn Strategy| {
            let outcome = search(cells.space(), strategy, &mut Opposed, limits).unwrap();
            outcome.ranked_by(RankBy::Loss)[0].score.loss
        };
        let (by_accuracy, by_loss) = (least(&mut evolution()), least(&mut ByLoss(&mut evolution())));
        assert!(by_loss < by_accuracy, "{by_loss} and {by_accuracy}");
    }
}
