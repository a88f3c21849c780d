//! Looking at the measures, and storing what trips or recovers.

use alloy_primitives::{Address, B256, I256, U256};
use equipoise_interfaces::{
    GuardianOnlyTightens, IOracle, MarketNumberOutOfDomain, MarketStateChanged, MarketTightened, Offer, Sighting,
};
use equipoise_kit::lean::{log, revert, view};
use equipoise_kit::number::to_i128;
use equipoise_kit::Revert;
use equipoise_market_state::convert::{atoms, price_of};
use equipoise_market_state::errors::pricing_error;
use equipoise_market_state::layout::{
    decode_conditions, decode_gap, decode_parameters, Directory, Frozen, Watch, CONDITION_SLOTS,
};
use equipoise_market_state::snapshot::{as_signed, FreeCash, Snapshot};
use equipoise_market_state::store::{fits, Place, Store};
use equipoise_market_state::watch::sighting;
use equipoise_math::Fx;
use equipoise_risk::breakers::{
    insurance_short_ceil, jump_of_regime_ceil, rules, BreakerError, Breakers, Measure, Readings, State, BAD_DEBT_SECS,
    GUARDIAN_SECS,
};
use equipoise_risk::conditions::Conditions;
use equipoise_risk::millionths::Millionths;
use equipoise_risk::neglect::unhedged_secs;
use equipoise_risk::parameters::Parameters;
use equipoise_risk::potential::RiskState;
use equipoise_risk::regime::Observation;
use equipoise_risk::units::{from_wad_floor, Atoms, Money};
use equipoise_risk::RiskError;
use stylus_sdk::prelude::*;

/// Millionths in a unit of a stored gap.
const GAP_MILLIONTHS: u32 = 100;

/// Looks at what a trade has found in a new oracle round.
/// # Returns: the slot of what is frozen, with the state in it, for the market to store
/// # Errors: NotWired, MarketNumberOutOfDomain
pub fn observe(store: &mut Store, seen: &Sighting) -> Result<B256, Revert> {
    let parameters = decode_parameters(&seen.moment.parameters.map(|slot| slot.0));
    let rules = rules(&parameters);
    let readings = readings(store, seen, &parameters)?;
    let mut frozen = Frozen::decode(&seen.frozen.0);
    // While the market is open no rule is tripped, and the slots of those that are need not be read.
    if frozen.watch.state == State::Open && !Breakers::would_trip(&readings, &rules) {
        return Ok(seen.frozen);
    }
    let now = store.vm().block_timestamp();
    let next = store.breakers().observed(now, &readings, &rules);
    frozen.watch = keep(store, frozen.watch, &next, now);
    fits(frozen.encode(), 0).map(B256::new)
}

/// Has the book valued and looks at everything.
/// # Errors: NotWired, MarketVaultInsolvent, the oracle's, the valuer's, the pricer's
pub fn poke(store: &mut Store) -> Result<u8, Revert> {
    let snapshot = Snapshot::load(store, None, &[], FreeCash::Always)?;
    if store.directory().surface_at == 0 {
        let frozen = observe(store, &without_surface(store, &snapshot))?;
        store.set(Place::Frozen, frozen.0);
    } else {
        let (mut offer, seen) = sighted(store, &snapshot)?;
        offer.frozen = observe(store, &seen)?;
        store.keep_offer(&offer);
    }
    Ok(snapshot.sight.state(store.frozen().watch.state).number())
}

/// The book at this moment, without a trade.
/// # Errors: MarketVaultInsolvent, the valuer's, the pricer's
#[inline(never)]
pub fn sighted(store: &Store, snapshot: &Snapshot) -> Result<(Offer, Sighting), Revert> {
    let offer = snapshot.price(store, &[])?;
    let seen = sighting(snapshot, &offer);
    Ok((offer, seen))
}

/// What there is to see before the first surface: nothing can be priced then, and so nothing is held.
#[inline(never)]
fn without_surface(store: &Store, snapshot: &Snapshot) -> Sighting {
    Sighting {
        moment: snapshot.sight.moment.clone(),
        sequencerUnsafeSecs: snapshot.sight.sequencer_unsafe_secs(),
        frozen: B256::new(store.get(Place::Frozen)),
        conditions: [B256::ZERO; CONDITION_SLOTS],
        dollarDeltaWad: I256::ZERO,
        vegaWad: I256::ZERO,
        usedMillionths: 0,
        badDebtAtoms: U256::ZERO,
        badDebtAt: 0,
        insuranceFloorTokens: snapshot.standing.insuranceFloorTokens,
        insuranceAtoms: snapshot.standing.insuranceAtoms,
    }
}

