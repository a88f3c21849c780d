#!/usr/bin/env python3
"""Proves the rounding errors of the polynomials and functions of contracts/math, and fails where it cannot.

Gappa bounds them. The Horner chains are the very ones that the Rust code is generated from; the steps between them
are written here once more, beside the error of each. Then every error that a function's documentation states is
asserted. Needs Sollya and Gappa (Debian: `apt install sollya gappa`), `pip install python-flint==0.9.0 mpmath==1.3.0`.
"""

import math
from fractions import Fraction
from functools import cache

from flint import arb

import proofs_coarse
import proofs_kernels
import proofs_words
from gappa import HIGH_BELOW, HIGH_NEAREST, WORD, Symbols
from polynomials import CENTRE, rational, tail
from proofs_kernels import power_of_two, ratio_of
from proofs_words import reciprocal
from rounding import (
    Bounds,
    above,
    approximation,
    assert_below,
    below,
    chains,
    constant_error,
    evaluation,
    largest,
    pieces,
    products,
    proved,
    span,
    with_approximation,
)


LOG2_E = (1 / arb(2).log(), 0x71547652B82FE177, 0x7D0F)
LN_SQRT_2_PI = ((2 * arb.pi()).log() / 2, 0xEB3F8E4325F5A536)
LN_2 = (arb(2).log(), 0xB17217F7D1CF79AC)


@cache
def exponent() -> Bounds:
    """The error of `times_log2_e` in units of 2^-64."""
    exact, fraction, rest = LOG2_E
    left = (exact - 1) * arb(2) ** 80 - fraction * 2**16 - rest
    assert left > 0 and left < 1
    m = Symbols("times_log2_e")
    high, low, cut, e = (m.variable(*b) for b in ((0, 63), (0, WORD - 1), (0, Fraction(1, 2**16)), HIGH_NEAREST))
    m.lines += [
        f"r = int<dn>({high} * {rest} * 1b-16);",
        f"v = {high} * {WORD} + {low} + {high} * {fraction} + r + {low} * {fraction} * 1b-64 + {e};",
        f"v_ = ({high} * {WORD} + {low}) * (1 + ({fraction} + {rest} * 1b-16 + {cut}) * 1b-64);",
    ]
    m.hints += [f"v - v_ -> (r - {high} * {rest} * 1b-16) + {e} - {high} * {cut} - {low} * ({rest} * 1b-16 + {cut}) * 1b-64;"]
    return m.bounds("v - v_")


def of_power(name: str, error: Bounds) -> None:
    """The relative error of a power of two whose exponent is so far off in units of 2^-64.

    At most 2^-61 means within 2^-60 or one unit after rounding to the nearest unit: half a unit and half of the
    larger of a unit and the bound is at most the larger."""
    shift = max(-error[0], error[1]) / WORD * Fraction(6932, 10000)
    total = (1 + power_of_two()) * (1 + shift) - 1
    assert total <= Fraction(1, 2**61), f"{name}: 2^{math.log2(total)}"
    proved(name, (-total, total), math.log2(total))


def exponential() -> None:
    of_power("exp", exponent())


def density() -> None:
    m = Symbols("density")
    low, e, c = (m.variable(*b) for b in ((0, WORD - 1), HIGH_NEAREST, constant_error(LN_SQRT_2_PI)))
    m.lines += [f"r = int<dn>(({low} * {low} * 1b-64 + {e}) * 0.5);", f"d = r - {low} * {low} * 1b-65 + {c};"]
    m.hints += [f"d -> (r - ({low} * {low} * 1b-64 + {e}) * 0.5) + {e} * 0.5 + {c};"]
    argument, own = m.bounds("d"), exponent()
    scale = Fraction(14427, 10000)
    of_power("normal_pdf", (argument[0] * scale + own[0], argument[1] * scale + own[1]))


