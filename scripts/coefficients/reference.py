#!/usr/bin/env python3
"""Writes the reference values that the accuracy tests compare with, computed by mpmath to 60 digits.

The arguments are drawn from a fixed seed and joined by edges. A value is written in units of the
tested format with six decimals, so that an error of a hundredth of a unit is visible.
Needs mpmath (`pip install mpmath==1.3.0`).

    ./reference.py           rewrite the data files
    ./reference.py --check   fail if a committed file differs
"""

import math
import pathlib
import random
import sys

from mpmath import erfc, erfinv, exp, floor, log, mp, mpf, nint, pi, sqrt

mp.dps = 60
ROOT = pathlib.Path(__file__).resolve().parents[2]
ONE = 2**64


def tail(y: mpf) -> mpf:
    """The standard normal distribution function of -y."""
    return erfc(y / sqrt(mpf(2))) / 2


def density(y: mpf) -> mpf:
    return exp(-y * y / 2) / sqrt(2 * pi)


def units(value: mpf) -> str:
    """A number of units with six decimals."""
    scaled = int(nint(value * 10**6))
    sign, scaled = ("-", -scaled) if scaled < 0 else ("", scaled)
    return f"{sign}{scaled // 10**6}.{scaled % 10**6:06d}"


def raw(value: float) -> int:
    return int(value * 2.0**64) if abs(value) < 2.0**63 else 0


