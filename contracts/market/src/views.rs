//! The live book, for pages and for the vault program.

use alloy_primitives::{I256, U256};
use equipoise_interfaces::Book;
use equipoise_kit::Revert;
use equipoise_market_state::convert::{signed, signed_wad, unsigned, unsigned_wad};
use equipoise_market_state::errors::pricing_error;
use equipoise_market_state::layout::Header;
use equipoise_market_state::store::Store;
use equipoise_risk::book::Measure;
use equipoise_risk::clock::{phase, Phase};
use equipoise_risk::limits::required_capital;
use equipoise_risk::potential::RiskState;
use equipoise_risk::units::{Atoms, Money};

use crate::book::{free_cash, reserve, LiveBook};

/// The answer of `nav`.
type Nav = (I256, U256, U256, U256, u64, bool);

/// The whole book, live.
/// # Errors: those of [`LiveBook::load`]
pub fn book(store: &Store) -> Result<Book, Revert> {
    let live = LiveBook::load(store, None, &[])?;
    let nav = live.net_assets(free_cash(store)?)?;
    let capital = live.risk_capital(store)?;
    let book = &live.before;
    let penalty = match RiskState::new(capital.frozen, live.directory.variance, &live.parameters) {
        Ok(state) => state.penalty(book).map_err(pricing_error)?.charged,
        Err(_) => Money::ZERO,
    };
    let shown = |measure| signed_wad(book.of(measure).fx());
    Ok(Book {
        spotWad: live.spot_wad,
        navWad: signed_wad(nav.fx()),
        navUncertaintyWad: unsigned_wad(live.uncertainty.fx()),
        riskCapitalWad: signed_wad(capital.frozen.fx()),
        valueWad: shown(Measure::Value),
        dollarDeltaWad: shown(Measure::DollarDelta),
        dollarGammaWad: shown(Measure::DollarGamma),
        vegaWad: signed_wad(book.weighted_vega().map_err(pricing_error)?.fx()),
        thetaWad: shown(Measure::Theta),
        penaltyWad: unsigned_wad(penalty.fx()),
        stressLossWad: unsigned_wad(book.stress_loss().map_err(pricing_error)?.fx()),
        skewReserveAtoms: unsigned(reserve(store).balance),
    })
}

/// What the vault program prices its epochs with.
/// # Rounding: the value down, its uncertainty up, what may be paid out down
/// # Errors: those of [`LiveBook::load`]
pub fn nav(store: &Store) -> Result<Nav, Revert> {
    let live = LiveBook::load(store, None, &[])?;
    let free_cash = free_cash(store)?;
    let nav = live.net_assets(free_cash)?;
    let required = required_capital(&live.before, &live.parameters).map_err(pricing_error)?;
    let spare = nav.minus(live.uncertainty).and_then(|low| low.minus(required));
    let spare = spare.and_then(|spare| live.scale.atoms_floor(spare)).map_err(pricing_error)?;
    let is_open = |header: Header| phase(live.now, header.expiry) == Phase::Open;
    let is_pending = live.boards.iter().any(|(_, words)| !Header::decode(&words.header).is_some_and(is_open));
    // What is held is always uncertain; nothing held has its value at any price.
    let is_stale = live.uncertainty > Money::ZERO && live.require_fresh().is_err();
    let may_owe = live.scale.atoms_ceil(live.may_owe);
    let unowed = may_owe.and_then(|may_owe| free_cash.minus(may_owe)).map_err(pricing_error)?;
    Ok((
        signed(live.scale.atoms_floor(nav).map_err(pricing_error)?),
        unsigned(live.scale.atoms_ceil(live.uncertainty).map_err(pricing_error)?),
        unsigned(reserve(store).balance),
        unsigned(spare.min(unowed).max(Atoms::ZERO)),
        live.spot_at,
        is_pending || is_stale,
    ))
}
