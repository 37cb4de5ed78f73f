//! Units of an experiment's work that need no other: a supernet that is trained, a network that is
//! trained from scratch and tested.

use super::{
    StandAloneRow, Trials, Variant,
    learning_curve::curve_lines,
    truth::{line, rows_of},
};
use std::{
    fs,
    path::{Path, PathBuf},
    time::Instant,
};
use supernet_space::{PathMask, name_number};
use supernet_train::{
    Keeper, Progress, Saving, SearchConfig, TrainError,
    crew::{CrewJob, pack, unpack},
    write_whole,
};

/// A unit of work that needs no other.
#[derive(Clone, Copy)]
pub(super) enum Unit<'a> {
    Supernet(&'a Variant, u64),
    StandAlone(&'a PathMask, u64),
}

/// What a unit gives, beside files.
pub(super) enum Made {
    /// A supernet, whose weights are files, and how long that took.
    Supernet { name: String, seed: u64, seconds: f64 },
    /// A network from scratch, and the lines of its curve, if there is one.
    StandAlone { row: StandAloneRow, curve: String },
}

/// How units are made.
pub(super) struct Work<'a> {
    /// The experiment's directory.
    pub(super) path: &'a Path,
    pub(super) trials: &'a dyn Trials,
    /// How networks are trained from scratch.
    pub(super) config: &'a SearchConfig,
    /// The name of that.
    pub(super) key: &'a str,
    /// Whether networks from scratch have curves.
    pub(super) curves: bool,
}