/// Keeps the market from opening trades, or from all, for [`GUARDIAN_SECS`].
/// # Errors: GuardianOnlyTightens
pub fn tighten(store: &mut Store, guardian: Address, to: u8) -> Result<(), Revert> {
    let now = store.vm().block_timestamp();
    let refused = || revert(&GuardianOnlyTightens { toState: to });
    let state = State::of_number(to).ok_or_else(refused)?;
    let next = store.breakers().tightened(now, state).map_err(|_| refused())?;
    let mut frozen = store.frozen();
    frozen.watch = keep(store, frozen.watch, &next, now);
    let slot = fits(frozen.encode(), 0)?;
    store.set(Place::Frozen, slot);
    log(store.vm(), &MarketTightened { guardian, toState: to, until: now.saturating_add(GUARDIAN_SECS) });
    Ok(())
}

/// Stores breakers and tells what they change.
fn keep(store: &mut Store, before: Watch, next: &Breakers, now: u64) -> Watch {
    store.set_breakers(next);
    let watch = Watch { state: next.state(now), is_price_unsafe: !next.is_price_safe() };
    if watch != before {
        log(
            store.vm(),
            &MarketStateChanged {
                fromState: before.state.number(),
                toState: watch.state.number(),
                trippedRules: next.tripped_bits(),
                isPriceSafe: !watch.is_price_unsafe,
            },
        );
    }
    watch
}

/// Every measure that can be read.
/// # Errors: NotWired, MarketNumberOutOfDomain
pub fn readings(store: &Store, seen: &Sighting, parameters: &Parameters) -> Result<Readings, Revert> {
    let now = seen.moment.nowAt;
    let directory = Directory::decode(&seen.moment.directory.0);
    let readings = of_sources(store, seen)?;
    // The slots as they are stored: those of the last round. Only in a new one the pricer tells others.
    let before = decode_conditions(&store.conditions());
    let present = decode_conditions(&seen.conditions.map(|slot| slot.0));
    let (before, present) = (before.as_ref(), present.as_ref().or(before.as_ref()));
    let readings = of_book(store, seen, (parameters, directory.variance), (before, present), readings)?;
    let secs = [
        (Measure::SpotAge, now.saturating_sub(seen.moment.spotAt)),
        (Measure::SurfaceAge, now.saturating_sub(directory.surface_at)),
        (Measure::SequencerUnsafe, seen.sequencerUnsafeSecs),
        (Measure::SettlementPending, pending_secs(store, &directory, now)?),
        (Measure::Unhedged, present.map_or(0, |present| unhedged_secs(present.unhedged_since, now))),
    ];
    let readings = secs.into_iter().try_fold(readings, |all, (measure, secs)| all.with_secs(measure, secs));
    let readings = readings.and_then(|all| all.with_ratio(Measure::SurfaceJump, farthest(store, &directory)));
    readings.map_err(unreadable)
}

/// What other sources say, and what the vault has borne.
fn of_sources(store: &Store, seen: &Sighting) -> Result<Readings, Revert> {
    let said = view(store.vm(), store.wired(Place::Oracle)?, &IOracle::checkCall { spotWad: seen.moment.spotWad })?;
    let readings = Readings::default().with_secs(Measure::SourceAge, said.sourceAgeSecs);
    let readings = readings.and_then(|all| all.with_secs(Measure::StablecoinAge, said.stablecoinAgeSecs));
    let ratios = [
        (Measure::SourceDeviation, said.sourceAgeSecs, said.deviationMillionths),
        (Measure::StablecoinDeviation, said.stablecoinAgeSecs, said.stablecoinMillionths),
    ];
    // An unusable source is told by its age: of how far it lies apart nothing is known.
    let told = ratios.into_iter().filter(|(_, age_secs, _)| *age_secs != u64::MAX);
    let readings = told.fold(readings, |all, (measure, _, millionths)| {
        all.and_then(|all| all.with_ratio(measure, Millionths::from_raw(millionths)))
    });
    readings.map_err(unreadable)
}

