//! A served demo, `equipoise demo --serve`, as its users meet it: the binary, what it prints, cast and viem from npm.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::arithmetic_side_effects, reason = "tests")]

use std::{
    env,
    io::{read_to_string, BufRead, BufReader},
    path::PathBuf,
    process::{Child, ChildStdout, Command, Stdio},
};

use alloy_primitives::{hex, Address, Bytes, Log, I256, U256};
use alloy_rpc_types_eth::TransactionReceipt;
use alloy_sol_types::{SolCall, SolError, SolEvent};
use equipoise_cli::programs::NAMES;
use equipoise_interfaces::{
    account, series::Series, Board, IAggregator, IClearing, IMarket, Leg, MarketSeriesUnknown, MarketSlippageExceeded,
    OptionTraded, Quote,
};
use equipoise_tests::{cast, fail, has_clients, repository, succeed, Failure, Stablecoin, TOKEN};

/// One contract.
const ONE_WAD: i64 = 1_000_000_000_000_000_000;
/// 2100-01-01 00:00:00 UTC.
const DEADLINE: &str = "4102444800";

/// The program, which cargo builds beside the folder of this test.
fn binary() -> PathBuf {
    let folder = env::current_exe().unwrap().ancestors().nth(2).unwrap().to_owned();
    folder.join(format!("equipoise{}", env::consts::EXE_SUFFIX))
}

/// Whether the program, the market's programs and the clients are there; says why a test is skipped if not.
fn is_ready() -> bool {
    let programs = NAMES.map(|name| (repository(&format!("target/programs/{name}.wasm")), "scripts/build-programs"));
    let mut needed = programs.into_iter().chain([(binary(), "cargo build -p equipoise-cli")]);
    let missing = needed.find(|(file, _)| !file.is_file());
    if let Some((file, remedy)) = &missing {
        eprintln!("skipped: there is no {}; run {remedy}", file.display());
    }
    missing.is_none() && has_clients()
}

/// An account that the program prints.
struct Account {
    address: Address,
    key: String,
    /// As printed: tokens with two decimals.
    held: String,
}

/// A short demo that goes on being served.
struct Served {
    child: Child,
    /// Open as long as the program may print.
    stdout: BufReader<ChildStdout>,
    /// What it has printed.
    printed: Vec<String>,
}

