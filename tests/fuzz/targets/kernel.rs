//! `equipoise_math::kernel`: words exactly, scaled numbers within the relative errors that they document.
#![no_main]

use arbitrary::Arbitrary;
use equipoise_fuzz::{assert_close, wide, AnyFx, Wide};
use equipoise_math::kernel::{
    exp2, gaussian, keep_if, log_ratio, mills_ratio, mul_wide, negate_if, negative_mask, sign_mask, times_word,
    Aligned, Scaled,
};
use equipoise_math::Fx;
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
struct Input {
    words: (u64, u64),
    shifts: (u8, u8),
    number: AnyFx,
    bits: (u128, u128),
    exponents: (i16, i16),
}

fuzz_target!(|input: Input| {
    let (x, y) = (input.words.0 >> (input.shifts.0 & 63), input.words.1 >> (input.shifts.1 & 63));
    words(x, y, input.number.fx());
    let (a, b) = (Scaled::new(x, input.exponents.0.into()), Scaled::new(y, input.exponents.1.into()));
    made(x, a, input.exponents.0.into());
    if x != 0 && y != 0 {
        products(a, b);
        differences(a, b);
        inverse_and_root(a);
    }
    let positive = |bits: u128, shift: u8| ((bits | 1) >> (shift & 127)).clamp(1, 1 << 127);
    let (m, n) = (positive(input.bits.0, input.shifts.0), positive(input.bits.1, input.shifts.1));
    fixed(m, input.exponents.0);
    logarithms(m, n);
    powers(input.words.0, input.words.1, input.exponents.0.into());
    normal(input.words.0, input.words.1);
});

fn words(x: u64, y: u64, number: Fx) {
    let product = u128::from(x) * u128::from(y);
    let (high, low) = mul_wide(x, y);
    assert_eq!((u128::from(high) << 64) | u128::from(low), product);
    let signed = x.cast_signed();
    let mask = negative_mask(signed);
    assert_eq!(mask, if signed < 0 { u64::MAX } else { 0 });
    assert_eq!(negate_if(mask, y), if signed < 0 { y.wrapping_neg() } else { y });
    assert_eq!(sign_mask(number), if number < 0 { u64::MAX } else { 0 });
    assert_eq!(keep_if(mask, number), if signed < 0 { number } else { Fx::ZERO });
    let bits = number.to_bits().cast_unsigned().wrapping_mul(u128::from(x));
    assert_eq!(times_word(number, x), Fx::from_bits(bits.cast_signed()));
}

fn made(word: u64, scaled: Scaled, exponent: i32) {
    assert_eq!(scaled.is_zero(), word == 0);
    if word != 0 {
        assert_eq!(scaled.significand() >> word.leading_zeros(), word);
        assert_eq!(i64::from(scaled.exponent()), i64::from(exponent) - i64::from(word.leading_zeros()));
        assert_eq!(scaled.significand() >> 63, 1);
    }
}

/// `own = exact` but for `2^-places` of it; both in units of `2^exponent` of their own.
#[track_caller]
fn assert_relative((own, own_exponent): (Wide, i32), (exact, exponent): (Wide, i32), places: u32, what: &str) {
    let lower = own_exponent.min(exponent);
    let [own, exact] = [(own, own_exponent), (exact, exponent)].map(|(value, exponent)| {
        let shift = exponent - lower;
        assert!((0..=130).contains(&shift), "{what} is off by powers of two: {own_exponent}, {exponent}");
        value << shift.cast_unsigned()
    });
    assert_close(own, exact, (exact.abs() >> places) + 1_i128, what);
}

fn parts(x: Scaled) -> (Wide, i32) {
    (Wide::from(x.significand()), x.exponent())
}

fn products(a: Scaled, b: Scaled) {
    let exact = (Wide::from(a.significand()) * Wide::from(b.significand()), a.exponent() + b.exponent());
    assert_relative(parts(a.times(b)), exact, 60, "times");
    assert_relative(parts(a.times_exactly(b)), exact, 62, "times_exactly");
    assert_eq!(a.times(b), b.times(a));
    assert_eq!(a.times_power_of_two(-3).times_power_of_two(3), a);
}

