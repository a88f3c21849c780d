//! The desk's door: decodes a call, checks who makes it, and hands it over.

use alloy_primitives::{Address, B256, I256, U256};
use alloy_sol_types::SolCall;
use equipoise_interfaces::IDesk::countMatchedCall;
use equipoise_interfaces::IHedged::{hedgeCall, hedgerCall, inventoryCall, wireHedgerCall};
use equipoise_interfaces::ILearning::{learnCall, learningCall, setLearningCall};
use equipoise_interfaces::IMarket::{
    acceptOwnershipCall, accountBoardsCall, boardCall, liveBoardsCall, marginParametersCall, matchedInterestCall,
    oracleCall, ownerCall, parametersCall, positionsCall, recordLpFlowCall, setMarginParametersCall, setParametersCall,
    settleAccountCall, sliceCall, strikesCall, transferLongsCall, transferOwnershipCall, wireCall,
};
use equipoise_interfaces::ITuned::{nameRegistryCall, registryCall};
use equipoise_interfaces::IUnderwritten::{underwriterCall, wireUnderwriterCall};
use equipoise_interfaces::{AlreadyWired, IClearing, MarketNumberOutOfDomain};
use equipoise_kit::lean::{answer, answer_array, delegate, only, open, revert, unknown, view, Arguments, CONSTRUCTOR};
use equipoise_kit::lock::require_unlocked;
use equipoise_kit::ownership::Ownership;
use equipoise_kit::{registry, require_code, Revert};
use equipoise_market_state::convert::atoms;
use equipoise_market_state::errors::pricing_error;
use equipoise_market_state::layout::{
    decode_margin_parameters, decode_parameters, encode_margin_parameters, encode_parameters,
};
use equipoise_market_state::store::{fits, Place, Store, PROGRAMS};
use equipoise_risk::margin::MarginParameters;
use equipoise_risk::parameters::Parameters;
use equipoise_risk::units::TokenScale;
use stylus_sdk::host::VM;
use stylus_sdk::prelude::*;
use stylus_sdk::storage::StorageType;
use stylus_sdk::ArbResult;

use crate::transfer::transfer_longs;
use crate::views::wads_of;

/// Binary shift of strikes at most: the mantissa has 32 bits.
const MAX_STRIKE_SHIFT: u8 = 32;

/// The desk, on the market's storage.
pub struct Desk {
    pub(crate) ownership: Ownership,
    pub(crate) store: Store,
}

/// Runs one call. No function takes ether.
#[entrypoint]
#[allow(clippy::needless_pass_by_value, reason = "the signature that the SDK calls")]
fn run(input: Vec<u8>, vm: VM) -> ArbResult {
    let (selector, given) = open(&input, &vm)?;
    // SAFETY: ownership has a namespace of its own, and this is its one handle.
    let ownership = unsafe { Ownership::new(U256::ZERO, 0, vm.clone()) };
    let mut desk = Desk { ownership, store: Store::new(vm) };
    match selector {
        inventoryCall::SELECTOR
        | wireHedgerCall::SELECTOR
        | hedgeCall::SELECTOR
        | hedgerCall::SELECTOR
        | learnCall::SELECTOR
        | learningCall::SELECTOR
        | setLearningCall::SELECTOR => {
            let appraiser = desk.store.wired(Place::Appraiser)?;
            delegate(&mut desk.store, appraiser, &input)
        }
        _ => desk.change(selector, given),
    }
}

impl Desk {
    /// Functions that change state; all others go on to [`Desk::show`].
    fn change(&mut self, selector: [u8; 4], mut given: Arguments<'_>) -> ArbResult {
        match selector {
            settleAccountCall::SELECTOR => answer(&self.settle_account(given.take()?, given.take()?)?),
            transferLongsCall::SELECTOR => {
                let [from, to]: [B256; 2] = given.take()?;
                answer(&transfer_longs(&mut self.store, from, to, &given.take_array()?)?)
            }
            setParametersCall::SELECTOR => {
                registry::require(self.store.vm(), &self.ownership)?;
                answer(&self.replace_parameters(&given.take_array()?)?)
            }
            setMarginParametersCall::SELECTOR => {
                registry::require(self.store.vm(), &self.ownership)?;
                answer(&self.replace_margin_parameters(&given.take_array()?)?)
            }
            nameRegistryCall::SELECTOR => answer(&registry::name(self.store.vm(), &self.ownership, given.take()?)?),
            wireCall::SELECTOR => {
                self.ownership.only_owner()?;
                answer(&self.wire(given.take()?)?)
            }
            wireUnderwriterCall::SELECTOR => answer(&self.wire_underwriter(given.take()?)?),
            transferOwnershipCall::SELECTOR => answer(&self.ownership.offer(given.take()?)?),
            acceptOwnershipCall::SELECTOR => answer(&self.ownership.accept()?),
            CONSTRUCTOR => {
                let _programs: [Address; PROGRAMS] = given.take()?;
                answer(&self.construct(given.take()?, given.take()?)?)
            }
            countMatchedCall::SELECTOR => answer(&self.count_matched(given.take()?, given.take()?, given.take()?)?),
            recordLpFlowCall::SELECTOR => answer(&self.follow_lps(given.take()?)?),
            _ => self.show(selector, given),
        }
    }

