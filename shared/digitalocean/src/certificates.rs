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

/// The API calls for certificates, from [`Client::certificates`].
#[derive(Clone, Copy, Debug)]
pub struct Certificates<'a> {
    client: &'a Client,
}

impl Client {
    /// Returns the API calls for certificates.
    #[must_use]
    pub fn certificates(&self) -> Certificates<'_> {
        Certificates { client: self }
    }
}

impl Certificates<'_> {
    /// Lists the certificates: `GET /v2/certificates`, scope `certificate:read`.
    pub fn list(&self) -> Pages<Certificate> {
        Pages::new(self.client, &LIST, &[], "certificates")
    }

    /// Reads one certificate: `GET /v2/certificates/{id}`, scope `certificate:read`.
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
    /// Id of the certificate, a UUID. A renewal by hand gives it a new one.
    pub id: String,
    /// Unique name of the certificate.
    #[serde(default, deserialize_with = "null_as_default")]
    pub name: String,
    /// Expiry time; `None` while the certificate is being issued.
    #[serde(default)]
    pub not_after: Option<DateTime<Utc>>,
    /// SHA-1 fingerprint; `None` (or empty) while the certificate is being issued.
    #[serde(default)]
    pub sha1_fingerprint: Option<String>,
    /// Creation time of the certificate.
    #[serde(default)]
    pub created_at: Option<DateTime<Utc>>,
    /// DNS names that the certificate is valid for.
    #[serde(default, deserialize_with = "null_as_default")]
    pub dns_names: Vec<String>,
    /// State of the certificate, which says whether it has been issued.
    #[serde(default)]
    pub state: Option<CertificateState>,
    /// Origin of the certificate: uploaded or from Let's Encrypt.
    #[serde(default, rename = "type")]
    pub certificate_type: Option<CertificateType>,
}

open_enum! {
    /// State of a certificate, which says whether it has been issued.
    CertificateState {
        /// The certificate is being issued.
        Pending = "pending",
        /// The certificate has been issued.
        Verified = "verified",
        /// The certificate could not be issued.
        Error = "error",
    }
}

open_enum! {
    /// The origin of a certificate.
    CertificateType {
        /// Uploaded by a user, who also renews it.
        Custom = "custom",
        /// Issued by Let's Encrypt and renewed by DigitalOcean.
        LetsEncrypt = "lets_encrypt",
    }
}

impl ListItem for Certificate {
    type Key = String;

    fn key(&self) -> String {
        self.id.clone()
    }
}