impl Served {
    fn start() -> Self {
        let mut child = Command::new(binary())
            .args(["demo", "--days", "2", "--orders", "10", "--serve", "--port", "0"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut printed = Vec::new();
        while !printed.last().is_some_and(|line: &String| line.ends_with("Stop with Ctrl-C.")) {
            let mut line = String::new();
            if stdout.read_line(&mut line).unwrap() == 0 {
                let stderr = child.wait_with_output().unwrap().stderr;
                panic!("ended before it served: {}", String::from_utf8_lossy(&stderr));
            }
            printed.push(line.trim_end().to_owned());
        }
        Self { child, stdout, printed }
    }

    /// What is printed after a label.
    fn printed(&self, label: &str) -> &str {
        let found = self.printed.iter().find_map(|line| line.strip_prefix(label)?.strip_prefix(' '));
        found.unwrap_or_else(|| panic!("no {label} in {:#?}", self.printed)).trim()
    }

    fn url(&self) -> &str {
        self.printed("RPC")
    }

    fn contract(&self, name: &str) -> String {
        self.printed(name).to_owned()
    }

    fn trader(&self, number: usize) -> Account {
        let mut words = self.printed(&format!("trader {number}")).split_whitespace();
        let mut next = || words.next().expect("address, key and tokens").to_owned();
        Account { address: next().parse().unwrap(), key: next(), held: next() }
    }

    /// `cast call`, answered.
    fn read<C: SolCall>(&self, contract: &str, arguments: &[&str]) -> C::Return {
        let mut command = cast(self.url(), "call");
        let answer = succeed(command.args([&self.contract(contract), C::SIGNATURE]).args(arguments));
        C::abi_decode_returns_validate(&hex::decode(answer).unwrap()).expect("the answer is as the ABI says")
    }

    /// `cast call`, refused.
    fn refused<C: SolCall>(&self, contract: &str, arguments: &[&str]) -> Failure {
        let mut command = cast(self.url(), "call");
        revert_data(&fail(command.args([&self.contract(contract), C::SIGNATURE]).args(arguments)))
    }

    fn cast_send<C: SolCall>(&self, from: &Account, contract: &str, options: &[&str], arguments: &[&str]) -> Command {
        let mut command = cast(self.url(), "send");
        command.args(["--private-key", &from.key, "--json"]).args(options);
        command.args([&self.contract(contract), C::SIGNATURE]).args(arguments);
        command
    }

    /// `cast send` of a transaction that must succeed.
    fn send<C: SolCall>(&self, from: &Account, contract: &str, arguments: &[&str]) -> TransactionReceipt {
        let printed = succeed(&mut self.cast_send::<C>(from, contract, &[], arguments));
        let receipt: TransactionReceipt = serde_json::from_str(&printed).unwrap();
        assert!(receipt.status(), "{}: {printed}", C::SIGNATURE);
        assert_eq!((receipt.from, receipt.to), (from.address, Some(self.contract(contract).parse().unwrap())));
        receipt
    }

    fn quote(&self, series: Series, size_wad: i64) -> Quote {
        self.read::<IMarket::quoteCall>("market", &[&legs(series, size_wad)])
    }

    fn cash(&self, of: Address) -> IClearing::cashOfReturn {
        self.read::<IClearing::cashOfCall>("clearing", &[&account::of(of).to_string()])
    }

    fn position(&self, of: Address, series: Series) -> I256 {
        let arguments = [account::of(of).to_string(), series.board.to_string()];
        let sizes = self.read::<IMarket::positionsCall>("market", &arguments.each_ref().map(String::as_str));
        sizes[usize::from(series.strike) * 2 + usize::from(series.is_put)]
    }

    /// The board that expires first.
    fn first_board(&self) -> u16 {
        self.read::<IMarket::liveBoardsCall>("market", &[])[0]
    }

    /// Ctrl-C.
    fn interrupt(mut self) {
        let kill = Command::new("kill").args(["-INT", &self.child.id().to_string()]).status().unwrap();
        assert!(kill.success());
        let status = self.child.wait().unwrap();
        let rest = read_to_string(&mut self.stdout).unwrap();
        let stderr = read_to_string(self.child.stderr.take().unwrap()).unwrap();
        assert!(status.success(), "an interruption is no failure: {status}\n{stderr}");
        assert_eq!(rest, "", "printed after it was interrupted");
        // Nothing that these clients do may keep a keeper from its work.
        assert!(!stderr.contains("keeper:"), "{stderr}");
    }
}

impl Drop for Served {
    /// Ends the program when a test fails; it has ended already otherwise.
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// A package of one leg as cast takes it.
fn legs(series: Series, size_wad: i64) -> String {
    format!("[({},{size_wad})]", series.id())
}

/// The revert data in what cast says of a failure.
fn revert_data(error: &str) -> Failure {
    let data = error.split_once("execution reverted, data: \"").and_then(|(_, rest)| rest.split_once('"'));
    let (data, _) = data.unwrap_or_else(|| panic!("no revert data in {error}"));
    Failure(data.parse().unwrap())
}

/// A number of the ABI without its unit.
fn signed(value: U256) -> I256 {
    I256::try_from(value).unwrap()
}

#[test]
fn cast_reads_a_served_market() {
    if !is_ready() {
        return;
    }
    let served = Served::start();
    assert_eq!(succeed(&mut cast(served.url(), "chain-id")), served.printed("Chain id"));
    let trader = served.trader(1);
    let atoms = served.read::<Stablecoin::balanceOfCall>("token", &[&trader.address.to_string()]);
    let cents = U256::from(TOKEN / 100);
    assert_eq!(trader.held.replace('.', ""), ((atoms + cents / U256::from(2)) / cents).to_string());

    let round = served.read::<IAggregator::latestRoundDataCall>("feed", &[]);
    let nav = served.read::<IMarket::navCall>("market", &[]);
    assert!(nav.navAtoms > I256::ZERO && nav.uncertaintyAtoms < nav.navAtoms.unsigned_abs());
    assert!(!nav.redeemableAtoms.is_zero() && nav.redeemableAtoms <= nav.navAtoms.unsigned_abs());
    assert!(U256::from(nav.priceAt) >= round.updatedAt && !nav.isSettlementPending);

    let ids = served.read::<IMarket::liveBoardsCall>("market", &[]);
    let as_cast_prints =
        succeed(cast(served.url(), "call").args([&served.contract("market"), "liveBoards()(uint16[])"]));
    assert_eq!(as_cast_prints, format!("{ids:?}"));
    let boards: Vec<Board> =
        ids.iter().map(|id| served.read::<IMarket::boardCall>("market", &[&id.to_string()])).collect();
    assert_eq!(boards.len(), 4);
    assert!(boards.windows(2).all(|pair| pair[0].expiry < pair[1].expiry));
    for (id, board) in ids.iter().zip(&boards) {
        assert_eq!((board.id, board.strikes, board.isSettled), (*id, 12, false));
        assert!(board.expiry > nav.priceAt && board.observedAt > 0 && !board.forwardWad.is_zero());
    }

    let series = Series { board: ids[0], strike: 6, is_put: false };
    let quote = served.quote(series, ONE_WAD);
    let charges = quote.skewAtoms + signed(quote.spreadAtoms) + signed(quote.feeAtoms);
    assert_eq!(quote.costAtoms, quote.midAtoms + charges);
    let spot_atoms = signed(quote.spotWad / U256::from(1_000_000_000_000u64));
    assert!(quote.midAtoms > I256::ZERO && quote.midAtoms < quote.costAtoms && quote.costAtoms < spot_atoms);
    let unlisted = Series { board: u16::MAX, ..series };
    let refused = served.refused::<IMarket::quoteCall>("market", &[&legs(unlisted, ONE_WAD)]);
    refused.expect(&MarketSeriesUnknown { series: unlisted.id() });
    served.interrupt();
}

/// Approves and deposits, as a newcomer does.
fn deposit(served: &Served, trader: &Account, tokens: u128) {
    let (clearing, atoms) = (served.contract("clearing"), (tokens * TOKEN).to_string());
    let before = served.cash(trader.address);
    served.send::<Stablecoin::approveCall>(trader, "token", &[&clearing, &atoms]);
    served.send::<IClearing::depositCall>(trader, "clearing", &[&atoms]);
    let after = served.cash(trader.address);
    assert_eq!(after.cashAtoms, before.cashAtoms + I256::try_from(tokens * TOKEN).unwrap());
    assert_eq!(after.shortMarkets, before.shortMarkets);
}

#[test]
fn cast_trades_on_a_served_market() {
    if !is_ready() {
        return;
    }
    let served = Served::start();
    let trader = served.trader(1);
    deposit(&served, &trader, 50_000);
    let before = served.cash(trader.address);
    let series = Series { board: served.first_board(), strike: 6, is_put: false };
    // The feed ticks between quote and trade: a tenth more may be paid.
    let quote = served.quote(series, ONE_WAD);
    let limit = quote.costAtoms + quote.costAtoms / I256::try_from(10).unwrap();
    let arguments = [&legs(series, ONE_WAD), &limit.to_string(), DEADLINE];
    let receipt = served.send::<IMarket::tradeCall>(&trader, "market", &arguments);

    let market: Address = served.contract("market").parse().unwrap();
    let logs: Vec<&Log> = receipt.logs().iter().map(|log| &log.inner).filter(|log| log.address == market).collect();
    let [log] = logs[..] else { panic!("one event of the market: {logs:?}") };
    let traded = OptionTraded::decode_log_validate(log).unwrap().data;
    assert_eq!(traded.account, account::of(trader.address));
    assert_eq!(traded.legs, [Leg { series: series.id(), sizeWad: I256::try_from(ONE_WAD).unwrap() }]);
    assert!(traded.quoted.costAtoms > I256::ZERO && traded.quoted.costAtoms <= limit, "{traded:?}, limit {limit}");
    assert_eq!(
        traded.vaultCashAtoms,
        served.read::<IClearing::vaultCashCall>("clearing", &[&served.contract("market")])
    );
    let after = served.cash(trader.address);
    assert_eq!(after.cashAtoms, before.cashAtoms - traded.quoted.costAtoms);
    assert_eq!(after.shortMarkets, before.shortMarkets);
    assert_eq!(served.position(trader.address, series), I256::try_from(ONE_WAD).unwrap());
    served.interrupt();
}

#[test]
fn cast_shows_the_typed_error_of_a_trade_past_its_limit() {
    if !is_ready() {
        return;
    }
    let served = Served::start();
    let trader = served.trader(2);
    deposit(&served, &trader, 50_000);
    let before = served.cash(trader.address);
    let series = Series { board: served.first_board(), strike: 6, is_put: false };
    let arguments = [&legs(series, ONE_WAD), "1", DEADLINE];

    // Refused while cast estimates: the error says what it would have cost.
    let failed = fail(&mut served.cast_send::<IMarket::tradeCall>(&trader, "market", &[], &arguments));
    let Failure(data) = revert_data(&failed);
    let slipped = MarketSlippageExceeded::abi_decode_validate(&data).expect(&failed);
    assert_eq!(slipped.maxCostAtoms, I256::ONE);
    assert!(slipped.costAtoms > I256::ONE, "{slipped:?}");
    assert_eq!(decoded_by_cast(&data), [slipped.costAtoms, slipped.maxCostAtoms].map(|it| it.to_string()));

    // Sent all the same, it is mined, fails, and leaves nothing.
    let options = ["--gas-limit", "5000000"];
    let printed = succeed(&mut served.cast_send::<IMarket::tradeCall>(&trader, "market", &options, &arguments));
    let receipt: TransactionReceipt = serde_json::from_str(&printed).unwrap();
    assert!(!receipt.status() && receipt.logs().is_empty(), "{printed}");
    let after = served.cash(trader.address);
    assert_eq!((after.cashAtoms, after.heldMarkets), (before.cashAtoms, before.heldMarkets));
    assert_eq!(served.position(trader.address, series), I256::ZERO);
    served.interrupt();
}

/// The error's values as cast prints them, without its notes on their size.
fn decoded_by_cast(data: &Bytes) -> Vec<String> {
    let arguments = ["decode-error", "--sig", MarketSlippageExceeded::SIGNATURE, &data.to_string()];
    let printed = succeed(equipoise_tests::cast_offline().args(arguments));
    printed.lines().map(|line| line.split_whitespace().next().unwrap_or_default().to_owned()).collect()
}

#[test]
fn viem_trades_on_a_served_market_whose_feed_ticks() {
    if !is_ready() {
        return;
    }
    let served = Served::start();
    let mut script = Command::new("node");
    script.arg(repository("tests/clients/served.mjs")).args([served.url(), &served.trader(3).key]);
    script.args(["token", "feed", "market", "clearing"].map(|name| served.contract(name)));
    assert_eq!(succeed(&mut script), "viem: quoted, refused, traded and ticked as expected");
    served.interrupt();
}
