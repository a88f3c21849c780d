//! What comes after an auction, and bad debt: who pays, and that sums are conserved.

use alloy_primitives::{B256, U256};
use equipoise_interfaces::account::{of, settlement_of, INSURANCE, LP_CLAIMS, VAULT};
use equipoise_interfaces::{
    AccountDeleveraged, AccountTakenOver, BadDebtCovered, ClearingBackstopShort, ClearingNoBadDebt,
    ClearingNothingInCommon, ClearingTooEarly, IClearing,
};
use equipoise_tests::{Offer, TestMarket, World, TOKEN};

use crate::auctions::ALL;
use crate::fixture::{margin, setup, signed, Setup, UNIT};

const T: i128 = TOKEN as i128;

impl Setup {
    /// A trader who has lost 50 more than he had, at settlement, and holds nothing.
    fn bankrupt(&mut self) -> B256 {
        let trader = self.trader("bankrupt", 100);
        self.settle(trader, -150, 0);
        self.by_market(&IClearing::settleVaultCall { payoffAtoms: signed(150) }).unwrap();
        of(trader)
    }

    fn cover(&mut self, account: B256) -> BadDebtCovered {
        let anybody = self.world.account("anybody");
        let receipt = self.send(anybody, &IClearing::coverBadDebtCall { account }).unwrap();
        World::events::<BadDebtCovered>(&receipt).remove(0)
    }
}

#[test]
fn bad_debt_is_paid_by_insurance_then_by_the_vault_and_what_is_left_stays_a_claim() {
    for (insured, vault, paid) in [(60, 500, [50, 0, 0]), (20, 500, [20, 30, 0]), (0, 500, [0, 50, 0])] {
        let mut setup = setup();
        setup.fund_vault(vault);
        if insured > 0 {
            setup.insure(insured);
        }
        let account = setup.bankrupt();
        let books = setup.cash(VAULT);
        setup.assert_custody(&[account]);
        let told = setup.cover(account);
        let shown = [told.fromInsuranceAtoms, told.fromVaultsAtoms, told.leftAtoms];
        assert_eq!(shown, paid.map(U256::from));
        assert_eq!(setup.cash(account), 0);
        assert_eq!(setup.cash(INSURANCE), i128::try_from(insured).unwrap() - paid[0]);
        assert_eq!(setup.cash(VAULT), books - paid[1]);
        setup.assert_custody(&[account]);
        let anybody = setup.world.account("anybody");
        let again = setup.send(anybody, &IClearing::coverBadDebtCall { account }).unwrap_err();
        again.expect(&ClearingNoBadDebt { account, cashAtoms: signed(0), heldMarkets: 0 });
    }
    // Nobody has anything: the debt stays, and a later deposit of the owner's pays it.
    let mut setup = setup();
    let trader = setup.trader("trader", 100);
    setup.settle(trader, -150, 0);
    let told = setup.cover(of(trader));
    assert_eq!((told.leftAtoms, setup.cash(of(trader))), (U256::from(50), -50));
    setup.send(trader, &IClearing::depositCall { amountAtoms: U256::from(60) }).unwrap();
    assert_eq!(setup.cash(of(trader)), 10);
}

#[test]
fn a_debt_that_nobody_can_pay_is_told_to_breakers_once_however_often_it_is_asked_for() {
    let mut setup = setup();
    let trader = setup.trader("trader", 100);
    setup.settle(trader, -150, 0);
    let market = setup.market;
    for _ in 0..4 {
        setup.cover(of(trader));
        let standing = setup.world.read(setup.clearing, &IClearing::vaultStandingCall { market });
        assert_eq!(standing.badDebtAtoms, U256::from(50));
    }
    setup.fund_vault(30);
    setup.cover(of(trader));
    let standing = setup.world.read(setup.clearing, &IClearing::vaultStandingCall { market });
    assert_eq!(standing.badDebtAtoms, U256::from(80), "thirty are borne beside the fifty");
}

#[test]
fn debt_of_who_still_holds_something_is_not_covered() {
    let mut setup = setup();
    let trader = setup.trader("trader", 100);
    setup.settle(trader, -150, 1);
    let anybody = setup.world.account("anybody");
    let refused = setup.send(anybody, &IClearing::coverBadDebtCall { account: of(trader) }).unwrap_err();
    refused.expect(&ClearingNoBadDebt { account: of(trader), cashAtoms: signed(-50), heldMarkets: 1 });
}

