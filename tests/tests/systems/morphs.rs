//! Networks that begin with what a smaller one computes: its logits are kept where that is said,
//! and what cannot be kept says so.

use burn::{
    module::{Module, ModuleVisitor, Param, ParamId},
    nn::{Linear, LinearConfig},
    tensor::{DType, Device, Tensor, TensorData},
};
use std::{collections::BTreeMap, fs, path::Path};
use supernet::{
    nn::{Call, Inherited, Kept, Morph, Morphed, NamedWeights, Notes, Statistics, Widening, wide_scales},
    own::{
        Build, Conv, ConvNorm, Definition, GhostNorm, Identity, Layer, MaskedNetwork, OneOf, Repeat, Rows, SomeOf,
        WideConv, WideDepthwise, WideLinear, Width, Zeros,
    },
    prelude::*,
    search::trials::{
        MorphismHillClimb, Trial, TrialEvaluator, TrialLimits, TrialOutcome, TrialStrategy, search_trials,
    },
    train::{Inheritance, Lineage, StandAlone, StandAloneTraining},
};
use supernet_nn::known::{MobileNet, NasBench201Net};
use supernet_space::{MobileChain, MobileShape, MobileStage, NasBench201, NasBench201Shape};
use supernet_tests::{
    Formula, data, device, device_of, distance,
    tiny::{Stopping, search_of, stripes_split, tiny},
    values,
};

const SIDE: usize = 8;
const CLASSES: usize = 4;

/// x + b(a(x)).
#[derive(Module, Debug)]
struct Residual {
    a: WideConv,
    b: WideConv,
}

impl Layer for Residual {
    fn forward(&self, x: Rows) -> Rows {
        x.clone() + x.through(&self.a).through(&self.b)
    }
}

/// At least six layers: a stem, layers in a row, a reduction, residual ones, and two to the logits.
#[derive(Module, Debug)]
struct Net {
    stem: WideConv,
    plain: Repeat<WideConv>,
    middle: WideConv,
    residual: Repeat<Residual>,
    last: WideConv,
    head: Linear,
}

impl Layer<4, 2> for Net {
    fn forward(&self, x: Rows) -> Rows<2> {
        let x = x.through(&self.stem).through(&self.plain).through(&self.middle).through(&self.residual);
        x.through(&self.last).global_average().through(&self.head)
    }
}

fn net(b: &Build) -> Net {
    let (first, second) = (Width::one_of(b, "first", [2, 3, 5]), Width::one_of(b, "second", [3, 4, 7]));
    let inner = Width::one_of(b, "inner", [2, 5]);
    let residual =
        |_| Residual { a: WideConv::new(b, &second, &inner, 3).with_relu(), b: WideConv::new(b, &inner, &second, 1) };
    Net {
        stem: WideConv::new(b, &Width::fixed(1), &first, 3).with_relu(),
        plain: Repeat::new(b, "plain", (0..3).map(|_| WideConv::new(b, &first, &first, 3).with_relu())),
        middle: WideConv::new(b, &first, &second, 3).with_stride(2).with_relu(),
        residual: Repeat::new(b, "residual", (0..3).map(residual)),
        last: WideConv::new(b, &second, &Width::fixed(4), 1).with_relu(),
        head: LinearConfig::new(4, CLASSES).init(b.device()),
    }
}

fn definition() -> Definition<Net> {
    Definition::new("grows", &[1, SIDE, SIDE], &device(), net).unwrap()
}

fn images(count: usize, phase: f64, dtype: DType, device: &Device) -> Tensor<4> {
    let shape = [count, 1, SIDE, SIDE];
    let wave = |i: usize| {
        let n = i as f64 + 1.0;
        (0.37 * n + phase).cos() + 0.5 * (0.011 * n * n).sin()
    };
    Tensor::from_data(data((0..shape.iter().product()).map(wave).collect(), &shape, dtype), (device, dtype))
}

/// What networks are compared on.
struct Scene {
    dtype: DType,
    device: Device,
    execution: Execution,
    batch: Tensor<4>,
}

impl Scene {
    fn new(dtype: DType) -> Self {
        let device = device_of(dtype);
        let execution = if dtype == DType::F64 { Execution::PlainBurn } else { Execution::Kernels };
        Self { dtype, batch: images(6, 0.0, dtype, &device), device, execution }
    }

