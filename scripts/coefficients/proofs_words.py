"""The errors of the reciprocals and roots of words, and of what `Scaled` does with them.

Gappa bounds the reciprocals. The roots are followed step by step in exact rationals: each Heron or Newton step turns a
relative error into another by an identity, and what it rounds is added.
"""

import math
from fractions import Fraction
from functools import cache

from gappa import HIGH_BELOW, WORD, Symbols
from polynomials import rational
from rounding import Bounds, above, assert_below, below, largest, pieces, proved, require_literals, span


@cache
def reciprocal(low: Fraction, high: Fraction, is_short: bool = False) -> Bounds:
    """The error of `reciprocal_word(d)` or `reciprocal_word_below(d)` in units, for d / 2^64 in an interval from 1/2."""
    m = Symbols("reciprocal_word")
    # 2^127 / d = u / (1 - t) with u = 2^32 x the first guess; e is 2^63 t to the nearest
    d = (math.floor(low * 2**32), math.ceil(high * 2**32))
    guess = Fraction(2**63, d[1] + 1) - 1, Fraction(2**63, d[0] + 1)
    # d loses less than 2^32, the guess less than 1
    lack = Fraction(1, d[0] + 1) + Fraction(d[1], 2**63)
    u = m.variable(guess[0] * 2**32, guess[1] * 2**32)
    t = m.variable(0, lack)
    e, h1, h2 = (m.variable(*b) for b in ((Fraction(-1, 2), Fraction(1, 2)), HIGH_BELOW, HIGH_BELOW))
    # what 1 / (1 - t) has beyond the terms that are added
    rest = m.variable(0, lack ** (2 if is_short else 3) / (1 - lack))
    m.lines.append(f"e = {t} * 1b63 + {e};")
    if is_short:
        factor, distance = "e", e
        m.lines.append(f"x = {u} * (1 + {t} + {rest});")
    else:
        factor, distance = "(e + q)", f"({e} + w)"
        m.lines += [
            f"q = int<dn>((e * e * 1b-8 + {h1}) * 1b-55);",
            f"s = {t} * 1b63 * {e} * 2 + {e} * {e};",
            f"w = q - {t} * {t} * 1b63;",
            f"x = {u} * (1 + {t} + {t} * {t} + {rest});",
        ]
        m.hints.append(f"w -> (q - (e * e * 1b-8 + {h1}) * 1b-55) + {h1} * 1b-55 + s * 1b-63;")
    m.lines += [f"p = {u} * {factor} * 1b-36 + {h2};", f"r = {u} + int<dn>(p * 1b-27);"]
    m.hints.append(f"r - x -> (int<dn>(p * 1b-27) - p * 1b-27) + {h2} * 1b-27 + {u} * 1b-63 * {distance} - {u} * {rest};")
    return m.bounds("r - x")


def relative_reciprocal(low: Fraction, high: Fraction, is_short: bool = False) -> Bounds:
    """The relative error of a word's reciprocal, its error times d / 2^127."""
    below_it, above_it = reciprocal(low, high, is_short)
    return below_it * high / 2**63, above_it * high / 2**63


HALVES = pieces(Fraction(1, 2), 1, 16)


def reciprocals() -> None:
    for name, is_short, lowest in (("reciprocal_word", False, Fraction(401, 100)), ("reciprocal_word_below", True, Fraction(23, 2))):
        errors = [reciprocal(*piece, is_short) for piece in HALVES]
        bounds = min(low for low, _ in errors), max(high for _, high in errors)
        assert -bounds[0] <= lowest and bounds[1] <= Fraction(101, 100), (name, bounds)
        proved(name, bounds)
    relative = [relative_reciprocal(*piece) for piece in HALVES]
    assert_below("Scaled::reciprocal", (min(low for low, _ in relative), max(high for _, high in relative)), Fraction(1, 2**61))


