//! Steps by which an architecture grows.

use crate::edit_controller::is_closed;
use supernet_space::{Architecture, Choice, SearchSpace};

/// Returns the architectures that are one step greater than `architecture`, in the order of the
/// choices. A step is one of three:
///
/// - a size goes to the next: exactly one of options whose names are ascending numbers, as those of
///   a width and of a repeat are;
/// - a layer opens: exactly one option, so far the first, which is called like a layer that is not
///   there (identity, none, skip, …);
/// - an option is added where several may be taken.
pub(super) fn morphisms(space: &SearchSpace, architecture: &Architecture) -> Vec<Architecture> {
    let active = space.active(architecture.mask());
    let choices = space.choices().iter().enumerate().filter(|(place, _)| active[*place]);
    let grown = choices.flat_map(|(place, choice)| {
        let larger = larger(choice, architecture.bits(place));
        larger.into_iter().map(move |bits| architecture.mask().with(place, bits))
    });
    grown.map(|mask| space.accept(mask).expect("options that the choice allows")).collect()
}

/// What a choice takes after one step.
fn larger(choice: &Choice, bits: u64) -> Vec<u64> {
    let count = choice.options().len();
    let others = || (0..count).map(|option| 1 << option).filter(|option| bits & option == 0);
    match (choice.min(), choice.max()) {
        (1, 1) if is_closed(choice, bits) => others().collect(),
        (1, 1) if is_size(choice) => (bits >> (count - 1) == 0).then_some(bits << 1).into_iter().collect(),
        (_, 1) if bits != 0 => Vec::new(),
        (_, max) if (bits.count_ones() as usize) < max => others().map(|option| bits | option).collect(),
        _ => Vec::new(),
    }
}

fn is_size(choice: &Choice) -> bool {
    let numbers: Option<Vec<u64>> = choice.options().iter().map(|name| name.parse().ok()).collect();
    numbers.is_some_and(|numbers| numbers.windows(2).all(|two| two[0] < two[1]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_rise_layers_open_options_are_added_and_nothing_else() {
        let choices = [
            Choice::one_of("width", ["8", "12", "16"]).unwrap(),
            Choice::one_of("layer", ["skip", "conv3", "conv5"]).unwrap(),
            Choice::one_of("kind", ["conv", "pool"]).unwrap(),
            Choice::new("paths", ["a", "b", "c"], 1..=2).unwrap(),
        ];
        let space = SearchSpace::new("grows", choices).unwrap();
        let after = |text: &str| -> Vec<String> {
            let all = morphisms(&space, &space.parse_architecture(text).unwrap());
            all.iter().map(Architecture::to_string).collect()
        };
        assert_eq!(
            after("100/100/10/100"),
            ["010/100/10/100", "100/010/10/100", "100/001/10/100", "100/100/10/110", "100/100/10/101"]
        );
        assert_eq!(after("001/010/10/110"), [""; 0]);
    }

    #[test]
    fn what_is_not_built_does_not_grow() {
        let choices = [
            Choice::one_of("layer", ["none", "conv"]).unwrap(),
            Choice::one_of("width", ["8", "16"]).unwrap().under("layer", ["conv"]),
        ];
        let space = SearchSpace::new("nested", choices).unwrap();
        let closed = space.parse_architecture("10/10").unwrap();
        assert_eq!(morphisms(&space, &closed).iter().map(Architecture::to_string).collect::<Vec<_>>(), ["01/10"]);
    }
}
