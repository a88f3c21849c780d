//! A whole market, wired, listed, priced and with LPs in its vault.

use alloy_primitives::aliases::U80;
use alloy_primitives::{Address, B256, I256, U256};
use alloy_signer::SignerSync;
use alloy_signer_local::PrivateKeySigner;
use alloy_sol_types::{eip712_domain, Eip712Domain, SolCall, SolError, SolStruct};
use equipoise_chain::{BlockSelector, Receipt};
use equipoise_cli::deployment::{self, Engines, House, Sources};
use equipoise_interfaces::series::Series;
use equipoise_interfaces::{
    account, Book, IBreakers, IClearing, IMarket, ITranche, IVault, Leg, OptionTraded, Quote, Slice, SurfacePost,
    SurfaceSignature,
};
use equipoise_market_state::layout::Frozen;
use equipoise_market_state::store::{Place, ROOT};
use equipoise_risk::parameters::{Parameter, Rule, MILLIONTH_WAD, RULES};
use equipoise_tests::{Failure, World, TOKEN};

pub const HOUR: u64 = 3_600;
pub const DAY: u64 = 24 * HOUR;
/// One contract in WAD, and one lot.
pub const CONTRACT: i128 = 1_000_000_000_000_000_000;
pub const LOT: i128 = CONTRACT / 1_000;
pub const WAD: u128 = 1_000_000_000_000_000_000;
/// What the LPs put in.
pub const CAPITAL: u128 = 1_000_000 * TOKEN;
/// Spot in dollars once the market is open.
pub const SPOT: i64 = 3_000;
pub const STRIKES: [u64; 12] = [2_000, 2_200, 2_400, 2_600, 2_800, 2_900, 3_000, 3_100, 3_200, 3_400, 3_600, 4_000];
/// Places in [`STRIKES`].
pub const K2400: u8 = 2;
pub const K3000: u8 = 6;
pub const K3200: u8 = 8;
/// The time of settlement averages.
pub const WINDOW: u64 = 1_800;
pub const FAR: u64 = u64::MAX >> 8;
/// The selector of constructors, `stylus_constructor()`.
pub const CONSTRUCTOR: [u8; 4] = [0x55, 0x85, 0x25, 0x8d];
/// The binary shift of the market's strikes.
pub const STRIKE_SHIFT: u8 = 8;
const BOARD_DAYS: [u64; 4] = [7, 14, 30, 60];
/// Surface keepers that must sign.
pub const QUORUM: u8 = deployment::SURFACE_THRESHOLD;
const KEEPERS: [&str; 3] = ["one", "two", "three"];
/// How long what they sign is valid.
const VALID_SECS: u64 = 300;

#[allow(clippy::struct_field_names, reason = "the market is one of the programs")]
pub struct Market {
    pub world: World,
    pub oracle: Address,
    pub surface: Address,
    pub valuer: Address,
    pub pricer: Address,
    pub assessor: Address,
    pub desk: Address,
    pub mover: Address,
    pub curator: Address,
    pub watcher: Address,
    pub appraiser: Address,
    pub market: Address,
    pub clearing: Address,
    pub vault: Address,
    /// The tranche of the only LP.
    pub junior: Address,
    pub senior: Address,
    /// Brings surfaces, which anybody may.
    pub keeper: Address,
    /// Sign them, by rising address.
    pub signers: Vec<PrivateKeySigner>,
    pub lp: Address,
    /// Ids and expiries of the boards that were listed.
    pub boards: Vec<(u16, u64)>,
}

pub fn signed(amount: i128) -> I256 {
    I256::try_from(amount).unwrap()
}

pub fn narrow(amount: I256) -> i128 {
    amount.try_into().unwrap()
}

pub fn wad(units: u64) -> U256 {
    U256::from(u128::from(units) * WAD)
}

pub fn call_of(board: u16, strike: u8) -> u32 {
    Series { board, strike, is_put: false }.id()
}

pub fn put_of(board: u16, strike: u8) -> u32 {
    Series { board, strike, is_put: true }.id()
}

pub fn leg(series: u32, size_wad: i128) -> Leg {
    Leg { series, sizeWad: signed(size_wad) }
}

/// A slice of 60 % volatility at the money, the same for every board: total variance rises with time.
pub fn slice(board: u16, forward_wad: U256) -> Slice {
    let thousandths = |number: i128| number * (CONTRACT / 1_000);
    Slice {
        board,
        forwardWad: forward_wad,
        aWad: signed(thousandths(340)),
        bWad: U256::from(thousandths(100).unsigned_abs()),
        rhoWad: signed(thousandths(-300)),
        mWad: I256::ZERO,
        sigmaWad: U256::from(thousandths(200).unsigned_abs()),
        gapWad: U256::ZERO,
    }
}

