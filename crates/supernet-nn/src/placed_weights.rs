//! Weights by name for a module that Burn would initialise lazily: drawn or handed in, never a
//! matter of who was touched first.

use crate::{Build, Init, NnError, Weights, names::Names};
use burn::{
    module::{Module, ModuleMapper, Param, ParamId},
    tensor::{Tensor, TensorData},
};
use supernet_space::fnv1a;

/// Returns the module with the value of each parameter taken from `weights` by its name, which
/// `names` gives, and an id that is a hash of the name.
///
/// What was made by [`Build::parameter`] or is known to [`Build::with_init`] starts as it was asked
/// to. Of other parameters, those of Burn's modules, these are asked for: a constant where the
/// module starts with one (scales, shifts), zeros for a parameter of one axis that the module draws
/// (biases), and where it draws by Burn's default, a variance of 1 / inputs for [inputs, outputs],
/// of 2 / fan-in for convolutions [outputs, inputs, …] (He et al., ICCV 2015).
///
/// # Errors
/// What `weights` refuses; a parameter that its module draws otherwise than by Burn's default.
pub(crate) fn placed<M: Module>(
    module: M,
    build: &Build,
    names: &Names,
    weights: &mut dyn Weights,
) -> Result<M, NnError> {
    let mut place = Place { path: Vec::new(), weights, build, names, error: None };
    let module = module.map(&mut place);
    match place.error {
        Some(error) => Err(error),
        None => Ok(module),
    }
}

struct Place<'a> {
    path: Vec<String>,
    weights: &'a mut dyn Weights,
    build: &'a Build,
    names: &'a Names,
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
        let name = self.names.of(&self.path);
        match self.value(&name, &param) {
            Ok(data) => {
                let dtype = data.dtype();
                let place = |old: Tensor<D>| {
                    Tensor::from_data(data, (self.build.device(), dtype)).set_require_grad(old.is_require_grad())
                };
                let mut placed = param.map(place);
                placed.id = ParamId::from(fnv1a(name.as_bytes()));
                placed
            }
            Err(error) => {
                self.error.get_or_insert(error);
                param
            }
        }
    }
}

impl Place<'_> {
    fn value<const D: usize>(&mut self, name: &str, param: &Param<Tensor<D>>) -> Result<TensorData, NnError> {
        let shape: Vec<usize> = param.lazy_shape().to_vec();
        if let Some(init) = self.build.init_of(param.id) {
            return self.weights.weight(name, &shape, init);
        }
        if let Some(value) = constant(param) {
            return self.weights.constant(name, &shape, value);
        }
        let (inputs, gain) = match D {
            0 | 1 => return self.weights.weight(name, &shape, Init::Zero),
            2 => (shape[0], 1.0),
            _ => (shape[1..].iter().product(), 2.0),
        };
        check_default(name, param, inputs)?;
        self.weights.weight(name, &shape, Init::Variance(gain / inputs as f64))
    }
}

