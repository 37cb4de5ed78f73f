//! Weights of networks as files.

use super::files::write_whole;
use crate::TrainError;
use burn::{
    module::Module,
    optim::ModuleOptimizer,
    store::{ApplyError, ApplyResult, FloatCastAdapter, ModuleSnapshot, SafetensorsStore},
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
    let store = SafetensorsStore::from_bytes(Some(bytes)).with_from_adapter(rounded);
    // What differs is told here: Burn's error prints every tensor.
    let loaded = network.load_from(&mut store.validate(false).allow_partial(true));
    let result = loaded.map_err(|error| error.to_string())?;
    match differences(result) {
        None => Ok(network),
        Some(found) => Err(found),
    }
}

/// The first tensor that differs between a file and a network, and how many more do.
fn differences(ApplyResult { errors, missing, unused, .. }: ApplyResult) -> Option<String> {
    let count = errors.len() + missing.len() + unused.len();
    let shaped = errors.into_iter().next().map(|error| match error {
        ApplyError::ShapeMismatch { path, expected, found } => {
            format!("`{path}` of shape {:?} where the network has {:?}", found.as_slice(), expected.as_slice())
        }
        other => other.to_string(),
    });
    let missing = missing.first().map(|(path, _)| format!("no `{path}`, which the network has"));
    let unused = unused.first().map(|path| format!("`{path}`, which the network does not have"));
    let first = shaped.or(missing).or(unused)?;
    Some(match count - 1 {
        0 => first,
        1 => format!("{first}, and 1 more that differs"),
        more => format!("{first}, and {more} more that differ"),
    })
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
        expected: "the weights of this network; put back the file that was written with the others here, or remove it \
                   where the run can make it anew",
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::{
        nn::{Linear, LinearConfig},
        optim::SgdConfig,
        tensor::Device,
    };
    use burn_pack::{Tensor, Writer};

    #[test]
    fn weights_of_another_network_are_told_by_the_first_that_differs() {
        let device = &Device::flex();
        let wide = weights(&vec![LinearConfig::new(5, 2).init(device), LinearConfig::new(2, 2).init(device)]).unwrap();
        let found = |linears: &[[usize; 2]]| {
            let network: Vec<Linear> = linears.iter().map(|&[i, o]| LinearConfig::new(i, o).init(device)).collect();
            with_weights(network, wide.clone()).err()
        };
        assert_eq!(found(&[[5, 2], [2, 2]]), None);
        assert_eq!(
            found(&[[4, 2], [2, 2]]).as_deref(),
            Some("`0.weight` of shape [5, 2] where the network has [4, 2]")
        );
        let both = "`0.weight` of shape [5, 2] where the network has [4, 2], and 1 more that differs";
        assert_eq!(found(&[[4, 2], [3, 2]]).as_deref(), Some(both));
        let fewer = "`1.weight`, which the network does not have, and 1 more that differs";
        assert_eq!(found(&[[5, 2]]).map(|found| found.replace("1.bias", "1.weight")).as_deref(), Some(fewer));
        let more = found(&[[5, 2], [2, 2], [2, 2]]).unwrap();
        assert!(
            more.starts_with("no `2.") && more.ends_with("which the network has, and 1 more that differs"),
            "{more}"
        );
    }

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
