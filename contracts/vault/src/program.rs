//! The program's door: decodes a call and hands over.

use alloy_primitives::{Address, U256, U64, U8};
use alloy_sol_types::SolCall;
use equipoise_interfaces::IVault::{
    allowanceCall, approveCall, balanceOfCall, claimDepositCall, claimRedeemCall, clearingCall, convertToAssetsCall,
    convertToSharesCall, decimalsCall, depositRequestCall, marketCall, nameCall, nextEpochCall, openEpochCall,
    processEpochCall, redeemRequestCall, requestDepositCall, requestRedeemCall, symbolCall, totalAssetsCall,
    totalSupplyCall, transferCall, transferFromCall,
};
use equipoise_interfaces::{AlreadyWired, IClearing, VaultAmountTooLarge, VaultCutSpacingOutOfRange, VaultInsolvent};
use equipoise_kit::lean::{answer, answer_text, enter, revert, unknown, view, Arguments, CONSTRUCTOR};
use equipoise_kit::number::{from_i128, from_u128, to_u128};
use equipoise_kit::{require_code, Revert};
use stylus_sdk::host::VM;
use stylus_sdk::prelude::*;
use stylus_sdk::ArbResult;

use crate::slots::Slots;

const NAME: &str = "Equipoise LP";
const SYMBOL: &str = "EQLP";
/// Shares are this many decimals finer than the token: see `VIRTUAL_SHARES`.
const EXTRA_DECIMALS: u8 = 6;
/// A request waits an hour at least.
const MIN_CUT_SPACING_SECS: u64 = 3_600;
/// A request waits four weeks at most.
const MAX_CUT_SPACING_SECS: u64 = 14 * 86_400;

/// The vault program.
#[storage]
pub struct Vault {
    pub(crate) slots: Slots,
}

// SAFETY: it is the one storage struct of the program.
unsafe impl TopLevelStorage for Vault {}

/// Runs one call.
#[entrypoint]
#[allow(clippy::needless_pass_by_value, reason = "the signature is the SDK's")]
fn run(input: Vec<u8>, vm: VM) -> ArbResult {
    let (mut vault, selector, given) = enter::<Vault>(&input, vm)?;
    vault.change(selector, given)
}

impl Vault {
    /// Functions that change state; all others go on to [`Vault::show`].
    fn change(&mut self, selector: [u8; 4], mut given: Arguments<'_>) -> ArbResult {
        match selector {
            requestDepositCall::SELECTOR => answer(&self.request_deposit(given.take()?)?),
            requestRedeemCall::SELECTOR => answer(&self.request_redeem(given.take()?)?),
            processEpochCall::SELECTOR => answer(&self.process_epoch()?),
            claimDepositCall::SELECTOR => answer(&self.claim_deposit(given.take()?)?),
            claimRedeemCall::SELECTOR => answer(&self.claim_redeem(given.take()?)?),
            transferCall::SELECTOR => {
                let from = self.vm().msg_sender();
                answer(&self.send_shares(from, given.take()?, given.take()?)?)
            }
            transferFromCall::SELECTOR => {
                let (from, to, value) = (given.take()?, given.take()?, given.take()?);
                self.spend_allowance(from, value)?;
                answer(&self.send_shares(from, to, value)?)
            }
            approveCall::SELECTOR => answer(&self.allow(given.take()?, given.take()?)),
            CONSTRUCTOR => answer(&self.construct(given.take()?, given.take()?, given.take()?)?),
            _ => self.show(selector, given),
        }
    }

