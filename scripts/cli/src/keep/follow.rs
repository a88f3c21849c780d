//! How keepers follow a market that moves faster than posts may: a surface as near as a step lets them come, and the
//! rest as the gap that the spread covers.

use alloy_primitives::{Address, I256, U256};
use equipoise_interfaces::{IMarket, Slice as AbiSlice};
use equipoise_math::Fx;
use equipoise_risk::millionths::Millionths;
use equipoise_risk::parameters::{Parameters, MILLIONTH_WAD};
use equipoise_risk::surface::follow::{longest, Way};
use equipoise_risk::surface::step::{Posted, StepLimits};
use equipoise_risk::surface::{Slice, VolGap};
use equipoise_risk::units::{from_wad_floor, to_wad_nearest, Price};
use equipoise_risk::RiskError;

use super::client::Client;
use super::error::KeepError;
use crate::units::{narrow, narrow_unsigned};

/// Of a step that is left in the bucket at least: less comes back within a second.
const LEAST_ROOM: Millionths = Millionths::from_raw(1_000);
/// A unit of a gap in WAD.
const GAP_UNIT_WAD: u64 = 100_000_000_000_000;

/// One board as the market has it, and the slice that is wanted of it.
struct Board {
    last: Option<Posted>,
    /// The last post has told how far it lies from what its keepers wanted.
    has_gap: bool,
    wanted: Posted,
    strikes: Vec<Price>,
    left_secs: u64,
}

impl Board {
    fn way(&self) -> Way<'_> {
        Way { last: self.last, wanted: self.wanted, strikes: &self.strikes, left_secs: self.left_secs }
    }
}

/// Where the posted surface stands, where it shall be, and how far one post may take it.
pub struct Road {
    wanted: Vec<AbiSlice>,
    boards: Vec<Board>,
    spot: Price,
    limits: StepLimits,
    /// The last post's number.
    pub sequence: u64,
    /// What is left of the steps that posts may take at once, at most one.
    pub room: Millionths,
}

impl Road {
    /// Reads the market.
    /// # Inputs: slices by rising expiry
    /// # Errors: [`KeepError::SurfaceStuck`], [`KeepError::Reverted`], the connection's
    pub fn read(
        client: &mut dyn Client,
        market: Address,
        spot_wad: U256,
        wanted: Vec<AbiSlice>,
    ) -> Result<Self, KeepError> {
        let steps = client.view(market, &IMarket::surfaceStepsCall {})?;
        let room = steps.mostMillionths.saturating_sub(steps.usedMillionths);
        let room = u32::try_from(room).map_or(Millionths::ONE, Millionths::from_raw).min(Millionths::ONE);
        let limits = step_limits(client, market)?;
        let (spot, now) = (price_of(spot_wad)?, client.now()?);
        let mut boards = Vec::with_capacity(wanted.len());
        for slice in &wanted {
            boards.push(board_of(client, market, (spot, now), slice)?);
        }
        Ok(Self { wanted, boards, spot, limits, sequence: steps.sequence, room })
    }

    /// Whether the last post was held back by a step limit: until the next one the spread covers what it lacks.
    pub fn has_gap(&self) -> bool {
        self.boards.iter().any(|board| board.has_gap)
    }

    /// How far in volatility the posted surface lies from the wanted one, at the strike where it does most; nothing if a
    /// board has no slice yet.
    /// # Rounding: up, to a gap's unit
    /// # Errors: [`KeepError::SurfaceStuck`]
    pub fn distance(&self) -> Result<Option<f64>, KeepError> {
        let mut farthest = 0;
        for board in &self.boards {
            let Some(last) = board.last else { return Ok(None) };
            let gap = board.way().gap_ceil(&last).unwrap_or(VolGap::MOST);
            farthest = farthest.max(gap.raw());
        }
        Ok(Some(f64::from(farthest) * GAP_UNIT_WAD as f64 / 1e18))
    }

    /// The slices to post now: those wanted if the market takes them, else as near as it does.
    /// # Errors: [`KeepError::SurfaceStuck`]
    pub fn slices(mut self) -> Result<Vec<AbiSlice>, KeepError> {
        let limits = self.limits.times_floor(self.room.clamp(LEAST_ROOM, Millionths::ONE));
        let (spot, limits) = (self.spot, limits.map_err(|_| KeepError::SurfaceStuck)?);
        let far = |boards: &[Board]| longest(&boards.iter().map(Board::way).collect::<Vec<_>>(), spot, &limits);
        let mut share = far(&self.boards);
        if share.is_none() {
            stand_in(&mut self.boards);
            share = far(&self.boards);
        }
        let share = share.ok_or(KeepError::SurfaceStuck)?;
        let near = |(wanted, board): (AbiSlice, &Board)| -> Result<AbiSlice, RiskError> {
            let way = board.way();
            let posted = way.at(share, spot, &limits)?;
            if share == Fx::ONE && posted.basis == board.wanted.basis {
                return Ok(wanted);
            }
            shown(wanted.board, &posted, U256::from(GAP_UNIT_WAD * u64::from(way.gap_ceil(&posted)?.raw())))
        };
        let slices = self.wanted.into_iter().zip(&self.boards).map(near).collect::<Result<_, _>>();
        slices.map_err(|_| KeepError::SurfaceStuck)
    }
}

