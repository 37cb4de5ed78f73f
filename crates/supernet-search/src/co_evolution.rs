//! Two populations that evolve together: blueprints, and the modules that they name.

use crate::{
    Scored, SearchError, Strategy, exact,
    generation::{Generation, fitness},
    known::{Known, Proposals, at_least, in_range},
    sections::{check_sections, sections},
    state::{allows, check_count, checked_state},
    subset_distribution::SubsetDistribution,
};
use rand::{Rng, RngExt, seq::SliceRandom};
use serde::{Deserialize, Serialize};
use supernet_space::{Architecture, SearchSpace};

const NAME: &str = "co-evolution";

/// CoDeepNEAT (Miikkulainen, Liang, Meyerson et al., 2017) on the stages of a bounded space. A
/// blueprint names for each stage a species of modules; a module is what the choices of one stage
/// take. A network is a blueprint with each species replaced by one of its modules, the same one
/// wherever the species is named. Every generation `networks` of them are scored: blueprints take
/// turns, and of a species the module used least so far comes first, so each is used where its
/// species is named at all. The fitness of a blueprint or a module is the mean score of the
/// networks that contained it; one in no network keeps what it had. The best `elite` blueprints and
/// the best module of each species stay, the others are children of two of the better half, mutated
/// in one gene with probability `mutation`.
///
/// A stage is the choices whose names begin with the same word before `/`, or those that
/// [`CoEvolution::with_stages`] names. Modules have as many genes as the longest stage; a shorter
/// one takes the first of them. Species keep their numbers, so no blueprint ever names one that is
/// gone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub struct CoEvolution {
    space: SearchSpace,
    stages: Vec<Vec<usize>>,
    settings: CoEvolutionSettings,
    proposals: Proposals,
    generations: u64,
    blueprints: Vec<Member<usize>>,
    /// The modules of each species.
    modules: Vec<Vec<Member<u64>>>,
    /// Of each network of the generation, its blueprint and the module of each species.
    parts: Vec<(usize, Vec<usize>)>,
    generation: Generation,
}

checked_state!(CoEvolution);

/// A blueprint or a module.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Member<G> {
    /// A species for each stage, or what each choice of a stage takes.
    genes: Vec<G>,
    #[serde(with = "exact::number")]
    fitness: f64,
}

/// Sizes of a [`CoEvolution`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct CoEvolutionSettings {
    /// Blueprints.
    pub blueprints: usize,
    /// Species of modules.
    pub species: usize,
    /// Modules of each species.
    pub modules: usize,
    /// Networks of a generation.
    pub networks: usize,
    /// Blueprints that stay as they are.
    pub elite: usize,
    /// That a child is mutated.
    #[serde(with = "exact::number")]
    pub mutation: f64,
}

impl Default for CoEvolutionSettings {
    /// For some hundred networks: 8 blueprints, 3 species of 4 modules, 20 networks a generation
    /// (the paper has 25 blueprints, 45 modules and 100 networks), 2 that stay, mutation with
    /// probability 0.8.
    fn default() -> Self {
        Self { blueprints: 8, species: 3, modules: 4, networks: 20, elite: 2, mutation: 0.8 }
    }
}

impl CoEvolutionSettings {
    fn check(self) -> Result<Self, SearchError> {
        for (setting, value) in [("blueprints", self.blueprints), ("modules", self.modules)] {
            at_least(NAME, setting, value, 2, "at least 2")?;
        }
        at_least(NAME, "species", self.species, 1, "at least 1")?;
        at_least(NAME, "networks", self.networks, 1, "at least 1")?;
        at_least(
            NAME,
            "blueprints beside those that stay",
            self.blueprints.saturating_sub(self.elite),
            1,
            "at least 1",
        )?;
        in_range(NAME, "mutation", self.mutation, (0.0..=1.0).contains(&self.mutation), "a probability, 0 to 1")?;
        Ok(self)
    }
}

