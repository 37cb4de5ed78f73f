//! The dense reference: the network as published. Every operation runs on every ghost batch and is multiplied by its 0/1 mask;
//! concats are concats. It shares no list with the sparse path and is what tests hold that path against.

use crate::{
    Call, Cell, ChoiceBlock, Execution, Network, NnError, Operation, Paths,
    operation::{Kind, Rows, Terms},
    sliced_pointwise::SlicedPointwise,
};
use burn::tensor::{
    DType, Tensor, TensorData, module,
    ops::{AvgPoolOptions, ConvOptions, MaxPoolOptions},
};
use supernet_kernels::{Pool, reference, zeros_like_rows};
use supernet_space::{BlockPaths, PathMask};

impl Network {
    /// [`Network::forward`] as published: dense, on Burn's own operations. Slow; for tests.
    ///
    /// # Errors
    /// As [`Network::forward`].
    pub fn forward_dense(&self, images: Tensor<4>, paths: &Paths) -> Result<Tensor<2>, NnError> {
        self.check(&images, paths)?;
        let call = Call { execution: Execution::PlainBurn, ..Call::default() };
        let groups = paths.ghosts();
        let mut a = self.stem1.forward(images, groups, &call);
        let mut b = self.stem2.forward(a.clone(), groups, &call);
        for (index, cell) in self.cells.iter().enumerate() {
            let side = self.shape.cell_side(&self.space, index);
            let output = cell.forward_dense([&a, &b], side, index, &self.space, paths.masks(), &call);
            a = std::mem::replace(&mut b, output);
        }
        let head = concat_pointwise(&b, &self.head);
        let head = self.head_site.shared(self.head_site.raw(head, groups, &call), groups, &call);
        Ok(self.classifier.forward(head))
    }
}

impl Cell {
    /// The concatenation of A', B' and all blocks, of relu(norm(·)) of each.
    fn forward_dense(
        &self,
        inputs: [&Tensor<4>; 2],
        side: usize,
        cell: usize,
        space: &supernet_space::CellSpace,
        masks: &[PathMask],
        call: &Call,
    ) -> Tensor<4> {
        let (fixed, blocks) = self.parts();
        let mut slices: Vec<Tensor<4>> = Vec::new();
        for (input, (weights, site)) in inputs.into_iter().zip(fixed) {
            let y = concat_pointwise(&reference::mean_pool(input.clone(), input.dims()[3] / side), weights);
            slices.push(site.shared(site.raw(y, masks.len(), call), masks.len(), call));
        }
        let paths: Vec<Vec<BlockPaths>> = masks.iter().map(|mask| space.paths(mask, cell)).collect();
        let mut live: Vec<Vec<bool>> = vec![vec![true; masks.len()]; 2];
        for (i, block) in blocks.iter().enumerate() {
            let of_block: Vec<BlockPaths> = paths.iter().map(|cell| cell[i]).collect();
            let alive: Vec<bool> = (0..masks.len())
                .map(|g| {
                    let reads = (0..live.len()).any(|j| of_block[g].inputs >> j & 1 == 1 && live[j][g]);
                    reads && of_block[g].operations != 0
                })
                .collect();
            let output = block.forward_dense(&slices, &of_block, &alive, call);
            slices.push(output);
            live.push(alive);
        }
        Tensor::cat(slices, 1)
    }
}

impl ChoiceBlock {
    fn forward_dense(&self, slices: &[Tensor<4>], paths: &[BlockPaths], alive: &[bool], call: &Call) -> Tensor<4> {
        let groups = paths.len();
        let (inputs, projected, operations, output) = self.parts();
        let masked = slices.iter().enumerate().map(|(j, x)| {
            let on: Vec<bool> = paths.iter().map(|paths| paths.inputs >> j & 1 == 1).collect();
            times(x.clone(), &on)
        });
        let all: Vec<u32> = (0..groups as u32).collect();
        let terms = Terms { on: all.clone(), read: all.clone(), write: all.clone() };
        let y = concat_pointwise(&Tensor::cat(masked.collect(), 1), inputs);
        let (raw, shared) = match projected {
            Some(site) => {
                let raw = site.raw(y, groups, call);
                (raw.clone(), site.shared(raw, groups, call))
            }
            None => (y.clone(), y),
        };
        let shared = Rows { tensor: shared, variants: &all };
        let zeros = || zeros_like_rows(&raw, raw.dims()[0], raw.dims()[1]);
        let mut sum = zeros();
        for (o, operation) in operations.iter().enumerate() {
            let y = match (Kind::ALL[o], operation) {
                (Kind::Identity, _) => raw.clone(),
                (Kind::Pool(pool), _) => dense_pool(raw.clone(), pool),
                (_, Some(operation)) => Operation::add(operation, zeros(), &shared, groups, &terms, call),
                (_, None) => continue,
            };
            let on: Vec<bool> = paths.iter().map(|paths| paths.operations >> o & 1 == 1).collect();
            sum = sum + times(y, &on);
        }
        // What reads the block reads nothing where it is dead, a shared shift included.
        times(output.shared(sum, groups, call), alive)
    }
}

/// A 1x1 convolution of a concat by the concatenated slices' weights.
fn concat_pointwise(x: &Tensor<4>, weights: &SlicedPointwise) -> Tensor<4> {
    let weight = Tensor::cat(weights.all().map(|weight| weight.val()).collect(), 1);
    module::conv2d(x.clone(), weight, None, ConvOptions::new([1, 1], [0, 0], [1, 1], 1))
}

fn dense_pool(x: Tensor<4>, pool: Pool) -> Tensor<4> {
    match pool {
        Pool::Max => module::max_pool2d(x, MaxPoolOptions::new([3, 3]).with_stride([1, 1]).with_padding([1, 1])),
        Pool::Average => module::avg_pool2d(x, AvgPoolOptions::new([3, 3]).with_stride([1, 1]).with_padding([1, 1])),
    }
}

/// The rows of each ghost batch times its 0 or 1.
fn times(x: Tensor<4>, on: &[bool]) -> Tensor<4> {
    let rows = x.dims()[0] / on.len();
    let values: Vec<f32> = on.iter().flat_map(|&on| std::iter::repeat_n(f32::from(u8::from(on)), rows)).collect();
    let dtype: DType = x.dtype();
    let mask = Tensor::<1>::from_data(TensorData::from(&values[..]), (&x.device(), dtype));
    x * mask.reshape([rows * on.len(), 1, 1, 1])
}
