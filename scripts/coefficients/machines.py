"""Two readings of one kernel: as integers, and as a Gappa script about its rounding errors.

`models.py` writes each kernel once, step by step, against a machine. On `Integers` it computes what
the Rust code must return, bit for bit (a test compares). On `Symbols` every step also has its exact
counterpart, and the distance between the two is what Gappa bounds.
"""

import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from fractions import Fraction

from chains import FULL, MEDIUM, NARROW, NEAREST, Chain

WORD = 2**64

# Errors of the products in units of their last place; `proofs.products` proves them.
HIGH_BELOW = (Fraction(-2), Fraction(0))
HIGH_NEAREST = (Fraction(-1, 2) - Fraction(1, 2**31), Fraction(1, 2))
TIMES = {
    MEDIUM: (Fraction(-3, 2) - Fraction(1, 2**15), Fraction(0)),
    FULL: (Fraction(-3), Fraction(0)),
    NEAREST: (Fraction(-1, 2) - Fraction(1, 2**30), Fraction(1, 2)),
}


def number(x: Fraction | int) -> str:
    """A dyadic rational in Gappa's notation."""
    x = Fraction(x)
    places = x.denominator.bit_length() - 1
    if x.denominator != 1 << places:
        return f"({x.numerator} / {x.denominator})"
    return f"({x.numerator}b-{places})" if places else f"({x.numerator})"


class Integers:
    """Computes. No value may leave its word: the Rust code would wrap."""

    def word(self, x: int) -> int:
        assert -(2**63) <= x < WORD, f"{x} leaves its word"
        return x

    def add(self, a: int, b: int) -> int:
        return a + b

    def minus(self, a: int, b: int) -> int:
        return a - b

    def times_constant(self, a: int, constant: int) -> int:
        return a * constant

    def down(self, a: int, places: int) -> int:
        return a >> places

    def up(self, a: int, places: int) -> int:
        return a << places

    def product(self, a: int, b: int) -> int:
        return a * b

    def high_below(self, a: int, b: int) -> int:
        a1, a0, b1, b0 = self.word(a) >> 32, a % 2**32, self.word(b) >> 32, b % 2**32
        return a1 * b1 + (a1 * b0 >> 32) + (a0 * b1 >> 32)

    def high_nearest(self, a: int, b: int) -> int:
        a1, a0, b1, b0 = self.word(a) >> 32, a % 2**32, self.word(b) >> 32, b % 2**32
        upper, lower = a1 * b0, a0 * b1
        middle = upper % 2**32 + lower % 2**32 + 2**31 + (a0 * b0 >> 32)
        return a1 * b1 + (upper >> 32) + (lower >> 32) + (middle >> 32)

    def times(self, mode: str, acc: int, z: int) -> int:
        """As the methods of `Factor` and `SignedFactor`, before the shift."""
        high, low = z >> 32, z % 2**32
        if mode == NARROW:
            return acc * high
        if mode == MEDIUM:
            return acc * (z >> 48) + ((acc >> 16) * ((z >> 16) % 2**32) >> 16)
        a1, a0 = acc >> 32, acc % 2**32
        if mode == FULL:
            return a1 * high + (a1 * low >> 32) + (a0 * high >> 32)
        upper, lower = a1 * low, a0 * high
        middle = upper % 2**32 + lower % 2**32 + 2**31
        return a1 * high + (upper >> 32) + (lower >> 32) + (middle >> 32)

    def chain(self, chain: Chain, z: int) -> int:
        acc = chain.integers[-1]
        for k in range(chain.degree - 1, -1, -1):
            mode = chain.modes[k + 1]
            places = chain.gain(k) + {NARROW: 32, MEDIUM: 16}.get(mode, 0)
            product = self.word(self.times(mode, acc, z))
            acc = (product >> places if places >= 0 else product << -places) + chain.integers[k]
        return acc


@dataclass(frozen=True)
class Symbol:
    """A computed value and its exact counterpart, as names of a Gappa script."""

    value: str
    exact: str


