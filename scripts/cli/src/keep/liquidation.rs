//! Accounts below their maintenance margin are put up for auction; what nobody bids for the vault takes over, what it may
//! not take is closed against the other side, and debts that are left are paid.

use alloy_primitives::{Address, B256, I256, U256};
use equipoise_interfaces::{account, AuctionState, IClearing, IMarket};

use super::accounts::Standing;
use super::client::{Client, Tried};
use super::context::Context;
use super::error::KeepError;
use crate::reverts::Reason;

/// A bid's limit above what it has just been found to cost, as a share of that: prices move until it is mined.
const BID_SLACK: i64 = 100;
/// One in the fixed point of shares and discounts.
const ONE_X64: f64 = 18_446_744_073_709_551_616.0;
/// Of `IClearing.accountMargin`: below maintenance.
const LIQUIDATABLE: u8 = 2;
/// Of `IClearing.auction`.
const CURED: u8 = 1;
const TAKEOVER: u8 = 4;
const DELEVERAGE: u8 = 5;

/// What may be done about an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Start its auction.
    Start,
    /// End its auction: it is healthy, or holds nothing.
    End,
    /// Bid in it.
    Bid,
    /// Have the vault take all of it.
    TakeOver,
    /// Close its options against those of another account.
    Deleverage,
    /// Pay its debt.
    Cover,
}

/// What is known of an account.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Situation {
    /// It holds options.
    pub holds: bool,
    /// It owes cash.
    pub owes: bool,
    /// It is below its maintenance margin.
    pub is_liquidatable: bool,
    /// The stage of its auction and the discount there, if it is in one.
    pub auction: Option<(u8, f64)>,
}

/// What there is to do it with.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Means {
    /// The least discount at which to bid, if at all.
    pub bids_from: Option<f64>,
    /// Somebody can pay for bad debt: insurance, or a vault.
    pub is_backed: bool,
}

/// What to try, in this order, until something is done.
pub fn steps(seen: Situation, means: Means) -> Vec<Step> {
    let cover = (seen.owes && !seen.holds && means.is_backed).then_some(Step::Cover);
    let Some((stage, discount)) = seen.auction else {
        let start = (seen.holds && seen.is_liquidatable).then_some(Step::Start);
        return start.or(cover).into_iter().collect();
    };
    if !seen.holds || stage == CURED {
        return vec![cover.unwrap_or(Step::End)];
    }
    let bid = means.bids_from.is_some_and(|least| discount >= least).then_some(Step::Bid);
    let take_over = (stage >= TAKEOVER).then_some(Step::TakeOver);
    let deleverage = (stage >= DELEVERAGE).then_some(Step::Deleverage);
    [bid, take_over, deleverage].into_iter().flatten().collect()
}

/// How much of two accounts' sizes in one board lies on opposite sides.
pub fn overlap(sizes: &[I256], others: &[I256]) -> U256 {
    let opposite = sizes.iter().zip(others).filter(|(one, other)| one.is_negative() != other.is_negative());
    opposite.fold(U256::ZERO, |sum, (one, other)| sum + one.unsigned_abs().min(other.unsigned_abs()))
}

/// Does what is due of every account.
/// # Returns: what there was to do, in words
/// # Errors: [`KeepError`]
pub fn run(at: &mut Context) -> Result<String, KeepError> {
    let standings = at.accounts.look(&mut at.remote, &at.site)?;
    let means = Means { bids_from: at.bids_from, is_backed: is_backed(at)? };
    let (mut done, mut unknown) = (0, 0);
    for standing in &standings {
        // While a board waits for its settlement nobody knows what he is worth who holds it.
        let Ok((seen, auction)) = situation(at, standing)? else {
            unknown += 1;
            continue;
        };
        for step in steps(seen, means) {
            if take(at, step, (standing, &standings), auction.as_ref())?.is_ok() {
                done += 1;
                break;
            }
        }
    }
    metrics::gauge!("equipoise_keep_accounts").set(standings.len() as f64);
    Ok(format!(
        "{} accounts hold or owe something, {done} steps taken, {unknown} wait for a settlement or fresh prices",
        standings.len()
    ))
}

