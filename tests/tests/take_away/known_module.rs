//! `model.rs` of the known spaces beside the paper's, compiled as modules of this program; they use
//! nothing but Burn.

use crate::{
    cases::{TakeAway, tolerance},
    generated,
    known::{KnownCase, known_cases},
};
use burn::{
    module::Module,
    nn::{Linear, LinearConfig},
    store::{ModuleSnapshot, SafetensorsStore},
    tensor::Tensor,
};
use std::path::Path;
use supernet::{
    export::{ExportError, write_best, write_described},
    prelude::*,
    train::best::{Best, BestNet, Card},
};
use supernet_nn::{
    Build, Call, ConvNorm, Definition, Describe, Layer, MaskedNetwork, Network, Notes, OneOf, Repeat, Rows, SomeOf,
    Statistics, WideConv, Width, Wire,
};
use supernet_space::draws;
use supernet_tests::{Formula, assert_close, bits, device, values};

/// Both sides compute in f32 and differ in the order of sums; logits are of order 1.
const TOLERANCE: f64 = 1e-5;

/// What a module computes with the weights of a file. Its weights are then saved to `again`.
fn run(name: &str, weights: &Path, images: Tensor<4>, again: &Path) -> Tensor<2> {
    macro_rules! run {
        ($($name:ident)*) => {
            match name {
                $(stringify!($name) => {
                    let network = generated::$name::Network::load(weights, &device()).unwrap();
                    network.save_into(&mut SafetensorsStore::from_file(again)).unwrap();
                    network.forward(images)
                })*
                other => panic!("no module of the name {other}"),
            }
        };
    }
    run!(
        darts dead_edges dead_network enas_macro enas_micro genetic_stages hierarchical_motifs memory_banks
        mobile_chain mobile_net_v1 mobile_net_widths nas_bench_201 nas_bench_macro nas_net own_choices pnas_net
        replaced_in_a_chain replaced_in_banks replaced_in_cells replaced_in_the_papers
    )
}

fn is_what_is_checked_in(name: &str, folder: &Path) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/take_away/generated").join(name).with_extension("rs");
    let now = std::fs::read_to_string(folder.join("model.rs")).unwrap();
    if std::env::var_os("SUPERNET_WRITE_GENERATED").is_some() {
        std::fs::write(&path, &now).unwrap();
    }
    let there = std::fs::read_to_string(&path).unwrap();
    assert!(there == now, "{} is not what is written now; see generated/mod.rs", path.display());
}

fn computes(name: &str, folder: &Path, (images, expected): (Tensor<4>, Tensor<2>), tolerance: f64) {
    let (first, second) = (folder.join("weights.safetensors"), folder.join("again.safetensors"));
    let logits = run(name, &first, images.clone(), &second);
    assert_close(name, &values(logits.clone()), &values(expected), tolerance);
    let again = run(name, &second, images, &folder.join("third.safetensors"));
    assert_eq!(bits(again), bits(logits), "{name}");
}

#[test]
fn what_is_checked_in_of_known_spaces_is_what_is_written_now() {
    for case in known_cases() {
        let folder = tempfile::tempdir().unwrap();
        case.write(folder.path());
        is_what_is_checked_in(case.name(), folder.path());
    }
    let folder = tempfile::tempdir().unwrap();
    let network = own_network();
    save(&network, folder.path());
    write_described(folder.path(), &[], &network).unwrap();
    is_what_is_checked_in("own_choices", folder.path());
}

#[test]
fn the_modules_of_known_spaces_compute_what_the_library_computes() {
    for case in known_cases() {
        let folder = tempfile::tempdir().unwrap();
        case.write(folder.path());
        let (images, expected) = case.images_and_logits(6);
        let found = values(expected.clone());
        assert!(found.iter().any(|logit| logit.abs() > 0.1), "{}: logits that tell something", case.name());
        // Rows of images differ, unless no logit depends on one.
        assert_eq!(found[..5] != found[5..10], case.name() != "dead_network", "{}", case.name());
        computes(case.name(), folder.path(), (images, expected), tolerance(&case, 6, TOLERANCE));
    }
}

#[test]
fn every_file_of_a_known_space_is_on_its_card() {
    let case: &KnownCase = &known_cases()[0];
    let folder = tempfile::tempdir().unwrap();
    case.write(folder.path());
    let card = std::fs::read_to_string(folder.path().join("card.md")).unwrap();
    for file in ["model.rs", "model.onnx", "cell.svg", "weights.safetensors"] {
        assert!(folder.path().join(file).is_file() && card.contains(&format!("| `{file}` |")), "{file}");
    }
}

/// A network of one's own with each kind of choice: widths, a depth, a sum and a concatenation.
#[derive(Module, Debug)]
struct Own {
    widen: WideConv,
    narrow: WideConv,
    depth: Repeat<ConvNorm>,
    sum: SomeOf<ConvNorm>,
    concatenated: SomeOf<supernet_nn::Sliced<ConvNorm>>,
    one: OneOf<ConvNorm>,
    classifier: Linear,
    lies: bool,
}