    fn tolerance(&self) -> f64 {
        if self.dtype == DType::F64 { 1e-6 } else { 1e-4 }
    }

    /// A network with weights by formula and the statistics of another batch.
    fn parent<M: Layer<4, 2>>(&self, definition: &Definition<M>, mask: &PathMask) -> Network<M> {
        let network = definition.stand_alone(mask, &mut Formula(self.dtype), &self.device).unwrap();
        let notes = Notes::default();
        let call = Call { statistics: Statistics::Note(&notes), execution: self.execution };
        let other = images(6, 1.0, self.dtype, &self.device);
        network.forward_with(other, &definition.paths(vec![mask.clone()]).unwrap(), &call).unwrap();
        network.calibrated(&notes)
    }

    fn grown<M: Layer<4, 2>>(
        &self,
        definition: &Definition<M>,
        parent: &Network<M>,
        mask: &PathMask,
        widening: Widening,
    ) -> Morphed<M> {
        let how = (&self.batch, self.execution);
        definition.morphed(parent, mask, Morph { widening }, &mut Formula(self.dtype), how).unwrap()
    }

    /// Logits under the statistics of the batch that was measured, and of another batch under
    /// stored ones.
    fn logits<M: Layer<4, 2>>(&self, network: &Network<M>) -> [Vec<f64>; 2] {
        let paths = network.paths(vec![network.mask().unwrap().clone()], None).unwrap();
        let run = |batch, statistics| {
            let call = Call { statistics, execution: self.execution };
            values(network.forward_with(batch, &paths, &call).unwrap())
        };
        let other = images(5, 2.0, self.dtype, &self.device);
        [run(self.batch.clone(), Statistics::Batch), run(other, Statistics::Stored)]
    }

    fn apart<M: Layer<4, 2>>(&self, found: &Network<M>, expected: &Network<M>) -> f64 {
        let [found, expected] = [self.logits(found), self.logits(expected)];
        found.iter().zip(&expected).map(|(a, b)| distance(a, b)).fold(0.0, f64::max)
    }
}

/// The masks that are one size greater, with the choice that grew.
fn one_greater<M: Layer<4, 2>>(definition: &Definition<M>, mask: &PathMask) -> Vec<(String, PathMask)> {
    let choices = definition.space().choices().iter().enumerate();
    let grow = |(place, choice): (usize, &Choice)| {
        let bits = mask.bits(place) << 1;
        (bits >> choice.options().len() == 0).then(|| (choice.name().to_owned(), mask.with(place, bits)))
    };
    choices.filter_map(grow).collect()
}

fn least<M: Layer<4, 2>>(definition: &Definition<M>) -> PathMask {
    let space = definition.space();
    space.mask(vec![1; space.choices().len()])
}

const WIDENINGS: [Widening; 2] = [Widening::Zeros, Widening::Copies { noise: 0.0 }];

#[test]
fn every_widening_and_every_deepening_keeps_the_logits() {
    let definition = definition();
    let small = least(&definition);
    let middle = definition.space().mask(vec![2, 1, 2, 1, 2]);
    for scene in [DType::F64, DType::F32].map(Scene::new) {
        for (mask, widening) in [&small, &middle].into_iter().flat_map(|mask| WIDENINGS.map(|w| (mask, w))) {
            let parent = scene.parent(&definition, mask);
            for (name, greater) in one_greater(&definition, mask) {
                let Morphed { network, kept } = scene.grown(&definition, &parent, &greater, widening);
                let expected = if name == "plain" { Kept::Measured } else { Kept::Always };
                assert_eq!(kept, expected, "{name} of {mask}");
                let apart = scene.apart(&network, &parent);
                assert!(apart <= scene.tolerance(), "{name} of {mask}, {widening:?}: {apart:e} apart");
                assert_eq!(network.mask(), Some(&greater));
            }
        }
    }
}

#[test]
fn five_morphisms_in_a_row_and_all_at_once_keep_the_logits() {
    let definition = definition();
    for (scene, widening) in [DType::F64, DType::F32].into_iter().flat_map(|d| WIDENINGS.map(|w| (Scene::new(d), w))) {
        let first = scene.parent(&definition, &least(&definition));
        for chain in 0..3 {
            let mut last = first.clone();
            for step in 0..5 {
                let mut all = one_greater(&definition, last.mask().unwrap());
                let (_, greater) = all.swap_remove((chain + 2 * step) % all.len());
                last = scene.grown(&definition, &last, &greater, widening).network;
            }
            let apart = scene.apart(&last, &first);
            assert!(apart <= scene.tolerance(), "chain {chain}, {widening:?}: {apart:e} apart");
            let at_once = scene.grown(&definition, &first, last.mask().unwrap(), widening);
            assert!(at_once.kept.is_exact() && scene.apart(&at_once.network, &first) <= scene.tolerance());
        }
    }
}

