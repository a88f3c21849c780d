//! The hedger's account at Aave's own v3 pool, as its npm package has it compiled.

use alloy_primitives::{hex, Address, Bytes, B256, U256};
use alloy_sol_types::{sol, SolCall, SolError, SolValue};
use equipoise_chain::Receipt;
use equipoise_interfaces::{
    AlreadyWired, CallerNotAllowed, IAavePool, ILender, LenderCollateralNeeded, LenderHealthTooLow, LenderPoolRefused,
    LenderReserveMissing,
};
use equipoise_tests::{
    deploy_of_aave, has_aave, Aave, AaveConfigurator, AaveLiquidations, Failure, Lent, Stablecoin, World,
};

use crate::fixture::CONSTRUCTOR;

sol! {
    interface Mintable {
        function mint(address account, uint256 value) external returns (bool);
        function allowance(address owner, address spender) external view returns (uint256);
    }

    interface TestHedger {
        struct Order {
            address to;
            bytes data;
        }
        function run(Order[] orders) external;
    }
}

const DOLLAR: u128 = 1_000_000;
const UNIT: u128 = 1_000_000_000_000_000_000;
/// What is lent on stablecoins, from where on loans are liquidated, and what a liquidator takes.
pub const TERMS: [u64; 3] = [7_500, 8_000, 10_500];
const SPOT_CENTS: i64 = 300_000;
const YEAR: u64 = 365 * 86_400;
/// Numbers of Aave's errors.
const FROZEN: &str = "28";
const PAUSED: &str = "29";
const NOT_SO_MUCH: &str = "32";
const NOT_COVERED: &str = "36";
const LTV_IS_ZERO: &str = "57";

struct Stand {
    world: World,
    aave: Aave,
    /// Stands in for the hedger.
    hedger: Address,
    lender: Address,
    /// The underlying, and another asset that the pool lends.
    coin: Address,
    other: Address,
    /// Has supplied much of everything.
    rich: Address,
}

impl Stand {
    /// A hedger with a million dollars, and a pool that has as much and a hundred units of the underlying.
    fn new() -> Option<Self> {
        if !has_aave() {
            return None;
        }
        let mut world = World::new();
        let coin = mintable(&mut world, 18);
        let other = mintable(&mut world, 6);
        let token = world.token;
        let lent = |asset, decimals, cents, collateral_bps| Lent { asset, decimals, cents, collateral_bps };
        let assets = [lent(token, 6, 100, TERMS), lent(coin, 18, SPOT_CENTS, TERMS), lent(other, 6, 100, TERMS)];
        let aave = Aave::open(&mut world, &assets);
        let rich = world.account_with("rich", 2_000_000 * DOLLAR);
        let hedger = world.deploy("TestHedger", (coin, token).abi_encode_params());
        world.chain.set_balance(hedger, U256::from(1_000 * UNIT));
        mint(&mut world, coin, rich, 1_000 * UNIT);
        mint(&mut world, other, rich, 1_000_000 * DOLLAR);
        aave.supply(&mut world, rich, coin, U256::from(100 * UNIT), rich);
        aave.supply(&mut world, rich, token, U256::from(1_000_000 * DOLLAR), rich);
        let lender = world.deployer().lender(hedger, aave.pool).unwrap();
        let mut stand = Self { world, aave, hedger, lender, coin, other, rich };
        stand.give(hedger, 1_000_000 * DOLLAR);
        Some(stand)
    }

    /// The same, with twenty units borrowed against a hundred thousand dollars.
    fn short() -> Option<Self> {
        let mut stand = Self::new()?;
        stand.borrow(100_000 * DOLLAR, 20 * UNIT).unwrap();
        Some(stand)
    }

    fn give(&mut self, to: Address, atoms: u128) {
        let (owner, token) = (self.world.owner, self.world.token);
        let mint = Stablecoin::mintCall { to, amountAtoms: U256::from(atoms) };
        self.world.send(owner, token, &mint).unwrap();
    }

    /// Sends tokens to the lender and calls it, in one transaction, as the hedger does.
    fn with<C: SolCall>(&mut self, token: Address, value: U256, call: &C) -> Result<Receipt, Failure> {
        let (anybody, lender) = (self.world.owner, self.lender);
        let send = Stablecoin::transferCall { to: lender, value }.abi_encode();
        let orders = vec![order(token, send), order(lender, call.abi_encode())];
        self.world.send(anybody, self.hedger, &TestHedger::runCall { orders })
    }

