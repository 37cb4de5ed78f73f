//! What a channel more of a width costs, and the penalty on it.

use super::{
    alive::Scales,
    within::{Resource, Widths},
};
use crate::TrainError;
use burn::{
    module::{Module, ModuleVisitor, Param, ParamId},
    optim::GradientsParams,
    tensor::{Tensor, TensorData},
};
use std::collections::HashMap;
use supernet_nn::{Definition, Layer};
use supernet_space::PathMask;

/// The penalty of MorphNet (Gordon et al., CVPR 2018, equations 7 to 9): λ · Σ over channels of
/// |scale| times what the channel costs, as a share of what the whole network costs. A channel's
/// cost is that of a step of its width, by the table of the definition, where the other widths are
/// as wide as what is alive of them.
pub(super) struct Penalty<'a, M, const D: usize> {
    pub(super) definition: &'a Definition<M, D>,
    pub(super) mask: &'a PathMask,
    pub(super) resource: Resource,
    /// λ.
    pub(super) strength: f64,
    pub(super) threshold: f64,
}

impl<M: Layer<D, 2>, const D: usize> Penalty<'_, M, D> {
    /// The coefficients of |scale| of each parameter, channel by channel.
    ///
    /// # Errors
    /// A network without a width.
    pub(super) fn coefficients(&self, network: &impl Module) -> Result<HashMap<ParamId, Vec<f64>>, TrainError> {
        let all = Scales::of(network)?;
        let widths: Vec<Widths> =
            all.iter().map(|scales| Widths::of(self.definition.space(), &scales.choice)).collect::<Result<_, _>>()?;
        let whole = self.cost(self.mask)?;
        let alive = all
            .iter()
            .zip(&widths)
            .fold(self.mask.clone(), |mask, (scales, width)| mask.with(width.choice, 1 << self.place(scales, width)));
        let mut coefficients = HashMap::new();
        for (scales, width) in all.iter().zip(&widths) {
            let marginal = self.marginal(width, &alive)? / whole;
            let full = width.options[width.widest(self.mask)];
            self.spread(scales, self.strength * marginal * full, &mut coefficients);
        }
        Ok(coefficients)
    }

    /// The least option that has what is alive of a width.
    fn place(&self, scales: &Scales, width: &Widths) -> usize {
        let most = width.widest(self.mask);
        let alive = scales.alive(self.threshold) * width.options[most];
        // A share of a whole number of channels is exact up to rounding.
        (0..most).find(|&place| width.options[place] >= alive - 1e-9).unwrap_or(most)
    }

    /// What a width costs more by one, at the options of `mask`.
    fn marginal(&self, width: &Widths, mask: &PathMask) -> Result<f64, TrainError> {
        let place = width.widest(mask);
        let (below, above) = if place == 0 { (0, 1.min(width.options.len() - 1)) } else { (place - 1, place) };
        let cost = |place: usize| self.cost(&mask.with(width.choice, 1 << place));
        let step = width.options[above] - width.options[below];
        Ok(if step > 0.0 { (cost(above)? - cost(below)?) / step } else { 0.0 })
    }

    fn cost(&self, mask: &PathMask) -> Result<f64, TrainError> {
        Ok(self.resource.of(&self.definition.cost(mask)?) as f64)
    }

    /// Gives each channel its part of what the whole width costs. In a group it is that of the
    /// largest scale of the channel.
    fn spread(&self, scales: &Scales, whole: f64, coefficients: &mut HashMap<ParamId, Vec<f64>>) {
        let (sizes, one_group) = (scales.sizes(), scales.are_one_group());
        let is_largest = |tensor: usize, channel: usize| {
            let largest = (0..sizes.len()).max_by(|&a, &b| sizes[a][channel].total_cmp(&sizes[b][channel]));
            largest == Some(tensor)
        };
        for (t, (slices, channels)) in scales.tensors.iter().zip(scales.channels()).enumerate() {
            let of_channel = |channel: usize| match one_group {
                true if is_largest(t, channel) => whole / channels as f64,
                true => 0.0,
                false => whole / (channels * sizes.len()) as f64,
            };
            let mut first = 0;
            for (id, values) in slices {
                coefficients.insert(*id, (first..first + values.len()).map(of_channel).collect());
                first += values.len();
            }
        }
    }
}

