//! What a run is given: settings from a preset or a file, changed by options, stored as `run.toml`
//! in its directory.

use crate::{
    arguments::{CompanionName, Options, Preset, RankName, StemName, StrategyName},
    data::DataSettings,
    failure::{Failure, unread},
    output::note,
};
use serde::{Deserialize, Serialize};
use std::{
    fs,
    ops::RangeInclusive,
    path::{Path, PathBuf},
};
use supernet::{
    data::LeftOut,
    offered_devices,
    prelude::{Device, SearchConfig, Split, StemKind, TrainError, device},
    search::{Constraints, Objective, Proposer, RankBy},
    space::{Choice, SearchSpace},
    train::{
        CompanionKind, CompanionSettings, EnasSettings, FineTune, GateLearning, GdasSettings, LatencyLimit,
        NetworkSettings, Number, ProgramSettings, Proxies, TrialSettings, WidthSettings, write_whole,
    },
};

/// The settings of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunSettings {
    /// Where to run.
    pub device: String,
    /// By what the preset's steps, candidates and epochs were scaled, if they were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget: Option<f64>,
    /// The images.
    pub data: DataSettings,
    /// The search.
    pub search: SearchConfig,
    /// How it is by trials, where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trials: Option<TrialSettings>,
    /// How it is one for widths, where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub widths: Option<WidthSettings>,
    /// How it is one for programs, where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub programs: Option<ProgramSettings>,
}

/// Settings with their device and images, and what was left out of a folder beside these.
pub struct Opened {
    /// The settings.
    pub settings: RunSettings,
    /// Their device.
    pub device: Device,
    /// Their images.
    pub split: Split,
    /// What was left out.
    pub left_out: LeftOut,
}

/// The name of the file.
pub const FILE: &str = "run.toml";

/// The settings that are stored in the directory of a run, if they are.
fn stored(directory: &Path) -> Option<PathBuf> {
    Some(directory.join(FILE)).filter(|path| path.exists())
}

impl RunSettings {
    /// Settings for a run in `directory`: what is stored there, or a file, or a preset; changed by
    /// the options.
    pub fn new(options: &Options, directory: Option<&Path>) -> Result<Self, Failure> {
        Self::made(options, directory, None)
    }

    /// [`RunSettings::new`] with their device and images. A preset is fitted to the images of a
    /// folder ([`SearchConfig::fitted`]), which may be few.
    pub fn opened(options: &Options, directory: Option<&Path>) -> Result<Opened, Failure> {
        let settings = Self::new(options, directory)?;
        directory.map_or(Ok(()), |directory| settings.data.check_apart(directory))?;
        if let Some(run) = directory.filter(|run| run.join("config.json").exists() && stored(run).is_none()) {
            note!("{}: no such file; settings are those of the options alone", run.join(FILE).display());
        }
        let device = device(&settings.device)?;
        let read = settings.data.read(settings.search.seed);
        if let (Err(_), None, Some(file)) = (&read, &options.data, directory.and_then(stored)) {
            note!("{} says where the images are; if they have moved, --data says where to", file.display());
        }
        let (split, left_out) = read?;
        let settings = if settings.data.are_own() { Self::made(options, directory, Some(&split))? } else { settings };
        Ok(Opened { settings, device, split, left_out })
    }

    fn made(options: &Options, directory: Option<&Path>, fit_to: Option<&Split>) -> Result<Self, Failure> {
        let mut settings = match (&options.config, options.preset, directory.and_then(stored)) {
            (Some(path), ..) => Self::read(path)?,
            (None, None, Some(path)) => Self::read(&path)?,
            (None, preset, _) => Self::preset(preset.unwrap_or(Preset::Quick), fit_to),
        };
        settings.change(options)?;
        settings.search.check()?;
        Ok(settings)
    }

    fn preset(preset: Preset, fit_to: Option<&Split>) -> Self {
        // With the images that epochs are made for; the paper's are enough for any set.
        let (search, halve, images) = match preset {
            Preset::Quick => (SearchConfig::quick(), true, 7_000),
            Preset::Cifar10 => (SearchConfig::cifar10(), false, 0),
            Preset::Imagenet => (SearchConfig::imagenet(), false, 0),
            Preset::EnasMacro => (SearchConfig::enas_macro(), false, 0),
            Preset::EnasMicro => (SearchConfig::enas_micro(), false, 0),
            Preset::EnasRecurrent => (SearchConfig::enas_recurrent(), false, 0),
            Preset::Smash => (SearchConfig::smash(), false, 0),
        };
        let search = fit_to.map_or(search.clone(), |split| search.fitted(split, images));
        let device = offered_devices().first().copied().unwrap_or("flex").into();
        Self {
            device,
            budget: None,
            data: DataSettings::fashion_mnist(halve),
            search,
            trials: None,
            widths: None,
            programs: None,
        }
    }

