//! The referee once more, natively: what a rebalance leaves, or why it is refused.

use alloy_primitives::{B256, U256};
use equipoise_interfaces::series::Series;
use equipoise_interfaces::{HedgeLeg, Leg};
use equipoise_market_state::layout::decode_lanes;
use equipoise_math::Fx;
use equipoise_risk::book::{Exposure, Measure};
use equipoise_risk::clock::{phase, Phase};
use equipoise_risk::hedge::Hedge;
use equipoise_risk::parameters::Parameters;
use equipoise_risk::potential::RiskState;
use equipoise_risk::rebalance::{
    average_after, Accepted, AcceptedOptions, Fill, OptionHedge, Rebalance, Refused, Risk, Side, Window,
};
use equipoise_risk::settlement::Holding;
use equipoise_risk::units::{Atoms, Lots, Money, Price};

use super::fills::Moved;
use super::scale;
use crate::fixture::{narrow, signed, LOT};
use crate::native::{price_of, Moment, Native};
use crate::slots::hedging::Hedger;

/// Words of a board in an inventory: its id, then four slots of series.
const BOARD_WORDS: usize = 5;

/// The market at one price, as a hedger is told of it.
pub struct Appraised {
    /// The options, and those of an older inventory.
    now: Exposure,
    old: Exposure,
    state: RiskState,
    spot: Price,
    /// What the market was told that lies with the lender.
    cash: Money,
}

/// Units of so many atoms of the underlying, which has as many decimals as the stablecoin.
pub fn units_floor(atoms: i128) -> Fx {
    scale().money_floor(Atoms::new(atoms)).unwrap().fx()
}

/// What the vault pays for a leg at most if it buys, or gets for it at least.
pub fn quote_of(leg: &HedgeLeg) -> i128 {
    let side = if leg.quantityAtoms.is_positive() { Side::Buy } else { Side::Sell };
    let units = units_floor(narrow(leg.quantityAtoms).abs());
    Fill { side, units, limit: price_of(leg.limitPriceWad) }.quote(scale()).unwrap().count()
}

impl Native {
    /// The market beside an inventory of its own, as `IHedged.appraise` tells it; none without capital, or before the first
    /// surface.
    pub fn appraised(&self, moment: Moment, words: &[B256]) -> Option<Appraised> {
        if self.variance <= Fx::ZERO {
            return None;
        }
        let (mut old, mut traded) = (self.clone(), Vec::new());
        for board in &mut old.boards {
            if phase(moment.now, board.expiry) != Phase::Open {
                continue;
            }
            let listed =
                words.chunks(BOARD_WORDS).find(|words| U256::from_be_bytes(words[0].0) == U256::from(board.id));
            let mut lots = listed.map_or(&[][..], |words| &words[1..]).iter().flat_map(|word| decode_lanes(&word.0));
            for (strike, held) in (0u8..).zip(&mut board.held) {
                let mut next = || Lots::new(lots.next().unwrap_or(0).cast_signed());
                let then = Holding { calls: next(), puts: next(), ..*held };
                for (now, then, is_put) in [(held.calls, then.calls, false), (held.puts, then.puts, true)] {
                    // What traders have bought the vault holds less of.
                    let lots = i128::from(then.count()) - i128::from(now.count());
                    let series = Series { board: board.id, strike, is_put }.id();
                    traded.extend((lots != 0).then(|| Leg { series, sizeWad: signed(lots * LOT) }));
                }
                *held = then;
            }
        }
        let spot = price_of(moment.spot_wad);
        let valuation = old.value_options(moment, &traded);
        let now = valuation.after().unwrap();
        let free = scale().money_floor(self.cash.minus(self.reserve.balance).unwrap()).unwrap();
        let nav = free.plus(now.hedged(&self.hedge, spot).unwrap().of(Measure::Value)).unwrap();
        let capital = self.frozen.capital.at(moment.round, moment.now, nav).unwrap().frozen;
        let state = RiskState::new(capital, self.variance, &self.parameters).ok()?;
        Some(Appraised { now, old: valuation.before, state, spot, cash: self.hedge.cash })
    }