/// Who signs surfaces.
pub fn surface_keepers() -> Vec<Address> {
    signers(KEEPERS).iter().map(PrivateKeySigner::address).collect()
}

fn rule_of(parameter: Parameter) -> Rule {
    RULES.into_iter().find(|rule| rule.parameter == parameter).unwrap()
}

/// Keys of these names, by rising address.
pub fn signers<const N: usize>(names: [&str; N]) -> Vec<PrivateKeySigner> {
    let key = |name: &str| PrivateKeySigner::from_bytes(&alloy_primitives::keccak256(name)).unwrap();
    let mut signers: Vec<_> = names.into_iter().map(key).collect();
    signers.sort_by_key(PrivateKeySigner::address);
    signers
}

impl Market {
    /// Every program deployed and wired; nothing listed, no cash.
    pub fn wired() -> Self {
        Self::wired_in(World::new())
    }

    /// The same with another token or feed.
    pub fn wired_in(world: World) -> Self {
        let sources = Sources::of(world.feed);
        Self::wired_on(world, sources)
    }

    /// The same with prices that are checked by others.
    pub fn wired_on(mut world: World, sources: Sources) -> Self {
        let keeper = world.account("surface keeper");
        let lp = world.account("LP");
        let token = world.token;
        let mut deployer = world.deployer();
        let engines = deployer.engines().unwrap();
        let house = deployer.house(token, HOUR).unwrap();
        let market = deployer.market(&engines, sources, STRIKE_SHIFT).unwrap();
        deployer.wire(&house, &[(market, 1)], &surface_keepers()).unwrap();
        drop(deployer);
        let parts = (engines, house, market);
        Self::of(world, &parts, keeper, lp)
    }

    /// A market that is deployed and wired.
    pub fn of(world: World, parts: &(Engines, House, deployment::Market), keeper: Address, lp: Address) -> Self {
        let (engines, House { clearing, vault, senior, junior, .. }, deployment::Market { oracle, market, .. }) =
            *parts;
        let Engines { surface, valuer, pricer, assessor, desk, mover, curator, watcher, appraiser, .. } = engines;
        let signers = signers(KEEPERS);
        let boards = Vec::new();
        let mut market = Self {
            world,
            oracle,
            surface,
            valuer,
            pricer,
            assessor,
            desk,
            mover,
            curator,
            watcher,
            appraiser,
            market,
            clearing,
            vault,
            junior,
            senior,
            keeper,
            signers,
            lp,
            boards,
        };
        market.world.let_deposits_in(clearing);
        // Most tests are of other things, and move the surface as they like.
        market.take_widest_steps();
        market
    }

    /// The widest steps of posts that a vote may allow.
    pub fn take_widest_steps(&mut self) {
        self.set_steps(
            [Parameter::VolStep, Parameter::BasisStep, Parameter::StepsPerHour].map(|step| rule_of(step).max),
        );
    }

    /// The steps of posts that a market begins with.
    pub fn take_default_steps(&mut self) {
        self.set_steps(
            [Parameter::VolStep, Parameter::BasisStep, Parameter::StepsPerHour].map(|step| rule_of(step).default),
        );
    }

    /// Sets the last three parameters.
    fn set_steps(&mut self, steps: [u32; 3]) {
        let mut wads = self.read(&IMarket::parametersCall {});
        let first = wads.len() - steps.len();
        for (wad, step) in wads[first..].iter_mut().zip(steps) {
            *wad = U256::from(step) * U256::from(MILLIONTH_WAD);
        }
        let owner = self.world.owner;
        self.send(owner, &IMarket::setParametersCall { parametersWad: wads }).unwrap();
    }

    /// What the constructor of the market is told first.
    pub const fn programs(&self) -> [Address; 9] {
        let Self { desk, mover, curator, watcher, valuer, pricer, surface, assessor, appraiser, .. } = *self;
        [desk, mover, curator, watcher, valuer, pricer, surface, assessor, appraiser]
    }

    /// A market that trades: LPs' cash in the vault, four boards of twelve strikes, a surface, spot at [`SPOT`].
    pub fn open() -> Self {
        Self::open_in(World::new(), CAPITAL)
    }

    /// The same with another token or feed, and other capital.
    pub fn open_in(world: World, capital: u128) -> Self {
        let mut market = Self::listed_in(world, capital);
        market.post_surface().unwrap();
        market
    }

