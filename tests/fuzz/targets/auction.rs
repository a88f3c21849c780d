//! `equipoise_risk::auction`: fills make an account healthy, cash is conserved, nobody earns by bidding on his own
//! account, and the clock never runs back.
#![no_main]

use arbitrary::Arbitrary;
use equipoise_fuzz::{assert_close, wide, AnyFx, Magnitude, Share, Wide};
use equipoise_math::Fx;
use equipoise_risk::auction::{
    take_over, Auction, AuctionError, Bid, Fill, Health, Stage, TakeoverCharge, AUCTION_SECS, BUFFER, DELEVERAGE_SECS,
    INSOLVENT_SECS, LEAST_BID,
};
use equipoise_risk::units::Money;
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
struct Input {
    maintenance: Magnitude,
    equity: Share,
    bids: Vec<(Share, u16, Option<u16>)>,
    charge: [Magnitude; 3],
    wild: (AnyFx, AnyFx, AnyFx, AnyFx, u64),
}

fuzz_target!(|input: Input| {
    let maintenance = Money::from_fx(input.maintenance.between(Fx::lit("0.01"), Fx::lit("1000000000")));
    let size = maintenance.fx();
    // from bad debt of all of M to a little above the buffer
    let equity = Money::from_fx(input.equity.between(-size, size + (size >> 2_u32)));
    let health = Health { equity, maintenance };
    let start = 1_800_000_000;
    match Auction::start(start, Some(0), health) {
        Ok((auction, penalty)) => {
            assert!(equity < maintenance && penalty >= Money::ZERO && penalty <= equity.max(Money::ZERO));
            assert!(auction.bonus_budget <= penalty && auction.left == Fx::ONE);
            assert_eq!(Auction::start(start, None, health), Err(AuctionError::Unsafe));
            let after = Health { equity: equity.minus(penalty).expect("at most the equity"), maintenance };
            run(auction, after, &input);
        }
        Err(error) => assert!(error == AuctionError::Healthy { health } && equity >= maintenance),
    }
    wild(&input);
});

fn run(mut auction: Auction, mut health: Health, input: &Input) {
    let mut now = auction.started_at;
    for (share, secs, unsafe_for) in input.bids.iter().take(8) {
        now += u64::from(*secs % 4_000);
        let since = unsafe_for.map_or(Some(0), |secs| Some(now.saturating_sub(secs.into())));
        let next = auction.at(now, since);
        assert!(next.elapsed_secs >= auction.elapsed_secs && next.elapsed_secs <= now - auction.started_at);
        assert_eq!(next.at(now, since), next, "no second is counted twice");
        assert_eq!(auction.at(now, None).elapsed_secs, auction.elapsed_secs, "unsafe time does not count");
        let (before, after) = [auction, next].map(|auction| auction.discount_floor().expect("none in range")).into();
        assert!(before >= Fx::lit("0.02") && before <= after && after <= Fx::ONE);
        auction = next;
        let charge = input.charge.map(|part| Money::from_fx(part.between(Fx::DELTA, Fx::lit("1000000"))));
        assert_takeover(&auction, health, charge);
        let bid = Bid { most_share: share.fx().max(Fx::DELTA), most_price: Money::from_fx(Fx::MAX) };
        match auction.filled(health, bid) {
            Ok(fill) => {
                health = assert_fill(&auction, health, bid, &fill);
                auction = fill.auction;
            }
            Err(AuctionError::BidTooSmall { share, least }) => assert!(share < least && share <= bid.most_share),
            Err(AuctionError::Cured { .. }) => assert_eq!(auction.stage(health), Ok(Stage::Cured)),
            Err(error) => panic!("{error:?}"),
        }
    }
}

