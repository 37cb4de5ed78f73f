//! A distribution over edits of an architecture.

use crate::{
    SearchError, exact,
    known::at_least,
    lstm_cell::{CellBack, CellStep, LstmCell, Memory},
    memo::Memo,
    state::{check_count, checked_state},
    vectors::{add_scaled, dot, sigmoid},
};
use rand::{Rng, RngExt};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};
use supernet_space::{Architecture, Choice, SearchSpace, draws};

const NAME: &str = "edit policy";

/// Names of options that a choice takes while its layer is not there.
const CLOSED: [&str; 6] = ["identity", "none", "skip", "skip_connect", "zero", "off"];

/// Whether a choice that takes `bits` is a layer that is not there.
pub(crate) fn is_closed(choice: &Choice, bits: u64) -> bool {
    bits == 1 && CLOSED.contains(&choice.options()[0].as_str())
}

/// The actor of EAS (Cai, Chen, Zhang, Yu and Wang, AAAI 2018): it reads a network and decides how
/// to change it. Choices of exactly one option are its layers, read by an LSTM in both directions,
/// e_i being what both leave at choice i. A choice whose first option is called like a layer that
/// is not there (identity, none, skip, …) is *closed* while it takes that one. There are two edits:
/// ```text
/// raise   each choice that is open and not at its last option goes to the next one with probability σ(w·e_i + b)
/// open    one closed choice i goes to one option o, with probability in proportion to exp(U_o·e_i + u_o)
/// ```
/// They are the paper's wider and deeper actors on the choices of any space: the options of a width
/// in order, the layers of a repeated block.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub struct EditController {
    space: SearchSpace,
    settings: EditSettings,
    /// Embeddings of all options, the LSTM forward, the one backward, w and b, then U row by row
    /// and u.
    #[serde(with = "exact::list")]
    parameters: Vec<f64>,
    /// What was read so far: what several episodes come by is read once until the parameters
    /// change.
    #[serde(skip)]
    read: Memo<HashMap<Architecture, Arc<Read>>>,
}

checked_state!(EditController);

/// How an [`EditController`] reads and how often it edits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EditSettings {
    /// Units of each direction.
    pub hidden: usize,
    /// Numbers that an option is embedded in.
    pub embedding: usize,
    /// Raising edits of an episode.
    pub raises: usize,
    /// Opening edits of an episode, after those.
    pub opens: usize,
}

impl Default for EditSettings {
    /// 12 units, embeddings of 8; 4 raising and 5 opening edits as published.
    fn default() -> Self {
        Self { hidden: 12, embedding: 8, raises: 4, opens: 5 }
    }
}

impl EditSettings {
    /// Returns those of the paper's program: 50 units, embeddings of 16.
    pub fn published() -> Self {
        Self { hidden: 50, embedding: 16, ..Self::default() }
    }
}

/// One change of an architecture.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Edit {
    /// These choices go to their next option.
    Raise(Vec<usize>),
    /// This choice goes to this option.
    Open(usize, usize),
}

/// What both directions make of an architecture.
struct Encoded {
    forward: Vec<CellStep>,
    backward: Vec<CellStep>,
}

impl Encoded {
    /// Returns e of the layer at `place`.
    fn at(&self, place: usize) -> Vec<f64> {
        let from_end = self.backward.len() - 1 - place;
        [&self.forward[place].after.h[..], &self.backward[from_end].after.h].concat()
    }
}

/// What the policy makes of an architecture.
struct Read {
    encoded: Encoded,
    /// Choices that can be raised, each with its probability.
    raises: Vec<(usize, f64)>,
    /// Choices that can be opened and an option that they can take, each with its probability.
    opens: Vec<(usize, usize, f64)>,
}

impl Read {
    /// Where an opening stands.
    fn opening(&self, choice: usize, option: usize) -> Option<usize> {
        self.opens.iter().position(|&(c, o, _)| (c, o) == (choice, option))
    }
}

/// What comes back to an architecture from the edits that were made of it: the gradient at the
/// logit of each that can be made.
struct Back {
    read: Arc<Read>,
    raises: Vec<f64>,
    opens: Vec<f64>,
}

impl Back {
    fn new(read: Arc<Read>) -> Self {
        let (raises, opens) = (vec![0.0; read.raises.len()], vec![0.0; read.opens.len()]);
        Self { read, raises, opens }
    }