#[test]
fn by_name_alone_a_greater_network_computes_something_else() {
    let (definition, scene) = (definition(), Scene::new(DType::F64));
    let parent = scene.parent(&definition, &least(&definition));
    for (name, greater) in one_greater(&definition, parent.mask().unwrap()) {
        let mut formula = Formula(DType::F64);
        let child = definition.stand_alone(&greater, &mut Inherited::of(&parent, &mut formula), &scene.device).unwrap();
        let apart = scene.apart(&child, &parent);
        assert!(apart > 0.01, "{name}: {apart:e} apart");
    }
}

#[test]
fn copies_share_what_is_heard_of_them_and_noise_tells_them_apart() {
    let (definition, scene) = (definition(), Scene::new(DType::F64));
    let parent = scene.parent(&definition, &least(&definition));
    let wider = least(&definition).with(0, 0b100);
    assert_eq!(definition.space().choices()[0].name(), "first");
    let of = |noise| {
        let Morphed { network, kept } = scene.grown(&definition, &parent, &wider, Widening::Copies { noise });
        let weights = NamedWeights::of(&network).0;
        let numbers = |name: &str| weights[name].iter::<f64>().collect::<Vec<_>>();
        (["0", "1", "2"].map(|slice| numbers(&format!("stem.weights.{slice}.0"))), numbers("middle.weights.0.0"), kept)
    };
    // Two channels become five: the first one three, the second one two.
    let (twins, heard, kept) = of(0.0);
    assert_eq!(kept, Kept::Always);
    assert_eq!(twins[1][..], twins[0][..9]);
    assert_eq!(twins[2], [&twins[0][9..], &twins[0][..9]].concat());
    let before: Vec<f64> = NamedWeights::of(&parent).0["middle.weights.0.0"].iter::<f64>().collect();
    let shares = [3.0, 2.0];
    let expected: Vec<f64> = before.iter().enumerate().map(|(i, weight)| weight / shares[i / 9 % 2]).collect();
    assert_eq!(heard, expected);

    let (noisy, _, kept) = of(0.01);
    assert_ne!(noisy[1], twins[1]);
    assert!(distance(&noisy[1], &twins[1]) < 0.02, "a hundredth of a drawn weight");
    assert!(matches!(kept, Kept::Not { error } if error > 1e-6 && error < 0.2), "{kept:?}");
}

/// Channels that are convolved each by itself, and a classifier that reads a width.
#[derive(Module, Debug)]
struct Slim {
    stem: WideConv,
    depthwise: WideDepthwise,
    pointwise: WideConv,
    head: WideLinear,
}

impl Layer<4, 2> for Slim {
    fn forward(&self, x: Rows) -> Rows<2> {
        let x = x.through(&self.stem).through(&self.depthwise).through(&self.pointwise);
        x.global_average().through(&self.head)
    }
}

/// One factor for both widths, of 4 and of 6 channels.
fn slim(b: &Build) -> Slim {
    let [narrow, wide] = [4, 6].map(|channels| Width::multiplied(b, "width", channels, [0.5, 0.75, 1.0]));
    Slim {
        stem: WideConv::new(b, &Width::fixed(1), &narrow, 3).with_relu(),
        depthwise: WideDepthwise::new(b, &narrow, 3).with_stride(2).with_relu(),
        pointwise: WideConv::new(b, &narrow, &wide, 1).with_relu(),
        head: WideLinear::new(b, &wide, CLASSES),
    }
}

#[test]
fn widths_of_depthwise_and_of_linear_layers_grow_too() {
    let slim = Definition::new("slim", &[1, SIDE, SIDE], &device(), slim).unwrap();
    for (scene, widening) in [DType::F64, DType::F32].into_iter().flat_map(|d| WIDENINGS.map(|w| (Scene::new(d), w))) {
        let parent = scene.parent(&slim, &least(&slim));
        for bits in [0b010, 0b100] {
            let Morphed { network, kept } = scene.grown(&slim, &parent, &slim.space().mask(vec![bits]), widening);
            assert_eq!(kept, Kept::Always, "{widening:?}");
            let apart = scene.apart(&network, &parent);
            assert!(apart <= scene.tolerance(), "{widening:?}: {apart:e} apart");
        }
    }
}

