//! Expired boards are settled at the feed's average, proved by the round before it; then each account that holds
//! something of a settled board. Where the vault owes, the payout ratio is fixed as soon as it may be.

use std::collections::BTreeMap;

use alloy_primitives::{Address, B256};
use alloy_rpc_types_eth::Log;
use equipoise_interfaces::IMarket;
use equipoise_risk::clock::WINDOW_SECS;

use super::client::{Client, Tried};
use super::context::Context;
use super::error::KeepError;
use super::rounds::Feed;
use super::site::MarketSite;

/// A feed that has been silent for so long after an expiry is not waited for: its last price goes on.
const OUTAGE_SECS: u64 = 86_400;

/// Whether the average of a board that has expired can be proved.
/// # Inputs: unix seconds: the expiry, the present, the feed's latest round
pub const fn is_provable(expiry: u64, now: u64, latest_at: u64) -> bool {
    latest_at >= expiry || now >= expiry.saturating_add(OUTAGE_SECS)
}

/// Settles an expired board, proved by the last round at or before its window.
/// # Returns: its events
/// # Errors: [`KeepError::RoundMissing`], the connection's
pub fn settle_board(client: &mut dyn Client, site: MarketSite, board: u16, expiry: u64) -> Tried<Vec<Log>> {
    let first_round = Feed::read(client, site.feed)?.last_until(expiry.saturating_sub(WINDOW_SECS))?;
    client.try_send("settle_board", site.market, &IMarket::settleBoardCall { board, firstRound: first_round })
}

/// Pays an account's positions in a settled board.
/// # Returns: its events
/// # Errors: the connection's
pub fn settle_account(client: &mut dyn Client, market: Address, account: B256, board: u16) -> Tried<Vec<Log>> {
    client.try_send("settle_account", market, &IMarket::settleAccountCall { account, board })
}

/// Fixes the payout ratio of a board that the vault owes for.
/// # Returns: its events
/// # Errors: the connection's
pub fn fix_ratio(client: &mut dyn Client, market: Address, board: u16) -> Tried<Vec<Log>> {
    client.try_send("fix_payout_ratio", market, &IMarket::fixPayoutRatioCall { board })
}

/// Settles what has expired.
/// # Returns: what there was to do, in words
/// # Errors: [`KeepError`]
pub fn run(at: &mut Context) -> Result<String, KeepError> {
    let (mut boards, mut waiting, mut owing) = (0, 0, 0);
    for site in at.site.markets.clone() {
        for Waiting { board, expiry, debts_until } in expired(&mut at.remote, site.market)? {
            let now = at.remote.now()?;
            if debts_until != 0 {
                let is_fixed = now >= debts_until && fix_ratio(&mut at.remote, site.market, board)?.is_ok();
                owing += usize::from(!is_fixed);
                continue;
            }
            let latest_at = Feed::read(&mut at.remote, site.feed)?.latest_at;
            if is_provable(expiry, now, latest_at) {
                // What is refused is noted, and tried again the next time.
                boards += usize::from(settle_board(&mut at.remote, site, board, expiry)?.is_ok());
            } else {
                waiting += 1;
            }
        }
    }
    let accounts = settle_accounts(at)?;
    Ok(format!(
        "{boards} boards settled, {waiting} wait for the feed, {owing} for the vault to pay, {accounts} accounts settled"
    ))
}

/// A board past its expiry that is not done with.
struct Waiting {
    board: u16,
    /// In unix seconds.
    expiry: u64,
    /// The time from which its payout ratio may be fixed, if it is settled and the vault owes for it; 0 before.
    debts_until: u64,
}

/// Boards that live past their expiry.
fn expired(client: &mut dyn Client, market: Address) -> Result<Vec<Waiting>, KeepError> {
    let (mut expired, now) = (Vec::new(), client.now()?);
    for id in client.view(market, &IMarket::liveBoardsCall {})? {
        let board = client.view(market, &IMarket::boardCall { id })?;
        if board.expiry <= now {
            expired.push(Waiting { board: id, expiry: board.expiry, debts_until: board.debtsUntil });
        }
    }
    Ok(expired)
}

/// Settles every account in every settled board that it holds something of.
fn settle_accounts(at: &mut Context) -> Result<usize, KeepError> {
    let mut is_settled = BTreeMap::new();
    let mut settled = 0;
    for standing in at.accounts.look(&mut at.remote, &at.site)? {
        let account = standing.account;
        for site in at.site.held(standing.entry.heldMarkets).collect::<Vec<_>>() {
            let client: &mut dyn Client = &mut at.remote;
            for board in client.view(site.market, &IMarket::accountBoardsCall { account })? {
                let known = is_settled.get(&(site.market, board)).copied();
                let is_over = match known {
                    Some(known) => known,
                    None => client.view(site.market, &IMarket::boardCall { id: board })?.isSettled,
                };
                is_settled.insert((site.market, board), is_over);
                if is_over {
                    settled += usize::from(settle_account(client, site.market, account, board)?.is_ok());
                }
            }
        }
    }
    Ok(settled)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_average_is_proved_by_a_round_past_the_expiry_or_by_a_day_of_silence() {
        let expiry = 1_000_000;
        assert!(!is_provable(expiry, expiry, expiry - 1));
        assert!(is_provable(expiry, expiry, expiry));
        assert!(!is_provable(expiry, expiry + OUTAGE_SECS - 1, expiry - 1));
        assert!(is_provable(expiry, expiry + OUTAGE_SECS, expiry - 1));
    }
}
