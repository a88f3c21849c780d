//! Liquidations that somebody wants to stop, to delay or to profit from, and debts that nobody can pay.

use alloy_primitives::{Address, Bytes, I256, U256};
use alloy_sol_types::SolCall;
use equipoise_interfaces::account::{self, INSURANCE, VAULT};
use equipoise_interfaces::{
    AccountTakenOver, BadDebtCovered, ClearingBidPriceAboveLimit, ClearingBidTooSmall, IClearing, MarketVaultInsolvent,
};
use equipoise_tests::{World, TOKEN};

use crate::fixture::{call_of, leg, narrow, put_of, Market, CONTRACT, DAY, FAR, K3000, SPOT, STRIKES};
use crate::stage::RICH;

/// One in the shares of auctions.
const WHOLE: i128 = 1 << 64;
/// Where a short of margin is found.
const RISEN: i64 = SPOT + 330;

/// A trader short of ten calls, with not an atom to spare, once the price has risen.
fn short_of_margin(market: &mut Market) -> Address {
    let trader = market.trader("short", RICH);
    market.trade(trader, &[leg(call_of(1, K3000), -10 * CONTRACT)]).unwrap();
    market.stretch(trader, 1);
    market.jump(RISEN);
    assert_eq!(market.margin_of(trader).state, 2);
    trader
}

fn start(market: &mut Market, account: alloy_primitives::B256) {
    let anybody = market.world.owner;
    market.ledger(anybody, &IClearing::startAuctionCall { account }).unwrap();
}

fn bid(trader: Address, bidder: Address) -> IClearing::bidCall {
    let [account, bidder] = crate::stage::accounts([trader, bidder]);
    IClearing::bidCall { account, bidder, mostShareX64: WHOLE, mostPriceAtoms: I256::MAX }
}

#[test]
fn self_liquidation_never_pays() {
    let mut market = Market::open();
    let trader = short_of_margin(&mut market);
    let double = market.trader("his other account", RICH);
    // After a quarter of an hour the discount is at its largest for the solvent; then it runs on to nothing.
    for halves in [0, 1, 2, 3] {
        let both = |market: &mut Market| market.wealth(trader) + market.wealth(double);
        let left_alone = market.suppose(|market| {
            market.watch(halves, RISEN);
            both(market)
        });
        let bidding = market.suppose(|market| {
            start(market, account::of(trader));
            market.watch(halves, RISEN);
            market.ledger(double, &bid(trader, double)).unwrap();
            both(market)
        });
        assert!(bidding < left_alone, "after {halves} half hours: {bidding} against {left_alone}");
    }
}

#[test]
fn dust_blocks_no_bid_and_starts_no_auction_anew() {
    let mut market = Market::open();
    let trader = short_of_margin(&mut market);
    let bidder = market.trader("bidder", RICH);
    let griefer = market.trader("griefer", RICH);
    market.fund(griefer, TOKEN);
    let account = account::of(trader);
    start(&mut market, account);
    let auction = IClearing::auctionCall { account };
    let started = market.world.read(market.clearing, &auction).startedAt;
    for _ in 0..10 {
        market.pass(60);
        market.push(RISEN);
        // A gift of an atom, a bid for next to nothing, and an end that is not due.
        let gift = IClearing::depositForCall { account, amountAtoms: U256::ONE };
        market.ledger(griefer, &gift).unwrap();
        let little = IClearing::bidCall { mostShareX64: 1, ..bid(trader, griefer) };
        let refused = market.refused(|market| market.ledger(griefer, &little));
        assert_eq!(refused.decode::<ClearingBidTooSmall>().unwrap().shareX64, 1);
        market.refused(|market| market.ledger(griefer, &IClearing::endAuctionCall { account }));
        market.refused(|market| market.ledger(griefer, &IClearing::startAuctionCall { account }));
    }
    let now = market.world.read(market.clearing, &auction);
    assert_eq!((now.startedAt, now.elapsedSecs >= 600), (started, true), "the clock has not been set back");
    // The bidder named his price before the gift came: it only makes the account better.
    let alone = market.suppose(|market| market.world.send(bidder, market.clearing, &bid(trader, bidder)).unwrap());
    let price = IClearing::bidCall::abi_decode_returns(&alone.output).unwrap().priceAtoms;
    let gift = IClearing::depositForCall { account, amountAtoms: U256::ONE };
    market.ledger(griefer, &gift).unwrap();
    let within = IClearing::bidCall { mostPriceAtoms: price + I256::ONE, ..bid(trader, bidder) };
    market.ledger(bidder, &within).unwrap();
    assert!(market.margin_of(trader).state < 2);
    market.assert_zero_sum(&[trader, bidder, griefer]);
}

