//! Conditions from nesting: a choice inside an option of another one is there under that option
//! alone.

use supernet_space::{Choice, SearchSpace, SpaceError};

/// Options of a choice, by place, around a place in a module: one of them has to be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Around {
    pub(crate) choice: usize,
    pub(crate) options: u64,
}

impl Around {
    /// Whether it holds wherever `other` does.
    fn follows_from(&self, other: &Self) -> bool {
        self.choice == other.choice && other.options & !self.options == 0
    }
}

/// Alternatives, of each of which all has to hold.
type Alternatives = Vec<Vec<Around>>;

/// Returns `space` with conditions: `places` are its choices wherever they stand, by place in the
/// space, with what stands around them. A choice is active where one of its places is.
///
/// # Errors
/// None that [`SearchSpace::new`] does not have.
pub(crate) fn conditional(space: &SearchSpace, places: &[(usize, Vec<Around>)]) -> Result<SearchSpace, SpaceError> {
    let choices = space.choices();
    let of_choice = |choice: usize| {
        let around = places.iter().filter(|(place, _)| *place == choice).map(|(_, around)| around.clone());
        simplified(around.collect(), choices)
    };
    let whole: Vec<Alternatives> = (0..choices.len()).map(of_choice).collect();
    let short = whole.iter().map(|any| any.iter().map(|all| shortened(all, &whole)).collect()).collect();
    let conditions = without_circles(short);
    let written = choices.iter().zip(&conditions).flat_map(|(choice, any)| written(choice, any, choices));
    SearchSpace::new(space.name(), written.collect::<Vec<_>>())
}

/// The choice as one place for each alternative.
fn written(choice: &Choice, any: &Alternatives, choices: &[Choice]) -> Vec<Choice> {
    let under = |place: Choice, around: &Around| {
        let parent = &choices[around.choice];
        let options = parent.options().iter().enumerate().filter(|(o, _)| around.options >> o & 1 == 1);
        place.under(parent.name(), options.map(|(_, name)| name.clone()).collect::<Vec<_>>())
    };
    any.iter().map(|all| all.iter().fold(choice.clone(), under)).collect()
}

/// The same alternatives in fewer words: a choice that always takes one of the options asks for
/// nothing, what asks for more than another adds nothing, and those that differ in the options of
/// one choice are one.
fn simplified(mut any: Alternatives, choices: &[Choice]) -> Alternatives {
    loop {
        let asks =
            |around: &Around| choices[around.choice].min() == 0 || around.options != full(choices, around.choice);
        any.iter_mut().for_each(|all| all.retain(asks));
        let asks_less =
            |a: &Vec<Around>, b: &Vec<Around>| a.iter().all(|one| b.iter().any(|other| one.follows_from(other)));
        if let Some((_, more)) = pair(&any, asks_less) {
            any.remove(more);
        } else if let Some((i, j)) = pair(&any, |a, b| united(a, b).is_some()) {
            any[i] = united(&any[i], &any[j]).expect("as they were found");
            any.remove(j);
        } else {
            return any;
        }
    }
}

/// The places of the first two alternatives of which this holds, in this order.
fn pair(any: &Alternatives, holds: impl Fn(&Vec<Around>, &Vec<Around>) -> bool) -> Option<(usize, usize)> {
    let pairs = (0..any.len()).flat_map(|i| (0..any.len()).map(move |j| (i, j)));
    pairs.filter(|(i, j)| i != j).find(|&(i, j)| holds(&any[i], &any[j]))
}

/// What holds where either does, if they differ in the options of one choice alone.
fn united(a: &[Around], b: &[Around]) -> Option<Vec<Around>> {
    let different: Vec<usize> = (0..a.len()).filter(|&i| a[i] != *b.get(i).unwrap_or(&a[i])).collect();
    let &[one] = &different[..] else { return None };
    if a.len() != b.len() || a[one].choice != b[one].choice {
        return None;
    }
    let mut both = a.to_vec();
    both[one].options |= b[one].options;
    Some(both)
}

fn full(choices: &[Choice], choice: usize) -> u64 {
    u64::MAX >> (Choice::MOST_OPTIONS - choices[choice].options().len())
}

/// The same without what the choices that are named ask for already.
fn shortened(all: &[Around], whole: &[Alternatives]) -> Vec<Around> {
    let is_asked = |one: &Around| {
        let asks = |other: &Around| matches!(&whole[other.choice][..], [only] if only.contains(one));
        all.iter().any(|other| other.choice != one.choice && asks(other))
    };
    all.iter().filter(|one| !is_asked(one)).copied().collect()
}

/// The same without what would make a choice depend on itself, as where two names stand inside each
/// other: such a choice is active a little more often than it is used.
fn without_circles(mut conditions: Vec<Alternatives>) -> Vec<Alternatives> {
    let mut parents: Vec<Vec<usize>> = vec![Vec::new(); conditions.len()];
    for choice in 0..conditions.len() {
        for all in &mut conditions[choice] {
            all.retain(|around| !reaches(around.choice, choice, &parents));
            parents[choice].extend(all.iter().map(|around| around.choice));
        }
        if conditions[choice].iter().any(Vec::is_empty) {
            conditions[choice] = vec![Vec::new()];
        }
    }
    conditions
}

