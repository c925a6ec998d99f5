//! The expected range of a day's cost, for detecting anomalous days.

use rust_decimal::Decimal;

/// The limits that determine the expected range. Its half-width is the largest of `deviations`,
/// `floor` and `share`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tolerance {
    /// A multiple of the median absolute deviation, which is the median distance of the days from
    /// their median.
    pub deviations: Decimal,
    /// The minimum half-width of the range, in dollars.
    pub floor: Decimal,
    /// The minimum half-width of the range, as a share of the median (0.1 is a tenth).
    pub share: Decimal,
    /// The minimum number of days that an expected range needs.
    pub days: usize,
}

/// The defaults: five deviations, one dollar, a tenth of the median, seven days.
impl Default for Tolerance {
    fn default() -> Self {
        Self { deviations: Decimal::from(5), floor: Decimal::ONE, share: Decimal::new(1, 1), days: 7 }
    }
}

/// The expected range of a day's cost, in dollars.
///
/// The range is centred on the median and as wide as the days vary. Its width is a median too, so
/// that one anomalous day does not widen it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Band {
    /// The lowest expected cost.
    pub low: Decimal,
    /// The median of the days.
    pub median: Decimal,
    /// The highest expected cost.
    pub high: Decimal,
}

/// The position of a day's cost relative to the expected range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BandPosition {
    /// The day cost less than expected.
    Below,
    /// The day cost as much as expected.
    Within,
    /// The day cost more than expected.
    Above,
}

impl Band {
    /// Computes the expected range from the costs of earlier days; `None` if they are too few.
    #[must_use]
    pub fn from_days(days: &[Decimal], tolerance: &Tolerance) -> Option<Self> {
        if days.len() < tolerance.days {
            return None;
        }
        let median = median(days.to_vec())?;
        let deviation = self::median(days.iter().map(|day| (day - median).abs()).collect())?;
        let width = (tolerance.deviations * deviation).max(tolerance.floor).max(tolerance.share * median.abs());
        Some(Self { low: median - width, median, high: median + width })
    }

    /// Returns the position of a day with this cost; the limits belong to the range.
    #[must_use]
    pub fn position(&self, day: Decimal) -> BandPosition {
        if day < self.low {
            BandPosition::Below
        } else if day > self.high {
            BandPosition::Above
        } else {
            BandPosition::Within
        }
    }
}

/// Returns the median: the middle value, or the mean of the two middle values.
fn median(mut values: Vec<Decimal>) -> Option<Decimal> {
    values.sort();
    let upper = *values.get(values.len() / 2)?;
    let lower = *values.get((values.len() - 1) / 2)?;
    Some((lower + upper) / Decimal::TWO)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cents(days: &[i64]) -> Vec<Decimal> {
        days.iter().map(|cents| Decimal::new(*cents, 2)).collect()
    }

    #[test]
    fn an_anomalous_day_is_detected_and_does_not_widen_the_band() {
        let cases: [(&[i64], i64, Option<BandPosition>); 9] = [
            (&[300, 300, 300, 300, 300, 300], 9000, None),
            (&[300, 300, 300, 300, 300, 300, 300], 400, Some(BandPosition::Within)),
            (&[300, 300, 300, 300, 300, 300, 300], 401, Some(BandPosition::Above)),
            (&[300, 300, 300, 300, 300, 300, 300], 199, Some(BandPosition::Below)),
            // One expensive day does not widen the band.
            (&[300, 300, 300, 9000, 300, 300, 300], 500, Some(BandPosition::Above)),
            // Days that vary do widen it: the median distance is $0.50.
            (&[300, 350, 250, 300, 350, 250, 400, 200], 540, Some(BandPosition::Within)),
            (&[300, 350, 250, 300, 350, 250, 400, 200], 560, Some(BandPosition::Above)),
            // Above $10 a day, a tenth of the median is more than the minimum of a dollar.
            (&[30_000; 7], 32_900, Some(BandPosition::Within)),
            (&[30_000; 7], 33_100, Some(BandPosition::Above)),
        ];
        for (days, today, expected) in cases {
            let band = Band::from_days(&cents(days), &Tolerance::default());
            assert_eq!(band.map(|band| band.position(Decimal::new(today, 2))), expected, "{days:?}, {today}");
        }
        let none = Tolerance { days: 0, ..Tolerance::default() };
        assert_eq!(Band::from_days(&[], &none), None);
    }

    proptest! {
        #[test]
        fn the_median_is_in_the_band(mut days in prop::collection::vec(-10_000i64..10_000, 7..40)) {
            let band = Band::from_days(&cents(&days), &Tolerance::default()).unwrap();
            prop_assert_eq!(band.position(band.median), BandPosition::Within);
            days.reverse();
            prop_assert_eq!(Band::from_days(&cents(&days), &Tolerance::default()).unwrap(), band);
        }
    }
}
