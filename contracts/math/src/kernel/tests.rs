//! The kernels against 60-digit reference values (`scripts/coefficients/reference.py`).
#![allow(
    clippy::as_conversions,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_lossless,
    reason = "errors are measured in floating point"
)]

use std::vec::Vec;

use fixed::types::I64F64;

use super::newton::{reciprocal_word, reciprocal_word_below, sqrt_word};
use super::{exp2, gaussian, log_ratio, log_word, mills_ratio, mills_ratio_short, Aligned, Scaled};

const REFERENCE: &str = include_str!("reference.csv");

struct Row {
    first: u128,
    second: u128,
    significand: f64,
    floor: u64,
    exponent: i32,
}

fn rows(function: &str) -> Vec<Row> {
    let rows: Vec<_> = REFERENCE
        .lines()
        .map(|line| line.split(',').collect::<Vec<_>>())
        .filter(|fields| fields.first() == Some(&function))
        .map(|fields| {
            let (whole, fraction) = fields[3].split_once('.').unwrap();
            Row {
                first: fields[1].parse::<i128>().unwrap().cast_unsigned(),
                second: fields[2].parse().unwrap(),
                floor: whole.parse::<u128>().unwrap().min(u128::from(u64::MAX)) as u64,
                significand: fraction.parse::<f64>().unwrap() / 1e6,
                exponent: fields[4].parse().unwrap(),
            }
        })
        .collect();
    assert!(rows.len() > 80, "the reference file lost {function}");
    rows
}

/// `(value - reference) / reference`.
fn relative_error(value: Scaled, row: &Row) -> f64 {
    if row.floor == 0 {
        return if value.is_zero() { 0.0 } else { f64::INFINITY };
    }
    let places = value.exponent() - row.exponent;
    assert!(places.abs() <= 1, "off by a power of two");
    let own = i128::from(value.significand()) << (places + 1);
    let gap = (own - (i128::from(row.floor) << 1)) as f64 - 2.0 * row.significand;
    gap / (2.0 * row.floor as f64)
}

fn assert_relative(function: &str, bound: f64, compute: impl Fn(&Row) -> Scaled) {
    for row in rows(function) {
        let error = relative_error(compute(&row), &row);
        assert!(error.abs() <= bound, "{function}({}, {}): {error:e}", row.first, row.second);
    }
}

#[test]
fn exp2_is_accurate() {
    assert_relative("exp2", 2_f64.powf(-61.5), |row| exp2(row.first as i32, row.second as u64));
}

#[test]
fn gaussian_is_accurate() {
    for row in rows("gaussian") {
        let y = row.first as f64 / 2_f64.powi(58);
        let error = relative_error(gaussian::<6>(row.first as u64), &row);
        assert!(error.abs() <= 2_f64.powi(-61) * (1.0 + y * y / 16.0), "gaussian({y}): {error:e}");
    }
}

#[test]
fn log_ratio_is_accurate() {
    assert_relative("log_ratio", 2_f64.powi(-60), |row| {
        log_ratio(Aligned::from_bits(row.first), Aligned::from_bits(row.second))
    });
}

#[test]
fn mills_ratio_is_accurate() {
    for row in rows("mills_ratio") {
        let y = row.first as f64 / 2_f64.powi(59);
        let size = (row.floor as f64) * 2_f64.powi(row.exponent);
        for (ratio, places) in [(mills_ratio(row.first as u64), 58), (mills_ratio_short(row.first as u64), 57)] {
            let error = relative_error(Scaled::new(ratio, -61), &row).abs() * size;
            assert!(error <= 2_f64.powi(-places) * (y * y / 2.0).min(25.0).exp(), "mills_ratio({y}): {error:e}");
        }
    }
}

