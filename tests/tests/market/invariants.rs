//! A random life of the whole market: many actors, every action, everything checked after each.
//!
//! `EQUIPOISE_ACTIONS` and `EQUIPOISE_SEED` choose another length and another life. A failure prints both.

use std::collections::BTreeMap;
use std::env;
use std::time::Instant;

use alloy_primitives::{Address, B256, I256, U256};
use alloy_sol_types::SolCall;
use equipoise_chain::Receipt;
use equipoise_interfaces::{
    account, BoardSettled, EpochSettled, IClearing, IMarket, ITranche, IVault, Leg, PositionsTakenOver,
};
use equipoise_risk::breakers::State as MarketState;
use equipoise_risk::units::Atoms;
use equipoise_tests::{Failure, World, TOKEN};
use rand_chacha::rand_core::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;

use crate::audit::audit;
use crate::fixture::{call_of, leg, put_of, Market, CAPITAL, DAY, FAR, HOUR, LOT, WINDOW};
use crate::native::{BadDebt, Insurance, Native};
use crate::state::State;

const STRIKES: u64 = 6;
const LIVE_BOARDS: usize = 3;
const TRADERS: usize = 3;

/// What may happen, and how often in a hundred.
const ACTIONS: [(&str, u32); 18] = [
    ("trade", 30),
    ("close", 8),
    ("deposit", 3),
    ("withdraw", 6),
    ("transfer", 3),
    ("liquidate", 7),
    ("time", 9),
    ("price", 9),
    ("jump", 2),
    ("surface", 5),
    ("request deposit", 2),
    ("request redeem", 2),
    ("process", 3),
    ("claim deposit", 2),
    ("claim redeem", 2),
    ("settle board", 3),
    ("settle account", 2),
    ("list", 2),
];

struct Life {
    market: Market,
    native: Native,
    random: ChaCha20Rng,
    seed: u64,
    /// Traders, then LPs.
    owners: Vec<Address>,
    /// Times of the feed's rounds, of which the first is round 1.
    rounds: Vec<u64>,
    spot: i128,
    state: Option<State>,
    log: Vec<String>,
    /// By action: done and refused.
    tally: BTreeMap<&'static str, (u32, u32)>,
}

impl Drop for Life {
    fn drop(&mut self) {
        if std::thread::panicking() {
            println!("EQUIPOISE_SEED={} EQUIPOISE_ACTIONS={}", self.seed, self.log.len());
            println!("{}", self.log.join("\n"));
        }
    }
}

impl Life {
    fn new(seed: u64) -> Self {
        let mut market = Market::wired();
        let mut native = Native::new();
        market.fill_vault(CAPITAL);
        native.follow_lps(CAPITAL as i128);
        let mut owners: Vec<_> =
            (0..TRADERS).map(|number| market.trader(&format!("trader {number}"), 50_000 * TOKEN)).collect();
        for owner in owners.clone() {
            market.fund(owner, 50_000 * TOKEN);
        }
        for (owner, operator) in owners.iter().flat_map(|owner| owners.iter().map(move |other| (*owner, *other))) {
            let operate = IClearing::setOperatorCall { operator, until: FAR };
            market.world.send(owner, market.clearing, &operate).unwrap();
        }
        let second = market.world.account("second LP");
        owners.extend([market.fund(second, 300_000 * TOKEN)]);
        let lp = market.lp;
        market.fund(lp, 100_000 * TOKEN);
        let rounds = vec![market.now()];
        let random = ChaCha20Rng::seed_from_u64(seed);
        let mut life = Self {
            market,
            native,
            random,
            seed,
            owners,
            rounds,
            spot: 300_000_000_000,
            state: None,
            log: Vec::new(),
            tally: BTreeMap::new(),
        };
        while life.native.boards.len() < LIVE_BOARDS {
            life.list();
        }
        life.surface().unwrap();
        life
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.random.next_u64() % bound
    }

    fn trader(&mut self) -> Address {
        let place = self.below(TRADERS as u64) as usize;
        self.owners[place]
    }

