// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

interface Pool {
    function token0() external view returns (address);
    function token1() external view returns (address);
    function mint(address recipient, int24 tickLower, int24 tickUpper, uint128 amount, bytes calldata data) external;
    function burn(int24 tickLower, int24 tickUpper, uint128 amount) external;
    function swap(address recipient, bool zeroForOne, int256 amount, uint160 sqrtPriceLimitX96, bytes calldata data)
        external;
}

interface Token {
    function transfer(address to, uint256 value) external;
}

/// @title Provides liquidity to Uniswap v3 pools and trades with them, as anybody tells it to
/// @notice It pays whoever calls it back, with the tokens that it holds: for local chains only.
contract PoolTrader {
    /// @notice Adds liquidity between two ticks.
    function provide(Pool pool, int24 tickLower, int24 tickUpper, uint128 liquidity) external {
        pool.mint(address(this), tickLower, tickUpper, liquidity, "");
    }

    /// @notice Takes liquidity out again. The pool goes on owing its tokens.
    function withdraw(Pool pool, int24 tickLower, int24 tickUpper, uint128 liquidity) external {
        pool.burn(tickLower, tickUpper, liquidity);
    }

    /// @notice Trades until the pool's price is at a limit, however much that takes.
    function move(Pool pool, bool isDown, uint160 sqrtPriceX96) external {
        pool.swap(address(this), isDown, type(int256).max, sqrtPriceX96, "");
    }

    function uniswapV3MintCallback(uint256 amount0, uint256 amount1, bytes calldata) external {
        if (amount0 > 0) Token(Pool(msg.sender).token0()).transfer(msg.sender, amount0);
        if (amount1 > 0) Token(Pool(msg.sender).token1()).transfer(msg.sender, amount1);
    }

    function uniswapV3SwapCallback(int256 amount0, int256 amount1, bytes calldata) external {
        if (amount0 > 0) Token(Pool(msg.sender).token0()).transfer(msg.sender, uint256(amount0));
        if (amount1 > 0) Token(Pool(msg.sender).token1()).transfer(msg.sender, uint256(amount1));
    }
}