#[test]
fn claims_survive_bad_debt_and_auctions() {
    // LPs who have left are creditors: neither a loss nor an auction takes anything of theirs, and each can be paid.
    let mut setup = setup();
    setup.fund_vault(100);
    let lp = setup.world.account("an LP");
    let leave = IClearing::settleLpEpochCall {
        market: 0,
        acceptedAtoms: U256::ZERO,
        refusedAtoms: U256::ZERO,
        redeemedAtoms: U256::from(100),
    };
    setup.by_vault(&leave).unwrap();
    let trader = setup.trader("trader", 100);
    setup.settle(trader, -150, 0);
    let told = setup.cover(of(trader));
    assert_eq!((told.leftAtoms, setup.cash(LP_CLAIMS)), (U256::from(50), 100));
    setup.by_vault(&IClearing::payLpClaimCall { to: lp, amountAtoms: U256::from(100) }).unwrap();
    assert_eq!(setup.cash(LP_CLAIMS), 0);
}

#[test]
fn the_vault_backs_a_bid_once_insurance_is_spent() {
    let mut setup = setup();
    let account = setup.distressed("trader", &margin(-150, 50));
    let bidder = setup.trader("bidder", 1_000 * TOKEN);
    setup.start(account).unwrap();
    // 50 are missing and nobody has them.
    let refused = setup.bid(account, bidder, ALL).unwrap_err();
    refused.expect(&ClearingBackstopShort { missingAtoms: U256::from(50 * TOKEN) });
    setup.insure(20 * TOKEN);
    setup.fund_vault(300 * TOKEN);
    let told = setup.bid(account, bidder, ALL).unwrap();
    assert_eq!(told.fromBackstopAtoms, U256::from(50 * TOKEN));
    assert_eq!([INSURANCE, VAULT, account].map(|id| setup.cash(id)), [0, 270 * T, 0]);
    assert_eq!(setup.flags(account), (0, 0, false));
    setup.assert_custody(&[account, of(bidder)]);
}

#[test]
fn the_vault_takes_over_what_nobody_bids_for_at_mid_less_its_charges() {
    let mut setup = setup();
    setup.fund_vault(1_000 * TOKEN);
    let account = setup.distressed("trader", &margin(-60, 50));
    setup.start(account).unwrap();
    let (owner, market) = (setup.world.owner, setup.market);
    // At mid the options are worth -47, which leaves 52: enough for the whole discount of 50, not for the buffer of 5.
    // Risk and spread are 4 and 3, the penalty 1.
    let offer = Offer { valueX64: -47 * UNIT, riskChargeX64: 4 * UNIT, spreadX64: 3 * UNIT };
    setup.world.send(owner, market, &TestMarket::askCall { offer }).unwrap();
    let take = IClearing::takeOverCall { account };
    setup.wait(4_499);
    let refused = setup.send(owner, &take).unwrap_err().decode::<ClearingTooEarly>().unwrap();
    assert_eq!((refused.elapsedSecs, refused.neededSecs), (4_499, 4_500));
    setup.wait(1);
    let (cash, insured) = (setup.cash(account), setup.cash(INSURANCE));
    let receipt = setup.send(owner, &take).unwrap();
    let told = World::events::<AccountTakenOver>(&receipt).remove(0);
    assert_eq!((told.fromVaultsAtoms, told.penaltyAtoms), (signed(-54 * T), U256::from(TOKEN)));
    assert_eq!(setup.cash(account), cash - 55 * T);
    assert_eq!((setup.cash(INSURANCE), setup.cash(VAULT)), (insured + T, 1_054 * T));
    assert_eq!(setup.flags(account), (0, 0, false));
    assert_eq!(setup.world.read(market, &TestMarket::seenVaultCashAtomsCall {}), signed(1_000 * T));
    setup.assert_custody(&[account]);
}

#[test]
fn a_takeover_of_the_insolvent_is_paid_by_insurance_and_borne_by_the_vault() {
    let mut setup = setup();
    setup.fund_vault(1_000 * TOKEN);
    setup.insure(5 * TOKEN);
    let account = setup.distressed("trader", &margin(-110, 50));
    setup.start(account).unwrap();
    let (owner, market) = (setup.world.owner, setup.market);
    let offer = Offer { valueX64: -108 * UNIT, riskChargeX64: 4 * UNIT, spreadX64: 3 * UNIT };
    setup.world.send(owner, market, &TestMarket::askCall { offer }).unwrap();
    setup.wait(1_800);
    let receipt = setup.send(owner, &IClearing::takeOverCall { account }).unwrap();
    let told = World::events::<AccountTakenOver>(&receipt).remove(0);
    // 100 - 108 - 7 = -15: 5 insured, 10 borne by the vault, which has been paid 115.
    assert_eq!((told.penaltyAtoms, told.insuredAtoms), (U256::ZERO, U256::from(5 * TOKEN)));
    assert_eq!(told.borneByVaultsAtoms, U256::from(10 * TOKEN));
    assert_eq!([account, INSURANCE, VAULT].map(|id| setup.cash(id)), [0, 0, 1_105 * T]);
    setup.assert_custody(&[account]);
}

