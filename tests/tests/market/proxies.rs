//! The programs that hold value behind their proxies: who can construct and upgrade them, and that an upgrade keeps
//! everything.

use alloy_primitives::{Address, Bytes, I256, U256};
use alloy_sol_types::{sol, SolCall, SolValue};
use equipoise_cli::deployment::{Engines, ProxyAdmin, ProxyState, NOBODY};
use equipoise_interfaces::{
    account, AlreadyWired, CallerNotOwner, ClearingNotFinal, IClearing, IMarket, ITranche, IVault, NotWired,
    OptionTraded, SelectorUnknown,
};
use equipoise_tests::{World, TOKEN};

use crate::fixture::{call_of, leg, put_of, Market, CONSTRUCTOR, CONTRACT, FAR, K2400, K3000, SPOT};

const RICH: u128 = 1_000_000 * TOKEN;

sol! {
    /// What a proxy has for its admin.
    interface Proxy {
        function upgradeToAndCall(address newImplementation, bytes data) external payable;
        function admin() external view returns (address);
        function implementation() external view returns (address);
        #[derive(Debug, PartialEq, Eq)]
        error ProxyDeniedAdminAccess();
    }
}

impl Market {
    /// Every program that holds value.
    const fn proxies(&self) -> [Address; 5] {
        [self.market, self.clearing, self.vault, self.senior, self.junior]
    }

    fn proxy_state(&self, proxy: Address) -> ProxyState {
        ProxyState::of(&self.world.chain, proxy).unwrap()
    }

    /// Calldata of each program's constructor, in the order of the proxies, for who wants to be its owner.
    fn constructions(&self, owner: Address) -> [Vec<u8>; 5] {
        let clearing = (self.desk, self.desk, self.desk, owner, self.world.token).abi_encode_params();
        let arguments = [
            (self.programs(), owner, U256::from(8)).abi_encode_params(),
            clearing,
            (owner, self.clearing, U256::from(3_600)).abi_encode_params(),
            (self.vault, true).abi_encode_params(),
            (self.vault, false).abi_encode_params(),
        ];
        arguments.map(|arguments| [CONSTRUCTOR.to_vec(), arguments].concat())
    }

    /// Long and short positions, and cash in and out of every account there is.
    fn lived_in(&mut self) -> [Address; 2] {
        let long = self.trader("long", RICH);
        let short = self.trader("short", RICH);
        self.trade(long, &[leg(call_of(1, K3000), 3 * CONTRACT), leg(put_of(2, K2400), CONTRACT)]).unwrap();
        self.trade(short, &[leg(call_of(3, K3000), -2 * CONTRACT)]).unwrap();
        let gift = IClearing::depositInsuranceCall { amountAtoms: U256::from(1_000 * TOKEN) };
        self.fund(long, 1_000 * TOKEN);
        self.world.send(long, self.clearing, &gift).unwrap();
        [long, short]
    }
}

#[test]
fn nobody_can_construct_an_implementation_or_a_proxy_again() {
    let mut market = Market::open();
    let stranger = market.trader("stranger", 0);
    for (proxy, construct) in market.proxies().into_iter().zip(market.constructions(stranger)) {
        let implementation = market.proxy_state(proxy).implementation;
        market.refused_data(proxy, stranger, construct.clone()).expect(&AlreadyWired {});
        market.refused_data(implementation, stranger, construct).expect(&AlreadyWired {});
    }
    let owners = [IMarket::ownerCall::SELECTOR, IClearing::ownerCall::SELECTOR, IVault::ownerCall::SELECTOR];
    for (proxy, selector) in market.proxies().into_iter().zip(owners) {
        let implementation = market.proxy_state(proxy).implementation;
        let owned = [implementation, proxy].map(|program| {
            let answer = market.world.submit(stranger, program, selector.to_vec());
            Address::abi_decode(&answer.output).unwrap()
        });
        assert_eq!(owned, [NOBODY, market.world.owner]);
    }
}