/// Of each width the largest |scale| of each channel, tensors of different channels apart.
fn largest_scales<M: Layer<4, 2>>(network: &Network<M>) -> BTreeMap<(String, usize), Vec<f64>> {
    let mut scales = BTreeMap::new();
    for layer in wide_scales(network.module()) {
        let of = |id| values_of(network.module(), id).into_iter().map(f64::abs);
        let sizes: Vec<f64> = layer.slices.into_iter().flat_map(of).collect();
        let largest = scales.entry((layer.choice, sizes.len())).or_insert_with(|| vec![0.0; sizes.len()]);
        largest.iter_mut().zip(sizes).for_each(|(largest, size): (&mut f64, f64)| *largest = largest.max(size));
    }
    scales
}

/// The numbers of a parameter.
fn values_of(module: &impl Module, id: ParamId) -> Vec<f64> {
    struct Of(ParamId, Vec<f64>);
    impl ModuleVisitor for Of {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            if param.id == self.0 {
                self.1 = values(param.val());
            }
        }
    }
    let mut of = Of(id, Vec::new());
    module.visit(&mut of);
    of.1
}

#[test]
fn channels_in_the_order_of_their_scales_compute_the_same() {
    fn is_sorted<M: Layer<4, 2>>(scene: &Scene, definition: &Definition<M>, mask: &PathMask) {
        let network = scene.parent(definition, mask);
        let Morphed { network: sorted, kept } =
            definition.with_sorted_widths(&network, (&scene.batch, scene.execution)).unwrap();
        assert_eq!(kept, Kept::Always);
        assert!(scene.apart(&sorted, &network) <= scene.tolerance());
        let (before, after) = (largest_scales(&network), largest_scales(&sorted));
        assert!(before.values().any(|sizes| !sizes.is_sorted_by(|a, b| a >= b)), "{before:?}");
        for (width, sizes) in after {
            assert!(sizes.is_sorted_by(|a, b| a >= b), "{width:?}: {sizes:?}");
            let mut expected = before[&width].clone();
            expected.sort_by(|a, b| b.total_cmp(a));
            assert_eq!(sizes, expected, "{width:?}");
        }
    }
    let (net, slim) = (definition(), Definition::new("slim", &[1, SIDE, SIDE], &device(), slim).unwrap());
    for scene in [DType::F64, DType::F32].map(Scene::new) {
        is_sorted(&scene, &net, &net.space().mask(vec![4, 2, 4, 2, 2]));
        is_sorted(&scene, &slim, &slim.space().mask(vec![4]));
    }
}

#[test]
fn a_width_that_falls_keeps_the_channels_that_count() {
    let (definition, scene) = (definition(), Scene::new(DType::F64));
    let names: Vec<&str> = definition.space().choices().iter().map(Choice::name).collect();
    assert_eq!(names[0], "first");
    let wide = definition.space().mask(vec![4, 2, 2, 2, 2]);
    let mut weights = NamedWeights::of(&scene.parent(&definition, &wide)).0;
    // Of the five channels 2, 1 and 2 in a slice, the first and the fourth give nothing.
    for (name, data) in &mut weights {
        let is_written = name.starts_with("stem.norms.") || name.starts_with("plain.");
        let is_dead = is_written && (name.contains("norms.0.") || name.contains("norms.2."));
        if is_dead && (name.ends_with(".scale") || name.ends_with(".shift")) {
            let mut numbers: Vec<f64> = data.iter::<f64>().collect();
            numbers[0] = 0.0;
            *data = TensorData::new(numbers, data.shape().clone());
        }
    }
    let parent = definition.stand_alone(&wide, &mut NamedWeights(weights), &scene.device).unwrap();
    let narrower = wide.with(0, 0b010);
    let Morphed { network, kept } = scene.grown(&definition, &parent, &narrower, Widening::Zeros);
    assert_eq!(kept, Kept::Always);
    assert!(scene.apart(&network, &parent) <= 1e-6);
    let mut formula = Formula(DType::F64);
    let by_name = definition.stand_alone(&narrower, &mut Inherited::of(&parent, &mut formula), &scene.device).unwrap();
    assert!(scene.apart(&by_name, &parent) > 0.01);
    // A channel that gave something is missed.
    let least = wide.with(0, 0b001);
    assert!(matches!(scene.grown(&definition, &parent, &least, Widening::Zeros).kept, Kept::Not { .. }));
}

