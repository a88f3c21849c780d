//! What the owner and the surface keeper do: boards, parameters, the surface.

use alloy_primitives::{I256, U256};
use equipoise_interfaces::series::MAX_STRIKES;
use equipoise_interfaces::{
    BoardListed, MarketExpiryInvalid, MarketParameterNotWhole, MarketSliceMissing, MarketSliceOutOfRange,
    MarketStrikesInvalid, MarketSurfaceOutOfOrder, MarketTooManyBoards, Parameters as AbiParameters, ParametersSet,
    Slice as AbiSlice, SurfacePosted,
};
use equipoise_kit::number::{to_i128, to_u128, to_u64};
use equipoise_kit::{revert, Revert};
use equipoise_math::{div_floor, Fx};
use equipoise_risk::clock::{phase, Phase, WINDOW_SECS};
use equipoise_risk::parameters::{Parameters, COUNT};
use equipoise_risk::surface::Slice;
use equipoise_risk::units::{from_wad_floor, Price, Years, YEAR_SECS};
use equipoise_risk::RiskError;
use stylus_sdk::prelude::*;

use crate::errors::{number_error, parameter_error};
use crate::layout::{decode_slice, encode_slice, BoardState, Directory, Header, Slot};
use crate::live::price_of;
use crate::views::parameters_of;
use crate::Market;

/// Millionths are multiples of this in WAD.
const MILLIONTH_WAD: u128 = 1_000_000_000_000;
/// The longest time to expiry, less the days by which Greeks are smoothed.
const LONGEST_SECS: u64 = 3 * YEAR_SECS - 10 * 86_400;
/// The market's variance is that of the expiry nearest to this.
const REFERENCE_SECS: u64 = 30 * 86_400;

impl Market {
    /// Lists an expiry with its strikes.
    pub(crate) fn list(&mut self, expiry: u64, strikes_wad: Vec<U256>) -> Result<u16, Revert> {
        let now = self.vm().block_timestamp();
        if expiry <= now.saturating_add(WINDOW_SECS) || expiry > now.saturating_add(LONGEST_SECS) {
            return Err(revert(&MarketExpiryInvalid { expiry, nowAt: now }));
        }
        let mantissas = strike_mantissas(&strikes_wad, self.store.strike_shift.get().to::<u8>())?;
        let mut directory = self.store.directory();
        let id = directory.last_board.checked_add(1).ok_or_else(too_many_boards)?;
        self.enter_directory(&mut directory, id, expiry)?;
        directory.last_board = id;
        self.store.set_directory(&directory)?;
        let strikes = u8::try_from(mantissas.len()).unwrap_or(u8::MAX);
        self.store.set_header(id, &Header { expiry, strikes, state: BoardState::Bare })?;
        self.store.set_strikes(id, &mantissas);
        self.vm().log(BoardListed { board: id, expiry, strikesWad: strikes_wad });
        Ok(id)
    }

    /// Puts a board into the directory by its expiry, which must be its own.
    fn enter_directory(&self, directory: &mut Directory, id: u16, expiry: u64) -> Result<(), Revert> {
        let mut listed = Vec::with_capacity(directory.boards.len());
        for other in directory.live() {
            let other_expiry = self.store.header(other)?.expiry;
            if other_expiry == expiry {
                return Err(revert(&MarketExpiryInvalid { expiry, nowAt: self.vm().block_timestamp() }));
            }
            listed.push((other_expiry, other));
        }
        if listed.len() >= directory.boards.len() {
            return Err(too_many_boards());
        }
        listed.push((expiry, id));
        listed.sort_unstable();
        let mut ids = listed.into_iter().map(|(_, id)| id);
        directory.boards = core::array::from_fn(|_| ids.next().unwrap_or(0));
        Ok(())
    }

