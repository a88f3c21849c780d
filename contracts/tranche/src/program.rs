//! The program's door: decodes a call and hands over.

use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::SolCall;
use equipoise_interfaces::ITranche::{
    allowanceCall, approveCall, assetCall, balanceOfCall, balanceOfSeriesCall, cancelDepositRequestCall,
    cancelRedeemRequestCall, claimCancelDepositRequestCall, claimableCancelDepositRequestCall,
    claimableDepositRequestCall, claimableRedeemRequestCall, collectCall, convertToAssetsCall, convertToSharesCall,
    coreCall, decimalsCall, depositRequestCall, deposit_0Call, deposit_1Call, isOperatorCall, isSeniorCall,
    maxDepositCall, maxMintCall, maxRedeemCall, maxWithdrawCall, mint_0Call, mint_1Call, nameCall, noncesCall,
    pendingCall, pendingDepositRequestCall, pendingRedeemRequestCall, permitCall, previewDepositCall, previewMintCall,
    previewRedeemCall, previewWithdrawCall, redeemCall, redeemRequestCall, requestDepositCall, requestRedeemCall,
    seriesCall, setOperatorCall, settleEpochCall, shareCall, startSeriesCall, supportsInterfaceCall, symbolCall,
    totalAssetsCall, totalSupplyCall, transferCall, transferFromCall, vaultCall, withdrawCall, DOMAIN_SEPARATORCall,
};
use equipoise_interfaces::{AlreadyWired, IClearing, IVault, TranchePreviewUnavailable};
use equipoise_kit::lean::{answer, answer_text, enter, revert, unknown, view, Arguments, CONSTRUCTOR};
use equipoise_kit::number::from_u128;
use equipoise_kit::{require_code, Revert};
use stylus_sdk::host::VM;
use stylus_sdk::prelude::*;
use stylus_sdk::ArbResult;

use crate::parts::Claim;
use crate::slots::Slots;

/// Shares are this many decimals finer than the token: see `VIRTUAL_SHARES`.
const EXTRA_DECIMALS: u64 = 6;

/// The tranche program.
#[storage]
pub struct Tranche {
    pub(crate) slots: Slots,
}

// SAFETY: it is the one storage struct of the program.
unsafe impl TopLevelStorage for Tranche {}

/// Runs one call.
#[entrypoint]
#[allow(clippy::needless_pass_by_value, reason = "the signature is the SDK's")]
fn run(input: Vec<u8>, vm: VM) -> ArbResult {
    let (mut tranche, selector, given) = enter::<Tranche>(&input, vm)?;
    tranche.change(selector, given)
}

impl Tranche {
    /// Functions of requests and of the vault program; all others go on to [`Tranche::claim`].
    fn change(&mut self, selector: [u8; 4], mut given: Arguments<'_>) -> ArbResult {
        match selector {
            requestDepositCall::SELECTOR => {
                answer(&self.request_deposit(given.take()?, given.take()?, given.take()?)?)
            }
            requestRedeemCall::SELECTOR => answer(&self.request_redeem(given.take()?, given.take()?, given.take()?)?),
            cancelDepositRequestCall::SELECTOR => answer(&self.cancel_deposit(given.take()?, given.take()?)?),
            cancelRedeemRequestCall::SELECTOR => answer(&self.cancel_redeem(given.take()?, given.take()?)?),
            settleEpochCall::SELECTOR => answer(&self.settle_epoch(given.take()?, &given.take()?, given.take()?)?),
            startSeriesCall::SELECTOR => answer(&self.start_series()?),
            setOperatorCall::SELECTOR => {
                self.require_unlocked()?;
                answer(&self.set_operator(given.take()?, given.take()?))
            }
            CONSTRUCTOR => answer(&self.construct(given.take()?, given.take()?)?),
            _ => self.claim(selector, given),
        }
    }

