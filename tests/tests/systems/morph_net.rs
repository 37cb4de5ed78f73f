//! MorphNet: channels that a penalty makes useless are dropped, and widths fill a limit again.

use burn::module::Module;
use std::collections::BTreeMap;
use supernet::{
    nn::NamedWeights,
    own::{Build, ConvNorm, Definition, Layer, Rows, WideConv, WideDepthwise, WideLinear, Width},
    prelude::*,
    space::{PathMask, Schedule},
    train::{
        Hooks, ImageExamples, MorphNet, MorphNetSettings, Resource, SeededWeights, StandAlone, StandAloneTraining,
        widths_within,
    },
};
use supernet_tests::{
    device,
    tiny::{stripes, tiny},
};

/// Two widths of their own: stripes need few channels.
#[derive(Module, Debug)]
struct Net {
    first: WideConv,
    depthwise: WideDepthwise,
    second: WideConv,
    classifier: WideLinear,
}

impl Layer<4, 2> for Net {
    fn forward(&self, x: Rows) -> Rows<2> {
        let x = x.through(&self.first).through(&self.depthwise).through(&self.second);
        x.global_average().through(&self.classifier)
    }
}

/// Steps of a width.
const STEPS: usize = 12;

fn net(b: &Build) -> Net {
    let width = |name: &str, step: usize| Width::one_of(b, name, (1..=STEPS).map(|i| i * step));
    let (few, many) = (width("few", 1), width("many", 2));
    Net {
        first: WideConv::new(b, &Width::fixed(1), &few, 3).with_relu(),
        depthwise: WideDepthwise::new(b, &few, 3).with_stride(2).with_relu(),
        second: WideConv::new(b, &few, &many, 3).with_relu(),
        classifier: WideLinear::new(b, &many, 4),
    }
}

fn definition() -> Definition<Net> {
    Definition::new("two widths", &[1, 8, 8], &device(), net).unwrap()
}

fn widest(definition: &Definition<Net>) -> PathMask {
    definition.space().mask(vec![1 << (STEPS - 1); 2])
}

fn training(epochs: usize) -> StandAloneTraining {
    let mut training = StandAloneTraining { epochs, ..tiny(1).stand_alone };
    training.sgd.schedule = Schedule::Constant;
    training
}

fn with_images<R>(run: impl FnOnce(&ImageExamples) -> R) -> R {
    let images = stripes(96);
    let normalisation = Normalisation::of(&images);
    run(&ImageExamples::new(&images, normalisation).unwrap())
}

fn trainer<'a>(
    definition: &'a Definition<Net>,
    training: &'a StandAloneTraining,
    examples: &'a ImageExamples,
    device: &'a Device,
) -> StandAlone<'a, Net> {
    StandAlone { definition, training, examples, seed: 1, execution: Execution::default(), device }
}

#[test]
fn channels_that_cost_more_than_they_are_worth_die_and_the_limit_is_filled() {
    with_images(|examples| {
        let (definition, training, device) = (definition(), training(12), device());
        let widest = widest(&definition);
        let whole = definition.cost(&widest).unwrap().macs;
        let settings = MorphNetSettings { strength: 4.0, ..MorphNetSettings::within(Resource::Macs, whole / 2) };
        let stand_alone = trainer(&definition, &training, examples, &device);
        let shrunk = MorphNet { stand_alone, settings }.run(&widest, &mut Silent).unwrap();
        assert!(shrunk.alive.iter().any(|(_, alive)| *alive < 0.8), "{shrunk:?}");
        assert_eq!(shrunk.cost, definition.cost(&shrunk.mask).unwrap());
        let filled = shrunk.cost.macs as f64 / (whole / 2) as f64;
        assert!((0.9..=1.0).contains(&filled), "{filled}");
        definition.space().accept(shrunk.mask).unwrap();
        assert_eq!(shrunk.steps, 12 * 6);
    });
}

#[test]
fn a_strength_of_zero_is_training_as_it_was_to_the_bit() {
    with_images(|examples| {
        let (definition, training, device) = (definition(), training(2), device());
        let widest = widest(&definition);
        let stand_alone = trainer(&definition, &training, examples, &device);
        let plain = stand_alone.train(&widest, &mut Silent).unwrap();
        // The hook of a penalty that adds nothing.
        let hooks = Hooks { penalty: Some(&|_: &_, gradients| gradients), ..Hooks::default() };
        let hooked = stand_alone.train_with(&widest, &mut SeededWeights::new(1), hooks, &mut Silent).unwrap();
        let bytes = |network| -> BTreeMap<String, Vec<u8>> {
            let weights = NamedWeights::of(network).0.into_iter();
            weights.map(|(name, data)| (name, data.as_bytes().to_vec())).collect()
        };
        assert!(bytes(&plain) == bytes(&hooked));
        let settings = MorphNetSettings { strength: 0.0, ..MorphNetSettings::within(Resource::Macs, u64::MAX) };
        let shrunk = MorphNet { stand_alone, settings }.run(&widest, &mut Silent).unwrap();
        assert_eq!((shrunk.mask, shrunk.steps), (widest, 2 * 6));
        assert!(shrunk.alive.iter().all(|(_, alive)| *alive == 1.0), "{:?}", shrunk.alive);
    });
}

