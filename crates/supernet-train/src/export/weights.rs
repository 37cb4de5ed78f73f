//! A network's weights by name, as numbers that an export asks for.

use super::ExportError;
use burn::{module::Module, tensor::DType};
use supernet_nn::NamedWeights;

/// Weights that must be there, in the shape asked for.
pub(super) struct Named(NamedWeights);

impl Named {
    pub(super) fn of(module: &impl Module) -> Self {
        Self(NamedWeights::of(module))
    }

    pub(super) fn get(&self, name: &str, shape: &[usize]) -> Result<Vec<f32>, ExportError> {
        let refuse = |found| ExportError::Weight { name: name.into(), found, expected: shape.into() };
        let data = self.0.0.get(name).ok_or_else(|| refuse("nothing of this name".into()))?;
        if data.shape().as_slice() != shape {
            return Err(refuse(format!("shape {:?}", data.shape().as_slice())));
        }
        let values = data.clone().convert_dtype(DType::F32).try_to_vec::<f32>();
        values.map_err(|error| refuse(format!("{error:?}")))
    }
}
