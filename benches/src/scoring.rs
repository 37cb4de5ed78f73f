//! A supernet and one run of images to score candidates on.

use supernet::{
    burn::{module::Module, tensor::Device},
    data::{ImageShape, Images, Normalisation},
    nn::Execution,
    own::{Definition, Layer, Network},
    search::Score,
    space::PathMask,
    train::{ImageExamples, Scoring, SearchConfig, SeededWeights, Silent, SupernetEvaluator},
};

/// Scores candidates by a supernet on one run of images, normalised by its own statistics: what the
/// PyTorch peers score on.
pub struct ScoringRun<'a, M: Layer<4, 2>> {
    definition: &'a Definition<M>,
    supernet: Network<M>,
    images: Images,
    normalisation: Normalisation,
    scoring: Scoring,
    device: Device,
}

impl<'a, M: Layer<4, 2>> ScoringRun<'a, M> {
    /// A supernet of `definition` on `device`, and `count` images by formula. Workers and memory
    /// are those of the quick preset.
    pub fn new(definition: &'a Definition<M>, count: usize, device: &Device) -> Self {
        let &[channels, height, width] = definition.input() else { unreachable!("images") };
        let pixel = |i: usize| (127.5 + 127.0 * (0.37 * (i + 1) as f32).cos()) as u8;
        let pixels = (0..count * channels * height * width).map(pixel).collect();
        let classes: Vec<String> = (0..definition.classes()).map(|class| format!("class {class}")).collect();
        let labels = (0..count).map(|i| i % classes.len()).collect();
        let size = ImageShape::new(channels, height, width);
        let images = Images::new("formula", size, classes, pixels, labels).expect("images of this size");
        Self {
            supernet: definition.supernet(&mut SeededWeights::new(1), device).expect("a network"),
            definition,
            normalisation: Normalisation::of(&images),
            images,
            scoring: Scoring { score_batch: count, ..SearchConfig::quick().scoring },
            device: device.clone(),
        }
    }

    /// The same with so many workers, and so much memory for each; see [`Scoring`].
    pub fn with(mut self, workers: usize, memory_mib: Option<usize>) -> Self {
        (self.scoring.at_once, self.scoring.memory_mib) = (workers, memory_mib);
        self
    }

    /// Weights, counted one by one.
    pub fn parameters(&self) -> usize {
        self.supernet.num_params()
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
