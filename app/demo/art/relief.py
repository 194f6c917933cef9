"""Relief: invented land, shown by its contour lines. Levels are found pixel by pixel, so lines never break."""

import numpy as np

from app.demo.art.noise import Noise
from app.demo.art.sheet import Array, Sheet, rgb
from app.demo.series.plate import Plate

MARGIN = 46.0


def draw(sheet: Sheet, plate: Plate) -> None:
    """Print the land: tints between levels where the plate has them, then the lines."""
    x, y = sheet.grid()
    height = sheet.smooth(lambda across, down: _land(sheet, plate, across, down))
    frame = _frame(sheet, plate, x, y)
    levels = plate.settings["levels"]
    if plate.settings.get("tints"):
        sheet.cover(frame, _tints(plate, height * levels), 1)
    line_ink = plate.inks[0]
    weight = plate.settings.get("weight", 0.5)
    every = int(plate.settings.get("index", 5))
    sheet.ink(_lines(sheet, height * levels, weight) * frame, line_ink)
    if every:
        sheet.ink(_lines(sheet, height * levels / every, weight * 1.3) * frame, line_ink)
    if plate.settings.get("sun"):
        _sun(sheet, plate, frame)


def _land(sheet: Sheet, plate: Plate, x: Array, y: Array) -> Array:
    """The height of the ground, about 0 to 1: hills of noise, raised or sunk around the plate's summits."""
    rng = np.random.default_rng(plate.seed)
    noise = Noise(rng)
    scale = plate.settings["scale"]
    bend = plate.settings.get("bend", 0.35)
    bentx = x / scale + bend * noise.at(x / scale + 40, y / scale)
    benty = y / scale + bend * noise.at(x / scale, y / scale + 70)
    land = 0.5 + 0.5 * noise.layered(
        bentx, benty, int(plate.settings.get("octaves", 3)), plate.settings.get("rough", 0.4)
    )
    if shore := plate.settings.get("shore"):
        cx, cy = sheet.centre
        land = land + shore * (0.55 - (np.hypot(x - cx, y - cy) / 165) ** 2 * 0.75)
    for _ in range(int(plate.settings.get("summits", 0))):
        cx, cy = rng.uniform(0.25, 0.75) * sheet.width, rng.uniform(0.25, 0.75) * sheet.height
        reach = rng.uniform(0.8, 1.4) * plate.settings.get("reach", 110)
        land = land + plate.settings.get("rise", 0.5) * np.exp(-(((x - cx) ** 2 + (y - cy) ** 2) / reach**2))
    return np.asarray(land, np.float32)


def _frame(sheet: Sheet, plate: Plate, x: Array, y: Array) -> Array:
    """The outline of the map on the sheet."""
    cx, cy = sheet.centre
    if plate.form == "round":
        return sheet.edge(np.hypot(x - cx, y - cy) - (min(sheet.width, sheet.height) / 2 - MARGIN))
    if plate.form == "arch":
        spring = MARGIN + 12 + cx - MARGIN - 12
        dome = np.where(y < spring, np.hypot(x - cx, y - spring), np.abs(x - cx)) - (cx - MARGIN - 12)
        return sheet.edge(np.maximum(dome, y - sheet.height + MARGIN + 12))
    if plate.form == "bleed":
        return np.ones((sheet.size[1], sheet.size[0]), np.float32)
    return sheet.edge(np.maximum(np.abs(x - cx) - cx + MARGIN, np.abs(y - cy) - cy + MARGIN))


def _tints(plate: Plate, level: Array) -> Array:
    """One flat colour per level, stepping through the plate's inks after the first from low to high."""
    stops = np.stack([rgb(ink) for ink in plate.inks[1:]])
    low, high = plate.settings.get("low", 0.15), plate.settings.get("high", 0.95)
    steps = np.arange(-2, 80)
    place = np.clip((steps / plate.settings["levels"] - low) / (high - low), 0, 1) * (len(stops) - 1)
    whole = np.minimum(place.astype(int), len(stops) - 2)
    table = stops[whole] + (place - whole)[:, None] * (stops[whole + 1] - stops[whole])
    return np.asarray(table[np.clip(np.floor(level).astype(int) + 2, 0, 81)], np.float32)


def _lines(sheet: Sheet, level: Array, weight: float) -> Array:
    """Lines where the level is whole, all `weight` millimetres thick however steep the ground."""
    down, across = np.gradient(level, 1 / sheet.scale)
    slope = np.hypot(across, down) + 1e-5
    distance = np.abs(level - np.round(level)) / slope
    return sheet.edge(distance - weight / 2)


def _sun(sheet: Sheet, plate: Plate, frame: Array) -> None:
    x, y = sheet.grid()
    cx, cy = sheet.width * plate.settings.get("sun_x", 0.66), sheet.height * plate.settings.get("sun_y", 0.27)
    disc = sheet.edge(np.hypot(x - cx, y - cy) - plate.settings["sun"])
    sheet.ink(disc * frame, plate.inks[-1])
