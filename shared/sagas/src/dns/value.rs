//! Values of records in one normal form.

use std::net::Ipv6Addr;

use super::name::APEX;
use super::{RecordType, Zone, host_of_input, host_shown};
use crate::calls::RecordFields;

/// The value of a record: everything but its name, its type and its time to live. Two records with
/// equal values are duplicates.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Value {
    /// An address, a host's full name without a final dot, or a text.
    pub data: String,
    /// The other parts, as far as the type of the record has them.
    pub parts: Parts,
}

/// The parts of a record's value besides its data.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Parts {
    /// The priority of an MX or SRV record.
    pub priority: Option<u32>,
    /// The port of an SRV record.
    pub port: Option<u32>,
    /// The weight of an SRV record.
    pub weight: Option<u32>,
    /// The flags of a CAA record.
    pub flags: Option<u32>,
    /// The tag of a CAA record, in lower case.
    pub tag: Option<String>,
}

/// The tag of a CAA record whose data is an address for reports, not a host.
const REPORTS: &str = "iodef";

/// The longest text that DigitalOcean accepts (as `dnscontrol` found): 512 octets with quotes and
/// length.
const LONGEST_TEXT: usize = 509;

impl Value {
    /// Returns the value of a record that DigitalOcean shows, or that was sent.
    #[must_use]
    pub fn of(record_type: RecordType, fields: &RecordFields, zone: &str) -> Self {
        let data = match record_type {
            RecordType::A => fields.data.clone(),
            RecordType::Aaaa => {
                fields.data.parse().map_or_else(|_| fields.data.to_lowercase(), |ip: Ipv6Addr| ip.to_string())
            }
            RecordType::Caa if fields.tag.as_deref() == Some(REPORTS) => fields.data.to_ascii_lowercase(),
            RecordType::Caa | RecordType::Cname | RecordType::Mx | RecordType::Ns | RecordType::Srv => {
                host_shown(&fields.data, zone)
            }
            RecordType::Txt => fields.data.clone(),
        };
        let is = |wanted| record_type == wanted;
        let parts = Parts {
            priority: fields.priority.filter(|_| record_type.has_priority()),
            port: fields.port.filter(|_| is(RecordType::Srv)),
            weight: fields.weight.filter(|_| is(RecordType::Srv)),
            flags: fields.flags.filter(|_| is(RecordType::Caa)),
            tag: fields.tag.clone().filter(|_| is(RecordType::Caa)).map(|tag| tag.to_ascii_lowercase()),
        };
        Self { data, parts }
    }

    /// Returns data from an input, in the form of [`Value::data`].
    ///
    /// # Errors
    /// The reason why the data is invalid, for the caller of the API.
    pub fn data_of_input(
        record_type: RecordType,
        text: &str,
        tag: Option<&str>,
        zone: &Zone,
    ) -> Result<String, &'static str> {
        match record_type {
            RecordType::A => match text.parse::<std::net::Ipv4Addr>() {
                Ok(address) => Ok(address.to_string()),
                Err(_) => Err("expected an IPv4 address"),
            },
            RecordType::Aaaa => match text.parse::<Ipv6Addr>() {
                Ok(address) => Ok(address.to_string()),
                Err(_) => Err("expected an IPv6 address"),
            },
            RecordType::Caa if tag == Some(REPORTS) => {
                let lower = text.to_ascii_lowercase();
                let known = ["mailto:", "http://", "https://"].iter().any(|scheme| lower.starts_with(scheme));
                if known { Ok(lower) } else { Err("expected an address such as mailto:security@example.com") }
            }
            RecordType::Caa if text.contains(';') => Err("DigitalOcean does not take ';' in a CAA record"),
            RecordType::Srv if text == "." => Ok(text.to_owned()),
            RecordType::Mx if text == "." => Err("DigitalOcean does not take an MX record that names no host"),
            RecordType::Caa | RecordType::Cname | RecordType::Mx | RecordType::Ns | RecordType::Srv => {
                host_of_input(text, zone)
            }
            RecordType::Txt => plain_text(text),
        }
    }
}

fn plain_text(text: &str) -> Result<String, &'static str> {
    if text.is_empty() {
        return Err("expected a text that is not empty");
    }
    if text.contains('\\') {
        return Err("DigitalOcean does not keep a backslash in a text");
    }
    if text.len() > LONGEST_TEXT {
        return Err("expected a text of at most 509 bytes");
    }
    if text.chars().any(char::is_control) {
        return Err("expected a text without line breaks and other control characters");
    }
    Ok(text.to_owned())
}

