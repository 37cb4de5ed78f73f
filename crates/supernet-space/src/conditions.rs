//! Conditions: a choice that only exists under some options of other choices.
//!
//! A space with conditions is a tree, as of Bergstra et al. (NeurIPS 2011): what a branch that is
//! not taken would have chosen is no part of the network. Its choices are *inactive*. Masks keep
//! their columns; in an architecture they hold their least subset.

use crate::{Choice, Condition, PathMask, SpaceError};
use num_bigint::BigUint;
use std::collections::BTreeMap;

/// The conditions of a space's choices, by place instead of name.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Conditions {
    /// For each choice alternatives, of each of which all tests have to hold. None: always active.
    of: Vec<Vec<Vec<Test>>>,
    /// All choices, each behind those that its tests look at; where nothing is conditional, in
    /// order.
    order: Vec<usize>,
    /// The same, but else as the choices stand.
    in_order: Vec<usize>,
}

/// Whether a choice takes one of some options.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Test {
    parent: usize,
    options: u64,
}

/// What the conditions of some choices still ask for: alternatives, of each of which all tests have
/// to hold. None left: it is not active; one that asks for nothing: it is.
type Asked = BTreeMap<usize, Vec<Vec<Test>>>;

impl Conditions {
    /// Looks the names up.
    ///
    /// # Errors
    /// [`SpaceError::Condition`]: a name that is none of the choices, an option that the choice
    /// lacks, no option, a circle.
    pub(crate) fn new(choices: &[Choice]) -> Result<Self, SpaceError> {
        let alternatives = |choice: &Choice| -> Result<Vec<Vec<Test>>, SpaceError> {
            let tests = |all: &Vec<Condition>| all.iter().map(|one| test(choices, choice, one)).collect();
            choice.when().iter().map(tests).collect()
        };
        let of = choices.iter().map(alternatives).collect::<Result<Vec<_>, _>>()?;
        let order = parents_first(&of);
        match (0..choices.len()).find(|i| !order.contains(i)) {
            None => Ok(Self { in_order: as_they_stand(&of), of, order }),
            Some(circle) => Err(SpaceError::Condition {
                choice: choices[circle].name().into(),
                found: "itself among the choices that its conditions depend on".into(),
                expected: "conditions without a circle".into(),
            }),
        }
    }

    /// All choices, each behind those that it depends on.
    pub(crate) fn order(&self) -> &[usize] {
        &self.order
    }

    /// All choices, each behind those that it depends on, else as they stand.
    pub(crate) fn in_order(&self) -> &[usize] {
        &self.in_order
    }

    /// Whether a choice is active, once it is known of those before it in the order.
    pub(crate) fn holds(&self, choice: usize, active: &[bool], bits: impl Fn(usize) -> u64) -> bool {
        let taken = |test: &Test| active[test.parent] && bits(test.parent) & test.options != 0;
        self.of[choice].is_empty() || self.of[choice].iter().any(|all| all.iter().all(taken))
    }

    /// Which choices are active under a mask.
    pub(crate) fn active(&self, mask: &PathMask) -> Vec<bool> {
        let mut active = vec![false; self.order.len()];
        for &choice in &self.order {
            active[choice] = self.holds(choice, &active, |parent| mask.bits(parent));
        }
        active
    }

    /// Number of architectures: what the active choices can take together.
    ///
    /// Choice by choice, what is counted apart is what the conditions of later choices still ask
    /// for; where conditions come from nesting or from a graph, that is little.
    pub(crate) fn count(&self, choices: &[Choice]) -> BigUint {
        let tests = self.tests();
        let asked = (0..choices.len()).filter(|&i| !self.of[i].is_empty()).map(|i| (i, self.of[i].clone()));
        let mut counts: BTreeMap<Asked, BigUint> = BTreeMap::from([(asked.collect(), 1u32.into())]);
        for &choice in &self.order {
            let outcomes = outcomes(&choices[choice], &tests[choice]);
            let inactive = BTreeMap::from([(vec![false; tests[choice].len()], 1)]);
            let mut next: BTreeMap<Asked, BigUint> = BTreeMap::new();
            for (mut asked, count) in counts {
                // All that it asks for is known: nothing is left of what holds.
                let is_active = asked.remove(&choice).is_none_or(|any| !any.is_empty());
                let all = if is_active { &outcomes } else { &inactive };
                for (outcome, ways) in of_note(&asked, choice, &tests[choice], all) {
                    *next.entry(answered(&asked, choice, &tests[choice], &outcome)).or_default() += &count * ways;
                }
            }
            counts = next;
        }
        counts.into_values().sum()
    }

