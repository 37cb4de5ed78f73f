//! The network's stages as ONNX operators, under the names of its parameters.

use super::{
    INPUT, OUTPUT,
    graph::{GraphBuilder, float, int, ints},
};
use crate::{
    ExportError,
    plan::{BlockPlan, CellPlan, Plan, ReadPlan, Source},
};
use burn::{module::Module, tensor::DType};
use supernet_nn::{EPSILON, Init, NamedWeights, Weights as _};
use supernet_space::{CELL_INPUTS, CellOperation, ConvOrder};

/// The operators and weights of a network.
pub(super) fn graph(plan: &Plan, network: &impl Module) -> Result<GraphBuilder, ExportError> {
    let mut writer = Writer {
        order: plan.shape.order,
        graph: GraphBuilder::default(),
        weights: NamedWeights::of(network),
        outputs: Vec::new(),
    };
    writer.network(plan)?;
    Ok(writer.graph)
}

/// A convolution: the parameter that is its weight, [outputs, inputs / groups, height, width], the
/// groups, and the stride.
struct Convolution<'a> {
    weight: &'a str,
    shape: [usize; 4],
    groups: usize,
    stride: usize,
}

struct Writer {
    order: ConvOrder,
    graph: GraphBuilder,
    weights: NamedWeights,
    /// Of each stem and cell, the tensor at each side at which it was asked for: source, pool,
    /// name.
    outputs: Vec<(Source, usize, String)>,
}

impl Writer {
    fn network(&mut self, plan: &Plan) -> Result<(), ExportError> {
        let shape = plan.shape;
        let stride = shape.stem.stride();
        let stem1 = self.stem(INPUT, "stem1", [shape.filters, shape.channels, 3, 3], stride)?;
        let stem2 = self.stem(&stem1, "stem2", [shape.filters, shape.filters, 3, 3], stride)?;
        self.outputs = vec![(Source::Stem(0), 1, stem1), (Source::Stem(1), 1, stem2)];
        for (index, cell) in plan.cells.iter().enumerate() {
            let output = self.cell(index, cell)?;
            self.outputs.push((Source::Cell(index), 1, output));
        }
        let channels = plan.head.channels;
        let head = self.read(&plan.head, "head", "head_site", channels)?;
        let pooled = self.graph.node("GlobalAveragePool", "pooled", &[&head], Vec::new());
        let flat = self.graph.node("Flatten", "flat", &[&pooled], vec![int("axis", 1)]);
        for (name, sizes) in
            [("classifier.weight", vec![channels, shape.classes]), ("classifier.bias", vec![shape.classes])]
        {
            let values = self.values(name, &sizes)?;
            self.graph.weight(name, &sizes, &values);
        }
        self.graph.node("Gemm", OUTPUT, &[&flat, "classifier.weight", "classifier.bias"], Vec::new());
        Ok(())
    }

    /// The values of a weight that must be there, in this shape.
    fn values(&mut self, name: &str, shape: &[usize]) -> Result<Vec<f32>, ExportError> {
        // No constant stands in for a scale or a statistic that is missing.
        let data = self.weights.weight(name, shape, Init::Variance(1.0))?.convert_dtype(DType::F32);
        Ok(data.try_to_vec().expect("it was converted to this type"))
    }

    /// 3x3, norm, ReLU.
    fn stem(&mut self, x: &str, name: &str, shape: [usize; 4], stride: usize) -> Result<String, ExportError> {
        let weight = &format!("{name}.weight");
        let y = self.convolution(x, &format!("{name}.conv"), Convolution { weight, shape, groups: 1, stride })?;
        self.norm(&y, &format!("{name}.site"), shape[0], true)
    }

    /// The concatenation of A', B' and the live blocks.
    fn cell(&mut self, index: usize, cell: &CellPlan) -> Result<String, ExportError> {
        let at = |name: &str| format!("cells.{index}.{name}");
        let mut parts: Vec<Option<String>> = Vec::new();
        for (read, name) in cell.reads.iter().zip(["a", "b"]) {
            parts.push(Some(self.read(read, &at(name), &at(&format!("{name}_site")), cell.channels)?));
        }
        for block in &cell.blocks {
            parts.resize(CELL_INPUTS + block.index, None);
            let inputs: Vec<String> = block.inputs.iter().map(|&j| parts[j].clone().expect("a live input")).collect();
            parts.push(Some(self.block(&at(&format!("blocks.{}", block.index)), block, &inputs, cell.channels)?));
        }
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        Ok(self.graph.concat(&at("output"), &parts))
    }

