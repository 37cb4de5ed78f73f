//! A tensor of a graph that is being written, and the trait of modules that write themselves.

use super::{
    draft::Draft,
    graph::{Graph, Operation, Window},
};
use crate::NnError;
use burn::{module::Param, tensor::Tensor};
use std::{collections::HashSet, ops::Add, rc::Rc};
use supernet_space::programs::Activation;

/// A module that says what it computes in a stand-alone network, so that the network can be written
/// as code, as ONNX and as a drawing by `supernet-export`.
///
/// The layers and choices of this crate do, and Burn's convolutions, pools, linear layer and ReLU;
/// so a module that is made of them says it by the words of its `forward`. What is computed
/// otherwise is made of the methods of [`Wire`].
///
/// ```
/// use burn::{module::Module, nn::{Linear, LinearConfig}, tensor::Device};
/// use supernet_nn::{Build, Conv, ConvNorm, Definition, Describe, Identity, Layer, OneOf, Rows, Wire};
///
/// #[derive(Module, Debug)]
/// enum Operation {
///     Skip(Identity),
///     Conv(ConvNorm),
/// }
///
/// impl Layer for Operation {
///     fn forward(&self, x: Rows) -> Rows {
///         match self {
///             Self::Skip(skip) => x.through(skip),
///             Self::Conv(conv) => x.through(conv),
///         }
///     }
/// }
///
/// impl Describe for Operation {
///     fn describe(&self, x: Wire) -> Wire {
///         match self {
///             Self::Skip(skip) => x.through(skip),
///             Self::Conv(conv) => x.through(conv),
///         }
///     }
/// }
///
/// #[derive(Module, Debug)]
/// struct Net {
///     stem: Conv,
///     block: OneOf<Operation>,
///     classifier: Linear,
/// }
///
/// impl Layer<4, 2> for Net {
///     fn forward(&self, x: Rows) -> Rows<2> {
///         let x = x.through(&self.stem).relu();
///         (x.clone() + x.through(&self.block)).global_average().through(&self.classifier)
///     }
/// }
///
/// impl Describe for Net {
///     fn describe(&self, x: Wire) -> Wire {
///         let x = x.through(&self.stem).relu();
///         (x.clone() + x.through(&self.block)).global_average().through(&self.classifier)
///     }
/// }
///
/// # struct Small;
/// # impl supernet_nn::Weights for Small {
/// #     fn weight(
/// #         &mut self,
/// #         _: &str,
/// #         shape: &[usize],
/// #         init: supernet_nn::Init,
/// #     ) -> Result<burn::tensor::TensorData, supernet_nn::NnError> {
/// #         Ok(init.data(shape).unwrap_or_else(|| burn::tensor::TensorData::full(shape.to_vec(), 0.1f32)))
/// #     }
/// # }
/// # let weights = &mut Small;
/// let device = Device::flex();
/// let definition = Definition::new("chain", &[3, 8, 8], &device, |b| {
///     let options = [("skip", Operation::Skip(Identity {})), ("conv", Operation::Conv(ConvNorm::new(b, [4, 4], 3)))];
///     Net {
///         stem: Conv::new(b, [3, 4], 3),
///         block: OneOf::new(b, "block", options),
///         classifier: LinearConfig::new(4, 5).init(b.device()),
///     }
/// })?;
/// let network = definition.stand_alone(&definition.space().parse("01")?, weights, &device)?;
/// // Input, convolution, ReLU; convolution, normalisation; sum, average, linear layer.
/// assert_eq!(network.graph()?.nodes.len(), 8);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Describe {
    /// Writes what it computes from `x`, and returns the result.
    fn describe(&self, x: Wire) -> Wire;
}

/// A tensor of a graph that is being written. It mirrors [`Rows`](crate::Rows): what a mask cuts is
/// nothing, of which whatever is computed is nothing again, and a sum leaves it out; zeros are
/// zeros until a shift or a bias is added to them.
#[derive(Clone, Debug)]
pub struct Wire {
    of: Of,
    shape: Vec<usize>,
    draft: Rc<Draft>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Of {
    Node(usize),
    Zeros,
    Nothing,
}

impl Wire {
    /// The input of a network, of rows of this shape.
    pub(super) fn input(draft: Draft, shape: &[usize]) -> Self {
        if !matches!(shape.len(), 1 | 3) {
            draft.fail("the input", format!("rows of shape {shape:?}"), "images or rows of features");
        }
        let of = Of::Node(draft.node(Operation::Input, Vec::new(), shape.to_vec()));
        Self { of, shape: shape.to_vec(), draft: Rc::new(draft) }
    }

