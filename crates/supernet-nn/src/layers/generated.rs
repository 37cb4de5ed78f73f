//! A 1x1 convolution whose weight is made from the mask.

use super::{
    Conv, Layer,
    hypernetwork::{HIDDEN, codes, rows_of_an_image},
};
use crate::{
    Build, Call, Init, NnError, Rows,
    call::run,
    flow::{Adder, Operation, Pass, Read, Source},
};
use burn::{
    module::{Module, ModuleVisitor, Param},
    tensor::{Tensor, TensorData},
};
use std::rc::Rc;
use supernet_space::{PathMask, SearchSpace};

/// A 1x1 convolution without bias whose weight depends on the whole mask (SMASH: Brock, Lim,
/// Ritchie and Weston 2017). With h the code of the mask, that a
/// [`Hypernetwork`](crate::Hypernetwork) before it makes, and V the output layer for this place,
///
/// ```text
/// W = V h / |V h|
/// ```
///
/// The norm is that of the whole weight: the authors found the norm of each output unstable. What
/// comes out is small, so a normalisation follows it. A weight is made once for each distinct mask
/// of a pass, and gradients add up in V and in the hypernetwork.
///
/// In a stand-alone network it is an ordinary convolution of the same shape, with a weight of its
/// own; cut out of a supernet, that weight is the one that was made for its mask.
///
/// Masked L2 holds for V and for the hypernetwork as for every weight (the paper has none there):
/// the length of V h does not count, so without it steps would turn W less and less.
#[derive(Module, Debug)]
pub struct Generated {
    /// Of a supernet: V, [128, outputs, inputs].
    head: Option<Param<Tensor<3>>>,
    /// Of a stand-alone network.
    plain: Option<Conv>,
    channels: [usize; 2],
    most_channels: usize,
}

impl Generated {
    /// From `channels[0]` to `channels[1]` channels, 64 at most.
    pub fn new(b: &Build, channels: [usize; 2]) -> Self {
        let [from, to] = channels;
        // A step then turns W about as far as it turns an ordinary weight of variance 2 / inputs.
        let head = b.generates().then(|| b.parameter([HIDDEN, to, from], Init::Variance(2.0 / from as f64)));
        let plain = (!b.generates()).then(|| Conv::new(b, channels, 1));
        Self { head, plain, channels, most_channels: 64 }
    }

    /// The same with another bound on its channels: V has 128 · inputs · outputs numbers.
    pub fn with_most_channels(self, most_channels: usize) -> Self {
        Self { most_channels, ..self }
    }

    /// What stand-alone networks have in its place.
    pub(crate) fn plain(&self) -> Option<&Conv> {
        self.plain.as_ref()
    }
}

impl Layer for Generated {
    fn forward(&self, x: Rows) -> Rows {
        let Some(head) = &self.head else { return self.plain.as_ref().expect("a head or a weight").forward(x) };
        let (pass, [from, to]) = (Rc::clone(x.pass()), self.channels);
        let (found, expected) = (from.max(to), self.most_channels);
        if pass.checks() && found > expected {
            return x.failed(NnError::GeneratedChannels { place: pass.place(), found, expected });
        }
        let codes = pass.codes().expect(
            "Generated: found no hypernetwork before it, expected that the network's input goes through one first",
        );
        let parameters = codes.parameters.iter().copied().chain([head.id]).collect();
        let macs = |shape: &[usize; 4]| (from * to * shape[2] * shape[3]) as u64;
        x.later_by_key(&codes.of, &parameters, macs, |source, members| {
            let [rows, channels, h, w] = source.shape();
            assert!(channels == from, "Generated: found {channels} channels, expected {from}");
            let shape = [rows / source.count() * members.len(), to, h, w];
            let convolution = Convolution { codes: codes.tensor, head: head.val(), source, relu: false, members, pass };
            (convolution.rectifying(), shape)
        })
    }
}

/// Weights [1, masks, outputs, inputs] of masks with these codes, each divided by its norm.
fn weights(codes: Tensor<2>, head: Tensor<3>, call: &Call) -> Tensor<4> {
    let ([masks, _], [hidden, to, from]) = (codes.dims(), head.dims());
    let made = rows_of_an_image(codes, head.reshape([1, hidden, to, from]), call).reshape([masks, to * from]);
    let norms = made.clone().square().sum_dim(1).sqrt();
    (made / norms).reshape([1, masks, to, from])
}

