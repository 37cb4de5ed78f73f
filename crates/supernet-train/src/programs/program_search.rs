//! A whole search for programs, in a directory.

use super::{
    program::{Program, ProgramSpace},
    settings::ProgramSettings,
    trained::{Trained, Trainer},
};
use crate::{
    Child, ChildEvaluator, Columns, Examples, FirstSteps, Group, Progress, Retrained, Saving, Search,
    StandAloneTraining, TrainError,
    run::save_best,
    store::{Stages, agree, lock, write_whole},
    test,
};
use burn::module::Module;
use rand::RngExt;
use serde::Serialize;
use serde_json::json;
use std::{fmt::Write, path::Path};
use supernet_nn::{Layer, Network};
use supernet_search::{Proposer, RegularisedEvolution, Score, Scored, SearchLimits, Strategy, search_by_form};
use supernet_space::{Architecture, PathMask, draws};

/// What a search for programs found.
pub struct ProgramResult<M: Module, const D: usize = 4> {
    /// Every different program that was trained in the search, by its architecture.
    pub scored: Vec<Scored>,
    /// The best of them, trained again from other weights; the best by its search first.
    pub found: Vec<TriedProgram>,
    /// What was known already, trained alike.
    pub known: Vec<TriedProgram>,
    /// The best of `found` by its validation examples.
    pub best: Program,
    /// Its network, its scores on validation (`one_shot`) and test examples.
    pub tested: Retrained,
    /// That network, calibrated for inference: it predicts ([`Network::forward`]).
    pub network: Network<M, D>,
}

/// A program and how good the network is that was trained with it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct TriedProgram {
    /// The program.
    pub program: Program,
    /// On validation examples in the search, by which it was chosen; of what is known, where the
    /// best of several learning rates was chosen.
    pub chosen_by: Option<Score>,
    /// On validation examples, trained again; none where its loss was no number.
    pub validation: Option<Score>,
    /// On test examples, the same.
    pub test: Option<Score>,
}

/// Programs of an evolution that live at a time, and of which each parent is the best: of some
/// dozens of programs the library's usual hundred would all be drawn.
const LIVING: (usize, usize) = (20, 5);

/// Searches for functions in place of ReLU (Ramachandran, Zoph and Le 2017, section 3) or for
/// update rules (Bello, Zoph, Vasudevan and Le 2017): each different program that the strategy of
/// `search` proposes trains one network for a few epochs, its accuracy on the validation examples
/// being the reward. Programs are different where their values are; one whose training explodes in
/// its first steps is given up. The best are trained again from other weights by the recipe of
/// `search`, beside what is known: ReLU and swish; descent, AddSign and PowerSign, each at the best
/// of the learning rates, which children of the search's length choose. All of these are tested
/// once.
///
/// Works in `folder` and goes on there: `config.json` (another search is refused), `programs/`
/// (`candidates.csv`), `sweep/`, `networks/`, `programs.json`, `table.txt` and `best/`. `device` is
/// what the search's device is called.
///
/// # Errors
/// A setting out of range; another search's directory; whatever goes wrong in a training, or the
/// user's stop; no program that can be trained for as long as the recipe says.
pub fn program_search<M: Layer<D, 2>, E: Examples<D>, const D: usize>(
    search: &Search<'_, M, E, D>,
    settings: &ProgramSettings,
    device: &str,
    folder: &Path,
    progress: &mut dyn Progress,
) -> Result<ProgramResult<M, D>, TrainError> {
    settings.check_for(search)?;
    let scene = Scene { search, settings, space: settings.space()? };
    // Refused before anything is trained.
    drop(scene.strategy()?);
    let _lock = lock(folder)?;
    let provenance = search.provenance(device)?;
    let run = json!({ "provenance": provenance, "config": search.config(), "programs": settings });
    agree(folder, &run, "the configuration of a search for programs")?;

    let scored = scene.search(&folder.join("programs"), progress)?;
    let result = scene.compared(scored, folder, progress)?;
    let text = serde_json::to_string_pretty(&json!({ "found": result.found, "known": result.known }));
    write_whole(&folder.join("programs.json"), (text.expect("plain data") + "\n").as_bytes())?;
    write_whole(&folder.join("table.txt"), result.table().as_bytes())?;
    let mut network = search.config().network;
    if let Some(activation) = result.best.function() {
        network.set_activation(Some(activation));
    }
    save_best((search, network), (&result.tested, &result.network), device, folder)?;
    progress.over();
    Ok(result)
}