impl CoEvolution {
    /// Over `space`, with draws from stream `stream` under `seed`.
    ///
    /// # Errors
    /// Stages whose choices differ: see [`CoEvolution::with_stages`].
    pub fn new(space: SearchSpace, seed: u64, stream: impl Into<String>) -> Result<Self, SearchError> {
        let stages = sections(&space);
        let settings = CoEvolutionSettings::default();
        let empty = Self {
            space,
            stages: Vec::new(),
            settings,
            proposals: Proposals::new(seed, stream),
            generations: 0,
            blueprints: Vec::new(),
            modules: Vec::new(),
            parts: Vec::new(),
            generation: Generation::default(),
        };
        empty.with_stages(stages)
    }

    /// With other stages, the places of their choices. Both populations are drawn anew.
    ///
    /// # Errors
    /// A choice in no stage or in two; choices at the same place of two stages that have other
    /// options or bounds, so that no module fits both.
    pub fn with_stages(self, stages: Vec<Vec<usize>>) -> Result<Self, SearchError> {
        check_stages(&self.space, &stages)?;
        Ok(Self { stages, ..self }.drawn())
    }

    /// With other settings. Both populations are drawn anew.
    ///
    /// # Errors
    /// A number out of range.
    pub fn with_settings(self, settings: CoEvolutionSettings) -> Result<Self, SearchError> {
        Ok(Self { settings: settings.check()?, ..self }.drawn())
    }

    /// Draws both populations, and the first generation's networks.
    fn drawn(self) -> Self {
        let mut rng = self.proposals.beside("first", 0);
        let CoEvolutionSettings { blueprints, species, modules, .. } = self.settings;
        let blueprint = |rng: &mut _| (0..self.stages.len()).map(|_| RngExt::random_range(rng, 0..species)).collect();
        let longest = self.longest().to_vec();
        let module = |rng: &mut _| longest.iter().map(|&choice| self.any(choice, rng)).collect();
        let blueprints = (0..blueprints).map(|_| Member { genes: blueprint(&mut rng), fitness: 0.0 }).collect();
        let mut members = |_| (0..modules).map(|_| Member { genes: module(&mut rng), fitness: 0.0 }).collect();
        let modules = (0..species).map(&mut members).collect();
        let mut drawn = Self { blueprints, modules, generations: 0, ..self };
        drawn.assemble();
        drawn
    }

    fn check(&self) -> Result<(), SearchError> {
        self.settings.check()?;
        check_stages(&self.space, &self.stages)?;
        self.generation.check(&self.space)?;
        let CoEvolutionSettings { blueprints, species, modules, networks, .. } = self.settings;
        check_count(NAME, "blueprints", self.blueprints.len(), blueprints)?;
        check_count(NAME, "species", self.modules.len(), species)?;
        check_count(NAME, "networks", self.parts.len(), networks)?;
        check_count(NAME, "members of the generation", self.generation.len(), networks)?;
        for blueprint in &self.blueprints {
            check_count(NAME, "stages of a blueprint", blueprint.genes.len(), self.stages.len())?;
            let wrong = blueprint.genes.iter().filter(|&&named| named >= species).count();
            check_count(NAME, "species that a blueprint names and that are not there", wrong, 0)?;
        }
        let longest = self.longest();
        for members in &self.modules {
            check_count(NAME, "modules of a species", members.len(), modules)?;
            for module in members {
                check_count(NAME, "genes of a module", module.genes.len(), longest.len())?;
                let wrong = longest
                    .iter()
                    .zip(&module.genes)
                    .filter(|&(&choice, &bits)| !allows(&self.space.choices()[choice], bits))
                    .count();
                check_count(NAME, "genes of a module that their choice does not allow", wrong, 0)?;
            }
        }
        for (blueprint, chosen) in &self.parts {
            check_count(NAME, "modules of a network", chosen.len(), species)?;
            let wrong = chosen.iter().filter(|&&module| module >= modules).count() + blueprint / blueprints;
            check_count(NAME, "parts of a network that are not there", wrong, 0)?;
        }
        Ok(())
    }

