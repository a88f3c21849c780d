//! The surface: signed by its keepers and brought to the market.

use alloy_primitives::{B256, U256};
use alloy_signer_local::PrivateKeySigner;
use equipoise_data::Surface;
use equipoise_interfaces::Slice as AbiSlice;

use super::World;
use crate::deployment::SURFACE_THRESHOLD;
use crate::error::CliError;
use crate::keep::{post, slices_of, Observation, Road};
use crate::units::price_wad;

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
        let observed_at = u64::try_from(surface.observed_at.as_second()).unwrap_or_default();
        self.post_slices("post_surface", price_wad(surface.spot), observed_at, slices_of(surface, boards))
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
        let (market, seen) = (self.contracts.market, Observation { spot_wad, at: observed_at });
        let signers: Vec<_> = self.signers.iter().take(SURFACE_THRESHOLD.into()).cloned().collect();
        let road = Road::read(self, market, spot_wad, slices)?;
        Ok(post(self, label, market, seen, road, &signers)?)
    }
}
