//! The market at this moment: its slots and spot from the oracle, as the valuer and the pricer are told of them.

use alloy_primitives::{B256, I256, U256};
use alloy_sol_types::SolCall;
use equipoise_interfaces::account::vault_of;
use equipoise_interfaces::words::{decode, write_array, write_items, ToWords};
use equipoise_interfaces::IPricer::priceCall;
use equipoise_interfaces::IValuer::valueCall;
use equipoise_interfaces::{IClearing, IOracle, Leg, Moment, Offer, VaultState};
use equipoise_kit::lean::{emit, failed, view, view_bytes};
use equipoise_kit::Revert;
use equipoise_risk::breakers::{live_state, sequencer_unsafe_secs, State, SEQUENCER_GRACE_SECS};
use equipoise_risk::units::Atoms;
use stylus_sdk::prelude::*;

use crate::convert::{atoms, signed, BOARD_BYTES};
use crate::errors::pricing_error;
use crate::layout::{stored_round, BoardWords, Directory, Frozen, Trading, CONDITION_SLOTS};
use crate::store::{Place, Store};

/// The market as it is stored, and spot.
pub struct Snapshot {
    /// The slots of each board that is not settled.
    pub boards: Vec<(u16, BoardWords)>,
    /// What is seen at this moment.
    pub sight: Sight,
    /// Whether the market trades.
    pub state: State,
    /// Whether nobody has priced anything in this oracle round yet.
    pub is_new_round: bool,
    /// How the vault stands, if its free cash was asked for.
    pub standing: IClearing::vaultStandingReturn,
    vault: VaultState,
}

/// What the vault's free cash is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FreeCash {
    /// The net asset value is shown.
    Always,
    /// A trade or its quote, which is priced by what may be traded at: risk capital follows it where the oracle is in a new round.
    ForTrade,
    /// The clearing house, which cannot be asked while it calls, has told the vault's cash.
    Told(I256),
}

/// What is seen of the market at this moment.
pub struct Sight {
    /// What programs without state are told of.
    pub moment: Moment,
    /// The oracle's round.
    pub round: u64,
    /// The doubt that a spot price leaves if it was pulled, as the oracle tells it.
    doubt: u64,
    /// Since when the sequencer is up: 0 if no feed tells, the end of time while it is down.
    sequencer_up_since: u64,
}

impl Sight {
    /// What is seen at the feed's price, by which all but trades is measured.
    /// # Errors: NotWired, the oracle's
    pub fn of(store: &Store) -> Result<Self, Revert> {
        Self::priced(store, false)
    }

    /// What is seen at the feed's price or, for a trade, at one that was pulled.
    /// # Errors: NotWired, the oracle's
    #[inline(never)]
    fn priced(store: &Store, is_trade: bool) -> Result<Self, Revert> {
        let spot = view(store.vm(), store.wired(Place::Oracle)?, &IOracle::priceCall { isTrade: is_trade })?;
        let now = store.vm().block_timestamp();
        let moment = Moment {
            spotWad: spot.priceWad,
            spotAt: spot.updatedAt,
            nowAt: now,
            strikeShift: store.scales().1,
            directory: B256::new(store.get(Place::Directory)),
            parameters: store.parameters().map(B256::new),
        };
        let round = stored_round(spot.roundId.to::<u128>());
        Ok(Self { moment, round, doubt: spot.doubtX64, sequencer_up_since: spot.sequencerUpSince })
    }

    /// Seconds since the spot price was made.
    pub fn spot_age_secs(&self) -> u64 {
        self.moment.nowAt.saturating_sub(self.moment.spotAt)
    }

    /// For how many seconds more the sequencer is not to be relied on.
    pub fn sequencer_unsafe_secs(&self) -> u64 {
        let up_secs = self.moment.nowAt.checked_sub(self.sequencer_up_since);
        sequencer_unsafe_secs(up_secs.is_some(), up_secs.unwrap_or(0))
    }

    /// Since when the sequencer may be relied on, 0 if no feed tells.
    pub fn trusted_since(&self) -> u64 {
        match self.sequencer_up_since {
            0 => 0,
            since => since.saturating_add(SEQUENCER_GRACE_SECS.into()),
        }
    }

