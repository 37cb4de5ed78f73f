//! The space of DARTS (Liu, Simonyan and Yang, ICLR 2019): a normal and a reducing cell of four
//! nodes.

use crate::{
    Architecture, Choice, Cost, PathMask, SearchSpace, SpaceError,
    rest::Rest,
    sizes::{at_least_1, side_halves},
};
use serde::{Deserialize, Serialize};

/// The space of DARTS: each of four nodes of a normal and of a reducing cell is the sum of two
/// operations on two different earlier states, the states being the outputs of the two cells before
/// (0 and 1) and the nodes before it (2 to 4). A cell's output is the concatenation of its nodes.
///
/// (1·3·6·10 · 7⁸)² ≈ 1.1·10¹⁸ descriptions. Each node is three choices: its two inputs, the
/// operation on the lower of them and on the higher. No two descriptions count as equal here,
/// though nodes that do not read each other could change places.
#[derive(Clone, Debug, PartialEq)]
pub struct Darts {
    space: SearchSpace,
}

/// What is not searched. The default is the published network on CIFAR-10, without its auxiliary
/// head.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DartsShape {
    /// Filters of a node at full resolution; the stem has three times as many.
    pub filters: usize,
    /// Cells N, at least 3; those of index ⌊N/3⌋ and ⌊2N/3⌋ reduce.
    pub cells: usize,
    /// Side of the square images, divisible by 4.
    pub side: usize,
    /// Channels of the images.
    pub channels: usize,
    /// Classes.
    pub classes: usize,
}

impl Default for DartsShape {
    fn default() -> Self {
        Self { filters: 36, cells: 20, side: 32, channels: 3, classes: 10 }
    }
}

/// An operation on an earlier state of a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DartsEdge {
    /// The state that it reads: 0 and 1 are the cells before, 2 and up the nodes before.
    pub input: usize,
    /// The operation's place in [`Darts::OPERATIONS`].
    pub operation: usize,
}

impl Darts {
    /// The operations, in the order of a mask's bits.
    pub const OPERATIONS: [&str; 7] = [
        "max_pool_3x3",
        "avg_pool_3x3",
        "skip_connect",
        "sep_conv_3x3",
        "sep_conv_5x5",
        "dil_conv_3x3",
        "dil_conv_5x5",
    ];

    /// Nodes of a cell.
    pub const NODES: usize = 4;

    /// The kinds of cell, in the order of the choices.
    pub const CELLS: [&str; 2] = ["normal", "reduce"];

    /// The space.
    pub fn new() -> Self {
        let node = |cell: &str, node: usize| -> Result<Vec<Choice>, SpaceError> {
            let place = format!("{cell}/node{}", node + 2);
            let inputs = (0..node + 2).map(|input| format!("state{input}"));
            Ok(vec![
                Choice::new(format!("{place}/inputs"), inputs, 2..=2)?,
                Choice::one_of(format!("{place}/lower"), Self::OPERATIONS)?,
                Choice::one_of(format!("{place}/higher"), Self::OPERATIONS)?,
            ])
        };
        let nodes = Self::CELLS.iter().flat_map(|cell| (0..Self::NODES).map(move |n| node(cell, n)));
        let choices = nodes.collect::<Result<Vec<_>, _>>();
        let space = choices.and_then(|choices| SearchSpace::new("darts", choices.into_iter().flatten()));
        Self { space: space.expect("24 distinct choices") }
    }

    /// The choices.
    pub fn space(&self) -> &SearchSpace {
        &self.space
    }

    /// The two edges of each node of the normal (0) or reducing (1) cell, the lower input first.
    ///
    /// # Errors
    /// A mask that is no architecture of this space.
    ///
    /// # Panics
    /// If `cell` is neither 0 nor 1.
    pub fn edges(&self, mask: &PathMask, cell: usize) -> Result<[[DartsEdge; 2]; Self::NODES], SpaceError> {
        assert!(cell < Self::CELLS.len(), "a normal (0) or a reducing cell (1)");
        self.space.accept(mask.clone())?;
        let one = |bits: u64| bits.trailing_zeros() as usize;
        Ok(std::array::from_fn(|node| {
            let choice = 3 * (cell * Self::NODES + node);
            let inputs = mask.bits(choice);
            let lower = DartsEdge { input: one(inputs), operation: one(mask.bits(choice + 1)) };
            let higher = DartsEdge { input: one(inputs & (inputs - 1)), operation: one(mask.bits(choice + 2)) };
            [lower, higher]
        }))
    }

