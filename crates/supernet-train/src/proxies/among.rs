//! The proxies of many architectures, each computed at one member of a crew and kept in a file.

use super::Untrained;
use crate::{
    Progress, TrainError,
    crew::{Alone, Crew, CrewJob},
    stage::PROXIES,
    store::{append_line, cell, csv_row, read_rows, write_whole},
    workers::{Named, share_among},
};
use csv::StringRecord;
use std::{collections::HashMap, path::Path, sync::Mutex};
use supernet_nn::Layer;
use supernet_search::trust::Proxy;
use supernet_space::PathMask;

impl<M: Layer<D, 2>, const D: usize> Untrained<M, D> {
    /// Computes [`Untrained::values`] of each of `masks`, one on each core.
    ///
    /// # Errors
    /// As [`Untrained::values`]; the user's stop.
    pub fn all(&self, masks: &[PathMask], progress: &mut dyn Progress) -> Result<Vec<Values>, TrainError> {
        let known = proxies_among(self, masks, None, &Alone, progress)?;
        Ok(masks.iter().map(|mask| known[mask]).collect())
    }
}

/// A value of each of [`Proxy::ALL`].
pub(crate) type Values = [f64; Proxy::ALL.len()];

/// The file's first line.
const HEADER: &str = "architecture,jacob_cov,synflow,grad_norm,snip";

/// The proxies of each of `masks`, one on each core. With a folder what it holds is read back, and
/// what is computed is left there.
///
/// # Errors
/// As [`Untrained::values`]; a file that cannot be read or written; the user's stop.
pub(crate) fn proxies_among<M: Layer<D, 2>, const D: usize>(
    untrained: &Untrained<M, D>,
    masks: &[PathMask],
    folder: Option<&Path>,
    crew: &dyn Crew,
    progress: &mut dyn Progress,
) -> Result<HashMap<PathMask, Values>, TrainError> {
    let path = folder.map(|folder| folder.join("proxies.csv"));
    let mut known = path.as_deref().map_or_else(|| Ok(HashMap::new()), read)?;
    let mut missing: Vec<PathMask> = masks.iter().filter(|mask| !known.contains_key(*mask)).cloned().collect();
    missing.sort();
    missing.dedup();
    if missing.is_empty() {
        return Ok(known);
    }
    let file = Mutex::new(path.as_ref());
    let keep = |mask: &PathMask, values: Values| {
        let file = file.lock().expect("no worker panics with the file");
        file.map_or(Ok(()), |path| append_line(path, &format!("{HEADER}\n"), &line(mask, &values)))?;
        Ok((mask.clone(), values))
    };
    let name = |mask: &PathMask| CrewJob {
        key: format!("{PROXIES}/{mask}"),
        cost: mask.paths_on() as f64,
        files: None,
        by_first: false,
    };
    let pack = |_: &PathMask, (_, values): &(PathMask, Values)| Ok(to_bytes(values));
    let unpack = |mask: &PathMask, bytes: &[u8]| from_bytes(bytes).map(|values| keep(mask, values)).transpose();
    let named = Named { crew, name: &name, pack: &pack, unpack: &unpack };
    let compute = |mask: PathMask, progress: &mut dyn Progress| {
        let values = untrained.values(&mask)?;
        progress.advance(1);
        keep(&mask, values)
    };
    progress.begin(PROXIES, missing.len() as u64);
    known.extend(share_among((PROXIES, 0), missing, named, progress, compute, &mut |_, _| {})?);
    progress.end();
    // In the order of the masks, not in that in which they were ready.
    path.map_or(Ok(()), |path| write(&path, &known))?;
    Ok(known)
}

fn write(path: &Path, known: &HashMap<PathMask, Values>) -> Result<(), TrainError> {
    let mut lines: Vec<String> = known.iter().map(|(mask, values)| line(mask, values)).collect();
    lines.sort();
    write_whole(path, format!("{HEADER}\n{}", lines.concat()).as_bytes())
}

fn line(mask: &PathMask, [jacob_cov, synflow, grad_norm, snip]: &Values) -> String {
    let number = f64::to_string;
    csv_row([mask.to_string(), number(jacob_cov), number(synflow), number(grad_norm), number(snip)])
}

fn read(path: &Path) -> Result<HashMap<PathMask, Values>, TrainError> {
    let row = |row: &StringRecord| Some((cell(row, 0)?, [cell(row, 1)?, cell(row, 2)?, cell(row, 3)?, cell(row, 4)?]));
    Ok(read_rows(path, HEADER, row)?.into_iter().collect())
}

/// Values bit for bit.
fn to_bytes(values: &Values) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

fn from_bytes(bytes: &[u8]) -> Option<Values> {
    let values = bytes.chunks(8).map(|eight| Some(f64::from_le_bytes(eight.try_into().ok()?)));
    values.collect::<Option<Vec<f64>>>()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_back_bit_for_bit_also_where_they_are_no_numbers() {
        let values = [-6.5, f64::NEG_INFINITY, f64::NAN, 1.0 / 3.0];
        let bits = |values: &Values| values.map(f64::to_bits);
        assert_eq!(bits(&from_bytes(&to_bytes(&values)).unwrap()), bits(&values));
        assert_eq!(from_bytes(&[0; 31]), None);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("proxies.csv");
        let mask: PathMask = "11:0100000/101:0000011".parse().unwrap();
        write(&path, &HashMap::from([(mask.clone(), values)])).unwrap();
        let back = read(&path).unwrap()[&mask];
        assert!(back[2].is_nan() && [0, 1, 3].iter().all(|&i| back[i] == values[i]));
    }
}
