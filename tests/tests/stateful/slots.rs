//! Everything that the programs keep about the actors, read from their storage without running them.

use std::collections::BTreeMap;

use alloy_primitives::{keccak256, Address, B256, U256};
use alloy_rpc_types_eth::BlockId;
use equipoise_clearing_state::slots::ClearingSpace;
use equipoise_clearing_state::Account;
use equipoise_interfaces::account::{self, settlement_of, vault_of, SYSTEM_ACCOUNTS};
use equipoise_kit::storage::{halves, namespace_root, number_key, quarters, Namespace};
use equipoise_market_state::account_boards::AccountBoards;
use equipoise_market_state::layout::{
    decode_breakers, decode_conditions, decode_gap, decode_hedge, decode_holdings, decode_margin_parameters,
    decode_parameters, decode_slice, has_hedger, series_slots, strike_count, strike_slots, BoardDebts, BoardState,
    BoardWords, Directory, Frozen, Header, Slot, Trading,
};
use equipoise_market_state::store::{Place, ROOT};
use equipoise_risk::breakers::{Breakers, State};
use equipoise_risk::clock::WINDOW_SECS;
use equipoise_risk::conditions::Conditions;
use equipoise_risk::hedge::Hedge;
use equipoise_risk::margin::MarginParameters;
use equipoise_risk::parameters::Parameters;
use equipoise_risk::settlement::Holding;
use equipoise_risk::surface::{Slice, VolGap};

mod capital;
pub mod hedging;

pub use capital::Tranche;
use hedging::{hedge_wallets, Hedger};

use crate::life::Life;
use crate::markets::Sight;
use crate::native::BadDebt;

const VAULT: U256 = namespace_root("equipoise.vault");
const WRAPPER: U256 = namespace_root("equipoise.wrapper");

/// One board.
#[derive(Clone, Debug, PartialEq)]
pub struct Board {
    pub header: Header,
    pub slice: Slice,
    pub gap: VolGap,
    pub inventory: Vec<Holding>,
    /// What it is said that traders hold against each other, in lots.
    pub matched: u64,
    /// Of accounts that hold anything in it.
    pub held: BTreeMap<B256, Vec<Holding>>,
    /// Wrapped lots of each series.
    pub wrapped: Vec<u32>,
    /// The tokens' owners, by series.
    pub tokens: Vec<BTreeMap<Address, U256>>,
    /// Whether what is wrapped has been settled.
    pub is_redeemable: bool,
}

/// All of it at a moment, with the market that a life has turned to in front.
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    /// The market's number.
    pub market: u8,
    /// The same with the other market in front, if there are two.
    pub there: Option<Box<Self>>,
    /// The ledger's own accounts, the actors', and the wrapper's.
    pub ledger: BTreeMap<B256, Account>,
    /// Whether there is an auction behind an account.
    pub auctions: BTreeMap<B256, bool>,
    pub directory: Directory,
    /// Of the board whose payout ratio is not fixed yet.
    pub debts: Option<BoardDebts>,
    /// Boards that are not settled, and settled ones that somebody holds anything in.
    pub boards: BTreeMap<u16, Board>,
    /// Boards of each account.
    pub account_boards: BTreeMap<B256, AccountBoards>,
    pub frozen: Frozen,
    pub conditions: Option<Conditions>,
    pub has_hedger: bool,
    /// What is held against the options, as the market was told.
    pub hedge: Hedge,
    pub hedger: Hedger,
    pub breakers: Breakers,
    /// What the market's vault has borne of others' debts lately.
    pub bad_debt: BadDebt,
    /// What the insurance fund must hold for the market, in whole tokens.
    pub insurance_floor: u32,
    pub trading: Trading,
    /// What it is said that traders hold against each other in all boards, in lots.
    pub matched: u64,
    pub parameters: Parameters,
    pub margin_parameters: MarginParameters,
    pub offset_share: u64,
    pub tokens: BTreeMap<Address, u128>,
    pub senior: Tranche,
    pub junior: Tranche,
    /// Fees that wait.
    pub fees: u128,
}

