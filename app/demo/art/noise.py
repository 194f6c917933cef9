"""Slow random fields: Perlin's gradient noise (SIGGRAPH 1985, with the quintic fade of 2002), seeded."""

import numpy as np
import numpy.typing as npt

from app.demo.art.sheet import Array


class Noise:
    """A smooth field over the plane, about -1 to 1, that changes over one unit of length."""

    def __init__(self, rng: np.random.Generator) -> None:
        angles = rng.random(256) * 2 * np.pi
        self._slopes = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
        self._order = rng.permutation(256)

    def at(self, x: Array, y: Array) -> Array:
        """The field at these places."""
        x, y = np.broadcast_arrays(x, y)
        column, row = np.floor(x).astype(np.int64), np.floor(y).astype(np.int64)
        inx, iny = (x - column).astype(np.float32), (y - row).astype(np.float32)
        fadex, fadey = _fade(inx), _fade(iny)
        upper = _mix(self._corner(column, row, inx, iny), self._corner(column + 1, row, inx - 1, iny), fadex)
        lower = _mix(
            self._corner(column, row + 1, inx, iny - 1), self._corner(column + 1, row + 1, inx - 1, iny - 1), fadex
        )
        return _mix(upper, lower, fadey) * np.float32(1.5)

    def layered(self, x: Array, y: Array, octaves: int = 3, gain: float = 0.5) -> Array:
        """Several fields on top of each other, each twice as fine and `gain` times as strong as the last."""
        total = self.at(x, y)
        for octave in range(1, octaves):
            total = total + gain**octave * self.at(x * 2**octave + 31.7 * octave, y * 2**octave - 17.3 * octave)
        return np.asarray(total, np.float32)

    def _corner(self, column: npt.NDArray[np.int64], row: npt.NDArray[np.int64], x: Array, y: Array) -> Array:
        slope = self._slopes[self._order[(self._order[column % 256] + row) % 256]]
        return np.asarray(slope[..., 0] * x + slope[..., 1] * y, np.float32)


def _fade(t: Array) -> Array:
    return t * t * t * (t * (t * 6 - 15) + 10)


def _mix(first: Array, second: Array, share: Array) -> Array:
    return first + (second - first) * share
