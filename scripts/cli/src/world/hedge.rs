//! A hedger for the market, with a venue and a solver's inventory behind it.

use alloy_primitives::{Address, U256};
use equipoise_interfaces::IHedger;

use super::{Stablecoin, World};
use crate::deployment::{Deployer, Embedded, Hedges};
use crate::error::CliError;
use crate::programs::Programs;

/// Units of the underlying, and tokens, in a solver's inventory. The underlying's token has as many decimals as the stablecoin.
const STOCK_UNITS: u128 = 100_000;
const STOCK_TOKENS: u128 = 500_000_000;
/// Atoms of either.
const ATOMS: u128 = 1_000_000;
/// What may be filled at once, in dollars.
const CAP_DOLLARS: u128 = 10_000_000;
const WAD: u128 = 1_000_000_000_000_000_000;

/// A market's hedge, and what belongs to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hedging {
    /// The programs.
    pub hedges: Hedges,
    /// The underlying.
    pub base: Address,
    /// The keeper's inventory, out of which he fills.
    pub stock: Address,
}

impl World {
    /// Deploys a hedger for the market, opens its filler venue, and gives the keeper an inventory to fill out of.
    /// # Inputs: the underlying; none to create a token of six decimals that the owner mints
    /// # Errors: [`CliError`]
    pub fn hedge(&mut self, programs: &Programs, base: Option<Address>) -> Result<Hedging, CliError> {
        let (owner, market, clearing) = (self.owner, self.contracts.market, self.contracts.clearing);
        let (hedges, base) = self.deployed(programs, |deployer| {
            let base = match base {
                Some(base) => base,
                None => deployer.underlying()?,
            };
            Ok((deployer.hedges(market, clearing, base)?, base))
        })?;
        let cap = U256::from(CAP_DOLLARS * WAD);
        let open = IHedger::setVenueCall { venue: hedges.filler, capWad: cap };
        self.send("open_venue", owner, hedges.hedger, &open)?;
        let stock = self.stock(programs, &hedges, base, self.keeper)?;
        Ok(Hedging { hedges, base, stock })
    }

    /// An inventory of somebody's, out of which he fills the hedges.
    /// # Errors: [`CliError`]
    pub fn stock(
        &mut self,
        programs: &Programs,
        hedges: &Hedges,
        base: Address,
        of: Address,
    ) -> Result<Address, CliError> {
        let (owner, token) = (self.owner, self.contracts.token);
        let stock = self.deployed(programs, |deployer| deployer.hedge_filler(of, hedges.filler))?;
        for (token, whole) in [(base, STOCK_UNITS), (token, STOCK_TOKENS)] {
            let mint = Stablecoin::mintCall { to: stock, amountAtoms: U256::from(whole * ATOMS) };
            self.send("token_mint", owner, token, &mint)?;
        }
        Ok(stock)
    }

    /// What a deployer of the owner's makes.
    pub(super) fn deployed<T>(
        &mut self,
        programs: &Programs,
        make: impl FnOnce(&mut Deployer<'_>) -> Result<T, CliError>,
    ) -> Result<T, CliError> {
        let (owner, is_cached) = (self.owner, self.are_programs_cached);
        let mut chain = self.chain();
        let mut deployer = Deployer::new(Embedded::new(&mut chain, owner, is_cached), programs, owner);
        make(&mut deployer)
    }
}