fn key_at(root: U256, place: u8) -> U256 {
    root + U256::from(place)
}

impl Life {
    fn slot(&self, program: Address, key: U256) -> Slot {
        self.market.world.chain.storage(program, key, BlockId::latest()).unwrap().0
    }

    /// Where a mapping keeps a key, as in Solidity. Hashing is most of what reading costs, so it is done once.
    fn mapped(&self, key: B256, mapping: U256) -> U256 {
        let place = (key, mapping);
        if let Some(known) = self.keys.borrow().get(&place) {
            return *known;
        }
        let hashed = keccak256([key.0, mapping.to_be_bytes()].concat()).into();
        self.keys.borrow_mut().insert(place, hashed);
        hashed
    }

    fn run<const N: usize>(&self, program: Address, base: U256) -> [Slot; N] {
        std::array::from_fn(|place| self.slot(program, base + U256::from(place)))
    }

    fn word(&self, program: Address, key: U256) -> B256 {
        B256::new(self.slot(program, key))
    }

    /// Every account that can hold anything: the actors', and the wrappers' of each board.
    fn accounts(&self, sights: &[Sight<'_>]) -> Vec<B256> {
        let wrapped = sights.iter().flat_map(|sight| self.wrapped_accounts(*sight));
        self.actors.accounts().chain(wrapped).collect()
    }

    fn wrapped_accounts<'a>(&'a self, sight: Sight<'a>) -> impl Iterator<Item = B256> + 'a {
        let boards = self.known_boards(sight).chain(sight.scene.dusty.iter().copied());
        boards.map(move |board| account::sub(sight.own.wrapper, board.into()))
    }

    /// Ids of boards that are not done with.
    fn known_boards<'a>(&self, sight: Sight<'a>) -> impl Iterator<Item = u16> + 'a {
        let last = Directory::decode(&self.slot(sight.market, key_at(ROOT, Place::Directory as u8))).last_board;
        (1..=last).filter(move |id| !sight.scene.done.contains(id))
    }

    /// Reads everything.
    pub fn picture(&self) -> Picture {
        let (here, there) = self.sights();
        let sights: Vec<Sight<'_>> = [Some(here), there].into_iter().flatten().collect();
        let mut front = self.picture_of(here, &sights);
        front.there = there.map(|there| Box::new(self.picture_of(there, &sights)));
        front
    }

    fn picture_of(&self, sight: Sight<'_>, sights: &[Sight<'_>]) -> Picture {
        let Sight { market, own, .. } = sight;
        let at = |place: Place| self.slot(market, key_at(ROOT, place as u8));
        let accounts = self.accounts(sights);
        let boards_of = |account: &B256| {
            AccountBoards::decode(&self.slot(market, self.mapped(*account, key_at(ROOT, Place::AccountBoards as u8))))
        };
        let holders = self.actors.accounts().chain(self.wrapped_accounts(sight));
        let account_boards: BTreeMap<_, _> = holders.map(|account| (account, boards_of(&account))).collect();
        let boards = self.known_boards(sight).map(|id| (id, self.board(sight, id, &account_boards))).collect();
        let of_markets = sights.iter().flat_map(|sight| [vault_of(sight.own.number), settlement_of(sight.own.number)]);
        let system = (0..SYSTEM_ACCOUNTS).map(account::system).chain(of_markets);
        let ledger_base = key_at(ClearingSpace::ROOT, 7);
        let entry = |account: B256| {
            (account, Account::from_slot(self.slot(self.market.clearing, self.mapped(account, ledger_base))))
        };
        let auction = |account: &B256| {
            let base = self.mapped(*account, key_at(ClearingSpace::ROOT, 12));
            (*account, self.run::<2>(self.market.clearing, base) != [[0; 32]; 2])
        };
        let conditions = self.run(market, key_at(ROOT, Place::Conditions as u8));
        let share = self.slot(self.market.clearing, ClearingSpace::ROOT);
        let debt = self.mapped(market.into_word(), key_at(ClearingSpace::ROOT, 8));
        let [debt_at, debt_atoms] = halves(self.word(self.market.clearing, debt));
        Picture {
            market: own.number,
            there: None,
            ledger: system.chain(accounts.iter().copied()).map(entry).collect(),
            auctions: accounts.iter().map(auction).collect(),
            directory: Directory::decode(&at(Place::Directory)),
            debts: BoardDebts::decode(&at(Place::Debts)),
            boards,
            account_boards,
            frozen: Frozen::decode(&at(Place::Frozen)),
            trading: Trading::decode(&at(Place::Trading)),
            matched: at(Place::Clearing)[4..9].iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte)),
            conditions: decode_conditions(&conditions),
            has_hedger: has_hedger(&conditions),
            hedge: decode_hedge(&at(Place::Hedge)),
            hedger: self.hedger_slots(own),
            breakers: decode_breakers(&self.run(market, key_at(ROOT, Place::Breakers as u8))),
            bad_debt: BadDebt { atoms: debt_atoms, at: quarters(debt_at)[1] },
            insurance_floor: quarters(debt_at)[0] as u32,
            parameters: decode_parameters(&self.run(market, key_at(ROOT, Place::Parameters as u8))),
            margin_parameters: decode_margin_parameters(&at(Place::MarginParameters)),
            offset_share: u64::from_be_bytes(share[3..11].try_into().unwrap()),
            tokens: self.wallets(sights).map(|wallet| (wallet, self.balance(wallet))).collect(),
            senior: self.tranche(self.market.senior),
            junior: self.tranche(self.market.junior),
            fees: halves(self.word(self.market.vault, key_at(VAULT, 6)))[1],
        }
    }

    fn wallets<'a>(&'a self, sights: &'a [Sight<'a>]) -> impl Iterator<Item = Address> + 'a {
        let market = &self.market;
        let house = [market.clearing, market.vault, market.senior, market.junior, market.lp, market.world.owner];
        let of_market =
            |sight: &Sight<'_>| [sight.market, sight.own.wrapper].into_iter().chain(hedge_wallets(sight.own));
        house.into_iter().chain(self.actors.all()).chain(sights.iter().flat_map(of_market))
    }

    /// A wallet's stablecoins.
    fn balance(&self, wallet: Address) -> u128 {
        self.balance_in(self.market.world.token, wallet)
    }

    /// What somebody has of a token.
    fn balance_in(&self, token: Address, wallet: Address) -> u128 {
        halves(self.word(token, self.mapped(wallet.into_word(), U256::ZERO)))[1]
    }

    fn board(&self, sight: Sight<'_>, id: u16, account_boards: &BTreeMap<B256, AccountBoards>) -> Board {
        let Sight { market, own, .. } = sight;
        let base = self.mapped(number_key(id.into()), key_at(ROOT, Place::Boards as u8));
        let [header, slice] = self.run(market, base);
        let mut words = BoardWords { header, slice, ..BoardWords::default() };
        let (strikes, series) = (strike_slots(strike_count(&header)), series_slots(strike_count(&header)));
        for (place, slot) in words.strikes.iter_mut().enumerate().take(strikes) {
            *slot = self.slot(market, base + U256::from(2 + place));
        }
        let holdings = |base: U256| {
            let mut slots = [[0; 32]; 4];
            for (place, slot) in slots.iter_mut().enumerate().take(series) {
                *slot = self.slot(market, base + U256::from(place));
            }
            decode_holdings(&words, &slots, own.strike_shift)
        };
        let positions = key_at(ROOT, Place::Positions as u8);
        let held_by = |account: &B256| holdings(self.mapped(number_key(id.into()), self.mapped(*account, positions)));
        // Every account, also those that the directory of accounts does not name for the board.
        let held = account_boards.keys().map(|account| (*account, held_by(account)));
        let held = held.filter(|(_, held)| held.iter().any(|each| *each != each.emptied())).collect();
        let wrapped = self.wrapped(own.wrapper, id, series);
        let tokens = wrapped.iter().enumerate().map(|(place, _)| self.tokens_of(own.wrapper, id, place)).collect();
        let redemption = self.word(own.wrapper, self.mapped(word_of([0, 0, high(id), low(id)]), key_at(WRAPPER, 5)));
        Board {
            header: Header::decode(&header).unwrap(),
            slice: decode_slice(&slice),
            gap: decode_gap(&slice),
            inventory: holdings(base + U256::from(4)),
            matched: u64::from_be_bytes(*self.slot(market, base + U256::from(8)).last_chunk().unwrap()),
            held,
            wrapped,
            tokens,
            is_redeemable: redemption != B256::ZERO,
        }
    }

    fn wrapped(&self, wrapper: Address, id: u16, slots: usize) -> Vec<u32> {
        let lanes = |slot: u8| {
            let key = self.mapped(word_of([0, high(id), low(id), slot]), key_at(WRAPPER, 4));
            equipoise_market_state::layout::decode_lanes(&self.slot(wrapper, key))
        };
        (0..slots as u8).flat_map(lanes).collect()
    }

    fn tokens_of(&self, wrapper: Address, id: u16, place: usize) -> BTreeMap<Address, U256> {
        let series = [0, high(id), low(id), place as u8];
        let balance = |owner: Address| {
            let mut key = account::of(owner);
            key[28..].copy_from_slice(&series);
            (owner, U256::from_be_bytes(self.slot(wrapper, self.mapped(key, key_at(WRAPPER, 3)))))
        };
        self.actors.all().map(balance).filter(|(_, lots)| !lots.is_zero()).collect()
    }
}

