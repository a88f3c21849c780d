// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ArbWasm} from "./interfaces/ArbWasm.sol";
import {ArbWasmCache} from "./interfaces/ArbWasmCache.sol";

/// @title The cache manager of the embedded chain
/// @notice Takes the bids that `cargo stylus cache bid` sends to Arbitrum's cache manager. Space is first come, first
///         served: a bid of zero is enough while the program fits, nothing is ever evicted, and bids are not refunded.
contract CacheManager {
    ArbWasm private constant ARB_WASM = ArbWasm(address(0x71));
    ArbWasmCache private constant ARB_WASM_CACHE = ArbWasmCache(address(0x72));

    /// @dev Smaller programs take this much room, as on Arbitrum.
    uint64 private constant MIN_PROGRAM_BYTES = 4096;

    /// @notice Room for compiled code, in bytes.
    uint64 public constant cacheSize = 512 * 1024 * 1024;

    /// @notice Bids are always welcome.
    bool public constant isPaused = false;

    /// @notice Room taken, in bytes.
    uint64 public queueSize;

    /// @notice A program is in the cache.
    event InsertBid(bytes32 indexed codehash, address program, uint192 bid, uint64 size);

    /// @notice `asm` bytes do not fit: `queueSize` of `cacheSize` are taken.
    error AsmTooLarge(uint256 asm, uint256 queueSize, uint256 cacheSize);

    /// @notice The code is in the cache already.
    error AlreadyCached(bytes32 codehash);

    /// @notice The value does not fit the 192 bits of a bid.
    error BidTooLarge(uint256 bid);

    /// @notice Caches an activated program.
    function placeBid(address program) external payable {
        bytes32 codehash = program.codehash;
        if (ARB_WASM_CACHE.codehashIsCached(codehash)) revert AlreadyCached(codehash);
        uint192 bid = uint192(msg.value);
        if (bid != msg.value) revert BidTooLarge(msg.value);

        uint64 size = _roomOf(codehash);
        _requireRoom(size);
        queueSize += size;
        ARB_WASM_CACHE.cacheProgram(program);
        emit InsertBid(codehash, program, bid, size);
    }

    /// @notice The least bid, in wei, that caches a program of `size` bytes.
    function getMinBid(uint64 size) external view returns (uint192 min) {
        _requireRoom(size < MIN_PROGRAM_BYTES ? MIN_PROGRAM_BYTES : size);
        return 0;
    }

    /// @notice The least bid, in wei, that caches the code.
    function getMinBid(bytes32 codehash) external view returns (uint192 min) {
        _requireRoom(_roomOf(codehash));
        return 0;
    }

    /// @notice The least bid, in wei, that caches the program.
    function getMinBid(address program) external view returns (uint192 min) {
        _requireRoom(_roomOf(program.codehash));
        return 0;
    }

    function _requireRoom(uint64 size) private view {
        if (size > cacheSize - queueSize) revert AsmTooLarge(size, queueSize, cacheSize);
    }

    function _roomOf(bytes32 codehash) private view returns (uint64) {
        uint32 size = ARB_WASM.codehashAsmSize(codehash);
        return size < MIN_PROGRAM_BYTES ? MIN_PROGRAM_BYTES : size;
    }
}
