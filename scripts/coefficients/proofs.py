#!/usr/bin/env python3
"""Proves the rounding errors of the polynomials and functions of contracts/math, and fails where it cannot.

Gappa bounds them. The Horner chains are the very ones that the Rust code is generated from; the steps between them
are written here once more, beside the error of each. Then every error that a function's documentation states is
asserted. Needs Sollya and Gappa (Debian: `apt install sollya gappa`), `pip install python-flint==0.9.0 mpmath==1.3.0`.
"""

import math
from fractions import Fraction
from functools import cache

from flint import arb, ctx

import generate
from chains import MEDIUM, NARROW, Chain
from gappa import HIGH_BELOW, HIGH_NEAREST, TIMES, Symbol, Symbols, number, run_gappa
from polynomials import POLYNOMIALS, Polynomial

Bounds = tuple[Fraction, Fraction]
WORD = 2**64
BY_NAME = {p.name: p for p in POLYNOMIALS}


def proved(name: str, bounds: Bounds, places: float | None = None) -> None:
    low, high = (float(bound) for bound in bounds)
    print(f"{name}: in [{low:.4g}, {high:.4g}]" + (f", 2^{places:.2f}" if places is not None else ""))


def products() -> None:
    """The products of words by halves: what `gappa.py` takes for granted about them."""
    half = "a1 in [0, 4294967295] /\\ a0 in [0, 4294967295] /\\ b1 in [0, 4294967295] /\\ b0 in [0, 4294967295]"
    signed = "a1 in [-2147483648, 2147483647] /\\ a0 in [0, 4294967295] /\\ b1 in [-2147483648, 4294967295] /\\ b0 in [0, 4294967295]"
    below = "a1*b1 + int<dn>(a1*b0*1b-32) + int<dn>(a0*b1*1b-32)"
    exact = "a1*b1 + a1*b0*1b-32 + a0*b1*1b-32 + a0*b0*1b-64"
    # the middle column: the low halves of the cross products and the lowest product's high half
    middle = "(a1*b0*1b-32 - u) + (a0*b1*1b-32 - l) + 0.5 + int<dn>(a0*b0*1b-32)*1b-32"
    cross = "u = int<dn>(a1*b0*1b-32); l = int<dn>(a0*b1*1b-32);"
    nearest = f"a1*b1 + u + l + int<dn>({middle})"
    hint_below = f"r - x -> (int<dn>(a1*b0*1b-32) - a1*b0*1b-32) + (int<dn>(a0*b1*1b-32) - a0*b1*1b-32) - a0*b0*1b-64;"
    hint_nearest = (
        f"r - x -> (int<dn>({middle}) - ({middle})) + 0.5 + (int<dn>(a0*b0*1b-32) - a0*b0*1b-32)*1b-32;"
    )
    medium = "int<dn>(a*t + int<dn>(int<dn>(a*1b-16)*m*1b-16))"
    # a z / 2^48 in units of 2^16 of its last place; z in three parts of 16, 32 and 16 bits
    medium_error = (
        "r - x -> ((int<dn>(s*m*1b-16) - s*m*1b-16) + (s - a*1b-16)*m*1b-16 - a*l*1b-48)*1b-16;"
    )
    for name, script in {
        "mul_high_below": f"r = {below}; x = {exact}; {{ {half} -> r - x in [{number(HIGH_BELOW[0])}, {number(HIGH_BELOW[1])}] }} {hint_below}",
        "mul_high_nearest": f"{cross} r = {nearest}; x = {exact}; {{ {half} -> r - x in [{number(HIGH_NEAREST[0])}, {number(HIGH_NEAREST[1])}] }} {hint_nearest}",
        "Factor::times": f"r = {below}; x = {exact}; {{ {signed} -> r - x in [{number(TIMES['full'][0])}, {number(TIMES['full'][1])}] }} {hint_below}",
        "Factor::times_nearest": f"{cross} r = {nearest}; x = {exact}; {{ {signed} -> r - x in [{number(TIMES['nearest'][0])}, {number(TIMES['nearest'][1])}] }} {hint_nearest}",
        "Factor::times_medium": f"s = int<dn>(a*1b-16); r = (a*t + int<dn>(s*m*1b-16))*1b-16; x = (a*t + a*m*1b-32 + a*l*1b-48)*1b-16;"
        "{ a in [-140737488355328, 140737488355328] /\\ t in [-32768, 65535] /\\ m in [0, 4294967295] /\\ l in [0, 65535]"
        f" -> r - x in [{number(TIMES['medium'][0])}, {number(TIMES['medium'][1])}] }} {medium_error}",
    }.items():
        run_gappa(name, script)
        print(f"{name}: proved")


def chain_script(p: Polynomial) -> tuple[Symbols, Symbol]:
    """The Horner chain of a polynomial beside the polynomial itself."""
    chain = generate.chain_of(p)
    m = Symbols(p.name)
    low, high = p.interval
    z = m.variable(Fraction(math.floor(low * WORD), WORD), Fraction(math.ceil(high * WORD), WORD))
    acc = m.constant(chain.integers[-1])
    for k in range(chain.degree - 1, -1, -1):
        acc = chain_step(m, chain, k, z, acc)
    return m, acc


