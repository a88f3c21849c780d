//! Everything that the programs keep about the actors, read from their storage without running them.

use std::collections::BTreeMap;

use alloy_primitives::{keccak256, Address, B256, U256};
use alloy_rpc_types_eth::BlockId;
use equipoise_clearing_state::slots::ClearingSpace;
use equipoise_clearing_state::Account;
use equipoise_interfaces::account::{self, SYSTEM_ACCOUNTS};
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

pub mod hedging;

use hedging::Hedger;

use crate::fixture::STRIKE_SHIFT;
use crate::life::Life;
use crate::native::BadDebt;

const TRANCHE: U256 = namespace_root("equipoise.tranche");
const VAULT: U256 = namespace_root("equipoise.vault");
const WRAPPER: U256 = namespace_root("equipoise.wrapper");

/// One board.
#[derive(Clone, Debug, PartialEq)]
pub struct Board {
    pub header: Header,
    pub slice: Slice,
    pub gap: VolGap,
    pub inventory: Vec<Holding>,
    /// Of accounts that hold anything in it.
    pub held: BTreeMap<B256, Vec<Holding>>,
    /// Wrapped lots of each series.
    pub wrapped: Vec<u32>,
    /// The tokens' owners, by series.
    pub tokens: Vec<BTreeMap<Address, U256>>,
    /// Whether what is wrapped has been settled.
    pub is_redeemable: bool,
}

/// One controller's requests and claims in a tranche.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Request {
    pub epoch: u64,
    pub series: u64,
    pub amount: u128,
    pub claim_assets: u128,
    pub claim_shares: u128,
    pub claim_series: u64,
    pub returned: u128,
}

/// An epoch's totals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Epoch {
    pub is_settled: bool,
    /// Requested and filled.
    pub deposits: [u128; 2],
    pub redemptions: [u128; 2],
    /// Shares minted, assets paid.
    pub given: [u128; 2],
}

/// One tranche.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tranche {
    pub series: u64,
    pub supply: u128,
    pub balances: BTreeMap<Address, u128>,
    pub deposits: BTreeMap<Address, Request>,
    pub redemptions: BTreeMap<Address, Request>,
    /// Those that requests refer to.
    pub epochs: BTreeMap<u64, Epoch>,
}

