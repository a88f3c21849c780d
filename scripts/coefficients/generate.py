#!/usr/bin/env python3
"""Generates the polynomials that the kernels evaluate, and the coarse ones:
contracts/math/src/kernel/polynomials.rs and contracts/math/src/kernel/coarse/polynomials.rs.

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
GUARD_BITS = 5
EXACT_STEPS = 3  # the last steps of a polynomial that fills a word


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
    interval: tuple[Fraction, Fraction]  # rational bounds of low and high, within [-1/2, 1/2] or [0, 1]
    degree: int
    fraction_bits: int  # of the result
    is_word: bool = False  # the result uses all 64 bits of an unsigned word, its error centred


@dataclass(frozen=True)
class CoarsePolynomial(Polynomial):
    """One approximation for coarse prices: all but the last `wide` steps multiply 32 bits by 32."""

    wide: int = 1


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
        interval=(Fraction(0), Fraction(1)),
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
        interval=(Fraction(0), Fraction(9423, 10000)),
        degree=8,
        fraction_bits=66,
    ),
    Polynomial(
        name="mills_ratio",
        title="the Mills ratio `Phi(-y)/phi(y)` for `z = 6/(6 + y) - 2/3` in [-1/3, 1/3]",
        returns="in Q3.61",
        preamble="t=_x_+12297829382473034410/2^64;y=6*(1-t)/t;",
        function="exp(y^2/2)*erfc(y/sqrt(2))*sqrt(pi/2)",
        weight="(exp(-y^2/2)+2^(-40))",
        low="-1/3",
        high="1-12297829382473034410/2^64",
        interval=(Fraction(-334, 1000), Fraction(334, 1000)),
        degree=18,
        fraction_bits=61,
    ),
    Polynomial(
        name="mills_ratio_far",
        title="the Mills ratio `Phi(-y)/phi(y)` for `y` in [25/16, 9.2], `z = 5/(5 + y) - 0.55`",
        returns="in Q0.64",
        preamble="t=_x_+10145709240540254208/2^64;y=5*(1-t)/t;",
        function="exp(y^2/2)*erfc(y/sqrt(2))*sqrt(pi/2)",
        weight="(exp(-y^2/2)+2^(-55))",
        low="5/14.2-10145709240540254208/2^64",
        high="5/6.5625-10145709240540254208/2^64",
        interval=(Fraction(-199, 1000), Fraction(212, 1000)),
        degree=16,
        fraction_bits=64,
        is_word=True,
    ),
    Polynomial(
        name="central_slope",
        title="`(Phi(y) - 1/2) / y` for `y` in [0, 25/16], `z = y^2 / 4 - 625/2048`",
        returns="in Q-1.65",
        preamble="y=2*sqrt(_x_+625/2048);",
        function="(1-erfc(y/sqrt(2)))/2/y",
        weight="y",
        low="-625/2048+1b-60",
        high="625/2048",
        interval=(Fraction(-625, 2048), Fraction(625, 2048)),
        degree=14,
        fraction_bits=65,
        is_word=True,
    ),
]

COARSE_TARGET = HERE.parents[1] / "contracts/math/src/kernel/coarse/polynomials.rs"
COARSE_BITS = 40  # fraction bits of arguments and results
COARSE_ARGUMENT = 32  # of which all but the last step see this many

COARSE_POLYNOMIALS = [
    CoarsePolynomial(
        name="exp2",
        title="`2^z` for `z` in [-1/2, 1/2]",
        returns="in Q23.40",
        preamble="",
        function="2^_x_",
        weight="1",
        low="-1/2",
        high="1/2",
        interval=(Fraction(-1, 2), Fraction(1, 2)),
        degree=7,
        fraction_bits=COARSE_BITS,
    ),
    CoarsePolynomial(
        name="mills_ratio",
        title="the Mills ratio `Phi(-y)/phi(y)` for `y = u / sqrt(log2(e)/2)` in [0, 8], `z = 4/(4 + u) - 0.685278`",
        returns="in Q23.40",
        preamble="t=_x_+753471418931/2^40;u=4*(1-t)/t;y=u*sqrt(2*log(2));",
        function="exp(y^2/2)*erfc(y/sqrt(2))*sqrt(pi/2)",
        weight="(exp(-y^2/2)+2^(-14))",
        low="-0.314722",
        high="1-753471418931/2^40",
        interval=(Fraction(-314_723, 1_000_000), Fraction(314_723, 1_000_000)),
        degree=10,
        fraction_bits=COARSE_BITS,
        wide=3,
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


def partial_sums(real: list[Fraction], interval: tuple[Fraction, Fraction]) -> list[Fraction]:
    """Bounds of |c_k + z (c_{k+1} + z ...)| over the interval, by interval arithmetic on 256 pieces."""
    n, pieces = len(real) - 1, 256
    width = (interval[1] - interval[0]) / pieces
    largest = [Fraction(0)] * (n + 1)
    for piece in range(pieces):
        z = (interval[0] + width * piece, interval[0] + width * (piece + 1))
        low = high = real[n]
        for k in range(n, -1, -1):
            if k < n:
                products = [a * b for a in (low, high) for b in z]
                low, high = real[k] + min(products), real[k] + max(products)
                # dyadic outward rounding keeps the fractions short
                low, high = Fraction(math.floor(low * 2**120), 2**120), Fraction(math.ceil(high * 2**120), 2**120)
            largest[k] = max(largest[k], abs(low), abs(high))
    return largest


@dataclass(frozen=True)
class Chain:
    """A Horner chain in integers: step k computes `(acc * z >> shift) + integer`."""

    integers: list[int]
    bits: list[int]  # fraction bits of each partial sum
    narrow: list[bool]  # whether partial sum k fits 31 bits
    exact: int  # the last steps round to the nearest
    most_low: float  # how far the evaluation may be low, in units of the result's last place
    most_high: float


def chain(p: Polynomial, real: list[Fraction]) -> tuple[Chain, list[Fraction]]:
    """Places the binary points so that every partial sum fits its word and errors stay small."""
    n = p.degree
    z = max(abs(bound) for bound in p.interval)
    largest = partial_sums(real, p.interval)
    finest = p.fraction_bits + GUARD_BITS
    bits, narrow = [0] * (n + 1), [False] * (n + 1)
    for k in range(n, -1, -1):
        # an error of partial sum k reaches the result times z^k
        enough = finest - math.floor(-k * math.log2(z))
        if (k == n or narrow[k + 1]) and k > 0 and largest[k] * 2**enough < 2**31 - 2:
            bits[k], narrow[k] = enough, True
        else:
            headroom = 63 - math.ceil(math.log2(largest[k] * Fraction(10001, 10000)))
            bits[k] = min(headroom, finest)
    bits[0] = p.fraction_bits
    spare = abs(real[1]) + z * largest[2] if p.is_word else largest[0]
    assert spare * (z if p.is_word else 1) * 2 ** bits[0] < 2**63, p.name
    assert largest[0] * 2 ** bits[0] < 2 ** (64 if p.is_word else 63), p.name
    integers = [round(real[k] * 2 ** bits[k]) for k in range(n + 1)]
    exact = EXACT_STEPS if p.is_word else 0
    most, mean = rounding_error(bits, narrow, z, exact)
    lift = round(mean) if p.is_word else 0
    rounded = [Fraction(integers[k], 2 ** bits[k]) for k in range(n + 1)]
    integers[0] += lift
    return Chain(integers, bits, narrow, exact, most - lift, lift + exact_rounding(exact, z)), rounded


def rounding_error(bits: list[int], narrow: list[bool], z: Fraction, exact: int) -> tuple[float, float]:
    """How far below the truth the evaluation may be, in units of the result's last place, at most and on average."""
    most = mean = Fraction(0)  # in units of the partial sum's last place; `most` also bounds the other side
    for k in range(len(bits) - 2, -1, -1):
        scale = Fraction(2) ** (bits[k] - bits[k + 1])
        if narrow[k + 1]:  # z cut to 32 bits beside a sum below 2^31, then one floor
            cut, usual, floors = Fraction(1, 2), Fraction(1, 4), 1
        elif k < exact:  # to the nearest
            cut, usual, floors = Fraction(1, 2), Fraction(0), 0
        else:  # two floors and a product of low halves
            cut, usual, floors = Fraction(3), Fraction(5, 4), 0
        floors = 1 if scale < 1 else floors  # where the product is shifted
        most = (most * z + cut) * scale + floors
        mean = (mean * z + usual) * scale + Fraction(floors, 2)
    return float(most), float(mean)


