//! The LSTM controller: choices in order, each with a memory of those before it.

use crate::{
    Controller, SearchError, SkipRate,
    anchors::anchors,
    deepening::Deepening,
    exact,
    known::{at_least, in_range},
    lstm_cell::{CellBack, CellStep, LstmCell, Memory},
    memo::{Memo, Tree},
    state::{check_count, checked_state},
    subset_distribution::SubsetDistribution,
    vectors::{add_scaled, dot, tanh, tanh_all},
};
use rand::{Rng, RngExt};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, sync::MutexGuard};
use supernet_space::{Architecture, SearchSpace, draws};

const NAME: &str = "lstm controller";

/// The controller of Zoph and Le (ICLR 2017), by default with one layer as in Pham et al. (ICML
/// 2018). Choices come as they stand in the space, but behind those that their conditions look at;
/// what is not active is neither drawn nor weighed. At choice t
/// ```text
/// x_t = start for t = 0, else the sum of the embeddings of what choice t − 1 takes
/// h_t = the last of the LSTM's layers
/// θ_t,o = u_t,o + U_t,o·h_t,   or   v·tanh(W_prev·h_a + W_curr·h_t) for an option that names an earlier node a
/// q_t = C·tanh(θ_t / T)
/// ```
/// and the subset of the choice has probability in proportion to exp(Σ q over what it takes): a
/// softmax for exactly one option, a sigmoid for each where any number may be taken. The second
/// form of θ is the paper's *anchor points* (section 3.2); h_a is the state after the last choice
/// of node a. An option of a choice `…/node3/inputs` names a node if it is called like one: `node1`
/// for the choices `…/node1/…`. C and T are off by default: q = θ.
///
/// Gradients are written by hand and tested against finite differences: a framework's autodiff
/// would be the largest dependency of this crate, for two formulas.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub struct Lstm {
    space: SearchSpace,
    settings: LstmSettings,
    /// The choice after which the node that an option names is complete; empty without anchors.
    anchors: Vec<Vec<Option<usize>>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    deepening: Option<Deepening>,
    /// Start and embeddings, the layers, U_t row by row and u_t for each choice, W_prev, W_curr, v.
    #[serde(with = "exact::list")]
    parameters: Vec<f64>,
    /// What was taken so far, choice by choice, with the step that follows: what architectures
    /// begin with in common is run once until the parameters change.
    #[serde(skip)]
    run: Memo<Tree<Step>>,
}

checked_state!(Lstm);

/// How an [`Lstm`] is built.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct LstmSettings {
    /// Units of each layer.
    pub hidden: usize,
    /// Layers, one above the other.
    pub layers: usize,
    /// Initial weights are uniform from −`init` to `init`.
    #[serde(with = "exact::number")]
    pub init: f64,
    /// T, above 0: greater values make draws more even.
    #[serde(with = "exact::number")]
    pub temperature: f64,
    /// C, above 0, which no logit exceeds; infinity where nothing bounds them.
    #[serde(with = "exact::number")]
    pub tanh_constant: f64,
    /// Whether options that name earlier nodes are weighed by those nodes' anchors.
    pub anchors: bool,
    /// How probable inputs from earlier nodes are held to be, where any number of them may be
    /// taken: options with anchors.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skip_rate: Option<SkipRate>,
}

impl Default for LstmSettings {
    /// One layer of 32 units, weights within 0.1, neither temperature nor bound nor anchors.
    fn default() -> Self {
        let (temperature, tanh_constant) = (1.0, f64::INFINITY);
        Self { hidden: 32, layers: 1, init: 0.1, temperature, tanh_constant, anchors: false, skip_rate: None }
    }
}

impl LstmSettings {
    /// Returns those of Zoph and Le (ICLR 2017): two layers of 35 units, weights within 0.08,
    /// anchors.
    pub fn nas_rl() -> Self {
        Self { hidden: 35, layers: 2, init: 0.08, anchors: true, ..Self::default() }
    }

    /// Returns those of Pham et al. (ICML 2018) for whole networks: one layer of 64 units, C = 1.5,
    /// anchors, a skip rate of 0.4.
    pub fn enas() -> Self {
        let skip_rate = Some(SkipRate::default());
        Self { hidden: 64, tanh_constant: 1.5, anchors: true, skip_rate, ..Self::default() }
    }

    /// Returns those of Zoph et al. (CVPR 2018): one layer of 100 units.
    pub fn nas_net() -> Self {
        Self { hidden: 100, ..Self::default() }
    }

