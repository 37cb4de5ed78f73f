//! Tables as CSV: a header, then a row for each thing.

use super::files::whole_lines;
use crate::TrainError;
use csv::{ReaderBuilder, StringRecord, WriterBuilder};
use std::path::Path;

/// Returns a row as a line of CSV.
pub fn csv_row<const N: usize>(cells: [String; N]) -> String {
    let mut writer = WriterBuilder::new().from_writer(Vec::new());
    writer.write_record(&cells).expect("a vector takes every row");
    let line = writer.into_inner().expect("a vector takes every row");
    String::from_utf8(line).expect("rows of text are text")
}

/// Parses what stands below `header` in the CSV text of `path`, each row by `read`; nothing where
/// the text is empty.
///
/// # Errors
/// Another header, or a row of which `read` makes nothing: the message holds it.
pub fn parse_rows<T>(
    path: &Path,
    text: &str,
    header: &'static str,
    read: impl Fn(&StringRecord) -> Option<T>,
) -> Result<Vec<T>, TrainError> {
    let refuse = |found: String| TrainError::File { path: path.into(), found: format!("`{found}`"), expected: header };
    let mut records =
        ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes()).into_records();
    let joined = |record: &StringRecord| record.iter().collect::<Vec<_>>().join(",");
    match records.next().transpose().map_err(|error| refuse(error.to_string()))? {
        None => return Ok(Vec::new()),
        Some(first) if joined(&first) == header => {}
        Some(first) => return Err(refuse(joined(&first))),
    }
    let row = |record: csv::Result<StringRecord>| {
        let record = record.map_err(|error| refuse(error.to_string()))?;
        read(&record).ok_or_else(|| refuse(joined(&record)))
    };
    records.map(row).collect()
}

/// Reads the rows of a file as [`parse_rows`]; none where there is no file. A last line that was
/// cut off is dropped from the file.
///
/// # Errors
/// As [`parse_rows`], or a file that cannot be read.
pub fn read_rows<T>(
    path: &Path,
    header: &'static str,
    read: impl Fn(&StringRecord) -> Option<T>,
) -> Result<Vec<T>, TrainError> {
    whole_lines(path, |text| parse_rows(path, text, header, read))
}

/// Parses the cell at a place of a row.
pub fn cell<T: std::str::FromStr>(row: &StringRecord, place: usize) -> Option<T> {
    row.get(place)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_back_and_others_are_refused_with_what_they_hold() {
        let line = csv_row(["1:0".into(), 0.1.to_string(), 3.to_string()]);
        assert_eq!(line, "1:0,0.1,3\n");
        let read = |row: &StringRecord| Some((cell::<String>(row, 0)?, cell::<f64>(row, 1)?, cell::<usize>(row, 2)?));
        let parse = |text: &str| parse_rows(Path::new("a.csv"), text, "a,b,c", read);
        assert_eq!(parse(&format!("a,b,c\n{line}")).unwrap(), [("1:0".to_string(), 0.1, 3)]);
        assert!(parse("").unwrap().is_empty());
        let refused = |text: &str| parse(text).unwrap_err().to_string();
        assert_eq!(refused("a,c\n"), "a.csv: found `a,c`, expected a,b,c");
        assert_eq!(refused("a,b,c\n1:0,high,3\n"), "a.csv: found `1:0,high,3`, expected a,b,c");
        assert_eq!(refused("a,b,c\n1:0\n"), "a.csv: found `1:0`, expected a,b,c");
    }
}
