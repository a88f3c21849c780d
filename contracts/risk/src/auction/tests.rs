//! Liquidation: the share that cures, who pays, that nobody gains by bidding on himself, and that dust does nothing.

use proptest::prelude::*;

use super::*;
use crate::fixtures::{any_fx, assert_near, float, fx, money, NOW};

fn health(equity: f64, maintenance: f64) -> Health {
    Health { equity: money(equity), maintenance: money(maintenance) }
}

fn after(secs: u64, health: Health) -> Auction {
    Auction::start(NOW, Some(0), health).unwrap().0.at(NOW + secs, Some(0))
}

fn all() -> Bid {
    Bid { most_share: Fx::ONE, most_price: Money::from_fx(Fx::MAX) }
}

/// What an account is worth to its owner: he owes nothing beyond it.
fn kept(equity: Money) -> f64 {
    float(equity.fx()).max(0.0)
}

/// An account's equity after a fill.
fn equity_after(health: Health, fill: &Fill) -> Money {
    let taken = health.equity.scaled_floor(fill.share).unwrap();
    health.equity.minus(taken).unwrap().plus(fill.to_account).unwrap()
}

fn maintenance_after(health: Health, fill: &Fill) -> Money {
    health.maintenance.scaled_floor(Fx::ONE - fill.share).unwrap()
}

#[test]
fn the_discount_runs_on_two_lines() {
    let discount = |secs| float(after(secs, health(50.0, 100.0)).discount_floor().unwrap());
    let near = |secs, expected: f64| assert!((discount(secs) - expected).abs() < 1e-15, "{secs}");
    near(0, 0.02);
    near(450, 0.11);
    near(900, 0.2);
    near(2_700, 0.6);
    near(4_500, 1.0);
    near(1 << 50, 1.0);
}

#[test]
fn a_solvent_account_is_healthy_after_the_curing_share() {
    // E = 80, M = 100, a tenth of discount at 400 s: f = 30 / 100.
    let (state, before) = (after(400, health(80.0, 100.0)), health(80.0, 100.0));
    assert_eq!(state.stage(before), Ok(Stage::Solvent));
    let fill = state.filled(before, all()).unwrap();
    assert_near(fill.share, 0.3, 1e-12, "share");
    assert_near(fill.to_account.fx(), 0.3 * 70.0, 1e-9, "to the account");
    assert_near(fill.to_insurance.fx(), 0.3 * 10.0 * 0.3, 1e-9, "to insurance");
    assert_eq!(fill.from_backstop, Money::ZERO);
    let left = Health { equity: equity_after(before, &fill), maintenance: maintenance_after(before, &fill) };
    assert_near(left.equity.fx(), 77.0, 1e-9, "1.1 times 70");
    assert_eq!(fill.auction.stage(left), Ok(Stage::Cured));
    assert!(fill.is_over && !state.filled(before, Bid { most_share: fx(0.29), ..all() }).unwrap().is_over);
    assert_eq!(fill.auction.filled(left, all()), Err(AuctionError::Cured { health: left }));
}

#[test]
fn a_bid_is_filled_at_just_the_price_that_it_names() {
    let (state, before) = (after(400, health(80.0, 100.0)), health(80.0, 100.0));
    let price = state.filled(before, all()).unwrap().price().unwrap();
    let at = |most_price| state.filled(before, Bid { most_price, ..all() });
    assert_eq!(at(price).unwrap().price(), Ok(price));
    let most = price.minus(Money::from_fx(Fx::DELTA)).unwrap();
    assert_eq!(at(most), Err(AuctionError::PriceAboveLimit { price, most }));
}

#[test]
fn an_account_that_has_just_its_discount_is_insolvent() {
    let state = after(400, health(80.0, 100.0));
    let maintenance = money(100.0);
    let discount = maintenance.scaled_floor(state.discount_floor().unwrap()).unwrap();
    let with = |equity| state.is_solvent(Health { equity, maintenance }).unwrap();
    assert!(!with(discount) && with(discount.plus(Money::from_fx(Fx::DELTA)).unwrap()));
    // However little it holds against whatever it owes.
    let lost = Health { equity: money(-1e9), maintenance: money(1e-10) };
    assert_eq!(state.curing_share_ceil(lost), Ok(Fx::ONE));
}

