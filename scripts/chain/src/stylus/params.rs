//! The chain's Stylus parameters.

/// Parameters as an `ArbOS` version sets them; chain owners could change them, this chain's does not.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StylusParams {
    /// Version that programs are activated for.
    pub(crate) version: u16,
    /// Ink per gas.
    pub(crate) ink_price: u32,
    /// Stack words of one program instance.
    pub(crate) max_stack_depth: u32,
    /// Pages that cost nothing per transaction.
    pub(crate) free_pages: u16,
    /// Gas of each further page.
    pub(crate) page_gas: u16,
    /// Parameter of the exponential page price, reported only.
    pub(crate) page_ramp: u64,
    /// Most pages open at once in a transaction.
    pub(crate) page_limit: u16,
    /// Gas of starting any program that is not cached, besides `min_cached_gas`.
    pub(crate) min_init_gas: u64,
    /// Gas of starting any program.
    pub(crate) min_cached_gas: u64,
    /// Percentage of a program's own init cost that is charged.
    pub(crate) init_cost_percent: u64,
    /// Percentage of a program's own cached cost that is charged.
    pub(crate) cached_cost_percent: u64,
    /// Days after which a program must be activated again.
    pub(crate) expiry_days: u16,
    /// Days after which a program can be kept alive.
    pub(crate) keepalive_days: u16,
    /// Programs of the block that count as cached when called again.
    pub(crate) block_cache_size: u16,
    /// Most bytes of decompressed WASM.
    pub(crate) max_wasm_size: usize,
    /// Most fragments of a program.
    pub(crate) max_fragments: u8,
}

impl StylusParams {
    /// Parameters of `ArbOS` 60 and 61.
    pub(crate) const fn arbos60() -> Self {
        Self {
            version: 3,
            ink_price: 10_000,
            max_stack_depth: 22_000,
            free_pages: 2,
            page_gas: 1000,
            page_ramp: 620_674_314,
            page_limit: 128,
            min_init_gas: 69 * 128,
            min_cached_gas: 11 * 32,
            init_cost_percent: 100,
            cached_cost_percent: 100,
            expiry_days: 365,
            keepalive_days: 31,
            block_cache_size: 32,
            max_wasm_size: 256 * 1024,
            max_fragments: 4,
        }
    }

    /// Seconds after which a program must be activated again.
    pub(crate) fn expiry_seconds(&self) -> u64 {
        u64::from(self.expiry_days) * 86_400
    }

    /// Gas of starting a program whose own cost is `cached_cost`.
    pub(crate) fn cached_gas(&self, cached_cost: u16) -> u64 {
        self.min_cached_gas + (u64::from(cached_cost) * self.cached_cost_percent).div_ceil(100)
    }

    /// Gas that a program outside the cache pays besides [`Self::cached_gas`].
    pub(crate) fn init_gas(&self, init_cost: u16) -> u64 {
        self.min_init_gas + (u64::from(init_cost) * self.init_cost_percent).div_ceil(100)
    }
}
