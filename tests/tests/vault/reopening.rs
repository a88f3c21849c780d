//! A vault that bad debt has wiped out: who may let deposits in again, when, and that it takes nothing from anybody.

use alloy_primitives::{Address, I256, U256};
use equipoise_interfaces::account::VAULT;
use equipoise_interfaces::{
    CallerNotAllowed, CallerNotOwner, EpochSettled, IClearing, ITranche, IVault, SeriesStarted, VaultHoldsOptions,
    VaultInsuranceEmpty, VaultReopened, VaultSettlementPending, VaultStillWorth,
};
use equipoise_tests::{Failure, TestMarket, World, TOKEN};

use crate::fixture::{setup, signed, Setup, SHARE};

const REOPEN: IVault::reopenCall = IVault::reopenCall {};

struct Wiped {
    setup: Setup,
    /// One of each tranche.
    old: [Address; 2],
}

/// 400 tokens of a junior and 1,000 of a senior, of which nothing is left, and an insurance fund.
fn wiped() -> Wiped {
    let mut setup = setup();
    setup.set_terms(Setup::plain_terms()).unwrap();
    let junior = setup.member(setup.junior, "old junior", 400 * TOKEN);
    let senior = setup.member(setup.senior, "old senior", 1_000 * TOKEN);
    let trader = setup.trader("trader", TOKEN);
    setup.trade(trader, -1_400_000_000);
    assert_eq!((setup.cash(VAULT), setup.nav()), (0, 0));
    let mut wiped = Wiped { setup, old: [junior, senior] };
    wiped.insure(TOKEN);
    wiped
}

impl Wiped {
    fn insure(&mut self, atoms: u128) {
        let (donor, clearing) = (self.setup.lp("donor", atoms), self.setup.clearing);
        let insure = IClearing::depositInsuranceCall { amountAtoms: U256::from(atoms) };
        self.setup.world.send(donor, clearing, &insure).unwrap();
    }

    fn reopen(&mut self) -> Result<(VaultReopened, Vec<SeriesStarted>), Failure> {
        let (owner, vault) = (self.setup.world.owner, self.setup.vault);
        let receipt = self.setup.world.send(owner, vault, &REOPEN)?;
        Ok((World::events::<VaultReopened>(&receipt).remove(0), World::events(&receipt)))
    }

    fn series(&mut self) -> [u32; 2] {
        [self.setup.junior, self.setup.senior].map(|tranche| self.setup.world.read(tranche, &ITranche::seriesCall {}))
    }

    fn set_reserve(&mut self, atoms: u128) {
        let (owner, market) = (self.setup.world.owner, self.setup.market);
        let reserve = TestMarket::reserveCall { reserveAtoms: U256::from(atoms) };
        self.setup.world.send(owner, market, &reserve).unwrap();
    }
}

#[test]
fn without_it_no_deposit_is_ever_taken_in() {
    let Wiped { mut setup, .. } = wiped();
    let [late, later] = ["late", "later"].map(|name| setup.lp(name, 50 * TOKEN));
    setup.request_deposit(setup.junior, late, 50 * TOKEN).unwrap();
    setup.request_deposit(setup.senior, later, 50 * TOKEN).unwrap();
    setup.pass_cut();
    let (_, told) = setup.process().unwrap();
    assert!(told.iter().all(|each: &EpochSettled| each.refusedAtoms == U256::from(50 * TOKEN)));
}