    /// The stage whose choices are the genes of modules.
    fn longest(&self) -> &[usize] {
        self.stages.iter().max_by_key(|stage| stage.len()).map_or(&[], Vec::as_slice)
    }

    fn any(&self, choice: usize, rng: &mut impl Rng) -> u64 {
        let choice = &self.space.choices()[choice];
        SubsetDistribution::new(&vec![0.0; choice.options().len()], choice.min(), choice.max()).sample(rng)
    }

    /// Puts a generation's networks together.
    fn assemble(&mut self) {
        let mut rng = self.proposals.beside("networks", self.generations);
        let mut used = vec![vec![0; self.settings.modules]; self.settings.species];
        self.parts.clear();
        for network in 0..self.settings.networks {
            let blueprint = network % self.blueprints.len();
            let named = |species: &usize| self.blueprints[blueprint].genes.contains(species);
            let mut chosen = vec![0; self.settings.species];
            for species in (0..self.settings.species).filter(named) {
                let mut order: Vec<usize> = (0..self.settings.modules).collect();
                order.shuffle(&mut rng);
                let module = order.into_iter().min_by_key(|&module| used[species][module]).expect("a module");
                used[species][module] += 1;
                chosen[species] = module;
            }
            self.parts.push((blueprint, chosen));
        }
        let members = self.parts.iter().map(|(blueprint, chosen)| self.network(*blueprint, chosen)).collect();
        self.generation = Generation::new(members);
    }

    /// A blueprint with each species replaced by a module.
    fn network(&self, blueprint: usize, chosen: &[usize]) -> Architecture {
        let mut bits = vec![0; self.space.choices().len()];
        for (stage, &species) in self.stages.iter().zip(&self.blueprints[blueprint].genes) {
            for (&choice, &gene) in stage.iter().zip(&self.modules[species][chosen[species]].genes) {
                bits[choice] = gene;
            }
        }
        self.space.accept(self.space.mask(bits)).expect("modules of the space")
    }

    /// Shares the scores of a generation out among its parts.
    fn share_out(&mut self, told: &[Known]) {
        let scores = fitness(told);
        let mean = |of: &mut dyn Iterator<Item = f64>| {
            let (sum, count) = of.fold((0.0, 0), |(sum, count), score| (sum + score, count + 1));
            (count > 0).then(|| sum / f64::from(count))
        };
        let networks = || self.parts.iter().zip(&scores);
        for (number, blueprint) in self.blueprints.iter_mut().enumerate() {
            let with = networks().filter(|((used, _), _)| *used == number).map(|(_, score)| *score);
            blueprint.fitness = mean(&mut with.into_iter()).unwrap_or(blueprint.fitness);
        }
        for (species, modules) in self.modules.iter_mut().enumerate() {
            for (number, module) in modules.iter_mut().enumerate() {
                let uses = |(blueprint, chosen): &(usize, Vec<usize>)| {
                    self.blueprints[*blueprint].genes.contains(&species) && chosen[species] == number
                };
                let with = networks().filter(|(parts, _)| uses(parts)).map(|(_, score)| *score);
                module.fitness = mean(&mut with.into_iter()).unwrap_or(module.fitness);
            }
        }
    }

    fn breed(&mut self) {
        let mut rng = self.proposals.beside("children", self.generations);
        let (settings, species) = (self.settings, self.settings.species);
        let blueprints = children(&self.blueprints, settings.elite, &mut rng, |genes, rng| {
            if rng.random::<f64>() < settings.mutation {
                let stage = rng.random_range(0..genes.len());
                genes[stage] = rng.random_range(0..species);
            }
        });
        let longest = self.longest().to_vec();
        let bred = |modules: &Vec<Member<u64>>| {
            children(modules, 1, &mut rng, |genes, rng| {
                if rng.random::<f64>() < settings.mutation {
                    let gene = rng.random_range(0..genes.len());
                    genes[gene] = self.any(longest[gene], rng);
                }
            })
        };
        let modules = self.modules.iter().map(bred).collect();
        (self.blueprints, self.modules) = (blueprints, modules);
        self.generations += 1;
        self.assemble();
    }
}

