//! What stands in a dry run for what the network has: the stablecoin, feeds, tokens and pools. Each is looked at on the network
//! first.

use alloy_primitives::{keccak256, Address, Bytes, U256};
use alloy_rpc_types_eth::{BlockId, TransactionInput, TransactionRequest};
use alloy_sol_types::{sol, SolCall};
use equipoise_chain::Chain;
use equipoise_interfaces::{IAavePool, IAggregator, IPriceSource, ISignedSource, IUniswapV3Pool, IERC20};

use super::error::DeploymentError;
use super::rpc::Rpc;
use crate::deployment::{creation_code, Arguments, HedgePlan, MarketPlan, Plan, Sources};
use crate::error::CliError;

sol! {
    /// What a token or a feed calls itself.
    #[derive(Debug)]
    interface INamed {
        function symbol() external view returns (string);
        function description() external view returns (string);
    }
}

/// Whole tokens are at most so fine, as the clearing house and the hedger take them.
const MOST_DECIMALS: u8 = 18;
/// Creates stand-ins.
pub const STAGEHAND: Address = Address::repeat_byte(0xfe);
/// What to do about an address without code.
const REMEDY: &str = "name one that is on this chain in the settings";

/// Puts stand-ins where the network has what the plan names, after a look at that.
/// # Returns: what is found there, in words
/// # Errors: [`DeploymentError::NoCode`], [`DeploymentError::Unfit`], [`DeploymentError::Transport`]
pub fn stand_in(chain: &mut Chain, plan: &Plan, rpc: &Rpc) -> Result<Vec<String>, CliError> {
    let mut found = Vec::new();
    if let Some(stablecoin) = plan.stablecoin {
        found.push(token(chain, rpc, "stablecoin", stablecoin)?);
    }
    for (what, feed) in feeds(plan) {
        found.push(put_feed(chain, rpc, &what, feed)?);
    }
    for market in &plan.markets {
        let symbol = &market.underlying.symbol;
        if !market.sources.second.is_zero() {
            found.push(second_source(chain, rpc, symbol, &market.sources)?);
        }
        if let Some(hedge) = &market.hedge {
            found.extend(hedged(chain, rpc, symbol, hedge, plan.stablecoin)?);
        }
    }
    Ok(found)
}

/// A token that says how fine it is. Nobody asks it more while programs are deployed.
fn token(chain: &mut Chain, rpc: &Rpc, what: &str, token: Address) -> Result<String, CliError> {
    rpc.require_code(what, token, REMEDY)?;
    let decimals = rpc.view(what, token, &IERC20::decimalsCall {})?;
    if decimals > MOST_DECIMALS {
        let problem = format!("it has {decimals} decimals, and {MOST_DECIMALS} are the most");
        return Err(DeploymentError::Unfit { what: what.to_owned(), address: token, problem }.into());
    }
    let symbol = rpc.try_view(token, &INamed::symbolCall {})?.unwrap_or_default();
    chain.set_code(token, parrot(&[told(&IERC20::decimalsCall {}, &decimals)]));
    Ok(format!("{what} {token}: {symbol}, {decimals} decimals"))
}

fn put_feed(chain: &mut Chain, rpc: &Rpc, what: &str, feed: Address) -> Result<String, CliError> {
    rpc.require_code(what, feed, REMEDY)?;
    let decimals = rpc.view(what, feed, &IAggregator::decimalsCall {})?;
    let round = rpc.view(what, feed, &IAggregator::latestRoundDataCall {})?;
    let name = rpc.try_view(feed, &INamed::descriptionCall {})?.unwrap_or_default();
    let found = format!("{what} {feed}: {name}, {decimals} decimals, last answer {}", round.answer);
    let arguments = Arguments::new().with("decimals", U256::from(decimals)).with("description", name);
    put(chain, feed, "PriceFeed", &arguments.with("owner", STAGEHAND))?;
    Ok(found)
}