    /// Claims; all other functions go on to [`Tranche::token`].
    fn claim(&mut self, selector: [u8; 4], mut given: Arguments<'_>) -> ArbResult {
        let sender = self.vm().msg_sender();
        match selector {
            deposit_0Call::SELECTOR => {
                let (amount, receiver) = (given.take()?, given.take()?);
                answer(&shares(self.claim_deposit(amount, (receiver, sender), Claim::take_assets_down)?))
            }
            deposit_1Call::SELECTOR => {
                let (amount, parties) = (given.take()?, (given.take()?, given.take()?));
                answer(&shares(self.claim_deposit(amount, parties, Claim::take_assets_down)?))
            }
            mint_0Call::SELECTOR => {
                let (amount, receiver) = (given.take()?, given.take()?);
                answer(&assets(self.claim_deposit(amount, (receiver, sender), Claim::take_shares_up)?))
            }
            mint_1Call::SELECTOR => {
                let (amount, parties) = (given.take()?, (given.take()?, given.take()?));
                answer(&assets(self.claim_deposit(amount, parties, Claim::take_shares_up)?))
            }
            redeemCall::SELECTOR => {
                let (amount, parties) = (given.take()?, (given.take()?, given.take()?));
                answer(&assets(self.claim_redeem(amount, parties, Claim::take_shares_down)?))
            }
            withdrawCall::SELECTOR => {
                let (amount, parties) = (given.take()?, (given.take()?, given.take()?));
                answer(&shares(self.claim_redeem(amount, parties, Claim::take_assets_up)?))
            }
            claimCancelDepositRequestCall::SELECTOR => {
                let _: U256 = given.take()?;
                answer(&self.claim_returned(given.take()?, given.take()?)?)
            }
            collectCall::SELECTOR => {
                self.require_unlocked()?;
                answer(&self.collect(given.take()?)?)
            }
            _ => self.token(selector, given),
        }
    }

    /// The token's functions that change state; all others go on to [`Tranche::show`].
    fn token(&mut self, selector: [u8; 4], mut given: Arguments<'_>) -> ArbResult {
        let sender = self.vm().msg_sender();
        match selector {
            transferCall::SELECTOR => answer(&self.send_shares(sender, given.take()?, given.take()?)?),
            transferFromCall::SELECTOR => {
                let (from, to, value) = (given.take()?, given.take()?, given.take()?);
                self.spend_allowance(from, value)?;
                answer(&self.send_shares(from, to, value)?)
            }
            approveCall::SELECTOR | permitCall::SELECTOR => {
                self.require_unlocked()?;
                if selector == permitCall::SELECTOR {
                    return answer(&self.permit(&mut given)?);
                }
                answer(&self.allow(sender, given.take()?, given.take()?))
            }
            _ => self.show(selector, given),
        }
    }

    /// Views of requests and claims; all others go on to [`Tranche::describe`].
    fn show(&self, selector: [u8; 4], mut given: Arguments<'_>) -> ArbResult {
        match selector {
            pendingCall::SELECTOR => answer(&self.pending()),
            pendingDepositRequestCall::SELECTOR | claimableDepositRequestCall::SELECTOR => {
                let (id, controller) = (given.take()?, given.take()?);
                let request = self.deposit_request(controller);
                if selector == pendingDepositRequestCall::SELECTOR {
                    return answer(&self.pending_of(request, id));
                }
                answer(&Self::under_id(request, id, self.claimable_deposit(controller).assets))
            }
            pendingRedeemRequestCall::SELECTOR | claimableRedeemRequestCall::SELECTOR => {
                let (id, controller) = (given.take()?, given.take()?);
                let request = self.redeem_request(controller);
                if selector == pendingRedeemRequestCall::SELECTOR {
                    return answer(&self.pending_of(request, id));
                }
                answer(&Self::under_id(request, id, self.claimable_redeem(controller).shares))
            }
            claimableCancelDepositRequestCall::SELECTOR => {
                let (id, controller) = (given.take()?, given.take()?);
                let request = self.deposit_request(controller);
                answer(&Self::under_id(request, id, self.claimable_returned(controller)))
            }
            maxDepositCall::SELECTOR => answer(&assets(self.claimable_deposit(given.take()?))),
            maxMintCall::SELECTOR => answer(&shares(self.claimable_deposit(given.take()?))),
            maxRedeemCall::SELECTOR => answer(&shares(self.claimable_redeem(given.take()?))),
            maxWithdrawCall::SELECTOR => answer(&assets(self.claimable_redeem(given.take()?))),
            depositRequestCall::SELECTOR => {
                let request = self.deposit_request(given.take()?);
                answer(&(request.epoch, from_u128(request.amount)))
            }
            redeemRequestCall::SELECTOR => {
                let request = self.redeem_request(given.take()?);
                answer(&(request.epoch, from_u128(request.amount)))
            }
            isOperatorCall::SELECTOR => answer(&self.is_operator(given.take()?, given.take()?)),
            previewDepositCall::SELECTOR
            | previewMintCall::SELECTOR
            | previewRedeemCall::SELECTOR
            | previewWithdrawCall::SELECTOR => Err(revert(&TranchePreviewUnavailable {})),
            _ => self.describe(selector, given),
        }
    }