def exact_rounding(steps: int, z: Fraction) -> float:
    """What steps that round to the nearest may add, in units of the last place."""
    return float(sum(z**k for k in range(steps)) / 2)


def rust(p: Polynomial) -> str:
    steps, rounded = chain(p, remez(p))
    error = certified_error(p, rounded)
    signed = p.interval[0] < 0
    lines = [
        f"/// {p.title}, {p.returns}.",
        f"/// # Error: |p - f| w <= 2^{math.ceil(error * 10) / 10:.1f} with w = `{p.weight}` (Sollya); "
        f"evaluation at most {steps.most_low:.1f} units low, {steps.most_high:.1f} high",
        "#[inline(always)]",
        f"pub(crate) const fn {p.name}(z: {'i64' if signed else 'u64'}) -> {'u64' if p.is_word else 'i64'} {{",
        f"    let z = {'SignedFactor' if signed else 'Factor'}::new(z);",
        f"    let acc = {literal(steps.integers[p.degree])};",
    ]
    for k in range(p.degree - 1, -1, -1):
        gain = steps.bits[k + 1] - steps.bits[k]
        if steps.narrow[k + 1]:
            product = f"(z.times_narrow(acc) >> {32 + gain})"
        else:
            method = "times_nearest" if k < steps.exact else "times"
            shift = f" >> {gain}" if gain > 0 else f" << {-gain}"
            product = f"(z.{method}(acc){shift})" if gain else f"z.{method}(acc)"
        lines.append(f"    let acc = {product}.wrapping_add({literal(steps.integers[k])});")
    lines[-1] = lines[-1].replace("    let acc = ", "    ").rstrip(";")
    if p.is_word:
        lines[-1] += ".cast_unsigned()"
    lines.append("}")
    return "\n".join(lines)


