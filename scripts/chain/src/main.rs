//! `equipoise-chain`: an Arbitrum Stylus development chain behind a JSON-RPC server.

// A host tool, see the library.
#![allow(clippy::arithmetic_side_effects, clippy::as_conversions)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

use std::{
    error::Error,
    io::{self, Write},
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::PathBuf,
    process::ExitCode,
    sync::{Arc, Mutex},
    time::{Duration, SystemTime},
};

use alloy_primitives::{utils::parse_ether, U256};
use clap::Parser;
use equipoise_chain::{
    rpc::{self, DevAccount, Handle, Interrupt, Options, TEST_MNEMONIC},
    Chain, Config,
};

/// An Arbitrum Stylus development chain: real WASM programs beside EVM bytecode, behind JSON-RPC.
#[derive(Debug, Parser)]
#[command(name = "equipoise-chain", version)]
struct Arguments {
    /// Address to listen on
    #[arg(long, default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    host: IpAddr,

    /// Port to listen on; 0 takes any free one
    #[arg(long, default_value_t = 8547)]
    port: u16,

    /// Seconds between blocks; without it each transaction gets a block at once
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=86_400))]
    block_time: Option<u64>,

    /// Number of funded accounts
    #[arg(long, value_name = "COUNT", default_value_t = 10, value_parser = clap::value_parser!(u32).range(0..=1_000))]
    accounts: u32,

    /// Balance of each account, in ether
    #[arg(long, value_name = "ETHER", default_value = "10000", value_parser = parse_balance)]
    balance: U256,

    /// Mnemonic of the accounts
    #[arg(long, value_name = "WORDS", default_value = TEST_MNEMONIC)]
    mnemonic: String,

    /// EIP-155 chain id
    #[arg(long, default_value_t = Config::default().chain_id)]
    chain_id: u64,

    /// Time of the first block in unix seconds; without it the machine's
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(..=253_402_300_799))]
    timestamp: Option<u64>,

    /// Let only blocks and requests move the chain's time, not the machine's clock
    #[arg(long)]
    manual_time: bool,

    /// Folder that keeps compiled programs between runs
    #[arg(long, value_name = "FOLDER")]
    cache_dir: Option<PathBuf>,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let accounts = rpc::dev_accounts(&arguments.mnemonic, arguments.accounts)?;
    let config = arguments.config(&accounts)?;
    let options = Options {
        address: SocketAddr::new(arguments.host, arguments.port),
        accounts: accounts.iter().map(|it| it.address).collect(),
        wall_clock: !arguments.manual_time,
        block_time: arguments.block_time.map(Duration::from_secs),
    };
    let chain = Arc::new(Mutex::new(Chain::new(config)));
    let interrupt = Interrupt::listen()?;
    let server = rpc::serve(chain, &options)?;
    announce(&server, arguments, &accounts)?;
    interrupt.wait()?;
    server.stop();
    Ok(())
}

impl Arguments {
    fn config(&self, accounts: &[DevAccount]) -> Result<Config, Box<dyn Error>> {
        let timestamp = match self.timestamp {
            Some(timestamp) => timestamp,
            None => SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?.as_secs(),
        };
        Ok(Config {
            chain_id: self.chain_id,
            timestamp,
            cache_dir: self.cache_dir.clone(),
            accounts: accounts.iter().map(|it| (it.address, self.balance)).collect(),
            ..Config::default()
        })
    }
}

fn parse_balance(text: &str) -> Result<U256, String> {
    let wei = parse_ether(text).map_err(|reason| format!("{reason}: give ether, such as 10000 or 0.5"))?;
    // Sums of balances must stay far from overflow.
    if wei >> 128 == U256::ZERO {
        Ok(wei)
    } else {
        Err("more ether than 2^128 wei: give less".to_owned())
    }
}

fn announce(server: &Handle, arguments: &Arguments, accounts: &[DevAccount]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "RPC       {}", server.url())?;
    writeln!(out, "WebSocket ws://{}", server.address())?;
    writeln!(out, "Chain id  {}", arguments.chain_id)?;
    if !accounts.is_empty() {
        writeln!(out, "\nAccounts, each with {} ether. Everybody knows these keys.", ether(arguments.balance))?;
    }
    for (index, account) in accounts.iter().enumerate() {
        writeln!(out, "({index}) {} {}", account.address, account.key)?;
    }
    writeln!(out, "\nStop with Ctrl-C.")?;
    out.flush()
}

fn ether(wei: U256) -> String {
    let text = alloy_primitives::utils::format_ether(wei);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn balances_are_read_in_ether() {
        assert_eq!(parse_balance("0.5"), Ok(U256::from(500_000_000_000_000_000_u64)));
        assert_eq!(ether(parse_balance("10000").unwrap()), "10000");
        assert!(parse_balance("ten").unwrap_err().contains("give ether"));
        assert!(parse_balance("1000000000000000000000000").unwrap_err().contains("give less"));
    }

    #[test]
    fn the_arguments_are_well_formed() {
        use clap::CommandFactory;
        Arguments::command().debug_assert();
    }
}
