//! States that come from outside are checked on the way in.

use crate::{SearchError, known::Known};
use supernet_space::{Architecture, Choice, SearchSpace};

/// Stores a type as its fields, and reads it back only if its `check` holds. The type derives both
/// of serde's traits with `remote = "Self"`.
macro_rules! checked_state {
    ($name:ident $(<$parameter:ident: $bound:path>)?) => {
        impl$(<$parameter: serde::Serialize + $bound>)? serde::Serialize for $name$(<$parameter>)? {
            fn serialize<Writer: serde::Serializer>(&self, serializer: Writer) -> Result<Writer::Ok, Writer::Error> {
                Self::serialize(self, serializer)
            }
        }

        impl<'de $(, $parameter: serde::Deserialize<'de> + $bound)?> serde::Deserialize<'de> for $name$(<$parameter>)? {
            fn deserialize<Reader: serde::Deserializer<'de>>(deserializer: Reader) -> Result<Self, Reader::Error> {
                let state = Self::deserialize(deserializer)?;
                state.check().map_err(serde::de::Error::custom)?;
                Ok(state)
            }
        }
    };
}
pub(crate) use checked_state;

/// Whether all are architectures of `space`.
pub(crate) fn check_all<'a>(
    space: &SearchSpace,
    mut architectures: impl Iterator<Item = &'a Architecture>,
) -> Result<(), SearchError> {
    Ok(architectures.try_for_each(|architecture| space.check(architecture))?)
}

/// The same for what is known.
pub(crate) fn check_known<'a>(
    space: &SearchSpace,
    known: impl IntoIterator<Item = &'a Known>,
) -> Result<(), SearchError> {
    check_all(space, known.into_iter().map(|known| &known.architecture))
}

/// Whether a choice allows a subset that came from outside.
pub(crate) fn allows(choice: &Choice, bits: u64) -> bool {
    let within = bits >> (choice.options().len() - 1) <= 1;
    within && (choice.min()..=choice.max()).contains(&(bits.count_ones() as usize))
}

/// Whether a list of a state has as many entries as it must.
pub(crate) fn check_count(
    strategy: &'static str,
    list: &'static str,
    found: usize,
    expected: usize,
) -> Result<(), SearchError> {
    match found == expected {
        true => Ok(()),
        false => Err(SearchError::State { strategy, list, found, expected }),
    }
}