/// A convolution that runs when its result is read.
struct Convolution {
    /// A row for each distinct mask.
    codes: Tensor<2>,
    head: Tensor<3>,
    source: Source<4>,
    /// Whether it reads max(0, ·) of its source.
    relu: bool,
    /// What each variant reads, and the place of its mask's code.
    members: Vec<(u32, u32)>,
    pass: Rc<Pass>,
}

impl Convolution {
    /// The same, computing a ReLU on the way that nobody else reads.
    fn rectifying(self) -> Self {
        match self.source.rectified() {
            Some(source) => Self { source, relu: true, ..self },
            None => self,
        }
    }

    /// The masks of the variants `on`, in order, and each one's weight [outputs, inputs, 1, 1].
    fn weights(&self, on: &[u32]) -> Vec<(u32, Tensor<4>)> {
        let mut masks: Vec<u32> = on.iter().map(|&variant| self.members[variant as usize].1).collect();
        masks.sort_unstable();
        masks.dedup();
        let codes = masks.iter().map(|&mask| self.codes.clone().narrow(0, mask as usize, 1)).collect();
        let made = weights(Tensor::cat(codes, 0), self.head.clone(), &self.pass.call());
        let [_, _, to, from] = made.dims();
        let one = |(i, mask)| (mask, made.clone().narrow(1, i, 1).reshape([to, from, 1, 1]));
        masks.into_iter().enumerate().map(one).collect()
    }
}

impl Operation<4> for Convolution {
    fn compute(&self, on: &[u32]) -> Tensor<4> {
        let [rows, _, h, w] = self.source.shape();
        let shape = [rows / self.source.count() * on.len(), self.head.dims()[1], h, w];
        let write: Vec<u32> = (0..on.len() as u32).collect();
        self.add(self.pass.zeros(shape), on.len(), on, &write)
    }

    fn adder(&self) -> Option<&dyn Adder<4>> {
        Some(self)
    }
}

impl Adder<4> for Convolution {
    fn add(&self, acc: Tensor<4>, sums: usize, read: &[u32], write: &[u32]) -> Tensor<4> {
        let variants: Vec<u32> = read.iter().map(|&variant| self.members[variant as usize].0).collect();
        let Read { tensor: x, places, .. } = self.source.read_any(&variants);
        self.weights(read).into_iter().fold(acc, |acc, (mask, weight)| {
            let is_of = |&i: &usize| self.members[read[i] as usize].1 == mask;
            let (from, to): (Vec<u32>, Vec<u32>) = (0..read.len()).filter(is_of).map(|i| (places[i], write[i])).unzip();
            run!(self.pass.call(), conv_add_of(acc, x.clone(), weight, self.relu, sums, &from, &to))
        })
    }
}

/// The plain weights of `mask` for all generated layers of a supernet, by the paths that they have
/// in a stand-alone network.
pub(crate) fn generated_of(net: &impl Module, mask: &PathMask, space: &SearchSpace) -> Vec<(Vec<String>, TensorData)> {
    let mut found = Found::default();
    net.visit(&mut found);
    let Ok(trunk) = found.trunk.try_into() else { return Vec::new() };
    let codes = codes(&[mask], space, trunk, &Call::default());
    let plain = |(path, head): (Vec<String>, Tensor<3>)| {
        let [_, to, from] = head.dims();
        let weight = weights(codes.clone(), head, &Call::default()).reshape([to, from, 1, 1]);
        (path, weight.into_data())
    };
    found.heads.into_iter().map(plain).collect()
}

/// The weights of a hypernetwork and of the layers behind it, as a walk comes to them.
#[derive(Default)]
struct Found {
    path: Vec<(String, String)>,
    trunk: Vec<Tensor<2>>,
    heads: Vec<(Vec<String>, Tensor<3>)>,
}

impl ModuleVisitor for Found {
    fn enter_module(&mut self, name: &str, container: &str) {
        self.path.push((name.into(), container.into()));
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let Some(((name, container), around)) = self.path.split_last() else { return };
        let shape = param.lazy_shape();
        match (container.as_str(), name.as_str(), D) {
            ("Struct:Trunk", _, 2) => self.trunk.push(param.val().reshape([shape[0], shape[1]])),
            ("Struct:Generated", "head", 3) => {
                let path = around.iter().map(|(name, _)| name.as_str()).chain(["plain", "weight"]);
                let head = param.val().reshape([shape[0], shape[1], shape[2]]);
                self.heads.push((path.map(String::from).collect(), head));
            }
            _ => {}
        }
    }
}
