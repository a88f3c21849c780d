//! A market in one state: boards with positions, the vault's reserve and its capital.

use arbitrary::Arbitrary;
use equipoise_math::Fx;
use equipoise_risk::book::{value, BoardState, StrikeState, Valuation};
use equipoise_risk::marks::BoardTerms;
use equipoise_risk::parameters::{Parameter, Parameters, COUNT, RULES};
use equipoise_risk::potential::RiskState;
use equipoise_risk::quote::{price, Charge, Priced};
use equipoise_risk::settlement::Holding;
use equipoise_risk::skew::SkewReserve;
use equipoise_risk::spread::SpreadTerms;
use equipoise_risk::surface::Slice;
use equipoise_risk::units::{Atoms, Lots, Money, Price, TokenScale};
use equipoise_risk::RiskError;

use crate::{Magnitude, Share};

/// The present in every market, in unix seconds.
pub const NOW: u64 = 1_800_000_000;
/// Expiries of a market.
pub const BOARDS: usize = 2;
/// Strikes of an expiry.
pub const STRIKES: usize = 3;
/// Series of a market: calls and puts.
pub const SERIES: usize = BOARDS * STRIKES * 2;

/// What a market is made from.
#[derive(Arbitrary, Clone, Copy, Debug)]
pub struct MarketSeed {
    spot: Magnitude,
    variance: Magnitude,
    age_secs: u16,
    boards: [BoardSeed; BOARDS],
    capital: Magnitude,
    reserve: (Share, Share),
    parameters: [Share; COUNT],
    decimals: u8,
}

#[derive(Arbitrary, Clone, Copy, Debug)]
struct BoardSeed {
    secs: Share,
    basis: Share,
    slice: SliceSeed,
    strikes: [StrikeSeed; STRIKES],
}

#[derive(Arbitrary, Clone, Copy, Debug)]
struct StrikeSeed {
    moneyness: Magnitude,
    calls: i32,
    puts: i32,
}

/// What a slice is made from.
#[derive(Arbitrary, Clone, Copy, Debug)]
pub struct SliceSeed([Share; 5]);

impl SliceSeed {
    /// A slice that may be posted or refused.
    pub fn slice(self) -> Slice {
        let [a, b, rho, m, sigma] = self.0;
        Slice {
            a: a.between(Fx::lit("-0.1"), Fx::lit("3")),
            b: b.between(Fx::ZERO, Fx::lit("1.5")),
            rho: rho.between(Fx::lit("-0.999"), Fx::lit("0.999")),
            m: m.between(Fx::lit("-1"), Fx::lit("1")),
            sigma: sigma.between(Fx::lit("0.001"), Fx::lit("2")),
        }
    }
}

/// Any parameters within their bounds.
pub fn parameters(shares: [Share; COUNT]) -> Parameters {
    let mut millionths = [0; COUNT];
    for ((value, rule), share) in millionths.iter_mut().zip(RULES).zip(shares) {
        let width = share.up_to((rule.max - rule.min).into());
        *value = rule.min + u32::try_from(width).expect("at most the rule's width");
    }
    let place = |parameter| RULES.iter().position(|rule| rule.parameter == parameter).expect("every one has a rule");
    let mut order = |smaller: Parameter, larger: Parameter| {
        let (smaller, larger) = (place(smaller), place(larger));
        millionths[smaller] = millionths[smaller].min(millionths[larger]);
    };
    order(Parameter::LambdaFloor, Parameter::Lambda);
    order(Parameter::DeltaHorizonDays, Parameter::VegaHorizonDays);
    Parameters::new(millionths).expect("within their bounds")
}

/// Lots of calls and puts by board and strike.
pub type Package = [i32; SERIES];

/// A market.
#[derive(Clone, Debug)]
pub struct Market {
    /// Boards and what the vault holds.
    pub boards: Vec<(BoardTerms, Vec<StrikeState>)>,
    /// The skew reserve.
    pub reserve: SkewReserve,
    /// What R depends on beside the book.
    pub state: RiskState,
    /// The token's decimals.
    pub scale: TokenScale,
}

/// At most so many lots in a position or a trade: sums stay far from the types' ends.
const MOST_LOTS: i32 = 1_000_000;