def coarse_chain(p: CoarsePolynomial, real: list[Fraction]) -> tuple[list[int], list[int], float]:
    """Integers and fraction bits of the partial sums, and a bound of the evaluation's error in units of 2^-40."""
    n, z = p.degree, max(abs(bound) for bound in p.interval)
    largest = partial_sums(real, p.interval)
    # every narrow product stays below 2^63
    bits = [62 - COARSE_ARGUMENT - math.floor(math.log2(size * z * Fraction(10001, 10000))) for size in largest]
    bits[: p.wide + 1] = [p.fraction_bits] * (p.wide + 1)
    integers = [round(real[k] * 2 ** bits[k]) for k in range(n + 1)]
    # the argument is cut to the nearest of 32 bits, every product is floored
    cut, error = Fraction(1, 2 ** (COARSE_ARGUMENT + 1)), Fraction(0)
    for k in range(n - 1, p.wide - 1, -1):
        error = error * z + largest[k + 1] * cut + Fraction(1, 2 ** bits[k])
    # the last products are of two numbers of 40 places, floored twice
    for k in range(p.wide - 1, -1, -1):
        error = error * z + Fraction(2, 2 ** bits[k])
    return integers, bits, float(error * 2**p.fraction_bits)


def coarse_rust(p: CoarsePolynomial) -> str:
    real = remez(p)
    integers, bits, evaluation = coarse_chain(p, real)
    error = certified_error(p, [Fraction(integers[k], 2 ** bits[k]) for k in range(p.degree + 1)])
    lines = [
        f"/// {p.title}, {p.returns}.",
        f"/// # Error: |p - f| w <= 2^{math.ceil(error * 10) / 10:.1f} with w = `{p.weight}` (Sollya); "
        f"evaluation within {evaluation:.1f} units",
        "#[inline(always)]",
        f"pub(super) const fn {p.name}(z: i64) -> i64 {{",
        "    let short = narrow(z);",
        f"    let acc = {literal(integers[p.degree])};",
    ]
    for k in range(p.degree - 1, -1, -1):
        shift = COARSE_ARGUMENT + bits[k + 1] - bits[k]
        product = "times(acc, z)" if k < p.wide else f"(acc.wrapping_mul(short) >> {shift})"
        lines.append(f"    let acc = {product}.wrapping_add({literal(integers[k])});")
    lines[-1] = lines[-1].replace("    let acc = ", "    ").rstrip(";")
    lines.append("}")
    return "\n".join(lines)


def generate_coarse() -> str:
    head = (
        "//! Polynomials of coarse prices, generated by `scripts/coefficients/generate.py`. Do not edit.\n\n"
        "use super::{narrow, times};\n\n"
    )
    return head + "\n\n".join(coarse_rust(p) for p in COARSE_POLYNOMIALS) + "\n"


def literal(value: int) -> str:
    if value >= 2**63:  # the same bits as a signed word
        value -= 2**64
    digits = f"{abs(value):_}"
    return f"-{digits}_i64" if value < 0 else f"{digits}_i64"


def generate() -> str:
    head = (
        "//! Polynomial approximations, generated by `scripts/coefficients/generate.py`. Do not edit.\n\n"
        "use super::word::{Factor, SignedFactor};\n\n"
    )
    return head + "\n\n".join(rust(p) for p in POLYNOMIALS) + "\n"


def main() -> None:
    for target, text in ((TARGET, generate()), (COARSE_TARGET, generate_coarse())):
        if "--check" not in sys.argv[1:]:
            target.write_text(text)
        elif target.read_text() != text:
            sys.exit(f"{target} is not what this script generates; run it without --check")


if __name__ == "__main__":
    main()
