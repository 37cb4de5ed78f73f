//! NAS-Bench-Macro (Su et al., CVPR 2021): eight layers, each the identity or one of two inverted
//! residuals.

use crate::{
    Architecture, Choice, Cost, InvertedResidual, PathMask, SearchSpace, SpaceError,
    canonical::Symmetry,
    sizes::{at_least_1, side_halves},
};
use serde::{Deserialize, Serialize};

/// The space of NAS-Bench-Macro: eight layers in stages of 2, 3 and 3, three options each.
///
/// 6,561 descriptions, 3,969 networks: identity layers after the first of a stage can stand
/// anywhere in it. The canonical form, the least mask text, has them last.
#[derive(Clone, Debug, PartialEq)]
pub struct NasBenchMacro {
    space: SearchSpace,
}

/// What is not searched. The default is the published network on CIFAR-10.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NasBenchMacroShape {
    /// Channels of the stem; each stage doubles them.
    pub stem: usize,
    /// Channels of the last 1x1 convolution.
    pub head: usize,
    /// Side of the square images, divisible by 8.
    pub side: usize,
    /// Channels of the images.
    pub channels: usize,
    /// Classes.
    pub classes: usize,
}

impl Default for NasBenchMacroShape {
    fn default() -> Self {
        Self { stem: 32, head: 1280, side: 32, channels: 3, classes: 10 }
    }
}

impl NasBenchMacro {
    /// The options, in the order of a mask's bits and of the digits of the published text.
    pub const OPTIONS: [&str; 3] = ["identity", "mbconv3_e3", "mbconv5_e6"];

    /// Layers of each stage; the first of a stage halves the resolution and doubles the channels.
    pub const STAGES: [usize; 3] = [2, 3, 3];

    /// The space.
    pub fn new() -> Self {
        let layers = 1..=Self::STAGES.iter().sum::<usize>();
        let choices: Result<Vec<Choice>, SpaceError> =
            layers.map(|layer| Choice::one_of(format!("layer{layer}"), Self::OPTIONS)).collect();
        let symmetry = Symmetry::IdentityLayers { stages: Self::STAGES.into() };
        let space = choices.and_then(|choices| SearchSpace::with_symmetry("nas-bench-macro".into(), choices, symmetry));
        Self { space: space.expect("eight distinct choices of three options") }
    }

    /// The choices.
    pub fn space(&self) -> &SearchSpace {
        &self.space
    }

    /// What option `option` puts into a layer; `None` for the identity (a strided 1x1 convolution
    /// where the shape changes).
    pub fn inverted_residual(option: usize) -> Option<InvertedResidual> {
        match option {
            1 => Some(InvertedResidual { kernel: 3, expansion: 3 }),
            2 => Some(InvertedResidual { kernel: 5, expansion: 6 }),
            _ => None,
        }
    }

    /// The option of each layer.
    ///
    /// # Errors
    /// A mask that is no architecture of this space.
    pub fn options(&self, mask: &PathMask) -> Result<Vec<usize>, SpaceError> {
        self.space.accept(mask.clone())?;
        Ok((0..self.space.choices().len()).map(|layer| mask.bits(layer).trailing_zeros() as usize).collect())
    }

    /// Reads the published text: one digit of 0 to 2 per layer.
    ///
    /// # Errors
    /// [`SpaceError::ArchitectureText`] names the character where the text is another.
    pub fn parse(&self, text: &str) -> Result<Architecture, SpaceError> {
        let layers = self.space.choices().len();
        let refuse = |position, found, expected: &str| SpaceError::ArchitectureText {
            space: "nas-bench-macro",
            text: text.chars().take(120).collect(),
            position,
            found,
            expected: expected.into(),
        };
        let mut bits = Vec::new();
        for (position, digit) in text.chars().enumerate() {
            match digit.to_digit(10).filter(|&digit| (digit as usize) < Self::OPTIONS.len()) {
                _ if position == layers => return Err(refuse(position, format!("`{digit}`"), "the end")),
                Some(option) => bits.push(1 << option),
                None => return Err(refuse(position, format!("`{digit}`"), "0, 1 or 2")),
            }
        }
        if bits.len() < layers {
            return Err(refuse(bits.len(), "the end".into(), "0, 1 or 2"));
        }
        self.space.accept(self.space.mask(bits))
    }

    /// The published text.
    ///
    /// # Errors
    /// A mask that is no architecture of this space.
    pub fn text(&self, mask: &PathMask) -> Result<String, SpaceError> {
        Ok(self.options(mask)?.iter().map(usize::to_string).collect())
    }