def elementary() -> list[str]:
    """function, argument in 2^-64, value in 2^-64."""
    rng = random.Random(20260101)
    positive = [int(2 ** rng.uniform(0, 126.99)) for _ in range(120)]
    near_one = [ONE + sign * int(2 ** rng.uniform(0, 63)) for sign in (-1, 1) for _ in range(40)]
    middle = [raw(rng.uniform(-9.6, 9.6)) for _ in range(120)] + [raw(rng.uniform(-2, 2)) for _ in range(120)]
    cases = {
        "exp": [raw(rng.uniform(-45, 43.6)) for _ in range(150)]
        + [raw(rng.uniform(-3, 3)) for _ in range(100)]
        + [0, 1, -1, ONE, -ONE, raw(43.599), -44 * ONE, -45 * ONE],
        "ln": positive + near_one + [1, ONE - 1, ONE, ONE + 1, 2 * ONE, 2**127 - 1],
        "sqrt": positive + [0, 1, 2, 3, ONE - 1, ONE, 4 * ONE, 2**127 - 1],
        "normal_cdf": middle
        + [sign * edge + off for edge in (5 << 62, 9 << 62, 17 << 62, 25 << 62, 147 << 60) for sign in (-1, 1) for off in (-1, 0)]
        + [0, 1, -1, 40 * ONE],
        "normal_pdf": middle + [0, 1, -1, 19 << 63, (19 << 63) - 1, -40 * ONE],
        "normal_inverse_cdf": [rng.randrange(1, ONE) for _ in range(60)]
        + [int(2 ** rng.uniform(1, 63)) for _ in range(60)]
        + [1, ONE // 2, ONE - 1],
    }
    functions = {
        "exp": exp,
        "ln": log,
        "sqrt": sqrt,
        "normal_cdf": lambda x: tail(-x),
        "normal_pdf": density,
        "normal_inverse_cdf": lambda p: sqrt(mpf(2)) * erfinv(2 * p - 1),
    }
    return [
        f"{name},{argument},{units(functions[name](mpf(argument) / ONE) * ONE)}"
        for name, arguments in cases.items()
        for argument in arguments
    ]


def scaled(value: mpf) -> str:
    """A positive number as its 64-bit significand with six decimals, and the exponent of its last place."""
    if value == 0:
        return "0.000000,0"
    exponent = int(floor(log(value, 2))) - 63
    return f"{units(value / mpf(2) ** exponent)},{exponent}"


def kernel() -> list[str]:
    """function, arguments, value as significand and exponent."""
    rng = random.Random(20260102)
    rows = []
    for y in [rng.randrange(0, 12 << 59) for _ in range(150)] + [rng.randrange(0, 2 << 59) for _ in range(80)] + [0, 12 << 59]:
        x = mpf(y) / 2**59
        rows.append(f"mills_ratio,{y},0,{scaled(tail(x) / density(x))}")
    for y in [rng.randrange(0, 16 << 58) for _ in range(150)] + [0, 1, (16 << 58) - 1]:
        rows.append(f"gaussian,{y},0,{scaled(density(mpf(y) / 2**58))}")
    for whole in (-100, 0, 62):
        for fraction in [rng.randrange(0, ONE) for _ in range(40)] + [0, 1, ONE - 1]:
            rows.append(f"exp2,{whole},{fraction},{scaled(mpf(2) ** (whole + mpf(fraction) / ONE))}")
    pairs = [(int(2 ** rng.uniform(41, 104)), rng.uniform(-6.9, 6.9)) for _ in range(120)]
    pairs += [(int(2 ** rng.uniform(41, 104)), rng.gauss(0, 1) * 10 ** rng.uniform(-18, -1)) for _ in range(120)]
    for a, move in pairs:
        b = max(1, int(mpf(a) * exp(mpf(move))))
        rows.append(f"log_ratio,{a},{b},{scaled(abs(log(mpf(a) / b)))}")
    for word in [rng.randrange(2**63, ONE) for _ in range(80)] + [2**63, 2**63 + 1, ONE - 1, ONE - 2]:
        rows.append(f"reciprocal,{word},0,{scaled(1 / mpf(word))}")
        rows.append(f"sqrt,{word},0,{scaled(sqrt(mpf(word)))}")
    return rows


def black76(forward: mpf, strike: mpf, vol: mpf, years: mpf) -> list[mpf]:
    width = vol * sqrt(years)
    d1 = log(forward / strike) / width + width / 2
    d2 = d1 - width
    n = density(d1)
    return [
        forward * tail(-d1) - strike * tail(-d2),
        strike * tail(d2) - forward * tail(d1),
        tail(-d1),
        n / (forward * width),
        forward * n * sqrt(years),
        -forward * n * vol / (2 * sqrt(years)),
        -n * d2 / vol,
        forward * n * sqrt(years) * d1 * d2 / vol,
    ]


def options() -> list[str]:
    """forward, strike, vol, years; call, put, call delta, gamma, vega, theta, vanna, volga; in 2^-64."""
    rng = random.Random(20260103)
    second = -(-ONE // 31_536_000)
    least_vol, most_vol = -(-ONE // 100), 10 * ONE
    cases = []
    for kind in range(400):
        forward = int(10 ** rng.uniform(-4, 9) * 2.0**64)
        vol = int(min(max(0.01 * 1000 ** rng.random(), 0.0100001), 9.99999) * 2.0**64)
        years = min(3 * ONE, max(second, int(second * (3 * 31_536_000) ** rng.random())))
        width = float(vol) / ONE * math.sqrt(float(years) / ONE)
        move = [rng.uniform(-6.9, 6.9), rng.gauss(0, 2) * width, rng.gauss(0, 1) * 1e-9, rng.gauss(0, 6) * width, 0.0][kind % 5]
        strike = max(1, int(mpf(forward) * exp(mpf(max(-6.9, min(6.9, move))))))
        cases.append((forward, strike, vol, years))
    for forward in (-(-ONE // 10**4), 3000 * ONE, 10**9 * ONE):
        for strike in (-(-forward // 1000), forward - 1, forward, forward + 1, 1000 * forward):
            for vol in (least_vol, most_vol):
                for years in (second, 3 * ONE):
                    cases.append((forward, strike, vol, years))
    # where d1 or d2 vanishes and volga with it
    for forward in (3000 * ONE, 9 * 10**8 * ONE):
        for width, vol in ((mpf("0.002"), ONE // 50), (mpf("0.3"), 3 * ONE // 5), (mpf("1.2"), 2 * ONE), (mpf("3.6"), 9 * ONE)):
            for side in (-1, 1):
                years = int((width / (mpf(vol) / ONE)) ** 2 * ONE)
                cases.append((forward, int(forward * exp(side * width * width / 2)), vol, years))
    return [
        ",".join(map(str, case)) + "," + ",".join(units(v * ONE) for v in black76(*(mpf(x) / ONE for x in case)))
        for case in cases
    ]


def black_scholes(spot: mpf, strike: mpf, vol: mpf, years: mpf, rate: mpf, dividend_yield: mpf) -> list[mpf]:
    asset, cash = spot * exp(-dividend_yield * years), strike * exp(-rate * years)
    width = vol * sqrt(years)
    d1 = log(asset / cash) / width + width / 2
    d2 = d1 - width
    n = density(d1)
    decay = asset * n * vol / (2 * sqrt(years))
    return [
        asset * tail(-d1) - cash * tail(-d2),
        cash * tail(d2) - asset * tail(d1),
        asset / spot * tail(-d1),
        -asset / spot * tail(d1),
        asset / spot * n / (spot * width),
        asset * n * sqrt(years),
        dividend_yield * asset * tail(-d1) - rate * cash * tail(-d2) - decay,
        rate * cash * tail(d2) - dividend_yield * asset * tail(d1) - decay,
        years * cash * tail(-d2),
        -years * cash * tail(d2),
        -asset / spot * n * d2 / vol,
        asset * n * sqrt(years) * d1 * d2 / vol,
    ]


def spot_options() -> list[str]:
    """spot, strike, vol, years, rate, dividend yield; call, put, their deltas, gamma, vega, thetas, rhos, vanna, volga; in 2^-64."""
    rng = random.Random(20260104)
    second = -(-ONE // 31_536_000)
    cases = []
    for kind in range(160):
        spot = int(10 ** rng.uniform(-4, 9) * 2.0**64)
        vol = int(min(max(0.01 * 1000 ** rng.random(), 0.0100001), 9.99999) * 2.0**64)
        years = min(3 * ONE, max(second, int(second * (3 * 31_536_000) ** rng.random())))
        rates = [int(rng.choice([rng.uniform(-0.5, 2), rng.uniform(-0.02, 0.1)]) * 2.0**64) for _ in range(2)]
        width = float(vol) / ONE * math.sqrt(float(years) / ONE)
        move = [rng.uniform(-6.9, 6.9), rng.gauss(0, 2) * width, rng.gauss(0, 1) * 1e-9, rng.gauss(0, 6) * width][kind % 4]
        drift = (rates[0] - rates[1]) / ONE * years / ONE
        strike = max(1, int(mpf(spot) * exp(mpf(max(-6.9, min(6.9, move))) + mpf(drift))))
        cases.append((spot, strike, vol, years, *rates))
    for rates in ((-ONE // 2, 2 * ONE), (2 * ONE, -ONE // 2), (2 * ONE, 2 * ONE), (-ONE // 2, -ONE // 2)):
        for vol in (-(-ONE // 100), 10 * ONE):
            for years in (second, 3 * ONE):
                forward = mpf(3000 * ONE) * exp(mpf(rates[0] - rates[1]) / ONE * years / ONE)
                for ratio in (mpf("0.001001"), 1, mpf("999.9")):
                    cases.append((3000 * ONE, int(forward * ratio), vol, years, *rates))
    return [
        ",".join(map(str, case)) + "," + ",".join(units(v * ONE) for v in black_scholes(*(mpf(x) / ONE for x in case)))
        for case in cases
    ]


def pool_prices() -> list[str]:
    """side (1: the second token is priced), its decimals, the other's, tick-seconds, seconds; the price in 1e-24."""
    rng = random.Random(20260105)
    low, high = log(mpf(10) ** -4), log(mpf(10) ** 9)
    width = log(mpf("1.0001"))
    cases = []
    for kind in range(480):
        side, secs = kind % 2, rng.choice([1, 60, 1800, 86400, rng.randrange(60, 86401)])
        decimals = rng.choice([(18, 6), (18, 18), (8, 6), (6, 18), (0, 18), (18, 0), (rng.randrange(19), rng.randrange(19))])
        level = [rng.uniform(0, 1), rng.uniform(0, 1e-6), 1 - rng.uniform(0, 1e-6)][kind % 3]
        ln = low + (high - low) * (mpf(level) * mpf("0.99999998") + mpf("1e-8"))
        ticks = (ln - (decimals[0] - decimals[1]) * log(mpf(10))) / width * (-1 if side else 1)
        if abs(ticks) < 887272:
            cases.append((side, *decimals, int(nint(ticks * secs)), secs))
    rows = []
    for side, base, quote, tick_seconds, secs in cases:
        price = mpf("1.0001") ** (mpf(tick_seconds) / secs * (-1 if side else 1)) * mpf(10) ** (base - quote)
        if mpf(10) ** -4 <= price <= mpf(10) ** 9:
            rows.append(f"{side},{base},{quote},{tick_seconds},{secs},{int(nint(price * 10**24))}")
    return rows


FILES = {
    "contracts/math/tests/data/elementary.csv": elementary,
    "contracts/math/src/kernel/reference.csv": kernel,
    "contracts/risk/src/black76/reference.csv": options,
    "contracts/risk/src/black_scholes/reference.csv": spot_options,
    "contracts/pool-source/src/average/reference.csv": pool_prices,
}


def main() -> None:
    for name, rows in FILES.items():
        path = ROOT / name
        text = "\n".join(rows()) + "\n"
        if "--check" in sys.argv[1:]:
            if path.read_text() != text:
                sys.exit(f"{path} is not what this script writes; run it without --check")
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)


if __name__ == "__main__":
    main()
