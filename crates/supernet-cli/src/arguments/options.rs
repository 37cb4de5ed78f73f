//! What is searched, and with what.

use super::Paths;
use clap::{
    Args, ValueEnum,
    builder::{PossibleValue, PossibleValuesParser},
};
use std::path::PathBuf;
use supernet::{
    space::{Schedule, programs::Activation},
    train::{DropPath, NetworkSettings, Number},
};

/// What is searched, and with what.
#[derive(Args, Clone, Default, PartialEq)]
pub struct Options {
    /// Settings to start from [default: those in the directory, else quick]
    #[arg(long, value_enum)]
    pub preset: Option<Preset>,

    /// A file of settings, as run.toml in a run's directory
    #[arg(long, value_name = "FILE", conflicts_with = "preset")]
    pub config: Option<PathBuf>,

    /// The search space [default: paper]
    #[arg(long, value_name = "SPACE", value_parser = spaces())]
    pub space: Option<String>,

    /// Filters of supernet and networks from scratch: those of a cell at full resolution, or of a
    /// chain's stem; of mobile-net-v1 and mobile-net-widths at the full width, a multiple of 4 and
    /// of 8; of enas-rnn the numbers of the state [default: 8, of enas-rnn 16, for the preset
    /// quick, else as published]
    #[arg(long, value_name = "N")]
    pub filters: Option<usize>,

    /// Cells: of the paper's space and of darts in all, of nas-bench-201, nas-net, pnas-net,
    /// enas-micro and hierarchical-motifs in each of three stages [default: 3, 5, 2, 1, 1, 1 and 1
    /// for the preset quick, else as published]
    #[arg(long, value_name = "N")]
    pub cells: Option<usize>,

    /// Blocks: of a cell of the paper's space, nas-net and pnas-net, of memory-banks in all
    /// [default: 4, 2, 3 and 6 for the preset quick, else 4, 5, 5 and 12]
    #[arg(long, value_name = "N")]
    pub blocks: Option<usize>,

    /// Filters of the last 1x1 convolution, of nas-bench-macro and mobile [default: 320 for the
    /// preset quick, else 1280]
    #[arg(long, value_name = "N")]
    pub head: Option<usize>,

    /// Layers, of enas-macro [default: 6 for the preset quick, else 12]
    #[arg(long, value_name = "N")]
    pub layers: Option<usize>,

    /// Nodes of a graph: of genetic-stages in the first of three stages, of which each further one
    /// has one more; of hierarchical-motifs in a motif, where the cell has one more; of enas-micro
    /// and enas-rnn in the cell [default: 3, 3, 2 and 6 for the preset quick, else 3, 4, 5 and 12]
    #[arg(long, value_name = "N")]
    pub nodes: Option<usize>,

    /// Motifs that the cell is made of, of hierarchical-motifs [default: 2 for the preset quick,
    /// else 6]
    #[arg(long, value_name = "N")]
    pub motifs: Option<usize>,

    /// What stands in place of every ReLU: a function as `supernet programs` finds, as swish, mish
    /// or gated(scaled(x), x); one with a β for each channel is for networks from scratch alone
    /// [default: ReLU]
    #[arg(long, value_name = "FUNCTION")]
    pub activation: Option<Activation>,

    /// Images: fashion-mnist (embedded, 10,000 of them); cifar10:FOLDER, cifar100:FOLDER or
    /// cifar100-coarse:FOLDER (binary versions, 100 classes or 20 groups); folder:FOLDER (a folder
    /// for each class, in it PNG, JPEG, WebP, GIF, TIFF or BMP files); idx:IMAGES or
    /// idx:IMAGES,LABELS (files as MNIST's; without LABELS the file beside IMAGES with `labels` for
    /// `images` in its name) [default: fashion-mnist]
    #[arg(long, value_name = "IMAGES")]
    pub data: Option<String>,

    /// Side of the images of a folder: their centred squares are scaled to it; divisible by 4,
    /// behind the stem imagenet by 16 [default: 32, behind the stem imagenet 224]
    #[arg(long, value_name = "N")]
    pub size: Option<usize>,

    /// Leave out the files of a folder that cannot be used; what was left out stands in the run and
    /// on the card [default: they are an error that names all of them]
    #[arg(long)]
    pub leave_out: bool,

    /// Most memory for the pixels of one file of a folder, in MiB [default: 512]
    #[arg(long, value_name = "MIB")]
    pub picture_memory: Option<usize>,

