//! An account at Aave once more, natively: balances are kept divided by an index that grows with interest.

use alloy_primitives::U256;

/// One, in the scale of Aave's indices.
const RAY: U256 = U256::from_limbs([0x9fd0_803c_e800_0000, 0x033b_2e3c, 0, 0]);

/// A balance that grows with an index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scaled {
    scaled: U256,
    index: U256,
}

impl Default for Scaled {
    fn default() -> Self {
        Self { scaled: U256::ZERO, index: RAY }
    }
}

impl Scaled {
    pub fn new(scaled: u128, index: U256) -> Self {
        Self { scaled: U256::from(scaled), index }
    }

    /// What is kept of it.
    pub fn kept(&self) -> u128 {
        self.scaled.to()
    }

    /// # Rounding: to the nearest, as `WadRayMath.rayMul`
    pub fn balance(&self) -> u128 {
        ((self.scaled * self.index + RAY / U256::from(2)) / RAY).to()
    }

    /// # Rounding: to the nearest, as `WadRayMath.rayDiv`
    fn in_scale(&self, atoms: u128) -> U256 {
        (U256::from(atoms) * RAY + self.index / U256::from(2)) / self.index
    }

    pub fn grow(&mut self, atoms: u128) {
        self.scaled += self.in_scale(atoms);
    }

    pub fn shrink(&mut self, atoms: u128) {
        self.scaled -= self.in_scale(atoms);
    }
}

/// What lies at the lender of the stablecoin, and what is owed there of the underlying.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Account {
    pub collateral: Scaled,
    pub debt: Scaled,
}

impl Account {
    /// Of the underlying, what is held less what is owed.
    pub fn net(&self, held: u128) -> i128 {
        held.cast_signed() - self.debt.balance().cast_signed()
    }

    /// As Aave keeps it.
    pub fn kept(&self) -> [u128; 2] {
        [self.collateral.kept(), self.debt.kept()]
    }
}
