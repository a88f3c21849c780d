//! Trades, closes, round trips, and longs that change hands.

use alloy_primitives::{B256, I256};
use equipoise_chain::Receipt;
use equipoise_interfaces::account;
use equipoise_interfaces::{IBreakers, IMarket, Leg, OptionTraded};
use equipoise_risk::breakers::State;
use equipoise_tests::{Failure, World, TOKEN};

use crate::action::{LegOf, Limit, Of, Size};
use crate::double::{lots_of, Stopped};
use crate::fixture::{call_of, leg, narrow, put_of, signed, CONTRACT, FAR, LOT};
use crate::life::{Life, Outcome, FEED_UNIT};
use crate::slots::Picture;

const LOTS_PER_CONTRACT: i128 = CONTRACT / LOT;

impl Life {
    /// The legs that these stand for now, for an account.
    pub(super) fn legs(&self, account: B256, legs: &[LegOf]) -> Vec<Leg> {
        let picture = self.before();
        let mut live = picture.live();
        // Mostly of what trades.
        if legs.iter().all(|leg| leg.board < 240) {
            let now = self.now();
            live.retain(|id| picture.boards[id].is_open(now));
            if live.is_empty() {
                return Vec::new();
            }
        }
        let real = |of: &LegOf| {
            // Now and then a board or a strike that there is none of.
            let places = live.len().max(1) + usize::from(of.board == 255);
            let board = live.get(usize::from(of.board) % places).copied().unwrap_or(40_000 >> 1);
            let strikes = picture.boards.get(&board).map_or(1, |board| board.inventory.len());
            let strike = (usize::from(of.strike) % (strikes + usize::from(of.strike == 255))) as u8;
            let lots = match of.size {
                Size::Lots(lots) => i128::from(lots),
                Size::OfVault(hundredths) => {
                    let held = picture.boards.get(&board).map_or_else(Vec::new, |board| lots_of(&board.inventory));
                    let held = held.get(2 * usize::from(strike) + usize::from(of.is_put)).copied();
                    (held.unwrap_or(0) * i128::from(hundredths) / 100).clamp(1, 400_000)
                }
                // Some 26 % of spot is what a contract at the money asks for.
                Size::Lever(hundredths) => {
                    let contract = 26 * self.course.here.spot * TOKEN.cast_signed() / (100 * FEED_UNIT);
                    let bears = picture.cash(account).max(0) * LOTS_PER_CONTRACT / contract.max(1);
                    -(bears * i128::from(hundredths) / 100).clamp(1, 400_000)
                }
            };
            let series = if of.is_put { put_of(board, strike) } else { call_of(board, strike) };
            leg(series, lots * LOT)
        };
        legs.iter().map(real).collect()
    }

    pub(super) fn trade(&mut self, by: u8, of: Of, legs: &[LegOf], limit: Limit) -> Outcome {
        let account = self.account(of);
        let legs = self.legs(account, legs);
        if legs.is_empty() {
            return Outcome::idle();
        }
        let quoted = || IMarket::quoteCall { legs: legs.clone() };
        let market = self.market.market;
        let (limit, deadline) = match limit {
            Limit::None => (I256::MAX, FAR),
            Limit::Late => (I256::MAX, self.now() - 1),
            Limit::Exact | Limit::TooTight => {
                let quote = self.market.world.view(market, &quoted());
                let cost = quote.map_or(I256::ZERO, |quote| quote.costAtoms);
                (if limit == Limit::Exact { cost } else { cost - I256::ONE }, self.now())
            }
        };
        Outcome::of(self.trade_as(by, account, &legs, (limit, deadline)).map(drop), &[account])
    }

    /// A trade, checked against the pure crates on what was there before.
    fn trade_as(
        &mut self,
        by: u8,
        account: B256,
        legs: &[Leg],
        (limit, deadline): (I256, u64),
    ) -> Result<I256, Failure> {
        let (from, market) = (self.actors.address(by), self.market.market);
        let before = self.picture();
        let sent = if account == account::of(from) {
            let call = IMarket::tradeCall { legs: legs.to_vec(), maxCostAtoms: limit, deadline };
            self.send(from, market, &call)
        } else {
            let call = IMarket::tradeForCall { account, legs: legs.to_vec(), maxCostAtoms: limit, deadline };
            self.send(from, market, &call)
        };
        self.require_stopped_rightly(&before, account, legs, sent.as_ref().err());
        let receipt = sent?;
        let told = the_trade(&receipt);
        assert!(told.quoted.costAtoms <= limit && self.now() <= deadline, "a trade passes its limit");
        assert_eq!((told.account, &told.legs[..]), (account, legs));
        self.follow_trade(&before, account, &told);
        self.require_margin_after(&before, account, legs);
        Ok(told.quoted.costAtoms)
    }