#[test]
fn implementations_take_no_money_and_obey_nobody() {
    let mut market = Market::open();
    let owner = market.world.owner;
    let trader = market.trader("trader", RICH);
    market.fund(trader, 5 * TOKEN);
    let [bare_market, bare_clearing, bare_vault, _, bare_tranche] =
        market.proxies().map(|proxy| market.proxy_state(proxy).implementation);
    market.world.approve(trader, bare_clearing);
    let trade =
        IMarket::tradeCall { legs: vec![leg(call_of(1, K3000), CONTRACT)], maxCostAtoms: I256::MAX, deadline: FAR };
    market.refuse_at(bare_market, trader, &trade, &NotWired {});
    market.refuse_at(
        bare_clearing,
        trader,
        &IClearing::depositCall { amountAtoms: U256::from(TOKEN) },
        &ClearingNotFinal {},
    );
    let refused = CallerNotOwner { caller: owner, owner: NOBODY };
    let (oracle, clearing, vault) = (market.oracle, market.clearing, market.vault);
    market.refuse_at(bare_market, owner, &IMarket::wireCall { oracle, clearing, vault }, &refused);
    let (senior, junior) = (market.senior, market.junior);
    market.refuse_at(bare_clearing, owner, &IClearing::wireCall { vault, senior, junior }, &refused);
    let wire = IVault::wireCall { senior, junior, allocations: Vec::new() };
    market.refuse_at(bare_vault, owner, &wire, &refused);
    // The clearing house knows the proxies alone.
    let request = ITranche::requestDepositCall { assets: U256::from(5 * TOKEN), controller: trader, owner: trader };
    let refused = equipoise_interfaces::CallerNotAllowed { caller: bare_tranche, allowed: market.senior };
    market.refuse_at(bare_tranche, trader, &request, &refused);
}

#[test]
fn an_upgrade_keeps_every_balance_position_and_value() {
    let mut market = Market::open();
    let traders = market.lived_in();
    let owner = market.world.owner;
    let before = market.state(&traders);
    let nav = market.read(&IMarket::navCall {}).navAtoms;
    let margins = traders.map(|trader| market.margin_of(trader).equityAtoms);

    let [surface, valuer, pricer, assessor] = [market.surface, market.valuer, market.pricer, market.assessor];
    let [desk, mover, curator, watcher] = [market.desk, market.mover, market.curator, market.watcher];
    let appraiser = market.appraiser;
    let own =
        Engines { surface, valuer, pricer, assessor, desk, mover, curator, watcher, appraiser, ..Engines::default() };
    let token = market.world.token;
    let next_market = market.world.deployer().market_implementation(&own).unwrap();
    let house = market.world.deployer().clearing(token).unwrap();
    let next_clearing = market.proxy_state(house.clearing).implementation;
    for (proxy, next) in [(market.market, next_market), (market.clearing, next_clearing)] {
        let old = market.proxy_state(proxy);
        assert_ne!(old.implementation, next);
        let upgrade = ProxyAdmin::upgradeAndCallCall { proxy, implementation: next, data: Bytes::default() };
        market.world.send(owner, old.admin, &upgrade).unwrap();
        assert_eq!(market.proxy_state(proxy), ProxyState { implementation: next, ..old });
    }

    assert_eq!(market.state(&traders), before);
    assert_eq!(market.read(&IMarket::navCall {}).navAtoms, nav);
    assert_eq!(traders.map(|trader| market.margin_of(trader).equityAtoms), margins);
    // Nobody can construct what is there, and it goes on.
    for (proxy, construct) in market.proxies().into_iter().zip(market.constructions(traders[0])).take(2) {
        market.refused_data(proxy, traders[0], construct).expect(&AlreadyWired {});
    }
    market.trade(traders[0], &[leg(call_of(1, K3000), -CONTRACT)]).unwrap();
    market.trade(traders[1], &[leg(call_of(3, K3000), CONTRACT)]).unwrap();
    let expiry = market.boards[0].1;
    market.world.go_to(expiry - 1_800);
    market.push(SPOT + 100);
    let first = market.last_round();
    market.world.go_to(expiry);
    market.push(SPOT + 100);
    market.settle_board(1, first).unwrap();
    assert_eq!(market.settle_account(traders[0], 1).unwrap(), 200 * i128::try_from(TOKEN).unwrap());
}

