//! A whole one-shot search on images of one's own: a folder of class folders, CIFAR-100, or IDX
//! files. Without arguments it writes a small folder of PNG files from the embedded Fashion-MNIST,
//! 60 images of each class, and searches on that.

use clap::Parser;
use std::{
    error::Error,
    path::{Path, PathBuf},
    process::ExitCode,
};
use supernet::prelude::*;
use supernet_examples::{command, first_of_each_class, fitted_quick, in_fifths, report};

/// One-shot architecture search on images of your own.
#[derive(Parser)]
struct Arguments {
    /// A folder with a folder for each class, in it PNG, JPEG or BMP files.
    #[arg(long, conflicts_with_all = ["cifar100", "idx"])]
    folder: Option<PathBuf>,

    /// Side of the images of a folder: their centred squares are scaled to it. Divisible by 4, with
    /// --imagenet-stem by 16.
    #[arg(long, default_value_t = 32)]
    size: usize,

    /// One channel of luminance in place of red, green and blue, for images of a folder.
    #[arg(long)]
    grey: bool,

    /// Folder of CIFAR-100's binary version: train.bin and test.bin.
    #[arg(long, conflicts_with = "idx")]
    cifar100: Option<PathBuf>,

    /// The 20 groups of CIFAR-100 in place of its 100 classes.
    #[arg(long, requires = "cifar100")]
    coarse: bool,

    /// Two IDX files, plain or gzip, as those of MNIST: images, labels. They are not flipped when
    /// they are trained on.
    #[arg(long, num_args = 2, value_names = ["IMAGES", "LABELS"])]
    idx: Option<Vec<PathBuf>>,

    /// Classes of the IDX files, numbered from 0.
    #[arg(long, default_value_t = 10)]
    classes: usize,

    /// Side of the square that is cut out of each training image, in pixels.
    #[arg(long, default_value_t = 0)]
    cutout: usize,

    /// The stem of two stages of stride 2, for larger images.
    #[arg(long)]
    imagenet_stem: bool,

    /// Scales training steps, candidates and epochs together; with 1 as many images are trained on
    /// as by the preset quick on the embedded images.
    #[arg(long, default_value_t = 0.1)]
    budget: f64,

    /// Seed of every draw: split, weights, paths, candidates.
    #[arg(long, default_value_t = 1)]
    seed: u64,

    /// Where to run: flex (this processor) or, if built with their features, cuda:0, vulkan:0,
    /// wgpu:0.
    #[arg(long, default_value = "flex")]
    device: String,

    /// Directory for the results.
    #[arg(long, default_value = "runs/own_images")]
    out: PathBuf,
}

fn main() -> ExitCode {
    report(|| run(&Arguments::parse()))
}

fn run(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let split = split(arguments)?;
    let config = config(arguments, &split)?;
    let device = device(&arguments.device)?;
    let search = Search::images(&config, &split, &device)?;
    let directory = RunDirectory::open(&arguments.out, &search, search.provenance(&arguments.device)?)?
        .with_command(command("own_images"));
    let (shape, classes) = (split.train.shape(), split.train.classes().len());
    println!("{shape} images of {classes} classes in {}", split.train.name().trim_end_matches("/train"));
    println!("{} training, {} validation, {} test images", split.train.len(), split.validation.len(), split.test.len());

    let result = directory.search(&search, &mut ProgressLine::new())?;
    write_results(&directory, &result)?;

    println!("\n{}\n{}", result.verdict, ComparisonTable(&result.retrained));
    println!("best architecture: {}", result.best.0);
    println!("results: {}", directory.path().display());
    Ok(())
}

/// The images that are asked for, each part with its share of every class.
fn split(arguments: &Arguments) -> Result<Split, Box<dyn Error>> {
    let seed = arguments.seed;
    if let Some(folder) = &arguments.cifar100 {
        let labels = if arguments.coarse { Cifar100Labels::Coarse } else { Cifar100Labels::Fine };
        let TrainTest { train, test } = cifar100(folder, labels)?;
        let held_out = train.len() / 10 / 100 * 100;
        let counts = [train.len() - held_out, held_out];
        return Ok(stratified_with_test(&train, &counts, test, &mut draws(seed, "split", 0))?);
    }
    if let Some([images, labels]) = arguments.idx.as_deref() {
        let classes = (0..arguments.classes).map(|class| class.to_string()).collect();
        return Ok(in_fifths(&idx(name_of(images), classes, images, labels)?, seed)?);
    }
    let options = FolderOptions { grey: arguments.grey, ..FolderOptions::square(arguments.size) };
    match &arguments.folder {
        Some(folder) => Ok(in_fifths(&image_folder(folder, &options)?, seed)?),
        None => {
            let made = tempfile::tempdir()?;
            let folder = made.path().join("clothing");
            first_of_each_class(&fashion_mnist()?, 60)?.write_folder(&folder)?;
            println!(
                "no images named: 60 of each class of Fashion-MNIST, written to {} as PNG files",
                folder.display()
            );
            Ok(in_fifths(&image_folder(&folder, &FolderOptions { grey: true, ..options })?, seed)?)
        }
    }
}

/// The preset quick for these images, with crops as far as an eighth of the side, and flips
/// where images may be exchanged left and right.
fn config(arguments: &Arguments, split: &Split) -> Result<SearchConfig, TrainError> {
    let mut config = SearchConfig { seed: arguments.seed, ..fitted_quick(split) };
    if arguments.imagenet_stem {
        config.with_paper(|paper| paper.stem = StemKind::ImageNet);
    }
    let flip = arguments.idx.is_none();
    let augmentation = Augmentation { pad: split.train.shape().width / 8, flip, cutout: arguments.cutout };
    (config.supernet.augmentation, config.stand_alone.augmentation) = (augmentation, augmentation);
    config.with_budget(arguments.budget)
}

fn name_of(path: &Path) -> String {
    path.file_name().map_or_else(|| "idx".to_owned(), |name| name.to_string_lossy().into_owned())
}
