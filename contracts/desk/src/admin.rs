//! What the owner and the surface keeper do: boards, parameters, the surface.

use alloy_primitives::{I256, U256};
use alloy_sol_types::{SolCall, SolEvent};
use equipoise_interfaces::series::MAX_STRIKES;
use equipoise_interfaces::words::{decode, word_of, words_of, write_array, ToWords};
use equipoise_interfaces::ISurface::checkSurfaceCall;
use equipoise_interfaces::{
    BoardListed, MarginParametersSet, MarketExpiryInvalid, MarketParameterCount, MarketParameterNotWhole,
    MarketSliceMissing, MarketSliceOutOfRange, MarketStrikesInvalid, MarketSurfaceOutOfOrder, MarketTooManyBoards,
    ParametersSet, Slice as AbiSlice, SurfacePosted,
};
use equipoise_kit::lean::{emit, failed, revert, view_bytes};
use equipoise_kit::number::{from_u128, to_i128, to_u128};
use equipoise_kit::Revert;
use equipoise_market_state::account_boards::MAX_BOARD_ID;
use equipoise_market_state::convert::{price_of, BoardInCall};
use equipoise_market_state::errors::{margin_parameter_error, number_error, parameter_error};
use equipoise_market_state::layout::{
    encode_lanes, encode_margin_parameters, encode_parameters, encode_slice, BoardState, BoardWords, Directory, Header,
    Slot, LANES,
};
use equipoise_market_state::store::{fits, Place};
use equipoise_math::Fx;
use equipoise_risk::clock::{phase, Phase, WINDOW_SECS};
use equipoise_risk::margin::MarginParameters;
use equipoise_risk::parameters::{Parameters, MILLIONTH_WAD};
use equipoise_risk::surface::Slice;
use equipoise_risk::units::{from_wad_floor, YEAR_SECS};
use stylus_sdk::prelude::*;

use crate::program::Desk;

/// The longest time to expiry, less the days by which Greeks are smoothed.
const LONGEST_SECS: u64 = 3 * YEAR_SECS - 10 * 86_400;

impl Desk {
    /// Lists an expiry with its strikes.
    pub(crate) fn list(&mut self, expiry: u64, strikes_wad: &[U256]) -> Result<u16, Revert> {
        let now = self.store.vm().block_timestamp();
        if expiry <= now.saturating_add(WINDOW_SECS) || expiry > now.saturating_add(LONGEST_SECS) {
            return Err(revert(&MarketExpiryInvalid { expiry, nowAt: now }));
        }
        let mantissas = strike_mantissas(strikes_wad, self.store.scales().1)?;
        let mut directory = self.store.directory();
        let id = directory.last_board.checked_add(1).filter(|id| *id <= MAX_BOARD_ID).ok_or_else(too_many_boards)?;
        self.enter_directory(&mut directory, id, expiry)?;
        directory.last_board = id;
        self.store.set_directory(&directory)?;
        let strikes = u8::try_from(mantissas.len()).unwrap_or(u8::MAX);
        self.store.set_header(id, &Header { expiry, strikes, state: BoardState::Bare })?;
        self.store.set_strikes(id, &strike_slots(&mantissas));
        let mut data = words_of(&expiry);
        write_array(2, strikes_wad, &mut data);
        emit(self.store.vm(), &[BoardListed::SIGNATURE_HASH, word_of(&id)], &data);
        Ok(id)
    }

    /// Puts a board into the directory by its expiry, which must be its own.
    fn enter_directory(&self, directory: &mut Directory, id: u16, expiry: u64) -> Result<(), Revert> {
        let mut listed = Vec::with_capacity(directory.boards.len());
        for other in directory.live() {
            let other_expiry = self.store.header(other)?.expiry;
            if other_expiry == expiry {
                return Err(revert(&MarketExpiryInvalid { expiry, nowAt: self.store.vm().block_timestamp() }));
            }
            listed.push((other_expiry, other));
        }
        if listed.len() >= directory.boards.len() {
            return Err(too_many_boards());
        }
        let place = listed.partition_point(|(other, _)| *other < expiry);
        listed.insert(place, (expiry, id));
        let mut ids = listed.into_iter().map(|(_, id)| id);
        directory.boards = core::array::from_fn(|_| ids.next().unwrap_or(0));
        Ok(())
    }

    /// Replaces the parameters.
    pub(crate) fn replace_parameters(&mut self, wads: &[U256]) -> Result<(), Revert> {
        let millionths = millionths_of(wads)?;
        let checked = Parameters::new(millionths).map_err(|error| parameter_error(error, &millionths))?;
        self.store.set_parameters(encode_parameters(&checked));
        let mut data = Vec::new();
        write_array(1, wads, &mut data);
        emit(self.store.vm(), &[ParametersSet::SIGNATURE_HASH], &data);
        Ok(())
    }