def logarithm() -> None:
    """`ln` below sqrt(2) in its octave, and above."""
    largest = Fraction(0)
    for name, divisor in (("ln below", (Fraction(2), Fraction(24143, 10000))), ("ln above", (Fraction(34142, 10000), Fraction(4)))):
        # up to 1/16 a unit of 2^-64 is more than 2^-60 of the result; the result is at least 2 s
        small = logarithm_script(name, divisor, (Fraction(0), Fraction(1, 16)), 0)
        assert max(-small[0], small[1]) <= 1, small
        proved(f"{name}, up to 1/16", small)
        large = (Fraction(1, 16), Fraction(3466, 10000))
        assert logarithm_script(name, divisor, large, 16)[1] <= 0
        assert logarithm_script(name, divisor, large, -16)[0] >= 0
        bounds = logarithm_script(name, divisor, large, 0)
        proved(f"{name}, from 1/16", bounds)
        largest = max(largest, -bounds[0], bounds[1])
    # beside k ln 2: k constants' errors, while 2^-60 of the result is at least 5.5 k units
    constant = max(abs(bound) for bound in constant_error(LN_2))
    assert largest + constant <= Fraction(55, 10)
    proved("ln", (-largest - constant, largest + constant))


def logarithm_script(name: str, divisor: Bounds, double: Bounds, allowed: int) -> Bounds:
    """Bounds of `error - allowed * 2 s` in units of 2^-64, for 2 s in an interval."""
    m = Symbols(name)
    low, high = divisor
    own = reciprocal(low / 4, high / 4)
    # the divisor lost up to 3/4 of a unit in the last place of 2^64 D / 4
    steep = Fraction(1, 2) / (low / 4) ** 2 * Fraction(10001, 10000)
    s2 = m.variable(*double)
    half = m.variable(low / 2, high / 2)
    e = m.variable(own[0], own[1] + Fraction(3, 4) * steep)
    f1, f2, f3 = m.variable(0, 1), m.variable(0, 1), m.variable(0, Fraction(7, 8))
    h1, h2, h3 = m.variable(*HIGH_BELOW), m.variable(*HIGH_BELOW), m.variable(*HIGH_NEAREST)
    slope = m.variable(Fraction(41, 1024), Fraction(46, 1024))
    chain, weighed = m.variable(*evaluation("atanh_excess")), m.variable(-approximation("atanh_excess"), approximation("atanh_excess"))
    z, x = m.variable(0, Fraction(9423, 10000)), m.variable(0, Fraction(42, 1024))
    m.lines += [
        f"g = {s2} * {half} * {e};",
        f"ds = 2 * g - {f1};",
        f"dz = 2 * ((4 * {s2} + ds * 1b-64) * ds + {h1});",
        f"dx = {slope} * dz + {weighed} + {z} * {chain} + {h2};",
        f"dm = ds * ({x} + dx * 1b-64) + 2 * {s2} * dx + {h3};",
        f"err = {s2} * ({half} * {e} - ({allowed})) + (4 - {f2} + dm) * 0.125 - {f3};",
    ]
    return m.bounds("err", f"$ {s2} in 64;")


# The pieces on which the tail of the distribution is expanded: where each begins, the last one's end, and by how many
# units of 2^-64 its argument is cut.
TAILS = {"tail_near": (Fraction(5, 4), 0), "tail_middle": (Fraction(9, 4), 1), "tail_far": (Fraction(17, 4), 16), "tail_farthest": (Fraction(25, 4), 16)}


def distribution() -> None:
    for name in TAILS:
        bounds = far_tail(name)
        assert largest(bounds) <= 2
        proved(f"normal_cdf, {name}", bounds)
    bounds = centre(Fraction(0), Fraction(5, 4))
    assert largest(bounds) <= 2
    proved("normal_cdf, centre", bounds)


def density_at(y: Fraction) -> Fraction:
    """Not less than the density."""
    return above((-(rational(y) ** 2) / 2).exp() / (2 * arb.pi()).sqrt())


@cache
def far_tail(name: str) -> Bounds:
    """`Phi(-y)` on one of the pieces, in units of 2^-64."""
    start, cut = TAILS[name]
    lowest, highest = with_approximation(name)
    return lowest / 4 - Fraction(1, 2), highest / 4 + Fraction(1, 2) + density_at(start) * cut


