//! The operations of a choice block.

/// An operation of a choice block (PAPER, *Search space*).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CellOperation {
    /// The block's input as it is.
    Identity,
    /// A pair of separable convolutions of this side.
    Separable(usize),
    /// 1x7, then 7x1.
    Factored,
    /// A 3x3 maximum.
    MaxPool,
    /// A 3x3 average.
    AveragePool,
}

impl CellOperation {
    /// All of them, in the order of a mask's bits.
    pub const ALL: [Self; 7] = [
        Self::Identity,
        Self::Separable(3),
        Self::Separable(5),
        Self::Separable(7),
        Self::Factored,
        Self::MaxPool,
        Self::AveragePool,
    ];

    /// Returns the operations whose bits are set, in the order of the bits.
    pub fn of(bits: u64) -> impl Iterator<Item = Self> {
        Self::ALL
            .into_iter()
            .enumerate()
            .filter(move |(place, _)| bits >> place & 1 == 1)
            .map(|(_, operation)| operation)
    }

    /// Returns its place among a mask's bits.
    ///
    /// # Panics
    /// As [`CellOperation::name`].
    pub fn index(self) -> usize {
        Self::ALL.iter().position(|other| *other == self).expect("one of the seven")
    }

    /// Returns its name, as in [`OPERATIONS`].
    ///
    /// # Panics
    /// For separable convolutions of another side than 3, 5 and 7.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Separable(3) => "sep3",
            Self::Separable(5) => "sep5",
            Self::Separable(7) => "sep7",
            Self::Separable(_) => panic!("separable convolutions have a side of 3, 5 or 7"),
            Self::Factored => "conv1x7_7x1",
            Self::MaxPool => "max3",
            Self::AveragePool => "avg3",
        }
    }

    /// Whether it convolves.
    pub fn convolves(self) -> bool {
        matches!(self, Self::Separable(_) | Self::Factored)
    }
}

/// The names of the seven operations of a choice block, in the order of a mask's bits (PAPER,
/// *Search space*).
pub const OPERATIONS: [&str; 7] = {
    let mut names = [""; 7];
    let mut place = 0;
    while place < 7 {
        names[place] = CellOperation::ALL[place].name();
        place += 1;
    }
    names
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_and_operations_go_together() {
        assert_eq!(OPERATIONS, ["identity", "sep3", "sep5", "sep7", "conv1x7_7x1", "max3", "avg3"]);
        for (place, operation) in CellOperation::ALL.into_iter().enumerate() {
            assert_eq!((operation.index(), operation.name()), (place, OPERATIONS[place]));
            assert_eq!(CellOperation::of(1 << place).collect::<Vec<_>>(), [operation]);
        }
        assert_eq!(CellOperation::of(0b110_0000).count(), 2);
    }
}
