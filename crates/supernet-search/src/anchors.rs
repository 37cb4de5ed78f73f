//! Which earlier node an option names.

use supernet_space::SearchSpace;

/// Returns for each choice and option the last choice of the earlier node that the option names, if
/// it names one.
///
/// A node is the choices that share the part of their names before the last `/`; a choice without
/// `/` is a node of its own. An option names the node of its own name beside that of its choice: of
/// `cell/node3/inputs`, the option `node1` names the node `cell/node1`. A node that conditions put
/// behind the choice ([`SearchSpace::in_order`]) is not there yet and has no anchor.
pub(crate) fn anchors(space: &SearchSpace) -> Vec<Vec<Option<usize>>> {
    let nodes: Vec<&str> = space.choices().iter().map(|choice| node(choice.name())).collect();
    let place = |choice: usize| space.in_order().iter().position(|&other| other == choice);
    let of_choice = |(position, choice): (usize, &supernet_space::Choice)| {
        let beside = nodes[position].rsplit_once('/').map_or(String::new(), |(parent, _)| format!("{parent}/"));
        let of_option = |option: &String| {
            let named = format!("{beside}{option}");
            let node = nodes[..position].iter().rposition(|node| **node == named && *node != nodes[position]);
            node.filter(|&node| place(node) < place(position))
        };
        choice.options().iter().map(of_option).collect()
    };
    space.choices().iter().enumerate().map(of_choice).collect()
}

fn node(choice: &str) -> &str {
    choice.rsplit_once('/').map_or(choice, |(node, _)| node)
}

#[cfg(test)]
mod tests {
    use super::*;
    use supernet_space::{CellSpace, NasBenchMacro};

    #[test]
    fn inputs_of_a_cell_are_anchored_at_the_blocks_that_they_name() {
        let cells = CellSpace::new(3, 3).unwrap().mask_per_cell();
        let anchors = anchors(cells.space());
        let block = |cell, block| cells.inputs_choice(cell, block);
        assert_eq!(anchors[block(0, 0)], [None; 2]);
        assert_eq!(anchors[block(1, 2)], [None, None, Some(block(1, 0) + 1), Some(block(1, 1) + 1)]);
        assert_eq!(anchors[block(1, 2) + 1], [None; 7]);
    }

    #[test]
    fn layers_that_read_no_other_by_name_have_none() {
        assert!(anchors(NasBenchMacro::new().space()).iter().flatten().all(Option::is_none));
    }
}
