//! Aave v3 as its npm package has it compiled, on the embedded chain: what lends the underlying to be short of.

use std::collections::BTreeMap;

use alloy_primitives::{hex, Address, Bytes, I256, U256};
use alloy_rpc_types_eth::{TransactionInput, TransactionRequest};
use alloy_sol_types::{sol, SolValue};
use equipoise_interfaces::{AaveReserve, IAavePool};

use crate::clients::has_clients;
use crate::contracts::Stablecoin;
use crate::world::{repository, World};

sol! {
    #[allow(missing_docs)]
    interface AddressesProvider {
        function setACLAdmin(address admin) external;
        function setACLManager(address manager) external;
        function setPriceOracle(address oracle) external;
        function setPoolImpl(address implementation) external;
        function setPoolConfiguratorImpl(address implementation) external;
        function getPool() external view returns (address);
        function getPoolConfigurator() external view returns (address);
    }

    #[allow(missing_docs)]
    interface AccessControl {
        function addPoolAdmin(address admin) external;
        function addEmergencyAdmin(address admin) external;
    }

    #[allow(missing_docs)]
    interface AaveOracle {
        function setAssetSources(address[] assets, address[] sources) external;
        function getAssetPrice(address asset) external view returns (uint256);
    }

    #[allow(missing_docs)]
    struct NewReserve {
        address aTokenImpl;
        address stableDebtTokenImpl;
        address variableDebtTokenImpl;
        uint8 underlyingAssetDecimals;
        address interestRateStrategyAddress;
        address underlyingAsset;
        address treasury;
        address incentivesController;
        string aTokenName;
        string aTokenSymbol;
        string variableDebtTokenName;
        string variableDebtTokenSymbol;
        string stableDebtTokenName;
        string stableDebtTokenSymbol;
        bytes params;
    }

    /// What the pool's admins may do.
    #[allow(missing_docs)]
    interface AaveConfigurator {
        function initReserves(NewReserve[] input) external;
        function configureReserveAsCollateral(
            address asset, uint256 ltv, uint256 liquidationThreshold, uint256 liquidationBonus
        ) external;
        function setReserveBorrowing(address asset, bool enabled) external;
        function setReserveFreeze(address asset, bool freeze) external;
        function setReservePause(address asset, bool paused) external;
    }

    /// What others than the lender do at the pool.
    #[allow(missing_docs)]
    interface AaveLiquidations {
        function liquidationCall(
            address collateralAsset, address debtAsset, address user, uint256 debtToCover, bool receiveAToken
        ) external;
    }
}

/// The libraries that the pool and its configurator are linked with, after what they are linked with themselves.
const LIBRARIES: [&str; 8] = [
    "BorrowLogic",
    "BridgeLogic",
    "EModeLogic",
    "FlashLoanLogic",
    "LiquidationLogic",
    "PoolLogic",
    "SupplyLogic",
    "ConfiguratorLogic",
];
/// One in the scale of Aave's rates.
const RAY: u128 = 1_000_000_000_000_000_000_000_000_000;
/// One cent in the decimals of Aave's prices, of which there are 8.
const CENT: i64 = 1_000_000;

/// An asset that is lent: its token, the token's decimals, its price, and in hundredths of a percent how much is lent on it,
/// from where on a loan is liquidated, and how much of it a liquidator takes.
#[derive(Clone, Copy, Debug)]
pub struct Lent {
    /// The token.
    pub asset: Address,
    /// Its decimals.
    pub decimals: u8,
    /// Its price in cents.
    pub cents: i64,
    /// How much is lent on it, the liquidation threshold, the liquidation bonus.
    pub collateral_bps: [u64; 3],
}

/// An Aave v3 pool.
#[derive(Clone, Copy, Debug)]
pub struct Aave {
    /// The pool.
    pub pool: Address,
    /// Where the owner of the world changes it: [`AaveConfigurator`].
    pub configurator: Address,
    /// Its price oracle.
    pub oracle: Address,
}

/// Whether Aave is installed; says why a test is skipped if node is not.
/// # Panics: node is there, but the clients are not installed
pub fn has_aave() -> bool {
    let found = has_clients();
    let installed = repository("tests/clients/node_modules/@aave/core-v3").is_dir();
    assert!(installed || !found, "run `npm ci --ignore-scripts` in tests/clients");
    found
}

