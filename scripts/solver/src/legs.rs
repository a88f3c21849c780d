//! From shares of capital to whole atoms and limit prices.

use equipoise_math::Fx;
use equipoise_risk::rebalance::{Band, Fill, Side};
use equipoise_risk::units::{from_wad_floor, to_wad_nearest, Atoms, Money, Price};

use crate::curve::number;
use crate::market::Market;
use crate::nothing::Nothing;
use crate::venue::Tier;

/// What is left of a holding is dust if it is less than this part of it.
const DUST_DIVISOR: i128 = 1_000_000;
/// Or so many atoms.
const DUST_ATOMS: i128 = 10;

/// One fill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leg {
    /// The place of its venue.
    pub venue: usize,
    /// Of the underlying, bought if positive.
    pub quantity: Atoms,
    /// A buy costs at most this a unit, a sale brings at least this; in WAD.
    pub limit_wad: i128,
    /// What a buy may cost, or what a sale must bring, at that limit.
    pub limit_quote: Atoms,
    /// What a buy is expected to cost, or a sale to bring.
    pub expected_quote: Atoms,
}

/// What a venue is to fill.
#[derive(Clone, Copy, Debug)]
pub struct Order<'a> {
    pub venue: usize,
    pub side: Side,
    /// How many units of each of its tiers.
    pub taken: &'a [(Tier, f64)],
    pub slack: f64,
}

impl Leg {
    /// The leg of an order.
    /// # Returns: none if it is less than an atom, or if no limit price within the band is one that it would be filled at
    /// # Errors: [`Nothing::Number`]
    pub fn of(order: &Order<'_>, market: &Market, band: &Band) -> Result<Option<Self>, Nothing> {
        let wanted: f64 = order.taken.iter().map(|(_, units)| units).sum();
        let Some(units) = Fx::checked_from_num(wanted) else { return Ok(None) };
        let atoms = market.base.atoms_floor(Money::from_fx(units))?;
        if atoms <= Atoms::ZERO {
            return Ok(None);
        }
        let units = market.units_floor(atoms)?;
        let cost: f64 = order.taken.iter().map(|(tier, units)| tier.price * units).sum();
        let average = cost / wanted;
        let Some(limit_wad) = limit(order, average, band)? else { return Ok(None) };
        let fill = |wad: i128| -> Result<Atoms, Nothing> {
            let limit = Price::from_fx(from_wad_floor(wad)?);
            Ok(Fill { side: order.side, units, limit }.quote(market.quote)?)
        };
        let limit_quote = fill(limit_wad)?;
        let expected =
            if order.slack > 0.0 { expected(order.side, average * number(units), market)? } else { limit_quote };
        let is_buy = order.side == Side::Buy;
        Ok(Some(Self {
            venue: order.venue,
            quantity: if is_buy { atoms } else { atoms.negated()? },
            limit_wad,
            limit_quote,
            expected_quote: if is_buy { expected.min(limit_quote) } else { expected.max(limit_quote) },
        }))
    }

    /// A sale of nearly everything that is held is one of everything, so that no dust is left.
    /// # Errors: [`Nothing::Number`]
    pub fn take_the_rest(&mut self, market: &Market) -> Result<(), Nothing> {
        let (held, sold) = (market.held.count(), self.quantity.negated()?.count());
        if sold >= held || (held - sold) > DUST_ATOMS.max(held / DUST_DIVISOR) {
            return Ok(());
        }
        let limit = Price::from_fx(from_wad_floor(self.limit_wad)?);
        let units = market.units_floor(market.held)?;
        let rest = Fill { side: Side::Sell, units, limit }.quote(market.quote)?.minus(self.limit_quote)?;
        self.quantity = market.held.negated()?;
        (self.limit_quote, self.expected_quote) = (self.limit_quote.plus(rest)?, self.expected_quote.plus(rest)?);
        Ok(())
    }

    /// Whether the vault buys.
    pub fn is_buy(&self) -> bool {
        self.quantity > Atoms::ZERO
    }
}

/// What a fill comes to, against the vault.
fn expected(side: Side, quote: f64, market: &Market) -> Result<Atoms, Nothing> {
    let money = Money::from_fx(Fx::checked_from_num(quote).ok_or(equipoise_risk::RiskError::Overflow)?);
    Ok(match side {
        Side::Buy => market.quote.atoms_ceil(money)?,
        Side::Sell => market.quote.atoms_floor(money)?,
    })
}

/// The limit price in WAD: the expected price and the slack, cut to the band; none if the expected price is outside of it.
fn limit(order: &Order<'_>, average: f64, band: &Band) -> Result<Option<i128>, Nothing> {
    let price = |price: f64| Fx::checked_from_num(price).map(Price::from_fx).ok_or(equipoise_risk::RiskError::Overflow);
    let expected = price(average)?;
    if !band.permits(order.side, expected) {
        return Ok(None);
    }
    let wad = |price: Price| to_wad_nearest(price.fx());
    // A WAD is coarser than the band: one of it further in is inside.
    Ok(Some(match order.side {
        Side::Buy => wad(price(average * (1.0 + order.slack))?)?.min(wad(band.most)? - 1),
        Side::Sell => wad(price(average * (1.0 - order.slack))?)?.max(wad(band.least)? + 1),
    }))
}