    /// Reads a genotype as it is published, `Genotype(normal=[('sep_conv_3x3', 0), …],
    /// normal_concat=range(2, 6), reduce=[…], reduce_concat=[2, 3, 4, 5])`: two pairs of operation
    /// and input for each node, in any order; all nodes are concatenated.
    ///
    /// # Errors
    /// [`SpaceError::ArchitectureText`] names the character where the text is another.
    pub fn parse(&self, text: &str) -> Result<Architecture, SpaceError> {
        let mut rest = Rest::new("darts", text);
        let mut bits = Vec::new();
        rest.take_word("Genotype")?;
        for (kind, opening) in Self::CELLS.iter().zip(["(", ","]) {
            for word in [opening, kind, "=", "["] {
                rest.take_word(word)?;
            }
            for node in 0..Self::NODES {
                let mut edges = [parse_edge(&mut rest, node)?, (0, 0)];
                rest.take_word(",")?;
                edges[1] = parse_edge(&mut rest, node)?;
                if edges[0].0 == edges[1].0 {
                    return Err(rest.refuse("two different inputs of each node before this".into()));
                }
                edges.sort_unstable();
                let [lower, higher] = edges;
                bits.extend([1 << lower.0 | 1 << higher.0, 1 << lower.1, 1 << higher.1]);
                rest.take_word(if node + 1 < Self::NODES { "," } else { "]" })?;
            }
            for word in [",", kind] {
                rest.take_word(word)?;
            }
            rest.take("_concat")?;
            rest.take_word("=")?;
            parse_all_nodes(&mut rest)?;
        }
        rest.take_word(")")?;
        rest.skip_blanks();
        if !rest.follows().is_empty() {
            return Err(rest.refuse("the end".into()));
        }
        self.space.accept(self.space.mask(bits))
    }

    /// The genotype as it is published, the lower input of each node first.
    ///
    /// # Errors
    /// A mask that is no architecture of this space.
    pub fn text(&self, mask: &PathMask) -> Result<String, SpaceError> {
        let cell = |cell: usize| -> Result<String, SpaceError> {
            let edges = self.edges(mask, cell)?;
            let pair = |edge: &DartsEdge| format!("('{}', {})", Self::OPERATIONS[edge.operation], edge.input);
            let pairs: Vec<String> = edges.iter().flatten().map(pair).collect();
            let kind = Self::CELLS[cell];
            Ok(format!("{kind}=[{}], {kind}_concat=range(2, 6)", pairs.join(", ")))
        };
        Ok(format!("Genotype({}, {})", cell(0)?, cell(1)?))
    }

    /// What the stand-alone network costs: parameters with affine normalisation as published;
    /// multiply-accumulates of convolutions and the classifier, without its bias.
    ///
    /// # Errors
    /// A number out of range; a mask that is no architecture of this space.
    pub fn cost(&self, shape: &DartsShape, mask: &PathMask) -> Result<Cost, SpaceError> {
        let edges = [self.edges(mask, 0)?, self.edges(mask, 1)?];
        shape.check()?;
        let mut cost = Cost::default();
        let (mut side, mut c) = (shape.side, shape.filters);
        let mut before = [3 * c, 3 * c];
        cost.normed_convolution(9, shape.channels, before[1], side);
        for cell in 0..shape.cells {
            let reduces = cell == shape.cells / 3 || cell == 2 * shape.cells / 3;
            let stride = if reduces { 2 } else { 1 };
            c *= stride;
            // Both inputs come in at the side of the previous cell's output, the older one reduced
            // to it where it has to be.
            cost.normed_convolution(1, before[0], c, side);
            cost.normed_convolution(1, before[1], c, side);
            for edge in edges[usize::from(reduces)].iter().flatten() {
                let stride = if edge.input < 2 { stride } else { 1 };
                cost.operation(edge.operation, c, side / if reduces { 2 } else { 1 }, stride);
            }
            side /= stride;
            before = [before[1], Self::NODES * c];
        }
        cost.parameters += ((before[1] + 1) * shape.classes) as u64;
        cost.macs += (before[1] * shape.classes) as u64;
        Ok(cost)
    }
}

impl Cost {
    /// An operation that makes `c` maps of `side` × `side`.
    fn operation(&mut self, operation: usize, c: usize, side: usize, stride: usize) {
        let mut separable = |kernel: usize| {
            self.convolution(kernel * kernel, 1, c, side);
            self.normed_convolution(1, c, c, side);
        };
        match Darts::OPERATIONS[operation] {
            // A skip that reduces is two 1x1 convolutions of half the filters each.
            "skip_connect" if stride > 1 => self.normed_convolution(1, c, c, side),
            "sep_conv_3x3" => (0..2).for_each(|_| separable(3)),
            "sep_conv_5x5" => (0..2).for_each(|_| separable(5)),
            "dil_conv_3x3" => separable(3),
            "dil_conv_5x5" => separable(5),
            _ => {}
        }
    }
}

impl Default for Darts {
    fn default() -> Self {
        Self::new()
    }
}

impl DartsShape {
    /// Checks every number.
    ///
    /// # Errors
    /// The first that is out of range.
    pub fn check(&self) -> Result<(), SpaceError> {
        at_least_1([("channels", self.channels), ("classes", self.classes)])?;
        let refuse = |field, found, expected| Err(SpaceError::Field { field, found, expected });
        match self {
            Self { filters, .. } if *filters == 0 || filters % 2 == 1 => refuse("filters", *filters, "even, not 0"),
            Self { cells, .. } if *cells < 3 => refuse("cells", *cells, "at least 3"),
            _ => side_halves(self.side, 4),
        }
    }
}