/// Creates one of Aave's contracts.
pub fn deploy_of_aave(world: &mut World, path: &str, arguments: Vec<u8>) -> Address {
    create(world, path, &BTreeMap::new(), arguments)
}

impl Aave {
    /// A pool that lends these assets.
    pub fn open(world: &mut World, assets: &[Lent]) -> Self {
        let owner = world.owner;
        let arguments = ("Aave", owner).abi_encode_params();
        let provider = deploy_of_aave(world, "protocol/configuration/PoolAddressesProvider", arguments);
        let told = "the owner of the provider tells it";
        world.send(owner, provider, &AddressesProvider::setACLAdminCall { admin: owner }).expect(told);
        let manager = deploy_of_aave(world, "protocol/configuration/ACLManager", provider.abi_encode());
        world.send(owner, provider, &AddressesProvider::setACLManagerCall { manager }).expect(told);
        world.send(owner, manager, &AccessControl::addPoolAdminCall { admin: owner }).expect(told);
        world.send(owner, manager, &AccessControl::addEmergencyAdminCall { admin: owner }).expect(told);
        let none: [Address; 0] = [];
        let arguments = (provider, &none[..], &none[..], Address::ZERO, Address::ZERO, U256::from(100 * CENT));
        let oracle = deploy_of_aave(world, "misc/AaveOracle", arguments.abi_encode_params());
        world.send(owner, provider, &AddressesProvider::setPriceOracleCall { oracle }).expect(told);
        let libraries = libraries(world);
        let implementation = create(world, "protocol/pool/Pool", &libraries, provider.abi_encode());
        world.send(owner, provider, &AddressesProvider::setPoolImplCall { implementation }).expect(told);
        let implementation = create(world, "protocol/pool/PoolConfigurator", &libraries, Vec::new());
        world.send(owner, provider, &AddressesProvider::setPoolConfiguratorImplCall { implementation }).expect(told);
        let pool = world.read(provider, &AddressesProvider::getPoolCall {});
        let configurator = world.read(provider, &AddressesProvider::getPoolConfiguratorCall {});
        let aave = Self { pool, configurator, oracle };
        aave.list(world, provider, assets);
        aave
    }

    fn list(&self, world: &mut World, provider: Address, assets: &[Lent]) {
        let owner = world.owner;
        let kinds = ["AToken", "StableDebtToken", "VariableDebtToken"];
        let tokens =
            kinds.map(|kind| deploy_of_aave(world, &format!("protocol/tokenization/{kind}"), self.pool.abi_encode()));
        let strategy = rates(world, provider);
        let input = assets.iter().map(|lent| new_reserve(lent, tokens, strategy, owner)).collect();
        world.send(owner, self.configurator, &AaveConfigurator::initReservesCall { input }).expect("an admin lists");
        for lent in assets {
            self.set_price(world, lent.asset, lent.cents);
            self.set_collateral(world, lent.asset, lent.collateral_bps);
            let lend = AaveConfigurator::setReserveBorrowingCall { asset: lent.asset, enabled: true };
            world.send(owner, self.configurator, &lend).expect("an admin lends");
        }
    }

    /// Sets an asset's price.
    pub fn set_price(&self, world: &mut World, asset: Address, cents: i64) {
        let answer = I256::try_from(cents * CENT).expect("it fits");
        let source = deploy_of_aave(world, "mocks/oracle/CLAggregators/MockAggregator", answer.abi_encode());
        let call = AaveOracle::setAssetSourcesCall { assets: vec![asset], sources: vec![source] };
        let owner = world.owner;
        world.send(owner, self.oracle, &call).expect("an admin names sources");
    }

    /// Sets what is lent on an asset, the liquidation threshold and the liquidation bonus, in hundredths of a percent.
    pub fn set_collateral(&self, world: &mut World, asset: Address, collateral_bps: [u64; 3]) {
        let [ltv, threshold, bonus] = collateral_bps.map(U256::from);
        let call = AaveConfigurator::configureReserveAsCollateralCall {
            asset,
            ltv,
            liquidationThreshold: threshold,
            liquidationBonus: bonus,
        };
        let owner = world.owner;
        world.send(owner, self.configurator, &call).expect("an admin configures");
    }

