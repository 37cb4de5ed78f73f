//! What can be wrong with a network's configuration, its weights or what it is given.

use supernet_space::{Cost, SpaceError, programs::Activation};
use thiserror::Error;

/// Every error of this crate names the place, the value found and the value expected.
#[derive(Clone, PartialEq, Error)]
pub enum NnError {
    /// A module draws its weights otherwise than by Burn's default. Drawn numbers cannot be
    /// repeated, so that they are never used.
    #[error(
        "weight `{name}`: found an initialiser of its own (values up to {largest:.3}, root mean square \
         {root_mean_square:.3}), expected Burn's default (up to {bound:.3}), which is replaced by a named draw; say how it \
         starts with `Build::with_init` or `Build::parameter`"
    )]
    Initialiser {
        /// The parameter's name.
        name: String,
        /// The largest absolute value.
        largest: f64,
        /// Root of the mean square.
        root_mean_square: f64,
        /// The largest absolute value of Burn's default.
        bound: f64,
    },
    /// A supernet was asked to predict.
    #[error(
        "forward: found a supernet, expected the stand-alone network of an architecture; \
             `forward_masked` takes the masks of its ghost batches"
    )]
    Supernet,
    /// A network was asked to predict before its statistics were stored.
    #[error(
        "forward: found a network whose statistics are not stored, expected one that was calibrated \
             (`Network::calibrate`) or read from a file"
    )]
    NotCalibrated,
    /// A network came to a ReLU that it has no function for.
    #[error(
        "`{function}` in place of ReLU: found a tensor of {channels} channels at none of the {places} places that the \
         network came to when it was built, expected a module that reads the same with the same parameters in every \
         pass, and in `Describe` as in `Layer`"
    )]
    ReplacedRelu {
        /// The function.
        function: Activation,
        /// Channels of the tensor.
        channels: usize,
        /// Places that have a function.
        places: usize,
    },
    /// A supernet with a function that has parameters.
    #[error(
        "activation `{function}`: found a function with a β for each channel, expected one without in a supernet, in \
         which the places of β would be those of all its networks; stand-alone networks have it"
    )]
    BetaOfSupernet {
        /// The function.
        function: Activation,
    },
    /// A number, mask or architecture that the space refuses.
    #[error(transparent)]
    Space(#[from] SpaceError),
    /// Ghost batches do not divide the batch.
    #[error("batch: found {images} images for {ghosts} ghost batches, expected a multiple")]
    GhostBatches {
        /// Images in the batch.
        images: usize,
        /// Masks given, one for each ghost batch.
        ghosts: usize,
    },
    /// No mask at all.
    #[error("paths: found no mask, expected one for each ghost batch")]
    NoMasks,
    /// A named weight is missing or has another shape.
    #[error("weight `{name}`: found {found}, expected shape {expected:?}")]
    Weight {
        /// The parameter's path.
        name: String,
        /// What there is.
        found: String,
        /// Shape that the network needs.
        expected: Vec<usize>,
    },
    /// Input of another shape than the network was defined for.
    #[error("input: found rows of shape {found:?}, expected {expected:?}")]
    Input {
        /// Shape of the rows given.
        found: Vec<usize>,
        /// Shape that the network reads.
        expected: Vec<usize>,
    },
    /// A definition is given a shape of input that its network cannot have.
    #[error("input: found rows of shape {found:?}, expected {expected}")]
    InputRank {
        /// Shape given.
        found: Vec<usize>,
        /// What it may be.
        expected: String,
    },
    /// Options of a choice give different shapes.
    #[error(
        "choice `{choice}`: option `{option}` gives rows of shape {found:?}, expected {expected:?} as option `{other}` gives"
    )]
    OptionShapes {
        /// Name of the choice.
        choice: String,
        /// The option that differs.
        option: String,
        /// Shape of its output.
        found: Vec<usize>,
        /// The option before it.
        other: String,
        /// Shape of that one's output.
        expected: Vec<usize>,
    },
    /// Rows of different shapes are added.
    #[error("{place}: a sum of rows of shape {found:?} with rows of shape {expected:?}, expected one shape")]
    Shapes {
        /// Where.
        place: String,
        /// One shape.
        found: Vec<usize>,
        /// The other.
        expected: Vec<usize>,
    },
    /// A layer cannot run on what it is given.
    #[error("{place}: fails on rows of shape {found:?}: {reason}")]
    Fails {
        /// Where.
        place: String,
        /// Shape of the rows that it got.
        found: Vec<usize>,
        /// What it says.
        reason: String,
    },
    /// A network's output is no logits.
    #[error("the network: found an output of shape {found:?} for {rows} rows, expected [{rows}, classes]")]
    Logits {
        /// Shape of the output.
        found: [usize; 2],
        /// Rows of the input.
        rows: usize,
    },
    /// Something keeps state between calls, or trains otherwise than by gradients.
    #[error(
        "`{name}`: found a value that no gradient trains (a running statistic, a training flag), expected none: normalise with GhostNorm"
    )]
    State {
        /// Path in the module.
        name: String,
    },
    /// A parameter computes nothing on the way to the logits.
    #[error(
        "parameter `{name}`: found no use of it with every option on, expected one in `Rows::run` or `Rows::through`"
    )]
    Unused {
        /// Path in the module.
        name: String,
    },
    /// A definition has other choices than the space that it is to have.
    #[error("choice {place} of space `{space}`: found {found}, expected {expected}")]
    OtherChoices {
        /// Name of the space.
        space: String,
        /// Place of the first choice that differs, from 0.
        place: usize,
        /// What the definition has there.
        found: String,
        /// What the space has there.
        expected: String,
    },
    /// Nodes of a graph that are said to be interchangeable are not.
    #[error(
        "graph `{graph}`: found {found:?} for mask `{mask}`, expected {expected:?} as its nodes under other names cost: make all nodes alike, or leave their names"
    )]
    OtherCost {
        /// Name of the graph.
        graph: String,
        /// An architecture.
        mask: String,
        /// What it costs.
        found: Cost,
        /// What it costs under other names.
        expected: Cost,
    },
    /// A pass has more distinct masks than its hypernetwork generates weights for.
    #[error(
        "hypernetwork: found {found} different masks in one pass, expected at most {expected}: take fewer ghost batches, or raise it with `Hypernetwork::with_most_masks`"
    )]
    DistinctMasks {
        /// Different masks of the ghost batches.
        found: usize,
        /// The most that are allowed.
        expected: usize,
    },
    /// A generated weight is too large.
    #[error(
        "{place}: a generated convolution, found {found} channels, expected at most {expected}: raise it with `Generated::with_most_channels`"
    )]
    GeneratedChannels {
        /// Where.
        place: String,
        /// The greater of its inputs and outputs.
        found: usize,
        /// The most that are allowed.
        expected: usize,
    },
    /// A network has several hypernetworks.
    #[error("hypernetwork: found a second one in the network, expected one")]
    Hypernetworks,
    /// A network cannot be described as a graph.
    #[error("description: {place}: found {found}, expected {expected}")]
    Description {
        /// What is described.
        place: String,
        /// What there is.
        found: String,
        /// What a graph can say.
        expected: String,
    },
}

supernet_space::debug_as_displayed!(NnError);
