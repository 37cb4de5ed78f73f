//! `model.rs` of a graph: a field for each layer, a statement for each operation.

use super::{
    DescribedNetwork,
    fields::Fields,
    function_source::{functions, imports as imports_of, name, source},
    statements::body,
};
use crate::{
    ExportError,
    model_source::{
        LOAD, header, images,
        layout::{LINE, SHORT},
        names::table_of,
        row,
    },
};
use supernet_nn::describe::{Operation, Window};

/// Returns the source of a Rust file, `model.rs`: a module of plain Burn with the network that is
/// described, that depends on `burn` alone, with the features `std`, `store`, `safetensors` and a
/// backend's. It is used as that of [`crate::model_source()`].
///
/// # Errors
/// Two layers that share a parameter, each in its way.
pub fn model_source(described: &DescribedNetwork) -> Result<String, ExportError> {
    let fields = Fields::new(described.graph)?;
    let (facts, input) = (described.facts(), described.graph.input());
    let mut items =
        vec![imports(described, &fields), images(&facts, input), table_of(fields.rules()), network(described, &fields)];
    if projects_maps(described) {
        items.push(POINTWISE.into());
    }
    if described.graph.nodes.iter().any(|node| node.operation == Operation::Resize) {
        items.push(RESIZED.into());
    }
    let functions = functions(described.graph);
    items.extend(functions.iter().map(|one| source(&name(&functions, one), one)));
    Ok(header(&facts, input) + &items.join("\n"))
}

const POINTWISE: &str = "\
/// A 1x1 convolution whose weight is that of a linear layer.
fn pointwise(linear: &Linear, images: Tensor<4>) -> Tensor<4> {
    let pixels = linear.forward(images.permute([0, 2, 3, 1]));
    pixels.permute([0, 3, 1, 2])
}
";

const RESIZED: &str = "\
/// Images of `side` by `side` pixels, each the mean over the part of the image that it covers.
fn resized(images: Tensor<4>, side: usize) -> Tensor<4> {
    let ([_, _, height, width], device) = (images.dims(), images.device());
    let means = |from: usize| {
        let share = |mean: usize, pixel: usize| {
            let first = (mean * from).max(pixel * side);
            let last = ((mean + 1) * from).min((pixel + 1) * side);
            last.saturating_sub(first) as f32 / from as f32
        };
        let each = |mean: usize| (0..from).map(move |pixel| share(mean, pixel));
        let shares: Vec<f32> = (0..side).flat_map(each).collect();
        Tensor::<1>::from_floats(&shares[..], &device).reshape([1, 1, side, from])
    };
    let across = images.matmul(means(width).swap_dims(2, 3));
    means(height).matmul(across)
}
";

fn projects_maps(described: &DescribedNetwork) -> bool {
    let is = |node: &supernet_nn::describe::Node| matches!(node.operation, Operation::Projection { .. });
    described.graph.nodes.iter().any(|node| is(node) && node.shape.len() == 3)
}

/// What the file takes from Burn, sorted as rustfmt does.
fn imports(described: &DescribedNetwork, fields: &Fields) -> String {
    let convolves = fields.any(|operation| matches!(operation, Operation::Convolution { .. }));
    let averages = fields.any(|operation| matches!(operation, Operation::AveragePool { .. }));
    let maxima = fields.any(|operation| matches!(operation, Operation::MaxPool(_)));
    let norms = fields.any(|operation| matches!(operation, Operation::Normalisation { .. }));
    let linear = |operation: &Operation| matches!(operation, Operation::Linear { .. } | Operation::Projection { .. });
    let pads = fields.any(|operation| window(operation).is_some_and(|window| window.padding != [0; 2]));
    let betas = fields.any(|operation| matches!(operation, Operation::Function { .. }));
    let mut called = imports_of(&functions(described.graph));
    if described.graph.nodes.iter().any(|node| node.operation == Operation::Relu) && !called.contains(&"relu") {
        called.insert(0, "relu");
    }
    let all = |parts: [(bool, &'static [&'static str]); 3]| -> Vec<&str> {
        parts.into_iter().filter(|(used, _)| *used).flat_map(|(_, names)| names).copied().collect()
    };
    let layers = all([
        (norms, &["BatchNorm", "BatchNormConfig"]),
        (fields.any(linear), &["Linear", "LinearConfig"]),
        (pads, &["PaddingConfig2d"]),
    ]);
    let pools =
        all([(averages, &["AvgPool2d", "AvgPool2dConfig"]), (maxima, &["MaxPool2d", "MaxPool2dConfig"]), (false, &[])]);
    let module = if betas { "use burn::module::{Module, Param};" } else { "use burn::module::Module;" };
    let mut lines = vec![module.to_owned()];
    if let [single] = layers[..] {
        lines.push(format!("use burn::nn::{single};"));
    }
    if convolves {
        lines.push("use burn::nn::conv::{Conv2d, Conv2dConfig};".into());
    }
    if !pools.is_empty() {
        lines.push(format!("use burn::nn::pool::{{{}}};", pools.join(", ")));
    }
    if layers.len() > 1 {
        lines.push(format!("use burn::nn::{{{}}};", layers.join(", ")));
    }
    lines.push("use burn::store::{FloatCastAdapter, ModuleSnapshot, SafetensorsStore, SafetensorsStoreError};".into());
    match called[..] {
        [] => {}
        [single] => lines.push(format!("use burn::tensor::activation::{single};")),
        _ => lines.push(format!("use burn::tensor::activation::{{{}}};", called.join(", "))),
    }
    lines.push("use burn::tensor::{DType, Device, Tensor};\nuse std::path::Path;\n".into());
    lines.join("\n")
}