/// What may stand in place of nothing or beside it.
#[derive(Module, Debug)]
enum Part {
    Nothing(Zeros),
    Same(Identity),
    /// Ends in a normalisation.
    Plain(ConvNorm),
    /// Ends in a ReLU.
    Rectified(ConvNorm),
    /// Normalisation, ReLU, convolution.
    Before(Before),
}

/// Normalisation, ReLU, convolution.
#[derive(Module, Debug)]
struct Before {
    norm: GhostNorm,
    conv: Conv,
}

impl Layer for Before {
    fn forward(&self, x: Rows) -> Rows {
        self.norm.relu(x).through(&self.conv)
    }
}

impl Layer for Part {
    fn forward(&self, x: Rows) -> Rows {
        match self {
            Self::Nothing(nothing) => x.through(nothing),
            Self::Same(same) => x.through(same),
            Self::Plain(plain) | Self::Rectified(plain) => x.through(plain),
            Self::Before(before) => x.through(before),
        }
    }
}

/// A part in the way, one beside it, a concatenation, and a part behind, where values are below 0.
#[derive(Module, Debug)]
struct Parts {
    stem: ConvNorm,
    row: OneOf<Part>,
    beside: OneOf<Part>,
    joined: SomeOf<supernet::own::Sliced<Part>>,
    signed: OneOf<Part>,
    head: Linear,
}

impl Layer<4, 2> for Parts {
    fn forward(&self, x: Rows) -> Rows<2> {
        let x = x.through(&self.stem).through(&self.row);
        let x = x.clone() + x.through(&self.beside);
        x.through(&self.joined).through(&self.signed).global_average().through(&self.head)
    }
}

fn parts(b: &Build) -> Parts {
    let conv = || ConvNorm::new(b, [3, 3], 3);
    let before = || Part::Before(Before { norm: GhostNorm::new(b, 3), conv: Conv::new(b, [3, 3], 1) });
    let options = |first: (&'static str, Part)| {
        [first, ("plain", Part::Plain(conv())), ("relu", Part::Rectified(conv().with_relu())), ("before", before())]
    };
    let joined = [("a", Part::Plain(conv()), 3), ("b", Part::Rectified(conv().with_relu()), 3)];
    Parts {
        stem: ConvNorm::new(b, [1, 3], 3).with_relu(),
        row: OneOf::new(b, "row", options(("same", Part::Same(Identity {})))),
        beside: OneOf::new(b, "beside", options(("none", Part::Nothing(Zeros {})))),
        joined: SomeOf::concatenated(b, "joined", 1..=2, joined, 3),
        signed: OneOf::new(b, "signed", options(("same", Part::Same(Identity {})))),
        head: LinearConfig::new(3, CLASSES).init(b.device()),
    }
}

#[test]
fn what_cannot_be_kept_says_so_and_what_can_is_kept() {
    let definition = Definition::new("parts", &[1, SIDE, SIDE], &device(), parts).unwrap();
    let scene = Scene::new(DType::F64);
    let parent = scene.parent(&definition, &least(&definition));
    let of = |choice: &str, bits: u64| {
        let place = definition.space().position(choice).unwrap();
        let child = least(&definition).with(place, bits);
        let Morphed { network, kept } = scene.grown(&definition, &parent, &child, Widening::Zeros);
        let apart = scene.apart(&network, &parent);
        match kept {
            Kept::Not { error } => assert!(error > 1e-3 && apart > 1e-3, "{choice} {bits}: {error:e}, {apart:e}"),
            _ => assert!(apart <= 1e-6, "{choice} {bits}: {apart:e} apart"),
        }
        kept
    };
    // In a row behind a ReLU: the convolution hands on, and the normalisation undoes itself.
    for option in [0b10, 0b100, 0b1000] {
        assert_eq!(of("row", option), Kept::Measured);
    }
    // Where values are below 0 a ReLU cuts, wherever it stands.
    assert_eq!(of("signed", 0b10), Kept::Measured);
    assert!(!of("signed", 0b100).is_exact() && !of("signed", 0b1000).is_exact());
    // Beside the way it adds nothing, unless it would never learn.
    assert_eq!(of("beside", 0b10), Kept::Always);
    assert!(!of("beside", 0b100).is_exact(), "a branch that ends in a ReLU and adds nothing has no gradient");
    assert_eq!(of("beside", 0b1000), Kept::Always);
    // Its slice of the 1x1 that reads the concatenation is 0.
    assert_eq!(of("joined", 0b11), Kept::Always);
    assert!(!of("joined", 0b10).is_exact(), "one in place of another");
}