impl Work<'_> {
    /// Makes a unit; the weights of a supernet are stored.
    pub(super) fn make(&self, unit: Unit, progress: &mut dyn Progress) -> Result<Made, TrainError> {
        let (began, mut keeper) = (Instant::now(), self.keeper(unit));
        match unit {
            Unit::Supernet(variant, seed) => {
                let at = |step| weights_path(self.path, &variant.name, seed, step);
                self.trials.train_supernet(variant, seed, &at, &mut keeper, progress)?;
                Ok(Made::Supernet { name: variant.name.clone(), seed, seconds: began.elapsed().as_secs_f64() })
            }
            Unit::StandAlone(mask, seed) => {
                let stem = self.stem(unit);
                let curve = self.curves.then_some(&*stem);
                let (row, epochs) = self.trials.train_alone(self.config, (mask, seed), curve, &mut keeper, progress)?;
                let seconds = began.elapsed().as_millis() as f64 / 1e3;
                let row = StandAloneRow { settings: self.key.into(), seconds, ..row };
                let curve = curve_lines(&row, &epochs);
                Ok(Made::StandAlone { row, curve })
            }
        }
    }

    /// Removes the checkpoints of a unit that is made.
    pub(super) fn clear(&self, unit: Unit) -> Result<(), TrainError> {
        self.keeper(unit).clear()
    }

    /// The name by which members of a crew know a unit.
    pub(super) fn job(&self, unit: &Unit) -> CrewJob {
        let key = match unit {
            Unit::Supernet(variant, seed) => format!("supernets/{}", file_name(&variant.name, *seed, None)),
            Unit::StandAlone(mask, seed) => format!("truth/{}/{seed}/{mask}", self.key),
        };
        let cost = match unit {
            Unit::Supernet(..) => FIRST,
            Unit::StandAlone(mask, _) => f64::from(mask.paths_on()),
        };
        // States before the last are not stored with the state of a training.
        let is_whole = matches!(unit, Unit::Supernet(variant, _) if variant.earlier > 0);
        let files = (!is_whole).then(|| self.stem(*unit));
        CrewJob { key, cost, files, by_first: false }
    }

    /// What a unit gave, as bytes.
    pub(super) fn pack(&self, unit: &Unit, made: &Made) -> Result<Vec<u8>, TrainError> {
        let mut pieces = match made {
            Made::Supernet { seconds, .. } => vec![(SECONDS.to_owned(), seconds.to_string().into_bytes())],
            Made::StandAlone { row, curve } => {
                vec![("row".into(), line(row).into_bytes()), ("curve".into(), curve.clone().into_bytes())]
            }
        };
        for path in self.weights(unit) {
            pieces.push((name_of(&path), fs::read(&path).map_err(TrainError::io(&path))?));
        }
        Ok(pack(pieces))
    }

    /// What a unit gave that another member has made, its files stored; `None` of bytes that are
    /// none.
    pub(super) fn unpack(&self, unit: &Unit, bytes: &[u8]) -> Result<Option<Made>, TrainError> {
        let Some(pieces) = unpack(bytes) else { return Ok(None) };
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).ok();
        match (unit, &pieces[..]) {
            (Unit::StandAlone(mask, seed), [(_, row), (_, curve)]) => {
                let row = text(row).and_then(|row| rows_of(&self.path.join("truth.csv"), &row).ok());
                let is_it = |row: &StandAloneRow| row.mask == **mask && row.seed == *seed && row.settings == self.key;
                let row = row.and_then(|mut rows| rows.pop()).filter(is_it);
                Ok(row.zip(text(curve)).map(|(row, curve)| Made::StandAlone { row, curve }))
            }
            (Unit::Supernet(variant, seed), [(_, seconds), files @ ..]) => {
                let paths = self.weights(unit);
                let names = paths.iter().map(|path| name_of(path));
                let seconds = text(seconds).and_then(|seconds| seconds.parse().ok());
                let Some(seconds) = seconds.filter(|_| files.iter().map(|(name, _)| name.clone()).eq(names)) else {
                    return Ok(None);
                };
                // The last is there when all are.
                paths.iter().zip(files).try_for_each(|(path, (_, bytes))| write_whole(path, bytes))?;
                Ok(Some(Made::Supernet { name: variant.name.clone(), seed: *seed, seconds }))
            }
            _ => Ok(None),
        }
    }

    /// The files of weights that a unit leaves, the last state last.
    fn weights(&self, unit: &Unit) -> Vec<PathBuf> {
        match unit {
            Unit::StandAlone(..) => Vec::new(),
            Unit::Supernet(variant, seed) => {
                let steps = variant.earlier_steps().into_iter().map(Some).chain([None]);
                steps.map(|step| weights_path(self.path, &variant.name, *seed, step)).collect()
            }
        }
    }

    fn keeper<'k>(&self, unit: Unit) -> Keeper<'k> {
        Keeper::new(self.stem(unit), Saving::default(), None)
    }

    /// How the names of files begin in which the training of a unit is kept.
    fn stem(&self, unit: Unit) -> PathBuf {
        match unit {
            Unit::Supernet(variant, seed) => stem_of_supernet(self.path, variant, seed),
            Unit::StandAlone(mask, seed) => {
                self.path.join(format!("networks/{:016x}-{seed}", name_number(&mask.to_string())))
            }
        }
    }
}

const SECONDS: &str = "seconds";

/// What a supernet costs beside networks: it is begun first, whoever trains it.
const FIRST: f64 = 1e12;

fn name_of(path: &Path) -> String {
    path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}

pub(super) fn file_name(name: &str, seed: u64, step: Option<u64>) -> String {
    match step {
        None => format!("{name}-{seed}"),
        Some(step) => format!("{name}-{seed}-at-{step}"),
    }
}

/// Where the weights of a supernet are stored.
pub(super) fn weights_path(path: &Path, name: &str, seed: u64, step: Option<u64>) -> PathBuf {
    path.join(format!("supernets/{}.safetensors", file_name(name, seed, step)))
}

fn stem_of_supernet(path: &Path, variant: &Variant, seed: u64) -> PathBuf {
    path.join("supernets").join(file_name(&variant.name, seed, None))
}

/// Keeps the training of a supernet.
pub(super) fn keeper_of_supernet<'k>(path: &Path, variant: &Variant, seed: u64) -> Keeper<'k> {
    Keeper::new(stem_of_supernet(path, variant, seed), Saving::default(), None)
}