/// Adds the gradients of Σ coefficient · |scale| to those of a loss.
pub(super) fn with_penalty(
    module: &impl Module,
    gradients: GradientsParams,
    coefficients: &HashMap<ParamId, Vec<f64>>,
) -> GradientsParams {
    struct Add<'a>(GradientsParams, &'a HashMap<ParamId, Vec<f64>>);
    impl ModuleVisitor for Add<'_> {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            let Some(coefficients) = self.1.get(&param.id) else { return };
            let value = param.val().inner();
            let data = TensorData::new(coefficients.clone(), value.dims());
            let penalty = value.clone().sign() * Tensor::<D>::from_data(data, (&value.device(), value.dtype()));
            let sum = match self.0.remove::<D>(param.id) {
                Some(gradient) => gradient + penalty,
                None => penalty,
            };
            self.0.register(param.id, sum);
        }
    }
    let mut add = Add(gradients, coefficients);
    module.visit(&mut add);
    add.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::Device;
    use supernet_nn::{Build, Init, Network, NnError, Rows, Weights, WideConv, Width};

    #[derive(Module, Debug)]
    struct Net {
        first: WideConv,
        second: WideConv,
        last: WideConv,
    }

    impl Layer<4, 2> for Net {
        fn forward(&self, x: Rows) -> Rows<2> {
            x.through(&self.first).through(&self.second).through(&self.last).global_average()
        }
    }

    fn definition() -> Definition<Net> {
        let build = |b: &Build| {
            let (first, second) = (Width::one_of(b, "first", [2, 4]), Width::one_of(b, "second", [3, 6]));
            Net {
                first: WideConv::new(b, &Width::fixed(1), &first, 3).with_relu(),
                second: WideConv::new(b, &first, &second, 3).with_relu(),
                last: WideConv::new(b, &second, &Width::fixed(2), 1),
            }
        };
        Definition::new("two widths", &[1, 4, 4], &Device::flex(), build).unwrap()
    }

    /// Scales that fall along a wave, everything else 1.
    struct Waves;

    impl Weights for Waves {
        fn weight(&mut self, name: &str, shape: &[usize], _: Init) -> Result<TensorData, NnError> {
            let count: usize = shape.iter().product();
            let wave = |i: usize| {
                if name.ends_with("scale") {
                    0.3 * (i as f64 + 1.0) * if i.is_multiple_of(2) { 1.0 } else { -1.0 }
                } else {
                    1.0
                }
            };
            Ok(TensorData::new((0..count).map(wave).collect::<Vec<f64>>(), shape.to_vec()))
        }
    }

    fn network() -> (Definition<Net>, PathMask, Network<Net>) {
        let definition = definition();
        let mask = definition.space().parse("01/01").unwrap();
        let network = definition.stand_alone(&mask, &mut Waves, &Device::flex().autodiff()).unwrap();
        (definition, mask, network)
    }

    #[test]
    fn a_channel_costs_what_the_layers_that_write_and_read_it_take() {
        let (definition, mask, network) = network();
        let penalty =
            Penalty { definition: &definition, mask: &mask, resource: Resource::Macs, strength: 1.0, threshold: 0.0 };
        let found = penalty.coefficients(network.module()).unwrap();
        let scales = Scales::of(network.module()).unwrap();
        let whole = (16 * (9 * 4 + 9 * 4 * 6 + 6 * 2)) as f64;
        // A channel of the first: its 3x3 of one input, and a 3x3 for each of six outputs.
        let of_first = 16.0 * (9.0 + 9.0 * 6.0) / whole;
        // One of the second: a 3x3 of four inputs, and two outputs of a 1x1.
        let of_second = 16.0 * (9.0 * 4.0 + 2.0) / whole;
        for (scales, expected) in scales.iter().zip([of_first, of_second]) {
            for (id, values) in &scales.tensors[0] {
                assert_eq!(found[id].len(), values.len());
                assert!(found[id].iter().all(|found| (found - expected).abs() < 1e-12), "{:?} {expected}", found[id]);
            }
        }
    }

    #[test]
    fn what_is_dead_costs_its_readers_less() {
        let (definition, mask, network) = network();
        // Of the scales .3, .6 in each slice of two and .3, .6, .9 in each of three all but the
        // last are dead; half of the channels of the first are alive, a third of the second.
        let penalty =
            Penalty { definition: &definition, mask: &mask, resource: Resource::Macs, strength: 2.0, threshold: 0.5 };
        let scales = Scales::of(network.module()).unwrap();
        assert_eq!(scales.iter().map(|scales| scales.alive(0.5)).collect::<Vec<_>>(), [0.5, 2.0 / 3.0]);
        let found = penalty.coefficients(network.module()).unwrap();
        let whole = (16 * (9 * 4 + 9 * 4 * 6 + 6 * 2)) as f64;
        // The first at two of four channels, the second at six: four of six need the wider option.
        let of_second = 2.0 * 16.0 * (9.0 * 2.0 + 2.0) / whole;
        let (id, _) = &scales[1].tensors[0][0];
        assert!((found[id][0] - of_second).abs() < 1e-12, "{} {of_second}", found[id][0]);
    }

    #[test]
    fn the_gradient_is_that_of_differences() {
        let (definition, mask, network) = network();
        let penalty = Penalty {
            definition: &definition,
            mask: &mask,
            resource: Resource::Parameters,
            strength: 0.7,
            threshold: 0.0,
        };
        let coefficients = penalty.coefficients(network.module()).unwrap();
        let sum = |moved: Option<(ParamId, usize, f64)>| -> f64 {
            let scales = Scales::of(network.module()).unwrap();
            let slices = scales.iter().flat_map(|scales| &scales.tensors).flatten();
            slices
                .flat_map(|(id, values)| {
                    let coefficients = &coefficients[id];
                    values.iter().enumerate().map(move |(i, value)| {
                        let by =
                            moved.filter(|(other, place, _)| other == id && *place == i).map_or(0.0, |(_, _, by)| by);
                        coefficients[i] * (value + by).abs()
                    })
                })
                .sum()
        };
        let gradients = with_penalty(network.module(), GradientsParams::new(), &coefficients);
        for scales in Scales::of(network.module()).unwrap() {
            for (id, values) in scales.tensors.iter().flatten() {
                let found: Vec<f64> = gradients.get::<1>(*id).unwrap().into_data().iter::<f64>().collect();
                assert_eq!(found.len(), values.len());
                for (i, found) in found.into_iter().enumerate() {
                    let step = 1e-4;
                    let expected = (sum(Some((*id, i, step))) - sum(Some((*id, i, -step)))) / (2.0 * step);
                    assert!((found - expected).abs() < 1e-9, "{found} {expected}");
                }
            }
        }
    }
}
