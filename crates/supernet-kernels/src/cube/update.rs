//! What a step does to every parameter, in a few launches for all of them: a launch takes as many
//! tensors as the device has places for, and a unit finds by its number which of them it works on.

use burn_cubecl::tensor::CubeTensor;
use cubecl::prelude::*;
use std::cell::RefCell;

use super::{cube_of_units, empty, grid_of_units, numbers, ordered, owned, uploads::upload, zeros};

/// Tensors of a launch at most: each is a branch of the kernel.
const MOST: usize = 64;

/// Numbers that a unit adds up: of a gradient's squares, and of sums of them.
const PIECE: usize = 64;

/// Tensors of a launch which has so many buffers for each, besides three: a power of two, so that
/// few kernels are made.
fn at_once(like: &CubeTensor, buffers: usize) -> usize {
    let places = like.client.properties().hardware.max_bindings as usize;
    let most = (places.saturating_sub(3) / buffers).clamp(1, MOST);
    1 << most.ilog2()
}

/// The tensors of a launch, filled up to a power of two with the first, of which no unit then works
/// on more; and for each the number of the unit behind its last, of units that take `piece` numbers
/// each.
fn filled<T: Clone>(tensors: &[T], len: impl Fn(&T) -> usize, piece: usize) -> (Vec<T>, Vec<u32>) {
    let count = tensors.len().next_power_of_two();
    let mut end = 0;
    let mut ends: Vec<u32> = tensors
        .iter()
        .map(|tensor| {
            end += len(tensor).div_ceil(piece) as u32;
            end
        })
        .collect();
    ends.resize(count, end);
    let more = std::iter::repeat_n(tensors[0].clone(), count - tensors.len());
    (tensors.iter().cloned().chain(more).collect(), ends)
}

fn len(t: &CubeTensor) -> usize {
    t.meta.num_elements()
}

fn buffers<'a>(tensors: impl Iterator<Item = &'a CubeTensor>) -> SequenceArg<Box<[f32]>> {
    tensors.map(numbers).collect()
}

/// The numbers in a list of their own, bit for bit.
fn as_bits(values: impl Iterator<Item = f32>) -> Vec<u32> {
    values.map(f32::to_bits).collect()
}

/// A gradient, the weight that it belongs to, and how strongly that decays.
#[derive(Clone)]
pub(crate) struct Decayed {
    pub gradient: CubeTensor,
    pub weight: CubeTensor,
    pub decay: f32,
}

/// See [`directions`](crate::directions).
pub(crate) fn directions(parameters: Vec<Decayed>, bound: f32) -> Vec<CubeTensor> {
    let parameters: Vec<Decayed> = parameters
        .into_iter()
        .map(|Decayed { gradient, weight, decay }| Decayed {
            gradient: owned(gradient),
            weight: ordered(weight),
            decay,
        })
        .collect();
    let Some(first) = parameters.first() else { return Vec::new() };
    let squares = squares(&parameters);
    for some in parameters.chunks(at_once(&first.gradient, 2)) {
        let (some, ends) = filled(some, |one| len(&one.gradient), 1);
        // SAFETY: a unit behind the last end does nothing, and the others stay within the tensor
        // that their end belongs to.
        unsafe {
            direction_kernel::launch_unchecked(
                &squares.client,
                grid_of_units(ends[ends.len() - 1] as usize),
                cube_of_units(),
                buffers(some.iter().map(|one| &one.gradient)),
                buffers(some.iter().map(|one| &one.weight)),
                upload(&squares, &ends),
                upload(&squares, &as_bits(some.iter().map(|one| one.decay))),
                numbers(&squares),
                bound,
            );
        }
    }
    parameters.into_iter().map(|one| one.gradient).collect()
}

/// The sum of the squares of all gradients, as one number on the device.
fn squares(parameters: &[Decayed]) -> CubeTensor {
    let pieces = |one: &Decayed| len(&one.gradient).div_ceil(PIECE);
    let like = &parameters[0].gradient;
    let mut sums = empty(like, [parameters.iter().map(pieces).sum::<usize>()]);
    let mut first = 0;
    for some in parameters.chunks(at_once(like, 1)) {
        let (some, ends) = filled(some, |one| len(&one.gradient), PIECE);
        let lens: Vec<u32> = some.iter().map(|one| len(&one.gradient) as u32).collect();
        let count = ends[ends.len() - 1];
        // SAFETY: as in `directions`; there is a place for every piece.
        unsafe {
            squares_kernel::launch_unchecked(
                &sums.client,
                grid_of_units(count as usize),
                cube_of_units(),
                buffers(some.iter().map(|one| &one.gradient)),
                numbers(&sums),
                upload(&sums, &ends),
                upload(&sums, &lens),
                first,
            );
        }
        first += count;
    }
    while len(&sums) > 1 {
        let count = len(&sums);
        let next = empty(&sums, [count.div_ceil(PIECE)]);
        // SAFETY: a unit without a sum does nothing.
        unsafe {
            sums_kernel::launch_unchecked(
                &sums.client,
                grid_of_units(len(&next)),
                cube_of_units(),
                numbers(&sums),
                numbers(&next),
                count,
            );
        }
        sums = next;
    }
    sums
}

/// An update that is asked for: the weight and the velocity are changed in place.
#[derive(Clone)]
struct Update {
    weight: CubeTensor,
    velocity: CubeTensor,
    direction: CubeTensor,
    /// Momentum and rate.
    settings: [f32; 2],
}

thread_local! {
    static WAITING: RefCell<Option<Vec<Update>>> = const { RefCell::new(None) };
}

