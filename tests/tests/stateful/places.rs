//! Where else hedges are filled, and where the underlying is borrowed: Uniswap's own pool and Aave's own, wherever their packages
//! are installed.
//!
//! Nobody trades at either between rebalances. So their prices are brought to the feed's just before somebody hedges there.

use alloy_primitives::aliases::{I24, U160};
use alloy_primitives::{Address, I256, U256};
use alloy_sol_types::{sol, SolValue};
use equipoise_cli::uniswap::{root_x96, PoolTrader, UniswapPool, LAST_TICK};
use equipoise_interfaces::{IHedger, ILender};
use equipoise_tests::{deploy_of_aave, has_aave, uniswap_pool, Aave, AaveOracle, Hedging, Lent, TOKEN};

use crate::double::lender::{Account, Scaled};
use crate::double::pool::{word_of_ticks, TICKS_OF_WORD};
use crate::fixture::{wad, Market};
use crate::life::{Life, FEED_UNIT};

sol! {
    interface Indices {
        function getReserveNormalizedIncome(address asset) external view returns (uint256);
        function getReserveNormalizedVariableDebt(address asset) external view returns (uint256);
    }
}

/// What may be filled at once to begin with, and owed.
pub const CAP_DOLLARS: u64 = 500_000;
/// What the pool has of the stablecoin at first, and as much of the underlying: enough that half a million moves its price by
/// two tenths of a percent.
const DEPTH_ATOMS: f64 = 5e14;
/// What others have supplied to the lender, of the underlying.
const SUPPLIED_ATOMS: u128 = 100_000 * TOKEN;
/// What is lent on stablecoins, from where on loans are liquidated, and what a liquidator takes, in hundredths of a percent.
const LENDING: [u64; 3] = [7_500, 8_000, 10_500];
/// So near to the end of a word of ticks the pool's price is left beside the feed's: no swap crosses it.
const MARGIN_TICKS: i32 = 200;

/// The pool and the lender of one market.
#[derive(Clone, Copy, Debug)]
pub struct Places {
    pub pool: Address,
    pub pool_venue: Address,
    /// Whoever brings the pool's price to the feed's.
    pub arbitrageur: Address,
    pub aave: Aave,
    pub lender: Address,
    /// Aave's own tokens: of the stablecoin and of the underlying that lie there, and of the underlying that is owed.
    pub collateral_token: Address,
    pub supplied_token: Address,
    pub debt_token: Address,
}

impl Places {
    /// Deploys and opens both; none without their packages.
    pub fn open(market: &mut Market, hedging: &Hedging, dollars: u64) -> Option<Self> {
        if !has_aave() {
            return None;
        }
        let (world, coin) = (&mut market.world, hedging.coin);
        let (owner, token, hedger) = (world.owner, world.token, hedging.hedges.hedger);
        let arbitrageur = world.deploy("PoolTrader", Vec::new());
        hedging.stock(world, arbitrageur, U256::from(1_000_000 * TOKEN));
        let pool = uniswap_pool(world, coin, token)?;
        let price = price_of_pool(coin < token, dollars as f64);
        let root = root_x96(price);
        world.send(owner, pool, &UniswapPool::initializeCall { sqrtPriceX96: root }).unwrap();
        let liquidity = (DEPTH_ATOMS / (dollars as f64).sqrt()) as u128;
        let [low, high] = [-LAST_TICK, LAST_TICK].map(|tick| I24::try_from(tick).unwrap());
        let provide = PoolTrader::provideCall { pool, tickLower: low, tickUpper: high, liquidity };
        world.send(owner, arbitrageur, &provide).unwrap();
        let pool_venue = world.deployer().pool_venue(hedger, pool).unwrap();

        let lent = |asset, cents| Lent { asset, decimals: 6, cents, collateral_bps: LENDING };
        let aave = Aave::open(world, &[lent(token, 100), lent(coin, dollars as i64 * 100)]);
        let rich = world.account("rich supplier");
        let supplied = U256::from(SUPPLIED_ATOMS);
        hedging.stock(world, rich, supplied);
        aave.supply(world, rich, coin, supplied, rich);
        let lender = world.deployer().lender(hedger, aave.pool).unwrap();
        world.send(owner, hedger, &IHedger::setLenderCall { lender }).unwrap();
        let told = world.read(lender, &ILender::tokensCall {});
        let supplied_token = aave.reserve(world, coin).aTokenAddress;
        for venue in [pool_venue, lender] {
            hedging.set_venue(world, venue, wad(CAP_DOLLARS)).unwrap();
        }
        let (collateral_token, debt_token) = (told.collateralToken, told.debtToken);
        Some(Self { pool, pool_venue, arbitrageur, aave, lender, collateral_token, supplied_token, debt_token })
    }

