//! What `equipoise explain` says of transactions on a served market.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};

use alloy_primitives::{Address, B256, I256};
use alloy_sol_types::SolCall;
use clap::Parser;
use equipoise_chain::rpc::{self, Options};
use equipoise_chain::{Chain, Config, Receipt};
use equipoise_cli::args::{Arguments, Command};
use equipoise_cli::error::CliError;
use equipoise_cli::explain::{render, Call, Explanation, Step};
use equipoise_interfaces::{IMarket, Leg};
use equipoise_tests::TOKEN;

use crate::fixture::{call_of, leg, Market, CONTRACT, FAR, K3000};

impl Market {
    /// Sends a call that may fail.
    pub fn attempt<C: SolCall>(&mut self, from: Address, call: &C) -> Receipt {
        self.world.submit(from, self.market, call.abi_encode())
    }

    /// Serves the chain and has a transaction on it explained.
    fn explain(&mut self, hash: B256) -> Result<Explanation, CliError> {
        let chain = std::mem::replace(&mut self.world.chain, Chain::new(Config::default()));
        let chain = Arc::new(Mutex::new(chain));
        let options = Options::new(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
        let server = rpc::serve(chain.clone(), &options).unwrap();
        let words = ["equipoise", "explain", &hash.to_string(), "--rpc", &server.url()];
        let Command::Explain(arguments) = Arguments::parse_from(words).command else { panic!("{words:?}") };
        let explained = arguments.run();
        std::mem::swap(&mut self.world.chain, &mut chain.lock().unwrap());
        explained
    }
}

pub fn trade(legs: &[Leg], max_cost: I256) -> IMarket::tradeCall {
    IMarket::tradeCall { legs: legs.to_vec(), maxCostAtoms: max_cost, deadline: FAR }
}

fn count_ink(call: &Call) -> u64 {
    let own = call
        .ink
        .as_ref()
        .map_or(0, |ink| ink.start + ink.code + ink.host_calls.values().map(|host| host.ink).sum::<u64>());
    let inner = call.steps.iter().map(|step| match step {
        Step::Call(call) => count_ink(call),
        Step::Event(_) => 0,
    });
    own + inner.sum::<u64>()
}

#[test]
fn a_trade_is_explained_with_names_units_events_gas_and_ink() {
    let mut market = Market::open();
    let trader = market.trader("trader", 1_000_000 * TOKEN);
    let receipt = market.attempt(trader, &trade(&[leg(call_of(1, K3000), CONTRACT)], I256::MAX));
    let explained = market.explain(receipt.transaction_hash).unwrap();
    assert_eq!((explained.status, explained.gas_used), (true, receipt.gas_used));
    assert!(explained.failure.is_none());
    let text = render(&explained);
    for part in [
        "market.trade(legs: [(series: 2026-01-08-3000-call, sizeWad: 1)], maxCostAtoms: max",
        "delegatecall market.trade(",
        "staticcall oracle.price(isTrade: true)",
        "emits OptionTraded(account: 0x",
        "returns costAtoms: ",
        "storage_load_bytes32",
    ] {
        assert!(text.contains(part), "{part} in\n{text}");
    }
    // All ink of programs is gas of the transaction; the rest is what proxies and the transaction itself cost.
    let gas = count_ink(&explained.call) / 10_000;
    assert!(gas < receipt.gas_used && gas > receipt.gas_used / 2, "{gas} of {}", receipt.gas_used);
    serde_json::to_string(&explained).unwrap();
}

#[test]
fn a_trade_past_its_limit_is_explained_with_both_amounts() {
    let mut market = Market::open();
    let trader = market.trader("trader", 1_000_000 * TOKEN);
    let limit = I256::try_from(1_500_000).unwrap();
    let receipt = market.attempt(trader, &trade(&[leg(call_of(1, K3000), CONTRACT)], limit));
    assert!(!receipt.status);
    let explained = market.explain(receipt.transaction_hash).unwrap();
    let cause = explained.failure.as_ref().unwrap();
    assert_eq!((cause.error.as_str(), cause.raised_in.as_str()), ("MarketSlippageExceeded", "market.trade"));
    assert_eq!((cause.arguments[1].name.as_str(), cause.arguments[1].shown.as_str()), ("maxCostAtoms", "1.5 tokens"));
    assert!(cause.advice.contains("quote again"), "{}", cause.advice);
    assert!(render(&explained).contains("fails with MarketSlippageExceeded(costAtoms: "));
}

#[test]
fn a_trade_without_margin_is_explained_by_the_clearing_houses_error() {
    let mut market = Market::open();
    let trader = market.trader("poor", 10 * TOKEN);
    let receipt = market.attempt(trader, &trade(&[leg(call_of(1, K3000), -CONTRACT)], I256::MAX));
    assert!(!receipt.status);
    let explained = market.explain(receipt.transaction_hash).unwrap();
    let cause = explained.failure.as_ref().unwrap();
    assert_eq!(cause.error, "ClearingMarginShort", "{}", render(&explained));
    assert!(cause.raised_in.starts_with("clearing."), "{}", cause.raised_in);
    let names: Vec<_> = cause.arguments.iter().map(|value| value.name.as_str()).collect();
    assert_eq!(names, ["account", "equityAtoms", "requiredAtoms"]);
    assert!(cause.advice.contains("deposit the difference"), "{}", cause.advice);
}

#[test]
fn an_error_from_deep_below_delegate_calls_is_found_where_it_is_raised() {
    let mut market = Market::open();
    let owner = market.world.owner;
    let settle = IMarket::settleBoardCall { board: 1, firstRound: alloy_primitives::aliases::U80::from(1) };
    let receipt = market.attempt(owner, &settle);
    assert!(!receipt.status);
    let explained = market.explain(receipt.transaction_hash).unwrap();
    let cause = explained.failure.as_ref().unwrap();
    assert_eq!((cause.error.as_str(), cause.raised_in.as_str()), ("MarketBoardNotExpired", "curator.settleBoard"));
    assert!(cause.arguments[1].shown.starts_with("2026-01-08T"), "{}", cause.arguments[1].shown);
}

#[test]
fn what_cannot_be_traced_is_refused_by_name() {
    let mut market = Market::open();
    let error = market.explain(B256::repeat_byte(1)).unwrap_err().to_string();
    assert!(error.contains("transaction not found"), "{error}");
}
