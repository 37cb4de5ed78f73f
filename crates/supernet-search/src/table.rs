//! A table of trained architectures as an evaluator.

use crate::{BudgetedEvaluator, Evaluator, Proposal, Score, Scored, SearchError};
use csv::StringRecord;
use std::{collections::HashMap, io::Read};
use supernet_space::{
    Architecture, Cost, NasBench201, NasBench201Shape, NasBenchMacro, NasBenchMacroShape, SearchSpace, SpaceError,
};

/// Which columns of a table mean what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableColumns {
    /// The architecture's text.
    pub architecture: String,
    /// Accuracies that a search may see, in per cent, one per training: a budget of b is the mean
    /// of the first b of them, and without a budget the mean of all is the score.
    pub validation: Vec<String>,
    /// The accuracy that is reported and that no search sees, in per cent.
    pub test: Option<String>,
}

/// One architecture of a table.
#[derive(Clone, Debug, PartialEq)]
pub struct TableRow {
    /// The architecture as the table has it.
    pub architecture: Architecture,
    /// Accuracies that a search may see, 0 to 1.
    pub validation: Vec<f64>,
    /// The accuracy that no search sees, 0 to 1.
    pub test: Option<f64>,
    /// What its network costs.
    pub cost: Cost,
    /// Its line in the file, from 1.
    pub line: u64,
}

/// A table of trained architectures: scores come from its lines in no time. Architectures that
/// describe one network keep a line each.
///
/// An accuracy is the score; a table has no loss, so a score's loss is no number.
#[derive(Clone, Debug)]
pub struct Table {
    file: String,
    rows: Vec<TableRow>,
    place: HashMap<Architecture, usize>,
}

impl Table {
    /// Reads comma-separated values with a header. `file` names the table in errors; `parse` reads
    /// an architecture's text, `cost` says what its network costs.
    ///
    /// # Errors
    /// A column that is missing; a line of another length; a cell that is no architecture or no
    /// accuracy of 0 to 100; an architecture twice; no line at all.
    pub fn read(
        file: impl Into<String>,
        csv: impl Read,
        columns: &TableColumns,
        parse: impl Fn(&str) -> Result<Architecture, SpaceError>,
        cost: impl Fn(&Architecture) -> Result<Cost, SpaceError>,
    ) -> Result<Self, SearchError> {
        let mut table = Self { file: file.into(), rows: Vec::new(), place: HashMap::new() };
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(csv);
        let header = reader.headers().map_err(|error| table.line_error(1, &error))?.clone();
        let find = |name: &String| table.column(&header, name);
        let architecture = find(&columns.architecture)?;
        let validation = columns.validation.iter().map(find).collect::<Result<Vec<usize>, _>>()?;
        let test = columns.test.as_ref().map(find).transpose()?;
        let mut record = StringRecord::new();
        loop {
            let next = reader.position().line();
            if !reader.read_record(&mut record).map_err(|error| table.line_error(next, &error))? {
                break;
            }
            let line = record.position().map_or(next, csv::Position::line);
            let accuracy = |column: usize| table.accuracy(&header, &record, column, line);
            let wrong = |source| SearchError::Architecture {
                file: table.file.clone(),
                line,
                column: columns.architecture.clone(),
                source: Box::new(source),
            };
            let parsed = parse(&record[architecture]).map_err(wrong)?;
            let row = TableRow {
                validation: validation.iter().map(|&column| accuracy(column)).collect::<Result<_, _>>()?,
                test: test.map(accuracy).transpose()?,
                cost: cost(&parsed).map_err(wrong)?,
                architecture: parsed,
                line,
            };
            table.push(row, &columns.architecture, &record[architecture])?;
        }
        match table.rows.is_empty() {
            true => Err(SearchError::NoRows { file: table.file }),
            false => Ok(table),
        }
    }