    fn check(self) -> Result<Self, SearchError> {
        at_least(NAME, "hidden units", self.hidden, 1, "at least 1")?;
        at_least(NAME, "layers", self.layers, 1, "at least 1")?;
        let positive = |value: f64| value > 0.0 && value.is_finite();
        in_range(NAME, "init", self.init, positive(self.init), "above 0")?;
        in_range(NAME, "temperature", self.temperature, positive(self.temperature), "above 0")?;
        in_range(NAME, "tanh constant", self.tanh_constant, self.tanh_constant > 0.0, "above 0")?;
        self.skip_rate.map_or(Ok(()), |skip_rate| skip_rate.check(NAME).map(drop))?;
        Ok(self)
    }
}

/// What one choice leaves for the way back.
struct Step {
    layers: Vec<CellStep>,
    /// For each option with an anchor, tanh(W_prev·h_a + W_curr·h_t).
    attention: Vec<Vec<f64>>,
    /// That of what the choice takes, by q.
    distribution: SubsetDistribution<Vec<f64>>,
}

/// Steps in the order in which some architectures take them, by where they stand among all that
/// were run. What was run before so changes no order in which gradients are added.
struct Taken<'a> {
    order: Tree<usize>,
    run: &'a Tree<Step>,
}

impl Taken<'_> {
    fn at(&self, place: usize) -> &Step {
        self.run.at(*self.order.at(place))
    }
}

/// What comes back to a step from those that read it, and from what the choice takes.
struct Back {
    /// The sum of the weights with which the choice was taken, and for each option of those that
    /// took it.
    weight: f64,
    taken: Vec<f64>,
    /// The weight with which the step is held to the skip rate.
    held: f64,
    /// The gradient at each layer's memory after the step.
    at: Vec<Memory>,
}

/// What an architecture is weighed with on the way back.
#[derive(Clone, Copy)]
struct Weighed<'a> {
    architecture: &'a Architecture,
    /// Of the gradient of its log probability.
    weight: f64,
    /// Of the gradient of the penalty on each choice of skips.
    held: f64,
}

impl Step {
    fn h(&self) -> &[f64] {
        &self.layers[self.layers.len() - 1].after.h
    }
}

impl Lstm {
    /// A controller over `space` of one layer of `hidden` units, weights drawn uniformly from −0.1
    /// to 0.1 from stream `stream` under `seed`.
    ///
    /// # Panics
    /// If `hidden` is zero.
    pub fn new(space: SearchSpace, hidden: usize, seed: u64, stream: &str) -> Self {
        assert!(hidden > 0, "an LSTM of at least one hidden unit");
        Self::of(space, LstmSettings { hidden, ..LstmSettings::default() }, seed, stream)
    }

    /// Builds a controller over `space`, weights drawn from stream `stream` under `seed`.
    ///
    /// # Errors
    /// A setting out of range.
    pub fn with_settings(
        space: SearchSpace,
        settings: LstmSettings,
        seed: u64,
        stream: &str,
    ) -> Result<Self, SearchError> {
        Ok(Self::of(space, settings.check()?, seed, stream))
    }

    /// With a choice of exactly one option that the policy does not take: its options come one
    /// after another, `every` proposals each. Zoph and Le (ICLR 2017) so begin with 6 layers and
    /// add 2 every 1,600 networks, since a policy that is still at random writes networks that are
    /// too deep to train ([`supernet_space::NasRl::deepening`]).
    ///
    /// # Errors
    /// A name that is none of the space's choices, one that takes several options, or no proposal.
    pub fn deepening(self, choice: &str, every: u64) -> Result<Self, SearchError> {
        Ok(Self { deepening: Some(Deepening::new(&self.space, choice, every)?), ..self })
    }

    /// Whether a choice is the policy's under an architecture.
    fn own(&self, active: &[bool], choice: usize) -> bool {
        active[choice] && self.deepening.is_none_or(|deepening| deepening.choice != choice)
    }

    /// With settings in range.
    pub(crate) fn of(space: SearchSpace, settings: LstmSettings, seed: u64, stream: &str) -> Self {
        let anchors = if settings.anchors { anchors(&space) } else { Vec::new() };
        let mut lstm = Self { space, settings, anchors, deepening: None, parameters: Vec::new(), run: Memo::default() };
        let mut rng = draws(seed, stream, 0);
        lstm.parameters = (0..lstm.count()).map(|_| rng.random_range(-settings.init..settings.init)).collect();
        lstm
    }

