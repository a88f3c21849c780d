//! A market at one price, and what hedges do to its risk.

use alloc::boxed::Box;

use alloy_primitives::{I256, U256};
use equipoise_interfaces::IReferee::observeReturn;
use equipoise_interfaces::{Appraisal, HedgeState, Holding, Outcome, Verdict};
use equipoise_kit::lean::Arguments;
use equipoise_kit::number::{to_i128, to_u128};
use equipoise_kit::Revert;
use equipoise_market_state::convert::{exposure_of_bits, money_of_bits, price_of, signed_wad, units_floor, unsigned};
use equipoise_market_state::layout::{decode_hedge_terms, decode_parameters, Directory};
use equipoise_math::Fx;
use equipoise_risk::book::Exposure;
use equipoise_risk::hedge::Hedge;
use equipoise_risk::parameters::Parameters;
use equipoise_risk::potential::RiskState;
use equipoise_risk::rebalance::{average_after, Accepted, Budget, HedgeTerms, Rebalance, Risk, Window};
use equipoise_risk::units::{Atoms, Money, Price, TokenScale};
use equipoise_risk::RiskError;

use crate::holding::holding;
use crate::refusals::{number_error, refusal};

/// A market at one price.
pub struct Market {
    pub(crate) spot: Price,
    pub(crate) scale: TokenScale,
    decimals: u8,
    /// Beside the underlying.
    pub(crate) cash: Money,
    pub(crate) parameters: Parameters,
    pub(crate) state: RiskState,
    pub(crate) now: Exposure,
    pub(crate) old: Exposure,
}

impl Market {
    /// Reads what the market has told. On the heap: it is three kilobytes.
    /// # Errors: CalldataMalformed, HedgerNumberOutOfDomain
    #[inline(never)]
    pub fn take(given: &mut Arguments<'_>) -> Result<Box<Self>, Revert> {
        let told: Appraisal = given.take()?;
        let variance = Directory::decode(&told.directory.0).variance;
        let parameters = decode_parameters(&told.parameters.map(|slot| slot.0));
        let state = RiskState::new(money_of_bits(told.capitalX64), variance, &parameters).map_err(number_error)?;
        let scale = TokenScale::from_decimals(told.head.tokenDecimals).ok_or(RiskError::Overflow);
        Ok(Box::new(Self {
            spot: price_of(told.head.spotWad)?,
            scale: scale.map_err(number_error)?,
            decimals: told.head.tokenDecimals,
            cash: money_of_bits(told.head.cashX64),
            parameters,
            state,
            now: exposure_of_bits(&told.nowX64),
            old: exposure_of_bits(&told.oldX64),
        }))
    }

    /// The window for hedges, the average, and the window for options as of now.
    /// # Errors: HedgerNumberOutOfDomain
    pub fn observed(&self, state: &HedgeState, net: I256, options_opened_at: u64) -> Result<observeReturn, Revert> {
        let units = units_floor(state.baseDecimals, net).map_err(number_error)?;
        let risk = self.risk(&self.now, units).map_err(number_error)?;
        let terms = decode_hedge_terms(&state.terms);
        let [hedges, options] = [state.openedAt, options_opened_at].map(|opened_at| Window { opened_at });
        let hedges = hedges.observed(risk.delta_to_hedge, self.state.capital, &terms, state.nowAt);
        let bare = Risk::without_delta(&self.now, &self.hedge(units), self.spot, &self.state).map_err(number_error)?;
        let options = options.observed_risk(bare, &self.state, &terms, state.nowAt);
        Ok(observeReturn {
            openedAt: hedges.map_err(number_error)?.opened_at,
            averageX64: self.average(state, &terms)?,
            optionsOpenedAt: options.map_err(number_error)?.opened_at,
        })
    }

