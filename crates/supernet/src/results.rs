//! What a finished search leaves for people and for other programs.

use supernet_nn::Layer;
use supernet_train::{FinishedRun, RunDirectory, SearchConfig, SearchResult, TrainError};
use thiserror::Error;
#[cfg(feature = "report")]
use {
    std::path::Path,
    supernet_train::{Retrained, best::BestFile},
};

/// Why results cannot be written.
#[derive(Error)]
pub enum ResultsError {
    /// Tables.
    #[error(transparent)]
    Train(Box<TrainError>),
    /// Figures or the page.
    #[cfg(feature = "report")]
    #[error(transparent)]
    Report(Box<supernet_report::ReportError>),
    /// The best network.
    #[cfg(feature = "export")]
    #[error(transparent)]
    Export(Box<supernet_export::ExportError>),
}

supernet_space::debug_as_displayed!(ResultsError);

impl From<TrainError> for ResultsError {
    fn from(error: TrainError) -> Self {
        Self::Train(Box::new(error))
    }
}

#[cfg(feature = "report")]
impl From<supernet_report::ReportError> for ResultsError {
    fn from(error: supernet_report::ReportError) -> Self {
        Self::Report(Box::new(error))
    }
}

#[cfg(feature = "export")]
impl From<supernet_export::ExportError> for ResultsError {
    fn from(error: supernet_export::ExportError) -> Self {
        Self::Export(Box::new(error))
    }
}

/// Writes what a finished search leaves beside its tables in `directory`: with the feature `report`
/// figures and `report.html`, with the feature `export` the files `model.rs`, `model.onnx` and
/// `cell.svg` in `best/` where they can be written ([`can_be_written_down`]). On the page stand the
/// picked cells of the paper's space, or the drawing in `best/` of another space's network, which a
/// program of its own leaves there by `export::write_described`.
///
/// # Errors
/// Nothing to draw, or a file that cannot be written.
pub fn write_results<M: Layer<D, 2>, const D: usize>(
    directory: &RunDirectory,
    result: &SearchResult<M, D>,
) -> Result<(), ResultsError> {
    #[cfg(feature = "export")]
    if can_be_written_down(directory.config()) {
        supernet_export::write_best(&directory.best(), &result.retrained, &result.best.1)?;
    }
    #[cfg(feature = "report")]
    {
        let mut report = supernet_report::SearchReport::new(directory, result);
        report.pictures = pictures(directory.config(), &result.retrained);
        report.drawing = drawing(directory.config(), directory.path())?;
        report.save(directory.path())?;
    }
    Ok(())
}

/// Writes the tables of a search that has ended again, and with the feature `report` its figures
/// and `report.html`.
///
/// # Errors
/// A file that cannot be written.
pub fn write_finished(run: &FinishedRun) -> Result<(), ResultsError> {
    run.write_tables()?;
    #[cfg(feature = "report")]
    {
        let mut report = supernet_report::SearchReport::finished(run);
        report.pictures = pictures(run.config(), run.retrained());
        report.drawing = drawing(run.config(), run.path())?;
        report.save(run.path())?;
    }
    Ok(())
}

/// Whether [`write_results`] writes the best network of a search as code, as ONNX and as a drawing:
/// those of known spaces but recurrent ones. Those of a program that describe themselves
/// ([`supernet_nn::Describe`]) are written by `export::write_described`.
pub fn can_be_written_down(config: &SearchConfig) -> bool {
    config.network.is_described()
}

/// The drawing that a run has of its best network, as an SVG file; none of cells, which have
/// [`pictures`].
///
/// # Errors
/// A file that cannot be read.
#[cfg(feature = "report")]
fn drawing(config: &SearchConfig, run: &Path) -> Result<Option<String>, TrainError> {
    if config.cells().is_ok() {
        return Ok(None);
    }
    let path = run.join("best").join(BestFile::Drawing.name());
    match std::fs::read_to_string(&path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        read => Ok(Some(read.map_err(TrainError::io(&path))?)),
    }
}

/// Drawings of the picked cells, each with its caption; none without the feature `export`, nor of
/// cells that cannot be drawn.
#[cfg(feature = "report")]
fn pictures(config: &SearchConfig, retrained: &[Retrained]) -> Vec<(String, String)> {
    #[cfg(feature = "export")]
    {
        use supernet_train::Group;
        let Ok(cells) = config.cells() else { return Vec::new() };
        let picked = retrained.iter().filter(|network| network.group == Group::Picked);
        let picture = |network: &Retrained| {
            let caption = format!("{:.1} % on test images: {}", 100.0 * network.test.accuracy, network.mask);
            (supernet_export::cell_svg(&cells, &network.mask), caption)
        };
        picked.map(picture).collect()
    }
    #[cfg(not(feature = "export"))]
    {
        let _ = (config, retrained);
        Vec::new()
    }
}