/// A search for programs.
struct Scene<'a, M: Module, E, const D: usize> {
    search: &'a Search<'a, M, E, D>,
    settings: &'a ProgramSettings,
    space: ProgramSpace,
}

impl<M: Layer<D, 2>, E: Examples<D>, const D: usize> Scene<'_, M, E, D> {
    fn strategy(&self) -> Result<Box<dyn Strategy>, TrainError> {
        let (config, space) = (self.search.config(), self.space.space());
        Ok(match config.strategy {
            Proposer::RegularisedEvolution => Box::new(
                RegularisedEvolution::new(space.clone(), config.seed, "programs")
                    .with_population(LIVING.0, LIVING.1)?,
            ),
            _ => config.strategy.strategy(space, config.seed)?,
        })
    }

    /// The recipe of a network of the search.
    fn short(&self) -> StandAloneTraining {
        StandAloneTraining { epochs: self.settings.epochs, ..self.search.config().stand_alone }
    }

    /// The different programs that were proposed, each with the score of its network.
    fn search(&self, folder: &Path, progress: &mut dyn Progress) -> Result<Vec<Scored>, TrainError> {
        let (config, data) = (self.search.config(), self.search.data());
        let (mask, definition) = (&self.settings.architecture, &self.search.networks().stand_alone);
        let (programs, short) = (&self.space, self.short());
        let child = |architecture: &Architecture| {
            let (definition, training) = programs.program(architecture.mask())?.of(definition, short);
            Ok(Child { mask: mask.clone(), definition, training })
        };
        let mut evaluator = ChildEvaluator {
            child: &child,
            train: &data.train,
            validation: &data.validation,
            seed: config.seed,
            first_steps: FirstSteps::default(),
            execution: config.execution,
            device: self.search.device(),
            at_once: config.retrain.at_once,
            progress,
        };
        let (limits, space) = (self.limits(), self.space.space());
        let mut stages = Stages::open(folder, Saving::default())?;
        let mut recorded = stages.recorded_alone(space, config.scoring.rank_by, &mut evaluator)?.of_its_own(false);
        let form = |architecture: &Architecture| self.space.form(architecture);
        Ok(search_by_form(&mut *self.strategy()?, &mut recorded, limits, form)?.scored)
    }

    fn limits(&self) -> SearchLimits {
        SearchLimits { candidates: self.settings.programs, ask: 4, patience: 1_000 }
    }

    fn trainer<'t>(&'t self, training: StandAloneTraining, seed: u64) -> Trainer<'t, M, E, D> {
        let (search, config) = (self.search, self.search.config());
        Trainer {
            definition: &search.networks().stand_alone,
            data: search.data(),
            mask: &self.settings.architecture,
            training,
            seed,
            execution: config.execution,
            device: search.device(),
            at_once: config.retrain.at_once,
        }
    }

    /// What was found beside what is known, trained from other weights than those of the search.
    fn compared(
        &self,
        scored: Vec<Scored>,
        folder: &Path,
        progress: &mut dyn Progress,
    ) -> Result<ProgramResult<M, D>, TrainError> {
        let config = self.search.config();
        let mut chosen: Vec<(Program, Option<Score>)> = Vec::new();
        for one in best_first(&scored).into_iter().take(self.settings.best) {
            chosen.push((self.space.program(one.architecture.mask())?, Some(one.score)));
        }
        let of_search = chosen.len();
        chosen.extend(self.known(&folder.join("sweep"), progress)?);
        let seed = draws(config.seed, "programs/again", 0).random();
        let programs: Vec<Program> = chosen.iter().map(|(program, _)| *program).collect();
        let mut trained = self.trainer(config.stand_alone, seed).all(&programs, folder, progress)?;
        let tried = chosen.into_iter().zip(&trained).map(|((program, chosen_by), trained)| {
            let test = trained.as_ref().map(|trained| self.tested(&trained.network)).transpose()?;
            Ok(TriedProgram { program, chosen_by, validation: trained.as_ref().map(|trained| trained.score), test })
        });
        let mut found = tried.collect::<Result<Vec<_>, TrainError>>()?;
        let known = found.split_off(of_search);
        let place = (0..of_search).filter(|&place| found[place].validation.is_some()).min_by(|&a, &b| {
            let score = |place: usize| found[place].validation.expect("it was trained");
            score(a).better_first(&score(b))
        });
        let Some(place) = place else {
            let expected = "a program that can be trained for so many epochs; fewer, or more programs (--programs)";
            return Err(TrainError::config("stand_alone.epochs", config.stand_alone.epochs, expected));
        };
        let Trained { network, cost, score } = trained.swap_remove(place).expect("it was trained");
        let (test, mask) = (found[place].test.expect("it was tested"), self.settings.architecture.clone());
        let tested = Retrained { group: Group::Picked, mask, one_shot: score, cost, test };
        Ok(ProgramResult { best: found[place].program, scored, found, known, tested, network })
    }

    fn tested(&self, network: &Network<M, D>) -> Result<Score, TrainError> {
        test(network, &self.settings.architecture, &self.search.data().test, self.search.device())
    }

    /// What is known, each with the learning rate at which it is best.
    fn known(&self, folder: &Path, progress: &mut dyn Progress) -> Result<Vec<(Program, Option<Score>)>, TrainError> {
        let known = self.space.known(&self.settings.learning_rates);
        if known.iter().all(|rates| rates.len() == 1) {
            return Ok(known.into_iter().map(|rates| (rates[0], None)).collect());
        }
        let trainer = self.trainer(self.short(), self.search.config().seed);
        let trained = trainer.all(&known.concat(), folder, progress)?;
        let mut scores = trained.into_iter().map(|trained| trained.map(|trained| trained.score));
        let best = |rates: Vec<Program>| {
            let scored: Vec<(Program, Option<Score>)> = rates.into_iter().zip(&mut scores).collect();
            let trained = scored.iter().filter_map(|(program, score)| Some((*program, (*score)?)));
            let best = trained.min_by(|(_, a), (_, b)| a.better_first(b));
            best.map_or(scored[0], |(program, score)| (program, Some(score)))
        };
        Ok(known.into_iter().map(best).collect())
    }
}

