//! The market at this moment: its slots and spot from the oracle, as the valuer and the pricer are told of them.

use alloy_primitives::{B256, I256, U256};
use alloy_sol_types::SolCall;
use equipoise_interfaces::words::{decode, write_array, write_items, ToWords};
use equipoise_interfaces::IPricer::priceCall;
use equipoise_interfaces::IValuer::valueCall;
use equipoise_interfaces::{IClearing, IOracle, Leg, Moment, Offer, VaultState};
use equipoise_kit::lean::{emit, failed, view, view_bytes};
use equipoise_kit::Revert;
use equipoise_risk::units::Atoms;
use stylus_sdk::prelude::*;

use crate::convert::{atoms, signed, BoardInCall, BOARD_BYTES};
use crate::errors::pricing_error;
use crate::layout::{stored_round, BoardWords, Directory, Frozen, Trading, CONDITION_SLOTS};
use crate::store::{Place, Store};

/// The market as it is stored, and spot.
pub struct Snapshot {
    /// The slots of each board that is not settled.
    pub boards: Vec<(u16, BoardWords)>,
    /// What programs without state are told of now.
    pub moment: Moment,
    vault: VaultState,
}

/// What the vault's free cash is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FreeCash {
    /// The net asset value is shown.
    Always,
    /// Risk capital follows it where the oracle is in a new round.
    InNewRound,
    /// The clearing house, which cannot be asked while it calls, has told the vault's cash.
    Told(I256),
}

/// The moment, and the oracle's round.
/// # Errors: NotWired, the oracle's
pub fn moment(store: &Store) -> Result<(Moment, u64), Revert> {
    let spot = view(store.vm(), store.wired(Place::Oracle)?, &IOracle::spotCall {})?;
    let moment = Moment {
        spotWad: spot.priceWad,
        spotAt: spot.updatedAt,
        nowAt: store.vm().block_timestamp(),
        strikeShift: store.scales().1,
        directory: B256::new(store.get(Place::Directory)),
        parameters: store.parameters().map(B256::new),
    };
    Ok((moment, stored_round(spot.roundId.to::<u128>())))
}

impl Snapshot {
    /// Loads the market, with the account's positions in the boards that the legs are of.
    /// # Errors: NotWired, the oracle's, MarketNumberOutOfDomain
    pub fn load(store: &Store, account: Option<B256>, legs: &[Leg], cash: FreeCash) -> Result<Self, Revert> {
        let (moment, round) = moment(store)?;
        let frozen = store.get(Place::Frozen);
        let trading = store.get(Place::Trading);
        let is_new_round = Frozen::decode(&frozen).capital.round != round;
        let vault_cash = match cash {
            FreeCash::Told(vault_cash) => Some(vault_cash),
            FreeCash::InNewRound if !is_new_round => None,
            FreeCash::Always | FreeCash::InNewRound => Some(ask_vault_cash(store)?),
        };
        let conditions = if is_new_round { store.conditions() } else { [[0; 32]; CONDITION_SLOTS] };
        let reserved = Trading::decode(&trading).reserve.balance;
        let free = |vault_cash| atoms(vault_cash)?.minus(reserved).map_err(pricing_error);
        let free_cash = vault_cash.map_or(Ok(Atoms::ZERO), free)?;
        let vault = VaultState {
            round,
            tokenDecimals: store.scales().0,
            frozen: B256::new(frozen),
            trading: B256::new(trading),
            conditions: conditions.map(B256::new),
            freeCashAtoms: signed(free_cash),
        };
        let is_traded = |id: u16| legs.iter().any(|leg| leg.series >> 8 == u32::from(id));
        let words = |id: u16| (id, store.board_words(id, account.filter(|_| is_traded(id))));
        let boards = Directory::decode(&moment.directory.0).live().map(words).collect();
        Ok(Self { boards, moment, vault })
    }

    /// Has the book and a trade in it valued, or no trade if there are no legs, and asks the pricer about the values.
    /// # Returns: the answer as it came
    /// # Errors: NotWired, the valuer's, the pricer's
    pub fn ask(&self, store: &Store, selector: [u8; 4], legs: &[Leg]) -> Result<Vec<u8>, Revert> {
        let values = self.value(store, legs)?;
        let mut input = selector.to_vec();
        self.moment.write(&mut input);
        self.vault.write(&mut input);
        input.extend_from_slice(&values);
        view_bytes(store.vm(), store.wired(Place::Pricer)?, selector, &input)
    }

    /// Has legs priced.
    /// # Errors: NotWired, the valuer's, the pricer's
    pub fn price(&self, store: &Store, legs: &[Leg]) -> Result<Offer, Revert> {
        let data = self.ask(store, priceCall::SELECTOR, legs)?;
        decode(&data).ok_or_else(|| failed(store.address(Place::Pricer), priceCall::SELECTOR))
    }

    fn value(&self, store: &Store, legs: &[Leg]) -> Result<Vec<u8>, Revert> {
        let mut input = valueCall::SELECTOR.to_vec();
        self.moment.write(&mut input);
        HEAD_BYTES.write(&mut input);
        let count = u64::try_from(self.boards.len()).unwrap_or(u64::MAX);
        HEAD_BYTES.saturating_add(count.saturating_mul(BOARD_BYTES)).saturating_add(32).write(&mut input);
        let boards: Vec<_> = self.boards.iter().map(|(id, words)| BoardInCall { id: *id, words: *words }).collect();
        write_items(&boards, &mut input);
        write_items(legs, &mut input);
        view_bytes(store.vm(), store.wired(Place::Valuer)?, valueCall::SELECTOR, &input)
    }
}

/// Bytes of the valuer's arguments before its arrays: the moment, and where each array begins.
const HEAD_BYTES: u64 = 10 * 32;

/// # Errors: NotWired
fn ask_vault_cash(store: &Store) -> Result<I256, Revert> {
    let clearing = store.wired(Place::Clearing)?;
    view(store.vm(), clearing, &IClearing::vaultCashCall { market: store.vm().contract_address() })
}

/// Words of an event of a priced trade before its legs: a quote, five numbers, and where the legs begin.
const PRICED_HEAD_WORDS: u64 = 12;

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
