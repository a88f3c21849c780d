//! Division and its reciprocal where the random cases of `properties` seldom come.

use super::super::word::{join, split};
use super::*;

/// Whether `2^64 + value` is `(2^192 - 1) / (top, bottom)`, rounded down.
fn is_reciprocal(value: u64, top: u64, bottom: u64) -> bool {
    let divisor = join(top, bottom);
    let lower = u128::from(value) * u128::from(bottom);
    let upper = u128::from(value) * u128::from(top) + (lower >> 64);
    let Some(upper) = divisor.checked_add(upper) else { return false };
    // what is left of 2^192 - 1
    let (over, high) = split(!upper);
    over == 0 && join(high, !split(lower).1) < divisor
}

#[test]
fn reciprocals_are_exact() {
    assert_eq!(reciprocal(1 << 63, 0), u64::MAX);
    assert_eq!(reciprocal(1 << 63, u64::MAX), u64::MAX - 3);
    assert_eq!(reciprocal(u64::MAX, u64::MAX), 0);
    let edges = [1 << 63, (1 << 63) + 1, 3 << 62, 0x9e37_79b9_7f4a_7c15, u64::MAX - 1, u64::MAX];
    for top in edges {
        for bottom in [0, 1, 1 << 32, (1 << 63) - 1].into_iter().chain(edges) {
            let value = reciprocal(top, bottom);
            assert!(is_reciprocal(value, top, bottom), "{top:#x} {bottom:#x}: {value:#x}");
        }
    }
}

#[test]
fn quotients_from_2_to_the_128_are_nothing() {
    let one = (0, 1);
    assert_eq!(divide_shifted((0, u64::MAX), one), Some(((u64::MAX, 0), true)));
    assert_eq!(divide_shifted((1, 0), one), None);
    assert_eq!(divide_shifted((1 << 63, 0), one), None);
}

#[test]
fn a_rest_of_two_equal_words_is_not_exact() {
    // 2^64 times the dividend is 2^64 - 1 times the divisor, and 2^64 + 1
    let dividend = split((1 << 126) - (1 << 62) + 2);
    assert_eq!(divide_shifted(dividend, split((1 << 126) + 1)), Some(((0, u64::MAX), false)));
}

#[test]
fn no_double_word_is_less_than_itself() {
    assert!(!is_less((1, 1), (1, 1)) && !is_less((1, 2), (1, 1)) && !is_less((2, 0), (1, 1)));
    assert!(is_less((1, 0), (1, 1)) && is_less((0, 2), (1, 1)));
}