    /// The different option sets that are asked for of each choice.
    fn tests(&self) -> Vec<Vec<u64>> {
        let mut tests = vec![Vec::new(); self.of.len()];
        for test in self.of.iter().flatten().flatten() {
            if !tests[test.parent].contains(&test.options) {
                tests[test.parent].push(test.options);
            }
        }
        tests
    }
}

/// The outcomes of a choice's `tests`, those that nobody asks for any more taken for failed.
fn of_note(
    asked: &Asked,
    choice: usize,
    tests: &[u64],
    outcomes: &BTreeMap<Vec<bool>, u128>,
) -> BTreeMap<Vec<bool>, u128> {
    let open: Vec<&Test> = asked.values().flatten().flatten().filter(|test| test.parent == choice).collect();
    let is_open: Vec<bool> = tests.iter().map(|&options| open.iter().any(|test| test.options == options)).collect();
    let mut merged = BTreeMap::new();
    for (outcome, ways) in outcomes {
        let noted = outcome.iter().zip(&is_open).map(|(&holds, &is_open)| holds && is_open).collect();
        *merged.entry(noted).or_default() += ways;
    }
    merged
}

/// What is asked for once it is known which `tests` of a choice hold: alternatives in which one
/// fails are gone, and where all of one hold nothing is asked for any more.
fn answered(asked: &Asked, choice: usize, tests: &[u64], outcome: &[bool]) -> Asked {
    let holds = |test: &Test| tests.iter().zip(outcome).any(|(&options, &holds)| options == test.options && holds);
    let left = |all: &Vec<Test>| {
        let is_open = all.iter().filter(|test| test.parent == choice).all(holds);
        is_open.then(|| all.iter().filter(|test| test.parent != choice).copied().collect::<Vec<_>>())
    };
    let of_choice = |(&other, any): (&usize, &Vec<Vec<Test>>)| {
        let mut any: Vec<Vec<Test>> = any.iter().filter_map(left).collect();
        if any.iter().any(Vec::is_empty) {
            any = vec![Vec::new()];
        }
        any.sort_unstable();
        any.dedup();
        (other, any)
    };
    asked.iter().map(of_choice).collect()
}

fn test(choices: &[Choice], choice: &Choice, condition: &Condition) -> Result<Test, SpaceError> {
    let refuse =
        |found: String, expected: String| Err(SpaceError::Condition { choice: choice.name().into(), found, expected });
    let Condition { parent: name, options } = condition;
    let Some(parent) = choices.iter().position(|other| other.name() == name) else {
        return refuse(format!("a condition on `{name}`"), "the name of another choice of the space".into());
    };
    let known = choices[parent].options();
    let place = |option: &String| known.iter().position(|other| other == option);
    if let Some(unknown) = options.iter().find(|option| place(option).is_none()) {
        return refuse(
            format!("a condition on option `{unknown}` of `{name}`"),
            format!("one of {}", known.join(", ")),
        );
    }
    if options.is_empty() {
        return refuse(format!("a condition on no option of `{name}`"), "at least one".into());
    }
    Ok(Test { parent, options: options.iter().filter_map(place).fold(0, |bits, place| bits | 1 << place) })
}

/// Choices depth first, each as soon as all that it depends on stand before it: those of a branch
/// come together. Choices in a circle are left out.
fn parents_first(of: &[Vec<Vec<Test>>]) -> Vec<usize> {
    fn visit(choice: usize, of: &[Vec<Vec<Test>>], order: &mut Vec<usize>) {
        let is_ready = of[choice].iter().flatten().all(|test| order.contains(&test.parent));
        if order.contains(&choice) || !is_ready {
            return;
        }
        order.push(choice);
        for child in 0..of.len() {
            if of[child].iter().flatten().any(|test| test.parent == choice) {
                visit(child, of, order);
            }
        }
    }
    let mut order = Vec::with_capacity(of.len());
    (0..of.len()).for_each(|choice| visit(choice, of, &mut order));
    order
}

