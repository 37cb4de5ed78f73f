//! Weights of networks as files.

use super::files::write_whole;
use crate::TrainError;
use burn::{
    module::Module,
    optim::ModuleOptimizer,
    store::{FloatCastAdapter, ModuleSnapshot, SafetensorsStore},
    tensor::{Bytes, DType},
};
use burn_pack::Reader;
use std::{fs, path::Path};

/// A network's weights as safetensors. Metadata are written in no fixed order: none, so that equal
/// networks have equal bytes.
pub(crate) fn weights(network: &impl Module) -> Result<Vec<u8>, String> {
    let mut store = SafetensorsStore::from_bytes(None).clear_metadata();
    let bytes = network.save_into(&mut store).and_then(|()| store.get_bytes());
    bytes.map_err(|error| error.to_string())
}

/// Writes a network's weights, whole.
pub fn save_weights(network: &impl Module, path: &Path) -> Result<(), TrainError> {
    let bytes = weights(network).map_err(|reason| TrainError::io(path)(std::io::Error::other(reason)))?;
    write_whole(path, &bytes)
}

/// Returns `network` with weights from safetensors, all of them and no others, numbers of 16 or 64
/// bits rounded to 32; else what is wrong.
pub(crate) fn with_weights<N: Module>(mut network: N, bytes: Vec<u8>) -> Result<N, String> {
    let rounded = FloatCastAdapter::to(DType::F32);
    let loaded = network.load_from(&mut SafetensorsStore::from_bytes(Some(bytes)).with_from_adapter(rounded));
    let result = loaded.map_err(|error| error.to_string())?;
    if result.missing.is_empty() && result.unused.is_empty() && result.errors.is_empty() {
        Ok(network)
    } else {
        Err(format!("{} weights missing, {} unused", result.missing.len(), result.unused.len()))
    }
}

/// `optimizer` with the momenta of a record.
///
/// # Errors
/// What was found instead of one.
pub(crate) fn with_momenta(optimizer: ModuleOptimizer, record: Bytes) -> Result<ModuleOptimizer, String> {
    let tensors =
        Reader::from_bytes(record.clone()).and_then(Reader::into_tensors).map_err(|error| error.to_string())?;
    // Burn panics on it.
    if let Some(tensor) = tensors.iter().find(|tensor| tensor.param_id.is_none()) {
        return Err(format!("momenta of no parameter (`{}`)", tensor.name));
    }
    optimizer.from_bytes(record).map_err(|error| error.to_string())
}

/// `network` with the weights of a file.
///
/// # Errors
/// A file that cannot be read or is of another network.
pub fn load_weights<N: Module>(network: N, path: &Path) -> Result<N, TrainError> {
    let bytes = fs::read(path).map_err(TrainError::io(path))?;
    with_weights(network, bytes).map_err(|found| TrainError::File {
        path: path.into(),
        found,
        expected: "the weights of this network",
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::optim::SgdConfig;
    use burn_pack::{Tensor, Writer};

    #[test]
    fn momenta_of_no_parameter_are_refused_by_name() {
        let bytes = Bytes::from_elems(vec![1.0_f32; 2]);
        let tensor = Tensor::new("7.momentum.velocity".into(), DType::F32, [2], None, bytes);
        let record = Writer::new(vec![tensor]).into_bytes().unwrap();
        let found = with_momenta(SgdConfig::new().init(), record).err();
        assert_eq!(found.as_deref(), Some("momenta of no parameter (`7.momentum.velocity`)"));
        assert!(with_momenta(SgdConfig::new().init(), Bytes::from_elems(vec![0_u8; 9])).is_err());
    }
}
