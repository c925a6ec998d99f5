//! The id of a saga.

use std::fmt;
use std::str::FromStr;

use domain::InvalidId;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The id of a saga, a random UUID. The names of new objects at DigitalOcean are built from it, so
/// that they identify the saga.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SagaId(Uuid);

impl SagaId {
    /// Returns a new random id.
    #[must_use]
    pub fn random() -> Self {
        Self(Uuid::new_v4())
    }

    /// Returns the first 8 hexadecimal digits, which names contain.
    #[must_use]
    pub fn short(&self) -> String {
        hex::encode(&self.0.as_bytes()[..4])
    }

    /// Returns a number in `0..parts` that is always the same for the same saga.
    #[must_use]
    pub fn part(&self, parts: u64) -> u64 {
        self.0.as_u64_pair().1 % parts.max(1)
    }
}

impl From<Uuid> for SagaId {
    fn from(id: Uuid) -> Self {
        Self(id)
    }
}

impl fmt::Display for SagaId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for SagaId {
    type Err = InvalidId;
    fn from_str(text: &str) -> Result<Self, InvalidId> {
        Uuid::parse_str(text).map(Self).map_err(|_| InvalidId { what: "saga id", rule: "a UUID" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_written_as_a_uuid() {
        let id: SagaId = "0d9f86a2-3c44-4b0e-9d3a-5a4c8f6f9a11".parse().unwrap();
        assert_eq!(id.short(), "0d9f86a2");
        assert_eq!(id.to_string().parse::<SagaId>().unwrap(), id);
        assert!(id.part(4) < 4);
        assert!("0d9f86a2".parse::<SagaId>().unwrap_err().to_string().contains("a UUID"));
    }
}
