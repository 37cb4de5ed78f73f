//! The files of `best/` that this crate writes.

use crate::{ExportError, described::write_graph, drawing, model_source, onnx};
use burn::module::Module;
use std::path::Path;
use supernet_train::{
    Retrained,
    best::{BestFile, BestNet, load_best, read_record},
    store::write_whole,
};

/// Writes `model.rs`, `model.onnx` and `cell.svg` of the best network of a run beside its weights
/// in `folder`, and the card anew, which then lists them. `retrained` are the networks of the run
/// that were trained from scratch, for the card.
///
/// The network is one of a known space; [`crate::write_described`] writes those of a program's own.
///
/// # Errors
/// An `architecture.json` that cannot be read, a network of a program's own space or one that was
/// built for something else, or a file that cannot be written.
pub fn write_best(folder: &Path, retrained: &[Retrained], network: &impl Module) -> Result<(), ExportError> {
    let record = read_record(folder)?;
    if let BestNet::Known { .. } = record.network {
        let device = network.devices().into_iter().next().unwrap_or_default();
        let network = load_best(folder, &device)?.1;
        return write_graph(folder, retrained, &network, &network.graph()?);
    }
    let description = record.description(BestFile::Model)?;
    let write = |file: BestFile, bytes: &[u8]| write_whole(&folder.join(file.name()), bytes);
    write(BestFile::Model, model_source(&description)?.as_bytes())?;
    write(BestFile::Onnx, &onnx(&description, network)?)?;
    write(BestFile::Drawing, drawing(&description)?.as_bytes())?;
    Ok(write(BestFile::Card, record.markdown(retrained, &BestFile::ALL).as_bytes())?)
}
