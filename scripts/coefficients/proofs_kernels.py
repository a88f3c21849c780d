"""The errors of the kernels that the option formulas are made of: logarithms, the Mills ratio and the density."""

import math
from fractions import Fraction
from functools import cache

from flint import arb

from gappa import HIGH_BELOW, HIGH_NEAREST, WORD, Symbols
from polynomials import MILLS_MIDDLE, rational, tail
from proofs_words import reciprocal, relative_reciprocal
from rounding import (
    Bounds,
    above,
    approximation,
    approximation_beside,
    assert_below,
    below,
    evaluation,
    largest,
    pieces,
    proved,
    rust_constant,
    rust_words,
    span,
    with_approximation,
)


@cache
def power_of_two() -> Fraction:
    """The relative error of `exp2`'s significand; it stays below 2^64."""
    m = Symbols("exp2")
    # the fraction z, the slope's function F and its error d, the last product's error e
    z, f, d, e = (m.variable(*bounds) for bounds in (
        (0, 1 - Fraction(1, WORD)), (Fraction(1419, 4096), Fraction(1, 2)), with_approximation("half_exp2_slope"), HIGH_NEAREST))
    m.lines += [f"s = 9223372036854775808 + {z} * ({f} * 18446744073709551616 + {d}) + {e};", f"x = 9223372036854775808 * (1 + 2 * {z} * {f});"]
    m.hints += [f"s - x -> {z} * {d} + {e};"]
    low, high = m.bounds("(s - x) / x", f"$ {z} in 64;")
    # at the largest fraction the power is 2^64 - 0.69 of a unit; the error above it is less
    assert with_approximation("half_exp2_slope")[1] < Fraction(1, 2)
    worst = max(-low, high)
    proved("exp2", (low, high), math.log2(worst))
    return worst


def density() -> None:
    """`gaussian`: a part of the relative error that is there at 0, and one that grows with `y^2`."""
    # the binary logarithm's errors: the factor's, and those of the logarithm's constant, of floors in the 116th
    # place or beyond and of the fraction's cut to 64 places
    factor = rust_constant("kernel/exp2.rs", "HALF_LOG2_E") - 1 / arb(2).log() / 2 * WORD
    words = rust_words("kernel/exp2.rs", "LOG2_SQRT_2_PI")
    offset = words[0] * WORD + words[1] - (2 * arb.pi()).log() / arb(2).log() / 2 * 2**121
    assert above(abs(offset)) < 1
    fixed, steep = Fraction(1, WORD) + Fraction(6, 2**116), above(abs(factor)) / WORD
    # 2^e - 1 is within e ln 2 and 2^-40 of that
    scale = above(arb(2).log()) * (1 + Fraction(1, 2**40))
    start = (1 + power_of_two()) * (1 + fixed * scale) - 1
    assert_below("gaussian at 0", (-start, start), Fraction(1, 2**61))
    assert steep * scale * (1 + start) <= Fraction(1, 2**65)


LARGEST_RATIO = Fraction(17158, 100_000)  # (sqrt(2) - 1) / (sqrt(2) + 1), and what the comparisons leave
LARGEST_ARGUMENT = Fraction(9423, 10_000)  # 32 times its square
LARGEST_EXCESS = Fraction(42, 1024)  # 4 (atanh(s) / s - 1)

# What divides for a significand up to sqrt(2), whose distance from 1 is taken, and for one above it, from 2.
SUMS = ("below", (Fraction(2), Fraction(24143, 10_000))), ("above", (Fraction(34142, 10_000), Fraction(4)))


def excess_bounds() -> Bounds:
    """How fast `atanh(s) / s` grows with 32 s^2, in units of 2^-2."""
    ratio = rational(LARGEST_RATIO)
    assert above(32 * ratio**2) <= LARGEST_ARGUMENT and above(4 * (ratio.atanh() / ratio - 1)) <= LARGEST_EXCESS
    steepest = Fraction(0)
    for piece in pieces(0, LARGEST_ARGUMENT, 64):
        z = span(*piece)
        # the derivative of 4 z (1/96 + z/(5 32^2) + ...) has only positive terms
        slope = sum(4 * (k + 1) * z**k / (arb(32) ** (k + 1) * (2 * k + 3)) for k in range(40)) + arb(2) ** -100
        steepest = max(steepest, above(slope))
    # it is least at 0, where it is 1/24
    return Fraction(42, 1024), steepest


