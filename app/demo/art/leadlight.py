"""Leadlight: panes of colour between lines of lead. Voronoi cells, relaxed, clipped to a window and inked."""

import numpy as np

from app.demo.art.cells import Floats, cells, centre, inset, relaxed, rounded
from app.demo.art.noise import Noise
from app.demo.art.sheet import Array, Sheet
from app.demo.series.plate import Plate

MARGIN = 48.0
RING = 45.0  # between two rings of a rose window


def draw(sheet: Sheet, plate: Plate) -> None:
    """Lay the lead if there is any, then set every pane."""
    rng = np.random.default_rng(plate.seed)
    noise = Noise(rng)
    box = (MARGIN, MARGIN, sheet.width - MARGIN, sheet.height - MARGIN)
    panes = cells(_sites(sheet, plate, rng, box), box)
    window = _window(sheet, plate)
    lead = plate.settings.get("lead")
    glass = plate.inks[1:] if lead else plate.inks
    if lead:
        sheet.cover(window, plate.inks[0])
    stencils = [sheet.stencil() for _ in glass]
    for pane in panes:
        shape = _shape(plate, rng, pane)
        if len(shape) < 3 or rng.random() < plate.settings.get("missing", 0):
            continue
        tone = _tone(sheet, plate, noise, rng, centre(pane))
        stencils[min(int(tone * len(glass)), len(glass) - 1)].polygon(shape)
    inner = window if not lead else _window(sheet, plate, shrink=plate.settings.get("gap", 3))
    for stencil, ink in zip(stencils, glass, strict=True):
        sheet.cover(stencil.coverage() * inner, ink)


def _sites(sheet: Sheet, plate: Plate, rng: np.random.Generator, box: tuple[float, float, float, float]) -> Floats:
    """Where the panes sit: scattered and evened out, in rings, or finer towards the foot."""
    count = int(plate.settings["count"])
    cx, cy = sheet.centre
    if plate.form == "rose":
        rings = [(1, 0.0), (8, RING), (16, 2 * RING), (24, 3 * RING), (32, 4 * RING)]
        return np.array(
            [
                (cx + radius * np.cos(turn), cy + radius * np.sin(turn))
                for ring, (panes, radius) in enumerate(rings)
                for turn in (np.arange(panes) + ring / 2) * 2 * np.pi / panes
            ]
        ) + rng.normal(0, 0.01, (sum(panes for panes, _ in rings), 2))
    left, top, right, bottom = box
    fall = plate.settings.get("fall", 1.0)
    x = rng.uniform(left, right, count)
    y = top + (bottom - top) * rng.random(count) ** (1 / fall)
    rounds = int(plate.settings.get("relax", 2))
    if fall == 1:
        return relaxed(np.stack([x, y], axis=1), box, rounds)
    # Relaxing in a stretched copy keeps the panes small at the foot and even among themselves.
    stretched = np.stack([x, top + (bottom - top) * ((y - top) / (bottom - top)) ** fall], axis=1)
    even = relaxed(stretched, box, rounds)
    even[:, 1] = top + (bottom - top) * ((even[:, 1] - top) / (bottom - top)) ** (1 / fall)
    return relaxed(even, box, 3, pull=0.6)


def _shape(plate: Plate, rng: np.random.Generator, pane: Floats) -> Floats:
    gap = plate.settings.get("gap", 3.0) / 2
    if plate.settings.get("chips"):
        gap = gap * float(rng.uniform(0.4, 3.4))
    shape = inset(pane, gap)
    corners = int(plate.settings.get("round", 0))
    return rounded(shape, corners) if corners and len(shape) > 2 else shape


def _tone(sheet: Sheet, plate: Plate, noise: Noise, rng: np.random.Generator, place: Floats) -> float:
    """Which glass a pane gets, from 0 to 1."""
    x, y = place
    if plate.form == "rose":
        ring = round(float(np.hypot(x - sheet.width / 2, y - sheet.height / 2)) / RING)
        return ((2 * ring + 3) % 5 + 0.5) / 5
    slope = plate.settings.get("slope", 0.0)
    wave = 0.5 + 0.75 * float(noise.at(np.array([x / 190], np.float32), np.array([y / 190], np.float32))[0])
    tone = slope * (y / sheet.height) + (1 - slope) * wave + rng.normal(0, plate.settings.get("mix", 0.12))
    return float(np.clip(tone, 0, 0.999))


def _window(sheet: Sheet, plate: Plate, shrink: float = 0.0) -> Array:
    """The outline that the panes are cut to."""
    x, y = sheet.grid()
    cx, cy = sheet.centre
    if plate.form in ("round", "rose"):
        return sheet.edge(np.hypot(x - cx, y - cy) - (cx - MARGIN - shrink))
    if plate.form == "arch":
        spring = cx + 14
        dome = np.where(y < spring, np.hypot(x - cx, y - spring), np.abs(x - cx)) - (cx - MARGIN - 14 - shrink)
        return sheet.edge(np.maximum(dome, y - sheet.height + MARGIN + 14 + shrink))
    return sheet.edge(np.maximum(np.abs(x - cx) - cx, np.abs(y - cy) - cy) + MARGIN + shrink)