#[test]
fn log_word_is_accurate() {
    let mut checked = 0;
    for row in rows("log_ratio") {
        let (a, b) = (Aligned::from_bits(row.first), Aligned::from_bits(row.second));
        let ratio = a.scaled().times_exactly(b.scaled().reciprocal());
        let exact = (row.floor as f64 + row.significand) * 2_f64.powi(row.exponent);
        if exact.abs() > 7.6 {
            continue;
        }
        checked += 1;
        // the reference is the size, cut to 64 significant bits and an exponent; in units of 2^-60 that is
        let shift = -60 - row.exponent;
        let size = if shift < 128 { (i128::from(row.floor) << 60) >> (shift + 60).clamp(0, 127) } else { 0 };
        let own = i128::from(log_word(ratio)).abs();
        assert!((own - size).abs() <= 8, "ln({} / {}): {own} {size}", row.first, row.second);
        assert_eq!(log_word(ratio) < -8, row.first < row.second && own > 8);
    }
    assert!(checked > 40, "{checked}");
}

#[test]
fn both_roots_are_accurate() {
    for row in rows("sqrt") {
        let x = Scaled::new(row.first as u64, -64);
        for x in [x, x.times_power_of_two(-57), x.times_power_of_two(8)] {
            let (root, inverse) = x.sqrt_and_inverse();
            let gaps =
                [root.minus(x.sqrt()).0.times(x.sqrt().reciprocal()), root.times(inverse).minus(Scaled::new(1, 0)).0];
            for gap in gaps {
                assert!(gap.significand() as f64 * 2_f64.powi(gap.exponent()) <= 2_f64.powi(-58), "{x:?}: {gap:?}");
            }
        }
    }
}

#[test]
fn reciprocals_and_roots_of_words_are_accurate() {
    for row in rows("reciprocal") {
        let word = row.first as u64;
        let own = i128::from(reciprocal_word(word));
        let shift = row.exponent + 127;
        let exact = (row.floor as f64 + row.significand) * 2_f64.powi(shift);
        let gap = (own - (i128::from(row.floor) << shift)) as f64;
        assert!(gap.abs() <= 3.0, "reciprocal({word}): {own} for {exact}");
        let below = own - i128::from(reciprocal_word_below(word));
        assert!((-3..=20).contains(&below), "reciprocal({word}): {below} below");
    }
    for row in rows("sqrt") {
        // the reference is the root of the whole number: 2^32 times smaller
        let word = row.first as u64;
        let shift = row.exponent + 32;
        let gap = i128::from(sqrt_word(word)) - (i128::from(row.floor) << shift.max(0) >> (-shift).max(0));
        assert!((-6..=0).contains(&gap), "sqrt({word}): off by {gap}");
    }
}

#[test]
fn reciprocal_and_root_of_the_extremes_do_not_wrap() {
    assert!(reciprocal_word(1 << 63) > u64::MAX - 4);
    assert!(reciprocal_word((1 << 63) + 1) > u64::MAX - 8);
    assert!(sqrt_word(u64::MAX) > u64::MAX - 8);
    // the largest square of a 32-bit word plus its largest remainder
    assert!(sqrt_word(u64::MAX - 1) > u64::MAX - 8);
    assert!(exp2(0, u64::MAX).significand() > u64::MAX - 8);
}

#[test]
fn scaled_numbers_round_to_the_nearest_unit() {
    assert_eq!(Scaled::new(1, -65).to_bits(), 1, "half a unit rounds up");
    assert_eq!(Scaled::new((1 << 62) - 1, -127).to_bits(), 0, "less than half a unit is 0");
    assert_eq!(Scaled::new(3, -65).to_bits(), 2);
    assert_eq!(Scaled::new(1, 62).to_bits(), 1 << 126);
    assert_eq!(Scaled::new(1, -1000).to_bits(), 0);
    assert_eq!(Scaled::from_bits(0).to_bits(), 0);
    for bits in [1, 2, u128::from(u64::MAX), 1 << 64, (1 << 64) - 1, 1 << 125] {
        assert_eq!(Scaled::from_bits(bits).to_bits(), bits);
    }
}

