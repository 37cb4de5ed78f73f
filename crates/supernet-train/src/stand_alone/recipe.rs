//! How any network is trained from scratch: one mask throughout, then calibrated for inference.

use super::onwards::Onwards;
use crate::{
    Balance, Batches, Fixed, Hooks, Progress, Shares, StandAloneTraining, TrainError, Training,
    stage::STAND_ALONE_TRAINING,
    workers::{Named, share_among},
};
use burn::tensor::Device;
use supernet_nn::{Call, Execution, MaskedNetwork, Notes, Statistics};
use supernet_space::PathMask;

/// How any network is trained from scratch.
pub(crate) struct Recipe<'a> {
    pub(crate) training: &'a StandAloneTraining,
    pub(crate) seed: u64,
    pub(crate) execution: Execution,
    pub(crate) device: &'a Device,
}

impl Recipe<'_> {
    /// `network` trained on `loader` under one mask with what is added to the loop, then calibrated
    /// for inference. The batches that a training before it has had, `passed`, are passed over.
    pub(crate) fn train<N: MaskedNetwork>(
        &self,
        network: N,
        mask: &PathMask,
        loader: &impl Batches<Input = N::Input>,
        (passed, steps): (u64, u64),
        hooks: Hooks<N>,
        progress: &mut dyn Progress,
    ) -> Result<N, TrainError> {
        let training = Training {
            stage: STAND_ALONE_TRAINING,
            seed: self.seed,
            steps,
            ghosts: 1,
            shares: Shares::default(),
            micro_batches: 1,
            warm_up: 0,
            balance: Balance::default(),
            sgd: self.training.sgd,
            rule: self.training.rule,
            sampler: &Fixed(mask.clone()),
            drop_path: self.training.drop_path.map(|drop_path| (drop_path, passed)),
            execution: self.execution,
        };
        let (batches, device) = (Onwards { batches: loader, passed }, self.device.clone().autodiff());
        let network = training.run_with(network, &batches, &device, hooks, progress)?.valid();
        let notes = Notes::default();
        let call = Call { statistics: Statistics::Note(&notes), execution: self.execution };
        let paths = network.paths(vec![mask.clone()], None)?;
        for step in 0..self.training.calibration_batches as u64 {
            let (input, _) = loader.labelled(step, &self.device.clone().inner());
            network.logits(input, &paths, &call)?;
        }
        Ok(network.calibrated(&notes))
    }
}

/// `train` for each mask and its place, which takes so many steps, `at_once` at a time (0: one per
/// core), each at one member of a crew; the networks in the order of the masks.
pub(crate) fn train_all<N: Send>(
    masks: Vec<&PathMask>,
    steps: u64,
    at_once: usize,
    named: Named<usize, N>,
    progress: &mut dyn Progress,
    train: impl Fn(usize, &PathMask, &mut dyn Progress) -> Result<N, TrainError> + Sync,
) -> Result<Vec<N>, TrainError> {
    progress.begin(STAND_ALONE_TRAINING, masks.len() as u64 * steps);
    // The longest first, so that no core is left with a long one at the end.
    let mut order: Vec<usize> = (0..masks.len()).collect();
    order.sort_by_key(|&i| std::cmp::Reverse(masks[i].paths_on()));
    let networks = share_among(
        (STAND_ALONE_TRAINING, at_once),
        order.clone(),
        named,
        progress,
        |place, progress| train(place, masks[place], progress),
        &mut |_, _| {},
    )?;
    progress.end();
    let mut networks: Vec<(usize, N)> = order.into_iter().zip(networks).collect();
    networks.sort_by_key(|(place, _)| *place);
    Ok(networks.into_iter().map(|(_, network)| network).collect())
}
