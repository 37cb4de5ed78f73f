//! The names of the paper's parameters: those under which weights have always been drawn and
//! stored.

use supernet_space::{CELL_INPUTS, OPERATIONS};

/// Returns the name of the parameter at `path`: `cells.0.blocks.1.inputs.weights.2` for
/// `cells.0.blocks.1.inputs.options.block1.weight`.
pub(super) fn name(path: &str) -> String {
    let mut name: Vec<String> = Vec::new();
    let mut parts = path.split('.').peekable();
    while let Some(part) = parts.next() {
        let last = name.last().map(String::as_str);
        match part {
            "options" if last == Some("inputs") => {
                let input = parts.next().expect("an option's name");
                name.extend(["weights".into(), place_of_input(input).to_string()]);
            }
            "options" => {
                let operation = parts.next().expect("an option's name");
                let place = OPERATIONS.iter().position(|name| *name == operation).expect("an operation");
                name.push(place.to_string());
            }
            // A normalisation is a module of its own inside a site.
            "norm" if last == Some("norm") => {}
            "conv" => {}
            // A convolution is a module of its own, except in a stem.
            "weight" if parts.peek().is_none() && !matches!(last, Some("stem1" | "stem2" | "classifier")) => {}
            _ => name.push(part.into()),
        }
    }
    name.join(".")
}

fn place_of_input(input: &str) -> usize {
    match input {
        "a" => 0,
        "b" => 1,
        block => CELL_INPUTS - 1 + block.trim_start_matches("block").parse::<usize>().expect("a block's number"),
    }
}

#[cfg(test)]
mod tests {
    use super::name;

    #[test]
    fn parameters_keep_their_names() {
        for (path, expected) in [
            ("stem1.conv.weight", "stem1.weight"),
            ("stem2.site.norm.norm.scale", "stem2.site.norm.scale"),
            ("cells.0.a.weights.3.weight", "cells.0.a.weights.3"),
            ("cells.2.blocks.3.inputs.options.block2.weight", "cells.2.blocks.3.inputs.weights.3"),
            ("cells.2.blocks.0.inputs.options.b.weight", "cells.2.blocks.0.inputs.weights.1"),
            (
                "cells.1.blocks.0.operations.options.sep5.Separable.depthwise.1.weight",
                "cells.1.blocks.0.operations.2.Separable.depthwise.1",
            ),
            (
                "cells.1.blocks.0.operations.options.conv1x7_7x1.Factored.first.norm.norm.stored_mean",
                "cells.1.blocks.0.operations.4.Factored.first.norm.stored_mean",
            ),
            ("head.weights.0.weight", "head.weights.0"),
            ("classifier.weight", "classifier.weight"),
            ("classifier.bias", "classifier.bias"),
        ] {
            assert_eq!(name(path), expected);
        }
    }
}