    /// The same without a surface.
    pub fn listed() -> Self {
        Self::listed_in(World::new(), CAPITAL)
    }

    fn listed_in(world: World, capital: u128) -> Self {
        Self::wired_in(world).with_boards(capital)
    }

    /// With LPs' cash in the vault, four boards, spot at [`SPOT`].
    pub fn with_boards(self, capital: u128) -> Self {
        let mut market = self;
        market.fill_vault(capital);
        let now = market.now();
        for days in BOARD_DAYS {
            market.list(now + days * DAY, &STRIKES);
        }
        market.push(SPOT);
        market
    }

    /// An LP deposits, his epoch cuts and is priced, he claims his shares.
    pub fn fill_vault(&mut self, atoms: u128) {
        let lp = self.fund(self.lp, atoms);
        let assets = U256::from(atoms);
        self.lp_send(lp, &ITranche::requestDepositCall { assets, controller: lp, owner: lp }).unwrap();
        let cut = self.world.read(self.vault, &IVault::nextEpochCall {}).cutAt;
        self.world.go_to(cut);
        self.push(SPOT);
        self.process(lp).unwrap();
        self.lp_send(lp, &ITranche::deposit_0Call { assets, receiver: lp }).unwrap();
    }

    /// Has the watcher look.
    pub fn poke(&mut self) -> u8 {
        let anybody = self.keeper;
        let receipt = self.send(anybody, &IBreakers::pokeCall {}).unwrap();
        IBreakers::pokeCall::abi_decode_returns(&receipt.output).unwrap()
    }

    /// Moves spot in hours, none of them so wild that a breaker trips.
    pub fn climb_to(&mut self, dollars: i64) {
        let from = SPOT;
        for step in 1..=4 {
            self.pass(HOUR);
            self.push(from + (dollars - from) * step / 4);
            assert_eq!(self.poke(), 0);
        }
    }

    /// Mints stablecoins to an account and lets the clearing house pull them.
    pub fn fund(&mut self, account: Address, atoms: u128) -> Address {
        let (owner, token) = (self.world.owner, self.world.token);
        let mint = equipoise_tests::Stablecoin::mintCall { to: account, amountAtoms: U256::from(atoms) };
        self.world.send(owner, token, &mint).unwrap();
        self.world.approve(account, self.clearing);
        account
    }

    /// A trader with cash in the ledger.
    pub fn trader(&mut self, name: &str, atoms: u128) -> Address {
        let trader = self.world.account(name);
        self.fund(trader, atoms);
        if atoms > 0 {
            self.deposit(trader, atoms).unwrap();
        }
        trader
    }

    pub fn deposit(&mut self, trader: Address, atoms: u128) -> Result<Receipt, Failure> {
        self.world.send(trader, self.clearing, &IClearing::depositCall { amountAtoms: U256::from(atoms) })
    }

    pub fn vault_send<C: SolCall>(&mut self, from: Address, call: &C) -> Result<Receipt, Failure> {
        self.world.send(from, self.vault, call)
    }

    pub fn lp_send<C: SolCall>(&mut self, from: Address, call: &C) -> Result<Receipt, Failure> {
        self.world.send(from, self.junior, call)
    }

    /// Has the oldest epoch priced.
    pub fn process(&mut self, from: Address) -> Result<Receipt, Failure> {
        let cut = self.world.read(self.vault, &IVault::nextEpochCall {}).cutAt;
        let first_rounds = vec![self.world.first_round_from(cut)];
        self.vault_send(from, &IVault::processEpochCall { firstRounds: first_rounds })
    }

    pub fn send<C: SolCall>(&mut self, from: Address, call: &C) -> Result<Receipt, Failure> {
        self.world.send(from, self.market, call)
    }

    pub fn read<C: SolCall>(&mut self, call: &C) -> C::Return {
        self.world.read(self.market, call)
    }

    pub fn now(&self) -> u64 {
        self.world.chain.timestamp()
    }

    /// Moves the clock forward.
    pub fn pass(&mut self, secs: u64) {
        let at = self.now() + secs;
        self.world.go_to(at);
    }

    /// Adds a round in dollars at the present time, a second later if there is one of this time.
    pub fn push(&mut self, dollars: i64) {
        self.push_answer(i128::from(dollars) * self.world.dollar);
    }