    /// Replaces the parameters.
    pub(crate) fn replace_parameters(&mut self, given: &AbiParameters) -> Result<(), Revert> {
        let millionths = millionths_of(given)?;
        let checked = Parameters::new(millionths).map_err(|error| parameter_error(error, &millionths))?;
        self.store.set_parameters(&checked);
        self.vm().log(ParametersSet { parameters: parameters_of(&checked) });
        Ok(())
    }

    /// Takes a surface: a slice for every live board, free of arbitrage in itself and against its neighbours.
    pub(crate) fn take_surface(&mut self, spot_wad: U256, observed_at: u64, slices: Vec<AbiSlice>) -> Result<(), Revert> {
        let now = self.vm().block_timestamp();
        let mut directory = self.store.directory();
        let last = directory.surface_at;
        if observed_at > now || observed_at < last {
            return Err(revert(&MarketSurfaceOutOfOrder { observedAt: observed_at, lastObservedAt: last }));
        }
        let spot = price_of(spot_wad)?;
        let mut earlier: Option<(Slice, Years)> = None;
        let mut nearest = u64::MAX;
        let ids = directory.boards;
        for id in ids.into_iter().filter(|id| *id != 0) {
            let header = self.store.header(id)?;
            if phase(now, header.expiry) == Phase::Expired {
                continue;
            }
            let given = slices.iter().find(|slice| slice.board == id);
            let given = given.ok_or_else(|| revert(&MarketSliceMissing { board: id }))?;
            let left = header.expiry.saturating_sub(now);
            let posted = Posted { packed: pack(given)?, forward: price_of(given.forwardWad)?, observed_at, left };
            let checked = self.take_slice(id, header, spot, &posted, earlier.as_ref())?;
            let distance = left.abs_diff(REFERENCE_SECS);
            if distance < nearest {
                nearest = distance;
                let at_the_money = checked.0.variance(posted.forward, posted.forward);
                directory.variance = at_the_money.map_err(number_error(id))?;
            }
            earlier = Some(checked);
        }
        directory.surface_at = observed_at;
        self.store.set_directory(&directory)?;
        self.vm().log(SurfacePosted { observedAt: observed_at, spotWad: spot_wad, slices });
        Ok(())
    }

    /// Checks and stores the slice of one board; returns it with its time, for the next board's check.
    fn take_slice(
        &mut self,
        board: u16,
        mut header: Header,
        spot: Price,
        posted: &Posted,
        earlier: Option<&(Slice, Years)>,
    ) -> Result<(Slice, Years), Revert> {
        let slice = decode_slice(&posted.packed);
        let strikes = self.store.strikes(board, header.strikes);
        let check = || -> Result<(Years, Fx), RiskError> {
            let years = Years::from_secs(posted.left.max(1))?;
            slice.check(years)?;
            if let Some((before, before_years)) = earlier {
                slice.check_after(years, before, *before_years)?;
            }
            for strike in strikes {
                slice.variance(strike, posted.forward)?;
            }
            Ok((years, div_floor(posted.forward.fx(), spot.fx())?))
        };
        let (years, basis) = check().map_err(number_error(board))?;
        header.state = BoardState::Live { basis, forward: posted.forward, observed_at: posted.observed_at };
        self.store.set_header(board, &header)?;
        self.store.set_slice(board, posted.packed);
        Ok((slice, years))
    }
}

/// A slice as it will be stored, with its forward, its time and the seconds to its expiry.
struct Posted {
    packed: Slot,
    forward: Price,
    observed_at: u64,
    left: u64,
}

fn pack(given: &AbiSlice) -> Result<Slot, Revert> {
    encode_slice(&slice_of(given)?).ok_or_else(|| out_of_range(given.board))
}

fn too_many_boards() -> Revert {
    let maximum = U256::from(equipoise_risk::book::MAX_BOARDS);
    revert(&MarketTooManyBoards { maximum })
}

fn out_of_range(board: u16) -> Revert {
    revert(&MarketSliceOutOfRange { board })
}