#[test]
fn owner_or_bidder_whose_code_reverts_stops_nothing_and_a_failed_bid_leaves_the_auction() {
    let mut market = Market::open();
    let trader = short_of_margin(&mut market);
    let [bidder, poor] = [("bidder", RICH), ("poor", TOKEN)].map(|(name, atoms)| market.trader(name, atoms));
    let operator = market.trader("operator", 0);
    market.ledger(bidder, &IClearing::setOperatorCall { operator, until: FAR }).unwrap();
    // Both are contracts now whose code fails whatever it is asked.
    for wallet in [trader, bidder] {
        market.world.chain.set_code(wallet, Bytes::from_static(&[0xfe]));
    }
    let account = account::of(trader);
    start(&mut market, account);
    market.pass(60);
    market.push(RISEN);
    let cheap = IClearing::bidCall { mostPriceAtoms: I256::MIN, ..bid(trader, bidder) };
    let refused = market.refused(|market| market.ledger(operator, &cheap));
    refused.decode::<ClearingBidPriceAboveLimit>().unwrap();
    market.refused(|market| market.ledger(poor, &bid(trader, poor)));
    let stage = market.world.read(market.clearing, &IClearing::auctionCall { account }).stage;
    assert_eq!(stage, 2, "still up for auction");
    market.ledger(operator, &bid(trader, bidder)).unwrap();
    assert!(market.margin_of(trader).state < 2);
    market.assert_zero_sum(&[trader, bidder]);
}

/// A vault of 3,000 juniors' and 9,000 seniors' money, flat between a loser, who is short as many calls as a winner has.
pub struct Collapse {
    pub market: Market,
    pub winner: Address,
    pub loser: Address,
    pub seniors: [Address; 2],
    /// Calls between them.
    pub calls: i128,
}

pub const INSURED: u128 = 500 * TOKEN;
pub const JUNIOR: u128 = 3_000 * TOKEN;
pub const SENIORS: [u128; 2] = [6_000 * TOKEN, 3_000 * TOKEN];

pub fn collapse() -> Collapse {
    let mut market = Market::wired();
    market.fill_vault(JUNIOR);
    let senior = market.senior;
    let seniors = ["one senior", "another"].map(|name| market.lp_with(name, 10_000 * TOKEN));
    for (lp, atoms) in seniors.into_iter().zip(SENIORS) {
        market.request_deposit(senior, lp, atoms).unwrap();
    }
    market.price_epoch(SPOT);
    for lp in seniors {
        market.claim_shares(senior, lp);
    }
    let donor = market.lp_with("donor", INSURED);
    market.ledger(donor, &IClearing::depositInsuranceCall { amountAtoms: U256::from(INSURED) }).unwrap();
    market.list(market.now() + 7 * DAY, &STRIKES);
    market.jump(SPOT);
    let [winner, loser] = ["winner", "loser"].map(|name| market.trader(name, RICH));
    // Nearly as many as may stand against each other in such a vault.
    let calls = 9;
    for _ in 0..calls {
        market.trade(winner, &[leg(call_of(1, K3000), CONTRACT)]).unwrap();
        market.trade(loser, &[leg(call_of(1, K3000), -CONTRACT)]).unwrap();
    }
    market.stretch(loser, 1);
    Collapse { market, winner, loser, seniors, calls }
}

impl Collapse {
    /// Settles at a price, in whole dollars, that leaves the loser owing at least `debt` atoms and little more.
    /// # Returns: what he owes
    pub fn owe(&mut self, debt: u128) -> i128 {
        let cash = self.market.cash_of(self.loser).unsigned_abs();
        let rise = (cash + debt).div_ceil(self.calls.unsigned_abs() * TOKEN);
        self.market.settle_at(1, SPOT + rise as i64);
        for trader in [self.winner, self.loser] {
            self.market.settle_account(trader, 1).unwrap();
        }
        let owed = -self.market.cash_of(self.loser);
        assert!((0..=self.calls * TOKEN as i128).contains(&(owed - debt as i128)), "{owed} for {debt}");
        owed
    }

    /// Has the debt covered.
    pub fn cover(&mut self) -> BadDebtCovered {
        let (anybody, account) = (self.market.world.owner, account::of(self.loser));
        let receipt = self.market.ledger(anybody, &IClearing::coverBadDebtCall { account }).unwrap();
        World::events::<BadDebtCovered>(&receipt).remove(0)
    }
}