    /// What is behind transparent pixels of a folder's files: RED,GREEN,BLUE, each 0 to 255
    /// [default: 255,255,255]
    #[arg(long, value_name = "COLOUR", value_parser = colour)]
    pub ground: Option<[u8; 3]>,

    /// What stands before the cells: plain, or imagenet, two stages of stride 2 for larger images
    /// [default: imagenet for the preset imagenet, else plain]
    #[arg(long, value_enum)]
    pub stem: Option<StemName>,

    /// Average 2 x 2 pixels, for images of half the side [default: true for the preset quick, but
    /// false for a folder]
    #[arg(long, value_name = "BOOL")]
    pub halve: Option<bool>,

    /// Training images [default: 6000 of fashion-mnist, 10000 of cifar, of a folder all that are
    /// left]
    #[arg(long, value_name = "N")]
    pub train: Option<usize>,

    /// Validation images, for scoring candidates [default: 1000 of fashion-mnist, 2000 of cifar, a
    /// fifth of a folder]
    #[arg(long, value_name = "N")]
    pub validation: Option<usize>,

    /// Test images [default: all that are left, of a folder a fifth]
    #[arg(long, value_name = "N")]
    pub test: Option<usize>,

    /// Scale training steps, candidates and epochs of the preset together [default: 1]
    #[arg(long, value_name = "FACTOR")]
    pub budget: Option<f64>,

    /// Shares that a training step of the supernet is cut into, so that as many processes can train
    /// it together, or any number that divides it; divides the ghost batches of a step [default: 1,
    /// in an MPI job its processes]
    #[arg(long, value_name = "N")]
    pub shares: Option<usize>,

    /// Training images of the run whose supernet a search is for, where nobody has said how many
    #[arg(skip)]
    pub keep_train: Option<usize>,

    /// Seed of every draw [default: 1]
    #[arg(long)]
    pub seed: Option<u64>,

    /// Whether the images stay split as they are whatever the seed: set for a search with a run's
    /// supernet
    #[arg(skip)]
    pub keep_split: bool,

    /// Where to run: flex (this processor) or, if built with their features, cuda:0, vulkan:0,
    /// wgpu:0, ...; vulkan, metal, webgpu and wgpu may be given options, as
    /// "vulkan:0?tasks=256&memory=exclusive": launches handed to the card together, a page for
    /// each tensor [default: flex]
    #[arg(long)]
    pub device: Option<String>,

    /// Who proposes candidates [default: random]
    #[arg(long, value_enum)]
    pub strategy: Option<StrategyName>,

    /// Candidates to score [default: 500 for quick, 20000 for the others]
    #[arg(long, value_name = "N")]
    pub candidates: Option<usize>,

    /// How the paths of a training step are drawn: dropout:R (the paper's, along a ramp to R) or
    /// dropout:R:SCHEDULE (along another schedule, as of --rate-schedule), constant:R (at the full
    /// rate from the first step on), uniform (one architecture for each ghost batch), networks
    /// (each network as often as any other), rare:P (options without weights with probability P),
    /// fair (options in turns), weighted:N (of N architectures that of most operations with
    /// weights), all-on; R and P are 0.1 and N is 3 if left out [default: dropout of the space
    /// paper, rare of nas-bench-201 and nas-bench-macro, uniform of others]
    #[arg(long, value_name = "HOW", value_parser = Paths::parse)]
    pub paths: Option<Paths>,

    /// How the learning rates of supernet and networks from scratch move: cosine, linear, constant,
    /// rise:SHARE (up in the first SHARE of the steps, then a cosine), restarts:FIRST:GROWTH:LEAST
    /// (cosines down to LEAST of it, the first over FIRST of the steps, each further one GROWTH
    /// times as long), steps:EVERY:FACTOR (FACTOR times it after each EVERY of the steps) [default:
    /// cosine]
    #[arg(long, value_name = "SCHEDULE")]
    pub rate_schedule: Option<Schedule>,

    /// How the L2 of supernet and networks from scratch moves, as --rate-schedule or ramp [default:
    /// constant]
    #[arg(long, value_name = "SCHEDULE")]
    pub l2_schedule: Option<Schedule>,

    /// Drop what an option gives for each example of a training from scratch with this rate, which
    /// moves as --rate-schedule or ramp says (0.2, 0.2:constant), and with :by-depth grows from the
    /// first place to the last, as NASNet's does; for networks that sum options [default: none; of
    /// a RATE alone: ramp]
    #[arg(long, value_name = "RATE[:SCHEDULE][:by-depth]")]
    pub drop_path: Option<DropPath>,