    /// Adds `weight` times the gradient of an edit's log probability.
    fn add(&mut self, edit: &Edit, weight: f64) {
        match edit {
            Edit::Raise(up) => {
                for (sum, &(choice, probability)) in self.raises.iter_mut().zip(&self.read.raises) {
                    *sum += weight * (f64::from(u8::from(up.contains(&choice))) - probability);
                }
            }
            Edit::Open(choice, option) => {
                for (sum, &(c, o, probability)) in self.opens.iter_mut().zip(&self.read.opens) {
                    *sum += weight * (f64::from(u8::from((c, o) == (*choice, *option))) - probability);
                }
            }
        }
    }

    /// The gradient at each logit: the choice, the row of its weights, the value.
    fn at_logits(&self) -> Vec<(usize, usize, f64)> {
        let raises = self.read.raises.iter().zip(&self.raises).map(|(&(choice, _), &value)| (choice, 0, value));
        let opens = self.read.opens.iter().zip(&self.opens).map(|(&(choice, o, _), &value)| (choice, 1 + o, value));
        raises.chain(opens).filter(|&(.., value)| value != 0.0).collect()
    }
}

impl EditController {
    /// Builds a controller over `space`, weights drawn uniformly from −0.1 to 0.1 from stream
    /// `stream` under `seed`.
    ///
    /// # Errors
    /// A size of zero; a space without a choice of exactly one of several options.
    pub fn new(space: SearchSpace, settings: EditSettings, seed: u64, stream: &str) -> Result<Self, SearchError> {
        let mut controller = Self { space, settings, parameters: Vec::new(), read: Memo::default() };
        let mut rng = draws(seed, stream, 0);
        controller.check_settings()?;
        controller.parameters = (0..controller.count()).map(|_| rng.random_range(-0.1..0.1)).collect();
        Ok(controller)
    }

    fn check_settings(&self) -> Result<(), SearchError> {
        at_least(NAME, "hidden units", self.settings.hidden, 1, "at least 1")?;
        at_least(NAME, "embedding", self.settings.embedding, 1, "at least 1")?;
        at_least(NAME, "edits", self.settings.raises.saturating_add(self.settings.opens), 1, "at least 1")?;
        let expected = "a space with a choice of exactly one of several options";
        at_least(NAME, "choices to edit", self.layers().count(), 1, expected).map(drop)
    }

    fn check(&self) -> Result<(), SearchError> {
        self.check_settings()?;
        check_count(NAME, "parameters", self.parameters.len(), self.count())
    }

    /// The space whose architectures it edits.
    pub fn space(&self) -> &SearchSpace {
        &self.space
    }

    /// Its settings.
    pub fn settings(&self) -> EditSettings {
        self.settings
    }

    pub(crate) fn parameters(&self) -> &[f64] {
        &self.parameters
    }

    pub(crate) fn parameters_mut(&mut self) -> &mut [f64] {
        self.read.clear();
        &mut self.parameters
    }

    /// Draws an episode from `start`: its edits, and what they make of it.
    pub fn sample(&self, start: &Architecture, rng: &mut impl Rng) -> (Vec<Edit>, Architecture) {
        let mut edits = Vec::with_capacity(self.settings.raises + self.settings.opens);
        let mut architecture = start.clone();
        for edit in 0..self.settings.raises + self.settings.opens {
            let read = self.read(&architecture);
            let edit = if edit < self.settings.raises {
                let up = |&(choice, probability): &(usize, f64)| (rng.random::<f64>() < probability).then_some(choice);
                Edit::Raise(read.raises.iter().filter_map(up).collect())
            } else {
                let Some(drawn) = draw(read.opens.iter().map(|open| open.2), rng) else { break };
                Edit::Open(read.opens[drawn].0, read.opens[drawn].1)
            };
            architecture = self.apply(&architecture, &edit);
            edits.push(edit);
        }
        (edits, architecture)
    }

    /// Computes the logarithm of the probability of an episode's edits from `start`.
    pub fn log_probability(&self, start: &Architecture, edits: &[Edit]) -> f64 {
        let mut architecture = start.clone();
        let mut sum = 0.0;
        for edit in edits {
            let read = self.read(&architecture);
            sum += match edit {
                Edit::Raise(up) => {
                    let of_choice = |&(choice, probability): &(usize, f64)| {
                        if up.contains(&choice) { probability.ln() } else { (1.0 - probability).ln() }
                    };
                    read.raises.iter().map(of_choice).sum::<f64>()
                }
                Edit::Open(choice, option) => {
                    read.opening(*choice, *option).map_or(f64::NEG_INFINITY, |taken| read.opens[taken].2.ln())
                }
            };
            architecture = self.apply(&architecture, edit);
        }
        sum
    }