/// Checks a fill and says what is left.
fn assert_fill(auction: &Auction, health: Health, bid: Bid, fill: &Fill) -> Health {
    let curing = auction.curing_share_ceil(health).expect("it was filled");
    assert!(fill.share > Fx::ZERO && fill.share <= curing && fill.share <= bid.most_share && curing <= Fx::ONE);
    assert!(fill.share >= LEAST_BID.min(curing) || auction.left < Fx::ONE);
    for paid in [fill.to_account, fill.to_insurance, fill.from_backstop, fill.auction.bonus_budget] {
        assert!(paid >= Money::ZERO, "{fill:?}");
    }
    assert!(fill.auction.left <= auction.left && fill.auction.elapsed_secs == auction.elapsed_secs);
    let price = fill.price().expect("a sum of what fits");
    // he takes the share of the equity, and pays at least what is left of it after seven tenths of all of M
    let taken = (wide(health.equity.fx()) * wide(fill.share)) >> 64_u32;
    let bonus = taken - wide(price.fx());
    let least = -(Wide::ONE << 4_u32);
    assert!(bonus >= least, "the bidder loses {}", -bonus);
    let most = (((wide(health.maintenance.fx()) * wide(fill.share)) >> 64_u32) * 7_i128) / 10_i128;
    assert!(bonus <= most + (Wide::ONE << 8_u32), "the bidder earns {bonus}, more than {most}");
    let same = Bid { most_price: price, ..bid };
    assert_eq!(auction.filled(health, same), Ok(*fill), "the limit is the price itself");
    let less = Bid { most_price: Money::from_fx(price.fx() - Fx::DELTA), ..bid };
    assert_eq!(auction.filled(health, less), Err(AuctionError::PriceAboveLimit { price, most: less.most_price }));
    // cash and positions leave together: (1 - f) of everything stays, with what the bidder paid to the account
    let rest = |money: Money| wide(money.fx()) - ((wide(money.fx()) * wide(fill.share)) >> 64_u32);
    let is_solvent = fill.to_account > Money::ZERO;
    let equity = rest(health.equity) + wide(fill.to_account.fx());
    let maintenance = rest(health.maintenance);
    if is_solvent && fill.share == curing && curing < Fx::ONE {
        let goal = maintenance + ((maintenance * wide(BUFFER)) >> 64_u32);
        // shares round by two units of 2^-64, amounts by one
        let slack = (wide(health.maintenance.fx()) >> 60_u32) + (Wide::ONE << 6_u32);
        assert_close(equity, goal, slack, "what is left and its buffer");
        assert!(equity >= goal - (Wide::ONE << 3_u32), "what is left is not healthy");
    }
    let money = |units: Wide| Money::from_fx(Fx::from_bits(i128::try_from(units).expect("less than before")));
    Health { equity: money(equity), maintenance: money(maintenance) }
}

fn assert_takeover(auction: &Auction, health: Health, [risk, spread, penalty]: [Money; 3]) {
    let charge = TakeoverCharge { risk, spread, penalty };
    match take_over(auction, health, charge) {
        Ok(outcome) => {
            assert!(auction.elapsed_secs >= INSOLVENT_SECS);
            for paid in [outcome.to_account, outcome.to_insurance, outcome.shortfall] {
                assert!(paid >= Money::ZERO);
            }
            assert!(outcome.to_insurance <= penalty);
            let kept = risk.plus(spread).expect("it fits").minus(outcome.shortfall).expect("it fits");
            let parts = outcome.to_account.plus(outcome.to_insurance).and_then(|sum| sum.plus(kept));
            assert_eq!(parts, Ok(health.equity), "the parts are the equity");
        }
        Err(AuctionError::Cured { .. }) => assert_eq!(auction.stage(health), Ok(Stage::Cured)),
        Err(AuctionError::TooEarly { elapsed_secs, needed_secs }) => {
            assert!(elapsed_secs < needed_secs && needed_secs <= AUCTION_SECS && elapsed_secs < DELEVERAGE_SECS);
        }
        Err(error) => panic!("{error:?}"),
    }
}

fn wild(input: &Input) {
    let (a, b, c, d, secs) = input.wild;
    let [equity, maintenance, most_price, budget] = [a, b, c, d].map(|number| Money::from_fx(number.fx()));
    let health = Health { equity, maintenance };
    let auction = Auction { started_at: 0, elapsed_secs: secs, counted_at: secs, left: d.fx(), bonus_budget: budget };
    let _ = (auction.stage(health), auction.filled(health, Bid { most_share: c.fx(), most_price }));
    let _ = take_over(&auction, health, TakeoverCharge { risk: most_price, spread: budget, penalty: equity });
    let _ = Auction::start(secs, Some(secs), health);
}
