//! The surface: signed by its keepers and brought to the market.

use alloy_primitives::{Bytes, B256, U256};
use alloy_signer::SignerSync;
use alloy_signer_local::PrivateKeySigner;
use alloy_sol_types::{eip712_domain, SolStruct};
use equipoise_data::{year_fraction, Slice, Surface, Timestamp};
use equipoise_interfaces::{IMarket, Slice as AbiSlice, SurfacePost, SurfaceSignature};

use super::World;
use crate::deployment::SURFACE_THRESHOLD;
use crate::error::CliError;
use crate::units::{price_wad, signed_wad, unsigned_wad};

/// How long what they sign may be brought to the market.
const VALID_SECS: u64 = 300;
/// Added to the total variance of each slice beyond the one before. Slices that touch each other stay in order when
/// the market rounds their parameters to 2^-40.
const CALENDAR_CUSHION: f64 = 1e-10;

/// Signers by rising address, as the market wants them.
pub(super) fn signers_of(keys: &[B256]) -> Result<Vec<PrivateKeySigner>, CliError> {
    let mut signers = keys
        .iter()
        .map(PrivateKeySigner::from_bytes)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|_| CliError::KeeperKey)?;
    signers.sort_by_key(PrivateKeySigner::address);
    Ok(signers)
}

impl World {
    /// Posts the slices of a surface for the given boards (id and expiry), observed at the surface's moment.
    /// # Errors: [`CliError::Reverted`]
    pub fn post_surface(&mut self, surface: &Surface, boards: &[(u16, u64)]) -> Result<(), CliError> {
        let place = |slice: &Slice| {
            let expiry = u64::try_from(slice.expiry.as_second()).unwrap_or_default();
            boards.iter().find(|(_, other)| *other == expiry).map(|(id, _)| *id)
        };
        let listed = surface.slices.iter().filter_map(|slice| Some((place(slice)?, slice)));
        let slices = listed.enumerate().map(|(rank, (board, slice))| {
            let cushion = CALENDAR_CUSHION * rank as f64;
            annualised(board, slice, surface.observed_at, cushion)
        });
        let slices = slices.collect();
        let observed_at = u64::try_from(surface.observed_at.as_second()).unwrap_or_default();
        self.post_slices("post_surface", price_wad(surface.spot), observed_at, slices)
    }

    /// Posts slices by rising expiry, or where a step would be too far what lies on the way: as many keepers as must
    /// sign them.
    /// # Errors: [`CliError::SurfaceStuck`], [`CliError::Reverted`]
    pub fn post_slices(
        &mut self,
        label: &'static str,
        spot_wad: U256,
        observed_at: u64,
        slices: Vec<AbiSlice>,
    ) -> Result<(), CliError> {
        let market = self.contracts.market;
        let slices = self.within_step(spot_wad, slices)?;
        let sequence = self.view(market, &IMarket::surfaceStepsCall {})?.sequence.saturating_add(1);
        let valid_until = observed_at.max(self.chain().timestamp()).saturating_add(VALID_SECS);
        let post =
            SurfacePost { sequence, observedAt: observed_at, validUntil: valid_until, spotWad: spot_wad, slices };
        let signatures = self.sign(&post)?;
        self.send(label, self.keeper, market, &IMarket::postSurfaceCall { post, signatures })?;
        Ok(())
    }

    fn sign(&self, post: &SurfacePost) -> Result<Vec<SurfaceSignature>, CliError> {
        let domain = eip712_domain! {
            name: "Equipoise Market",
            version: "1",
            chain_id: self.chain().chain_id(),
            verifying_contract: self.contracts.market,
        };
        let digest = post.eip712_signing_hash(&domain);
        let sign = |signer: &PrivateKeySigner| {
            let signature = signer.sign_hash_sync(&digest).map_err(|_| CliError::KeeperKey)?;
            Ok(SurfaceSignature { keeper: signer.address(), signature: Bytes::from(signature.as_bytes()) })
        };
        self.signers.iter().take(SURFACE_THRESHOLD.into()).map(sign).collect()
    }
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