    fn borrow(&mut self, collateral: u128, base: u128) -> Result<Receipt, Failure> {
        let (collateral, base) = (U256::from(collateral), U256::from(base));
        let call = ILender::borrowCall { collateralAtoms: collateral, baseAtoms: base };
        self.with(self.world.token, collateral, &call)
    }

    fn repay(&mut self, base: u128, collateral: U256) -> Result<Receipt, Failure> {
        let base = U256::from(base);
        let call = ILender::repayCall { baseAtoms: base, collateralAtoms: collateral };
        self.with(self.coin, base, &call)
    }

    /// Supplied and owed.
    fn position(&mut self) -> (u128, u128) {
        let told = self.world.read(self.lender, &ILender::positionCall {});
        (told.collateralAtoms.try_into().unwrap(), told.debtAtoms.try_into().unwrap())
    }

    fn balance(&mut self, token: Address, owner: Address) -> u128 {
        self.world.read(token, &Stablecoin::balanceOfCall { owner }).try_into().unwrap()
    }

    /// Tokens, and what the pool may take of them, that the lender has between calls.
    fn left(&mut self) -> [u128; 4] {
        let (lender, pool) = (self.lender, self.aave.pool);
        let [coin, token] = [self.coin, self.world.token];
        let mut allowed = |token: Address| -> u128 {
            let call = Mintable::allowanceCall { owner: lender, spender: pool };
            self.world.read(token, &call).try_into().unwrap()
        };
        let [first, second] = [allowed(coin), allowed(token)];
        [self.balance(coin, lender), self.balance(token, lender), first, second]
    }

    fn configure<C: SolCall>(&mut self, call: &C) {
        let owner = self.world.owner;
        self.world.send(owner, self.aave.configurator, call).unwrap();
    }

    fn freeze(&mut self, asset: Address, freeze: bool) {
        self.configure(&AaveConfigurator::setReserveFreezeCall { asset, freeze });
    }

    fn pause(&mut self, asset: Address, paused: bool) {
        self.configure(&AaveConfigurator::setReservePauseCall { asset, paused });
    }

    /// Has the rich give the lender some of what they have supplied.
    fn donate(&mut self, asset: Address, atoms: u128) {
        let supplied = self.aave.reserve(&mut self.world, asset).aTokenAddress;
        let gift = Stablecoin::transferCall { to: self.lender, value: U256::from(atoms) };
        self.world.send(self.rich, supplied, &gift).unwrap();
    }
}

fn order(to: Address, data: Vec<u8>) -> TestHedger::Order {
    TestHedger::Order { to, data: Bytes::from(data) }
}

pub fn mintable(world: &mut World, decimals: u8) -> Address {
    let arguments = ("Coin", "COIN", U256::from(decimals)).abi_encode_params();
    deploy_of_aave(world, "mocks/tokens/MintableERC20", arguments)
}

pub fn mint(world: &mut World, token: Address, account: Address, atoms: u128) {
    let owner = world.owner;
    world.send(owner, token, &Mintable::mintCall { account, value: U256::from(atoms) }).unwrap();
}

fn refused<C: SolCall>(reason: &str) -> LenderPoolRefused {
    LenderPoolRefused { call: C::SELECTOR.into(), reason: B256::right_padding_from(reason.as_bytes()) }
}

fn near(found: u128, expected: u128, most: u128) {
    assert!(found.abs_diff(expected) <= most, "{found} instead of {expected}");
}

