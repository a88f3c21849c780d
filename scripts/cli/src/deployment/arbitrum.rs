//! What of Arbitrum a deployment calls.

use alloy_primitives::{address, Address};
use alloy_sol_types::sol;

/// The precompile that activates programs.
pub const ARB_WASM: Address = address!("0x0000000000000000000000000000000000000071");
/// The precompile that knows the cache managers.
pub const ARB_WASM_CACHE: Address = address!("0x0000000000000000000000000000000000000072");
/// What estimates the parent chain's share of gas. No contract: nodes answer for it.
pub const NODE_INTERFACE: Address = address!("0x00000000000000000000000000000000000000C8");
/// Creates, activates and constructs a program in one transaction.
pub const STYLUS_DEPLOYER: Address = address!("0xcEcba2F1DC234f70Dd89F2041029807F8D03A990");
/// The cache manager of the embedded chain. Others are asked for theirs.
pub const CACHE_MANAGER: Address = address!("0x51dEDBD2f190E0696AFbEE5E60bFdE96d86464ec");

sol! {
    #![sol(abi)]

    /// `ArbWasm`.
    #[derive(Debug)]
    interface IArbWasm {
        function activateProgram(address program) external payable returns (uint16 version, uint256 dataFee);
        function codehashKeepalive(bytes32 codehash) external payable;
        function stylusVersion() external view returns (uint16 version);
        function codehashVersion(bytes32 codehash) external view returns (uint16 version);
        function programTimeLeft(address program) external view returns (uint64 secs);

        event ProgramActivated(
            bytes32 indexed codehash, bytes32 moduleHash, address program, uint256 dataFee, uint16 version
        );

        #[derive(PartialEq, Eq)]
        error ProgramInsufficientValue(uint256 have, uint256 want);
        #[derive(PartialEq, Eq)]
        error ProgramExpired(uint64 ageInSeconds);
        #[derive(PartialEq, Eq)]
        error ProgramNeedsUpgrade(uint16 version, uint16 stylusVersion);
        #[derive(PartialEq, Eq)]
        error ProgramNotActivated();
        #[derive(PartialEq, Eq)]
        error ProgramKeepaliveTooSoon(uint64 ageInSeconds);
    }

    /// `ArbWasmCache`.
    #[derive(Debug)]
    interface IArbWasmCache {
        function allCacheManagers() external view returns (address[] memory managers);
        function codehashIsCached(bytes32 codehash) external view returns (bool);
    }

    /// `NodeInterface`.
    #[derive(Debug)]
    interface INodeInterface {
        function gasEstimateL1Component(address to, bool contractCreation, bytes data)
            external payable returns (uint64 gasEstimateForL1, uint256 baseFee, uint256 l1BaseFeeEstimate);
    }

    /// Of the Stylus deployer.
    #[derive(Debug)]
    function deploy(bytes bytecode, bytes initData, uint256 initValue, bytes32 salt) external payable returns (address);
    /// Of the Stylus deployer.
    #[derive(Debug)]
    event ContractDeployed(address deployedContract);
    /// Of a cache manager.
    #[derive(Debug)]
    function placeBid(address program) external payable;
    /// Of a cache manager.
    #[derive(Debug)]
    function getMinBid(address program) external view returns (uint192 min);
}
