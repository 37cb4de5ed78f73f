//! Choices inside options of others: the space knows by itself which of them are there.

use burn::{
    module::Module,
    nn::{Linear, LinearConfig},
    tensor::{DType, Tensor},
};
use std::collections::{BTreeMap, BTreeSet};
use supernet_nn::{Build, ConvNorm, Definition, Identity, Layer, MaskedNetwork, OneOf, Repeat, Rows, SomeOf};
use supernet_space::{Encoding, draws};
use supernet_tests::{Formula, PLAIN, device, values, waves};

const CHANNELS: usize = 3;
const SIDE: usize = 5;

/// The identity, a convolution of a chosen kernel, or some branches of a chosen depth.
#[derive(Module, Debug)]
enum Op {
    Skip(Identity),
    Conv(OneOf<ConvNorm>),
    Branches(SomeOf<Repeat<ConvNorm>>),
}

impl Layer for Op {
    fn forward(&self, x: Rows) -> Rows {
        match self {
            Self::Skip(skip) => x.through(skip),
            Self::Conv(kernels) => x.through(kernels),
            Self::Branches(branches) => x.through(branches),
        }
    }
}

#[derive(Module, Debug)]
struct Net {
    stem: ConvNorm,
    layers: Repeat<OneOf<Op>>,
    head: Linear,
}

impl Layer<4, 2> for Net {
    fn forward(&self, x: Rows) -> Rows<2> {
        x.through(&self.stem).through(&self.layers).global_average().through(&self.head)
    }
}

fn conv(b: &Build, k: usize) -> ConvNorm {
    ConvNorm::new(b, [CHANNELS; 2], k).with_relu()
}

fn layer(b: &Build, i: usize) -> OneOf<Op> {
    let kernels = [("1", conv(b, 1)), ("3", conv(b, 3))];
    let branch = |name: &str| Repeat::new(b, format!("layer{i}/{name}"), [conv(b, 1), conv(b, 3)]);
    let branches = [("left", branch("left")), ("right", branch("right"))];
    let options = [
        ("skip", Op::Skip(Identity {})),
        ("conv", Op::Conv(OneOf::new(b, format!("layer{i}/kernel"), kernels))),
        ("branches", Op::Branches(SomeOf::new(b, format!("layer{i}/branches"), 1..=2, branches))),
    ];
    OneOf::new(b, format!("layer{i}"), options)
}

fn net(b: &Build) -> Net {
    Net {
        stem: ConvNorm::new(b, [3, CHANNELS], 3).with_relu(),
        layers: Repeat::new(b, "depth", (1..=2).map(|i| layer(b, i))),
        head: LinearConfig::new(CHANNELS, 4).init(b.device()),
    }
}

fn definition() -> Definition<Net> {
    Definition::new("nested", &[3, SIDE, SIDE], &device(), net).unwrap()
}

fn images() -> Tensor<4> {
    waves([2, 3, SIDE, SIDE], DType::F64, &device())
}

/// When a choice is active, as text.
fn when(definition: &Definition<impl Layer<4, 2>>, name: &str) -> Vec<String> {
    let space = definition.space();
    let choice = &space.choices()[space.position(name).unwrap()];
    let text = |all: &Vec<supernet_space::Condition>| {
        all.iter().map(|one| format!("{}={}", one.parent, one.options.join("|"))).collect::<Vec<_>>().join(" ")
    };
    choice.when().iter().map(text).collect()
}

#[test]
fn a_choice_inside_an_option_is_active_under_that_option() {
    let definition = definition();
    let when = |name| when(&definition, name);
    assert!(when("depth").is_empty() && when("layer1").is_empty(), "every depth has the first layer");
    assert_eq!(when("layer1/kernel"), ["layer1=conv"]);
    assert_eq!(when("layer1/branches"), ["layer1=branches"]);
    assert_eq!(when("layer1/left"), ["layer1/branches=left"]);
    assert_eq!(when("layer2"), ["depth=2"]);
    assert_eq!(when("layer2/right"), ["layer2/branches=right"]);
    // Of a layer the identity, two kernels, and branches of two depths: 2 + 2 + 2 · 2.
    let layer = 1 + 2 + 8u32;
    assert_eq!(definition.space().size(), (layer + layer * layer).into());
    assert_eq!(definition.space().networks(), Some((layer + layer * layer).into()));
}