/// Whether stages cover the space and one module fits all of them.
fn check_stages(space: &SearchSpace, stages: &[Vec<usize>]) -> Result<(), SearchError> {
    check_sections(NAME, space, stages)?;
    let longest = stages.iter().max_by_key(|stage| stage.len()).map_or(&[][..], Vec::as_slice);
    let alike = |a: usize, b: usize| {
        let (a, b) = (&space.choices()[a], &space.choices()[b]);
        (a.options().len(), a.min(), a.max()) == (b.options().len(), b.min(), b.max())
    };
    let differ = stages.iter().flat_map(|stage| stage.iter().zip(longest)).find(|&(&a, &b)| !alike(a, b));
    match differ {
        None => Ok(()),
        Some((&a, &b)) => Err(SearchError::Setting {
            strategy: NAME,
            setting: "stages",
            found: format!("`{}` beside `{}`", space.choices()[a].name(), space.choices()[b].name()),
            expected: "as many options and the same bounds at the same place of every stage",
        }),
    }
}

/// The best `elite` as they are, and children of two of the better half.
fn children<G: Copy, R: Rng>(
    members: &[Member<G>],
    elite: usize,
    rng: &mut R,
    mutate: impl Fn(&mut Vec<G>, &mut R),
) -> Vec<Member<G>> {
    let mut ranked: Vec<&Member<G>> = members.iter().collect();
    ranked.sort_by(|a, b| b.fitness.total_cmp(&a.fitness));
    let better = members.len().div_ceil(2);
    let mut child = |_| {
        let (a, b) = (ranked[rng.random_range(0..better)], ranked[rng.random_range(0..better)]);
        let mut genes: Vec<G> =
            a.genes.iter().zip(&b.genes).map(|(&a, &b)| if rng.random::<bool>() { a } else { b }).collect();
        mutate(&mut genes, rng);
        Member { genes, fitness: (a.fitness + b.fitness) / 2.0 }
    };
    let new: Vec<Member<G>> = (elite..members.len()).map(&mut child).collect();
    ranked.into_iter().take(elite).cloned().chain(new).collect()
}

impl Strategy for CoEvolution {
    fn name(&self) -> &str {
        NAME
    }

    fn most_at_once(&self) -> usize {
        self.generation.open().max(1)
    }

    fn ask(&mut self, count: usize) -> Vec<Architecture> {
        (0..count).map(|_| self.generation.next().expect("a generation has members that wait")).collect()
    }

