//! Whether a run's supernet is the one that a search would train.

use super::provenance::{CONFIGURATION, RunFile};
use crate::{
    TrainError,
    search::{COMPANION, SAMPLER},
    store::{read_config, same_networks, supernet_file},
};
use serde_json::Value;
use std::path::Path;

/// Checks that the run in `run` holds the supernet that `here` would train.
///
/// # Errors
/// No run, or one without a trained supernet; a difference in what a supernet depends on.
pub(super) fn check_training(run: &Path, here: &RunFile) -> Result<(), TrainError> {
    let file = run.join("config.json");
    let missing = |found: &str| TrainError::File {
        path: run.into(),
        found: found.into(),
        expected: "a run whose supernet is trained",
    };
    let there: RunFile = read_config(run, CONFIGURATION)?.ok_or_else(|| missing("no run"))?;
    if (0..there.config.supernet.supernets).any(|place| !supernet_file(run, place).exists()) {
        return Err(missing("a run whose supernet is not trained yet"));
    }
    let parts = |run: &RunFile| -> Vec<(&'static str, Value)> {
        let RunFile { provenance, config, .. } = run;
        let value = |value: Result<Value, serde_json::Error>| value.expect("plain data");
        let part = |name: &str| provenance.parts.iter().find(|part| part.part == name);
        vec![
            ("provenance.fingerprints of the training images", provenance.fingerprints[0].clone().into()),
            ("config.network", value(serde_json::to_value(config.network))),
            ("config.paths", value(serde_json::to_value(config.paths))),
            ("provenance.parts, the sampler", value(serde_json::to_value(part(SAMPLER)))),
            ("provenance.parts, the companion", value(serde_json::to_value(part(COMPANION)))),
            ("config.companion", value(serde_json::to_value(config.companion))),
            ("config.supernet", value(serde_json::to_value(config.supernet))),
            ("config.execution", value(serde_json::to_value(config.execution))),
        ]
    };
    if !same_networks(&there.value(), &here.value()) {
        let difference = "provenance.definition: networks of other parameters there, or that compute something else";
        return Err(TrainError::OtherRun { path: file, difference: difference.into() });
    }
    for ((place, there), (_, here)) in parts(&there).into_iter().zip(parts(here)) {
        if there != here {
            let difference = format!("{place}: {there} there, {here} here; a search with its supernet needs the same");
            return Err(TrainError::OtherRun { path: file, difference });
        }
    }
    Ok(())
}
