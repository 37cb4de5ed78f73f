//! Weights by name for a module that Burn would initialise lazily: drawn or handed in, never a matter of who was touched first.

use crate::{Init, NnError, Weights, weights::name_hash};
use burn::{
    module::{Module, ModuleMapper, Param, ParamId},
    tensor::{Device, Tensor},
};

/// The module with the value of each parameter taken from `weights` by its path, and an id that is a hash of the path.
///
/// Asked for are: a constant where the module starts with one (scales, shifts), zeros for a parameter of one axis that the module
/// draws (biases), a variance of 1 / inputs for [inputs, outputs], of 2 / fan-in for convolutions [outputs, inputs, …]
/// (He et al., ICCV 2015).
///
/// # Errors
/// What `weights` refuses.
pub(super) fn placed<M: Module>(module: M, weights: &mut dyn Weights, device: &Device) -> Result<M, NnError> {
    let mut place = Place { path: Vec::new(), weights, device, error: None };
    let module = module.map(&mut place);
    match place.error {
        Some(error) => Err(error),
        None => Ok(module),
    }
}

struct Place<'a> {
    path: Vec<String>,
    weights: &'a mut dyn Weights,
    device: &'a Device,
    error: Option<NnError>,
}

impl ModuleMapper for Place<'_> {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.path.push(name.into());
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.pop();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let name = self.path.join(".");
        let shape: Vec<usize> = param.lazy_shape().to_vec();
        let data = match (D, constant(&param)) {
            (_, Some(value)) => self.weights.constant(&name, &shape, value),
            (0 | 1, None) => self.weights.weight(&name, &shape, Init::Zero),
            (2, None) => self.weights.weight(&name, &shape, Init::Variance(1.0 / shape[0] as f64)),
            (_, None) => {
                let fan_in: usize = shape[1..].iter().product();
                self.weights.weight(&name, &shape, Init::Variance(2.0 / fan_in as f64))
            }
        };
        match data {
            Ok(data) => {
                let dtype = data.dtype();
                let place = |old: Tensor<D>| {
                    Tensor::from_data(data, (self.device, dtype)).set_require_grad(old.is_require_grad())
                };
                let mut placed = param.map(place);
                placed.id = ParamId::from(name_hash(&name));
                placed
            }
            Err(error) => {
                self.error.get_or_insert(error);
                param
            }
        }
    }
}

/// The value that all of a parameter's numbers have; `None` if they are drawn.
fn constant<const D: usize>(param: &Param<Tensor<D>>) -> Option<f64> {
    let data = param.val().into_data();
    let mut numbers = data.iter::<f64>();
    let first = numbers.next()?;
    // A single number that is drawn is no multiple of 1/64: a chance of one in 100,000.
    let round = |number: f64| (number * 64.0).fract() == 0.0;
    let same = numbers.all(|number| number == first) && (data.num_elements() > 1 || round(first));
    same.then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::{
        nn::{LinearConfig, PReluConfig},
        tensor::TensorData,
    };

    /// Fives for weights.
    struct Fives;

    impl Weights for Fives {
        fn weight(&mut self, _name: &str, shape: &[usize], init: Init) -> Result<TensorData, NnError> {
            let fives = || TensorData::new(vec![5.0f32; shape.iter().product()], shape.to_vec());
            Ok(init.data(shape).unwrap_or_else(fives))
        }
    }

    #[test]
    fn constants_stay_biases_start_at_zero_and_weights_are_handed_in() {
        let device = Device::flex();
        let linear = placed(LinearConfig::new(3, 1).init(&device), &mut Fives, &device).unwrap();
        let values = |tensor: TensorData| tensor.iter::<f64>().collect::<Vec<_>>();
        assert_eq!(values(linear.weight.val().into_data()), [5.0; 3]);
        assert_eq!(values(linear.bias.unwrap().val().into_data()), [0.0]);
        assert_eq!(linear.weight.id, ParamId::from(name_hash("weight")));
        let slope = placed(PReluConfig::new().init(&device), &mut Fives, &device).unwrap();
        assert_eq!(values(slope.alpha.val().into_data()), [0.25]);
    }
}
