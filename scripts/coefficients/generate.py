#!/usr/bin/env python3
"""Generates the polynomials that the kernels evaluate, and the coarse ones:
contracts/math/src/kernel/polynomials.rs and contracts/math/src/kernel/coarse/polynomials.rs.

For each function of `polynomials.py`: Sollya's Remez finds the polynomial, `chains.py` rounds its
coefficients to the fixed-point grids in which they will be added, `certificates.py` bounds the error
of the *rounded* polynomial, and `proofs.py` proves the rounding errors of its evaluation.
Needs Sollya (Debian: `apt install sollya`) and python-flint (`pip install python-flint`).

    ./generate.py            rewrite the Rust files
    ./generate.py --check    fail if a committed file differs
"""

import functools
import math
import pathlib
import shutil
import subprocess
import sys
from fractions import Fraction

try:
    import mpmath

    from certificates import certified_error
    from chains import COARSE_ARGUMENT, MEDIUM, NARROW, NEAREST, Chain, place, place_coarse
    from polynomials import COARSE_POLYNOMIALS, POLYNOMIALS, CoarsePolynomial, Polynomial
except ModuleNotFoundError as missing:
    sys.exit(f"{missing}: pip install python-flint==0.9.0 mpmath==1.3.0")

HERE = pathlib.Path(__file__).resolve().parent
KERNEL = HERE.parents[1] / "contracts/math/src/kernel"


def sollya(script: str) -> list[str]:
    """Runs a Sollya script and returns what it printed, line by line."""
    if shutil.which("sollya") is None:
        sys.exit("sollya is missing: apt install sollya")
    run = subprocess.run(["sollya"], input=script, capture_output=True, text=True, check=False)
    lines = [line for line in run.stdout.splitlines() if line.strip()]
    if run.returncode != 0 or not lines:
        sys.exit(f"sollya failed:\n{run.stdout}\n{run.stderr}\nscript:\n{script}")
    return lines


def minimax(p: Polynomial) -> list[Fraction]:
    """The real minimax coefficients, lowest first, far more precise than needed."""
    definitions, function, weight = p.sollya
    # a removable singularity at the lower end is left out; the certificate covers the whole
    low, high = p.interval[0] + Fraction(1, 2**60), p.interval[1]
    script = (
        f"prec=320;verbosity=0!;{definitions}f={function};w={weight};I=[{low};{high}];\n"
        f"p=remez(f*w,{p.degree},I,w,1b-110,1b-40);\n"
        f"for i from 0 to {p.degree} do print(nearestint(coeff(p,i)*2^200));\nquit;\n"
    )
    return [Fraction(int(line), 2**200) for line in sollya(script)[-p.degree - 1 :]]


def interpolated(p: Polynomial) -> list[Fraction]:
    """The coefficients of the polynomial through the Chebyshev points, lowest first."""
    mpmath.mp.dps = 60
    low, high = (mpmath.mpf(bound.numerator) / bound.denominator for bound in p.interval)
    n = p.degree + 1
    nodes = [(low + high) / 2 + (high - low) / 2 * mpmath.cos(mpmath.pi * (2 * k + 1) / (2 * n)) for k in range(n)]
    matrix = mpmath.matrix([[node**k for k in range(n)] for node in nodes])
    solution = mpmath.lu_solve(matrix, mpmath.matrix([p.points(node) for node in nodes]))
    return [Fraction(int(mpmath.nint(c * 2**120)), 2**120) for c in solution]


@functools.cache
def chain_of(p: Polynomial) -> Chain:
    return place(p, minimax(p) if p.sollya else interpolated(p))


@functools.cache
def error_of(p: Polynomial) -> Fraction:
    return certified_error(p, chain_of(p).coefficients())


def rust(p: Polynomial) -> str:
    chain = chain_of(p)
    error = math.ceil(math.log2(error_of(p)) * 10) / 10
    signed = p.interval[0] < 0
    lines = [
        f"/// {p.title}, {p.returns}.",
        f"/// # Error: |p - f| w <= 2^{error:.1f} with w = `{p.weight_text}`, by `certificates.py`",
        "#[inline(always)]",
        f"pub(crate) const fn {p.name}(z: {'i64' if signed else 'u64'}) -> {'u64' if p.is_word else 'i64'} {{",
        f"    let z = {'SignedFactor' if signed else 'Factor'}::new(z);",
        f"    let acc = {literal(chain.integers[p.degree])};",
    ]
    for k in range(p.degree - 1, -1, -1):
        lines.append(f"    let acc = {product(chain, k)}.wrapping_add({literal(chain.integers[k])});")
    lines[-1] = lines[-1].replace("    let acc = ", "    ").rstrip(";")
    if p.is_word:
        lines[-1] += ".cast_unsigned()"
    lines.append("}")
    return "\n".join(lines)


def product(chain: Chain, k: int) -> str:
    """Partial sum k + 1 times the argument, in the places of partial sum k."""
    mode = chain.modes[k + 1]
    # the places that the product has beyond the partial sum's
    below = chain.gain(k) + {NARROW: 32, MEDIUM: 16}.get(mode, 0)
    method = {NARROW: "times_narrow", MEDIUM: "times_medium", NEAREST: "times_nearest"}.get(mode, "times")
    if below == 0:
        return f"z.{method}(acc)"
    return f"(z.{method}(acc) {'>>' if below > 0 else '<<'} {abs(below)})"


def literal(value: int) -> str:
    if value >= 2**63:  # the same bits as a signed word
        value -= 2**64
    digits = f"{abs(value):_}"
    return f"-{digits}_i64" if value < 0 else f"{digits}_i64"


def coarse_rust(p: CoarsePolynomial) -> str:
    chain, evaluation = place_coarse(p, minimax(p))
    error = math.ceil(math.log2(certified_error(p, chain.coefficients())) * 10) / 10
    lines = [
        f"/// {p.title}, {p.returns}.",
        f"/// # Error: |p - f| w <= 2^{error:.1f} with w = `{p.weight_text}`, by `certificates.py`; "
        f"evaluation within {float(evaluation):.1f} units",
        "#[inline(always)]",
        f"pub(super) const fn {p.name}(z: i64) -> i64 {{",
        f"    let acc = {literal(chain.integers[p.degree])};",
    ]
    for k in range(p.degree - 1, -1, -1):
        product = f"(acc.wrapping_mul(z) >> {COARSE_ARGUMENT + chain.gain(k)})"
        lines.append(f"    let acc = {product}.wrapping_add({literal(chain.integers[k])});")
    lines[-1] = lines[-1].replace("    let acc = ", "    ").rstrip(";")
    lines.append("}")
    return "\n".join(lines)


def file(title: str, imports: str, functions: list[str]) -> str:
    head = f"//! {title}, generated by `scripts/coefficients/generate.py`. Do not edit.\n\n{imports}"
    return head + "\n\n".join(functions) + "\n"


def main() -> None:
    exact = file("Polynomial approximations", "use super::word::{Factor, SignedFactor};\n\n", [rust(p) for p in POLYNOMIALS])
    coarse = file("Polynomials of coarse prices, of arguments in units of 2^-32", "", [coarse_rust(p) for p in COARSE_POLYNOMIALS])
    for target, text in ((KERNEL / "polynomials.rs", exact), (KERNEL / "coarse/polynomials.rs", coarse)):
        if "--check" not in sys.argv[1:]:
            target.write_text(text)
        elif target.read_text() != text:
            sys.exit(f"{target} is not what this script generates; run it without --check")


if __name__ == "__main__":
    main()
