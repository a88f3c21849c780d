//! Trades at a price that the trader brings along: the market's own trade, at the source's own word.

use alloy_primitives::{Address, I256, U256};
use alloy_sol_types::{SolCall, SolError};
use equipoise_chain::Receipt;
use equipoise_interfaces::{
    account, BroughtPrice, BroughtSignature, IClearing, IMarket, IOracle, IPriceSource, ISignedSource, IUnderwriter,
    Leg, MarketDeadlinePassed, MarketSlippageExceeded, OfferedLeg, OptionTraded, PriceSignature, PriceUpdate,
    PriceUpdated, SignatureInvalid, SignedSourceSignaturesTooFew, SignedSourceTimeInFuture,
    SignedSourceUnderlyingDiffers, SignedSourceUpdateTooOld, UnderwriterCallerNotAuthorised, UnderwriterNotOperator,
    UnderwriterPricesNotPulled,
};
use equipoise_tests::{Failure, World};

use crate::fixture::{call_of, leg, Market, CAPITAL, CONTRACT, FAR, K3000};
use crate::offering::underwriter_of;
use crate::publishers::Publishers;
use crate::stage::{Stage, RICH};

struct Pulled {
    market: Market,
    underwriter: Address,
    publishers: Publishers,
    trader: Address,
}

impl Pulled {
    fn open() -> Self {
        let mut world = World::new();
        let (publishers, sources) = Publishers::deploy(&mut world);
        let mut market = Market::wired_on(world, sources).with_boards(CAPITAL);
        market.post_surface().unwrap();
        let underwriter = underwriter_of(&mut market);
        let trader = market.trader("trader", RICH);
        // A source that has said nothing stops openings; a price that is older than it may be traded at does not.
        publishers.bring_now(&mut market, 300_000);
        market.pass(6);
        let mut pulled = Self { market, underwriter, publishers, trader };
        pulled.let_trade(trader, underwriter);
        pulled
    }

    fn let_trade(&mut self, owner: Address, operator: Address) {
        let clearing = self.market.clearing;
        self.market.world.send(owner, clearing, &IClearing::setOperatorCall { operator, until: FAR }).unwrap();
    }

    fn legs(&self) -> Vec<Leg> {
        vec![leg(call_of(self.market.boards[2].0, K3000), CONTRACT)]
    }

    /// A price of so many seconds ago in cents, off by ten.
    fn update(&self, cents: u128, age_secs: u64) -> PriceUpdate {
        Publishers::update(cents * 10_000, 100_000, self.market.now() - age_secs)
    }

    fn call(&self, update: &PriceUpdate) -> IUnderwriter::tradeAtCall {
        let signatures = self.publishers.sign(&self.market.world, update);
        call_with(self.trader, &self.legs(), update, signatures)
    }

    fn send(&mut self, from: Address, call: &IUnderwriter::tradeAtCall) -> Result<Receipt, Failure> {
        self.market.world.send(from, self.underwriter, call)
    }

    fn refuse<E: SolError + PartialEq + std::fmt::Debug>(&mut self, call: &IUnderwriter::tradeAtCall, error: &E) {
        let (underwriter, trader) = (self.underwriter, self.trader);
        self.market.refuse_at(underwriter, trader, call, error);
    }

    fn published_at(&mut self) -> u64 {
        let source = self.publishers.source;
        self.market.world.read(source, &IPriceSource::latestCall {}).updatedAt
    }
}

fn call_with(
    owner: Address,
    legs: &[Leg],
    update: &PriceUpdate,
    signatures: Vec<PriceSignature>,
) -> IUnderwriter::tradeAtCall {
    let PriceUpdate { underlying, priceWad: price, confidenceWad: confidence, publishedAt: at } = *update;
    IUnderwriter::tradeAtCall {
        account: account::of(owner),
        legs: legs.iter().map(|leg| OfferedLeg { series: leg.series, sizeWad: leg.sizeWad }).collect(),
        maxCostAtoms: I256::MAX,
        deadline: FAR,
        priceUpdate: BroughtPrice { underlying, priceWad: price, confidenceWad: confidence, publishedAt: at },
        signatures: signatures
            .into_iter()
            .map(|PriceSignature { publisher, signature }| BroughtSignature { publisher, signature })
            .collect(),
    }
}

