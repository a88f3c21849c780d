//! The chain, its accounts and contracts.

use std::collections::BTreeMap;
use std::path::PathBuf;

use alloy_primitives::aliases::U80;
use alloy_primitives::{address, keccak256, Address, Bytes, B256, U256};
use alloy_rpc_types_eth::{BlockId, TransactionInput, TransactionRequest};
use alloy_sol_types::{SolCall, SolEvent, SolValue};
use equipoise_chain::{Chain, Config, Receipt, SnapshotId};
use equipoise_cli::deployment::{Deployer, Embedded, House, Sources};
use equipoise_cli::error::CliError;
use equipoise_cli::programs::Programs;
use equipoise_interfaces::{Allocation, IAggregator};

use crate::contracts::{creation_code, PriceFeed, Stablecoin};
use crate::Failure;

/// The smallest unit of the stablecoin.
pub const ATOM: u128 = 1;
/// One stablecoin.
pub const TOKEN: u128 = 1_000_000;
/// 2026-01-01 00:00:00 UTC.
const GENESIS_AT: u64 = 1_767_225_600;
const ETHER: u128 = 1_000_000_000_000_000_000;
/// Where Arbitrum keeps its own state, which fees change.
const ARBOS_STATE: Address = address!("0xA4B05FffffFffFFFFfFFfffFfffFFfffFfFfFFFf");
/// Where the ledger's first slot keeps whether deposits are let in: after token, decimals and offset share.
const FINAL_BIT: usize = 232;
/// The selector of constructors, `stylus_constructor()`.
const CONSTRUCTOR: [u8; 4] = [0x55, 0x85, 0x25, 0x8d];

/// The first slot of a namespace.
/// # Source: ERC-7201
fn namespace_root(id: &str) -> U256 {
    let index = U256::from_be_bytes(keccak256(id).0) - U256::ONE;
    let root = U256::from_be_bytes(keccak256(index.to_be_bytes::<32>()).0);
    root & !U256::from(0xff)
}

/// A path in the repository.
pub fn repository(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

/// A program's WASM, as `scripts/build-programs` leaves it.
pub fn program(name: &str) -> Vec<u8> {
    let path = repository(&format!("target/programs/{name}.wasm"));
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}; run scripts/build-programs", path.display()))
}

/// A chain with a stablecoin and a price feed. Whoever tests adds programs.
pub struct World {
    /// The chain.
    pub chain: Chain,
    /// Deploys, owns, mints and writes the feed.
    pub owner: Address,
    /// The stablecoin, 6 decimals.
    pub token: Address,
    /// The price feed.
    pub feed: Address,
    /// One dollar in the feed's decimals, 8 of them unless a test wants others.
    pub dollar: i128,
    /// Gas of the last transaction to each function, by its signature.
    pub gas: BTreeMap<&'static str, u64>,
    programs: Programs,
}

impl Default for World {
    fn default() -> Self {
        Self::new()
    }
}

impl World {
    /// A chain at the start of 2026.
    pub fn new() -> Self {
        let owner = Address::repeat_byte(0x0a);
        let config = Config {
            timestamp: GENESIS_AT,
            cache_dir: Some(repository("target/programs/compiled")),
            ..Config::default()
        };
        let programs = Programs::load(&repository("target/programs")).expect("run scripts/build-programs");
        let (chain, [token, feed]) = (Chain::new(config), [Address::ZERO; 2]);
        let mut world = Self { chain, owner, token, feed, dollar: 0, gas: BTreeMap::new(), programs };
        world.fund(owner);
        world.token = world.deploy("Stablecoin", ("Test Dollar", "TUSD", owner).abi_encode_params());
        world.take_feed(8);
        world
    }

    /// The same with a token that misbehaves as it is told to, and a feed, of so many decimals.
    pub fn with_odd_token(token_decimals: u8, feed_decimals: u8) -> Self {
        let mut world = Self::new();
        world.token = world.deploy("TestToken", Vec::new());
        let (owner, token) = (world.owner, world.token);
        let decimals = crate::TestToken::setDecimalsCall { decimals: token_decimals };
        world.send(owner, token, &decimals).expect("anybody tells it");
        world.take_feed(feed_decimals);
        world
    }

