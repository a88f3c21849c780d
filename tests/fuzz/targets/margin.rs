//! `equipoise_risk::margin`: requirements are sub-additive and lie between their bounds, and whoever holds his worst
//! loss in cash is never liquidated.
#![no_main]

use arbitrary::Arbitrary;
use equipoise_fuzz::market::{Market, MarketSeed, BOARDS, STRIKES};
use equipoise_fuzz::{wide, Share};
use equipoise_math::Fx;
use equipoise_risk::collateral::{worst_loss_ceil, WorstLoss};
use equipoise_risk::margin::{
    assess, combined_ceil, AccountMargin, BoardHoldings, Correlation, MarginParameter, MarginParameterError,
    MarginParameters, MarginState, MarketMargin, OffsetShare, Shocks, COUNT, RULES,
};
use equipoise_risk::settlement::Holding;
use equipoise_risk::units::{Lots, Money, Price};
use equipoise_risk::RiskError;
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
struct Input {
    market: MarketSeed,
    parameters: [Share; COUNT],
    lots: [[(i32, i32); BOARDS * STRIKES]; 2],
    cash: Share,
    correlation: Share,
    wild: [u32; COUNT],
}

fuzz_target!(|input: Input| {
    rules(input.wild);
    let parameters = parameters(input.parameters);
    let Ok(market) = input.market.market() else { return };
    let outcome = portfolios(&market, &parameters, &input);
    if let Err(error) = outcome {
        let is_documented =
            matches!(error, RiskError::Overflow | RiskError::Math | RiskError::Pricing | RiskError::Slice(_));
        assert!(is_documented, "{error:?}");
    }
});

fn parameters(shares: [Share; COUNT]) -> MarginParameters {
    let mut millionths = [0; COUNT];
    for ((value, rule), share) in millionths.iter_mut().zip(RULES).zip(shares) {
        *value = rule.min + u32::try_from(share.up_to((rule.max - rule.min).into())).expect("at most the width");
    }
    let mut above = |lower: MarginParameter, higher: MarginParameter| {
        let place =
            |parameter| RULES.iter().position(|rule| rule.parameter == parameter).expect("every one has a rule");
        millionths[place(higher)] = millionths[place(higher)].max(millionths[place(lower)] + 1);
    };
    above(MarginParameter::SpotShock, MarginParameter::NearTail);
    above(MarginParameter::NearTail, MarginParameter::FarTailDown);
    above(MarginParameter::NearTail, MarginParameter::FarTailUp);
    MarginParameters::new(millionths).expect("in order and within their bounds")
}

fn correlation(share: Share) -> Correlation {
    let millionths = u32::try_from(share.up_to(Correlation::MAX.into())).expect("at most the largest");
    Correlation::new(millionths).expect("within its bounds")
}

fn rules(millionths: [u32; COUNT]) {
    let stored = MarginParameters::from_stored(millionths);
    assert_eq!(stored.all_millionths(), millionths);
    let of = |parameter| stored.millionths(parameter);
    let outside = RULES.iter().zip(millionths).position(|(rule, value)| value < rule.min || value > rule.max);
    let near = of(MarginParameter::NearTail);
    let expected = if let Some(place) = outside {
        Err(MarginParameterError::OutOfBounds(place))
    } else if near <= of(MarginParameter::SpotShock) {
        Err(MarginParameterError::NearTailInsideGrid)
    } else if of(MarginParameter::FarTailDown).min(of(MarginParameter::FarTailUp)) <= near {
        Err(MarginParameterError::FarTailInsideNear)
    } else {
        Ok(stored)
    };
    assert_eq!(MarginParameters::new(millionths), expected);
}

type Portfolio = Vec<Vec<Holding>>;

/// Holdings at the market's strikes, each once and by rising strike.
fn portfolio(market: &Market, lots: &[(i32, i32)]) -> Portfolio {
    let boards = market.boards.iter().zip(lots.chunks(STRIKES));
    let holdings = boards.map(|((_, strikes), lots)| {
        let mut strikes: Vec<_> = strikes.iter().map(|state| state.strike.fx()).collect();
        strikes.sort_unstable();
        let mut last = Fx::ZERO;
        let held = strikes.iter().zip(lots).map(|(strike, (calls, puts))| {
            // strikes that meet move a unit apart
            last = (*strike).max(last + Fx::DELTA);
            let [calls, puts] = [calls, puts].map(|lots| Lots::new(lots % 1_000_000));
            Holding { strike: Price::from_fx(last), calls, puts }
        });
        held.collect()
    });
    holdings.collect()
}

fn margin(market: &Market, portfolio: &Portfolio, shocks: &Shocks) -> Result<MarketMargin, RiskError> {
    let boards = market.boards.iter().zip(portfolio).map(|((terms, _), holdings)| BoardHoldings { terms, holdings });
    assess(&boards.collect::<Vec<_>>(), shocks)
}

