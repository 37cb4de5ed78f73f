//! The programs that take images of one's own: a whole search, the correlation study and the main table on a folder of PNG files, in seconds.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};
use supernet::prelude::*;

fn run(name: &str, arguments: &[&str]) -> Output {
    let test = std::env::current_exe().expect("a path");
    let folder: PathBuf = test.parent().and_then(|deps| deps.parent()).expect("target/profile/deps").join("examples");
    Command::new(folder.join(name)).args(arguments).output().expect("an example")
}

/// What a program prints.
fn printed(name: &str, arguments: &[&str]) -> String {
    let output = run(name, arguments);
    let text = String::from_utf8(output.stdout).expect("text");
    assert!(output.status.success(), "{name} {arguments:?}: {text}{}", String::from_utf8_lossy(&output.stderr));
    text
}

fn refused(name: &str, arguments: &[&str]) -> String {
    let output = run(name, arguments);
    let text = String::from_utf8(output.stderr).expect("text");
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.starts_with("error: ") && !text.contains("panicked"), "{text}");
    text
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path that is text")
}

#[test]
fn without_arguments_a_folder_is_made_and_searched() {
    let out = tempfile::tempdir().unwrap();
    let printed =
        printed("own_images", &["--size", "16", "--budget", "0.003", "--cutout", "4", "--out", text(out.path())]);
    assert!(printed.contains("60 of each class of Fashion-MNIST, written to "), "{printed}");
    assert!(printed.contains("1x16x16 images of 10 classes in clothing"), "{printed}");
    assert!(printed.contains("400 training, 100 validation, 100 test images"), "{printed}");
    assert!(printed.contains("best architecture: "), "{printed}");
    let config = fs::read_to_string(out.path().join("config.json")).unwrap();
    assert!(config.contains("\"cutout\": 4"), "{config}");
    assert!(out.path().join("best/weights.safetensors").is_file());
}

#[test]
fn idx_files_and_cifar100_are_searched_by_path() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    // 60 images of 1x8x8 in three classes, a stripe for each.
    let pixels: Vec<u8> = (0..60 * 64).map(|p| if p % 8 == p / 64 % 3 { 200 } else { (p % 50) as u8 }).collect();
    let labels: Vec<u8> = (0..60).map(|i| i % 3).collect();
    let big = |numbers: &[u32]| numbers.iter().flat_map(|number| number.to_be_bytes()).collect::<Vec<u8>>();
    fs::write(path("images"), [big(&[0x0803, 60, 8, 8]), pixels].concat()).unwrap();
    fs::write(path("labels"), [big(&[0x0801, 60]), labels].concat()).unwrap();
    let (images, labels, out) = (path("images"), path("labels"), path("run"));
    let arguments = ["--idx", text(&images), text(&labels), "--classes", "3", "--budget", "0.002", "--out", text(&out)];
    let printed = printed("own_images", &arguments);
    assert!(printed.contains("1x8x8 images of 3 classes in images"), "{printed}");
    assert!(printed.contains("36 training, 12 validation, 12 test images"), "{printed}");

    let error = refused("own_images", &["--cifar100", text(folder.path()), "--coarse", "--out", text(&out)]);
    assert!(error.contains("train.bin: no such file, expected records of 3074 bytes"), "{error}");
}

#[test]
fn correlation_study_and_main_table_run_on_a_folder_behind_the_stem_of_imagenet() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let images = path("images");
    let printed_text = printed("write_folder", &["--per-class", "12", "--out", text(&images)]);
    assert!(printed_text.starts_with("120 images of 10 classes in "), "{printed_text}");
    let read = image_folder(&images, &FolderOptions::square(32)).unwrap();
    assert_eq!((read.class_counts(), read.classes()[8].as_str()), (vec![12; 10], "T-shirt_top"));

    let variant = ["--folder", text(&images), "--size", "32", "--imagenet-stem", "--budget", "0.01"];
    let out = path("correlation");
    let study = ["--supernets", "1", "--natural", "3", "--stratified", "3", "--twice", "3", "--out", text(&out)];
    let printed_text = printed("correlation", &[variant.as_slice(), &study].concat());
    assert!(printed_text.contains("one-shot accuracy"), "{printed_text}");
    let config = fs::read_to_string(out.join("config.json")).unwrap();
    assert!(config.contains("\"stem\": \"imagenet\""), "{config}");
    assert!(["report.html", "truth.csv", "figure.png"].iter().all(|name| out.join(name).is_file()));

    let out = path("main_table");
    let table = ["--models", "1", "--filters", "4,6", "--out", text(&out)];
    let printed_text = printed("main_table", &[variant.as_slice(), &table].concat());
    assert!(printed_text.contains("One-Shot Top") && printed_text.contains("All On"), "{printed_text}");
    assert!(out.join("networks.csv").is_file());

    let error = refused(
        "main_table",
        &["--folder", text(&images), "--size", "24", "--imagenet-stem", "--out", text(&path("no"))],
    );
    assert_eq!(error, "error: image side: found 24, expected a multiple of 16, not 0, for the stem of ImageNet\n");
}

#[test]
fn a_file_that_is_no_image_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let images = folder.path().join("images");
    printed("write_folder", &["--per-class", "2", "--out", text(&images)]);
    let broken = images.join("Bag/00.png");
    fs::write(&broken, b"no image").unwrap();
    let error = refused("own_images", &["--folder", text(&images), "--out", text(&folder.path().join("run"))]);
    assert!(error.starts_with(&format!("error: {}: found 1 of 21 ", images.display())), "{error}");
    assert!(
        error.contains(&format!("\n  {}: found something that is no picture, expected", broken.display())),
        "{error}"
    );
    assert!(!folder.path().join("run").exists());
}