    /// NAS-Bench-Macro on CIFAR-10 (`arch, acc1, acc2, acc3, mean_acc, …`): a search sees the
    /// columns `validation`, of which there are three trainings; the mean of the three is reported.
    ///
    /// # Errors
    /// As [`Table::read`].
    pub fn nas_bench_macro(file: impl Into<String>, csv: impl Read, validation: &[&str]) -> Result<Self, SearchError> {
        let bench = NasBenchMacro::new();
        let columns = TableColumns {
            architecture: "arch".into(),
            validation: validation.iter().map(|&name| name.into()).collect(),
            test: Some("mean_acc".into()),
        };
        let cost = |a: &Architecture| bench.cost(&NasBenchMacroShape::default(), a);
        Self::read(file, csv, &columns, |text| bench.parse(text), cost)
    }

    /// NAS-Bench-201 with columns `arch` and the given ones: one accuracy that a search sees, one
    /// that is reported.
    ///
    /// # Errors
    /// As [`Table::read`].
    pub fn nas_bench_201(
        file: impl Into<String>,
        csv: impl Read,
        validation: &str,
        test: &str,
    ) -> Result<Self, SearchError> {
        let bench = NasBench201::new();
        let columns =
            TableColumns { architecture: "arch".into(), validation: vec![validation.into()], test: Some(test.into()) };
        let cost = |a: &Architecture| bench.cost(&NasBench201Shape::default(), a);
        Self::read(file, csv, &columns, |text| bench.parse(text), cost)
    }

    /// The table, if it has every architecture of `space`, so that any search can run on it.
    ///
    /// # Errors
    /// [`SearchError::Incomplete`] with both numbers; an architecture of another space.
    pub fn complete(self, space: &SearchSpace) -> Result<Self, SearchError> {
        self.rows.iter().try_for_each(|row| space.check(&row.architecture))?;
        // Each architecture stands once, so as many lines as the space has are all of it.
        match space.size() == self.rows.len().into() {
            true => Ok(self),
            false => Err(SearchError::Incomplete {
                file: self.file,
                rows: self.rows.len(),
                space: space.name().into(),
                expected: space.size().to_string(),
            }),
        }
    }

    /// The table's name in errors.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The lines, in the order of the file.
    pub fn rows(&self) -> &[TableRow] {
        &self.rows
    }

    /// The line of an architecture.
    ///
    /// # Errors
    /// [`SearchError::Missing`] if there is none.
    pub fn row(&self, architecture: &Architecture) -> Result<&TableRow, SearchError> {
        let missing = || SearchError::Missing {
            file: self.file.clone(),
            architecture: architecture.to_string(),
            rows: self.rows.len(),
        };
        self.place.get(architecture).map(|&place| &self.rows[place]).ok_or_else(missing)
    }

    /// Accuracies that some scoring gave, and beside them what the table reports for the same
    /// architectures (without a reported one, the mean of its validation accuracies): two lists for
    /// [`crate::kendall`] and its like.
    ///
    /// # Errors
    /// [`SearchError::Missing`] if the table lacks one.
    pub fn beside(&self, scored: &[Scored]) -> Result<(Vec<f64>, Vec<f64>), SearchError> {
        scored.iter().map(|one| Ok((one.score.accuracy, self.reported(&one.architecture)?))).collect()
    }

    /// The accuracy that is reported of an architecture; without one, the mean of its validation
    /// accuracies.
    ///
    /// # Errors
    /// [`SearchError::Missing`] if the table lacks it.
    pub fn reported(&self, architecture: &Architecture) -> Result<f64, SearchError> {
        let row = self.row(architecture)?;
        let mean = || row.validation.iter().sum::<f64>() / row.validation.len() as f64;
        Ok(row.test.unwrap_or_else(mean))
    }

    /// The score of an architecture by its first `trainings` accuracies.
    fn score(&self, architecture: &Architecture, trainings: usize) -> Result<Scored, SearchError> {
        let row = self.row(architecture)?;
        let Some(accuracies) = row.validation.get(..trainings).filter(|accuracies| !accuracies.is_empty()) else {
            let expected = format!("1 to {} trainings", row.validation.len());
            return Err(SearchError::Budget { place: self.file.clone(), found: trainings as u64, expected });
        };
        let accuracy = accuracies.iter().sum::<f64>() / accuracies.len() as f64;
        let score = Score { accuracy, loss: f64::NAN, images: 0 };
        Ok(Scored { architecture: architecture.clone(), score, cost: row.cost })
    }

