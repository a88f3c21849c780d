use equipoise_kit::price::{MAX_PRICE_WAD, MIN_PRICE_WAD};
use proptest::prelude::*;

use super::*;

/// Sides, sum of ticks, seconds, and the price in millionths of a WAD unit: see `scripts/coefficients/reference.py`.
const REFERENCE: &str = include_str!("reference.csv");
/// Ticks run from minus this to this.
const MAX_TICK: i128 = 887_272;
const ALIKE: Sides = Sides { is_base_token1: false, base_decimals: 18, quote_decimals: 18 };

fn mirrored(sides: Sides) -> Sides {
    Sides { is_base_token1: !sides.is_base_token1, ..sides }
}

#[test]
fn prices_are_those_of_the_reference() {
    let mut count = 0;
    for line in REFERENCE.lines() {
        let fields: Vec<i128> = line.split(',').map(|field| field.parse().unwrap()).collect();
        let [side, base, quote, tick_seconds, secs, micro] = *fields else { panic!("{line}") };
        let sides = Sides {
            is_base_token1: side != 0,
            base_decimals: base.try_into().unwrap(),
            quote_decimals: quote.try_into().unwrap(),
        };
        let price = sides.price_wad_floor(tick_seconds, secs.try_into().unwrap()).unwrap();
        let micro = u128::try_from(micro).unwrap();
        let error = (price * 1_000_000).abs_diff(micro);
        assert!(error <= 1_000_000 + micro / 1_000_000_000_000_000, "{line}: {price}, off by {error} millionths");
        count += 1;
    }
    assert!(count > 400, "{count}");
}

#[test]
fn a_whole_tick_is_the_square_of_the_pools_own_root() {
    // Of `TickMath.getSqrtRatioAtTick`, in 2^-96.
    let roots = [
        (0, 79_228_162_514_264_337_593_543_950_336_u128),
        (50, 79_426_470_787_362_580_746_886_972_461),
        (100, 79_625_275_426_524_748_796_330_556_128),
        (1_000, 83_290_069_058_676_223_003_182_343_270),
        (50_000, 965_075_977_353_221_155_028_623_082_916),
        (150_000, 143_194_173_941_309_278_083_010_301_478_497),
    ];
    for (tick, root) in roots {
        let price = ALIKE.price_wad_floor(tick, 1).unwrap();
        let root = U256::from(root);
        let squared: U256 = ((root * root) >> 96) * U256::from(WAD);
        let squared = u128::try_from(squared >> 96_usize).unwrap();
        assert!(price.abs_diff(squared) <= 1 + squared / 1_000_000_000_000_000, "{tick}: {price}, {squared}");
    }
}

#[test]
fn prices_outside_of_the_domain_are_none() {
    // ln(1e9) and ln(1e-4) in ticks, between two each.
    for (within, outside) in [(207_243, 207_244), (-92_108, -92_109)] {
        let [inner, outer] = [within, outside].map(|tick| ALIKE.price_wad_floor(tick, 1));
        assert!(inner.is_some_and(is_usable), "{within}");
        assert_eq!(outer, None, "{outside}");
        let [inner, outer] = [within, outside].map(|tick| mirrored(ALIKE).price_wad_floor(-tick, 1));
        assert!(inner.is_some_and(is_usable) && outer.is_none());
    }
    for tick in [MAX_TICK, -MAX_TICK, i128::MAX, i128::MIN] {
        assert_eq!(ALIKE.price_wad_floor(tick, 1), None);
        assert_eq!(mirrored(ALIKE).price_wad_floor(tick, 1), None);
    }
    assert_eq!(ALIKE.price_wad_floor(1, 0), None);
}

/// Exactly `secs * 2^128 / sum`, as far as 128 bits go.
fn exact_mean(secs: u64, sum: U256) -> u128 {
    let mean: U256 = (U256::from(secs) << 128) / sum;
    mean.try_into().unwrap_or(u128::MAX)
}

#[test]
fn liquidity_that_stands_still_is_its_own_mean() {
    for secs in [60, 1_800, 86_400] {
        for liquidity in [1, 2, 1_000, 86_401, 1 << 64, (1 << 100) + 7, u128::MAX] {
            let sum = (U256::from(secs) << 128) / U256::from(liquidity);
            let mean = mean_liquidity_down(secs, sum);
            // The pool cuts its sum, so the mean may be above what stood.
            let exact = exact_mean(secs, sum);
            let missing = exact - mean;
            assert!(missing <= u128::from(mean < u128::from(secs)), "{liquidity} over {secs}: {mean}, {exact}");
        }
    }
    assert_eq!(mean_liquidity_down(60, U256::ZERO), 0);
    assert_eq!(mean_liquidity_down(60, U256::MAX), 0);
}