/// Choices as they stand, but those that depend on a later one right behind the last of these.
/// There is no circle.
fn as_they_stand(of: &[Vec<Vec<Test>>]) -> Vec<usize> {
    let mut order: Vec<usize> = Vec::with_capacity(of.len());
    while order.len() < of.len() {
        let is_ready = |&choice: &usize| {
            !order.contains(&choice) && of[choice].iter().flatten().all(|test| order.contains(&test.parent))
        };
        order.extend((0..of.len()).find(is_ready));
    }
    order
}

/// How many subsets of a choice make which of the tests hold.
fn outcomes(choice: &Choice, tests: &[u64]) -> BTreeMap<Vec<bool>, u128> {
    let none = vec![false; tests.len()];
    if tests.is_empty() {
        return BTreeMap::from([(none, choice.subsets())]);
    }
    // Option by option, with how many are taken.
    let mut ways: BTreeMap<(Vec<bool>, usize), u128> = BTreeMap::from([((none, 0), 1)]);
    for option in 0..choice.options().len() {
        let mut next = ways.clone();
        for ((mut outcome, taken), count) in ways.into_iter().filter(|((_, taken), _)| *taken < choice.max()) {
            outcome.iter_mut().zip(tests).for_each(|(holds, options)| *holds |= options >> option & 1 == 1);
            *next.entry((outcome, taken + 1)).or_default() += count;
        }
        ways = next;
    }
    let mut outcomes = BTreeMap::new();
    for ((outcome, _), count) in ways.into_iter().filter(|((_, taken), _)| *taken >= choice.min()) {
        *outcomes.entry(outcome).or_default() += count;
    }
    outcomes
}

#[cfg(test)]
mod tests {
    use crate::{Architecture, Choice, Encoding, PathMask, SearchSpace, SpaceError, draws};
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn one_of(name: &str, options: &[&str]) -> Choice {
        Choice::one_of(name, options.iter().copied()).unwrap()
    }

    /// A convolution has a kernel and a norm, a batch norm a momentum: depth three; a pool has
    /// nothing.
    fn nested() -> SearchSpace {
        let choices = [
            one_of("op", &["conv", "pool", "skip"]),
            one_of("kernel", &["3", "5", "7"]).under("op", ["conv"]),
            one_of("norm", &["none", "batch"]).under("op", ["conv"]),
            one_of("momentum", &["0.9", "0.99"]).under("norm", ["batch"]),
            one_of("width", &["16", "32"]),
        ];
        SearchSpace::new("nested", choices).unwrap()
    }

    /// Every mask that takes as many options of each choice as it may, active or not.
    fn descriptions(space: &SearchSpace) -> Vec<PathMask> {
        let mut all = vec![Vec::new()];
        for choice in space.choices() {
            let subsets: Vec<u64> = (0..choice.subsets()).map(|rank| choice.subset(rank)).collect();
            all = all.iter().flat_map(|m: &Vec<u64>| subsets.iter().map(move |&s| [&m[..], &[s]].concat())).collect();
        }
        all.into_iter().map(|bits| space.mask(bits)).collect()
    }

    fn distinct(space: &SearchSpace) -> BTreeSet<Architecture> {
        descriptions(space).into_iter().map(|mask| space.accept(mask).unwrap()).collect()
    }

    #[test]
    fn only_active_choices_are_counted_listed_and_drawn() {
        let space = nested();
        // (3 kernels × (no norm or batch norm of 2 momenta) + pool + skip) × 2 widths.
        assert_eq!(space.size(), ((3 * 3 + 2) * 2u32).into());
        assert_eq!(space.networks(), Some(space.size()));
        let all = space.architectures(100).unwrap();
        assert_eq!(all.iter().cloned().collect::<BTreeSet<_>>(), distinct(&space));
        assert_eq!(all.len(), 22);
        let mut rng = draws(1, "nested", 0);
        let drawn: BTreeSet<_> = (0..2_000).map(|_| space.sample(&mut rng)).collect();
        assert_eq!(drawn, distinct(&space));
    }

