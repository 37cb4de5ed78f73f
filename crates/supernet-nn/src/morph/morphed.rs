//! The network of a child that computes what its parent does.

use super::{
    anatomy::{Anatomy, Parameter},
    identity::{identities, undo},
    kept::Kept,
    probe::Probe,
    settings::Morph,
    sorted::sort,
    widened::widened,
    zeroed::zero,
};
use crate::{Definition, Execution, Inherited, Layer, NamedWeights, Network, NnError, Weights};
use burn::{
    module::Module,
    tensor::{Tensor, TensorData},
};
use std::collections::HashMap;
use supernet_space::PathMask;

/// A child's network, and whether it computes what its parent does.
#[derive(Clone, Debug)]
pub struct Morphed<M: Module, const D: usize = 4> {
    /// The network.
    pub network: Network<M, D>,
    /// What it keeps of its parent.
    pub kept: Kept,
}

impl<M: Layer<D, 2>, const D: usize> Definition<M, D> {
    /// Returns the stand-alone network of `mask` that computes what `parent` does, as far as there
    /// is one, and says whether it does. Weights are the parent's by name and shape; what is new
    /// comes from `weights`, and then, choice by choice:
    ///
    /// - channels of a [`crate::Width`] that grows begin as `morph` says; one that falls keeps
    ///   those whose normalisations let most through ([`Definition::with_sorted_widths`]);
    /// - a part that opens (a layer of a [`crate::Repeat`], an option that is added, one in place
    ///   of nothing or of an identity) begins with zeros in its last normalisation or weight, so
    ///   that a branch adds nothing, where that changes no logit and gradients reach the part: a
    ///   branch that ends in a ReLU would never learn (Goyal et al. 2017, 5.1);
    /// - or else with identities for weights and normalisations that undo what they do to `batch`
    ///   (Net2Deeper: Chen, Goodfellow and Shlens, ICLR 2016), where that changes no logit: a ReLU
    ///   before it must have cut nothing that the layer behind it reads;
    /// - or else as drawn.
    ///
    /// Where an option stands in place of another that computes something, where anything goes, and
    /// where an edge of a graph opens, there is no such network.
    ///
    /// # Errors
    /// A parent that is a supernet, a mask of another space, a batch of another shape, what
    /// `weights` refuses.
    pub fn morphed(
        &self,
        parent: &Network<M, D>,
        mask: &PathMask,
        morph: Morph,
        weights: &mut dyn Weights,
        (batch, execution): (&Tensor<D>, Execution),
    ) -> Result<Morphed<M, D>, NnError> {
        let probe = Probe { definition: self, batch, execution };
        let mut last = Morphed { network: parent.clone(), kept: Kept::Always };
        for mask in self.steps(parent.mask().ok_or(NnError::Supernet)?, mask)? {
            let Morphed { network, kept } = probe.step(&last.network, &mask, morph, weights)?;
            last = Morphed { network, kept: last.kept.and(kept) };
        }
        let error = probe.apart(&last.network, parent)?;
        let kept = if error <= probe.rounding() { last.kept } else { Kept::Not { error } };
        Ok(Morphed { kept, ..last })
    }

    /// Returns `network` with the channels of each chosen width in another order: by the largest
    /// |scale| of the normalisations that write them, the largest first. It computes the same, up
    /// to the order of sums, and the narrower widths, which are the first channels, are then those
    /// that count most (Gordon, Eban, Nachum et al., "MorphNet", CVPR 2018). Whether it does is
    /// tried on `batch`, and said.
    ///
    /// # Errors
    /// A supernet, a batch of another shape.
    pub fn with_sorted_widths(
        &self,
        network: &Network<M, D>,
        (batch, execution): (&Tensor<D>, Execution),
    ) -> Result<Morphed<M, D>, NnError> {
        Probe { definition: self, batch, execution }.sorted(network)
    }

    /// The masks from one to another, a choice at a time. What was chosen where nothing is built is
    /// no change.
    fn steps(&self, from: &PathMask, to: &PathMask) -> Result<Vec<PathMask>, NnError> {
        self.space().belongs(to)?;
        let active = self.space().active(from);
        let apart: Vec<usize> = (0..active.len()).filter(|&choice| from.bits(choice) != to.bits(choice)).collect();
        let (now, silently): (Vec<usize>, Vec<usize>) = apart.into_iter().partition(|&choice| active[choice]);
        let mut mask = silently.into_iter().fold(from.clone(), |mask, choice| mask.with(choice, to.bits(choice)));
        let step = |choice: usize| {
            mask = mask.with(choice, to.bits(choice));
            mask.clone()
        };
        let steps: Vec<PathMask> = now.into_iter().map(step).collect();
        Ok(if steps.is_empty() { vec![to.clone()] } else { steps })
    }
}