/// Returns the fields of a record as they are sent: the names of hosts end with a dot.
#[must_use]
pub fn fields_to_send(record_type: RecordType, name: &str, value: &Value, ttl: u32) -> RecordFields {
    let (record_type_name, name) = (record_type.as_str().to_owned(), name.to_owned());
    let Parts { priority, port, weight, flags, tag } = value.parts.clone();
    let data = with_dot(record_type, tag.as_deref(), &value.data);
    RecordFields { record_type: record_type_name, name, data, ttl: Some(ttl), priority, port, weight, flags, tag }
}

/// Returns the fields that restore a record as it was shown, letter by letter, with this time to
/// live.
#[must_use]
pub fn fields_to_restore(record_type: RecordType, shown: &RecordFields, zone: &str, ttl: u32) -> RecordFields {
    let data = if record_type.names_a_host() && shown.data == APEX { zone } else { &shown.data };
    let data = with_dot(record_type, shown.tag.as_deref(), data);
    RecordFields { data, ttl: Some(ttl), ..shown.clone() }
}

fn with_dot(record_type: RecordType, tag: Option<&str>, data: &str) -> String {
    let is_host = record_type.names_a_host() || (record_type == RecordType::Caa && tag != Some(REPORTS));
    if is_host && data != "." { format!("{data}.") } else { data.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone() -> Zone {
        Zone::of_input("example.com").unwrap()
    }

    #[test]
    fn input_sent_and_shown_forms_have_one_value() {
        // (type, tag, written, sent, shown)
        for (record_type, tag, written, sent, shown) in [
            (RecordType::A, None, "192.0.2.1", "192.0.2.1", "192.0.2.1"),
            (RecordType::Aaaa, None, "2001:DB8:0:0::1", "2001:db8::1", "2001:db8::1"),
            (RecordType::Aaaa, None, "2001:db8::1", "2001:db8::1", "2001:0db8:0000::0001"),
            (RecordType::Cname, None, "web.example.org", "web.example.org.", "web.example.org"),
            (RecordType::Cname, None, "Web.Example.org.", "web.example.org.", "web.example.org"),
            (RecordType::Mx, None, "example.com", "example.com.", "@"),
            (RecordType::Srv, None, ".", ".", "."),
            (RecordType::Caa, Some("issue"), "letsencrypt.org", "letsencrypt.org.", "letsencrypt.org"),
            (RecordType::Caa, Some("iodef"), "mailto:a@example.com", "mailto:a@example.com", "mailto:a@example.com"),
            (RecordType::Txt, None, "v=spf1 -all. X", "v=spf1 -all. X", "v=spf1 -all. X"),
        ] {
            let data = Value::data_of_input(record_type, written, tag, &zone()).unwrap();
            let value = Value { data, parts: Parts { tag: tag.map(str::to_owned), ..Parts::default() } };
            let fields = fields_to_send(record_type, "www", &value, 300);
            assert_eq!(fields.data, sent, "{record_type} {written}");
            assert_eq!(Value::of(record_type, &fields, "example.com"), value, "{record_type} {written}");
            let shown = RecordFields { data: shown.to_owned(), ..fields };
            assert_eq!(Value::of(record_type, &shown, "example.com"), value, "{record_type} {written}");
            let again = fields_to_restore(record_type, &shown, "example.com", 60);
            assert_eq!(Value::of(record_type, &again, "example.com"), value, "{record_type} {written}");
            assert_eq!((again.data.ends_with('.'), again.ttl), (sent.ends_with('.'), Some(60)));
        }
    }

    #[test]
    fn data_that_digitalocean_would_not_keep_is_refused_before_it_is_sent() {
        for (record_type, tag, written) in [
            (RecordType::A, None, "192.0.2.256"),
            (RecordType::A, None, "2001:db8::1"),
            (RecordType::Aaaa, None, "192.0.2.1"),
            (RecordType::Cname, None, "www"),
            (RecordType::Mx, None, "."),
            (RecordType::Caa, Some("issue"), ";"),
            (RecordType::Caa, Some("issue"), "ca.example.org; validationmethods=dns-01"),
            (RecordType::Caa, Some("iodef"), "security@example.com"),
            (RecordType::Txt, None, ""),
            (RecordType::Txt, None, "a\\b"),
            (RecordType::Txt, None, "a\nb"),
            (RecordType::Txt, None, &"x".repeat(510)),
        ] {
            assert!(Value::data_of_input(record_type, written, tag, &zone()).is_err(), "{record_type} {written:?}");
        }
        assert!(Value::data_of_input(RecordType::Txt, &"x".repeat(509), None, &zone()).is_ok());
    }
}