    /// When the sequencer may be relied on: now, if it may be.
    pub fn trusted_at(&self) -> u64 {
        self.moment.nowAt.saturating_add(self.sequencer_unsafe_secs())
    }

    /// Whether what ages ask for leaves prices that may be relied on.
    pub fn is_price_safe(&self) -> bool {
        self.state(State::Open) == State::Open
    }

    /// Whether the market trades: what was found when somebody last looked, and what ages ask for now.
    pub fn state(&self, found: State) -> State {
        found.max(live_state(self.spot_age_secs(), self.sequencer_unsafe_secs()))
    }
}

impl Snapshot {
    /// Loads the market, with the account's positions in the boards that the legs are of.
    /// # Errors: NotWired, the oracle's, MarketNumberOutOfDomain
    pub fn load(store: &Store, account: Option<B256>, legs: &[Leg], cash: FreeCash) -> Result<Self, Revert> {
        Self::loaded::<true>(store, (account, legs), cash)
    }

    /// Loads the market for its hedger, who prices no trade: without what widens spreads, and of the vault its cash alone.
    /// # Errors: NotWired, the oracle's, MarketNumberOutOfDomain
    pub fn for_hedge(store: &Store) -> Result<Self, Revert> {
        Self::loaded::<false>(store, (None, &[]), FreeCash::Always)
    }

    /// Told apart when it is compiled: the market has no room for what it never does.
    fn loaded<const PRICES: bool>(
        store: &Store,
        (account, legs): (Option<B256>, &[Leg]),
        cash: FreeCash,
    ) -> Result<Self, Revert> {
        let sight = Sight::priced(store, matches!(cash, FreeCash::ForTrade))?;
        let frozen = store.get(Place::Frozen);
        let trading = store.get(Place::Trading);
        let Frozen { capital, watch, .. } = Frozen::decode(&frozen);
        let is_new_round = capital.round != sight.round;
        let state = sight.state(watch.state);
        let mut standing = UNASKED;
        let vault_cash = match cash {
            FreeCash::Told(vault_cash) => Some(vault_cash),
            FreeCash::ForTrade if !is_new_round => None,
            FreeCash::Always if !PRICES => Some(ask_cash(store)?),
            FreeCash::Always | FreeCash::ForTrade => {
                standing = ask_standing(store)?;
                Some(standing.cashAtoms)
            }
        };
        let conditions = if PRICES && is_new_round { store.conditions() } else { [[0; 32]; CONDITION_SLOTS] };
        let reserved = Trading::decode(&trading).reserve.balance;
        let free = |vault_cash| atoms(vault_cash)?.minus(reserved).map_err(pricing_error);
        let free_cash = vault_cash.map_or(Ok(Atoms::ZERO), free)?;
        // The vault takes over whatever stops traders, at prices that are fit for it.
        let told = if matches!(cash, FreeCash::Told(_)) { State::Open } else { state };
        let vault = VaultState {
            round: sight.round,
            tokenDecimals: store.scales().0,
            frozen: B256::new(frozen),
            trading: B256::new(trading),
            conditions: conditions.map(B256::new),
            freeCashAtoms: signed(free_cash),
            state: told.number(),
            isPriceUnsafe: watch.is_price_unsafe || !sight.is_price_safe(),
            hedge: B256::new(store.get(Place::Hedge)),
        };
        let is_traded = |id: u16| legs.iter().any(|leg| leg.series >> 8 == u32::from(id));
        let words = |id: u16| (id, store.board_words(id, account.filter(|_| is_traded(id))));
        let boards = Directory::decode(&sight.moment.directory.0).live().map(words).collect();
        Ok(Self { boards, sight, state, is_new_round, standing, vault })
    }

    /// Has the book and a trade in it valued, or no trade if there are no legs, and asks the pricer about the values.
    /// # Returns: the answer as it came
    /// # Errors: NotWired, the valuer's, the pricer's
    pub fn ask(&self, store: &Store, selector: [u8; 4], legs: &[Leg]) -> Result<Vec<u8>, Revert> {
        let values = self.value(store, legs)?;
        let mut input = selector.to_vec();
        self.sight.moment.write(&mut input);
        self.vault.write(&mut input);
        input.extend_from_slice(&values);
        view_bytes(store.vm(), store.wired(Place::Pricer)?, selector, &input)
    }

