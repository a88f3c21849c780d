//! The program: whom it borrows for, and where.

use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::SolCall;
use equipoise_interfaces::words::{decode, read_bytes, ToWords, WORD};
use equipoise_interfaces::ILender::{
    borrowCall, disregardCall, healthCall, hedgerCall, poolCall, positionCall, repayCall, tokensCall,
};
use equipoise_interfaces::IVenue::isPassedOnCall;
use equipoise_interfaces::{
    AlreadyWired, IAavePool, IClearing, IHedger, LenderCollateralNeeded, LenderHealthTooLow, LenderPoolRefused,
    LenderReserveMissing, IERC20,
};
use equipoise_kit::lean::{
    answer, call_bytes, encode, enter, failed, only, revert, unknown, view, view_bytes, Arguments, CONSTRUCTOR,
};
use equipoise_kit::storage::{namespace_root, Namespace, Namespaced, Word};
use equipoise_kit::token::{approve, transfer};
use equipoise_kit::{require_code, Revert};
use stylus_sdk::host::VM;
use stylus_sdk::prelude::*;
use stylus_sdk::ArbResult;

/// The least health factor after borrowing and withdrawing, 1.3: the collateral would still do if the underlying rose at once to
/// 1.3 times its price, the highest of the prices that the vault's risk is measured at. Liquidation costs more than any trade.
const LEAST_HEALTH_WAD: U256 = U256::from_limbs([1_300_000_000_000_000_000, 0, 0, 0]);
/// Aave's number for debt at a variable rate.
const VARIABLE: U256 = U256::from_limbs([2, 0, 0, 0]);
/// How an error that is a text begins: the selector of `Error(string)`.
const TEXT_ERROR: [u8; 4] = [0x08, 0xc3, 0x79, 0xa0];

/// Where the lender's storage begins.
pub struct LenderSpace;

impl Namespace for LenderSpace {
    const ROOT: U256 = namespace_root("equipoise.lender");
}

/// Whom it borrows for, where, and the tokens: the two that move, and the pool's two whose balances are the position.
#[storage]
pub struct LenderSlots {
    hedger: Word,
    clearing: Word,
    pool: Word,
    base: Word,
    quote: Word,
    collateral_token: Word,
    debt_token: Word,
}

/// The account.
#[storage]
pub struct Lender {
    slots: Namespaced<LenderSpace, LenderSlots>,
}

// SAFETY: it is the one storage struct of the program.
unsafe impl TopLevelStorage for Lender {}

/// Runs one call. No function takes ether.
#[entrypoint]
#[allow(clippy::needless_pass_by_value, reason = "the signature is the SDK's")]
fn run(input: Vec<u8>, vm: VM) -> ArbResult {
    let (mut lender, selector, mut given) = enter::<Lender>(&input, vm)?;
    match selector {
        borrowCall::SELECTOR => answer(&lender.borrow(given.take()?)?),
        repayCall::SELECTOR => answer(&lender.repay(given.take()?)?),
        disregardCall::SELECTOR => answer(&lender.disregard(given.take()?)?),
        positionCall::SELECTOR => answer(&lender.position()?),
        healthCall::SELECTOR => answer(&[lender.health()?, LEAST_HEALTH_WAD]),
        tokensCall::SELECTOR => answer(&[lender.slots.collateral_token.address(), lender.slots.debt_token.address()]),
        isPassedOnCall::SELECTOR => answer(&false),
        hedgerCall::SELECTOR => answer(&lender.slots.hedger.address()),
        poolCall::SELECTOR => answer(&lender.slots.pool.address()),
        CONSTRUCTOR => answer(&lender.construct(&mut given)?),
        _ => unknown(selector),
    }
}