    fn read(path: &Path) -> Result<Self, Failure> {
        let wrong =
            |found: String| Failure::settings(path.display(), found, "settings as `run.toml` in a run's directory");
        let text = fs::read_to_string(path).map_err(|error| wrong(unread(&error)))?;
        let settings: Self = toml::from_str(text.trim_start_matches('\u{feff}'))
            .map_err(|error| wrong(error.to_string().trim().replace('\n', "; ")))?;
        Ok(settings.absolute())
    }

    fn change(&mut self, options: &Options) -> Result<(), Failure> {
        self.change_space(options)?;
        self.change_images(options)?;
        let Options { budget, seed, device, strategy, candidates, keep_split, .. } = options;
        match (self.budget, *budget) {
            (None, Some(budget)) => {
                self.search = self.search.clone().with_budget(budget)?;
                self.budget = Some(budget);
            }
            (Some(there), Some(budget)) if there != budget => {
                let expected = format!("{there}, by which these settings are scaled already");
                return Err(Failure::settings("--budget", budget, expected));
            }
            _ => {}
        }
        if *keep_split {
            self.data.split_seed.get_or_insert(self.search.seed);
        }
        self.search.seed = seed.unwrap_or(self.search.seed);
        self.search.supernet.shares = options.shares.unwrap_or(self.search.supernet.shares);
        self.device = device.clone().unwrap_or_else(|| self.device.clone());
        if let Some(candidates) = *candidates {
            self.search.scoring.candidates = candidates;
            if let Proposer::Perturb { networks } = &mut self.search.strategy {
                *networks = candidates;
            }
        }
        self.change_companion(options)?;
        if let Some(strategy) = strategy {
            self.search.strategy = proposer(*strategy, self.search.scoring.candidates);
        }
        if let Some(paths) = options.paths {
            self.search.paths = paths.instead_of(self.search.paths);
        }
        self.change_training(options)?;
        self.change_scoring(options);
        self.change_limits(options);
        Ok(())
    }

    /// How supernets and networks from scratch learn.
    fn change_training(&mut self, options: &Options) -> Result<(), Failure> {
        if let Some(name) = &options.split {
            self.search.supernet.split = Some(place_of_choice(&self.search.space()?, name)?);
        }
        for sgd in [&mut self.search.supernet.sgd, &mut self.search.stand_alone.sgd] {
            sgd.schedule = options.rate_schedule.unwrap_or(sgd.schedule);
            sgd.l2_schedule = options.l2_schedule.unwrap_or(sgd.l2_schedule);
        }
        let stand_alone = &mut self.search.stand_alone;
        stand_alone.drop_path = options.drop_path.or(stand_alone.drop_path);
        let supernet = &mut self.search.supernet;
        supernet.warm_up = options.warm_up.unwrap_or(supernet.warm_up);
        supernet.supernets = options.averaged.unwrap_or(supernet.supernets);
        supernet.balance.complexity = options.complexity.unwrap_or(supernet.balance.complexity);
        supernet.balance.rare_use = options.rare_use.unwrap_or(supernet.balance.rare_use);
        Ok(())
    }

    /// What is trained together with the supernet. It proposes the candidates, too.
    fn change_companion(&mut self, options: &Options) -> Result<(), Failure> {
        let search = &mut self.search;
        if let Some(name) = options.companion {
            search.companion = companion(name).map(|kind| CompanionSettings {
                kind,
                updates: search.companion.map_or_else(Default::default, |there| there.updates),
            });
            search.strategy = if search.companion.is_some() { Proposer::Companion } else { Proposer::Random };
        }
        let Options { companion_start: start, companion_every: every, companion_examples: examples, .. } = *options;
        let asked = [start.map(|_| "start"), every.map(|_| "every"), examples.map(|_| "examples")];
        match (&mut search.companion, asked.into_iter().flatten().next()) {
            (_, None) => {}
            (None, Some(asked)) => {
                return Err(Failure::settings(format!("--companion-{asked}"), "no companion", "--companion NAME"));
            }
            (Some(CompanionSettings { updates, .. }), _) => {
                updates.start = start.unwrap_or(updates.start);
                updates.every = every.unwrap_or(updates.every);
                updates.examples = examples.unwrap_or(updates.examples);
            }
        }
        Ok(())
    }