#[test]
fn a_trader_brings_a_price_and_trades_at_it() {
    let mut pulled = Pulled::open();
    let legs = pulled.legs();
    let wide = pulled.market.quote(&legs).unwrap();
    let plain = pulled.market.world.chain.snapshot();
    let call = IMarket::tradeCall { legs: legs.clone(), maxCostAtoms: I256::MAX, deadline: FAR };
    let trader = pulled.trader;
    let gas = pulled.market.send(trader, &call).unwrap().gas_used;
    assert!(pulled.market.world.chain.revert(plain));

    let update = pulled.update(300_050, 1);
    let call = pulled.call(&update);
    let receipt = pulled.send(trader, &call).unwrap();
    println!(
        "a trade of one call at the price that it brings, signed by two: {} gas; at the feed's price: {gas}",
        receipt.gas_used
    );
    let traded = World::events::<OptionTraded>(&receipt).remove(0);
    let told = World::events::<PriceUpdated>(&receipt).remove(0);
    assert_eq!((told.priceWad, told.publishedAt), (update.priceWad, update.publishedAt));
    assert_eq!((traded.quoted.spotWad, traded.account), (update.priceWad, account::of(trader)));
    assert!(traded.quoted.spreadAtoms < wide.spreadAtoms, "the spread is that of a pulled price");
    assert_eq!(IUnderwriter::tradeAtCall::abi_decode_returns(&receipt.output).unwrap(), traded.quoted.costAtoms);
    let next = pulled.update(300_060, 0);
    let call = pulled.call(&next);
    let again = pulled.send(trader, &call).unwrap();
    println!("the next one: {} gas", again.gas_used);
}

#[test]
fn a_price_that_somebody_else_has_brought_is_traded_at_as_is_a_newer_one() {
    let mut pulled = Pulled::open();
    let trader = pulled.trader;
    let update = pulled.update(300_050, 3);
    pulled.publishers.bring(&mut pulled.market, &update).unwrap();
    let spot_of = |receipt: &Receipt| World::events::<OptionTraded>(receipt).remove(0).quoted.spotWad;
    let (same, older) = (pulled.call(&update), pulled.call(&pulled.update(299_000, 4)));
    for call in [same, older] {
        let receipt = pulled.send(trader, &call).unwrap();
        assert_eq!(spot_of(&receipt), update.priceWad);
        assert!(World::events::<PriceUpdated>(&receipt).is_empty(), "the update is left alone");
    }
    let newer = pulled.update(300_070, 2);
    let call = pulled.call(&newer);
    assert_eq!(spot_of(&pulled.send(trader, &call).unwrap()), newer.priceWad);
    assert_eq!(pulled.published_at(), newer.publishedAt);
}

#[test]
fn a_price_that_is_old_unsigned_or_of_something_else_is_refused_by_its_reason() {
    let mut pulled = Pulled::open();
    // Else the source's own price is newer than one that is too old.
    pulled.market.pass(100);
    let now = pulled.market.now();
    let old = pulled.update(300_000, 61);
    let call = pulled.call(&old);
    pulled.refuse(&call, &SignedSourceUpdateTooOld { publishedAt: old.publishedAt, maxAgeSecs: 60, nowAt: now });
    let future = Publishers::update(3_000_000_000, 1, now + 1_000);
    let told = pulled.market.refused_data(pulled.underwriter, pulled.trader, pulled.call(&future).abi_encode());
    assert_eq!(told.decode::<SignedSourceTimeInFuture>().unwrap().publishedAt, now + 1_000);

    let update = pulled.update(300_000, 0);
    let mut few = pulled.call(&update);
    few.signatures.pop();
    pulled.refuse(&few, &SignedSourceSignaturesTooFew { count: U256::ONE, threshold: 2 });
    let mut wrong = pulled.call(&update);
    wrong.priceUpdate.priceWad += U256::ONE;
    let signer = wrong.signatures[0].publisher;
    let told = pulled.market.refused_data(pulled.underwriter, pulled.trader, wrong.abi_encode());
    assert_eq!(told.decode::<SignatureInvalid>().unwrap().signer, signer);
    let mut other = pulled.call(&update);
    other.priceUpdate.underlying.0[31] = 1;
    let (underlying, expected) = (other.priceUpdate.underlying, update.underlying);
    pulled.refuse(&other, &SignedSourceUnderlyingDiffers { underlying, expected });
}

