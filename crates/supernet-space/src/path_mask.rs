//! Path masks: for each choice any set of options.

use crate::SpaceError;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{fmt, str::FromStr, sync::Arc};

/// For each choice of a space any set of its options; path dropout makes sets that no architecture
/// may have.
///
/// Its text form has one bit per option: choices of one group (the part of a choice's name before
/// its last `/`) are joined by `:`, groups by `/`. A cell of two blocks reads
/// `11:0100000/101:0000011`: inputs, operations, inputs, operations.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PathMask {
    bits: Vec<u64>,
    shape: Arc<[Column]>,
}

/// One choice of a mask: how many options, and whether it begins a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Column {
    pub(crate) options: u8,
    pub(crate) opens_group: bool,
}

impl Column {
    pub(crate) fn full(self) -> u64 {
        u64::MAX >> (64 - self.options)
    }
}

impl PathMask {
    pub(crate) fn new(bits: Vec<u64>, shape: Arc<[Column]>) -> Self {
        debug_assert_eq!(bits.len(), shape.len());
        Self { bits, shape }
    }

    pub(crate) fn full(shape: Arc<[Column]>) -> Self {
        Self { bits: shape.iter().map(|column| column.full()).collect(), shape }
    }

    pub(crate) fn shape(&self) -> &[Column] {
        &self.shape
    }

    /// The options taken of choice `choice`; bit j is option j.
    pub fn bits(&self, choice: usize) -> u64 {
        self.bits[choice]
    }

    /// Whether option `option` of choice `choice` is on.
    pub fn is_on(&self, choice: usize, option: usize) -> bool {
        self.bits[choice] >> option & 1 == 1
    }

    /// Number of options that are on, over all choices.
    pub fn paths_on(&self) -> u32 {
        self.bits.iter().map(|bits| bits.count_ones()).sum()
    }

    /// The same mask with other options of choice `choice`.
    ///
    /// # Panics
    /// If `bits` names options that the choice lacks.
    pub fn with(&self, choice: usize, bits: u64) -> Self {
        assert!(bits & !self.shape[choice].full() == 0, "bits beyond the options of choice {choice}");
        let mut mask = self.clone();
        mask.bits[choice] = bits;
        mask
    }
}

impl fmt::Display for PathMask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (choice, column) in self.shape.iter().enumerate() {
            if choice > 0 {
                f.write_str(if column.opens_group { "/" } else { ":" })?;
            }
            for option in 0..column.options {
                f.write_str(if self.is_on(choice, option as usize) { "1" } else { "0" })?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for PathMask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PathMask({self})")
    }
}

impl FromStr for PathMask {
    type Err = SpaceError;

    /// Reads the text form. That it belongs to a space is checked where it enters one.
    fn from_str(text: &str) -> Result<Self, SpaceError> {
        let (mut bits, mut shape) = (vec![0u64], vec![Column { options: 0, opens_group: true }]);
        let refuse = |position: usize, found: String, expected| SpaceError::Text {
            text: text.chars().take(80).collect(),
            position,
            found,
            expected,
        };
        for (position, c) in text.chars().enumerate() {
            let column = shape.last_mut().expect("starts with one column");
            match c {
                '0' | '1' if column.options == 64 => {
                    return Err(refuse(position, "a 65th option".into(), "at most 64 options in a choice"));
                }
                '0' | '1' => {
                    *bits.last_mut().expect("as many as columns") |= u64::from(c == '1') << column.options;
                    column.options += 1;
                }
                ':' | '/' if column.options > 0 => {
                    bits.push(0);
                    shape.push(Column { options: 0, opens_group: c == '/' });
                }
                _ => return Err(refuse(position, format!("{c:?}"), "0, 1, or a single `:` or `/` between bits")),
            }
        }
        if shape.last().is_some_and(|column| column.options == 0) {
            return Err(refuse(text.chars().count(), "the end".into(), "0 or 1"));
        }
        Ok(Self { bits, shape: shape.into() })
    }
}

impl Serialize for PathMask {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for PathMask {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn text_and_json_round_trip() {
        let text = "11:0100000/101:0000011";
        let mask: PathMask = text.parse().unwrap();
        assert_eq!(mask.to_string(), text);
        assert_eq!((mask.bits(0), mask.bits(1), mask.bits(2)), (0b11, 0b10, 0b101));
        let json = serde_json::to_string(&mask).unwrap();
        assert_eq!(json, format!("\"{text}\""));
        assert_eq!(serde_json::from_str::<PathMask>(&json).unwrap(), mask);
    }

    #[test]
    fn a_wrong_character_is_named_with_its_place() {
        let error = "11:0x".parse::<PathMask>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "mask text `11:0x`: found 'x' at character 4, expected 0, 1, or a single `:` or `/` between bits"
        );
        assert!("".parse::<PathMask>().is_err());
        assert!("1::0".parse::<PathMask>().is_err());
        assert!("1/".parse::<PathMask>().is_err());
        assert!("1".repeat(65).parse::<PathMask>().is_err());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1000))]
        #[test]
        fn no_text_makes_the_parser_panic(text in "[01:/x]{0,90}|.{0,20}") {
            if let Ok(mask) = text.parse::<PathMask>() {
                prop_assert_eq!(mask.to_string(), text);
            }
        }
    }
}