#[test]
fn deposits_start_anew_and_the_old_shares_and_claim_take_nothing_of_them() {
    let mut wiped = wiped();
    let before = wiped.series();
    let (told, started) = wiped.reopen().unwrap();
    let after = wiped.series();
    assert_eq!(after, before.map(|series| series + 1));
    assert_eq!(started.iter().map(|each| each.series).collect::<Vec<_>>(), after);
    let Wiped { mut setup, old } = wiped;
    let (junior, senior, vault) = (setup.junior, setup.senior, setup.vault);
    let claim = setup.world.read(vault, &IVault::claimCall {});
    assert_eq!((claim.claimAtoms, claim.juniorSeries), (U256::ZERO, told.juniorSeries));
    let new = [setup.member(junior, "new junior", 100 * TOKEN), setup.member(senior, "new senior", 300 * TOKEN)];
    for ((tranche, tokens), (old, new)) in [(junior, 100), (senior, 300)].into_iter().zip(old.into_iter().zip(new)) {
        assert_eq!((setup.shares(tranche, old), setup.shares(tranche, new)), (0, tokens * SHARE));
        assert_eq!((setup.supply(tranche), setup.assets(tranche)), (tokens * SHARE, tokens * TOKEN));
        assert!(setup.request_redeem(tranche, old, SHARE).is_err());
        setup.request_redeem(tranche, new, tokens * SHARE).unwrap();
    }
    setup.check_sums();
    setup.pass_cut();
    setup.process().unwrap();
    for (tranche, lp, tokens) in [(senior, new[1], 300), (junior, new[0], 100)] {
        assert!(setup.claim_redeem(tranche, lp).abs_diff(tokens * TOKEN) <= 1);
    }
    setup.check_sums();
}

#[test]
fn only_the_owner_reopens_and_only_the_vault_starts_a_series() {
    let Wiped { mut setup, .. } = wiped();
    let (owner, vault, junior) = (setup.world.owner, setup.vault, setup.junior);
    let stranger = setup.world.account("stranger");
    setup.send(stranger, vault, &REOPEN).unwrap_err().expect(&CallerNotOwner { caller: stranger, owner });
    for caller in [stranger, owner] {
        let refused = setup.send(caller, junior, &ITranche::startSeriesCall {}).unwrap_err();
        refused.expect(&CallerNotAllowed { caller, allowed: vault });
    }
}

#[test]
fn a_vault_that_may_recover_stays_its_shareholders() {
    let mut wiped = wiped();
    let start = wiped.setup.world.chain.snapshot();
    // It holds options, however little they are worth.
    wiped.setup.mark(-500_000_000, 1, u128::MAX);
    wiped.reopen().unwrap_err().expect(&VaultHoldsOptions { uncertaintyAtoms: U256::from(1) });
    wiped.setup.mark(0, 0, u128::MAX);
    wiped.setup.observe(true);
    wiped.reopen().unwrap_err().expect(&VaultSettlementPending {});
    wiped.setup.observe(false);
    // A token is left, in the value or in what the skew reserve will release into it.
    let token = i128::try_from(TOKEN).unwrap();
    wiped.setup.mark(token, 0, u128::MAX);
    wiped.reopen().unwrap_err().expect(&VaultStillWorth { mostAtoms: signed(token) });
    wiped.setup.mark(0, 0, u128::MAX);
    wiped.set_reserve(TOKEN);
    wiped.reopen().unwrap_err().expect(&VaultStillWorth { mostAtoms: signed(token) });
    assert!(wiped.setup.world.chain.revert(start));
    wiped.setup.mark(token - 1, 0, u128::MAX);
    wiped.reopen().unwrap();
}

#[test]
fn debts_that_insurance_has_not_paid_come_before_new_deposits() {
    let mut wiped = wiped();
    let (clearing, market) = (wiped.setup.clearing, wiped.setup.market);
    // Somebody owes three tokens, and the fund pays one of them.
    let debtor = wiped.setup.trader("debtor", TOKEN);
    let account = equipoise_interfaces::account::of(debtor);
    let payoff = I256::try_from(-4_000_000).unwrap();
    let settle = IClearing::settleAccountCall { account, payoffAtoms: payoff, holds: 0 };
    wiped.setup.world.relay(market, clearing, &settle).unwrap();
    let cover = IClearing::coverBadDebtCall { account };
    wiped.setup.world.send(debtor, clearing, &cover).unwrap();
    assert_eq!(wiped.setup.cash(account), -2_000_000);
    wiped.reopen().unwrap_err().expect(&VaultInsuranceEmpty {});
    wiped.insure(3 * TOKEN);
    wiped.setup.world.send(debtor, clearing, &cover).unwrap();
    assert_eq!(wiped.setup.cash(account), 0);
    wiped.reopen().unwrap();
}