/// Both tokens of 18 and of 6 decimals, the position by the pool's own tokens.
#[test]
fn what_is_borrowed_reaches_the_hedger_and_the_position_is_the_pools_own() {
    let Some(mut stand) = Stand::short() else { return };
    let (hedger, coin, token) = (stand.hedger, stand.coin, stand.world.token);
    assert_eq!(stand.position(), (100_000 * DOLLAR, 20 * UNIT));
    assert_eq!(stand.balance(coin, hedger), 20 * UNIT);
    assert_eq!(stand.balance(token, hedger), 900_000 * DOLLAR);
    assert_eq!(stand.left(), [0; 4]);
    let tokens = stand.world.read(stand.lender, &ILender::tokensCall {});
    let [supplied, owed] = [token, coin].map(|asset| stand.aave.reserve(&mut stand.world, asset));
    assert_eq!(tokens.collateralToken, supplied.aTokenAddress);
    assert_eq!(tokens.debtToken, owed.variableDebtTokenAddress);
    let lender = stand.lender;
    assert_eq!(stand.balance(tokens.collateralToken, lender), 100_000 * DOLLAR);
    near(stand.balance(tokens.debtToken, lender), 20 * UNIT, UNIT / 1_000_000);
    let told = stand.world.read(lender, &ILender::healthCall {});
    near(told.healthWad.try_into().unwrap(), 80_000 * UNIT / 60_000, UNIT / 1_000_000);
    assert_eq!(stand.world.read(lender, &ILender::hedgerCall {}), hedger);
    assert_eq!(stand.world.read(lender, &ILender::poolCall {}), stand.aave.pool);
}

#[test]
fn a_round_trip_leaves_nothing_behind() {
    let Some(mut stand) = Stand::short() else { return };
    let (hedger, coin, token) = (stand.hedger, stand.coin, stand.world.token);
    let now = stand.world.chain.timestamp();
    stand.world.go_to(now + 86_400);
    // More than is owed: the rest comes back.
    mint(&mut stand.world, coin, hedger, UNIT);
    stand.repay(21 * UNIT, U256::MAX).unwrap();
    assert_eq!(stand.position(), (0, 0));
    assert_eq!(stand.left(), [0; 4]);
    let left = stand.balance(coin, hedger);
    assert!(left < UNIT && left > UNIT * 99 / 100, "a day's interest is paid: {left}");
    assert!(stand.balance(token, hedger) >= 1_000_000 * DOLLAR);
    // And again.
    stand.borrow(50_000 * DOLLAR, UNIT).unwrap();
    let (supplied, owed) = stand.position();
    near(supplied, 50_000 * DOLLAR, 1);
    near(owed, UNIT, 1);
}

#[test]
fn either_amount_may_be_zero() {
    let Some(mut stand) = Stand::new() else { return };
    stand.borrow(60_000 * DOLLAR, 0).unwrap();
    stand.borrow(0, 10 * UNIT).unwrap();
    let near_enough = UNIT / 1_000_000;
    let position = stand.position();
    assert_eq!(position.0, 60_000 * DOLLAR);
    near(position.1, 10 * UNIT, near_enough);
    stand.repay(4 * UNIT, U256::ZERO).unwrap();
    near(stand.position().1, 6 * UNIT, near_enough);
    stand.repay(0, U256::from(20_000 * DOLLAR)).unwrap();
    near(stand.position().0, 40_000 * DOLLAR, DOLLAR);
    stand.borrow(0, 0).unwrap();
    stand.repay(0, U256::ZERO).unwrap();
    assert_eq!(stand.left(), [0; 4]);
}

#[test]
fn debt_grows_with_time_and_the_position_tells_so() {
    let Some(mut stand) = Stand::short() else { return };
    let now = stand.world.chain.timestamp();
    stand.world.go_to(now + YEAR);
    let (supplied, owed) = stand.position();
    // A fifth is lent, at a quarter of 4 %; the stablecoin is not lent.
    let interest = owed - 20 * UNIT;
    assert!(interest > UNIT / 5 && interest < UNIT / 5 + UNIT / 500, "{interest}");
    assert_eq!(supplied, 100_000 * DOLLAR);
    // What was borrowed does not do any more.
    stand.repay(20 * UNIT, U256::ZERO).unwrap();
    near(stand.position().1, interest, UNIT / 1_000_000);
}