    /// Share of the supernet's training steps, the first, that have every path on [default: 0]
    #[arg(long, value_name = "SHARE")]
    pub warm_up: Option<f64>,

    /// Supernets to train, one after another, each with draws of its own; a score is the mean over
    /// them [default: 1]
    #[arg(long, value_name = "N")]
    pub averaged: Option<usize>,

    /// Few-shot: train one supernet for half of the steps, then one for each option of the choice
    /// of this name (`supernet space` lists them), which scores what takes that option [default:
    /// none]
    #[arg(long, value_name = "CHOICE")]
    pub split: Option<String>,

    /// What is trained together with the supernet's weights, from validation images, and draws the
    /// masks of its steps; it also proposes the candidates, unless --strategy says who does
    /// [default: none]
    #[arg(long, value_enum)]
    pub companion: Option<CompanionName>,

    /// Share of the supernet's training steps, the first, in which the companion neither draws
    /// masks nor learns [default: 0]
    #[arg(long, value_name = "SHARE")]
    pub companion_start: Option<f64>,

    /// Training steps for each update of the companion [default: 7]
    #[arg(long, value_name = "N")]
    pub companion_every: Option<u64>,

    /// Validation images of an update of the companion [default: 128]
    #[arg(long, value_name = "N")]
    pub companion_examples: Option<usize>,

    /// Weigh the loss of a ghost batch by (1 + operations with weights in its mask) to this power,
    /// so that larger networks learn faster; -4 to 4 [default: 0]
    #[arg(long, value_name = "POWER", allow_negative_numbers = true)]
    pub complexity: Option<f64>,

    /// Learning rates of operations: a weight that a share U of a step's ghost batches uses learns
    /// at U to the power -R times the learning rate; 0 to 1 [default: 0]
    #[arg(long, value_name = "R")]
    pub rare_use: Option<f64>,

    /// What the best candidates are the best by [default: accuracy; of nas-bench-201 and
    /// nas-bench-macro loss]
    #[arg(long, value_enum)]
    pub rank_by: Option<RankName>,

    /// States of the supernet that each score is the mean of: its last and those before, a
    /// twentieth of its training apart [default: 1]
    #[arg(long, value_name = "N")]
    pub checkpoints: Option<usize>,

    /// Train each of the best N candidates for an epoch from the shared weights and rank these
    /// again [default: none]
    #[arg(long, value_name = "N")]
    pub fine_tune: Option<usize>,

    /// Also compute proxies of the candidates' untrained networks (jacob_cov, synflow, grad_norm,
    /// snip) on N training images, 64 if N is left out; the ranking is held against them, and
    /// calibrated by them where networks are checked [default: none]
    #[arg(long, value_name = "N", num_args = 0..=1, default_missing_value = "64")]
    pub proxies: Option<usize>,

    /// Pick the best by scores that are smoothed over architectures that are alike, where enough
    /// are scored
    #[arg(long)]
    pub smooth: bool,

    /// Pick the best by scores that checked networks calibrate, beside counts and proxies, instead
    /// of by the scores themselves; with --check of at least 10
    #[arg(long)]
    pub calibrate: bool,

    /// The fewest parameters a candidate may have
    #[arg(long, value_name = "N")]
    pub min_parameters: Option<u64>,

    /// The most parameters a candidate may have
    #[arg(long, value_name = "N")]
    pub max_parameters: Option<u64>,

    /// The fewest multiply-accumulates a candidate may take for an image
    #[arg(long, value_name = "N")]
    pub min_macs: Option<u64>,

    /// The most multiply-accumulates a candidate may take for an image
    #[arg(long, value_name = "N")]
    pub max_macs: Option<u64>,

    /// The shortest a picked network may take for one image on the device, in milliseconds (median)
    #[arg(long, value_name = "MS")]
    pub min_latency: Option<f64>,

    /// The longest a picked network may take for one image on the device, in milliseconds (median)
    #[arg(long, value_name = "MS")]
    pub max_latency: Option<f64>,
}

impl Options {
    /// The numbers of the networks, as far as they are given.
    pub fn numbers(&self) -> [(Number, Option<usize>); Number::ALL.len()] {
        Number::ALL.map(|number| {
            let value = match number {
                Number::Filters => self.filters,
                Number::Cells => self.cells,
                Number::Blocks => self.blocks,
                Number::Head => self.head,
                Number::Layers => self.layers,
                Number::Nodes => self.nodes,
                Number::Motifs => self.motifs,
            };
            (number, value)
        })
    }
}

