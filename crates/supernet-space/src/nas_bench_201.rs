//! NAS-Bench-201 (Dong and Yang, ICLR 2020): cells of four nodes with one of five operations on
//! each of the six edges.

use crate::{
    Architecture, Choice, Cost, PathMask, SearchSpace, SpaceError,
    canonical::Symmetry,
    nas_bench_201_cells,
    rest::Rest,
    sizes::{at_least_1, side_halves},
};
use serde::{Deserialize, Serialize};

/// The space of NAS-Bench-201: node j of 1 to 3 is the sum, over every earlier node i, of one
/// operation on the edge from i to j.
///
/// 15,625 cells; 6,466 networks by the published rule (*unique strings*): an edge of `none`, or
/// from a node that is nothing but one, gives nothing; `skip_connect` gives its node itself; the
/// order of a sum is free. The canonical form is the least mask text of a class. Equal networks may
/// hold different numbers of parameters: what only reads zeros is counted as well.
#[derive(Clone, Debug, PartialEq)]
pub struct NasBench201 {
    space: SearchSpace,
}

/// What is not searched. The default is the published network on CIFAR-10.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NasBench201Shape {
    /// Filters of the first stage, doubled in the second and third.
    pub filters: usize,
    /// Cells per stage.
    pub cells: usize,
    /// Side of the square images, divisible by 4.
    pub side: usize,
    /// Channels of the images.
    pub channels: usize,
    /// Classes.
    pub classes: usize,
}

impl Default for NasBench201Shape {
    fn default() -> Self {
        Self { filters: 16, cells: 5, side: 32, channels: 3, classes: 10 }
    }
}

impl NasBench201 {
    /// The operations, in the order of a mask's bits.
    pub const OPERATIONS: [&str; 5] = nas_bench_201_cells::OPERATIONS;

    /// The edges (from, to), in the order of the choices and of the published text.
    pub const EDGES: [(usize, usize); 6] = nas_bench_201_cells::EDGES;

    /// The space.
    pub fn new() -> Self {
        let edge = |(from, to)| Choice::one_of(format!("node{to}/from{from}"), Self::OPERATIONS);
        let choices: Result<Vec<Choice>, SpaceError> = Self::EDGES.into_iter().map(edge).collect();
        let space = choices.and_then(|c| SearchSpace::with_symmetry("nas-bench-201".into(), c, Symmetry::NasBench201));
        Self { space: space.expect("six distinct choices of five operations") }
    }

    /// The choices.
    pub fn space(&self) -> &SearchSpace {
        &self.space
    }

    /// The operation on each edge.
    ///
    /// # Errors
    /// A mask that is no architecture of this space.
    pub fn operations(&self, mask: &PathMask) -> Result<[usize; 6], SpaceError> {
        self.space.accept(mask.clone())?;
        Ok(std::array::from_fn(|edge| mask.bits(edge).trailing_zeros() as usize))
    }

    /// Reads the published text, `|op~0|+|op~0|op~1|+|op~0|op~1|op~2|`: one group per node, one
    /// operation per edge.
    ///
    /// # Errors
    /// [`SpaceError::ArchitectureText`] names the character where the text is another.
    pub fn parse(&self, text: &str) -> Result<Architecture, SpaceError> {
        let mut rest = Rest::new("nas-bench-201", text);
        let mut bits = Vec::new();
        for (from, to) in Self::EDGES {
            if from == 0 {
                rest.take(if to == 1 { "|" } else { "+|" })?;
            }
            let known =
                |&o: &usize| rest.follows().strip_prefix(Self::OPERATIONS[o]).is_some_and(|r| r.starts_with('~'));
            let Some(operation) = (0..Self::OPERATIONS.len()).find(known) else {
                return Err(rest.refuse(format!("one of {}, then `~`", Self::OPERATIONS.join(", "))));
            };
            rest.take(Self::OPERATIONS[operation])?;
            rest.take(&format!("~{from}|"))?;
            bits.push(1 << operation);
        }
        if !rest.follows().is_empty() {
            return Err(rest.refuse("the end".into()));
        }
        self.space.accept(self.space.mask(bits))
    }

    /// The published text.
    ///
    /// # Errors
    /// A mask that is no architecture of this space.
    pub fn text(&self, mask: &PathMask) -> Result<String, SpaceError> {
        let operations = self.operations(mask)?;
        let mut text = String::new();
        for (&(from, to), operation) in Self::EDGES.iter().zip(operations) {
            if from == 0 {
                text += if to == 1 { "|" } else { "+|" };
            }
            text += &format!("{}~{from}|", Self::OPERATIONS[operation]);
        }
        Ok(text)
    }