    /// Views.
    fn show(&self, selector: [u8; 4], mut given: Arguments<'_>) -> ArbResult {
        match selector {
            liveBoardsCall::SELECTOR => answer_array(&self.show_live_boards()),
            boardCall::SELECTOR => answer(&self.show_board(given.take()?)?),
            sliceCall::SELECTOR => answer(&self.show_slice(given.take()?)?),
            strikesCall::SELECTOR => answer_array(&self.show_strikes(given.take()?)?),
            positionsCall::SELECTOR => answer_array(&self.show_positions(given.take()?, given.take()?)?),
            accountBoardsCall::SELECTOR => answer_array(&self.show_account_boards(given.take()?)),
            parametersCall::SELECTOR => {
                answer_array(&wads_of(&decode_parameters(&self.store.parameters()).all_millionths()))
            }
            marginParametersCall::SELECTOR => {
                let parameters = decode_margin_parameters(&self.store.get(Place::MarginParameters));
                answer_array(&wads_of(&parameters.all_millionths()))
            }
            matchedInterestCall::SELECTOR => answer(&self.show_matched()),
            registryCall::SELECTOR => answer(&registry::named(self.store.vm())),
            oracleCall::SELECTOR => answer(&self.store.address(Place::Oracle)),
            underwriterCall::SELECTOR => answer(&self.store.address(Place::Underwriter)),
            ownerCall::SELECTOR => answer(&self.ownership.owner()),
            _ => unknown(selector),
        }
    }

    /// Starts a market whose strikes are whole multiples of `2^-strike_shift`. Once.
    /// # Errors: AlreadyWired, AddressIsZero, MarketNumberOutOfDomain
    fn construct(&mut self, owner: Address, strike_shift: u8) -> Result<(), Revert> {
        if !self.ownership.owner().is_zero() {
            return Err(revert(&AlreadyWired {}));
        }
        if strike_shift > MAX_STRIKE_SHIFT {
            return Err(revert(&MarketNumberOutOfDomain { board: 0 }));
        }
        self.ownership.begin(owner)?;
        self.store.set_scales(0, strike_shift);
        self.store.set_parameters(encode_parameters(&Parameters::default()));
        self.store.set(Place::MarginParameters, encode_margin_parameters(&MarginParameters::default()));
        Ok(())
    }

    /// Names the other programs. Once.
    /// # Errors: AlreadyWired, AddressHasNoCode, MarketNumberOutOfDomain
    fn wire(&mut self, programs: [Address; 3]) -> Result<(), Revert> {
        if !self.store.address(Place::Clearing).is_zero() {
            return Err(revert(&AlreadyWired {}));
        }
        for program in programs {
            require_code(self.store.vm(), program)?;
        }
        let [oracle, clearing, vault] = programs;
        let decimals = view(self.store.vm(), clearing, &IClearing::tokenDecimalsCall {})?;
        if TokenScale::from_decimals(decimals).is_none() {
            return Err(revert(&MarketNumberOutOfDomain { board: 0 }));
        }
        self.store.set_scales(decimals, self.store.scales().1);
        let places = [(Place::Oracle, oracle), (Place::Clearing, clearing), (Place::Vault, vault)];
        for (place, address) in places {
            self.store.set_address(place, address);
        }
        Ok(())
    }

    /// Follows what LPs put in or take out. Vault program only.
    /// # Errors: CallerNotAllowed, MarketNumberOutOfDomain
    fn follow_lps(&mut self, flow_atoms: I256) -> Result<(), Revert> {
        only(self.store.vm(), self.store.address(Place::Vault))?;
        let flow = self.store.scale()?.money_floor(atoms(flow_atoms)?).map_err(pricing_error)?;
        let mut frozen = self.store.frozen();
        frozen.capital = frozen.capital.after_lp_flow(flow).map_err(pricing_error)?;
        let slot = fits(frozen.encode(), 0)?;
        self.store.set(Place::Frozen, slot);
        Ok(())
    }

    /// Names the program that brings makers, once. Owner only.
    /// # Errors: CallerNotOwner, NotWired, ProgramsLocked, AlreadyWired, AddressIsZero, AddressHasNoCode
    pub(crate) fn wire_underwriter(&mut self, underwriter: Address) -> Result<(), Revert> {
        self.ownership.only_owner()?;
        require_unlocked(self.store.vm(), self.store.wired(Place::Clearing)?)?;
        self.store.name_once(Place::Underwriter, underwriter)
    }
}