def heron(error: Bounds) -> Bounds:
    """The relative error after `(x / s + s) / 2`, which becomes `e^2 / (2 (1 + e))` and loses less than a unit of 2^-31."""
    worst = largest(error)
    return Fraction(-1, 2**31), worst**2 / (2 * (1 - worst))


def root() -> Bounds:
    """The error of `sqrt_word(x)` in units, for x from 2^62."""
    line = 1_473_838_000, 2_947_667_000
    require_literals("kernel/newton.rs", *line)
    worst = Fraction(0)
    for low, high in pieces(Fraction(1, 4), 1, 2048):
        x = span(low, high)
        # the upper half of x and the product are cut
        guess = (rational(Fraction(line[0])) + line[1] * x) / 2**32 - span(Fraction(0), Fraction(line[1] + 2**32, 2**64))
        worst = max(worst, above(abs(guess / x.sqrt() - 1)))
    assert worst <= Fraction(3, 100)
    second = heron(heron((-worst, worst)))
    # s = R (1 + e) less what the third step loses, in units of 2^-32 of the root R below 2^32
    excess = largest(second) ** 2 / (2 * (1 - largest(second))) * 2**32
    assert excess < Fraction(1, 2**15)
    # x - s^2 = (R - s) (R + s) for R - s from -excess to 1: below 2^33, so that 2^30 times it is a signed word.
    # What follows adds (R - s)^2 / 2s to the truth, in units of 2^-32 at most 1, and takes off up to two for the
    # quotient and two more; below 0 the quotient's loss is a gain.
    smallest = 2**31 - 1
    first_order = Fraction(2**32, 2 * smallest)
    bounds = Fraction(-4), max(first_order - 2, excess**2 * first_order)
    assert -bounds[0] <= 4 and bounds[1] <= Fraction(1, 100)
    proved("sqrt_word", bounds)
    # the significand's last place may have been cut: 2^-64 of the root
    relative = (bounds[0] / 2**63 - Fraction(1, WORD), bounds[1] / 2**63)
    assert_below("Scaled::sqrt", relative, Fraction(1, 2**60))
    return bounds


def closer(error: Bounds) -> Bounds:
    """The relative error of `closer_inverse_sqrt`: `-e^2 (3 + e) / 2`, and what its three floors change.

    With `m y^2 = (1 + e)^2`, a unit of 2^-30 is lost by the result and one by each of `y^2` and `m y^2`, which come
    back as `y (m + 1) / 2` of it; relative to 1 / sqrt(m), at most `(1 + e) (m + 1) sqrt(m) / 2`."""
    worst = largest(error)
    assert worst < Fraction(1, 100)
    unit = Fraction(1, 2**30)
    return -(worst**2) * (3 + worst) / 2 - unit, unit * (1 + worst)


def first_guess() -> Bounds:
    """The relative error of the cubic from which the inverse root starts."""
    cubic = 654_571_562, 1_672_348_545, 1_586_704_822, 835_473_528
    require_literals("kernel/newton.rs", *cubic)
    low = high = Fraction(0)
    for piece in pieces(Fraction(1, 4), 1, 16384):
        m = span(*piece)
        y = ((-cubic[0] * m + cubic[1]) * m - cubic[2]) * m + cubic[3]
        # three floors, each of a unit that is multiplied by m up to twice
        error = (y - span(Fraction(0), Fraction(3))) / 2**28 * m.sqrt() - 1
        low, high = min(low, below(error)), max(high, above(error))
    return low, high


