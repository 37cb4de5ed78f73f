//! The convolutional networks of Zoph and Le (ICLR 2017): layers of any size that read any earlier
//! layers.

use crate::{Choice, PathMask, SearchSpace, SpaceError};

/// The space of *Neural architecture search with reinforcement learning*: each layer has a filter
/// height and width, a number of filters and any of the earlier layers as inputs.
///
/// Layers are the choices `layer3/height`, `width`, `filters` and `inputs`, whose options are the
/// names of the layers before it. With several depths the first choice is `depth`, and a layer that
/// not all of them have is there only under those that have it.
#[derive(Clone, Debug, PartialEq)]
pub struct NasRl {
    /// Rising; the layers of a network.
    depths: Vec<usize>,
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
        Self::deepening(&[layers])
    }

    /// The space of networks of any of these depths, which rise: the paper begins with 6 layers and
    /// has 2 more every 1,600 networks.
    ///
    /// # Errors
    /// No depth, a number out of range, depths that do not rise.
    pub fn deepening(depths: &[usize]) -> Result<Self, SpaceError> {
        let range = 1..=Choice::MOST_OPTIONS;
        if let Some(&found) = depths.iter().find(|depth| !range.contains(depth)) {
            return Err(SpaceError::Field { field: "layers", found, expected: "1 to 64" });
        }
        if !depths.is_sorted_by(|a, b| a < b) {
            return Err(SpaceError::Field { field: "depths", found: depths.len(), expected: "depths that rise" });
        }
        let mut choices = Vec::new();
        if depths.len() > 1 {
            choices.push(Choice::one_of("depth", depths.iter().map(ToString::to_string))?);
        }
        for layer in 1..=depths.last().copied().unwrap_or(0) {
            let with_it: Vec<String> =
                depths.iter().filter(|&&depth| depth >= layer).map(ToString::to_string).collect();
            let of_layer = layer_choices(layer)?.into_iter();
            choices.extend(of_layer.map(|choice| match with_it.len() < depths.len() {
                true => choice.under("depth", with_it.clone()),
                false => choice,
            }));
        }
        let name = depths.iter().map(ToString::to_string).collect::<Vec<_>>().join("-");
        Ok(Self { depths: depths.into(), space: SearchSpace::new(format!("nas-rl-{name}"), choices)? })
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
        let option = |choice: usize| mask.bits(choice).trailing_zeros() as usize;
        let with_depth = usize::from(self.depths.len() > 1);
        let depth = if with_depth == 1 { self.depths[option(0)] } else { self.depths[0] };
        let of_layer = |layer: usize| {
            // The first layer has three choices, the others four.
            let first = with_depth + (4 * layer).saturating_sub(1);
            let inputs = if layer == 0 { 0 } else { mask.bits(first + 3) };
            NasRlLayer {
                height: Self::SIZES[option(first)],
                width: Self::SIZES[option(first + 1)],
                filters: Self::FILTERS[option(first + 2)],
                inputs: (0..layer).filter(|earlier| inputs >> earlier & 1 == 1).collect(),
            }
        };
        Ok((0..depth).map(of_layer).collect())
    }

    /// Returns the layers, from 0, that no other reads: they are concatenated before the
    /// classifier, so none is dead.
    ///
    /// # Errors
    /// A mask that is no architecture of this space.
    pub fn outputs(&self, mask: &PathMask) -> Result<Vec<usize>, SpaceError> {
        let layers = self.layers(mask)?;
        Ok((0..layers.len()).filter(|layer| layers.iter().all(|reader| !reader.inputs.contains(layer))).collect())
    }
}

/// The choices of a layer, counted from 1.
fn layer_choices(layer: usize) -> Result<Vec<Choice>, SpaceError> {
    let numbers = |list: [usize; 4]| list.map(|number| number.to_string());
    let mut choices = vec![
        Choice::one_of(format!("layer{layer}/height"), numbers(NasRl::SIZES))?,
        Choice::one_of(format!("layer{layer}/width"), numbers(NasRl::SIZES))?,
        Choice::one_of(format!("layer{layer}/filters"), numbers(NasRl::FILTERS))?,
    ];
    if layer > 1 {
        let earlier = (1..layer).map(|earlier| format!("layer{earlier}"));
        choices.push(Choice::new(format!("layer{layer}/inputs"), earlier, 0..=layer - 1)?);
    }
    Ok(choices)
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

    #[test]
    fn a_network_has_the_layers_of_its_depth() {
        let nas_rl = NasRl::deepening(&[1, 3]).unwrap();
        // One layer, or three with one and three bits of inputs.
        assert_eq!(nas_rl.space().size(), (64 + 64u64.pow(3) * 8).into());
        let of = |text: &str| nas_rl.layers(&nas_rl.space().parse_architecture(text).unwrap()).unwrap();
        let deep = of("01/1000:0100:0010/0001:1000:0001:1/1000:1000:1000:01");
        assert_eq!(deep.len(), 3);
        assert_eq!(deep[2].inputs, [1]);
        // What the layers beyond its depth hold is no part of the network.
        let shallow = "10/1000:0100:0010/0001:1000:0001:1/1000:1000:1000:01";
        assert_eq!(of(shallow), deep[..1]);
        let settled = nas_rl.space().parse_architecture(shallow).unwrap();
        assert_eq!(settled.to_string(), "10/1000:0100:0010/1000:1000:1000:0/1000:1000:1000:00");
        assert_eq!(nas_rl.outputs(&settled).unwrap(), [0]);
        assert!(NasRl::deepening(&[4, 4]).is_err() && NasRl::deepening(&[]).is_err());
    }
}
