//! Where initial weights come from: they are handed in by name, never drawn here.

use crate::NnError;
use burn::{
    module::{Module, ModuleVisitor, Param},
    tensor::{Tensor, TensorData},
};
use std::collections::HashMap;

/// What a parameter is, for whoever draws its initial value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Init {
    /// A weight of this variance and mean 0.
    Variance(f64),
    /// All zeros: biases and shifts.
    Zero,
    /// All ones: scales.
    One,
}

/// A source of initial weights. A network asks once for each of its parameters, by the parameter's
/// path (`cells.0.blocks.1.inputs.weights.2`); a supernet and a stand-alone network ask for the
/// same names.
pub trait Weights {
    /// The value of parameter `name`, of shape `shape`.
    ///
    /// # Errors
    /// The source has no such weight, or one of another shape.
    fn weight(&mut self, name: &str, shape: &[usize], init: Init) -> Result<TensorData, NnError>;

    /// The value of parameter `name`, which starts as `value` throughout.
    ///
    /// # Errors
    /// As [`Weights::weight`].
    fn constant(&mut self, name: &str, shape: &[usize], value: f64) -> Result<TensorData, NnError> {
        match value {
            0.0 => self.weight(name, shape, Init::Zero),
            1.0 => self.weight(name, shape, Init::One),
            _ => Ok(filled(value, shape)),
        }
    }
}

fn filled(value: f64, shape: &[usize]) -> TensorData {
    TensorData::new(vec![value as f32; shape.iter().product()], shape.to_vec())
}

/// Weights by name, as read from a module or a file. Scales, shifts and biases that are missing
/// start at their constants; a missing weight is an error. The constants have the type of the
/// weights. This is how a stand-alone network is cut out of a supernet.
#[derive(Clone, Debug, Default)]
pub struct NamedWeights(pub HashMap<String, TensorData>);

impl NamedWeights {
    /// The weights of every parameter of `module`, by path.
    pub fn of(module: &impl Module) -> Self {
        let mut collect = Collect::default();
        module.visit(&mut collect);
        Self(collect.found)
    }
}

impl Weights for NamedWeights {
    fn weight(&mut self, name: &str, shape: &[usize], init: Init) -> Result<TensorData, NnError> {
        let refuse = |found| NnError::Weight { name: name.into(), found, expected: shape.into() };
        match (self.0.get(name), init) {
            (Some(data), _) if data.shape().as_slice() == shape => Ok(data.clone()),
            (Some(data), _) => Err(refuse(format!("shape {:?}", data.shape().as_slice()))),
            (None, Init::Variance(_)) => Err(refuse("nothing of this name".into())),
            (None, constant) => {
                let data = constant.data(shape).expect("a constant");
                Ok(match self.0.values().next() {
                    Some(other) => data.convert_dtype(other.dtype()),
                    None => data,
                })
            }
        }
    }

    fn constant(&mut self, name: &str, shape: &[usize], value: f64) -> Result<TensorData, NnError> {
        let init = if value == 1.0 { Init::One } else { Init::Zero };
        match value == 0.0 || value == 1.0 || self.0.contains_key(name) {
            true => self.weight(name, shape, init),
            false => Ok(filled(value, shape)),
        }
    }
}

impl Init {
    /// The value itself, where it is constant.
    pub fn data(self, shape: &[usize]) -> Option<TensorData> {
        let value = match self {
            Self::Variance(_) => return None,
            Self::Zero => 0.0,
            Self::One => 1.0,
        };
        Some(filled(value, shape))
    }
}

/// The paths, ids and values of a module's parameters.
#[derive(Default)]
struct Collect {
    path: Vec<String>,
    found: HashMap<String, TensorData>,
}

impl ModuleVisitor for Collect {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.path.push(name.into());
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        self.found.insert(self.path.join("."), param.val().into_data());
    }
}
