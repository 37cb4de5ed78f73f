//! A preset for a set of images of another size.

use crate::SearchConfig;
use supernet_data::Split;

impl SearchConfig {
    /// The same search fitted to the images of `split`, which may be few.
    ///
    /// An epoch has at least ten steps, of whole ghost batches, and the supernet sees as many
    /// images as before in more steps. Epochs are raised so that networks from scratch see as many
    /// images as of a set of `images` training and validation images; with 0 they stay. Validation
    /// images come in runs of `score_batch` or, if there are fewer, in one.
    pub fn fitted(mut self, split: &Split, images: usize) -> Self {
        let (batch, ghost) = (self.supernet.batch, self.supernet.ghost_batch);
        let least = (split.train.len() / 10 / ghost * ghost).clamp(ghost, batch);
        self.supernet.steps = self.supernet.steps * batch as u64 / least as u64;
        (self.supernet.batch, self.stand_alone.batch) = (least, self.stand_alone.batch.min(least));
        let epochs = self.stand_alone.epochs;
        let here = split.train.len() + split.validation.len();
        self.stand_alone.epochs = (epochs * images / here.max(1)).max(epochs);
        self.scoring.score_batch = self.scoring.score_batch.min(split.validation.len());
        if let Some(companion) = &mut self.companion {
            companion.updates.examples = companion.updates.examples.min(split.validation.len());
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use supernet_data::{ImageShape, Images};

    fn split(counts: [usize; 3]) -> Split {
        let images = |count: usize| {
            let labels = (0..count).map(|i| i % 2).collect();
            Images::new("grey", ImageShape::new(1, 4, 4), vec!["a".into(), "b".into()], vec![7; 16 * count], labels)
        };
        let [train, validation, test] = counts.map(|count| images(count).unwrap());
        Split { train, validation, test }
    }

    #[test]
    fn a_small_set_gets_smaller_batches_more_steps_and_more_epochs() {
        let fitted = SearchConfig::quick().fitted(&split([400, 60, 60]), 7_000);
        fitted.check().unwrap();
        assert_eq!((fitted.supernet.batch, fitted.supernet.steps, fitted.stand_alone.batch), (32, 5_400, 32));
        assert_eq!((fitted.stand_alone.epochs, fitted.scoring.score_batch), (5 * 7_000 / 460, 60));
        assert_eq!(SearchConfig::quick().fitted(&split([400, 60, 60]), 0).stand_alone.epochs, 5);
        let tiny = SearchConfig::quick().fitted(&split([20, 4, 4]), 0);
        assert_eq!((tiny.supernet.batch, tiny.scoring.score_batch), (16, 4));
    }

    #[test]
    fn a_set_of_the_size_that_the_search_was_made_for_changes_nothing() {
        assert_eq!(SearchConfig::quick().fitted(&split([6_000, 1_000, 100]), 7_000), SearchConfig::quick());
    }
}