    /// Adds up the gradients of [`EditController::log_probability`] of several episodes, each with
    /// its weight.
    pub(crate) fn add_gradients(&self, start: &Architecture, weighted: &[(&[Edit], f64)], gradient: &mut [f64]) {
        let mut backs: BTreeMap<Architecture, Back> = BTreeMap::new();
        for &(edits, weight) in weighted {
            let mut architecture = start.clone();
            for edit in edits {
                let next = self.apply(&architecture, edit);
                let back = backs.entry(architecture).or_insert_with_key(|one| Back::new(self.read(one)));
                back.add(edit, weight);
                architecture = next;
            }
        }
        let n = 2 * self.settings.hidden;
        for (architecture, back) in backs {
            let mut at_e: Vec<(usize, Vec<f64>)> = Vec::new();
            for (choice, row, value) in back.at_logits() {
                let (place, first) = (self.place(choice), self.head() + row * (n + 1));
                add_scaled(&mut gradient[first..first + n], value, &back.read.encoded.at(place));
                gradient[first + n] += value;
                at_e.push((place, self.parameters[first..first + n].iter().map(|w| value * w).collect()));
            }
            self.encode_back(&architecture, &back.read.encoded, &at_e, gradient);
        }
    }

    /// Returns the architecture with an edit made.
    ///
    /// # Panics
    /// If the edit is none of this space.
    pub fn apply(&self, architecture: &Architecture, edit: &Edit) -> Architecture {
        let mask = match edit {
            Edit::Raise(up) => up.iter().fold(architecture.mask().clone(), |mask, &choice| {
                let bits = mask.bits(choice) << 1;
                mask.with(choice, bits)
            }),
            Edit::Open(choice, option) => architecture.with(*choice, 1 << option),
        };
        self.space.accept(mask).expect("an edit of an architecture")
    }

    /// Whether an episode can be made from `start`.
    pub(crate) fn allows(&self, start: &Architecture, edits: &[Edit]) -> bool {
        let mut architecture = start.clone();
        edits.iter().all(|edit| {
            let read = self.read(&architecture);
            let fits = match edit {
                Edit::Raise(up) => {
                    let can = |choice: &usize| read.raises.iter().any(|(can, _)| can == choice);
                    up.windows(2).all(|two| two[0] < two[1]) && up.iter().all(can)
                }
                Edit::Open(choice, option) => read.opening(*choice, *option).is_some(),
            };
            if fits {
                architecture = self.apply(&architecture, edit);
            }
            fits
        })
    }

    /// What the policy makes of an architecture.
    fn read(&self, architecture: &Architecture) -> Arc<Read> {
        /// Some megabytes.
        const MOST: usize = 500;
        let mut known = self.read.get();
        if let Some(read) = known.get(architecture) {
            return Arc::clone(read);
        }
        if known.len() >= MOST {
            known.clear();
        }
        let encoded = self.encode(architecture);
        let raises = self.raises(architecture, &encoded).into_iter().map(|(choice, logit)| (choice, sigmoid(logit)));
        let logits = self.opens(architecture, &encoded);
        let opens = logits.iter().zip(softmax(&logits)).map(|(&(choice, option, _), p)| (choice, option, p));
        let read = Arc::new(Read { raises: raises.collect(), opens: opens.collect(), encoded });
        known.insert(architecture.clone(), Arc::clone(&read));
        read
    }

    /// The choices that it reads and edits.
    fn layers(&self) -> impl DoubleEndedIterator<Item = (usize, &Choice)> {
        let is_layer =
            |(_, choice): &(usize, &Choice)| choice.min() == 1 && choice.max() == 1 && choice.options().len() > 1;
        self.space.choices().iter().enumerate().filter(is_layer)
    }

    fn place(&self, choice: usize) -> usize {
        self.layers().position(|(layer, _)| layer == choice).expect("a choice that it edits")
    }

    fn is_closed(&self, architecture: &Architecture, choice: usize) -> bool {
        is_closed(&self.space.choices()[choice], architecture.bits(choice))
    }

    /// Choices that can be raised, with the logit of each.
    fn raises(&self, architecture: &Architecture, encoded: &Encoded) -> Vec<(usize, f64)> {
        let active = self.space.active(architecture);
        let of_layer = |(place, (choice, options)): (usize, (usize, &Choice))| {
            let last = architecture.bits(choice) >> (options.options().len() - 1) == 1;
            (active[choice] && !last && !self.is_closed(architecture, choice))
                .then(|| (choice, self.logit(0, &encoded.at(place))))
        };
        self.layers().enumerate().filter_map(of_layer).collect()
    }

