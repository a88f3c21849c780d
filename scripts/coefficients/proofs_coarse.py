"""The errors of the coarse densities and Mills ratios, and of the products they are made of."""

from dataclasses import replace
from fractions import Fraction

from flint import arb

import generate
from certificates import certified_error
from chains import place_coarse
from gappa import Symbols
from polynomials import COARSE_BITS, COARSE_MIDDLE, COARSE_POLYNOMIALS, rational
from proofs_kernels import ratio_of
from rounding import Bounds, above, assert_below, pieces, rust_constant, span

BY_NAME = {p.name: p for p in COARSE_POLYNOMIALS}
UNIT = Fraction(1, 2**COARSE_BITS)
FARTHEST = rust_constant("kernel/coarse.rs", "FARTHEST") * UNIT


def products() -> None:
    """`times` and `square` in units of their last place."""
    m = Symbols("coarse::times")
    # a = 2^20 high + low
    high, low, b = (m.variable(*bounds) for bounds in ((-(2**23), 2**23), (0, 2**20 - 1), (-(2**43), 2**43)))
    m.lines += [f"l = int<dn>({low} * {b} * 1b-20);", f"s = ({high} * {b} + l) * 1b-20;", "r = int<dn>(s);", f"x = ({high} + {low} * 1b-20) * {b} * 1b-20;"]
    m.hints += [f"r - x -> (r - s) + (l - {low} * {b} * 1b-20) * 1b-20;"]
    bounds = m.bounds("r - x")
    assert bounds[1] <= 0
    assert_below("coarse::times", bounds, 2)

    m = Symbols("coarse::square")
    high, low = (m.variable(*bounds) for bounds in ((0, 2**31), (0, 2**20 - 1)))
    m.lines += [f"r = {high} * {high} + int<dn>({high} * {low} * 1b-19);", f"x = {high} * {high} + {high} * {low} * 1b-19 + {low} * {low} * 1b-40;"]
    m.hints += [f"r - x -> (int<dn>({high} * {low} * 1b-19) - {high} * {low} * 1b-19) - {low} * {low} * 1b-40;"]
    bounds = m.bounds("r - x")
    assert bounds[1] <= 0
    assert_below("coarse::square", bounds, 2)


def polynomial(name: str, interval: Bounds) -> Fraction:
    """The error of a coarse polynomial with its weight, on an interval that may be a little wider than its own."""
    p = BY_NAME[name]
    chain, evaluation = place_coarse(p, generate.minimax(p))
    coefficients = chain.coefficients()
    ends = (interval[0], p.interval[0]), (p.interval[1], interval[1])
    outside = [certified_error(replace(p, interval=end), coefficients, pieces=1) for end in ends if end[0] < end[1]]
    return max(certified_error(p, coefficients), *outside, Fraction(0)) + evaluation * UNIT


def density() -> None:
    """`density`, relative: a part that is there at 0, and one that grows with `u`; a unit beside them."""
    # u to the nearest of 2^-28; its square and the whole power cut to 40 and 32 places
    fixed = Fraction(1, 2**58) + Fraction(1, 2**40) + Fraction(1, 2**32)
    steep = 2 * Fraction(1, 2**29)
    # 2^e - 1 is within e ln 2 and 2^-20 of that
    scale = above(arb(2).log()) * (1 + Fraction(1, 2**20))
    own = polynomial("exp2", (Fraction(-1, 2), Fraction(1, 2))) * Fraction(3, 2)  # the power is at least sqrt(1/2)
    start = (1 + own) * (1 + fixed * scale) - 1
    assert_below("coarse::density at 0", (-start, start), Fraction(1, 2**30))
    assert steep * scale * (1 + own) <= Fraction(3, 2**30)


def ratios() -> None:
    """`mills_ratio`, its error times `exp(-y^2 / 2)`."""
    margin = Fraction(1, 2**18)
    own = polynomial("mills_ratio", (BY_NAME["mills_ratio"].interval[0] - margin, 1 - COARSE_MIDDLE))
    deviation = (2 * arb(2).log()).sqrt()
    worst = Fraction(0)
    for low, high in pieces(0, FARTHEST, 1024):
        assert 4 / (4 + high) - COARSE_MIDDLE >= BY_NAME["mills_ratio"].interval[0] - margin + Fraction(1, 2**28)
        u = span(low, high) + rational(Fraction(1, 2**28)) * arb(0, 1)
        y, t = deviation * u, 4 / (4 + u)
        # 4 + u loses or gains a unit of 2^-29, the quotient loses one of 2^-32
        argument = t**2 / 4 / 2**29 + arb(2) ** -32
        growth = (1 - y * ratio_of(y)) * deviation * 4 / t**2 * (-(y**2) / 2).exp()
        worst = max(worst, above(growth * argument))
    # the certificate's weight is at least the one here but for what the argument's error changes
    total = worst + own * (1 + Fraction(1, 2**20))
    assert_below("coarse::mills_ratio", (-total, total), 2**-27.9)


def main() -> None:
    products()
    density()
    ratios()