    fn lp(&mut self) -> Address {
        if self.below(2) == 0 {
            self.market.lp
        } else {
            self.owners[TRADERS]
        }
    }

    /// One action, and every check.
    fn act(&mut self) {
        let mut draw = self.below(100) as u32;
        let (name, _) = *ACTIONS
            .iter()
            .find(|(_, weight)| {
                let is_it = draw < *weight;
                draw = draw.saturating_sub(*weight);
                is_it
            })
            .unwrap();
        self.log.push(name.to_owned());
        let done = match name {
            "trade" => self.trade(),
            "close" => self.close(),
            "deposit" => self.deposit(),
            "withdraw" => self.withdraw(),
            "time" => {
                self.time();
                Ok(())
            }
            "price" => {
                self.price(20_000);
                Ok(())
            }
            "jump" => {
                self.price(150_000);
                Ok(())
            }
            "transfer" => self.transfer(),
            "liquidate" => self.liquidate(),
            "surface" => self.surface(),
            "request deposit" => self.request_deposit(),
            "request redeem" => self.request_redeem(),
            "process" => self.process(),
            "claim deposit" => {
                let owner = self.lp();
                let assets =
                    self.market.world.read(self.market.junior, &ITranche::maxDepositCall { controller: owner });
                self.ask_tranche(owner, &ITranche::deposit_0Call { assets, receiver: owner }).map(drop)
            }
            "claim redeem" => {
                let owner = self.lp();
                let shares = self.market.world.read(self.market.junior, &ITranche::maxRedeemCall { controller: owner });
                let call = ITranche::redeemCall { shares, receiver: owner, controller: owner };
                self.ask_tranche(owner, &call).map(drop)
            }
            "settle board" => self.settle_board(),
            "settle account" => self.settle_account(),
            _ => {
                self.list_if_due();
                Ok(())
            }
        };
        let count = self.tally.entry(name).or_default();
        *(if done.is_ok() { &mut count.0 } else { &mut count.1 }) += 1;
        if let (Err(failure), Some(line)) = (&done, self.log.last_mut()) {
            *line = format!("{line}: refused {}", failure.0);
        }
        let owners = self.owners.clone();
        let state = self.market.state(&owners);
        if done.is_err() {
            if let Some(before) = &self.state {
                assert_eq!(&state, before, "a refused action changes something");
            }
        }
        audit(&mut self.market, &self.native, &owners, &state);
        self.state = Some(state);
        self.forget_settled();
    }

    fn note(&mut self, what: &str) {
        if let Some(line) = self.log.last_mut() {
            line.push(' ');
            line.push_str(what);
        }
    }

    fn ask_vault<C: SolCall>(&mut self, from: Address, call: &C) -> Result<Receipt, Failure> {
        self.note(&format!("{from}"));
        self.market.vault_send(from, call)
    }

    fn ask_tranche<C: SolCall>(&mut self, from: Address, call: &C) -> Result<Receipt, Failure> {
        self.note(&format!("{from}"));
        self.market.lp_send(from, call)
    }

    fn trade(&mut self) -> Result<(), Failure> {
        let trader = self.trader();
        let boards: Vec<u16> = self.native.boards.iter().map(|board| board.id).collect();
        if boards.is_empty() {
            return Ok(());
        }
        let mut legs = Vec::new();
        for _ in 0..=self.below(3) {
            let board = boards[self.below(boards.len() as u64) as usize];
            let strike = self.below(STRIKES) as u8;
            let series = if self.below(2) == 0 { call_of(board, strike) } else { put_of(board, strike) };
            let most = if self.below(40) == 0 { 500_000 } else { 3_000 };
            let size = i128::from(1 + self.below(most)) * LOT;
            legs.push(leg(series, if self.below(5) < 2 { -size } else { size }));
        }
        self.send_trade(trader, &legs)
    }

