//! Whether a day is out of the ordinary.

use rust_decimal::Decimal;

/// How far from the ordinary a day may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tolerance {
    /// So many times the median distance of the days from their median.
    pub deviations: Decimal,
    /// And no less than so much, in dollars.
    pub floor: Decimal,
    /// And no less than this share of the median.
    pub share: Decimal,
    /// How many days must be known to say what is ordinary.
    pub days: usize,
}

/// Five deviations, a dollar, a tenth; a week.
impl Default for Tolerance {
    fn default() -> Self {
        Self { deviations: Decimal::from(5), floor: Decimal::ONE, share: Decimal::new(1, 1), days: 7 }
    }
}

/// What days cost ordinarily.
///
/// Around the median, and as wide as the days differ: both are medians, so that one day that is out of the band does
/// not widen it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Band {
    /// The least.
    pub low: Decimal,
    /// The middle.
    pub median: Decimal,
    /// The most.
    pub high: Decimal,
}

/// Where a day lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BandPosition {
    /// It cost less than is ordinary.
    Below,
    /// It cost what is ordinary.
    Within,
    /// It cost more than is ordinary.
    Above,
}

impl Band {
    /// The band of the days before; `None` where they are too few.
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

    /// Where a day of this cost lies.
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

/// The middle one, or halfway between the two in the middle.
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
            // Days that differ do: the median distance is $0.50.
            (&[300, 350, 250, 300, 350, 250, 400, 200], 540, Some(BandPosition::Within)),
            (&[300, 350, 250, 300, 350, 250, 400, 200], 560, Some(BandPosition::Above)),
            // A tenth of much is more than a dollar.
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
