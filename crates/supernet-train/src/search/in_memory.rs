//! A search that keeps nothing on the disk.

use super::{
    Search, SearchConfig,
    one_shot::{OneShot, SearchResult},
};
use crate::{Examples, Progress, TrainError};
use burn::tensor::Device;
use supernet_data::Split;
use supernet_nn::{KnownNet, Layer, Network};

impl<M: Layer<D, 2>, E: Examples<D>, const D: usize> Search<'_, M, E, D> {
    /// Runs the whole search and keeps nothing on the disk.
    ///
    /// # Errors
    /// No candidate within the limits, a loss that is no number, a device that fails, the user's
    /// stop.
    pub fn run(&self, progress: &mut dyn Progress) -> Result<SearchResult<M, D>, TrainError> {
        let mut search = OneShot::new(self, None);
        self.check_strategy()?;
        search.check_picking(0)?;
        let supernets = search.supernets(progress)?;
        let scored = search.score(&supernets, progress)?;
        let result = search.retrain(supernets, scored, progress)?;
        progress.over();
        Ok(result)
    }

    /// Trains the supernet, and no more, and keeps nothing on the disk.
    ///
    /// # Errors
    /// As [`Search::run`].
    pub fn train(&self, progress: &mut dyn Progress) -> Result<Network<M, D>, TrainError> {
        let supernets = OneShot::new(self, None).supernets(progress)?;
        progress.over();
        Ok(supernets.last)
    }
}

/// Runs a whole search: `config` on the images of `split`, on `device`.
///
/// # Errors
/// As [`Search::images`] and [`Search::run`].
pub fn one_shot_search(
    config: &SearchConfig,
    split: &Split,
    device: &Device,
    progress: &mut dyn Progress,
) -> Result<SearchResult<KnownNet>, TrainError> {
    Search::images(config, split, device)?.run(progress)
}