    /// The breakers stop what they must, say why, and stop nothing else.
    fn require_stopped_rightly(&self, before: &Picture, account: B256, legs: &[Leg], refused: Option<&Failure>) {
        let told = refused.and_then(Stopped::of);
        if refused.is_some() && told.is_none() {
            return;
        }
        let moment = self.moment().expect("without a price nobody knows what breakers say");
        let expected = before.native().stopped(moment, legs, before.is_reducing(account, legs));
        assert_eq!(told, expected, "what the breakers stop");
    }

    /// What a trade must have left, by the pure crates.
    fn follow_trade(&mut self, before: &Picture, account: B256, told: &OptionTraded) {
        let moment = self.moment().expect("nothing trades without a price");
        let mut native = before.native();
        native.look_again(moment).expect("nothing trades without capital");
        let offer = native.offer(moment, &told.legs);
        assert_eq!(told.quoted, offer.quote, "a trade costs what the pure crates say");
        native.trade(&told.legs, &offer);
        let after = self.picture();
        native.require_same(&after.native());
        self.reach("recovered by a trade", before.is_recovered_in(&after));
        let cost = narrow(told.quoted.costAtoms);
        assert_eq!(after.cash(account), before.cash(account) - cost, "the account pays the cost");
        assert_eq!(narrow(told.vaultCashAtoms), after.vault_cash(), "the vault gets it");
        let (nav_before, nav_after) = (before.native().nav_atoms(moment), after.native().nav_atoms(moment));
        assert!(nav_after >= nav_before, "a trade takes the net asset value from {nav_before} to {nav_after}");
    }

    /// Who trades must bear it: maintenance if every leg shrinks what it is of, initial margin otherwise.
    pub(super) fn require_margin_after(&mut self, before: &Picture, account: B256, legs: &[Leg]) {
        let after = self.picture();
        let entry = after.ledger[&account];
        let is_reducing = before.is_reducing(account, legs);
        if entry.short() == 0 && entry.cash() >= 0 {
            return;
        }
        // Longs beside a debt, while a settled board's account waits or another's expiry does, are valued all the same.
        if let Some(margin) = self.margin_of_trader(&after, account) {
            let required = if is_reducing { margin.maintenance } else { margin.initial };
            assert!(margin.equity >= required, "a trade leaves {margin:?}");
        }
    }

    pub(super) fn close(&mut self, by: u8, of: Of, board: u8, thousandths: u16) -> Outcome {
        let account = self.account(of);
        let mut held: Vec<u16> = self.before().account_boards[&account].ids().collect();
        if board < 230 {
            held.retain(|id| self.before().boards[id].is_open(self.now()));
        }
        let Some(board) = held.get(usize::from(board) % held.len().max(1)).copied() else { return Outcome::idle() };
        let sizes = self.before().lots(account, board);
        let part = |lots: i128| lots * i128::from(thousandths.min(1_001)) / 1_000;
        let open = sizes.iter().enumerate().filter(|(_, lots)| part(**lots) != 0);
        let legs: Vec<Leg> =
            open.map(|(place, lots)| leg(call_of(board, 0) + place as u32, -part(*lots) * LOT)).collect();
        Outcome::of(self.trade_as(by, account, &legs, (I256::MAX, FAR)).map(drop), &[account])
    }

    pub(super) fn round_trip(&mut self, by: u8, legs: &[LegOf], parts: u8) -> Outcome {
        let account = account::of(self.actors.address(by));
        let legs = self.legs(account, legs);
        if legs.is_empty() {
            return Outcome::idle();
        }
        let mut total = match self.trade_as(by, account, &legs, (I256::MAX, FAR)) {
            Ok(cost) => cost,
            Err(failure) => return Outcome::of(Err(failure), &[account]),
        };
        let parts = i128::from(parts.max(1));
        for part in 0..parts {
            let share = |size: I256| {
                let lots = narrow(size) / LOT;
                signed(-(lots * (part + 1) / parts - lots * part / parts) * LOT)
            };
            let back = legs.iter().map(|leg| Leg { series: leg.series, sizeWad: share(leg.sizeWad) });
            let back: Vec<Leg> = back.filter(|leg| !leg.sizeWad.is_zero()).collect();
            match self.trade_as(by, account, &back, (I256::MAX, FAR)) {
                Ok(cost) => total += cost,
                Err(failure) => return Outcome::of(Err(failure), &[account]),
            }
        }
        assert!(total >= I256::ZERO, "a round trip in one market state gains {total}");
        self.reach("round trip completed", true);
        Outcome::of(Ok(()), &[account])
    }

