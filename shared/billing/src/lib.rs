#![doc = include_str!("../README.md")]

pub mod accrual;
pub mod amount;
pub mod classify;
pub mod csv;
pub mod items;
pub mod matching;
mod settle;
mod tally;
mod tie_out;

pub use settle::{rematch, settle};
pub use tally::Tally;
pub use tie_out::{Summary, Sums, tie_out};
