//! What hedges a market: the hedger, and the venues that belong to it.

use alloy_primitives::Address;
use equipoise_interfaces::{IFillerVenue, IHedged, IHedger, ILender, IPoolVenue};

use super::{slot, Verification};
use crate::deploy::error::DeploymentError;
use crate::deploy::record::Record;
use crate::governance::GroupName;

/// Where a hedger keeps the programs that it is made with.
const HEDGER: &str = "equipoise.hedger";
/// The referee's slot in it.
const REFEREE: u64 = 2;

impl Verification<'_> {
    /// A hedger knows its market, its tokens and its lender, the market knows it, and venues fill for it.
    pub(super) fn hedger(&mut self, record: &Record) -> Result<(), DeploymentError> {
        let name = &record.name;
        let symbol = name.trim_start_matches("hedger-");
        let hedger = record.entry_point();
        let [market, filler, pool_venue, lender] =
            ["market", "filler", "pool-venue", "lender"].map(|part| format!("{part}-{symbol}"));
        let (market, clearing, referee) = (self.at(&market), self.at("clearing"), self.at("referee"));
        let same = |found: Address| found;
        let shown = |found: Address| found.to_checksum(None);
        self.view(format!("hedger of market-{symbol}"), hedger, market, &IHedged::hedgerCall {}, same)?;
        self.view(format!("market of {name}"), market, hedger, &IHedger::marketCall {}, same)?;
        self.view(format!("clearing of {name}"), clearing, hedger, &IHedger::clearingCall {}, same)?;
        let found = self.rpc.storage(hedger, slot(HEDGER, REFEREE))?;
        self.check(format!("referee of {name}"), referee, Address::from_word(found));
        let trustee = self.at("trustee");
        self.view(format!("trustee of {name}"), trustee, hedger, &IHedger::trusteeCall {}, same)?;
        let broker = self.at("broker");
        self.view(format!("broker of {name}"), broker, hedger, &IHedger::brokerCall {}, same)?;
        let dealer = self.at("dealer");
        self.view(format!("dealer of {name}"), dealer, hedger, &IHedger::dealerCall {}, same)?;
        self.governed(name, GroupName::Hedge)?;
        let base = self.told(name, "base");
        self.view(format!("underlying of {name}"), base, hedger, &IHedger::baseCall {}, shown)?;
        let at = self.at(&lender);
        self.view(format!("lender of {name}"), at, hedger, &IHedger::lenderCall {}, same)?;
        let at = self.at(&filler);
        self.view(format!("hedger of {filler}"), hedger, at, &IFillerVenue::hedgerCall {}, same)?;
        if self.record(&pool_venue).is_some() {
            let (pool, at) = (self.told(&pool_venue, "pool"), self.at(&pool_venue));
            self.view(format!("hedger of {pool_venue}"), hedger, at, &IPoolVenue::hedgerCall {}, same)?;
            self.view(format!("pool of {pool_venue}"), pool, at, &IPoolVenue::poolCall {}, shown)?;
        }
        if self.record(&lender).is_some() {
            let (pool, at) = (self.told(&lender, "pool"), self.at(&lender));
            self.view(format!("hedger of {lender}"), hedger, at, &ILender::hedgerCall {}, same)?;
            self.view(format!("pool of {lender}"), pool, at, &ILender::poolCall {}, shown)?;
        }
        Ok(())
    }
}