/// All of it at a moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
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

    /// Every account that can hold anything: the actors', and the wrapper's of each board.
    pub fn accounts(&self) -> Vec<B256> {
        let boards = self.known_boards().chain(self.course.dusty.iter().copied());
        let wrapped = boards.map(|board| account::sub(self.wrapper, board.into()));
        self.actors.accounts().chain(wrapped).collect()
    }

    /// Ids of boards that are not done with.
    fn known_boards(&self) -> impl Iterator<Item = u16> + '_ {
        let market = self.market.market;
        let last = Directory::decode(&self.slot(market, key_at(ROOT, Place::Directory as u8))).last_board;
        (1..=last).filter(|id| !self.course.done.contains(id))
    }

    /// Reads everything.
    pub fn picture(&self) -> Picture {
        let market = self.market.market;
        let at = |place: Place| self.slot(market, key_at(ROOT, place as u8));
        let accounts = self.accounts();
        let boards_of = |account: &B256| {
            AccountBoards::decode(&self.slot(market, self.mapped(*account, key_at(ROOT, Place::AccountBoards as u8))))
        };
        let account_boards: BTreeMap<_, _> = accounts.iter().map(|account| (*account, boards_of(account))).collect();
        let boards = self.known_boards().map(|id| (id, self.board(id, &account_boards))).collect();
        let system = (0..SYSTEM_ACCOUNTS).map(account::system);
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
        let debt = self.mapped(market.into_word(), key_at(ClearingSpace::ROOT, 13));
        let [debt_at, debt_atoms] = halves(self.word(self.market.clearing, debt));
        Picture {
            ledger: system.chain(accounts.iter().copied()).map(entry).collect(),
            auctions: accounts.iter().map(auction).collect(),
            directory: Directory::decode(&at(Place::Directory)),
            debts: BoardDebts::decode(&at(Place::Debts)),
            boards,
            account_boards,
            frozen: Frozen::decode(&at(Place::Frozen)),
            trading: Trading::decode(&at(Place::Trading)),
            conditions: decode_conditions(&conditions),
            has_hedger: has_hedger(&conditions),
            hedge: decode_hedge(&at(Place::Hedge)),
            hedger: self.hedger_slots(),
            breakers: decode_breakers(&self.run(market, key_at(ROOT, Place::Breakers as u8))),
            bad_debt: BadDebt { atoms: debt_atoms, at: quarters(debt_at)[1] },
            insurance_floor: quarters(debt_at)[0] as u32,
            parameters: decode_parameters(&self.run(market, key_at(ROOT, Place::Parameters as u8))),
            margin_parameters: decode_margin_parameters(&at(Place::MarginParameters)),
            offset_share: u64::from_be_bytes(share[3..11].try_into().unwrap()),
            tokens: self.wallets().map(|wallet| (wallet, self.balance(wallet))).collect(),
            senior: self.tranche(self.market.senior),
            junior: self.tranche(self.market.junior),
            fees: halves(self.word(self.market.vault, key_at(VAULT, 6)))[1],
        }
    }

    fn wallets(&self) -> impl Iterator<Item = Address> + '_ {
        let market = &self.market;
        let programs = [market.clearing, market.vault, market.senior, market.junior, market.market, self.wrapper];
        let hands = self.hedge_wallets().chain([market.lp, market.world.owner]);
        programs.into_iter().chain(self.actors.all()).chain(hands)
    }

    /// A wallet's stablecoins.
    fn balance(&self, wallet: Address) -> u128 {
        self.balance_in(self.market.world.token, wallet)
    }

    /// What somebody has of a token.
    fn balance_in(&self, token: Address, wallet: Address) -> u128 {
        halves(self.word(token, self.mapped(wallet.into_word(), U256::ZERO)))[1]
    }

    fn board(&self, id: u16, account_boards: &BTreeMap<B256, AccountBoards>) -> Board {
        let market = self.market.market;
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
            decode_holdings(&words, &slots, STRIKE_SHIFT)
        };
        let positions = key_at(ROOT, Place::Positions as u8);
        let held_by = |account: &B256| holdings(self.mapped(number_key(id.into()), self.mapped(*account, positions)));
        // Every account, also those that the directory of accounts does not name for the board.
        let held = account_boards.keys().map(|account| (*account, held_by(account)));
        let held = held.filter(|(_, held)| held.iter().any(|each| *each != each.emptied())).collect();
        let wrapped = self.wrapped(id, series);
        let tokens = wrapped.iter().enumerate().map(|(place, _)| self.tokens_of(id, place)).collect();
        let redemption = self.word(self.wrapper, self.mapped(word_of([0, 0, high(id), low(id)]), key_at(WRAPPER, 5)));
        Board {
            header: Header::decode(&header).unwrap(),
            slice: decode_slice(&slice),
            gap: decode_gap(&slice),
            inventory: holdings(base + U256::from(4)),
            held,
            wrapped,
            tokens,
            is_redeemable: redemption != B256::ZERO,
        }
    }

    fn wrapped(&self, id: u16, slots: usize) -> Vec<u32> {
        let lanes = |slot: u8| {
            let key = self.mapped(word_of([0, high(id), low(id), slot]), key_at(WRAPPER, 4));
            equipoise_market_state::layout::decode_lanes(&self.slot(self.wrapper, key))
        };
        (0..slots as u8).flat_map(lanes).collect()
    }

    fn tokens_of(&self, id: u16, place: usize) -> BTreeMap<Address, U256> {
        let series = [0, high(id), low(id), place as u8];
        let balance = |owner: Address| {
            let mut key = account::of(owner);
            key[28..].copy_from_slice(&series);
            (owner, U256::from_be_bytes(self.slot(self.wrapper, self.mapped(key, key_at(WRAPPER, 3)))))
        };
        self.actors.all().map(balance).filter(|(_, lots)| !lots.is_zero()).collect()
    }

    fn tranche(&self, tranche: Address) -> Tranche {
        let [setting, queue] = self.run::<2>(tranche, key_at(TRANCHE, 1)).map(B256::new);
        let series = quarters(halves(setting)[0])[0] >> 32;
        let balances = self.mapped(number_key(series), key_at(TRANCHE, 4));
        let owners = || self.actors.all().chain([tranche, self.market.lp]);
        let balance = |owner: Address| (owner, halves(self.word(tranche, self.mapped(owner.into_word(), balances)))[1]);
        let request = |mapping: u8, owner: Address| {
            let words = self.run::<3>(tranche, self.mapped(owner.into_word(), key_at(TRANCHE, mapping))).map(B256::new);
            let [[place, amount], [claim_assets, claim_shares], [claim_place, returned]] = words.map(halves);
            let [epoch, series] = quarters(place);
            let claim_series = quarters(claim_place)[1];
            (owner, Request { epoch, series, amount, claim_assets, claim_shares, claim_series, returned })
        };
        let deposits: BTreeMap<_, _> = owners().map(|owner| request(9, owner)).collect();
        let redemptions: BTreeMap<_, _> = owners().map(|owner| request(10, owner)).collect();
        let epochs = deposits.values().chain(redemptions.values()).filter(|each| each.amount > 0);
        Tranche {
            series,
            supply: halves(queue)[0],
            balances: owners().map(balance).collect(),
            epochs: epochs.map(|each| (each.epoch, self.epoch(tranche, each.epoch))).collect(),
            deposits,
            redemptions,
        }
    }

    fn epoch(&self, tranche: Address, epoch: u64) -> Epoch {
        let base = self.mapped(number_key(epoch), key_at(TRANCHE, 8));
        let [deposits, redemptions, given, stage] = self.run::<4>(tranche, base).map(|slot| halves(B256::new(slot)));
        Epoch { is_settled: quarters(stage[0])[1] == 1, deposits, redemptions, given }
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

impl Tranche {
    fn of(&self, owner: Address, is_deposit: bool) -> Request {
        let requests = if is_deposit { &self.deposits } else { &self.redemptions };
        requests.get(&owner).copied().unwrap_or_default()
    }

    fn is_priced(&self, request: Request) -> bool {
        request.amount > 0 && self.epochs[&request.epoch].is_settled
    }

    /// Whether a request of his waits.
    pub fn awaits(&self, owner: Address, is_deposit: bool) -> bool {
        let request = self.of(owner, is_deposit);
        request.amount > 0 && !self.is_priced(request)
    }

    /// Whether he may have something to claim.
    pub fn has_claim(&self, owner: Address, is_deposit: bool) -> bool {
        let request = self.of(owner, is_deposit);
        let filled = |epoch: &Epoch| if is_deposit { epoch.deposits[1] } else { epoch.redemptions[1] };
        request.claim_shares > 0 || self.is_priced(request) && filled(&self.epochs[&request.epoch]) > 0
    }

    /// Whether a deposit of his may have been refused.
    pub fn has_returned(&self, owner: Address) -> bool {
        let request = self.of(owner, true);
        let [requested, filled] = self.epochs.get(&request.epoch).map_or([0, 0], |epoch| epoch.deposits);
        request.returned > 0 || self.is_priced(request) && filled < requested
    }
}