/// At a liquidation threshold of 80 %, 100,000 dollars carry 61,538.46 dollars of debt at a health of 1.3.
#[test]
fn borrowing_stops_where_the_underlying_may_still_rise_by_three_tenths() {
    let Some(mut stand) = Stand::new() else { return };
    // In Aave's prices of 8 decimals, the most debt, and the least atoms that are one more.
    let most: u128 = 80_000 * 100_000_000 * 10 / 13;
    let passes = most * UNIT / (3_000 * 100_000_000);
    let fails = ((most + 1) * UNIT).div_ceil(3_000 * 100_000_000);
    let before = stand.world.chain.snapshot();
    let least = U256::from(UNIT + 3 * UNIT / 10);
    let health = U256::from((80_000 * 100_000_000 * UNIT + most.div_ceil(2)) / (most + 1));
    let low = stand.borrow(100_000 * DOLLAR, fails).unwrap_err();
    low.expect(&LenderHealthTooLow { healthWad: health, leastWad: least });
    assert!(stand.world.chain.revert(before));
    stand.borrow(100_000 * DOLLAR, passes).unwrap();
    let told = stand.world.read(stand.lender, &ILender::healthCall {});
    assert_eq!(told.leastWad, least);
    near(told.healthWad.try_into().unwrap(), 13 * UNIT / 10, UNIT / 1_000_000);
}

#[test]
fn withdrawals_keep_the_same_health_but_repaying_and_topping_up_are_never_refused() {
    let Some(mut stand) = Stand::short() else { return };
    // 20 units carry 97,500 dollars.
    let low = stand.repay(0, U256::from(2_501 * DOLLAR)).unwrap_err();
    assert!(low.decode::<LenderHealthTooLow>().is_some(), "{low:?}");
    stand.repay(0, U256::from(2_499 * DOLLAR)).unwrap();
    stand.aave.set_price(&mut stand.world, stand.coin, 310_000);
    let told = stand.world.read(stand.lender, &ILender::healthCall {});
    assert!(told.healthWad < told.leastWad && told.healthWad > U256::from(UNIT));
    assert!(stand.borrow(0, UNIT / 1_000).unwrap_err().decode::<LenderHealthTooLow>().is_some());
    assert!(stand.repay(UNIT / 1_000, U256::from(1)).unwrap_err().decode::<LenderHealthTooLow>().is_some());
    stand.repay(UNIT / 1_000, U256::ZERO).unwrap();
    stand.borrow(DOLLAR, 0).unwrap();
}

#[test]
fn the_pools_own_refusals_come_with_its_reason() {
    let Some(mut stand) = Stand::new() else { return };
    let much = stand.borrow(10_000 * DOLLAR, 20 * UNIT).unwrap_err();
    much.expect(&refused::<IAavePool::borrowCall>(NOT_COVERED));
    stand.borrow(10_000 * DOLLAR, UNIT).unwrap();
    let much = stand.repay(0, U256::from(20_000 * DOLLAR)).unwrap_err();
    much.expect(&refused::<IAavePool::withdrawCall>(NOT_SO_MUCH));
    // An error of the token's own, with a type, stays what it is.
    let call = ILender::borrowCall { collateralAtoms: U256::from(5), baseAtoms: U256::ZERO };
    let (hedger, lender, token) = (stand.hedger, stand.lender, stand.world.token);
    let none = stand.world.send(hedger, lender, &call).unwrap_err();
    assert_eq!(stand.balance(token, lender), 0);
    none.expect(&Stablecoin::ERC20InsufficientBalance { sender: lender, balance: U256::ZERO, needed: U256::from(5) });
}

#[test]
fn a_frozen_pool_takes_repayments_and_a_paused_one_nothing() {
    let Some(mut stand) = Stand::short() else { return };
    let (coin, token) = (stand.coin, stand.world.token);
    stand.freeze(coin, true);
    let frozen = stand.borrow(10_000 * DOLLAR, UNIT).unwrap_err();
    frozen.expect(&refused::<IAavePool::borrowCall>(FROZEN));
    stand.freeze(token, true);
    let frozen = stand.borrow(10_000 * DOLLAR, 0).unwrap_err();
    frozen.expect(&refused::<IAavePool::supplyCall>(FROZEN));
    stand.repay(5 * UNIT, U256::from(10_000 * DOLLAR)).unwrap();
    stand.pause(token, true);
    let paused = stand.repay(0, U256::from(1)).unwrap_err();
    paused.expect(&refused::<IAavePool::withdrawCall>(PAUSED));
    stand.repay(5 * UNIT, U256::ZERO).unwrap();
    stand.pause(coin, true);
    let paused = stand.repay(UNIT, U256::ZERO).unwrap_err();
    paused.expect(&refused::<IAavePool::repayCall>(PAUSED));
    let (supplied, owed) = stand.position();
    near(supplied, 90_000 * DOLLAR, 1);
    near(owed, 10 * UNIT, UNIT / 1_000_000);
    assert_eq!(stand.left(), [0; 4]);
}