    /// Choices that can be opened, an option that they can take, and its logit.
    fn opens(&self, architecture: &Architecture, encoded: &Encoded) -> Vec<(usize, usize, f64)> {
        let active = self.space.active(architecture);
        let is_closed = |choice: usize| active[choice] && self.is_closed(architecture, choice);
        let closed = self.layers().enumerate().filter(|(_, (choice, _))| is_closed(*choice));
        let of_layer = |(place, (choice, options)): (usize, (usize, &Choice))| {
            let e = encoded.at(place);
            (1..options.options().len()).map(|o| (choice, o, self.logit(1 + o, &e))).collect::<Vec<_>>()
        };
        closed.flat_map(of_layer).collect()
    }

    fn logit(&self, row: usize, e: &[f64]) -> f64 {
        let first = self.head() + row * (e.len() + 1);
        self.parameters[first + e.len()] + dot(&self.parameters[first..first + e.len()], e)
    }

    fn embeddings(&self) -> usize {
        self.layers().map(|(_, choice)| choice.options().len()).sum::<usize>() * self.settings.embedding
    }

    /// The LSTMs forward and backward.
    fn cells(&self) -> [LstmCell; 2] {
        let EditSettings { hidden, embedding, .. } = self.settings;
        let forward = LstmCell { inputs: embedding, hidden, first: self.embeddings() };
        [forward, LstmCell { first: forward.first + forward.len(), ..forward }]
    }

    /// Where w and b begin; U_o and u_o are row 1 + o.
    fn head(&self) -> usize {
        let [_, backward] = self.cells();
        backward.first + backward.len()
    }

    fn count(&self) -> usize {
        let most = self.layers().map(|(_, choice)| choice.options().len()).max().unwrap_or(0);
        self.head() + (1 + most) * (2 * self.settings.hidden + 1)
    }

    /// Where the embedding of what each layer takes begins.
    fn tokens(&self, architecture: &Architecture) -> Vec<usize> {
        let mut first = 0;
        let of_layer = |(choice, options): (usize, &Choice)| {
            let token = first + architecture.bits(choice).trailing_zeros() as usize;
            first += options.options().len();
            token * self.settings.embedding
        };
        self.layers().map(of_layer).collect()
    }

    fn encode(&self, architecture: &Architecture) -> Encoded {
        let tokens = self.tokens(architecture);
        let run = |cell: LstmCell, tokens: &mut dyn Iterator<Item = &usize>| {
            let mut steps: Vec<CellStep> = Vec::new();
            for &token in tokens {
                let x = self.parameters[token..token + cell.inputs].to_vec();
                let before = steps.last().map_or_else(|| Memory::zero(cell.hidden), |step| step.after.clone());
                steps.push(cell.forward(&self.parameters, x, before));
            }
            steps
        };
        let [forward, backward] = self.cells();
        Encoded { forward: run(forward, &mut tokens.iter()), backward: run(backward, &mut tokens.iter().rev()) }
    }

    /// From gradients at e of some places to those of parameters.
    fn encode_back(
        &self,
        architecture: &Architecture,
        encoded: &Encoded,
        at_e: &[(usize, Vec<f64>)],
        gradient: &mut [f64],
    ) {
        let (n, tokens) = (self.settings.hidden, self.tokens(architecture));
        let last = tokens.len() - 1;
        for (direction, (cell, steps)) in
            self.cells().into_iter().zip([&encoded.forward, &encoded.backward]).enumerate()
        {
            let (mut at, mut of_steps) = (Memory::zero(n), Vec::with_capacity(steps.len()));
            for (step, of_step) in steps.iter().enumerate().rev() {
                let place = if direction == 0 { step } else { last - step };
                for (_, at_e) in at_e.iter().filter(|(at, _)| *at == place) {
                    add_scaled(&mut at.h, 1.0, &at_e[direction * n..(direction + 1) * n]);
                }
                let CellBack { at_sums, at_x, at_before } = cell.backward(&self.parameters, of_step, &at);
                add_scaled(&mut gradient[tokens[place]..tokens[place] + cell.inputs], 1.0, &at_x);
                of_steps.push((of_step, at_sums));
                at = at_before;
            }
            cell.add_gradient(&of_steps, gradient);
        }
    }
}

fn softmax(logits: &[(usize, usize, f64)]) -> Vec<f64> {
    let most = logits.iter().map(|&(.., logit)| logit).fold(f64::NEG_INFINITY, f64::max);
    let weights: Vec<f64> = logits.iter().map(|&(.., logit)| (logit - most).exp()).collect();
    let sum: f64 = weights.iter().sum();
    weights.into_iter().map(|weight| weight / sum).collect()
}

