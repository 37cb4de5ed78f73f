//! The text of a program: names of functions with what they are applied to in parentheses.

use crate::SpaceError;

/// A name, or a function of others.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Term {
    pub(super) name: String,
    /// Nothing where it is no function.
    pub(super) arguments: Vec<Term>,
}

impl Term {
    /// Reads `name` or `name(term, term, …)`, the whole text.
    pub(super) fn read(text: &str) -> Result<Self, SpaceError> {
        let mut rest = text.trim();
        let term = Self::from_front(&mut rest, text)?;
        if rest.is_empty() { Ok(term) } else { Err(refused(text, rest, "the end")) }
    }

    fn from_front(rest: &mut &str, text: &str) -> Result<Self, SpaceError> {
        let length = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
        if length == 0 {
            return Err(refused(text, rest, "a name"));
        }
        let (name, behind) = rest.split_at(length);
        *rest = behind.trim_start();
        let mut term = Self { name: name.into(), arguments: Vec::new() };
        let mut next = "(";
        while let Some(behind) = rest.strip_prefix(next) {
            *rest = behind.trim_start();
            term.arguments.push(Self::from_front(rest, text)?);
            next = ",";
        }
        if term.arguments.is_empty() {
            return Ok(term);
        }
        *rest = rest.strip_prefix(')').ok_or_else(|| refused(text, rest, "`,` or `)`"))?.trim_start();
        Ok(term)
    }

    /// Says that there is no such term here.
    pub(super) fn refused(&self, expected: &str) -> SpaceError {
        let found = match self.arguments.len() {
            0 => format!("`{}`", self.name),
            1 => format!("`{}` of one argument", self.name),
            count => format!("`{}` of {count} arguments", self.name),
        };
        SpaceError::Program { found, expected: expected.into() }
    }
}

fn refused(text: &str, rest: &str, expected: &str) -> SpaceError {
    let found = match rest.is_empty() {
        true => format!("`{text}`, which ends there"),
        false => format!("`{rest}` in `{text}`"),
    };
    SpaceError::Program { found, expected: expected.into() }
}

/// `text` in parentheses where it is more than a name.
pub(super) fn in_parentheses(text: &str) -> String {
    let (name, rest) = text.split_at(text.find('(').unwrap_or(text.len()));
    let is_simple = name.chars().all(char::is_alphanumeric) && (rest.is_empty() || is_closed_by_last(rest));
    if is_simple { text.into() } else { format!("({text})") }
}

/// Whether the first parenthesis is closed by the last character.
fn is_closed_by_last(text: &str) -> bool {
    let mut depth = 0;
    text.char_indices().all(|(place, c)| {
        depth += i32::from(c == '(') - i32::from(c == ')');
        depth > 0 || place + c.len_utf8() == text.len()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_read_whole_or_refused_where_it_breaks() {
        let term = Term::read(" max(relu(x) ,tanh( x)) ").unwrap();
        assert_eq!((term.name.as_str(), term.arguments.len()), ("max", 2));
        assert_eq!(term.arguments[1].arguments[0], Term { name: "x".into(), arguments: Vec::new() });
        let found = |text: &str| Term::read(text).unwrap_err().to_string();
        assert_eq!(found("max(x"), "program: found `max(x`, which ends there, expected `,` or `)`");
        assert_eq!(found("max(,x)"), "program: found `,x)` in `max(,x)`, expected a name");
        assert_eq!(found("x)"), "program: found `)` in `x)`, expected the end");
        assert_eq!(found(""), "program: found ``, which ends there, expected a name");
    }

    #[test]
    fn only_what_is_more_than_a_name_or_a_call_gets_parentheses() {
        let of = ["x", "sin(x)", "a + b", "a + sin(b)", "(a) + (b)", "sin(x)·cos(x)"].map(in_parentheses);
        assert_eq!(of, ["x", "sin(x)", "(a + b)", "(a + sin(b))", "((a) + (b))", "(sin(x)·cos(x))"]);
    }
}