#[test]
fn bad_debt_falls_on_insurance_then_juniors_then_seniors_and_sums_are_conserved() {
    let mut scene = collapse();
    let traders = [scene.winner, scene.loser];
    let nav = scene.market.nav();
    assert!(nav.unsigned_abs() >= JUNIOR + SENIORS[0] + SENIORS[1], "{nav}");
    let insured = INSURED + scene.market.cash(INSURANCE).unsigned_abs() - INSURED;
    // A debt that insurance can pay; one for the juniors; one for the seniors; and one that nobody can pay.
    for debt in [insured / 2, insured + JUNIOR / 2, insured + JUNIOR + SENIORS[1], insured + 100 * JUNIOR] {
        let before = scene.market.world.chain.snapshot();
        let owed = scene.owe(debt);
        let values = [true, false].map(|is_senior| scene.market.tranche_value(is_senior) as i128);
        let cash = [INSURANCE, VAULT].map(|account| scene.market.cash(account));
        let told = scene.cover();
        let paid = |amount: U256| narrow(amount.try_into().unwrap());
        let from = [told.fromInsuranceAtoms, told.fromVaultsAtoms, told.leftAtoms].map(paid);
        assert_eq!(from.iter().sum::<i128>(), owed, "every atom of the debt is somebody's");
        assert_eq!(from[0], owed.min(insured as i128), "insurance comes first");
        assert_eq!(
            [INSURANCE, VAULT].map(|account| scene.market.cash(account)),
            [cash[0] - from[0], cash[1] - from[1]]
        );
        assert_eq!(scene.market.cash_of(scene.loser), -from[2]);
        let [senior, junior] = [true, false].map(|is_senior| scene.market.tranche_value(is_senior) as i128);
        assert_eq!(junior, (values[1] - from[1]).max(0), "the junior comes before the senior");
        assert_eq!(senior, (values[0] - (from[1] - values[1]).max(0)).max(0));
        assert_eq!(senior + junior, scene.market.nav().max(0));
        scene.market.assert_custody(&traders);
        // The winner is paid in full all the same, out of what was never the vault's.
        let owing = scene.market.cash_of(scene.winner).unsigned_abs();
        let there = scene.market.world.tokens(scene.market.clearing);
        if from[2] == 0 {
            assert!(there >= owing);
            scene.market.withdraw(scene.winner, owing).unwrap();
        }
        if from[1] == cash[1] {
            assert_eq!((senior, junior), (0, 0));
        }
        assert!(scene.market.world.chain.revert(before));
    }
}

#[test]
fn half_up_or_down_in_one_block_is_accounted_for_to_the_atom() {
    for (spot, series) in [(SPOT * 3 / 2, call_of(3, K3000)), (SPOT / 2, put_of(3, K3000))] {
        let mut market = Market::open();
        let traders = ["short", "long"].map(|name| market.trader(name, RICH));
        let [short, long] = traders;
        for _ in 0..4 {
            market.trade(long, &[leg(series, 5 * CONTRACT)]).unwrap();
            market.trade(short, &[leg(series, -5 * CONTRACT)]).unwrap();
        }
        market.stretch(short, 1);
        let (all, nav) =
            (market.cash_of(short) + market.cash_of(long) + market.cash(VAULT) + market.cash(INSURANCE), market.nav());
        market.jump(spot);
        let account = account::of(short);
        assert!(market.margin_of(short).equityAtoms < I256::ZERO, "he is insolvent at once");
        start(&mut market, account);
        market.watch(24, spot);
        let before = [VAULT, INSURANCE, account].map(|of| market.cash(of));
        let anybody = market.world.owner;
        let receipt = market.ledger(anybody, &IClearing::takeOverCall { account }).unwrap();
        let told = World::events::<AccountTakenOver>(&receipt).remove(0);
        let [from_vaults, penalty, insured, borne] = [
            narrow(told.fromVaultsAtoms),
            narrow(told.penaltyAtoms.try_into().unwrap()),
            narrow(told.insuredAtoms.try_into().unwrap()),
            narrow(told.borneByVaultsAtoms.try_into().unwrap()),
        ];
        // What is told is what has moved, and it moves between these three only.
        let after = [VAULT, INSURANCE, account].map(|of| market.cash(of));
        assert_eq!(after[0], before[0] - from_vaults - borne);
        assert_eq!(after[1], before[1] + penalty - insured);
        assert_eq!(after[2], before[2] + from_vaults - penalty + insured + borne);
        assert!(borne > 0 && after[2] == 0, "{told:?}");
        market.assert_zero_sum(&traders);
        market.assert_custody(&traders);
        let now = market.cash_of(short) + market.cash_of(long) + market.cash(VAULT) + market.cash(INSURANCE);
        assert_eq!(now, all);
        // The vault has lost what it bore, and what its charge for the takeover did not pay.
        assert!(market.nav() < nav, "{} after {nav}", market.nav());
        let gone = market.quote(&[leg(series, CONTRACT)]);
        assert!(gone.is_ok() || gone.unwrap_err().decode::<MarketVaultInsolvent>().is_some());
    }
}