    fn check(&self) -> Result<(), SearchError> {
        self.settings.check()?;
        self.deepening.iter().try_for_each(|deepening| deepening.check(&self.space))?;
        let expected = if self.settings.anchors { anchors(&self.space) } else { Vec::new() };
        let differ = expected.iter().zip(&self.anchors).filter(|(expected, found)| expected != found).count();
        check_count(NAME, "choices whose anchors are not their space's", differ, 0)?;
        check_count(NAME, "anchors", self.anchors.len(), expected.len())?;
        check_count(NAME, "parameters", self.parameters.len(), self.count())
    }

    fn options(&self, choice: usize) -> usize {
        self.space.choices()[choice].options().len()
    }

    fn anchor(&self, choice: usize, option: usize) -> Option<usize> {
        self.anchors.get(choice)?[option]
    }

    /// Options of a choice that have a row of U.
    fn rows(&self, choice: usize) -> usize {
        (0..self.options(choice)).filter(|&option| self.anchor(choice, option).is_none()).count()
    }

    /// Where the embedding of an option begins; `None` is the start.
    fn embedding(&self, option: Option<(usize, usize)>) -> usize {
        let place =
            option.map_or(0, |(choice, option)| 1 + (0..choice).map(|c| self.options(c)).sum::<usize>() + option);
        place * self.settings.hidden
    }

    fn layer(&self, layer: usize) -> LstmCell {
        let hidden = self.settings.hidden;
        let first = self.embedding(Some((self.space.choices().len(), 0)));
        let cell = LstmCell { inputs: hidden, hidden, first };
        LstmCell { first: first + layer * cell.len(), ..cell }
    }

    /// Where U of a choice begins, and u.
    fn head(&self, choice: usize) -> (usize, usize) {
        let n = self.settings.hidden;
        let before: usize = (0..choice).map(|c| self.rows(c)).sum();
        let weights = self.layer(self.settings.layers).first + before * (n + 1);
        let rows = if choice < self.space.choices().len() { self.rows(choice) } else { 0 };
        (weights, weights + rows * n)
    }

    /// Where W_prev begins, W_curr and v.
    fn attention(&self) -> [usize; 3] {
        let (n, first) = (self.settings.hidden, self.head(self.space.choices().len()).0);
        [first, first + n * n, first + 2 * n * n]
    }

    fn count(&self) -> usize {
        let [first, _, v] = self.attention();
        if self.settings.anchors { v + self.settings.hidden } else { first }
    }

    /// The step at which a choice is written.
    fn step_of(&self, choice: usize) -> usize {
        self.space.in_order().iter().position(|&other| other == choice).expect("a choice of the space")
    }

    /// The choice that is written before a step.
    fn before(&self, step: usize) -> Option<usize> {
        Some(self.space.in_order()[step.checked_sub(1)?])
    }

    /// The places of the embeddings that make x at a step before which `bits` were taken.
    fn inputs(&self, step: usize, bits: u64) -> Vec<usize> {
        match self.before(step) {
            None => vec![self.embedding(None)],
            Some(before) => (0..self.options(before))
                .filter(|option| bits >> option & 1 == 1)
                .map(|option| self.embedding(Some((before, option))))
                .collect(),
        }
    }

    /// The step after those at `path`, of which the last took `bits`.
    fn step(&self, bits: u64, path: &[usize], tree: &Tree<Step>) -> Step {
        let n = self.settings.hidden;
        let mut x = vec![0.0; n];
        for from in self.inputs(path.len(), bits) {
            add_scaled(&mut x, 1.0, &self.parameters[from..from + n]);
        }
        let before = path.last().map(|&before| tree.at(before));
        let mut layers: Vec<CellStep> = Vec::with_capacity(self.settings.layers);
        for layer in 0..self.settings.layers {
            let before = before.map_or_else(|| Memory::zero(n), |step| step.layers[layer].after.clone());
            let input = layers.last().map_or_else(|| std::mem::take(&mut x), |below| below.after.h.clone());
            layers.push(self.layer(layer).forward(&self.parameters, input, before));
        }
        let choice = self.space.in_order()[path.len()];
        let (q, attention) = self.weigh(choice, &layers[layers.len() - 1].after.h, path, tree);
        let bounds = &self.space.choices()[choice];
        Step { layers, attention, distribution: SubsetDistribution::new(q, bounds.min(), bounds.max()) }
    }