    /// An earlier output at the reader's side, through its 1x1, norm and ReLU.
    fn read(&mut self, read: &ReadPlan, name: &str, site: &str, channels: usize) -> Result<String, ExportError> {
        let x = self.pooled(read);
        let slices: Vec<usize> = read.slices.clone();
        let y = self.pointwise(&x, name, &slices, [channels, read.channels])?;
        self.norm(&y, site, channels, true)
    }

    /// An earlier output, average-pooled once for all its readers at a side.
    fn pooled(&mut self, read: &ReadPlan) -> String {
        let known = |pool: usize, outputs: &[(Source, usize, String)]| {
            outputs.iter().find(|(source, at, _)| (*source, *at) == (read.source, pool)).map(|(.., name)| name.clone())
        };
        if let Some(name) = known(read.pool, &self.outputs) {
            return name;
        }
        let x = known(1, &self.outputs).expect("sources come before their readers");
        let sides = ints("kernel_shape", &[read.pool; 2]);
        let name = format!("{x}.mean{}", read.pool);
        let name = self.graph.node("AveragePool", &name, &[&x], vec![sides, ints("strides", &[read.pool; 2])]);
        self.outputs.push((read.source, read.pool, name.clone()));
        name
    }

    /// The 1x1 of a concatenation, whose weights the network keeps slice by slice:
    /// `{name}.weights.{slice}`.
    fn pointwise(
        &mut self,
        x: &str,
        name: &str,
        slices: &[usize],
        [outputs, inputs]: [usize; 2],
    ) -> Result<String, ExportError> {
        let of_slice = |slice: &usize| self.values(&format!("{name}.weights.{slice}"), &[outputs, inputs, 1, 1]);
        let each = slices.iter().map(of_slice).collect::<Result<Vec<_>, _>>()?;
        let row = |output: usize| each.iter().flat_map(move |w| w[output * inputs..][..inputs].iter().copied());
        let values: Vec<f32> = (0..outputs).flat_map(row).collect();
        let weight = format!("{name}.weights");
        self.graph.weight(&weight, &[outputs, inputs * slices.len(), 1, 1], &values);
        Ok(self.graph.node("Conv", &format!("{name}.conv"), &[x, &weight], vec![ints("kernel_shape", &[1, 1])]))
    }

    /// A convolution without bias that keeps the side, or divides it by its stride.
    fn convolution(&mut self, x: &str, name: &str, of: Convolution) -> Result<String, ExportError> {
        let values = self.values(of.weight, &of.shape)?;
        self.graph.weight(of.weight, &of.shape, &values);
        let [_, _, height, width] = of.shape;
        let mut attributes = vec![
            ints("kernel_shape", &[height, width]),
            ints("pads", &[height / 2, width / 2, height / 2, width / 2]),
            int("group", of.groups),
        ];
        if of.stride > 1 {
            attributes.push(ints("strides", &[of.stride; 2]));
        }
        Ok(self.graph.node("Conv", name, &[x, of.weight], attributes))
    }

    /// Batch normalisation by the statistics stored at `site`, then ReLU if asked for.
    fn norm(&mut self, x: &str, site: &str, channels: usize, relu: bool) -> Result<String, ExportError> {
        let names = ["scale", "shift", "stored_mean", "stored_variance"].map(|part| format!("{site}.norm.{part}"));
        for name in &names {
            let values = self.values(name, &[channels])?;
            self.graph.weight(name, &[channels], &values);
        }
        let [scale, shift, mean, variance] = &names;
        let inputs = [x, scale, shift, mean, variance];
        let epsilon = vec![float("epsilon", EPSILON as f32)];
        let y = self.graph.node("BatchNormalization", &format!("{site}.norm"), &inputs, epsilon);
        Ok(if relu { self.relu(&y) } else { y })
    }

    fn relu(&mut self, x: &str) -> String {
        self.graph.node("Relu", &format!("{x}.relu"), &[x], Vec::new())
    }