#[test]
fn only_the_hedger_borrows_and_repays() {
    let Some(mut stand) = Stand::short() else { return };
    let (stranger, lender, hedger) = (stand.rich, stand.lender, stand.hedger);
    let refusal = CallerNotAllowed { caller: stranger, allowed: hedger };
    let one = U256::from(1);
    let borrow = ILender::borrowCall { collateralAtoms: U256::ZERO, baseAtoms: one };
    stand.world.send(stranger, lender, &borrow).unwrap_err().expect(&refusal);
    let repay = ILender::repayCall { baseAtoms: U256::ZERO, collateralAtoms: one };
    stand.world.send(stranger, lender, &repay).unwrap_err().expect(&refusal);
    let again = [CONSTRUCTOR.to_vec(), (stranger, stand.aave.pool).abi_encode_params()].concat();
    let receipt = stand.world.submit(stranger, lender, again);
    assert!(!receipt.status);
    Failure(receipt.output).expect(&AlreadyWired {});
}

#[test]
fn a_liquidation_is_seen_in_the_position() {
    let Some(mut stand) = Stand::short() else { return };
    let (coin, token, rich, lender) = (stand.coin, stand.world.token, stand.rich, stand.lender);
    stand.aave.set_price(&mut stand.world, coin, 420_000);
    let approve = Stablecoin::approveCall { spender: stand.aave.pool, value: U256::MAX };
    stand.world.send(rich, coin, &approve).unwrap();
    let liquidate = AaveLiquidations::liquidationCallCall {
        collateralAsset: token,
        debtAsset: coin,
        user: lender,
        debtToCover: U256::MAX,
        receiveAToken: false,
    };
    stand.world.send(rich, stand.aave.pool, &liquidate).unwrap();
    // Half of the debt at a health of 0.952, for 5 % more than it is worth.
    let (supplied, owed) = stand.position();
    near(owed, 10 * UNIT, UNIT / 1_000_000);
    near(supplied, 100_000 * DOLLAR - 44_100 * DOLLAR, DOLLAR);
    // The rest is the hedger's to close.
    stand.repay(11 * UNIT, U256::MAX).unwrap();
    assert_eq!(stand.position(), (0, 0));
    let hedger = stand.hedger;
    near(stand.balance(token, hedger), 955_900 * DOLLAR, DOLLAR);
}

#[test]
fn gifts_go_to_the_hedger_and_change_nothing_else() {
    let Some(mut stand) = Stand::short() else { return };
    let (coin, token, hedger, lender) = (stand.coin, stand.world.token, stand.hedger, stand.lender);
    // Loose tokens.
    mint(&mut stand.world, coin, lender, 5);
    stand.give(lender, 7);
    let before = [stand.balance(coin, hedger), stand.balance(token, hedger)];
    stand.borrow(0, 0).unwrap();
    assert_eq!([stand.balance(coin, hedger), stand.balance(token, hedger)], [before[0] + 5, before[1] + 7]);
    assert_eq!(stand.left(), [0; 4]);
    // What others have supplied and repaid for the lender is its own.
    stand.donate(token, 1_000 * DOLLAR);
    near(stand.position().0, 101_000 * DOLLAR, 1);
    stand.donate(coin, UNIT);
    let (rich, pool) = (stand.rich, stand.aave.pool);
    stand.world.send(rich, coin, &Stablecoin::approveCall { spender: pool, value: U256::from(UNIT) }).unwrap();
    let gift = IAavePool::repayCall {
        asset: coin,
        amount: U256::from(UNIT),
        interestRateMode: U256::from(2),
        onBehalfOf: lender,
    };
    stand.world.send(rich, pool, &gift).unwrap();
    near(stand.position().1, 19 * UNIT, UNIT / 1_000_000);
    mint(&mut stand.world, coin, hedger, UNIT);
    stand.repay(20 * UNIT, U256::MAX).unwrap();
    assert_eq!(stand.position(), (0, 0));
    near(stand.balance(token, hedger), 1_001_000 * DOLLAR + 7, 1);
}