    /// The vault's cash less the skew reserve, where it was asked for.
    /// # Errors: MarketNumberOutOfDomain
    pub fn free_cash(&self) -> Result<Atoms, Revert> {
        atoms(self.vault.freeCashAtoms)
    }

    /// What traders have bought in the oracle's round so far, in the units of [`Trading::flow_units`].
    pub fn flow_units(&self) -> i64 {
        if self.is_new_round {
            0
        } else {
            Trading::flow_units(&self.vault.trading.0)
        }
    }

    /// Whether prices may not be relied on.
    pub const fn is_price_unsafe(&self) -> bool {
        self.vault.isPriceUnsafe
    }

    /// Has legs priced.
    /// # Errors: NotWired, the valuer's, the pricer's
    pub fn price(&self, store: &Store, legs: &[Leg]) -> Result<Offer, Revert> {
        let data = self.ask(store, priceCall::SELECTOR, legs)?;
        decode(&data).ok_or_else(|| failed(store.address(Place::Pricer), priceCall::SELECTOR))
    }

    /// Has the book and a trade in it valued.
    /// # Returns: the answer as it came
    /// # Errors: NotWired, the valuer's
    pub fn value(&self, store: &Store, legs: &[Leg]) -> Result<Vec<u8>, Revert> {
        let mut input = valueCall::SELECTOR.to_vec();
        self.sight.moment.write(&mut input);
        self.sight.doubt.write(&mut input);
        HEAD_BYTES.write(&mut input);
        let count = u64::try_from(self.boards.len()).unwrap_or(u64::MAX);
        HEAD_BYTES.saturating_add(count.saturating_mul(BOARD_BYTES)).saturating_add(32).write(&mut input);
        write_items(&self.boards, &mut input);
        write_items(legs, &mut input);
        view_bytes(store.vm(), store.wired(Place::Valuer)?, valueCall::SELECTOR, &input)
    }
}

/// Bytes of the valuer's arguments before its arrays: the moment, the doubt, and where each array begins.
const HEAD_BYTES: u64 = 11 * 32;

/// How the vault stands as far as nobody has been asked.
const UNASKED: IClearing::vaultStandingReturn = IClearing::vaultStandingReturn {
    cashAtoms: I256::ZERO,
    badDebtAtoms: U256::ZERO,
    badDebtAt: 0,
    insuranceFloorTokens: 0,
    insuranceAtoms: U256::ZERO,
};

/// Who knows his number asks for its account: so the clearing house need not look it up.
/// # Errors: NotWired
fn ask_cash(store: &Store) -> Result<I256, Revert> {
    let (vm, clearing) = (store.vm(), store.wired(Place::Clearing)?);
    match store.number() {
        Some(number) => Ok(view(vm, clearing, &IClearing::cashOfCall { account: vault_of(number) })?.cashAtoms),
        None => view(vm, clearing, &IClearing::vaultCashCall { market: vm.contract_address() }),
    }
}

/// # Errors: NotWired
fn ask_standing(store: &Store) -> Result<IClearing::vaultStandingReturn, Revert> {
    let clearing = store.wired(Place::Clearing)?;
    view(store.vm(), clearing, &IClearing::vaultStandingCall { market: store.vm().contract_address() })
}

/// Words of an event of a priced trade before its legs: a quote, five numbers, and where the legs begin.
const PRICED_HEAD_WORDS: usize = 12;

/// Emits what was priced and the state that it left: `OptionTraded` or `PositionsTakenOver`.
pub fn log_priced(store: &Store, topics: [B256; 2], legs: &[Leg], offer: &Offer, vault_cash: I256) {
    let mut data = Vec::new();
    offer.quoted.write(&mut data);
    (vault_cash, offer.dollarDeltaWad, offer.vegaWad, offer.penaltyWad, offer.skewReserveAtoms).write(&mut data);
    write_array(PRICED_HEAD_WORDS, legs, &mut data);
    emit(store.vm(), &topics, &data);
}

/// Atoms of the ABI that are not negative, as a signed amount.
pub fn as_signed(amount: U256) -> I256 {
    I256::try_from(amount).unwrap_or(I256::MAX)
}
