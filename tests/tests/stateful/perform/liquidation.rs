//! Auctions and what comes after them.

use alloy_primitives::{B256, I256};
use alloy_sol_types::SolEvent;
use equipoise_clearing_state::{bit, markets};
use equipoise_interfaces::account::{vault_of, INSURANCE};
use equipoise_interfaces::{AuctionBidFilled, IClearing, PositionsTakenOver};
use equipoise_tests::World;

use crate::action::{Of, Target};
use crate::fixture::narrow;
use crate::life::{Life, Outcome};
use crate::slots::Picture;
use equipoise_risk::breakers::State;
use equipoise_risk::margin::MarginState;

impl Life {
    fn targeted(&self, target: Target, fits: impl Fn(&Self, B256) -> bool) -> Option<B256> {
        match target {
            Target::Any(of) => Some(self.account(of)),
            Target::Fit(place) => self.pick(fits, place),
        }
    }

    fn in_auction(&self, target: Target) -> Option<B256> {
        self.targeted(target, |life, account| life.before().ledger[&account].is_in_auction())
    }

    /// No step of a liquidation passes at prices that may not be relied on, nor in a halt.
    fn require_safe(&self, account: B256) {
        let held = self.before().ledger[&account].held();
        for (picture, sight) in self.both(self.before()) {
            if held & bit(picture.market) != 0 {
                let moment = self.moment_in(sight.scene).expect("nothing is liquidated without a price");
                assert!(picture.native().is_safe(moment), "a liquidation at prices that may not be relied on");
            }
        }
    }

    fn is_liquidatable(&self, account: B256) -> bool {
        let margin = self.margin_of(self.before(), account);
        margin.is_some_and(|margin| margin.state() == MarginState::Liquidatable)
    }

    pub(super) fn start_auction(&mut self, by: u8, target: Target) -> Outcome {
        let fits = |life: &Self, account: B256| {
            !life.before().ledger[&account].is_in_auction() && life.is_liquidatable(account)
        };
        let Some(account) = self.targeted(target, fits) else { return Outcome::idle() };
        let was_liquidatable = self.is_liquidatable(account);
        let clearing = self.market.clearing;
        let result = self.tell(by, clearing, &IClearing::startAuctionCall { account });
        if result.is_ok() {
            self.require_safe(account);
            assert!(was_liquidatable, "an auction starts below maintenance margin only");
            let after = self.picture();
            assert!(after.ledger[&account].is_in_auction());
            assert!(after.cash(account) <= self.before().cash(account));
            let is_of_both = after.ledger[&account].held().count_ones() > 1;
            self.reach("an auction of what is held in both markets", is_of_both);
        }
        Outcome::of(result, &[account])
    }

    pub(super) fn bid(&mut self, (by, to): (u8, Of), target: Target, share: u16, is_free: bool) -> Outcome {
        let Some(account) = self.in_auction(target) else { return Outcome::idle() };
        let bidder = self.account(to);
        let most = (i128::from(share) << 64) / 1_000;
        let limit = if is_free { I256::ZERO } else { I256::MAX };
        let call = IClearing::bidCall { account, bidder, mostShareX64: most, mostPriceAtoms: limit };
        let (from, clearing) = (self.actors.address(by), self.market.clearing);
        let result = self.send(from, clearing, &call);
        if let Ok(receipt) = &result {
            self.require_safe(account);
            let told = World::events::<AuctionBidFilled>(receipt).remove(0);
            let after = self.picture();
            self.require_moved(account, bidder, &after);
            assert_eq!(narrow(told.accountCashAtoms), after.cash(account));
            assert_eq!(narrow(told.bidderCashAtoms), after.cash(bidder));
            assert!(told.shareX64 <= most && told.shareX64 > 0, "a bidder takes what he asked for at most");
            if let Some(margin) = self.margin_of(&after, bidder) {
                let entry = after.ledger[&bidder];
                assert!(!entry.is_margined() || margin.equity >= margin.initial, "a bid leaves its bidder {margin:?}");
            }
        }
        Outcome::of(result.map(drop), &[account, bidder])
    }

    /// Whatever leaves the account comes to the bidder, in each market that it holds anything in. Of little that may be nothing.
    fn require_moved(&mut self, account: B256, bidder: B256, after: &Picture) {
        let before = self.before();
        let mut moved_in = 0;
        for ((before, _), (after, _)) in self.both(before).into_iter().zip(self.both(after)) {
            let of_both = |picture: &Picture, id: u16| {
                let pair = picture.lots(account, id).into_iter().zip(picture.lots(bidder, id));
                pair.map(|(one, other)| one + other).collect::<Vec<_>>()
            };
            for id in before.live() {
                assert_eq!(of_both(before, id), of_both(after, id), "positions only move");
            }
            moved_in +=
                usize::from(before.live().into_iter().any(|id| before.lots(account, id) != after.lots(account, id)));
        }
        let is_of_both = markets(before.ledger[&account].held()).count() > 1;
        self.reach("a bid takes a share of what is held in both markets", is_of_both && moved_in > 1);
    }

