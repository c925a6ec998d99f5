//! Amounts of money as DigitalOcean writes them. Parsing is exact: no float, no rounding.

use rust_decimal::Decimal;

/// A text that is not an amount of money.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an amount")]
pub struct InvalidAmount(
    /// The text as it was received.
    pub String,
);

/// Parses an amount: `3.11`, `$3.11`, `$1,234.56`, and below zero `-$1.00`, `$-1.00` or `($1.00)`.
/// JSON has plain decimals, the CSV a dollar sign. How the CSV writes negative amounts and amounts
/// above a thousand is not documented, so every usual form is accepted. Anything else is an error,
/// above all `1.234,56` and `12,34`, where the meaning of the comma would be a guess.
pub fn parse(text: &str) -> Result<Decimal, InvalidAmount> {
    let invalid = || InvalidAmount(text.to_owned());
    let (negative, unsigned) = sign(text.trim());
    let (whole, fraction) = match unsigned.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (unsigned, None),
    };
    if !is_grouped(whole) || !fraction.is_none_or(is_digits) {
        return Err(invalid());
    }
    let exact = if whole.contains(',') {
        Decimal::from_str_exact(&unsigned.replace(',', ""))
    } else {
        Decimal::from_str_exact(unsigned)
    };
    let mut amount = exact.map_err(|_| invalid())?;
    amount.set_sign_negative(negative && !amount.is_zero());
    Ok(amount)
}

/// Splits off the sign: returns true for a negative amount, and the text without its sign and its
/// dollar sign.
fn sign(text: &str) -> (bool, &str) {
    let dollarless = |text| str::strip_prefix(text, '$').unwrap_or(text);
    if let Some(inner) = text.strip_prefix('(').and_then(|text| text.strip_suffix(')')) {
        (true, dollarless(inner))
    } else if let Some(rest) = text.strip_prefix('-') {
        (true, dollarless(rest))
    } else if let Some(rest) = text.strip_prefix("$-") {
        (true, rest)
    } else {
        (false, dollarless(text))
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// Returns whether the text is all digits, with or without a comma before every group of three.
fn is_grouped(text: &str) -> bool {
    let mut groups = text.split(',');
    let first = groups.next().unwrap_or_default();
    let mut grouped = false;
    let rest = groups.all(|group| {
        grouped = true;
        group.len() == 3 && is_digits(group)
    });
    is_digits(first) && rest && (!grouped || first.len() <= 3)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn amounts_are_read_in_every_usual_form() {
        let cases = [
            ("3.11", "3.11"),
            ("$3.11", "3.11"),
            (" $3.11 ", "3.11"),
            ("12", "12"),
            ("$1,234.56", "1234.56"),
            ("$1,234,567.89", "1234567.89"),
            ("-$1.00", "-1.00"),
            ("$-1.00", "-1.00"),
            ("($1.00)", "-1.00"),
            ("-1.00", "-1.00"),
            ("(1,234.5)", "-1234.5"),
            ("-$0.00", "0.00"),
            ("$0.00893", "0.00893"),
            ("79228162514264337593543950335", "79228162514264337593543950335"),
        ];
        for (text, amount) in cases {
            assert_eq!(parse(text).unwrap().to_string(), amount, "{text}");
        }
    }

    #[test]
    fn an_invalid_amount_is_quoted_in_the_error() {
        let cases = [
            "",
            " ",
            "$",
            "-",
            "()",
            "($)",
            "abc",
            "$abc",
            "3.11 USD",
            "€3.11",
            "1.234,56",
            "12,34",
            "1,2345.00",
            "1234,567.00",
            ",123",
            "1,,234",
            "--1",
            "-$-1.00",
            "$--1",
            "(-$1.00)",
            "-($1.00)",
            "$ 1.00",
            "+1.00",
            ".5",
            "5.",
            "1.2.3",
            "1e3",
            "NaN",
            "1_000",
            "٣.١١",
            "79228162514264337593543950336",
            "0.00000000000000000000000000001",
        ];
        for text in cases {
            let error = parse(text).unwrap_err();
            assert_eq!(error.to_string(), format!("{text:?} is not an amount"));
        }
    }

    /// Writes an amount in one of the eight accepted forms.
    fn write(amount: Decimal, form: usize) -> String {
        let digits = amount.abs().to_string();
        let (whole, fraction) = digits.split_once('.').map_or((digits.as_str(), None), |(w, f)| (w, Some(f)));
        let mut grouped = String::new();
        for (at, digit) in whole.chars().enumerate() {
            if at > 0 && (whole.len() - at).is_multiple_of(3) && form.is_multiple_of(2) {
                grouped.push(',');
            }
            grouped.push(digit);
        }
        let plain = fraction.map_or(grouped.clone(), |fraction| format!("{grouped}.{fraction}"));
        match (amount.is_sign_negative(), form / 2) {
            (false, 0) => plain,
            (false, _) => format!("${plain}"),
            (true, 0) => format!("-{plain}"),
            (true, 1) => format!("-${plain}"),
            (true, 2) => format!("$-{plain}"),
            (true, _) => format!("(${plain})"),
        }
    }

    proptest! {
        #[test]
        fn an_amount_survives_every_form(units in any::<i64>(), scale in 0u32..7, form in 0usize..8) {
            let amount = Decimal::new(units, scale);
            prop_assert_eq!(parse(&write(amount, form)).unwrap().to_string(), amount.to_string());
        }

        #[test]
        fn no_text_panics(text in "\\PC{0,24}") {
            let _ = parse(&text);
        }

        #[test]
        fn near_misses_do_not_panic(text in "[-+$(),.0-9 ]{0,16}") {
            if let Ok(amount) = parse(&text) {
                prop_assert_eq!(parse(&amount.to_string()).unwrap(), amount);
            }
        }
    }
}