    /// Closes all that a trader holds in a board.
    fn close(&mut self) -> Result<(), Failure> {
        let trader = self.trader();
        let held = self.market.read(&IMarket::accountBoardsCall { account: account::of(trader) });
        if held.is_empty() {
            return Ok(());
        }
        let board = held[self.below(held.len() as u64) as usize];
        let sizes = self.market.positions(account::of(trader), board);
        let series = |place: usize| call_of(board, 0) + place as u32;
        let open = sizes.iter().enumerate().filter(|(_, size)| **size != 0);
        let legs: Vec<Leg> = open.map(|(place, size)| leg(series(place), -size)).collect();
        self.send_trade(trader, &legs)
    }

    /// Trades at what natively is the price, at most, or at an atom less, which is refused.
    fn send_trade(&mut self, trader: Address, legs: &[Leg]) -> Result<(), Failure> {
        self.note(&format!("{trader} {legs:?}"));
        let Ok(quoted) = self.market.quote(legs) else {
            let call = IMarket::tradeCall { legs: legs.to_vec(), maxCostAtoms: I256::MAX, deadline: FAR };
            return self.market.send(trader, &call).map(|_| panic!("what has no quote trades"));
        };
        let moment = self.market.moment();
        let offer = self.native.offer(moment, legs);
        assert_eq!(quoted, offer.quote);
        let is_tight = self.below(20) == 0;
        let limit = if is_tight { quoted.costAtoms - I256::ONE } else { quoted.costAtoms };
        let told = self.market.trade_within(trader, legs, limit, moment.now)?;
        // A trade has the breakers look first, where the market was found not to be open.
        self.native.look_again(moment).unwrap();
        let offer = self.native.offer(moment, legs);
        assert!(told.quoted.costAtoms <= limit && told.quoted == offer.quote);
        self.native.trade(legs, &offer);
        Ok(())
    }

    fn deposit(&mut self) -> Result<(), Failure> {
        let trader = self.trader();
        let atoms = self.below(5_000_000_000);
        self.note(&format!("{trader} {atoms}"));
        self.market.deposit(trader, atoms.into()).map(drop)
    }

    fn withdraw(&mut self) -> Result<(), Failure> {
        let trader = self.trader();
        let clearing = self.market.clearing;
        let ask = IClearing::accountMarginCall { account: account::of(trader) };
        let free = self.market.world.view(clearing, &ask).map_or(0, |margin| {
            u64::try_from(margin.equityAtoms).unwrap_or(0).saturating_sub(margin.initialAtoms.to::<u64>() + 1)
        });
        let atoms = if self.below(2) == 0 { free } else { self.below(20_000_000_000) };
        self.note(&format!("{trader} {atoms}"));
        let call = IClearing::withdrawCall { amountAtoms: U256::from(atoms) };
        self.market.world.send(trader, clearing, &call).map(drop)
    }

    /// Gives a part of a position to another trader, who lets anybody.
    fn transfer(&mut self) -> Result<(), Failure> {
        let [from, to] = [self.trader(), self.trader()];
        let [from_id, to_id] = [from, to].map(account::of);
        let held = self.market.read(&IMarket::accountBoardsCall { account: from_id });
        let Some(board) = held.first().copied() else { return Ok(()) };
        let sizes = self.market.positions(from_id, board);
        let place = self.below(sizes.len() as u64) as usize;
        let part = sizes[place] / LOT * i128::from(1 + self.below(4)) / 4;
        let legs = vec![leg(call_of(board, 0) + place as u32, part * LOT)];
        self.note(&format!("{from} to {to} {legs:?}"));
        self.market.send(from, &IMarket::transferLongsCall { from: from_id, to: to_id, legs }).map(drop)
    }

