// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ArbWasm} from "./interfaces/ArbWasm.sol";

/// @title Creates, activates and constructs a Stylus program in one transaction
/// @notice Answers to the ABI, and keeps to the behaviour, of the deployer that `cargo stylus deploy` calls on
///         Arbitrum at 0xcEcba2F1DC234f70Dd89F2041029807F8D03A990; the embedded chain places it at that address.
contract StylusDeployer {
    ArbWasm private constant ARB_WASM = ArbWasm(address(0x71));

    /// @notice A program is created, active and, if it was asked for, constructed.
    event ContractDeployed(address deployedContract);

    /// @notice The creation failed without a reason, as when the address is taken or the code too large.
    error ContractDeploymentError(bytes bytecode);

    /// @notice The constructor reverted with `data`.
    error ContractInitializationError(address newContract, bytes data);

    /// @notice The caller refused what was left of its value.
    error RefundExcessValueError(uint256 excessValue);

    /// @notice There is nothing to deploy.
    error EmptyBytecode();

    /// @notice A value for the constructor needs the constructor's call data.
    error InitValueButNotInitData();

    /// @notice Deploys a program; the value sent must cover the activation's data fee, if the code is not active yet,
    ///         and `initValue`. What is left goes back to the caller, who must be able to receive it.
    /// @param bytecode creation code of the program
    /// @param initData call data of the constructor; empty: no call
    /// @param initValue wei passed to the constructor
    /// @param salt zero: CREATE; otherwise CREATE2 with `initSalt(salt, initData)`
    /// @return program address of the program
    function deploy(bytes calldata bytecode, bytes calldata initData, uint256 initValue, bytes32 salt)
        external
        payable
        returns (address program)
    {
        program = _create(bytecode, salt == 0 ? salt : initSalt(salt, initData));

        uint256 dataFee = 0;
        if (requiresActivation(program)) {
            (, dataFee) = ARB_WASM.activateProgram{value: msg.value - initValue}(program);
        }

        if (initData.length != 0) {
            (bool constructed, bytes memory reason) = program.call{value: initValue}(initData);
            if (!constructed) revert ContractInitializationError(program, reason);
        } else if (initValue != 0) {
            revert InitValueButNotInitData();
        }

        uint256 excess = msg.value - dataFee - initValue;
        if (excess != 0) {
            (bool refunded,) = msg.sender.call{value: excess}("");
            if (!refunded) revert RefundExcessValueError(excess);
        }

        emit ContractDeployed(program);
    }

    /// @notice The CREATE2 salt of a deployment. It covers the constructor's call data, so that whoever knows the
    ///         address of a program knows what it was constructed with.
    function initSalt(bytes32 salt, bytes calldata initData) public pure returns (bytes32) {
        return keccak256(abi.encodePacked(salt, initData));
    }

    /// @notice Whether the program must be activated before it can be called.
    function requiresActivation(address program) public view returns (bool) {
        uint16 current = ARB_WASM.stylusVersion();
        try ARB_WASM.codehashVersion(program.codehash) returns (uint16 activated) {
            return activated != current;
        } catch {
            // Reverts for code that was never activated, expired or has an older version.
            return true;
        }
    }

    function _create(bytes memory bytecode, bytes32 salt) private returns (address program) {
        if (bytecode.length == 0) revert EmptyBytecode();
        assembly ("memory-safe") {
            switch salt
            case 0 { program := create(0, add(bytecode, 0x20), mload(bytecode)) }
            default { program := create2(0, add(bytecode, 0x20), mload(bytecode), salt) }
            if and(iszero(program), gt(returndatasize(), 0)) {
                let reason := mload(0x40)
                returndatacopy(reason, 0, returndatasize())
                revert(reason, returndatasize())
            }
        }
        if (program == address(0)) revert ContractDeploymentError(bytecode);
    }
}