    /// What the stand-alone network costs, as published: affine normalisation and the classifier's
    /// bias in the parameters, not in the multiply-accumulates.
    ///
    /// # Errors
    /// A number out of range; a mask that is no architecture of this space.
    pub fn cost(&self, shape: &NasBenchMacroShape, mask: &PathMask) -> Result<Cost, SpaceError> {
        let mut options = self.options(mask)?.into_iter();
        shape.check()?;
        let mut cost = Cost::default();
        let (mut side, mut c) = (shape.side, shape.stem);
        cost.normed_convolution(9, shape.channels, c, side);
        for layers in Self::STAGES {
            for (layer, option) in options.by_ref().take(layers).enumerate() {
                let (stride, out) = if layer == 0 { (2, 2 * c) } else { (1, c) };
                match Self::inverted_residual(option) {
                    Some(block) => block.add_cost(&mut cost, c, out, side, stride),
                    None if layer == 0 => cost.normed_convolution(1, c, out, side / stride),
                    None => {}
                }
                (side, c) = (side / stride, out);
            }
        }
        cost.normed_convolution(1, c, shape.head, side);
        cost.parameters += ((shape.head + 1) * shape.classes) as u64;
        cost.macs += (shape.head * shape.classes) as u64;
        Ok(cost)
    }
}

impl Default for NasBenchMacro {
    fn default() -> Self {
        Self::new()
    }
}

impl NasBenchMacroShape {
    /// Checks every number.
    ///
    /// # Errors
    /// The first that is out of range.
    pub fn check(&self) -> Result<(), SpaceError> {
        at_least_1([("stem", self.stem), ("head", self.head), ("channels", self.channels), ("classes", self.classes)])?;
        side_halves(self.side, 8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::data_file;
    use proptest::prelude::*;
    use std::collections::HashMap;

    #[test]
    fn every_architecture_is_written_and_read_back() {
        let bench = NasBenchMacro::new();
        let all = bench.space().architectures(6_561).unwrap();
        assert_eq!(all.len(), 6_561);
        for architecture in &all {
            assert_eq!(bench.parse(&bench.text(architecture).unwrap()).unwrap(), *architecture);
        }
    }

    #[test]
    fn there_are_3969_networks_and_each_canonical_form_is_the_least_of_its_class() {
        let bench = NasBenchMacro::new();
        assert_eq!(bench.space().networks(), Some(3_969u32.into()));
        // By the definition: a stage is its first layer and what the others hold without
        // identities.
        let mut classes: HashMap<String, Vec<Architecture>> = HashMap::new();
        for architecture in bench.space().architectures(6_561).unwrap() {
            let text = bench.text(&architecture).unwrap();
            let stage =
                |from: usize, to: usize| format!("{}{}", &text[from..=from], text[from + 1..to].replace('0', ""));
            let key = [stage(0, 2), stage(2, 5), stage(5, 8)].join("/");
            classes.entry(key).or_default().push(architecture);
        }
        assert_eq!(classes.len(), 3_969);
        for class in classes.values() {
            let least = class.iter().min_by_key(|member| member.to_string()).unwrap();
            assert!(class.iter().all(|member| bench.space().canonical(member) == *least));
        }
    }

    #[test]
    fn a_wrong_text_is_named_with_its_place() {
        let bench = NasBenchMacro::new();
        let message = |text: &str| bench.parse(text).unwrap_err().to_string();
        assert_eq!(
            message("00030000"),
            "nas-bench-macro text `00030000`: found `3` at character 3, expected 0, 1 or 2"
        );
        assert!(message("0000000").contains("found the end at character 7"));
        assert!(message("000000000").contains("found `0` at character 8, expected the end"));
    }

    #[test]
    fn a_side_that_eight_does_not_divide_is_refused() {
        let bench = NasBenchMacro::new();
        let shape = NasBenchMacroShape { side: 28, ..Default::default() };
        let error = bench.cost(&shape, &bench.parse("00000000").unwrap()).unwrap_err();
        assert_eq!(error.to_string(), "image side: found 28, expected a multiple of 8, not 0");
    }

    #[test]
    fn parameters_and_flops_are_the_published_ones_and_equal_networks_share_their_row() {
        let Some(file) = data_file("nas-bench/nasbench_macro_cifar10.csv") else { return };
        let bench = NasBenchMacro::new();
        let mut accuracies = HashMap::new();
        for line in file.lines().skip(1) {
            let cells: Vec<&str> = line.split(',').collect();
            let architecture = bench.parse(cells[0]).unwrap();
            let cost = bench.cost(&NasBenchMacroShape::default(), &architecture).unwrap();
            assert_eq!([cost.parameters.to_string(), cost.macs.to_string()], [cells[6], cells[7]], "{line}");
            let known = accuracies.entry(bench.space().canonical(&architecture)).or_insert(cells[1..6].to_vec());
            assert_eq!(*known, cells[1..6], "{line}");
        }
        assert_eq!(accuracies.len(), 3_969);
    }

    proptest! {
        #[test]
        fn no_text_makes_the_parser_panic(text in "[0-3]{0,10}|.{0,10}") {
            let bench = NasBenchMacro::new();
            if let Ok(architecture) = bench.parse(&text) {
                prop_assert_eq!(bench.parse(&bench.text(&architecture).unwrap()).unwrap(), architecture);
            }
        }
    }
}