#[test]
fn layers_of_known_spaces_open() {
    let scene = Scene::new(DType::F32);
    let kept = |definition: &Definition<_>, from: &Architecture, to: &Architecture| {
        let parent = scene.parent(definition, from.mask());
        let Morphed { network, kept } = scene.grown(definition, &parent, to.mask(), Widening::Zeros);
        assert_eq!(kept.is_exact(), scene.apart(&network, &parent) <= 1e-4);
        kept
    };
    let shape = NasBench201Shape { filters: 4, cells: 1, side: SIDE, channels: 1, classes: CLASSES };
    let (bench, definition) = (NasBench201::new(), NasBench201Net::definition(shape, &device()).unwrap());
    let of = |edges: [&str; 2]| {
        let [added, passing] = edges;
        bench.parse(&format!("|nor_conv_3x3~0|+|{added}~0|{passing}~1|+|none~0|none~1|skip_connect~2|")).unwrap()
    };
    let small = of(["none", "skip_connect"]);
    assert_eq!(kept(&definition, &small, &of(["nor_conv_1x1", "skip_connect"])), Kept::Always);
    assert!(!kept(&definition, &small, &of(["none", "nor_conv_1x1"])).is_exact(), "its ReLU cuts");
}

#[test]
fn a_layer_of_a_mobile_chain_opens() {
    let scene = Scene::new(DType::F32);
    let stages = [MobileStage { layers: 2, channels: 6, stride: 2 }];
    let shape = MobileShape { stem: 8, first: 4, head: 16, side: SIDE, channels: 1, classes: CLASSES };
    let chain = MobileChain::new(&stages).unwrap();
    let definition = MobileNet::definition(&chain, shape, &device()).unwrap();
    let small = least(&definition);
    let parent = scene.parent(&definition, &small);
    let Morphed { network, kept } = scene.grown(&definition, &parent, &small.with(1, 0b100), Widening::Zeros);
    assert_eq!(kept, Kept::Always);
    assert!(scene.apart(&network, &parent) <= 1e-4);
}

fn recipe() -> StandAloneTraining {
    StandAloneTraining { batch: 16, ..tiny(1).stand_alone }
}

fn trial(id: u64, parent: Option<u64>, mask: &PathMask, steps: u64, settings: &[(&str, f64)]) -> Trial {
    let settings = settings.iter().map(|&(name, value)| (name.to_owned(), value)).collect();
    let architecture = definition().space().accept(mask.clone()).unwrap();
    Trial { id, parent, architecture, settings, steps }
}

/// Runs `f` with a lineage of [`Net`] on stripes.
fn with_lineage<R>(
    inheritance: Inheritance,
    folder: &Path,
    progress: &mut dyn Progress,
    f: impl FnOnce(Lineage<Net>) -> R,
) -> Result<R, TrainError> {
    let (split, device, definition, training) = (stripes_split([64, 24, 32]), device(), definition(), recipe());
    let search = search_of(&tiny(1), &split)?;
    let (execution, data) = (search.config().execution, search.data());
    let (definition, training) = (&definition, &training);
    let how = StandAlone { definition, training, examples: &data.train, seed: 7, execution, device: &device };
    Lineage::open_inheriting(inheritance, how, &data.validation, "flex", folder, progress).map(f)
}

const MORPHISM: Inheritance = Inheritance::Morphism(Morph { widening: Widening::Zeros });