fn second_source(chain: &mut Chain, rpc: &Rpc, symbol: &str, sources: &Sources) -> Result<String, CliError> {
    let (what, source) = (format!("second source of {symbol}"), sources.second);
    rpc.require_code(&what, source, REMEDY)?;
    let said = rpc.view(&what, source, &IPriceSource::latestCall {})?;
    // Where prices are not pulled whatever has code will do: the constructor asks it nothing.
    let mut answers = Vec::new();
    if sources.most_push_age_secs > 0 {
        let asked = ISignedSource::maxAgeSecsCall {};
        answers.push(told(&asked, &rpc.view(&what, source, &asked)?));
    }
    chain.set_code(source, parrot(&answers));
    Ok(format!("{what} {source}: {} in 1e-18", said.priceWad))
}

/// The underlying, and the pools that venues are at.
fn hedged(
    chain: &mut Chain,
    rpc: &Rpc,
    symbol: &str,
    hedge: &HedgePlan,
    stablecoin: Option<Address>,
) -> Result<Vec<String>, CliError> {
    let mut found = Vec::new();
    let Some(base) = hedge.base else { return Ok(found) };
    found.push(token(chain, rpc, &format!("underlying of {symbol}"), base)?);
    let tokens = [Some(base), stablecoin];
    if let Some(pool) = hedge.pool {
        let what = format!("Uniswap pool of {symbol}");
        rpc.require_code(&what, pool, REMEDY)?;
        let token0 = rpc.view(&what, pool, &IUniswapV3Pool::token0Call {})?;
        let token1 = rpc.view(&what, pool, &IUniswapV3Pool::token1Call {})?;
        let of_tokens = [told(&IUniswapV3Pool::token0Call {}, &token0), told(&IUniswapV3Pool::token1Call {}, &token1)];
        chain.set_code(pool, parrot(&of_tokens));
        found.push(format!("{what} {pool}: {token0}, {token1}"));
    }
    if let Some(pool) = hedge.lending_pool {
        let what = format!("Aave pool of {symbol}");
        rpc.require_code(&what, pool, REMEDY)?;
        let mut reserves = Vec::new();
        for asset in tokens.into_iter().flatten() {
            let asked = IAavePool::getReserveDataCall { asset };
            let reserve = rpc.view(&what, pool, &asked)?;
            let lies = reserve.aTokenAddress;
            found.push(format!("{what} {pool}: what is supplied of {asset} is {lies}"));
            reserves.push(told(&asked, &reserve));
        }
        chain.set_code(pool, parrot(&reserves));
    }
    Ok(found)
}

/// The feeds that a plan names, each once, with what it is of.
fn feeds(plan: &Plan) -> Vec<(String, Address)> {
    let of_market = |market: &MarketPlan| {
        let Sources { feed, sequencer, stablecoin, .. } = market.sources;
        let own = (format!("feed of {}", market.underlying.symbol), feed);
        [own, ("uptime feed of the sequencer".to_owned(), sequencer), ("feed of the stablecoin".to_owned(), stablecoin)]
    };
    let mut feeds: Vec<(String, Address)> = Vec::new();
    for (what, feed) in plan.markets.iter().flat_map(of_market).filter(|(_, feed)| !feed.is_zero()) {
        if feeds.iter().all(|(_, other)| *other != feed) {
            feeds.push((what, feed));
        }
    }
    feeds
}

/// Creates a contract, and copies its code and storage to an address.
fn put(chain: &mut Chain, at: Address, contract: &'static str, arguments: &Arguments) -> Result<(), CliError> {
    let before = chain.snapshot();
    let code = [creation_code(contract)?, arguments.encode()].concat();
    let input = TransactionInput::new(code.into());
    let receipt = chain.send(TransactionRequest { from: Some(STAGEHAND), input, ..TransactionRequest::default() })?;
    let model = receipt.contract_address.unwrap_or_default();
    let slots = chain.changed_slots(before).unwrap_or_default();
    for (_, slot) in slots.into_iter().filter(|(contract, _)| *contract == model) {
        let value = chain.storage(model, slot, BlockId::latest())?;
        chain.set_storage(at, slot, value);
    }
    let code = chain.code(model, BlockId::latest())?;
    chain.set_code(at, code);
    Ok(())
}

