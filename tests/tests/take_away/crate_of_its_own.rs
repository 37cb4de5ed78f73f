//! `model.rs` in a crate of its own, outside the workspace, whose one dependency is Burn with the
//! features that the file asks for. Burn is built for it, in minutes, so this is run by
//! `.ci/export`.

use crate::{
    book::snippet,
    cases::{all, tolerance},
};
use std::{fs, path::Path, process::Command};
use supernet_tests::{assert_close, values};

/// The folder that keeps what is built.
const TARGET: &str = "SUPERNET_EXPORT_TARGET";

/// As in `module.rs`.
const TOLERANCE: f64 = 1e-5;

const MANIFEST: &str = r#"[package]
name = "taken-away"
version = "0.0.0"
edition = "2024"

[dependencies]
burn = { version = "0.22.1", default-features = false, features = ["std", "flex", "store", "safetensors"] }

[[bin]]
name = "taken-away"
path = "src/main.rs"

[profile.dev]
debug = false
incremental = false

[workspace]
"#;

/// Reads the images of each case and writes their logits beside them.
fn program(names: &[&str]) -> String {
    let modules: String = names.iter().map(|name| format!("mod {name};\n")).collect();
    let calls: String = names
        .iter()
        .map(|name| {
            format!(
                "    let network = {name}::Network::load(folder.join(\"{name}/weights.safetensors\"), &device)?;\n    \
                 write(&folder.join(\"{name}\"), network.forward(read(&folder.join(\"{name}\"), {name}::IMAGE, &device)?))?;\n"
            )
        })
        .collect();
    format!(
        "{modules}
use burn::tensor::{{Device, Tensor, TensorData}};
use std::{{error::Error, fs, path::Path}};

fn main() -> Result<(), Box<dyn Error>> {{
    let device = Device::flex();
    let folder = std::env::args().nth(1).ok_or(\"a folder\")?;
    let folder = Path::new(&folder);
{calls}    Ok(())
}}

fn read(folder: &Path, image: [usize; 3], device: &Device) -> Result<Tensor<4>, Box<dyn Error>> {{
    let bytes = fs::read(folder.join(\"images.f32\"))?;
    let values: Vec<f32> = bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
    let [channels, height, width] = image;
    let images = values.len() / (channels * height * width);
    Ok(Tensor::from_data(TensorData::new(values, [images, channels, height, width]), device))
}}

fn write(folder: &Path, logits: Tensor<2>) -> Result<(), Box<dyn Error>> {{
    let bytes: Vec<u8> = logits.into_data().iter::<f32>().flat_map(f32::to_le_bytes).collect();
    Ok(fs::write(folder.join(\"logits.f32\"), bytes)?)
}}
"
    )
}

fn cargo(folder: &Path, target: &Path, arguments: &[&str]) {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let run = Command::new(cargo).args(arguments).current_dir(folder).env("CARGO_TARGET_DIR", target).status();
    assert!(run.expect("cargo").success(), "cargo {}", arguments.join(" "));
}

#[test]
fn a_crate_of_its_own_that_knows_burn_alone_computes_what_the_library_computes() {
    let Some(target) = std::env::var_os(TARGET) else {
        return println!("not run: {TARGET} names no folder for what is built; .ci/export names one");
    };
    let target = std::path::absolute(Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(target)).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let sources = folder.path().join("src");
    fs::create_dir(&sources).unwrap();
    let mut expected = Vec::new();
    for case in all(0) {
        let of_case = folder.path().join(case.name());
        case.write(&of_case);
        fs::copy(of_case.join("model.rs"), sources.join(case.name()).with_extension("rs")).unwrap();
        let (images, logits) = case.images_and_logits(6);
        let bytes: Vec<u8> = images.into_data().iter::<f32>().flat_map(f32::to_le_bytes).collect();
        fs::write(of_case.join("images.f32"), bytes).unwrap();
        expected.push((case.name().to_owned(), values(logits), tolerance(&*case, 6, TOLERANCE)));
    }
    let names: Vec<&str> = expected.iter().map(|(name, ..): &(String, _, _)| name.as_str()).collect();
    fs::write(sources.join("main.rs"), program(&names)).unwrap();
    fs::write(folder.path().join("Cargo.toml"), MANIFEST).unwrap();
    // The versions that the workspace is tested with.
    fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.lock"), folder.path().join("Cargo.lock")).unwrap();
    cargo(folder.path(), &target, &["run", "-q", "--bin", "taken-away", "--", "."]);
    // The book's program, beside the files that it asks for.
    let book = sources.join("bin/book");
    fs::create_dir_all(&book).unwrap();
    fs::write(book.join("main.rs"), snippet("```rust,ignore\n")).unwrap();
    fs::copy(sources.join(names[0]).with_extension("rs"), book.join("model.rs")).unwrap();
    fs::rename(folder.path().join(names[0]), folder.path().join("best")).unwrap();
    cargo(folder.path(), &target, &["run", "-q", "--bin", "book"]);
    fs::rename(folder.path().join("best"), folder.path().join(names[0])).unwrap();

    for (name, expected, tolerance) in expected {
        let bytes = fs::read(folder.path().join(&name).join("logits.f32")).unwrap();
        let found = bytes.chunks_exact(4).map(|bytes| f64::from(f32::from_le_bytes(bytes.try_into().unwrap())));
        assert_close(&name, &found.collect::<Vec<_>>(), &expected, tolerance);
    }
}
