//! What moves by itself: time, prices, the surface, expiries.

use alloy_primitives::aliases::U80;
use alloy_primitives::{I256, U256};
use equipoise_cli::deployment::Hedges;
use equipoise_interfaces::account::INSURANCE;
use equipoise_interfaces::{AccountSettled, BoardSettled, IMarket, IVault, PayoutRatioFixed};
use equipoise_market_state::layout::{BoardDebts, BoardState};
use equipoise_risk::settlement::{payoff_floor, Debts, PayoutRatio, DEBT_WINDOW_SECS};
use equipoise_risk::units::Atoms;
use equipoise_tests::{Stablecoin, World};

use crate::action::{Of, Round, Until};
use crate::double::scale;
use crate::fixture::{narrow, signed, slice, wad, CONTRACT, HOUR, WINDOW};
use crate::life::{FeedRound, Life, Outcome, FEED_UNIT};
use crate::native::price_of;

/// Boards that live at the same time at most, though the market takes more.
const MOST_BOARDS: usize = 6;
const STRIKES: u64 = 6;
/// How far spot goes back to where it began in a day without tripping a breaker, in millionths.
const MOST_HOME: i128 = 150_000;

impl Life {
    pub(super) fn pass(&mut self, until: Until) -> Outcome {
        let now = self.now();
        let expiries =
            self.before().boards.values().filter(|board| !board.is_settled()).map(|board| board.header.expiry);
        let expiries: Vec<u64> = expiries.collect();
        let to = match until {
            Until::Secs(secs) => now + u64::from(secs),
            Until::Window(less) => {
                let windows = expiries.iter().map(|expiry| expiry - WINDOW - u64::from(less));
                windows.filter(|at| *at > now).min().unwrap_or(now + HOUR)
            }
            Until::Expiry(more) => {
                let next = expiries.iter().copied().filter(|at| *at >= now).min();
                next.unwrap_or(now + HOUR) + u64::from(more)
            }
            Until::Cut(more) => {
                let vault = self.market.vault;
                let cut = self.market.world.read(vault, &IVault::nextEpochCall {}).cutAt;
                cut.max(now) + u64::from(more)
            }
        };
        self.market.world.go_to(to);
        Outcome::of(Ok(()), &[])
    }

    /// Where spot begins, in the feed's unit.
    fn begin(&self) -> i128 {
        i128::from(self.own.begin) * FEED_UNIT
    }

    /// A later round; far from where it began the price turns back.
    pub(super) fn round(&mut self, round: Round) -> Outcome {
        if self.course.here.rounds.last().is_some_and(|last| last.at >= self.now()) {
            self.market.pass(1);
        }
        let now = self.now();
        let answer = match round {
            Round::Move(millionths) => {
                let step = self.course.here.spot * i128::from(millionths) / 1_000_000;
                let begin = self.begin();
                let (high, low) = (begin * 3 / 2, begin * 19 / 30);
                let is_back = (self.course.here.spot > high && step > 0) || (self.course.here.spot < low && step < 0);
                self.course.here.spot += if is_back { -step } else { step };
                self.course.here.spot
            }
            Round::Home => {
                let most = self.course.here.spot * MOST_HOME / 1_000_000;
                self.course.here.spot += (self.begin() - self.course.here.spot).clamp(-most, most);
                self.course.here.spot
            }
            Round::Zero => 0,
            Round::Negative => -self.course.here.spot,
        };
        self.market.world.push_round(answer, now);
        let answer = matches!(round, Round::Move(_) | Round::Home).then_some(answer);
        self.course.here.rounds.push(FeedRound { answer, at: now });
        Outcome::of(Ok(()), &[])
    }

    pub(super) fn surface(&mut self, level: i32, skew: i32, is_negative: bool) -> Outcome {
        let Some(moment) = self.moment() else { return Outcome::idle() };
        let picture = self.before();
        let live = picture.live().into_iter().filter(|id| picture.boards[id].header.expiry > moment.now);
        let slices: Vec<_> = live
            .map(|id| {
                let left = picture.boards[&id].header.expiry - moment.now;
                let forward = moment.spot_wad + moment.spot_wad * U256::from(left) / U256::from(864_000_000u64);
                let mut slice = slice(id, forward);
                let millionth = CONTRACT / 1_000_000;
                slice.aWad += I256::try_from(i128::from(level) * millionth / 2).unwrap();
                slice.rhoWad += I256::try_from(i128::from(skew) * millionth).unwrap();
                if is_negative {
                    slice.aWad = signed(-CONTRACT);
                }
                slice
            })
            .collect();
        if slices.is_empty() {
            return Outcome::idle();
        }
        let before = self.picture();
        let result = self.market.post(slices).map(drop);
        assert!(!(is_negative && result.is_ok()), "a surface of negative variance is taken");
        if result.is_err() {
            assert_eq!(self.picture(), before, "a refused surface changes something");
        }
        Outcome::of(result, &[])
    }

