//! Does a supernet rank a space whose truth is known? Supernets of NAS-Bench-Macro score all of its
//! networks, and the ranking is held against the published accuracies.

use super::{
    ExperimentError, FITTED_ROWS, GUIDE_ROWS, MacroResult, MacroSeed, MacroSettings, MacroSupernet, ResultFile,
    lab::open_experiment, macro_report,
};
use burn::{module::Module, tensor::Device};
use rand::seq::SliceRandom;
use std::{
    collections::{HashMap, HashSet},
    fs,
    path::Path,
    time::Instant,
};
use supernet_data::Split;
use supernet_nn::{Definition, Execution, known::NasBenchMacroNet};
use supernet_search::{
    CorrelateSettings, LinearFit, Ranking, Score, Scored, Table, correlate_rankings, cost_rankings, kendall,
    main_effects, ranking::pick, score_rankings,
};
use supernet_space::{Architecture, NasBenchMacro, NasBenchMacroShape, PathMask, draws};
use supernet_train::{
    Examples as _, Hooks, ImageExamples, Keeper, Loader, Networks, Progress, Provenance, Saving, Scoring, SearchData,
    SeededWeights, SupernetEvaluator, SupernetTraining, TrainError,
    crew::{Alone, Crew},
    store::write_whole,
    workers::{share, workers_on},
};

const STUDY: &str = "nas_bench_macro";

/// The places of the rows that may guide choices: the first [`GUIDE_ROWS`] of all rows shuffled by
/// `draws(0, "guide rows", 0)`.
pub fn guide_rows(table: &Table) -> Vec<usize> {
    let mut places: Vec<usize> = (0..table.rows().len()).collect();
    places.shuffle(&mut draws(0, "guide rows", 0));
    places.truncate(GUIDE_ROWS);
    places
}

/// The networks of the guide rows.
fn guide_networks(bench: &NasBenchMacro, table: &Table) -> HashSet<Architecture> {
    let network = |place: usize| bench.space().canonical(&table.rows()[place].architecture);
    guide_rows(table).into_iter().map(network).collect()
}

/// Trains supernets of NAS-Bench-Macro on the training images of `images`, scores each of the 3,969
/// networks once on the validation images, and holds the ranking against the accuracies that
/// `table` reports. Each supernet's scores are stored in `directory` when they are there, so the
/// same command goes on where it was stopped.
///
/// # Errors
/// A table that lacks rows of the space; numbers that do not fit the images; another study in the
/// directory; a loss that is no number; the user's stop.
pub fn macro_study(
    settings: &MacroSettings,
    (split, device, device_name): (&Split, &Device, &str),
    table: &Table,
    directory: &Path,
    progress: &mut dyn Progress,
) -> Result<MacroResult, ExperimentError> {
    let bench = NasBenchMacro::new();
    settings.check(bench.space())?;
    let shape = NasBenchMacroShape {
        stem: settings.stem,
        head: settings.head,
        side: split.train.shape().width,
        channels: split.train.shape().channels,
        classes: split.train.classes().len(),
    };
    let definition = NasBenchMacroNet::definition(shape, device).map_err(TrainError::from)?.with_norm(settings.norm);
    let (data, networks) = (SearchData::images(split)?, Networks::from(definition));
    let provenance = Provenance::new(&networks, &data, device_name)?;
    let _lock = open_experiment(directory, STUDY, settings, &provenance, Alone.workers())?;
    let table = table.clone().complete(bench.space()).map_err(TrainError::from)?;
    let scene = Scene { settings, data: &data, definition: &networks.supernet, device };
    let supernets = scene.supernets(&bench, directory, progress)?;
    let guides = guide_networks(&bench, &table);
    let result = held_against(settings, provenance, &bench, &table, &guides, &supernets)?;
    ResultFile::new(STUDY, result.clone()).write(&directory.join("result.json"))?;
    macro_report::save(&result, &bench, &table, &guides, &supernets, directory)?;
    Ok(result)
}

/// What the supernets are trained on and scored with.
struct Scene<'a> {
    settings: &'a MacroSettings,
    data: &'a SearchData<ImageExamples<'a>>,
    definition: &'a Definition<NasBenchMacroNet>,
    device: &'a Device,
}

