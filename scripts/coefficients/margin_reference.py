#!/usr/bin/env python3
"""Writes the margin requirements that `risk::margin` is compared with, from the definitions, by mpmath to 30 digits.

Nothing here follows the program: worst losses are searched over settlement prices, as far as the thousandth of a step, puts have a formula of their own,
caps and sums are taken scenario by scenario in contracts.
Needs mpmath (`pip install mpmath==1.3.0`).

    ./margin_reference.py           rewrite the data file
    ./margin_reference.py --check   fail if the committed file differs
"""

import pathlib
import random
import sys
from collections import defaultdict

from mpmath import erfc, log, mp, mpf, nint, sqrt

mp.dps = 30
ROOT = pathlib.Path(__file__).resolve().parents[2]
FILE = ROOT / "contracts/risk/src/margin/reference.csv"

# The slice of the tests, at its reference forward; half spreads given to every board.
A, B, RHO, M, SIGMA = (mpf(x) for x in ("0.3", "0.2", "-0.1", "0", "0.3"))
REFERENCE_FORWARD = mpf(3000)
VOL_HALF_SPREAD, FLOOR = mpf("0.005"), mpf("0.6")
# The default parameters.
SPOT_SHOCK, VOL_UP, VOL_DOWN = mpf("0.2"), mpf("0.4"), mpf("0.3")
TAIL_MOVES = [mpf("-0.6"), mpf("-0.4"), mpf("0.4"), mpf(1)]
SHORT_MINIMUM, INITIAL = mpf("0.01"), mpf("1.3")


def decimal(number) -> str:
    """A number with twelve decimals."""
    scaled = int(nint(number * 10**12))
    sign, scaled = ("-", -scaled) if scaled < 0 else ("", scaled)
    return f"{sign}{scaled // 10**12}.{scaled % 10**12:012d}"


def cdf(x):
    return erfc(-x / sqrt(mpf(2))) / 2


def price(is_call, forward, strike, vol, years):
    total = vol * sqrt(years)
    d1 = log(forward / strike) / total + total / 2
    d2 = d1 - total
    if is_call:
        return forward * cdf(d1) - strike * cdf(d2)
    return strike * cdf(-d2) - forward * cdf(-d1)


def vega(forward, strike, vol, years):
    step = mpf("1e-8")
    up, down = (price(True, forward, strike, vol + sign * step, years) for sign in (1, -1))
    return (up - down) / (2 * step)


def strike_vol(strike):
    k = log(strike / REFERENCE_FORWARD) - M
    return sqrt(A + B * (RHO * k + sqrt(k * k + SIGMA * SIGMA)))


def scenarios(days):
    """Spot and volatility over what they are now, and the part that is required."""
    tenor = sqrt(mpf(30) / max(mpf(days), mpf(3)))
    down, up = 1 / (1 + VOL_DOWN * tenor), 1 + VOL_UP * tenor
    grid = [(1 + SPOT_SHOCK * step / 4, vol, mpf(1)) for vol in (down, mpf(1), up) for step in range(-4, 5)]
    return grid + [(1 + move, up, SPOT_SHOCK / abs(move)) for move in TAIL_MOVES]


def worst_settlement(legs):
    """The largest loss at settlement in contracts, or None if it has no bound."""
    if sum(calls for _, calls, _ in legs) < 0:
        return None
    places = [mpf(0)] + [strike for strike, _, _ in legs]
    payoffs = [sum(c * max(s - k, 0) + p * max(k - s, 0) for k, c, p in legs) for s in places]
    return max(-min(payoffs), mpf(0))


def settles_as_if_now(days):
    """What part of an expiry counts as if it settled now: from 23 hours before, all of it from 3."""
    return min(max((23 - 24 * mpf(days)) / 20, mpf(0)), mpf(1))


def worst_around(spot, step, worth, legs):
    """The largest loss of settling between the middles of the steps of spot on either side."""
    low, high = (1 + SPOT_SHOCK * max(min(step + side, mpf(4)), mpf(-4)) / 4 for side in (mpf("-0.5"), mpf("0.5")))
    places = [spot * (low + (high - low) * place / 1000) for place in range(1001)]
    places += [strike for strike, _, _ in legs if spot * low < strike < spot * high]
    return max(worth - sum(c * max(s - k, 0) + p * max(k - s, 0) for k, c, p in legs) for s in places)


def ways(spot, days, worth, losses, legs):
    """The losses as the scenarios have them, settling around each step, and settled around spot as it is, charge included."""
    part = settles_as_if_now(days)
    if part == 0:
        return [losses] * 3
    around = [worst_around(spot, step, worth, legs) for step in range(-4, 5)]
    settling = [(1 - part) * loss + part * around[place % 9] for place, loss in enumerate(losses[:27])]
    gone = [(1 - part) * loss + part * around[4] for loss in losses]
    return [losses, settling + losses[27:], gone]


