//! A wrapper over two boards of the stand-in.

use alloy_primitives::{Address, Bytes, B256, I256, U256};
use alloy_sol_types::{sol, SolCall};
use equipoise_chain::Receipt;
use equipoise_cli::deployment::Arguments;
use equipoise_interfaces::account::of;
use equipoise_interfaces::series::Series;
use equipoise_interfaces::IWrapper;
use equipoise_tests::{Failure, World};

sol! {
    #[derive(Debug, PartialEq, Eq)]
    interface TestLongs {
        function listBoard(uint16 id, uint64 expiry, uint256[] strikesWad) external;
        function settleBoardAt(uint16 id, uint256 priceWad, uint256 ratioWad) external;
        function settleAccount(bytes32 account, uint16 id) external returns (int256 payoffAtoms);
        function give(bytes32 account, uint32 series, int256 sizeWad) external;
        function giveCash(bytes32 account, int256 atoms) external;
        function setOperator(address operator, bool approved) external;
        function callLocked(address to, bytes data) external;
        function enterLock() external;
        function isLocked() external view returns (bool);
        function sizeOf(bytes32 account, uint32 series) external view returns (int256);
        function cashOf(bytes32 account) external view returns (int256 cashAtoms, uint256 more);
        error TestNotAuthorised(address caller, bytes32 account);
        error TestNotHeld(bytes32 account, uint32 series, int256 sizeWad);
        error TestLocked();
    }

    #[derive(Debug, PartialEq, Eq)]
    interface TestReceiver {
        function setManner(uint8 manner) external;
        function setCall(address target, bytes data) external;
        function relay(address to, bytes data) external;
        function isCallDone() external view returns (bool);
        function callAnswer() external view returns (bytes);
        function balanceSeen() external view returns (uint256);
        function dataSeen() external view returns (bytes);
        function tokensSeen() external view returns (uint256);
        error Rejected();
    }
}

pub const WAD: u128 = 1_000_000_000_000_000_000;
pub const LOT: u128 = WAD / 1_000;
/// 2026-03-27, 08:00 UTC, and a week later.
pub const EXPIRIES: [u64; 2] = [1_774_598_400, 1_775_203_200];
pub const STRIKES: [u128; 3] = [3_000, 3_200, 3_400];

pub struct Setup {
    pub world: World,
    /// The stand-in for the market and the clearing house.
    pub longs: Address,
    pub wrapper: Address,
    /// Three owners who have made the wrapper their operator.
    pub owners: [Address; 3],
}

pub fn call_of(board: u16, strike: u8) -> u32 {
    Series { board, strike, is_put: false }.id()
}

pub fn put_of(board: u16, strike: u8) -> u32 {
    Series { board, strike, is_put: true }.id()
}

pub fn symbol(text: &str) -> B256 {
    B256::right_padding_from(text.as_bytes())
}

pub fn setup() -> Setup {
    let mut world = World::new();
    let longs = world.deploy("TestLongs", Vec::new());
    let owner = world.owner;
    for (id, expiry) in (1..).zip(EXPIRIES) {
        let strikes = STRIKES.map(|strike| U256::from(strike * WAD)).to_vec();
        world.send(owner, longs, &TestLongs::listBoardCall { id, expiry, strikesWad: strikes }).unwrap();
    }
    let arguments = Arguments::new().with("market", longs).with("clearing", longs).with("underlying", symbol("ETH"));
    let implementation = world.deployer().implementation("wrapper", arguments.clone()).unwrap();
    let wrapper = world.deployer().proxy("wrapper", "wrapper", implementation, arguments).unwrap();
    let owners = ["alice", "bob", "carol"].map(|name| world.account(name));
    let mut setup = Setup { world, longs, wrapper, owners };
    for owner in owners {
        setup.authorise(owner, wrapper, true);
    }
    setup
}

impl Setup {
    pub fn authorise(&mut self, owner: Address, operator: Address, approved: bool) {
        self.world.send(owner, self.longs, &TestLongs::setOperatorCall { operator, approved }).unwrap();
    }

    pub fn send<C: SolCall>(&mut self, from: Address, call: &C) -> Result<Receipt, Failure> {
        self.world.send(from, self.wrapper, call)
    }

    /// Sends a transaction to the stand-in, which must succeed.
    pub fn tell<C: SolCall>(&mut self, call: &C) -> Receipt {
        let owner = self.world.owner;
        self.world.send(owner, self.longs, call).unwrap()
    }

