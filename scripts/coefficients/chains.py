"""From a real polynomial to a Horner chain in 64-bit integers: where the binary points go."""

import math
from dataclasses import dataclass
from fractions import Fraction

from polynomials import CoarsePolynomial, Polynomial

# How a partial sum is multiplied by the argument: the bits that the sum may have, and how far the
# product may be below and above the truth in units of its last place (`rounding.py` proves these).
NARROW, MEDIUM, FULL, NEAREST = "narrow", "medium", "full", "nearest"
SUM_BITS = {NARROW: 31, MEDIUM: 47, FULL: 63, NEAREST: 63}
BELOW = {
    NARROW: Fraction(1, 2),  # the argument is cut to 32 bits
    MEDIUM: Fraction(3, 2) + Fraction(1, 2**15),  # and the sum to 31 where its low half counts
    FULL: Fraction(3),  # two floors, and the low halves' product is missing
    NEAREST: Fraction(1, 2) + Fraction(1, 2**31),
}
ABOVE = {NARROW: Fraction(0), MEDIUM: Fraction(1, 2), FULL: Fraction(0), NEAREST: Fraction(1, 2)}
PIECES = 256


@dataclass(frozen=True)
class Chain:
    """Step k computes `(sum[k + 1] * z >> gain) + integers[k]`, the product in mode `modes[k + 1]`."""

    integers: list[int]
    bits: list[int]  # fraction bits of each partial sum
    modes: list[str]
    lift: int  # what was added to the last integer, so that errors lie on both sides

    @property
    def degree(self) -> int:
        return len(self.integers) - 1

    def gain(self, k: int) -> int:
        """By how many places the product of partial sum k + 1 is moved down."""
        return self.bits[k + 1] - self.bits[k]

    def coefficients(self) -> list[Fraction]:
        """The polynomial that the chain evaluates, but for its rounding errors."""
        exact = [Fraction(integer, 2**bits) for integer, bits in zip(self.integers, self.bits)]
        exact[0] -= Fraction(self.lift, 2 ** self.bits[0])
        return exact


def partial_sums(real: list[Fraction], interval: tuple[Fraction, Fraction]) -> list[Fraction]:
    """Bounds of |c_k + z (c_{k+1} + z ...)| over the interval, by interval arithmetic on pieces."""
    n = len(real) - 1
    width = (interval[1] - interval[0]) / PIECES
    largest = [Fraction(0)] * (n + 1)
    for piece in range(PIECES):
        z = (interval[0] + width * piece, interval[0] + width * (piece + 1))
        low = high = real[n]
        for k in range(n, -1, -1):
            if k < n:
                products = [a * b for a in (low, high) for b in z]
                low, high = real[k] + min(products), real[k] + max(products)
                # dyadic outward rounding keeps the fractions short
                low, high = Fraction(math.floor(low * 2**120), 2**120), Fraction(math.ceil(high * 2**120), 2**120)
            largest[k] = max(largest[k], abs(low), abs(high))
    return largest


def place(p: Polynomial, real: list[Fraction]) -> Chain:
    """Places the binary points so that every partial sum fits its word and errors stay small."""
    n = p.degree
    z = max(abs(bound) for bound in p.interval)
    largest = partial_sums(real, p.interval)
    finest = p.fraction_bits + p.guard_bits
    bits, modes = [0] * (n + 1), [""] * (n + 1)
    mode = NARROW
    for k in range(n, 0, -1):
        # an error of partial sum k reaches the result times z^k
        enough = finest - math.floor(-k * math.log2(z))
        while mode != FULL and largest[k] * 2**enough >= 2 ** SUM_BITS[mode] - 2**9:
            mode = MEDIUM if mode == NARROW else FULL
        headroom = SUM_BITS[FULL] - math.ceil(math.log2(largest[k] * Fraction(10001, 10000)))
        bits[k] = min(headroom, finest) if mode == FULL else enough
        modes[k] = NEAREST if mode == FULL and k <= p.nearest else mode
    bits[0] = p.fraction_bits
    for k in range(2, p.nearest + 1):
        # no shift behind a rounded product: it would floor
        bits[k] = min(bits[k], bits[k - 1])
    chain = Chain([round(real[k] * 2 ** bits[k]) for k in range(n + 1)], bits, modes, 0)
    if not p.is_centred:
        return chain
    lift = -round(sum(rounding_error(chain, p.interval)) / 2)
    chain.integers[0] += lift
    return Chain(chain.integers, bits, modes, lift)


def rounding_error(chain: Chain, interval: tuple[Fraction, Fraction]) -> tuple[Fraction, Fraction]:
    """The bounds of the evaluation's error in units of the result's last place.

    A first look, to place the lift; the bounds that count are proved by `proofs.py`."""
    low = high = Fraction(0)
    for k in range(chain.degree - 1, -1, -1):
        mode, scale = chain.modes[k + 1], Fraction(1, 2) ** chain.gain(k)
        floor = 1 if scale < 1 or mode in (NARROW, MEDIUM) else 0
        products = [error * z for error in (low, high) for z in interval]
        low, high = (min(products) - BELOW[mode]) * scale - floor, (max(products) + ABOVE[mode]) * scale
    return low, high


COARSE_ARGUMENT = 32  # fraction bits of a coarse polynomial's argument


def place_coarse(p: CoarsePolynomial, real: list[Fraction]) -> tuple[Chain, Fraction]:
    """The chain of a coarse polynomial, and a bound of its evaluation's error in the result's last place."""
    n, z = p.degree, max(abs(bound) for bound in p.interval)
    largest = partial_sums(real, p.interval)
    # every product stays below 2^63
    bits = [62 - COARSE_ARGUMENT - math.floor(math.log2(size * z * Fraction(10001, 10000))) for size in largest]
    bits[0] = p.fraction_bits
    integers = [round(real[k] * 2 ** bits[k]) for k in range(n + 1)]
    # every product is floored
    error = Fraction(0)
    for k in range(n - 1, -1, -1):
        error = error * z + Fraction(1, 2 ** bits[k])
    return Chain(integers, bits, [NARROW] * (n + 1), 0), error * 2**p.fraction_bits