    /// The next step against an account that cannot meet its margin.
    fn liquidate(&mut self) -> Result<(), Failure> {
        let [trader, other] = [self.trader(), self.trader()];
        let [account, counter] = [trader, other].map(account::of);
        let clearing = self.market.clearing;
        let entry = self.market.world.read(clearing, &IClearing::cashOfCall { account });
        let anybody = self.market.world.owner;
        self.note(&format!("{trader} {other}"));
        let world = &mut self.market.world;
        if !entry.isInAuction {
            if entry.cashAtoms < I256::ZERO && entry.heldMarkets == 0 {
                world.send(anybody, clearing, &IClearing::coverBadDebtCall { account })?;
                self.follow_vault_cash();
                return Ok(());
            }
            return world.send(anybody, clearing, &IClearing::startAuctionCall { account }).map(drop);
        }
        match self.below(8) {
            0 => self.market.world.send(anybody, clearing, &IClearing::endAuctionCall { account }).map(drop),
            1 => self.market.world.send(anybody, clearing, &IClearing::deleverageCall { account, counter }).map(drop),
            2 | 3 => self.take_over(account),
            _ => {
                let share = i128::from(self.below(1 << 32)) << 32;
                let bid =
                    IClearing::bidCall { account, bidder: counter, mostShareX64: share, mostPriceAtoms: I256::MAX };
                self.market.world.send(other, clearing, &bid)?;
                self.follow_vault_cash();
                Ok(())
            }
        }
    }

    fn take_over(&mut self, account: B256) -> Result<(), Failure> {
        let (anybody, clearing, moment) = (self.market.world.owner, self.market.clearing, self.market.moment());
        let receipt = self.market.world.send(anybody, clearing, &IClearing::takeOverCall { account })?;
        let told = World::events::<PositionsTakenOver>(&receipt).remove(0);
        let offer = self.native.offer_in(MarketState::Open, moment, &told.legs).unwrap();
        assert_eq!(told.quoted, offer.quote);
        self.native.take_over(&told.legs, &offer);
        self.follow_vault_cash();
        Ok(())
    }

    /// What the vault paid or was paid beside trades, the audit of the ledger's sum checks; and what breakers learn of it.
    fn follow_vault_cash(&mut self) {
        self.native.cash = Atoms::new(self.market.cash(account::VAULT));
        let call = IClearing::vaultStandingCall { market: self.market.market };
        let has = self.market.world.read(self.market.clearing, &call);
        self.native.bad_debt = BadDebt { atoms: has.badDebtAtoms.to(), at: has.badDebtAt };
        self.native.insurance = Insurance { floor_tokens: has.insuranceFloorTokens, atoms: has.insuranceAtoms.to() };
    }

    fn time(&mut self) {
        let secs = self.below(2 * HOUR);
        self.note(&secs.to_string());
        self.market.pass(secs);
    }

    /// A move of at most so many millionths, back to the middle when far from it.
    fn price(&mut self, most: u64) {
        let step = self.spot * (i128::from(self.below(2 * most + 1)) - i128::from(most)) / 1_000_000;
        let is_back = (self.spot > 420_000_000_000 && step > 0) || (self.spot < 210_000_000_000 && step < 0);
        self.spot += if is_back { -step } else { step };
        self.note(&self.spot.to_string());
        self.market.push_answer(self.spot);
        self.rounds.push(self.market.now());
    }

    fn surface(&mut self) -> Result<(), Failure> {
        let slices = self.market.slices();
        if slices.is_empty() {
            return Ok(());
        }
        self.native.post(self.market.spot_wad(), self.market.now(), &slices);
        self.market.post(slices).map(drop)
    }

    fn request_deposit(&mut self) -> Result<(), Failure> {
        let lp = self.lp();
        let assets = U256::from(self.below(30_000_000_000));
        self.ask_tranche(lp, &ITranche::requestDepositCall { assets, controller: lp, owner: lp }).map(drop)
    }

    fn request_redeem(&mut self) -> Result<(), Failure> {
        let lp = self.lp();
        let shares = self.market.world.read(self.market.junior, &ITranche::balanceOfCall { owner: lp });
        let part = shares * U256::from(self.below(120)) / U256::from(500);
        self.ask_tranche(lp, &ITranche::requestRedeemCall { shares: part, controller: lp, owner: lp }).map(drop)
    }

    fn process(&mut self) -> Result<(), Failure> {
        let owner = self.market.world.owner;
        let cut = self.market.world.read(self.market.vault, &IVault::nextEpochCall {}).cutAt;
        let first_rounds = vec![self.market.world.first_round_from(cut)];
        let receipt = self.ask_vault(owner, &IVault::processEpochCall { firstRounds: first_rounds })?;
        let Some(told) = World::events::<EpochSettled>(&receipt).pop() else { return Ok(()) };
        let flow = told.acceptedAtoms.to::<u128>() as i128 - told.paidAtoms.to::<u128>() as i128;
        if flow != 0 {
            self.native.follow_lps(flow);
        }
        Ok(())
    }

