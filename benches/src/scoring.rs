//! A supernet and one run of images to score candidates on.

use crate::Shape;
use supernet::{
    burn::tensor::Device,
    data::{ImageShape, Images, Normalisation},
    nn::{Execution, PaperNet, PaperNetwork},
    own::Definition,
    search::Score,
    space::PathMask,
    train::{ImageExamples, Scoring, SearchConfig, SeededWeights, Silent, SupernetEvaluator},
};

/// Scores candidates by a supernet on one run of as many images as a ghost batch has, normalised by
/// its own statistics: what the PyTorch peer scores on.
pub struct ScoringRun {
    definition: Definition<PaperNet>,
    supernet: PaperNetwork,
    images: Images,
    normalisation: Normalisation,
    scoring: Scoring,
    device: Device,
}

impl ScoringRun {
    /// A supernet of `shape` on `device`, and images by formula. Workers and memory are those of
    /// the quick preset.
    pub fn new(shape: Shape, device: &Device) -> Self {
        let n = shape.ghost_size;
        let pixel = |i: usize| (127.5 + 127.0 * (0.37 * (i + 1) as f32).cos()) as u8;
        let pixels = (0..n * 3 * shape.side * shape.side).map(pixel).collect();
        let classes = (0..10).map(|class| format!("class {class}")).collect();
        let labels = (0..n).map(|i| i % 10).collect();
        let size = ImageShape::new(3, shape.side, shape.side);
        let images = Images::new("formula", size, classes, pixels, labels).expect("images of this size");
        let definition = shape.network().definition(device).expect("sizes in range");
        Self {
            supernet: definition.supernet(&mut SeededWeights::new(1), device).expect("a network"),
            definition,
            normalisation: Normalisation::of(&images),
            images,
            scoring: Scoring { score_batch: n, ..SearchConfig::quick().scoring },
            device: device.clone(),
        }
    }

    /// The same with so many workers, and so much memory for each; see [`Scoring`].
    pub fn with(mut self, workers: usize, memory_mib: Option<usize>) -> Self {
        (self.scoring.at_once, self.scoring.memory_mib) = (workers, memory_mib);
        self
    }

    /// The scores of `candidates`, by an evaluator made for this call: nothing is left from the
    /// call before.
    ///
    /// # Panics
    /// If a mask is of another space, or the device fails.
    pub fn score(&self, candidates: &[PathMask], execution: Execution) -> Vec<Score> {
        let Self { definition, supernet, images, normalisation, scoring, device } = self;
        let examples = ImageExamples::new(images, normalisation.clone()).expect("its own normalisation");
        let progress = &mut Silent;
        SupernetEvaluator::new(supernet, definition, &examples, *scoring, device, progress)
            .and_then(|evaluator| evaluator.with_execution(execution).score(candidates))
            .unwrap_or_else(|error| panic!("{error}"))
    }
}