def board(spot, days, legs):
    years = mpf(days) / 365
    value, worth = mpf(0), mpf(0)
    losses = [mpf(0)] * 31
    for strike, calls, puts in legs:
        vol = strike_vol(strike)
        half = VOL_HALF_SPREAD * vega(spot, strike, vol, years + mpf(2) / 365) + FLOOR
        for is_call, held in ((True, calls), (False, puts)):
            mid = price(is_call, spot, strike, vol, years)
            value += held * (max(mid - half, 0) if held > 0 else mid + half)
            worth += held * mid
            for place, (move, vol_multiple, cover) in enumerate(scenarios(days)):
                moved = price(is_call, spot * move, strike, vol * vol_multiple, years)
                losses[place] += held * (mid - moved) * cover
    net = [sum(leg[side] for leg in legs) for side in (1, 2)]
    losses.append(SHORT_MINIMUM * spot * sum(max(-n, 0) for n in net))
    seen = ways(spot, days, worth, losses, legs)
    worst = worst_settlement(legs)
    if worst is None:
        return value, seen, [[INITIAL * loss for loss in way] for way in seen]
    value = max(value, -worst)
    most = value + worst
    maintenance = [[min(loss, most) for loss in way] for way in seen]
    return value, maintenance, [[min(INITIAL * loss, most) for loss in way] for way in seen]


def entries(boards):
    """Each way summed over the expiries, then the worst way of each entry."""
    sums = [[sum(entry) for entry in zip(*way)] for way in zip(*boards)]
    return [max(entry) for entry in zip(*sums)]


def portfolio(name, spot, legs):
    boards = defaultdict(list)
    unit = mpf(24) if name.startswith("hours_") else mpf(1)
    for time, strike, calls, puts in legs:
        boards[time].append((mpf(strike), mpf(calls) / 1000, mpf(puts) / 1000))
    parts = [board(mpf(spot), time / unit, sorted(held)) for time, held in sorted(boards.items())]
    value = sum(part[0] for part in parts)
    maintenance, initial = (entries([part[side] for part in parts]) for side in (1, 2))
    written = " ".join(f"{time}:{strike}:{calls}:{puts}" for time, strike, calls, puts in sorted(legs))
    numbers = [value, max(max(maintenance), 0), max(max(initial), 0), *maintenance]
    return ",".join([name, str(spot), written] + [decimal(number) for number in numbers])


def portfolios():
    yield portfolio("short_strangle", 3000, [(30, 3600, -1000, 0), (30, 2500, 0, -1000)])
    yield portfolio("short_straddle_after_a_fall", 2500, [(7, 2500, -2000, -2000)])
    yield portfolio("cash_secured_put", 3000, [(14, 2800, 0, -1000)])
    yield portfolio("iron_condor", 3000, [(20, 2400, 0, 500), (20, 2700, 0, -500), (20, 3400, -500, 0), (20, 3800, 500, 0)])
    yield portfolio("box", 3000, [(60, 2500, 1000, -1000), (60, 3500, -1000, 1000)])
    yield portfolio("calendar", 3000, [(10, 3000, -1000, 0), (90, 3000, 1000, 0)])
    yield portfolio("call_ratio", 3200, [(2, 3200, 1000, 0), (2, 3600, -3000, 0)])
    yield portfolio("far_wings", 3000, [(30, 6500, -1000, 0), (30, 1000, 0, -1000)])
    yield portfolio("fully_paid_longs", 3000, [(5, 3300, 700, 0), (200, 2000, 0, 900)])
    yield portfolio("short_forward", 3000, [(30, 3000, -1000, 1000)])
    rng = random.Random(20260601)
    for number in range(3):
        strikes = rng.sample(range(1500, 6000, 50), 32)
        legs = [(rng.choice([2, 9, 30, 120]), k, rng.randint(-900, 900), rng.randint(-900, 900)) for k in strikes]
        yield portfolio(f"random_{number}", rng.randint(2200, 3900), legs)
    yield portfolio("hours_ratio_between_steps", 1984, [(3, 1900, 0, 10916), (3, 2400, 0, -1041), (3, 2600, -10, 0)])
    yield portfolio("hours_near_straddle_over_far", 3000, [(2, 3000, 8800, 8800), (720, 3000, -1000, -1000)])
    yield portfolio("hours_calendar", 3000, [(6, 3000, -1000, 0), (174, 3000, 1000, 0)])
    for number in range(3):
        strikes = rng.sample(range(1500, 6000, 50), 20)
        legs = [(rng.choice([1, 8, 14, 200]), k, rng.randint(-900, 900), rng.randint(-900, 900)) for k in strikes]
        yield portfolio(f"hours_random_{number}", rng.randint(2200, 3900), legs)


def main() -> int:
    text = "".join(f"{line}\n" for line in portfolios())
    if "--check" in sys.argv[1:]:
        return int(FILE.read_text() != text)
    FILE.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
