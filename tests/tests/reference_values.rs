//! The network and the masked update against values that PyTorch printed: `reference/network.py`
//! and `reference/update.py`.

use burn::{
    module::{Module, Param, ParamId},
    optim::{GradientsParams, SgdConfig, momentum::MomentumConfig},
    tensor::{DType, Device, Tensor, TensorData},
};
use serde_json::Value;
use std::collections::BTreeMap;
use supernet_nn::{Call, Init, MaskedL2, NetworkConfig, NnError, PaperNetwork, Usage, Weighting, Weights};
use supernet_space::{CellSpace, NetworkShape, PathMask};
use supernet_tests::{
    PLAIN, Parameter, assert_close, backward, config, cross_entropy, data, device_of, images, labels, parameters,
    paths, values, velocities,
};

/// Both sides compute in f64 and differ only in the order of sums. No ReLU and no maximum of the
/// reference is closer to its kink than 2e-6, so none falls on the other side.
const TOLERANCE: f64 = 1e-11;

fn reference(file: &str) -> Value {
    let path = format!("{}/reference/{file}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn numbers(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(items) => items.iter().flat_map(numbers).collect(),
        number => vec![number.as_f64().expect("a number")],
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().expect("a list")
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

/// The name that PyTorch's script gives a parameter: ours without the variant of the operation.
fn script_name(name: &str) -> String {
    name.replace(".Separable.", ".").replace(".Factored.", ".")
}

/// The script's weights: parameter number p in the order of its sorted names, element i:
/// (1.5 / sqrt(fan_in)) · sin(12.9898·(i + 1) + 78.233·(p + 1)).
struct ScriptWeights {
    numbers: BTreeMap<String, usize>,
    dtype: DType,
}

impl ScriptWeights {
    fn of(file: &Value, dtype: DType) -> Self {
        let names = list(&file["parameters"]).iter().map(|entry| text(&entry["name"]).to_owned());
        Self { numbers: names.enumerate().map(|(p, name)| (name, p)).collect(), dtype }
    }
}

impl Weights for ScriptWeights {
    fn weight(&mut self, name: &str, shape: &[usize], _init: Init) -> Result<TensorData, NnError> {
        let p = self.numbers[&script_name(name)] as f64;
        let fan_in: usize = match name {
            "classifier.bias" => 4,
            "classifier.weight" => shape[0],
            _ => shape[1..].iter().product(),
        };
        let scale = 1.5 / (fan_in as f64).sqrt();
        let element = |i: usize| scale * (12.9898 * (i as f64 + 1.0) + 78.233 * (p + 1.0)).sin();
        Ok(data((0..shape.iter().product()).map(element).collect(), shape, self.dtype))
    }
}

struct Reference {
    file: Value,
    config: NetworkConfig,
    supernet: PaperNetwork,
    device: Device,
    dtype: DType,
}

impl Reference {
    fn load(dtype: DType) -> Self {
        let (file, device) = (reference("network.json"), device_of(dtype).autodiff());
        let number = |field: &str| file["configuration"][field].as_u64().expect("a number") as usize;
        let cells = CellSpace::new(number("cells"), number("blocks")).unwrap();
        let image = numbers(&file["configuration"]["image"]);
        let [channels, side] = [image[0] as usize, image[1] as usize];
        let shape = NetworkShape {
            filters: number("filters"),
            classes: number("classes"),
            channels,
            side,
            order: Default::default(),
            stem: Default::default(),
        };
        let config = NetworkConfig { shape, ..config(cells) };
        let supernet = config.supernet(&mut ScriptWeights::of(&file, dtype), &device).unwrap();
        Self { file, config, supernet, device, dtype }
    }

    fn images(&self, count: usize) -> Tensor<4> {
        images(count, &self.config.shape, self.dtype, &self.device)
    }

    fn masks(&self, case: &Value) -> Vec<PathMask> {
        list(&case["masks"]).iter().map(|mask| self.config.cells.space().parse(text(mask)).unwrap()).collect()
    }

    fn cases(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.file["cases"].as_object().expect("cases by name").iter()
    }

    /// The network's parameters under the script's names, with the gradients of the mean cross
    /// entropy, and logits and loss: by Burn's own operations in f64, by the kernels in f32.
    fn run(&self, masks: &[PathMask]) -> (Vec<f64>, f64, BTreeMap<String, Parameter>) {
        let count = list(&self.file["labels"]).len();
        let paths = paths(&self.config.cells, masks);
        let call = if self.dtype == DType::F64 { PLAIN } else { Call::default() };
        let logits = self.supernet.forward_with(self.images(count), &paths, &call).unwrap();
        let loss = cross_entropy(logits.clone(), labels(count, self.config.shape.classes, &self.device));
        let parameters = backward(loss.clone(), &self.supernet);
        let named = parameters.into_iter().map(|(name, parameter)| (script_name(&name), parameter));
        (values(logits), values(loss)[0], named.collect())
    }
}

#[test]
fn parameters_images_and_labels_are_those_of_the_reference() {
    let reference = Reference::load(DType::F64);
    let ours = parameters(&reference.supernet, &GradientsParams::new());
    let ours: BTreeMap<String, Parameter> = ours.into_iter().map(|(name, p)| (script_name(&name), p)).collect();
    let theirs = list(&reference.file["parameters"]);
    assert!(ours.keys().map(String::as_str).eq(theirs.iter().map(|entry| text(&entry["name"]))));
    // The sine of numbers up to 14,000 differs by the last bit between libraries.
    let ends = |what: &str, found: &[f64], expected: &Value| {
        assert_close(what, &found[..3.min(found.len())], &numbers(&expected["first"]), 1e-12);
        assert_close(what, &found[found.len() - 1..], &numbers(&expected["last"]), 1e-12);
    };
    for entry in theirs {
        let name = text(&entry["name"]);
        let shape: Vec<f64> = ours[name].shape.iter().map(|&n| n as f64).collect();
        assert_eq!(shape, numbers(&entry["shape"]), "{name}");
        ends(name, &ours[name].value, entry);
    }
    let expected = numbers(&reference.file["labels"]);
    let labels: Vec<f64> = labels(expected.len(), 5, &reference.device).into_data().iter().collect();
    assert_eq!(labels, expected);
    ends("images", &values(reference.images(expected.len())), &reference.file["images"]);
}

#[test]
fn logits_and_loss_are_those_of_the_reference() {
    let reference = Reference::load(DType::F64);
    for (name, case) in reference.cases() {
        let (logits, loss, _) = reference.run(&reference.masks(case));
        assert_close(&format!("{name}: logits"), &logits, &numbers(&case["logits"]), TOLERANCE);
        assert_close(&format!("{name}: loss"), &[loss], &numbers(&case["loss"]), TOLERANCE);
    }
}

/// The device under test computes in f32: rounding passes through some fifty normalisations, and
/// the reference has no ReLU closer to its kink than 2e-6, so that one may fall on the other side
/// and add its share.
const SINGLE: f64 = 1e-3;

#[test]
fn on_the_device_in_f32_logits_loss_and_gradients_are_those_of_the_reference() {
    let reference = Reference::load(DType::F32);
    for (name, case) in reference.cases() {
        let (logits, loss, ours) = reference.run(&reference.masks(case));
        assert_close(&format!("{name}: logits"), &logits, &numbers(&case["logits"]), SINGLE);
        assert_close(&format!("{name}: loss"), &[loss], &numbers(&case["loss"]), SINGLE);
        for expected in list(&case["gradients"]) {
            let parameter = text(&expected["name"]);
            let what = format!("{name}: {parameter}");
            assert_eq!(!ours[parameter].moves(), expected["zero"].as_bool().unwrap(), "{what}: exactly zero");
            let Some(gradient) = &ours[parameter].gradient else { continue };
            let norm = gradient.iter().map(|x| x * x).sum::<f64>().sqrt();
            assert_close(&what, &[norm], &numbers(&expected["norm"]), SINGLE);
            assert_close(&what, &gradient[..3.min(gradient.len())], &numbers(&expected["first"]), SINGLE);
        }
    }
}

#[test]
fn gradients_are_those_of_the_reference_and_zero_exactly_where_its_are() {
    let reference = Reference::load(DType::F64);
    for (case_name, case) in reference.cases() {
        let (_, _, ours) = reference.run(&reference.masks(case));
        let theirs = list(&case["gradients"]);
        assert_eq!(theirs.len(), ours.len());
        for expected in theirs {
            let name = text(&expected["name"]);
            let what = format!("{case_name}: {name}");
            assert_eq!(!ours[name].moves(), expected["zero"].as_bool().unwrap(), "{what}: exactly zero");
            let Some(gradient) = &ours[name].gradient else { continue };
            let norm = gradient.iter().map(|x| x * x).sum::<f64>().sqrt();
            let along: f64 = gradient.iter().enumerate().map(|(i, x)| x * (0.1 * (i as f64 + 1.0)).cos()).sum();
            assert_close(
                &what,
                &[norm, along],
                &numbers(&Value::from(vec![expected["norm"].clone(), expected["dot"].clone()])),
                TOLERANCE,
            );
            assert_close(&what, &gradient[..3.min(gradient.len())], &numbers(&expected["first"]), TOLERANCE);
        }
    }
}

#[test]
fn usage_counts_the_ghost_batches_that_the_reference_names() {
    let reference = Reference::load(DType::F64);
    for (case_name, case) in reference.cases() {
        let masks = reference.masks(case);
        let usage = reference.supernet.usage(&paths(&reference.config.cells, &masks)).unwrap();
        let ours = parameters(&reference.supernet, &GradientsParams::new());
        let ours: BTreeMap<String, ParamId> = ours.iter().map(|(name, p)| (script_name(name), p.id)).collect();
        for expected in list(&case["gradients"]) {
            let name = text(&expected["name"]);
            let share = list(&expected["used_by"]).len() as f64 / masks.len() as f64;
            assert_eq!(usage.share(ours[name]), share, "{case_name}: {name}");
        }
        assert_eq!(usage.used() as u64, case["used"].as_u64().unwrap(), "{case_name}");
    }
}

#[test]
fn extracted_networks_have_the_logits_and_gradients_of_the_references_stand_alone_networks() {
    let reference = Reference::load(DType::F64);
    let case = &reference.file["cases"]["architectures"];
    let size = list(&reference.file["labels"]).len() / list(&case["masks"]).len();
    for (g, expected) in list(&case["stand_alone"]).iter().enumerate() {
        let space = reference.config.cells.space();
        let architecture = space.parse_architecture(text(&expected["mask"])).unwrap();
        let alone = reference.config.extract(&reference.supernet, &architecture, &reference.device).unwrap();
        let rows = g * size..(g + 1) * size;
        let paths = paths(&reference.config.cells, &[architecture.mask().clone()]);
        let all = list(&reference.file["labels"]).len();
        let logits = alone.forward_with(reference.images(all).slice([rows.clone()]), &paths, &PLAIN).unwrap();
        assert_close("logits", &values(logits.clone()), &numbers(&expected["logits"]), TOLERANCE);
        let labels = labels(all, reference.config.shape.classes, &reference.device).slice([rows]);
        let loss = cross_entropy(logits, labels);
        assert_close("loss", &values(loss.clone()), &numbers(&expected["loss"]), TOLERANCE);
        let ours = backward(loss, &alone);
        let ours: BTreeMap<String, Parameter> = ours.into_iter().map(|(name, p)| (script_name(&name), p)).collect();
        // The reference has no scales and shifts.
        let weights = ours.keys().filter(|name| !name.contains(".norm.")).count();
        assert_eq!(weights, list(&expected["gradients"]).len());
        for gradient in list(&expected["gradients"]) {
            let name = text(&gradient["name"]);
            let norm = ours[name].gradient.as_ref().expect("an entry").iter().map(|x| x * x).sum::<f64>().sqrt();
            assert_close(name, &[norm], &numbers(&gradient["norm"]), TOLERANCE);
        }
    }
}

/// The four slices of update.py; a bias is what has one dimension.
#[derive(Module, Debug)]
struct Slices {
    always: Param<Tensor<2>>,
    rest: Param<Tensor<2>>,
    some: Param<Tensor<2>>,
    bias: Param<Tensor<1>>,
}

impl Slices {
    fn start(file: &Value, device: &Device) -> Self {
        let first = |name: &str| {
            let entry = list(&file["slices"]).iter().find(|entry| entry["name"] == name).expect("a slice");
            let w = numbers(&entry["w"]);
            let shape = [w.len()];
            Tensor::<1>::from_data(data(w, &shape, DType::F64), (device, DType::F64))
        };
        let weight = |name| Param::from_tensor(first(name).unsqueeze());
        Self {
            always: weight("always"),
            rest: weight("rest"),
            some: weight("some"),
            bias: Param::from_tensor(first("bias")),
        }
    }

    fn gradients(&self, step: &Value, device: &Device) -> GradientsParams {
        let mut gradients = GradientsParams::new();
        for entry in list(&step["slices"]) {
            let q = numbers(&entry["q"]);
            let shape = [q.len()];
            let q = Tensor::<1>::from_data(data(q, &shape, DType::F64), (device, DType::F64));
            match text(&entry["name"]) {
                "always" => gradients.register(self.always.id, q.unsqueeze::<2>()),
                "rest" => gradients.register(self.rest.id, q.unsqueeze::<2>()),
                "some" => gradients.register(self.some.id, q.unsqueeze::<2>()),
                _ => gradients.register(self.bias.id, q),
            }
        }
        gradients
    }
}

/// (w, v) of each slice.
type State = BTreeMap<String, (Vec<f64>, Vec<f64>)>;

/// The update of PAPER.md, with any μ, after each step of update.json.
fn by_the_definition(file: &Value, momentum: f64) -> Vec<State> {
    let mut state = BTreeMap::new();
    for slice in list(&file["slices"]) {
        let w = numbers(&slice["w"]);
        let decay = slice["lambda"].as_f64().unwrap();
        state.insert(text(&slice["name"]).to_owned(), (decay, w.clone(), vec![0.0; w.len()]));
    }
    let mut after = Vec::new();
    for step in list(&file["steps"]) {
        let used = || list(&step["slices"]).iter().filter(|slice| slice["u"].as_f64().unwrap() > 0.0);
        let norm = used().flat_map(|slice| numbers(&slice["q"])).map(|q| q * q).sum::<f64>().sqrt();
        let (c, eta) = (1f64.min(5.0 / norm), step["eta"].as_f64().unwrap());
        for slice in used() {
            let (decay, w, v) = state.get_mut(text(&slice["name"])).expect("a slice");
            let share = slice["u"].as_f64().unwrap();
            for (i, q) in numbers(&slice["q"]).into_iter().enumerate() {
                let d = c * q + *decay * share * w[i];
                v[i] = momentum * v[i] + d;
                w[i] -= eta * (d + momentum * v[i]);
            }
        }
        after.push(state.iter().map(|(name, (_, w, v))| (name.clone(), (w.clone(), v.clone()))).collect());
    }
    after
}

#[test]
fn the_masked_update_is_that_of_the_reference() {
    let (file, device) = (reference("update.json"), device_of(DType::F64));
    let steps = list(&file["steps"]);
    let momentum = file["mu"].as_f64().unwrap();
    for (step, after) in steps.iter().zip(by_the_definition(&file, momentum)) {
        for slice in list(&step["slices"]) {
            let (w, v) = &after[text(&slice["name"])];
            assert_close("w by the definition", w, &numbers(&slice["w"]), 1e-14);
            assert_close("v by the definition", v, &numbers(&slice["v"]), 1e-14);
        }
    }

    // Burn keeps μ as f32: 0.9 is 0.8999999762. With that μ it follows the definition to rounding,
    // and the reference to 1e-7.
    let rounded = f64::from(momentum as f32);
    let expected = by_the_definition(&file, rounded);
    let config = MomentumConfig::new().with_momentum(momentum).with_dampening(0.0).with_nesterov(true);
    let mut optimizer = SgdConfig::new().with_momentum(Some(config)).init();
    let l2 = MaskedL2 { decay: 5e-4, clip: file["clip"].as_f64().unwrap(), weighting: Weighting::Share };
    let mut slices = Slices::start(&file, &device.clone().autodiff());
    for (step, expected) in steps.iter().zip(expected) {
        let ids = parameters(&slices, &GradientsParams::new());
        let share = |slice: &Value| (ids[text(&slice["name"])].id, slice["u"].as_f64().unwrap());
        let usage: Usage = list(&step["slices"]).iter().map(share).collect();
        let directions = l2.apply(&slices, slices.gradients(step, &device), &usage);
        slices = optimizer.step(step["eta"].as_f64().unwrap(), slices, directions);
        let (ours, moved) = (parameters(&slices, &GradientsParams::new()), velocities(&optimizer, &slices));
        for slice in list(&step["slices"]) {
            let name = text(&slice["name"]);
            let (w, v) = &expected[name];
            let velocity: Vec<f64> = moved[name].iter().map(|x| -x / (rounded * rounded)).collect();
            assert_close(&format!("{name}: w"), &ours[name].value, w, 1e-14);
            assert_close(&format!("{name}: v"), &velocity, v, 1e-14);
            assert_close(&format!("{name}: w of PyTorch"), &ours[name].value, &numbers(&slice["w"]), 1e-7);
            assert_close(&format!("{name}: v of PyTorch"), &velocity, &numbers(&slice["v"]), 1e-7);
        }
    }
}
