//! Parses the times of the CSV.

use chrono::{DateTime, NaiveDate, Utc};

/// Parses a time in the form of the CSV, `2020-07-01 00:00:00 +0000`, or in RFC 3339, the form of
/// the JSON.
pub(super) fn parse(text: &str) -> Option<DateTime<Utc>> {
    utc(text).or_else(|| {
        let rfc3339 = DateTime::parse_from_rfc3339(text);
        rfc3339.or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S %z")).ok().map(|time| time.to_utc())
    })
}

/// Parses the form of the CSV by hand: chrono's format strings would take longer than everything
/// else of a row.
fn utc(text: &str) -> Option<DateTime<Utc>> {
    let [
        y0,
        y1,
        y2,
        y3,
        b'-',
        m0,
        m1,
        b'-',
        d0,
        d1,
        b' ',
        h0,
        h1,
        b':',
        n0,
        n1,
        b':',
        s0,
        s1,
        b' ',
        b'+',
        b'0',
        b'0',
        b'0',
        b'0',
    ] = *text.as_bytes()
    else {
        return None;
    };
    let number = |digits: &[u8]| {
        digits.iter().try_fold(0, |sum: u32, digit| digit.is_ascii_digit().then(|| sum * 10 + u32::from(digit - b'0')))
    };
    let year = i32::try_from(number(&[y0, y1, y2, y3])?).ok()?;
    let date = NaiveDate::from_ymd_opt(year, number(&[m0, m1])?, number(&[d0, d1])?)?;
    Some(date.and_hms_opt(number(&[h0, h1])?, number(&[n0, n1])?, number(&[s0, s1])?)?.and_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_in_both_forms() {
        let cases = [
            ("2020-07-01 00:00:00 +0000", Some("2020-07-01T00:00:00Z")),
            ("2020-07-22 18:14:39 +0000", Some("2020-07-22T18:14:39Z")),
            ("2020-07-22 18:14:39 +0200", Some("2020-07-22T16:14:39Z")),
            ("2020-07-22T18:14:39Z", Some("2020-07-22T18:14:39Z")),
            ("2020-07-22T18:14:39+02:00", Some("2020-07-22T16:14:39Z")),
            ("2020-07-22 18:14:39", None),
            ("2020-02-30 00:00:00 +0000", None),
            ("2020-07-22 24:00:00 +0000", None),
            ("2O20-07-22 00:00:00 +0000", None),
            ("22/07/2020", None),
            ("", None),
        ];
        for (text, expected) in cases {
            assert_eq!(parse(text), expected.map(|time| time.parse().unwrap()), "{text}");
        }
    }
}
