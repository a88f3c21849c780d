//! alloy's providers.

use alloy_network::{EthereumWallet, TransactionBuilder};
use alloy_primitives::{address, utils::parse_ether, Address, B256, U256};
use alloy_provider::{Provider, ProviderBuilder, WsConnect};
use alloy_rpc_types_eth::{
    state::{AccountOverride, StateOverride},
    BlockNumberOrTag, Filter, TransactionRequest,
};
use alloy_signer_local::PrivateKeySigner;
use alloy_sol_types::{sol, SolEvent};

use crate::support::Server;

sol!(
    #[sol(rpc)]
    #[derive(Debug)]
    #[allow(missing_docs, clippy::too_many_arguments)]
    Stablecoin,
    "../scripts/solidity/artifacts/Stablecoin.json"
);

sol!(
    #[sol(rpc)]
    #[derive(Debug)]
    #[allow(missing_docs)]
    PriceFeed,
    "../scripts/solidity/artifacts/PriceFeed.json"
);

fn provider(server: &Server, account: usize) -> impl Provider + Clone {
    let signer = PrivateKeySigner::from_bytes(&server.accounts[account].key).unwrap();
    ProviderBuilder::new().wallet(EthereumWallet::from(signer)).connect_http(server.url().parse().unwrap())
}

#[tokio::test]
async fn a_provider_deploys_calls_and_reads_logs() {
    let server = Server::start();
    let provider = provider(&server, 0);
    let owner = server.account(0);
    let token = Stablecoin::deploy(&provider, "Test Dollar".into(), "tUSD".into(), owner).await.unwrap();
    assert_eq!(token.decimals().call().await.unwrap(), 6);

    let sent = token.mint(server.account(1), U256::from(9)).send().await.unwrap();
    let receipt = sent.get_receipt().await.unwrap();
    assert!(receipt.status());
    assert_eq!(token.balanceOf(server.account(1)).call().await.unwrap(), U256::from(9));

    let filter = Filter::new().address(*token.address()).event_signature(Stablecoin::Transfer::SIGNATURE_HASH);
    let logs = provider.get_logs(&filter.from_block(BlockNumberOrTag::Earliest)).await.unwrap();
    assert_eq!(logs.len(), 1);
    let transfer = logs[0].log_decode::<Stablecoin::Transfer>().unwrap().inner.data;
    assert_eq!((transfer.from, transfer.to, transfer.value), (Address::ZERO, server.account(1), U256::from(9)));
    assert_eq!(logs[0].transaction_hash, Some(receipt.transaction_hash));
}

#[tokio::test]
async fn a_reverting_call_carries_its_error() {
    let server = Server::start();
    let token = Stablecoin::deploy(provider(&server, 0), "Test Dollar".into(), "tUSD".into(), server.account(0));
    let token = token.await.unwrap();
    let stranger = Stablecoin::new(*token.address(), provider(&server, 1));
    let error = stranger.mint(server.account(1), U256::from(1)).call().await.unwrap_err();
    let decoded = error.as_decoded_error::<Stablecoin::OwnableUnauthorizedAccount>().unwrap();
    assert_eq!(decoded.account, server.account(1));
}

#[tokio::test]
async fn the_feed_keeps_every_round_and_refuses_times_that_do_not_increase() {
    let server = Server::start();
    let feed = PriceFeed::deploy(provider(&server, 0), 8, "ETH / USD".into(), server.account(0)).await.unwrap();
    let error = feed.latestRoundData().call().await.unwrap_err();
    assert!(error.as_decoded_error::<PriceFeed::PriceFeedRoundMissing>().is_some(), "{error}");
    for (answer, time) in [(300_000_000_000_i64, 1_000_u64), (-1, 1_001)] {
        let answer = answer.try_into().unwrap();
        let pushed = feed.push(answer, U256::from(time)).send().await.unwrap();
        assert!(pushed.get_receipt().await.unwrap().status());
    }
    let latest = feed.latestRoundData().call().await.unwrap();
    assert_eq!((latest._0.to::<u64>(), latest._1.as_i64(), latest._3), (2, -1, U256::from(1_001)));
    let first = feed.getRoundData(alloy_primitives::aliases::U80::from(1)).call().await.unwrap();
    assert_eq!((first._1.as_i64(), first._2, first._4.to::<u64>()), (300_000_000_000, U256::from(1_000), 1));

    let error = feed.push(alloy_primitives::I256::ONE, U256::from(1_001)).call().await.unwrap_err();
    let refused = error.as_decoded_error::<PriceFeed::PriceFeedTimeNotIncreasing>().unwrap();
    assert_eq!((refused.updatedAt, refused.lastUpdatedAt), (U256::from(1_001), U256::from(1_001)));
    let stranger = PriceFeed::new(*feed.address(), provider(&server, 1));
    let error = stranger.push(alloy_primitives::I256::ONE, U256::from(2_000)).call().await.unwrap_err();
    assert!(error.as_decoded_error::<PriceFeed::OwnableUnauthorizedAccount>().is_some(), "{error}");
}

