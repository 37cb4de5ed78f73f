//! Where rustfmt's defaults break a line, for those lines whose length depends on the network.

/// Width of a line.
pub(crate) const LINE: usize = 100;
/// Width of a list or a chain of calls that stays on its line.
pub(crate) const SHORT: usize = 60;
/// Width of an item of which several go on a line.
const SMALL: usize = 10;

/// `prefix`, the items between `open` and `close`, `suffix`, at `indent` blanks.
pub(crate) fn list(indent: usize, prefix: &str, [open, close]: [&str; 2], items: &[String], suffix: &str) -> String {
    let blanks = " ".repeat(indent);
    if inner_width(items) <= SHORT {
        format!("{blanks}{prefix}{open}{}{close}{suffix}\n", items.join(", "))
    } else {
        format!("{blanks}{prefix}{open}\n{}{blanks}{close}{suffix}\n", filled(indent + 4, items))
    }
}

/// `let binding = self.field.forward(arguments);` in a function's body.
pub(super) fn bound_forward(binding: &str, field: &str, arguments: &[String]) -> String {
    let chain = format!("self.{field}.forward({})", arguments.join(", "));
    if chain.len() <= SHORT {
        format!("        let {binding} = {chain};\n")
    } else if inner_width(arguments) <= SHORT {
        let arguments = arguments.join(", ");
        format!("        let {binding} = self\n            .{field}\n            .forward({arguments});\n")
    } else {
        list(8, &format!("let {binding} = self.{field}.forward"), ["(", ")"], arguments, ";")
    }
}

/// The head of a method, up to its opening brace.
pub(super) fn method(name: &str, arguments: &[String], result: &str) -> String {
    let line = format!("    fn {name}({}) -> {result} {{\n", arguments.join(", "));
    if line.len() <= LINE + 1 {
        return line;
    }
    let arguments: String = arguments.iter().map(|argument| format!("        {argument},\n")).collect();
    format!("    fn {name}(\n{arguments}    ) -> {result} {{\n")
}

fn inner_width(items: &[String]) -> usize {
    items.join(", ").len()
}

/// Items on lines of their own, small ones as many to a line as it holds.
fn filled(indent: usize, items: &[String]) -> String {
    let blanks = " ".repeat(indent);
    if items.iter().any(|item| item.len() > SMALL) {
        return items.iter().map(|item| format!("{blanks}{item},\n")).collect();
    }
    let mut lines = vec![String::new()];
    for item in items {
        let line = lines.last_mut().expect("at least one");
        let separate = if line.is_empty() { 0 } else { 1 };
        if indent + line.len() + separate + item.len() < LINE || line.is_empty() {
            *line += &format!("{}{item},", " ".repeat(separate))
        } else {
            lines.push(format!("{item},"))
        }
    }
    lines.into_iter().map(|line| format!("{blanks}{line}\n")).collect()
}