fn high(id: u16) -> u8 {
    id.to_be_bytes()[0]
}

fn low(id: u16) -> u8 {
    id.to_be_bytes()[1]
}

fn word_of(bytes: [u8; 4]) -> B256 {
    let mut word = B256::ZERO;
    word[28..].copy_from_slice(&bytes);
    word
}

impl Board {
    /// Whether it trades.
    pub fn is_open(&self, now: u64) -> bool {
        matches!(self.header.state, BoardState::Live { .. }) && now + WINDOW_SECS < self.header.expiry
    }

    pub fn is_settled(&self) -> bool {
        matches!(self.header.state, BoardState::Settled { .. })
    }

    /// Whether nothing of it can ever change again.
    pub fn is_done(&self) -> bool {
        self.is_settled() && self.held.is_empty() && self.wrapped.iter().all(|lots| *lots == 0)
    }
}

impl Picture {
    pub fn cash(&self, account: B256) -> i128 {
        self.ledger.get(&account).map_or(0, |entry| entry.cash())
    }

    /// The same from the other market's side.
    pub fn turned(mut self) -> Self {
        let Some(mut there) = self.there.take() else { return self };
        there.there = Some(Box::new(self));
        *there
    }

    /// The allocation of LP capital that is the market's.
    pub const fn vault(&self) -> B256 {
        vault_of(self.market)
    }

    pub fn vault_cash(&self) -> i128 {
        self.cash(self.vault())
    }

    /// What the market's settled boards are paid of.
    pub fn settlement_cash(&self) -> i128 {
        self.cash(settlement_of(self.market))
    }

    /// Whether the market, which was not open, is.
    pub fn is_recovered_in(&self, after: &Self) -> bool {
        self.frozen.watch.state != State::Open && after.frozen.watch.state == State::Open
    }

    /// Live boards by rising expiry, and one that has settled and whose payout ratio is not fixed.
    pub fn live(&self) -> Vec<u16> {
        self.directory.live().collect()
    }

    /// What is owed for a board, if its payout ratio is not fixed yet.
    pub fn debts_of(&self, board: u16) -> Option<BoardDebts> {
        self.debts.filter(|owed| owed.board == board)
    }
}
