//! Handles for tests in the same process.

mod account;
mod faults;
mod objects;
mod requests;

pub use account::Account;
pub use faults::Faults;
pub use requests::Requests;
