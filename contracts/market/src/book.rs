//! The market at this moment: its slots and spot from the oracle, as the pricer is told of them.

use alloy_primitives::{B256, I256, U256};
use equipoise_interfaces::words::{write_items, ToWords};
use equipoise_interfaces::{BoardSlots, IClearing, IOracle, Leg, Moment};
use equipoise_kit::lean::{view, view_bytes};
use equipoise_kit::Revert;
use equipoise_market_state::convert::{atoms, signed, slots_of, BOARD_BYTES};
use equipoise_market_state::errors::pricing_error;
use equipoise_market_state::layout::{decode_capital, decode_reserve, stored_round, BoardWords, Directory};
use equipoise_market_state::store::{Place, Store};
use equipoise_risk::units::Atoms;
use stylus_sdk::prelude::*;

/// The market as it is stored, and spot.
pub struct Snapshot {
    /// The slots of each board that is not settled.
    pub boards: Vec<(u16, BoardWords)>,
    moment: Moment,
}

/// What the vault's free cash is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FreeCash {
    /// The net asset value is shown.
    Always,
    /// Risk capital follows it where the oracle is in a new round.
    InNewRound,
}

impl Snapshot {
    /// Loads the market, with the account's positions in the boards that the legs are of.
    /// # Errors: NotWired, the oracle's, MarketNumberOutOfDomain
    pub fn load(store: &Store, account: Option<B256>, legs: &[Leg], cash: FreeCash) -> Result<Self, Revert> {
        let spot = view(store.vm(), store.wired(Place::Oracle)?, &IOracle::spotCall {})?;
        let directory = store.get(Place::Directory);
        let capital = store.get(Place::Capital);
        let (token_decimals, strike_shift) = store.scales();
        let round = stored_round(spot.roundId.to::<u128>());
        let is_asked = cash == FreeCash::Always || decode_capital(&capital).round != round;
        let free_cash = if is_asked { free_cash(store)? } else { Atoms::ZERO };
        let moment = Moment {
            spotWad: spot.priceWad,
            spotAt: spot.updatedAt,
            nowAt: store.vm().block_timestamp(),
            round,
            strikeShift: strike_shift,
            tokenDecimals: token_decimals,
            directory: B256::new(directory),
            parameters: store.parameters().map(B256::new),
            capital: B256::new(capital),
            reserve: B256::new(store.get(Place::Reserve)),
            freeCashAtoms: signed(free_cash),
        };
        let is_traded = |id: u16| legs.iter().any(|leg| leg.series >> 8 == u32::from(id));
        let words = |id: u16| (id, store.board_words(id, account.filter(|_| is_traded(id))));
        let boards = Directory::decode(&directory).live().map(words).collect();
        Ok(Self { boards, moment })
    }

    /// Asks the pricer about the market, and about legs if there are any to be told.
    /// # Returns: the answer as it came
    /// # Errors: NotWired, the pricer's
    pub fn ask(&self, store: &Store, selector: [u8; 4], legs: Option<&[Leg]>) -> Result<Vec<u8>, Revert> {
        let mut input = selector.to_vec();
        let head = if legs.is_some() { HEAD_BYTES.saturating_add(32) } else { HEAD_BYTES };
        self.moment.write(&mut input);
        head.write(&mut input);
        if let Some(legs) = legs {
            let count = u64::try_from(self.boards.len()).unwrap_or(u64::MAX);
            head.saturating_add(count.saturating_mul(BOARD_BYTES)).saturating_add(32).write(&mut input);
            write_items(&self.slots(), &mut input);
            write_items(legs, &mut input);
        } else {
            write_items(&self.slots(), &mut input);
        }
        view_bytes(store.vm(), store.wired(Place::Pricer)?, selector, &input)
    }

    fn slots(&self) -> Vec<BoardSlots> {
        self.boards.iter().map(|(id, words)| slots_of(*id, words)).collect()
    }
}

/// Bytes of the pricer's arguments before its arrays: the moment, and where the first array begins.
const HEAD_BYTES: u64 = 14 * 32;

/// The vault's cash less the skew reserve.
/// # Errors: NotWired, MarketNumberOutOfDomain
fn free_cash(store: &Store) -> Result<Atoms, Revert> {
    let clearing = store.wired(Place::Clearing)?;
    let cash: I256 = view(store.vm(), clearing, &IClearing::vaultCashCall {})?;
    atoms(cash)?.minus(decode_reserve(&store.get(Place::Reserve)).balance).map_err(pricing_error)
}

/// Atoms of the ABI that are not negative, as a signed amount.
pub fn as_signed(amount: U256) -> I256 {
    I256::try_from(amount).unwrap_or(I256::MAX)
}