    /// Computes q of a choice whose layers have run, and the attention to anchors.
    fn weigh(&self, choice: usize, h: &[f64], path: &[usize], tree: &Tree<Step>) -> (Vec<f64>, Vec<Vec<f64>>) {
        let n = self.settings.hidden;
        let (mut row, mut shift) = self.head(choice);
        let (mut q, mut attention, mut current) = (Vec::with_capacity(self.options(choice)), Vec::new(), None);
        for option in 0..self.options(choice) {
            let theta = if let Some(anchor) = self.anchor(choice, option) {
                let current = current.get_or_insert_with(|| self.attend_current(h));
                let attended = self.attend(tree.at(path[self.step_of(anchor)]).h(), current);
                let v = self.attention()[2];
                let theta = dot(&self.parameters[v..v + n], &attended);
                attention.push(attended);
                theta
            } else {
                (row, shift) = (row + n, shift + 1);
                self.parameters[shift - 1] + dot(&self.parameters[row - n..row], h)
            };
            q.push(self.settings.squash(theta));
        }
        (q, attention)
    }

    /// Computes W_curr·h.
    fn attend_current(&self, h: &[f64]) -> Vec<f64> {
        let (n, [_, first, _]) = (self.settings.hidden, self.attention());
        (0..n).map(|k| dot(&self.parameters[first + k * n..first + (k + 1) * n], h)).collect()
    }

    /// Computes tanh(W_prev·h_a + W_curr·h), given the second product.
    fn attend(&self, anchor: &[f64], current: &[f64]) -> Vec<f64> {
        let (n, [first, ..]) = (self.settings.hidden, self.attention());
        let row = |k: usize| &self.parameters[first + k * n..first + (k + 1) * n];
        let mut sums: Vec<f64> = (0..n).map(|k| dot(row(k), anchor) + current[k]).collect();
        tanh_all(&mut sums);
        sums
    }

