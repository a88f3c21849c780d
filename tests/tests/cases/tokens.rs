//! Tokens that misbehave, and tokens and feeds of other decimals.

use alloy_primitives::{Address, Bytes, U256};
use alloy_sol_types::{SolCall, SolValue};
use equipoise_cli::deployment::Sources;
use equipoise_interfaces::{
    account, ClearingTokenTransferFailed, ClearingTransferredAmountDiffers, IClearing, ITranche, IVault,
};
use equipoise_tests::{TestToken, World, TOKEN};

use crate::fixture::{call_of, leg, narrow, put_of, Market, CAPITAL, CONTRACT, K3000, K3200, LOT, SPOT};
use crate::stage::RICH;

/// A market whose token misbehaves as it is told to, with a trader and an LP who has a request and claims of both kinds.
struct Odd {
    market: Market,
    trader: Address,
    lp: Address,
    request: U256,
}

fn odd() -> Odd {
    let mut market = Market::open_in(World::with_odd_token(6, 8), CAPITAL);
    let trader = market.trader("trader", RICH);
    market.fund(trader, RICH);
    let (junior, senior, lp) = (market.junior, market.senior, market.lp);
    let shares = market.shares(junior, lp);
    market.request_redeem(junior, lp, shares / 10).unwrap();
    market.price_epoch(SPOT);
    market.fund(lp, RICH);
    market.request_deposit(senior, lp, 1_000 * TOKEN).unwrap();
    let request = U256::from(market.world.read(market.vault, &IVault::nextEpochCall {}).epoch);
    Odd { market, trader, lp, request }
}

impl Odd {
    fn tell<C: SolCall>(&mut self, call: &C) {
        let (owner, token) = (self.market.world.owner, self.market.world.token);
        self.market.world.send(owner, token, call).unwrap();
    }

    /// Every call that moves tokens in: by whom, to which program.
    fn ways_in(&self) -> Vec<(Address, Address, Vec<u8>)> {
        let (trader, clearing, lp) = (self.trader, self.market.clearing, self.lp);
        let amount = U256::from(100 * TOKEN);
        let for_another = IClearing::depositForCall { account: account::of(lp), amountAtoms: amount };
        let request = ITranche::requestDepositCall { assets: amount, controller: lp, owner: lp };
        vec![
            (trader, clearing, IClearing::depositCall { amountAtoms: amount }.abi_encode()),
            (trader, clearing, for_another.abi_encode()),
            (trader, clearing, IClearing::depositInsuranceCall { amountAtoms: amount }.abi_encode()),
            (lp, self.market.junior, request.abi_encode()),
            (lp, self.market.senior, request.abi_encode()),
        ]
    }

    /// Every call that moves tokens out.
    fn ways_out(&mut self) -> Vec<(Address, Address, Vec<u8>)> {
        let (trader, clearing, lp, request) = (self.trader, self.market.clearing, self.lp, self.request);
        let (junior, senior) = (self.market.junior, self.market.senior);
        let amount = U256::from(100 * TOKEN);
        let claimable = self.market.world.read(junior, &ITranche::maxRedeemCall { controller: lp });
        assert!(claimable > U256::ZERO);
        let from = IClearing::withdrawFromCall { account: account::of(trader), amountAtoms: amount, to: lp };
        let redeem = ITranche::redeemCall { shares: claimable, receiver: lp, controller: lp };
        let withdraw = ITranche::withdrawCall { assets: amount, receiver: lp, controller: lp };
        let cancel = ITranche::cancelDepositRequestCall { requestId: request, controller: lp };
        vec![
            (trader, clearing, IClearing::withdrawCall { amountAtoms: amount }.abi_encode()),
            (trader, clearing, from.abi_encode()),
            (lp, junior, redeem.abi_encode()),
            (lp, junior, withdraw.abi_encode()),
            (lp, senior, cancel.abi_encode()),
        ]
    }
}

#[test]
fn token_that_takes_a_fee_or_rebases_is_refused_at_every_door() {
    let mut odd = odd();
    let (ways_in, ways_out) = (odd.ways_in(), odd.ways_out());
    let clearing = odd.market.clearing;
    let basis_point = TestToken::setFeesCall { feeBps: U256::ONE, surchargeBps: U256::ZERO };
    odd.tell(&basis_point);
    for (from, to, data) in &ways_in {
        let refused = odd.market.refused_data(*to, *from, data.clone());
        let told = refused.decode::<ClearingTransferredAmountDiffers>().unwrap();
        assert_eq!(told.balanceAfterAtoms - told.balanceBeforeAtoms, told.expectedAtoms - U256::from(TOKEN / 100));
    }
    odd.tell(&TestToken::setFeesCall { feeBps: U256::ZERO, surchargeBps: U256::ONE });
    for (from, to, data) in &ways_out {
        let refused = odd.market.refused_data(*to, *from, data.clone());
        let told = refused.decode::<ClearingTransferredAmountDiffers>().unwrap();
        assert!(told.balanceBeforeAtoms - told.balanceAfterAtoms > told.expectedAtoms);
    }
    // Balances that grow by themselves while a transfer runs.
    odd.tell(&TestToken::setFeesCall { feeBps: U256::ZERO, surchargeBps: U256::ZERO });
    let token = odd.market.world.token;
    let grow = TestToken::mintCall { to: clearing, value: U256::from(7) }.abi_encode();
    odd.tell(&TestToken::setCallCall { target: token, data: grow.into() });
    for (from, to, data) in ways_in.iter().chain(&ways_out) {
        let refused = odd.market.refused_data(*to, *from, data.clone());
        refused.decode::<ClearingTransferredAmountDiffers>().unwrap();
    }
    // Between transfers it is a donation, which is nobody's.
    odd.tell(&TestToken::setCallCall { target: Address::ZERO, data: Bytes::new() });
    let before = (odd.market.nav(), odd.market.cash_of(odd.trader));
    odd.tell(&TestToken::mintCall { to: clearing, value: U256::from(RICH) });
    assert_eq!((odd.market.nav(), odd.market.cash_of(odd.trader)), before);
    for (from, to, data) in ways_in.into_iter().chain(ways_out) {
        let done = odd.market.suppose(|market| market.world.submit(from, to, data).status);
        assert!(done, "a token that behaves again is served");
    }
}

