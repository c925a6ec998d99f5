//! Deserializers for `#[serde(deserialize_with)]`: `null` in place of a list, blank objects and
//! texts, and exact amounts of money.

use std::str::FromStr;

use rust_decimal::Decimal;
use serde::de::value::StringDeserializer;
use serde::de::{Deserialize, DeserializeOwned, Deserializer, Error as _, IntoDeserializer};
use serde_json::value::RawValue;

/// Reads `null` as the type's default, because some DigitalOcean services send `null` for an empty
/// list. Use it together with `#[serde(default)]`, which handles an absent field.
pub(crate) fn null_as_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// Reads `{}` as `None`, because DigitalOcean sends a blank object in place of one that the token
/// may not see. Use it together with `#[serde(default)]`, which handles an absent field.
pub(crate) fn blank_as_none<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned,
{
    // The raw text instead of a `Value`, so that amounts within it stay exact.
    let Some(raw) = Option::<Box<RawValue>>::deserialize(deserializer)? else { return Ok(None) };
    let is_blank = raw.get().chars().filter(|c| !c.is_whitespace()).eq("{}".chars());
    if is_blank { Ok(None) } else { serde_json::from_str(raw.get()).map(Some).map_err(D::Error::custom) }
}

/// Reads a blank text as `None`, like `null`. Use it together with `#[serde(default)]`, which
/// handles an absent field.
pub(crate) fn blank_text_as_none<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned,
{
    let text = Option::<String>::deserialize(deserializer)?.filter(|text| !text.trim().is_empty());
    let read = |text: String| -> Result<T, D::Error> {
        let text: StringDeserializer<D::Error> = text.into_deserializer();
        T::deserialize(text)
    };
    text.map(read).transpose()
}

/// Reads an amount that must be present. A missing amount is an error, because it must not be taken
/// for zero.
pub(crate) fn required_decimal<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Decimal, D::Error> {
    exact_decimal(deserializer)?.ok_or_else(|| D::Error::custom("the amount is missing"))
}

/// Reads an amount that DigitalOcean sends as a JSON number (or in some places as a string),
/// without a float in between.
///
/// `serde_json` reads a number with a fraction into an `f64` before any visitor receives it, and by
/// default not even into the nearest one; only the number's own text is exact. `RawValue` gives
/// that text for this one field. The alternative, the feature `arbitrary_precision`, changes how
/// every number of every crate in the build is represented.
pub(crate) fn exact_decimal<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Decimal>, D::Error> {
    let Some(raw) = Option::<Box<RawValue>>::deserialize(deserializer)? else { return Ok(None) };
    let text = raw.get();
    let text = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
    if text.trim().is_empty() {
        return Ok(None);
    }
    let amount = Decimal::from_str(text).or_else(|_| Decimal::from_scientific(text));
    // Normalized, so that equal amounts get equal texts: `5`, `5.0` and `5.00` are one price.
    amount.map(|amount| Some(amount.normalize())).map_err(|_| D::Error::custom(format!("not a decimal number: {text}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Deserialize)]
    struct Priced {
        #[serde(default, deserialize_with = "exact_decimal")]
        price: Option<Decimal>,
    }

    fn price(json: &str) -> Option<String> {
        serde_json::from_str::<Priced>(json).unwrap().price.map(|price| price.to_string())
    }

    #[test]
    fn money_is_exact() {
        for (json, text) in [
            ("0.00893", "0.00893"),
            ("5", "5"),
            ("5.00", "5"),
            ("0.1", "0.1"),
            ("0.00743999984115362", "0.00743999984115362"),
            ("1234567890123456.789", "1234567890123456.789"),
            ("1.5e-3", "0.0015"),
            ("\"12.34\"", "12.34"),
            ("-0.01", "-0.01"),
        ] {
            assert_eq!(price(&format!("{{\"price\":{json}}}")).as_deref(), Some(text), "{json}");
        }
        assert_eq!(price("{\"price\":null}"), None);
        assert_eq!(price("{\"price\":\"\"}"), None);
        assert_eq!(price("{}"), None);
    }

    #[derive(serde::Deserialize)]
    struct Holder {
        #[serde(default, deserialize_with = "blank_as_none")]
        held: Option<Priced>,
    }

    #[test]
    fn a_blank_object_is_none_and_an_invalid_one_is_an_error() {
        let held = |json: &str| serde_json::from_str::<Holder>(json).map(|holder| holder.held);
        for json in ["{}", r#"{"held":null}"#, r#"{"held":{}}"#, r#"{"held": { } }"#] {
            assert!(held(json).unwrap().is_none(), "{json}");
        }
        let price = held(r#"{"held":{"price":0.1}}"#).unwrap().unwrap().price;
        assert_eq!(price.unwrap().to_string(), "0.1");
        assert!(held(r#"{"held":{"price":true}}"#).is_err());
    }

    #[derive(serde::Deserialize)]
    struct Charged {
        #[serde(default, deserialize_with = "blank_text_as_none")]
        hours: Option<Decimal>,
        #[serde(deserialize_with = "required_decimal")]
        amount: Decimal,
    }

    #[test]
    fn a_blank_text_is_none_and_a_missing_amount_is_an_error() {
        let charged = |json: &str| serde_json::from_str::<Charged>(json);
        for hours in ["", r#","hours":null"#, r#","hours":"""#, r#","hours":" ""#] {
            let charged = charged(&format!(r#"{{"amount":"-21.04"{hours}}}"#)).unwrap();
            assert_eq!((charged.hours, charged.amount), (None, Decimal::new(-2104, 2)), "{hours}");
        }
        assert_eq!(charged(r#"{"amount":"1","hours":"744"}"#).unwrap().hours, Some(Decimal::from(744)));
        assert!(charged(r#"{"amount":"1","hours":"long"}"#).is_err());
        for amount in ["{}", r#"{"amount":null}"#, r#"{"amount":""}"#, r#"{"amount":"free"}"#] {
            assert!(charged(amount).is_err(), "{amount}");
        }
    }

    #[test]
    fn money_is_read_from_a_value_and_through_the_path_tracker_too() {
        let value = serde_json::json!({ "price": 12.5 });
        assert_eq!(serde_json::from_value::<Priced>(value).unwrap().price.unwrap().to_string(), "12.5");
        let mut json = serde_json::Deserializer::from_str("{\"price\": 0.00893}");
        let priced: Priced = serde_path_to_error::deserialize(&mut json).unwrap();
        assert_eq!(priced.price.unwrap().to_string(), "0.00893");
        let mut json = serde_json::Deserializer::from_str("{\"price\": true}");
        let error = serde_path_to_error::deserialize::<_, Priced>(&mut json).err().unwrap();
        assert_eq!(error.path().to_string(), "price");
    }
}