/// What was priced before is paid, and what was not is given back as shares that are worth what they were: nothing.
#[test]
fn claims_outlive_it_and_requests_do_not() {
    let mut setup = setup();
    setup.set_terms(Setup::plain_terms()).unwrap();
    let junior = setup.junior;
    let lp = setup.member(junior, "an LP", 400 * TOKEN);
    setup.request_redeem(junior, lp, 100 * SHARE).unwrap();
    let late = setup.lp("late", 50 * TOKEN);
    setup.request_deposit(junior, late, 50 * TOKEN).unwrap();
    setup.pass_cut();
    setup.process().unwrap();
    let trader = setup.trader("trader", TOKEN);
    let cash = setup.cash(VAULT);
    setup.trade(trader, -cash);
    setup.request_redeem(junior, lp, 300 * SHARE).unwrap();
    let series = setup.world.read(junior, &ITranche::seriesCall {});
    let mut wiped = Wiped { setup, old: [lp, lp] };
    wiped.insure(TOKEN);
    wiped.reopen().unwrap();
    let Wiped { mut setup, .. } = wiped;
    assert_eq!(setup.claim_redeem(junior, lp), 100 * TOKEN);
    // His deposit bought shares of the series that is gone.
    setup.claim_deposit(junior, late);
    assert_eq!(setup.shares(junior, late), 0);
    let new = setup.member(junior, "new", 20 * TOKEN);
    setup.collect(junior, lp);
    for (owner, shares) in [(lp, 300), (late, 50)] {
        let dead = ITranche::balanceOfSeriesCall { series, owner };
        assert_eq!(setup.world.read(junior, &dead), U256::from(shares * SHARE));
    }
    assert_eq!((setup.shares(junior, new), setup.assets(junior)), (20 * SHARE, 20 * TOKEN));
    setup.check_sums();
}

/// Bad debt takes of the skew reserve, too: whoever comes first fills it, and has it once it is released.
#[test]
fn a_reserve_that_has_lost_its_cash_is_filled_by_who_enters_and_released_to_him() {
    let mut wiped = wiped();
    wiped.setup.mark(-5_000_000, 0, u128::MAX);
    wiped.set_reserve(5 * TOKEN);
    wiped.reopen().unwrap();
    let junior = wiped.setup.junior;
    let small = wiped.setup.lp("small", 5 * TOKEN);
    wiped.setup.request_deposit(junior, small, 5 * TOKEN).unwrap();
    wiped.setup.pass_cut();
    assert_eq!(wiped.setup.process().unwrap().1[0].refusedAtoms, U256::from(5 * TOKEN));
    let lp = wiped.setup.member(junior, "an LP", 100 * TOKEN);
    assert_eq!((wiped.setup.shares(junior, lp), wiped.setup.assets(junior)), (100 * SHARE, 95 * TOKEN));
    // Who comes later pays for what is still to be released.
    let late = wiped.setup.member(junior, "late", 100 * TOKEN);
    assert!(wiped.setup.shares(junior, late).abs_diff(100 * SHARE) <= SHARE / TOKEN);
    wiped.setup.mark(0, 0, u128::MAX);
    wiped.set_reserve(0);
    let worth = ITranche::convertToAssetsCall { shares: U256::from(100 * SHARE) };
    let worth = wiped.setup.world.read(junior, &worth);
    assert!(worth.abs_diff(U256::from(100 * TOKEN)) <= U256::from(1), "{worth}");
    wiped.setup.check_sums();
}