#[test]
fn an_insolvent_account_is_taken_as_it_is() {
    // E = -5 when the penalty had been 1: the bidder is paid 5 and at most seven tenths of 1.
    let (started, penalty) = Auction::start(NOW, Some(0), health(50.0, 50.0 + 1e-9)).unwrap();
    assert_near(penalty.fx(), 1.0, 1e-9, "penalty");
    let fill = started.at(NOW + 900, Some(0)).filled(health(-5.0, 50.0), all()).unwrap();
    assert_eq!((fill.share, fill.to_account, fill.to_insurance), (Fx::ONE, Money::ZERO, Money::ZERO));
    assert_near(fill.from_backstop.fx(), 5.7, 1e-9, "from the backstop");
    assert_near(fill.auction.bonus_budget.fx(), 0.0, 1e-9, "spent");
    // E = 2 of a discount of 10: he has 2 and the budget as his bonus.
    let fill = started.at(NOW + 900, Some(0)).filled(health(2.0, 50.0), all()).unwrap();
    assert_near(fill.from_backstop.fx(), 0.7, 1e-9, "beyond the equity");
    // E = 9.9 of a discount of 10: 7 are his, 2.9 are left for insurance.
    let fill = started.at(NOW + 900, Some(0)).filled(health(9.9, 50.0), all()).unwrap();
    assert_near(fill.to_insurance.fx(), 2.9, 1e-9, "beyond the bonus");
}

#[test]
fn the_stages_follow_safe_time() {
    let (solvent, insolvent) = (health(104.0, 100.0), health(-1.0, 100.0));
    let stage = |secs, health: Health| after(secs, health.below()).stage(health).unwrap();
    assert_eq!([stage(0, solvent), stage(4_499, solvent)], [Stage::Solvent; 2]);
    assert_eq!(
        [stage(4_500, solvent), stage(8_099, solvent), stage(8_100, solvent)],
        [Stage::Takeover, Stage::Takeover, Stage::Deleverage]
    );
    assert_eq!([stage(0, insolvent), stage(1_799, insolvent)], [Stage::Insolvent; 2]);
    assert_eq!([stage(1_800, insolvent), stage(8_100, insolvent)], [Stage::Takeover, Stage::Deleverage]);
    assert_eq!(after(9_000, solvent.below()).stage(health(110.001, 100.0)), Ok(Stage::Cured));
    let paused = after(100, solvent.below()).at(NOW + 5_000, None);
    assert_eq!(paused.elapsed_secs, 100, "unsafe time does not count");
    assert_eq!(paused.at(NOW + 5_100, Some(NOW + 5_040)).elapsed_secs, 160, "only since it has been safe");
    assert_eq!(paused.at(NOW, Some(0)).elapsed_secs, 100, "nor does a clock that goes back");
}

impl Health {
    /// The same, below its maintenance.
    fn below(self) -> Self {
        Self { equity: self.equity.min(self.maintenance).minus(Money::from_fx(Fx::DELTA)).unwrap(), ..self }
    }
}

#[test]
fn only_an_account_below_its_maintenance_is_auctioned_and_only_while_it_is_safe() {
    let healthy = health(100.0, 100.0);
    assert_eq!(Auction::start(NOW, Some(0), healthy), Err(AuctionError::Healthy { health: healthy }));
    assert_eq!(Auction::start(NOW, None, health(99.0, 100.0)), Err(AuctionError::Unsafe));
    let (_, penalty) = Auction::start(NOW, Some(0), health(-7.0, 100.0)).unwrap();
    assert_eq!(penalty, Money::ZERO, "bad debt pays no penalty");
}

#[test]
fn the_vault_takes_over_at_mark_less_charge_when_the_auction_has_run_out() {
    let charge = TakeoverCharge { risk: money(5.0), spread: money(3.0), penalty: money(2.0) };
    let outcome = |equity: f64| take_over(&after(4_500, health(0.0, 100.0)), health(equity, 100.0), charge).unwrap();
    let parts = |to_account: f64, to_insurance: f64, shortfall: f64| TakeoverOutcome {
        to_account: money(to_account),
        to_insurance: money(to_insurance),
        shortfall: money(shortfall),
    };
    assert_eq!([outcome(30.0), outcome(9.0)], [parts(20.0, 2.0, 0.0), parts(0.0, 1.0, 0.0)]);
    assert_eq!([outcome(8.0), outcome(-4.0)], [parts(0.0, 0.0, 0.0), parts(0.0, 0.0, 12.0)]);
    let early = take_over(&after(1_799, health(0.0, 100.0)), health(-4.0, 100.0), charge);
    assert_eq!(early, Err(AuctionError::TooEarly { elapsed_secs: 1_799, needed_secs: INSOLVENT_SECS }));
    assert_eq!(charge.total(), Ok(money(10.0)));
}

