//! The chain against the same crates run natively: to the last atom, through a random life.

use alloy_primitives::I256;
use equipoise_interfaces::{IMarket, IOracle, Leg};
use rand_chacha::rand_core::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;

use crate::fixture::{call_of, leg, put_of, Market, CAPITAL, DAY, LOT, STRIKES};
use crate::native::{wad_of, Moment, Native};
use equipoise_risk::book::Measure;
use equipoise_tests::TOKEN;

impl Market {
    /// Spot and time as the market sees them.
    pub fn moment(&mut self) -> Moment {
        let spot = self.world.read(self.oracle, &IOracle::spotCall {});
        let (round, now) = (spot.roundId.to::<u64>(), self.now());
        Moment { spot_wad: spot.priceWad, round, spot_at: spot.updatedAt, now, doubt: None }
    }
}

/// A market and its native double.
pub fn pair() -> (Market, Native) {
    let mut market = Market::wired();
    let mut native = Native::new();
    market.fill_vault(CAPITAL);
    native.follow_lps(CAPITAL as i128);
    let now = market.now();
    for days in [7, 14, 30, 60] {
        let id = market.list(now + days * DAY, &STRIKES);
        let strikes = market.read(&IMarket::strikesCall { board: id });
        native.list(id, now + days * DAY, &strikes);
    }
    market.push(3_000);
    repost(&mut market, &mut native);
    (market, native)
}

pub fn repost(market: &mut Market, native: &mut Native) {
    let slices = market.slices();
    native.post(market.spot_wad(), market.now(), &slices);
    market.post(slices).unwrap();
}

fn random_legs(random: &mut ChaCha20Rng, boards: &[(u16, u64)]) -> Vec<Leg> {
    let count = 1 + random.next_u32() % 4;
    let mut leg_of = |_| {
        let (board, _) = boards[random.next_u32() as usize % boards.len()];
        let strike = (random.next_u32() % STRIKES.len() as u32) as u8;
        let series = if random.next_u32().is_multiple_of(2) { call_of(board, strike) } else { put_of(board, strike) };
        let size = i128::from(1 + random.next_u32() % 4_000) * LOT;
        // Buys are more common: what is sold must be covered.
        leg(series, if random.next_u32().is_multiple_of(3) { -size } else { size })
    };
    (0..count).map(&mut leg_of).collect()
}

#[test]
fn chain_prices_as_the_pure_crates_do_to_the_last_atom() {
    let (mut market, mut native) = pair();
    let mut random = ChaCha20Rng::seed_from_u64(0x6571_7569);
    let traders: Vec<_> = (0..3).map(|number| market.trader(&format!("trader {number}"), 8_000 * TOKEN)).collect();
    let boards = market.boards.clone();
    let (mut trades, mut rebates, mut refused) = (0, 0, 0);
    let mut spot = 300_000_000_000_i128;
    while trades < 200 {
        match random.next_u32() % 4 {
            0 => {
                market.pass(60 + u64::from(random.next_u32() % 1_200));
                spot += spot * i128::from(random.next_u32() % 2_001) / 200_000 - spot / 200;
                market.push_answer(spot);
            }
            1 => market.pass(u64::from(random.next_u32() % 600)),
            _ => {}
        }
        if random.next_u32().is_multiple_of(25) {
            repost(&mut market, &mut native);
        }
        let legs = random_legs(&mut random, &boards);
        let moment = market.moment();
        let offer = native.offer(moment, &legs);
        assert_eq!(market.quote(&legs).unwrap(), offer.quote, "after {trades} trades, {legs:?}");
        let trader = traders[random.next_u32() as usize % traders.len()];
        match market.trade(trader, &legs) {
            Ok(told) => {
                // A trade has the breakers look first, where the market was found not to be open.
                native.look_again(moment).unwrap();
                let offer = native.offer(moment, &legs);
                assert_eq!(told.quoted, offer.quote);
                native.trade(&legs, &offer);
                trades += 1;
                rebates += i32::from(offer.quote.skewAtoms < I256::ZERO);
            }
            Err(_) => refused += 1,
        }
        compare(&mut market, &native);
    }
    assert!(rebates > 20 && refused > 10, "{rebates} rebates and {refused} refusals are too few to mean much");
}

/// Cash, reserve, inventory and the live book.
fn compare(market: &mut Market, native: &Native) {
    let moment = market.moment();
    let valuation = native.value(moment, &[]);
    let book = market.book();
    assert_eq!(book.valueWad, wad_of(valuation.before.of(Measure::Value).fx()));
    assert_eq!(book.dollarDeltaWad, wad_of(valuation.before.of(Measure::DollarDelta).fx()));
    assert_eq!(book.dollarGammaWad, wad_of(valuation.before.of(Measure::DollarGamma).fx()));
    assert_eq!(book.thetaWad, wad_of(valuation.before.of(Measure::Theta).fx()));
    assert_eq!(book.vegaWad, wad_of(valuation.before.weighted_vega().unwrap().fx()));
    assert_eq!(book.stressLossWad, wad_of(valuation.before.stress_loss().unwrap().fx()).into_raw());
    assert_eq!(book.navUncertaintyWad, wad_of(native.uncertainty(moment, &valuation).fx()).into_raw());
    assert_eq!(book.navWad, wad_of(native.net_assets(&valuation).fx()));
    assert_eq!(book.skewReserveAtoms.to::<u128>() as i128, native.reserve.balance.count());
}
