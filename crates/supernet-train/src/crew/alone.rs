//! A crew of one.

use super::{Crew, CrewJob, Round, Workers};
use crate::TrainError;

/// One process.
#[derive(Clone, Copy, Debug, Default)]
pub struct Alone;

impl Workers for Alone {
    fn rank(&self) -> usize {
        0
    }

    fn size(&self) -> usize {
        1
    }

    fn exchange(&self, parcels: Vec<Vec<u8>>) -> Result<Vec<Vec<u8>>, TrainError> {
        Ok(parcels)
    }
}

impl Crew for Alone {
    fn workers(&self) -> &dyn Workers {
        &Alone
    }

    fn cut(&self, own: usize) -> usize {
        own
    }

    fn round(&self, _stage: &str, _jobs: &[CrewJob]) -> Result<Option<Box<dyn Round + '_>>, TrainError> {
        Ok(None)
    }
}