    /// The graph whose last node gives this tensor.
    pub(super) fn finished(self) -> Result<Graph, NnError> {
        // Where a mask cuts the way to the logits they are zeros.
        let of = if self.of == Of::Nothing { Of::Zeros } else { self.of };
        let output = Self { of, ..self.clone() }.place();
        self.draft.finished(output)
    }

    /// The shape of a row: channels, height and width of maps, or the number of features.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// What the module computes.
    pub fn through(self, module: &impl Describe) -> Self {
        module.describe(self)
    }

    /// A convolution of maps with a weight `[outputs, inputs / groups, height, width]`.
    pub fn convolved(
        self,
        weight: &Param<Tensor<4>>,
        bias: Option<&Param<Tensor<1>>>,
        window: Window,
        groups: usize,
    ) -> Self {
        let [outputs, inputs, height, width] = weight.lazy_shape().dims();
        if window.kernel != [height, width] {
            let expected = format!("a window of {:?}", [height, width]);
            return self.failed("a convolution", format!("one of {:?}", window.kernel), expected);
        }
        if self.shape.first() != Some(&(inputs * groups)) {
            let found = format!("rows of shape {:?}", self.shape);
            return self.failed("a convolution", found, format!("{} channels", inputs * groups));
        }
        let Some(shape) = self.windowed(outputs, &window) else { return self.too_small("a convolution", &window) };
        let keeps_zeros = bias.is_none();
        let (weight, bias) = (self.draft.name(weight), bias.map(|bias| self.draft.name(bias)));
        self.then(Operation::Convolution { weight, bias, window, groups }, shape, keeps_zeros)
    }

    /// Σ_c weight[c, o] · x_c, a 1x1 of maps or a linear layer of features without bias.
    pub fn projected(self, weight: &Param<Tensor<2>>) -> Self {
        let [inputs, outputs] = weight.lazy_shape().dims();
        if self.shape.first() != Some(&inputs) {
            let found = format!("rows of shape {:?}", self.shape);
            return self.failed("a projection", found, format!("{inputs} channels"));
        }
        let mut shape = self.shape.clone();
        shape[0] = outputs;
        let weight = self.draft.name(weight);
        self.then(Operation::Projection { weight }, shape, true)
    }

    /// Normalised by stored statistics: the parameters are scale, shift, mean and variance,
    /// `[channels]` each.
    pub fn normalised(self, parameters: [&Param<Tensor<1>>; 4]) -> Self {
        let [channels] = parameters[0].lazy_shape().dims();
        if self.shape.first() != Some(&channels) {
            let found = format!("rows of shape {:?}", self.shape);
            return self.failed("a normalisation", found, format!("{channels} channels"));
        }
        let [scale, shift, mean, variance] = parameters.map(|parameter| self.draft.name(parameter));
        let shape = self.shape.clone();
        self.then(Operation::Normalisation { scale, shift, mean, variance }, shape, false)
    }

    /// max(x, 0), or what the network has in its place.
    pub fn relu(self) -> Self {
        if self.of == Of::Nothing {
            return self;
        }
        let draft = Rc::clone(&self.draft);
        let parameters = || match self.of {
            Of::Node(place) => draft.computed_with(place),
            _ => HashSet::new(),
        };
        match draft.rectifier().function(self.shape[0], parameters) {
            Ok(Some(function)) => self.function(&function.activation, function.beta.as_ref()),
            Ok(None) => {
                let shape = self.shape.clone();
                self.then(Operation::Relu, shape, true)
            }
            Err(error) => self.refused(error),
        }
    }

    /// Whether what stands in place of ReLU tells places apart.
    pub(super) fn rectifier_has_places(&self) -> bool {
        self.draft.rectifier().has_places()
    }

    /// A function of each number; β is `[channels]`, where the function has it.
    pub fn function(self, activation: &Activation, beta: Option<&Param<Tensor<1>>>) -> Self {
        let channels = beta.map_or(self.shape[0], |beta| beta.lazy_shape().dims::<1>()[0]);
        if self.shape[0] != channels {
            let found = format!("rows of shape {:?}", self.shape);
            return self.failed("a function with a β", found, format!("{channels} channels"));
        }
        let keeps_zeros = beta.is_none() && activation.value(0.0, 1.0) == 0.0;
        let (shape, beta) = (self.shape.clone(), beta.map(|beta| self.draft.name(beta)));
        self.then(Operation::Function { activation: *activation, beta }, shape, keeps_zeros)
    }

