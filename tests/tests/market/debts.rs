//! A vault that cannot pay a board: who waits, who pays, and what holders share.

use alloy_primitives::aliases::U80;
use alloy_primitives::{keccak256, Address, B256, I256, U256};
use equipoise_clearing_state::slots::ClearingSpace;
use equipoise_clearing_state::Account;
use equipoise_interfaces::account::{self, INSURANCE, SETTLEMENT, VAULT};
use equipoise_interfaces::{
    BoardSettled, IClearing, IMarket, IVault, MarketBoardNotSettled, MarketDebtsOpen, PayoutRatioFixed,
    VaultDebtSettled, VaultSettlementPending,
};
use equipoise_kit::storage::Namespace;
use equipoise_risk::settlement::Debts;
use equipoise_risk::units::Atoms;
use equipoise_tests::{World, TOKEN};

use crate::fixture::{call_of, leg, narrow, wad, Market, CONTRACT, HOUR, K3000, WINDOW};

/// What a call of 3,000 pays once spot has gone to 30,000.
const PAYS: i128 = 27_000 * TOKEN as i128;
const RICH: u128 = 400_000 * TOKEN;

/// A market whose vault owes more than it has for board 1: 20 calls of two holders, 3 of which one is short who cannot pay them.
struct Broke {
    market: Market,
    holders: [Address; 2],
    short: Address,
    /// The rounds of boards 1 and 2.
    firsts: [u64; 2],
}

impl Broke {
    fn new() -> Self {
        let mut market = Market::open_in(World::new(), 200_000 * TOKEN);
        let holders = ["one", "other"].map(|name| market.trader(name, RICH));
        let short = market.trader("short", 30_000 * TOKEN);
        market.trade(short, &[leg(call_of(1, K3000), -3 * CONTRACT)]).unwrap();
        market.trade(holders[0], &[leg(call_of(1, K3000), 12 * CONTRACT)]).unwrap();
        market.trade(holders[1], &[leg(call_of(1, K3000), 8 * CONTRACT)]).unwrap();
        // The vault will owe for board 2 as well.
        market.trade(holders[0], &[leg(call_of(2, K3000), CONTRACT)]).unwrap();
        let firsts = [0, 1].map(|place: usize| {
            let expiry = market.boards[place].1;
            market.world.go_to(expiry - WINDOW - 60);
            market.push(30_000);
            let first = market.last_round();
            market.world.go_to(expiry);
            market.push(30_000);
            first
        });
        Self { market, holders, short, firsts }
    }

    fn settle(&mut self, board: u16) -> BoardSettled {
        let receipt = self.market.settle_board(board, self.firsts[usize::from(board) - 1]).unwrap();
        World::events::<BoardSettled>(&receipt).remove(0)
    }

    fn fix(&mut self) -> (PayoutRatioFixed, Vec<VaultDebtSettled>) {
        let anybody = self.market.keeper;
        let receipt = self.market.send(anybody, &IMarket::fixPayoutRatioCall { board: 1 }).unwrap();
        (World::events::<PayoutRatioFixed>(&receipt).remove(0), World::events::<VaultDebtSettled>(&receipt))
    }

    fn cash(&mut self, account: B256) -> i128 {
        self.market.cash(account)
    }

    /// As if so much had come in that the vault is left with this.
    fn pay_vault(&mut self, cash: i128) {
        let accounts = ClearingSpace::ROOT + U256::from(7);
        let slot = keccak256([VAULT.0, accounts.to_be_bytes()].concat());
        let entry = Account::default().moved(cash).unwrap();
        self.market.world.chain.set_storage(self.market.clearing, slot.into(), B256::new(entry.to_slot()));
    }

    fn debts_until(&mut self) -> u64 {
        self.market.read(&IMarket::boardCall { id: 1 }).debtsUntil
    }
}

fn settle_account(owner: Address) -> IMarket::settleAccountCall {
    IMarket::settleAccountCall { account: account::of(owner), board: 1 }
}