#[test]
fn a_trade_that_brings_a_price_has_the_markets_own_limits() {
    let mut pulled = Pulled::open();
    let update = pulled.update(300_000, 0);
    let mut dear = pulled.call(&update);
    dear.maxCostAtoms = I256::ONE;
    let told = pulled.market.refused_data(pulled.underwriter, pulled.trader, dear.abi_encode());
    assert_eq!(told.decode::<MarketSlippageExceeded>().unwrap().maxCostAtoms, I256::ONE);
    let mut late = pulled.call(&update);
    late.deadline = 1;
    let told = pulled.market.refused_data(pulled.underwriter, pulled.trader, late.abi_encode());
    assert_eq!(told.decode::<MarketDeadlinePassed>().unwrap().deadline, 1);
}

#[test]
fn only_an_owner_or_his_operator_trades_and_only_where_the_underwriter_may() {
    let mut pulled = Pulled::open();
    let update = pulled.update(300_000, 0);
    let call = pulled.call(&update);
    let stranger = pulled.market.world.account("stranger");
    let (underwriter, caller) = (pulled.underwriter, stranger);
    let account = account::of(pulled.trader);
    pulled.market.refuse_at(underwriter, stranger, &call, &UnderwriterCallerNotAuthorised { caller, account });
    pulled.let_trade(pulled.trader, stranger);
    pulled.send(stranger, &call).unwrap();
    let other = pulled.market.trader("other", RICH);
    let update = pulled.update(300_000, 0);
    let signatures = pulled.publishers.sign(&pulled.market.world, &update);
    let call = call_with(other, &pulled.legs(), &update, signatures);
    pulled.market.refuse_at(underwriter, other, &call, &UnderwriterNotOperator { owner: other, underwriter });
}

#[test]
fn a_market_whose_prices_are_pushed_says_so() {
    let mut stage = Stage::open();
    let (publishers, _) = Publishers::deploy(&mut stage.market.world);
    let update = Publishers::update(3_000_000_000, 1, stage.market.now());
    let signatures = publishers.sign(&stage.market.world, &update);
    let call = call_with(stage.taker, &stage.call(), &update, signatures);
    let oracle = stage.market.read(&IMarket::oracleCall {});
    assert_eq!(oracle, stage.market.oracle);
    assert_eq!(stage.market.world.read(oracle, &IOracle::mostPushAgeSecsCall {}), 0);
    let (underwriter, taker) = (stage.underwriter, stage.taker);
    stage.market.refuse_at(underwriter, taker, &call, &UnderwriterPricesNotPulled { oracle });
}

#[test]
fn the_update_that_is_handed_on_is_the_sources_own() {
    let mut pulled = Pulled::open();
    let update = pulled.update(300_010, 0);
    let call = pulled.call(&update);
    let signatures = pulled.publishers.sign(&pulled.market.world, &update);
    let own = ISignedSource::updateCall { priceUpdate: update, signatures }.abi_encode();
    // The update and the signatures of both calls are the same words, but for where the signatures begin.
    let [own, brought] = [own, call.abi_encode()].map(|data| data[4..].to_vec());
    assert_eq!(brought[4 * 32..8 * 32], own[..4 * 32]);
    assert!(brought.ends_with(&own[5 * 32..]));
    let trader = pulled.trader;
    pulled.send(trader, &call).unwrap();
}