    fn push(&mut self, row: TableRow, column: &str, text: &str) -> Result<(), SearchError> {
        if let Some(&first) = self.place.get(&row.architecture) {
            return Err(SearchError::Twice {
                file: self.file.clone(),
                line: row.line,
                column: column.into(),
                found: text.into(),
                first: self.rows[first].line,
            });
        }
        self.place.insert(row.architecture.clone(), self.rows.len());
        self.rows.push(row);
        Ok(())
    }

    fn column(&self, header: &StringRecord, name: &str) -> Result<usize, SearchError> {
        let missing = || SearchError::Column {
            file: self.file.clone(),
            column: name.into(),
            found: header.iter().collect::<Vec<_>>().join(", "),
        };
        header.iter().position(|column| column == name).ok_or_else(missing)
    }

    fn accuracy(
        &self,
        header: &StringRecord,
        record: &StringRecord,
        column: usize,
        line: u64,
    ) -> Result<f64, SearchError> {
        let wrong = || SearchError::Cell {
            file: self.file.clone(),
            line,
            column: header[column].into(),
            found: record[column].into(),
            expected: "an accuracy in per cent, 0 to 100",
        };
        // NaN is in no range.
        let value = record[column].parse::<f64>().ok().filter(|value| (0.0..=100.0).contains(value));
        value.map(|value| value / 100.0).ok_or_else(wrong)
    }

    fn line_error(&self, line: u64, error: &csv::Error) -> SearchError {
        let reason = match error.kind() {
            csv::ErrorKind::UnequalLengths { expected_len, len, .. } => format!("{len} cells, not {expected_len}"),
            _ => error.to_string(),
        };
        let line = error.position().map_or(line, csv::Position::line);
        SearchError::Line { file: self.file.clone(), line, reason }
    }
}

impl Evaluator for Table {
    type Error = SearchError;

    fn evaluate(&mut self, architectures: &[Architecture]) -> Result<Vec<Scored>, SearchError> {
        let all = |a: &Architecture| self.row(a).map(|row| row.validation.len());
        architectures.iter().map(|a| self.score(a, all(a)?)).collect()
    }
}

impl BudgetedEvaluator for Table {
    type Error = SearchError;

