//! The program: whom it fills for, and how.

use alloy_primitives::{Address, I256, U256};
use alloy_sol_types::SolCall;
use equipoise_interfaces::words::words_of;
use equipoise_interfaces::IPoolVenue::{hedgerCall, poolCall, uniswapV3SwapCallbackCall};
use equipoise_interfaces::IVenue::{fillCall, isPassedOnCall};
use equipoise_interfaces::{
    AlreadyWired, IClearing, IHedger, IUniswapV3Pool, IUniswapV3Swap, PoolVenueTokensDiffer, IERC20,
};
use equipoise_kit::lean::{answer, call_bytes, enter, only, revert, unknown, view, Arguments, CONSTRUCTOR};
use equipoise_kit::storage::{namespace_root, Namespace, Namespaced, Word};
use equipoise_kit::token::transfer;
use equipoise_kit::{require_code, Revert};
use stylus_sdk::host::VM;
use stylus_sdk::prelude::*;
use stylus_sdk::ArbResult;

/// The pool's lowest and highest prices, of which it takes neither as a limit.
const MIN_SQRT_RATIO: U256 = U256::from_limbs([4_295_128_739, 0, 0, 0]);
const MAX_SQRT_RATIO: U256 = U256::from_limbs([0x5d95_1d52_6398_8d26, 0xefd1_fc6a_5064_8849, 0xfffd_8963, 0]);

/// Where the venue's storage begins.
pub struct PoolVenueSpace;

impl Namespace for PoolVenueSpace {
    const ROOT: U256 = namespace_root("equipoise.pool-venue");
}

/// Whom it fills for, with what, and where.
#[storage]
pub struct PoolVenueSlots {
    hedger: Word,
    clearing: Word,
    pool: Word,
    base: Word,
    quote: Word,
}

/// The venue.
#[storage]
pub struct PoolVenue {
    slots: Namespaced<PoolVenueSpace, PoolVenueSlots>,
}

// SAFETY: it is the one storage struct of the program.
unsafe impl TopLevelStorage for PoolVenue {}

/// Runs one call. No function takes ether.
#[entrypoint]
#[allow(clippy::needless_pass_by_value, reason = "the signature is the SDK's")]
fn run(input: Vec<u8>, vm: VM) -> ArbResult {
    let (mut venue, selector, mut given) = enter::<PoolVenue>(&input, vm)?;
    match selector {
        fillCall::SELECTOR => answer(&venue.fill(&mut given)?),
        uniswapV3SwapCallbackCall::SELECTOR => answer(&venue.pay(given.take()?)?),
        isPassedOnCall::SELECTOR => answer(&false),
        hedgerCall::SELECTOR => answer(&venue.slots.hedger.address()),
        poolCall::SELECTOR => answer(&venue.slots.pool.address()),
        CONSTRUCTOR => answer(&venue.construct(given.take()?)?),
        _ => unknown(selector),
    }
}

impl PoolVenue {
    /// Names the hedger, of which it learns the clearing house and the tokens, and the pool. Once.
    /// # Errors: AlreadyWired, AddressIsZero, AddressHasNoCode, PoolVenueTokensDiffer
    fn construct(&mut self, [hedger, pool]: [Address; 2]) -> Result<(), Revert> {
        if !self.slots.hedger.address().is_zero() {
            return Err(revert(&AlreadyWired {}));
        }
        for program in [hedger, pool] {
            require_code(self.vm(), program)?;
        }
        let clearing = view(self.vm(), hedger, &IHedger::clearingCall {})?;
        let base = view(self.vm(), hedger, &IHedger::baseCall {})?;
        let quote = view(self.vm(), clearing, &IClearing::tokenCall {})?;
        let token0 = view(self.vm(), pool, &IUniswapV3Pool::token0Call {})?;
        let token1 = view(self.vm(), pool, &IUniswapV3Pool::token1Call {})?;
        if [token0, token1] != [base, quote] && [token0, token1] != [quote, base] {
            return Err(revert(&PoolVenueTokensDiffer { token0, token1 }));
        }
        self.slots.hedger.set_address(hedger);
        self.slots.clearing.set_address(clearing);
        self.slots.pool.set_address(pool);
        self.slots.base.set_address(base);
        self.slots.quote.set_address(quote);
        Ok(())
    }

    /// Swaps what it was given. Hedger only.
    /// # Errors: NotWired, CallerNotAllowed, TokenTransferFailed, the pool's own
    fn fill(&mut self, given: &mut Arguments<'_>) -> Result<(), Revert> {
        let hedger = self.slots.hedger.address();
        only(self.vm(), hedger)?;
        let is_buy: bool = given.take()?;
        let base = I256::try_from(given.take::<U256>()?).unwrap_or(I256::MAX);
        let amount = if is_buy { base.wrapping_neg() } else { base };
        // The pool orders its tokens by address.
        let is_base_token0 = self.slots.base.address() < self.slots.quote.address();
        let is_zero_for_one = is_base_token0 != is_buy;
        let limit = if is_zero_for_one {
            MIN_SQRT_RATIO.wrapping_add(U256::ONE)
        } else {
            MAX_SQRT_RATIO.wrapping_sub(U256::ONE)
        };
        let clearing = self.slots.clearing.address();
        let recipient = if is_buy { hedger } else { clearing };
        let mut input = IUniswapV3Swap::swapCall::SELECTOR.to_vec();
        // Five words, of which the last says where the sixth is: data of no length.
        input.extend(words_of(&(recipient, is_zero_for_one, amount, limit, U256::from(160), U256::ZERO)));
        let pool = self.slots.pool.address();
        call_bytes(self, pool, IUniswapV3Swap::swapCall::SELECTOR, &input)?;
        let left = self.slots.quote.address();
        let owner = self.vm().contract_address();
        let rest = view(self.vm(), left, &IERC20::balanceOfCall { owner })?;
        if rest.is_zero() {
            return Ok(());
        }
        transfer(self, left, clearing, rest)
    }

    /// Pays the pool the side that it asks for. Pool only.
    /// # Errors: NotWired, CallerNotAllowed, TokenTransferFailed
    fn pay(&mut self, [zero, one]: [I256; 2]) -> Result<(), Revert> {
        let pool = self.slots.pool.address();
        only(self.vm(), pool)?;
        let (base, quote) = (self.slots.base.address(), self.slots.quote.address());
        let (token0, token1) = if base < quote { (base, quote) } else { (quote, base) };
        let (token, owed) = if zero > I256::ZERO { (token0, zero) } else { (token1, one) };
        transfer(self, token, pool, owed.into_raw())
    }
}
