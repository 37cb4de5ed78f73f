#![doc = include_str!("../README.md")]

mod device;
mod device_options;
mod graphics_card;
#[cfg(any(feature = "report", feature = "export"))]
mod results;

pub use device::{DeviceError, absent_devices, device, offered_devices, present_devices};
pub use graphics_card::{GraphicsCard, graphics_card};

#[cfg(any(feature = "report", feature = "export"))]
pub use results::{ResultsError, can_be_written_down, write_finished, write_results};

/// The search space as data.
pub use supernet_space as space;

/// Tensor operations with backwards of their own.
pub use supernet_kernels as kernels;

/// Masked modules and networks.
pub use supernet_nn as nn;

/// Labelled images.
pub use supernet_data as data;

/// Strategies and evaluators.
pub use supernet_search as search;

/// Training, scoring, the whole search.
pub use supernet_train as train;

/// Searches on more than one machine.
#[cfg(any(feature = "farm", feature = "mpi"))]
pub use supernet_crew as crew;

/// Figures, tables and pages.
#[cfg(feature = "report")]
pub use supernet_report as report;

/// The best network without this library.
#[cfg(feature = "export")]
pub use supernet_export as export;

/// The paper's experiments.
#[cfg(feature = "experiments")]
pub use supernet_experiments as experiments;

/// A search space of one's own: ordinary Burn modules with choices in them.
pub mod own {
    pub use supernet_nn::{
        Build, Cell, Conv, ConvNorm, Definition, Formula, GatedStep, Gating, Generated, GhostNorm, Graph, Hypernetwork,
        Identity, Isolated, Layer, LstmStep, MaskedNetwork, Motif, Motifs, Network, OneOf, Pool, Pool3x3,
        RecurrentStep, Repeat, Resize, Resolution, Rows, Sliced, SomeOf, WideConv, WideDepthwise, WideLinear, Width,
        Zeros,
    };
    pub use supernet_train::{Examples, ImageExamples, Samples, Scene, Search, SearchData, best::load_best_of};
}

/// The networks of known spaces: NAS-Bench-201, NAS-Bench-Macro, DARTS, chains of inverted
/// residuals, MobileNets, NASNet, Genetic CNN, hierarchical motifs, ENAS.
pub use supernet_nn::known;

/// Burn, at the version that this library is built for.
pub use burn;

/// What most programs need.
pub mod prelude {
    #[cfg(any(feature = "report", feature = "export"))]
    pub use crate::write_results;
    pub use crate::{DeviceError, device, offered_devices};
    pub use burn::tensor::Device;
    pub use supernet_data::{
        Augmentation, Cifar100Labels, DataError, FolderOptions, Images, LabelledImage, Normalisation, Split, TrainTest,
        cifar10, cifar100, fashion_mnist, idx, image_folder, stratified, stratified_with_test,
    };
    pub use supernet_nn::{Execution, KnownNet, KnownNetwork, Network, NetworkConfig, PaperNetwork, Paths};
    pub use supernet_search::{
        Evaluator, RandomSearch, Score, Scored, SearchLimits, Strategy, Table, correlate, search,
    };
    pub use supernet_space::{
        Architecture, CellSpace, Choice, Cost, NetworkShape, PathDropout, PathMask, SearchSpace, StemKind, draws,
    };
    pub use supernet_train::{
        ComparisonTable, Group, Progress, ProgressLine, Provenance, RunDirectory, Search, SearchConfig, SearchData,
        SearchResult, Silent, StopOn, TrainError, one_shot_search,
    };
}