impl MarketSeed {
    /// The market, unless some number of it does not fit.
    /// # Errors: those of the terms, never for want of capital
    pub fn market(self) -> Result<Market, RiskError> {
        let parameters = parameters(self.parameters);
        let spot = Price::from_fx(self.spot.between(Fx::lit("0.01"), Fx::lit("1000000")));
        let variance = self.variance.between(Fx::lit("0.0001"), Fx::lit("25"));
        let spread = SpreadTerms::new(spot, self.age_secs.into(), variance, &parameters)?;
        let boards = self.boards.map(|board| board.board(spot, spread)).into_iter().collect::<Result<_, _>>()?;
        let capital = Money::from_fx(self.capital.between(Fx::lit("1000"), Fx::lit("1000000000000")));
        // the rebates of a token of more decimals would be rounded by less than R itself is
        let scale = TokenScale::from_decimals(self.decimals % 7).expect("at most six");
        let balance = i128::from(self.reserve.0.up_to(1 << 50));
        let reserve = SkewReserve {
            balance: Atoms::new(balance),
            budget: Atoms::new(i128::from(self.reserve.1.up_to(1 << 50)).min(balance)),
            updated_at: NOW,
        };
        Ok(Market { boards, reserve, state: RiskState::new(capital, variance, &parameters)?, scale })
    }
}

impl BoardSeed {
    fn board(self, spot: Price, spread: SpreadTerms) -> Result<(BoardTerms, Vec<StrikeState>), RiskError> {
        let basis = self.basis.between(Fx::lit("0.9"), Fx::lit("1.1"));
        let reference = (spot, self.slice.slice());
        let expiry = NOW + self.secs.up_to(900 * 86_400);
        let terms = BoardTerms::new(spot, basis, reference, (NOW, expiry), spread)?;
        let strikes = self.strikes.map(|seed| {
            let share = seed.moneyness.between(Fx::lit("0.1"), Fx::lit("10"));
            let strike = spot.scaled_floor(share).expect("far from the type's end");
            let [calls, puts] = [seed.calls, seed.puts].map(|lots| Lots::new(lots % MOST_LOTS));
            StrikeState::from(Holding { strike, calls, puts })
        });
        Ok((terms, strikes.to_vec()))
    }
}

/// A package within [`MOST_LOTS`].
pub fn package(lots: Package) -> Package {
    lots.map(|lots| lots % MOST_LOTS)
}

impl Market {
    /// The same market after somebody has asked for a package.
    pub fn asked(&self, lots: &Package) -> Self {
        let mut market = self.clone();
        for (strike, pair) in market.strikes_mut().zip(lots.chunks(2)) {
            strike.bought_calls = Lots::new(pair[0]);
            strike.bought_puts = Lots::new(pair[1]);
        }
        market
    }

    /// The book of what has been asked for.
    /// # Errors: those of [`value`]
    pub fn value(&self) -> Result<Valuation, RiskError> {
        let boards: Vec<_> = self.boards.iter().map(|(terms, strikes)| BoardState { terms, strikes }).collect();
        value(&boards)
    }

    /// The price of what has been asked for.
    /// # Errors: those of [`price`]
    pub fn quote(&self) -> Result<(Valuation, Priced), RiskError> {
        let valuation = self.value()?;
        let books = (&valuation.before, &valuation.after()?);
        let priced = price(books, &valuation.package, &self.state, (self.reserve, NOW), self.scale)?;
        Ok((valuation, priced))
    }

    /// Trades a package: the book and the reserve are then what it leaves.
    /// # Errors: those of [`Market::quote`]
    pub fn trade(&mut self, lots: &Package) -> Result<Charge, RiskError> {
        let asked = self.asked(lots);
        let (_, priced) = asked.quote()?;
        for (strike, asked) in self.strikes_mut().zip(asked.boards.iter().flat_map(|(_, strikes)| strikes)) {
            *strike = StrikeState::from(asked.held_after()?);
        }
        self.reserve = priced.reserve;
        Ok(priced.charge)
    }

    fn strikes_mut(&mut self) -> impl Iterator<Item = &mut StrikeState> {
        self.boards.iter_mut().flat_map(|(_, strikes)| strikes)
    }
}