    #[test]
    fn what_a_branch_not_taken_holds_makes_no_other_network() {
        let space = nested();
        let pool = space.parse_architecture("010/001/01/01/10").unwrap();
        assert_eq!(pool.to_string(), "010/100/10/10/10");
        assert_eq!(space.active(&pool), [true, false, false, false, true]);
        // Columns of what is not active may hold anything, even nothing, when a mask comes in; an
        // architecture is checked to the bit.
        assert_eq!(space.parse_architecture("010/000/00/11/10").unwrap(), pool);
        let stored: Architecture = "010/001/01/01/10".parse().unwrap();
        assert_eq!(
            space.check(&stored).unwrap_err().to_string(),
            "mask `010/001/01/01/10`: found `001` in choice `kernel` of space `nested`, which is not active, expected `100`"
        );
        assert_eq!(space.canonical(&stored), pool);
    }

    #[test]
    fn a_child_of_an_inactive_choice_is_inactive_at_any_depth() {
        let space = nested();
        // Batch norm is named, but in the branch of the convolution, which is not taken.
        let mask = space.parse("001/100/01/01/10").unwrap();
        assert_eq!(space.active(&mask), [true, false, false, false, true]);
        let taken = space.parse("100/100/01/01/10").unwrap();
        assert!(space.active(&taken)[3]);
    }

    #[test]
    fn an_encoding_has_no_column_of_what_is_inactive() {
        let space = nested();
        let pool = space.parse_architecture("010/100/10/10/10").unwrap();
        assert_eq!(Encoding::one_hot(&space).encode(&pool), [0., 1., 0., 0., 0., 0., 0., 0., 0., 0., 1., 0.]);
        let rows: Vec<Vec<f64>> =
            space.architectures(100).unwrap().iter().map(|one| Encoding::one_hot(&space).encode(one)).collect();
        assert!((0..rows.len()).all(|i| !rows[..i].contains(&rows[i])));
    }

    #[test]
    fn places_of_one_name_under_several_parents_are_active_under_any_of_them() {
        let width = || one_of("width", &["16", "32"]);
        let places =
            [one_of("a", &["x", "y"]), width().under("a", ["x"]), one_of("b", &["x", "y"]), width().under("b", ["y"])];
        let space = SearchSpace::new("tied", places).unwrap();
        let active = |text: &str| space.active(&space.parse(text).unwrap())[1];
        assert!(active("10/10/10") && active("01/10/01") && active("10/10/01") && !active("01/10/10"));
        assert_eq!(space.size(), 7u32.into());
        assert_eq!(distinct(&space).len(), 7);
        // A place that is always there keeps the choice active.
        let space = SearchSpace::new("tied", [one_of("a", &["x", "y"]), width().under("a", ["x"]), width()]).unwrap();
        assert!(!space.is_conditional());
    }

    #[test]
    fn conditions_after_each_other_must_all_hold() {
        let places = [
            one_of("depth", &["1", "2", "3"]),
            one_of("op", &["conv", "skip"]),
            one_of("kernel2", &["3", "5"]).under("depth", ["2", "3"]).under("op", ["conv"]),
        ];
        let space = SearchSpace::new("both", places).unwrap();
        let active = |text: &str| space.active(&space.parse(text).unwrap())[2];
        assert!(active("010/10/10") && active("001/10/10") && !active("100/10/10") && !active("010/01/10"));
        assert_eq!(space.size(), (2 * 2 + 4u32).into());
    }

    #[test]
    fn choices_are_read_as_they_stand_but_behind_what_they_depend_on() {
        assert_eq!(nested().in_order(), [0, 1, 2, 3, 4]);
        let choices = [
            one_of("width", &["16", "32"]),
            one_of("momentum", &["0.9", "0.99"]).under("norm", ["batch"]),
            one_of("op", &["conv", "pool"]),
            one_of("stride", &["1", "2"]),
            one_of("norm", &["none", "batch"]).under("op", ["conv"]),
        ];
        let space = SearchSpace::new("upside down", choices).unwrap();
        assert_eq!(space.in_order(), [0, 2, 3, 4, 1]);
        assert_eq!(space.size(), (2 * 2 * (3 + 1u32)).into());
        assert_eq!(distinct(&space).len(), 16);
    }

