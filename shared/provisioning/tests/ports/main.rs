//! The ports of the sagas: what every outcome of a call proves, wake-ups, announcements.

#![expect(clippy::unwrap_used, reason = "a test ends where it cannot go on, helpers included")]

mod access;
mod faults;
mod things;
mod wake_ups;
mod world;
