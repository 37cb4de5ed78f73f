//! Tables of a finished search.

use super::pareto::sorted_front;
use crate::{
    ComparisonTable, Retrained, SearchConfig, TrainError,
    store::{candidates_csv, csv_row, write_whole},
};
use std::path::Path;
use supernet_search::{Proposer, Scored, trust::Verdict};

/// What a search found, whatever space it searched.
pub(crate) struct Results<'a> {
    pub(crate) config: &'a SearchConfig,
    pub(crate) candidates: &'a [Scored],
    /// None of a run of an earlier version.
    pub(crate) verdict: Option<&'a Verdict>,
    pub(crate) retrained: &'a [Retrained],
}

impl Results<'_> {
    /// Writes `networks.csv`, `verdict.json` and what is made of them.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub(crate) fn save(&self, folder: &Path) -> Result<(), TrainError> {
        write_whole(&folder.join("networks.csv"), networks_csv(self.retrained).as_bytes())?;
        self.verdict.map_or(Ok(()), |verdict| write_verdict(verdict, folder))?;
        self.save_tables(folder)
    }

    /// Writes `table.txt`, and `pareto.csv` where there are several objectives.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub(crate) fn save_tables(&self, folder: &Path) -> Result<(), TrainError> {
        let write = |name: &str, text: &str| write_whole(&folder.join(name), text.as_bytes());
        let table = ComparisonTable(self.retrained);
        let verdict = self.verdict.map_or_else(String::new, |verdict| format!("{verdict}\n"));
        write("table.txt", &format!("{verdict}{table}"))?;
        if let Proposer::Nsga2(objectives) = &self.config.strategy {
            let front: Vec<Scored> = sorted_front(self.candidates, objectives).into_iter().cloned().collect();
            write("pareto.csv", &candidates_csv(&front))?;
        }
        Ok(())
    }
}

/// The file of a verdict.
pub(super) const VERDICT: &str = "verdict.json";

/// Writes `verdict.json`: whether the ranking is to be trusted, and by what it was judged.
///
/// # Errors
/// A file that cannot be written.
pub(crate) fn write_verdict(verdict: &Verdict, folder: &Path) -> Result<(), TrainError> {
    let text = serde_json::to_string_pretty(verdict).expect("plain data") + "\n";
    write_whole(&folder.join(VERDICT), text.as_bytes())
}

/// The first line of `networks.csv`.
pub(super) const NETWORKS: &str =
    "group,architecture,one_shot_accuracy,one_shot_loss,parameters,macs,test_accuracy,test_loss";

/// One line per network that was trained from scratch.
fn networks_csv(retrained: &[Retrained]) -> String {
    let line = |network: &Retrained| {
        csv_row([
            network.group.name().into(),
            network.mask.to_string(),
            network.one_shot.accuracy.to_string(),
            network.one_shot.loss.to_string(),
            network.cost.parameters.to_string(),
            network.cost.macs.to_string(),
            network.test.accuracy.to_string(),
            network.test.loss.to_string(),
        ])
    };
    format!("{NETWORKS}\n") + &retrained.iter().map(line).collect::<String>()
}