    fn block(&mut self, name: &str, block: &BlockPlan, inputs: &[String], c: usize) -> Result<String, ExportError> {
        let at = |part: &str| format!("{name}.{part}");
        let x = self.graph.concat(&at("inputs"), inputs);
        let x = self.pointwise(&x, &at("inputs"), &block.inputs, [c, c])?;
        let convolves = block.operations.iter().any(|operation| operation.convolves());
        let projected = at("projected");
        // What identity and pools read, and what convolutions read.
        let (raw, active) = match self.order {
            ConvOrder::NormReluConv if convolves => (x.clone(), self.norm(&x, &projected, c, true)?),
            ConvOrder::NormReluConv => (x.clone(), x),
            ConvOrder::ReluConvNorm => {
                let raw = self.norm(&x, &projected, c, false)?;
                let active = if convolves { self.relu(&raw) } else { raw.clone() };
                (raw, active)
            }
            ConvOrder::ConvNormRelu => {
                let raw = self.norm(&x, &projected, c, true)?;
                (raw.clone(), raw)
            }
        };
        let mut terms = Vec::new();
        for &operation in &block.operations {
            let x = if operation.convolves() { &active } else { &raw };
            terms.push(self.operation(&at(&format!("operations.{}", operation.index())), operation, x, c)?);
        }
        let sum = self.graph.sum(&at("sum"), &terms);
        match self.order {
            ConvOrder::NormReluConv => self.norm(&sum, &at("output"), c, true),
            ConvOrder::ReluConvNorm => Ok(self.graph.node("Relu", &at("output"), &[&sum], Vec::new())),
            ConvOrder::ConvNormRelu => Ok(sum),
        }
    }

    fn operation(&mut self, name: &str, operation: CellOperation, x: &str, c: usize) -> Result<String, ExportError> {
        let window = || vec![ints("kernel_shape", &[3, 3]), ints("pads", &[1; 4]), ints("strides", &[1, 1])];
        match operation {
            CellOperation::Identity => Ok(x.to_owned()),
            CellOperation::MaxPool => Ok(self.graph.node("MaxPool", name, &[x], window())),
            CellOperation::AveragePool => {
                let padded = [window(), vec![int("count_include_pad", 1)]].concat();
                Ok(self.graph.node("AveragePool", name, &[x], padded))
            }
            CellOperation::Separable(side) => self.separable(&format!("{name}.Separable"), side, x, c),
            CellOperation::Factored => self.factored(&format!("{name}.Factored"), x, c),
        }
    }

    /// Twice: depthwise, 1x1; normalised between, and after where the order asks for it.
    fn separable(&mut self, name: &str, side: usize, x: &str, c: usize) -> Result<String, ExportError> {
        let mut y = x.to_owned();
        for (place, site) in ["first", "second"].iter().enumerate() {
            let weight = &format!("{name}.depthwise.{place}");
            let of = Convolution { weight, shape: [c, 1, side, side], groups: c, stride: 1 };
            y = self.convolution(&y, &format!("{weight}.conv"), of)?;
            let weight = &format!("{name}.pointwise.{place}");
            y = self.convolution(
                &y,
                &format!("{weight}.conv"),
                Convolution { weight, shape: [c, c, 1, 1], groups: 1, stride: 1 },
            )?;
            y = self.inner_norm(y, name, site, c)?;
        }
        Ok(y)
    }

    /// 1x7, then 7x1; normalised likewise.
    fn factored(&mut self, name: &str, x: &str, c: usize) -> Result<String, ExportError> {
        let mut y = x.to_owned();
        for (part, site, shape) in [("horizontal", "first", [c, c, 1, 7]), ("vertical", "second", [c, c, 7, 1])] {
            let weight = &format!("{name}.{part}");
            y = self.convolution(&y, &format!("{weight}.conv"), Convolution { weight, shape, groups: 1, stride: 1 })?;
            y = self.inner_norm(y, name, site, c)?;
        }
        Ok(y)
    }

    /// The normalisation after a pair's first or second convolution.
    fn inner_norm(&mut self, y: String, name: &str, site: &str, c: usize) -> Result<String, ExportError> {
        let relu = match (site, self.order) {
            ("second", ConvOrder::NormReluConv) => return Ok(y),
            ("second", ConvOrder::ReluConvNorm) => false,
            _ => true,
        };
        self.norm(&y, &format!("{name}.{site}"), c, relu)
    }
}