#[test]
fn a_child_by_morphism_begins_where_its_parent_ended() {
    let small = least(&definition());
    // A wider residual layer, and one more.
    let greater = small.with(2, 0b100).with(3, 0b10).with(4, 0b10);
    let losses = |inheritance| {
        let folder = tempfile::tempdir().unwrap();
        let run = |mut lineage: Lineage<Net>| {
            // A learning rate that moves no weight.
            let still = [("learning_rate", 1e-30), ("l2", 0.0)];
            let first = lineage.evaluate_trials(&[trial(0, None, &small, 30, &[])]).unwrap();
            let second = lineage.evaluate_trials(&[trial(1, Some(0), &greater, 1, &still)]).unwrap();
            assert_eq!(lineage.kept(0).unwrap(), None);
            ([&first, &second].map(|scored| scored[0].score.loss), lineage.kept(1).unwrap())
        };
        let found = with_lineage(inheritance, folder.path(), &mut Silent, run).unwrap();
        let config = fs::read_to_string(folder.path().join("config.json")).unwrap();
        assert_eq!(config.contains("inheritance"), inheritance != Inheritance::ByName);
        found
    };
    let ([before, after], kept) = losses(MORPHISM);
    assert_eq!(kept, Some(Kept::Always));
    assert!((after - before).abs() < 1e-4, "{before} before, {after} after");
    let ([before, after], kept) = losses(Inheritance::ByName);
    assert_eq!(kept, None);
    assert!((after - before).abs() > 0.01, "{before} before, {after} after");
}

#[test]
fn another_inheritance_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    with_lineage(MORPHISM, folder.path(), &mut Silent, |_| ()).unwrap();
    let refused = |inheritance| with_lineage(inheritance, folder.path(), &mut Silent, |_| ()).unwrap_err().to_string();
    let copies = Inheritance::Morphism(Morph { widening: Widening::Copies { noise: 0.01 } });
    for other in [Inheritance::ByName, copies] {
        let error = refused(other);
        assert!(error.contains("config.inheritance"), "{error}");
    }
}

#[test]
fn noise_below_zero_is_refused() {
    let copies = Inheritance::Morphism(Morph { widening: Widening::Copies { noise: -0.5 } });
    let folder = tempfile::tempdir().unwrap();
    let error = with_lineage(copies, folder.path(), &mut Silent, |_| ()).unwrap_err().to_string();
    assert_eq!(error, "noise of copied channels: found -0.5, expected a number, at least 0");
}

fn climb() -> MorphismHillClimb {
    let definition = definition();
    let start = definition.space().accept(least(&definition)).unwrap();
    let new = MorphismHillClimb::new(definition.space().clone(), start, 0.05, (4, 3), 1, "climb").unwrap();
    new.with_children(3, 2).unwrap()
}

/// Names and contents of what a search left, and what it found; none where it was stopped.
fn searched(folder: &Path, progress: &mut dyn Progress) -> Option<(BTreeMap<String, Vec<u8>>, TrialOutcome)> {
    let limits = TrialLimits { steps: 4 + 3 * 3 * 3, ask: 2 };
    let run = |lineage: Lineage<Net>| search_trials(&mut climb(), &mut lineage.with_at_once(2), limits);
    let outcome = match with_lineage(MORPHISM, folder, progress, run).unwrap() {
        Ok(outcome) => outcome,
        Err(TrainError::Stopped { .. }) => return None,
        Err(error) => panic!("{error}"),
    };
    let mut left = BTreeMap::from([("trials.csv".into(), fs::read(folder.join("trials.csv")).unwrap())]);
    for file in fs::read_dir(folder.join("morphs")).unwrap().chain(fs::read_dir(folder.join("trials")).unwrap()) {
        let path = file.unwrap().path();
        let is_text = path.extension().is_some_and(|extension| extension == "json");
        left.insert(
            path.file_name().unwrap().to_string_lossy().into(),
            if is_text { fs::read(&path).unwrap() } else { Vec::new() },
        );
    }
    Some((left, outcome))
}

#[test]
fn a_hill_climb_that_is_stopped_again_and_again_ends_as_one_that_was_not() {
    let folder = tempfile::tempdir().unwrap();
    let whole = searched(folder.path(), &mut Silent).unwrap();
    assert_eq!(whole.1.scored.len(), 10);
    // Of each round two children are greater.
    assert_eq!(whole.0.keys().filter(|name| name.len() == "000001.json".len()).count(), 6, "{:?}", whole.0.keys());
    let (stopped, mut stops) = (tempfile::tempdir().unwrap(), 0);
    let gone_on = loop {
        match searched(stopped.path(), &mut Stopping::after(2)) {
            Some(found) => break found,
            None => stops += 1,
        }
        assert!(stops < 100, "the search does not get on");
    };
    assert!(stops > 1, "stopped {stops} times");
    assert_eq!(gone_on, whole);
    assert_eq!(climb().name(), "morphism hill climbing");
}
