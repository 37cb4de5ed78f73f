//! Whether a directory holds the run that is asked for.

use super::files::write_whole;
use crate::TrainError;
use serde_json::Value;
use std::{fs, io::ErrorKind, path::Path};
use supernet_nn::Fingerprint;

/// How the run that a directory holds compares with the one that is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Sameness {
    /// Nothing differs that results could depend on.
    Same,
    /// The version or the device differ: results may round otherwise.
    Elsewhere(String),
    /// It is another run: the first difference.
    Other(String),
}

/// Places whose values depend on nothing but where images lie and what was noted.
const NAMES: [&str; 4] = ["format", "continued", "provenance.data", "provenance.left_out"];

/// Places of what rounds.
const ROUNDS: [&str; 3] = ["provenance.supernet", "provenance.burn", "provenance.device"];

impl Sameness {
    pub(crate) fn of(there: &Value, here: &Value) -> Self {
        let mut found = Vec::new();
        differences("", there, here, &mut found);
        found.retain(|(place, _)| !NAMES.iter().any(|name| is_in(place, name)));
        let networks = |(place, _): &(String, String)| is_in(place, "provenance.definition");
        if same_networks(there, here) {
            found.retain(|difference| !networks(difference));
        }
        // Whoever asked for another size reads that, not what comes of it.
        found.sort_by_key(networks);
        let rounds = |place: &str| ROUNDS.contains(&place);
        if let Some((_, difference)) = found.iter().find(|(place, _)| !rounds(place)) {
            return Self::Other(difference.clone());
        }
        let rest: Vec<String> = found.into_iter().map(|(_, difference)| difference).collect();
        if rest.is_empty() { Self::Same } else { Self::Elsewhere(rest.join("; ")) }
    }
}

/// Whether two runs are of the same networks: their fingerprints agree, or a run of an earlier
/// version has none.
pub(crate) fn same_networks(there: &Value, here: &Value) -> bool {
    let of = |value: &Value| value.pointer("/provenance/definition").cloned().unwrap_or(Value::Null);
    match (of(there), of(here)) {
        (Value::Null, _) | (_, Value::Null) => true,
        (a, b) => match (serde_json::from_value::<Fingerprint>(a), serde_json::from_value::<Fingerprint>(b)) {
            (Ok(a), Ok(b)) => a.agrees(&b),
            _ => false,
        },
    }
}

fn is_in(place: &str, name: &str) -> bool {
    place == name || place.strip_prefix(name).is_some_and(|rest| rest.starts_with('.'))
}

/// Every place where two values differ, with both.
fn differences(place: &str, there: &Value, here: &Value, found: &mut Vec<(String, String)>) {
    match (there, here) {
        (Value::Object(a), Value::Object(b)) => {
            let mut keys: Vec<&String> = a.keys().chain(b.keys()).collect();
            keys.sort();
            keys.dedup();
            for key in keys {
                let place = if place.is_empty() { key.clone() } else { format!("{place}.{key}") };
                differences(&place, a.get(key).unwrap_or(&Value::Null), b.get(key).unwrap_or(&Value::Null), found);
            }
        }
        (a, b) if a == b => {}
        (a, b) => {
            let meaning = if is_in(place, "provenance.fingerprints") { "the images differ; " } else { "" };
            found.push((place.to_owned(), format!("{meaning}{place}: {a} there, {b} here")));
        }
    }
}

/// Takes a value through text: numbers may come back from JSON one place off their last.
pub(crate) fn through_text(value: &Value) -> Value {
    serde_json::from_str(&value.to_string()).expect("it was written just now")
}

/// Writes `config.json` in `path`.
///
/// # Errors
/// A file that cannot be written.
pub(crate) fn write_config(path: &Path, value: &Value) -> Result<(), TrainError> {
    let text = serde_json::to_string_pretty(value).expect("plain data") + "\n";
    write_whole(&path.join("config.json"), text.as_bytes())
}

/// Reads `config.json` in `path`; `None` where there is none.
///
/// # Errors
/// A file that cannot be read or is not `expected`.
pub(crate) fn read_config<T: serde::de::DeserializeOwned>(
    path: &Path,
    expected: &'static str,
) -> Result<Option<T>, TrainError> {
    let file = path.join("config.json");
    let text = match fs::read_to_string(&file) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        other => other.map_err(TrainError::io(&file))?,
    };
    let not_one =
        |error: serde_json::Error| TrainError::File { path: file.clone(), found: error.to_string(), expected };
    serde_json::from_str(text.trim_start_matches('\u{feff}')).map(Some).map_err(not_one)
}

/// Writes `config.json` in the directory `path`, or compares the one that is there with `here`.
///
/// # Errors
/// A directory that cannot be written, a file that is not `expected`, or the first difference;
/// nothing is touched then.
pub fn agree(path: &Path, here: &Value, expected: &'static str) -> Result<(), TrainError> {
    fs::create_dir_all(path).map_err(TrainError::io(path))?;
    let Some(there) = read_config(path, expected)? else { return write_config(path, here) };
    let path = path.join("config.json");
    match Sameness::of(&there, &through_text(here)) {
        Sameness::Same => Ok(()),
        Sameness::Elsewhere(difference) => Err(TrainError::Elsewhere { path, difference }),
        Sameness::Other(difference) => Err(TrainError::OtherRun { path, difference }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn names_do_not_count_versions_and_devices_are_elsewhere_and_the_rest_is_another_run() {
        let run = |data: &str, device: &str, seed: u64| json!({ "provenance": { "data": data, "device": device, "fingerprints": ["a"] }, "config": { "seed": seed } });
        let there = run("photos", "flex", 1);
        assert_eq!(Sameness::of(&there, &there), Sameness::Same);
        assert_eq!(Sameness::of(&there, &run("moved", "flex", 1)), Sameness::Same);
        let difference = "provenance.device: \"flex\" there, \"cuda:0\" here".to_owned();
        assert_eq!(Sameness::of(&there, &run("photos", "cuda:0", 1)), Sameness::Elsewhere(difference));
        let difference = "config.seed: 1 there, 2 here".to_owned();
        assert_eq!(Sameness::of(&there, &run("photos", "cuda:0", 2)), Sameness::Other(difference));
    }
}