impl Scene<'_> {
    /// The scores of each seed's supernet, from its file or made now.
    fn supernets(
        &self,
        bench: &NasBenchMacro,
        directory: &Path,
        progress: &mut dyn Progress,
    ) -> Result<Vec<MacroSupernet>, TrainError> {
        let Self { settings, data, device, .. } = *self;
        let all = bench.space().architectures(6_561).expect("the space is small");
        let networks: Vec<PathMask> =
            all.iter().filter(|one| bench.space().canonical(one) == **one).map(|one| one.mask().clone()).collect();
        let at_once = workers_on(&device.clone().inner(), settings.at_once);
        let scored = networks.len() * data.validation.len().div_ceil(settings.score_batch);
        let seeds = settings.seeds.len() as u64;
        progress.begin("supernets", seeds * (settings.supernet.steps + scored as u64));
        let found = share("supernets", at_once, settings.seeds.clone(), progress, |seed, progress| {
            let path = directory.join(format!("supernet-{seed}.json"));
            let mut keeper = Keeper::new(directory.join(format!("training-{seed}")), Saving::default(), None);
            let found = match fs::read(&path) {
                Ok(text) => serde_json::from_slice(&text).map_err(|error| TrainError::File {
                    path,
                    found: error.to_string(),
                    expected: "the scores of a supernet",
                })?,
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                    let supernet = self.supernet(seed, &networks, &mut keeper, progress)?;
                    write_whole(&path, &serde_json::to_vec(&supernet).expect("plain data"))?;
                    supernet
                }
                Err(error) => return Err(TrainError::io(&path)(error)),
            };
            // Here too where it is stored: a process that was killed just then has left its
            // checkpoints.
            keeper.clear()?;
            Ok(found)
        })?;
        progress.end();
        Ok(found)
    }

    /// Trains one supernet and scores all networks.
    fn supernet(
        &self,
        seed: u64,
        networks: &[PathMask],
        keeper: &mut Keeper,
        progress: &mut dyn Progress,
    ) -> Result<MacroSupernet, TrainError> {
        let Self { settings, data, definition, device } = *self;
        let SupernetTraining { batch, augmentation, .. } = settings.supernet;
        let autodiff = device.clone().autodiff();
        let network = definition.supernet(&mut SeededWeights::new(seed), &autodiff)?;
        let sampler = settings.paths.sampler();
        let training = settings.supernet.training(seed, &*sampler, Execution::Kernels, &Alone);
        let began = Instant::now();
        let hooks = Hooks { keeper: Some(keeper), ..Hooks::default() };
        let loader = Loader::new(&data.train, augmentation, batch, seed)?;
        let trained = training.run_with(network, &loader, &autodiff, hooks, progress)?.valid();
        let trained_in = began.elapsed().as_secs_f64();
        // The supernets are what runs side by side.
        let scoring = Scoring { at_once: 1, ..Scoring::new(networks.len(), settings.score_batch) };
        let began = Instant::now();
        let mut evaluator = SupernetEvaluator::new(&trained, definition, &data.validation, scoring, device, progress)?;
        let scores = evaluator.score(networks)?;
        let seconds = [trained_in, began.elapsed().as_secs_f64()];
        Ok(MacroSupernet { seed, seconds, scores: networks.iter().cloned().zip(scores).collect() })
    }
}

/// Each row of the table with the score of its network.
fn scored(bench: &NasBenchMacro, table: &Table, supernet: &MacroSupernet) -> Vec<Scored> {
    let scores: HashMap<&PathMask, Score> = supernet.scores.iter().map(|(mask, score)| (mask, *score)).collect();
    let row = |row: &supernet_search::TableRow| Scored {
        architecture: row.architecture.clone(),
        score: scores[bench.space().canonical(&row.architecture).mask()],
        cost: row.cost,
    };
    table.rows().iter().map(row).collect()
}

fn held_against(
    settings: &MacroSettings,
    provenance: Provenance,
    bench: &NasBenchMacro,
    table: &Table,
    guides: &HashSet<Architecture>,
    supernets: &[MacroSupernet],
) -> Result<MacroResult, TrainError> {
    let is_guide = |place: usize| guides.contains(&bench.space().canonical(&table.rows()[place].architecture));
    let (held_out, kept): (Vec<usize>, Vec<usize>) = (0..table.rows().len()).partition(|&place| is_guide(place));
    let architectures: Vec<Architecture> = table.rows().iter().map(|row| row.architecture.clone()).collect();
    let truth = architectures.iter().map(|one| table.reported(one)).collect::<Result<Vec<f64>, _>>()?;
    let lists: Vec<Vec<Scored>> = supernets.iter().map(|supernet| scored(bench, table, supernet)).collect();
    let smoothed: Vec<Vec<Scored>> = lists.iter().map(|list| main_effects(bench.space(), list)).collect();
    let mut rankings = score_rankings(&lists);
    let effects = score_rankings(&smoothed).into_iter();
    rankings.extend(effects.map(|ranking| Ranking { name: format!("{}, main effects", ranking.name), ..ranking }));
    rankings.extend(cost_rankings(table, &architectures)?);
    rankings.extend(guesses(bench, &architectures, &truth, &guide_rows(table)));
    let correlate_settings = CorrelateSettings {
        held_out: held_out.iter().map(|&place| architectures[place].clone()).collect(),
        bootstrap: settings.bootstrap,
        ..CorrelateSettings::default()
    };
    let correlation = correlate_rankings(table, &architectures, &rankings, &correlate_settings)?;
    let tau = |list: &[Scored], value: fn(&Score) -> f64| {
        let values: Vec<f64> = kept.iter().map(|&place| value(&list[place].score)).collect();
        kendall(&values, &pick(&truth, &kept)).unwrap_or(f64::NAN)
    };
    let each = supernets.iter().zip(lists.iter().zip(&smoothed)).map(|(supernet, (list, smoothed))| MacroSeed {
        seed: supernet.seed,
        loss: tau(list, |score| -score.loss),
        accuracy: tau(list, |score| score.accuracy),
        main_effects: tau(smoothed, |score| -score.loss),
        seconds: supernet.seconds,
    });
    let (each, held_out) = (each.collect(), held_out.len());
    Ok(MacroResult { provenance, settings: settings.clone(), held_out, correlation, each })
}

/// What needs no supernet: a linear fit on the first guide rows, and the number of layers that are
/// not the identity.
fn guesses(bench: &NasBenchMacro, architectures: &[Architecture], truth: &[f64], guide: &[usize]) -> [Ranking; 2] {
    let fitted: Vec<(&PathMask, f64)> =
        guide[..FITTED_ROWS].iter().map(|&place| (architectures[place].mask(), truth[place])).collect();
    let fit = LinearFit::new(bench.space(), &fitted, 1e-2);
    let depth = |mask: &PathMask| (0..bench.space().choices().len()).filter(|&i| mask.bits(i) != 1).count() as f64;
    let by = |name: String, guess: &dyn Fn(&PathMask) -> f64| Ranking {
        name,
        lists: vec![architectures.iter().map(|one| guess(one.mask())).collect()],
    };
    [by(format!("linear fit, {FITTED_ROWS} rows"), &|mask| fit.predict(mask)), by("layers not identity".into(), &depth)]
}