    /// Replaces the margin parameters.
    pub(crate) fn replace_margin_parameters(&mut self, wads: &[U256]) -> Result<(), Revert> {
        let millionths = millionths_of(wads)?;
        let checked = MarginParameters::new(millionths);
        let checked = checked.map_err(|error| margin_parameter_error(error, &millionths))?;
        self.store.set(Place::MarginParameters, encode_margin_parameters(&checked));
        let mut data = Vec::new();
        write_array(1, wads, &mut data);
        emit(self.store.vm(), &[MarginParametersSet::SIGNATURE_HASH], &data);
        Ok(())
    }

    /// Takes a surface: a slice for every live board, free of arbitrage in itself and against its neighbours.
    pub(crate) fn take_surface(&mut self, spot_wad: U256, observed_at: u64, slices: &[AbiSlice]) -> Result<(), Revert> {
        let now = self.store.vm().block_timestamp();
        let mut directory = self.store.directory();
        let last = directory.surface_at;
        if observed_at > now || observed_at < last {
            return Err(revert(&MarketSurfaceOutOfOrder { observedAt: observed_at, lastObservedAt: last }));
        }
        let spot = price_of(spot_wad)?;
        let mut boards = Vec::with_capacity(directory.boards.len());
        for id in directory.live() {
            let mut header = self.store.header(id)?;
            if phase(now, header.expiry) == Phase::Expired {
                continue;
            }
            let given = slices.iter().find(|slice| slice.board == id);
            let given = given.ok_or_else(|| revert(&MarketSliceMissing { board: id }))?;
            let forward = price_of(given.forwardWad)?;
            let basis = forward.ratio_floor(spot).map_err(number_error(id))?;
            header.state = BoardState::Live { basis, forward, observed_at };
            let mut words = self.store.board_words(id, None);
            words.header = fits(header.encode(), id)?;
            words.slice = encode_slice(&slice_of(given)?).ok_or_else(|| out_of_range(id))?;
            boards.push((id, words));
        }
        directory.variance = self.ask_check(now, &boards)?;
        directory.surface_at = observed_at;
        directory.posted_spot = spot;
        for (id, words) in &boards {
            self.store.set_board(*id, words.header, words.slice);
        }
        self.store.set_directory(&directory)?;
        let mut data = words_of(&(observed_at, spot_wad));
        write_array(3, slices, &mut data);
        emit(self.store.vm(), &[SurfacePosted::SIGNATURE_HASH], &data);
        Ok(())
    }

    /// Has the slices checked; returns the market's variance.
    fn ask_check(&self, now: u64, boards: &[(u16, BoardWords)]) -> Result<Fx, Revert> {
        let mut input = checkSurfaceCall::SELECTOR.to_vec();
        (now, self.store.scales().1).write(&mut input);
        let slots: Vec<_> = boards.iter().map(|(id, words)| BoardInCall { id: *id, words: *words }).collect();
        write_array(3, &slots, &mut input);
        let surface = self.store.wired(Place::Surface)?;
        let data = view_bytes(self.store.vm(), surface, checkSurfaceCall::SELECTOR, &input)?;
        decode(&data).map(Fx::from_bits).ok_or_else(|| failed(surface, checkSurfaceCall::SELECTOR))
    }
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

/// Packs mantissas, eight to a slot.
fn strike_slots(mantissas: &[u32]) -> Vec<Slot> {
    let slot = |chunk: &[u32]| encode_lanes(core::array::from_fn(|lane| chunk.get(lane).copied().unwrap_or(0)));
    mantissas.chunks(LANES).map(slot).collect()
}

/// The parameters in millionths, in the order of the rules.
fn millionths_of<const N: usize>(wads: &[U256]) -> Result<[u32; N], Revert> {
    if wads.len() != N {
        let (count, expected) = (U256::from(wads.len()), U256::from(N));
        return Err(revert(&MarketParameterCount { count, expected }));
    }
    let mut millionths = [0u32; N];
    for (place, (millionth, wad)) in millionths.iter_mut().zip(wads).enumerate() {
        let number = to_u128(*wad);
        let rest = number.and_then(|wad| wad.checked_rem(MILLIONTH_WAD));
        let whole = number.and_then(|wad| wad.checked_div(MILLIONTH_WAD)).filter(|_| rest == Some(0));
        *millionth = whole.and_then(|whole| u32::try_from(whole).ok()).ok_or_else(|| {
            let parameter = u8::try_from(place).unwrap_or(u8::MAX);
            revert(&MarketParameterNotWhole { parameter, value: *wad, unit: from_u128(MILLIONTH_WAD) })
        })?;
    }
    Ok(millionths)
}
