"""Every polynomial that the kernels evaluate: what it approximates, where, and in which format.

`sollya` is how Sollya finds the coefficients. Nothing is believed about it: `exact` is the function
itself in ball arithmetic, and the certificate compares the polynomial that was found with that.
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import mpmath
from flint import arb, arb_series, fmpq
from mpmath import mpf

Series = arb_series


@dataclass(frozen=True)
class Polynomial:
    """One approximation of `exact` on `interval`, evaluated by a Horner chain in integers."""

    name: str
    title: str
    returns: str
    interval: tuple[Fraction, Fraction]  # of the argument, within [-1/2, 1/2] or [0, 1]
    degree: int
    fraction_bits: int  # of the result
    error: Callable[[Series, Series], Series]  # of a value at an argument
    weight: Callable[[arb], arb]  # the error that counts is |error| * weight
    weight_text: str
    sollya: tuple[str, str, str] | None = None  # definitions, function, weight; of _x_
    points: Callable[[mpf], mpf] | None = None  # where Sollya has no such function: to interpolate
    guard_bits: int = 5  # beyond the result's, of the partial sums
    nearest: int = 0  # how many of the last steps round to the nearest
    is_centred: bool = True  # whether the rounding errors are moved from below to both sides
    is_word: bool = False  # whether the result uses all 64 bits of an unsigned word


@dataclass(frozen=True)
class CoarsePolynomial(Polynomial):
    """One approximation for coarse prices: every step multiplies 32 bits by 32."""


def rational(x: Fraction) -> arb:
    return arb(fmpq(x.numerator, x.denominator))


def power_series(x: Series, coefficient: Callable[[int], arb], terms: int, rest: arb) -> Series:
    """The sum of `coefficient(k) x^k`; what follows the first terms is below `rest` for `|x| <= 2`."""
    total = Series([0])
    for k in range(terms - 1, -1, -1):
        total = total * x + Series([coefficient(k)])
    # `rest` also bounds the rest's Taylor coefficients: they are taken within 1 of the centre
    return total + Series([rest * arb(0, 1)] * 12)


def one_over_factorial(k: int) -> arb:
    return 1 / arb(k).gamma() / k if k else arb(1)


def against(exact: Callable[[Series], Series]) -> Callable[[Series, Series], Series]:
    return lambda value, x: value - exact(x)


def exp2_slope(x: Series) -> Series:
    log2 = arb(2).log()
    return power_series(x, lambda k: log2 ** (k + 1) * one_over_factorial(k + 1) / 2, 60, arb(2) ** -150)


def atanh_excess(x: Series) -> Series:
    return power_series(x, lambda k: arb(2) ** (-5 * (k + 1)) / (2 * k + 3), 60, arb(2) ** -150)


CENTRE = Fraction(25, 128)


def central_slope(x: Series) -> Series:
    # (Phi(y) - 1/2) / y = sum of (-y^2/2)^k / (k! (2k + 1)) / sqrt(2 pi), with y^2 = 4 (x + centre)
    half_square = 2 * (x + rational(CENTRE))
    inner = power_series(half_square / 4, lambda k: (-4) ** k * one_over_factorial(k) / (2 * k + 1), 90, arb(2) ** -150)
    return inner / (2 * arb.pi()).sqrt()


def central_weight(x: arb) -> arb:
    return 2 * (x + rational(CENTRE)).abs_upper().sqrt()


def tail(y: Series) -> Series:
    """The standard normal distribution function of -y."""
    return (y / arb(2).sqrt()).erfc() / 2


def tail_in(step: int, centre: Fraction) -> Callable[[Series], Series]:
    return lambda x: tail(step * x + rational(centre))


def mills(y: Series) -> Series:
    return tail(y) * (y * y / 2).exp() * (2 * arb.pi()).sqrt()


MILLS_MIDDLE = Fraction(12297829382473034410, 2**64)


def mills_point(x: Series) -> Series:
    """The argument y with `x = 6 / (6 + y) - middle`."""
    return 6 / (x + rational(MILLS_MIDDLE)) - 6


QUANTILE_MIDDLE = Fraction(0x93F7_CED9_1687_2B02, 2**64)


def quantile_error(y: Series, x: Series) -> Series:
    """At least the distance of y from the quantile of exp(-v^2 / 2), with `x = 5 / (5 + v) - middle`."""
    v = 5 / (x + rational(QUANTILE_MIDDLE)) - 5
    # the logarithm of the tail falls by at least 1 / 1.3 for a step of 1 from y > -0.05 on
    return (tail(y).log() + v * v / 2) * arb("1.3")


def quantile(x: mpf) -> mpf:
    """The quantile itself, by Newton steps on the logarithm of the tail."""
    v = 5 / (x + mpf(QUANTILE_MIDDLE.numerator) / QUANTILE_MIDDLE.denominator) - 5
    y = v - 1
    for _ in range(80):
        upper = mpmath.erfc(y / mpmath.sqrt(2)) / 2
        y += (mpmath.log(upper) + v * v / 2) * upper / mpmath.npdf(y)
    return y


def piece(name: str, low: Fraction, high: Fraction, step: int, degree: int, **places: int) -> Polynomial:
    """The tail of the distribution between two points, about the middle, in steps of `step`."""
    middle = (low + high) / 2
    return Polynomial(
        name=name,
        title=f"`Phi(-y)` for `y` in [{low}, {high}], `z = (y - {middle}) / {step}`",
        returns="in Q-2.66",
        interval=((low - middle) / step, (high - middle) / step),
        degree=degree,
        fraction_bits=66,
        error=against(tail_in(step, middle)),
        weight=lambda _: arb(1),
        weight_text="1",
        sollya=(f"y={step}*_x_+{middle};", "erfc(y/sqrt(2))/2", "1"),
        **places,
    )


POLYNOMIALS = [
    Polynomial(
        name="half_exp2_slope",
        title="`(2^z - 1) / (2 z)` for `z` in [0, 1)",
        returns="in Q0.64",
        interval=(Fraction(0), Fraction(1)),
        degree=12,
        fraction_bits=64,
        guard_bits=4,
        nearest=1,
        error=against(exp2_slope),
        weight=lambda _: arb(1),
        weight_text="1",
        sollya=("", "(2^_x_-1)/_x_/2", "1"),
        is_centred=False,  # the power is never too large, lest one just below 2 wraps
    ),
    Polynomial(
        name="atanh_excess",
        title="`(atanh(s)/s - 1) / (32 s^2)` for `z = 32 s^2` in [0, 0.9423]",
        returns="scaled by 2^66",
        interval=(Fraction(0), Fraction(9423, 10000)),
        degree=8,
        fraction_bits=66,
        error=against(atanh_excess),
        weight=lambda x: x.abs_upper(),
        weight_text="z",
        sollya=("s=sqrt(_x_/32);", "(0.5*log((1+s)/(1-s))/s-1)/_x_", "_x_"),
        is_centred=False,
    ),
    Polynomial(
        name="mills_ratio",
        title="the Mills ratio `Phi(-y)/phi(y)` for `z = 6/(6 + y) - 2/3` in [-1/3, 1/3]",
        returns="in Q3.61",
        interval=(Fraction(-1, 3), Fraction(6148914691236517207, 2**64)),
        degree=18,
        fraction_bits=61,
        error=against(lambda x: mills(mills_point(x))),
        weight=lambda x: (-(mills_point(Series([x]))[0] ** 2) / 2).exp() + arb(2) ** -40,
        weight_text="exp(-y^2/2)+2^-40",
        sollya=(
            "t=_x_+12297829382473034410/2^64;y=6*(1-t)/t;",
            "exp(y^2/2)*erfc(y/sqrt(2))*sqrt(pi/2)",
            "(exp(-y^2/2)+2^(-40))",
        ),
    ),
    Polynomial(
        name="central_slope",
        title="`(Phi(y) - 1/2) / y` for `y` in [0, 5/4], `z = y^2 / 4 - 25/128`",
        returns="in Q-1.65",
        interval=(-CENTRE, CENTRE),
        degree=13,
        fraction_bits=65,
        error=against(central_slope),
        weight=central_weight,
        weight_text="y",
        sollya=("y=2*sqrt(_x_+25/128);", "(1-erfc(y/sqrt(2)))/2/y", "y"),
        nearest=3,
        guard_bits=8,
        is_word=True,
    ),
    Polynomial(
        name="quantile_guess",
        title="the `y` with `Phi(-y) = exp(-v^2/2)` for `v` in [1.177, 9.42], `z = 5/(5 + v) - 0.578`",
        returns="in Q4.42",
        interval=(Fraction(-2314, 10000), Fraction(2315, 10000)),
        degree=13,
        fraction_bits=42,
        error=quantile_error,
        weight=lambda _: arb(1),
        weight_text="1",
        points=quantile,
        guard_bits=0,
    ),
    piece("tail_near", Fraction(5, 4), Fraction(9, 4), 1, 18, nearest=4),
    piece("tail_middle", Fraction(9, 4), Fraction(17, 4), 2, 22, nearest=3),
    piece("tail_far", Fraction(17, 4), Fraction(25, 4), 2, 21),
    piece("tail_farthest", Fraction(25, 4), Fraction(147, 16), 4, 20),
]

COARSE_BITS = 40  # fraction bits of results
COARSE_MIDDLE = Fraction(3049731624, 2**32)


def coarse_mills_point(x: Series) -> Series:
    """The argument y with `x = 4 / (4 + u) - middle`, `y = u sqrt(2 ln 2)`."""
    return (4 / (x + rational(COARSE_MIDDLE)) - 4) * (2 * arb(2).log()).sqrt()


COARSE_POLYNOMIALS = [
    CoarsePolynomial(
        name="exp2",
        title="`2^z` for `z` in [-1/2, 1/2]",
        returns="in Q23.40",
        interval=(Fraction(-1, 2), Fraction(1, 2)),
        degree=7,
        fraction_bits=COARSE_BITS,
        error=against(lambda x: (x * arb(2).log()).exp()),
        weight=lambda _: arb(1),
        weight_text="1",
        sollya=("", "2^_x_", "1"),
    ),
    CoarsePolynomial(
        name="mills_ratio",
        title="the Mills ratio `Phi(-y)/phi(y)` for `y = u / sqrt(log2(e)/2)` in [0, 6.5], `z = 4/(4 + u) - 0.710071`",
        returns="in Q23.40",
        interval=(Fraction(-289930, 10**6), 1 - COARSE_MIDDLE),
        degree=8,
        fraction_bits=COARSE_BITS,
        error=against(lambda x: mills(coarse_mills_point(x))),
        weight=lambda x: (-(coarse_mills_point(Series([x]))[0] ** 2) / 2).exp() + arb(2) ** -14,
        weight_text="exp(-y^2/2)+2^-14",
        sollya=(
            "t=_x_+3049731624/2^32;u=4*(1-t)/t;y=u*sqrt(2*log(2));",
            "exp(y^2/2)*erfc(y/sqrt(2))*sqrt(pi/2)",
            "(exp(-y^2/2)+2^(-14))",
        ),
    ),
]
