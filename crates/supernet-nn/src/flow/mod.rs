//! What flows through a masked network: a tensor with what each ghost batch reads of it, and sums
//! of such tensors.

mod codes;
mod concat;
mod gated;
mod memo;
mod pass;
mod planes;
mod rectifier;
mod rows;
mod sum;
mod uses;
mod value;
mod variants;

pub use rows::Rows;

pub(crate) use codes::Codes;
pub(crate) use concat::concatenated;
pub(crate) use memo::Memo;
pub(crate) use pass::{Pass, Run, Taken, conditions};
pub(crate) use planes::{from_planes, planes};
pub(crate) use rectifier::{Functions, Place, Rectifier};
pub(crate) use rows::{Source, prepare, take};
pub(crate) use sum::{rows_of_each, sum, sum_later};
pub(crate) use value::{Adder, Operation, Read};
pub(crate) use variants::Variants;
