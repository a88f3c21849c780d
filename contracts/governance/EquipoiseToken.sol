// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {ERC20Votes} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Votes.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";
import {Time} from "@openzeppelin/contracts/utils/types/Time.sol";

/// @title The token that votes
/// @notice A fixed supply. Weight is what had been delegated to an account at a proposal's snapshot, so a token that is
/// borrowed or moved afterwards adds none. Its clock is the time (ERC-6372): `block.number` of Arbitrum is that of the
/// chain below.
contract EquipoiseToken is ERC20, ERC20Permit, ERC20Votes {
    /// @param holder who gets all of it
    /// @param supply in 1e-18 tokens
    constructor(address holder, uint256 supply) ERC20("Equipoise", "EQP") ERC20Permit("Equipoise") {
        _mint(holder, supply);
    }

    /// @notice Unix seconds.
    function clock() public view override returns (uint48) {
        return Time.timestamp();
    }

    /// @notice As ERC-6372 names a clock of unix seconds.
    // solhint-disable-next-line func-name-mixedcase
    function CLOCK_MODE() public pure override returns (string memory) {
        return "mode=timestamp";
    }

    /// @inheritdoc ERC20Permit
    function nonces(address owner) public view override(ERC20Permit, Nonces) returns (uint256) {
        return super.nonces(owner);
    }

    function _update(address from, address to, uint256 value) internal override(ERC20, ERC20Votes) {
        super._update(from, to, value);
    }
}