@dataclass
class Symbols:
    """Writes a Gappa script."""

    name: str
    lines: list[str] = field(default_factory=list)
    assumed: list[str] = field(default_factory=list)
    hints: list[str] = field(default_factory=list)
    goals: list[str] = field(default_factory=list)
    count: int = 0

    def variable(self, low: Fraction | int, high: Fraction | int) -> str:
        self.count += 1
        name = f"x{self.count}"
        self.assumed.append(f"{name} in [{number(low)}, {number(high)}]")
        return name

    def exactly(self, low: Fraction | int, high: Fraction | int) -> Symbol:
        """A number that is what it stands for."""
        name = self.variable(low, high)
        return Symbol(name, name)

    def constant(self, x: Fraction | int) -> Symbol:
        return Symbol(number(x), number(x))

    def define(self, value: str, exact: str, distance: str) -> Symbol:
        """A step, and the distance of the two results from those of what they are made of."""
        self.count += 1
        name = f"v{self.count}"
        self.lines.append(f"{name} = {value};")
        if value == exact:
            return Symbol(name, name)
        self.lines.append(f"{name}_ = {exact};")
        self.hints.append(f"{name} - {name}_ -> {distance};")
        return Symbol(name, f"{name}_")

    def gap(self, a: Symbol) -> str:
        return "0" if a.value == a.exact else f"({a.value} - {a.exact})"

    def add(self, a: Symbol, b: Symbol) -> Symbol:
        return self.define(f"{a.value} + {b.value}", f"{a.exact} + {b.exact}", f"{self.gap(a)} + {self.gap(b)}")

    def minus(self, a: Symbol, b: Symbol) -> Symbol:
        return self.define(f"{a.value} - {b.value}", f"{a.exact} - {b.exact}", f"{self.gap(a)} - {self.gap(b)}")

    def times_constant(self, a: Symbol, constant: Fraction | int) -> Symbol:
        c = number(constant)
        return self.define(f"{a.value} * {c}", f"{a.exact} * {c}", f"{self.gap(a)} * {c}")

    def up(self, a: Symbol, places: int) -> Symbol:
        return self.times_constant(a, 2**places)

    def down(self, a: Symbol, places: int) -> Symbol:
        scale = number(Fraction(1, 2**places))
        floor = f"int<dn>({a.value} * {scale})"
        self.count += 1
        return self.define(floor, f"{a.exact} * {scale}", f"({floor} - {a.value} * {scale}) + {self.gap(a)} * {scale}")

    def product(self, a: Symbol, b: Symbol, scale: Fraction | int = 1, error: tuple[Fraction, Fraction] | None = None) -> Symbol:
        s = number(scale)
        value, distance = f"{a.value} * {b.value} * {s}", f"{self.gap(a)} * {b.value} * {s} + {a.exact} * {self.gap(b)} * {s}"
        if error:
            e = self.variable(*error)
            value, distance = f"{value} + {e}", f"{distance} + {e}"
        return self.define(value, f"{a.exact} * {b.exact} * {s}", distance)

    def high_below(self, a: Symbol, b: Symbol) -> Symbol:
        return self.product(a, b, Fraction(1, WORD), HIGH_BELOW)

    def high_nearest(self, a: Symbol, b: Symbol) -> Symbol:
        return self.product(a, b, Fraction(1, WORD), HIGH_NEAREST)

    def goal(self, text: str, low: Fraction | float, high: Fraction | float) -> None:
        self.goals.append(f"{text} in [{number(Fraction(low))}, {number(Fraction(high))}]")

    def prove(self, bisection: str = "") -> None:
        """Runs Gappa; anything but a clean proof ends the program."""
        script = "\n".join(self.lines)
        script += "\n{ " + " /\\ ".join(self.assumed) + "\n  -> " + " /\\ ".join(self.goals) + " }\n"
        script += "\n".join(self.hints) + "\n" + bisection
        run_gappa(self.name, script)


def run_gappa(name: str, script: str) -> str:
    if shutil.which("gappa") is None:
        sys.exit("gappa is missing: apt install gappa")
    run = subprocess.run(["gappa"], input=script, capture_output=True, text=True, check=False)
    # a warning may mean that a rewriting is no identity: nothing follows from it then
    if run.returncode != 0 or "arning" in run.stderr:
        sys.exit(f"gappa does not prove {name}:\n{run.stdout}{run.stderr}\n{script}")
    return run.stderr