    pub(super) fn list(&mut self, secs: u32, step: u8) -> Outcome {
        let live = self.before().live();
        if live.len() >= MOST_BOARDS {
            return Outcome::idle();
        }
        // In proportion to where spot begins.
        let width = [25, 50, 100, 200][usize::from(step) % 4] * self.own.begin as u64 / 3_000;
        let middle = (self.course.here.spot / FEED_UNIT) as u64 / width;
        let strikes = (0..STRIKES).map(|place| wad(width * (middle + place + 1 - STRIKES / 2))).collect();
        let (expiry, owner, market) = (self.now() + u64::from(secs), self.market.world.owner, self.market.market);
        let result = self.send(owner, market, &IMarket::listBoardCall { expiry, strikesWad: strikes });
        if result.is_ok() {
            let after = self.picture().live();
            assert_eq!(after.len(), live.len() + 1, "a board more");
        }
        Outcome::of(result.map(drop), &[])
    }

    pub(super) fn settle_board(&mut self, by: u8, place: u8, is_wrong_round: bool) -> Outcome {
        let live = self.before().live();
        if live.is_empty() {
            return Outcome::idle();
        }
        // Mostly the next one, once it has expired.
        let board = live[if place < 230 { 0 } else { usize::from(place) % live.len() }];
        let expiry = self.before().boards[&board].header.expiry;
        if place < 220 && self.now() < expiry {
            return Outcome::idle();
        }
        let first =
            self.course.here.rounds.iter().rposition(|round| round.answer.is_some() && round.at <= expiry - WINDOW);
        let first = U80::from(first.map_or(1, |place| place as u64 + 1) + u64::from(is_wrong_round));
        let (from, market, before) = (self.actors.address(by), self.market.market, self.before().clone());
        let result = self.send(from, market, &IMarket::settleBoardCall { board, firstRound: first });
        if let Ok(receipt) = &result {
            let told = World::events::<BoardSettled>(receipt).remove(0);
            assert!(self.now() >= expiry, "a board settles after its expiry");
            let held = &before.boards[&board].inventory;
            let payoff = payoff_floor(held, price_of(told.settlementPriceWad), scale()).unwrap().count();
            assert_eq!(narrow(told.vaultPayoffAtoms), payoff, "the vault gets what its options pay");
            let after = self.picture();
            assert_eq!(after.vault_cash() - before.vault_cash(), payoff, "into debt if need be");
            assert_eq!(after.settlement_cash() - before.settlement_cash(), -payoff);
            let is_owing = payoff < 0 && after.vault_cash() < 0;
            let until = self.now() + DEBT_WINDOW_SECS;
            let debts = BoardDebts { board, until, debts: Debts::of_vault(Atoms::new(-payoff)) };
            assert_eq!(after.debts_of(board), is_owing.then_some(debts));
            assert_eq!(told.payoutRatioWad == wad(1), !is_owing);
            self.require_average(expiry, told.settlementPriceWad);
            let again = IMarket::settleBoardCall { board, firstRound: first };
            self.send(from, market, &again).expect_err("a board settles once");
        }
        Outcome::of(result.map(drop), &[])
    }

    /// The settlement price lies between the lowest and the highest price of the window.
    fn require_average(&self, expiry: u64, price_wad: U256) {
        let rounds = &self.course.here.rounds;
        let first = rounds.iter().rposition(|round| round.answer.is_some() && round.at <= expiry - WINDOW).unwrap_or(0);
        let inside = rounds[first..].iter().take_while(|round| round.at < expiry);
        let prices: Vec<U256> = inside
            .filter_map(|round| Some(U256::from(round.answer? as u128) * U256::from(10_000_000_000u64)))
            .collect();
        let (low, high) = (prices.iter().min().unwrap(), prices.iter().max().unwrap());
        assert!((*low..=*high).contains(&price_wad), "{price_wad} is no average of {low} to {high}");
    }

