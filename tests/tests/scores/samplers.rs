//! Ways to draw the masks of a training step, as settings of a run.

use std::{fs, path::Path};
use supernet::{
    prelude::*,
    train::{Balance, Event, KnownSettings, NetworkSettings, PathSampling, read_events},
};
use supernet_tests::tiny::{Stopping, open, search_of, stripes_split, tiny};

/// Trains the supernet of `config` in `path`, or goes on with that, and returns its file.
fn trained(config: &SearchConfig, path: &Path, progress: &mut dyn Progress) -> Result<Vec<u8>, TrainError> {
    let split = stripes_split([64, 24, 32]);
    let search = search_of(config, &split)?;
    open(path, &search)?.train(&search, progress)?;
    Ok(fs::read(path.join("supernet.safetensors")).unwrap())
}

fn whole(config: &SearchConfig) -> Vec<u8> {
    trained(config, tempfile::tempdir().unwrap().path(), &mut Silent).unwrap()
}

#[test]
fn a_supernet_that_is_warmed_up_throughout_is_one_of_all_paths_on() {
    let mut warm = tiny(1);
    warm.supernet.warm_up = 1.0;
    let mut all_on = tiny(1);
    all_on.paths = PathSampling::AllOn;
    assert_eq!(whole(&warm), whole(&all_on));
    assert_ne!(whole(&warm), whole(&tiny(1)));
    warm.supernet.warm_up = 1.5;
    let split = stripes_split([64, 24, 32]);
    let error = search_of(&warm, &split).map(drop).unwrap_err().to_string();
    assert_eq!(error, "supernet.warm_up: found 1.5, expected 0 to 1");
}

#[test]
fn options_cannot_be_rare_where_no_choice_is_of_one_option() {
    let mut config = tiny(1);
    config.paths = PathSampling::RareWeightless(0.2);
    let split = stripes_split([64, 24, 32]);
    let error = search_of(&config, &split).map(drop).unwrap_err().to_string();
    assert!(error.starts_with("paths.rare_weightless: found space "), "{error}");
}

#[test]
fn paths_are_dropped_from_the_end_of_a_warm_up_on() {
    let mut config = tiny(1);
    (config.supernet.steps, config.supernet.warm_up) = (10, 0.4);
    let folder = tempfile::tempdir().unwrap();
    trained(&config, folder.path(), &mut Silent).unwrap();
    let events = read_events(&folder.path().join("events.jsonl")).unwrap();
    let rates: Vec<(u64, bool)> = events
        .iter()
        .filter_map(|line| match line.event {
            Event::Step { step, drop_rate, .. } => Some((step, drop_rate.is_some())),
            _ => None,
        })
        .collect();
    assert!(rates.len() > 2, "{rates:?}");
    // Events count steps from 1.
    assert!(rates.iter().all(|&(step, dropped)| dropped == (step > 4)), "{rates:?}");
    assert!(rates.iter().any(|(_, dropped)| *dropped) && rates.iter().any(|(_, dropped)| !dropped), "{rates:?}");
}

#[test]
fn balance_changes_what_is_learnt_and_is_checked() {
    let mut config = tiny(1);
    let mut all = vec![whole(&config)];
    for balance in [Balance { complexity: 1.0, rare_use: 0.0 }, Balance { complexity: 0.0, rare_use: 0.5 }] {
        config.supernet.balance = balance;
        let weights = whole(&config);
        assert!(!all.contains(&weights), "{balance:?}");
        all.push(weights);
    }
    config.supernet.balance = Balance { complexity: 9.0, rare_use: 0.0 };
    let error = search_of(&config, &stripes_split([64, 24, 32])).map(drop).unwrap_err().to_string();
    assert_eq!(error, "supernet.balance.complexity: found 9, expected -4 to 4");
}

#[test]
fn each_way_gives_other_weights_and_goes_on_where_it_was_stopped() {
    let mut config = tiny(1);
    config.network = NetworkSettings::Known(KnownSettings::of_space("nas-bench-201", true).unwrap());
    config.supernet.warm_up = 0.2;
    let mut all = Vec::new();
    for paths in [
        PathSampling::UniformArchitecture,
        PathSampling::RareWeightless(0.1),
        PathSampling::FairOptions,
        PathSampling::MostWeighted(3),
    ] {
        config.paths = paths;
        let undisturbed = whole(&config);
        let (folder, mut stops) = (tempfile::tempdir().unwrap(), 0);
        let gone_on = loop {
            match trained(&config, folder.path(), &mut Stopping::after(2)) {
                Ok(weights) => break weights,
                Err(TrainError::Stopped { .. }) => stops += 1,
                Err(error) => panic!("{error}"),
            }
            assert!(stops < 100, "the run does not get on");
        };
        assert!(stops > 1 && gone_on == undisturbed, "{paths:?}, stopped {stops} times");
        assert!(!all.contains(&undisturbed), "{paths:?}");
        all.push(undisturbed);
    }
}