#[test]
fn architectures_are_the_networks_that_differ() {
    let definition = definition();
    let network = definition.supernet(&mut Formula(DType::F64), &device()).unwrap();
    let all = definition.space().architectures(1_000).unwrap();
    let logits = |mask: &supernet_space::PathMask| {
        let paths = network.paths(vec![mask.clone()], None).unwrap();
        let (logits, _) = network.forward_used(images(), &paths, &PLAIN).unwrap();
        values(logits).into_iter().map(|logit| format!("{logit:.9}")).collect::<Vec<_>>()
    };
    let outputs: BTreeSet<Vec<String>> = all.iter().map(|one| logits(one.mask())).collect();
    // A second layer that is the identity makes no other network; all else does.
    assert_eq!((all.len(), outputs.len()), (132, 132 - 11));
    // What a mask holds of choices that are not there changes nothing.
    let mut rng = draws(1, "nested", 0);
    for _ in 0..30 {
        let bits = definition.space().choices().iter().map(|choice| choice.sample(&mut rng)).collect();
        let mask = definition.space().mask(bits);
        assert_eq!(logits(&mask), logits(definition.space().accept(mask.clone()).unwrap().mask()));
    }
}

#[test]
fn draws_mutants_and_encodings_hold_what_is_there_alone() {
    let definition = definition();
    let space = definition.space();
    let mut rng = draws(2, "nested", 0);
    let (mut drawn, mut rows) = (BTreeSet::new(), BTreeMap::new());
    for _ in 0..20_000 {
        let one = space.sample(&mut rng);
        for made in [space.mutate(&one, &mut rng), one] {
            assert!(space.check(&made).is_ok());
            rows.insert(format!("{:?}", Encoding::one_hot(space).encode(&made)), made.clone());
            drawn.insert(made);
        }
    }
    assert_eq!(drawn.len(), 132);
    assert_eq!(rows.len(), 132, "one encoding for each network");
}

/// Two places of one name, one of them under an option of another one.
#[derive(Module, Debug)]
struct Tied {
    stem: ConvNorm,
    first: OneOf<Op>,
    second: OneOf<Op>,
    head: Linear,
}

impl Layer<4, 2> for Tied {
    fn forward(&self, x: Rows) -> Rows<2> {
        let x = x.through(&self.stem).through(&self.first).through(&self.second);
        x.global_average().through(&self.head)
    }
}

#[test]
fn a_name_in_several_places_is_active_where_one_of_them_is() {
    let tied = |always: bool| {
        let net = move |b: &Build| {
            let kernels = || Op::Conv(OneOf::new(b, "kernel", [("1", conv(b, 1)), ("3", conv(b, 3))]));
            let plain = || if always { kernels() } else { Op::Conv(OneOf::new(b, "one", [("3", conv(b, 3))])) };
            Tied {
                stem: ConvNorm::new(b, [3, CHANNELS], 3),
                first: OneOf::new(b, "first", [("skip", Op::Skip(Identity {})), ("conv", kernels())]),
                second: OneOf::new(b, "second", [("conv", kernels()), ("plain", plain())]),
                head: LinearConfig::new(CHANNELS, 4).init(b.device()),
            }
        };
        Definition::new("tied", &[3, SIDE, SIDE], &device(), net).unwrap()
    };
    let either = tied(false);
    assert_eq!(when(&either, "kernel"), ["first=conv", "second=conv"]);
    // All four without a kernel are one: skip and plain.
    assert_eq!(either.space().size(), (2 * 2 * 2 - 1u32).into());
    assert!(when(&tied(true), "kernel").is_empty(), "every option of `second` has it");
}
