//! `equipoise_risk::{units, clock, millionths}`: every conversion is the exact result rounded as named, or does not
//! fit; the pricing time falls as time passes.
#![no_main]

use arbitrary::Arbitrary;
use equipoise_fuzz::{ceil_shift, fitted, wide, AnyFx, Wide};
use equipoise_math::Fx;
use equipoise_risk::clock::{phase, pricing_time, Phase, WINDOW_SECS};
use equipoise_risk::millionths::Millionths;
use equipoise_risk::units::{
    from_wad_floor, lots_to_contracts_floor, ratio_floor, times_floor, times_lots, to_wad_nearest, Atoms, Lots, Money,
    Price, TokenScale, Years, WAD, YEAR_SECS,
};
use equipoise_risk::RiskError;
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
struct Input {
    numbers: (AnyFx, AnyFx),
    integers: (i128, i128, u8),
    lots: (i32, i32, i64),
    words: (u64, u64, u8),
    decimals: u8,
    millionths: (u32, u32),
}

fuzz_target!(|input: Input| {
    let (a, b) = (input.numbers.0.fx(), input.numbers.1.fx());
    let shift = input.integers.2 & 127;
    let (m, n) = (input.integers.0 >> shift, input.integers.1 >> shift);
    let (first, second) = (input.words.0 >> (input.words.2 & 63), input.words.1);
    quantities(a, b);
    conversions(a, m, first);
    tokens(a, m, input.decimals);
    lots(a, input.lots);
    atoms(m, n);
    times(first, second);
    ratios(a, input.millionths);
});

const OVERFLOW: RiskError = RiskError::Overflow;

fn or_overflow(units: Wide) -> Result<Fx, RiskError> {
    fitted(units).ok_or(OVERFLOW)
}

fn whole(exact: Wide) -> Result<i128, RiskError> {
    i128::try_from(exact).map_err(|_| OVERFLOW)
}

fn quantities(a: Fx, b: Fx) {
    let (x, y) = (Price::from_fx(a), Price::from_fx(b));
    assert_eq!(x.plus(y).map(Price::fx), or_overflow(wide(a) + wide(b)));
    assert_eq!(x.minus(y).map(Price::fx), or_overflow(wide(a) - wide(b)));
    assert_eq!(x.magnitude().map(Price::fx), or_overflow(wide(a).abs()));
    assert_eq!(x.scaled_floor(b).map(Price::fx), or_overflow((wide(a) * wide(b)) >> 64_u32));
    let ratio = x.ratio_floor(y);
    if b == Fx::ZERO {
        assert_eq!(ratio, Err(RiskError::Math));
    } else {
        let sign = Wide::from(b.to_bits().signum());
        let exact = ((wide(a) * sign) << 64_u32).div_euclid(wide(b) * sign);
        assert_eq!(ratio, fitted(exact).ok_or(RiskError::Math));
    }
}

fn conversions(number: Fx, integer: i128, word: u64) {
    let over = |numerator: i128, denominator: u64| {
        or_overflow((Wide::from(numerator) << 64_u32).div_euclid(Wide::from(denominator)))
    };
    assert_eq!(from_wad_floor(integer), over(integer, WAD));
    assert_eq!(ratio_floor(integer, word), if word == 0 { Err(OVERFLOW) } else { over(integer, word) });
    assert_eq!(times_floor(number, word), whole((wide(number) * Wide::from(word)) >> 64_u32));
    let wad = to_wad_nearest(number);
    assert_eq!(wad, whole((wide(number) * Wide::from(WAD) + (Wide::ONE << 63_u32)) >> 64_u32));
    if let Ok(exact) = from_wad_floor(integer) {
        assert_eq!(to_wad_nearest(exact), Ok(integer), "a WAD survives the way there and back");
    }
    assert_eq!(lots_to_contracts_floor(number).ok(), fitted(wide(number).div_euclid(Wide::from(1_000))));
}

