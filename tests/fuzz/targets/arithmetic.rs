//! `equipoise_math`: products, quotients and roots round exactly as they are named.
#![no_main]

use equipoise_fuzz::{ceil_shift, fitted, wide, AnyFx, Wide};
use equipoise_math::{div_ceil, div_floor, mul_ceil, mul_floor, sqrt, Function, Fx, MathError};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (AnyFx, AnyFx)| {
    let (a, b) = (input.0.fx(), input.1.fx());
    products(a, b);
    quotients(a, b);
    root(a);
});

fn rounded(units: Wide) -> Result<Fx, MathError> {
    fitted(units).ok_or(MathError::Overflow)
}

fn products(a: Fx, b: Fx) {
    let exact = wide(a) * wide(b);
    assert_eq!(mul_floor(a, b), rounded(exact >> 64_u32));
    assert_eq!(mul_ceil(a, b), rounded(ceil_shift(exact, 64)));
}

fn quotients(a: Fx, b: Fx) {
    if b == Fx::ZERO {
        assert_eq!(div_floor(a, b), Err(MathError::DivideByZero));
        assert_eq!(div_ceil(a, b), Err(MathError::DivideByZero));
        return;
    }
    let (dividend, divisor) = (wide(a) << 64_u32, wide(b));
    let (dividend, divisor) = if divisor < 0 { (-dividend, -divisor) } else { (dividend, divisor) };
    assert_eq!(div_floor(a, b), rounded(dividend.div_euclid(divisor)));
    assert_eq!(div_ceil(a, b), rounded(-(-dividend).div_euclid(divisor)));
}

fn root(x: Fx) {
    let Ok(root) = sqrt(x) else {
        assert!(x < Fx::ZERO, "sqrt refused {x}");
        assert_eq!(sqrt(x), Err(MathError::Domain { function: Function::Sqrt, value: x }));
        return;
    };
    assert!(x >= Fx::ZERO && root >= Fx::ZERO);
    let next = root + Fx::DELTA;
    assert!(wide(root) * wide(root) <= wide(x) << 64_u32 && wide(x) << 64_u32 < wide(next) * wide(next));
}