/// The spaces that can be named, each with what it is.
fn spaces() -> PossibleValuesParser {
    PossibleValuesParser::new(NetworkSettings::spaces().map(|(name, about)| PossibleValue::new(name).help(about)))
}

/// Presets of the library.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Preset {
    /// Minutes on two cores: 3 cells, 8 filters, small images
    Quick,
    /// The paper's sizes: 8 cells, 5,000 steps of 1,024 images, 20,000 candidates, 300 epochs
    Cifar10,
    /// The paper's ImageNet variant: the sizes of cifar10 behind a stem of two stages of stride 2,
    /// networks of 24 filters
    Imagenet,
    /// ENAS, whole networks: 12 layers, 310 epochs with an LSTM that draws them
    EnasMacro,
    /// ENAS, cells of five nodes: 150 epochs
    EnasMicro,
    /// ENAS, recurrent cells of 12 nodes, which read images row by row: 100 epochs
    EnasRecurrent,
    /// SMASH: weights made by a hypernetwork, 100 epochs; 500 random candidates, 100 perturbations
    /// of the best, 100 steps of a chain
    Smash,
}

/// What stands before the cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum StemName {
    /// One convolution
    Plain,
    /// Two stages of stride 2: the cells work at a quarter of the side
    Imagenet,
}

/// Strategies by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum StrategyName {
    /// Uniform draws (the paper's way)
    Random,
    /// Regularised evolution
    RegularisedEvolution,
    /// Tournament evolution with crossover
    TournamentEvolution,
    /// Hill climbing with restarts
    HillClimbing,
    /// A tree of Parzen estimators
    Tpe,
    /// Expected improvement by a Gaussian process
    GpEi,
    /// The same, divided by the predicted multiply-accumulates
    GpEiPerSecond,
    /// Expected improvement by ridge regression
    RidgeEi,
    /// Deep networks for global optimisation
    Dngo,
    /// Progressive growth by an ensemble of networks
    Pnas,
    /// Progressive growth by a Gaussian process
    ProgressiveGp,
    /// NSGA-II for accuracy and parameters; the run then has a Pareto front
    Nsga2,
    /// REINFORCE with a distribution of its own for each choice
    Reinforce,
    /// REINFORCE with an LSTM of one layer
    ReinforceLstm,
    /// REINFORCE with the anchored LSTM of two layers of Zoph and Le
    NasRl,
    /// Proximal policy optimisation with a distribution of its own for each choice
    Ppo,
    /// Proximal policy optimisation with an LSTM, NASNet's controller
    PpoLstm,
    /// Tabular Q-learning (MetaQNN), exploration falling over 200 networks
    QLearning,
    /// A policy that edits the smallest network
    EditPolicy,
    /// The genetic algorithm of Genetic CNN
    GeneticAlgorithm,
    /// Tournaments in which nobody dies
    HierarchicalEvolution,
    /// Pairs of which the worse dies
    PairTournament,
    /// Mutants of any of the best
    PoolEvolution,
    /// Random draws, changes of the best, then a chain of steps, over the run's candidates (SMASH)
    Perturb,
    /// Blueprints and modules that evolve together
    CoEvolution,
    /// Graphs that grow, with innovation numbers and species
    Neat,
    /// What was trained together with the supernet (--companion)
    Companion,
}

/// Companions by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CompanionName {
    /// Nothing
    None,
    /// ENAS: an LSTM that is rewarded with the accuracy of the networks it draws
    Enas,
    /// GDAS: a gradient for each option by straight-through Gumbel draws
    Gdas,
    /// ProxylessNAS: a gradient for each option by binary gates, two options at a time
    ProxylessNas,
    /// DARTS: a gradient for each option from the mixture of all, to the first order
    Darts,
    /// DARTS to the second order: the loss after a step of the weights
    DartsSecondOrder,
}

/// What candidates are ranked by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum RankName {
    /// Accuracy on the validation images, ties by loss (the paper's way)
    Accuracy,
    /// Loss on the validation images
    Loss,
}

/// A colour as three numbers.
fn colour(text: &str) -> Result<[u8; 3], String> {
    let expected = || format!("found `{text}`, expected RED,GREEN,BLUE, each 0 to 255");
    let parts = text.split(',').map(|part| part.trim().parse()).collect::<Result<Vec<u8>, _>>();
    parts.ok().and_then(|parts| parts.try_into().ok()).ok_or_else(expected)
}
