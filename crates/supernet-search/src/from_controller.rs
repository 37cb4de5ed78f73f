//! Draws from a controller that has learnt.

use crate::{
    Controller, Scored, SearchError, Strategy,
    known::Proposals,
    state::{check_all, checked_state},
};
use serde::{Deserialize, Serialize};
use supernet_space::Architecture;

/// Proposes draws from a controller as it is: nothing is learnt from scores. What Pham et al. (ICML
/// 2018, section 2.2) end with: networks are drawn from the trained controller, and the best of
/// them is trained from scratch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub struct FromController<C> {
    name: String,
    controller: C,
    /// Proposed before anything is drawn.
    first: Vec<Architecture>,
    proposals: Proposals,
}

checked_state!(FromController<C: Controller>);

impl<C: Controller> FromController<C> {
    /// Makes a strategy called `name` that draws from stream `stream` under `seed`.
    pub fn new(name: impl Into<String>, controller: C, seed: u64, stream: impl Into<String>) -> Self {
        Self { name: name.into(), controller, first: Vec::new(), proposals: Proposals::new(seed, stream) }
    }

    /// Proposes an architecture of the controller's space before all draws.
    #[must_use]
    pub fn with_first(self, first: Architecture) -> Self {
        Self { first: vec![first], ..self }
    }

    fn check(&self) -> Result<(), SearchError> {
        check_all(self.controller.space(), self.first.iter())
    }
}

impl<C: Controller> Strategy for FromController<C> {
    fn name(&self) -> &str {
        &self.name
    }

    fn ask(&mut self, count: usize) -> Vec<Architecture> {
        let mut asked: Vec<Architecture> = self.first.drain(..self.first.len().min(count)).collect();
        asked.resize_with(count, || self.controller.sample(&mut self.proposals.draw()));
        asked
    }

    fn tell(&mut self, _scored: &[Scored]) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Factorised, testing::chain};

    #[test]
    fn it_proposes_what_the_controller_prefers_and_goes_on_from_its_state() {
        let mut controller = Factorised::new(chain(3));
        // The last option of each layer.
        controller.parameters_mut().iter_mut().skip(2).step_by(3).for_each(|theta| *theta = 30.0);
        let first = controller.space().architecture(|_| 0b001);
        let mut strategy = FromController::new("learnt", controller, 1, "candidates").with_first(first.clone());
        let asked = strategy.ask(3);
        assert_eq!(asked[0], first);
        assert!(asked[1..].iter().all(|one| (0..3).all(|layer| one.is_on(layer, 2))));
        assert!(!strategy.is_uniform());

        let mut drawn = FromController::new("learnt", Factorised::new(chain(3)), 1, "candidates");
        drawn.ask(5);
        let mut resumed: FromController<Factorised> =
            serde_json::from_str(&serde_json::to_string(&drawn).unwrap()).unwrap();
        assert_eq!(resumed.ask(20), drawn.ask(20));
    }
}
