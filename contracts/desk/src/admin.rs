//! What the owner tunes.

use alloy_primitives::U256;
use alloy_sol_types::SolEvent;
use equipoise_interfaces::words::write_array;
use equipoise_interfaces::{MarginParametersSet, MarketParameterCount, MarketParameterNotWhole, ParametersSet};
use equipoise_kit::lean::{emit, revert};
use equipoise_kit::number::{from_u128, to_u128};
use equipoise_kit::Revert;
use equipoise_market_state::errors::{margin_parameter_error, parameter_error};
use equipoise_market_state::layout::{encode_margin_parameters, encode_parameters};
use equipoise_market_state::store::Place;
use equipoise_risk::margin::MarginParameters;
use equipoise_risk::parameters::{Parameters, MILLIONTH_WAD};
use stylus_sdk::prelude::*;

use crate::program::Desk;

impl Desk {
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