    /// The steps so far, none of them where they are too many.
    fn tree(&self) -> MutexGuard<'_, Tree<Step>> {
        /// Some megabytes.
        const MOST: usize = 1_000;
        let mut tree = self.run.get();
        if tree.len() > MOST {
            *tree = Tree::default();
        }
        tree
    }

    /// Runs the choices in order; `take` says what each takes, given its distribution. Returns
    /// where the steps stand.
    fn run(
        &self,
        tree: &mut Tree<Step>,
        mut take: impl FnMut(usize, &SubsetDistribution<Vec<f64>>) -> u64,
    ) -> Vec<usize> {
        let mut path: Vec<usize> = Vec::with_capacity(self.space.choices().len());
        let mut bits = 0;
        for &choice in self.space.in_order() {
            let before = path.last().copied();
            let place = tree.find(before, bits).unwrap_or_else(|| {
                let step = self.step(bits, &path, tree);
                tree.add(before, bits, step)
            });
            bits = take(choice, &tree.at(place).distribution);
            path.push(place);
        }
        path
    }

    /// Steps that architectures take, in the order in which these take them, and what comes back to
    /// each from what their choices take: steps that several take come once.
    fn backs(&self, weighed: &[Weighed], run: &mut Tree<Step>) -> (Tree<usize>, BTreeMap<usize, Back>) {
        let (mut order, mut backs) = (Tree::default(), BTreeMap::new());
        for &Weighed { architecture, weight, held } in weighed {
            let active = self.space.active(architecture);
            let path = self.run(run, |choice, _| architecture.bits(choice));
            let mut before = None;
            for (step, &choice) in path.into_iter().zip(self.space.in_order()) {
                let bits = run.from(step).1;
                let place = order.find(before, bits).unwrap_or_else(|| order.add(before, bits, step));
                before = Some(place);
                let options = self.options(choice);
                let at = || vec![Memory::zero(self.settings.hidden); self.settings.layers];
                let nothing = || Back { weight: 0.0, taken: vec![0.0; options], held: 0.0, at: at() };
                let back = backs.entry(place).or_insert_with(nothing);
                if self.own(&active, choice) {
                    back.weight += weight;
                    back.held += if self.has_skips(choice) { held } else { 0.0 };
                    let taken = (0..options).filter(|option| architecture.bits(choice) >> option & 1 == 1);
                    taken.for_each(|option| back.taken[option] += weight);
                }
            }
        }
        (order, backs)
    }

    /// From the gradient at q of a step to that at the states that it reads: of the step itself,
    /// `at_h`, and of anchors; adds those of parameters.
    fn head_back(
        &self,
        path: &[usize],
        (back, taken): (&mut Back, &Taken),
        earlier: &mut BTreeMap<usize, Back>,
        gradient: &mut [f64],
    ) {
        let (n, choice, step) =
            (self.settings.hidden, self.space.in_order()[path.len() - 1], taken.at(path[path.len() - 1]));
        let (mut row, mut shift) = self.head(choice);
        let at_h = &mut back.at[self.settings.layers - 1].h;
        let mut attended = step.attention.iter();
        let mut at_q: Vec<f64> =
            back.taken.iter().zip(step.distribution.inclusion()).map(|(taken, p)| taken - back.weight * p).collect();
        if let (Some(skip_rate), true) = (self.settings.skip_rate, back.held != 0.0) {
            let held = skip_rate.gradient(&step.distribution, |option| self.anchor(choice, option).is_some());
            add_scaled(&mut at_q, back.held, &held);
        }
        for (option, (at_q, q)) in at_q.into_iter().zip(step.distribution.theta()).enumerate() {
            let value = at_q * self.settings.slope(*q);
            if let Some(anchor) = self.anchor(choice, option) {
                let attention = attended.next().expect("one for each anchor");
                let anchor = path[self.step_of(anchor)];
                let at_anchor = &mut earlier.get_mut(&anchor).expect("a step before").at[self.settings.layers - 1].h;
                let states = [(taken.at(anchor).h(), at_anchor), (step.h(), &mut *at_h)];
                self.attend_back(value, attention, states, gradient);
                continue;
            }
            add_scaled(at_h, value, &self.parameters[row..row + n]);
            add_scaled(&mut gradient[row..row + n], value, step.h());
            gradient[shift] += value;
            (row, shift) = (row + n, shift + 1);
        }
    }

    /// The same for v·tanh(W_prev·h_a + W_curr·h), whose gradient is `value`: h_a and h come each
    /// with its gradient.
    fn attend_back(&self, value: f64, attention: &[f64], states: [(&[f64], &mut Vec<f64>); 2], gradient: &mut [f64]) {
        let (n, [previous, current, v]) = (self.settings.hidden, self.attention());
        add_scaled(&mut gradient[v..v + n], value, attention);
        for (first, (h, at_h)) in [previous, current].into_iter().zip(states) {
            for (k, tanh) in attention.iter().enumerate() {
                let at = value * self.parameters[v + k] * (1.0 - tanh * tanh);
                let row = first + k * n..first + (k + 1) * n;
                add_scaled(at_h, at, &self.parameters[row.clone()]);
                add_scaled(&mut gradient[row], at, h);
            }
        }
    }
}

impl LstmSettings {
    /// Computes C·tanh(θ/T).
    fn squash(&self, theta: f64) -> f64 {
        let scaled = theta / self.temperature;
        if self.tanh_constant.is_finite() { self.tanh_constant * tanh(scaled) } else { scaled }
    }

    /// Computes dq/dθ where q is C·tanh(θ/T).
    fn slope(&self, q: f64) -> f64 {
        let tanh = if self.tanh_constant.is_finite() { q / self.tanh_constant } else { 0.0 };
        let scale = if self.tanh_constant.is_finite() { self.tanh_constant } else { 1.0 };
        scale * (1.0 - tanh * tanh) / self.temperature
    }
}

