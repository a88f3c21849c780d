// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title What the contracts here use of the ArbWasmCache precompile, 0x72
interface ArbWasmCache {
    /// @notice Caches the program's code. Only cache managers and chain owners may.
    function cacheProgram(address program) external;

    /// @notice Whether the code is cached.
    function codehashIsCached(bytes32 codehash) external view returns (bool);
}