    fn take_feed(&mut self, decimals: u8) {
        let arguments = (U256::from(decimals), "ETH / USD", self.owner).abi_encode_params();
        self.feed = self.deploy("PriceFeed", arguments);
        self.dollar = 10i128.pow(decimals.into());
    }

    /// An account with ether, the same for the same name.
    pub fn account(&mut self, name: &str) -> Address {
        let address = Address::from_slice(&keccak256(name)[12..]);
        self.fund(address);
        address
    }

    /// An account with ether and stablecoins.
    pub fn account_with(&mut self, name: &str, atoms: u128) -> Address {
        let address = self.account(name);
        let (owner, token) = (self.owner, self.token);
        let mint = Stablecoin::mintCall { to: address, amountAtoms: U256::from(atoms) };
        self.send(owner, token, &mint).expect("the owner mints");
        address
    }

    /// Deploys an EVM contract with ABI-encoded arguments.
    pub fn deploy(&mut self, name: &str, arguments: Vec<u8>) -> Address {
        let code = [creation_code(name).to_vec(), arguments].concat();
        let request = TransactionRequest {
            from: Some(self.owner),
            input: TransactionInput::new(code.into()),
            ..TransactionRequest::default()
        };
        let receipt = self.chain.send(request).expect("the owner can deploy");
        assert!(receipt.status, "the constructor of {name} reverts with {}", receipt.output);
        receipt.contract_address.expect("a creation has an address")
    }

    /// Deploys a program and caches it.
    /// # Errors: what its constructor reverts with
    pub fn deploy_program(&mut self, name: &str, arguments: Vec<u8>) -> Result<Address, Failure> {
        let calldata = [CONSTRUCTOR.to_vec(), arguments].concat();
        let deployed = self.chain.deploy_program(self.owner, &program(name), calldata.into(), true);
        deployed.map(|program| program.address).map_err(|error| Failure(error.to_string().into_bytes().into()))
    }

    /// Deploys a program that has no constructor.
    pub fn deploy_bare(&mut self, name: &str) -> Address {
        self.chain.deploy_program(self.owner, &program(name), Bytes::new(), true).expect("it fits").address
    }