impl Controller for Lstm {
    fn name(&self) -> &'static str {
        "lstm"
    }

    fn space(&self) -> &SearchSpace {
        &self.space
    }

    fn parameters(&self) -> &[f64] {
        &self.parameters
    }

    fn parameters_mut(&mut self) -> &mut [f64] {
        self.run.clear();
        &mut self.parameters
    }

    fn begin(&mut self, proposal: u64) {
        if let Some(deepening) = &mut self.deepening {
            deepening.begin(&self.space, proposal);
        }
    }

    fn sample(&self, rng: &mut impl Rng) -> Architecture {
        // What is not active reads as its least subset, whatever is drawn.
        let mut bits: Vec<u64> = self.space.choices().iter().map(|choice| choice.subset(0)).collect();
        self.run(&mut self.tree(), |choice, distribution| {
            let scheduled = self.deepening.filter(|deepening| deepening.choice == choice);
            let taken = scheduled.map_or_else(|| distribution.sample(rng), |deepening| deepening.bits());
            let least = std::mem::replace(&mut bits[choice], taken);
            if !self.space.active(&self.space.mask(bits.clone()))[choice] {
                bits[choice] = least;
            }
            bits[choice]
        });
        self.space.accept(self.space.mask(bits)).expect("subsets within the bounds")
    }

    fn log_probability(&self, architecture: &Architecture) -> f64 {
        let active = self.space.active(architecture);
        let mut sum = 0.0;
        self.run(&mut self.tree(), |choice, distribution| {
            sum +=
                if self.own(&active, choice) { distribution.log_probability(architecture.bits(choice)) } else { 0.0 };
            architecture.bits(choice)
        });
        sum
    }

    fn add_gradient(&self, architecture: &Architecture, weight: f64, gradient: &mut [f64]) {
        self.add_gradients(&[(architecture, weight)], gradient);
    }

    fn add_gradients(&self, weighted: &[(&Architecture, f64)], gradient: &mut [f64]) {
        let weighed = |&(architecture, weight)| Weighed { architecture, weight, held: 0.0 };
        self.go_back(&weighted.iter().map(weighed).collect::<Vec<_>>(), gradient);
    }

    /// Of the divergence from the skip rate: its mean over the draws and the choices of skips.
    fn add_own_gradient(&self, drawn: &[&Architecture], gradient: &mut [f64]) {
        let choices = (0..self.space.choices().len()).filter(|&choice| self.has_skips(choice)).count();
        let Some(skip_rate) = self.settings.skip_rate.filter(|_| choices > 0) else { return };
        let held = skip_rate.weight / (choices * drawn.len()) as f64;
        let weighed = |&architecture| Weighed { architecture, weight: 0.0, held };
        self.go_back(&drawn.iter().map(weighed).collect::<Vec<_>>(), gradient);
    }
}

impl Lstm {
    /// Whether a choice may take any number of inputs from earlier nodes.
    fn has_skips(&self, choice: usize) -> bool {
        let of = &self.space.choices()[choice];
        let is_free = of.min() == 0 && of.max() == of.options().len();
        is_free && (0..of.options().len()).any(|option| self.anchor(choice, option).is_some())
    }