impl Lender {
    /// Names the hedger, of which it learns the tokens, and the pool, of which it learns its own. Once.
    /// # Errors: AlreadyWired, AddressIsZero, AddressHasNoCode, LenderReserveMissing, CallFailed if it is not a pool
    fn construct(&mut self, given: &mut Arguments<'_>) -> Result<(), Revert> {
        if !self.slots.hedger.address().is_zero() {
            return Err(revert(&AlreadyWired {}));
        }
        let [hedger, pool]: [Address; 2] = given.take()?;
        for program in [hedger, pool] {
            require_code(self.vm(), program)?;
        }
        let clearing = view(self.vm(), hedger, &IHedger::clearingCall {})?;
        let base = view(self.vm(), hedger, &IHedger::baseCall {})?;
        let quote = view(self.vm(), clearing, &IClearing::tokenCall {})?;
        let [collateral_token, _, _] = self.reserve(pool, quote)?;
        let [_, _, debt_token] = self.reserve(pool, base)?;
        self.slots.hedger.set_address(hedger);
        self.slots.clearing.set_address(clearing);
        self.slots.pool.set_address(pool);
        self.slots.base.set_address(base);
        self.slots.quote.set_address(quote);
        self.slots.collateral_token.set_address(collateral_token);
        self.slots.debt_token.set_address(debt_token);
        Ok(())
    }

    /// The pool's tokens of an asset: of what is supplied, of what is owed at a stable rate, and at the variable one.
    fn reserve(&self, pool: Address, asset: Address) -> Result<[Address; 3], Revert> {
        let selector = IAavePool::getReserveDataCall::SELECTOR;
        let data = view_bytes(self.vm(), pool, selector, &encode(selector, &IAavePool::getReserveDataCall { asset }))?;
        let told: Option<([B256; 8], [Address; 3])> = decode(&data);
        let (_, tokens) = told.ok_or_else(|| failed(pool, selector))?;
        if tokens[0].is_zero() || tokens[2].is_zero() {
            return Err(revert(&LenderReserveMissing { asset }));
        }
        Ok(tokens)
    }

    /// Supplies what the hedger has sent, and borrows for him. Hedger only.
    /// # Errors: NotWired, CallerNotAllowed, LenderPoolRefused, LenderHealthTooLow, TokenTransferFailed, the token's own
    fn borrow(&mut self, [collateral, base]: [U256; 2]) -> Result<(), Revert> {
        only(self.vm(), self.slots.hedger.address())?;
        if !collateral.is_zero() {
            self.supply(collateral)?;
        }
        if base.is_zero() {
            return self.send_back();
        }
        let (asset, owner) = (self.slots.base.address(), self.vm().contract_address());
        let borrow = IAavePool::borrowCall {
            asset,
            amount: base,
            interestRateMode: VARIABLE,
            referralCode: 0,
            onBehalfOf: owner,
        };
        self.ask(IAavePool::borrowCall::SELECTOR, &borrow)?;
        self.send_back()?;
        self.require_health()
    }

    fn supply(&mut self, amount: U256) -> Result<(), Revert> {
        let (asset, pool, owner) =
            (self.slots.quote.address(), self.slots.pool.address(), self.vm().contract_address());
        approve(self, asset, pool, amount)?;
        let supply = IAavePool::supplyCall { asset, amount, onBehalfOf: owner, referralCode: 0 };
        self.ask(IAavePool::supplyCall::SELECTOR, &supply)?;
        approve(self, asset, pool, U256::ZERO)?;
        // The pool does so by itself at a first supply only, which a gift may have been at a time when it could not.
        let using = IAavePool::setUserUseReserveAsCollateralCall { asset, useAsCollateral: true };
        self.ask(IAavePool::setUserUseReserveAsCollateralCall::SELECTOR, &using)
    }

    /// Repays with what the hedger has sent, and withdraws for him. Hedger only.
    /// # Errors: NotWired, CallerNotAllowed, LenderPoolRefused, LenderHealthTooLow, TokenTransferFailed, the token's own
    fn repay(&mut self, [base, collateral]: [U256; 2]) -> Result<(), Revert> {
        only(self.vm(), self.slots.hedger.address())?;
        let owed = self.balance(self.slots.debt_token.address())?;
        self.pay(base.min(owed))?;
        if collateral.is_zero() {
            return self.send_back();
        }
        let (asset, to) = (self.slots.quote.address(), self.slots.clearing.address());
        let withdraw = IAavePool::withdrawCall { asset, amount: collateral, to };
        self.ask(IAavePool::withdrawCall::SELECTOR, &withdraw)?;
        self.send_back()?;
        self.require_health()
    }