/// How far a whole step goes.
fn step_limits(client: &mut dyn Client, market: Address) -> Result<StepLimits, KeepError> {
    let parameters = client.view(market, &IMarket::parametersCall {})?;
    let mut stored = parameters.iter().map(|wad| narrow_unsigned(*wad).unsigned_abs() / MILLIONTH_WAD);
    let next = |_| stored.next().and_then(|millionths| u32::try_from(millionths).ok()).unwrap_or_default();
    let limits = StepLimits::new(&Parameters::from_stored(core::array::from_fn(next)));
    limits.map_err(|_| KeepError::SurfaceStuck)
}

fn board_of(
    client: &mut dyn Client,
    market: Address,
    (spot, now): (Price, u64),
    wanted: &AbiSlice,
) -> Result<Board, KeepError> {
    let board = client.view(market, &IMarket::boardCall { id: wanted.board })?;
    let posted = client.view(market, &IMarket::sliceCall { board: wanted.board })?;
    let strikes = client.view(market, &IMarket::strikesCall { board: wanted.board })?;
    let forward = price_of(wanted.forwardWad)?;
    let basis = forward.ratio_floor(spot).map_err(|_| KeepError::SurfaceStuck)?;
    let last = match board.observedAt {
        0 => None,
        _ => Some(Posted {
            forward: price_of(board.forwardWad)?,
            basis: unsigned_of(board.basisWad)?,
            slice: slice_of(&posted)?,
        }),
    };
    Ok(Board {
        last,
        has_gap: !posted.gapWad.is_zero(),
        wanted: Posted { forward, basis, slice: slice_of(wanted)? },
        strikes: strikes.into_iter().map(price_of).collect::<Result<_, _>>()?,
        left_secs: board.expiry.saturating_sub(now),
    })
}

/// Gives boards that have no slice yet that of the board before, or after: what is wanted of them does not fit between
/// neighbours that are not yet where they shall be.
fn stand_in(boards: &mut [Board]) {
    let mut known = boards.iter().find_map(|board| board.last).map(|last| last.slice);
    for board in boards {
        match board.last {
            Some(last) => known = Some(last.slice),
            None => board.last = known.map(|slice| Posted { slice, ..board.wanted }),
        }
    }
}

fn fx_of(wad: i128) -> Result<Fx, KeepError> {
    from_wad_floor(wad).map_err(|_| KeepError::SurfaceStuck)
}

fn unsigned_of(wad: U256) -> Result<Fx, KeepError> {
    fx_of(narrow_unsigned(wad))
}

fn price_of(wad: U256) -> Result<Price, KeepError> {
    unsigned_of(wad).map(Price::from_fx)
}

fn slice_of(slice: &AbiSlice) -> Result<Slice, KeepError> {
    Ok(Slice {
        a: fx_of(narrow(slice.aWad))?,
        b: unsigned_of(slice.bWad)?,
        rho: fx_of(narrow(slice.rhoWad))?,
        m: fx_of(narrow(slice.mWad))?,
        sigma: unsigned_of(slice.sigmaWad)?,
    })
}

/// A slice as the market takes it.
fn shown(board: u16, posted: &Posted, gap_wad: U256) -> Result<AbiSlice, RiskError> {
    let Slice { a, b, rho, m, sigma } = posted.slice;
    let unsigned = |number| wad_ceil(number).map(I256::into_raw);
    Ok(AbiSlice {
        board,
        forwardWad: unsigned(posted.forward.fx())?,
        aWad: wad_ceil(a)?,
        bWad: unsigned(b)?,
        rhoWad: wad_ceil(rho)?,
        mWad: wad_ceil(m)?,
        sigmaWad: unsigned(sigma)?,
        gapWad: gap_wad,
    })
}

/// The least WAD that is not below a number: the market rounds down, and so has the number itself.
fn wad_ceil(number: Fx) -> Result<I256, RiskError> {
    let nearest = to_wad_nearest(number)?;
    let wad = if from_wad_floor(nearest)? < number { nearest + 1 } else { nearest };
    I256::try_from(wad).map_err(|_| RiskError::Overflow)
}
