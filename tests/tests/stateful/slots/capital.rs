//! Shares, and what LPs have asked for.

use std::collections::BTreeMap;

use alloy_primitives::{Address, B256, U256};
use equipoise_kit::storage::{halves, namespace_root, number_key, quarters};

use super::key_at;
use crate::life::Life;

const TRANCHE: U256 = namespace_root("equipoise.tranche");

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

impl Life {
    pub(super) fn tranche(&self, tranche: Address) -> Tranche {
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