    pub(super) fn settle_account(&mut self, by: u8, of: Of, place: u8) -> Outcome {
        let account = self.account(of);
        let known: Vec<u16> = self.before().boards.keys().copied().collect();
        let held = self.before().account_boards[&account].ids().find(|id| self.before().boards[id].is_settled());
        let Some(board) = held.or_else(|| known.get(usize::from(place) % known.len().max(1)).copied()) else {
            return Outcome::idle();
        };
        let due = self.before().due(account, board);
        let is_waiting = self.before().debts_of(board).is_some();
        let is_owed = self.before().payoff(account, board).is_some_and(|payoff| payoff > Atoms::ZERO);
        let (from, market, before) = (self.actors.address(by), self.market.market, self.before().clone());
        let result = self.send(from, market, &IMarket::settleAccountCall { account, board });
        if let Ok(receipt) = &result {
            let told = World::events::<AccountSettled>(receipt);
            let payoff = due.unwrap_or(0);
            assert_eq!(told.first().map_or(0, |told| narrow(told.payoffAtoms)), payoff, "an account gets its payoff");
            let after = self.picture();
            assert!(!is_waiting || !is_owed, "who is owed waits for the ratio");
            if let Some(owed) = before.debts_of(board) {
                let cash = Atoms::new(after.cash(account));
                let debts = owed.debts.with_account(Atoms::new(-payoff), cash).unwrap();
                assert_eq!(after.debts_of(board), Some(BoardDebts { debts, ..owed }), "what it owed, and what it had");
            }
            assert_eq!(after.cash(account) - before.cash(account), payoff);
            assert_eq!(after.settlement_cash() - before.settlement_cash(), -payoff);
            assert!(after.lots(account, board).iter().all(|lots| *lots == 0), "and holds nothing of it any more");
            let call = IMarket::settleAccountCall { account, board };
            self.send(from, market, &call).expect("it may be asked again");
            assert_eq!(self.picture(), after, "nothing settles twice");
        }
        Outcome::of(result.map(drop), &[account])
    }

    pub(super) fn fix_ratio(&mut self, by: u8, place: u8) -> Outcome {
        let before = self.before().clone();
        let known: Vec<u16> = before.boards.keys().copied().collect();
        let owing = before.debts.map(|owed| owed.board).filter(|_| place < 230);
        let Some(board) = owing.or_else(|| known.get(usize::from(place) % known.len().max(1)).copied()) else {
            return Outcome::idle();
        };
        let (from, market) = (self.actors.address(by), self.market.market);
        let result = self.send(from, market, &IMarket::fixPayoutRatioCall { board });
        let told = result.as_ref().map(World::events::<PayoutRatioFixed>).unwrap_or_default();
        if let Some(told) = told.first() {
            let owed = before.debts_of(board).expect("a ratio is fixed once");
            let after = self.picture();
            let debt = (-before.vault_cash()).max(0);
            assert!(debt == 0 || self.now() >= owed.until, "fixed before its time");
            let insured = before.cash(INSURANCE).min(debt);
            let others = after.there.as_deref().zip(before.there.as_deref());
            let by_other = others.map_or(0, |(after, before)| before.vault_cash() - after.vault_cash());
            let unpaid = debt - insured - by_other;
            assert!(
                unpaid == 0 || after.there.as_deref().is_none_or(|there| there.vault_cash() <= 0),
                "the same LPs pay"
            );
            self.reach("the other market's vault pays a debt", by_other > 0);
            assert_eq!(narrow(I256::from_raw(told.unpaidAtoms)), unpaid, "insurance pays what the vault does not");
            assert_eq!(before.cash(INSURANCE) - after.cash(INSURANCE), insured);
            assert_eq!(before.settlement_cash() - after.settlement_cash(), unpaid);
            assert_eq!(after.vault_cash(), before.vault_cash().max(0), "and owes nothing any more");
            let BoardState::Settled { ratio, .. } = after.boards[&board].header.state else { panic!("not settled") };
            assert_eq!(ratio, owed.debts.ratio(Atoms::new(unpaid)).unwrap());
            self.course.here.is_loss_shared |= ratio != PayoutRatio::FULL;
            self.reach("payout ratio below one", ratio != PayoutRatio::FULL);
        }
        Outcome::of(result.map(drop), &[])
    }

    /// Sends tokens where nobody asked for them.
    pub(super) fn donate(&mut self, by: u8, to: u8, atoms: u64) -> Outcome {
        let market = &self.market;
        let Hedges { hedger, filler, .. } = self.own.hedging.hedges;
        let house = [market.clearing, market.vault, market.senior, market.junior];
        let programs = [&house[..], &[market.market, self.own.wrapper, hedger, filler]].concat();
        let to = programs[usize::from(to) % programs.len()];
        let token = market.world.token;
        let result = self.tell(by, token, &Stablecoin::transferCall { to, value: U256::from(atoms) });
        if result.is_ok() {
            *self.course.donated.entry(to).or_default() += u128::from(atoms);
        }
        Outcome::of(result, &[])
    }
}
