//! Logits of options, learnt from gradients at gates: what each option gives is multiplied by a
//! number, and how the loss depends on that number says what the option is worth.

use crate::{
    Controller, Factorised, GateRule, SearchError,
    adam::Adam,
    gate_draw::GateDraw,
    state::{check_count, checked_state},
};
use rand::Rng;
use serde::{Deserialize, Serialize};
use supernet_space::{PathMask, SearchSpace};

/// A mask and gates for a batch of examples.
#[derive(Clone, Debug, PartialEq)]
pub struct Gated {
    /// What is on.
    pub mask: PathMask,
    /// What every option gives is multiplied by, one choice after another.
    pub gates: Vec<f64>,
    draws: Vec<GateDraw>,
}

/// A vector of logits for each choice, trained down the gradient of a loss at gates: the subset of
/// a choice has probability in proportion to exp(Σ θ over what it takes), a softmax for exactly one
/// option ([`Factorised`]).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub struct GateSearch {
    logits: Factorised,
    adam: Adam,
}

checked_state!(GateSearch);

impl GateSearch {
    /// Makes logits of zero over `space`: all subsets of a choice are equally likely.
    pub fn new(space: SearchSpace) -> Self {
        let logits = Factorised::new(space);
        Self { adam: Adam::new(logits.parameters().len()), logits }
    }

    fn check(&self) -> Result<(), SearchError> {
        check_count("gate search", "moments of adam", self.adam.len(), self.logits.parameters().len())
    }

    /// The distribution that the logits make.
    pub fn logits(&self) -> &Factorised {
        &self.logits
    }

    /// Draws a mask and gates by a rule.
    pub fn draw(&self, rule: GateRule, rng: &mut impl Rng) -> Gated {
        let of_choice = |(_, distribution)| GateDraw::new(&distribution, rule, rng);
        let draws: Vec<GateDraw> = self.logits.choices().map(of_choice).collect();
        let mask = self.logits.space().mask(draws.iter().map(|draw| draw.bits).collect());
        Gated { mask, gates: draws.iter().flat_map(|draw| draw.gates.iter().copied()).collect(), draws }
    }

    /// Goes one step of Adam of size `rate` down the gradient that comes of draws under the logits
    /// as they are, each with the gradient of the loss at its gates. `decay` pulls all logits to
    /// zero.
    pub fn learn(&mut self, drawn: &[(Gated, Vec<f64>)], rate: f64, decay: f64) {
        let mut gradient: Vec<f64> = self.logits.parameters().iter().map(|theta| decay * theta).collect();
        for (Gated { draws, .. }, at_gates) in drawn {
            for ((first, distribution), draw) in self.logits.choices().zip(draws) {
                let back = draw.back(&distribution, &at_gates[first..first + draw.gates.len()]);
                gradient[first..].iter_mut().zip(back).for_each(|(sum, value)| *sum += value);
            }
        }
        let before = self.logits.parameters().to_vec();
        self.adam.step(self.logits.parameters_mut(), &gradient, rate);
        self.keep_shares(&before, drawn);
    }

