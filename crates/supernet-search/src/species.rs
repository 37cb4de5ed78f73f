//! Species: genomes that are alike compete among themselves.

use crate::{exact, genome::Genome};
use rand::{Rng, RngExt};
use serde::{Deserialize, Serialize};

/// One species.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Species {
    /// A member of the last generation, by which this one's are told.
    pub(crate) representative: Genome,
    /// Members of this generation, by place.
    pub(crate) members: Vec<usize>,
    /// The greatest fitness of any generation.
    #[serde(with = "exact::number")]
    pub(crate) best: f64,
    /// Generations since it rose.
    pub(crate) idle: u32,
}

/// Puts each genome into the first species whose representative is nearer than `threshold`, or into
/// a new one. Species that get nobody are gone.
pub(crate) fn speciate(species: &mut Vec<Species>, genomes: &[Genome], threshold: f64, weight: f64) {
    species.iter_mut().for_each(|species| species.members.clear());
    for (place, genome) in genomes.iter().enumerate() {
        match species.iter_mut().find(|species| species.representative.distance(genome, weight) < threshold) {
            Some(species) => species.members.push(place),
            None => species.push(Species {
                representative: genome.clone(),
                members: vec![place],
                best: f64::NEG_INFINITY,
                idle: 0,
            }),
        }
    }
    species.retain(|species| !species.members.is_empty());
}

/// Notes progress, and drops species without any for `most_idle` generations, but never the one of
/// the fittest genome. Each then gets a random member as its representative.
pub(crate) fn age(species: &mut Vec<Species>, genomes: &[Genome], fitness: &[f64], most_idle: u32, rng: &mut impl Rng) {
    let greatest = |species: &Species| species.members.iter().map(|&i| fitness[i]).fold(f64::NEG_INFINITY, f64::max);
    let of_all = fitness.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    for species in species.iter_mut() {
        let now = greatest(species);
        (species.best, species.idle) = if now > species.best { (now, 0) } else { (species.best, species.idle + 1) };
        species.representative = genomes[species.members[rng.random_range(0..species.members.len())]].clone();
    }
    species.retain(|species| species.idle < most_idle || greatest(species) >= of_all);
}

/// Shares `population` children out in proportion to the sum of each species' shared fitness, a
/// member's fitness divided by the size of its species. The parts are whole and their sum is exact:
/// what rounding leaves goes to the greatest remainders.
pub(crate) fn shares(species: &[Species], fitness: &[f64], population: usize) -> Vec<usize> {
    let mean = |species: &Species| {
        species.members.iter().map(|&i| fitness[i].max(0.0)).sum::<f64>() / species.members.len() as f64
    };
    let means: Vec<f64> = species.iter().map(mean).collect();
    let sum: f64 = means.iter().sum();
    let exact = |mean: &f64| if sum > 0.0 { mean / sum } else { 1.0 / means.len() as f64 } * population as f64;
    let exact: Vec<f64> = means.iter().map(exact).collect();
    let mut shares: Vec<usize> = exact.iter().map(|share| share.floor() as usize).collect();
    let mut by_remainder: Vec<usize> = (0..shares.len()).collect();
    by_remainder.sort_by(|&a, &b| exact[b].fract().total_cmp(&exact[a].fract()));
    let left = population.saturating_sub(shares.iter().sum());
    by_remainder.iter().cycle().take(left).for_each(|&species| shares[species] += 1);
    shares
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::genome::{Kind, Node};
    use supernet_space::draws;

    /// Genomes that are apart by their attribute alone.
    fn genome(attribute: u64) -> Genome {
        Genome {
            nodes: vec![Node { number: 0, kind: Kind::Hidden, stage: 0, attributes: vec![attribute] }],
            links: vec![],
        }
    }

    #[test]
    fn genomes_join_who_is_near_and_else_found_a_species() {
        let genomes = [genome(1), genome(2), genome(1), genome(3)];
        let mut species = Vec::new();
        speciate(&mut species, &genomes, 0.5, 0.4);
        let members = |species: &[Species]| species.iter().map(|species| species.members.clone()).collect::<Vec<_>>();
        assert_eq!(members(&species), [vec![0, 2], vec![1], vec![3]]);
        // Of the next generation nobody is like the second.
        speciate(&mut species, &[genome(3), genome(1)], 0.5, 0.4);
        assert_eq!(members(&species), [vec![1], vec![0]]);
    }

    #[test]
    fn children_are_shared_out_to_the_last_one() {
        let genomes: Vec<Genome> = [1, 1, 1, 2, 3].map(genome).into();
        let mut species = Vec::new();
        speciate(&mut species, &genomes, 0.5, 0.4);
        // Means 0.3, 0.6 and 0.1: of 20 children 6, 12 and 2; of 11, 3.3, 6.6 and 1.1.
        let fitness = [0.2, 0.3, 0.4, 0.6, 0.1];
        assert_eq!(shares(&species, &fitness, 20), [6, 12, 2]);
        assert_eq!(shares(&species, &fitness, 11), [3, 7, 1]);
        for population in 1..200 {
            assert_eq!(shares(&species, &fitness, population).iter().sum::<usize>(), population);
            assert_eq!(shares(&species, &[0.0; 5], population).iter().sum::<usize>(), population);
        }
    }

    #[test]
    fn a_species_without_progress_is_dropped_but_for_that_of_the_fittest() {
        let genomes: Vec<Genome> = [1, 2].map(genome).into();
        let mut species = Vec::new();
        speciate(&mut species, &genomes, 0.5, 0.4);
        for generation in 0..20 {
            assert_eq!(species.len(), if generation <= 15 { 2 } else { 1 }, "generation {generation}");
            age(&mut species, &genomes, &[0.5, 0.4], 15, &mut draws(1, "age", generation));
        }
        assert_eq!(species[0].members, [0]);
    }
}
