//! The genetic algorithm of Genetic CNN.

use crate::{
    Scored, SearchError, Strategy,
    generation::{Generation, fitness},
    known::{Known, Proposals, at_least, in_range},
    sections::{check_sections, sections},
    state::checked_state,
    subset_distribution::SubsetDistribution,
};
use rand::{Rng, RngExt};
use serde::{Deserialize, Serialize};
use supernet_space::{Architecture, Choice, SearchSpace};

const NAME: &str = "genetic algorithm";

/// Genetic CNN (Xie and Yuille, ICCV 2017). A generation is drawn from the one before by a roulette
/// on r − min r, so the worst is never drawn (all alike if all score the same). Neighbours in the
/// list are then pairs: with probability `cross_pair` they exchange whole stages, each with
/// probability `cross_stage`; of those that were not crossed each is mutated with probability
/// `mutate_one`, every bit of a choice of any number of options with probability `mutate_bit`, any
/// other choice with the same probability to another of its subsets.
///
/// A stage is the choices whose names begin with the same word before `/`, or those that
/// [`GeneticAlgorithm::with_stages`] names.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub struct GeneticAlgorithm {
    space: SearchSpace,
    stages: Vec<Vec<usize>>,
    settings: GeneticSettings,
    proposals: Proposals,
    generations: u64,
    generation: Generation,
}

checked_state!(GeneticAlgorithm);

/// Sizes and probabilities of a [`GeneticAlgorithm`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct GeneticSettings {
    /// Members of a generation.
    pub population: usize,
    /// That a pair exchanges stages.
    #[serde(with = "crate::exact::number")]
    pub cross_pair: f64,
    /// That a stage of such a pair is exchanged.
    #[serde(with = "crate::exact::number")]
    pub cross_stage: f64,
    /// That a member that was not crossed is mutated.
    #[serde(with = "crate::exact::number")]
    pub mutate_one: f64,
    /// That a bit of such a member flips.
    #[serde(with = "crate::exact::number")]
    pub mutate_bit: f64,
}

impl Default for GeneticSettings {
    /// As published: 20 members, 0.2 and 0.2, 0.8 and 0.05.
    fn default() -> Self {
        Self { population: 20, cross_pair: 0.2, cross_stage: 0.2, mutate_one: 0.8, mutate_bit: 0.05 }
    }
}

impl GeneticSettings {
    fn check(self) -> Result<Self, SearchError> {
        at_least(NAME, "population", self.population, 2, "at least 2")?;
        let probabilities = [
            ("crossing of a pair", self.cross_pair),
            ("crossing of a stage", self.cross_stage),
            ("mutation of a member", self.mutate_one),
            ("mutation of a bit", self.mutate_bit),
        ];
        for (setting, value) in probabilities {
            in_range(NAME, setting, value, (0.0..=1.0).contains(&value), "a probability, 0 to 1")?;
        }
        Ok(self)
    }
}

impl GeneticAlgorithm {
    /// Over `space`, with draws from stream `stream` under `seed`.
    pub fn new(space: SearchSpace, seed: u64, stream: impl Into<String>) -> Self {
        Self {
            stages: sections(&space),
            space,
            settings: GeneticSettings::default(),
            proposals: Proposals::new(seed, stream),
            generations: 0,
            generation: Generation::default(),
        }
    }

    /// With other settings.
    ///
    /// # Errors
    /// A number out of range.
    pub fn with_settings(self, settings: GeneticSettings) -> Result<Self, SearchError> {
        Ok(Self { settings: settings.check()?, ..self })
    }

    /// With other stages: the places of their choices.
    ///
    /// # Errors
    /// A choice in no stage or in two.
    pub fn with_stages(self, stages: Vec<Vec<usize>>) -> Result<Self, SearchError> {
        check_sections(NAME, &self.space, &stages)?;
        Ok(Self { stages, ..self })
    }

