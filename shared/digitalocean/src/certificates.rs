//! TLS certificates. <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Certificates>

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::area::area;
use crate::lenient_serde::null_as_default;
use crate::open_enum::open_enum;
use crate::pages::list_item;

area! {
    /// The API calls for certificates.
    certificates: Certificates;

    /// Lists all certificates of the account.
    list() -> [Certificate] = GET "/v2/certificates", "certificate:read", "certificates";

    /// Reads one certificate by its id.
    get(id: &str) -> Certificate = GET "/v2/certificates/{id}", "certificate:read", "certificate";
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
    pub not_after: Option<DateTime<Utc>>,
    /// SHA-1 fingerprint; `None` (or empty) while the certificate is being issued.
    pub sha1_fingerprint: Option<String>,
    /// Creation time of the certificate.
    pub created_at: Option<DateTime<Utc>>,
    /// DNS names that the certificate is valid for.
    #[serde(default, deserialize_with = "null_as_default")]
    pub dns_names: Vec<String>,
    /// State of the certificate, which says whether it has been issued.
    pub state: Option<CertificateState>,
    /// Origin of the certificate: uploaded or from Let's Encrypt.
    #[serde(rename = "type")]
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

list_item!(Certificate by id: String);