    /// Trades the same whole and leg by leg in halves, from one state, and goes back to it.
    pub(super) fn split(&mut self, by: u8, legs: &[LegOf]) -> Outcome {
        let account = account::of(self.actors.address(by));
        let legs = self.legs(account, legs);
        if legs.is_empty() {
            return Outcome::idle();
        }
        let whole = IMarket::quoteCall { legs: legs.clone() };
        let market = self.market.market;
        let snapshot = self.market.world.chain.snapshot();
        if self.before().frozen.watch.state != State::Open {
            // Any trade would have the breakers look first, which no quote does.
            let _ = self.tell(by, market, &IBreakers::pokeCall {});
        }
        let whole = match self.market.world.view(market, &whole) {
            Ok(quote) => quote.costAtoms,
            Err(failure) => {
                assert!(self.market.world.chain.revert(snapshot));
                return Outcome::of(Err(failure), &[]);
            }
        };
        let mut total = Ok(I256::ZERO);
        for leg in &legs {
            let lots = narrow(leg.sizeWad) / LOT;
            for lots in [lots / 2, lots - lots / 2].into_iter().filter(|lots| *lots != 0) {
                let part = vec![Leg { series: leg.series, sizeWad: signed(lots * LOT) }];
                let cost = total.is_ok().then(|| self.trade_as(by, account, &part, (I256::MAX, FAR)));
                total = match (total, cost) {
                    (Ok(sum), Some(Ok(cost))) => Ok(sum + cost),
                    (Ok(_), Some(Err(failure))) => Err(failure),
                    (total, _) => total,
                };
            }
        }
        assert!(self.market.world.chain.revert(snapshot));
        if let Ok(total) = &total {
            assert!(*total >= whole, "in parts it costs {total}, whole {whole}");
        }
        Outcome::of(total.map(drop), &[])
    }

    pub(super) fn transfer_longs(
        &mut self,
        by: u8,
        (from, to): (Of, Of),
        (board, place, part): (u8, u8, u16),
    ) -> Outcome {
        let [from, to] = [from, to].map(|of| self.account(of));
        let held: Vec<u16> = self.before().account_boards[&from].ids().collect();
        let Some(board) = held.get(usize::from(board) % held.len().max(1)).copied() else { return Outcome::idle() };
        let longs = self.before().lots(from, board);
        let mut longs = longs.iter().enumerate().filter(|(_, lots)| **lots != 0).collect::<Vec<_>>();
        let count = longs.len().max(1);
        longs.rotate_left(usize::from(place) % count);
        let lots = |lots: i128| lots * i128::from(part) / 1_000;
        let legs: Vec<Leg> = longs
            .iter()
            .take(1 + usize::from(place) % 2)
            .map(|(place, held)| leg(call_of(board, 0) + *place as u32, lots(**held) * LOT))
            .collect();
        let (caller, market) = (self.actors.address(by), self.market.market);
        let before = self.picture();
        let call = IMarket::transferLongsCall { from, to, legs: legs.clone() };
        let result = self.send(caller, market, &call).map(drop);
        if result.is_ok() {
            let after = self.picture();
            assert_eq!(after.ledger[&from].short(), 0, "who gives longs is short nowhere");
            for leg in &legs {
                assert!(leg.sizeWad > I256::ZERO, "longs only");
            }
            let both = |picture: &Picture| -> Vec<i128> {
                let pair = picture.lots(from, board).into_iter().zip(picture.lots(to, board));
                pair.map(|(from, to)| from + to).collect()
            };
            assert_eq!(both(&before), both(&after), "what one gives the other gets");
        }
        Outcome::of(result, &[from, to])
    }
}

fn the_trade(receipt: &Receipt) -> OptionTraded {
    let mut told = World::events::<OptionTraded>(receipt);
    assert_eq!(told.len(), 1, "a trade tells itself once");
    told.remove(0)
}
