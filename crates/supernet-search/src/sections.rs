//! The stages of a space: which choices belong together.

use crate::SearchError;
use supernet_space::SearchSpace;

/// Returns the choices, by place, whose names begin with the same word before `/`; a choice without
/// `/` stands alone.
pub(crate) fn sections(space: &SearchSpace) -> Vec<Vec<usize>> {
    let word = |place: usize| space.choices()[place].name().split('/').next().unwrap_or_default().to_string();
    let mut sections: Vec<(String, Vec<usize>)> = Vec::new();
    for place in 0..space.choices().len() {
        match sections.iter_mut().find(|(name, _)| *name == word(place)) {
            Some((_, section)) => section.push(place),
            None => sections.push((word(place), vec![place])),
        }
    }
    sections.into_iter().map(|(_, section)| section).collect()
}

/// Whether every choice is in exactly one section, and none is empty.
pub(crate) fn check_sections(
    strategy: &'static str,
    space: &SearchSpace,
    sections: &[Vec<usize>],
) -> Result<(), SearchError> {
    let mut places: Vec<usize> = sections.iter().flatten().copied().collect();
    places.sort_unstable();
    let fits =
        places.iter().copied().eq(0..space.choices().len()) && sections.iter().all(|section| !section.is_empty());
    if fits {
        return Ok(());
    }
    let expected = "every choice of the space in exactly one stage, and none empty";
    Err(SearchError::Setting { strategy, setting: "stages", found: format!("{sections:?}"), expected })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::chain;
    use supernet_space::{GeneticStages, NasBench201};

    #[test]
    fn stages_are_read_from_the_names() {
        let lengths = |space: &SearchSpace| sections(space).iter().map(Vec::len).collect::<Vec<_>>();
        assert_eq!(lengths(GeneticStages::published().space()), [2, 3, 4]);
        assert_eq!(lengths(NasBench201::new().space()), [1, 2, 3]);
        assert_eq!(lengths(&chain(3)), [1, 1, 1]);
    }

    #[test]
    fn a_choice_in_no_stage_is_named() {
        assert_eq!(
            check_sections("some strategy", &chain(3), &[vec![0], vec![2]]).unwrap_err().to_string(),
            "some strategy, stages: found [[0], [2]], expected every choice of the space in exactly one stage, and none empty"
        );
    }
}