fn differences(a: Scaled, b: Scaled) {
    let (difference, sign) = a.minus(b);
    assert_eq!(b.minus(a).0, difference);
    let gap = a.exponent() - b.exponent();
    if gap.abs() >= 64 {
        let larger = if gap > 0 { a } else { b };
        assert_relative(parts(difference), parts(larger), 61, "minus");
        assert_eq!(sign, if gap > 0 { 0 } else { u64::MAX });
        return;
    }
    let lower = a.exponent().min(b.exponent());
    let sum = parts(a.plus(b));
    let [a, b] = [a, b].map(|x| Wide::from(x.significand()) << (x.exponent() - lower).cast_unsigned());
    assert_relative(sum, (a + b, lower), 61, "plus");
    let exact = a - b;
    let own = Wide::from(difference.significand());
    let shift = difference.exponent() - lower;
    let most = (a.max(b) >> 62_u32) + 1_i128;
    let own = if difference.is_zero() || shift <= -64 {
        Wide::ZERO
    } else if shift < 0 {
        own >> shift.unsigned_abs()
    } else {
        own << shift.unsigned_abs()
    };
    assert_close(own, exact.abs(), most, "minus");
    assert!((sign == 0) == (exact >= 0) || exact.abs() <= most);
}

fn inverse_and_root(a: Scaled) {
    let inverse = a.reciprocal();
    let product = Wide::from(a.significand()) * Wide::from(inverse.significand());
    assert_relative((product, a.exponent() + inverse.exponent()), (Wide::ONE, 0), 61, "reciprocal");
    let root = a.sqrt();
    let square = Wide::from(root.significand()) * Wide::from(root.significand());
    // twice the root's 2^-60
    assert_relative((square, 2 * root.exponent()), parts(a), 59, "sqrt");
}

fn fixed(bits: u128, place: i16) {
    let bits = bits.min((1 << 127) - 1);
    let scaled = Scaled::from_bits(bits);
    let cut = 64_u32.saturating_sub(bits.leading_zeros());
    assert_eq!(scaled.to_bits(), bits >> cut << cut, "cut to 64 significant bits");
    let (high, low) = ((bits >> 64) as u64, bits as u64);
    assert_eq!(Scaled::from_words(high, low, -64), scaled);
    assert_eq!(scaled.to_fixed().to_bits().cast_unsigned(), scaled.to_bits());
    assert_eq!(scaled.to_signed(u64::MAX), -scaled.to_fixed());
    assert_eq!(scaled.to_signed(0), scaled.to_fixed());
    let lift = bits.leading_zeros().saturating_sub(1).min(63);
    if bits >> (64 - lift) != 0 {
        assert_eq!(Scaled::from_large_bits(bits, lift), scaled);
    }
    // a number anywhere below 2^63, in whole units of another place
    let moved = scaled.times_power_of_two((62 - scaled.exponent() - 63) - i32::from(place.unsigned_abs() % 200));
    let unit = -moved.exponent() - 64;
    let significand = u128::from(moved.significand());
    let nearest = match unit {
        ..=0 => significand << unit.unsigned_abs(),
        1..=64 => (significand + (1 << (unit - 1))) >> unit,
        _ => 0,
    };
    assert_eq!(moved.to_bits(), nearest, "to the nearest unit");
    let whole = if moved.exponent() < -63 { 0 } else { moved.significand() >> moved.exponent().unsigned_abs() };
    assert_eq!(moved.to_word(0), whole);
}