fn slice_of(given: &AbiSlice) -> Result<Slice, Revert> {
    let signed = |wad: I256| -> Result<Fx, Revert> {
        let wad = to_i128(wad).ok_or_else(|| out_of_range(given.board))?;
        from_wad_floor(wad).map_err(number_error(given.board))
    };
    let unsigned = |wad: U256| -> Result<Fx, Revert> {
        let wad = to_u128(wad).and_then(|wad| i128::try_from(wad).ok());
        from_wad_floor(wad.ok_or_else(|| out_of_range(given.board))?).map_err(number_error(given.board))
    };
    Ok(Slice {
        a: signed(given.aWad)?,
        b: unsigned(given.bWad)?,
        rho: signed(given.rhoWad)?,
        m: signed(given.mWad)?,
        sigma: unsigned(given.sigmaWad)?,
    })
}

/// The mantissas of strikes, which must rise, be at most [`MAX_STRIKES`] and be whole multiples of 2^-shift.
fn strike_mantissas(strikes_wad: &[U256], shift: u8) -> Result<Vec<u32>, Revert> {
    let count = U256::from(strikes_wad.len());
    let invalid = |strike: U256| revert(&MarketStrikesInvalid { count, strikeWad: strike });
    if strikes_wad.is_empty() || strikes_wad.len() > MAX_STRIKES {
        return Err(invalid(U256::ZERO));
    }
    let mut mantissas: Vec<u32> = Vec::with_capacity(strikes_wad.len());
    for strike in strikes_wad {
        let scaled = to_u128(*strike).and_then(|wad| wad.checked_mul(1u128.checked_shl(u32::from(shift))?));
        let scaled = scaled.ok_or_else(|| invalid(*strike))?;
        let wad = u128::from(equipoise_risk::units::WAD);
        let (whole, rest) = (scaled.checked_div(wad).unwrap_or(0), scaled.checked_rem(wad).unwrap_or(1));
        let mantissa = u32::try_from(whole).ok().filter(|mantissa| rest == 0 && *mantissa > 0);
        let mantissa = mantissa.ok_or_else(|| invalid(*strike))?;
        if mantissas.last().is_some_and(|last| *last >= mantissa) {
            return Err(invalid(*strike));
        }
        mantissas.push(mantissa);
    }
    Ok(mantissas)
}

/// The parameters in millionths, in the order of the rules.
fn millionths_of(given: &AbiParameters) -> Result<[u32; COUNT], Revert> {
    let plus_one = U256::from(equipoise_risk::units::WAD);
    let correlation = given.spotVolCorrelationWad.into_raw().wrapping_add(plus_one);
    let wads = [
        given.lambdaWad,
        given.lambdaFloorWad,
        given.jumpLambdaWad,
        given.deltaHorizonDaysWad,
        given.vegaHorizonDaysWad,
        given.volOfVolWad,
        correlation,
        given.volHalfSpreadWad,
        given.spreadFloorWad,
        given.deviationWad,
        given.feeWad,
        given.feeCapWad,
        given.deltaLimitWad,
        given.vegaLimitWad,
        given.stressLimitWad,
        given.maxSpotAgeHoursWad,
        given.maxSurfaceAgeHoursWad,
    ];
    let mut millionths = [0u32; COUNT];
    for (place, (millionth, wad)) in millionths.iter_mut().zip(wads).enumerate() {
        let unit = U256::from(MILLIONTH_WAD);
        let (whole, rest) = (wad.checked_div(unit), wad.checked_rem(unit));
        let whole = whole.filter(|_| rest == Some(U256::ZERO)).and_then(to_u64);
        let whole = whole.and_then(|whole| u32::try_from(whole).ok());
        *millionth = whole.ok_or_else(|| {
            let parameter = u8::try_from(place).unwrap_or(u8::MAX);
            revert(&MarketParameterNotWhole { parameter, value: wad, unit })
        })?;
    }
    Ok(millionths)
}
