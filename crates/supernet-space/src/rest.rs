//! Reading an architecture's published text from the front.

use crate::SpaceError;

/// What is left of a text.
pub(crate) struct Rest<'a> {
    space: &'static str,
    text: &'a str,
    at: usize,
}

impl<'a> Rest<'a> {
    pub(crate) fn new(space: &'static str, text: &'a str) -> Self {
        Self { space, text, at: 0 }
    }

    pub(crate) fn follows(&self) -> &str {
        &self.text[self.at..]
    }

    /// Passes over blanks.
    pub(crate) fn skip_blanks(&mut self) {
        self.at = self.text.len() - self.follows().trim_start().len();
    }

    /// Passes over `expected`.
    pub(crate) fn take(&mut self, expected: &str) -> Result<(), SpaceError> {
        if !self.follows().starts_with(expected) {
            return Err(self.refuse(format!("`{expected}`")));
        }
        self.at += expected.len();
        Ok(())
    }

    /// Passes over `expected` and blanks before it.
    pub(crate) fn take_word(&mut self, expected: &str) -> Result<(), SpaceError> {
        self.skip_blanks();
        self.take(expected)
    }

    pub(crate) fn refuse(&self, expected: String) -> SpaceError {
        let found = match self.follows() {
            "" => "the end".into(),
            follows => format!("`{}`", follows.chars().take(16).collect::<String>()),
        };
        SpaceError::ArchitectureText {
            space: self.space,
            text: self.text.chars().take(120).collect(),
            position: self.text[..self.at].chars().count(),
            found,
            expected,
        }
    }
}
