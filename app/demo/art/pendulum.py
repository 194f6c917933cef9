"""Pendulum: curves of swinging weights, as the harmonographs of the 1840s drew them, and of wheels in wheels."""

from itertools import pairwise

import numpy as np
import numpy.typing as npt

from app.demo.art.sheet import Sheet
from app.demo.series.plate import Plate

Floats = npt.NDArray[np.float64]
LAPS = 7  # separate passes of the pen, so that crossings darken as ink does


def draw(sheet: Sheet, plate: Plate) -> None:
    """Run the pen once per ink, each a little later in the swing."""
    for layer, ink in enumerate(plate.inks):
        curve = _FORMS[plate.form](plate, layer)
        curve = _fitted(sheet, plate, curve)
        _pass(sheet, plate, curve, ink)


def _pass(sheet: Sheet, plate: Plate, curve: Floats, ink: str) -> None:
    """Draw the curve in laps, pale where it is crossed once and full where it is crossed often."""
    laps = LAPS if plate.settings.get("build", 1) else 1
    strength = plate.settings.get("strength", 0.7)
    edges = np.linspace(0, len(curve) - 1, laps + 1).astype(int)
    for start, end in pairwise(edges):
        stencil = sheet.stencil()
        stencil.line(curve[start : end + 1], plate.settings.get("weight", 0.8))
        sheet.ink(stencil, ink, strength)


def _fitted(sheet: Sheet, plate: Plate, curve: Floats) -> Floats:
    """The curve scaled to leave the plate's margin, in the middle of the sheet."""
    margin = plate.settings.get("margin", 62)
    reach = np.abs(curve).max(axis=0)
    room = min((sheet.width / 2 - margin) / reach[0], (sheet.height / 2 - margin) / reach[1])
    return np.asarray(curve * room + np.array(sheet.centre))


def _swing(plate: Plate, layer: int) -> Floats:
    """Two pendulums a direction, slowing down: the two-table harmonograph."""
    settings = plate.settings
    turns = settings.get("turns", 60)
    time = np.linspace(0, turns * 2 * np.pi, int(turns * 130))
    fade = np.exp(-time * settings.get("fade", 0.006))
    late = layer * settings.get("late", 0.12) + settings.get("phase", 0.0)
    first, second = settings["across"], settings["down"]
    off = settings.get("off", 0.004)
    x = np.sin(first * time + late) + settings.get("sway", 0.0) * np.sin((second + off) * time + 1.3 + late)
    y = np.sin((second + off) * time + np.pi / 2) + settings.get("sway", 0.0) * np.sin(first * time + 0.4)
    return np.stack([x * fade, y * fade * settings.get("tall", 1.0)], axis=1)


def _wheel(plate: Plate, layer: int) -> Floats:
    """A wheel rolling inside another, its pen moving in a little with every round: nested rosettes."""
    settings = plate.settings
    rounds, petals = settings.get("rounds", 26), settings["petals"]
    time = np.linspace(0, rounds * 2 * np.pi, int(rounds * 420))
    shrink = 1 - settings.get("shrink", 0.82) * time / time[-1]
    turn = time * settings.get("creep", 0.006) + layer * np.pi / petals * settings.get("late", 1.0)
    radius = shrink * (1 + settings.get("depth", 0.3) * np.cos(petals * time)) / (1 + settings.get("depth", 0.3))
    return np.stack([radius * np.cos(time + turn), radius * np.sin(time + turn)], axis=1)


def _threads(plate: Plate, layer: int) -> Floats:
    """Threads stretched between two points that run along Lissajous curves at different speeds."""
    settings = plate.settings
    count = int(settings.get("threads", 520))
    time = np.linspace(0, 2 * np.pi, count)
    late = layer * settings.get("late", 0.2)
    first = np.stack([np.sin(settings["across"] * time + late), 1.25 * np.cos(settings["down"] * time)], axis=1)
    lag = settings.get("lag", 0.8)
    second = np.stack(
        [np.sin(settings["across"] * (time + lag) + late), 1.25 * np.cos(settings["down"] * (time + lag))], axis=1
    )
    second *= settings.get("inner", 0.5)
    pairs = np.stack([first, second], axis=1)
    pairs[1::2] = pairs[1::2, ::-1]
    return pairs.reshape(-1, 2)


_FORMS = {"swing": _swing, "wheel": _wheel, "threads": _threads}
