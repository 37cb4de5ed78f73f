//! A search to be killed: `tiny_run DIRECTORY` runs it, or goes on with it; `tiny_run DIRECTORY
//! often` with a checkpoint after every step.

use std::{path::PathBuf, process::ExitCode, time::Duration};
use supernet::{prelude::*, train::Saving};
use supernet_tests::tiny::{open, search_of, stripes_split, tiny};

fn main() -> ExitCode {
    let Some(path) = std::env::args_os().nth(1).map(PathBuf::from) else {
        eprintln!("usage: tiny_run DIRECTORY [often]");
        return ExitCode::from(2);
    };
    match run(path) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(path: PathBuf) -> Result<(), Box<dyn std::error::Error>> {
    let mut config = tiny(1);
    config.supernet.steps = 300;
    config.scoring.candidates = 400;
    config.stand_alone.epochs = 10;
    let split = stripes_split([64, 960, 32]);
    let often = Saving { every: Duration::ZERO, share: 1.0, ..Saving::default() };
    let saving = if std::env::args().nth(2).as_deref() == Some("often") { often } else { Saving::default() };
    let search = search_of(&config, &split)?;
    let directory = open(&path, &search)?.with_saving(saving);
    let result = directory.search(&search, &mut Silent)?;
    write_results(&directory, &result)?;
    Ok(())
}