#[test]
fn where_nothing_shrinks_the_strength_is_raised() {
    with_images(|examples| {
        let (definition, training, device) = (definition(), training(6), device());
        let settings = MorphNetSettings { strength: 0.02, ..MorphNetSettings::within(Resource::Parameters, 2_000) };
        let stand_alone = trainer(&definition, &training, examples, &device);
        let shrunk = MorphNet { stand_alone, settings }.run(&widest(&definition), &mut Silent).unwrap();
        assert!(shrunk.strength > 0.02 && shrunk.steps > 6 * 6, "{shrunk:?}");
        assert!(shrunk.cost.parameters <= 2_000);
    });
}

#[test]
fn widths_keep_their_proportions_and_fill_the_limit() {
    let definition = definition();
    let widest = widest(&definition);
    let whole = definition.cost(&widest).unwrap();
    for (few, many) in [(1.0, 2.0), (1.0, 8.0), (3.0, 1.0)] {
        let values = [("few".to_owned(), few), ("many".to_owned(), many)];
        for share in [0.1, 0.3, 0.7] {
            let most = (share * whole.macs as f64) as u64;
            let mask = widths_within(&definition, &widest, &values, (Resource::Macs, most)).unwrap().unwrap();
            let macs = definition.cost(&mask).unwrap().macs;
            assert!(macs <= most, "{mask}");
            // No single width can be raised.
            for choice in 0..2 {
                let wider = mask.bits(choice) << 1;
                let fits = |mask: PathMask| definition.cost(&mask).unwrap().macs <= most;
                assert!(wider == 1 << STEPS || !fits(mask.with(choice, wider)), "{mask} of {most}");
            }
        }
    }
    let all = [("few".to_owned(), 12.0), ("many".to_owned(), 24.0)];
    assert_eq!(widths_within(&definition, &widest, &all, (Resource::Macs, u64::MAX)).unwrap(), Some(widest.clone()));
    assert_eq!(widths_within(&definition, &widest, &all, (Resource::Macs, 10)).unwrap(), None);
}

#[test]
fn what_cannot_be_shrunk_is_refused_before_anything_is_trained() {
    #[derive(Module, Debug)]
    struct Rigid {
        one: supernet::own::OneOf<ConvNorm>,
    }
    impl Layer<4, 2> for Rigid {
        fn forward(&self, x: Rows) -> Rows<2> {
            x.through(&self.one).global_average()
        }
    }
    with_images(|examples| {
        let rigid = |b: &Build| {
            let options = [("1", ConvNorm::new(b, [1, 4], 1)), ("3", ConvNorm::new(b, [1, 4], 3))];
            Rigid { one: supernet::own::OneOf::new(b, "kernel", options) }
        };
        let (device, training) = (device(), training(1));
        let rigid = Definition::new("rigid", &[1, 8, 8], &device, rigid).unwrap();
        let first = rigid.space().mask(vec![1]);
        let stand_alone = StandAlone {
            definition: &rigid,
            training: &training,
            examples,
            seed: 1,
            execution: Execution::default(),
            device: &device,
        };
        let settings = MorphNetSettings::within(Resource::Macs, 1_000);
        let error = MorphNet { stand_alone, settings }.run(&first, &mut Silent).unwrap_err().to_string();
        assert_eq!(
            error,
            "widths: found none, expected a space with a `Width` of several, written by `WideConv` or `WideDepthwise`"
        );
        let definition = definition();
        let refused = |settings: MorphNetSettings| {
            let stand_alone = trainer(&definition, &training, examples, &device);
            MorphNet { stand_alone, settings }.run(&widest(&definition), &mut Silent).unwrap_err().to_string()
        };
        let text = refused(MorphNetSettings { strength: -1.0, ..settings });
        assert_eq!(text, "strength: found -1, expected a number of at least 0");
        assert_eq!(refused(MorphNetSettings { rounds: 0, ..settings }), "rounds: found 0, expected at least 1");
        let text = refused(MorphNetSettings { most: 10, ..settings });
        assert_eq!(text, "most: found 10, expected as much as the network of the least widths takes");
    });
}