    /// Has somebody supply tokens of his, in his own name or another's.
    pub fn supply(&self, world: &mut World, from: Address, asset: Address, amount: U256, for_whom: Address) {
        let approve = Stablecoin::approveCall { spender: self.pool, value: amount };
        world.send(from, asset, &approve).expect("anybody approves");
        let supply = IAavePool::supplyCall { asset, amount, onBehalfOf: for_whom, referralCode: 0 };
        world.send(from, self.pool, &supply).expect("he has them");
    }

    /// What the pool knows of an asset.
    pub fn reserve(&self, world: &mut World, asset: Address) -> AaveReserve {
        world.read(self.pool, &IAavePool::getReserveDataCall { asset })
    }
}

fn new_reserve(lent: &Lent, [supplied, stable, variable]: [Address; 3], rates: Address, owner: Address) -> NewReserve {
    NewReserve {
        aTokenImpl: supplied,
        stableDebtTokenImpl: stable,
        variableDebtTokenImpl: variable,
        underlyingAssetDecimals: lent.decimals,
        interestRateStrategyAddress: rates,
        underlyingAsset: lent.asset,
        treasury: owner,
        incentivesController: Address::ZERO,
        aTokenName: "supplied".into(),
        aTokenSymbol: "a".into(),
        variableDebtTokenName: "owed".into(),
        variableDebtTokenSymbol: "v".into(),
        stableDebtTokenName: "owed at a stable rate".into(),
        stableDebtTokenSymbol: "s".into(),
        params: Bytes::new(),
    }
}

/// 4 % a year when four fifths are lent, and steeply more beyond.
fn rates(world: &mut World, provider: Address) -> Address {
    let percent = |number: u128| U256::from(number * (RAY / 100));
    let numbers = [80, 0, 4, 60, 4, 60, 1, 8, 20].map(percent);
    let arguments = (provider, numbers).abi_encode_params();
    deploy_of_aave(world, "protocol/pool/DefaultReserveInterestRateStrategy", arguments)
}

fn libraries(world: &mut World) -> BTreeMap<String, Address> {
    let mut made = BTreeMap::new();
    for name in LIBRARIES {
        let library = create(world, &format!("protocol/libraries/logic/{name}"), &made, Vec::new());
        made.insert(name.to_owned(), library);
    }
    made
}

fn create(world: &mut World, path: &str, libraries: &BTreeMap<String, Address>, arguments: Vec<u8>) -> Address {
    let code = [linked(path, libraries), arguments].concat();
    let request = TransactionRequest {
        from: Some(world.owner),
        input: TransactionInput::new(code.into()),
        ..TransactionRequest::default()
    };
    let receipt = world.chain.send(request).expect("the owner can deploy");
    assert!(receipt.status, "the constructor of {path} reverts with {}", receipt.output);
    receipt.contract_address.expect("a creation has an address")
}

/// Creation code with the addresses of its libraries where the compiler has left room for them.
fn linked(path: &str, libraries: &BTreeMap<String, Address>) -> Vec<u8> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let file = format!("tests/clients/node_modules/@aave/core-v3/artifacts/contracts/{path}.sol/{name}.json");
    let text = std::fs::read_to_string(repository(&file)).unwrap_or_else(|error| panic!("{file}: {error}"));
    let artifact: serde_json::Value = serde_json::from_str(&text).expect("artifacts are JSON");
    let mut code = artifact["bytecode"].as_str().expect("artifacts have bytecode").to_owned();
    let files = artifact["linkReferences"].as_object().expect("artifacts have references");
    for (library, places) in files.values().filter_map(serde_json::Value::as_object).flatten() {
        let address = hex::encode(libraries.get(library).unwrap_or_else(|| panic!("{name} needs {library}")));
        for place in places.as_array().into_iter().flatten() {
            let byte = place["start"].as_u64().and_then(|start| usize::try_from(start).ok()).expect("a place");
            let first = "0x".len() + 2 * byte;
            code.replace_range(first..first + address.len(), &address);
        }
    }
    hex::decode(code).expect("bytecode is hexadecimal once it is linked")
}