#[test]
fn last_of_all_positions_are_closed_against_the_other_side_at_mark() {
    let mut setup = setup();
    let account = setup.distressed("trader", &margin(-60, 50));
    let counter = setup.trader("counter", 10 * TOKEN);
    let stranger = of(setup.trader("stranger", TOKEN));
    let market = setup.market;
    setup.open(market, of(counter), 0, &margin(60, 0)).unwrap();
    // Exactly on the other side.
    let mut held = margin(60, 50);
    held.maintenanceX64 = held.maintenanceX64.map(|loss| -loss);
    held.initialX64 = held.initialX64.map(|loss| -loss);
    setup.mark(market, of(counter), &held);
    setup.start(account).unwrap();
    let anybody = setup.world.account("anybody");
    let close = |counter| IClearing::deleverageCall { account, counter };
    setup.wait(8_000);
    let refused = setup.send(anybody, &close(of(counter))).unwrap_err().decode::<ClearingTooEarly>().unwrap();
    assert_eq!(refused.neededSecs, 8_100);
    setup.wait(100);
    let refused = setup.send(anybody, &close(stranger)).unwrap_err();
    refused.expect(&ClearingNothingInCommon { account, counter: stranger });
    let cash = setup.cash(account);
    let receipt = setup.send(anybody, &close(of(counter))).unwrap();
    let told = World::events::<AccountDeleveraged>(&receipt).remove(0);
    assert_eq!(told.valueAtoms, signed(-60 * T));
    assert_eq!((setup.cash(account), setup.cash(of(counter))), (cash - 60 * T, 70 * T));
    assert_eq!([account, of(counter)].map(|id| setup.flags(id)), [(0, 0, false); 2]);
    setup.assert_custody(&[account, of(counter), stranger]);
}

#[test]
fn debt_is_borne_by_the_market_that_it_comes_from() {
    // He loses 50 more than he has in the second market, and is paid nothing, or a little, for a long in the first.
    for payoff in [0, 10] {
        let mut setup = setup();
        setup.fund_vault(500);
        let (clearing, other) = (setup.clearing, setup.other);
        let trader = setup.trader("bankrupt", 100);
        let account = of(trader);
        setup.trade(trader, 0).unwrap();
        let lost = IClearing::settleAccountCall { account, payoffAtoms: signed(-150), holds: 0 };
        setup.world.relay(other, clearing, &lost).unwrap();
        setup.settle(trader, payoff, 0);
        setup.by_market(&IClearing::settleVaultCall { payoffAtoms: signed(-payoff) }).unwrap();
        let told = setup.cover(account);
        assert_eq!((told.fromVaultsAtoms, setup.cash(VAULT)), (U256::ZERO, 500 - payoff), "the first market is not");
        assert_eq!(setup.cash(account), payoff - 50);
        setup.assert_custody(&[account, settlement_of(1)]);
    }
}

#[test]
fn debt_after_deleveraging_is_borne_by_the_market_that_it_comes_from() {
    let mut setup = setup();
    setup.fund_vault(500 * TOKEN);
    let (trader, counter) = (setup.trader("trader", 100 * TOKEN), setup.trader("counter", 10 * TOKEN));
    let (account, other) = (of(trader), setup.other);
    setup.open(other, account, 0, &margin(0, 50)).unwrap();
    setup.open(other, of(counter), 0, &margin(0, 0)).unwrap();
    setup.mark(other, account, &margin(-160, 50));
    setup.mark(other, of(counter), &margin(160, 0));
    setup.start(account).unwrap();
    setup.wait(8_100);
    let anybody = setup.world.account("anybody");
    setup.send(anybody, &IClearing::deleverageCall { account, counter: of(counter) }).unwrap();
    assert_eq!((setup.flags(account), setup.cash(account)), ((0, 0, false), -60 * T));
    let told = setup.cover(account);
    assert_eq!((told.fromVaultsAtoms, setup.cash(VAULT)), (U256::ZERO, 500 * T), "the first market is not");
    setup.assert_custody(&[account, of(counter)]);
}