/// Whether anybody can pay for bad debt.
fn is_backed(at: &mut Context) -> Result<bool, KeepError> {
    let (clearing, client): (_, &mut dyn Client) = (at.site.clearing, &mut at.remote);
    let fund = client.view(clearing, &IClearing::cashOfCall { account: account::INSURANCE })?;
    let mut is_backed = fund.cashAtoms.is_positive();
    for site in &at.site.markets {
        is_backed |= client.view(clearing, &IClearing::vaultCashCall { market: site.market })?.is_positive();
    }
    Ok(is_backed)
}

fn situation(at: &mut Context, standing: &Standing) -> Tried<(Situation, Option<AuctionState>)> {
    let (clearing, client): (_, &mut dyn Client) = (at.site.clearing, &mut at.remote);
    let Standing { account, entry } = standing;
    let owes = entry.cashAtoms.is_negative();
    let mut seen = Situation { holds: entry.heldMarkets != 0, owes, ..Situation::default() };
    if entry.isInAuction {
        let state = client.try_view(clearing, &IClearing::auctionCall { account: *account })?;
        return Ok(state.map(|state| {
            seen.auction = Some((state.stage, state.discountX64 as f64 / ONE_X64));
            (seen, Some(state))
        }));
    }
    // Longs are paid for: who is short nowhere and owes nothing cannot be below any margin.
    if seen.holds && (entry.shortMarkets != 0 || owes) {
        match client.try_view(clearing, &IClearing::accountMarginCall { account: *account })? {
            Ok(margin) => seen.is_liquidatable = margin.state == LIQUIDATABLE,
            Err(reason) => return Ok(Err(reason)),
        }
    }
    Ok(Ok((seen, None)))
}

fn take(
    at: &mut Context,
    step: Step,
    (standing, all): (&Standing, &[Standing]),
    auction: Option<&AuctionState>,
) -> Tried<()> {
    let (clearing, account) = (at.site.clearing, standing.account);
    let client: &mut dyn Client = &mut at.remote;
    let sent = match step {
        Step::Start => client.try_send("start_auction", clearing, &IClearing::startAuctionCall { account })?,
        Step::End => client.try_send("end_auction", clearing, &IClearing::endAuctionCall { account })?,
        Step::TakeOver => client.try_send("take_over", clearing, &IClearing::takeOverCall { account })?,
        Step::Cover => client.try_send("cover_bad_debt", clearing, &IClearing::coverBadDebtCall { account })?,
        Step::Bid => return bid(client, clearing, account, auction.map_or(0, |auction| auction.curingShareX64)),
        Step::Deleverage => match counter(at, standing, all)? {
            Some(counter) => {
                let client: &mut dyn Client = &mut at.remote;
                client.try_send("deleverage", clearing, &IClearing::deleverageCall { account, counter })?
            }
            None => {
                return Ok(Err(Reason { name: "Unknown".to_owned(), text: "nobody is on the other side".to_owned() }))
            }
        },
    };
    Ok(sent.map(drop))
}

/// Takes the share that cures, for little more than it costs now.
fn bid(client: &mut dyn Client, clearing: Address, account: B256, share: i128) -> Tried<()> {
    let bidder = account::of(client.sender());
    let most = IClearing::bidCall { account, bidder, mostShareX64: share, mostPriceAtoms: I256::MAX };
    let price = match client.try_view(clearing, &most)? {
        Ok(found) => found.priceAtoms,
        Err(reason) => return Ok(Err(reason)),
    };
    let slack = I256::from_raw(price.unsigned_abs()) / I256::try_from(BID_SLACK).unwrap_or(I256::ONE);
    let limited = IClearing::bidCall { mostPriceAtoms: price.saturating_add(slack), ..most };
    Ok(client.try_send("bid", clearing, &limited)?.map(drop))
}