impl Own {
    fn new(b: &Build, lies: bool) -> Self {
        let (input, width, back) = (Width::fixed(3), Width::one_of(b, "width", [2, 4, 6]), Width::fixed(4));
        let conv = |k| ConvNorm::new(b, [4, 4], k);
        let options = || [("three", conv(3)), ("five", conv(5)), ("one", conv(1))];
        Self {
            widen: WideConv::new(b, &input, &width, 3).with_relu(),
            narrow: WideConv::new(b, &width, &back, 3).with_stride(2),
            depth: Repeat::new(b, "depth", (0..3).map(|_| conv(3))),
            sum: SomeOf::new(b, "sum", 1..=3, options()),
            concatenated: SomeOf::concatenated(
                b,
                "concatenated",
                1..=3,
                options().map(|(name, conv)| (name, conv, 4)),
                4,
            ),
            one: OneOf::new(b, "one", options()),
            classifier: LinearConfig::new(4, 5).init(b.device()),
            lies,
        }
    }

    fn definition(lies: bool) -> Definition<Self> {
        Definition::new("own", &[3, 8, 8], &device(), move |b| Self::new(b, lies)).unwrap()
    }
}

impl Layer<4, 2> for Own {
    fn forward(&self, x: Rows) -> Rows<2> {
        let x = x.through(&self.widen).through(&self.narrow).through(&self.depth);
        let x = x.clone() + x.through(&self.sum).relu();
        let x = x.through(&self.concatenated).through(&self.one);
        x.global_average().through(&self.classifier)
    }
}

impl Describe for Own {
    fn describe(&self, x: Wire) -> Wire {
        let x = x.through(&self.widen).through(&self.narrow).through(&self.depth);
        let y = x.clone().through(&self.sum);
        let x = x + if self.lies { y } else { y.relu() };
        let x = x.through(&self.concatenated).through(&self.one);
        x.global_average().through(&self.classifier)
    }
}

fn own(mask: &str, lies: bool) -> Network<Own> {
    let definition = Own::definition(lies);
    let mask = definition.space().parse(mask).unwrap();
    calibrated(definition.stand_alone(&mask, &mut Formula(burn::tensor::DType::F32), &device()).unwrap())
}

/// The second width, two deep, two of three summed, two of three concatenated, one.
fn own_network() -> Network<Own> {
    own("010/010/101/110/001", false)
}

fn calibrated<M: Layer<4, 2>>(network: Network<M>) -> Network<M> {
    let notes = Notes::default();
    let call = Call { statistics: Statistics::Note(&notes), ..Call::default() };
    let paths = network.paths(vec![network.mask().unwrap().clone()], None).unwrap();
    network.forward_with(rows(16).narrow(0, 0, 8), &paths, &call).unwrap();
    network.calibrate(&notes)
}

fn rows(count: usize) -> Tensor<4> {
    supernet_tests::images(
        count,
        &supernet_tests::config(CellSpace::new(3, 1).unwrap()).shape,
        burn::tensor::DType::F32,
        &device(),
    )
}

/// Writes what a run writes of a network of one's own.
fn save(network: &Network<Own>, folder: &Path) {
    let (definition, provenance) = (Own::definition(false), crate::cases::provenance());
    let mask = network.mask().unwrap();
    let card = Card {
        network: &BestNet::Own { own: "own".into(), input: vec![3, 8, 8], classes: 5 },
        mask,
        cost: definition.cost(mask).unwrap(),
        normalisation: None,
        classes: &["a", "b", "c", "d", "e"].map(String::from),
        seed: 7,
        retrained: &[],
        provenance: &provenance,
        command: None,
        latency: &[],
    };
    Best { card, network }.save(folder).unwrap();
}

#[test]
fn a_network_of_ones_own_that_describes_itself_is_written_down() {
    let folder = tempfile::tempdir().unwrap();
    let network = own_network();
    save(&network, folder.path());
    write_described(folder.path(), &[], &network).unwrap();
    let images = rows(22).narrow(0, 16, 6);
    computes("own_choices", folder.path(), (images.clone(), network.forward(images).unwrap()), TOLERANCE);
    let card = std::fs::read_to_string(folder.path().join("card.md")).unwrap();
    assert!(card.contains("| `model.onnx` |"), "{card}");
}

#[test]
fn every_choice_of_ones_own_is_described_as_it_computes() {
    let definition = Own::definition(false);
    for i in 0..20 {
        let mask = definition.space().sample(&mut draws(1, "own", i)).to_string();
        let network = own(&mask, false);
        let images = rows(4);
        let found = network.graph().unwrap().compute(&supernet_nn::NamedWeights::of(&network), images.clone()).unwrap();
        assert_close(&mask, &values(found), &values(network.forward(images).unwrap()), TOLERANCE);
    }
}

#[test]
fn a_network_that_does_not_say_what_it_computes_is_refused_by_file_and_space() {
    let folder = tempfile::tempdir().unwrap();
    let network = own_network();
    save(&network, folder.path());
    let error = write_best(folder.path(), &[], &network).unwrap_err();
    let text = error.to_string();
    assert!(matches!(error, ExportError::Description(_)), "{text}");
    assert!(text.starts_with("model.rs: found a network of the space `own`, expected one of a known space"), "{text}");
    assert!(!folder.path().join("model.rs").exists());
}

#[test]
fn a_module_that_describes_what_it_does_not_compute_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let network = own("010/010/101/110/001", true);
    save(&network, folder.path());
    let error = write_described(folder.path(), &[], &network).unwrap_err();
    assert!(matches!(&error, ExportError::Differs { space, found, .. } if space == "own" && *found > 0.02), "{error}");
    assert!(!folder.path().join("model.rs").exists());
    let supernet = Own::definition(false).supernet(&mut Formula(burn::tensor::DType::F32), &device()).unwrap();
    let error = write_described(folder.path(), &[], &supernet).unwrap_err().to_string();
    assert_eq!(
        error,
        "description: the network: found a supernet, expected the stand-alone network of an architecture"
    );
}