fn tokens(number: Fx, count: i128, decimals: u8) {
    let Some(scale) = TokenScale::from_decimals(decimals) else {
        assert!(decimals > 18);
        return;
    };
    assert!(decimals <= 18);
    let unit = Wide::from(10_u64.pow(decimals.into()));
    let money = Money::from_fx(number);
    assert_eq!(scale.atoms_floor(money).map(Atoms::count), whole((wide(number) * unit) >> 64_u32));
    // the opposite of the least number does not fit
    let ceil = if number == Fx::MIN { Err(OVERFLOW) } else { whole(ceil_shift(wide(number) * unit, 64)) };
    assert_eq!(scale.atoms_ceil(money).map(Atoms::count), ceil);
    let floor = or_overflow((Wide::from(count) << 64_u32).div_euclid(unit));
    assert_eq!(scale.money_floor(Atoms::new(count)).map(Money::fx), floor);
}

fn lots(number: Fx, (a, b, many): (i32, i32, i64)) {
    let (x, y) = (Lots::new(a), Lots::new(b));
    assert_eq!(x.plus(y).ok().map(Lots::count), a.checked_add(b));
    assert_eq!(x.minus(y).ok().map(Lots::count), a.checked_sub(b));
    let reduced = i64::from(b).abs() <= i64::from(a).abs() && i64::from(a.signum()) * i64::from(b.signum()) >= 0;
    assert_eq!(x.is_reduced_by_going_to(y), reduced);
    for count in [i64::from(a), many] {
        let exact = wide(number) * Wide::from(count);
        match times_lots(number, count) {
            Ok(product) => assert_eq!(wide(product), exact),
            // both parts of the number are multiplied alone: the edge is up to a lot of each unit early
            Err(error) => {
                assert_eq!(error, OVERFLOW);
                assert!(exact.abs() >= (Wide::ONE << 127_u32) - (Wide::from(count).abs() << 64_u32));
            }
        }
    }
}

fn atoms(m: i128, n: i128) {
    let (x, y) = (Atoms::new(m), Atoms::new(n));
    assert_eq!(x.plus(y).ok().map(Atoms::count), m.checked_add(n));
    assert_eq!(x.minus(y).ok().map(Atoms::count), m.checked_sub(n));
    assert_eq!(x.negated().ok().map(Atoms::count), m.checked_neg());
}

fn times(first: u64, second: u64) {
    let years = Years::from_secs(first);
    let exact = (Wide::from(first) << 64_u32).div_euclid(Wide::from(YEAR_SECS));
    assert_eq!(years.map(Years::fx), if first < 1 << 63 { or_overflow(exact) } else { Err(OVERFLOW) });

    let (now, expiry) = (second, second.saturating_add(first));
    let left = expiry - now;
    let expected = match left {
        0 => Phase::Expired,
        1..=WINDOW_SECS => Phase::InWindow,
        _ => Phase::Open,
    };
    assert_eq!(phase(now, expiry), expected);
    let Ok(time) = pricing_time(now, expiry) else {
        assert!(left > 1 << 62, "no pricing time for {left} seconds");
        return;
    };
    assert!(time >= Years::ZERO && (left == 0 || Years::from_secs(left).map_or(true, |all| time < all)));
    assert!(left > 0 || time == Years::ZERO);
    if left > 0 {
        assert!(pricing_time(now + 1, expiry).unwrap() <= time, "the pricing time rises");
        assert!(time == Years::ZERO || time >= Years::from_secs(1).unwrap());
    }
    assert_eq!(pricing_time(expiry, now).unwrap(), if left == 0 { time } else { Years::ZERO });
}

fn ratios(number: Fx, (a, b): (u32, u32)) {
    let million = Wide::from(1_000_000);
    let (x, y) = (Millionths::from_raw(a), Millionths::from_raw(b));
    assert_eq!(wide(x.number().unwrap()), (Wide::from(a) << 64_u32).div_euclid(million));
    let most = |exact: Wide| u32::try_from(exact.as_u128()).unwrap_or(u32::MAX);
    let product = (Wide::from(a) * Wide::from(b) + million - Wide::ONE).div_euclid(million);
    assert_eq!(x.times_ceil(y).raw(), most(product));
    assert_eq!(Millionths::from_fx_ceil(number).raw(), most(ceil_shift(wide(number.max(Fx::ZERO)) * million, 64)));
}
