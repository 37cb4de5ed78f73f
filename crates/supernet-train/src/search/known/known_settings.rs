//! Which known space is searched, and the numbers of its networks.

use super::{
    all::KNOWN_SPACES,
    known_space::{ImageSize, KnownSpace},
    number::{Number, Numbers},
};
use burn::tensor::Device;
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{DeserializeOwned, Error as _},
    ser::SerializeMap,
};
use serde_json::{Map, Value};
use supernet_nn::{Definition, KnownNet, NnError, NormKind};
use supernet_space::{SearchSpace, SpaceError, counted, programs::Activation};

/// A known space beside the paper's, and the numbers of its networks. In a file these are the keys
/// `space`, those of [`KnownSpace::numbers`], `norm`, and `activation` where there is one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct KnownSettings {
    space: &'static KnownSpace,
    numbers: Numbers,
    /// Normalisation of the supernet.
    pub norm: NormKind,
    /// What stands in place of ReLU.
    pub activation: Option<Activation>,
}

/// The keys of normalisation and activation.
const NORM: &str = "norm";
const ACTIVATION: &str = "activation";

impl KnownSettings {
    /// Returns the settings of the space called `name` as it was published, or of a `small`
    /// network; none of an unknown name.
    pub fn of_space(name: &str, small: bool) -> Option<Self> {
        let space = *KNOWN_SPACES.iter().find(|space| space.name == name)?;
        let value = |numbers: Numbers, &(number, values): &(Number, [usize; 2])| {
            numbers.with(number, values[usize::from(small)])
        };
        let numbers = space.numbers.iter().fold(Numbers::default(), value);
        Some(Self { space, numbers, norm: NormKind::Ghost, activation: None })
    }

    /// Returns the space.
    pub fn space(&self) -> &'static KnownSpace {
        self.space
    }

    /// Returns a number; none that the networks of the space do not have.
    pub fn number(&self, number: Number) -> Option<usize> {
        self.space.has(number).then(|| self.numbers.get(number))
    }

    /// Returns a number to be changed; none that the networks of the space do not have.
    pub fn number_mut(&mut self, number: Number) -> Option<&mut usize> {
        self.space.has(number).then(|| self.numbers.get_mut(number))
    }

    /// Returns the networks for captions, in words.
    pub fn in_words(&self) -> String {
        let others = self.space.numbers.iter().filter(|(number, _)| *number != Number::Filters);
        let word = |(number, _): &(Number, _)| match number.name().strip_suffix('s') {
            Some(one) => counted(self.numbers.get(*number), one),
            None => format!("{} {}", self.numbers.get(*number), number.name()),
        };
        let (name, others) = (self.space.name, others.map(word).collect::<Vec<_>>().join(", "));
        let of = if others.is_empty() { String::new() } else { format!(" of {others}") };
        format!("{name}{of}; supernet of {}", counted(self.numbers.get(Number::Filters), "filter"))
    }

    /// Makes the choices.
    ///
    /// # Errors
    /// A number out of range.
    pub fn choices(&self) -> Result<SearchSpace, SpaceError> {
        (self.space.space)(&self.numbers)
    }

    /// Makes the definition of networks of `filters` filters for square images of `side` pixels and
    /// `channels` channels and `classes` classes.
    ///
    /// # Errors
    /// A number out of range.
    pub fn definition(
        &self,
        filters: usize,
        [channels, side]: [usize; 2],
        classes: usize,
        device: &Device,
    ) -> Result<Definition<KnownNet>, NnError> {
        let numbers = self.numbers.with(Number::Filters, filters);
        (self.space.definition)(&numbers, ImageSize { side, channels, classes }, device)
    }

    /// Reads the settings of `space` from the keys of a file.
    ///
    /// # Errors
    /// A key that there is not, or one that is missing or no number.
    fn read(mut settings: Self, keys: &Map<String, Value>) -> Result<Self, String> {
        let names = || settings.space.numbers.iter().map(|(number, _)| number.name()).chain([NORM, ACTIVATION]);
        if let Some(key) = keys.keys().find(|&key| key != "space" && names().all(|name| name != key)) {
            return Err(format!("unknown field `{key}`, expected one of {}", in_ticks(names())));
        }
        for (number, _) in settings.space.numbers {
            let value = keys.get(number.name()).ok_or_else(|| format!("missing field `{}`", number.name()))?;
            *settings.numbers.get_mut(*number) = value_of(number.name(), value)?;
        }
        settings.norm = keys.get(NORM).map_or(Ok(NormKind::default()), |value| value_of(NORM, value))?;
        settings.activation = keys.get(ACTIVATION).map(|value| value_of(ACTIVATION, value)).transpose()?;
        Ok(settings)
    }
}

fn value_of<T: DeserializeOwned>(key: &str, value: &Value) -> Result<T, String> {
    T::deserialize(value).map_err(|error| format!("{key}: {error}"))
}

fn in_ticks(names: impl Iterator<Item = &'static str>) -> String {
    names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

impl Serialize for KnownSettings {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let count = self.space.numbers.len() + 2 + usize::from(self.activation.is_some());
        let mut map = serializer.serialize_map(Some(count))?;
        map.serialize_entry("space", self.space.name)?;
        for (number, _) in self.space.numbers {
            map.serialize_entry(number.name(), &self.numbers.get(*number))?;
        }
        map.serialize_entry(NORM, &self.norm)?;
        if let Some(activation) = self.activation {
            map.serialize_entry(ACTIVATION, &activation)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for KnownSettings {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let keys = Map::deserialize(deserializer)?;
        let name = keys.get("space").map_or(Ok(String::new()), |name| value_of("space", name));
        let name = name.map_err(D::Error::custom)?;
        let settings = Self::of_space(&name, false).ok_or_else(|| {
            let expected = in_ticks(KNOWN_SPACES.iter().map(|space| space.name));
            D::Error::custom(format!("unknown space `{name}`, expected one of {expected}"))
        })?;
        Self::read(settings, &keys).map_err(D::Error::custom)
    }
}