#[test]
fn a_bid_is_refused_for_its_size_or_its_limit_only() {
    let (state, before) = (after(400, health(80.0, 100.0)), health(80.0, 100.0));
    let small = state.filled(before, Bid { most_share: fx(0.049), ..all() });
    assert_eq!(small, Err(AuctionError::BidTooSmall { share: fx(0.049), least: LEAST_BID }));
    let limit = state.filled(before, Bid { most_price: money(20.0), ..all() });
    assert!(matches!(limit, Err(AuctionError::PriceAboveLimit { price, .. }) if price > money(21.0)), "{limit:?}");
    // Where less than a twentieth cures, that is enough.
    let nearly = health(109.9, 100.0);
    let share = state.curing_share_ceil(nearly).unwrap();
    assert!(share < fx(0.002));
    assert_eq!(state.filled(nearly, Bid { most_share: share, ..all() }).unwrap().share, share);
}

/// A time, equity and maintenance: solvent, insolvent and in debt.
fn accounts() -> impl Strategy<Value = (u64, f64, f64)> {
    (0_u64..10_000, -1.0_f64..0.999, 1e-3_f64..1e9)
}

proptest! {
    #[test]
    fn the_curing_share_cures((secs, equity, maintenance) in accounts()) {
        let before = health(equity * maintenance, maintenance);
        let state = after(secs, before);
        let fill = state.filled(before, all()).unwrap();
        prop_assert!(Fx::ZERO < fill.share && fill.share <= Fx::ONE);
        let left = Health { equity: equity_after(before, &fill), maintenance: maintenance_after(before, &fill) };
        prop_assert!(fill.is_over);
        if fill.share == Fx::ONE {
            prop_assert!(fill.auction.left == 0 && left.maintenance == Money::ZERO);
        } else {
            // Rounding of a share is worth 2^-64 of M.
            let goal = float(left.maintenance.fx()) * 1.1;
            prop_assert!(float(left.equity.fx()) >= goal - 1e-15 * maintenance, "{:?}", left);
            prop_assert!(float(left.equity.fx()) <= goal + 1e-9 * maintenance, "no more than needed");
        }
    }

    #[test]
    fn nobody_gains_by_bidding_on_himself(
        (start_equity, maintenance) in (-0.5_f64..0.999, 1.0_f64..1e9),
        steps in prop::collection::vec((0_u64..3_000, -0.6_f64..1.05, 0.05_f64..1.0), 1..12),
    ) {
        let first = health(start_equity * maintenance, maintenance);
        let (mut auction, penalty) = Auction::start(NOW, Some(0), first).unwrap();
        // What the owner has gained by being auctioned, the market's moves aside.
        let mut gained = -float(penalty.fx());
        let (mut now, mut left, mut lost_in_solvent_leg) = (NOW, maintenance, false);
        for (gap, equity, share) in steps {
            now += gap;
            auction = auction.at(now, Some(0));
            let before = health(equity * left, left);
            let Ok(fill) = auction.filled(before, Bid { most_share: fx(share), ..all() }) else { continue };
            let bidder = float(mul_floor(before.equity.fx(), fill.share).unwrap()) - float(fill.price().unwrap().fx());
            let account = kept(equity_after(before, &fill)) - kept(before.equity);
            gained += bidder + account;
            lost_in_solvent_leg |= fill.to_insurance > money(1e-9);
            auction = fill.auction;
            left = float(maintenance_after(before, &fill).fx());
            if left < 1e-9 { break }
        }
        prop_assert!(gained <= 1e-12 * maintenance, "{}", gained);
        if penalty > money(1e-9 * maintenance) || lost_in_solvent_leg {
            prop_assert!(gained < 0.0, "{}", gained);
        }
    }

    #[test]
    fn insurance_has_three_tenths_of_the_discount_at_least((secs, equity, maintenance) in accounts(), share in 0.05_f64..1.0) {
        let before = health(equity * maintenance, maintenance);
        let fill = after(secs, before).filled(before, Bid { most_share: fx(share), ..all() }).unwrap();
        if fill.to_account > Money::ZERO {
            let given = mul_floor(before.equity.fx(), fill.share).unwrap() - fill.to_account.fx();
            prop_assert!(fill.to_insurance.fx() >= mul_floor(given, INSURANCE_SHARE).unwrap());
        }
    }

    #[test]
    fn dust_neither_blocks_a_bid_nor_resets_an_auction(
        (secs, equity, maintenance) in accounts(), dust in -1e-6_f64..1e-6, share in 0.05_f64..1.0,
    ) {
        let before = health(equity * maintenance, maintenance);
        let state = after(secs, before);
        let bid = Bid { most_share: fx(share), ..all() };
        prop_assert!(state.filled(before, bid).is_ok());
        let dusted = health((equity + dust * 1e-3) * maintenance, maintenance);
        let fill = state.filled(dusted, bid).unwrap();
        prop_assert_eq!(fill.auction.elapsed_secs, secs, "the clock runs on");
        // A bid of the smallest size before it leaves the next one good, cut to what cures.
        let small = state.filled(before, Bid { most_share: LEAST_BID, ..all() }).unwrap();
        let left = Health { equity: equity_after(before, &small), maintenance: maintenance_after(before, &small) };
        match small.auction.filled(left, bid) {
            Ok(fill) => prop_assert!(fill.share <= bid.most_share),
            Err(AuctionError::BidTooSmall { least, .. }) => prop_assert!(least > bid.most_share, "at most a twentieth more"),
            Err(error) => prop_assert_eq!(error, AuctionError::Cured { health: left }),
        }
    }

    #[test]
    fn at_most_twenty_bids_empty_an_account(equity in -1.0_f64..0.019, maintenance in 1.0_f64..1e6) {
        let mut before = health(equity * maintenance, maintenance);
        let mut auction = after(0, before);
        let mut bids = 0;
        while auction.left > Fx::from_num(1e-12) {
            let least = LEAST_BID / auction.left.max(LEAST_BID);
            let fill = auction.filled(before, Bid { most_share: least + Fx::DELTA, ..all() }).unwrap();
            let equity = before.equity.minus(before.equity.scaled_floor(fill.share).unwrap()).unwrap();
            before = Health { equity, maintenance: maintenance_after(before, &fill) };
            (auction, bids) = (fill.auction, bids + 1);
            prop_assert!(bids <= 20);
        }
    }

    #[test]
    fn calling_more_often_counts_no_second_twice(gaps in prop::collection::vec((0_u64..500, prop::option::of(0_u64..600)), 1..40)) {
        let mut often = after(0, health(50.0, 100.0));
        let mut now = NOW;
        let mut safe_secs = 0;
        for (gap, safe_for) in &gaps {
            now += gap;
            safe_secs += safe_for.map_or(0, |secs| secs.min(*gap));
            often = often.at(now, safe_for.map(|secs| now - secs));
            prop_assert_eq!(often.at(now, safe_for.map(|secs| now - secs)), often, "twice is once");
        }
        prop_assert_eq!(often.elapsed_secs, safe_secs);
        let once = after(0, health(50.0, 100.0)).at(now, gaps.last().unwrap().1.map(|secs| now - secs));
        prop_assert!(once.elapsed_secs <= now - NOW && often.elapsed_secs <= now - NOW);
    }

    #[test]
    fn the_discount_only_rises(first in 0_u64..10_000, more in 0_u64..10_000) {
        let discount = |secs| after(secs, health(50.0, 100.0)).discount_floor().unwrap();
        prop_assert!(discount(first + more) >= discount(first));
        prop_assert!((FIRST_DISCOUNT..=LAST_DISCOUNT).contains(&discount(first)));
    }

    #[test]
    fn a_takeover_pays_out_what_the_account_is_worth_and_no_more(
        (secs, equity, maintenance) in accounts(), charges in prop::array::uniform3(0.0_f64..1e9),
    ) {
        let [risk, spread, penalty] = charges.map(money);
        let before = health(equity * maintenance, maintenance);
        let state = after(secs, before);
        match take_over(&state, before, TakeoverCharge { risk, spread, penalty }) {
            Ok(outcome) => {
                // The vault keeps its charge for risk and spread, neither more nor less.
                let vault = before.equity.plus(outcome.shortfall).unwrap();
                let vault = vault.minus(outcome.to_account).unwrap().minus(outcome.to_insurance).unwrap();
                prop_assert_eq!(vault, risk.plus(spread).unwrap());
                prop_assert!(outcome.shortfall == Money::ZERO || outcome.to_account == Money::ZERO);
                prop_assert!(outcome.to_insurance <= penalty);
            }
            Err(error) => prop_assert!(matches!(error, AuctionError::TooEarly { .. }), "{:?}", error),
        }
    }

    #[test]
    fn no_number_makes_a_step_wrap(
        (equity, maintenance, left) in (any_fx(), any_fx(), any_fx()), (budget, share, price) in (any_fx(), any_fx(), any_fx()),
        (elapsed_secs, counted_at, now) in (any::<u64>(), any::<u64>(), any::<u64>()),
    ) {
        let before = Health { equity: Money::from_fx(equity), maintenance: Money::from_fx(maintenance) };
        let wild = Auction { started_at: 0, elapsed_secs, counted_at, left, bonus_budget: Money::from_fx(budget) };
        let wild = wild.at(now, Some(elapsed_secs));
        let _ = wild.filled(before, Bid { most_share: share, most_price: Money::from_fx(price) });
        let _ = Auction::start(now, Some(0), before);
        let charge = TakeoverCharge { risk: before.equity, spread: before.maintenance, penalty: Money::from_fx(price) };
        let _ = take_over(&wild, before, charge);
    }
}