#[test]
fn differences_of_scaled_numbers_keep_their_sign() {
    let (three, five) = (Scaled::new(3, 0), Scaled::new(5, 0));
    assert_eq!(five.minus(three), (Scaled::new(2, 0), 0));
    assert_eq!(three.minus(five), (Scaled::new(2, 0), u64::MAX));
    assert!(three.minus(three).0.is_zero());
    assert_eq!(five.minus(Scaled::new(1, -200)), (five, 0));
    assert_eq!(Scaled::new(1, -200).minus(five), (five, u64::MAX));
}

#[test]
fn sums_of_scaled_numbers_are_exact_to_their_last_place() {
    let (three, five) = (Scaled::new(3, 0), Scaled::new(5, 0));
    assert_eq!((three.plus(five), five.plus(three)), (Scaled::new(1, 3), Scaled::new(1, 3)));
    assert_eq!(five.plus(Scaled::new(1, -200)), five);
    assert_eq!(Scaled::new(1, -200).plus(five), five);
    assert_eq!(Scaled::new(u64::MAX - 1, 0).plus(Scaled::new(u64::MAX - 1, 0)), Scaled::new(u64::MAX - 1, 1));
}

#[test]
fn only_zero_is_zero() {
    assert!(Scaled::new(0, 5).is_zero());
    assert!(!Scaled::new(1, -1000).is_zero());
}

#[test]
fn a_mask_of_ones_negates() {
    let number = Scaled::new(5, -2);
    assert_eq!(number.to_signed(0), I64F64::lit("1.25"));
    assert_eq!(number.to_signed(u64::MAX), I64F64::lit("-1.25"));
}

#[test]
fn large_words_are_cut() {
    let (three_halves, five_quarters) = (Scaled::new(3, -1), Scaled::new(5, -2));
    assert_eq!([2, 1, 0].map(|places| five_quarters.to_large_word(places)), [5, 2, 1]);
    assert_eq!([3, 2, 1].map(|places| five_quarters.times_to_large_word(three_halves, places)), [15, 7, 3]);
    assert_eq!(Scaled::new(u64::MAX, 0).to_large_word(0), u64::MAX);
    assert_eq!(Scaled::new(0, 0).to_large_word(40), 0);
    assert_eq!(Scaled::new(0, 0).times_to_large_word(five_quarters, 40), 0);
}

#[test]
fn exact_products_fill_a_missing_place_from_the_low_word() {
    let top = 1 << 63;
    let product = |a, b| Scaled::new(a, 0).times_exactly(Scaled::new(b, 0));
    // 2^126 + 2^64 + 1 and 2^126 + 3 2^63 + 2 lack the place, (2^64 - 1) (2^64 - 2^62) does not
    assert_eq!(product(top + 1, top + 1), Scaled::new(top + 2, 63));
    assert_eq!(product(top + 1, top + 2), Scaled::new(top + 3, 63));
    assert_eq!(product(u64::MAX, 3 << 62), Scaled::new((3 << 62) - 1, 64));
}

#[test]
fn large_bits_are_read_as_any_others() {
    let long = 0x0123_4567_89ab_cdef_fedc_ba98_7654_3210;
    for (bits, lift) in [(1 << 64, 0), (long, 0), (long, 6), (long >> 40, 25), (0xdead_beef_cafe, 24)] {
        assert_eq!(Scaled::from_large_bits(bits, lift), Scaled::from_bits(bits), "{bits:#x}");
        let (own, other) = (Aligned::from_large_bits(bits, lift), Aligned::from_bits(bits));
        assert_eq!(own.scaled(), Scaled::from_bits(bits), "{bits:#x}");
        assert_eq!(other.scaled(), Scaled::from_bits(bits), "{bits:#x}");
        assert!(log_ratio(own, other).is_zero(), "{bits:#x}");
    }
}