    /// Whoever has any of either token here.
    pub fn wallets(&self) -> [Address; 6] {
        let Self { pool, pool_venue, arbitrageur, lender, collateral_token, supplied_token, .. } = *self;
        [pool, pool_venue, arbitrageur, lender, collateral_token, supplied_token]
    }
}

/// Atoms of the pool's second token for one of its first, which have as many decimals.
fn price_of_pool(is_coin_first: bool, dollars: f64) -> f64 {
    if is_coin_first {
        dollars
    } else {
        dollars.recip()
    }
}

/// The nearest price that no swap leaves its word of ticks from.
fn within_word(price: f64) -> f64 {
    let (begin, end) = word_of_ticks(price);
    let ratio = |ticks: i32| 1.0001_f64.powi(ticks);
    debug_assert!(end - begin == TICKS_OF_WORD);
    price.clamp(ratio(begin + MARGIN_TICKS), ratio(end - MARGIN_TICKS))
}

impl Life {
    /// Brings the lender's price to the feed's and, where somebody fills there, the pool's.
    pub fn align_places(&mut self, is_pool_used: bool) {
        let Some(places) = self.own.places else { return };
        let Some(answer) = self.course.here.rounds.last().and_then(|round| round.answer) else { return };
        let world = &mut self.market.world;
        let (owner, coin) = (world.owner, self.own.hedging.coin);
        if self.course.here.lent_at != answer {
            let price = I256::try_from(answer).unwrap();
            let source = deploy_of_aave(world, "mocks/oracle/CLAggregators/MockAggregator", price.abi_encode());
            let name = AaveOracle::setAssetSourcesCall { assets: vec![coin], sources: vec![source] };
            world.send(owner, places.aave.oracle, &name).unwrap();
            self.course.here.lent_at = answer;
        }
        if !is_pool_used {
            return;
        }
        let dollars = answer as f64 / FEED_UNIT as f64;
        let wanted = root_x96(within_word(price_of_pool(coin < world.token, dollars)));
        let root = U160::from(self.picture().hedger.pool.unwrap().root_x96);
        if root != wanted {
            let is_down = wanted < root;
            let go = PoolTrader::moveCall { pool: places.pool, isDown: is_down, sqrtPriceX96: wanted };
            self.market.world.send(owner, places.arbitrageur, &go).unwrap();
        }
    }

    /// The account at the lender as of now, as Aave's slots and indices say: nothing where there is none.
    pub fn account_at_lender(&mut self) -> Account {
        let Some(places) = self.own.places else { return Account::default() };
        let (pool, token, coin) = (places.aave.pool, self.market.world.token, self.own.hedging.coin);
        let [collateral, debt] = self.picture().hedger.scaled;
        let world = &mut self.market.world;
        let income = world.read(pool, &Indices::getReserveNormalizedIncomeCall { asset: token });
        let owed = world.read(pool, &Indices::getReserveNormalizedVariableDebtCall { asset: coin });
        Account { collateral: Scaled::new(collateral, income), debt: Scaled::new(debt, owed) }
    }
}