    /// What a rebalance leaves.
    /// # Errors: Hedger..
    pub fn judged(&self, state: &HedgeState, outcome: &Outcome) -> Result<Verdict, Revert> {
        let terms = decode_hedge_terms(&state.terms);
        let units = units_floor(state.baseDecimals, outcome.afterAtoms).map_err(number_error)?;
        let done = self.done(state.baseDecimals, outcome, units).map_err(number_error)?;
        let window = Window { opened_at: state.openedAt };
        let budget = Budget { used: money_of_bits(state.usedX64), at: state.usedAt };
        let most_tip = self.most_tip(outcome.maxTipAtoms);
        let accepted = done.judged(&terms, (window, budget), most_tip, state.nowAt).map_err(refusal)?;
        let held = holding(state, self.decimals, outcome.afterAtoms, outcome.cashAtoms)?;
        self.verdict(&done, held, &accepted, self.average(state, &terms)?).map_err(number_error)
    }

    fn done(&self, decimals: u8, outcome: &Outcome, after: Fx) -> Result<Rebalance, RiskError> {
        let before = units_floor(decimals, outcome.beforeAtoms)?;
        let worth = |units: Fx| self.spot.scaled_floor(units).map(|worth| Money::from_fx(worth.fx()));
        let spent = to_i128(outcome.spentAtoms).ok_or(RiskError::Overflow)?;
        let hedge = worth(after)?;
        // Against the solver: what was spent up, what came of it down.
        let spent = self.money_ceil(Atoms::new(spent))?;
        let lost = spent.minus(hedge)?.plus(worth(before)?)?.plus(Money::from_fx(Fx::DELTA))?;
        Ok(Rebalance {
            before: self.risk(&self.now, before)?,
            old_penalty: self.risk(&self.old, before)?.penalty,
            after: self.risk(&self.now, after)?,
            lost,
            capital: self.state.capital,
            hedge,
        })
    }

    fn verdict(
        &self,
        done: &Rebalance,
        held: Holding,
        accepted: &Accepted,
        average: i128,
    ) -> Result<Verdict, RiskError> {
        let tip = self.scale.atoms_floor(accepted.tip)?;
        let cost = self.scale.atoms_ceil(done.lost.plus(accepted.tip)?.max(Money::ZERO))?;
        Ok(Verdict {
            tipAtoms: unsigned(tip),
            costAtoms: unsigned(cost),
            lostWad: signed_wad(done.lost.fx()),
            gainWad: signed_wad(accepted.gain.fx()),
            holding: held,
            openedAt: accepted.window.opened_at,
            averageX64: average,
            usedX64: accepted.budget.used.fx().to_bits(),
        })
    }

    /// A tip that does not fit is more than anything that could be paid.
    /// # Rounding: up, by less than an atom
    pub(crate) fn most_tip(&self, atoms: U256) -> Money {
        let atoms = to_u128(atoms).and_then(|atoms| i128::try_from(atoms).ok());
        let money = atoms.and_then(|atoms| self.money_ceil(Atoms::new(atoms)).ok());
        money.unwrap_or(self.state.capital)
    }

    /// # Rounding: up
    fn money_ceil(&self, atoms: Atoms) -> Result<Money, RiskError> {
        Money::ZERO.minus(self.scale.money_floor(atoms.negated()?)?)
    }

    pub(crate) fn average(&self, state: &HedgeState, terms: &HedgeTerms) -> Result<i128, Revert> {
        let average = (Price::from_fx(Fx::from_bits(state.averageX64)), state.averagedAt);
        let average = average_after(average, self.spot, terms, state.nowAt).map_err(number_error)?;
        Ok(average.fx().to_bits())
    }

    #[inline(never)]
    fn risk(&self, options: &Exposure, units: Fx) -> Result<Risk, RiskError> {
        Risk::of(options, &self.hedge(units), self.spot, &self.state)
    }

    pub(crate) const fn hedge(&self, units: Fx) -> Hedge {
        Hedge { units, cash: self.cash }
    }
}
