//! Formats numbers and tables for readers.

/// Formats a number with a comma after every three digits from the right.
pub(crate) fn count(number: impl Into<u64>) -> String {
    let digits = number.into().to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Rounds a number and formats it as [`count`] does.
pub(crate) fn whole(number: f64) -> String {
    count(number.round() as u64)
}

/// Formats how many times one number is of another, with one decimal below 100.
pub(crate) fn ratio(of: f64, to: f64) -> String {
    match of / to.max(f64::MIN_POSITIVE) {
        ratio if ratio >= 100.0 => format!("{} x", whole(ratio)),
        ratio => format!("{ratio:.1} x"),
    }
}

/// Formats a table: the first column is aligned to the left, the others to the right, and each is
/// as wide as its widest cell.
pub(crate) fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    let head: Vec<String> = head.iter().map(|&cell| cell.to_owned()).collect();
    let lines = || std::iter::once(&head).chain(rows);
    let width = |column: usize| lines().filter_map(|line| line.get(column)).map(|cell| cell.chars().count()).max();
    let widths: Vec<usize> = (0..head.len()).map(|column| width(column).unwrap_or_default()).collect();
    let mut text = String::new();
    for line in lines() {
        let cells = line.iter().zip(&widths).enumerate().map(|(column, (cell, width))| match column {
            0 => format!("{cell:<width$}"),
            _ => format!("{cell:>width$}"),
        });
        text.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_have_commas() {
        for (number, text) in [(0_u64, "0"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(count(number), text);
        }
        assert_eq!(
            (whole(1_234.5), ratio(10.0, 4.0), ratio(1.0e6, 3.0)),
            ("1,235".into(), "2.5 x".into(), "333,333 x".into())
        );
    }

    #[test]
    fn numbers_are_aligned_to_the_right() {
        let rows = [vec!["droplets".to_owned(), "7".to_owned()], vec!["x".to_owned(), "1,000".to_owned()]];
        assert_eq!(table(&["worker", "n"], &rows), "worker        n\ndroplets      7\nx         1,000\n");
    }
}