impl<M: Layer<D, 2>, const D: usize> Probe<'_, M, D> {
    /// A network whose mask differs in one choice.
    fn step(
        &self,
        parent: &Network<M, D>,
        mask: &PathMask,
        morph: Morph,
        weights: &mut dyn Weights,
    ) -> Result<Morphed<M, D>, NnError> {
        let narrows = self.narrows(parent.mask().ok_or(NnError::Supernet)?, mask, &Anatomy::of(parent));
        let sorted = narrows.then(|| self.sorted(parent)).transpose()?.filter(|sorted| sorted.kept.is_exact());
        let parent = sorted.as_ref().map_or(parent, |sorted| &sorted.network);
        let drawn = self.definition.stand_alone(mask, &mut Inherited::of(parent, weights), &self.batch.device())?;
        let (child, before) = (Anatomy::of(&drawn), Anatomy::of(parent));
        let mut values = child.values();
        of_one_type(&mut values, self.batch);
        widened(&child, &before.values(), morph.widening, &mut values);
        let parts = child.opened(&before);
        let rules = if parts.is_empty() { &[Rule::Drawn][..] } else { &[Rule::Zero, Rule::Identity, Rule::Drawn] };
        let mut last = None;
        for &rule in rules {
            let network = self.opened(rule, mask, &child, &parts, values.clone())?;
            let error = self.apart(&network, parent)?;
            let kept = if error <= self.rounding() { rule.keeps(parts.is_empty()) } else { Kept::Not { error } };
            let is_done =
                kept.is_exact() && (rule != Rule::Zero || self.learns(mask, &NamedWeights::of(&network).0, &parts)?);
            last = Some(Morphed { network, kept });
            if is_done {
                break;
            }
        }
        Ok(last.expect("at least one rule"))
    }

    /// Whether a width of `network` is less wide under the mask `to`.
    fn narrows(&self, from: &PathMask, to: &PathMask, network: &Anatomy) -> bool {
        let space = self.definition.space();
        let mut choices = network.wide.iter().flat_map(|wide| [&wide.from, &wide.to]).flatten();
        choices.any(|choice| space.position(choice).is_some_and(|place| to.bits(place) < from.bits(place)))
    }

    /// The network with sorted widths.
    fn sorted(&self, network: &Network<M, D>) -> Result<Morphed<M, D>, NnError> {
        let anatomy = Anatomy::of(network);
        let mut values = anatomy.values();
        sort(&anatomy, &mut values);
        let sorted = self.network(network.mask().ok_or(NnError::Supernet)?, &values)?;
        let error = self.apart(&sorted, network)?;
        let kept = if error <= self.rounding() { Kept::Always } else { Kept::Not { error } };
        Ok(Morphed { network: sorted, kept })
    }

    /// The network whose new parts begin by a rule.
    fn opened(
        &self,
        rule: Rule,
        mask: &PathMask,
        child: &Anatomy,
        parts: &[Vec<&Parameter>],
        mut values: HashMap<String, TensorData>,
    ) -> Result<Network<M, D>, NnError> {
        match rule {
            Rule::Zero => parts.iter().for_each(|part| zero(part, &mut values)),
            Rule::Identity => {
                parts.iter().for_each(|part| identities(child, part, &mut values));
                for scale in parts.iter().flatten().filter(|one| one.field() == "scale") {
                    let notes = self.notes(&self.network(mask, &values)?)?;
                    undo(child, scale, &notes, &mut values);
                }
            }
            Rule::Drawn => {}
        }
        self.network(mask, &values)
    }
}

/// What a part that opens begins with.
#[derive(Clone, Copy, PartialEq)]
enum Rule {
    Zero,
    Identity,
    Drawn,
}

impl Rule {
    /// What an exact child by this rule keeps.
    fn keeps(self, nothing_opened: bool) -> Kept {
        if self == Self::Zero || nothing_opened { Kept::Always } else { Kept::Measured }
    }
}

/// Drawn values in the type of the others.
fn of_one_type<const D: usize>(values: &mut HashMap<String, TensorData>, batch: &Tensor<D>) {
    for data in values.values_mut().filter(|data| data.dtype() != batch.dtype()) {
        *data = data.clone().convert_dtype(batch.dtype());
    }
}
