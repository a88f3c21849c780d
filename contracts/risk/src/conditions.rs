//! The state of the market that widens spreads: its regime, the toxicity of its flow, and for how long nobody has hedged its book,
//! followed from round to round. Beside it what spreads have learned, which no round moves.
//!
//! It moves with the first look in a new oracle round, and within a round nothing that anybody does changes what the next
//! trade pays.

use equipoise_math::Fx;

use crate::learning::Widening;
use crate::neglect::{factor_ceil as neglect_factor_ceil, unhedged_since};
use crate::regime::{Observation, RegimeError, RegimeState};
use crate::spread::{utilisation_factor_ceil, Factors, SpreadMultiplier};
use crate::toxicity::{Amount, Factor, Toxicity, ToxicityError};
use crate::units::Money;
use crate::RiskError;

/// Flow of this share of risk capital weighs a half in an epoch's score.
pub const REFERENCE_SHARE: Fx = Fx::lit("0.01");

/// What is seen in a new oracle round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
    /// Unix seconds.
    pub now: u64,
    /// Spot and when it was observed.
    pub spot: Observation,
    /// The annualised variance that options imply.
    pub implied: Fx,
    /// Risk capital.
    pub capital: Money,
    /// Whether the book lies past the band that somebody should keep it in: [`is_past_band`](crate::neglect::is_past_band).
    pub is_unhedged: bool,
}

/// The regime, the toxicity of flow in spot, and neglect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conditions {
    /// The regime.
    pub regime: RegimeState,
    /// The toxicity.
    pub toxicity: Toxicity,
    /// Since when nobody has hedged the book, in unix seconds, 0 if it is hedged.
    pub unhedged_since: u64,
}

impl Conditions {
    /// The conditions to begin with: a normal regime, nobody toxic.
    /// # Errors: Math for a price or a variance that is not above zero; Overflow
    pub fn start(sample: &Sample) -> Result<Self, RiskError> {
        let regime = RegimeState::start(sample.spot, sample.implied).map_err(of_regime)?;
        let toxicity = Toxicity { epoch_at: sample.now, price: sample.spot.price.fx(), ..Toxicity::default() };
        Ok(Self { regime, toxicity, unhedged_since: unhedged_since(0, sample.is_unhedged, sample.now) })
    }

    /// The conditions in a new round.
    /// # Inputs: what traders have bought of dollar delta, net, in the round before
    /// # Errors: Math for a price or a variance that is not above zero; Overflow
    pub fn after_round(self, flow: Amount, sample: &Sample) -> Result<Self, RiskError> {
        let regime = self.regime.sampled(sample.spot, sample.implied).map_err(of_regime)?;
        let factor = Factor { price: sample.spot.price.fx(), variance: sample.implied };
        let reference = sample.capital.scaled_floor(REFERENCE_SHARE)?;
        let toxicity = self.toxicity.after_round(flow, sample.now, factor, reference).map_err(of_toxicity)?;
        let unhedged_since = unhedged_since(self.unhedged_since, sample.is_unhedged, sample.now);
        Ok(Self { regime, toxicity, unhedged_since })
    }

    /// By how much the spread of volatility is wider.
    /// # Inputs: what is used of the vault's capacity, over all of it; unix seconds; what spreads have learned
    /// # Rounding: up, in the vault's favour
    /// # Errors: none in range
    pub fn multiplier_ceil(
        &self,
        utilisation: Fx,
        now: u64,
        widening: Widening,
    ) -> Result<SpreadMultiplier, RiskError> {
        let multiplier = SpreadMultiplier::of(Factors {
            regime: self.regime.regime,
            toxicity: self.toxicity.factor_ceil()?,
            utilisation: utilisation_factor_ceil(utilisation)?,
        });
        let neglect = neglect_factor_ceil(self.unhedged_since, now);
        Ok(multiplier.times_ceil(neglect).times_ceil(widening.factor()))
    }
}

const fn of_regime(error: RegimeError) -> RiskError {
    match error {
        RegimeError::Risk(error) => error,
        RegimeError::ImpliedVarianceNotPositive { .. } | RegimeError::PriceNotPositive { .. } => RiskError::Math,
    }
}