    #[test]
    fn thirty_two_layers_behind_a_depth_are_counted_at_once() {
        let depths: Vec<String> = (1..=32).map(|depth| depth.to_string()).collect();
        let depth = Choice::one_of("depth", depths.clone()).unwrap();
        let layer = |i: usize| one_of(&format!("layer{i}"), &["a", "b"]).under("depth", depths[i..].to_vec());
        let space = SearchSpace::new("deep", std::iter::once(depth).chain((0..32).map(layer))).unwrap();
        // Σ 2^depth over 1 … 32.
        assert_eq!(space.size(), ((1u64 << 33) - 2).into());
    }

    #[test]
    fn choices_that_any_of_many_others_may_open_are_counted_at_once() {
        // Ten edges that name one of six motifs or none, and a choice of three in each motif.
        let labels = ["none", "1", "2", "3", "4", "5", "6"];
        let edge = |i: usize| one_of(&format!("edge{i}"), &labels);
        let of_motif = |motif: usize| {
            (0..10).map(move |i| {
                one_of(&format!("motif{motif}"), &["a", "b", "c"]).under(format!("edge{i}"), [labels[motif]])
            })
        };
        let space = SearchSpace::new("motifs", (0..10).map(edge).chain((1..=6).flat_map(of_motif))).unwrap();
        // Σ_k C(6, k) · 3^k · (maps of ten edges onto k motifs and perhaps none).
        let onto = |k: u32| {
            let binomial = |n: u32, r: u32| (0..r).fold(1i128, |b, i| b * i128::from(n - i) / i128::from(i + 1));
            (0..=k).map(|j| binomial(k, j) * (-1i128).pow(k - j) * i128::from(j + 1).pow(10)).sum::<i128>()
        };
        let choose = [1i128, 6, 15, 20, 15, 6, 1];
        let expected: i128 = (0..=6).map(|k| choose[k as usize] * 3i128.pow(k) * onto(k)).sum();
        assert_eq!(space.size(), num_bigint::BigUint::from(expected as u128));
    }

    #[test]
    fn conditions_that_cannot_be_are_refused_with_names() {
        let message = |choices: Vec<Choice>| SearchSpace::new("wrong", choices).unwrap_err().to_string();
        let op = || one_of("op", &["a", "b"]);
        assert_eq!(
            message(vec![op(), one_of("k", &["3"]).under("ops", ["a"])]),
            "choice `k`: found a condition on `ops`, expected the name of another choice of the space"
        );
        assert_eq!(
            message(vec![op(), one_of("k", &["3"]).under("op", ["c"])]),
            "choice `k`: found a condition on option `c` of `op`, expected one of a, b"
        );
        assert!(
            message(vec![op(), one_of("k", &["3"]).under("op", Vec::<String>::new())]).contains("no option of `op`")
        );
        assert_eq!(
            message(vec![op().under("k", ["3"]), one_of("k", &["3"]).under("op", ["a"])]),
            "choice `op`: found itself among the choices that its conditions depend on, expected conditions without a circle"
        );
    }

