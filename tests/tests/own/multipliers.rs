//! One number for a whole network: a width by which all channels are multiplied, a side to which
//! images are brought.

use burn::{
    module::Module,
    tensor::{DType, Device, Tensor},
};
use supernet_nn::{
    Build, Conv, Definition, Layer, MaskedNetwork, NamedWeights, NnError, Resolution, Rows, WideConv, WideDepthwise,
    WideLinear, Width,
};
use supernet_space::draws;
use supernet_tests::{Formula, PLAIN, assert_close, device, one_definition::is_one_definition, values, waves};

const SIDE: usize = 8;
const CLASSES: usize = 3;
/// f64: only the order of sums differs.
const EXACT: f64 = 1e-9;

/// All channels by one factor.
#[derive(Module, Debug)]
struct Body {
    stem: WideConv,
    depthwise: WideDepthwise,
    last: WideConv,
    classifier: WideLinear,
}

/// At one of three sides.
#[derive(Module, Debug)]
struct Net {
    resolution: Resolution<Body>,
}

impl Body {
    fn new(b: &Build) -> Self {
        let width = |channels| Width::multiplied(b, "width", channels, [1.0, 0.5, 0.75]);
        let [few, many] = [4, 8].map(width);
        Self {
            stem: WideConv::new(b, &Width::fixed(3), &few, 3).with_relu(),
            depthwise: WideDepthwise::new(b, &few, 3).with_stride(2),
            last: WideConv::new(b, &few, &many, 1).with_relu(),
            classifier: WideLinear::new(b, &many, CLASSES),
        }
    }
}

impl Layer<4, 2> for Body {
    fn forward(&self, x: Rows) -> Rows<2> {
        let x = x.through(&self.stem).through(&self.depthwise).through(&self.last);
        x.global_average().through(&self.classifier)
    }
}

impl Layer<4, 2> for Net {
    fn forward(&self, x: Rows) -> Rows<2> {
        x.through(&self.resolution)
    }
}

fn definition() -> Definition<Net> {
    let net = |b: &Build| Net { resolution: Resolution::new(b, "side", [("4", 4), ("6", 6), ("8", 8)], Body::new(b)) };
    Definition::new("multipliers", &[3, SIDE, SIDE], &device(), net).unwrap()
}

fn rows(count: usize, device: &Device) -> Tensor<4> {
    waves([count, 3, SIDE, SIDE], DType::F64, device)
}

#[test]
fn a_number_for_all_is_one_choice() {
    let definition = definition();
    let choices = definition.space().choices();
    let found: Vec<(&str, &[String])> = choices.iter().map(|choice| (choice.name(), choice.options())).collect();
    let options = |names: [&str; 3]| names.map(String::from);
    assert_eq!(found, [("side", &options(["4", "6", "8"])[..]), ("width", &options(["0.5", "0.75", "1"])[..])]);
}

#[test]
fn it_is_one_definition() {
    is_one_definition(&definition(), 9, EXACT, rows);
}

#[test]
fn a_network_costs_what_a_hand_count_gives() {
    let definition = definition();
    let cost = |text: &str| definition.cost(&definition.space().parse(text).unwrap()).unwrap();
    for (text, side, few, many) in [("100/100", 4, 2, 4), ("010/010", 6, 3, 6), ("001/001", 8, 4, 8)] {
        let (whole, half) = (side * side, side * side / 4);
        let weights = [27 * few, 9 * few, few * many, many * CLASSES as u64];
        let found = cost(text);
        assert_eq!(found.macs, weights[0] * whole + (weights[1] + weights[2]) * half + weights[3], "{text}");
        let norms = 2 * (few + few + many);
        assert_eq!(found.parameters, weights.iter().sum::<u64>() + norms + CLASSES as u64, "{text}");
    }
    // A side changes no parameter.
    assert_eq!(cost("100/001").parameters, cost("001/001").parameters);
}

/// The supernet's logits at half of the side are those of images that are averaged beforehand.
#[test]
fn a_side_is_that_of_images_made_smaller_beforehand() {
    let definition = definition();
    let supernet = definition.supernet(&mut Formula(DType::F64), &device()).unwrap();
    let logits = |text: &str| {
        let paths = supernet.paths(vec![definition.space().parse(text).unwrap()], None).unwrap();
        values(supernet.forward_used(rows(4, &device()), &paths, &PLAIN).unwrap().0)
    };
    let small = Definition::new("small", &[3, SIDE / 2, SIDE / 2], &device(), |b: &Build| Body::new(b)).unwrap();
    // The same weights by name, without the field around them.
    let named = NamedWeights::of(&supernet).0.into_iter();
    let weights = named.map(|(name, data)| (name.replace("resolution.network.", ""), data)).collect();
    let small = small.supernet(&mut NamedWeights(weights), &device()).unwrap();
    let half = rows(4, &device()).reshape([4, 3, SIDE / 2, 2, SIDE / 2, 2]).mean_dims(&[3, 5]);
    let half = half.reshape([4, 3, SIDE / 2, SIDE / 2]);
    for width in ["100", "010", "001"] {
        let paths = small.paths(vec![small.space().parse(width).unwrap()], None).unwrap();
        let expected = values(small.forward_used(half.clone(), &paths, &PLAIN).unwrap().0);
        assert_close(width, &logits(&format!("100/{width}")), &expected, 1e-6);
    }
}

#[test]
fn the_wide_layers_run_on_kernels_as_on_burns_operations() {
    let definition = definition();
    let supernet = definition.supernet(&mut Formula(DType::F32), &device()).unwrap();
    let rng = &mut draws(1, "kernels", 0);
    let masks: Vec<_> = (0..6).map(|_| definition.space().sample(rng).mask().clone()).collect();
    let paths = supernet.paths(masks, None).unwrap();
    let x = rows(12, &device()).cast(DType::F32);
    let logits = |call| values(supernet.forward_used(x.clone(), &paths, &call).unwrap().0);
    assert_close("logits", &logits(supernet_nn::Call::default()), &logits(PLAIN), 1e-4);
}

/// A network whose output is as large as its images.
#[derive(Module, Debug)]
struct Maps {
    resolution: Resolution<Conv>,
}

impl Layer<4, 2> for Maps {
    fn forward(&self, x: Rows) -> Rows<2> {
        x.through(&self.resolution).global_average()
    }
}

#[test]
fn a_network_whose_output_depends_on_the_side_is_refused() {
    let build =
        |b: &Build| Maps { resolution: Resolution::new(b, "side", [("4", 4), ("8", 8)], Conv::new(b, [3, 3], 3)) };
    let error: NnError = Definition::new("maps", &[3, SIDE, SIDE], &device(), build).unwrap_err();
    let found = error.to_string();
    assert!(found.contains("[3, 8, 8]") && found.contains("[3, 4, 4]"), "{found}");
}

#[test]
#[should_panic(expected = "Width: found [1, 1] channels for the factors [0.25, 0.5], expected different ones")]
fn factors_that_give_one_width_are_a_mistake() {
    let build = |b: &Build| Body {
        classifier: WideLinear::new(b, &Width::multiplied(b, "w", 2, [0.5, 0.25]), 2),
        ..Body::new(b)
    };
    let _ = Definition::new("same", &[3, SIDE, SIDE], &device(), move |b: &Build| build(b));
}
