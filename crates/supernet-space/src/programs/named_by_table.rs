//! What all parts of programs are told apart by: a name in a table.

/// Gives an enum with a `TABLE` of its values, each with its name, these names in both directions.
macro_rules! named_by_table {
    ($type:ident) => {
        impl $type {
            /// Returns all of them, in the order of a mask's bits.
            pub fn all() -> Vec<Self> {
                TABLE.iter().map(|row| row.0).collect()
            }

            /// Returns its name in a program's text.
            pub fn name(self) -> &'static str {
                TABLE.iter().find(|row| row.0 == self).expect("the table has all of them").1
            }

            /// Returns what has this name.
            pub fn named(name: &str) -> Option<Self> {
                TABLE.iter().find(|row| row.1 == name).map(|row| row.0)
            }
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.name())
            }
        }
    };
}

pub(super) use named_by_table;