/// A place drawn by its probability; none of an empty list.
fn draw(mut probabilities: impl ExactSizeIterator<Item = f64>, rng: &mut impl Rng) -> Option<usize> {
    let (mut rank, last) = (rng.random::<f64>(), probabilities.len().checked_sub(1));
    let passes = |probability: f64| {
        rank -= probability;
        rank < 0.0
    };
    probabilities.position(passes).or(last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{least::least, testing::chain};
    use std::collections::BTreeMap;
    use supernet_space::NasBenchMacro;

    fn controller(settings: EditSettings) -> EditController {
        let mut controller = EditController::new(chain(3), settings, 1, "edits").unwrap();
        controller.parameters_mut().iter_mut().for_each(|parameter| *parameter *= 8.0);
        controller
    }

    #[test]
    fn the_gradient_of_an_episode_is_that_of_finite_differences() {
        let mut controller = controller(EditSettings { hidden: 3, embedding: 2, raises: 2, opens: 2 });
        let start = controller.space().parse_architecture("100/010/100").unwrap();
        for episode in 0..5 {
            let (edits, _) = controller.sample(&start, &mut draws(2, "episode", episode));
            let mut gradient = vec![0.0; controller.parameters().len()];
            controller.add_gradients(&start, &[(&edits, 0.5), (&edits, 1.0)], &mut gradient);
            for (i, gradient) in gradient.iter().enumerate() {
                let mut at = |shift: f64| {
                    controller.parameters_mut()[i] += shift;
                    let value = controller.log_probability(&start, &edits);
                    controller.parameters_mut()[i] -= shift;
                    value
                };
                // Central differences of a smooth function of values near 1 in f64: rounding 1e-16
                // / 1e-5, curvature 1e-10.
                let difference = 1.5 * (at(1e-5) - at(-1e-5)) / 2e-5;
                assert!((gradient - difference).abs() < 1e-8, "parameter {i}: {gradient} and {difference}");
            }
        }
    }

    #[test]
    fn episodes_follow_their_probabilities_which_sum_to_one() {
        let controller = controller(EditSettings { hidden: 3, embedding: 2, raises: 1, opens: 1 });
        let start = controller.space().parse_architecture("100/010/100").unwrap();
        let (n, mut rng) = (40_000, draws(3, "episode", 0));
        let mut seen: BTreeMap<Vec<Edit>, f64> = BTreeMap::new();
        (0..n).for_each(|_| *seen.entry(controller.sample(&start, &mut rng).0).or_default() += 1.0);
        // One choice can be raised or not, two can be opened to two options each.
        assert_eq!(seen.len(), 8);
        let expected = |edits: &Vec<Edit>| controller.log_probability(&start, edits).exp();
        assert!((seen.keys().map(expected).sum::<f64>() - 1.0).abs() < 1e-12);
        let n = f64::from(n);
        let chi2: f64 =
            seen.iter().map(|(edits, seen)| (seen - expected(edits) * n).powi(2) / expected(edits) / n).sum();
        assert!(chi2 < 24.32, "chi-square {chi2} at 7 degrees of freedom; 24.32 is the 0.1 % point");
    }

    #[test]
    fn layers_only_open_and_widths_only_rise() {
        let bench = NasBenchMacro::new();
        let controller = EditController::new(bench.space().clone(), EditSettings::default(), 1, "edits").unwrap();
        let start = bench.parse("01020000").unwrap();
        for episode in 0..200 {
            let (edits, network) = controller.sample(&start, &mut draws(2, "episode", episode));
            let options = |a: &Architecture| bench.options(a).unwrap();
            assert!(options(&start).iter().zip(options(&network)).all(|(before, after)| after >= *before));
            assert_eq!(edits.len(), 9);
            // Five of the six closed layers are open after five openings.
            assert_eq!(options(&network).iter().filter(|&&option| option == 0).count(), 1);
            let made = edits.iter().fold(start.clone(), |network, edit| controller.apply(&network, edit));
            assert_eq!(made, network);
        }
        assert_eq!(bench.text(&least(bench.space())).unwrap(), "00000000");
    }

    #[test]
    fn a_space_without_layers_is_refused() {
        let space = SearchSpace::new("sets", [Choice::new("inputs", ["a", "b"], 0..=2).unwrap()]).unwrap();
        assert_eq!(
            EditController::new(space, EditSettings::default(), 1, "edits").unwrap_err().to_string(),
            "edit policy, choices to edit: found 0, expected a space with a choice of exactly one of several options"
        );
    }
}