    fn evaluate_at(&mut self, proposals: &[Proposal]) -> Result<Vec<Scored>, SearchError> {
        let trainings = |budget: u64| usize::try_from(budget).unwrap_or(usize::MAX);
        proposals.iter().map(|p| self.score(&p.architecture, trainings(p.budget))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const HEADER: &str = "arch,acc1,acc2,acc3,mean_acc\n";

    fn read(rows: &str) -> Result<Table, SearchError> {
        Table::nas_bench_macro("macro.csv", format!("{HEADER}{rows}").as_bytes(), &["acc1", "acc2"])
    }

    fn refusal(rows: &str) -> String {
        read(rows).unwrap_err().to_string()
    }

    #[test]
    fn a_search_sees_validation_and_a_budget_is_a_number_of_trainings() {
        let mut table = read("00000000,40,50,60,50\n00000001,50,75,80,70\n").unwrap();
        let architecture = NasBenchMacro::new().parse("00000001").unwrap();
        let scored = &table.evaluate(std::slice::from_ref(&architecture)).unwrap()[0];
        assert_eq!((scored.score.accuracy, scored.cost.parameters), (0.625, 791_594));
        let mut at = |budget| {
            let scored = table.evaluate_at(&[Proposal { architecture: architecture.clone(), budget }]);
            scored.map(|scored| scored[0].score.accuracy)
        };
        assert_eq!((at(1), at(2)), (Ok(0.5), Ok(0.625)));
        assert_eq!(at(3).unwrap_err().to_string(), "macro.csv: found a budget of 3, expected 1 to 2 trainings");
        assert!(at(0).is_err() && at(u64::MAX).is_err());
        assert_eq!(table.row(&architecture).unwrap().test, Some(0.7));
    }

    #[test]
    fn every_wrong_cell_is_named_with_file_line_and_column() {
        assert_eq!(
            refusal("00000000,40,50,60,50\n00000001,high,70,80,70\n"),
            "macro.csv, line 3, column `acc1`: found `high`, expected an accuracy in per cent, 0 to 100"
        );
        assert!(refusal("00000000,40,NaN,60,50\n").contains("line 2, column `acc2`: found `NaN`"));
        assert!(refusal("00000000,40,50,60,inf\n").contains("column `mean_acc`: found `inf`"));
        assert!(refusal("00000000,40,-1,60,50\n").contains("found `-1`"));
        assert_eq!(
            refusal("00000000,40,50,60,50\n0000000x,40,50,60,50\n"),
            "macro.csv, line 3, column `arch`: nas-bench-macro text `0000000x`: found `x` at character 7, expected 0, 1 or 2"
        );
    }

    #[test]
    fn an_architecture_twice_a_short_line_and_an_empty_table_are_refused() {
        assert_eq!(
            refusal("00000000,40,50,60,50\n00000001,40,50,60,50\n00000000,40,50,60,50\n"),
            "macro.csv, line 4, column `arch`: found `00000000`, which line 2 has, expected each architecture once"
        );
        assert_eq!(
            refusal("00000000,40,50,60,50\n00000001,40\n"),
            "macro.csv, line 3: found 2 cells, not 5, expected comma-separated cells, as many as the header has"
        );
        assert_eq!(refusal(""), "macro.csv: found no line below the header, expected at least one architecture");
        let latin1 = [HEADER.as_bytes(), b"0000000\xe9,1,1,1,1\n"].concat();
        let error = Table::nas_bench_macro("macro.csv", &latin1[..], &["acc1"]).unwrap_err();
        assert!(error.to_string().starts_with("macro.csv, line 2: found "), "{error}");
    }

    #[test]
    fn a_missing_column_is_named_beside_those_there_are() {
        let error = Table::nas_bench_macro("macro.csv", "arch,acc1\n".as_bytes(), &["acc1"]).unwrap_err();
        assert_eq!(error.to_string(), "macro.csv, line 1: found columns arch, acc1, expected one named `mean_acc`");
    }

    #[test]
    fn what_the_table_lacks_is_an_error_and_so_is_a_table_that_lacks_something() {
        let bench = NasBenchMacro::new();
        let mut table = read("00000000,40,50,60,50\n").unwrap();
        let error = table.evaluate(&[bench.parse("22222222").unwrap()]).unwrap_err();
        let mask = ["001"; 8].join("/");
        assert_eq!(
            error.to_string(),
            format!("macro.csv: found no line of architecture `{mask}` among 1, expected one")
        );
        assert_eq!(
            table.complete(bench.space()).unwrap_err().to_string(),
            "macro.csv: found 1 architectures, expected all 6561 of space `nas-bench-macro`"
        );
    }

    #[test]
    fn equal_networks_keep_their_own_lines() {
        let table = read("10120000,40,50,60,50\n10102000,41,50,60,50\n").unwrap();
        let space = NasBenchMacro::new();
        let rows = table.rows();
        assert_eq!(space.space().canonical(&rows[0].architecture), space.space().canonical(&rows[1].architecture));
        assert_eq!((rows[0].validation[0], rows[1].validation[0]), (0.40, 0.41));
    }

    #[test]
    fn a_ranking_stands_beside_what_the_table_reports() {
        let mut table = read("00000000,40,50,60,50\n00000001,50,75,80,70\n").unwrap();
        let list: Vec<Architecture> = table.rows().iter().map(|row| row.architecture.clone()).collect();
        let scored = table.evaluate(&list).unwrap();
        assert_eq!(table.beside(&scored).unwrap(), (vec![0.45, 0.625], vec![0.5, 0.7]));
    }

    proptest! {
        #[test]
        fn no_text_makes_the_reader_panic(text in "(arch,acc1,acc2,mean_acc\n)?([012]{8}|[a-z0-9,.\"\n -]{0,20}|.{0,8}|\n|,){0,12}") {
            let _ = Table::nas_bench_macro("any.csv", text.as_bytes(), &["acc1", "acc2"]);
        }
    }
}