/// Input and operation of `('operation', input)`.
fn parse_edge(rest: &mut Rest, node: usize) -> Result<(usize, usize), SpaceError> {
    rest.take_word("(")?;
    rest.take_word("'")?;
    let known = |&o: &usize| rest.follows().strip_prefix(Darts::OPERATIONS[o]).is_some_and(|r| r.starts_with('\''));
    let Some(operation) = (0..Darts::OPERATIONS.len()).find(known) else {
        return Err(rest.refuse(format!("one of {}, then `'`", Darts::OPERATIONS.join(", "))));
    };
    rest.take(Darts::OPERATIONS[operation])?;
    rest.take("'")?;
    rest.take_word(",")?;
    rest.skip_blanks();
    let Some(input) = (0..node + 2).find(|input| rest.follows().starts_with(&input.to_string())) else {
        return Err(rest.refuse(format!("an input of 0 to {}", node + 1)));
    };
    rest.take(&input.to_string())?;
    rest.take_word(")")?;
    Ok((input, operation))
}

/// `range(2, 6)` or `[2, 3, 4, 5]`.
fn parse_all_nodes(rest: &mut Rest) -> Result<(), SpaceError> {
    rest.skip_blanks();
    let words: &[&str] = match rest.follows().starts_with("range") {
        true => &["range", "(", "2", ",", "6", ")"],
        false => &["[", "2", ",", "3", ",", "4", ",", "5", "]"],
    };
    words.iter().try_for_each(|word| rest.take_word(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draws;
    use proptest::prelude::*;

    /// The two cells that Liu et al. report for CIFAR-10, second order.
    const DARTS_V2: &str = "Genotype(normal=[('sep_conv_3x3', 0), ('sep_conv_3x3', 1), ('sep_conv_3x3', 0), ('sep_conv_3x3', 1), \
        ('sep_conv_3x3', 1), ('skip_connect', 0), ('skip_connect', 0), ('dil_conv_3x3', 2)], normal_concat=[2, 3, 4, 5], \
        reduce=[('max_pool_3x3', 0), ('max_pool_3x3', 1), ('skip_connect', 2), ('max_pool_3x3', 1), ('max_pool_3x3', 0), \
        ('skip_connect', 2), ('skip_connect', 2), ('max_pool_3x3', 1)], reduce_concat=[2, 3, 4, 5])";

    #[test]
    fn the_size_is_that_of_the_definition() {
        let cell = 180u128 * 7u128.pow(8);
        assert_eq!(Darts::new().space().size(), (cell * cell).into());
    }

    #[test]
    fn the_published_network_has_the_published_parameters() {
        let darts = Darts::new();
        let genotype = darts.parse(DARTS_V2).unwrap();
        let cost = darts.cost(&DartsShape::default(), &genotype).unwrap();
        // 3.3 M in the paper; the authors' program prints 3.349342 MB.
        assert_eq!(cost.parameters, 3_349_342);
    }

    #[test]
    fn genotypes_are_written_and_read_back_whatever_the_order_of_a_nodes_edges() {
        let darts = Darts::new();
        let mut rng = draws(1, "genotypes", 0);
        for _ in 0..1_000 {
            let architecture = darts.space().sample(&mut rng);
            assert_eq!(darts.parse(&darts.text(&architecture).unwrap()).unwrap(), architecture);
        }
        let swapped =
            DARTS_V2.replacen("('sep_conv_3x3', 1), ('skip_connect', 0)", "('skip_connect', 0),('sep_conv_3x3',1)", 1);
        assert_ne!(swapped, DARTS_V2);
        assert_eq!(darts.parse(&swapped), darts.parse(DARTS_V2));
    }

    #[test]
    fn a_wrong_genotype_is_named_with_its_place() {
        let darts = Darts::new();
        let message = |text: &str| darts.parse(text).unwrap_err().to_string();
        assert!(message("Genotype(normal=[('sep_conv_7x7', 0)").contains("found `sep_conv_7x7', 0` at character 19"));
        assert!(
            message("Genotype(normal=[('skip_connect', 2)")
                .contains("found `2)` at character 34, expected an input of 0 to 1")
        );
        let same = DARTS_V2.replacen("('sep_conv_3x3', 1)", "('sep_conv_3x3', 0)", 1);
        assert!(message(&same).contains("expected two different inputs of each node before this"));
        assert!(message(&format!("{DARTS_V2} x")).contains("expected the end"));
        assert!(message("").contains("found the end at character 0, expected `Genotype`"));
    }

    #[test]
    fn odd_filters_are_refused() {
        let darts = Darts::new();
        let shape = DartsShape { filters: 35, ..Default::default() };
        let error = darts.cost(&shape, &darts.parse(DARTS_V2).unwrap()).unwrap_err();
        assert_eq!(error.to_string(), "filters: found 35, expected even, not 0");
    }

    proptest! {
        #[test]
        fn no_text_makes_the_parser_panic(text in "(Genotype\\(normal=\\[)?[(')a-z_0-9, ]{0,60}|.{0,20}") {
            let bench = Darts::new();
            if let Ok(architecture) = bench.parse(&text) {
                prop_assert_eq!(bench.parse(&bench.text(&architecture).unwrap()).unwrap(), architecture);
            }
        }
    }
}