/// What the book, its capital and its flow say.
fn of_book(
    store: &Store,
    seen: &Sighting,
    (parameters, variance): (&Parameters, Fx),
    (before, present): (Option<&Conditions>, Option<&Conditions>),
    readings: Readings,
) -> Result<Readings, Revert> {
    let capital = Frozen::decode(&seen.frozen.0).capital;
    let after = Observation { price: price_of(seen.moment.spotWad)?, at: seen.moment.spotAt };
    // From the last round's last sample.
    let jump = before.map_or(Ok(Millionths::ZERO), |before| jump_of_regime_ceil(&before.regime, after, variance));
    let ratios = [
        // A move that cannot be measured is one that nothing may rely on.
        (Measure::SpotJump, jump.unwrap_or(Millionths::MOST)),
        (Measure::Drawdown, capital.drawdown_ceil().map_err(pricing_error)?),
        (Measure::Utilisation, Millionths::from_raw(seen.usedMillionths)),
        (Measure::BadDebt, of_capital(bad_debt(store, seen)?, capital.frozen)),
        (Measure::Toxicity, present.map_or(Millionths::ZERO, |present| present.toxicity.score)),
        (Measure::InsuranceShort, insurance_short(store, seen)?),
    ];
    let (delta, vega) = (money_of(seen.dollarDeltaWad)?, money_of(seen.vegaWad)?);
    // Without a volatility, before the first surface, nothing can be held that would have to be hedged.
    let state = RiskState::new(capital.frozen, variance, parameters).ok();
    let readings = with_ratios(readings, &ratios)?;
    let Some(state) = state.filter(|_| variance > Fx::ZERO) else { return Ok(readings) };
    let to_hedge = state.delta_to_hedge(delta, vega).map_err(pricing_error)?;
    let shares = [(Measure::Delta, to_hedge), (Measure::Vega, vega)];
    with_ratios(readings, &shares.map(|(measure, amount)| (measure, of_capital(amount, capital.frozen))))
}

#[inline(never)]
fn with_ratios(readings: Readings, ratios: &[(Measure, Millionths)]) -> Result<Readings, Revert> {
    let readings = ratios.iter().try_fold(readings, |all, (measure, ratio)| all.with_ratio(*measure, *ratio));
    readings.map_err(unreadable)
}

/// What the vault has borne of others' debts lately.
fn bad_debt(store: &Store, seen: &Sighting) -> Result<Money, Revert> {
    let is_late = store.vm().block_timestamp().saturating_sub(seen.badDebtAt) > BAD_DEBT_SECS;
    let amount = if is_late { Atoms::ZERO } else { atoms(as_signed(seen.badDebtAtoms))? };
    store.scale()?.money_floor(amount).map_err(pricing_error)
}

/// What the insurance fund lacks of its floor.
fn insurance_short(store: &Store, seen: &Sighting) -> Result<Millionths, Revert> {
    let held = store.scale()?.money_floor(atoms(as_signed(seen.insuranceAtoms))?);
    Ok(insurance_short_ceil(held.map_err(pricing_error)?, seen.insuranceFloorTokens))
}

/// The farthest that a slice of the surface lies from what its keepers would have posted.
fn farthest(store: &Store, directory: &Directory) -> Millionths {
    let gap = directory.live().map(|id| decode_gap(&store.slice(id))).max().unwrap_or_default();
    Millionths::from_raw(u32::from(gap.raw()).saturating_mul(GAP_MILLIONTHS))
}

/// For how many seconds the oldest board has waited for its settlement.
/// # Errors: MarketBoardUnknown
fn pending_secs(store: &Store, directory: &Directory, now: u64) -> Result<u64, Revert> {
    let Some(first) = directory.live().next() else { return Ok(0) };
    Ok(now.saturating_sub(store.header(first)?.expiry))
}

/// An amount of either sign over risk capital; past every limit where there is none.
/// # Rounding: up
fn of_capital(amount: Money, capital: Money) -> Millionths {
    // A debt that is paid must not keep on reading as one.
    if amount == Money::ZERO {
        return Millionths::ZERO;
    }
    let ratio = amount.magnitude().and_then(|amount| amount.ratio_floor(capital));
    let ratio = ratio.ok().and_then(|ratio| ratio.checked_add(Fx::DELTA));
    ratio.map_or(Millionths::MOST, Millionths::from_fx_ceil)
}

fn money_of(wad: I256) -> Result<Money, Revert> {
    let wad = to_i128(wad).ok_or(RiskError::Overflow).map_err(pricing_error)?;
    from_wad_floor(wad).map(Money::from_fx).map_err(pricing_error)
}

/// A measure in a wrong unit, which no line above asks for.
fn unreadable(_: BreakerError) -> Revert {
    revert(&MarketNumberOutOfDomain { board: 0 })
}