proptest! {
    #[test]
    fn prices_rise_with_the_tick(
        decimals in (0_u8..19, 0_u8..19), tick in -MAX_TICK..MAX_TICK, secs in 60_u64..86_401, more in 1_i128..1 << 40,
    ) {
        let sides = Sides { is_base_token1: false, base_decimals: decimals.0, quote_decimals: decimals.1 };
        let sum = tick * i128::from(secs);
        if let (Some(lower), Some(higher)) = (sides.price_wad_floor(sum, secs), sides.price_wad_floor(sum + more, secs)) {
            // Their errors leave the order open by as much.
            prop_assert!(lower <= higher + 1 + higher / 500_000_000_000_000);
        }
        let other = mirrored(sides);
        if let (Some(higher), Some(lower)) = (other.price_wad_floor(sum, secs), other.price_wad_floor(sum + more, secs)) {
            prop_assert!(lower <= higher + 1 + higher / 500_000_000_000_000);
        }
    }

    #[test]
    fn the_two_sides_are_each_others_inverse(tick in -92_000_i128..92_000, secs in 60_u64..86_401, rest in 0_i128..60) {
        let sum = tick * i128::from(secs) + rest;
        let price = ALIKE.price_wad_floor(sum, secs).unwrap();
        let inverse = mirrored(ALIKE).price_wad_floor(sum, secs).unwrap();
        let product = U256::from(price) * U256::from(inverse) / U256::from(WAD);
        let off = u128::try_from(product).unwrap().abs_diff(WAD);
        // A unit of the lower of the two is at most 1e-14 of it.
        prop_assert!(off <= 20_000, "{}", off);
    }

    #[test]
    fn decimals_only_move_the_point(tick in -92_000_i128..0, shift in 0_u8..9) {
        let price = ALIKE.price_wad_floor(tick, 1).unwrap();
        let moved = Sides { quote_decimals: 18 - shift, ..ALIKE }.price_wad_floor(tick, 1).unwrap();
        let expected = price * 10u128.pow(shift.into());
        let unit = 10u128.pow(shift.into());
        prop_assert!(moved.abs_diff(expected) <= unit + expected / 500_000_000_000_000);
    }

    #[test]
    fn what_a_pool_may_be_off_covers_every_price_within_its_ticks(
        tick in -92_000_i128..207_000, mean in -92_000_i128..207_000, secs in 60_u64..86_401, is_base_token1 in any::<bool>(),
        within in 0.0..1.0_f64, mean_within in 0.0..1.0_f64,
    ) {
        let sides = Sides { is_base_token1, ..ALIKE };
        let sum = mean * i128::from(secs) + i128::from(secs / 3);
        let prices = (sides.price_wad_floor(sum, secs), sides.price_wad_floor(tick, 1));
        let (Some(average), Some(now)) = prices else { return Ok(()) };
        let confidence = confidence_wad_ceil(average, now);
        prop_assert!(confidence > 0);
        let sign = if is_base_token1 { -1.0 } else { 1.0 };
        let price = |tick: f64| (sign * tick * 1.0001_f64.ln()).exp() * 1e18;
        let true_now = price(tick as f64 + within);
        let true_average = price(sum as f64 / secs as f64 + mean_within);
        let slack = 1e-9 * true_now.max(true_average);
        prop_assert!((true_now - true_average).abs() <= confidence as f64 + slack);
    }

    #[test]
    fn prices_are_within_the_domain_or_none(
        sides in (any::<bool>(), any::<u8>(), any::<u8>()), sum in any::<i128>(), secs in any::<u64>(),
    ) {
        let (is_base_token1, base_decimals, quote_decimals) = sides;
        for sum in [sum, sum >> 64, sum >> 90] {
            let sides = Sides { is_base_token1, base_decimals, quote_decimals };
            if let Some(price) = sides.price_wad_floor(sum, secs) {
                prop_assert!((MIN_PRICE_WAD..=MAX_PRICE_WAD).contains(&price));
            }
        }
    }

    #[test]
    fn the_mean_liquidity_is_that_of_full_width(secs in 60_u64..86_401, sum in any::<[u64; 3]>(), shift in 0_u32..160) {
        let sum = U256::from_limbs([sum[0], sum[1], sum[2] & 0xffff_ffff, 0]) >> shift as usize;
        prop_assume!(!sum.is_zero());
        let (mean, exact) = (mean_liquidity_down(secs, sum), exact_mean(secs, sum));
        prop_assert!(mean <= exact && exact - mean <= u128::from(mean < u128::from(secs)), "{} {}", mean, exact);
    }
}
