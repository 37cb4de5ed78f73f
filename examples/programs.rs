//! Searches among programs: activation functions (Ramachandran, Zoph and Le 2017) and update rules
//! (Bello, Zoph, Vasudevan and Le 2017), each trained from scratch on embedded images, with no
//! download.

use clap::{Parser, ValueEnum};
use std::{process::ExitCode, time::Instant};
use supernet::{
    burn::{self, module::Module, nn},
    own::*,
    prelude::*,
    search::{Outcome, RegularisedEvolution, SearchError, search_by_form},
    space::programs::{Activation, Activations, Form, UpdatePrograms},
    train::{
        Child, ChildEvaluator, FirstSteps, MakeChild, StandAlone, StandAloneTraining, UpdateRule, test, workers::share,
    },
};
use supernet_examples::report;

/// What is searched.
#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum What {
    /// Activation functions.
    Activations,
    /// Update rules.
    Rules,
}

/// Searches activation functions and update rules of small networks on 10,000 images of
/// Fashion-MNIST, 16 x 16.
#[derive(Parser)]
struct Arguments {
    /// Seeds.
    #[arg(long, value_delimiter = ',', default_values_t = [1, 2, 3])]
    seeds: Vec<u64>,

    /// What is searched, one after the other.
    #[arg(long, value_delimiter = ',', default_values = ["activations", "rules"])]
    search: Vec<What>,

    /// Functions that an evolution may train, and random ones beside them.
    #[arg(long, num_args = 2, default_values_t = [60, 30])]
    functions: Vec<usize>,

    /// Update rules that an evolution may train.
    #[arg(long, default_value_t = 60)]
    rules: usize,

    /// Passes over 1,600 images, in steps of 32; the best are trained three times as long.
    #[arg(long, default_value_t = 4)]
    epochs: usize,
}

/// Four convolutions, the function behind each, on sides of 8 and 4.
#[derive(Module, Debug)]
struct Net {
    convs: Vec<ConvNorm>,
    activations: Vec<OneOf<Formula>>,
    head: nn::Linear,
}

impl Layer<4, 2> for Net {
    fn forward(&self, x: Rows) -> Rows<2> {
        let layers = self.convs.iter().zip(&self.activations);
        layers.fold(x, |x, (conv, f)| x.through(conv).through(f)).global_average().through(&self.head)
    }
}

fn definition(activation: &Activation, device: &Device) -> Result<Definition<Net>, TrainError> {
    let activation = *activation;
    let build = move |b: &Build| {
        let conv = |(channels, stride)| ConvNorm::new(b, channels, 3).with_stride(stride);
        let one =
            |channels| OneOf::new(b, "activation", [(activation.to_string(), Formula::new(b, &activation, channels))]);
        Net {
            convs: [([1, 8], 2), ([8, 8], 1), ([8, 16], 2), ([16, 16], 1)].map(conv).into(),
            activations: [8, 8, 16, 16].map(one).into(),
            head: nn::LinearConfig::new(16, 10).init(b.device()),
        }
    };
    Ok(Definition::new("programs", &[1, 16, 16], device, build)?)
}

fn main() -> ExitCode {
    report(|| {
        let arguments = Arguments::parse();
        let images = fashion_mnist()?.average_2x2()?.pad(1)?;
        for &seed in &arguments.seeds {
            let split = stratified(&images, &[1_600, 2_000, 6_400], &mut draws(seed, "split", 0))?;
            let scene = Scene::new(seed, &arguments, &split)?;
            for &what in &arguments.search {
                let began = Instant::now();
                match what {
                    What::Activations => scene.activations(arguments.functions[0], arguments.functions[1])?,
                    What::Rules => scene.rules(arguments.rules)?,
                }
                println!("  {:.0} s", began.elapsed().as_secs_f64());
            }
        }
        Ok::<(), Box<dyn std::error::Error>>(())
    })
}

/// What all children of a seed share.
struct Scene<'a> {
    seed: u64,
    data: SearchData<ImageExamples<'a>>,
    training: StandAloneTraining,
    device: Device,
}