    /// The largest number in each window.
    pub fn max_pool(self, window: Window) -> Self {
        self.pooled(Operation::MaxPool(window), &window)
    }

    /// The mean of the numbers in each window; with `counts_padding` padding counts as zeros,
    /// otherwise not at all.
    pub fn average_pool(self, window: Window, counts_padding: bool) -> Self {
        self.pooled(Operation::AveragePool { window, counts_padding }, &window)
    }

    fn pooled(self, operation: Operation, window: &Window) -> Self {
        if window.dilation != [1; 2] {
            return self.failed("a pool", format!("a dilation of {:?}", window.dilation), "none");
        }
        match self.shape.first().and_then(|&channels| self.windowed(channels, window)) {
            Some(shape) => self.then(operation, shape, true),
            None => self.too_small("a pool", window),
        }
    }

    /// Maps of `side` × `side` pixels, each the mean over the part of the map that it covers; itself
    /// at that side.
    pub fn resized(self, side: usize) -> Self {
        match self.shape[..] {
            [_, height, width] if [height, width] == [side; 2] => self,
            [channels, _, _] => self.then(Operation::Resize, vec![channels, side, side], true),
            _ => {
                let found = format!("rows of shape {:?}", self.shape);
                self.failed("another size", found, "maps")
            }
        }
    }

    /// The mean over height and width.
    pub fn global_average(self) -> Self {
        match self.shape[..] {
            [channels, _, _] => self.then(Operation::GlobalAverage, vec![channels], true),
            _ => {
                let found = format!("rows of shape {:?}", self.shape);
                self.failed("the average over height and width", found, "maps")
            }
        }
    }

    /// x · weight + bias, of rows of features; the weight is `[inputs, outputs]`.
    pub fn linear(self, weight: &Param<Tensor<2>>, bias: Option<&Param<Tensor<1>>>) -> Self {
        let [inputs, outputs] = weight.lazy_shape().dims();
        if self.shape != [inputs] {
            let found = format!("rows of shape {:?}", self.shape);
            return self.failed("a linear layer", found, format!("{inputs} features"));
        }
        let keeps_zeros = bias.is_none();
        let (weight, bias) = (self.draft.name(weight), bias.map(|bias| self.draft.name(bias)));
        self.then(Operation::Linear { weight, bias }, vec![outputs], keeps_zeros)
    }

    /// `length` of an axis, from `start`; axis 1 are the channels.
    pub fn narrow(self, axis: usize, start: usize, length: usize) -> Self {
        let Some(&found) = axis.checked_sub(1).and_then(|axis| self.shape.get(axis)) else {
            let found = format!("axis {axis} of rows of shape {:?}", self.shape);
            return self.failed("part of an axis", found, "an axis of a row, from 1");
        };
        if start + length > found {
            return self.failed("part of an axis", format!("{start} to {}", start + length), format!("up to {found}"));
        }
        if length == found {
            return self;
        }
        let mut shape = self.shape.clone();
        shape[axis - 1] = length;
        self.then(Operation::Narrow { axis, start }, shape, true)
    }

    /// Zeros of the same shape.
    pub fn zeros(self) -> Self {
        Self { of: if self.of == Of::Nothing { Of::Nothing } else { Of::Zeros }, ..self }
    }

    /// Nothing, as where a mask has cut the way.
    pub fn nothing(self) -> Self {
        Self { of: Of::Nothing, ..self }
    }

    /// The sum of `terms`.
    ///
    /// # Panics
    /// If there is no term.
    pub fn sum(terms: Vec<Self>) -> Self {
        let first = terms[0].clone();
        let live: Vec<Self> = terms.into_iter().filter(|term| term.of != Of::Nothing).collect();
        let Some(shape) = live.first().map(|term| term.shape.clone()) else { return first };
        if let Some(other) = live.iter().find(|term| term.shape != shape) {
            let found = format!("rows of shape {:?}", other.shape);
            return first.failed("a sum", found, format!("{shape:?}, as its first term"));
        }
        let places: Vec<&Self> = live.iter().filter(|term| term.of != Of::Zeros).collect();
        match places[..] {
            [] => live[0].clone(),
            [term] => term.clone(),
            _ => {
                let inputs = places.into_iter().map(Self::place).collect();
                first.with(Operation::Sum, inputs, shape)
            }
        }
    }