/// A question, and what the network answers to it.
fn told<C: SolCall>(asked: &C, answer: &C::Return) -> (Vec<u8>, Vec<u8>) {
    (asked.abi_encode(), C::abi_encode_returns(answer))
}

/// EVM code that answers what it was told to these very questions, and reverts at any other.
fn parrot(answers: &[(Vec<u8>, Vec<u8>)]) -> Bytes {
    let asking = START.len() + answers.len() * ASK + END.len();
    let mut code = START.to_vec();
    for (number, (question, _)) in answers.iter().enumerate() {
        let [high, low] = place(asking + number * SAY);
        let mut ask = [0; ASK];
        ask[..2].copy_from_slice(&[DUP1, PUSH32]);
        ask[2..34].copy_from_slice(keccak256(question).as_slice());
        ask[34..].copy_from_slice(&[EQ, PUSH2, high, low, JUMPI]);
        code.extend(ask);
    }
    code.extend(END);
    let mut at = asking + answers.len() * SAY;
    for (_, answer) in answers {
        let ([long, length], [far, from]) = (place(answer.len()), place(at));
        let say: [u8; SAY] =
            [JUMPDEST, PUSH2, long, length, PUSH2, far, from, PUSH0, CODECOPY, PUSH2, long, length, PUSH0, RETURN];
        code.extend(say);
        at += answer.len();
    }
    code.extend(answers.iter().flat_map(|(_, answer)| answer));
    code.into()
}

/// Bytes of code that compare with a question, and that give an answer.
const ASK: usize = 39;
const SAY: usize = 14;
/// The hash of the calldata.
const START: [u8; 7] = [CALLDATASIZE, PUSH0, PUSH0, CALLDATACOPY, CALLDATASIZE, PUSH0, KECCAK256];
const END: [u8; 3] = [PUSH0, PUSH0, REVERT];
const EQ: u8 = 0x14;
const KECCAK256: u8 = 0x20;
const CALLDATASIZE: u8 = 0x36;
const CALLDATACOPY: u8 = 0x37;
const CODECOPY: u8 = 0x39;
const JUMPI: u8 = 0x57;
const JUMPDEST: u8 = 0x5b;
const PUSH0: u8 = 0x5f;
const PUSH2: u8 = 0x61;
const PUSH32: u8 = 0x7f;
const DUP1: u8 = 0x80;
const RETURN: u8 = 0xf3;
const REVERT: u8 = 0xfd;

/// A length or a place in code, which has at most 24,576 bytes.
fn place(number: usize) -> [u8; 2] {
    u16::try_from(number).unwrap_or(u16::MAX).to_be_bytes()
}

#[cfg(test)]
mod tests {
    use alloy_primitives::B256;
    use equipoise_chain::Config;

    use super::*;

    #[test]
    fn a_parrot_says_what_it_was_told_to_the_same_question_and_nothing_else() {
        let mut chain = Chain::new(Config::default());
        let at = Address::repeat_byte(0x77);
        let assets = [1, 2].map(Address::repeat_byte);
        let [one, two] = assets.map(|owner| IERC20::balanceOfCall { owner });
        let long = vec![0xab; 480];
        let answers = [told(&one, &U256::from(5)), (two.abi_encode(), long.clone())];
        chain.set_code(at, parrot(&answers));
        let mut ask = |input: Vec<u8>| {
            let input = TransactionInput::new(input.into());
            let request = TransactionRequest { to: Some(at.into()), input, ..TransactionRequest::default() };
            let outcome = chain.call(&request, BlockId::latest(), None).unwrap();
            outcome.status.then(|| outcome.output.to_vec())
        };
        assert_eq!(ask(one.abi_encode()), Some(B256::with_last_byte(5).to_vec()));
        assert_eq!(ask(two.abi_encode()), Some(long));
        assert_eq!(ask(IERC20::decimalsCall {}.abi_encode()), None);
        assert_eq!(ask(Vec::new()), None);
    }
}
