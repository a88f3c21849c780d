// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title What the contracts here use of the ArbWasm precompile, 0x71
interface ArbWasm {
    /// @notice Activates the program, keeps the data fee and gives the rest of the value back to the caller's balance.
    function activateProgram(address program) external payable returns (uint16 version, uint256 dataFee);

    /// @notice The Stylus version that new activations get.
    function stylusVersion() external view returns (uint16 version);

    /// @notice The Stylus version that the code was activated with. Reverts for code not activated or out of date.
    function codehashVersion(bytes32 codehash) external view returns (uint16 version);

    /// @notice The size of the compiled code in bytes. Reverts as `codehashVersion` does.
    function codehashAsmSize(bytes32 codehash) external view returns (uint32 size);
}