    /// Views of the tranche and its token.
    fn describe(&self, selector: [u8; 4], mut given: Arguments<'_>) -> ArbResult {
        match selector {
            totalAssetsCall::SELECTOR => answer(&self.total_assets()?),
            convertToSharesCall::SELECTOR => answer(&self.convert_to_shares(given.take()?)?),
            convertToAssetsCall::SELECTOR => answer(&self.convert_to_assets(given.take()?)?),
            assetCall::SELECTOR => answer(&self.slots.token.address()),
            shareCall::SELECTOR => answer(&self.vm().contract_address()),
            vaultCall::SELECTOR => answer(&self.vault_of(given.take()?)),
            supportsInterfaceCall::SELECTOR => {
                let word: B256 = given.take()?;
                let id = word.first_chunk().map_or(0, |bytes| u32::from_be_bytes(*bytes));
                answer(&Self::supports(id))
            }
            coreCall::SELECTOR => answer(&self.slots.core.address()),
            isSeniorCall::SELECTOR => answer(&self.slots.is_senior()),
            seriesCall::SELECTOR => answer(&self.slots.series()),
            nameCall::SELECTOR => answer_text(self.name()),
            symbolCall::SELECTOR => answer_text(self.symbol()),
            decimalsCall::SELECTOR => answer(&self.slots.setting()[1].saturating_add(EXTRA_DECIMALS)),
            totalSupplyCall::SELECTOR => answer(&from_u128(self.slots.supply())),
            balanceOfCall::SELECTOR => answer(&self.balance(self.slots.series(), given.take()?)),
            balanceOfSeriesCall::SELECTOR => answer(&self.balance(given.take()?, given.take()?)),
            allowanceCall::SELECTOR => answer(&self.allowance(given.take()?, given.take()?)),
            noncesCall::SELECTOR => answer(&self.nonce(given.take()?)),
            DOMAIN_SEPARATORCall::SELECTOR => answer(&self.domain_separator()),
            _ => unknown(selector),
        }
    }

    /// Starts a tranche of a vault. Once.
    /// # Errors: AlreadyWired, AddressIsZero, AddressHasNoCode, the vault program's and the clearing house's own
    fn construct(&mut self, core: Address, is_senior: bool) -> Result<(), Revert> {
        if !self.slots.core.address().is_zero() {
            return Err(revert(&AlreadyWired {}));
        }
        require_code(self.vm(), core)?;
        let clearing = view(self.vm(), core, &IVault::clearingCall {})?;
        let spacing = view(self.vm(), core, &IVault::cutSpacingSecsCall {})?;
        let token = view(self.vm(), clearing, &IClearing::tokenCall {})?;
        let decimals = view(self.vm(), clearing, &IClearing::tokenDecimalsCall {})?;
        self.slots.core.set_address(core);
        self.slots.token.set_address(token);
        self.slots.set_setting(clearing, is_senior, spacing, decimals);
        Ok(())
    }
}

fn assets(claim: Claim) -> U256 {
    from_u128(claim.assets)
}

fn shares(claim: Claim) -> U256 {
    from_u128(claim.shares)
}