    /// `terms` side by side along the channels; term t gives `channels[t]` of them, zeros where it
    /// is nothing.
    ///
    /// # Panics
    /// If there is no term.
    pub fn concatenated(terms: Vec<Self>, channels: &[usize]) -> Self {
        let first = terms[0].clone();
        let Some(live) = terms.iter().find(|term| term.of != Of::Nothing) else { return first };
        let of_channels = |channels: usize| [&[channels], &live.shape[1..]].concat();
        let fits = |(term, channels): (&Self, &usize)| term.of == Of::Nothing || term.shape == of_channels(*channels);
        if terms.len() != channels.len() || !terms.iter().zip(channels).all(fits) {
            let found: Vec<_> = terms.iter().map(|term| &term.shape).collect();
            let expected = format!("maps of one size with {channels:?} channels");
            return first.failed("a concatenation", format!("{found:?}"), expected);
        }
        let shape = of_channels(channels.iter().sum());
        if terms.iter().all(|term| !matches!(term.of, Of::Node(_))) {
            return Self { of: Of::Zeros, shape, ..first };
        }
        let part = |(term, &channels): (&Self, &usize)| match term.of {
            Of::Node(place) => place,
            _ => term.draft.node(Operation::Zeros, Vec::new(), of_channels(channels)),
        };
        let inputs: Vec<usize> = terms.iter().zip(channels).map(part).collect();
        match inputs[..] {
            [single] => Self { of: Of::Node(single), shape, ..first },
            _ => first.with(Operation::Concatenation, inputs, shape),
        }
    }

    fn refused(self, error: NnError) -> Self {
        self.draft.refuse(error);
        self.nothing()
    }

    /// Nothing, and the reason why the network cannot be described.
    pub fn failed(self, place: &str, found: impl Into<String>, expected: impl Into<String>) -> Self {
        self.draft.fail(place, found.into(), expected);
        self.nothing()
    }

    /// Whether a mask has cut the way to it.
    pub(crate) fn is_nothing(&self) -> bool {
        self.of == Of::Nothing
    }

    /// The means of squares of pixels that bring maps to `side`; itself at that side.
    pub(crate) fn mean_pooled(self, side: usize) -> Self {
        match self.shape[..] {
            [_, found, _] if found > side => {
                let factor = found / side;
                self.average_pool(Window::new([factor; 2]).with_stride([factor; 2]), true)
            }
            _ => self,
        }
    }

    /// What the network's mask has on of a choice; bit j is option j.
    pub(crate) fn choice(&self, name: &str) -> u64 {
        self.draft.choice(name)
    }

    fn too_small(self, place: &str, window: &Window) -> Self {
        let found = format!("rows of shape {:?}", self.shape);
        self.failed(place, found, format!("maps in which {window:?} fits"))
    }

    /// The shape of what a window gives; none if it does not fit.
    fn windowed(&self, channels: usize, window: &Window) -> Option<Vec<usize>> {
        let [_, height, width] = self.shape[..] else { return None };
        let [height, width] = window.sides([height, width])?;
        Some(vec![channels, height, width])
    }

    /// An operation on it alone. Of nothing it is nothing, and of zeros zeros where it keeps them.
    fn then(self, operation: Operation, shape: Vec<usize>, keeps_zeros: bool) -> Self {
        match self.of {
            Of::Nothing => Self { shape, ..self },
            Of::Zeros if keeps_zeros => Self { shape, ..self },
            _ => {
                let input = self.place();
                self.with(operation, vec![input], shape)
            }
        }
    }

    fn with(self, operation: Operation, inputs: Vec<usize>, shape: Vec<usize>) -> Self {
        Self { of: Of::Node(self.draft.node(operation, inputs, shape.clone())), shape, draft: self.draft }
    }

    /// The place of its node; zeros get one.
    fn place(&self) -> usize {
        match self.of {
            Of::Node(place) => place,
            _ => self.draft.node(Operation::Zeros, Vec::new(), self.shape.clone()),
        }
    }
}

impl Add for Wire {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self::sum(vec![self, other])
    }
}