#[test]
fn only_the_owner_of_the_admin_upgrades() {
    let mut market = Market::open();
    let owner = market.world.owner;
    let stranger = market.trader("stranger", 0);
    for proxy in market.proxies() {
        let ProxyState { implementation, admin } = market.proxy_state(proxy);
        assert_eq!(market.world.read(admin, &ProxyAdmin::ownerCall {}), owner);
        let upgrade = ProxyAdmin::upgradeAndCallCall { proxy, implementation, data: Bytes::default() };
        let refused = ProxyAdmin::OwnableUnauthorizedAccount { account: stranger };
        market.refuse_at(admin, stranger, &upgrade, &refused);
        // The admin speaks to its proxy only as it is told.
        let direct = Proxy::upgradeToAndCallCall { newImplementation: stranger, data: Bytes::default() };
        let refused = SelectorUnknown { selector: Proxy::upgradeToAndCallCall::SELECTOR.into() };
        for caller in [stranger, owner] {
            market.refuse_at(proxy, caller, &direct, &refused);
        }
        market.world.chain.set_balance(admin, U256::from(10_u64.pow(18)));
        market.refuse_at(proxy, admin, &IMarket::ownerCall {}, &Proxy::ProxyDeniedAdminAccess {});
    }
    // Handed on, as to a timelock.
    let admin = market.proxy_state(market.market).admin;
    let hand_on = ProxyAdmin::transferOwnershipCall { newOwner: stranger };
    market.world.send(owner, admin, &hand_on).unwrap();
    let implementation = market.proxy_state(market.market).implementation;
    let upgrade = ProxyAdmin::upgradeAndCallCall { proxy: market.market, implementation, data: Bytes::default() };
    market.refuse_at(admin, owner, &upgrade, &ProxyAdmin::OwnableUnauthorizedAccount { account: owner });
    market.world.send(stranger, admin, &upgrade).unwrap();
}

#[test]
fn calls_named_like_an_admins_reach_the_program() {
    let mut market = Market::open();
    let owner = market.world.owner;
    let successor = market.trader("successor", 0);
    // The market's owner hands the market on, and not its proxy.
    market.send(owner, &IMarket::transferOwnershipCall { successor }).unwrap();
    market.send(successor, &IMarket::acceptOwnershipCall {}).unwrap();
    assert_eq!(market.read(&IMarket::ownerCall {}), successor);
    let admin = market.proxy_state(market.market).admin;
    assert_eq!(market.world.read(admin, &ProxyAdmin::ownerCall {}), owner);
    for selector in [Proxy::adminCall::SELECTOR, Proxy::implementationCall::SELECTOR] {
        let refused = market.refused_data(market.market, owner, selector.to_vec());
        refused.expect(&SelectorUnknown { selector: selector.into() });
    }
}

#[test]
fn events_and_accounts_are_the_proxys() {
    let mut market = Market::open();
    let trader = market.trader("trader", RICH);
    let legs = vec![leg(call_of(1, K3000), CONTRACT)];
    let trade = IMarket::tradeCall { legs, maxCostAtoms: I256::MAX, deadline: FAR };
    let receipt = market.send(trader, &trade).unwrap();
    assert_eq!(World::events::<OptionTraded>(&receipt)[0].account, account::of(trader));
    let emitters: Vec<Address> = receipt.logs.iter().map(|log| log.inner.address).collect();
    assert!(emitters.iter().all(|emitter| [market.market, market.clearing].contains(emitter)), "{emitters:?}");
    assert!(emitters.contains(&market.market) && emitters.contains(&market.clearing));
    assert_eq!(market.world.read(market.clearing, &IClearing::marketCall { number: 0 }), market.market);
    let bare = market.proxy_state(market.clearing).implementation;
    assert_eq!(market.world.tokens(bare), 0);
    assert!(market.world.tokens(market.clearing) > RICH);
}