    /// How candidates are ranked.
    fn change_scoring(&mut self, options: &Options) {
        let scoring = &mut self.search.scoring;
        scoring.rank_by = match options.rank_by {
            Some(RankName::Accuracy) => RankBy::Accuracy,
            Some(RankName::Loss) => RankBy::Loss,
            None => scoring.rank_by,
        };
        scoring.checkpoints = options.checkpoints.unwrap_or(scoring.checkpoints);
        scoring.fine_tune = options.fine_tune.map(FineTune::new).or(scoring.fine_tune);
        scoring.smooth |= options.smooth;
        scoring.calibrate |= options.calibrate;
        scoring.proxies = options.proxies.map(|images| Proxies { images }).or(scoring.proxies);
    }

    /// Limits on costs and latency.
    fn change_limits(&mut self, options: &Options) {
        if options.min_latency.or(options.max_latency).is_some() {
            let open = LatencyLimit { images: 1, least_ms: 0.0, most_ms: OPEN_MS };
            // A range for several images says nothing about one.
            let limit = self.search.latency.filter(|limit| limit.images == 1).unwrap_or(open);
            self.search.latency = Some(LatencyLimit {
                images: 1,
                least_ms: options.min_latency.unwrap_or(limit.least_ms),
                most_ms: options.max_latency.unwrap_or(limit.most_ms),
            });
        }
        let Options { min_parameters, max_parameters, min_macs, max_macs, .. } = *options;
        if min_parameters.or(max_parameters).or(min_macs).or(max_macs).is_some() {
            let Constraints { parameters, macs } = &mut self.search.constraints;
            bound(parameters, min_parameters, max_parameters);
            bound(macs, min_macs, max_macs);
        }
    }

    /// The space and its numbers.
    fn change_space(&mut self, options: &Options) -> Result<(), Failure> {
        if let Some(space) = options.space.as_deref().filter(|&name| name != self.search.network.name()) {
            let small = matches!(options.preset, None | Some(Preset::Quick));
            let network = NetworkSettings::of_space(space, small).expect("every name is a space's");
            self.search = self.search.clone().in_space(network).recommended();
            self.data.halve &= network.least_side() <= HALVED;
        }
        for (number, value) in options.numbers() {
            let Some(value) = value else { continue };
            let network = &mut self.search.network;
            match network.number_mut(number) {
                Some(place) => *place = value,
                None => return Err(has_no(number, value, network)),
            }
            if number == Number::Filters {
                self.search.stand_alone.filters = value;
            }
        }
        if let Some(activation) = options.activation {
            self.search.network.set_activation(Some(activation));
        }
        Ok(())
    }

    /// What stands before the cells, and the images.
    fn change_images(&mut self, options: &Options) -> Result<(), Failure> {
        let Options { data, size, stem, halve, train, validation, test, .. } = options;
        if let Some(stem) = stem {
            let name = self.search.network.name();
            let Some(paper) = self.search.network.paper_mut() else {
                return Err(Failure::settings("--stem", "a space whose stem is its own", format!("paper, not {name}")));
            };
            paper.stem = match stem {
                StemName::Plain => StemKind::Plain,
                StemName::Imagenet => StemKind::ImageNet,
            };
        }
        if let Some(data) = data {
            let plain = self.search.network.paper().is_none_or(|paper| paper.stem.is_plain());
            let side = if plain { 32 } else { 224 };
            self.data = self.data.moved_to(DataSettings::parse(data, self.data.halve, side)?);
        }
        self.data.change_reading(options)?;
        if let Some(size) = size {
            self.data.resize(*size)?;
        }
        self.data.halve = halve.unwrap_or(self.data.halve);
        self.data.train = train.or(self.data.train).or(options.keep_train);
        self.data.validation = validation.or(self.data.validation);
        self.data.test = test.or(self.data.test);
        Ok(())
    }

    /// The same with images whose place does not depend on where the process stands.
    pub fn absolute(self) -> Self {
        Self { data: self.data.absolute(), ..self }
    }

