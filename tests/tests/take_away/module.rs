//! `model.rs`, compiled as modules of this program; they use nothing but Burn.

use crate::{
    cases::{Case, cases, tolerance},
    generated,
};
use burn::{
    store::{ModuleSnapshot, SafetensorsStore},
    tensor::{Device, Tensor},
};
use std::path::{Path, PathBuf};
use supernet::{
    data::ImageShape,
    export::model_source,
    prelude::*,
    train::best::{BestNet, load_best},
};
use supernet_tests::{assert_close, bits, device, values};

/// Both sides compute in f32 and differ in the order of sums; logits are of order 1. Where an order
/// that a processor asks for rounds more, what it rounds is allowed.
const TOLERANCE: f64 = 1e-5;

fn generated(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/take_away/generated").join(name).with_extension("rs")
}

/// What a case's module computes with the weights of a file; the error's text if it refuses them.
/// Its weights are then saved to `again`.
fn run(case: &Case, weights: &Path, images: Tensor<4>, device: &Device, again: &Path) -> Result<Tensor<2>, String> {
    macro_rules! run {
        ($($name:ident)*) => {
            match case.name.as_str() {
                $(stringify!($name) => {
                    let network = generated::$name::Network::load(weights, device).map_err(|error| error.to_string())?;
                    network.save_into(&mut SafetensorsStore::from_file(again)).map_err(|error| error.to_string())?;
                    Ok(network.forward(images))
                })*
                other => panic!("no module of the name {other}"),
            }
        };
    }
    run!(cells_of_their_own conv_norm_relu dead_block every_operation imagenet_stem relu_conv_norm)
}

#[test]
fn what_is_checked_in_is_what_is_written_now() {
    for case in cases() {
        let (path, now) = (generated(&case.name), model_source(&case.description()).unwrap());
        if std::env::var_os("SUPERNET_WRITE_GENERATED").is_some() {
            std::fs::write(&path, &now).unwrap();
        }
        let there = std::fs::read_to_string(&path).unwrap();
        assert!(there == now, "{} is not what is written now; see generated/mod.rs", path.display());
    }
}

#[test]
fn the_module_computes_what_the_library_computes_and_reads_the_weights_that_it_wrote() {
    for case in cases() {
        let folder = tempfile::tempdir().unwrap();
        let network = case.network();
        case.save(&network, folder.path());
        let (images, expected) = case.answers(&network, 6);
        let expected = values(expected);
        assert!(expected.iter().any(|logit| logit.abs() > 0.1), "{}: logits that tell something", case.name);
        let (first, second) = (folder.path().join("weights.safetensors"), folder.path().join("again.safetensors"));
        let logits = run(&case, &first, images.clone(), &device(), &second).unwrap();
        assert_close(&case.name, &values(logits.clone()), &expected, tolerance(&case, 6, TOLERANCE));
        let again = run(&case, &second, images, &device(), &folder.path().join("third.safetensors")).unwrap();
        assert_eq!(bits(again), bits(logits), "{}", case.name);
    }
}

#[test]
fn the_library_reads_the_same_files() {
    for case in cases() {
        let folder = tempfile::tempdir().unwrap();
        let network = case.network();
        case.save(&network, folder.path());
        let (record, read) = load_best(folder.path(), &device()).unwrap();
        assert_eq!((&record.architecture, &record.network), (&case.mask, &BestNet::Paper(case.config.clone())));
        assert_eq!(bits(case.answers(&read, 6).1), bits(case.answers(&network, 6).1), "{}", case.name);
    }
}

#[test]
fn weights_of_another_network_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let [one, other] = [0, 2].map(|i| cases().swap_remove(i));
    let network = other.network();
    other.save(&network, folder.path());
    let (images, _) = other.answers(&network, 1);
    let again = folder.path().join("again.safetensors");
    let error = run(&one, &folder.path().join("weights.safetensors"), images.clone(), &device(), &again).unwrap_err();
    assert!(error.contains("block1.from_a.weight"), "{error}");
    assert!(run(&one, &folder.path().join("missing"), images, &device(), &again).is_err());

    one.save(&one.network(), &folder.path().join("one"));
    std::fs::copy(folder.path().join("weights.safetensors"), folder.path().join("one/weights.safetensors")).unwrap();
    let error = load_best(folder.path().join("one"), &device()).unwrap_err().to_string();
    assert!(error.contains("one/weights.safetensors") && error.contains("blocks.0.inputs.weights.0"), "{error}");
    std::fs::write(folder.path().join("one/architecture.json"), "{}").unwrap();
    let error = load_best(folder.path().join("one"), &device()).unwrap_err().to_string();
    assert!(error.contains("architecture.json") && error.contains("missing field"), "{error}");
}

#[test]
fn the_module_normalises_as_training_did() {
    use generated::every_operation::{CLASSES, MEAN, STD, normalise};
    let classes = CLASSES.map(String::from).to_vec();
    let pixels: Vec<u8> = (0..2 * 3 * 8 * 8).map(|i| (i * 7 % 256) as u8).collect();
    let images = Images::new("ramp", ImageShape::new(3, 8, 8), classes, pixels.clone(), vec![0, 4]).unwrap();
    let batch = images.batch(&[0, 1], &Normalisation::new(MEAN.to_vec(), STD.to_vec()).unwrap());
    let values_of_bytes: Vec<f32> = pixels.iter().map(|&pixel| f32::from(pixel) / 255.0).collect();
    let found = normalise(Tensor::<1>::from_floats(&values_of_bytes[..], &device()).reshape([2, 3, 8, 8]));
    let expected: Vec<f64> = batch.images.iter().map(|&value| f64::from(value)).collect();
    // Two roundings of values of order 1.
    assert_close("normalised", &values(found), &expected, 1e-6);
}