    /// What of the underlying would leave nothing to hedge, in atoms.
    pub fn atoms_to_hedge(&self, moment: Moment) -> Option<i128> {
        let told = self.appraised(moment, &[])?;
        let units = told.risk(&told.now, self.hedge.units).delta_to_hedge.fx().checked_div(told.spot.fx())?;
        Some(-scale().atoms_floor(Money::from_fx(units)).unwrap().count())
    }
}

impl Appraised {
    pub fn capital(&self) -> Money {
        self.state.capital
    }

    fn risk(&self, options: &Exposure, units: Fx) -> Risk {
        Risk::of(options, &Hedge { units, cash: self.cash }, self.spot, &self.state).unwrap()
    }

    /// The windows, for hedges and for options, and the average that a checkpoint leaves.
    /// # Inputs: atoms of the underlying that are held less those that are owed
    pub fn observed(&self, kept: &Hedger, net: i128, now: u64) -> ([Window; 2], Price) {
        let risk = self.risk(&self.now, units_floor(net));
        let window = kept.window.observed(risk.delta_to_hedge, self.capital(), &kept.terms, now).unwrap();
        let hedge = Hedge { units: units_floor(net), cash: self.cash };
        let bare = Risk::without_delta(&self.now, &hedge, self.spot, &self.state).unwrap();
        let options = kept.options_window.observed_risk(bare, &self.state, &kept.terms, now).unwrap();
        ([window, options], self.average(kept, now))
    }

    /// What a trade of options leaves.
    /// # Inputs: the market after it; what it has cost; when the first of the options expires; atoms of the underlying that count
    pub fn judged_options(
        &self,
        (kept, parameters): (&Hedger, &Parameters),
        after: &Self,
        (cost, net, most_tip): (i128, i128, u64),
        (expiry, now): (u64, u64),
    ) -> Result<AcceptedOptions, Refused> {
        let done = OptionHedge {
            before: &self.now,
            old: &self.old,
            after: &after.now,
            hedge: Hedge { units: units_floor(net), cash: self.cash },
            spot: self.spot,
            cost: scale().money_floor(Atoms::new(cost)).unwrap(),
            life_secs: expiry - now,
        };
        let most_tip = Money::ZERO.minus(scale().money_floor(Atoms::new(-i128::from(most_tip)))?)?;
        let windows = ([kept.window, kept.options_window], kept.options_budget);
        done.judged((&self.state, parameters, &kept.terms), windows, most_tip, now)
    }

    pub fn average(&self, kept: &Hedger, now: u64) -> Price {
        average_after((kept.average, kept.averaged_at), self.spot, &kept.terms, now).unwrap()
    }

    /// What the vault's assets lose by what is moved, at spot.
    pub fn lost_ceil(&self, moved: &Moved) -> Money {
        let worth = |atoms| Money::from_fx(self.spot.scaled_floor(units_floor(atoms)).unwrap().fx());
        let spent = Atoms::new(moved.drawn - moved.come - moved.posted).negated().unwrap();
        let spent = Money::ZERO.minus(scale().money_floor(spent).unwrap()).unwrap();
        let lost = spent.minus(worth(moved.after)).unwrap().plus(worth(moved.before)).unwrap();
        lost.plus(Money::from_fx(Fx::DELTA)).unwrap()
    }

    /// What a rebalance leaves.
    pub fn judged(&self, kept: &Hedger, moved: &Moved, most_tip: U256, now: u64) -> Result<Accepted, Refused> {
        let (before, after) = (units_floor(moved.before), units_floor(moved.after));
        let done = Rebalance {
            before: self.risk(&self.now, before),
            old_penalty: self.risk(&self.old, before).penalty,
            after: self.risk(&self.now, after),
            lost: self.lost_ceil(moved),
            capital: self.capital(),
            hedge: Money::from_fx(self.spot.scaled_floor(after)?.fx()),
        };
        let negated = Atoms::new(-i128::try_from(most_tip).unwrap());
        let most_tip = Money::ZERO.minus(scale().money_floor(negated)?)?;
        done.judged(&kept.terms, (kept.window, kept.budget), most_tip, now)
    }
}