@cache
def centre(low: Fraction, high: Fraction) -> Bounds:
    """`Phi(y) - 1/2` for y in an interval below 5/4, in units of 2^-64."""
    m = Symbols("central_excess")
    y, cut, e1, e2 = (m.variable(*b) for b in ((low, high), (0, Fraction(1, 2)), HIGH_NEAREST, HIGH_NEAREST))
    ends = low**2 / 4 - CENTRE - Fraction(1, WORD), high**2 / 4 - CENTRE + Fraction(1, WORD)
    interval = max(ends[0], -CENTRE), min(ends[1], CENTRE)
    slope, chain, up = (m.variable(*b) for b in ((central_growth(low), 0), evaluation("central_slope", interval), (0, Fraction(1, 2))))
    weighed = m.variable(-approximation("central_slope"), approximation("central_slope"))
    m.lines += [
        f"dz = {cut} * {cut} * 1b-64 - {y} * {cut} + {e1};",
        f"err = ({y} * (2 * {slope} * dz + {chain}) + {weighed} + {e2}) * 0.5 + {up};",
    ]
    return m.bounds("err")


def central_growth(y: Fraction) -> Fraction:
    """A lower bound of how fast `(Phi(y) - 1/2) / y` falls with `y^2 / 4`, from y on: ever slower."""
    if y == 0:
        return Fraction(-273, 1024)
    at = rational(y)
    growth = 2 * ((-(at**2) / 2).exp() / (2 * arb.pi()).sqrt() * at - (arb(1) / 2 - tail(at))) / at**3
    return below(growth) - Fraction(1, 2**30)


def quantile() -> None:
    """`normal_inverse_cdf`: the probability between it and the truth, in units of 2^-64."""
    guess = guess_error()
    assert guess <= Fraction(998, 1000) * CORRECTION_MAX
    near = pieces(0, 1, 4) + pieces(1, Fraction(5, 4), 8)
    regions = [(low, high, largest(centre(low, high))) for low, high in near]
    starts = [start for start, _ in TAILS.values()] + [Fraction(147, 16)]
    regions += [(low, high, largest(far_tail(name))) for name, low, high in zip(TAILS, starts, starts[1:])]
    worst = Fraction(0)
    for low, high, tail_error in regions:
        worst = max(worst, tail_error + correction_error(low, high, guess, tail_error))
    assert_below("normal_inverse_cdf", (-worst, worst), 2)


CORRECTION_MAX = Fraction(1, 2**22)


def guess_error() -> Fraction:
    """The error of the guess that `tail_quantile` starts from."""
    certified = (approximation("quantile_guess") + largest(evaluation("quantile_guess"))) / 2**42
    worst = Fraction(0)
    for low, high in pieces(0, Fraction(92, 10), 512):
        y = span(low, high)
        v = (-2 * tail(y).log()).sqrt()
        # 5 + v is cut to 29 places and the quotient t = 5 / (5 + v) to 32; v itself is known to 50
        argument = above(5 / (5 + v) ** 2 * (arb(2) ** -29 + arb(2) ** -50) + arb(2) ** -32)
        # the quantile grows with v as v M(y), and v with t as (5 + v)^2 / 5
        worst = max(worst, argument * above(v * ratio_of(y) * (5 + v) ** 2 / 5))
    return certified + worst * (1 + Fraction(1, 2**20))


def correction_error(low: Fraction, high: Fraction, guess: Fraction, tail_error: Fraction) -> Fraction:
    """What the step from the guess leaves, in units of 2^-64 of probability: beside the error of the tail, which the
    step takes for the truth. Where that error alone makes the step longer than the most it may be, cutting it back
    brings it closer."""
    slack = 1 + Fraction(1, 2**18)
    density = density_at(low) * slack  # also a step away
    least = below((-(rational(high) ** 2) / 2).exp() / (2 * arb.pi()).sqrt()) / slack
    step = min(CORRECTION_MAX, guess * slack + tail_error / least / WORD)
    units = step * WORD
    # the second order in units: the step cut by 2^11, its square by 2^24, the guess to 20 places, then the whole
    bend = ((units / 2**34 + 1) * high * 2**20 + units**2 / 2**46) / 2**39 + 1
    # the third: y^2 step^3 / 2 beside the square of the step, (y^2 - 1) step^3 / 6 beside the density
    third = density * (high**2 / 2 + (high**2 + 1) / 6) * step**3 * slack * WORD
    # the density, its reciprocal and the product are within 2^-59, and the step is to the nearest
    return density * (Fraction(1, 2) + units / 2**59 + bend) + 2 * third


def main() -> None:
    products()
    chains()
    exponential()
    density()
    logarithm()
    distribution()
    quantile()
    proofs_words.main()
    proofs_kernels.main()
    proofs_coarse.main()


if __name__ == "__main__":
    main()