    fn pay(&mut self, amount: U256) -> Result<(), Revert> {
        if amount.is_zero() {
            return Ok(());
        }
        let (asset, pool, owner) = (self.slots.base.address(), self.slots.pool.address(), self.vm().contract_address());
        approve(self, asset, pool, amount)?;
        let repay = IAavePool::repayCall { asset, amount, interestRateMode: VARIABLE, onBehalfOf: owner };
        self.ask(IAavePool::repayCall::SELECTOR, &repay)?;
        approve(self, asset, pool, U256::ZERO)
    }

    /// Has another asset no longer count as collateral.
    /// # Errors: LenderCollateralNeeded, LenderPoolRefused
    fn disregard(&mut self, asset: Address) -> Result<(), Revert> {
        if asset == self.slots.quote.address() {
            return Err(revert(&LenderCollateralNeeded { asset }));
        }
        let using = IAavePool::setUserUseReserveAsCollateralCall { asset, useAsCollateral: false };
        self.ask(IAavePool::setUserUseReserveAsCollateralCall::SELECTOR, &using)
    }

    /// Sends off all tokens that the lender holds, whatever they came for: the underlying to the hedger, stablecoins to the
    /// clearing house.
    fn send_back(&mut self) -> Result<(), Revert> {
        let slots = &self.slots;
        let base = (slots.base.address(), slots.hedger.address());
        let quote = (slots.quote.address(), slots.clearing.address());
        for (token, to) in [base, quote] {
            let loose = self.balance(token)?;
            if !loose.is_zero() {
                transfer(self, token, to, loose)?;
            }
        }
        Ok(())
    }

    fn require_health(&self) -> Result<(), Revert> {
        let health = self.health()?;
        if health < LEAST_HEALTH_WAD {
            return Err(revert(&LenderHealthTooLow { healthWad: health, leastWad: LEAST_HEALTH_WAD }));
        }
        Ok(())
    }

    /// The pool's health factor.
    fn health(&self) -> Result<U256, Revert> {
        let (selector, pool) = (IAavePool::getUserAccountDataCall::SELECTOR, self.slots.pool.address());
        let user = self.vm().contract_address();
        let input = encode(selector, &IAavePool::getUserAccountDataCall { user });
        let data = view_bytes(self.vm(), pool, selector, &input)?;
        let told: Option<[U256; 6]> = decode(&data);
        told.map(|[.., health]| health).ok_or_else(|| failed(pool, selector))
    }

    fn position(&self) -> Result<[U256; 2], Revert> {
        Ok([self.balance(self.slots.collateral_token.address())?, self.balance(self.slots.debt_token.address())?])
    }

    fn balance(&self, token: Address) -> Result<U256, Revert> {
        view(self.vm(), token, &IERC20::balanceOfCall { owner: self.vm().contract_address() })
    }

    /// Calls the pool. A reason that is a text is put into an error with a type; other errors stay as they are.
    fn ask(&mut self, selector: [u8; 4], call: &dyn ToWords) -> Result<(), Revert> {
        let pool = self.slots.pool.address();
        let done = call_bytes(self, pool, selector, &encode(selector, call));
        done.map(|_| ()).map_err(|data| refusal(selector, data))
    }
}

fn refusal(selector: [u8; 4], data: Revert) -> Revert {
    let text = data.strip_prefix(&TEXT_ERROR).and_then(|rest| read_bytes(rest, &mut { rest }));
    let Some(text) = text else { return data };
    let reason = B256::right_padding_from(text.get(..WORD).unwrap_or(text));
    revert(&LenderPoolRefused { call: selector.into(), reason })
}