    fn tell(&mut self, scored: &[Scored]) {
        for scored in scored {
            if self.generation.tell(scored) {
                let told = self.generation.take();
                self.share_out(&told);
                self.breed();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{by_paths, chain, scored};
    use supernet_space::{MobileChain, NasBench201};

    /// Three stages of two layers each.
    fn stages() -> CoEvolution {
        let strategy = CoEvolution::new(chain(6), 1, "co").unwrap();
        strategy.with_stages(vec![vec![0, 1], vec![2, 3], vec![4, 5]]).unwrap()
    }

    #[test]
    fn scores_are_shared_out_among_three_blueprints_and_four_modules_as_by_hand() {
        let settings = CoEvolutionSettings {
            blueprints: 3,
            species: 2,
            modules: 4,
            networks: 4,
            ..CoEvolutionSettings::default()
        };
        let mut co = stages().with_settings(settings).unwrap();
        for (blueprint, genes) in co.blueprints.iter_mut().zip([[0, 0, 1], [1, 1, 1], [0, 0, 0]]) {
            (blueprint.genes, blueprint.fitness) = (genes.into(), 0.05);
        }
        co.modules.iter_mut().flatten().for_each(|module| module.fitness = 0.07);
        // Networks 0 and 3 are of blueprint 0, network 1 of blueprint 1, network 2 of blueprint 2.
        co.parts = vec![(0, vec![1, 2]), (1, vec![0, 2]), (2, vec![1, 0]), (0, vec![3, 0])];
        let scores = [0.2, 0.4, 0.9, 0.6];
        let architecture = co.network(0, &[0, 0]);
        let told: Vec<Known> = scores.iter().map(|&score| Known::from(&scored(&architecture, score))).collect();
        co.share_out(&told);
        let near = |found: Vec<f64>, expected: &[f64]| {
            assert!(found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-15), "{found:?}, not {expected:?}");
        };
        near(co.blueprints.iter().map(|member| member.fitness).collect(), &[0.4, 0.4, 0.9]);
        // A module of species 0 counts where its blueprint names the species: networks 0, 2 and 3.
        // Modules 0 and 2 keep theirs.
        near(co.modules[0].iter().map(|member| member.fitness).collect(), &[0.07, 0.55, 0.07, 0.6]);
        // Of species 1: networks 0, 1 and 3.
        near(co.modules[1].iter().map(|member| member.fitness).collect(), &[0.6, 0.07, 0.3, 0.07]);
    }

    #[test]
    fn every_module_of_a_named_species_is_used() {
        let co = stages();
        for species in 0..3 {
            if !co.blueprints.iter().any(|blueprint| blueprint.genes.contains(&species)) {
                continue;
            }
            let networks = co.parts.iter().filter(|(blueprint, _)| co.blueprints[*blueprint].genes.contains(&species));
            let used: std::collections::BTreeSet<usize> = networks.map(|(_, chosen)| chosen[species]).collect();
            assert_eq!(used.len(), 4, "species {species}");
        }
    }

    #[test]
    fn a_network_is_its_blueprint_and_its_modules() {
        let co = stages();
        for (network, (blueprint, chosen)) in co.generation.members().iter().zip(&co.parts) {
            for (stage, &species) in co.stages.iter().zip(&co.blueprints[*blueprint].genes) {
                let part: Vec<u64> = stage.iter().map(|&choice| network.bits(choice)).collect();
                assert_eq!(part, co.modules[species][chosen[species]].genes);
            }
        }
    }

    #[test]
    fn no_blueprint_ever_names_a_species_that_is_gone() {
        let mut co = stages();
        for generation in 0..30 {
            let told = by_paths(&co.ask(20));
            co.tell(&told);
            co.check().unwrap_or_else(|error| panic!("generation {generation}: {error}"));
        }
        assert_eq!(co.generations, 30);
    }

    #[test]
    fn generations_get_better() {
        let mut co = stages();
        let mut means = Vec::new();
        for _ in 0..12 {
            let told = by_paths(&co.ask(20));
            means.push(told.iter().map(|scored| scored.score.accuracy).sum::<f64>() / 20.0);
            co.tell(&told);
        }
        assert!(means[11] > means[0] + 2.0, "{means:?}");
    }

    #[test]
    fn stages_that_no_module_fits_are_refused_and_shorter_ones_take_its_first_genes() {
        let mobile = MobileChain::mobilenet_v2().space().clone();
        assert!(CoEvolution::new(mobile, 1, "co").is_ok());
        let co = CoEvolution::new(NasBench201::new().space().clone(), 1, "co").unwrap();
        assert_eq!(co.modules[0][0].genes.len(), 3);
        let mixed = CoEvolution::new(crate::testing::mixed(), 1, "co").unwrap_err().to_string();
        assert!(mixed.starts_with("co-evolution, stages: found `"), "{mixed}");
        let settings = CoEvolutionSettings { elite: 8, ..CoEvolutionSettings::default() };
        assert!(stages().with_settings(settings).is_err());
    }
}