    /// Adds a round in the feed's own decimals.
    pub fn push_answer(&mut self, answer: i128) {
        if self.world.read(self.oracle, &equipoise_interfaces::IOracle::feedCall {}) == self.world.feed {
            let spot = self.world.view(self.oracle, &equipoise_interfaces::IOracle::spotCall {});
            if spot.is_ok_and(|spot| spot.updatedAt >= self.now()) {
                self.pass(1);
            }
        }
        let now = self.now();
        self.world.push_round(answer, now);
    }

    pub fn list(&mut self, expiry: u64, strikes: &[u64]) -> u16 {
        let strikes_wad = strikes.iter().map(|strike| wad(*strike)).collect();
        let owner = self.world.owner;
        let receipt = self.send(owner, &IMarket::listBoardCall { expiry, strikesWad: strikes_wad }).unwrap();
        let id = IMarket::listBoardCall::abi_decode_returns(&receipt.output).unwrap();
        self.boards.push((id, expiry));
        id
    }

    /// What the settlement average before an expiry comes to if the feed says nothing more.
    pub fn begun_average(&mut self, expiry: u64) -> U256 {
        let ask = equipoise_interfaces::IOracle::begunAverageCall { expiry, windowSecs: WINDOW };
        self.world.read(self.oracle, &ask)
    }

    pub fn spot_wad(&mut self) -> U256 {
        self.world.read(self.oracle, &equipoise_interfaces::IOracle::spotCall {}).priceWad
    }

    /// The standard slices of the boards that have not expired, with forwards a little over spot.
    pub fn slices(&mut self) -> Vec<Slice> {
        let spot = self.spot_wad();
        let now = self.now();
        let forward = |expiry: u64| spot + spot * U256::from(expiry.saturating_sub(now)) / U256::from(10_000 * DAY);
        let live = self.read(&IMarket::liveBoardsCall {});
        let boards: Vec<_> = self.boards.iter().filter(|(id, expiry)| *expiry > now && live.contains(id)).collect();
        boards.into_iter().map(|(id, expiry)| slice(*id, forward(*expiry))).collect()
    }

    pub fn post(&mut self, slices: Vec<Slice>) -> Result<Receipt, Failure> {
        let (keeper, draft) = (self.keeper, self.draft(slices));
        let call = self.signed(draft);
        self.send(keeper, &call)
    }

    /// A surface as it is now, not signed yet.
    pub fn draft(&mut self, slices: Vec<Slice>) -> SurfacePost {
        let last = self.read(&IMarket::surfaceStepsCall {}).sequence;
        let (spot_wad, now) = (self.spot_wad(), self.now());
        SurfacePost { sequence: last + 1, observedAt: now, validUntil: now + VALID_SECS, spotWad: spot_wad, slices }
    }

    /// A surface with as many signatures as it needs.
    pub fn signed(&self, post: SurfacePost) -> IMarket::postSurfaceCall {
        let signatures = self.signers.iter().take(QUORUM.into()).map(|signer| self.signature(&post, signer)).collect();
        IMarket::postSurfaceCall { post, signatures }
    }

    /// One keeper's signature.
    pub fn signature(&self, post: &SurfacePost, signer: &PrivateKeySigner) -> SurfaceSignature {
        let digest = post.eip712_signing_hash(&self.domain());
        let signature = signer.sign_hash_sync(&digest).unwrap().as_bytes().into();
        SurfaceSignature { keeper: signer.address(), signature }
    }

    /// What surfaces are signed in.
    pub fn domain(&self) -> Eip712Domain {
        eip712_domain! {
            name: "Equipoise Market",
            version: "1",
            chain_id: self.world.chain.chain_id(),
            verifying_contract: self.market,
        }
    }

    pub fn post_surface(&mut self) -> Result<Receipt, Failure> {
        let slices = self.slices();
        self.post(slices)
    }

    pub fn quote(&mut self, legs: &[Leg]) -> Result<Quote, Failure> {
        self.world.view(self.market, &IMarket::quoteCall { legs: legs.to_vec() })
    }

    /// Trades without a limit or a deadline.
    pub fn trade(&mut self, trader: Address, legs: &[Leg]) -> Result<OptionTraded, Failure> {
        self.trade_within(trader, legs, I256::MAX, FAR)
    }

    pub fn trade_within(
        &mut self,
        trader: Address,
        legs: &[Leg],
        max_cost: I256,
        deadline: u64,
    ) -> Result<OptionTraded, Failure> {
        let call = IMarket::tradeCall { legs: legs.to_vec(), maxCostAtoms: max_cost, deadline };
        let receipt = self.send(trader, &call)?;
        let mut told = World::events::<OptionTraded>(&receipt);
        assert_eq!(told.len(), 1);
        let told = told.remove(0);
        let answer = IMarket::tradeCall::abi_decode_returns(&receipt.output).unwrap();
        assert_eq!(answer, told.quoted.costAtoms, "the answer is what the event tells");
        Ok(told)
    }

