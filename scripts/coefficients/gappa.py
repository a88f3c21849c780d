"""Gappa scripts: computed values beside what they stand for, and what is proved about their distance."""

import math
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from fractions import Fraction

from chains import FULL, MEDIUM, NEAREST

WORD = 2**64

# Errors of the products in units of their last place; `rounding.products` proves them.
HIGH_BELOW = (Fraction(-3), Fraction(0))  # two below the floor
HIGH_NEAREST = (Fraction(-1, 2) - Fraction(1, 2**31), Fraction(1, 2))
TIMES = {
    MEDIUM: (Fraction(-3, 2) - Fraction(1, 2**15), Fraction(1, 2)),
    FULL: (Fraction(-3), Fraction(0)),
    NEAREST: (Fraction(-1, 2) - Fraction(1, 2**30), Fraction(1, 2)),
}


def number(x: Fraction | int) -> str:
    """A dyadic rational in Gappa's notation."""
    x = Fraction(x)
    places = x.denominator.bit_length() - 1
    if x.denominator != 1 << places:
        raise ValueError(f"{x} is not dyadic")
    return f"{x.numerator}b-{places}" if places else f"{x.numerator}"


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
    count: int = 0

    def variable(self, low: Fraction | int, high: Fraction | int) -> str:
        self.count += 1
        name = f"x{self.count}"
        # outwards to a dyadic rational
        low, high = Fraction(math.floor(low * 2**90), 2**90), Fraction(math.ceil(high * 2**90), 2**90)
        self.assumed.append(f"{name} in [{number(low)}, {number(high)}]")
        return name

    def constant(self, x: Fraction | int) -> Symbol:
        return Symbol(f"({number(x)})", f"({number(x)})")

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

    def bounds(self, expression: str, bisection: str = "") -> tuple[Fraction, Fraction]:
        """The interval that Gappa proves for an expression; without one the program ends."""
        script = "\n".join(self.lines)
        script += "\n{ " + " /\\ ".join(self.assumed) + f"\n  -> {expression} in ? }}\n"
        script += "\n".join(self.hints) + "\n" + bisection
        answer = re.search(r" in \[(\S+)(?: {[^}]*})?, (\S+?)(?: {[^}]*})?\]", run_gappa(self.name, script))
        if answer is None:
            sys.exit(f"gappa finds no bounds for {self.name}:\n{script}")
        return parsed(answer[1]), parsed(answer[2])


def parsed(text: str) -> Fraction:
    """A number in Gappa's notation."""
    mantissa, _, exponent = text.partition("b")
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent or 0)


def run_gappa(name: str, script: str) -> str:
    if shutil.which("gappa") is None:
        sys.exit("gappa is missing: apt install gappa")
    run = subprocess.run(["gappa"], input=script, capture_output=True, text=True, check=False)
    # a warning may mean that a rewriting is no identity: nothing follows from it then
    if run.returncode != 0 or "arning" in run.stderr:
        sys.exit(f"gappa does not prove {name}:\n{run.stdout}{run.stderr}\n{script}")
    return run.stdout + run.stderr
