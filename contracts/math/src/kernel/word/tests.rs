//! Words against 128-bit integers: exact where they say so, else within the units they name.
#![allow(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    reason = "the same cuts as in the code, by the language's own wider types"
)]

use proptest::prelude::*;

use super::*;

/// Words of every length, and with runs of ones.
fn words() -> impl Strategy<Value = u64> {
    (any::<u64>(), 0_u32..64, any::<bool>())
        .prop_map(|(word, shift, ones)| if ones { !(word >> shift) } else { word >> shift })
}

fn wide(x: (u64, u64)) -> u128 {
    (u128::from(x.0) << 64) | u128::from(x.1)
}

/// `value - exact / 2^places` in units of 2^-places.
fn gap(value: i128, exact: i128, places: u32) -> i128 {
    (value << places) - exact
}

proptest! {
    #[test]
    fn wide_arithmetic_is_exact(a in words(), b in words(), c in words(), d in words(), shift in 0_u32..64) {
        let (x, y) = (wide((a, b)), wide((c, d)));
        prop_assert_eq!(wide(mul_wide(a, b)), u128::from(a) * u128::from(b));
        prop_assert_eq!(wide(add_wide((a, b), (c, d))), x.wrapping_add(y));
        prop_assert_eq!(wide(sub_wide((a, b), (c, d))), x.wrapping_sub(y));
        prop_assert_eq!(wide(shift_right_wide((a, b), shift)), x >> shift);
        prop_assert_eq!(wide(halve_if(1, (a, b))), x >> 1);
        prop_assert_eq!(wide(halve_if(0, (a, b))), x);
        prop_assert_eq!((split(x), join(a, b)), ((a, b), x));
        prop_assert_eq!((low_half(a), low_half_signed(a as i64), widen(a as u32)), (a as u32, a as i32, a & LOW));
        prop_assert_eq!(wide(times_small(a, widen(b as u32))), u128::from(a) * u128::from(b as u32));
        let product = i128::from(b as i32) * i128::from(a);
        prop_assert_eq!(wide(times_signed(i64::from(b as i32), a)), product.cast_unsigned());
        prop_assert_eq!(divide(a, b), a.checked_div(b).unwrap_or(u64::MAX));
    }

    #[test]
    fn masks_select_what_they_say(word in words(), bits in any::<i128>()) {
        let (number, signed) = (I64F64::from_bits(bits), word as i64);
        let all_ones_if = |condition: bool| if condition { u64::MAX } else { 0 };
        prop_assert_eq!(negative_mask(signed), all_ones_if(signed < 0));
        prop_assert_eq!(less_mask(word >> 2, 1 << 61), all_ones_if(word >> 2 < 1 << 61));
        prop_assert_eq!(zero_mask(word >> 1), all_ones_if(word >> 1 == 0));
        prop_assert_eq!((zero_mask(0), zero_mask(1), zero_mask(1 << 63)), (u64::MAX, 0, 0));
        prop_assert_eq!((negate_if(0, word), negate_if(u64::MAX, word)), (word, word.wrapping_neg()));
        prop_assert_eq!(sign_mask(number), all_ones_if(bits < 0));
        prop_assert_eq!(wide(magnitude(number)), bits.unsigned_abs());
        prop_assert_eq!(times_word(number, word).to_bits(), bits.wrapping_mul(i128::from(word)));
        prop_assert_eq!((keep_if(0, number), keep_if(u64::MAX, number)), (I64F64::ZERO, number));
    }

    #[test]
    fn high_products_are_as_close_as_they_say(a in words(), b in words()) {
        let exact = u128::from(a) * u128::from(b);
        let below = (exact >> 64).wrapping_sub(u128::from(mul_high_below(a, b)));
        prop_assert!(below <= 2, "{} units low", below);
        // half a unit and 2^-32 of one
        let off = (u128::from(mul_high_nearest(a, b)) << 64).abs_diff(exact);
        prop_assert!(off <= (1 << 63) + (1 << 32), "{} of 2^-64 off", off);
    }

    #[test]
    fn factors_are_as_close_as_they_say(z in words(), acc in words(), narrow in any::<i32>()) {
        let acc = acc as i64;
        // below 3 units low, never high
        let low = -3_i128 << 64..=0;
        let factor = Factor::new(z);
        prop_assert!(low.contains(&gap(factor.times(acc).into(), i128::from(acc) * i128::from(z), 64)));
        let top = i64::from(narrow) * (z >> 32) as i64;
        prop_assert_eq!(factor.times_narrow(narrow.into()), top);
        let near = -(1_i128 << 63) - (1 << 33)..=1 << 63;
        prop_assert!(near.contains(&gap(factor.times_nearest(acc).into(), i128::from(acc) * i128::from(z), 64)));
        // 3/2 of 2^16 units and two low, 1/2 of 2^16 high
        let medium = -(3_i128 << 63) - (1 << 49)..=1 << 63;
        let short = acc >> 16;
        prop_assert!(medium.contains(&gap(factor.times_medium(short).into(), i128::from(short) * i128::from(z), 48)));

        let z = z as i64 >> 1;
        let exact = i128::from(acc) * i128::from(z);
        let factor = SignedFactor::new(z);
        prop_assert!(low.contains(&gap(factor.times(acc).into(), exact, 64)));
        let near = -(1_i128 << 63) - (1 << 33)..=1 << 63;
        prop_assert!(near.contains(&gap(factor.times_nearest(acc).into(), exact, 64)));
        prop_assert!(medium.contains(&gap(factor.times_medium(short).into(), i128::from(short) * i128::from(z), 48)));
        prop_assert_eq!(factor.times_narrow(narrow.into()), i64::from(narrow) * (z >> 32));
    }

    #[test]
    fn a_leading_one_and_its_fraction_are_the_number(high in words(), low in words()) {
        let bits = (join(high, low) >> 1).max(1);
        let (exponent, fraction) = leading_one(bits);
        let top = bits.ilog2();
        prop_assert_eq!(exponent, i64::from(top) - 64);
        prop_assert_eq!(fraction, (bits << 1 << (127 - top) >> 64) as u64);
    }
}