/// Aave lets nobody withdraw who has collateral on which nothing is lent, but that collateral itself.
#[test]
fn a_poisoned_gift_is_disregarded() {
    let Some(mut stand) = Stand::short() else { return };
    let (other, rich, lender, token) = (stand.other, stand.rich, stand.lender, stand.world.token);
    stand.aave.supply(&mut stand.world, rich, other, U256::from(1), lender);
    stand.aave.set_collateral(&mut stand.world, other, [0, 8_000, 10_500]);
    let poisoned = stand.repay(0, U256::from(DOLLAR)).unwrap_err();
    poisoned.expect(&refused::<IAavePool::withdrawCall>(LTV_IS_ZERO));
    let needed = stand.world.send(rich, lender, &ILender::disregardCall { asset: token }).unwrap_err();
    needed.expect(&LenderCollateralNeeded { asset: token });
    stand.world.send(rich, lender, &ILender::disregardCall { asset: other }).unwrap();
    stand.repay(0, U256::from(DOLLAR)).unwrap();
}

/// Aave counts what is supplied as collateral by itself only if there was nothing before.
#[test]
fn a_gift_before_the_first_supply_does_not_keep_collateral_from_counting() {
    let Some(mut stand) = Stand::new() else { return };
    let token = stand.world.token;
    stand.aave.set_collateral(&mut stand.world, token, [0, 8_000, 10_500]);
    stand.donate(token, 1);
    stand.aave.set_collateral(&mut stand.world, token, TERMS);
    stand.borrow(100_000 * DOLLAR, 20 * UNIT).unwrap();
    assert_eq!(stand.position().0, 100_000 * DOLLAR + 1);
}

#[test]
fn a_pool_that_is_none_or_lends_other_tokens_is_refused() {
    let Some(mut stand) = Stand::new() else { return };
    let (hedger, pool, coin, rich) = (stand.hedger, stand.aave.pool, stand.coin, stand.rich);
    let mut refusal = |hedger: Address, pool: Address| -> String {
        let arguments = (hedger, pool).abi_encode_params();
        String::from_utf8_lossy(&stand.world.deploy_program("lender", arguments).unwrap_err().0).into_owned()
    };
    let tells = |text: &str, selector: [u8; 4]| assert!(text.contains(&hex::encode(selector)), "{text}");
    tells(&refusal(hedger, rich), equipoise_interfaces::AddressHasNoCode::SELECTOR);
    tells(&refusal(hedger, Address::ZERO), equipoise_interfaces::AddressIsZero::SELECTOR);
    tells(&refusal(hedger, coin), equipoise_interfaces::CallFailed::SELECTOR);
    let token = stand.world.token;
    let third = mintable(&mut stand.world, 18);
    let stranger = stand.world.deploy("TestHedger", (third, token).abi_encode_params());
    let arguments = (stranger, pool).abi_encode_params();
    let text = stand.world.deploy_program("lender", arguments).unwrap_err();
    tells(&String::from_utf8_lossy(&text.0), LenderReserveMissing::SELECTOR);
}

/// What the hedger pays for, beside its own work: printed, and below what would be too dear.
#[test]
fn borrowing_and_repaying_cost_what_aave_costs() {
    let Some(mut stand) = Stand::new() else { return };
    let (hedger, lender, coin, token) = (stand.hedger, stand.lender, stand.coin, stand.world.token);
    let mut gas = Vec::new();
    for round in 0..2_u32 {
        let to_lender = |value: u128| Stablecoin::transferCall { to: lender, value: U256::from(value) };
        stand.world.send(hedger, token, &to_lender(100_000 * DOLLAR)).unwrap();
        let borrow =
            ILender::borrowCall { collateralAtoms: U256::from(100_000 * DOLLAR), baseAtoms: U256::from(10 * UNIT) };
        gas.push(("borrow", round, stand.world.send(hedger, lender, &borrow).unwrap().gas_used));
        stand.world.send(hedger, coin, &to_lender(5 * UNIT)).unwrap();
        let repay =
            ILender::repayCall { baseAtoms: U256::from(5 * UNIT), collateralAtoms: U256::from(20_000 * DOLLAR) };
        gas.push(("repay", round, stand.world.send(hedger, lender, &repay).unwrap().gas_used));
    }
    for (call, round, used) in gas {
        println!("{call} {round}: {used} gas");
        assert!(used < 1_000_000, "{call}: {used}");
    }
}
