//! The tranche's storage.

use alloy_primitives::{Address, U256};
use equipoise_kit::storage::{
    halves, joined, namespace_root, number_key, paired, quarters, Mapping, Namespace, Namespaced, Word,
};
use stylus_sdk::prelude::*;

use crate::parts::{Claim, Parts};

/// Where a tranche keeps its state.
pub struct TrancheSpace;

impl Namespace for TrancheSpace {
    const ROOT: U256 = namespace_root("equipoise.tranche");
}

/// [`TrancheSlots`] at their place.
pub type Slots = Namespaced<TrancheSpace, TrancheSlots>;

/// Everything a tranche keeps.
#[storage]
pub struct TrancheSlots {
    pub(crate) core: Word,
    /// Its address in the low 20 bytes. Every request asks for all that is in the others, too: the series and the spacing
    /// of cuts, 4 bytes each, the token's decimals, one if it is the senior.
    pub(crate) clearing: Word,
    /// All shares of the series; the first and the last of the epochs that wait to be priced.
    queue: Word,
    pub(crate) token: Word,
    pub(crate) balances: Mapping<Mapping<Word>>,
    pub(crate) allowances: Mapping<Mapping<Word>>,
    pub(crate) operators: Mapping<Mapping<Word>>,
    pub(crate) nonces: Mapping<Word>,
    pub(crate) epochs: Mapping<EpochSlots>,
    pub(crate) deposits: Mapping<RequestSlots>,
    pub(crate) redemptions: Mapping<RequestSlots>,
}

impl TrancheSlots {
    /// The series that balances and supply are of.
    pub(crate) fn series(&self) -> u32 {
        narrow(self.setting_halves()[0] >> 32)
    }

    /// Whether it is the senior.
    pub(crate) fn is_senior(&self) -> bool {
        (self.setting_halves()[1] >> 48) & 1 == 1
    }

    /// The spacing of cuts in seconds and the token's decimals.
    pub(crate) fn setting(&self) -> [u64; 2] {
        let [times, rest] = self.setting_halves();
        [times & u64::from(u32::MAX), rest >> 56]
    }

    /// The first and the second eight bytes of the slot.
    #[inline(never)]
    fn setting_halves(&self) -> [u64; 2] {
        quarters(halves(self.clearing.get())[0])
    }

    /// Names the clearing house, and says which tranche it is, with the spacing of cuts, which a vault bounds by weeks, and
    /// the token's decimals.
    pub(crate) fn set_setting(
        &mut self,
        clearing: Address,
        is_senior: bool,
        cut_spacing_secs: u64,
        token_decimals: u8,
    ) {
        let mut word = clearing.into_word();
        if let Some([_, _, _, _, spacing @ .., decimals, senior, _, _]) = word.first_chunk_mut::<12>() {
            *spacing = narrow(cut_spacing_secs).to_be_bytes();
            (*decimals, *senior) = (token_decimals, is_senior.into());
        }
        self.clearing.set(word);
    }

    /// All shares of the series.
    pub(crate) fn supply(&self) -> u128 {
        halves(self.queue.get())[0]
    }

    /// Replaces the number of all shares.
    pub(crate) fn set_supply(&mut self, supply: u128) {
        let [_, ends] = halves(self.queue.get());
        self.queue.set(joined(supply, ends));
    }

    /// Leaves the shares there are behind.
    pub(crate) fn start_series(&mut self) {
        let mut word = self.clearing.get();
        if let Some(series) = word.first_chunk_mut() {
            *series = self.series().saturating_add(1).to_be_bytes();
        }
        self.clearing.set(word);
        self.set_supply(0);
    }

    /// The oldest epoch with requests that is not priced, zero if there is none.
    pub(crate) fn first_epoch(&self) -> u64 {
        self.ends()[0]
    }

    /// Puts an epoch at the end of those that wait to be priced, if it is not there.
    pub(crate) fn enqueue(&mut self, epoch: u64) {
        let [first, last] = self.ends();
        if first == 0 {
            self.set_ends(epoch, epoch);
        } else if last != epoch {
            self.epochs.at_mut(number_key(last)).set_next(epoch);
            self.set_ends(first, epoch);
        }
    }

    /// Takes the oldest epoch off.
    pub(crate) fn dequeue(&mut self) {
        let [first, last] = self.ends();
        let next = self.epochs.at(number_key(first)).next();
        self.set_ends(next, last);
    }

    fn ends(&self) -> [u64; 2] {
        quarters(halves(self.queue.get())[1])
    }

    fn set_ends(&mut self, first: u64, last: u64) {
        self.queue.set(joined(self.supply(), paired(first, last)));
    }
}

/// An epoch's totals: first what was requested, then what has not been collected of it.
#[storage]
pub struct EpochSlots {
    /// Deposits; what of them is accepted.
    deposits: Word,
    /// Shares to redeem; how many of them are redeemed.
    redemptions: Word,
    /// Shares minted; assets paid.
    given: Word,
    /// The next epoch that waits, one if it is settled; the series of what it minted, of what it redeems.
    stage: Word,
}

impl EpochSlots {
    /// Whether it is priced, or given back.
    pub(crate) fn is_settled(&self) -> bool {
        self.stage()[1] == 1
    }