#[test]
fn token_that_answers_false_is_refused_at_every_door_and_one_that_answers_nothing_is_served() {
    let mut odd = odd();
    let ways: Vec<_> = [odd.ways_in(), odd.ways_out()].concat();
    let token = odd.market.world.token;
    for answer in [1, 3] {
        odd.tell(&TestToken::setAnswerCall { answer });
        for (from, to, data) in &ways {
            let refused = odd.market.refused_data(*to, *from, data.clone());
            assert_eq!(refused.decode::<ClearingTokenTransferFailed>().unwrap().token, token);
        }
    }
    odd.tell(&TestToken::setAnswerCall { answer: 2 });
    for (from, to, data) in &ways {
        let before = [odd.market.world.tokens(*from), odd.market.world.tokens(odd.market.clearing)];
        let after = odd.market.suppose(|market| {
            assert!(market.world.submit(*from, *to, data.clone()).status);
            [market.world.tokens(*from), market.world.tokens(market.clearing)]
        });
        assert_ne!(before[1], after[1], "tokens have moved");
    }
}

/// What a market's life comes to in dollars times 10^6, whatever its units.
fn economics(token_decimals: u8, feed_decimals: u8) -> Vec<i128> {
    let dollar = 10u128.pow(token_decimals.into());
    let mut market = Market::open_in(World::with_odd_token(token_decimals, feed_decimals), 1_000_000 * dollar);
    let micros = |atoms: i128| atoms * 1_000_000 / dollar as i128;
    let [long, short] = ["long", "short"].map(|name| market.trader(name, 100_000 * dollar));
    let mut told = Vec::new();
    for (trader, size) in [(long, 10 * CONTRACT), (short, -7 * CONTRACT), (long, LOT)] {
        let traded = market.trade(trader, &[leg(call_of(1, K3000), size), leg(put_of(3, K3200), size)]).unwrap();
        let quoted = traded.quoted;
        told.extend([quoted.costAtoms, quoted.midAtoms, quoted.skewAtoms].map(|atoms| micros(narrow(atoms))));
    }
    let margin = market.margin_of(short);
    told.push(micros(narrow(margin.equityAtoms)));
    told.push(micros(margin.initialAtoms.to::<u128>() as i128));
    market.jump(SPOT + 70);
    told.push(micros(market.nav()));
    market.settle_at(1, SPOT + 123);
    for trader in [long, short] {
        told.push(micros(market.settle_account(trader, 1).unwrap()));
    }
    let (junior, lp) = (market.junior, market.lp);
    market.post_surface().unwrap();
    let shares = market.shares(junior, lp);
    told.push(micros(market.leave(junior, lp, shares / 3, SPOT + 123) as i128));
    let payoff = market.cash_of(long).unsigned_abs();
    market.withdraw(long, payoff).unwrap();
    told.push(micros(market.world.tokens(long) as i128));
    told
}

#[test]
fn decimals_of_token_and_feed_change_no_economics() {
    let expected = economics(6, 8);
    let moved = expected.iter().filter(|micros| **micros != 0).count();
    assert!(moved + 1 >= expected.len(), "only a rebate may be nothing: {expected:?}");
    for (token, feed) in [(6, 6), (6, 18), (8, 6), (8, 8), (8, 18), (18, 6), (18, 8), (18, 18)] {
        let found = economics(token, feed);
        let off = expected.iter().zip(&found).map(|(one, other)| (one - other).abs()).max().unwrap();
        // Each of the numbers is rounded a few times, to whole atoms.
        assert!(off <= 5, "{token} and {feed} decimals: {found:?} against {expected:?}");
    }
}

#[test]
fn decimals_that_do_not_fit_are_refused_and_no_later_change_of_them_counts() {
    let mut world = World::with_odd_token(19, 8);
    let (owner, token) = (world.owner, world.token);
    let bare: Vec<Address> =
        ["liquidator", "backstop", "registrar"].iter().map(|name| world.deploy_bare(name)).collect();
    let arguments = (bare[0], bare[1], bare[2], owner, token).abi_encode_params();
    assert!(world.deploy_program("clearing", arguments).is_err());
    let feed = world.deploy("PriceFeed", (U256::from(19), "ETH / USD", owner).abi_encode_params());
    assert!(world.deployer().oracle(Sources::of(feed)).is_err());

    let mut market = Market::open_in(World::with_odd_token(6, 8), CAPITAL);
    let (owner, token) = (market.world.owner, market.world.token);
    let legs = [leg(call_of(1, K3000), CONTRACT)];
    let before = (market.quote(&legs).unwrap(), market.nav());
    market.world.send(owner, token, &TestToken::setDecimalsCall { decimals: 18 }).unwrap();
    assert_eq!((market.quote(&legs).unwrap(), market.nav()), before);
}
