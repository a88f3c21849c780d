//! What the hedger keeps, and who has what of the underlying.

use std::collections::BTreeMap;

use alloy_primitives::{Address, B256, U256};
use equipoise_kit::storage::{eighths, halves, namespace_root, quarters};
use equipoise_math::Fx;
use equipoise_risk::rebalance::{Budget, HedgeTerms, Window};
use equipoise_risk::units::{Money, Price};
use equipoise_tests::Hedging;

use super::key_at;
use crate::life::Life;

const HEDGER: U256 = namespace_root("equipoise.hedger");
/// Bits of what is used of a budget that are not kept.
const USED_SHIFT: u32 = 40;

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
    pub terms: HedgeTerms,
    /// What the venue where solvers fill may fill at once, in WAD.
    pub cap_wad: u128,
    /// Of the underlying: the hedger's, the venue's, the solver's.
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
pub fn hedge_wallets(hedging: &Hedging) -> impl Iterator<Item = Address> {
    [hedging.hedges.hedger, hedging.hedges.filler, hedging.solver].into_iter()
}

impl Life {
    pub(super) fn hedger_slots(&self, hedging: &Hedging) -> Hedger {
        let (hedger, coin) = (hedging.hedges.hedger, hedging.coin);
        let word = |place: u8| self.word(hedger, key_at(HEDGER, place));
        let ([atoms, held], [average, moved]) = (halves(word(6)), halves(word(7)));
        let ([state, taken], [used, times]) = (quarters(held), quarters(moved));
        let [epoch, opened_at] = eighths(state).map(u64::from);
        let [averaged_at, used_at] = eighths(times).map(u64::from);
        let used = Money::from_fx(Fx::from_bits((u128::from(used) << USED_SHIFT).cast_signed()));
        let venue = self.mapped(hedging.hedges.filler.into_word(), key_at(HEDGER, 10));
        Hedger {
            atoms,
            epoch,
            window: Window { opened_at },
            taken_at: eighths(taken).map(u64::from),
            hashes: [word(8), word(9)],
            average: Price::from_fx(Fx::from_bits(average.cast_signed())),
            averaged_at,
            budget: Budget { used, at: used_at },
            terms: terms([word(5), word(0), word(1), word(2), word(4)]),
            cap_wad: halves(self.word(hedger, venue))[1],
            coins: hedge_wallets(hedging).map(|wallet| (wallet, self.balance_in(coin, wallet))).collect(),
        }
    }

    /// What of a token somebody lets somebody else take.
    pub fn allowance(&self, token: Address, owner: Address, spender: Address) -> U256 {
        let spenders = self.mapped(owner.into_word(), U256::ONE);
        self.word(token, self.mapped(spender.into_word(), spenders)).into()
    }
}
