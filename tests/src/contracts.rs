//! The EVM contracts of `scripts/solidity`, as tests call them.

use alloy_primitives::{hex, Bytes};
use alloy_sol_types::sol;

sol! {
    #[derive(Debug, PartialEq, Eq)]
    #[allow(missing_docs)]
    interface Stablecoin {
        function mint(address to, uint256 amountAtoms) external;
        function approve(address spender, uint256 value) external returns (bool);
        function transfer(address to, uint256 value) external returns (bool);
        function balanceOf(address owner) external view returns (uint256);
        function nonces(address owner) external view returns (uint256);
        function DOMAIN_SEPARATOR() external view returns (bytes32);
        error ERC20InsufficientAllowance(address spender, uint256 allowance, uint256 needed);
        error ERC20InsufficientBalance(address sender, uint256 balance, uint256 needed);
    }

    #[derive(Debug, PartialEq, Eq)]
    #[allow(missing_docs)]
    interface PriceFeed {
        function push(int256 answer, uint256 updatedAt) external returns (uint80 roundId);
        function latestRound() external view returns (uint80);
    }

    #[derive(Debug, PartialEq, Eq)]
    #[allow(missing_docs)]
    struct Margin {
        int128 valueX64;
        int128 markX64;
        int128[32] maintenanceX64;
        int128[32] initialX64;
    }

    #[derive(Debug, PartialEq, Eq)]
    #[allow(missing_docs)]
    struct Offer {
        int128 valueX64;
        int128 riskChargeX64;
        int128 spreadX64;
    }

    #[derive(Debug, PartialEq, Eq)]
    #[allow(missing_docs)]
    interface TestMarket {
        function follow(address clearing) external;
        function mark(int256 markAtoms, uint256 uncertaintyAtoms, uint256 redeemableAtoms) external;
        function reserve(uint256 reserveAtoms) external;
        function observe(uint64 priceAt, bool isSettlementPending) external;
        function relay(address to, bytes data) external;
        function relayAll(address to, bytes[] data) external;
        function lpFlowAtoms() external view returns (int256);
        function nav() external view returns (int256, uint256, uint256, uint256, uint64, bool);
        function hold(bytes32 account, uint8 holds, Margin margin_) external;
        function watch(uint64 safeFrom, bool isUnsafe) external;
        function ask(Offer offer) external;
        function holdsOf(bytes32 account) external view returns (uint8);
        function seenVaultCashAtoms() external view returns (int256);
        function confirm(bytes32 digest) external;
    }

    #[derive(Debug, PartialEq, Eq)]
    #[allow(missing_docs)]
    interface TestSource {
        function set(uint256 priceWad_, uint256 confidenceWad_, uint64 updatedAt_, bool isBroken_) external;
    }

    #[derive(Debug, PartialEq, Eq)]
    #[allow(missing_docs)]
    interface TestToken {
        function mint(address to, uint256 value) external;
        function setDecimals(uint8 decimals) external;
        function setBlocked(address owner, bool blocked) external;
        function setAnswer(uint8 answer) external;
        function setFees(uint256 feeBps, uint256 surchargeBps) external;
        function setCall(address target, bytes data) external;
        function isCallDone() external view returns (bool);
        function callAnswer() external view returns (bytes);
        function balanceOf(address owner) external view returns (uint256);
        error Blocked(address owner);
    }
}

/// The creation code of a contract, without constructor arguments.
pub fn creation_code(name: &str) -> Bytes {
    let path = super::world::repository(&format!("scripts/solidity/artifacts/{name}.json"));
    let text = std::fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{}: {error}; see scripts/solidity", path.display()));
    let artifact: serde_json::Value = serde_json::from_str(&text).expect("artifacts are JSON");
    let code = artifact["bytecode"].as_str().expect("artifacts have bytecode");
    hex::decode(code).expect("bytecode is hexadecimal").into()
}