def word_of_logarithm() -> None:
    """`log_word` in units of 2^-60."""
    worst = Fraction(0)
    for side, sums in SUMS:
        m = Symbols(f"log_word {side}")
        inverse = [reciprocal(*piece, True) for piece in pieces(sums[0] / 4, sums[1] / 4, 8)]
        s, total = m.variable(0, LARGEST_RATIO), m.variable(*sums)
        e = m.variable(min(low for low, _ in inverse), max(high for _, high in inverse))
        h1, h2, h3, h4 = (m.variable(*HIGH_BELOW) for _ in range(4))
        slope = m.variable(*excess_bounds())
        chain, weighed = m.variable(*evaluation("atanh_excess")), m.variable(-approximation("atanh_excess"), approximation("atanh_excess"))
        z, x = m.variable(0, LARGEST_ARGUMENT), m.variable(0, LARGEST_EXCESS)
        f1, f2 = m.variable(0, Fraction(3, 4)), m.variable(0, Fraction(15, 16))
        m.lines += [
            f"dw = {s} * {total} * {e} + {h1};",
            f"dz = 32 * {s} * dw + 8 * (dw * dw * 1b-64 + {h2});",
            f"dx = {slope} * dz + {weighed} + {z} * {chain} + {h3};",
            f"err = (dw + (dw * ({x} + dx * 1b-64) + 2 * {s} * dx + {h4}) * 0.25 - {f1}) * 0.0625 - {f2};",
        ]
        worst = max(worst, largest(m.bounds("err")))
    # beside them up to 11 ln 2, and the significand's last place: 2^-63
    constant = rust_constant("kernel/log_word.rs", "LN_2") - arb(2).log() * 2**60
    total = worst + 11 * max(above(constant), -below(constant)) + Fraction(1, 8)
    assert_below("log_word", (-total / 2**60, total / 2**60), 2**-57.8)


def ratio_of(y: arb) -> arb:
    """The Mills ratio."""
    return tail(y) * (y * y / 2).exp() * (2 * arb.pi()).sqrt()


# How far off the Mills ratio's argument may be, in units of 2^-64.
MARGIN = 24
# By how many places `6 + y` is moved up, for which y, in how many parts.
SHIFTS = (2, (0, 2), 4), (1, (2, 10), 8), (0, (10, 12), 2)
# The errors of the Mills ratios in units of 2^-61, for a density of 1.
RATIO_UNITS = {"mills_ratio": Fraction(12), "mills_ratio_short": Fraction(16)}


def ratios() -> None:
    """`mills_ratio` and `mills_ratio_short`, their errors times `exp(-y^2 / 2)`."""
    for name, units in RATIO_UNITS.items():
        parts = [ratio_within(shift, piece, name, units) for shift, end, count in SHIFTS for piece in pieces(*end, count)]
        low, high = min(low for low, _ in parts), max(high for _, high in parts)
        assert_below(name, (low / 2**61, high / 2**61), units / 2**61)


def ratio_within(shift: int, piece: Bounds, name: str, units: Fraction) -> Bounds:
    """The error for y in an interval times `exp(-y^2 / 2)`, from halves wherever the whole shows too little."""
    bounds = ratio_error(shift, piece, name.endswith("short"))
    if largest(bounds) <= units or piece[1] - piece[0] < Fraction(1, 256):
        return bounds
    middle = Fraction(sum(piece)) / 2
    (a, b), (c, d) = (ratio_within(shift, part, name, units) for part in ((piece[0], middle), (middle, piece[1])))
    return min(a, c), max(b, d)


