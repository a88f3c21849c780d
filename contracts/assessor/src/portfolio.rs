//! An account's options, unpacked, priced, and put to the scenarios.

use alloy_primitives::U256;
use equipoise_interfaces::{MarketNumberOutOfDomain, MarketSettlementPending, MarketSliceMissing, Moment};
use equipoise_kit::lean::revert;
use equipoise_kit::Revert;
use equipoise_market_state::convert::price_of;
use equipoise_market_state::errors::{number_error, pricing_error};
use equipoise_market_state::layout::{decode_holdings, BoardState, BoardWords, Header};
use equipoise_market_state::pricing::Pricing;
use equipoise_risk::clock::{begun_basis_floor, phase, Phase};
use equipoise_risk::margin::{self, BoardHoldings, MarginParameters, MarketMargin, Shocks};
use equipoise_risk::marks::BoardTerms;
use equipoise_risk::settlement::{payoff_floor, Holding, PayoutRatio};
use equipoise_risk::units::{Money, Price, TokenScale};
use equipoise_risk::RiskError;

/// What an account has of a board that trades, and how that is priced.
struct LiveBoard {
    terms: BoardTerms,
    held: Vec<Holding>,
}

/// The margin of what `position` is in each board.
/// # Rounding: as `equipoise_risk::margin::assess`, payoffs of settled boards down
/// # Errors: MarketSettlementPending for a board that has expired and is not settled, MarketSliceMissing,
/// MarketNumberOutOfDomain
pub fn assess(
    moment: &Moment,
    token_decimals: u8,
    parameters: &MarginParameters,
    boards: &[(u16, BoardWords)],
) -> Result<MarketMargin, Revert> {
    // Longs count at the bid of a pushed price, which a margin is held against once the trade is over.
    let pricing = Pricing::new(moment, None)?;
    let scale = TokenScale::from_decimals(token_decimals);
    let scale = scale.ok_or_else(|| revert(&MarketNumberOutOfDomain { board: 0 }))?;
    let mut live = Vec::with_capacity(boards.len());
    let mut settled = Money::ZERO;
    for &(id, ref words) in boards {
        let Some(mut header) = Header::decode(&words.header) else { continue };
        let held = decode_holdings(words, &words.position, moment.strikeShift);
        if let BoardState::Settled { price, ratio } = header.state {
            let payoff = paid_floor(&held, price, ratio, scale).and_then(|paid| settled.plus(paid));
            settled = payoff.map_err(number_error(id))?;
            continue;
        }
        if phase(moment.nowAt, header.expiry) == Phase::Expired {
            return Err(revert(&MarketSettlementPending { board: id }));
        }
        follow_begun(&mut header, words.begun(), (moment, pricing.spot)).map_err(number_error(id))?;
        let terms = pricing.terms(id, &header, words)?;
        let terms = terms.ok_or_else(|| revert(&MarketSliceMissing { board: id }))?;
        live.push(LiveBoard { terms, held });
    }
    let boards: Vec<_> =
        live.iter().map(|board| BoardHoldings { terms: &board.terms, holdings: &board.held }).collect();
    let assessed = Shocks::new(parameters).and_then(|shocks| margin::assess(&boards, &shocks));
    let assessed = assessed.and_then(|assessed| {
        let (value, mark) = (assessed.value.plus(settled)?, assessed.mark.plus(settled)?);
        Ok(MarketMargin { value, mark, ..assessed })
    });
    assessed.map_err(pricing_error)
}

/// Gives a board in its window the forward of the average that has begun, where that is told: who trades tells none.
fn follow_begun(header: &mut Header, begun: U256, (moment, spot): (&Moment, Price)) -> Result<(), RiskError> {
    let BoardState::Live { basis, .. } = &mut header.state else { return Ok(()) };
    if begun.is_zero() || phase(moment.nowAt, header.expiry) != Phase::InWindow {
        return Ok(());
    }
    let begun = price_of(begun).map_err(|_| RiskError::Overflow)?;
    *basis = begun_basis_floor(begun, spot, *basis, header.expiry.saturating_sub(moment.nowAt))?;
    Ok(())
}

/// What a settled board will pay, as its settlement pays it.
fn paid_floor(held: &[Holding], price: Price, ratio: PayoutRatio, scale: TokenScale) -> Result<Money, RiskError> {
    scale.money_floor(ratio.applied_floor(payoff_floor(held, price, scale)?)?)
}