/// Learning rates of the rules and of the sweeps.
const RATES: [f64; 8] = [1.0, 0.3, 0.1, 0.03, 0.01, 0.003, 0.001, 0.0003];

impl<'a> Scene<'a> {
    fn new(seed: u64, arguments: &Arguments, split: &'a Split) -> Result<Self, Box<dyn std::error::Error>> {
        let mut training = SearchConfig::quick().stand_alone;
        (training.epochs, training.batch, training.calibration_batches) = (arguments.epochs, 32, 10);
        training.augmentation = Augmentation::NONE;
        Ok(Self { seed, data: SearchData::images(split)?, training, device: device("flex")? })
    }

    /// The scores of the children of up to `candidates` different programs, the first of them
    /// drawn.
    fn search(
        &self,
        strategy: &mut dyn Strategy,
        candidates: usize,
        child: &MakeChild<Net, 4>,
        form: impl FnMut(&Architecture) -> Form,
    ) -> Result<Outcome, TrainError> {
        let limits = SearchLimits { candidates, ask: 4, patience: 1_000 };
        search_by_form(strategy, &mut self.evaluator(child, &mut Silent), limits, form)
    }

    fn evaluator<'e>(
        &'e self,
        child: &'e MakeChild<Net, 4>,
        progress: &'e mut dyn Progress,
    ) -> ChildEvaluator<'e, Net> {
        ChildEvaluator {
            child,
            train: &self.data.train,
            validation: &self.data.validation,
            seed: self.seed,
            first_steps: FirstSteps::default(),
            execution: Execution::Kernels,
            device: &self.device,
            at_once: 0,
            progress,
        }
    }

    /// An evolution whose first children are drawn.
    fn evolution(&self, space: &SearchSpace) -> Result<RegularisedEvolution, SearchError> {
        RegularisedEvolution::new(space.clone(), self.seed, "programs").with_population(20, 5)
    }

    /// The share of `examples` that a network gets right which is trained under `seed`; a guess
    /// where it cannot be trained.
    fn accuracy(
        &self,
        activation: &Activation,
        training: &StandAloneTraining,
        seed: u64,
        examples: &ImageExamples,
    ) -> Result<f64, TrainError> {
        let definition = definition(activation, &self.device)?;
        let (mask, device, execution) = (definition.space().all_on(), &self.device, Execution::Kernels);
        let (definition, train) = (&definition, &self.data.train);
        let stand_alone = StandAlone { definition, training, examples: train, seed, execution, device };
        match stand_alone.train(&mask, &mut Silent) {
            Ok(network) => Ok(or_guess(test(&network, &mask, examples, device)?.accuracy)),
            Err(TrainError::Diverged { .. }) => Ok(GUESS),
            Err(error) => Err(error),
        }
    }

    fn activations(&self, functions: usize, random: usize) -> Result<(), Box<dyn std::error::Error>> {
        let space = Activations::new(2)?;
        let form = |architecture: &Architecture| space.form(architecture);
        let child = |architecture: &Architecture| {
            let definition = definition(&space.activation(architecture.mask())?, &self.device)?;
            Ok(Child { mask: definition.space().all_on(), definition, training: self.training })
        };
        let found = self.search(&mut self.evolution(space.space())?, functions, &child, form)?;
        let mut uniform = RandomSearch::new(space.space().clone(), self.seed, "random programs");
        let drawn = self.search(&mut uniform, random, &child, form)?;
        let relu = space.architecture(&"relu".parse()?)?;
        let relu_score = self.evaluator(&child, &mut Silent).evaluate(std::slice::from_ref(&relu))?.remove(0).score;

        println!("seed {}, {} activation functions:", self.seed, found.scored.len());
        let accuracies: Vec<f64> = drawn.scored.iter().map(|one| or_guess(one.score.accuracy)).collect();
        let failed = accuracies.iter().filter(|&&accuracy| accuracy == GUESS).count();
        let (mean, relu_there) = (percent(mean(&accuracies)), percent(relu_score.accuracy));
        println!(
            "  {} random ones: {mean} on validation images, {failed} failed; ReLU: {relu_there}",
            drawn.scored.len()
        );
        let longer = StandAloneTraining { epochs: 3 * self.training.epochs, ..self.training };
        // From other weights than those of the search.
        let tested = |activation: Activation, _: &mut dyn Progress| {
            self.accuracy(&activation, &longer, self.seed + 100, &self.data.test)
        };
        let five: Vec<_> = found.ranked().into_iter().take(5).collect();
        let of = |scored: &&Scored| space.activation(scored.architecture.mask());
        let mut functions = five.iter().map(of).collect::<Result<Vec<_>, _>>()?;
        let known: [Activation; 2] = ["relu".parse()?, "swish".parse()?];
        functions.extend(known);
        let on_test = share("testing", 0, functions.clone(), &mut Silent, tested)?;
        for ((scored, activation), here) in five.iter().zip(&functions).zip(&on_test) {
            let (there, here) = (percent(scored.score.accuracy), percent(*here));
            println!("  {there} on validation images, {here} on test images: {}", activation.formula());
        }
        let (best, others) = on_test.split_at(five.len());
        let [best, relu, swish] = [self::mean(best), others[0], others[1]].map(percent);
        println!("  test images: the best five {best}, ReLU {relu}, swish {swish}");
        Ok(())
    }

    fn rules(&self, rules: usize) -> Result<(), Box<dyn std::error::Error>> {
        let space = UpdatePrograms::new(2, &RATES)?;
        let relu: Activation = "relu".parse()?;
        let with = |rule: UpdateRule, learning_rate: f64| {
            let mut training = StandAloneTraining { rule, ..self.training };
            training.sgd.learning_rate = learning_rate;
            training
        };
        let make = |training: StandAloneTraining| {
            let definition = definition(&relu, &self.device)?;
            Ok(Child { mask: definition.space().all_on(), definition, training })
        };
        let child = |architecture: &Architecture| {
            let (program, rate) = space.rule(architecture.mask())?;
            make(with(UpdateRule::Program(program), rate))
        };
        let form = |architecture: &Architecture| space.form(architecture);
        let found = self.search(&mut self.evolution(space.space())?, rules, &child, form)?;

        println!("seed {}, {} update rules:", self.seed, found.scored.len());
        let mut rules: Vec<UpdateRule> =
            ["sgd", "power_sign:linear", "add_sign:linear"].map(str::parse).into_iter().collect::<Result<_, _>>()?;
        for scored in found.ranked().into_iter().take(2) {
            let (program, rate) = space.rule(scored.architecture.mask())?;
            println!("  {} on validation images: {program} at {rate}", percent(scored.score.accuracy));
            rules.push(UpdateRule::Program(program));
        }
        for rule in rules {
            let swept = share("sweep", 0, RATES.to_vec(), &mut Silent, |rate, _| {
                self.accuracy(&relu, &with(rule, rate), self.seed, &self.data.validation)
            })?;
            let best = (0..RATES.len()).max_by(|&a, &b| swept[a].total_cmp(&swept[b])).expect("there are rates");
            let again = (1..=3).map(|i| self.seed + 100 * i).collect();
            let tested = share("testing", 0, again, &mut Silent, |seed, _| {
                self.accuracy(&relu, &with(rule, RATES[best]), seed, &self.data.test)
            })?;
            let (there, here) = (percent(swept[best]), percent(mean(&tested)));
            println!(
                "  {rule}: at {}, the best of {} rates, {there} on validation images, {here} on test images",
                RATES[best],
                RATES.len()
            );
        }
        Ok(())
    }
}

/// The accuracy of a guess among ten classes.
const GUESS: f64 = 0.1;

fn or_guess(accuracy: f64) -> f64 {
    if accuracy.is_nan() { GUESS } else { accuracy }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn percent(share: f64) -> String {
    format!("{:.2} %", 100.0 * share)
}