    pub fn give(&mut self, account: B256, series: u32, lots: u128) {
        self.tell(&TestLongs::giveCall { account, series, sizeWad: I256::try_from(lots * LOT).unwrap() });
    }

    /// Gives an owner positions and wraps them for him.
    pub fn hold(&mut self, owner: Address, series: u32, lots: u128) {
        self.give(of(owner), series, lots);
        self.wrap(owner, series, lots, owner).unwrap();
    }

    pub fn wrap(&mut self, owner: Address, series: u32, lots: u128, to: Address) -> Result<Receipt, Failure> {
        self.send(owner, &IWrapper::wrapCall { fromAccount: of(owner), series, lots: U256::from(lots), to })
    }

    pub fn unwrap(&mut self, owner: Address, series: u32, lots: u128) -> Result<Receipt, Failure> {
        self.send(owner, &IWrapper::unwrapCall { series, lots: U256::from(lots), toAccount: of(owner) })
    }

    pub fn redeem(&mut self, owner: Address, series: u32, lots: U256) -> Result<u128, Failure> {
        let receipt = self.send(owner, &IWrapper::redeemCall { series, lots, toAccount: of(owner) })?;
        Ok(IWrapper::redeemCall::abi_decode_returns(&receipt.output).unwrap().to())
    }

    pub fn transfer(
        &mut self,
        by: Address,
        from: Address,
        to: Address,
        id: u32,
        lots: u128,
    ) -> Result<Receipt, Failure> {
        let (id, value) = (U256::from(id), U256::from(lots));
        self.send(by, &IWrapper::safeTransferFromCall { from, to, id, value, data: Bytes::default() })
    }

    /// Fixes a board's price in the market, with the share of payoffs that is paid.
    pub fn settle_in_market(&mut self, board: u16, price: u128, ratio_wad: u128) {
        self.tell(&TestLongs::settleBoardAtCall {
            id: board,
            priceWad: U256::from(price * WAD),
            ratioWad: U256::from(ratio_wad),
        });
    }

    pub fn balance(&mut self, owner: Address, id: u32) -> u128 {
        self.world.read(self.wrapper, &IWrapper::balanceOfCall { owner, id: U256::from(id) }).to()
    }

    pub fn supply(&mut self, id: u32) -> u128 {
        self.world.read(self.wrapper, &IWrapper::totalSupplyCall { id: U256::from(id) }).to()
    }

    /// Lots of a series in an account.
    pub fn position(&mut self, account: B256, series: u32) -> u128 {
        let size = self.world.read(self.longs, &TestLongs::sizeOfCall { account, series });
        u128::try_from(size).unwrap() / LOT
    }

    pub fn board_account(&mut self, board: u16) -> B256 {
        self.world.read(self.wrapper, &IWrapper::accountOfCall { board })
    }

    pub fn cash(&mut self, account: B256) -> u128 {
        self.world.read(self.longs, &TestLongs::cashOfCall { account }).cashAtoms.try_into().unwrap()
    }

    /// Everything that anybody has of anything, to show that a refused call changes nothing.
    pub fn snapshot(&mut self) -> Vec<u128> {
        let mut all = Vec::new();
        let mut accounts: Vec<B256> = self.owners.map(of).to_vec();
        accounts.extend([1, 2].map(|board| self.board_account(board)));
        for series in every_series() {
            all.push(self.supply(series));
            all.extend(self.owners.map(|owner| self.balance(owner, series)));
            all.extend(accounts.clone().into_iter().map(|account| self.position(account, series)));
        }
        all.extend(accounts.into_iter().map(|account| self.cash(account)));
        all
    }

    /// The supply of every series is what stands behind it, and the sum of what the owners and `others` hold.
    pub fn assert_backed(&mut self, others: &[Address]) {
        for series in every_series() {
            let supply = self.supply(series);
            let account = self.board_account((series >> 8) as u16);
            assert_eq!(supply, self.position(account, series), "series {series:#x}");
            let holders = self.owners.iter().chain(others).copied().collect::<Vec<_>>();
            let held: u128 = holders.into_iter().map(|holder| self.balance(holder, series)).sum();
            assert_eq!(supply, held, "series {series:#x}");
        }
    }
}

pub fn every_series() -> Vec<u32> {
    let places = 0..STRIKES.len() as u8;
    [1, 2]
        .into_iter()
        .flat_map(|board| places.clone().flat_map(move |at| [call_of(board, at), put_of(board, at)]))
        .collect()
}