    /// What the stand-alone network costs, as published: affine normalisation counted, and in the
    /// multiply-accumulates the classifier's bias too.
    ///
    /// # Errors
    /// A number out of range; a mask that is no architecture of this space.
    pub fn cost(&self, shape: &NasBench201Shape, mask: &PathMask) -> Result<Cost, SpaceError> {
        let operations = self.operations(mask)?;
        shape.check()?;
        let mut cost = Cost::default();
        let mut side = shape.side;
        let mut c = shape.filters;
        cost.normed_convolution(9, shape.channels, c, side);
        for stage in 0..3 {
            if stage > 0 {
                side /= 2;
                cost.normed_convolution(9, c, 2 * c, side);
                cost.normed_convolution(9, 2 * c, 2 * c, side);
                cost.convolution(1, c, 2 * c, side);
                c *= 2;
            }
            for operation in (0..shape.cells).flat_map(|_| operations) {
                match Self::OPERATIONS[operation] {
                    "nor_conv_1x1" => cost.normed_convolution(1, c, c, side),
                    "nor_conv_3x3" => cost.normed_convolution(9, c, c, side),
                    _ => {}
                }
            }
        }
        cost.parameters += 2 * c as u64;
        let classifier = ((c + 1) * shape.classes) as u64;
        Ok(Cost { parameters: cost.parameters + classifier, macs: cost.macs + classifier })
    }
}

impl Default for NasBench201 {
    fn default() -> Self {
        Self::new()
    }
}

impl NasBench201Shape {
    /// Checks every number.
    ///
    /// # Errors
    /// The first that is out of range.
    pub fn check(&self) -> Result<(), SpaceError> {
        at_least_1([
            ("filters", self.filters),
            ("cells per stage", self.cells),
            ("channels", self.channels),
            ("classes", self.classes),
        ])?;
        side_halves(self.side, 4)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nas_bench_201_cells::unique_string;
    use crate::testing::data_file;
    use proptest::prelude::*;
    use std::collections::HashMap;
    use std::collections::HashSet;

    const TEXT: &str =
        "|avg_pool_3x3~0|+|nor_conv_1x1~0|skip_connect~1|+|nor_conv_1x1~0|skip_connect~1|skip_connect~2|";

    #[test]
    fn every_cell_is_written_and_read_back() {
        let bench = NasBench201::new();
        let all = bench.space().architectures(15_625).unwrap();
        assert_eq!(all.len(), 15_625);
        for cell in &all {
            assert_eq!(bench.parse(&bench.text(cell).unwrap()).unwrap(), *cell);
        }
    }

    #[test]
    fn there_are_6466_networks_and_each_canonical_form_is_the_least_of_its_class() {
        let bench = NasBench201::new();
        assert_eq!(bench.space().networks(), Some(6_466u32.into()));
        let mut classes: HashMap<String, Vec<Architecture>> = HashMap::new();
        for cell in bench.space().architectures(15_625).unwrap() {
            classes.entry(unique_string(bench.operations(&cell).unwrap())).or_default().push(cell);
        }
        assert_eq!(classes.len(), 6_466);
        let mut canonical = HashSet::new();
        for class in classes.values() {
            let least = class.iter().min_by_key(|cell| cell.to_string()).unwrap();
            assert!(class.iter().all(|cell| bench.space().canonical(cell) == *least));
            canonical.insert(least.clone());
        }
        assert_eq!(canonical.len(), 6_466);
    }

    #[test]
    fn a_wrong_text_is_named_with_its_place() {
        let bench = NasBench201::new();
        let message = |text: &str| bench.parse(text).unwrap_err().to_string();
        assert_eq!(
            message(&TEXT.replace("skip_connect~1|+", "skip~1|+")),
            "nas-bench-201 text `|avg_pool_3x3~0|+|nor_conv_1x1~0|skip~1|+|nor_conv_1x1~0|skip_connect~1|skip_connect~2|`: \
             found `skip~1|+|nor_con` at character 33, expected one of none, skip_connect, nor_conv_1x1, nor_conv_3x3, \
             avg_pool_3x3, then `~`"
        );
        assert!(message(&TEXT[..20]).contains("found `no` at character 18"));
        assert!(message("|none~1|").contains("found `~1|` at character 5, expected `~0|`"));
        assert!(message(&format!("{TEXT}+")).contains("found `+` at character 95, expected the end"));
        assert!(message("").contains("found the end at character 0, expected `|`"));
    }

    #[test]
    fn a_mask_of_two_operations_on_an_edge_costs_nothing_but_an_error() {
        let bench = NasBench201::new();
        assert!(bench.cost(&NasBench201Shape::default(), &bench.space().all_on()).is_err());
        let shape = NasBench201Shape { side: 30, ..Default::default() };
        let error = bench.cost(&shape, &bench.parse(TEXT).unwrap()).unwrap_err();
        assert_eq!(error.to_string(), "image side: found 30, expected a multiple of 4, not 0");
    }

    #[test]
    fn parameters_and_flops_are_the_published_ones_to_the_unit() {
        let Some(file) = data_file("nas-bench/nasbench201_sample.csv") else { return };
        let bench = NasBench201::new();
        let mut rows = 0;
        for line in file.lines().skip(1) {
            let cells: Vec<&str> = line.split(',').collect();
            let architecture = bench.parse(cells[1]).unwrap();
            let cost = bench.cost(&NasBench201Shape::default(), &architecture).unwrap();
            assert_eq!([cost.parameters.to_string(), cost.macs.to_string()], [cells[2], cells[3]], "{line}");
            rows += 1;
        }
        assert_eq!(rows, 500);
    }

    proptest! {
        #[test]
        fn no_text_makes_the_parser_panic(text in "[|~+0-3a-z_]{0,40}|.{0,20}") {
            let bench = NasBench201::new();
            if let Ok(architecture) = bench.parse(&text) {
                prop_assert_eq!(bench.parse(&bench.text(&architecture).unwrap()).unwrap(), architecture);
            }
        }
    }
}
