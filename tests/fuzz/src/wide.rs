//! Integers of 256 bits, in which the exact results of fixed-point operations fit.

use equipoise_math::Fx;
use ethnum::I256;

/// Exact results.
pub type Wide = I256;

/// The bits of a number.
pub fn wide(x: Fx) -> Wide {
    I256::from(x.to_bits())
}

/// An exact result in units of 2^-64 as a number, if it fits.
pub fn fitted(units: Wide) -> Option<Fx> {
    i128::try_from(units).ok().map(Fx::from_bits)
}

/// `units / 2^shift`, rounded up.
pub fn ceil_shift(units: Wide, shift: u32) -> Wide {
    -((-units) >> shift)
}

/// Fails unless `|a - b| <= most`.
#[track_caller]
pub fn assert_close(a: Wide, b: Wide, most: Wide, what: &str) {
    assert!((a - b).abs() <= most, "{what}: {a} and {b} are {} apart, {most} allowed", (a - b).abs());
}