    /// Views.
    fn show(&self, selector: [u8; 4], mut given: Arguments<'_>) -> ArbResult {
        match selector {
            openEpochCall::SELECTOR => answer(&self.open_epoch()),
            nextEpochCall::SELECTOR => answer(&self.next_epoch()),
            depositRequestCall::SELECTOR => {
                let (epoch, atoms) = self.slots.deposits.getter(given.take()?).get();
                answer(&(epoch, from_u128(atoms)))
            }
            redeemRequestCall::SELECTOR => {
                let (epoch, shares) = self.slots.redemptions.getter(given.take()?).get();
                answer(&(epoch, from_u128(shares)))
            }
            totalAssetsCall::SELECTOR => answer(&self.total_assets()?),
            convertToSharesCall::SELECTOR => answer(&self.convert_to_shares(given.take()?)?),
            convertToAssetsCall::SELECTOR => answer(&self.convert_to_assets(given.take()?)?),
            clearingCall::SELECTOR => answer(&self.slots.clearing.get()),
            marketCall::SELECTOR => answer(&self.slots.market.get()),
            nameCall::SELECTOR => answer_text(NAME),
            symbolCall::SELECTOR => answer_text(SYMBOL),
            decimalsCall::SELECTOR => answer(&self.token_decimals().saturating_add(EXTRA_DECIMALS)),
            totalSupplyCall::SELECTOR => answer(&from_u128(self.slots.supply())),
            balanceOfCall::SELECTOR => answer(&self.slots.balances.get(given.take()?)),
            allowanceCall::SELECTOR => answer(&self.slots.allowances.getter(given.take()?).get(given.take()?)),
            _ => unknown(selector),
        }
    }

    /// Starts a vault whose epochs cut every `cut_spacing_secs` of unix time. Once.
    /// # Errors: AlreadyWired, AddressIsZero, AddressHasNoCode, VaultCutSpacingOutOfRange
    fn construct(&mut self, clearing: Address, market: Address, cut_spacing_secs: u64) -> Result<(), Revert> {
        if !self.slots.clearing.get().is_zero() {
            return Err(revert(&AlreadyWired {}));
        }
        require_code(self.vm(), clearing)?;
        require_code(self.vm(), market)?;
        if !(MIN_CUT_SPACING_SECS..=MAX_CUT_SPACING_SECS).contains(&cut_spacing_secs) {
            return Err(revert(&VaultCutSpacingOutOfRange {
                spacingSecs: cut_spacing_secs,
                minSecs: MIN_CUT_SPACING_SECS,
                maxSecs: MAX_CUT_SPACING_SECS,
            }));
        }
        let decimals = view(self.vm(), clearing, &IClearing::tokenDecimalsCall {})?;
        self.slots.clearing.set(clearing);
        self.slots.market.set(market);
        self.slots.token_decimals.set(U8::from(decimals));
        self.slots.cut_spacing.set(U64::from(cut_spacing_secs));
        Ok(())
    }

    /// The net asset value at mid, zero if it is negative.
    /// # Errors: the market's own
    fn total_assets(&self) -> Result<U256, Revert> {
        let nav = self.value()?.snapshot.nav_atoms;
        Ok(from_u128(u128::try_from(nav).unwrap_or(0)))
    }

    /// What a deposit would get if it were priced now.
    /// # Rounding: down
    /// # Errors: VaultInsolvent, VaultAmountTooLarge, the market's own
    fn convert_to_shares(&self, assets_atoms: U256) -> Result<U256, Revert> {
        let snapshot = self.value()?.snapshot;
        if !snapshot.is_solvent() {
            return Err(revert(&VaultInsolvent { navAtoms: from_i128(snapshot.nav_atoms) }));
        }
        let shares = to_u128(assets_atoms).and_then(|atoms| snapshot.shares_for_down(atoms));
        shares.map(from_u128).ok_or_else(|| revert(&VaultAmountTooLarge { amount: assets_atoms }))
    }

    /// What a redemption would get if it were priced now and filled.
    /// # Rounding: down
    /// # Errors: VaultAmountTooLarge, the market's own
    fn convert_to_assets(&self, shares: U256) -> Result<U256, Revert> {
        let snapshot = self.value()?.snapshot;
        let atoms = to_u128(shares).and_then(|shares| snapshot.assets_for_down(shares));
        atoms.map(from_u128).ok_or_else(|| revert(&VaultAmountTooLarge { amount: shares }))
    }

    /// The token's decimals.
    pub(crate) fn token_decimals(&self) -> u8 {
        self.slots.token_decimals.get().to()
    }
}
