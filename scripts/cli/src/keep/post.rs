//! A surface in the market's form, signed by its keepers and brought.

use alloy_primitives::{Address, Bytes, U256};
use alloy_signer::SignerSync;
use alloy_signer_local::PrivateKeySigner;
use alloy_sol_types::{eip712_domain, SolStruct};
use equipoise_data::{year_fraction, Slice, Surface, Timestamp};
use equipoise_interfaces::{IMarket, Slice as AbiSlice, SurfacePost, SurfaceSignature};

use super::client::Client;
use super::error::KeepError;
use super::follow::Road;
use crate::units::{signed_wad, unsigned_wad};

/// How long what they sign may be brought to the market.
const VALID_SECS: u64 = 300;
/// Added to the total variance of each slice beyond the one before. Slices that touch each other stay in order when
/// the market rounds their parameters to 2^-40.
const CALENDAR_CUSHION: f64 = 1e-10;

/// The slices of a surface for the boards that it has, each an id and an expiry.
pub fn slices_of(surface: &Surface, boards: &[(u16, u64)]) -> Vec<AbiSlice> {
    let place = |slice: &Slice| {
        let expiry = u64::try_from(slice.expiry.as_second()).unwrap_or_default();
        boards.iter().find(|(_, other)| *other == expiry).map(|(id, _)| *id)
    };
    let listed = surface.slices.iter().filter_map(|slice| Some((place(slice)?, slice)));
    let slices = listed.enumerate().map(|(rank, (board, slice))| {
        let cushion = CALENDAR_CUSHION * rank as f64;
        annualised(board, slice, surface.observed_at, cushion)
    });
    slices.collect()
}

/// A slice of total variance as the market takes it: annualised.
fn annualised(board: u16, slice: &Slice, now: Timestamp, cushion: f64) -> AbiSlice {
    let years = year_fraction(now, slice.expiry);
    AbiSlice {
        board,
        forwardWad: unsigned_wad(slice.forward),
        aWad: signed_wad((slice.a + cushion) / years),
        bWad: unsigned_wad(slice.b / years),
        rhoWad: signed_wad(slice.rho),
        mWad: signed_wad(slice.m),
        sigmaWad: unsigned_wad(slice.sigma),
        gapWad: U256::ZERO,
    }
}

/// What is observed of a market: its spot price, and when.
#[derive(Clone, Copy, Debug)]
pub struct Observation {
    /// The spot price.
    pub spot_wad: U256,
    /// When.
    pub at: u64,
}

/// Signs where the road leads and brings it to the market.
/// # Inputs: as many signers as must sign, by rising address
/// # Errors: [`KeepError::SurfaceStuck`], [`KeepError::Reverted`], the connection's
pub fn post(
    client: &mut dyn Client,
    label: &'static str,
    market: Address,
    seen: Observation,
    road: Road,
    signers: &[PrivateKeySigner],
) -> Result<(), KeepError> {
    let sequence = road.sequence.saturating_add(1);
    let valid_until = seen.at.max(client.now()?).saturating_add(VALID_SECS);
    let post = SurfacePost {
        sequence,
        observedAt: seen.at,
        validUntil: valid_until,
        spotWad: seen.spot_wad,
        slices: road.slices()?,
    };
    let signatures = sign(client.chain_id()?, market, &post, signers)?;
    client.send(label, market, &IMarket::postSurfaceCall { post, signatures })?;
    Ok(())
}

fn sign(
    chain_id: u64,
    market: Address,
    post: &SurfacePost,
    signers: &[PrivateKeySigner],
) -> Result<Vec<SurfaceSignature>, KeepError> {
    let domain = eip712_domain! {
        name: "Equipoise Market",
        version: "1",
        chain_id: chain_id,
        verifying_contract: market,
    };
    let digest = post.eip712_signing_hash(&domain);
    let sign = |signer: &PrivateKeySigner| {
        let signature = signer.sign_hash_sync(&digest).map_err(|_| KeepError::SurfaceKey)?;
        Ok(SurfaceSignature { keeper: signer.address(), signature: Bytes::from(signature.as_bytes()) })
    };
    signers.iter().map(sign).collect()
}
