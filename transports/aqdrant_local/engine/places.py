"""Places of payloads as columns, and which of them lie in a box, a circle or a polygon.

Used by payload columns. Degrees throughout; the sphere is the real engine's, of the mean radius of
the earth. What lies on an edge is outside.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from .arrays import Mask, Rows

__all__ = ["EARTH_RADIUS", "Places", "Point", "Ring"]

Degrees: TypeAlias = NDArray[np.float64]
Point: TypeAlias = tuple[float, float]
"""Longitude and latitude."""
Ring: TypeAlias = Sequence[Point]
"""A closed line: the last point is the first."""

EARTH_RADIUS = 6_371_008.8
"""Metres."""

_EPSILON = 2.0**-53
_DOUBTFUL = (
    3.0 + 16.0 * _EPSILON
) * _EPSILON  # Shewchuk, "Adaptive precision", bound A of orient2d


class Places:
    """Longitudes and latitudes beside the rows that hold them; a row may have several."""

    def __init__(self) -> None:
        self._rows: NDArray[np.int32] = np.zeros(0, dtype=np.int32)
        self._lons: Degrees = np.zeros(0)
        self._lats: Degrees = np.zeros(0)

    def replace(
        self, size: int, changed: Rows, rows: Sequence[int], points: Sequence[Point]
    ) -> None:
        """Drop the places of the `changed` rows, of `size` in all, and add these."""
        if len(self._rows):
            gone = np.zeros(size, dtype=np.bool_)
            gone[changed] = True
            kept = ~gone[self._rows]
            if not kept.all():
                self._rows, self._lons, self._lats = (
                    self._rows[kept],
                    self._lons[kept],
                    self._lats[kept],
                )
        if len(rows):
            added = np.array(points, dtype=np.float64)
            self._rows = np.concatenate([self._rows, np.array(rows, dtype=np.int32)])
            self._lons = np.concatenate([self._lons, added[:, 0]])
            self._lats = np.concatenate([self._lats, added[:, 1]])

    def entries(self) -> tuple[Rows, Degrees, Degrees]:
        """Rows, longitudes and latitudes of the places whose degrees are in range."""
        good = (np.abs(self._lons) <= 180.0) & (np.abs(self._lats) <= 90.0)
        return self._rows[good].astype(np.intp), self._lons[good], self._lats[good]

    def on_earth(self) -> Rows:
        """Rows with a place whose degrees are in range, once for each."""
        return self.entries()[0]

    def in_box(self, top_left: Point, bottom_right: Point) -> Rows:
        """Rows with a place inside a box, which may cross the antimeridian."""
        (west, north), (east, south) = top_left, bottom_right
        if west > east:
            inside = (self._lons > west) | (self._lons < east)
        else:
            inside = (self._lons > west) & (self._lons < east)
        inside &= (self._lats > south) & (self._lats < north)
        return self._rows[inside].astype(np.intp)

    def in_radius(self, centre: Point, radius: float) -> Rows:
        """Rows with a place nearer to the centre than so many metres, by the haversine formula."""
        lon, lat = centre
        # No place on earth is nearer than its latitude is; a little more, for what rounding takes.
        band = np.rad2deg(radius / EARTH_RADIUS) * (1.0 + 1e-9) + 1e-9
        near = np.flatnonzero((np.abs(self._lats - lat) <= band) | (np.abs(self._lats) > 90.0))
        there, here = np.deg2rad(self._lats[near]), np.deg2rad(lat)
        half_height = np.sin(np.deg2rad(self._lats[near] - lat) / 2.0)
        half_width = np.sin(np.deg2rad(self._lons[near] - lon) / 2.0)
        chord = half_height**2 + np.cos(here) * np.cos(there) * half_width**2
        with np.errstate(invalid="ignore"):  # no number is what the real engine leaves out, too
            distance = EARTH_RADIUS * 2.0 * np.arcsin(np.sqrt(chord))
        rows: Rows = self._rows[near[distance < radius]].astype(np.intp)
        return rows

    def in_polygon(self, exterior: Ring, interiors: Iterable[Ring]) -> Rows:
        """Rows with a place inside the outline and outside of its holes."""
        outline = np.array(exterior, dtype=np.float64)
        (west, south), (east, north) = outline.min(axis=0), outline.max(axis=0)
        inside = (self._lons > west) & (self._lons < east)
        inside &= (self._lats > south) & (self._lats < north)
        picks = np.flatnonzero(inside)
        within, _ = _sides(exterior, self._lons[picks], self._lats[picks])
        picks = picks[within]
        for hole in interiors:
            within, edge = _sides(hole, self._lons[picks], self._lats[picks])
            picks = picks[~within & ~edge]
        return self._rows[picks].astype(np.intp)


def _sides(ring: Ring, lons: Degrees, lats: Degrees) -> tuple[Mask, Mask]:
    """Which places the ring winds around, and which lie on it."""
    windings = np.zeros(len(lons), dtype=np.int32)
    edge = np.zeros(len(lons), dtype=np.bool_)
    for (ax, ay), (bx, by) in pairwise(ring):
        low, high = min(ay, by), max(ay, by)
        beside = np.flatnonzero((lats >= low) & (lats <= high))
        if not len(beside):
            continue
        turn = _turns((ax, ay), (bx, by), lons[beside], lats[beside])
        edge[beside] |= (turn == 0) & (lons[beside] >= min(ax, bx)) & (lons[beside] <= max(ax, bx))
        # Of the two ends of a side only the lower one counts, so that a corner counts once.
        crosses = lats[beside] < high
        windings[beside] += crosses & (turn > 0) if ay < by else -(crosses & (turn < 0)).astype(int)
    return (windings != 0) & ~edge, edge


def _turns(a: Point, b: Point, lons: Degrees, lats: Degrees) -> NDArray[np.int8]:
    """On which side of the line from a to b the places lie: 1 left, -1 right, 0 on it, exactly."""
    left = (a[0] - lons) * (b[1] - lats)
    right = (a[1] - lats) * (b[0] - lons)
    turns = np.sign(left - right).astype(np.int8)
    doubtful = np.abs(left - right) <= _DOUBTFUL * (np.abs(left) + np.abs(right))
    for position in np.flatnonzero(doubtful).tolist():
        turns[position] = _turn(a, b, (lons.item(position), lats.item(position)))
    return turns


def _turn(a: Point, b: Point, place: Point) -> int:
    x, y = Fraction(place[0]), Fraction(place[1])
    turn = (Fraction(a[0]) - x) * (Fraction(b[1]) - y) - (Fraction(a[1]) - y) * (Fraction(b[0]) - x)
    return (turn > 0) - (turn < 0)