@cache
def inverse_root() -> Bounds:
    """The relative error of `inverse_sqrt_word(x)` for x from 2^62."""
    start = first_guess()
    assert largest(start) <= Fraction(75, 10_000)
    low, high = closer(closer(start))
    assert max(-low, high) <= Fraction(11, 10**9)
    # e = 1 - x y^2, where x has up to 2^-30 of m's upper half beside it
    e = 1 - (1 + high) ** 2 * (1 + Fraction(1, 2**30)), 1 - (1 + low) ** 2
    lack = largest(e) * 2**60 + 3
    assert lack < 2**35
    # in units of 2^-60: `mul_high_below` leaves up to 3 of e, of which half counts, and halving loses up to a half
    halved = (Fraction(-1, 2), Fraction(3, 2))
    # 3 e^2 / 8: its argument is cut to units of 2^8 and has those 3; then a floor
    squared = 3 * (2 * lack * 259 + 259**2) / Fraction(2**63)
    correction = halved[0] - squared - 1, halved[1] + squared
    # what 1 / sqrt(1 - e) has beyond e / 2 + 3 e^2 / 8
    beyond = Fraction(5, 16) * largest(e) ** 3 / (1 - 4 * largest(e))
    # the result's own floors, a unit of 2^-62 and 2^-20 of one, where it is at least 1
    floors = (1 + Fraction(1, 2**20)) / 2**62
    near_one = 1 + Fraction(11, 10**9)
    return (correction[0] / 2**60 - beyond) * near_one - floors, (correction[1] / 2**60 + beyond) * near_one


@cache
def both_roots() -> tuple[Bounds, Bounds]:
    """The relative errors of `sqrt_and_inverse`: the root's and the inverse's."""
    low, high = inverse_root()
    # the significand's last place may have been cut: 2^-63 of it is 2^-64 of either, to first order
    cut = Fraction(1, WORD) * (1 + Fraction(1, 2**60))
    inverse = low, high + cut * (1 + high)
    # the product with x: a root is at least 2^61 units
    root_error = low - cut + HIGH_BELOW[0] / 2**61, high
    return root_error, inverse


def roots() -> None:
    root()
    assert_below("inverse_sqrt_word", inverse_root(), Fraction(1, 2**59))
    root_error, inverse = both_roots()
    assert_below("sqrt_and_inverse, root", root_error, Fraction(1, 2**58))
    assert_below("sqrt_and_inverse, inverse", inverse, Fraction(1, 2**59))


def scaled() -> None:
    """Products, sums and differences of `Scaled`."""
    m = Symbols("Scaled::times")
    a, b, h = (m.variable(*bounds) for bounds in ((2**63, WORD), (2**63, WORD), HIGH_BELOW))
    m.lines += [f"r = {a} * {b} * 1b-64 + {h};", f"x = {a} * {b} * 1b-64;"]
    m.hints.append(f"r - x -> {h};")
    assert_below("Scaled::times", m.bounds("(r - x) / x"), Fraction(3, 2**62))

    m = Symbols("Scaled::plus")
    # the smaller is moved to the larger's place, wherever that is
    a, b = (m.variable(*bounds) for bounds in ((2**63, WORD), (0, WORD)))
    m.lines += [f"r = int<dn>({a} * 0.5) + int<dn>({b} * 0.5);", f"x = ({a} + {b}) * 0.5;"]
    m.hints.append(f"r - x -> (int<dn>({a} * 0.5) - {a} * 0.5) + (int<dn>({b} * 0.5) - {b} * 0.5);")
    assert_below("Scaled::plus", m.bounds("(r - x) / x"), Fraction(1, 2**61))

    m = Symbols("Scaled::minus")
    a, b = (m.variable(*bounds) for bounds in ((2**63, WORD), (0, WORD)))
    m.lines += [f"r = int<dn>({a} * 0.5) - int<dn>({b} * 0.5);", f"x = ({a} - {b}) * 0.5;"]
    m.hints.append(f"r - x -> (int<dn>({a} * 0.5) - {a} * 0.5) - (int<dn>({b} * 0.5) - {b} * 0.5);")
    assert_below("Scaled::minus", m.bounds(f"(r - x) / ({a} * 0.5)"), Fraction(1, 2**62))


def main() -> None:
    reciprocals()
    roots()
    scaled()
