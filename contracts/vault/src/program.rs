//! The program's door: decodes a call and hands over.

use alloy_primitives::aliases::U80;
use alloy_primitives::U256;
use alloy_sol_types::SolCall;
use equipoise_interfaces::Allocation;
use equipoise_interfaces::ITuned::{nameRegistryCall, registryCall};
use equipoise_interfaces::IVault::{
    acceptOwnershipCall, accrueCall, allocationsCall, claimCall, clearingCall, cutSpacingSecsCall, feesAtomsCall,
    juniorCall, navCall, nextEpochCall, openEpochCall, ownerCall, payFeesCall, processEpochCall, seniorCall,
    setTermsCall, termsCall, trancheValueCall, transferOwnershipCall, wireCall,
};
use equipoise_kit::lean::{answer, answer_array, enter, unknown, Arguments, CONSTRUCTOR};
use equipoise_kit::number::{from_i128, from_u128};
use equipoise_kit::ownership::Ownership;
use equipoise_kit::{registry, Revert};
use equipoise_risk::waterfall::Split;
use stylus_sdk::host::VM;
use stylus_sdk::prelude::*;
use stylus_sdk::ArbResult;

use crate::plan::unsigned;
use crate::processing::claim_of;
use crate::slots::Slots;

/// The vault program.
#[storage]
pub struct Vault {
    pub(crate) ownership: Ownership,
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
            processEpochCall::SELECTOR => answer(&self.process_epoch(&given.take_array::<U80>()?)?),
            accrueCall::SELECTOR => answer(&self.accrue()?),
            payFeesCall::SELECTOR => answer(&self.pay_fees()?),
            wireCall::SELECTOR => {
                let tranches = [given.take()?, given.take()?];
                answer(&self.wire(tranches, &given.take_array::<Allocation>()?)?)
            }
            setTermsCall::SELECTOR => answer(&self.set_terms(&given.take()?)?),
            nameRegistryCall::SELECTOR => answer(&registry::name(self.vm(), &self.ownership, given.take()?)?),
            transferOwnershipCall::SELECTOR | acceptOwnershipCall::SELECTOR => {
                self.require_unlocked()?;
                if selector == acceptOwnershipCall::SELECTOR {
                    return answer(&self.ownership.accept()?);
                }
                answer(&self.ownership.offer(given.take()?)?)
            }
            CONSTRUCTOR => answer(&self.construct(given.take()?, given.take()?, given.take()?)?),
            _ => self.show(selector, given),
        }
    }

    /// Views.
    fn show(&self, selector: [u8; 4], mut given: Arguments<'_>) -> ArbResult {
        match selector {
            openEpochCall::SELECTOR => answer(&self.open_epoch()),
            nextEpochCall::SELECTOR => answer(&self.next_epoch()?),
            navCall::SELECTOR => {
                let survey = self.survey(None)?;
                let worth = survey.worth;
                let sides =
                    [worth.uncertainty, worth.reserve, worth.redeemable].map(|atoms| from_u128(unsigned(atoms)));
                let state = (survey.price_at, survey.is_settlement_pending);
                answer(&(from_i128(worth.nav.count()), sides, state))
            }
            trancheValueCall::SELECTOR => answer(&self.tranche_value(given.take()?)?),
            claimCall::SELECTOR => {
                let (_, capital) = self.present()?;
                let waterfall = capital.waterfall;
                answer(&(claim_of(&capital), waterfall.was_covered, waterfall.junior_series))
            }
            termsCall::SELECTOR => answer(&self.slots.terms()),
            allocationsCall::SELECTOR => answer_array(&self.allocation_list()),
            feesAtomsCall::SELECTOR => answer(&from_u128(self.slots.fees())),
            cutSpacingSecsCall::SELECTOR => answer(&self.cut_spacing()),
            clearingCall::SELECTOR => answer(&self.slots.clearing.address()),
            seniorCall::SELECTOR => answer(&self.slots.tranche(true)),
            juniorCall::SELECTOR => answer(&self.slots.tranche(false)),
            registryCall::SELECTOR => answer(&registry::named(self.vm())),
            ownerCall::SELECTOR => answer(&self.ownership.owner()),
            _ => unknown(selector),
        }
    }

    /// What a tranche is worth now: at the mid, to who leaves, to who enters.
    /// # Errors: VaultNumberOutOfRange, the markets' own
    fn tranche_value(&self, is_senior: bool) -> Result<[U256; 3], Revert> {
        let (survey, capital) = self.present()?;
        let sides = capital.sides(&survey.worth).map_err(|_| survey.out_of_range())?;
        let of = |split: Split| from_u128(unsigned(if is_senior { split.senior } else { split.junior }));
        Ok([of(sides.mid), of(sides.bid), of(sides.ask)])
    }

    /// The smallest deposit: one token, of the 18 decimals at most that the clearing house takes.
    pub(crate) fn min_deposit_atoms(&self) -> u128 {
        10u64.saturating_pow(u32::try_from(self.slots.setting()[1]).unwrap_or(0)).into()
    }
}
