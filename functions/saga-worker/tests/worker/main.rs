//! The saga workers from the wake-up to DigitalOcean and back: the simulator, an embedded DynamoDB,
//! queues and schedules in memory.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test ends where it cannot go on, helpers included")]

mod batch;
mod crashes;
mod guarantees;
mod inventory;
mod operators;
mod saga;
mod wake_ups;
mod world;
