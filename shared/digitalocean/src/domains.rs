//! Domains, that is DNS zones.
//! <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Domains>

use serde::{Deserialize, Serialize};

use crate::area::area;
use crate::pages::list_item;

mod records;

pub use records::{DomainRecord, DomainRecordRequest};

area! {
    /// The API calls for domains and their records.
    domains: Domains;

    /// Lists every DNS zone of the account.
    list() -> [Domain] = GET "/v2/domains", "domain:read", "domains";

    /// Reads one zone by its name.
    get(name: &str) -> Domain = GET "/v2/domains/{name}", "domain:read", "domain";

    /// Lists every record of a zone.
    records(name: &str) -> [DomainRecord] = GET "/v2/domains/{name}/records", "domain:read", "domain_records";

    /// Reads one record of a zone.
    record(name: &str, id: u64) -> DomainRecord
        = GET "/v2/domains/{name}/records/{id}", "domain:read", "domain_record";

    /// Creates a record. The call is never retried, and DigitalOcean accepts the same record twice.
    /// After an error for which
    /// [`Error::may_have_been_applied`](crate::Error::may_have_been_applied) is true, read the zone
    /// before trying again. A record that DigitalOcean rejects is
    /// [`Error::Api`](crate::Error::Api) with 422.
    create_record(name: &str; record: &DomainRecordRequest) -> DomainRecord
        = POST "/v2/domains/{name}/records", "domain:create", "domain_record";

    /// Replaces a record. DigitalOcean validates the whole record again, so all fields must be
    /// sent. A record that it rejects is [`Error::Api`](crate::Error::Api) with 422.
    update_record(name: &str, id: u64; record: &DomainRecordRequest) -> DomainRecord
        = PUT "/v2/domains/{name}/records/{id}", "domain:update", "domain_record";

    /// Deletes a record. When the response to a first attempt was lost, the result is
    /// [`Error::NotFound`](crate::Error::NotFound), too.
    delete_record(name: &str, id: u64) -> () = DELETE "/v2/domains/{name}/records/{id}", "domain:delete";
}

/// A DNS zone of the account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Domain {
    /// Name of the zone, which is also its id: unique across all of DigitalOcean, and available to
    /// other accounts once deleted.
    pub name: String,
    /// Default time to live of the zone's records, in seconds; `None` while the zone is being
    /// created.
    pub ttl: Option<u32>,
    /// Content of the zone as a BIND file (TXT values unquoted); `None` while the zone is being
    /// created.
    pub zone_file: Option<String>,
}

list_item!(Domain by name: String);