fn logarithms(m: u128, n: u128) {
    let log = |x, y| log_ratio(Aligned::from_bits(x), Aligned::from_bits(y));
    assert!(log(m, m).is_zero());
    assert_eq!(Aligned::from_bits(m).scaled(), Scaled::from_bits(m));
    let (small, large) = (m.min(n), m.max(n));
    if small == large {
        return;
    }
    let up = log(large, small);
    assert!(!up.is_zero(), "unequal numbers have a logarithm");
    assert_relative(parts(log(small, large)), parts(up), 59, "the logarithm of the inverse");
    // ln(2^64 a / b) = 64 ln 2 + ln(a / b) where the format holds it
    if large >> 63 == 0 {
        let lifted = wide(log(large << 64, small).to_fixed());
        let sum = wide(log(1 << 64, 1).to_fixed()) + wide(up.to_fixed());
        assert_close(lifted, sum, (sum >> 59_u32) + 2_i128, "the logarithm of a product");
    }
    bounded(small, large, up);
}

/// `1 - s/l <= ln(l/s) <= l/s - 1`, relatively.
fn bounded(small: u128, large: u128, log: Scaled) {
    let unit = -log.exponent();
    if !(0..=126).contains(&unit) {
        return;
    }
    let (significand, gap) = (Wide::from(log.significand()), Wide::from(large - small) << unit.cast_unsigned());
    let slack = (gap >> 59_u32) + 1_i128;
    assert!(significand * Wide::from(small) <= gap + slack, "the logarithm is too large");
    // at most 2^64 of the 127 bits of `large` beside the significand
    assert!(significand * Wide::from(large) + slack >= gap, "the logarithm is too small");
}

fn powers(x: u64, y: u64, whole: i32) {
    let (of_x, of_y) = (exp2(whole, x), exp2(0, y));
    assert_eq!(of_x.significand() >> 63, 1);
    assert_eq!(of_x.exponent(), whole - 63, "the power lies in [1, 2) times 2^whole");
    let (sum, carried) = x.overflowing_add(y);
    let product = Wide::from(of_x.significand()) * Wide::from(of_y.significand());
    let of_sum = exp2(whole + i32::from(carried), sum);
    assert_relative((product, of_x.exponent() + of_y.exponent()), parts(of_sum), 59, "exp2(x) exp2(y)");
}

fn normal(x: u64, y: u64) {
    // in Q5.59, up to 12
    let [x, y] = [x, y].map(|word| word % (12 << 59));
    let (near, far) = (x.min(y), x.max(y));
    let density = |y: u64| gaussian::<4>(y << 1 & !3);
    let slack = |y: u64| {
        let whole = (y >> 59) + 1;
        64 - (1 + whole * whole).leading_zeros()
    };
    if far < 8 << 59 {
        // the same number in Q6.58
        let same = gaussian::<6>(far >> 1);
        let other = gaussian::<4>(far >> 1 << 2);
        assert_relative(parts(other), parts(same), 60 - slack(far), "the density in two formats");
        let (low, high) = (parts(density(far)), parts(density(near)));
        let shift = high.1 - low.1;
        assert!(shift >= -1, "the density rises");
        if (0..64).contains(&shift) {
            assert!(low.0 <= (high.0 << shift.cast_unsigned()) + (low.0 >> (60 - slack(far))), "the density rises");
        }
    }
    let ratios = [near, far].map(mills_ratio);
    // 2^-58 exp(y^2 / 2) in Q3.61
    let error = |y: u64| {
        let y = y as f64 / 59_f64.exp2();
        8.0 * (y * y / 2.0).min(40.0).exp() + 1.0
    };
    let [ratio, other] = ratios.map(|ratio| ratio as f64);
    assert!(other <= ratio + error(far) + error(near), "the Mills ratio rises from {near} to {far}");
    let y = far as f64 / 59_f64.exp2();
    let unit = 61_f64.exp2();
    // Gordon (1941): y / (1 + y^2) < Y(y) < 1 / y
    assert!(other >= y / (1.0 + y * y) * unit * (1.0 - 1e-15) - error(far));
    assert!(y == 0.0 || other <= unit / y * (1.0 + 1e-15) + error(far));
}