#[test]
fn holders_of_a_board_that_the_vault_cannot_pay_wait_an_hour_and_share_what_there_is() {
    let mut broke = Broke::new();
    let (anybody, [one, other], short) = (broke.market.keeper, broke.holders, broke.short);
    let fix = IMarket::fixPayoutRatioCall { board: 1 };
    broke.market.refuse(anybody, &fix, &MarketBoardNotSettled { board: 1 });
    let had = broke.cash(VAULT);
    let told = broke.settle(1);
    let debt = 17 * PAYS;
    assert_eq!(narrow(told.vaultPayoffAtoms), -debt);
    assert_eq!((broke.cash(VAULT), broke.cash(SETTLEMENT)), (had - debt, debt));
    let until = broke.debts_until();
    assert_eq!(until - HOUR, broke.market.now(), "an hour from the settlement");
    // What it could pay at once, and no epoch is priced meanwhile.
    let board = broke.market.read(&IMarket::boardCall { id: 1 });
    assert_eq!(board.payoutRatioWad, told.payoutRatioWad);
    assert!(board.isSettled && board.payoutRatioWad < wad(1));
    assert_eq!(broke.market.read(&IMarket::liveBoardsCall {}), vec![1, 2, 3, 4]);
    let vault = broke.market.vault;
    broke.market.refuse_at(vault, anybody, &IVault::accrueCall {}, &VaultSettlementPending {});

    // Who is owed waits; who owes does not.
    let open = MarketDebtsOpen { board: 1, untilAt: until };
    broke.market.refuse(anybody, &settle_account(one), &open);
    broke.market.refuse(anybody, &fix, &open);
    let short_had = broke.cash(account::of(short));
    broke.market.send(anybody, &settle_account(short)).unwrap();
    assert_eq!(broke.cash(account::of(short)), short_had - 3 * PAYS);
    assert!(short_had < 3 * PAYS, "more than it had");

    broke.market.world.go_to(until - 2);
    broke.market.refuse(anybody, &fix, &open);
    broke.market.world.go_to(until);
    let (fixed, drawn) = broke.fix();
    let unpaid = debt - had;
    let debts = Debts { owed: Atoms::new(20 * PAYS), covered: Atoms::new(debt + short_had) };
    let ratio = debts.ratio(Atoms::new(unpaid)).unwrap();
    assert_eq!(narrow(I256::from_raw(fixed.owedAtoms)), 20 * PAYS);
    assert_eq!(narrow(I256::from_raw(fixed.coveredAtoms)), debt + short_had);
    assert_eq!((fixed.unpaidAtoms, drawn[0].leftAtoms), (U256::from(unpaid as u128), U256::from(unpaid as u128)));
    assert_eq!(broke.cash(VAULT), 0);
    assert_eq!(broke.debts_until(), 0);
    assert_eq!(broke.market.read(&IMarket::liveBoardsCall {}), vec![2, 3, 4]);
    // Both get the same share of what they are owed, and it is all that has come.
    for (holder, calls) in [(one, 12), (other, 8)] {
        let paid = ratio.applied_floor(Atoms::new(calls * PAYS)).unwrap().count();
        assert_eq!(broke.market.settle_account(holder, 1).unwrap(), paid);
    }
    let left = broke.cash(SETTLEMENT);
    // What the short account lacks has no token behind it, and is counted for nobody.
    assert!((0..3).contains(&(left - (3 * PAYS - short_had))), "{left}");
    // It is fixed once.
    let receipt = broke.market.send(anybody, &fix).unwrap();
    assert!(World::events::<PayoutRatioFixed>(&receipt).is_empty());
}

#[test]
fn insurance_that_can_pay_what_the_vault_owes_pays_it_and_holders_get_all() {
    let mut broke = Broke::new();
    let debt = 17 * PAYS - broke.cash(VAULT);
    let giver = broke.market.trader("giver", 0);
    let enough = debt.unsigned_abs();
    broke.market.fund(giver, enough + TOKEN);
    let clearing = broke.market.clearing;
    let insure = IClearing::depositInsuranceCall { amountAtoms: U256::from(enough + TOKEN) };
    let before = broke.cash(INSURANCE);
    broke.market.world.send(giver, clearing, &insure).unwrap();
    broke.settle(1);
    let until = broke.debts_until();
    broke.market.world.go_to(until);
    let (fixed, drawn) = broke.fix();
    assert_eq!((fixed.payoutRatioWad, fixed.unpaidAtoms), (wad(1), U256::ZERO));
    assert_eq!(drawn[0].fromInsuranceAtoms, U256::from(enough));
    assert_eq!(broke.cash(INSURANCE), before + TOKEN as i128);
    let [one, other] = broke.holders;
    assert_eq!(broke.market.settle_account(one, 1).unwrap(), 12 * PAYS);
    assert_eq!(broke.market.settle_account(other, 1).unwrap(), 8 * PAYS);
}

#[test]
fn a_board_that_the_vault_would_owe_for_waits_until_the_debts_of_another_are_over() {
    let mut broke = Broke::new();
    broke.settle(1);
    let until = broke.debts_until();
    let anybody = broke.market.keeper;
    let first = U80::from(broke.firsts[1]);
    let settle = IMarket::settleBoardCall { board: 2, firstRound: first };
    broke.market.refuse(anybody, &settle, &MarketDebtsOpen { board: 1, untilAt: until });
    broke.market.world.go_to(until);
    broke.fix();
    let told = broke.settle(2);
    assert_eq!(narrow(told.vaultPayoffAtoms), -PAYS);
    assert_eq!(told.payoutRatioWad, U256::ZERO, "it has nothing left");
    // A holder is not paid nothing because nothing is there yet.
    let board = broke.market.read(&IMarket::boardCall { id: 2 });
    let call = IMarket::settleAccountCall { account: account::of(broke.holders[0]), board: 2 };
    broke.market.refuse(anybody, &call, &MarketDebtsOpen { board: 2, untilAt: board.debtsUntil });
}

#[test]
fn a_vault_that_has_paid_its_debt_has_the_ratio_fixed_before_the_hour_is_over() {
    let mut broke = Broke::new();
    broke.settle(1);
    let anybody = broke.market.keeper;
    let until = broke.debts_until();
    broke.pay_vault(-1);
    let open = MarketDebtsOpen { board: 1, untilAt: until };
    broke.market.refuse(anybody, &IMarket::fixPayoutRatioCall { board: 1 }, &open);
    broke.pay_vault(0);
    let (fixed, drawn) = broke.fix();
    assert_eq!((fixed.payoutRatioWad, fixed.unpaidAtoms), (wad(1), U256::ZERO));
    assert!(drawn.is_empty(), "nobody else is asked");
    assert_eq!(broke.market.settle_account(broke.holders[0], 1).unwrap(), 12 * PAYS);
}
