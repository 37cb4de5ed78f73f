//! MorphNet: channels that a penalty makes useless are dropped, and widths fill a limit again.

use burn::module::Module;
use std::collections::BTreeMap;
use supernet::{
    nn::NamedWeights,
    own::{Build, ConvNorm, Definition, Layer, Rows, WideConv, WideDepthwise, WideLinear, Width},
    prelude::*,
    space::{PathMask, Schedule},
    train::{
        Hooks, ImageExamples, MorphNet, MorphNetSettings, NetworkSettings, OwnSettings, PathSampling, Resource,
        Retrain, SeededWeights, StandAlone, StandAloneTraining, WidthResult, WidthSettings, best::load_best,
        width_search, widths_within,
    },
};
use supernet_tests::{
    device,
    tiny::{Stopping, assert_same, contents, search_of, stripes, stripes_split, tiny},
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

/// A search for widths within half of what the widest network takes.
fn half_as_many_macs(whole: u64) -> WidthSettings {
    let morph_net =
        MorphNetSettings { strength: 8.0, rounds: 2, ..MorphNetSettings::within(Resource::Macs, whole / 2) };
    WidthSettings { morph_net, epochs: 3 }
}

/// The search `run` in a folder, stopped again and again, each time later.
fn stopped_again_and_again<R>(run: impl Fn(&mut dyn Progress) -> Result<R, TrainError>) -> R {
    for stops in 0..40 {
        match run(&mut Stopping::after(2 + 3 * stops)) {
            Ok(found) => {
                assert!(stops > 2, "stopped {stops} times");
                return found;
            }
            Err(TrainError::Stopped { .. }) => {}
            Err(error) => panic!("{error}"),
        }
    }
    panic!("the search does not get on");
}

#[test]
fn a_search_for_widths_in_a_space_of_ones_own_ends_alike_however_often_it_is_stopped() {
    let split = stripes_split([96, 24, 24]);
    let own = NetworkSettings::Own(OwnSettings::default());
    let mut config = SearchConfig { network: own, ..tiny(1) };
    config.paths = PathSampling::UniformArchitecture;
    let search: Search<'_, Net, ImageExamples> =
        Search::new(&config, definition(), SearchData::images(&split).unwrap(), &device()).unwrap();
    let whole = definition().cost(&widest(&definition())).unwrap().macs;
    let settings = half_as_many_macs(whole);
    let run = |folder: &std::path::Path, progress: &mut dyn Progress| -> Result<WidthResult<Net>, TrainError> {
        width_search(&search, &settings, "flex", folder, progress)
    };
    let [one, other] = [(); 2].map(|()| tempfile::tempdir().unwrap());
    let found = run(one.path(), &mut Silent).unwrap();
    stopped_again_and_again(|progress| run(other.path(), progress));
    let all = contents(one.path());
    assert_same(&contents(other.path()), &all);
    let names =
        ["config.json", "widths.json", "table.txt", "best/weights.safetensors", "shrinking/networks/001.safetensors"];
    assert!(names.iter().all(|name| all.contains_key(*name)), "{:?}", all.keys());

    assert_eq!(found.found.mask, found.shrunk.mask);
    for row in [&found.found, &found.one_factor] {
        assert!(row.cost.macs <= whole / 2, "{row:?}");
    }
    assert_eq!(found.shrunk.steps, 2 * 3 * 6);
    let table = found.table();
    assert!(table.contains("\nMorphNet ") && table.contains("\none factor ") && table.contains("few "), "{table}");

    let later = WidthSettings { epochs: 4, ..settings };
    let error = width_search(&search, &later, "flex", one.path(), &mut Silent).map(drop).unwrap_err().to_string();
    assert!(error.contains("widths.epochs: 3 there, 4 here"), "{error}");
    let mut limited = config.clone();
    limited.constraints.parameters = 0..=1_000_000;
    let error = settings.check_for(&limited).unwrap_err().to_string();
    assert_eq!(
        error,
        "constraints, latency: found limits, expected none: widths keep to the one limit of their settings"
    );
}

#[test]
fn widths_of_a_known_space_are_found_and_what_has_none_is_refused_before_anything_is_written() {
    let split = stripes_split([48, 16, 16]);
    let mut network = NetworkSettings::of_space("mobile-net-widths", true).unwrap();
    network.set_filters(8);
    let mut config = tiny(1).in_space(network);
    config.retrain = Retrain { at_once: 1, ..config.retrain };
    let search = search_of(&config, &split).unwrap();
    let (folder, none) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let morph_net = MorphNetSettings { strength: 0.0, ..MorphNetSettings::within(Resource::Parameters, 20_000) };
    let settings = WidthSettings { morph_net, epochs: 1 };
    let found = width_search(&search, &settings, "flex", folder.path(), &mut Silent).unwrap();
    // Without a penalty nothing dies: both are the widest times one factor, and are trained once.
    assert_eq!(found.found.mask, found.one_factor.mask);
    assert_eq!(found.found.test, found.one_factor.test);
    assert!(!folder.path().join("networks/001.safetensors").exists());
    let (record, network) = load_best(folder.path().join("best"), &device()).unwrap();
    assert_eq!(record.architecture, found.found.mask);
    assert_eq!(NamedWeights::of(&network).0, NamedWeights::of(&found.network).0);

    let rigid = search_of(&tiny(1), &split).unwrap();
    let error = width_search(&rigid, &settings, "flex", none.path(), &mut Silent).map(drop).unwrap_err().to_string();
    assert!(error.starts_with("widths: found none, expected a space with a `Width`"), "{error}");
    assert!(std::fs::read_dir(none.path()).unwrap().next().is_none());
}