def chain_step(m: Symbols, chain: Chain, k: int, z: str, acc: Symbol) -> Symbol:
    mode, gain = chain.modes[k + 1], chain.gain(k)
    scale = f"({number(Fraction(1, 2)**gain)})"
    if mode == NARROW:
        cut = m.variable(Fraction(-1, 2**32), 0)
        product, error = f"{acc.value} * ({z} + {cut})", f"{acc.value} * {cut}"
    else:
        error = m.variable(*TIMES[mode])
        product = f"{acc.value} * {z} + {error}"
    value, distance = f"({product}) * {scale}", f"({m.gap(acc)} * {z} + {error}) * {scale}"
    if gain > 0 or mode in (NARROW, MEDIUM):
        distance = f"(int<dn>({value}) - {value}) + {distance}"
        value = f"int<dn>({value})"
    lift = chain.lift if k == 0 else 0
    exact = chain.integers[k] - lift
    if lift:
        distance = f"{distance} + ({lift})"
    return m.define(f"{value} + ({chain.integers[k]})", f"{acc.exact} * {z} * {scale} + ({exact})", distance)


@cache
def evaluation(name: str) -> Bounds:
    """The error of a chain against its polynomial, in units of the result's last place."""
    m, acc = chain_script(BY_NAME[name])
    return m.bounds(f"{acc.value} - {acc.exact}")


@cache
def approximation(name: str) -> Fraction:
    """The certified error of a polynomial with its weight, in units of the result's last place."""
    p = BY_NAME[name]
    return generate.error_of(p) * 2**p.fraction_bits


def polynomials() -> None:
    for p in POLYNOMIALS:
        proved(p.name, evaluation(p.name))


def with_approximation(name: str) -> Bounds:
    """The error of a chain of weight 1 against the function."""
    (low, high), error = evaluation(name), approximation(name)
    return low - error, high + error


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


ctx.prec = 256
LOG2_E = (1 / arb(2).log(), 0x71547652B82FE177, 0x7D0F)
LN_SQRT_2_PI = ((2 * arb.pi()).log() / 2, 0xEB3F8E4325F5A536)
LN_2 = (arb(2).log(), 0xB17217F7D1CF79AC)


def above(x: arb) -> Fraction:
    """A rational just above a ball."""
    return Fraction(int((x * arb(2) ** 80).upper().ceil().unique_fmpz()), 2**80)


def constant_error(constant: tuple[arb, int]) -> Bounds:
    """By how many units of 2^-64 a constant differs from what it stands for."""
    exact, word = constant
    gap = word - exact * arb(2) ** 64
    return -above(-gap), above(gap)


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


def reciprocal(low: Fraction, high: Fraction) -> Bounds:
    """The error of `reciprocal_word(d)` in units, for d / 2^64 in an interval above 1/2."""
    m = Symbols("reciprocal_word")
    # 2^127 / d = u / (1 - t) with u = 2^32 x the first guess; e is 2^63 t to the nearest
    d = (math.floor(low * 2**32), math.ceil(high * 2**32))
    guess = Fraction(2**63, d[1] + 1) - 1, Fraction(2**63, d[0] + 1)
    u = m.variable(guess[0] * 2**32, guess[1] * 2**32)
    t = m.variable(0, Fraction(1, 2**30))
    e, h1, h2 = (m.variable(*b) for b in ((Fraction(-1, 2), Fraction(1, 2)), HIGH_BELOW, HIGH_BELOW))
    cube = m.variable(0, Fraction(1, 2**89))
    m.lines += [
        f"e = {t} * 1b63 + {e};",
        f"q = int<dn>((e * e * 1b-8 + {h1}) * 1b-55);",
        f"p = {u} * (e + q) * 1b-36 + {h2};",
        f"r = {u} + int<dn>(p * 1b-27);",
        f"x = {u} * (1 + {t} + {t} * {t} + {cube});",
        f"s = {t} * 1b63 * {e} * 2 + {e} * {e};",
        f"w = q - {t} * {t} * 1b63;",
    ]
    m.hints += [
        f"w -> (q - (e * e * 1b-8 + {h1}) * 1b-55) + {h1} * 1b-55 + s * 1b-63;",
        f"r - x -> (int<dn>(p * 1b-27) - p * 1b-27) + {h2} * 1b-27 + {u} * 1b-63 * ({e} + w) - {u} * {cube};",
    ]
    return m.bounds("r - x")


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


def distribution() -> None:
    centre()
    for name, cut, low in (("tail_near", 0, "1.25"), ("tail_middle", 1, "2.25"), ("tail_far", 16, "4.25"), ("tail_farthest", 16, "6.25")):
        steepest = above((-(arb(low) ** 2) / 2).exp() / (2 * arb.pi()).sqrt()) * cut
        lowest, highest = with_approximation(name)
        bounds = lowest / 4 - Fraction(1, 2), highest / 4 + Fraction(1, 2) + steepest
        assert max(-bounds[0], bounds[1]) <= 2
        proved(f"normal_cdf, {name}", bounds)


def centre() -> None:
    """`Phi(y) - 1/2` for y below 5/4, in units of 2^-64."""
    m = Symbols("central_excess")
    y, cut, e1, e2 = (m.variable(*b) for b in ((0, Fraction(5, 4)), (0, Fraction(1, 2)), HIGH_NEAREST, HIGH_NEAREST))
    slope, chain, up = (m.variable(*b) for b in ((Fraction(-273, 1024), 0), evaluation("central_slope"), (0, Fraction(1, 2))))
    weighed = m.variable(-approximation("central_slope"), approximation("central_slope"))
    m.lines += [
        f"dz = {cut} * {cut} * 1b-64 - {y} * {cut} + {e1};",
        f"err = ({y} * (2 * {slope} * dz + {chain}) + {weighed} + {e2}) * 0.5 + {up};",
    ]
    bounds = m.bounds("err")
    assert max(-bounds[0], bounds[1]) <= 2
    proved("normal_cdf, centre", bounds)


def main() -> None:
    products()
    polynomials()
    exponential()
    density()
    logarithm()
    distribution()


if __name__ == "__main__":
    main()
