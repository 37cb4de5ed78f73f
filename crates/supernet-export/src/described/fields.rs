//! The fields of a module that is written: a layer for each operation with parameters, a pool for
//! each kind of pool.

use crate::ExportError;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use supernet_nn::describe::{Graph, Operation};

/// A name of so many characters still fits on the lines that a field has.
const LONGEST: usize = 44;

/// The fields, and what the weights file calls their parameters.
pub(super) struct Fields<'a> {
    /// Name, operation and the channels or features that it reads and gives, in the order of the
    /// graph.
    pub(super) fields: Vec<(String, &'a Operation, [usize; 2])>,
    /// Of each operation, the place of its field.
    places: HashMap<&'a Operation, usize>,
}

impl<'a> Fields<'a> {
    /// # Errors
    /// A parameter that two layers share, each in its way.
    pub(super) fn new(graph: &'a Graph) -> Result<Self, ExportError> {
        let mut names = Names {
            taken: BTreeSet::new(),
            kept: graph.nodes.iter().filter_map(|n| kept_name(&n.operation)).collect(),
        };
        let (mut fields, mut places, mut owned) = (Vec::new(), HashMap::new(), HashSet::new());
        for node in &graph.nodes {
            let operation = &node.operation;
            let pool = matches!(operation, Operation::MaxPool(_) | Operation::AveragePool { .. });
            if (operation.parameters().is_empty() && !pool) || places.contains_key(operation) {
                continue;
            }
            if let Some(name) = operation.parameters().into_iter().find(|name| !owned.insert(name.to_string())) {
                return Err(ExportError::SharedParameter { name: name.into() });
            }
            places.insert(operation, fields.len());
            let sizes = [graph.nodes[node.inputs[0]].shape[0], node.shape[0]];
            fields.push((names.of(operation), operation, sizes));
        }
        Ok(Self { fields, places })
    }

    /// The name of an operation's field; none of one without.
    pub(super) fn name(&self, operation: &Operation) -> Option<&str> {
        self.places.get(operation).map(|&place| self.fields[place].0.as_str())
    }

    /// Whether some field is of this kind.
    pub(super) fn any(&self, is: impl Fn(&Operation) -> bool) -> bool {
        self.fields.iter().any(|(_, operation, _)| is(operation))
    }

    /// Patterns of the names in the weights file and what replaces them, in order: whole names,
    /// then statistics, then what stands before the last point, the longest first.
    pub(super) fn rules(&self) -> Vec<(String, String)> {
        let (mut whole, mut prefixes) = (Vec::new(), BTreeMap::new());
        for (field, operation, _) in &self.fields {
            if let Operation::Function { beta, .. } = operation {
                // The field is the parameter itself.
                whole.extend(beta.iter().map(|beta| (format!("^{}$", escaped(beta)), field.clone())));
                continue;
            }
            let kept = operation.parameters().into_iter().zip(kept(operation).iter().copied());
            let parameters: Vec<(&str, &str)> = kept.collect();
            match prefix(&parameters) {
                Some(prefix) if prefix == field => {}
                Some(prefix) => {
                    prefixes.insert(prefix.to_owned(), field.clone());
                }
                None => {
                    let burn = burn_names(operation);
                    let each = parameters.iter().zip(burn);
                    whole.extend(each.map(|((name, _), to)| (format!("^{}$", escaped(name)), format!("{field}.{to}"))));
                }
            }
        }
        let mut rules = whole;
        if self.any(|operation| matches!(operation, Operation::Normalisation { .. })) {
            let burn = ["gamma", "beta", "running_mean", "running_var"];
            rules
                .extend(STORED.iter().zip(burn).map(|(from, to)| (format!(r"\.norm\.{from}$"), format!(".norm.{to}"))));
        }
        let mut prefixes: Vec<(String, String)> = prefixes.into_iter().collect();
        prefixes.sort_by_key(|(prefix, _)| std::cmp::Reverse(prefix.len()));
        rules.extend(prefixes.iter().map(|(from, to)| (format!(r"^{}\.", escaped(from)), format!("{to}."))));
        rules
    }
}

/// What the last parts of a normalisation's names are.
const STORED: [&str; 4] = ["scale", "shift", "stored_mean", "stored_variance"];

/// What the last part of a parameter's name is where a pattern of what stands before it serves.
fn kept(operation: &Operation) -> &'static [&'static str] {
    match operation {
        Operation::Normalisation { .. } => &STORED,
        Operation::Function { .. } => &["beta"],
        _ => &["weight", "bias"],
    }
}

