#!/usr/bin/env python3
"""Generates contracts/math/src/kernel/polynomials.rs: every polynomial that the kernels evaluate.

For each function: Sollya's Remez finds the polynomial, this script rounds its coefficients to the
fixed-point grids in which they will be added, Sollya's `supnorm` certifies the error of the *rounded*
polynomial, and interval arithmetic over the Horner chain bounds the rounding error of the evaluation.
Needs `sollya` (Debian package) and nothing else.

    ./generate.py            rewrite the Rust file
    ./generate.py --check    fail if the committed file differs
"""

import math
import pathlib
import subprocess
import sys
from dataclasses import dataclass
from fractions import Fraction

HERE = pathlib.Path(__file__).resolve().parent
TARGET = HERE.parents[1] / "contracts/math/src/kernel/polynomials.rs"
GUARD_BITS = 4


@dataclass(frozen=True)
class Polynomial:
    """One approximation: what is approximated, where, and how it is to be evaluated."""

    name: str
    title: str
    returns: str
    preamble: str  # Sollya definitions
    function: str  # of _x_, the fixed-point argument in [low, high]
    weight: str  # the error that counts is |(p - f) * weight|
    low: str
    high: str
    high_bound: Fraction  # rational upper bound of `high`, at most 1
    degree: int
    fraction_bits: int  # of the result


POLYNOMIALS = [
    Polynomial(
        name="half_exp2_slope",
        title="`(2^z - 1) / (2 z)` for `z` in [0, 1)",
        returns="in Q1.63",
        preamble="",
        function="(2^_x_-1)/_x_/2",
        weight="1",
        low="1b-80",
        high="1",
        high_bound=Fraction(1),
        degree=12,
        fraction_bits=63,
    ),
    Polynomial(
        name="atanh_excess",
        title="`(atanh(s)/s - 1) / (32 s^2)` for `z = 32 s^2` in [0, 0.9423]",
        returns="scaled by 2^66",
        preamble="s=sqrt(_x_/32);",
        function="(0.5*log((1+s)/(1-s))/s-1)/_x_",
        weight="_x_",
        low="1b-30",
        high="0.9423",
        high_bound=Fraction(9423, 10000),
        degree=8,
        fraction_bits=66,
    ),
    Polynomial(
        name="mills_ratio",
        title="the Mills ratio `Y(y) = Phi(-y)/phi(y)` for `z = 6/(6 + y) - 3/11` in [0, 8/11]",
        returns="in Q2.62",
        preamble="lo=3/11;y=6*(1-(_x_+lo))/(_x_+lo);",
        function="exp(y^2/2)*erfc(y/sqrt(2))*sqrt(pi/2)",
        weight="(exp(-y^2/2)+2^(-24))",
        low="0",
        high="8/11",
        high_bound=Fraction(8, 11),
        degree=22,
        fraction_bits=62,
    ),
]


def sollya(script: str) -> list[str]:
    """Runs a Sollya script and returns what it printed, line by line."""
    run = subprocess.run(["sollya"], input=script, capture_output=True, text=True, check=False)
    lines = [line for line in run.stdout.splitlines() if line.strip()]
    if run.returncode != 0 or not lines:
        sys.exit(f"sollya failed:\n{run.stdout}\n{run.stderr}\nscript:\n{script}")
    return lines


def definitions(p: Polynomial) -> str:
    return f"prec=320;verbosity=0!;{p.preamble}f={p.function};w={p.weight};I=[{p.low};{p.high}];\n"


def remez(p: Polynomial) -> list[Fraction]:
    """The real minimax coefficients, lowest first, far more precise than needed."""
    script = definitions(p) + (
        f"p=remez(f*w,{p.degree},I,w,1b-110,1b-40);\n"
        f"for i from 0 to {p.degree} do print(nearestint(coeff(p,i)*2^200));\nquit;\n"
    )
    return [Fraction(int(line), 2**200) for line in sollya(script)[-p.degree - 1 :]]


def certified_error(p: Polynomial, coefficients: list[Fraction]) -> float:
    """An upper bound of |(p - f) * weight| over the interval, as log2."""
    terms = "+".join(f"({c.numerator}/{c.denominator})*_x_^{k}" for k, c in enumerate(coefficients))
    script = definitions(p) + f"p={terms};e=dirtyinfnorm((p-f)*w,I);print(e);quit;\n"
    return math.log2(float(sollya(script)[-1]))


