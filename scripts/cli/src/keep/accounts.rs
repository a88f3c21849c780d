//! The accounts that there are, from the events that give one something. After a restart they are found again.

use std::collections::BTreeSet;

use alloy_primitives::{Address, B256};
use alloy_rpc_types_eth::Filter;
use alloy_sol_types::SolEvent;
use equipoise_interfaces::{
    account, CashDeposited, CashMoved, IClearing, IClearing::cashOfReturn, LongsTransferred, OptionTraded,
    PositionsMoved,
};

use super::client::Client;
use super::error::KeepError;
use super::site::Site;

/// The events that give an account something. Whatever their topics are beside the first are accounts.
const EVENTS: [B256; 5] = [
    CashDeposited::SIGNATURE_HASH,
    CashMoved::SIGNATURE_HASH,
    OptionTraded::SIGNATURE_HASH,
    LongsTransferred::SIGNATURE_HASH,
    PositionsMoved::SIGNATURE_HASH,
];
/// Blocks that are read again: a chain may have replaced its last ones.
const REREAD_BLOCKS: u64 = 32;

/// An account with what it has.
#[derive(Clone, Debug)]
pub struct Standing {
    /// Its id.
    pub account: B256,
    /// Its cash, the markets it holds anything in, those it is short in, and whether it is in auction.
    pub entry: cashOfReturn,
}

/// The accounts of which something may be due.
#[derive(Debug)]
pub struct Accounts {
    first_block: u64,
    next_block: u64,
    blocks_at_once: u64,
    /// Hold something or owe something, or have been mentioned since they did not.
    awake: BTreeSet<B256>,
}

impl Accounts {
    /// None yet.
    /// # Inputs: the block before which there are none; how many blocks a server reads at once
    pub const fn new(first_block: u64, blocks_at_once: u64) -> Self {
        Self { first_block, next_block: first_block, blocks_at_once, awake: BTreeSet::new() }
    }

    /// Reads what has happened since, and what each account has now. Who holds nothing and owes nothing is forgotten until
    /// an event mentions him again.
    /// # Errors: the connection's
    pub fn look(&mut self, client: &mut dyn Client, site: &Site) -> Result<Vec<Standing>, KeepError> {
        self.read_events(client, site)?;
        let mut standings = Vec::with_capacity(self.awake.len());
        for account in self.awake.clone() {
            let entry = client.view(site.clearing, &IClearing::cashOfCall { account })?;
            if entry.heldMarkets == 0 && !entry.cashAtoms.is_negative() && !entry.isInAuction {
                self.awake.remove(&account);
            } else {
                standings.push(Standing { account, entry });
            }
        }
        Ok(standings)
    }

    fn read_events(&mut self, client: &mut dyn Client, site: &Site) -> Result<(), KeepError> {
        let head = client.head()?;
        let contracts: Vec<Address> = site.markets.iter().map(|site| site.market).chain([site.clearing]).collect();
        // A local chain may have been taken back far.
        let again = self.next_block.min(head.saturating_add(1)).saturating_sub(REREAD_BLOCKS);
        let mut from = again.max(self.first_block);
        while from <= head {
            let to = head.min(from.saturating_add(self.blocks_at_once.saturating_sub(1)));
            let filter = Filter::new().address(contracts.clone()).event_signature(EVENTS.to_vec());
            let logs = client.logs(&filter.from_block(from).to_block(to))?;
            let topics = logs.iter().flat_map(|log| log.topics().iter().skip(1)).copied();
            self.awake.extend(topics.filter(|topic| !account::owner(*topic).is_zero()));
            from = to.saturating_add(1);
            self.next_block = from;
        }
        Ok(())
    }
}