    /// The owner changes one parameter.
    pub fn with_parameter(&mut self, parameter: Parameter, millionths: u32) {
        let mut all = self.read(&IMarket::parametersCall {});
        let place = RULES.iter().position(|rule| rule.parameter == parameter).unwrap();
        all[place] = U256::from(millionths) * U256::from(MILLIONTH_WAD);
        let owner = self.world.owner;
        self.send(owner, &IMarket::setParametersCall { parametersWad: all }).unwrap();
    }

    /// By how much spreads are wider in the round of the last trade or poke, in millionths.
    pub fn multiplier(&mut self) -> u32 {
        let at = ROOT + U256::from(Place::Frozen as u8);
        let slot = self.world.chain.storage(self.market, at, BlockSelector::latest()).unwrap();
        Frozen::decode(&slot.0).multiplier.stored().raw()
    }

    pub fn book(&mut self) -> Book {
        self.read(&IMarket::bookCall {})
    }

    /// An account's cash.
    pub fn cash(&mut self, account: B256) -> i128 {
        narrow(self.world.read(self.clearing, &IClearing::cashOfCall { account }).cashAtoms)
    }

    pub fn cash_of(&mut self, owner: Address) -> i128 {
        self.cash(account::of(owner))
    }

    /// What an account is worth and must be worth.
    pub fn margin_of(&mut self, owner: Address) -> IClearing::accountMarginReturn {
        self.world.read(self.clearing, &IClearing::accountMarginCall { account: account::of(owner) })
    }

    /// Positions in WAD contracts by rising strike, call before put.
    pub fn positions(&mut self, account: B256, board: u16) -> Vec<i128> {
        let sizes = self.read(&IMarket::positionsCall { account, board });
        sizes.into_iter().map(narrow).collect()
    }

    pub fn settle_board(&mut self, board: u16, first_round: u64) -> Result<Receipt, Failure> {
        let owner = self.world.owner;
        self.send(owner, &IMarket::settleBoardCall { board, firstRound: U80::from(first_round) })
    }

    pub fn settle_account(&mut self, trader: Address, board: u16) -> Result<i128, Failure> {
        let owner = self.world.owner;
        let call = IMarket::settleAccountCall { account: account::of(trader), board };
        let receipt = self.send(owner, &call)?;
        Ok(narrow(IMarket::settleAccountCall::abi_decode_returns(&receipt.output).unwrap()))
    }

    /// The number of the feed's last round.
    pub fn last_round(&mut self) -> u64 {
        let feed = self.world.feed;
        self.world.read(feed, &equipoise_tests::PriceFeed::latestRoundCall {}).to::<u64>()
    }

    /// Sends a call that must be refused with `expected` and must leave everything as it was.
    pub fn refuse<C: SolCall, E>(&mut self, from: Address, call: &C, expected: &E)
    where
        E: SolError + PartialEq + std::fmt::Debug,
    {
        self.refuse_at(self.market, from, call, expected);
    }

    /// The same, of any program.
    pub fn refuse_at<C: SolCall, E>(&mut self, to: Address, from: Address, call: &C, expected: &E)
    where
        E: SolError + PartialEq + std::fmt::Debug,
    {
        let data = self.refused_data(to, from, call.abi_encode());
        data.expect(expected);
    }

    /// Sends calldata that must be refused and must leave everything as it was.
    pub fn refused_data(&mut self, to: Address, from: Address, data: Vec<u8>) -> Failure {
        // Programs have no ether of their own.
        self.world.chain.set_balance(from, U256::from(WAD));
        let before = self.state(&[from]);
        let receipt = self.world.submit(from, to, data);
        assert!(!receipt.status, "the call is not refused");
        assert_eq!(self.state(&[from]), before, "a refused call changes something");
        Failure(receipt.output)
    }

    /// A trade that must be refused.
    pub fn refuse_trade<E>(&mut self, trader: Address, legs: &[Leg], expected: &E)
    where
        E: SolError + PartialEq + std::fmt::Debug,
    {
        let call = IMarket::tradeCall { legs: legs.to_vec(), maxCostAtoms: I256::MAX, deadline: FAR };
        self.refuse(trader, &call, expected);
    }
}