/// The sum of the expiries' worst losses at settlement, if each is bounded.
fn worst_loss(portfolio: &Portfolio) -> Result<Option<Money>, RiskError> {
    portfolio.iter().try_fold(Some(Money::ZERO), |sum, holdings| {
        let WorstLoss::Bounded(loss) = worst_loss_ceil(holdings)? else { return Ok(None) };
        sum.map(|sum| sum.plus(loss)).transpose()
    })
}

fn portfolios(market: &Market, parameters: &MarginParameters, input: &Input) -> Result<(), RiskError> {
    let shocks = Shocks::new(parameters)?;
    let share = OffsetShare::new_floor(correlation(input.correlation))?;
    assert!(share.fx() >= Fx::ZERO && share.fx() <= Fx::lit("0.78"));
    let (first, second) = (portfolio(market, &input.lots[0]), portfolio(market, &input.lots[1]));
    let (a, b) = (margin(market, &first, &shocks)?, margin(market, &second, &shocks)?);
    assert_sum(market, (&first, &a), (&second, &b), &shocks)?;
    let cash = Money::from_fx(input.cash.between(Fx::lit("-1000000000"), Fx::lit("1000000000")));
    assert_account(cash, &[a, b], share)?;
    // whoever holds his worst loss in cash is never liquidated, and can never owe
    if let Some(loss) = worst_loss(&first)? {
        let account = AccountMargin::new(loss, &[a], share)?;
        assert!(account.equity >= account.maintenance && account.equity >= Money::ZERO, "{account:?} with {loss:?}");
    }
    let nothing = portfolio(market, &[(0, 0); BOARDS * STRIKES]);
    assert_eq!(margin(market, &nothing, &shocks)?, MarketMargin::default(), "nothing needs nothing");
    Ok(())
}

/// Two portfolios whose expiries are not covered are required no more together than apart, and worth no less.
fn assert_sum(
    market: &Market,
    (first, a): (&Portfolio, &MarketMargin),
    (second, b): (&Portfolio, &MarketMargin),
    shocks: &Shocks,
) -> Result<(), RiskError> {
    for holdings in first.iter().chain(second) {
        if matches!(worst_loss_ceil(holdings)?, WorstLoss::Bounded(_)) {
            return Ok(());
        }
    }
    let boards = first.iter().zip(second).map(|(first, second)| {
        first.iter().zip(second).map(|(one, other)| one.plus(other.calls, other.puts)).collect::<Result<Vec<_>, _>>()
    });
    let both = boards.collect::<Result<Portfolio, _>>()?;
    let together = margin(market, &both, shocks)?;
    // a sum of floors and ceilings, one for each expiry
    let unit = Money::from_fx(Fx::from_bits(8));
    for (together, apart) in
        [(together.maintenance, [a.maintenance, b.maintenance]), (together.initial, [a.initial, b.initial])]
    {
        let most = apart[0].worst().plus(apart[1].worst())?.plus(unit)?;
        assert!(together.worst() <= most, "a hedge is required more: {:?} of {most:?}", together.worst());
    }
    assert!(together.value.plus(unit)? >= a.value.plus(b.value)?, "together they are worth less");
    Ok(())
}

fn assert_account(cash: Money, markets: &[MarketMargin], share: OffsetShare) -> Result<(), RiskError> {
    let account = AccountMargin::new(cash, markets, share)?;
    assert!(account.maintenance >= Money::ZERO && account.initial >= account.maintenance);
    let equity = markets.iter().fold(wide(cash.fx()), |sum, market| sum + wide(market.value.fx()));
    assert_eq!(wide(account.equity.fx()), equity, "cash moves equity one for one");
    let state = account.state();
    assert_eq!(state == MarginState::Healthy, account.equity >= account.initial);
    assert_eq!(state == MarginState::Liquidatable, account.equity < account.maintenance);
    let health = account.health()?;
    assert!(health.equity >= account.equity && health.maintenance >= account.maintenance);
    assert_eq!(state == MarginState::Liquidatable, health.equity < health.maintenance, "auctioned where liquidatable");
    let leaves = account.withdrawable(cash)?;
    assert!(leaves >= Money::ZERO && leaves <= cash.max(Money::ZERO));
    if leaves > Money::ZERO {
        let left = AccountMargin::new(cash.minus(leaves)?, markets, share)?;
        assert_eq!(left.state(), MarginState::Healthy, "what may leave leaves a healthy account");
    }
    let losses: Vec<_> = markets.iter().map(|market| market.maintenance).collect();
    let combined = combined_ceil(&losses, share)?;
    let common = losses[0].plus(&losses[1])?.worst();
    let apart = losses[0].worst().plus(losses[1].worst())?;
    assert!(combined >= common && combined <= apart, "{combined:?} from {common:?} to {apart:?}");
    assert_eq!(combined_ceil(&losses, OffsetShare::NONE), Ok(apart));
    Ok(())
}
