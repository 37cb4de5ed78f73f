//! What holds of the whole search in every known space: a plan, a run that is stopped and goes on
//! to the same files, the best network read back and written down.

use burn::tensor::Tensor;
use std::path::Path;
use supernet::{
    can_be_written_down,
    export::{ExportError, write_best},
    prelude::*,
    train::{KNOWN_SPACES, NetworkSettings, Number, Proxies, Retrain, Saving, best::load_best, plan},
    write_results,
};
use supernet_nn::KnownNetwork;
use supernet_tests::{
    bits, device,
    tiny::{ImageSearch, Stopping, assert_same, contents, open, search_of, stripes, tiny},
};

/// Stripes of the space's least side, or of 8 pixels.
fn split(side: usize) -> Split {
    let images = stripes(88).pad((side.max(8) - 8) / 2).expect("sides that are not too large");
    stratified(&images, &[40, 16, 32], &mut draws(1, "split", 0)).expect("as many as there are")
}

/// A search of the least network of a space.
fn config(space: &str) -> SearchConfig {
    let mut settings = NetworkSettings::of_space(space, true).expect("a known space");
    let cells = if space == "darts" { 3 } else { 1 };
    // Of which a quarter is a width, or an eighth.
    let filters = match space {
        "mobile-net-v1" => 4,
        "mobile-net-widths" => 8,
        _ => 2,
    };
    for (number, value) in [(Number::Filters, filters), (Number::Cells, cells), (Number::Head, 4), (Number::Layers, 3)]
    {
        settings.number_mut(number).into_iter().for_each(|place| *place = value);
    }
    let mut config = tiny(1).in_space(settings);
    (config.supernet.steps, config.scoring.candidates) = (3, 6);
    config.scoring.proxies = Some(Proxies { images: 8 });
    config.retrain = Retrain { picked: 1, small: 0, random: 1, largest: 0, all_on: false, at_once: 1 };
    config
}

fn run(path: &Path, search: &ImageSearch, progress: &mut dyn Progress) -> Result<SearchResult<KnownNet>, TrainError> {
    open(path, search)?.with_saving(Saving::default()).search(search, progress)
}

/// Stops a run, each time later, until it has ended.
fn stopped_again_and_again(path: &Path, search: &ImageSearch) {
    for stops in 0..16 {
        match run(path, search, &mut Stopping::after(3 << stops)) {
            Ok(_) => return assert!(stops > 0, "stopped {stops} times"),
            Err(TrainError::Stopped { .. }) => {}
            Err(error) => panic!("{error}"),
        }
    }
    panic!("the run does not get on");
}

#[test]
fn a_run_that_is_stopped_ends_with_the_same_files_and_its_best_network_is_read_back_and_written_down() {
    for space in KNOWN_SPACES {
        let (config, split, folder) = (config(space.name), split(space.least_side), tempfile::tempdir().unwrap());
        let search = search_of(&config, &split).unwrap();
        let (whole, again) = (folder.path().join("whole"), folder.path().join("again"));
        let result = run(&whole, &search, &mut Silent).unwrap();
        stopped_again_and_again(&again, &search);
        assert_same(&contents(&again), &contents(&whole));

        let directory = open(&whole, &search).unwrap();
        write_results(&directory, &result).unwrap();
        let (record, network) = load_best(directory.best(), &device()).unwrap();
        assert_eq!((record.network.space(), &record.architecture), (space.name, &result.best.0));
        let [channels, height, width] = record.network.input()[..] else { panic!("images") };
        let images = Tensor::<4>::ones([2, channels, height, width], &device());
        let logits = |network: &KnownNetwork| bits(network.forward(images.clone()).unwrap());
        assert_eq!(logits(&network), logits(&result.best.1), "{space:?}");
        assert_eq!(can_be_written_down(&config), space.is_described);
        for file in ["model.rs", "model.onnx", "cell.svg"] {
            assert_eq!(directory.best().join(file).exists(), space.is_described, "{} {file}", space.name);
        }
    }
}

#[test]
fn every_space_is_planned() {
    for space in KNOWN_SPACES {
        let (config, split) = (config(space.name), split(space.least_side));
        let plan = plan(&search_of(&config, &split).unwrap(), &mut Silent).unwrap();
        assert!(plan.supernet.seconds_each > 0.0, "{}", space.name);
        assert!(plan.to_string().contains(&config.space().unwrap().size().to_string()), "{plan}");
    }
}

#[test]
fn a_recurrent_network_is_refused_as_code_with_what_there_is() {
    let (config, split, folder) = (config("enas-rnn"), split(8), tempfile::tempdir().unwrap());
    let search = search_of(&config, &split).unwrap();
    let result = run(folder.path(), &search, &mut Silent).unwrap();
    let error = write_best(&open(folder.path(), &search).unwrap().best(), &[], &result.best.1).unwrap_err();
    assert!(matches!(error, ExportError::Nn(_)), "{error:?}");
    assert!(error.to_string().contains("a recurrent cell: found a network that computes in steps"), "{error}");
}
