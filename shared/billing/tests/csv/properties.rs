//! Properties of reading any CSV: no row is lost, and nothing panics.

use proptest::prelude::*;
use rust_decimal::Decimal;

use super::read;

const HEADER: [&str; 9] =
    ["product", "group_description", "description", "hours", "start", "end", "USD", "project_name", "category"];

/// Generates a row: its fields, and its amount in cents.
fn row() -> impl Strategy<Value = (Vec<String>, i64)> {
    let text = "[ -~éß€\"',;\n\r]{0,12}";
    let hours = prop_oneof![Just(String::new()), (0u32..800).prop_map(|hours| hours.to_string())];
    let time = prop_oneof![Just(""), Just("2026-04-01 00:00:00 +0000"), Just("2026-04-30T23:59:59Z")];
    (text, text, text, hours, time.clone(), time, -1_000_000i64..1_000_000, text, text).prop_map(
        |(product, group, description, hours, start, end, cents, project, category)| {
            let dollars = Decimal::new(cents.abs(), 2);
            let amount = if cents < 0 { format!("-${dollars}") } else { format!("${dollars}") };
            let texts =
                vec![product, group, description, hours, start.to_owned(), end.to_owned(), amount, project, category];
            (texts, cents)
        },
    )
}

/// Writes the rows with the `csv` crate, with the columns in the given order.
fn write(rows: &[(Vec<String>, i64)], order: &[usize], crlf: bool) -> Vec<u8> {
    let terminator = if crlf { csv::Terminator::CRLF } else { csv::Terminator::Any(b'\n') };
    let mut writer = csv::WriterBuilder::new().terminator(terminator).from_writer(Vec::new());
    writer.write_record(order.iter().map(|at| HEADER[*at])).unwrap();
    for (fields, _) in rows {
        writer.write_record(order.iter().map(|at| &fields[*at])).unwrap();
    }
    writer.into_inner().unwrap()
}

proptest! {
    #[test]
    fn all_rows_are_read_with_the_same_sum_or_there_is_an_error(
        rows in prop::collection::vec(row(), 0..12),
        order in Just((0..9).collect::<Vec<usize>>()).prop_shuffle(),
        crlf in any::<bool>(),
    ) {
        let has_break = rows.iter().any(|(fields, _)| fields.iter().any(|field| field.contains(['\n', '\r'])));
        match read(&write(&rows, &order, crlf)) {
            Ok(read) => {
                prop_assert_eq!(read.len(), rows.len());
                let cents: i64 = rows.iter().map(|(_, cents)| cents).sum();
                let sum: Decimal = read.iter().map(|charge| charge.amount.amount).sum();
                prop_assert_eq!(sum, Decimal::new(cents, 2));
                for (charge, (fields, _)) in read.iter().zip(&rows) {
                    prop_assert_eq!(&charge.product, fields[0].trim());
                    prop_assert_eq!(&charge.description, fields[2].trim());
                }
                prop_assert!(!has_break);
            }
            Err(error) => prop_assert!(has_break, "{}", error),
        }
    }

    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..512)) {
        let _ = read(&bytes);
    }

    #[test]
    fn no_bytes_after_a_header_panic(bytes in prop::collection::vec(any::<u8>(), 0..512)) {
        let _ = read(&[b"product,description,USD\n".as_slice(), &bytes].concat());
    }

    /// One byte is removed or inserted: rows are never lost without an error.
    #[test]
    fn a_damaged_csv_loses_no_row_silently(
        rows in prop::collection::vec(row(), 1..6),
        at in any::<prop::sample::Index>(),
        damage in prop_oneof![Just(None), "[\",$\n\r a0-]".prop_map(Some)],
    ) {
        let plain: Vec<_> = rows.iter().map(|(fields, cents)| {
            (fields.iter().map(|field| field.replace(['\n', '\r'], " ")).collect::<Vec<_>>(), *cents)
        }).collect();
        let mut bytes = write(&plain, &[0, 1, 2, 3, 4, 5, 6, 7, 8], false);
        let header = bytes.iter().position(|byte| *byte == b'\n').unwrap() + 1;
        let at = header + at.index(bytes.len() - header);
        match damage {
            None => drop(bytes.remove(at)),
            Some(text) => bytes.insert(at, text.as_bytes()[0]),
        }
        let lines = bytes[header..].split(|byte| matches!(byte, b'\n' | b'\r')).filter(|line| !line.is_empty()).count();
        if let Ok(read) = read(&bytes) {
            prop_assert_eq!(read.len(), lines);
        }
    }
}
