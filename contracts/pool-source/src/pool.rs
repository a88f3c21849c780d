//! What the pool says, and why it says nothing.

use alloy_primitives::{Address, U256};
use equipoise_interfaces::{
    IUniswapV3Pool, PoolSourceHistoryTooShort, PoolSourcePoolUninitialised, PoolSourcePoolUnreadable,
};
use equipoise_kit::lean::{revert, view};
use equipoise_kit::Revert;
use stylus_sdk::host::VM;
use stylus_sdk::prelude::*;

/// Bits that a sum of seconds per liquidity wraps at.
const LIQUIDITY_SUM_BITS: usize = 160;

/// A pool as one call sees it.
pub struct Pool<'a> {
    /// The host.
    pub vm: &'a VM,
    /// The pool.
    pub address: Address,
    /// How far back it is asked.
    pub window_secs: u32,
}

/// What the pool has summed up over the window.
pub struct Observed {
    /// The tick of now.
    pub tick: i128,
    /// Of the tick times seconds.
    pub tick_seconds: i128,
    /// Of seconds over liquidity, times 2^128.
    pub seconds_per_liquidity_x128: U256,
}

impl Pool<'_> {
    /// Reads the tick of now, and the sums over the window. A swap of this second is in the tick and not in the sums.
    /// # Errors: PoolSourcePoolUnreadable, PoolSourcePoolUninitialised, PoolSourceHistoryTooShort
    pub fn observe(&self) -> Result<Observed, Revert> {
        let call = IUniswapV3Pool::slot0Call {};
        let slot = view(self.vm, self.address, &call).map_err(|_| self.unreadable())?;
        if slot.sqrtPriceX96.is_zero() {
            return Err(revert(&PoolSourcePoolUninitialised { pool: self.address }));
        }
        let call = IUniswapV3Pool::observeCall { secondsAgos: vec![self.window_secs, 0] };
        let sums = view(self.vm, self.address, &call).map_err(|_| self.why_not(&slot))?;
        let [from, to] = sums.tickCumulatives.as_slice() else { return Err(self.unreadable()) };
        let tick_seconds = to.checked_sub(*from).ok_or_else(|| self.unreadable())?;
        let [from, to] = sums.secondsPerLiquidityCumulativeX128s.as_slice() else { return Err(self.unreadable()) };
        let mask = U256::MAX.wrapping_shr(256_usize.saturating_sub(LIQUIDITY_SUM_BITS));
        let seconds_per_liquidity_x128 = to.wrapping_sub(*from) & mask;
        Ok(Observed { tick: slot.tick, tick_seconds, seconds_per_liquidity_x128 })
    }

    /// Why the pool has no sums: its oldest observation is younger than the window, or it cannot be read.
    #[cold]
    fn why_not(&self, slot: &IUniswapV3Pool::slot0Return) -> Revert {
        match self.oldest_age_secs(slot) {
            Some(age) if age < self.window_secs => revert(&PoolSourceHistoryTooShort {
                oldestAgeSecs: age.into(),
                windowSecs: self.window_secs.into(),
                cardinality: slot.observationCardinality,
            }),
            _ => self.unreadable(),
        }
    }

    /// The age of the oldest observation: the one after the newest, once the pool's ring has been filled, else the first.
    fn oldest_age_secs(&self, slot: &IUniswapV3Pool::slot0Return) -> Option<u32> {
        let observation = |index: u16| {
            let call = IUniswapV3Pool::observationsCall { index: U256::from(index) };
            view(self.vm, self.address, &call).ok()
        };
        let next = slot.observationIndex.wrapping_add(1).checked_rem(slot.observationCardinality)?;
        let oldest = observation(next).filter(|oldest| oldest.initialized).or_else(|| observation(0))?;
        // The pool's own clock has 32 bits and wraps.
        let now = u32::try_from(self.vm.block_timestamp() & u64::from(u32::MAX)).ok()?;
        Some(now.wrapping_sub(oldest.blockTimestamp))
    }

    #[cold]
    fn unreadable(&self) -> Revert {
        revert(&PoolSourcePoolUnreadable { pool: self.address })
    }
}
