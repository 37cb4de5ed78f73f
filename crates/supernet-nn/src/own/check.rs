//! What a definition is checked for when it is made.

use super::{
    Layer, OwnPaths, Rows,
    choice_walk::Walk,
    options,
    own_network::About,
    pass::{Pass, Taken},
};
use crate::{Call, NnError, variants::Variants};
use burn::tensor::{Device, Tensor};
use std::{rc::Rc, sync::Arc};
use supernet_space::{PathMask, SearchSpace};

/// What is known of a network after it was checked.
pub(super) struct Checked {
    pub(super) about: About,
    pub(super) macs: Vec<(Vec<Taken>, u64)>,
}

/// Rows of the batch on which a network is tried.
const ROWS: usize = 2;

/// Checks a supernet `net` on an autodiff device by walking it and by running it with every option on.
pub(super) fn checked<M: Layer<D, 2>, const D: usize>(
    name: &str,
    net: &M,
    input: &[usize],
    device: &Device,
) -> Result<Checked, NnError> {
    if input.len() + 1 != D || input.contains(&0) {
        let expected = format!("{} sizes of at least 1", D - 1);
        return Err(NnError::InputRank { found: input.to_vec(), expected });
    }
    let walk = Walk::of(net);
    walk.refuse_state()?;
    let space = walk.space(name)?;
    let about = Arc::new(About::new(space.clone(), input.to_vec(), 0));
    let paths = OwnPaths::new(about, vec![space.all_on()])?;
    let (logits, pass) = ran(net, paths, input, device)?;
    let found = logits.tensor.as_ref().map_or([0, 0], |tensor| tensor.dims());
    if found[0] != ROWS || found[1] == 0 {
        return Err(NnError::Logits { found, rows: ROWS });
    }
    let used = logits.uses[0].parameters();
    if let Some((name, _)) = walk.parameters.iter().find(|(_, id)| !used.contains(id)) {
        return Err(NnError::Unused { name: name.clone() });
    }
    Ok(Checked { about: About::new(space, input.to_vec(), found[1]), macs: pass.macs() })
}

/// The mask of the first options of each choice, as few as it allows but one.
pub(super) fn least(space: &SearchSpace) -> PathMask {
    space.mask(space.choices().iter().map(|choice| u64::MAX >> (u64::BITS as usize - choice.min().max(1))).collect())
}

/// Checks that a stand-alone network runs and tells as many classes apart as the supernet.
pub(super) fn runs<M: Layer<D, 2>, const D: usize>(
    net: &M,
    about: &Arc<About>,
    mask: PathMask,
    device: &Device,
) -> Result<(), NnError> {
    let (logits, _) = ran(net, OwnPaths::new(about.clone(), vec![mask])?, &about.input, device)?;
    let found = logits.tensor.as_ref().map_or([0, 0], |tensor| tensor.dims());
    match found == [ROWS, about.classes] {
        true => Ok(()),
        false => Err(NnError::Logits { found, rows: ROWS }),
    }
}

/// The logits of rows of zeros, and the pass.
fn ran<M: Layer<D, 2>, const D: usize>(
    net: &M,
    paths: OwnPaths,
    input: &[usize],
    device: &Device,
) -> Result<(Rows<2>, Rc<Pass>), NnError> {
    let pass = Rc::new(Pass::new(paths, &Call::default()).checking());
    let mut dims = [ROWS; D];
    dims[1..].copy_from_slice(input);
    let rows = Rows::input(Tensor::zeros(dims, device), Variants::each(1), pass.clone());
    let logits = options::checked(net, rows);
    match pass.failure() {
        Some(error) => Err(error),
        None => Ok((logits, pass)),
    }
}