const fn of_toxicity(error: ToxicityError) -> RiskError {
    match error {
        ToxicityError::Risk(error) => error,
        ToxicityError::FactorNotPositive { .. } => RiskError::Math,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::fixtures::{any_fx, fx, money, price_of, NOW};
    use crate::regime::Regime;
    use crate::toxicity::EPOCH_SECS;

    fn sample(now: u64, price: f64) -> Sample {
        let spot = Observation { price: price_of(price), at: now };
        Sample { now, spot, implied: fx(0.36), capital: money(1e6), is_unhedged: false }
    }

    fn multiplier(conditions: &Conditions, used: f64) -> u32 {
        learned(conditions, used, Widening::NONE)
    }

    fn learned(conditions: &Conditions, used: f64, widening: Widening) -> u32 {
        conditions.multiplier_ceil(fx(used), NOW, widening).unwrap().stored().raw()
    }

    #[test]
    fn it_begins_normal_and_widens_with_use_moves_and_informed_flow() {
        let begun = Conditions::start(&sample(NOW, 3_000.0)).unwrap();
        assert_eq!([multiplier(&begun, 0.0), multiplier(&begun, 1.0)], [1_250_000, 2_500_000]);
        assert_eq!((begun.toxicity.epoch_at, begun.toxicity.price), (NOW, fx(3_000.0)));
        let (mut calm, mut wild, mut informed) = (begun, begun, begun);
        for round in 1..=40_u64 {
            let now = NOW + round * EPOCH_SECS;
            let up = round % 4 < 2;
            calm = calm.after_round(Amount::ZERO, &sample(now, 3_000.0)).unwrap();
            wild = wild.after_round(Amount::ZERO, &sample(now, if up { 3_150.0 } else { 3_000.0 })).unwrap();
            // they buy before the price rises and sell before it falls
            let bought = if round % 4 == 3 { 1e6 } else { -1e6 };
            let next = sample(now, if up { 3_010.0 } else { 3_000.0 });
            informed = informed.after_round(Amount::from_money_floor(money(bought)), &next).unwrap();
        }
        assert_eq!((calm.regime.regime, multiplier(&calm, 0.0)), (Regime::Calm, 1_000_000));
        assert!(wild.regime.regime >= Regime::Stressed && multiplier(&wild, 0.0) >= 2_000_000);
        assert!(informed.toxicity.score.raw() > 0, "{informed:?}");
    }

    #[test]
    fn what_spreads_have_learned_multiplies_and_nothing_learned_changes_nothing() {
        let begun = Conditions::start(&sample(NOW, 3_000.0)).unwrap();
        let of = |quarters, used| learned(&begun, used, Widening::from_stored(quarters));
        assert_eq!([0, 1, 2].map(|quarters| of(quarters, 0.0)), [1_250_000, 1_562_500, 1_875_000]);
        assert_eq!([4, 255].map(|quarters| of(quarters, 0.0)), [2_500_000; 2], "more than may be stored");
        assert_eq!(of(2, 1.0), 3_750_000);
    }

    #[test]
    fn what_cannot_be_observed_is_refused_and_changes_nothing() {
        let begun = Conditions::start(&sample(NOW, 3_000.0)).unwrap();
        let worthless = sample(NOW + 1, 0.0);
        let unpriced = Sample { implied: Fx::ZERO, ..sample(NOW + 1, 3_000.0) };
        for wrong in [worthless, unpriced] {
            assert_eq!(Conditions::start(&wrong), Err(RiskError::Math));
            assert_eq!(begun.after_round(Amount::ZERO, &wrong), Err(RiskError::Math));
        }
    }

    proptest! {
        #[test]
        fn the_multiplier_stays_in_its_bounds_whatever_is_observed(
            steps in prop::collection::vec((0_u64..20_000, 1.0_f64..1e6, any::<i64>(), any_fx()), 1..30), used in any_fx(), stored in any::<u8>(),
        ) {
            let mut conditions = Conditions::start(&sample(NOW, 3_000.0)).unwrap();
            let mut now = NOW;
            for (gap, price, flow, capital) in steps {
                now += gap;
                let next = Sample { capital: Money::from_fx(capital), ..sample(now, price) };
                conditions = conditions.after_round(Amount::from_raw(flow), &next).unwrap_or(conditions);
                let multiplier = conditions.multiplier_ceil(used, now, Widening::from_stored(stored)).unwrap();
                prop_assert!(SpreadMultiplier::ONE <= multiplier && multiplier <= SpreadMultiplier::MOST);
            }
        }
    }
}
