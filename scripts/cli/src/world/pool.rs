//! A pool where the underlying is traded, with a venue of the hedger's.

use alloy_primitives::aliases::{I24, U24};
use alloy_primitives::{Address, U256};
use equipoise_interfaces::IHedger;

use super::{Hedging, Stablecoin, World};
use crate::deployment::Arguments;
use crate::error::CliError;
use crate::programs::Programs;
use crate::uniswap::{
    factory_code, root_x96, PoolTrader, UniswapFactory, UniswapPool, FACTORY_NAME, FEE, LAST_TICK, TICK_SPACING,
};

/// What may be filled at once, in WAD of a dollar.
const CAP_WAD: u128 = 10_000_000_000_000_000_000_000_000;
/// Atoms of either token that provide liquidity.
const STOCK_ATOMS: u128 = 1_000_000_000_000_000_000;
const TICK_BASE: f64 = 1.0001;

impl World {
    /// A pool of the hedger's tokens at spot, with so much liquidity all over and as much again near, and an open venue there.
    /// # Inputs: what a unit of the underlying costs; both tokens have as many decimals
    /// # Returns: the venue; none if Uniswap's package is not installed
    /// # Errors: [`CliError`]
    pub fn pool_venue(
        &mut self,
        programs: &Programs,
        hedging: &Hedging,
        (spot, liquidity): (f64, u128),
    ) -> Result<Option<Address>, CliError> {
        let Some(code) = factory_code()? else { return Ok(None) };
        let (owner, base, quote) = (self.owner, hedging.base, self.contracts.token);
        let (factory, trader) = self.deployed(programs, |deployer| {
            Ok((
                deployer.create_of(FACTORY_NAME, code)?,
                deployer.create("pool trader", "PoolTrader", Arguments::new())?,
            ))
        })?;
        for token in [base, quote] {
            let mint = Stablecoin::mintCall { to: trader, amountAtoms: U256::from(STOCK_ATOMS) };
            self.send("token_mint", owner, token, &mint)?;
        }
        let fee = U24::from(FEE);
        let create = UniswapFactory::createPoolCall { tokenA: base, tokenB: quote, fee };
        self.send("pool_create", owner, factory, &create)?;
        let pool = self.view(factory, &UniswapFactory::getPoolCall { tokenA: base, tokenB: quote, fee })?;
        let price = if base < quote { spot } else { spot.recip() };
        self.send("pool_begin", owner, pool, &UniswapPool::initializeCall { sqrtPriceX96: root_x96(price) })?;
        let tick = (price.ln() / TICK_BASE.ln()) as i32 / TICK_SPACING * TICK_SPACING;
        for [low, high] in [[-LAST_TICK, LAST_TICK], [tick - 3 * TICK_SPACING, tick + 3 * TICK_SPACING]] {
            let [low, high] = [low, high].map(|tick| I24::try_from(tick).unwrap_or_default());
            let provide = PoolTrader::provideCall { pool, tickLower: low, tickUpper: high, liquidity };
            self.send("pool_provide", owner, trader, &provide)?;
        }
        let venue = self.deployed(programs, |deployer| deployer.pool_venue(hedging.hedges.hedger, pool))?;
        let open = IHedger::setVenueCall { venue, capWad: U256::from(CAP_WAD) };
        self.send("open_venue", owner, hedging.hedges.hedger, &open)?;
        Ok(Some(venue))
    }
}
