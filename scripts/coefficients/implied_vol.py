#!/usr/bin/env python3
"""Proves that the first guess of the implied volatility is within 3 % of the truth, everywhere.

Normalised, the problem has two inputs: x = |ln F/K| from 0 to ln 1000 and the total volatility s from 1e-6
to 17.4. The domain is cut into boxes; b(x, s), the price as a share of its bound, rises with s and falls
with x, so its values at two corners enclose it, and the guess of
contracts/risk/src/black76/implied/guess.rs, which sees x and b alone, is evaluated over the enclosures in
ball arithmetic (Arb). A box in which the bound does not follow is halved. Left out are prices below 5e-29
of their bound and as close to it, which no number of 64 fraction bits tells from none.
Needs python-flint, and to fit numpy and scipy (`pip install python-flint numpy scipy`).

    ./implied_vol.py         prove; takes ten minutes
    ./implied_vol.py --fit   print the constants of the three rational functions, fitted anew
"""

import math
import sys

from flint import arb, ctx

ctx.prec = 140
ERROR = arb("0.03") - arb("0.000001")  # the last places are lost to the 28 fraction bits of guess.rs
LEAST = arb("5e-29")
SMALLEST_X = 1e-11  # below it x is 0 beside any total volatility
DEEPEST = 60


def upto(low: arb, high: arb) -> arb:
    return low.union(high)


def phi(d: arb) -> arb:
    """The standard normal distribution function."""
    return (-d / arb(2).sqrt()).erfc() / 2


def share(x: arb, s: arb) -> tuple[arb, arb]:
    """The price of the option out of the money over its bound, and what is missing to 1."""
    near, far = s / 2 - x / s, s / 2 + x / s
    weight = x.exp()
    return phi(near) - weight * phi(-far), phi(-near) + weight * phi(-far)


def distance(v: arb) -> arb:
    """`m = x / s` from v."""
    return v - (arb("10.784") * v - arb("11.823")) / (v * (v + arb("2.2296")))


def low(x: arb, log_share: arb) -> arb:
    v = (x + 2 * (x.log() - log_share)).sqrt()
    return x / distance(v - (x / distance(v)) ** 2 / (8 * v))


def high(x: arb, missing: tuple[arb, arb]) -> arb:
    # 4 p (1 - p) rises with p up to 1/2
    spreads = [-(4 * p * (1 - p)).log() for p in missing]
    slope = lambda z: z * (arb("1.567") + arb("0.2172") * z) / (1 + arb("0.1088") * z)
    at_the_money = 4 * upto(slope(spreads[1]), slope(spreads[0]))
    y = x * x
    variance = at_the_money - y * (arb("0.9957") + arb("0.0120") * y) / (1 + arb("0.0496") * y)
    if not variance > 0:
        return arb(0, 1e9)
    # rises with the variance for a given y
    ends = [end - y * y * arb("0.165") / ((1 + arb("0.045") * y) * end) for end in (variance.lower(), variance.upper())]
    total = upto(*ends)
    return total.sqrt() if total > 0 else arb(0, 1e9)


def is_proven(x: tuple[arb, arb], s: tuple[arb, arb]) -> bool | None:
    """Whether the guess is within its bound over the box; nothing where no price is told apart."""
    least, most = share(x[1], s[0]), share(x[0], s[1])
    if most[0] < LEAST or least[1] < LEAST:
        return None
    b = upto(arb.max(least[0], LEAST), most[0])
    whole = upto(*x)
    guesses = []
    if not 24 * b > whole:
        if not whole > 0:
            return False
        guesses.append(low(whole, b.log()))
    if not 24 * b <= whole:
        tail = [q / (1 + x[end].exp()) for q, end in ((most[1], 1), (least[1], 0))]
        if not tail[1] < 0.5:
            tail[1] = arb.min(tail[1], arb("0.5"))
        guesses.append(high(whole, tail))
    width = upto(*s)
    return all(abs(guess / width - 1) < ERROR for guess in guesses)


def fit() -> None:
    """The rational functions with the least relative error, by least squares of ever higher powers."""
    import numpy as np
    from scipy.optimize import least_squares
    from scipy.special import erfcx, ndtri_exp

    def best(name, error, start):
        found = least_squares(lambda c: 100 * error(c), start).x
        for power in (3, 5, 7):
            found = least_squares(lambda c: (100 * error(c)) ** power, found, max_nfev=20_000).x
        print(name, *(f"{c:.4f}" for c in found), f"within {abs(error(found)).max():.1e}")

    # Bachelier: b / s = phi(m) - m Phi(-m)
    m = np.linspace(1.15, 12.2, 4000)
    density = np.exp(-m * m / 2) / np.sqrt(2 * np.pi)
    bachelier = density * (1 - m * np.sqrt(np.pi / 2) * erfcx(m / np.sqrt(2)))
    v = np.sqrt(-2 * np.log(bachelier / m))
    best("distance", lambda c: (v - (c[0] * v - c[1]) / (v * (v + c[2]))) / m - 1, [10.0, 11.0, 2.0])
    # the square of the normal deviate of p over -ln(4 p (1 - p))
    log_p = -np.concatenate([np.linspace(0.6932, 3, 500), np.linspace(3, 70, 1500)])
    z = -(np.log(4) + log_p + np.log1p(-np.exp(log_p)))
    slope = ndtri_exp(log_p) ** 2 / z
    best("at the money", lambda c: ((c[0] + c[1] * z) / (1 + c[2] * z) / slope - 1)[z > 1e-9], [1.57, 0.2, 0.1])
    y = np.linspace(1e-3, 6.92, 2000) ** 2
    apart = 8 * np.log(np.cosh(np.sqrt(y) / 2)) / y
    best("8 ln cosh", lambda c: (c[0] + c[1] * y) / (1 + c[2] * y) / apart - 1, [1.0, 0.03, 0.07])


def main() -> None:
    if "--fit" in sys.argv[1:]:
        return fit()
    spans = lambda low, high, count: [low * (high / low) ** (k / count) for k in range(count + 1)]
    xs = [0.0, *spans(SMALLEST_X, 6.9078, 280)]
    ss = spans(1e-6, 17.4, 170)
    boxes = [(a, b, c, d, 0) for a, b in zip(xs, xs[1:]) for c, d in zip(ss, ss[1:]) if a < 12 * d]
    proven = 0
    while boxes:
        x0, x1, s0, s1, depth = boxes.pop()
        verdict = is_proven((arb(x0), arb(x1)), (arb(s0), arb(s1)))
        if verdict is not False:
            proven += verdict is True
            continue
        if depth > DEEPEST:
            sys.exit(f"not proven for x from {x0} to {x1}, s from {s0} to {s1}")
        if x0 and math.log(x1 / x0) > math.log(s1 / s0):
            middle = math.sqrt(x0 * x1)
            boxes += [(x0, middle, s0, s1, depth + 1), (middle, x1, s0, s1, depth + 1)]
        else:
            middle = math.sqrt(s0 * s1)
            boxes += [(x0, x1, s0, middle, depth + 1), (x0, x1, middle, s1, depth + 1)]
    print(f"proven in {proven} boxes")


if __name__ == "__main__":
    main()