#[tokio::test]
async fn calls_take_state_overrides_and_change_nothing() {
    let server = Server::start();
    let provider = provider(&server, 0);
    let poor = Address::repeat_byte(9);
    // Code that returns the balance of its caller: CALLER BALANCE PUSH0 MSTORE PUSH1 32 PUSH0 RETURN.
    let code = alloy_primitives::bytes!("33315f5260205ff3");
    let program = address!("0x00000000000000000000000000000000000c0de0");
    let state = StateOverride::from_iter([
        (poor, AccountOverride::default().with_balance(parse_ether("3").unwrap())),
        (program, AccountOverride::default().with_code(code)),
    ]);
    let request = TransactionRequest::default().with_from(poor).with_to(program);
    let balance = provider.call(request.clone()).overrides(state).await.unwrap();
    assert_eq!(U256::from_be_slice(&balance), parse_ether("3").unwrap());
    assert!(provider.call(request).await.unwrap().is_empty());
    assert_eq!(provider.get_balance(poor).await.unwrap(), U256::ZERO);
}

#[tokio::test]
async fn history_is_readable_at_past_blocks() {
    let server = Server::start();
    let provider = provider(&server, 0);
    let to = Address::repeat_byte(5);
    for _ in 0..3 {
        let request = TransactionRequest::default().with_to(to).with_value(U256::from(7));
        provider.send_transaction(request).await.unwrap().get_receipt().await.unwrap();
    }
    assert_eq!(provider.get_block_number().await.unwrap(), 3);
    for number in 0..=3_u64 {
        let balance = provider.get_balance(to).number(number).await.unwrap();
        assert_eq!(balance, U256::from(7 * number));
        let block = provider.get_block_by_number(number.into()).full().await.unwrap().unwrap();
        assert_eq!(block.transactions.len(), usize::from(number > 0));
        assert_eq!(block.header.hash_slow(), block.header.hash, "the hash is the header's");
        assert!(number == 0 || block.header.parent_hash != B256::ZERO);
    }
    let receipts = provider.get_block_receipts(3.into()).await.unwrap().unwrap();
    assert_eq!(receipts.len(), 1);
    assert_eq!(receipts[0].gas_used, 21_000);
}

#[tokio::test]
async fn a_websocket_delivers_heads_and_logs() {
    let server = Server::start();
    let http = provider(&server, 0);
    let token = Stablecoin::deploy(&http, "Test Dollar".into(), "tUSD".into(), server.account(0)).await.unwrap();
    let url = server.url().replace("http", "ws");
    let socket = ProviderBuilder::new().connect_ws(WsConnect::new(url)).await.unwrap();
    let mut heads = socket.subscribe_blocks().await.unwrap();
    let mut logs = socket.subscribe_logs(&Filter::new().address(*token.address())).await.unwrap();

    let sent = token.mint(server.account(2), U256::from(5)).send().await.unwrap();
    let receipt = sent.get_receipt().await.unwrap();
    let head = heads.recv().await.unwrap();
    assert_eq!(Some(head.number), receipt.block_number);
    assert_eq!(Some(head.hash), receipt.block_hash);
    let log = logs.recv().await.unwrap();
    assert_eq!(log.transaction_hash, Some(receipt.transaction_hash));
    // A block mined without the server is seen too.
    server.chain.lock().unwrap().mine(1, None);
    assert_eq!(heads.recv().await.unwrap().number, head.number + 1);
}