/// See [`nesterov`](crate::nesterov); inside [`together`] it is launched at the end of that.
pub(crate) fn nesterov(
    weight: CubeTensor,
    direction: CubeTensor,
    velocity: Option<CubeTensor>,
    settings: [f32; 2],
) -> [CubeTensor; 2] {
    let weight = owned(weight);
    let velocity = velocity.map_or_else(|| zeros::like(&weight), owned);
    let update = Update { weight, velocity, direction: ordered(direction), settings };
    let after = [update.weight.clone(), update.velocity.clone()];
    let waiting = WAITING.with_borrow_mut(|waiting| match waiting {
        Some(waiting) => {
            waiting.push(update);
            None
        }
        None => Some(update),
    });
    waiting.into_iter().for_each(|update| launch(&[update]));
    after
}

/// See [`together`](crate::together).
pub(crate) fn together<R>(f: impl FnOnce() -> R) -> R {
    /// Ends the collecting, also if `f` panics: what it was to be is not launched then.
    struct Ended;
    impl Drop for Ended {
        fn drop(&mut self) {
            WAITING.set(None);
        }
    }

    if WAITING.with_borrow(Option::is_some) {
        return f();
    }
    let _ended = Ended;
    WAITING.set(Some(Vec::new()));
    let result = f();
    let updates = WAITING.take().unwrap_or_default();
    for alike in updates.chunk_by(|a, b| a.settings == b.settings && a.weight.device == b.weight.device) {
        alike.chunks(at_once(&alike[0].weight, 3)).for_each(launch);
    }
    result
}

fn launch(updates: &[Update]) {
    let (updates, ends) = filled(updates, |one| len(&one.weight), 1);
    let Update { weight: like, settings: [momentum, rate], .. } = &updates[0];
    // SAFETY: as in `directions`.
    unsafe {
        nesterov_kernel::launch_unchecked(
            &like.client,
            grid_of_units(ends[ends.len() - 1] as usize),
            cube_of_units(),
            buffers(updates.iter().map(|one| &one.weight)),
            buffers(updates.iter().map(|one| &one.velocity)),
            buffers(updates.iter().map(|one| &one.direction)),
            upload(like, &ends),
            *momentum,
            *rate,
        );
    }
}

/// The squares of a piece of a gradient, added up in order.
#[cube(launch_unchecked)]
fn squares_kernel(gradients: &Sequence<Box<[f32]>>, sums: &mut [f32], ends: &[u32], lens: &[u32], place: u32) {
    let count = comptime![gradients.len()];
    let mut first = 0;
    #[unroll]
    for i in 0..count {
        let end = ends[i] as usize;
        if ABSOLUTE_POS >= first && ABSOLUTE_POS < end {
            let gradient = gradients.index(i);
            let begin = (ABSOLUTE_POS - first) * PIECE;
            let mut sum = f32::new(0.0);
            for at in begin..clamp_max(begin + PIECE, lens[i] as usize) {
                sum += gradient[at] * gradient[at];
            }
            sums[place as usize + ABSOLUTE_POS] = sum;
        }
        first = end;
    }
}

/// Sums of pieces, in order.
#[cube(launch_unchecked)]
fn sums_kernel(parts: &[f32], sums: &mut [f32], count: usize) {
    let begin = ABSOLUTE_POS * PIECE;
    if begin >= count {
        terminate!();
    }
    let mut sum = f32::new(0.0);
    for at in begin..clamp_max(begin + PIECE, count) {
        sum += parts[at];
    }
    sums[ABSOLUTE_POS] = sum;
}

/// A gradient q becomes min(1, bound / norm)·q + decay·w.
#[cube(launch_unchecked)]
fn direction_kernel(
    gradients: &mut Sequence<Box<[f32]>>,
    weights: &Sequence<Box<[f32]>>,
    ends: &[u32],
    decays: &[u32],
    squares: &[f32],
    bound: f32,
) {
    let norm = f32::sqrt(squares[0]);
    let mut clip = f32::new(1.0);
    if norm > bound {
        clip = bound / norm;
    }
    let count = comptime![weights.len()];
    let mut first = 0;
    #[unroll]
    for i in 0..count {
        let end = ends[i] as usize;
        if ABSOLUTE_POS >= first && ABSOLUTE_POS < end {
            let at = ABSOLUTE_POS - first;
            let decay = f32::reinterpret(decays[i]);
            let weight = weights.index(i)[at];
            let gradient = gradients.index_mut(i);
            gradient[at] = clip * gradient[at] + decay * weight;
        }
        first = end;
    }
}

/// v becomes momentum·v + d, and w becomes w − rate·(momentum·v + d).
#[cube(launch_unchecked)]
fn nesterov_kernel(
    weights: &mut Sequence<Box<[f32]>>,
    velocities: &mut Sequence<Box<[f32]>>,
    directions: &Sequence<Box<[f32]>>,
    ends: &[u32],
    momentum: f32,
    rate: f32,
) {
    let count = comptime![directions.len()];
    let mut first = 0;
    #[unroll]
    for i in 0..count {
        let end = ends[i] as usize;
        if ABSOLUTE_POS >= first && ABSOLUTE_POS < end {
            let at = ABSOLUTE_POS - first;
            let direction = directions.index(i)[at];
            let velocity = velocities.index_mut(i);
            let moved = momentum * velocity[at] + direction;
            velocity[at] = moved;
            let weight = weights.index_mut(i);
            weight[at] -= rate * (momentum * moved + direction);
        }
        first = end;
    }
}
