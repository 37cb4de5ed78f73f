//! Many masks on the same images: what they have in common is computed once.

use crate::{
    Call, Network, NnError, Paths,
    forward::{Forward, InCell, Pass},
    prefix_tree::{Stages, walk},
    variants::Variants,
};
use burn::tensor::Tensor;

/// What a network computes of a batch of images before any mask matters: stems and the first inputs of the cells.
#[derive(Clone, Debug)]
pub struct SharedImages(InCell);

impl Network {
    /// The part of a forward pass that depends on `images` [n, channels, side, side] alone, for [`Network::forward_each`]: one ghost
    /// batch of n images, with statistics of its own.
    ///
    /// # Errors
    /// Images of another size, or none.
    pub fn share(&self, images: Tensor<4>, call: &Call) -> Result<SharedImages, NnError> {
        let any = Paths::new(&self.space, vec![self.space.space().all_on()])?;
        self.check(&images, &any)?;
        match (Forward { network: self, paths: &any, call }).start(images, Variants::shared(1)) {
            Pass::Cell(pass) => Ok(SharedImages(pass)),
            Pass::Logits(..) => unreachable!("a network has cells"),
        }
    }

    /// The logits [n, classes] of every mask of `paths` at `ghosts` on the same images, each as if it were alone: bit for bit those of
    /// [`Network::forward`] with a ghost batch for each mask on the CPU.
    ///
    /// Equal prefixes are computed once, as a tree over the blocks of all cells; a block that reads and does the same for several
    /// masks is one computation, whatever its neighbours do. At most `width` different blocks or inputs are computed at a time, so
    /// memory does not grow with the number of masks (see [`Network::bytes_in_flight`]).
    /// `finished` gets places in `paths` with their logits [places · n, classes], in no particular order; it returns false to end the
    /// work early.
    pub fn forward_each(
        &self,
        shared: &SharedImages,
        paths: &Paths,
        ghosts: &[usize],
        width: usize,
        call: &Call,
        finished: &mut dyn FnMut(&[usize], Tensor<2>) -> bool,
    ) {
        let mut start = shared.0.only(&vec![0; ghosts.len()]);
        start.ghosts = ghosts.to_vec();
        let forward = Forward { network: self, paths, call };
        walk(&forward, &Pass::Cell(start), ghosts, width, &mut |ghosts, pass| match pass {
            Pass::Logits(logits, variants) => finished(ghosts, rows_of_each(logits, variants)),
            Pass::Cell(_) => unreachable!("the last stage gives logits"),
        });
    }

    /// Bytes that [`Network::forward_each`] holds for each unit of its `width`, with `images` images: a run of activations for each
    /// stage, and those in work.
    pub fn bytes_in_flight(&self, images: usize) -> usize {
        /// Tensors that a block holds while it runs, besides its output.
        const IN_WORK: usize = 4;
        let numbers = |cell| {
            let side = self.shape.cell_side(&self.space, cell);
            self.shape.cell_filters(&self.space, cell) * side * side
        };
        let slices = supernet_space::CELL_INPUTS + self.space.blocks();
        let kept: usize = (0..self.cells.len()).map(|cell| slices * numbers(cell)).sum();
        let most = (0..self.cells.len()).map(numbers).max().unwrap_or(0);
        (kept + IN_WORK * most) * images * size_of::<f32>()
    }
}

impl Stages for Forward<'_> {
    type State = Pass;

    fn keys(&self, state: &Pass) -> Option<Vec<Vec<u32>>> {
        match state {
            Pass::Cell(pass) => Some(Forward::keys(self, pass)),
            Pass::Logits(..) => None,
        }
    }

    fn advance(&self, state: &Pass, positions: &[usize]) -> Pass {
        match state {
            Pass::Cell(pass) => self.next(pass.only(positions)),
            Pass::Logits(..) => unreachable!("there is no stage after the last"),
        }
    }
}

/// The rows of each ghost batch, one after the other.
fn rows_of_each(logits: &Tensor<2>, variants: &Variants) -> Tensor<2> {
    let ghosts = variants.ghosts();
    if variants.count() == ghosts {
        return logits.clone();
    }
    let [rows, classes] = logits.dims();
    let n = rows / variants.count();
    let block = |ghost| {
        let variant = variants.of(ghost).expect("every mask has logits") as usize;
        logits.clone().slice([variant * n..(variant + 1) * n, 0..classes])
    };
    Tensor::cat((0..ghosts).map(block).collect(), 0)
}
