//! Accounts that are worth too little are found from events alone, and liquidated to the end.

use alloy_primitives::U256;
use equipoise_cli::units::{narrow, narrow_unsigned};
use equipoise_interfaces::{account, IClearing};
use equipoise_risk::auction::{AUCTION_SECS, INSOLVENT_SECS};

use crate::fixture::{Kept, HOUR, SPOT};

const NOTHING: [&str; 0] = [];

/// An account that is short calls with hardly more than it must have, and then a rise.
fn underwater() -> Kept {
    let mut kept = Kept::open();
    kept.deposit(3, 1_000_000);
    kept.trade(3, 1, 5, -20.0).unwrap();
    let (owner, clearing) = (kept.account(3), kept.world.contracts.clearing);
    let margin = IClearing::accountMarginCall { account: account::of(owner) };
    let margin = kept.world.view(clearing, &margin).unwrap();
    let free = narrow(margin.equityAtoms) - narrow_unsigned(margin.initialAtoms) - 10;
    let withdraw = IClearing::withdrawCall { amountAtoms: U256::from(free.unsigned_abs()) };
    kept.world.send("withdraw", owner, clearing, &withdraw).unwrap();
    assert_eq!(kept.once(&["--only", "liquidation"]).sent(), NOTHING);
    for step in 1..=8 {
        kept.round(HOUR, SPOT * (1.0 + 0.01 * f64::from(step)));
    }
    kept
}

#[test]
fn an_underwater_account_gets_an_auction_and_is_taken_over_when_nobody_bids() {
    let mut kept = underwater();
    assert_eq!(kept.once(&["--only", "liquidation"]).sent(), ["start_auction"]);
    assert!(kept.cash(3).isInAuction);
    assert_eq!(kept.once(&["--only", "liquidation"]).sent(), NOTHING, "others may bid first");
    let spot = kept.spot;
    kept.round(INSOLVENT_SECS - 60, spot);
    assert_eq!(kept.once(&["--only", "liquidation"]).sent(), NOTHING);
    kept.round(AUCTION_SECS - INSOLVENT_SECS + 60, spot);
    assert_eq!(kept.once(&["--only", "liquidation"]).sent(), ["take_over"]);
    let cash = kept.cash(3);
    assert!(!cash.isInAuction && cash.heldMarkets == 0 && !cash.cashAtoms.is_negative());
    assert_eq!(kept.once(&["--only", "liquidation"]).sent(), NOTHING);
}

#[test]
fn a_keeper_with_an_account_bids_once_the_discount_is_worth_it() {
    let mut kept = underwater();
    // The keeper's own account.
    kept.deposit(1, 1_000_000);
    let bids = ["--only", "liquidation", "--bid", "0.1"];
    assert_eq!(kept.once(&bids).sent(), ["start_auction"]);
    let spot = kept.spot;
    kept.round(60, spot);
    assert_eq!(kept.once(&bids).sent(), NOTHING, "the discount is small");
    kept.round(1_800, spot);
    assert_eq!(kept.once(&bids).sent(), ["bid"]);
    assert!(!kept.cash(3).isInAuction, "what cures it was taken");
    assert_eq!(kept.cash(1).shortMarkets, 1);
}

#[test]
fn an_account_that_is_healthy_again_leaves_its_auction() {
    let mut kept = underwater();
    assert_eq!(kept.once(&["--only", "liquidation"]).sent(), ["start_auction"]);
    kept.deposit(3, 500_000);
    assert_eq!(kept.once(&["--only", "liquidation"]).sent(), ["end_auction"]);
    assert!(!kept.cash(3).isInAuction);
    assert_eq!(kept.once(&["--only", "liquidation"]).sent(), NOTHING);
}

#[test]
fn accounts_are_found_whatever_few_blocks_a_server_reads_at_once() {
    let kept = underwater();
    let few = ["--only", "liquidation", "--log-blocks", "7"];
    assert_eq!(kept.once(&few).sent(), ["start_auction"]);
}