    fn check(&self) -> Result<(), SearchError> {
        self.settings.check()?;
        check_sections(NAME, &self.space, &self.stages)?;
        self.generation.check(&self.space)
    }

    fn first(&self) -> Generation {
        let mut rng = self.proposals.beside("first", 0);
        Generation::new((0..self.settings.population).map(|_| self.space.sample(&mut rng)).collect())
    }

    fn breed(&self, told: &[Known]) -> Generation {
        let mut rng = self.proposals.beside("generation", self.generations);
        let fitness = fitness(told);
        let drawn = (0..self.settings.population).map(|_| told[roulette(&fitness, &mut rng)].architecture.clone());
        let mut members: Vec<Architecture> = drawn.collect();
        let mut crossed = vec![false; members.len()];
        for pair in 0..members.len() / 2 {
            if rng.random::<f64>() < self.settings.cross_pair {
                let (a, b) = self.exchange(&members[2 * pair], &members[2 * pair + 1], &mut rng);
                (members[2 * pair], members[2 * pair + 1]) = (a, b);
                (crossed[2 * pair], crossed[2 * pair + 1]) = (true, true);
            }
        }
        for (member, crossed) in members.iter_mut().zip(crossed) {
            if !crossed && rng.random::<f64>() < self.settings.mutate_one {
                *member = self.mutate(member, &mut rng);
            }
        }
        Generation::new(members)
    }

    fn exchange(&self, a: &Architecture, b: &Architecture, rng: &mut impl Rng) -> (Architecture, Architecture) {
        let mut from_other = vec![false; self.space.choices().len()];
        for stage in &self.stages {
            if rng.random::<f64>() < self.settings.cross_stage {
                stage.iter().for_each(|&choice| from_other[choice] = true);
            }
        }
        let (of_a, of_b) = (self.space.active(a), self.space.active(b));
        let mut child = |(own, in_own): (&Architecture, &[bool]), (other, in_other): (&Architecture, &[bool])| {
            // Where a choice is there in one parent alone, the child has it from that one; where in
            // neither, it is drawn.
            self.space.architecture(|choice| match (in_own[choice], in_other[choice]) {
                (false, false) => self.any(choice, rng),
                (true, in_other) if !(from_other[choice] && in_other) => own.bits(choice),
                _ => other.bits(choice),
            })
        };
        (child((a, &of_a), (b, &of_b)), child((b, &of_b), (a, &of_a)))
    }

    fn mutate(&self, architecture: &Architecture, rng: &mut impl Rng) -> Architecture {
        let active = self.space.active(architecture);
        self.space.architecture(|place| match active[place] {
            true => self.mutate_choice(&self.space.choices()[place], architecture.bits(place), rng),
            // A branch that the mutation opens.
            false => self.any(place, rng),
        })
    }

    fn any(&self, place: usize, rng: &mut impl Rng) -> u64 {
        let choice = &self.space.choices()[place];
        SubsetDistribution::new(&vec![0.0; choice.options().len()], choice.min(), choice.max()).sample(rng)
    }

    fn mutate_choice(&self, choice: &Choice, bits: u64, rng: &mut impl Rng) -> u64 {
        /// Draws of another subset.
        const MOST_DRAWS: usize = 100;
        let mut happens = || rng.random::<f64>() < self.settings.mutate_bit;
        if choice.min() == 0 && choice.max() == choice.options().len() {
            return (0..choice.max()).filter(|_| happens()).fold(bits, |bits, option| bits ^ 1 << option);
        }
        if !happens() {
            return bits;
        }
        let zeros = vec![0.0; choice.options().len()];
        let any = SubsetDistribution::new(&zeros, choice.min(), choice.max());
        (0..MOST_DRAWS).map(|_| any.sample(rng)).find(|other| *other != bits).unwrap_or(bits)
    }
}

