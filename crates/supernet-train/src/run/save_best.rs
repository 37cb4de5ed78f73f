//! What a search that trains no supernet leaves.

use crate::{
    Examples, NetworkSettings, Retrained, Search, TrainError,
    best::{Best, BestNet, Card},
};
use std::path::Path;
use supernet_nn::{Layer, Network};

/// Writes `best/` into the directory of a search: the network that it found, a stand-alone network
/// of `settings` or of a program's own definition, with its scores. `device` is what the search's
/// device is called.
///
/// # Errors
/// Sizes that networks of the space cannot have, a file that cannot be written.
pub(crate) fn save_best<M: Layer<D, 2>, E: Examples<D>, const D: usize>(
    (search, settings): (&Search<'_, M, E, D>, NetworkSettings),
    (tested, network): (&Retrained, &Network<M, D>),
    device: &str,
    folder: &Path,
) -> Result<(), TrainError> {
    let (config, data) = (search.config(), search.data());
    let definition = &search.networks().stand_alone;
    let card = Card {
        network: &BestNet::new(settings, config.stand_alone.filters, definition)?,
        mask: &tested.mask,
        cost: tested.cost,
        normalisation: data.train.normalisation(),
        classes: &data.class_names(definition.classes()),
        seed: config.seed,
        retrained: std::slice::from_ref(tested),
        provenance: &search.provenance(device)?,
        command: None,
        latency: &[],
    };
    Best { card, network }.save(&folder.join("best"))
}
