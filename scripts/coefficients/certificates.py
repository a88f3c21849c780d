"""Certified bounds of |p - f| * weight: Taylor models in ball arithmetic (python-flint, Arb).

On each small piece of the interval the error function is expanded about the middle; its last Taylor
coefficient is enclosed over the whole piece (Lagrange's remainder). No step rounds inwards.
"""

from fractions import Fraction

from flint import arb, ctx

from polynomials import Polynomial, Series, rational

PRECISION = 256
PIECES = 768
ORDER = 9


def certified_error(p: Polynomial, coefficients: list[Fraction], pieces: int = PIECES) -> Fraction:
    """An upper bound of |error| * weight over the interval, rounded up to 2^-80."""
    ctx.prec, ctx.cap = PRECISION, ORDER + 1
    low, high = p.interval
    half = (high - low) / (2 * pieces)
    worst = arb(0)
    for index in range(pieces):
        middle = low + half * (2 * index + 1)
        ball = rational(middle) + rational(half) * arb(0, 1)
        bound = on_piece(p, coefficients, rational(middle), ball, rational(half)) * p.weight(ball).abs_upper()
        worst = worst.max(bound.abs_upper())
    return Fraction(int((worst * arb(2) ** 80).abs_upper().ceil().unique_fmpz()), 2**80)


def on_piece(p: Polynomial, coefficients: list[Fraction], middle: arb, ball: arb, half: arb) -> arb:
    """An upper bound of |error| on the ball around `middle`."""
    about_middle = difference(p, coefficients, middle)
    over_ball = difference(p, coefficients, ball)
    bound = over_ball[ORDER].abs_upper() * half**ORDER
    for k in range(ORDER - 1, -1, -1):
        bound += about_middle[k].abs_upper() * half**k
    return bound


def difference(p: Polynomial, coefficients: list[Fraction], at: arb) -> Series:
    """The Taylor series of the error."""
    x = Series([at, 1], ORDER + 1)
    total = Series([0], ORDER + 1)
    for coefficient in reversed(coefficients):
        total = total * x + rational(coefficient)
    return p.error(total, x)
