//! A market's hedger, its underlying, and a solver who fills hedges out of his own balance as tests tell him to.

use alloy_primitives::{Address, Bytes, U256};
use alloy_sol_types::{sol, SolValue};
use equipoise_chain::Receipt;
use equipoise_cli::deployment::Hedges;
use equipoise_interfaces::IHedger;

use crate::contracts::{Stablecoin, TestToken};
use crate::world::World;
use crate::Failure;

mod requests;

pub use requests::{hedger_domain, signed_rebalance};

sol! {
    #[allow(missing_docs)]
    interface TestSolver {
        function setBeyond(int256 beyond_) external;
        function setCall(address target_, bytes data_) external;
        function relay(address to, bytes data_) external;
        function isCallDone() external view returns (bool);
        function callAnswer() external view returns (bytes);
        function fills() external view returns (uint256);
    }
}

/// What a solver is given of the stablecoin: a billion.
const STOCK_ATOMS: u64 = 1_000_000_000_000_000;

/// Who hedges a market, in what, and who fills.
#[derive(Clone, Copy, Debug)]
pub struct Hedging {
    /// The hedger with its programs.
    pub hedges: Hedges,
    /// The underlying.
    pub coin: Address,
    /// The solver, a contract that anybody commands.
    pub solver: Address,
}

impl Hedging {
    /// Deploys and wires all of it on a market. No venue is open, and the solver has nothing.
    pub fn wire(world: &mut World, market: Address, clearing: Address, coin: Address) -> Self {
        let hedges = world.deployer().hedges(market, clearing, coin).expect("the owner wires");
        let solver = world.deploy("TestSolver", (coin, world.token).abi_encode_params());
        Self { hedges, coin, solver }
    }

    /// Gives somebody so much of the underlying, and a billion of the stablecoin.
    pub fn stock(&self, world: &mut World, to: Address, coin_atoms: U256) {
        let (owner, token) = (world.owner, world.token);
        world.send(owner, self.coin, &TestToken::mintCall { to, value: coin_atoms }).expect("the owner mints");
        let mint = Stablecoin::mintCall { to, amountAtoms: U256::from(STOCK_ATOMS) };
        world.send(owner, token, &mint).expect("the owner mints");
    }

    /// Opens a venue up to so much, as the owner; closes it for nothing.
    /// # Errors: the revert data
    pub fn set_venue(&self, world: &mut World, venue: Address, cap_wad: U256) -> Result<Receipt, Failure> {
        let owner = world.owner;
        world.send(owner, self.hedges.hedger, &IHedger::setVenueCall { venue, capWad: cap_wad })
    }

    /// What has the solver call somebody.
    pub fn relayed(to: Address, data: Vec<u8>) -> TestSolver::relayCall {
        TestSolver::relayCall { to, data_: Bytes::from(data) }
    }
}