    /// Deploys as the demo does.
    pub fn deployer(&mut self) -> Deployer<'_> {
        Deployer::new(Embedded::new(&mut self.chain, self.owner, true), &self.programs, self.owner)
    }

    /// Deploys an oracle on the feed, with nothing to check it by.
    /// # Errors: what its constructor reverts with
    pub fn oracle(&mut self) -> Result<Address, CliError> {
        let sources = Sources::of(self.feed);
        self.deployer().oracle(sources)
    }

    /// Sends a transaction and returns its receipt, reverted or not.
    pub fn submit(&mut self, from: Address, to: Address, data: Vec<u8>) -> Receipt {
        let request = TransactionRequest {
            from: Some(from),
            to: Some(to.into()),
            input: TransactionInput::new(data.into()),
            ..TransactionRequest::default()
        };
        self.chain.send(request).expect("the chain accepts the transaction")
    }

    /// Sends a transaction that calls a function, and returns the receipt if it succeeds.
    /// # Errors: the revert data
    pub fn send<C: SolCall>(&mut self, from: Address, to: Address, call: &C) -> Result<Receipt, Failure> {
        let receipt = self.submit(from, to, call.abi_encode());
        if !receipt.status {
            return Err(Failure(receipt.output));
        }
        self.gas.insert(C::SIGNATURE, receipt.gas_used);
        Ok(receipt)
    }

    /// Calls a function without changing anything.
    /// # Errors: the revert data
    pub fn view<C: SolCall>(&mut self, to: Address, call: &C) -> Result<C::Return, Failure> {
        let request = TransactionRequest {
            from: Some(self.owner),
            to: Some(to.into()),
            input: TransactionInput::new(call.abi_encode().into()),
            ..TransactionRequest::default()
        };
        let outcome = self.chain.call(&request, BlockId::pending(), None).expect("the chain accepts the call");
        if !outcome.status {
            return Err(Failure(outcome.output));
        }
        Ok(C::abi_decode_returns_validate(&outcome.output).expect("the answer is as the ABI says"))
    }

    /// A view's answer.
    pub fn read<C: SolCall>(&mut self, to: Address, call: &C) -> C::Return {
        self.view(to, call).unwrap_or_else(|failure| panic!("{} reverts with {}", C::SIGNATURE, failure.0))
    }

    /// Adds a round to the feed, answered now.
    pub fn push_price(&mut self, dollars: i64) {
        let at = self.chain.timestamp();
        self.push_round(i128::from(dollars) * self.dollar, at);
    }

    /// Adds a round to the feed.
    pub fn push_round(&mut self, answer: i128, updated_at: u64) {
        let (owner, feed) = (self.owner, self.feed);
        let round = PriceFeed::pushCall {
            answer: answer.try_into().expect("an i128 fits 256 bits"),
            updatedAt: U256::from(updated_at),
        };
        self.send(owner, feed, &round).expect("the owner writes the feed");
    }

    /// The feed's first round with a price at or after a moment; the one that will be, if there is none.
    pub fn first_round_from(&mut self, at: u64) -> U80 {
        let feed = self.feed;
        let mut round = self.read(feed, &PriceFeed::latestRoundCall {});
        let mut first = round + U80::from(1);
        while round > U80::ZERO {
            let data = self.read(feed, &IAggregator::getRoundDataCall { roundId: round });
            if data.updatedAt < U256::from(at) {
                break;
            }
            if data.answer.is_positive() {
                first = round;
            }
            round -= U80::from(1);
        }
        first
    }

    /// Wires a clearing house and a vault, with markets of equal weight, each with its oracle, and lets deposits in.
    pub fn wire_house(&mut self, house: &House, markets: &[(Address, Address)]) {
        let allocations = markets.iter().map(|&(market, oracle)| Allocation { market, oracle, weight: 1 }).collect();
        self.deployer().wire_house(house, allocations).expect("the owner wires");
        self.let_deposits_in(house.clearing);
    }

    /// Lets deposits into a clearing house that has no registry, as `finalize` would: most tests are of parts.
    pub fn let_deposits_in(&mut self, clearing: Address) {
        let root = namespace_root("equipoise.clearing");
        let first = self.chain.storage(clearing, root, BlockId::pending()).expect("it is the head");
        let flag = U256::ONE << FINAL_BIT;
        self.chain.set_storage(clearing, root, B256::from(U256::from_be_bytes(first.0) | flag));
    }

    /// Lets `spender` move all stablecoins of `owner`.
    pub fn approve(&mut self, owner: Address, spender: Address) {
        let token = self.token;
        self.send(owner, token, &Stablecoin::approveCall { spender, value: U256::MAX }).expect("anybody approves");
    }

    /// An account's stablecoins.
    pub fn tokens(&mut self, owner: Address) -> u128 {
        let token = self.token;
        let balance = self.read(token, &Stablecoin::balanceOfCall { owner });
        balance.try_into().expect("tests have less than 2^128 atoms")
    }

    /// Moves the clock to `at` as from the next block.
    pub fn go_to(&mut self, at: u64) {
        self.chain.set_time(at).expect("time does not go back");
        self.chain.mine(1, None);
    }

    /// The storage of contracts that differs from what it was at a snapshot, by contract and slot; Arbitrum's own aside.
    pub fn changed_since(&self, before: SnapshotId) -> BTreeMap<(Address, U256), B256> {
        let changed = self.chain.changed_slots(before).expect("the snapshot is known");
        let own = changed.into_iter().filter(|(contract, _)| *contract != ARBOS_STATE);
        let value = |contract, slot| self.chain.storage(contract, slot, BlockId::pending()).expect("it is the head");
        own.map(|(contract, slot)| ((contract, slot), value(contract, slot))).collect()
    }

    /// Events of a type in a receipt.
    pub fn events<E: SolEvent>(receipt: &Receipt) -> Vec<E> {
        receipt.logs.iter().filter_map(|log| E::decode_log(&log.inner).ok()).map(|log| log.data).collect()
    }

    fn fund(&mut self, address: Address) {
        self.chain.set_balance(address, U256::from(1_000_000 * ETHER));
    }
}

/// Calldata of a function, for relaying.
impl World {
    /// Has a `TestMarket` make a call.
    /// # Errors: the revert data of the call
    pub fn relay<C: SolCall>(&mut self, market: Address, to: Address, call: &C) -> Result<Receipt, Failure> {
        let owner = self.owner;
        let data = Bytes::from(call.abi_encode());
        self.send(owner, market, &crate::TestMarket::relayCall { to, data })
    }
}
