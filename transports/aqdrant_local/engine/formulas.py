"""The steps of formulas on arrays (n,) of float64. Called by the transport's `queries.formulas`.

A step whose result is no finite number says at which position.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NoReturn, TypeAlias

import numpy as np
from numpy.typing import NDArray

from .arrays import Mask
from .places import EARTH_RADIUS, Point

__all__ = [
    "Decay",
    "NotFiniteError",
    "Numbers",
    "acosh",
    "distances",
    "divided",
    "exp_decay",
    "exponential",
    "gauss_decay",
    "lin_decay",
    "logarithm",
    "power",
    "root",
]

Numbers: TypeAlias = NDArray[np.float64]
Decay: TypeAlias = Callable[[Numbers, Numbers, float, float], Numbers]
"""Of x, target, midpoint and scale."""


class NotFiniteError(ArithmeticError):
    """A step gave no finite number."""

    def __init__(self, position: int, text: str) -> None:
        super().__init__(text)
        self.position = position
        self.text = text


def divided(left: Numbers, right: Numbers, by_zero: float | None) -> Numbers:
    """Left by right; `by_zero` where right is 0, and 0 where left is."""
    zero = right == 0.0
    with np.errstate(all="ignore"):
        result = left / right
    if by_zero is not None:
        result[zero] = by_zero
    result[left == 0.0] = 0.0
    return _finite(result, "{}/{}", left, right)


def root(values: Numbers) -> Numbers:
    """Square roots."""
    with np.errstate(all="ignore"):
        return _finite(np.sqrt(values), "√{}", values)


def power(base: Numbers, exponent: Numbers) -> Numbers:
    """One to the power of the other."""
    with np.errstate(all="ignore"):
        return _finite(np.power(base, exponent), "{}^{}", base, exponent)


def exponential(values: Numbers) -> Numbers:
    """Powers of e."""
    with np.errstate(all="ignore"):
        return _finite(np.exp(values), "exp({})", values)


def logarithm(values: Numbers, *, decimal: bool) -> Numbers:
    """Logarithms to base 10, or natural ones."""
    with np.errstate(all="ignore"):
        result: Numbers = np.log10(values) if decimal else np.log(values)
    return _finite(result, "log10({})" if decimal else "ln({})", values)


def acosh(values: Numbers) -> Numbers:
    """Inverse hyperbolic cosines."""
    with np.errstate(all="ignore"):
        return _finite(np.arccosh(values), "acosh({})", values)


def lin_decay(x: Numbers, target: Numbers, midpoint: float, scale: float) -> Numbers:
    """1 at the target, `midpoint` at `scale` from it, down to 0 in a straight line."""
    result: Numbers = np.maximum(0.0, 1.0 - np.abs(x - target) * ((1.0 - midpoint) / scale))
    return result


def exp_decay(x: Numbers, target: Numbers, midpoint: float, scale: float) -> Numbers:
    """1 at the target, `midpoint` at `scale` from it, by an exponential."""
    result: Numbers = np.exp(np.abs(x - target) * (np.log(midpoint) / scale))
    return result


def gauss_decay(x: Numbers, target: Numbers, midpoint: float, scale: float) -> Numbers:
    """1 at the target, `midpoint` at `scale` from it, along a bell curve."""
    apart = x - target
    with np.errstate(over="ignore"):  # far away is infinitely far
        result: Numbers = np.exp(apart * apart * (np.log(midpoint) / scale**2))
    return result


def distances(origin: Point, lons: Numbers, lats: Numbers) -> Numbers:
    """Metres from a place to others, by the haversine formula."""
    lon, lat = origin
    height = np.sin(np.deg2rad(lats - lat) / 2.0)
    width = np.sin(np.deg2rad(lons - lon) / 2.0)
    chord = height**2 + np.cos(np.deg2rad(lat)) * np.cos(np.deg2rad(lats)) * width**2
    metres: Numbers = EARTH_RADIUS * 2.0 * np.arcsin(np.sqrt(np.minimum(chord, 1.0)))
    return metres


def _finite(result: Numbers, text: str, *operands: Numbers) -> Numbers:
    finite: Mask = np.isfinite(result)
    if not finite.all():
        _refuse(int(np.argmin(finite)), text, operands)
    return result


def _refuse(position: int, text: str, operands: Sequence[Numbers]) -> NoReturn:
    raise NotFiniteError(position, text.format(*(f"{part[position]:g}" for part in operands)))