    /// Adds the gradients at all parameters of what is weighed.
    fn go_back(&self, weighed: &[Weighed], gradient: &mut [f64]) {
        let (n, mut run) = (self.settings.hidden, self.tree());
        let (order, mut backs) = self.backs(weighed, &mut run);
        let taken = Taken { order, run: &run };
        let mut of_layers = vec![Vec::with_capacity(backs.len()); self.settings.layers];
        // Steps stand behind those that they read.
        while let Some((place, mut back)) = backs.pop_last() {
            let (path, (before, bits)) = (taken.order.path(place), taken.order.from(place));
            if back.weight != 0.0 || back.held != 0.0 || back.taken.iter().any(|&taken| taken != 0.0) {
                self.head_back(&path, (&mut back, &taken), &mut backs, gradient);
            }
            let mut from_above = vec![0.0; n];
            for layer in (0..self.settings.layers).rev() {
                add_scaled(&mut back.at[layer].h, 1.0, &from_above);
                let (cell, step) = (self.layer(layer), &taken.at(place).layers[layer]);
                let CellBack { at_sums, at_x, at_before } = cell.backward(&self.parameters, step, &back.at[layer]);
                of_layers[layer].push((step, at_sums));
                from_above = at_x;
                if let Some(earlier) = before.and_then(|before| backs.get_mut(&before)) {
                    add_scaled(&mut earlier.at[layer].h, 1.0, &at_before.h);
                    add_scaled(&mut earlier.at[layer].c, 1.0, &at_before.c);
                }
            }
            for from in self.inputs(path.len() - 1, bits) {
                add_scaled(&mut gradient[from..from + n], 1.0, &from_above);
            }
        }
        for (layer, steps) in of_layers.iter().enumerate() {
            self.layer(layer).add_gradient(steps, gradient);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Reinforce, Strategy,
        testing::{assert_draws_follow, assert_gradient, assert_sums_to_one, by_paths, mixed, nested, upside_down},
    };
    use supernet_space::{CellSpace, EnasMacro, NasRl};

    #[test]
    fn the_gradient_is_that_of_finite_differences_and_probabilities_sum_to_one() {
        for space in [mixed(), nested(), upside_down()] {
            let mut controller = Lstm::new(space, 5, 1, "lstm");
            controller.parameters_mut().iter_mut().for_each(|parameter| *parameter *= 8.0);
            assert_gradient(&mut controller);
            assert_sums_to_one(&controller);
            assert_draws_follow(&controller);
        }
    }

    #[test]
    fn so_it_is_with_two_layers_anchors_a_temperature_and_a_bound() {
        let cells = CellSpace::new(3, 2).unwrap();
        let settings = LstmSettings {
            hidden: 4,
            layers: 2,
            init: 0.8,
            temperature: 1.7,
            tanh_constant: 2.5,
            ..LstmSettings::nas_rl()
        };
        let mut controller = Lstm::with_settings(cells.space().clone(), settings, 1, "lstm").unwrap();
        assert!(controller.anchors.iter().flatten().any(Option::is_some));
        assert_gradient(&mut controller);
        let all = cells.space().architectures(20_000).unwrap();
        let sum: f64 = all.iter().map(|architecture| controller.log_probability(architecture).exp()).sum();
        assert!((sum - 1.0).abs() < 1e-10, "{sum}");
    }

    /// Six layers of three, with anchors and a penalty.
    fn with_skips(rate: f64) -> Lstm {
        let space = EnasMacro::new(6).unwrap().space().clone();
        let skip_rate = Some(SkipRate { rate, ..SkipRate::default() });
        Lstm::with_settings(space, LstmSettings { hidden: 5, skip_rate, ..LstmSettings::enas() }, 1, "lstm").unwrap()
    }

    #[test]
    fn the_skip_rates_gradient_is_that_of_finite_differences() {
        let mut controller = with_skips(0.4);
        controller.parameters_mut().iter_mut().for_each(|parameter| *parameter *= 8.0);
        let drawn: Vec<Architecture> = (0..3).map(|i| controller.space().sample(&mut draws(9, "drawn", i))).collect();
        // Its mean over the draws and the five layers that have earlier ones, times its weight.
        let penalty = |controller: &Lstm| {
            let of = |architecture: &Architecture| {
                let mut tree = Tree::default();
                let path = controller.run(&mut tree, |choice, _| architecture.bits(choice));
                let held = path.iter().zip(controller.space.in_order()).filter(|(_, c)| controller.has_skips(**c));
                let skip_rate = controller.settings.skip_rate.unwrap();
                held.map(|(&place, _)| skip_rate.divergence(&tree.at(place).distribution, |_| true)).sum::<f64>()
            };
            0.8 * drawn.iter().map(of).sum::<f64>() / 15.0
        };
        let mut gradient = vec![0.0; controller.parameters().len()];
        controller.add_own_gradient(&drawn.iter().collect::<Vec<_>>(), &mut gradient);
        assert!(gradient.iter().map(|value| value.abs()).sum::<f64>() > 0.1);
        for (i, gradient) in gradient.iter().enumerate() {
            let mut at = |shift: f64| {
                controller.parameters_mut()[i] += shift;
                let value = penalty(&controller);
                controller.parameters_mut()[i] -= shift;
                value
            };
            let difference = (at(1e-5) - at(-1e-5)) / 2e-5;
            assert!((gradient - difference).abs() < 1e-9, "parameter {i}: {gradient} and {difference}");
        }
    }

    #[test]
    fn with_a_constant_reward_skips_come_to_be_as_probable_as_they_are_held_to_be() {
        for rate in [0.4, 0.7] {
            let settings = crate::ReinforceSettings { rate: 0.01, ..Default::default() };
            let mut strategy =
                Reinforce::with_controller(with_skips(rate), 1, "skips").with_settings(settings).unwrap();
            let constant = |asked: Vec<Architecture>| {
                let mut scored = by_paths(&asked);
                scored.iter_mut().for_each(|scored| scored.score.accuracy = 0.5);
                scored
            };
            for _ in 0..100 {
                let asked = strategy.ask(10);
                strategy.tell(&constant(asked));
            }
            let (mut taken, mut all) = (0, 0);
            for architecture in strategy.ask(400) {
                let space = strategy.controller().space();
                for (choice, of) in space.choices().iter().enumerate().filter(|(_, c)| c.name().ends_with("skips")) {
                    taken += architecture.bits(choice).count_ones();
                    all += of.options().len();
                }
            }
            // 6,000 draws: a standard error of 0.006.
            let found = f64::from(taken) / all as f64;
            assert!((found - rate).abs() < 0.05, "{found} for {rate}");
        }
    }

    #[test]
    fn depth_follows_its_schedule_and_is_no_part_of_the_probabilities() {
        let space = NasRl::deepening(&[1, 2]).unwrap().space().clone();
        let of_depth = |depth: usize| {
            let all = space.architectures(20_000).unwrap();
            all.into_iter().filter(move |one| one.is_on(0, depth)).collect::<Vec<_>>()
        };
        let settings = LstmSettings { hidden: 4, layers: 2, init: 0.8, ..LstmSettings::nas_rl() };
        let lstm = Lstm::with_settings(space.clone(), settings, 1, "lstm").unwrap();
        let mut lstm = lstm.deepening("depth", 30).unwrap();
        assert_gradient(&mut lstm);
        for depth in 0..2 {
            let sum: f64 = of_depth(depth).iter().map(|one| lstm.log_probability(one).exp()).sum();
            assert!((sum - 1.0).abs() < 1e-10, "{sum}");
        }
        let mut strategy = Reinforce::with_controller(lstm, 1, "deepening");
        for round in 0..8 {
            // The third batch is the last of one layer; from the sixth on nothing changes any more.
            let asked = strategy.ask(10);
            assert!(asked.iter().all(|one| one.is_on(0, usize::from(round >= 3))), "round {round}");
            strategy.tell(&by_paths(&asked));
            strategy = serde_json::from_str(&serde_json::to_string(&strategy).unwrap()).unwrap();
        }
        let lstm = Lstm::new(space, 3, 1, "lstm");
        assert_eq!(
            lstm.clone().deepening("width", 30).unwrap_err().to_string(),
            "deepening, choice: found `width`, expected the name of a choice of the space"
        );
        assert!(lstm.clone().deepening("depth", 0).is_err());
        assert!(lstm.deepening("layer2/inputs", 30).is_err());
    }

    #[test]
    fn no_logit_exceeds_the_bound_and_a_temperature_makes_draws_more_even() {
        let spread = |temperature, tanh_constant| {
            let settings = LstmSettings { hidden: 6, init: 3.0, temperature, tanh_constant, ..Default::default() };
            let controller = Lstm::with_settings(mixed(), settings, 1, "lstm").unwrap();
            let mut bits = vec![0b1, 0b0011, 0b11, 0b100].into_iter();
            let mut tree = Tree::default();
            let path = controller.run(&mut tree, |_, _| bits.next().unwrap());
            let q = path.iter().flat_map(|&place| tree.at(place).distribution.theta());
            q.fold(0.0, |most: f64, q| most.max(q.abs()))
        };
        let free = spread(1.0, f64::INFINITY);
        assert!(free > 2.0, "{free}");
        assert!(spread(1.0, 1.5) <= 1.5);
        assert!((spread(5.0, f64::INFINITY) - free / 5.0).abs() < 1e-12);
    }

    #[test]
    fn a_choice_depends_on_those_before_it() {
        let mut controller = Lstm::new(mixed(), 4, 1, "lstm");
        controller.parameters_mut().iter_mut().for_each(|parameter| *parameter *= 10.0);
        let q = |first: u64| {
            let mut bits = vec![first, 0b0011, 0b11, 0b100].into_iter();
            let mut tree = Tree::default();
            let path = controller.run(&mut tree, |_, _| bits.next().unwrap());
            tree.at(path[1]).distribution.theta().to_vec()
        };
        assert_ne!(q(0b001), q(0b110));
    }

    #[test]
    fn settings_out_of_range_are_refused() {
        let refuse = |settings| Lstm::with_settings(mixed(), settings, 1, "lstm").unwrap_err().to_string();
        let settings = LstmSettings::default();
        assert_eq!(
            refuse(LstmSettings { layers: 0, ..settings }),
            "lstm controller, layers: found 0, expected at least 1"
        );
        refuse(LstmSettings { hidden: 0, ..settings });
        refuse(LstmSettings { init: f64::NAN, ..settings });
        refuse(LstmSettings { temperature: 0.0, ..settings });
        refuse(LstmSettings { tanh_constant: -1.0, ..settings });
        refuse(LstmSettings { skip_rate: Some(SkipRate { rate: 1.0, weight: 0.8 }), ..settings });
        refuse(LstmSettings { skip_rate: Some(SkipRate { rate: 0.4, weight: f64::NAN }), ..settings });
    }
}
