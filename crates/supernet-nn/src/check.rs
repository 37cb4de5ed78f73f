//! What a definition is checked for when it is made.

use crate::{
    Build, Call, Layer, NnError, Paths, Rows,
    choice_walk::Walk,
    choices::checked as looked_into,
    cost::{CostTable, sizes},
    flow::{Pass, Variants},
    paths::About,
};
use burn::{
    module::Module,
    tensor::{Device, Tensor},
};
use std::{rc::Rc, sync::Arc};
use supernet_space::{PathMask, SearchSpace};

/// Rows of the batch on which a network is tried.
const ROWS: usize = 2;

/// Checks a supernet `net`, made by `build` on an autodiff device, by walking it and by running it
/// with every option on.
pub(crate) fn checked<M: Layer<D, 2>, const D: usize>(
    name: &str,
    net: &M,
    input: &[usize],
    build: &Build,
) -> Result<About, NnError> {
    if input.len() + 1 != D || input.contains(&0) {
        let expected = format!("{} sizes of at least 1", D - 1);
        return Err(NnError::InputRank { found: input.to_vec(), expected });
    }
    let walk = Walk::of(net);
    walk.refuse_state(|id| build.is_fixed(id))?;
    let space = walk.space(name)?;
    let about = Arc::new(About::new(space.clone(), input.to_vec(), 0));
    let paths = Paths::new(about, vec![space.all_on()])?;
    let (logits, _) = ran(net, paths, input, build.device())?;
    let found = shape(&logits);
    if found[0] != ROWS || found[1] == 0 {
        return Err(NnError::Logits { found, rows: ROWS });
    }
    let used = logits.uses[0].parameters();
    if let Some((name, _)) = walk.parameters.iter().find(|(_, id)| !used.contains(id)) {
        return Err(NnError::Unused { name: name.clone() });
    }
    Ok(About::new(space, input.to_vec(), found[1]))
}

/// The space `name` of the choices of a supernet.
pub(crate) fn space_of(name: &str, net: &impl Module) -> Result<SearchSpace, NnError> {
    Ok(Walk::of(net).space(name)?)
}

/// The mask of the first options of each choice, as few as it allows but one.
pub(crate) fn least(space: &SearchSpace) -> PathMask {
    space.mask(space.choices().iter().map(|choice| u64::MAX >> (u64::BITS as usize - choice.min().max(1))).collect())
}

/// Checks that a stand-alone network runs and tells as many classes apart as the supernet.
pub(crate) fn runs<M: Layer<D, 2>, const D: usize>(
    net: &M,
    about: &Arc<About>,
    mask: PathMask,
    device: &Device,
) -> Result<(), NnError> {
    let (logits, _) = ran(net, Paths::new(about.clone(), vec![mask])?, &about.input, device)?;
    let found = shape(&logits);
    if found == [ROWS, about.classes] { Ok(()) } else { Err(NnError::Logits { found, rows: ROWS }) }
}

/// The table of costs of stand-alone networks, from a network with every option and with their
/// normalisation.
///
/// # Errors
/// As [`checked`].
pub(crate) fn cost_table<M: Layer<D, 2>, const D: usize>(
    net: &M,
    about: &Arc<About>,
    device: &Device,
) -> Result<CostTable, NnError> {
    let paths = Paths::new(about.clone(), vec![about.space.all_on()])?;
    let (_, pass) = ran(net, paths, &about.input, device)?;
    Ok(CostTable::new(&pass.noted(), &sizes(net)))
}

fn shape(logits: &Rows<2>) -> [usize; 2] {
    logits.value.as_ref().map_or([0, 0], |value| value.shape())
}

/// The logits of rows of zeros, and the pass.
fn ran<M: Layer<D, 2>, const D: usize>(
    net: &M,
    paths: Paths,
    input: &[usize],
    device: &Device,
) -> Result<(Rows<2>, Rc<Pass>), NnError> {
    let mut dims = [ROWS; D];
    dims[1..].copy_from_slice(input);
    let zeros = Tensor::zeros(dims, device);
    let pass = Rc::new(Pass::new(paths, &Call::default(), (device, zeros.dtype())).checking());
    let logits = looked_into(net, Rows::input(zeros, Variants::each(1), pass.clone()));
    match pass.failure() {
        Some(error) => Err(error),
        None => Ok((logits, pass)),
    }
}
