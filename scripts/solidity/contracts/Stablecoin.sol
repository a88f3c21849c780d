// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";

/// @title The stablecoin of the demo and the tests
/// @notice A standard OpenZeppelin ERC-20 with EIP-2612 permits and 6 decimals, as USDC has. Only its owner mints.
contract Stablecoin is ERC20, ERC20Permit, Ownable {
    /// @param name_ name of the token, also of its EIP-712 domain
    /// @param symbol_ ticker of the token
    /// @param minter owner, the only account that mints
    constructor(string memory name_, string memory symbol_, address minter)
        ERC20(name_, symbol_)
        ERC20Permit(name_)
        Ownable(minter)
    {}

    /// @notice Creates `amountAtoms` (millionths of a token) for `to`.
    function mint(address to, uint256 amountAtoms) external onlyOwner {
        _mint(to, amountAtoms);
    }

    /// @inheritdoc ERC20
    function decimals() public pure override returns (uint8) {
        return 6;
    }
}