/// The account with most on the other side.
fn counter(at: &mut Context, of: &Standing, all: &[Standing]) -> Result<Option<B256>, KeepError> {
    let mut best = (U256::ZERO, None);
    for other in all.iter().filter(|other| other.account != of.account && !other.entry.isInAuction) {
        let shared = at.site.held(of.entry.heldMarkets & other.entry.heldMarkets).collect::<Vec<_>>();
        let mut opposite = U256::ZERO;
        for site in shared {
            opposite += opposite_sizes(&mut at.remote, site.market, of.account, other.account)?;
        }
        if opposite > best.0 {
            best = (opposite, Some(other.account));
        }
    }
    Ok(best.1)
}

fn opposite_sizes(client: &mut dyn Client, market: Address, one: B256, other: B256) -> Result<U256, KeepError> {
    let mut sum = U256::ZERO;
    for board in client.view(market, &IMarket::accountBoardsCall { account: one })? {
        let sizes = client.view(market, &IMarket::positionsCall { account: one, board })?;
        let others = client.view(market, &IMarket::positionsCall { account: other, board })?;
        sum += overlap(&sizes, &others);
    }
    Ok(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HELD: Situation = Situation { holds: true, owes: false, is_liquidatable: false, auction: None };
    const MEANS: Means = Means { bids_from: None, is_backed: true };

    fn bidding(least: f64) -> Means {
        Means { bids_from: Some(least), ..MEANS }
    }

    #[test]
    fn an_account_below_maintenance_goes_to_auction() {
        assert_eq!(steps(HELD, MEANS), []);
        assert_eq!(steps(Situation { is_liquidatable: true, ..HELD }, MEANS), [Step::Start]);
    }

    #[test]
    fn an_auction_ends_when_the_account_is_cured_or_holds_nothing() {
        let cured = Situation { auction: Some((CURED, 0.0)), ..HELD };
        assert_eq!(steps(cured, bidding(0.0)), [Step::End]);
        let empty = Situation { holds: false, auction: Some((2, 0.1)), ..HELD };
        assert_eq!(steps(empty, bidding(0.0)), [Step::End]);
        assert_eq!(steps(Situation { owes: true, ..empty }, bidding(0.0)), [Step::Cover]);
    }

    #[test]
    fn the_vault_takes_over_once_its_window_opens_and_deleveraging_comes_last() {
        let in_stage = |stage| steps(Situation { auction: Some((stage, 0.1)), ..HELD }, MEANS);
        assert_eq!([2, 3].map(in_stage), [vec![], vec![]]);
        assert_eq!(in_stage(TAKEOVER), [Step::TakeOver]);
        assert_eq!(in_stage(DELEVERAGE), [Step::TakeOver, Step::Deleverage]);
    }

    #[test]
    fn bids_are_made_from_a_discount_up_and_only_if_asked_for() {
        let auction = |discount| Situation { auction: Some((2, discount)), ..HELD };
        assert_eq!(steps(auction(0.5), MEANS), []);
        assert_eq!(steps(auction(0.09), bidding(0.1)), []);
        assert_eq!(steps(auction(0.1), bidding(0.1)), [Step::Bid]);
        assert_eq!(
            steps(Situation { auction: Some((TAKEOVER, 0.3)), ..HELD }, bidding(0.1)),
            [Step::Bid, Step::TakeOver]
        );
    }

    #[test]
    fn debts_are_covered_only_while_somebody_can_pay() {
        let owes = Situation { holds: false, owes: true, ..HELD };
        assert_eq!(steps(owes, MEANS), [Step::Cover]);
        assert_eq!(steps(owes, Means { is_backed: false, ..MEANS }), []);
        assert_eq!(steps(Situation { owes: true, ..HELD }, MEANS), []);
    }

    #[test]
    fn only_opposite_sides_overlap() {
        let sizes = |sizes: [i64; 3]| sizes.map(|size| I256::try_from(size).unwrap());
        assert_eq!(overlap(&sizes([5, -3, 2]), &sizes([-2, 4, 2])), U256::from(5));
        assert_eq!(overlap(&sizes([5, 0, 2]), &sizes([0, -4, 2])), U256::ZERO);
    }
}