/// Draws a place with weight r − min r; any if all are alike.
fn roulette(fitness: &[f64], rng: &mut impl Rng) -> usize {
    let least = fitness.iter().copied().fold(f64::INFINITY, f64::min);
    let sum: f64 = fitness.iter().map(|value| value - least).sum();
    if sum <= 0.0 {
        return rng.random_range(0..fitness.len());
    }
    let mut rank = rng.random::<f64>() * sum;
    let passes = |value: &f64| {
        rank -= value - least;
        rank < 0.0
    };
    // Rounding may leave nothing to pass: the best is then as good as any.
    let best = (0..fitness.len()).max_by(|&a, &b| fitness[a].total_cmp(&fitness[b]));
    fitness.iter().position(passes).or(best).expect("a member")
}

impl Strategy for GeneticAlgorithm {
    fn name(&self) -> &str {
        NAME
    }

    fn most_at_once(&self) -> usize {
        if self.generation.len() == 0 { self.settings.population } else { self.generation.open().max(1) }
    }

    fn ask(&mut self, count: usize) -> Vec<Architecture> {
        if self.generation.len() == 0 {
            self.generation = self.first();
        }
        (0..count).map(|_| self.generation.next().expect("a generation has members that wait")).collect()
    }

    fn tell(&mut self, scored: &[Scored]) {
        for scored in scored {
            if self.generation.tell(scored) {
                let told = self.generation.take();
                self.generation = self.breed(&told);
                self.generations += 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{by_paths, chain, nested, scored};
    use std::collections::BTreeSet;
    use supernet_space::{GeneticStages, draws};

    #[test]
    fn a_roulette_never_draws_the_worst_and_any_where_all_are_alike() {
        let mut rng = draws(1, "roulette", 0);
        let mut drawn = [0; 3];
        (0..30_000).for_each(|_| drawn[roulette(&[0.5, 0.2, 0.8], &mut rng)] += 1);
        assert_eq!(drawn[1], 0);
        assert!((f64::from(drawn[0]) / 10_000.0 - 1.0).abs() < 0.05, "{drawn:?}");
        let alike: BTreeSet<usize> = (0..100).map(|_| roulette(&[0.7; 3], &mut rng)).collect();
        assert_eq!(alike, BTreeSet::from([0, 1, 2]));
    }

    #[test]
    fn crossing_exchanges_whole_stages_and_nothing_is_lost() {
        let space = GeneticStages::published().space().clone();
        let ga = GeneticAlgorithm::new(space.clone(), 1, "genes");
        assert_eq!(ga.stages.iter().map(Vec::len).collect::<Vec<_>>(), [2, 3, 4]);
        let mut exchanged = BTreeSet::new();
        for draw in 0..200 {
            let mut rng = draws(2, "parents", draw);
            let (a, b) = (space.sample(&mut rng), space.sample(&mut rng));
            let (one, other) = ga.exchange(&a, &b, &mut rng);
            for (number, stage) in ga.stages.iter().enumerate() {
                let part = |a: &Architecture| stage.iter().map(|&choice| a.bits(choice)).collect::<Vec<_>>();
                let kept = part(&one) == part(&a) && part(&other) == part(&b);
                let swapped = part(&one) == part(&b) && part(&other) == part(&a);
                assert!(kept || swapped);
                exchanged.extend((!kept).then_some(number));
            }
        }
        assert_eq!(exchanged, BTreeSet::from([0, 1, 2]));
    }

    #[test]
    fn mutation_flips_bits_each_on_its_own() {
        // A permutation of the bits, as some copies have it, would keep their number.
        let space = GeneticStages::published().space().clone();
        let ga = GeneticAlgorithm::new(space.clone(), 1, "genes");
        let (mut flipped, mut counts) = (0, BTreeSet::new());
        for draw in 0..2_000 {
            let mut rng = draws(2, "mutants", draw);
            let parent = space.sample(&mut rng);
            let child = ga.mutate(&parent, &mut rng);
            flipped += (0..9).map(|i| (parent.bits(i) ^ child.bits(i)).count_ones()).sum::<u32>();
            counts.insert(i64::from(child.paths_on()) - i64::from(parent.paths_on()));
        }
        // 2,000 · 19 bits at 0.05: 1,900 ± 42.
        assert!((1_750..2_050).contains(&flipped), "{flipped}");
        assert!(counts.contains(&1) && counts.contains(&-1));
    }

    #[test]
    fn a_branch_that_a_mutation_or_an_exchange_opens_is_drawn_or_comes_from_the_parent_that_has_it() {
        let space = nested();
        let settings = GeneticSettings { mutate_bit: 0.5, cross_stage: 0.5, ..GeneticSettings::default() };
        let ga = GeneticAlgorithm::new(space.clone(), 1, "genes").with_settings(settings).unwrap();
        let pool = space.parse_architecture("010/100/10/10/10").unwrap();
        let (mut kernels, mut rng) = (BTreeSet::new(), draws(5, "branches", 0));
        for _ in 0..200 {
            let mutant = ga.mutate(&pool, &mut rng);
            kernels.extend(space.active(&mutant)[1].then(|| mutant.bits(1)));
        }
        assert_eq!(kernels, BTreeSet::from([0b1, 0b10, 0b100]));
        // One parent alone has a kernel, the last one: so has every child that has one.
        let conv = space.parse_architecture("100/001/01/01/01").unwrap();
        for _ in 0..200 {
            let (one, other) = ga.exchange(&pool, &conv, &mut rng);
            for child in [one, other] {
                space.check(&child).unwrap();
                assert!(!space.active(&child)[1] || child.bits(1) == 0b100);
            }
        }
    }

    #[test]
    fn no_generation_draws_as_the_one_before_it() {
        // A generator that is seeded anew for each selection, as some copies have it, would draw
        // the same places again.
        let mut ga = GeneticAlgorithm::new(chain(6), 3, "genes");
        let ranks = |ga: &GeneticAlgorithm| {
            let mut rng = ga.proposals.beside("generation", ga.generations);
            (0..20).map(|_| roulette(&[0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8], &mut rng)).collect::<Vec<_>>()
        };
        let mut drawn = BTreeSet::new();
        for _ in 0..10 {
            assert!(drawn.insert(ranks(&ga)));
            let told = by_paths(&ga.ask(20));
            ga.tell(&told);
        }
        assert_eq!(ga.generations, 10);
    }

    #[test]
    fn generations_differ_and_the_last_is_better_than_the_first() {
        let mut ga = GeneticAlgorithm::new(chain(6), 3, "genes");
        let mut means = Vec::new();
        for _ in 0..15 {
            let told = by_paths(&ga.ask(20));
            means.push(told.iter().map(|scored| scored.score.accuracy).sum::<f64>() / 20.0);
            ga.tell(&told);
        }
        assert!(means[14] > means[0] + 2.0, "{means:?}");
        assert_eq!(ga.generations, 15);
    }

    #[test]
    fn settings_and_stages_out_of_range_are_refused() {
        let ga = || GeneticAlgorithm::new(chain(2), 1, "genes");
        let settings = GeneticSettings { mutate_bit: 1.5, ..GeneticSettings::default() };
        assert_eq!(
            ga().with_settings(settings).unwrap_err().to_string(),
            "genetic algorithm, mutation of a bit: found 1.5, expected a probability, 0 to 1"
        );
        assert!(ga().with_settings(GeneticSettings { population: 1, ..GeneticSettings::default() }).is_err());
        assert!(ga().with_stages(vec![vec![0]]).is_err());
        assert!(ga().with_stages(vec![vec![0, 1], vec![1]]).is_err());
        assert!(ga().with_stages(vec![vec![1], vec![0]]).is_ok());
        // What is asked for beyond a generation are members of it again.
        let mut ga = ga();
        let asked = ga.ask(45);
        assert_eq!(asked[..20], asked[20..40]);
        ga.tell(&asked.iter().map(|a| scored(a, 0.1)).collect::<Vec<_>>());
    }
}