    #[test]
    fn a_space_with_conditions_round_trips_and_one_without_keeps_its_text() {
        let space = nested();
        let json = serde_json::to_string(&space).unwrap();
        assert!(json.contains(r#""when":[[{"parent":"op","options":["conv"]}]]"#), "{json}");
        assert_eq!(serde_json::from_str::<SearchSpace>(&json).unwrap(), space);
        let bad = json.replace(r#""options":["conv"]"#, r#""options":["no"]"#);
        assert!(serde_json::from_str::<SearchSpace>(&bad).unwrap_err().to_string().contains("option `no` of `op`"));
        let plain = SearchSpace::new("plain", [one_of("op", &["a", "b"])]).unwrap();
        let text =
            r#"{"name":"plain","choices":[{"name":"op","options":["a","b"],"min":1,"max":1}],"symmetry":"None"}"#;
        assert_eq!(serde_json::to_string(&plain).unwrap(), text);
    }

    #[test]
    fn an_architecture_is_made_of_its_active_choices_in_order() {
        let space = nested();
        let mut asked = Vec::new();
        let pool = space.architecture(|choice| {
            asked.push(choice);
            if choice == 0 { 0b010 } else { 0b1 }
        });
        assert_eq!((asked, pool.to_string()), (vec![0, 4], "010/100/10/10/10".into()));
    }

    #[test]
    #[should_panic(expected = "choice `op` of space `nested` does not allow 0b11")]
    fn a_subset_that_a_choice_does_not_allow_is_a_broken_contract() {
        nested().architecture(|_| 0b11);
    }

    #[test]
    fn a_branch_that_a_mutation_opens_is_drawn() {
        let space = nested();
        let skip = space.parse_architecture("001/100/10/10/10").unwrap();
        let mut rng = draws(4, "open", 0);
        let children: BTreeSet<_> = (0..500).map(|_| space.mutate(&skip, &mut rng)).collect();
        let convolutions: BTreeSet<u64> = children.iter().filter(|a| a.is_on(0, 0)).map(|a| a.bits(1)).collect();
        assert_eq!(convolutions.len(), 3, "every kernel");
        // The other width, the pool, and all convolutions.
        assert_eq!(children.len(), 1 + 1 + 9);
    }

    #[test]
    fn symmetries_of_known_spaces_know_no_conditions() {
        let json = serde_json::to_string(crate::NasBenchMacro::new().space()).unwrap();
        let one = r#""name":"layer2","options":["identity","mbconv3_e3","mbconv5_e6"],"min":1,"max":1"#;
        let when = r#","when":[[{"parent":"layer1","options":["identity"]}]]"#;
        assert!(json.contains(one));
        let error = serde_json::from_str::<SearchSpace>(&json.replace(one, &format!("{one}{when}"))).unwrap_err();
        assert!(error.to_string().contains("symmetry: found 8, expected"), "{error}");
    }

    /// Choices of any bounds, some under options of earlier or later ones.
    fn spaces() -> impl Strategy<Value = SearchSpace> {
        let choice = (1usize..=3).prop_flat_map(|options| {
            let condition = prop::option::weighted(0.6, (0usize..4, 1u64..8));
            (Just(options), 0..=options, 1..=options, prop::collection::vec(condition, 0..=2))
        });
        prop::collection::vec(choice, 1..=4).prop_filter_map("a circle or a missing option", |choices| {
            /// Options, two bounds, and a parent with some of its options for each condition.
            type Drawn = (usize, usize, usize, Vec<Option<(usize, u64)>>);
            let named = |(i, (options, a, b, conditions)): (usize, &Drawn)| {
                let names = (0..*options).map(|option| option.to_string());
                let bare = Choice::new(format!("choice{i}"), names, *a.min(b)..=*a.max(b)).unwrap();
                conditions.iter().flatten().fold(bare, |choice, &(parent, bits)| {
                    let options = (0..3).filter(|option| bits >> option & 1 == 1).map(|option| option.to_string());
                    choice.under(format!("choice{parent}"), options.collect::<Vec<_>>())
                })
            };
            SearchSpace::new("any", choices.iter().enumerate().map(named)).ok()
        })
    }

    proptest! {
        #[test]
        fn counting_listing_and_variation_agree_with_enumeration(space in spaces(), seed in any::<u64>()) {
            let all = distinct(&space);
            prop_assert_eq!(space.size(), all.len().into());
            let listed = space.architectures(2_401).unwrap();
            prop_assert_eq!(listed.len(), all.len());
            prop_assert_eq!(listed.into_iter().collect::<BTreeSet<_>>(), all.clone());
            let mut rng = draws(seed, "conditions", 0);
            let (a, b) = (space.sample(&mut rng), space.sample(&mut rng));
            let mut made = vec![space.mutate(&a, &mut rng), space.crossover(&a, &b, &mut rng), a.clone(), b.clone()];
            made.extend(space.neighbours(&a));
            for one in &made {
                prop_assert!(all.contains(one), "{one}");
                prop_assert!(space.check(one).is_ok());
                prop_assert_eq!(&space.canonical(one), one);
            }
            // A child has each choice from a parent that has it, wherever one has.
            let (active, of_a, of_b) = (space.active(&made[1]), space.active(&a), space.active(&b));
            for i in (0..active.len()).filter(|&i| active[i] && (of_a[i] || of_b[i])) {
                let of_parents = [(of_a[i], a.bits(i)), (of_b[i], b.bits(i))];
                prop_assert!(of_parents.contains(&(true, made[1].bits(i))));
            }
        }
    }

    #[test]
    fn an_error_is_of_its_own_kind() {
        let error = SearchSpace::new("wrong", [one_of("op", &["a"]).under("op", ["a"])]).unwrap_err();
        assert!(matches!(error, SpaceError::Condition { .. }));
    }
}