/// Checks that numbers may be Burn's default draws: uniform between ± 1 / sqrt(inputs).
///
/// # Errors
/// A number beyond that, or a spread that such draws have with a chance of less than one in a
/// million.
fn check_default<const D: usize>(name: &str, param: &Param<Tensor<D>>, inputs: usize) -> Result<(), NnError> {
    let numbers: Vec<f64> = param.val().into_data().iter::<f64>().collect();
    let (count, bound) = (numbers.len() as f64, 1.0 / (inputs as f64).sqrt());
    let largest = numbers.iter().fold(0.0, |most: f64, x| most.max(x.abs()));
    let square = numbers.iter().map(|x| x * x).sum::<f64>() / count;
    // The squares of draws from ± 1 have mean 1/3 and deviation sqrt(4/45); half of them lie within
    // ± 1/2.
    let spread = (3.0 * square / (bound * bound) - 1.0).abs() * count.sqrt() / 0.9;
    let is_default = largest <= bound * 1.0001 && spread < 6.0 && (count < 24.0 || largest > bound / 2.0);
    if is_default {
        return Ok(());
    }
    Err(NnError::Initialiser { name: name.into(), largest, root_mean_square: square.sqrt(), bound })
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
    use crate::{Conv, NormKind};
    use burn::{
        nn::{Initializer, LinearConfig, PReluConfig},
        tensor::Device,
    };

    /// Fives for weights.
    struct Fives;

    impl Weights for Fives {
        fn weight(&mut self, _name: &str, shape: &[usize], init: Init) -> Result<TensorData, NnError> {
            let fives = || TensorData::new(vec![5.0f32; shape.iter().product()], shape.to_vec());
            Ok(init.data(shape).unwrap_or_else(fives))
        }
    }

    fn values(tensor: TensorData) -> Vec<f64> {
        tensor.iter::<f64>().collect()
    }

    #[test]
    fn constants_stay_biases_start_at_zero_and_weights_are_handed_in() {
        let build = &Build::everything(NormKind::Ghost, Device::flex());
        let same = Names::default();
        let linear = placed(LinearConfig::new(3, 1).init(build.device()), build, &same, &mut Fives).unwrap();
        assert_eq!(values(linear.weight.val().into_data()), [5.0; 3]);
        assert_eq!(values(linear.bias.unwrap().val().into_data()), [0.0]);
        assert_eq!(linear.weight.id, ParamId::from(fnv1a("weight".as_bytes())));
        let slope = placed(PReluConfig::new().init(build.device()), build, &same, &mut Fives).unwrap();
        assert_eq!(values(slope.alpha.val().into_data()), [0.25]);
    }

    #[test]
    fn an_initialiser_of_ones_own_is_refused_by_name_and_honoured_where_it_is_named() {
        let build = &Build::everything(NormKind::Ghost, Device::flex());
        let same = Names::default();
        let own = |initializer| LinearConfig::new(16, 8).with_initializer(initializer).init(build.device());
        for initializer in [
            Initializer::Normal { mean: 0.0, std: 1.0 },
            Initializer::Normal { mean: 0.0, std: 0.01 },
            Initializer::XavierUniform { gain: 1.0 },
        ] {
            let error = placed(own(initializer), build, &same, &mut Fives).unwrap_err().to_string();
            assert!(
                error.starts_with("weight `weight`: found an initialiser of its own") && error.contains("with_init")
            );
        }
        let normal = own(Initializer::Normal { mean: 0.0, std: 1.0 });
        let named = build.with_init(normal, Init::Variance(0.5));
        assert_eq!(values(placed(named, build, &same, &mut Fives).unwrap().weight.val().into_data()), [5.0; 128]);
        for i in 0..200 {
            let default = LinearConfig::new(1 + i % 7, 1 + i % 5).init(build.device());
            placed(default, build, &same, &mut Fives).unwrap();
        }
    }

    #[test]
    fn a_parameter_starts_as_it_was_asked_to_under_its_other_name() {
        struct Asked(Vec<(String, Init)>);
        impl Weights for Asked {
            fn weight(&mut self, name: &str, shape: &[usize], init: Init) -> Result<TensorData, NnError> {
                self.0.push((name.into(), init));
                Fives.weight(name, shape, init)
            }
        }
        let build = &Build::everything(NormKind::Ghost, Device::flex());
        let mut asked = Asked(Vec::new());
        let modules = vec![Conv::new(build, [3, 2], 1).with_gain(build, 1.0), Conv::new(build, [3, 2], 1)];
        let placed = placed(modules, build, &Names::new(|name| format!("net/{name}")), &mut asked).unwrap();
        let expected = [("net/0.weight", Init::Variance(1.0 / 3.0)), ("net/1.weight", Init::Variance(2.0 / 3.0))];
        assert_eq!(asked.0, expected.map(|(name, init)| (name.to_string(), init)));
        assert_eq!(placed.len(), 2);
    }
}