def ratio_error(shift: int, piece: Bounds, is_short: bool) -> Bounds:
    """The error for y in an interval times `exp(-y^2 / 2)`, in units of 2^-61."""
    low, high = piece
    # the divisor is 6 + y in units of 2^(5 - shift)
    own = reciprocal((6 + low) / 2 ** (5 - shift), (6 + high) / 2 ** (5 - shift), is_short)
    # two thirds of the argument, by a shift that may lose places; half of them once more
    part = own[0] / 2 ** (2 - shift) - (1 - Fraction(1, 2 ** (2 - shift))), own[1] / 2 ** (2 - shift)
    argument = part[0] * Fraction(3, 2) - Fraction(1, 2), part[1] * Fraction(3, 2)
    assert largest(argument) < MARGIN
    # where a point within that of the argument may lie
    y = span(low, high) + rational(Fraction(MARGIN * 64, WORD)) * arb(0, 1)
    weight = (-(y**2) / 2).exp()
    # the ratio grows with t = 6 / (6 + y) by (1 - y M(y)) (6 + y)^2 / 6
    growth = above((1 - y * ratio_of(y)) * (6 + y) ** 2 / 6 * weight) / 8
    ends = [6 / (6 + end) - MILLS_MIDDLE for end in (high, low)]
    chain = evaluation("mills_ratio", (ends[0] - Fraction(MARGIN, WORD), ends[1] + Fraction(MARGIN, WORD)))
    heaviest = above(weight)
    # the certificate's weight is at least the one here but for what the argument's error changes
    certified = approximation_beside("mills_ratio", MARGIN) * (1 + Fraction(1, 2**40))
    return chain[0] * heaviest - certified + argument[0] * growth, chain[1] * heaviest + certified + argument[1] * growth


def logarithm_of_ratio() -> None:
    """`log_ratio`, relative, of numbers with at most 126 significant bits: halving and adding them loses nothing."""
    low = high = Fraction(0)
    small = Fraction(1, 64)
    constant = rust_constant("kernel/log_ratio.rs", "LN_2") - arb(2).log() * WORD
    own, log2 = max(above(constant), -below(constant)), below(arb(2).log())
    for piece in [(Fraction(0), small)] + pieces(small, LARGEST_RATIO, 160):
        double = double_error(piece)
        low, high = min(low, double[0]), max(high, double[1])
        # beside k ln 2 the error in units of 2^-64, rounded to the nearest; it counts most for k = 1 and opposite signs,
        # where the sum is below 1 and not cut, or else costs two units more
        size = above(2 * span(*piece).atanh())
        absolute = size * largest(double) + Fraction(1, 2)
        twice = (absolute + 2 * own) / (2 * log2 - size) + 2
        beside = max((absolute + own) / (log2 - size), (absolute + own) / log2 + 2, twice)
        low, high = min(low, -beside), max(high, beside)
    assert_below("log_ratio", (low / WORD, high / WORD), 2**-59.8)


def double_error(piece: Bounds) -> Bounds:
    """The relative error of `2 atanh(s)` for s in an interval, in units of 2^-64."""
    low, high = piece
    # how much of its word the significand of s fills at least
    octave = Fraction(2) ** math.floor(math.log2(low)) if low else Fraction(0)
    is_known = 0 < high < 2 * octave * (1 - Fraction(1, 2**32))
    fill = low / octave * (1 - Fraction(1, 2**32)) if is_known else Fraction(1)
    # s: one over the sum's high word, at least 1.7 2^62; its reciprocal; the difference and the product, cut
    inverse = [relative_reciprocal(*half) for half in pieces(Fraction(1, 2), 1, 16)]
    s_low = min(error for error, _ in inverse) * WORD - 2 - 2 / fill
    s_high = max(error for _, error in inverse) * WORD + Fraction(40, 17)
    # what that makes of the function's error is largest for the largest s
    top = rational(LARGEST_RATIO)
    grown = above(top / ((1 - top**2) * top.atanh()))
    # the square of the word, cut, in units of 2^-64 of 32 s^2
    square = -32 * (2 * high + 3), Fraction(1, 2**30)
    slope, certified = excess_bounds(), approximation("atanh_excess")
    chain = evaluation("atanh_excess")
    z = 32 * high**2
    excess = square[0] * slope[1] - certified + z * chain[0] - 3, square[1] * slope[1] + certified + z * chain[1]
    # 1 + excess / 4; the halved significand, its product and an eighth of that, cut: 7/4 of 2^-62 / fill; products of
    # errors
    products = Fraction(1, 2**30)
    return s_low * grown + excess[0] / 4 - 7 / fill - products, s_high * grown + excess[1] / 4 + products


def main() -> None:
    power_of_two()
    density()
    word_of_logarithm()
    logarithm_of_ratio()
    ratios()
