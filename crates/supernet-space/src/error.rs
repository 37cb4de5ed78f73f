//! What can be wrong with a space, a mask or a rate.

use thiserror::Error;

/// Every error of this crate names the place, the value found and the value expected.
#[derive(Clone, PartialEq, Error)]
pub enum SpaceError {
    /// A space has nothing to choose.
    #[error("search space `{space}`: found no choice, expected at least one")]
    NoChoices {
        /// Name of the space.
        space: String,
    },
    /// A choice has too few or too many options.
    #[error("choice `{choice}`: found {found} options, expected 1 to {most}")]
    OptionCount {
        /// Name of the choice.
        choice: String,
        /// Options given.
        found: usize,
        /// Options that a mask can hold.
        most: usize,
    },
    /// Two options of a choice have one name.
    #[error("choice `{choice}`: found option `{option}` twice, expected distinct names")]
    OptionTwice {
        /// Name of the choice.
        choice: String,
        /// The repeated option.
        option: String,
    },
    /// The bounds of a choice exclude everything.
    #[error("choice `{choice}`: found min {min} and max {max}, expected min <= max <= {options} options and max >= 1")]
    Bounds {
        /// Name of the choice.
        choice: String,
        /// Fewest options to take.
        min: usize,
        /// Most options to take.
        max: usize,
        /// Options there are.
        options: usize,
    },
    /// Two places share a name, but not a definition.
    #[error(
        "choice `{choice}`: found two places of this name that differ, expected the same options and bounds (one name ties places)"
    )]
    Tied {
        /// Name of the choice.
        choice: String,
    },
    /// A choice depends on something that is not there, or on itself.
    #[error("choice `{choice}`: found {found}, expected {expected}")]
    Condition {
        /// Name of the choice.
        choice: String,
        /// What it depends on.
        found: String,
        /// What it may depend on.
        expected: String,
    },
    /// An architecture holds something of a choice that is not active.
    #[error(
        "mask `{mask}`: found `{found}` in choice `{choice}` of space `{space}`, which is not active, expected `{expected}`"
    )]
    Inactive {
        /// The mask's text.
        mask: String,
        /// Name of the space.
        space: String,
        /// The first such choice.
        choice: String,
        /// Its options' bits.
        found: Box<str>,
        /// What they are in every architecture that leaves the choice out.
        expected: Box<str>,
    },
    /// A mask's text cannot be read.
    #[error("mask text `{text}`: found {found} at character {position}, expected {expected}")]
    Text {
        /// The whole text (cut after 80 characters).
        text: String,
        /// Zero-based character position.
        position: usize,
        /// What stands there.
        found: String,
        /// What could stand there.
        expected: &'static str,
    },
    /// An architecture's text, in the form that its space is published with, cannot be read.
    #[error("{space} text `{text}`: found {found} at character {position}, expected {expected}")]
    ArchitectureText {
        /// Name of the space.
        space: &'static str,
        /// The whole text (cut after 120 characters).
        text: String,
        /// Zero-based character position.
        position: usize,
        /// What stands there.
        found: String,
        /// What could stand there.
        expected: String,
    },
    /// A mask has the choices of some other space.
    #[error("mask `{mask}`: found choices of {found} options, expected {expected} as in space `{space}`")]
    OtherSpace {
        /// The mask's text.
        mask: String,
        /// Name of the space.
        space: String,
        /// Options per choice of the mask.
        found: String,
        /// Options per choice of the space.
        expected: String,
    },
    /// A mask takes too few or too many options to be an architecture.
    #[error(
        "mask `{mask}` is no architecture of space `{space}`: choice `{choice}` takes {taken} options, expected {min} to {max}"
    )]
    NotAnArchitecture {
        /// The mask's text.
        mask: String,
        /// Name of the space.
        space: String,
        /// The first choice that is not met.
        choice: String,
        /// Options taken.
        taken: usize,
        /// Fewest allowed.
        min: usize,
        /// Most allowed.
        max: usize,
    },
    /// The dropout parameter is not a probability of its own.
    #[error("path dropout: found r = {found}, expected 0 < r < 1")]
    Rate {
        /// The value given.
        found: f64,
    },
    /// A text that is no schedule, or one with a number out of range.
    #[error(
        "schedule: found `{found}`, expected ramp, constant, linear, cosine, rise:SHARE, \
         restarts:FIRST:GROWTH:LEAST or steps:EVERY:FACTOR, SHARE, FIRST and EVERY above 0 and at most 1, GROWTH \
         1 to 10, LEAST 0 to below 1, FACTOR above 0 and below 1"
    )]
    Schedule {
        /// The text.
        found: String,
    },
    /// A text, or a program, that is none of its space.
    #[error("program: found {found}, expected {expected}")]
    Program {
        /// What is there.
        found: String,
        /// What could be there.
        expected: String,
    },
    /// A number of the paper's network is out of range.
    #[error("{field}: found {found}, expected {expected}")]
    Field {
        /// Name of the number.
        field: &'static str,
        /// The value given.
        found: usize,
        /// What it may be.
        expected: &'static str,
    },
    /// A space is too large to list.
    #[error("search space `{space}`: found {found} architectures, expected at most {most} to list them all")]
    TooMany {
        /// Name of the space.
        space: String,
        /// Architectures there are.
        found: String,
        /// The most that the caller would have.
        most: usize,
    },
}

crate::debug_as_displayed!(SpaceError);
