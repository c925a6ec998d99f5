//! TLS certificates. <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Certificates>

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::lenient_serde::null_as_default;
use crate::open_enum::open_enum;
use crate::operation::Operation;
use crate::pages::{ListItem, Pages};
use crate::{Client, Error};

static LIST: Operation = Operation::get("/v2/certificates", "certificate:read");
static GET: Operation = Operation::get("/v2/certificates/{}", "certificate:read");

/// Calls on certificates.
#[derive(Clone, Copy, Debug)]
pub struct Certificates<'a> {
    client: &'a Client,
}

impl Client {
    /// Calls on certificates.
    #[must_use]
    pub fn certificates(&self) -> Certificates<'_> {
        Certificates { client: self }
    }
}

impl Certificates<'_> {
    /// `GET /v2/certificates`, scope `certificate:read`.
    pub fn list(&self) -> Pages<Certificate> {
        Pages::new(self.client, &LIST, &[], "certificates")
    }

    /// `GET /v2/certificates/{id}`, scope `certificate:read`.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such certificate; any [`Error`] of a call.
    pub async fn get(&self, id: &str) -> Result<Certificate, Error> {
        self.client.get_one(&GET, &[id], "certificate").await
    }
}

/// A certificate. DigitalOcean shows neither the certificate itself nor its key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// The certificate's id, a UUID; another one after a renewal by hand.
    pub id: String,
    /// Name, unique.
    #[serde(default, deserialize_with = "null_as_default")]
    pub name: String,
    /// When it expires; `None` while it is being issued.
    #[serde(default)]
    pub not_after: Option<DateTime<Utc>>,
    /// SHA-1 of the certificate; `None` (or empty) while it is being issued.
    #[serde(default)]
    pub sha1_fingerprint: Option<String>,
    /// When it was made.
    #[serde(default)]
    pub created_at: Option<DateTime<Utc>>,
    /// The names it is for.
    #[serde(default, deserialize_with = "null_as_default")]
    pub dns_names: Vec<String>,
    /// Whether it is issued.
    #[serde(default)]
    pub state: Option<CertificateState>,
    /// Where it comes from.
    #[serde(default, rename = "type")]
    pub certificate_type: Option<CertificateType>,
}

open_enum! {
    /// Whether a certificate is issued.
    CertificateState {
        /// Being issued.
        Pending = "pending",
        /// Issued.
        Verified = "verified",
        /// Could not be issued.
        Error = "error",
    }
}

open_enum! {
    /// Where a certificate comes from.
    CertificateType {
        /// Uploaded by a user, who renews it.
        Custom = "custom",
        /// Let's Encrypt, renewed by DigitalOcean.
        LetsEncrypt = "lets_encrypt",
    }
}

impl ListItem for Certificate {
    type Key = String;

    fn key(&self) -> String {
        self.id.clone()
    }
}
