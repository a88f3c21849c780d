"""What the proofs share: the errors of products, of Horner chains and of constants, and how a bound is asserted."""

import math
import re
from dataclasses import replace
from fractions import Fraction
from functools import cache

from flint import arb, ctx

import generate
from certificates import certified_error
from chains import MEDIUM, NARROW, Chain
from gappa import HIGH_BELOW, HIGH_NEAREST, TIMES, WORD, Symbol, Symbols, number, run_gappa
from polynomials import POLYNOMIALS, rational

ctx.prec = 256

Bounds = tuple[Fraction, Fraction]
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


def chain_script(name: str, interval: Bounds) -> tuple[Symbols, Symbol]:
    """The Horner chain of a polynomial beside the polynomial itself, for arguments in an interval."""
    chain = generate.chain_of(BY_NAME[name])
    m = Symbols(name)
    low, high = interval
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
def evaluation(name: str, interval: Bounds | None = None) -> Bounds:
    """The error of a chain against its polynomial, in units of the result's last place."""
    m, acc = chain_script(name, interval or BY_NAME[name].interval)
    return m.bounds(f"{acc.value} - {acc.exact}")


@cache
def approximation(name: str) -> Fraction:
    """The certified error of a polynomial with its weight, in units of the result's last place."""
    p = BY_NAME[name]
    return generate.error_of(p) * 2**p.fraction_bits


@cache
def approximation_beside(name: str, units: int) -> Fraction:
    """As `approximation`, on arguments up to so many units of 2^-64 outside the interval as well."""
    p = BY_NAME[name]
    coefficients, margin = generate.chain_of(p).coefficients(), Fraction(units, WORD)
    ends = (p.interval[0] - margin, p.interval[0]), (p.interval[1], p.interval[1] + margin)
    outside = [certified_error(replace(p, interval=end), coefficients, pieces=1) for end in ends]
    return max(generate.error_of(p), *outside) * 2**p.fraction_bits


def chains() -> None:
    for p in POLYNOMIALS:
        proved(p.name, evaluation(p.name))


def with_approximation(name: str) -> Bounds:
    """The error of a chain of weight 1 against the function."""
    (low, high), error = evaluation(name), approximation(name)
    return low - error, high + error


def above(x: arb) -> Fraction:
    """A rational just above a ball."""
    return Fraction(int((x * arb(2) ** 80).upper().ceil().unique_fmpz()), 2**80)


def constant_error(constant: tuple[arb, int]) -> Bounds:
    """By how many units of 2^-64 a constant differs from what it stands for."""
    exact, word = constant
    gap = word - exact * arb(2) ** 64
    return -above(-gap), above(gap)


def below(x: arb) -> Fraction:
    """A rational just below a ball."""
    return -above(-x)


def largest(bounds: Bounds) -> Fraction:
    return max(-bounds[0], bounds[1])


def span(low: Fraction, high: Fraction) -> arb:
    """A ball around an interval."""
    return rational(Fraction(low + high) / 2) + rational(Fraction(high - low) / 2) * arb(0, 1)


def pieces(low: Fraction | int, high: Fraction | int, count: int) -> list[Bounds]:
    """An interval in equal parts."""
    step = (Fraction(high) - low) / count
    return [(low + step * k, low + step * (k + 1)) for k in range(count)]


def rust_constant(path: str, name: str) -> int:
    """A constant of contracts/math, from its source."""
    (word,) = rust_words(path, name)
    return word


def rust_words(path: str, name: str) -> list[int]:
    """The words of a constant of contracts/math, from its source."""
    found = re.search(rf"const {name}: [^=]*= ([^;]*);", (generate.KERNEL.parent / path).read_text())
    assert found, f"{path} has no constant {name}"
    return [int(word, 0) for word in re.findall(r"0x[0-9a-f_]+|[0-9][0-9_]*", found[1])]


def require_literals(path: str, *literals: int) -> None:
    """Fails unless a source has the numbers that a proof is about."""
    text = (generate.KERNEL.parent / path).read_text()
    for literal in literals:
        assert f"{literal:_}" in text, f"{path} lacks {literal:_}"


def assert_below(name: str, bounds: Bounds, bound: Fraction | float) -> None:
    """Asserts the error that a function's documentation states, and prints what is proved."""
    assert largest(bounds) <= bound, f"{name}: {float(bounds[0])}, {float(bounds[1])} is not within {float(bound)}"
    proved(name, bounds, math.log2(largest(bounds)))
