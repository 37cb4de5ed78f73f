//! The architecture from which growth begins.

use supernet_space::{Architecture, Choice, SearchSpace};

/// Returns the architecture that takes the first options of every choice, as few as it may: where
/// the first option is the identity or none, the smallest network.
pub fn least(space: &SearchSpace) -> Architecture {
    let of_choice = |choice: &Choice| if choice.min() == 0 { 0 } else { u64::MAX >> (64 - choice.min()) };
    let bits = space.choices().iter().map(of_choice).collect();
    space.accept(space.mask(bits)).expect("as few options as each choice allows")
}
