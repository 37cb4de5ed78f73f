//! Writes some images of CIFAR-10, or of the embedded Fashion-MNIST, as a folder of PNG files: what
//! an image folder looks like, and something to try `own_images`, `correlation` and `main_table`
//! on.

use clap::Parser;
use std::{path::PathBuf, process::ExitCode};
use supernet::prelude::*;
use supernet_examples::{first_of_each_class, report};

/// Writes images as a folder of PNG files, OUT/CLASS/NUMBER.png.
#[derive(Parser)]
struct Arguments {
    /// Folder of CIFAR-10's binary version, whose test images are taken; without it the embedded
    /// Fashion-MNIST.
    #[arg(long)]
    data: Option<PathBuf>,

    /// Images of each class, the first in the file.
    #[arg(long, default_value_t = 60)]
    per_class: usize,

    /// The folder, new or empty.
    #[arg(long)]
    out: PathBuf,
}

fn main() -> ExitCode {
    report(|| {
        let Arguments { data, per_class, out } = Arguments::parse();
        let images = match data {
            Some(folder) => cifar10(folder)?.test,
            None => fashion_mnist()?,
        };
        let images = first_of_each_class(&images, per_class)?;
        images.write_folder(&out)?;
        println!("{} images of {} classes in {}", images.len(), images.classes().len(), out.display());
        Ok(())
    })
}