    fn settle_board(&mut self) -> Result<(), Failure> {
        let Some(board) = self.native.boards.first().map(|board| (board.id, board.expiry)) else {
            return Ok(());
        };
        let first = self.rounds.partition_point(|at| *at <= board.1 - WINDOW) as u64;
        self.note(&format!("{} from round {first}", board.0));
        let receipt = self.market.settle_board(board.0, first)?;
        let told = World::events::<BoardSettled>(&receipt).remove(0);
        assert_eq!(told.payoutRatioWad, crate::fixture::wad(1));
        let payoff = self.native.settle(board.0, told.settlementPriceWad);
        assert_eq!(i128::try_from(told.vaultPayoffAtoms).unwrap(), payoff);
        Ok(())
    }

    fn settle_account(&mut self) -> Result<(), Failure> {
        let trader = self.trader();
        let held = self.market.read(&IMarket::accountBoardsCall { account: account::of(trader) });
        let Some(board) = held.into_iter().min() else { return Ok(()) };
        self.note(&format!("{trader} {board}"));
        self.market.settle_account(trader, board).map(drop)
    }

    fn list_if_due(&mut self) {
        if self.native.boards.len() < LIVE_BOARDS {
            self.list();
        }
    }

    /// Lists a board of one to five days around the money.
    fn list(&mut self) {
        let step = 100 * 100_000_000;
        let middle = (self.spot / step) as u64;
        let strikes: Vec<u64> = (0..STRIKES).map(|place| 100 * (middle + place - STRIKES / 2 + 1)).collect();
        let expiry = self.market.now() + DAY + self.below(4 * DAY);
        let id = self.market.list(expiry, &strikes);
        self.note(&format!("{id} {expiry} {strikes:?}"));
        let strikes_wad = self.market.read(&IMarket::strikesCall { board: id });
        self.native.list(id, expiry, &strikes_wad);
    }

    /// Drops settled boards that nobody holds anything in.
    fn forget_settled(&mut self) {
        let Some(state) = &self.state else { return };
        let is_live = |id: u16| state.directory[0].contains(&id);
        let is_held = |id: u16| {
            let of_board = state.positions.iter().filter(|each| each.1 == id && each.0 != account::VAULT);
            of_board.into_iter().any(|each| each.2.iter().any(|size| *size != 0))
        };
        let last = self.market.boards.last().copied();
        let kept = |board: &(u16, u64)| is_live(board.0) || is_held(board.0) || Some(*board) == last;
        let before = self.market.boards.len();
        self.market.boards.retain(kept);
        if self.market.boards.len() != before {
            let owners = self.owners.clone();
            self.state = Some(self.market.state(&owners));
        }
    }
}

fn number(name: &str, default: u64) -> u64 {
    env::var(name).map_or(default, |text| text.parse().unwrap_or_else(|_| panic!("{name}={text} is no number")))
}

#[test]
fn every_invariant_holds_after_every_action() {
    let (seed, actions) = (number("EQUIPOISE_SEED", 2_026), number("EQUIPOISE_ACTIONS", 3_000));
    let mut life = Life::new(seed);
    let begin = Instant::now();
    for _ in 0..actions {
        life.act();
    }
    let secs = begin.elapsed().as_secs_f64();
    println!("{actions} actions of seed {seed} in {secs:.1} s: {:.0} a second", actions as f64 / secs);
    for (name, (done, refused)) in &life.tally {
        println!("{name}: {done} done, {refused} refused");
    }
    if actions >= 3_000 {
        for (name, _) in ACTIONS {
            assert!(life.tally.get(name).is_some_and(|(done, _)| *done > 0), "no {name} was done");
        }
        assert!(life.tally["trade"].0 > 200 && life.tally["trade"].1 > 20);
    }
}
