//! What an account says about itself.

use serde::{Deserialize, Serialize};

/// The fields of `GET /v2/account` (OpenAPI `schemas/account`).
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Profile {
    pub(crate) email: String,
    pub(crate) name: String,
    pub(crate) uuid: String,
    pub(crate) team_uuid: String,
    pub(crate) team_name: String,
    pub(crate) owner_id: u64,
    pub(crate) droplet_limit: u64,
    pub(crate) floating_ip_limit: u64,
    pub(crate) email_verified: bool,
    pub(crate) status: String,
    pub(crate) status_message: String,
}

impl Default for Profile {
    fn default() -> Self {
        Self {
            email: "ops@example.com".to_owned(),
            name: "Ops".to_owned(),
            uuid: "b6f589dbf6d9156cace5f3c78dc9851d957381ef".to_owned(),
            team_uuid: "5df3e3004a17e242b7c20ca6c9fc25b701a47ece".to_owned(),
            team_name: "Hosting".to_owned(),
            owner_id: 258_992,
            droplet_limit: 100,
            floating_ip_limit: 5,
            email_verified: true,
            status: "active".to_owned(),
            status_message: String::new(),
        }
    }
}
