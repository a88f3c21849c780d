//! Numbers between text and Q64.64, without loss where there need be none.

use std::fmt::{self, Write};
use std::str::FromStr;

use equipoise_math::Fx;

/// Why a text is no number of the format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NumberError {
    /// It does not read as one.
    Malformed,
    /// It is too large for 64 bits before the point.
    TooLarge,
}

/// The number nearest to a decimal, ties to even; an exponent may follow (`1e-4`).
/// # Rounding: to the nearest 2^-64
pub(super) fn parse_decimal(text: &str) -> Result<Fx, NumberError> {
    // The parser of `fixed` would let underscores pass.
    if text.contains('_') {
        return Err(NumberError::Malformed);
    }
    Fx::from_str(text).map_err(|error| {
        if error.to_string().contains("overflow") {
            NumberError::TooLarge
        } else {
            NumberError::Malformed
        }
    })
}

/// The number of so many 2^-64.
pub(super) fn parse_raw(text: &str) -> Result<Fx, NumberError> {
    use std::num::IntErrorKind::{NegOverflow, PosOverflow};
    i128::from_str(text).map(Fx::from_bits).map_err(|error| match error.kind() {
        PosOverflow | NegOverflow => NumberError::TooLarge,
        _ => NumberError::Malformed,
    })
}

/// Digits of each step of the fraction's expansion.
const STEP: u64 = 10_000_000_000_000_000_000;

/// Writes the exact decimal expansion: at most 64 digits after the point, none where there is no fraction.
pub(super) fn write_decimal(number: Fx, text: &mut impl Write) -> fmt::Result {
    let bits = number.to_bits();
    let size = bits.unsigned_abs();
    let sign = if bits < 0 { "-" } else { "" };
    write!(text, "{sign}{}", (size >> 64) as u64)?;
    let mut fraction = size as u64;
    if fraction == 0 {
        return Ok(());
    }
    text.write_char('.')?;
    while fraction != 0 {
        let product = u128::from(fraction) * u128::from(STEP);
        fraction = product as u64;
        let digits = (product >> 64) as u64;
        if fraction == 0 {
            // The last ones: without the zeros at the end.
            let (mut digits, mut width) = (digits, 19_usize);
            while digits % 10 == 0 {
                digits /= 10;
                width -= 1;
            }
            write!(text, "{digits:0width$}")?;
        } else {
            write!(text, "{digits:019}")?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(number: Fx) -> String {
        let mut text = String::new();
        write_decimal(number, &mut text).unwrap();
        text
    }

    #[test]
    fn decimals_are_exact() {
        assert_eq!(decimal(Fx::ZERO), "0");
        assert_eq!(decimal(Fx::from_num(-3_000)), "-3000");
        assert_eq!(decimal(Fx::from_num(0.5)), "0.5");
        assert_eq!(decimal(Fx::from_num(-1.25)), "-1.25");
        assert_eq!(decimal(Fx::DELTA), "0.0000000000000000000542101086242752217003726400434970855712890625");
        assert_eq!(decimal(Fx::MIN), "-9223372036854775808");
        let most = "9223372036854775807.9999999999999999999457898913757247782996273599565029144287109375";
        assert_eq!(decimal(Fx::MAX), most);
    }

    #[test]
    fn what_is_written_reads_back_as_the_same_bits() {
        let mut bits: u128 = 1;
        for _ in 0..2_000 {
            // a multiplier of Knuth's: any odd one visits every width
            bits = bits.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let number = Fx::from_bits((bits >> (bits % 100)) as i128);
            assert_eq!(parse_decimal(&decimal(number)), Ok(number));
            assert_eq!(parse_raw(&number.to_bits().to_string()), Ok(number));
            assert_eq!(decimal(number), format!("{number:.64}").trim_end_matches('0').trim_end_matches('.'));
        }
    }

    #[test]
    fn decimals_are_read_to_the_nearest_and_ties_to_even() {
        // 2^-65 and 3 * 2^-65 lie half way; a digit more tips them
        let half = "0.00000000000000000002710505431213761085018632002174854278564453125";
        let three_halves = "0.00000000000000000008131516293641283255055896006524562835693359375";
        assert_eq!(parse_decimal(half), Ok(Fx::ZERO));
        assert_eq!(parse_decimal(three_halves), Ok(Fx::from_bits(2)));
        assert_eq!(parse_decimal(&format!("{half}0000000001")), Ok(Fx::DELTA));
        assert_eq!(parse_decimal("0.1"), Ok(Fx::from_bits(1_844_674_407_370_955_162)));
        assert_eq!(parse_decimal("1e-1"), parse_decimal("0.1"));
        assert_eq!(parse_decimal("3E3"), Ok(Fx::from_num(3_000)));
        assert_eq!(parse_decimal("+2"), Ok(Fx::from_num(2)));
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in ["", "x", "1_000", "1,5", "nan", "inf", "0x10", "1e", "--1", "1 2"] {
            assert_eq!(parse_decimal(text), Err(NumberError::Malformed), "{text}");
        }
        for text in ["", "1.5", "1e3", "x"] {
            assert_eq!(parse_raw(text), Err(NumberError::Malformed), "{text}");
        }
        assert_eq!(parse_decimal("9223372036854775808"), Err(NumberError::TooLarge));
        assert_eq!(parse_raw("170141183460469231731687303715884105728"), Err(NumberError::TooLarge));
    }
}