@dataclass(frozen=True)
class Chain:
    """A Horner chain in integers: step k computes `(acc * z >> 64 + shift[k]) + integer[k]`."""

    integers: list[int]
    shifts: list[int]
    narrow: list[bool]
    rounding_error: float  # in units of the result's last place


def partial_sums(real: list[Fraction], high: Fraction) -> list[Fraction]:
    """Bounds of |c_k + z (c_{k+1} + z ...)| over [0, high], by interval arithmetic on 256 pieces."""
    n, pieces = len(real) - 1, 256
    largest = [Fraction(0)] * (n + 1)
    for piece in range(pieces):
        z = (high * piece / pieces, high * (piece + 1) / pieces)
        low = above = real[n]
        for k in range(n, -1, -1):
            if k < n:
                products = [a * b for a in (low, above) for b in z]
                low, above = real[k] + min(products), real[k] + max(products)
                # dyadic outward rounding keeps the fractions short
                low, above = Fraction(math.floor(low * 2**120), 2**120), Fraction(math.ceil(above * 2**120), 2**120)
            largest[k] = max(largest[k], abs(low), abs(above))
    return largest


def chain(p: Polynomial, real: list[Fraction]) -> tuple[Chain, list[Fraction]]:
    """Places the binary points so that every partial sum fits an i64 and errors stay small."""
    n = p.degree
    z = p.high_bound
    largest = partial_sums(real, z)
    bits = [0] * (n + 1)
    bits[0] = p.fraction_bits
    for k in range(1, n + 1):
        headroom = 63 - math.ceil(math.log2(largest[k] * Fraction(10001, 10000)))
        bits[k] = min(headroom, p.fraction_bits + GUARD_BITS)
    for k in range(n - 1, 0, -1):
        bits[k] = min(bits[k], bits[k + 1])
    assert largest[0] * 2 ** bits[0] < 2**63, p.name
    assert all(bits[k + 1] >= bits[k] for k in range(n)), (p.name, bits)
    integers = [round(real[k] * 2 ** bits[k]) for k in range(n + 1)]
    rounded = [Fraction(integers[k], 2 ** bits[k]) for k in range(n + 1)]
    shifts = [bits[k + 1] - bits[k] for k in range(n)]
    narrow = [largest[k + 1] * 2 ** bits[k + 1] < 2**31 for k in range(n)]
    # A wide product is at most 3 units low, a narrow one at most 1 unit plus |acc| 2^-32; a shift floors.
    error = Fraction(0)
    for k in range(n - 1, -1, -1):
        product = Fraction(2) if narrow[k] else Fraction(3)
        error = (error * z + product) / 2 ** shifts[k] + (1 if shifts[k] else 0)
    return Chain(integers, shifts, narrow, float(error)), rounded


def rust(p: Polynomial) -> str:
    steps, rounded = chain(p, remez(p))
    error = certified_error(p, rounded)
    lines = [
        f"/// {p.title}, {p.returns}.",
        f"/// # Error: |p - f| w <= 2^{math.ceil(error * 10) / 10:.1f} with w = `{p.weight}` (Sollya); "
        f"evaluation at most {steps.rounding_error:.1f} units low",
        "#[inline(always)]",
        f"pub(crate) const fn {p.name}(z: u64) -> i64 {{",
        "    let z = Factor::new(z);",
        f"    let acc = {literal(steps.integers[p.degree])};",
    ]
    for k in range(p.degree - 1, -1, -1):
        method = "times_narrow" if steps.narrow[k] else "times"
        shift = f" >> {steps.shifts[k]}" if steps.shifts[k] else ""
        product = f"(z.{method}(acc){shift})" if shift else f"z.{method}(acc)"
        lines.append(f"    let acc = {product}.wrapping_add({literal(steps.integers[k])});")
    lines[-1] = lines[-1].replace("    let acc = ", "    ").rstrip(";")
    lines.append("}")
    return "\n".join(lines)


def literal(value: int) -> str:
    digits = f"{abs(value):_}"
    return f"-{digits}_i64" if value < 0 else f"{digits}_i64"


def generate() -> str:
    head = (
        "//! Polynomial approximations, generated by `scripts/coefficients/generate.py`. Do not edit.\n\n"
        "use super::word::Factor;\n\n"
    )
    return head + "\n\n".join(rust(p) for p in POLYNOMIALS) + "\n"


def main() -> None:
    text = generate()
    if "--check" in sys.argv[1:]:
        if TARGET.read_text() != text:
            sys.exit(f"{TARGET} is not what this script generates; run it without --check")
        return
    TARGET.write_text(text)


if __name__ == "__main__":
    main()