/// The scored by their scores, the best first; those without a number are last.
fn best_first(scored: &[Scored]) -> Vec<&Scored> {
    let mut sorted: Vec<&Scored> = scored.iter().collect();
    sorted.sort_by(|a, b| a.score.better_first(&b.score));
    sorted
}

impl<M: Layer<D, 2>, const D: usize> ProgramResult<M, D> {
    /// Returns a table of what was found and what was known: accuracies on validation examples in
    /// the search and trained again, on test examples, and the program; below it how many programs
    /// were tried.
    pub fn table(&self) -> String {
        let columns = Columns([8, 17, 17, 16]);
        let mut table =
            columns.line(&[&"", &"in the search (%)", &"valid. acc. (%)", &"test acc. (%)"]) + "  program\n";
        for (name, rows) in [("found", &self.found), ("known", &self.known)] {
            for row in rows {
                let percent = |score: Option<Score>| match score {
                    Some(score) if !score.accuracy.is_nan() => format!("{:.2}", 100.0 * score.accuracy),
                    _ => "-".into(),
                };
                let [a, b, c] = [row.chosen_by, row.validation, row.test].map(percent);
                writeln!(table, "{}  {}", columns.line(&[&name, &a, &b, &c]), row.program).expect("a string");
            }
        }
        let failed = self.scored.iter().filter(|one| one.score.accuracy.is_nan()).count();
        writeln!(table, "{} different programs, {failed} given up", self.scored.len()).expect("a string");
        table
    }

    /// Returns the mask of the network that was trained.
    pub fn mask(&self) -> &PathMask {
        &self.tested.mask
    }
}