    /// Stores the settings in a directory that has none yet, made if need be.
    pub fn store_first(&self, directory: &Path) -> Result<(), Failure> {
        if stored(directory).is_some() {
            return Ok(());
        }
        fs::create_dir_all(directory).map_err(|source| TrainError::Io { path: directory.into(), source })?;
        self.store(directory)
    }

    /// Stores the settings in a directory: what its run went on with last.
    pub fn store(&self, directory: &Path) -> Result<(), Failure> {
        let path = directory.join(FILE);
        if path.exists() && Self::read(&path).is_ok_and(|there| there == *self) {
            return Ok(());
        }
        let wrong = |error: toml::ser::Error| Failure::settings(path.display(), error, "settings that TOML can hold");
        let text = toml::to_string_pretty(self).map_err(wrong)?;
        Ok(write_whole(&path, text.as_bytes())?)
    }
}

/// The side of halved images, in pixels.
const HALVED: usize = 16;

/// What is wrong where networks of the space do not have a number.
fn has_no(number: Number, found: usize, network: &NetworkSettings) -> Failure {
    let there = Number::ALL.into_iter().filter(|&other| network.number(other).is_some());
    let options: Vec<String> = there.map(|other| format!("--{}", other.name())).collect();
    let expected = format!("one of the numbers of the space {}: {}", network.name(), options.join(", "));
    Failure::settings(format!("--{}", number.name()), found, expected)
}

/// An open end of a range of latencies: eleven days, in milliseconds. JSON holds no infinity.
const OPEN_MS: f64 = 1e9;

/// Sets the ends that are given. An open end is the largest number that TOML can hold.
fn bound(range: &mut RangeInclusive<u64>, least: Option<u64>, most: Option<u64>) {
    *range = least.unwrap_or(*range.start())..=most.unwrap_or(*range.end()).min(i64::MAX as u64);
}

/// `candidates` are those of the run.
fn proposer(name: StrategyName, candidates: usize) -> Proposer {
    match name {
        StrategyName::Random => Proposer::Random,
        StrategyName::RegularisedEvolution => Proposer::RegularisedEvolution,
        StrategyName::TournamentEvolution => Proposer::TournamentEvolution,
        StrategyName::HillClimbing => Proposer::HillClimbing,
        StrategyName::Tpe => Proposer::Tpe,
        StrategyName::GpEi => Proposer::GpEi,
        StrategyName::GpEiPerSecond => Proposer::GpEiPerSecond,
        StrategyName::RidgeEi => Proposer::RidgeEi,
        StrategyName::Dngo => Proposer::Dngo,
        StrategyName::Pnas => Proposer::Pnas,
        StrategyName::ProgressiveGp => Proposer::ProgressiveGp,
        StrategyName::Nsga2 => Proposer::Nsga2(vec![Objective::Accuracy, Objective::Parameters]),
        StrategyName::Reinforce => Proposer::Reinforce,
        StrategyName::ReinforceLstm => Proposer::ReinforceLstm,
        StrategyName::NasRl => Proposer::NasRl,
        StrategyName::Ppo => Proposer::Ppo,
        StrategyName::PpoLstm => Proposer::PpoLstm,
        StrategyName::QLearning => Proposer::QLearning { networks: 200 },
        StrategyName::EditPolicy => Proposer::EditPolicy,
        StrategyName::GeneticAlgorithm => Proposer::GeneticAlgorithm,
        StrategyName::HierarchicalEvolution => Proposer::HierarchicalEvolution,
        StrategyName::PairTournament => Proposer::PairTournament,
        StrategyName::PoolEvolution => Proposer::PoolEvolution,
        StrategyName::Perturb => Proposer::Perturb { networks: candidates },
        StrategyName::CoEvolution => Proposer::CoEvolution,
        StrategyName::Neat => Proposer::Neat,
        StrategyName::Companion => Proposer::Companion,
    }
}

fn companion(name: CompanionName) -> Option<CompanionKind> {
    match name {
        CompanionName::None => None,
        CompanionName::Enas => Some(CompanionKind::Enas(EnasSettings::default())),
        CompanionName::Gdas => Some(CompanionKind::Gdas(GdasSettings::default())),
        CompanionName::ProxylessNas => Some(CompanionKind::ProxylessNas(GateLearning::default())),
        CompanionName::Darts => Some(CompanionKind::Darts(GateLearning::default())),
        CompanionName::DartsSecondOrder => Some(CompanionKind::DartsSecondOrder(GateLearning::default())),
    }
}

