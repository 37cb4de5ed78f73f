//! The convolutional networks of Zoph and Le (ICLR 2017): layers of any size that read any earlier layers.

use crate::{Choice, PathMask, SearchSpace, SpaceError};

/// The space of *Neural architecture search with reinforcement learning*: each layer has a filter height and width, a number of
/// filters and any of the earlier layers as inputs.
///
/// Layers are the choices `layer3/height`, `width`, `filters` and `inputs`, whose options are the names of the layers before it.
#[derive(Clone, Debug, PartialEq)]
pub struct NasRl {
    layers: usize,
    space: SearchSpace,
}

/// One layer, wired by the paper's rules (section 3.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NasRlLayer {
    /// Height of the filters.
    pub height: usize,
    /// Width of the filters.
    pub width: usize,
    /// Number of the filters.
    pub filters: usize,
    /// Earlier layers, from 0, whose outputs are concatenated to its input; none reads the image.
    pub inputs: Vec<usize>,
}

impl NasRl {
    /// Heights and widths, in the order of a mask's bits.
    pub const SIZES: [usize; 4] = [1, 3, 5, 7];

    /// Numbers of filters, in the order of a mask's bits.
    pub const FILTERS: [usize; 4] = [24, 36, 48, 64];

    /// The space of `layers` layers, 1 to 64.
    ///
    /// # Errors
    /// A number out of range.
    pub fn new(layers: usize) -> Result<Self, SpaceError> {
        if !(1..=Choice::MOST_OPTIONS).contains(&layers) {
            return Err(SpaceError::Field { field: "layers", found: layers, expected: "1 to 64" });
        }
        let mut choices = Vec::new();
        for layer in 1..=layers {
            let numbers = |list: [usize; 4]| list.map(|number| number.to_string());
            choices.push(Choice::one_of(format!("layer{layer}/height"), numbers(Self::SIZES))?);
            choices.push(Choice::one_of(format!("layer{layer}/width"), numbers(Self::SIZES))?);
            choices.push(Choice::one_of(format!("layer{layer}/filters"), numbers(Self::FILTERS))?);
            if layer > 1 {
                let earlier = (1..layer).map(|earlier| format!("layer{earlier}"));
                choices.push(Choice::new(format!("layer{layer}/inputs"), earlier, 0..=layer - 1)?);
            }
        }
        Ok(Self { layers, space: SearchSpace::new(format!("nas-rl-{layers}"), choices)? })
    }

    /// Returns the choices.
    pub fn space(&self) -> &SearchSpace {
        &self.space
    }

    /// Returns each layer. One without inputs reads the image.
    ///
    /// # Errors
    /// A mask that is no architecture of this space.
    pub fn layers(&self, mask: &PathMask) -> Result<Vec<NasRlLayer>, SpaceError> {
        self.space.accept(mask.clone())?;
        let of_layer = |layer: usize| {
            // The first layer has three choices, the others four.
            let first = (4 * layer).saturating_sub(1);
            let option = |choice: usize| mask.bits(first + choice).trailing_zeros() as usize;
            let inputs = if layer == 0 { 0 } else { mask.bits(first + 3) };
            NasRlLayer {
                height: Self::SIZES[option(0)],
                width: Self::SIZES[option(1)],
                filters: Self::FILTERS[option(2)],
                inputs: (0..layer).filter(|earlier| inputs >> earlier & 1 == 1).collect(),
            }
        };
        Ok((0..self.layers).map(of_layer).collect())
    }

    /// Returns the layers, from 0, that no other reads: they are concatenated before the classifier, so none is dead.
    ///
    /// # Errors
    /// A mask that is no architecture of this space.
    pub fn outputs(&self, mask: &PathMask) -> Result<Vec<usize>, SpaceError> {
        let layers = self.layers(mask)?;
        Ok((0..self.layers).filter(|layer| layers.iter().all(|reader| !reader.inputs.contains(layer))).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_pattern_of_inputs_leaves_a_layer_that_the_output_does_not_depend_on() {
        let nas_rl = NasRl::new(4).unwrap();
        let mut patterns = 0;
        for (second, third, fourth) in (0..2).flat_map(|a| (0..4).flat_map(move |b| (0..8).map(move |c| (a, b, c)))) {
            let mask = nas_rl.space().mask(vec![1, 1, 1, 1, 1, 1, second, 1, 1, 1, third, 1, 1, 1, fourth]);
            let (layers, outputs) = (nas_rl.layers(&mask).unwrap(), nas_rl.outputs(&mask).unwrap());
            let mut alive = outputs.clone();
            for layer in (0..4).rev() {
                if alive.contains(&layer) {
                    alive.extend(&layers[layer].inputs);
                }
            }
            assert!((0..4).all(|layer| alive.contains(&layer)), "{mask}");
            assert!(outputs.contains(&3));
            patterns += 1;
        }
        assert_eq!(patterns, 64);
    }

    #[test]
    fn layers_are_read_from_a_mask() {
        let nas_rl = NasRl::new(2).unwrap();
        let mask = nas_rl.space().parse("1000:0100:0010/0001:1000:0001:1").unwrap();
        let layers = nas_rl.layers(&mask).unwrap();
        assert_eq!(layers[0], NasRlLayer { height: 1, width: 3, filters: 48, inputs: vec![] });
        assert_eq!(layers[1], NasRlLayer { height: 7, width: 1, filters: 64, inputs: vec![0] });
        assert_eq!(nas_rl.space().size(), (64u64 * 64 * 2).into());
        assert_eq!(NasRl::new(0).unwrap_err().to_string(), "layers: found 0, expected 1 to 64");
    }
}
