//! Tests of the forms that a valid CSV may have.

use billing::csv::{Column, Rows};
use domain::billing::Charge;
use rust_decimal::Decimal;
use sha2::{Digest, Sha256};

use super::read;

/// The example of DigitalOcean's API specification, `billing/responses/invoice_csv.yml`.
const OFFICIAL: &str = "\
product,group_description,description,hours,start,end,USD,project_name,category
Floating IPs,,Unused Floating IP - 1.1.1.1,100,2020-07-01 00:00:00 +0000,2020-07-22 18:14:39 +0000,$3.11,,iaas
Taxes,,STATE SALES TAX (6.25%),,2020-07-01 00:00:00 +0000,2020-07-31 23:59:59 +0000,$0.16,,iaas
";

#[test]
fn the_official_example_is_read() {
    let rows = read(OFFICIAL.as_bytes()).unwrap();
    let [ip, tax] = rows.as_slice() else { panic!("{rows:?}") };
    assert_eq!((ip.product.as_str(), ip.description.as_str()), ("Floating IPs", "Unused Floating IP - 1.1.1.1"));
    assert_eq!((ip.hours, ip.amount.amount), (Some(Decimal::ONE_HUNDRED), Decimal::new(311, 2)));
    assert_eq!((&ip.group_description, &ip.project_name), (&None, &None));
    assert_eq!(ip.category.as_deref(), Some("iaas"));
    assert_eq!(ip.end.unwrap().to_rfc3339(), "2020-07-22T18:14:39+00:00");
    assert_eq!(tax.hours, None);
    assert_eq!(tax.end.unwrap().to_rfc3339(), "2020-07-31T23:59:59+00:00");
    assert_eq!(tax.span().unwrap().until.to_rfc3339(), "2020-08-01T00:00:00+00:00");
}

/// The same two rows are read from every form.
#[test]
fn the_form_makes_no_difference() {
    let expected = read(OFFICIAL.as_bytes()).unwrap();
    let quoted = |text: &str| {
        let quoted = |line: &str| line.split(',').map(|field| format!("\"{field}\"")).collect::<Vec<_>>().join(",");
        text.lines().map(quoted).collect::<Vec<_>>().join("\n")
    };
    let reversed = |text: &str| {
        let reversed = |line: &str| line.split(',').rev().collect::<Vec<_>>().join(",");
        text.lines().map(reversed).collect::<Vec<_>>().join("\n")
    };
    let preamble = "DigitalOcean Invoice 2020 Jul (6173678-418071234)\n\"Sammy, \"\"the\"\" Shark\",Atlantis\n\n";
    let cases = [
        ("BOM", format!("\u{feff}{OFFICIAL}")),
        ("CRLF", OFFICIAL.replace('\n', "\r\n")),
        ("CR", OFFICIAL.replace('\n', "\r")),
        ("no last line end", OFFICIAL.trim_end().to_owned()),
        ("blank lines", format!("\n{}\n\n", OFFICIAL.replace('\n', "\n\n"))),
        ("quotes", quoted(OFFICIAL)),
        ("another order", reversed(OFFICIAL)),
        ("preamble", format!("{preamble}{OFFICIAL}")),
        ("BOM and preamble", format!("\u{feff}{preamble}{OFFICIAL}")),
        ("header in words", OFFICIAL.replacen("group_description", "Group Description", 1).replacen("USD", "usd", 1)),
        ("unknown columns", OFFICIAL.replacen("category", "category,note", 1).replace("iaas", "iaas,\"?\"")),
        ("spaces", OFFICIAL.replace(',', " , ")),
        (
            "RFC 3339",
            OFFICIAL.replace(" +0000", "Z").replace(" 00:", "T00:").replace(" 18:", "T18:").replace(" 23:", "T23:"),
        ),
    ];
    for (form, csv) in cases {
        assert_eq!(read(csv.as_bytes()).unwrap(), expected, "{form}");
    }
}

#[test]
fn older_invoices_lack_columns() {
    let no_category = OFFICIAL.replace(",category", "").replace(",iaas", "");
    let rows = Rows::new(no_category.as_bytes()).unwrap();
    assert!(rows.columns().has(Column::ProjectName) && !rows.columns().has(Column::Category));
    let rows: Vec<Charge> = rows.map(Result::unwrap).collect();
    assert_eq!(rows.len(), 2);
    assert!(rows.iter().all(|row| row.category.is_none() && row.start.is_some()));
    let least = read(b"USD,product,description\n($1.50),Credits,Promo\n").unwrap();
    assert_eq!(least[0].amount.amount, Decimal::new(-150, 2));
    assert_eq!(least[0].span(), None);
}

#[test]
fn amounts_are_read_below_zero_and_above_a_thousand() {
    for (text, cents) in [("-$1.00", -100), ("$-1.00", -100), ("($1.00)", -100), ("\"$1,234.56\"", 123_456), ("7", 700)]
    {
        let rows = read(format!("product,description,USD\nCredits,x,{text}\n").as_bytes()).unwrap();
        assert_eq!(rows[0].amount.amount, Decimal::new(cents, 2), "{text}");
    }
}

#[test]
fn the_digest_is_available_after_the_last_row() {
    let mut rows = Rows::new(OFFICIAL.as_bytes()).unwrap();
    assert_eq!(rows.digest(), None);
    assert_eq!(rows.by_ref().count(), 2);
    let digest = rows.digest().unwrap();
    assert_eq!(digest.bytes, OFFICIAL.len() as u64);
    assert_eq!(digest.sha256, hex::encode(Sha256::digest(OFFICIAL)));
    let broken = OFFICIAL.replace("$0.16", "$x");
    let mut rows = Rows::new(broken.as_bytes()).unwrap();
    assert!(rows.by_ref().last().unwrap().is_err());
    assert_eq!((rows.digest(), rows.next().is_none()), (None, true));
}