    /// Shifts the logits of what was compared pairwise in choices of one option, so that its
    /// probability taken together stays as it was (Cai et al., section 3.2).
    fn keep_shares(&mut self, before: &[f64], drawn: &[(Gated, Vec<f64>)]) {
        let pairs = |choice: usize| {
            drawn
                .iter()
                .filter(move |(gated, _)| gated.draws[choice].is_of_two())
                .map(move |(gated, _)| gated.draws[choice].bits)
        };
        let sum = |theta: &[f64], bits: u64| {
            let on = (0..theta.len()).filter(|option| bits >> option & 1 == 1);
            on.map(|option| theta[option].exp()).sum::<f64>().ln()
        };
        let choices: Vec<(usize, usize)> = self
            .logits
            .choices()
            .map(|(first, of)| (first, of.theta().len() * usize::from(of.bounds() == (1, 1))))
            .collect();
        for (choice, (first, options)) in choices.into_iter().enumerate() {
            let bits = pairs(choice).fold(0, |all, bits| all | bits);
            if options == 0 || bits == 0 {
                continue;
            }
            let own = &mut self.logits.parameters_mut()[first..first + options];
            let shift = sum(&before[first..first + options], bits) - sum(own, bits);
            (0..options).filter(|option| bits >> option & 1 == 1).for_each(|option| own[option] += shift);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{chain, mixed};
    use supernet_space::draws;

    const RULES: [GateRule; 3] = [GateRule::Gumbel { temperature: 1.0 }, GateRule::Binary, GateRule::Mixture];

    /// What the loss rises by with the gate of each option: of each choice one option lowers it
    /// most.
    fn at_gates(space: &SearchSpace) -> Vec<f64> {
        let of = |(c, choice): (usize, &supernet_space::Choice)| {
            let best = (c + 1) % choice.options().len();
            (0..choice.options().len()).map(move |option| if option == best { -1.0 } else { 0.3 }).collect::<Vec<_>>()
        };
        space.choices().iter().enumerate().flat_map(of).collect()
    }

    fn learnt(space: &SearchSpace, rule: GateRule, updates: u64) -> GateSearch {
        let (mut search, at_gates) = (GateSearch::new(space.clone()), at_gates(space));
        for update in 0..updates {
            let rng = &mut draws(1, "gate search", update);
            let drawn: Vec<_> = (0..4).map(|_| (search.draw(rule, rng), at_gates.clone())).collect();
            search.learn(&drawn, 0.05, 1e-3);
        }
        search
    }

    #[test]
    fn every_rule_comes_to_prefer_the_options_that_lower_the_loss() {
        let space = chain(4);
        for rule in RULES {
            let search = learnt(&space, rule, 150);
            let likeliest = search.logits().likeliest();
            (0..4).for_each(|c| assert!(likeliest.is_on(c, (c + 1) % 3), "{rule:?}: {likeliest}"));
            let probabilities = search.logits().probabilities();
            (0..4).for_each(|c| assert!(probabilities[c][(c + 1) % 3] > 0.8, "{rule:?}: {probabilities:?}"));
        }
        // Where several may be taken, what lowers the loss is, and what raises it is not.
        for rule in RULES {
            let probabilities = learnt(&mixed(), rule, 150).logits().probabilities();
            assert!(probabilities[0][1] > 0.7 && probabilities[0][0] < 0.3, "{rule:?}: {probabilities:?}");
            assert_eq!(probabilities[2], [1.0, 1.0]);
        }
    }

    #[test]
    fn it_goes_on_from_its_state_bit_for_bit() {
        let (space, mut search) = (chain(3), learnt(&chain(3), GateRule::Binary, 5));
        let mut resumed: GateSearch = serde_json::from_str(&serde_json::to_string(&search).unwrap()).unwrap();
        let drawn = vec![(search.draw(GateRule::Binary, &mut draws(1, "next", 0)), at_gates(&space))];
        [&mut search, &mut resumed].into_iter().for_each(|one| one.learn(&drawn, 0.1, 0.0));
        assert_eq!(resumed, search);
    }

    #[test]
    fn what_was_not_compared_keeps_its_probability() {
        let mut search = learnt(&chain(1), GateRule::Mixture, 10);
        let before = search.logits().probabilities();
        // Moments of the steps before would move everything.
        search.adam = Adam::new(3);
        let gated = search.draw(GateRule::Binary, &mut draws(1, "pair", 0));
        let left = (0..3).find(|&option| !gated.mask.is_on(0, option)).unwrap();
        search.learn(&[(gated, vec![-1.0, 0.5, 0.2])], 0.1, 0.0);
        let after = search.logits().probabilities();
        assert!((after[0][left] - before[0][left]).abs() < 1e-12 && after != before);
    }
}