/// The place of a choice among those of a space.
fn place_of_choice(space: &SearchSpace, name: &str) -> Result<usize, Failure> {
    let choices = space.choices();
    choices.iter().position(|choice| choice.name() == name).ok_or_else(|| {
        let names: Vec<&str> = choices.iter().take(8).map(Choice::name).collect();
        let more = if choices.len() > names.len() { ", …" } else { "" };
        Failure::settings("--split", name, format!("a choice of the space: {}{more}", names.join(", ")))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arguments::Paths;
    use proptest::prelude::*;
    use supernet::{
        space::Schedule,
        train::{Balance, PathSampling},
    };

    #[test]
    fn presets_and_limits_come_back_from_toml() {
        for preset in [Preset::Quick, Preset::Cifar10, Preset::Imagenet] {
            let options = Options {
                preset: Some(preset),
                data: Some("folder:photos".into()),
                min_parameters: Some(1_000),
                max_latency: Some(2.5),
                strategy: Some(StrategyName::Nsga2),
                rank_by: Some(RankName::Loss),
                checkpoints: Some(4),
                fine_tune: Some(20),
                paths: Some(Paths::parse("constant").unwrap()),
                rate_schedule: Some(Schedule::Linear),
                l2_schedule: Some(Schedule::Steps { every: 0.5, factor: 0.1 }),
                warm_up: Some(0.1),
                smooth: true,
                averaged: Some(3),
                complexity: Some(-0.5),
                rare_use: Some(0.5),
                ..Options::default()
            };
            let settings = RunSettings::new(&options, None).unwrap();
            let scoring = settings.search.scoring;
            assert_eq!((scoring.rank_by, scoring.checkpoints), (RankBy::Loss, 4));
            assert!(scoring.smooth && !scoring.calibrate);
            let supernet = settings.search.supernet;
            assert_eq!((supernet.supernets, supernet.warm_up), (3, 0.1));
            let schedules = (Schedule::Linear, Schedule::Steps { every: 0.5, factor: 0.1 });
            for sgd in [supernet.sgd, settings.search.stand_alone.sgd] {
                assert_eq!((sgd.schedule, sgd.l2_schedule), schedules);
            }
            assert_eq!(supernet.balance, Balance { complexity: -0.5, rare_use: 0.5 });
            assert_eq!(scoring.fine_tune, Some(FineTune::new(20)));
            let PathSampling::Dropout(dropout) = settings.search.paths else { panic!("the presets drop paths") };
            assert_eq!(dropout, dropout.with_schedule(Schedule::Constant));
            let text = toml::to_string_pretty(&settings).unwrap();
            assert_eq!(toml::from_str::<RunSettings>(&text).unwrap(), settings);
        }
    }

    #[test]
    fn a_choice_to_split_by_is_found_by_its_name() {
        let of = |name: &str| {
            let (space, split) = (Some("nas-bench-201".into()), Some(name.into()));
            RunSettings::new(&Options { space, split, ..Options::default() }, None)
        };
        let settings = of("node3/from2").unwrap();
        assert_eq!(settings.search.supernet.split, Some(5));
        let text = toml::to_string_pretty(&settings).unwrap();
        assert_eq!(toml::from_str::<RunSettings>(&text).unwrap(), settings);
        let error = of("node9").unwrap_err().to_string();
        assert_eq!(
            error,
            "--split: found node9, expected a choice of the space: node1/from0, node2/from0, node2/from1, node3/from0, \
             node3/from1, node3/from2"
        );
    }

    #[test]
    fn images_of_a_folder_have_a_size_that_the_stem_goes_with() {
        let of = |preset, stem, size| {
            let data = Some("folder:photos".into());
            let settings = RunSettings::new(&Options { preset, stem, size, data, ..Options::default() }, None).unwrap();
            (settings.search.network.paper().unwrap().stem, settings.data.size.unwrap(), settings.data.halve)
        };
        assert_eq!(of(None, None, None), (StemKind::Plain, 32, false));
        assert_eq!(of(None, Some(StemName::Imagenet), None), (StemKind::ImageNet, 224, false));
        assert_eq!(of(Some(Preset::Imagenet), None, Some(64)), (StemKind::ImageNet, 64, false));
        assert_eq!(of(Some(Preset::Imagenet), Some(StemName::Plain), None), (StemKind::Plain, 32, false));
    }

    #[test]
    fn a_space_that_was_measured_is_searched_as_it_ranks_best_unless_another_way_is_asked_for() {
        let of = |space: &str, paths: Option<&str>, rank_by| {
            let paths = paths.map(|paths| Paths::parse(paths).unwrap());
            let options = Options { space: Some(space.into()), paths, rank_by, ..Options::default() };
            let search = RunSettings::new(&options, None).unwrap().search;
            (search.paths, search.scoring.rank_by)
        };
        assert_eq!(of("nas-bench-201", None, None), (PathSampling::RareWeightless(0.1), RankBy::Loss));
        assert_eq!(of("darts", None, None), (PathSampling::UniformArchitecture, RankBy::Accuracy));
        let asked = of("nas-bench-macro", Some("uniform"), Some(RankName::Accuracy));
        assert_eq!(asked, (PathSampling::UniformArchitecture, RankBy::Accuracy));
    }

    #[test]
    fn a_companion_proposes_the_candidates_unless_somebody_else_is_asked_for() {
        let of = |options: Options| RunSettings::new(&options, None);
        let enas = Options { companion: Some(CompanionName::Enas), ..Options::default() };
        let search = of(Options { companion_every: Some(3), ..enas.clone() }).unwrap().search;
        assert_eq!((search.strategy, search.companion.unwrap().updates.every), (Proposer::Companion, 3));
        let search = of(Options { strategy: Some(StrategyName::Random), ..enas.clone() }).unwrap().search;
        assert!(search.strategy == Proposer::Random && search.companion.is_some());
        let error = of(Options { companion_start: Some(0.5), ..Options::default() }).unwrap_err().to_string();
        assert_eq!(error, "--companion-start: found no companion, expected --companion NAME");
        let error = of(Options { companion_start: Some(1.0), ..enas }).unwrap_err().to_string();
        assert_eq!(error, "companion.updates.start: found 1, expected 0 to below 1");
    }

    #[test]
    fn what_was_added_later_is_left_out_of_files_until_it_is_used() {
        let text = toml::to_string_pretty(&RunSettings::preset(Preset::Quick, None)).unwrap();
        assert!(text.contains("train = 6000\nvalidation = 1000\n") && !text.contains("size"), "{text}");
    }

    #[test]
    fn one_end_of_a_range_of_latencies_leaves_the_other_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("my.toml");
        let of = |images, min_latency, max_latency| {
            let mut there = RunSettings::preset(Preset::Quick, None);
            there.search.latency = Some(LatencyLimit { images, least_ms: 5.0, most_ms: 20.0 });
            fs::write(&path, toml::to_string_pretty(&there).unwrap()).unwrap();
            let options = Options { config: Some(path.clone()), min_latency, max_latency, ..Options::default() };
            let limit = RunSettings::new(&options, None).unwrap().search.latency.unwrap();
            (limit.images, limit.least_ms, limit.most_ms)
        };
        assert_eq!(of(1, None, Some(10.0)), (1, 5.0, 10.0));
        assert_eq!(of(1, Some(6.0), None), (1, 6.0, 20.0));
        assert_eq!(of(64, None, None), (64, 5.0, 20.0));
        assert_eq!(of(64, None, Some(10.0)), (1, 0.0, 10.0));
    }

    #[test]
    fn an_unknown_key_is_refused_with_file_and_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("my.toml");
        let text = toml::to_string_pretty(&RunSettings::preset(Preset::Quick, None)).unwrap();
        fs::write(&path, text.replace("[search]\n", "[search]\nsead = 1\n")).unwrap();
        let options = Options { config: Some(path), ..Options::default() };
        let error = RunSettings::new(&options, None).unwrap_err().to_string();
        assert!(error.contains("my.toml: found ") && error.contains("sead"), "{error}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1_000))]

        #[test]
        fn a_damaged_file_is_settings_or_an_error(at in any::<prop::sample::Index>(), until in any::<prop::sample::Index>(), put in ".{0,12}") {
            let text = toml::to_string_pretty(&RunSettings::preset(Preset::Quick, None)).unwrap();
            let (at, until) = (at.index(text.len()), until.index(text.len()));
            let damaged = format!("{}{put}{}", &text[..at.min(until)], &text[at.max(until)..]);
            if let Ok(settings) = toml::from_str::<RunSettings>(&damaged) {
                settings.search.check().ok();
            }
        }
    }
}