    /// Says that it is, and of which series what it minted is.
    pub(crate) fn settle(&mut self, minted_series: u32) {
        let [next, _, _, redeem_series] = self.stage();
        self.set_stage([next, 1, minted_series.into(), redeem_series]);
    }

    /// The epoch that waits after it, zero if there is none.
    fn next(&self) -> u64 {
        self.stage()[0]
    }

    fn set_next(&mut self, epoch: u64) {
        let [_, settled, minted_series, redeem_series] = self.stage();
        self.set_stage([epoch, settled, minted_series, redeem_series]);
    }

    /// The series of what it minted.
    pub(crate) fn minted_series(&self) -> u32 {
        narrow(self.stage()[2])
    }

    /// The series of the shares that it redeems.
    pub(crate) fn redeem_series(&self) -> u32 {
        narrow(self.stage()[3])
    }

    /// Replaces the series of the shares that it redeems.
    pub(crate) fn set_redeem_series(&mut self, series: u32) {
        let [next, settled, minted_series, redeem_series] = self.stage();
        if redeem_series != u64::from(series) {
            self.set_stage([next, settled, minted_series, series.into()]);
        }
    }

    /// Deposits, what of them is accepted, and the shares for it.
    pub(crate) fn deposits(&self) -> Parts {
        let [requested, filled] = halves(self.deposits.get());
        Parts { requested, filled, given: halves(self.given.get())[0] }
    }

    /// Replaces deposits, what of them is accepted, and the shares for it.
    pub(crate) fn set_deposits(&mut self, parts: Parts) {
        let [_, paid] = halves(self.given.get());
        self.deposits.set(joined(parts.requested, parts.filled));
        self.given.set(joined(parts.given, paid));
    }

    /// Shares to redeem, how many of them are redeemed, and what is paid for them.
    pub(crate) fn redemptions(&self) -> Parts {
        let [requested, filled] = halves(self.redemptions.get());
        Parts { requested, filled, given: halves(self.given.get())[1] }
    }

    /// Replaces shares to redeem, how many of them are redeemed, and what is paid for them.
    pub(crate) fn set_redemptions(&mut self, parts: Parts) {
        let [minted, _] = halves(self.given.get());
        self.redemptions.set(joined(parts.requested, parts.filled));
        self.given.set(joined(minted, parts.given));
    }

    /// What is requested of an epoch that is not settled: deposits.
    pub(crate) fn deposit_atoms(&self) -> u128 {
        halves(self.deposits.get())[0]
    }

    /// Replaces it.
    pub(crate) fn set_deposit_atoms(&mut self, atoms: u128) {
        self.deposits.set(joined(atoms, 0));
    }

    /// What is requested of an epoch that is not settled: shares to redeem.
    pub(crate) fn redeem_shares(&self) -> u128 {
        halves(self.redemptions.get())[0]
    }

    /// Replaces it.
    pub(crate) fn set_redeem_shares(&mut self, shares: u128) {
        self.redemptions.set(joined(shares, 0));
    }

    fn stage(&self) -> [u64; 4] {
        let [high, low] = halves(self.stage.get()).map(quarters);
        [high[0], high[1], low[0], low[1]]
    }

    fn set_stage(&mut self, [next, settled, minted, redeem]: [u64; 4]) {
        self.stage.set(joined(paired(next, settled), paired(minted, redeem)));
    }
}

/// A series as it is stored: in more bits than it has.
fn narrow(series: u64) -> u32 {
    u32::try_from(series).unwrap_or(u32::MAX)
}

/// What one controller requested, of one kind, and what he may claim.
#[storage]
pub struct RequestSlots {
    /// The epoch and the series; the amount.
    request: Word,
    /// Assets; shares.
    claim: Word,
    /// The series of the shares that may be claimed; assets that were not accepted.
    returned: Word,
}

/// A request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Request {
    /// The epoch it joined; stays after it is collected.
    pub(crate) epoch: u64,
    /// Assets or shares, zero if there is no request.
    pub(crate) amount: u128,
    /// The series of the shares to redeem.
    pub(crate) series: u32,
}

impl RequestSlots {
    /// The request.
    pub(crate) fn request(&self) -> Request {
        let [place, amount] = halves(self.request.get());
        let [epoch, series] = quarters(place);
        Request { epoch, amount, series: narrow(series) }
    }

    /// Replaces the request.
    pub(crate) fn set_request(&mut self, request: Request) {
        self.request.set(joined(paired(request.epoch, request.series.into()), request.amount));
    }

    /// What may be claimed.
    pub(crate) fn claim(&self) -> Claim {
        let [assets, shares] = halves(self.claim.get());
        Claim { assets, shares }
    }

    /// Replaces what may be claimed.
    pub(crate) fn set_claim(&mut self, claim: Claim) {
        self.claim.set(joined(claim.assets, claim.shares));
    }

    /// The series of the shares that may be claimed.
    pub(crate) fn claim_series(&self) -> u32 {
        narrow(quarters(halves(self.returned.get())[0])[1])
    }

    /// Assets that were not accepted.
    pub(crate) fn returned(&self) -> u128 {
        halves(self.returned.get())[1]
    }

    /// Replaces the series of the shares that may be claimed, and the assets that were not accepted.
    pub(crate) fn set_returned(&mut self, claim_series: u32, atoms: u128) {
        if (claim_series, atoms) != (self.claim_series(), self.returned()) {
            self.returned.set(joined(claim_series.into(), atoms));
        }
    }
}
