//! 256-bit arithmetic in place, with the EVM's rules: dividing by zero gives zero.

use alloy_primitives::U256;

use super::{Host, HostResult};
use crate::wasm::prices::host;

impl Host<'_> {
    /// `value / divisor`
    pub(super) fn math_div(&mut self, value: u32, divisor: u32) -> HostResult<()> {
        self.buy(host::MATH_DIV)?;
        let (a, b) = (self.read_word(value)?, self.read_word(divisor)?);
        self.write_word(value, a.checked_div(b).unwrap_or_default())
    }

    /// `value % modulus`
    pub(super) fn math_mod(&mut self, value: u32, modulus: u32) -> HostResult<()> {
        self.buy(host::MATH_MOD)?;
        let (a, b) = (self.read_word(value)?, self.read_word(modulus)?);
        self.write_word(value, a.checked_rem(b).unwrap_or_default())
    }

    /// `value ^ exponent`, wrapping
    pub(super) fn math_pow(&mut self, value: u32, exponent: u32) -> HostResult<()> {
        self.buy(host::MATH_POW)?;
        let base = self.read_word(value)?;
        let exponent: [u8; 32] = self.read_fixed(exponent)?;
        self.buy(host::pow(&exponent))?;
        self.write_word(value, base.wrapping_pow(U256::from_be_bytes(exponent)))
    }

    /// `(value + addend) % modulus`
    pub(super) fn math_add_mod(&mut self, value: u32, addend: u32, modulus: u32) -> HostResult<()> {
        self.buy(host::MATH_ADD_MOD)?;
        let (a, b, c) = (self.read_word(value)?, self.read_word(addend)?, self.read_word(modulus)?);
        self.write_word(value, a.add_mod(b, c))
    }

    /// `(value * multiplier) % modulus`
    pub(super) fn math_mul_mod(&mut self, value: u32, multiplier: u32, modulus: u32) -> HostResult<()> {
        self.buy(host::MATH_MUL_MOD)?;
        let (a, b, c) = (self.read_word(value)?, self.read_word(multiplier)?, self.read_word(modulus)?);
        self.write_word(value, a.mul_mod(b, c))
    }
}