    pub(super) fn end_auction(&mut self, by: u8, target: Target) -> Outcome {
        let Some(account) = self.in_auction(target) else { return Outcome::idle() };
        let clearing = self.market.clearing;
        let result = self.tell(by, clearing, &IClearing::endAuctionCall { account });
        if result.is_ok() {
            let after = self.picture();
            assert!(!after.ledger[&account].is_in_auction());
            let is_empty = after.ledger[&account].held() == 0;
            assert!(is_empty || !self.is_liquidatable(account), "an auction ends when its account is healthy or empty");
        }
        Outcome::of(result, &[account])
    }

    pub(super) fn take_over(&mut self, by: u8, target: Target) -> Outcome {
        let Some(account) = self.in_auction(target) else { return Outcome::idle() };
        let (from, clearing, before) = (self.actors.address(by), self.market.clearing, self.picture());
        let result = self.send(from, clearing, &IClearing::takeOverCall { account });
        if let Ok(receipt) = &result {
            self.require_safe(account);
            let after = self.picture();
            assert_eq!(after.ledger[&account].held(), 0, "all of it is taken over");
            let (befores, afters) = (self.both(&before), self.both(&after));
            for ((before, sight), (after, _)) in befores.into_iter().zip(afters) {
                let logs = receipt.logs.iter().filter(|log| log.address() == sight.market);
                let told = logs.filter_map(|log| PositionsTakenOver::decode_log(&log.inner).ok());
                for told in told {
                    let moment = self.moment_in(sight.scene).expect("nothing is taken over without a price");
                    let mut native = before.native();
                    let offer = native.offer_in(State::Open, moment, &told.legs);
                    let offer = offer.expect("nothing is taken over without capital");
                    assert_eq!(told.quoted, offer.quote, "a takeover is priced as a trade");
                    native.take_over(&told.legs, &offer);
                    // The ledger's side of it is more than the price: penalties, insurance.
                    native.cash = after.native().cash;
                    native.require_same(&after.native());
                }
            }
            let is_of_both = before.ledger[&account].held().count_ones() > 1;
            self.reach("a takeover of what is held in both markets", is_of_both);
        }
        Outcome::of(result.map(drop), &[account])
    }

    pub(super) fn deleverage(&mut self, by: u8, target: Target, counter: Of) -> Outcome {
        let Some(account) = self.in_auction(target) else { return Outcome::idle() };
        let opposite = |life: &Self, other: B256| other != account && life.before().are_opposite(account, other);
        // Mostly against somebody who is on the other side.
        let counter = self.pick(opposite, counter.0).unwrap_or_else(|| self.account(counter));
        let clearing = self.market.clearing;
        let result = self.tell(by, clearing, &IClearing::deleverageCall { account, counter });
        if result.is_ok() {
            self.require_safe(account);
            let (before, after) = (self.before().clone(), self.picture());
            let sum = |picture: &Picture| {
                let vaults = [vault_of(0), vault_of(1)];
                [account, counter, INSURANCE]
                    .into_iter()
                    .chain(vaults)
                    .map(|account| picture.cash(account))
                    .sum::<i128>()
            };
            assert_eq!(sum(&before), sum(&after), "cash only changes hands");
        }
        Outcome::of(result, &[account, counter])
    }

    pub(super) fn cover_bad_debt(&mut self, by: u8, target: Target) -> Outcome {
        let fits = |life: &Self, account: B256| {
            let entry = life.before().ledger[&account];
            entry.cash() < 0 && entry.held() == 0
        };
        let Some(account) = self.targeted(target, fits) else { return Outcome::idle() };
        let before = self.before().clone();
        let clearing = self.market.clearing;
        let result = self.tell(by, clearing, &IClearing::coverBadDebtCall { account });
        if result.is_ok() {
            let after = self.picture();
            let paid = after.cash(account) - before.cash(account);
            assert!(paid > 0 && after.cash(account) <= 0, "a debt is covered, and no more");
            let blamed = before.ledger[&account].blamed();
            let [insured, borne] =
                [INSURANCE, vault_of(blamed)].map(|account| before.cash(account) - after.cash(account));
            assert_eq!(paid, insured + borne);
            self.reach("a debt that insurance pays", insured > 0);
            self.reach("a debt that the vault bears", borne > 0);
            let uninsured = (borne - after.cash(account)) as u128;
            for ((before, _), (after, _)) in self.both(&before).into_iter().zip(self.both(&after)) {
                let uninsured = if after.market == blamed { uninsured } else { 0 };
                assert_eq!(
                    after.bad_debt,
                    before.bad_debt.with(uninsured, self.now()),
                    "what the breakers learn of it"
                );
            }
            assert_eq!(insured, (-before.cash(account)).min(before.cash(INSURANCE)), "insurance pays first");
        }
        Outcome::of(result, &[account])
    }
}