/// What Burn calls them.
fn burn_names(operation: &Operation) -> &'static [&'static str] {
    match operation {
        Operation::Normalisation { .. } => &["gamma", "beta", "running_mean", "running_var"],
        _ => &["weight", "bias"],
    }
}

/// What stands before the last part of all names, where the last parts are those expected.
fn prefix<'a>(parameters: &[(&'a str, &str)]) -> Option<&'a str> {
    let before = |(name, last): &(&'a str, &str)| name.strip_suffix(last)?.strip_suffix('.');
    let first = before(parameters.first()?)?;
    let is_norm = parameters.len() == STORED.len();
    let all = parameters.iter().all(|parameter| before(parameter) == Some(first));
    (all && (!is_norm || first.ends_with(".norm"))).then_some(first)
}

/// A name as a pattern that matches it alone, inside of a raw string.
fn escaped(name: &str) -> String {
    let escape = |c: char| match c {
        '"' => r"\x22".to_owned(),
        c if c.is_ascii_punctuation() && c != '_' => format!(r"\{c}"),
        c => c.to_string(),
    };
    name.chars().map(escape).collect()
}

/// The name of a layer that keeps its name: one without points.
fn kept_name(operation: &Operation) -> Option<&str> {
    let path = operation.parameters().first()?.strip_suffix(kept(operation)[0])?.strip_suffix('.')?;
    (!path.contains('.')).then_some(path)
}

/// Gives fields their names.
struct Names<'a> {
    taken: BTreeSet<String>,
    /// Those of layers that keep theirs.
    kept: BTreeSet<&'a str>,
}

impl Names<'_> {
    fn of(&mut self, operation: &Operation) -> String {
        let name = match operation {
            Operation::MaxPool(_) => "max_pool".into(),
            Operation::AveragePool { .. } => "average_pool".into(),
            _ => field(operation.parameters()[0], kept(operation)[0]),
        };
        let mut number = 2;
        let mut unique = name.clone();
        let own = kept_name(operation);
        while own != Some(&unique) && self.kept.contains(unique.as_str()) || !self.taken.insert(unique.clone()) {
            unique = format!("{name}_{number}");
            number += 1;
        }
        unique
    }
}

/// A field for the layer of a parameter: the parts of its name without those that say nothing.
fn field(parameter: &str, last: &str) -> String {
    let path = parameter.strip_suffix(last).and_then(|path| path.strip_suffix('.')).unwrap_or(parameter);
    let mut parts: Vec<String> = Vec::new();
    for part in path.split('.') {
        // The variant of an enum, and the field that a choice keeps its options in.
        let silent = part.starts_with(|c: char| c.is_ascii_uppercase()) || part == "options";
        let clean: String = part.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
        let clean = clean.trim_matches('_').to_ascii_lowercase();
        let again = parts.last() == Some(&clean) && !clean.starts_with(|c: char| c.is_ascii_digit());
        if !silent && !clean.is_empty() && !again {
            parts.push(clean);
        }
    }
    let name = parts.join("_");
    let is_word = name.starts_with(|c: char| c.is_ascii_lowercase()) && !KEYWORDS.contains(&name.as_str());
    match is_word && name.len() <= LONGEST {
        true => name,
        false if name.len() + "layer_".len() <= LONGEST => format!("layer_{name}").trim_end_matches('_').to_owned(),
        false => "layer".into(),
    }
}

/// Words that no field may be called.
const KEYWORDS: [&str; 51] = [
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn", "else",
    "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro", "match", "mod",
    "move", "mut", "override", "priv", "pub", "ref", "return", "self", "static", "struct", "super", "trait", "true",
    "try", "type", "typeof", "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_named_by_what_says_something() {
        for (parameter, expected) in [
            ("stem.weight", "stem"),
            ("stages.0.1.edges.2.options.nor_conv_3x3.Conv.norm.norm.scale", "stages_0_1_edges_2_nor_conv_3x3_norm"),
            ("narrow.weights.0.0.weight", "narrow_weights_0_0"),
            ("0.weight", "layer_0"),
            ("type.weight", "layer_type"),
            ("a very long name/of an option that nobody would write but somebody does.weight", "layer"),
        ] {
            let last = parameter.rsplit_once('.').unwrap().1;
            assert_eq!(field(parameter, last), expected);
        }
    }

    #[test]
    fn a_pattern_matches_its_name_alone() {
        assert_eq!(escaped(r#"a.b "c"+_1"#), r"a\.b \x22c\x22\+_1");
    }
}
