//! The surface: signed by its keepers, free of arbitrage, and not far from the last.

use alloy_primitives::{B256, I256, U256};
use alloy_sol_types::{SolCall, SolEvent};
use equipoise_interfaces::words::{decode, word_of, words_of, write_array, ToWords};
use equipoise_interfaces::ISurface::{checkSurfaceCall, checkSurfaceReturn};
use equipoise_interfaces::{
    BoardStep, MarketBoardUnknown, MarketSliceMissing, MarketSliceOutOfRange, MarketSurfaceExpired,
    MarketSurfaceOutOfOrder, MarketSurfaceSequenceUsed, MarketSurfaceTooFast, Slice as AbiSlice, SurfacePost,
    SurfacePosted,
};
use equipoise_kit::lean::{emit, failed, revert, view_bytes, Arguments};
use equipoise_kit::number::{to_i128, to_u128};
use equipoise_kit::signature::{digest, domain_separator, hash};
use equipoise_kit::Revert;
use equipoise_market_state::convert::price_of;
use equipoise_market_state::errors::number_error;
use equipoise_market_state::layout::{decode_parameters, encode_slice, BoardState, Directory, Header};
use equipoise_market_state::store::{fits, Place, Store};
use equipoise_market_state::surface_guard::SurfaceGuard;
use equipoise_math::Fx;
use equipoise_risk::clock::{phase, Phase};
use equipoise_risk::millionths::Millionths;
use equipoise_risk::parameters::{Parameter, Parameters};
use equipoise_risk::surface::{Slice, VolGap};
use equipoise_risk::units::{from_wad_floor, Price};
use stylus_sdk::host::VM;
use stylus_sdk::prelude::*;

use crate::keepers::require_quorum;

const NAME: B256 = hash("Equipoise Market");
const VERSION: B256 = hash("1");
macro_rules! slice_type {
    () => {
        "Slice(uint16 board,uint256 forwardWad,int256 aWad,uint256 bWad,int256 rhoWad,int256 mWad,uint256 sigmaWad,\
         uint256 gapWad)"
    };
}

const SLICE_TYPE: B256 = hash(slice_type!());
const POST_TYPE: B256 = hash(concat!(
    "SurfacePost(uint64 sequence,uint64 observedAt,uint64 validUntil,uint256 spotWad,Slice[] slices)",
    slice_type!(),
));

/// Takes a surface: signed, a slice for every live board, free of arbitrage in itself and against its neighbours, and
/// within the steps that it may take.
/// # Errors: MarketSurface.., MarketSlice.., MarketBasisStepTooLarge, SignatureInvalid, CalldataMalformed, NotWired
pub fn take(store: &mut Store, given: &mut Arguments<'_>) -> Result<(), Revert> {
    let post = post_of(&mut given.take_struct()?)?;
    let guard = store.surface_guard();
    let now = store.vm().block_timestamp();
    let mut directory = store.directory();
    require_order(&post, &guard, directory.surface_at, now)?;
    require_quorum(store, &guard, digest_of(store.vm(), &post), given.take_structs()?)?;

    let spot = price_of(post.spotWad)?;
    let steps = steps_of(store, &post, (&directory, spot), now)?;
    let parameters = decode_parameters(&store.parameters());
    let checked = ask_check(store, now, &parameters, &steps)?;
    let step = Millionths::from_raw(checked.stepMillionths);
    let taken = guard.steps.taking(step, steps_an_hour(&parameters), now).map_err(|refused| {
        let (used, most) = (U256::from(refused.used), U256::from(refused.most));
        revert(&MarketSurfaceTooFast { usedMillionths: used, mostMillionths: most, retryAt: refused.retry_at })
    })?;
    directory.variance = Fx::from_bits(checked.varianceX64);
    directory.surface_at = post.observedAt;
    directory.posted_spot = spot;
    for step in &steps {
        store.set_board(step.id, step.header.0, step.slice.0);
    }
    store.set_directory(&directory)?;
    store.set_surface_guard(&SurfaceGuard { sequence: post.sequence, steps: taken, ..guard })?;
    let mut data = words_of(&(post.observedAt, post.spotWad));
    write_array(3, &post.slices, &mut data);
    emit(store.vm(), &[SurfacePosted::SIGNATURE_HASH, word_of(&post.sequence)], &data);
    Ok(())
}

/// The last sequence, what is used of the steps, and how many there are.
pub fn steps(store: &Store) -> (u64, U256, U256) {
    let guard = store.surface_guard();
    let most = steps_an_hour(&decode_parameters(&store.parameters()));
    let used = guard.steps.used_at_ceil(most, store.vm().block_timestamp());
    (guard.sequence, U256::from(used.raw()), U256::from(most.raw()))
}

fn steps_an_hour(parameters: &Parameters) -> Millionths {
    Millionths::from_raw(parameters.millionths(Parameter::StepsPerHour))
}

fn post_of(given: &mut Arguments<'_>) -> Result<SurfacePost, Revert> {
    Ok(SurfacePost {
        sequence: given.take()?,
        observedAt: given.take()?,
        validUntil: given.take()?,
        spotWad: given.take()?,
        slices: given.take_array()?,
    })
}

