//! A vault with both its tranches on the embedded chain: real programs, a real clearing house and oracle, a stand-in for the
//! market whose value the test sets.

use alloy_primitives::{Address, B256, I256, U256};
use alloy_sol_types::SolCall;
use equipoise_chain::Receipt;
use equipoise_interfaces::account::{of, VAULT};
use equipoise_interfaces::{EpochProcessed, EpochSettled, IClearing, ITranche, IVault, Margin, Report, Terms};
use equipoise_tests::{Failure, TestMarket, World};

pub const HOUR: u64 = 3_600;
/// Shares that a token buys in an empty tranche.
pub const SHARE: u128 = 1_000_000_000_000;
pub const PRICE: i64 = 3_000;

pub struct Setup {
    pub world: World,
    pub token: Address,
    pub clearing: Address,
    pub market: Address,
    pub steward: Address,
    pub vault: Address,
    pub junior: Address,
    pub senior: Address,
}

pub fn setup_with(token: impl Fn(&mut World) -> Address) -> Setup {
    let mut world = World::new();
    let token = token(&mut world);
    let owner = world.owner;
    let house = world.deployer().house(token, HOUR).unwrap();
    let (clearing, vault, senior, junior) = (house.clearing, house.vault, house.senior, house.junior);
    let steward = house.steward;
    let oracle = world.oracle().unwrap();
    let market = world.deploy("TestMarket", Vec::new());
    world.wire_house(&house, &[(market, oracle)]);
    world.send(owner, market, &TestMarket::followCall { clearing }).unwrap();
    world.push_price(PRICE);
    Setup { world, token, clearing, market, steward, vault, junior, senior }
}

pub fn setup() -> Setup {
    setup_with(|world| world.token)
}

pub fn signed(amount: i128) -> I256 {
    I256::try_from(amount).unwrap()
}

pub fn narrow(amount: U256) -> u128 {
    amount.try_into().unwrap()
}

impl Setup {
    pub fn lp(&mut self, name: &str, atoms: u128) -> Address {
        let lp = self.world.account_with(name, atoms);
        self.world.approve(lp, self.clearing);
        lp
    }

    pub fn send<C: SolCall>(&mut self, from: Address, to: Address, call: &C) -> Result<C::Return, Failure> {
        let receipt = self.world.send(from, to, call)?;
        Ok(C::abi_decode_returns_validate(&receipt.output).unwrap())
    }

    pub fn request_deposit(&mut self, tranche: Address, lp: Address, atoms: u128) -> Result<u64, Failure> {
        let call = ITranche::requestDepositCall { assets: U256::from(atoms), controller: lp, owner: lp };
        self.send(lp, tranche, &call).map(|id| id.to())
    }

    pub fn request_redeem(&mut self, tranche: Address, lp: Address, shares: u128) -> Result<u64, Failure> {
        let call = ITranche::requestRedeemCall { shares: U256::from(shares), controller: lp, owner: lp };
        self.send(lp, tranche, &call).map(|id| id.to())
    }

    /// Goes past the cut of every epoch with requests, with a fresh price.
    pub fn pass_cut(&mut self) {
        let open = self.world.read(self.vault, &IVault::openEpochCall {});
        self.world.go_to(open.cutAt);
        self.push(PRICE);
    }

    /// A second later the feed answers, and the market has seen it.
    pub fn push(&mut self, price: i64) {
        let now = self.world.chain.timestamp();
        self.world.go_to(now + 1);
        self.world.push_price(price);
        self.observe(false);
    }

    pub fn observe(&mut self, is_settlement_pending: bool) {
        let (owner, market) = (self.world.owner, self.market);
        let price_at = self.world.chain.timestamp();
        let call = TestMarket::observeCall { priceAt: price_at, isSettlementPending: is_settlement_pending };
        self.world.send(owner, market, &call).unwrap();
    }

    pub fn mark(&mut self, mark: i128, uncertainty: u128, redeemable: u128) {
        let (owner, market) = (self.world.owner, self.market);
        let call = TestMarket::markCall {
            markAtoms: signed(mark),
            uncertaintyAtoms: U256::from(uncertainty),
            redeemableAtoms: U256::from(redeemable),
        };
        self.world.send(owner, market, &call).unwrap();
    }

