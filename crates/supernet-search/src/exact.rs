//! Numbers that come back from JSON bit for bit.
//!
//! JSON has no infinity and no NaN, and readers may be off by the last bit. A strategy's state
//! holds numbers as text, the shortest that names exactly this number, so that a resumed strategy
//! goes on exactly as an undisturbed one.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

/// A number that is stored exactly. Two are equal if their bits are: what is no number equals
/// itself.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Exact(pub(crate) f64);

impl PartialEq for Exact {
    fn eq(&self, other: &Self) -> bool {
        self.0.to_bits() == other.0.to_bits()
    }
}

impl Serialize for Exact {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Exact {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map(Self).map_err(|_| D::Error::custom(format!("found `{text}`, expected a number as text")))
    }
}

/// For `#[serde(with = "exact::number")]`.
pub(crate) mod number {
    use super::*;

    pub(crate) fn serialize<S: Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
        Exact(*value).serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
        Exact::deserialize(deserializer).map(|exact| exact.0)
    }
}

/// For `#[serde(with = "exact::list")]`.
pub(crate) mod list {
    use super::*;

    pub(crate) fn serialize<S: Serializer>(values: &[f64], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(values.iter().map(|&value| Exact(value)))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<f64>, D::Error> {
        Ok(Vec::<Exact>::deserialize(deserializer)?.into_iter().map(|exact| exact.0).collect())
    }
}

/// For `#[serde(with = "exact::map")]`.
pub(crate) mod map {
    use super::*;
    use std::collections::BTreeMap;

    pub(crate) fn serialize<S: Serializer>(values: &BTreeMap<String, f64>, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(values.iter().map(|(name, &value)| (name, Exact(value))))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, f64>, D::Error> {
        let values = BTreeMap::<String, Exact>::deserialize(deserializer)?;
        Ok(values.into_iter().map(|(name, exact)| (name, exact.0)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::RngExt;
    use supernet_space::draws;

    #[test]
    fn numbers_come_back_bit_for_bit() {
        let mut rng = draws(1, "numbers", 0);
        let any = (0..10_000).map(|_| f64::from_bits(rng.random()));
        let special = [0.0, -0.0, f64::INFINITY, f64::NEG_INFINITY, f64::MIN_POSITIVE / 8.0, 0.1 + 0.2];
        for value in any.chain(special).filter(|value| !value.is_nan()) {
            let json = serde_json::to_string(&Exact(value)).unwrap();
            assert_eq!(serde_json::from_str::<Exact>(&json).unwrap().0.to_bits(), value.to_bits());
        }
        assert!(serde_json::from_str::<Exact>(&serde_json::to_string(&Exact(f64::NAN)).unwrap()).unwrap().0.is_nan());
        let error = serde_json::from_str::<Exact>("\"one\"").unwrap_err().to_string();
        assert!(error.contains("found `one`, expected a number as text"));
    }
}