/// Fails for a surface from the future, after its time, or from before the last.
fn require_order(post: &SurfacePost, guard: &SurfaceGuard, last_at: u64, now: u64) -> Result<(), Revert> {
    if post.validUntil < now {
        return Err(revert(&MarketSurfaceExpired { validUntil: post.validUntil, nowAt: now }));
    }
    if post.sequence <= guard.sequence {
        return Err(revert(&MarketSurfaceSequenceUsed { sequence: post.sequence, lastSequence: guard.sequence }));
    }
    if post.observedAt > now || post.observedAt < last_at {
        return Err(revert(&MarketSurfaceOutOfOrder { observedAt: post.observedAt, lastObservedAt: last_at }));
    }
    Ok(())
}

/// What keepers sign.
fn digest_of(vm: &VM, post: &SurfacePost) -> B256 {
    let mut slices = Vec::with_capacity(post.slices.len().saturating_mul(32));
    for slice in &post.slices {
        let mut words = SLICE_TYPE.to_vec();
        slice.write(&mut words);
        slices.extend_from_slice(vm.native_keccak256(&words).as_slice());
    }
    let slices = vm.native_keccak256(&slices);
    let message = (POST_TYPE, post.sequence, post.observedAt, post.validUntil, post.spotWad, slices);
    digest(vm, domain_separator(vm, NAME, VERSION), &message)
}

/// What the surface does to each live board.
fn steps_of(
    store: &Store,
    post: &SurfacePost,
    (directory, spot): (&Directory, Price),
    now: u64,
) -> Result<Vec<BoardStep>, Revert> {
    let mut steps = Vec::with_capacity(directory.boards.len());
    for id in directory.live() {
        let last = store.surface_words(id);
        let mut header = Header::decode(&last.header).ok_or_else(|| revert(&MarketBoardUnknown { board: id }))?;
        if phase(now, header.expiry) == Phase::Expired {
            continue;
        }
        let given = post.slices.iter().find(|slice| slice.board == id);
        let given = given.ok_or_else(|| revert(&MarketSliceMissing { board: id }))?;
        let forward = price_of(given.forwardWad)?;
        let basis = forward.ratio_floor(spot).map_err(number_error(id))?;
        header.state = BoardState::Live { basis, forward, observed_at: post.observedAt };
        let (slice, gap) = slice_of(given)?;
        let slice = encode_slice(&slice, gap).ok_or_else(|| out_of_range(id))?;
        steps.push(BoardStep {
            id,
            lastHeader: last.header.into(),
            lastSlice: last.slice.into(),
            header: fits(header.encode(), id)?.into(),
            slice: slice.into(),
            strikes: last.strikes.map(B256::new),
        });
    }
    Ok(steps)
}

/// Has the slices checked and their steps measured.
fn ask_check(
    store: &Store,
    now: u64,
    parameters: &Parameters,
    steps: &[BoardStep],
) -> Result<checkSurfaceReturn, Revert> {
    let mut input = checkSurfaceCall::SELECTOR.to_vec();
    let limits = [Parameter::VolStep, Parameter::BasisStep].map(|limit| parameters.millionths(limit));
    (now, store.scales().1, limits).write(&mut input);
    write_array(5, steps, &mut input);
    let surface = store.wired(Place::Surface)?;
    let data = view_bytes(store.vm(), surface, checkSurfaceCall::SELECTOR, &input)?;
    decode(&data).ok_or_else(|| failed(surface, checkSurfaceCall::SELECTOR))
}

fn out_of_range(board: u16) -> Revert {
    revert(&MarketSliceOutOfRange { board })
}

fn slice_of(given: &AbiSlice) -> Result<(Slice, VolGap), Revert> {
    let signed = |wad: I256| -> Result<Fx, Revert> {
        let wad = to_i128(wad).ok_or_else(|| out_of_range(given.board))?;
        from_wad_floor(wad).map_err(number_error(given.board))
    };
    let unsigned = |wad: U256| -> Result<Fx, Revert> {
        let wad = to_u128(wad).and_then(|wad| i128::try_from(wad).ok());
        from_wad_floor(wad.ok_or_else(|| out_of_range(given.board))?).map_err(number_error(given.board))
    };
    let slice = Slice {
        a: signed(given.aWad)?,
        b: unsigned(given.bWad)?,
        rho: signed(given.rhoWad)?,
        m: signed(given.mWad)?,
        sigma: unsigned(given.sigmaWad)?,
    };
    let gap = VolGap::from_fx_ceil(unsigned(given.gapWad)?).ok_or_else(|| out_of_range(given.board))?;
    Ok((slice, gap))
}

#[cfg(test)]
mod tests {
    use alloy_sol_types::SolStruct;

    use super::*;

    #[test]
    fn the_signed_type_is_that_of_the_interface() {
        assert_eq!(POST_TYPE, alloy_primitives::keccak256(SurfacePost::eip712_encode_type().as_bytes()));
        assert_eq!(SLICE_TYPE, alloy_primitives::keccak256(AbiSlice::eip712_encode_type().as_bytes()));
    }
}