    /// # Returns: what the vault tells, and each tranche that had requests
    pub fn process(&mut self) -> Result<(EpochProcessed, Vec<EpochSettled>), Failure> {
        let keeper = self.world.account("keeper");
        let cut = self.world.read(self.vault, &IVault::nextEpochCall {}).cutAt;
        let first_rounds = vec![self.world.first_round_from(cut)];
        let receipt = self.world.send(keeper, self.vault, &IVault::processEpochCall { firstRounds: first_rounds })?;
        Ok((World::events::<EpochProcessed>(&receipt).remove(0), World::events(&receipt)))
    }

    /// Claims all shares that are claimable.
    pub fn claim_deposit(&mut self, tranche: Address, lp: Address) -> u128 {
        let assets = self.world.read(tranche, &ITranche::maxDepositCall { controller: lp });
        narrow(self.send(lp, tranche, &ITranche::deposit_0Call { assets, receiver: lp }).unwrap())
    }

    /// Claims all assets that are claimable.
    pub fn claim_redeem(&mut self, tranche: Address, lp: Address) -> u128 {
        let shares = self.world.read(tranche, &ITranche::maxRedeemCall { controller: lp });
        narrow(self.send(lp, tranche, &ITranche::redeemCall { shares, receiver: lp, controller: lp }).unwrap())
    }

    pub fn collect(&mut self, tranche: Address, lp: Address) {
        let keeper = self.world.account("keeper");
        self.send(keeper, tranche, &ITranche::collectCall { controller: lp }).unwrap();
    }

    /// An LP who is in.
    pub fn member(&mut self, tranche: Address, name: &str, atoms: u128) -> Address {
        let lp = self.lp(name, atoms);
        self.request_deposit(tranche, lp, atoms).unwrap();
        self.pass_cut();
        self.process().unwrap();
        self.claim_deposit(tranche, lp);
        lp
    }

    pub fn shares(&mut self, tranche: Address, owner: Address) -> u128 {
        narrow(self.world.read(tranche, &ITranche::balanceOfCall { owner }))
    }

    pub fn supply(&mut self, tranche: Address) -> u128 {
        narrow(self.world.read(tranche, &ITranche::totalSupplyCall {}))
    }

    pub fn assets(&mut self, tranche: Address) -> u128 {
        narrow(self.world.read(tranche, &ITranche::totalAssetsCall {}))
    }

    pub fn cash(&mut self, account: B256) -> i128 {
        let cash = self.world.read(self.clearing, &IClearing::cashOfCall { account });
        cash.cashAtoms.try_into().unwrap()
    }

    pub fn nav(&mut self) -> i128 {
        let nav = self.world.read(self.vault, &IVault::navCall {});
        nav.navAtoms.try_into().unwrap()
    }

    /// Has a trader win from the vault, or lose to it.
    pub fn trade(&mut self, trader: Address, cost: i128) {
        let margin = Margin { valueX64: 0, markX64: 0, maintenanceX64: [0; 32], initialX64: [0; 32] };
        let report = Report { holds: 1, isReducing: false, margin };
        let call = IClearing::recordTradeCall { account: of(trader), caller: trader, costAtoms: signed(cost), report };
        self.world.relay(self.market, self.clearing, &call).unwrap();
    }

    pub fn trader(&mut self, name: &str, atoms: u128) -> Address {
        let trader = self.lp(name, atoms);
        let deposit = IClearing::depositCall { amountAtoms: U256::from(atoms) };
        self.world.send(trader, self.clearing, &deposit).unwrap();
        trader
    }

    pub fn set_terms(&mut self, terms: Terms) -> Result<(), Failure> {
        let (owner, vault) = (self.world.owner, self.vault);
        self.send(owner, vault, &IVault::setTermsCall { agreed: terms }).map(drop)
    }

    /// When a transaction was.
    pub fn time_of(&self, receipt: &Receipt) -> u64 {
        self.world.chain.block(receipt.block_number.into()).unwrap().header.timestamp
    }

    /// Nothing accrues and nothing is charged.
    pub fn plain_terms() -> Terms {
        Terms { seniorRate: 0, coverage: 200_000, managementFee: 0, performanceFee: 0, feeRecipient: Address::ZERO }
    }

    /// Junior and senior are the net asset value exactly, and the vault's cash is where it belongs.
    pub fn check_sums(&mut self) {
        let nav = self.nav().max(0);
        let (junior, senior) = (self.assets(self.junior), self.assets(self.senior));
        assert_eq!(i128::try_from(junior + senior).unwrap(), nav);
        assert!(self.cash(VAULT) >= 0);
    }
}