fn window(operation: &Operation) -> Option<&Window> {
    match operation {
        Operation::Convolution { window, .. } | Operation::MaxPool(window) | Operation::AveragePool { window, .. } => {
            Some(window)
        }
        _ => None,
    }
}

/// The struct that a program uses.
fn network(described: &DescribedNetwork, fields: &Fields) -> String {
    let (shape, classes) = (described.graph.input(), described.classes.len());
    let is_read = described.graph.readers()[0] > 0
        || described.graph.nodes.len() == 1
        || described.graph.nodes.iter().any(|node| node.operation == Operation::Zeros);
    debug_assert!(is_read, "a graph reads its input, if only to count rows");
    let input = if shape.len() == 3 { "images" } else { "rows" };
    let said = if described.normalisation.is_some() { "normalised images" } else { input };
    let declared: String =
        fields.fields.iter().map(|(name, operation, _)| format!("    {name}: {},\n", kind(operation))).collect();
    let made: String = fields.fields.iter().map(|(name, operation, sizes)| made(name, operation, *sizes)).collect();
    format!(
        "\
/// The network.
#[derive(Module, Debug)]
pub struct Network {{
{declared}}}

impl Network {{
    /// The network with random weights, as Burn draws them.
    pub fn new(device: &Device) -> Self {{
        Self {{
{made}        }}
    }}

{LOAD}    /// The logits [batch, {classes}] of {said} {row}.
    pub fn forward(&self, {input}: Tensor<{rank}>) -> Tensor<2> {{
{body}    }}
}}
",
        row = row(shape),
        rank = shape.len() + 1,
        body = body(described.graph, fields, input),
    )
}

/// The type of a field.
fn kind(operation: &Operation) -> &'static str {
    match operation {
        Operation::Convolution { .. } => "Conv2d",
        Operation::Projection { .. } | Operation::Linear { .. } => "Linear",
        Operation::Normalisation { .. } => "BatchNorm",
        Operation::MaxPool(_) => "MaxPool2d",
        Operation::AveragePool { .. } => "AvgPool2d",
        Operation::Function { .. } => "Param<Tensor<1>>",
        other => unreachable!("{other:?} has no field"),
    }
}

/// A field and its first value.
fn made(name: &str, operation: &Operation, [from, to]: [usize; 2]) -> String {
    let calls = match operation {
        Operation::Convolution { bias, window, groups, .. } => {
            let mut calls = vec![format!("Conv2dConfig::new([{from}, {to}], {:?})", window.kernel)];
            if window.stride != [1; 2] {
                calls.push(format!(".with_stride({:?})", window.stride));
            }
            calls.extend(padding(window));
            if window.dilation != [1; 2] {
                calls.push(format!(".with_dilation({:?})", window.dilation));
            }
            if *groups > 1 {
                calls.push(format!(".with_groups({groups})"));
            }
            calls.extend([format!(".with_bias({})", bias.is_some()), ".init(device)".into()]);
            calls
        }
        Operation::Projection { .. } | Operation::Linear { bias: None, .. } => {
            vec![format!("LinearConfig::new({from}, {to})"), ".with_bias(false)".into(), ".init(device)".into()]
        }
        Operation::Linear { .. } => vec![format!("LinearConfig::new({from}, {to})"), ".init(device)".into()],
        Operation::Normalisation { .. } => vec![format!("BatchNormConfig::new({to})"), ".init(device)".into()],
        Operation::Function { .. } => vec![format!("Param::from_tensor(Tensor::ones([{to}], device))")],
        Operation::MaxPool(window) => pool("MaxPool2dConfig", window, None),
        Operation::AveragePool { window, counts_padding } => pool("AvgPool2dConfig", window, Some(*counts_padding)),
        other => unreachable!("{other:?} has no field"),
    };
    let chain = calls.concat();
    let line = format!("            {name}: {chain},\n");
    match chain.len() <= SHORT && line.len() <= LINE + 1 {
        true => line,
        false => format!("            {name}: {},\n", calls.join("\n                ")),
    }
}

fn pool(config: &str, window: &Window, counts_padding: Option<bool>) -> Vec<String> {
    let strides = format!(".with_strides({:?})", window.stride);
    let mut calls = vec![format!("{config}::new({:?})", window.kernel), strides];
    if let Some(padding) = padding(window) {
        calls.push(padding);
        calls.extend(counts_padding.map(|counts| format!(".with_count_include_pad({counts})")));
    }
    calls.push(".init()".into());
    calls
}

fn padding(window: &Window) -> Option<String> {
    let [height, width] = window.padding;
    let said = format!(".with_padding(PaddingConfig2d::Explicit({height}, {width}, {height}, {width}))");
    (window.padding != [0; 2]).then_some(said)
}
