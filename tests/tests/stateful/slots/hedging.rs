//! What the hedger keeps, and who has what of the underlying.

use std::collections::BTreeMap;

use alloy_primitives::{Address, B256, U256};
use equipoise_kit::storage::{eighths, halves, namespace_root, quarters};
use equipoise_math::Fx;
use equipoise_risk::rebalance::{Budget, HedgeTerms, Window};
use equipoise_risk::units::{Money, Price};
use equipoise_tests::Hedging;

use super::key_at;
use crate::double::pool::Pool;
use crate::life::Life;
use crate::markets::Own;
use crate::places::Places;

const HEDGER: U256 = namespace_root("equipoise.hedger");
/// Bits of what is used of a budget that are not kept.
const USED_SHIFT: u32 = 40;
/// Where Aave's tokens keep balances: after the revision and 50 slots of its gap; of a debt after nonces, domain, allowances and
/// asset, too.
const COLLATERAL_BALANCES: u8 = 52;
const DEBT_BALANCES: u8 = 56;
/// Where a Uniswap v3 pool keeps its price and its liquidity.
const POOL_PRICE: u8 = 0;
const POOL_LIQUIDITY: u8 = 4;

/// A hedger.
#[derive(Clone, Debug, PartialEq)]
pub struct Hedger {
    /// Atoms of the underlying that are held.
    pub atoms: u128,
    pub epoch: u64,
    pub window: Window,
    /// When both checkpoints were taken, the younger first, and the hashes of what was held then.
    pub taken_at: [u64; 2],
    pub hashes: [B256; 2],
    pub average: Price,
    /// When the average was last moved, 0 for never.
    pub averaged_at: u64,
    pub budget: Budget,
    /// Since when options are paid for, and what that has used of its budget.
    pub options_window: Window,
    pub options_budget: Budget,
    pub terms: HedgeTerms,
    /// What each venue may fill at once, and what may be owed to the lender, in WAD: in the order of [`crate::action::hedging::Where`].
    pub caps: [u128; 3],
    /// The balances of Aave's that are the account at the lender, as they are kept: of the stablecoin that lies there, and of the
    /// underlying that is owed.
    pub scaled: [u128; 2],
    pub pool: Option<Pool>,
    /// Of the underlying: the hedger's, the solver's, and of all who fill and lend.
    pub coins: BTreeMap<Address, u128>,
}

/// Three of them lie before each of five addresses. The first has three bytes, behind the underlying's decimals.
fn terms(mut beside: [B256; 5]) -> HedgeTerms {
    beside[0][0] = 0;
    let bytes: Vec<u8> = beside.iter().flat_map(|word| word[..12].to_vec()).collect();
    let term = |place: usize| u32::from_be_bytes(bytes[4 * place..][..4].try_into().unwrap());
    HedgeTerms::from_stored(std::array::from_fn(term))
}

/// Who handles what the vault hedges with.
pub fn hedge_wallets(own: &Own) -> impl Iterator<Item = Address> {
    let Hedging { hedges, solver, .. } = own.hedging;
    let places = own.places.as_ref().map(Places::wallets);
    [hedges.hedger, hedges.filler, solver].into_iter().chain(places.into_iter().flatten())
}

impl Life {
    pub(super) fn hedger_slots(&self, own: &Own) -> Hedger {
        let Own { hedging, places, .. } = own;
        let (hedger, coin) = (hedging.hedges.hedger, hedging.coin);
        let word = |place: u8| self.word(hedger, key_at(HEDGER, place));
        let ([atoms, held], [average, moved]) = (halves(word(6)), halves(word(7)));
        let ([state, taken], [used, times]) = (quarters(held), quarters(moved));
        let [epoch, opened_at] = eighths(state).map(u64::from);
        let [averaged_at, used_at] = eighths(times).map(u64::from);
        let used = Money::from_fx(Fx::from_bits((u128::from(used) << USED_SHIFT).cast_signed()));
        let [times, options_used] = halves(word(24));
        let [options_opened_at, options_used_at] = quarters(times);
        let options_used = Money::from_fx(Fx::from_bits(options_used.cast_signed()));
        let venues =
            [Some(hedging.hedges.filler), places.map(|places| places.pool_venue), places.map(|places| places.lender)];
        let cap = |venue: Address| halves(self.word(hedger, self.mapped(venue.into_word(), key_at(HEDGER, 10))))[1];
        Hedger {
            atoms,
            epoch,
            window: Window { opened_at },
            taken_at: eighths(taken).map(u64::from),
            hashes: [word(8), word(9)],
            average: Price::from_fx(Fx::from_bits(average.cast_signed())),
            averaged_at,
            budget: Budget { used, at: used_at },
            options_window: Window { opened_at: options_opened_at },
            options_budget: Budget { used: options_used, at: options_used_at },
            terms: terms([word(5), word(0), word(1), word(2), word(4)]),
            caps: venues.map(|venue| venue.map_or(0, cap)),
            scaled: places.map_or([0; 2], |places| self.account_slots(&places)),
            pool: places.map(|places| self.pool_slots(&places, coin)),
            coins: hedge_wallets(own).map(|wallet| (wallet, self.balance_in(coin, wallet))).collect(),
        }
    }

    fn account_slots(&self, places: &Places) -> [u128; 2] {
        let tokens = [(places.collateral_token, COLLATERAL_BALANCES), (places.debt_token, DEBT_BALANCES)];
        tokens.map(|(token, balances)| {
            let balance = self.mapped(places.lender.into_word(), U256::from(balances));
            halves(self.word(token, balance))[1]
        })
    }

    fn pool_slots(&self, places: &Places, coin: Address) -> Pool {
        let word = |place: u8| U256::from_be_bytes(self.word(places.pool, U256::from(place)).0);
        let root_x96 = word(POOL_PRICE) & ((U256::ONE << 160) - U256::ONE);
        let is_coin_first = coin < self.market.world.token;
        Pool { root_x96, liquidity: word(POOL_LIQUIDITY), is_coin_first }
    }

    /// How many signed requests of a solver have been used.
    pub fn nonce_of(&self, solver: Address) -> U256 {
        let hedger = self.own.hedging.hedges.hedger;
        self.word(hedger, self.mapped(solver.into_word(), key_at(HEDGER, 11))).into()
    }

    /// What of a token somebody lets somebody else take.
    pub fn allowance(&self, token: Address, owner: Address, spender: Address) -> U256 {
        let spenders = self.mapped(owner.into_word(), U256::ONE);
        self.word(token, self.mapped(spender.into_word(), spenders)).into()
    }
}