/// Whether `choice` is `parent` or depends on it.
fn reaches(choice: usize, parent: usize, parents: &[Vec<usize>]) -> bool {
    choice == parent || parents[choice].iter().any(|&next| reaches(next, parent, parents))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// A choice in a module, with what stands in each of its options.
    struct Place {
        choice: usize,
        options: Vec<Vec<Place>>,
    }

    /// Modules of up to two choices, three deep; `name` gives the next choice's.
    fn grown(numbers: &mut impl FnMut(usize) -> usize, name: &mut impl FnMut() -> usize, depth: usize) -> Vec<Place> {
        let count = if depth == 3 { 0 } else { numbers(3) };
        let place = |_| {
            let choice = name();
            Place { choice, options: (0..2 + choice % 2).map(|_| grown(numbers, name, depth + 1)).collect() }
        };
        (0..count).map(place).collect()
    }

    /// Numbers below the one that is asked for, by a linear congruence.
    fn numbers(seed: u64) -> impl FnMut(usize) -> usize {
        let mut state = seed;
        move |below| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as usize % below
        }
    }

    fn walk(places: &[Place], around: &[Around], found: &mut Vec<(usize, Vec<Around>)>) {
        for Place { choice, options } in places {
            found.push((*choice, around.to_vec()));
            for (o, inside) in options.iter().enumerate() {
                walk(inside, &[around, &[Around { choice: *choice, options: 1 << o }]].concat(), found);
            }
        }
    }

    /// The choices that a mask comes to.
    fn used(places: &[Place], bits: &[u64], found: &mut BTreeSet<usize>) {
        for Place { choice, options } in places {
            found.insert(*choice);
            let taken = options.iter().enumerate().filter(|(o, _)| bits[*choice] >> o & 1 == 1);
            taken.for_each(|(_, inside)| used(inside, bits, found));
        }
    }

    /// Of some masks which choices are active, and which are used.
    fn active_and_used(seed: u64, names: usize) -> Vec<(BTreeSet<usize>, BTreeSet<usize>)> {
        let (mut random, mut named) = (numbers(seed), 0);
        let mut name = || {
            named += 1;
            (named - 1) % names
        };
        let modules = grown(&mut random, &mut name, 0);
        let choices = named.min(names);
        if choices == 0 {
            return Vec::new();
        }
        let choice = |i: usize| Choice::one_of(format!("choice{i}"), (0..2 + i % 2).map(|o| o.to_string())).unwrap();
        let space = SearchSpace::new("any", (0..choices).map(choice)).unwrap();
        let mut places = Vec::new();
        walk(&modules, &[], &mut places);
        let space = conditional(&space, &places).unwrap();
        let mut of_mask = |_| {
            let bits: Vec<u64> = (0..choices).map(|i| 1 << random(2 + i % 2)).collect();
            let active = space.active(&space.mask(bits.clone()));
            let mut found = BTreeSet::new();
            used(&modules, &bits, &mut found);
            ((0..choices).filter(|&i| active[i]).collect(), found)
        };
        (0..40).map(&mut of_mask).collect()
    }

    #[test]
    fn a_choice_is_active_exactly_where_it_is_used() {
        let mut inactive = 0;
        for (active, used) in (0..300).flat_map(|seed| active_and_used(seed, usize::MAX)) {
            assert_eq!(active, used);
            inactive += usize::from(active.len() > 1);
        }
        assert!(inactive > 1_000);
    }

    #[test]
    fn tied_names_are_active_wherever_one_place_is_used() {
        let (mut all, mut equal) = (0, 0);
        for (active, used) in (0..600).flat_map(|seed| active_and_used(seed, 3 + seed as usize % 3)) {
            assert!(active.is_superset(&used));
            (all, equal) = (all + 1, equal + usize::from(active == used));
        }
        // Names that stand inside each other in both ways are rare, even so.
        assert!(equal * 10 > all * 9, "{equal} of {all}");
    }

    #[test]
    fn names_inside_each_other_make_no_circle() {
        let choice = |name: &str| Choice::one_of(name, ["0", "1"]).unwrap();
        let space = SearchSpace::new("circle", ["x", "a", "b"].map(choice)).unwrap();
        let on = |choice, option: usize| Around { choice, options: 1 << option };
        let places = [
            (0, vec![]),
            (1, vec![on(0, 0)]),
            (2, vec![on(0, 0), on(1, 0)]),
            (2, vec![on(0, 1)]),
            (1, vec![on(0, 1), on(2, 0)]),
        ];
        let space = conditional(&space, &places).unwrap();
        let active = |text: &str| space.active(&space.parse(text).unwrap());
        assert_eq!([active("10/10/10"), active("01/10/10")], [[true; 3]; 2]);
    }
}
