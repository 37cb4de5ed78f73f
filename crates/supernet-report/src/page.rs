//! One HTML file that needs nothing else: text, tables that can be sorted, figures inline; for
//! screens, phones and paper, light and dark.

use std::fmt::Write;

/// A page in the making.
#[derive(Clone, Debug)]
pub struct Page {
    title: String,
    body: String,
}

/// What stands in a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    text: String,
    value: Option<f64>,
    code: bool,
}

impl Cell {
    /// Words.
    pub fn text(text: impl Into<String>) -> Self {
        Self { text: text.into(), value: None, code: false }
    }

    /// An architecture, in a fixed-width font.
    pub fn code(text: impl ToString) -> Self {
        Self { text: text.to_string(), value: None, code: true }
    }

    /// A number, said in its own way and sorted by its value.
    pub fn number(text: impl Into<String>, value: f64) -> Self {
        Self { text: text.into(), value: Some(value), code: false }
    }
}

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

impl Page {
    /// An empty page.
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), body: String::new() }
    }

    /// Adds a headline.
    pub fn headline(&mut self, text: &str) -> &mut Self {
        self.add(format_args!("<h2>{}</h2>\n", escape(text)))
    }

    /// Adds a paragraph.
    pub fn paragraph(&mut self, text: &str) -> &mut Self {
        self.add(format_args!("<p>{}</p>\n", escape(text)))
    }

    /// Adds a paragraph that is not to be overlooked.
    pub fn warning(&mut self, text: &str) -> &mut Self {
        self.add(format_args!("<p class=\"warning\" role=\"alert\">{}</p>\n", escape(text)))
    }

    /// Adds a figure that was drawn for paper: its white, black and greys become the page's.
    pub fn figure(&mut self, svg: &str, said: &str) -> &mut Self {
        let colours = [
            ("#FFFFFF", "paper"),
            ("#000000", "ink"),
            ("#5A5A5A", "grey"),
            ("#BEC8D0", "bars"),
            ("#0072B2", "blue"),
            ("#D55E00", "orange"),
            ("#009E73", "green"),
            ("#CC79A7", "pink"),
            // Drawings of networks.
            ("#ffffff", "paper"),
            ("#16191d", "ink"),
            ("#5a626b", "grey"),
            ("#0072b2", "blue"),
        ];
        let themed = colours.iter().fold(svg.to_owned(), |svg, (colour, name)| {
            svg.replace(&format!("\"{colour}\""), &format!("\"var(--{name})\""))
        });
        // The name space is that of the page.
        let themed = themed.replace(" xmlns=\"http://www.w3.org/2000/svg\"", "");
        let themed = themed.find("<svg").map_or("", |start| &themed[start..]);
        self.add(format_args!("<figure role=\"img\" aria-label=\"{}\">{themed}</figure>\n", escape(said)))
    }

    /// Adds a figure that is shown on demand, below words that say what it is.
    pub fn folded(&mut self, said: &str, svg: &str) -> &mut Self {
        self.add(format_args!("<details><summary>{}</summary>\n", escape(said)));
        self.figure(svg, said).add(format_args!("</details>\n"))
    }

    /// Adds small pictures side by side, each with words below.
    pub fn pictures(&mut self, pictures: &[(String, String)]) -> &mut Self {
        self.body.push_str("<div class=\"pictures\">\n");
        for (svg, said) in pictures {
            self.add(format_args!("<figure>{svg}<figcaption>{}</figcaption></figure>\n", escape(said)));
        }
        self.body.push_str("</div>\n");
        self
    }

    /// Adds a table; a click on a column's head sorts by it.
    pub fn table(&mut self, head: &[&str], rows: &[Vec<Cell>]) -> &mut Self {
        self.body.push_str("<div class=\"wide\"><table><thead><tr>");
        for name in head {
            self.add(format_args!("<th scope=\"col\"><button>{}</button></th>", escape(name)));
        }
        self.body.push_str("</tr></thead><tbody>\n");
        for row in rows {
            self.body.push_str("<tr>");
            for Cell { text, value, code } in row {
                let text = if *code { format!("<code>{}</code>", escape(text)) } else { escape(text) };
                match value {
                    Some(value) => self.add(format_args!("<td class=\"number\" data-value=\"{value}\">{text}</td>")),
                    None => self.add(format_args!("<td>{text}</td>")),
                };
            }
            self.body.push_str("</tr>\n");
        }
        self.body.push_str("</tbody></table></div>\n");
        self
    }

    /// The whole file.
    pub fn html(&self) -> String {
        let (title, body) = (escape(&self.title), &self.body);
        format!(
            "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <title>{title}</title>\n<style>\n{STYLE}</style></head>\n<body><main>\n<h1>{title}</h1>\n{body}</main>\n\
             <script>\n{SCRIPT}</script></body></html>\n"
        )
    }

    fn add(&mut self, text: std::fmt::Arguments) -> &mut Self {
        self.body.write_fmt(text).expect("a string");
        self
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_needs_nothing_else_and_escapes_what_it_is_given() {
        let mut page = Page::new("a < b & c");
        page.headline("One").paragraph("x \"y\"").figure("<?xml?><svg><rect fill=\"#FFFFFF\"/></svg>", "f");
        page.table(&["name", "n"], &[vec![Cell::code("1:0"), Cell::number("2.0 k", 2_000.0)]]);
        let html = page.html();
        assert!(html.contains("<title>a &lt; b &amp; c</title>") && html.contains("x &quot;y&quot;"));
        assert!(html.contains("<svg><rect fill=\"var(--paper)\"/></svg>") && !html.contains("<?xml"));
        assert!(html.contains("data-value=\"2000\">2.0 k</td>") && html.contains("<code>1:0</code>"));
        for outside in ["http://", "https://", "src=", "href=", "@import", "url("] {
            assert!(!html.contains(outside), "{outside}");
        }
    }
}
