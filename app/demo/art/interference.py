"""Interference: line gratings printed over each other. Every line is found from its distance, none is drawn."""

import numpy as np

from app.demo.art.noise import Noise
from app.demo.art.sheet import Array, Sheet
from app.demo.series.plate import Plate

MARGIN = 50.0


def draw(sheet: Sheet, plate: Plate) -> None:
    """Print one grating per ink, each a little out of step with the last."""
    x, y = sheet.grid()
    frame = _frame(sheet, plate, x, y)
    for layer, ink in enumerate(plate.inks):
        sheet.ink(_grating(sheet, plate, layer, x, y) * frame, ink)


def _grating(sheet: Sheet, plate: Plate, layer: int, x: Array, y: Array) -> Array:
    """Coverage of one ink: stripes of the form's phase, thick where the form's tone is dark."""
    pitch = plate.settings["pitch"]
    phase, tone = _FORMS[plate.form](sheet, plate, layer, x, y)
    down, across = np.gradient(phase, 1 / sheet.scale)
    slope = np.hypot(across, down) + 1e-5
    away = np.abs(phase / pitch - np.round(phase / pitch))
    return sheet.edge((away - np.asarray(tone) / 2) * pitch / slope)


def _beat(sheet: Sheet, plate: Plate, layer: int, x: Array, y: Array) -> tuple[Array, Array]:
    """Straight lines, each ink turned by a little."""
    turn = np.deg2rad(plate.settings.get("angle", 90) + (layer - 0.5) * plate.settings.get("twist", 5))
    cx, cy = sheet.centre
    bow = plate.settings.get("bow", 0) * np.sin((y - cy) / sheet.height * np.pi * 2 + layer)
    phase = (x - cx + bow) * np.cos(turn) + (y - cy) * np.sin(turn)
    return phase, np.array(plate.settings.get("tone", 0.5), np.float32)


def _ripples(sheet: Sheet, plate: Plate, layer: int, x: Array, y: Array) -> tuple[Array, Array]:
    """Rings about one centre per ink."""
    apart = plate.settings.get("apart", 60)
    lean = np.deg2rad(plate.settings.get("angle", 90))
    side = layer - (len(plate.inks) - 1) / 2
    cx, cy = sheet.centre[0] + side * apart * np.cos(lean), sheet.centre[1] + side * apart * np.sin(lean)
    return np.hypot(x - cx, y - cy), np.array(plate.settings.get("tone", 0.5), np.float32)


def _sphere(sheet: Sheet, plate: Plate, layer: int, x: Array, y: Array) -> tuple[Array, Array]:
    """Level lines that swell and thicken over a ball lit from the upper left; the second ink is its shadow."""
    cx, cy = sheet.centre[0], sheet.centre[1] + plate.settings.get("lift", -40)
    radius = plate.settings.get("radius", 150)
    away = np.hypot(x - cx, y - cy) / radius
    dome = np.sqrt(np.clip(1 - away**2, 0, None))
    light = (-(x - cx) * 0.55 - (y - cy) * 0.6) / radius + dome * 0.58
    inside = sheet.edge((away - 1) * radius)
    if layer == 0:
        return y - dome * radius * 0.28, inside * np.clip(0.74 - 0.68 * light, 0.1, 0.88) - (1 - inside)
    floor = ((x - cx - 26) / (radius * 1.05)) ** 2 + ((y - cy - radius * 1.03) / (radius * 0.2)) ** 2
    return y + 0 * x, np.clip(0.75 - 0.75 * floor, -1, 0.8) * (1 - inside) - inside


def _pleats(sheet: Sheet, plate: Plate, layer: int, x: Array, y: Array) -> tuple[Array, Array]:
    """Upright lines that lean with a slow noise, thick in the folds."""
    noise = Noise(np.random.default_rng(plate.seed + layer * int(plate.settings.get("apart_seed", 0))))
    fold, scale = plate.settings.get("fold", 60), plate.settings.get("scale", 210)
    drift = sheet.smooth(lambda a, d: noise.layered(a / scale, d / (scale * 1.6), 2))
    phase = x + fold * drift + layer * plate.settings["pitch"] * plate.settings.get("step", 0.5)
    across = np.gradient(drift, 1 / sheet.scale, axis=1) * fold
    return phase, np.clip(plate.settings.get("tone", 0.45) + 0.45 * across, 0.08, 0.9)


def _waves(sheet: Sheet, plate: Plate, layer: int, x: Array, y: Array) -> tuple[Array, Array]:
    """Level lines under a travelling wave, its phase a third of a turn on with every ink."""
    cx, cy = sheet.centre
    beat = np.cos((x - cx) / sheet.width * np.pi) ** 2
    high = plate.settings.get("high", 34) * beat
    turn = (x / plate.settings.get("length", 90) + layer * plate.settings.get("step", 0.33)) * 2 * np.pi
    lean = (y - cy) / sheet.height * plate.settings.get("lean", 3)
    return y + high * np.sin(turn + lean), np.array(plate.settings.get("tone", 0.36), np.float32)


_FORMS = {"beat": _beat, "ripples": _ripples, "sphere": _sphere, "pleats": _pleats, "waves": _waves}


def _frame(sheet: Sheet, plate: Plate, x: Array, y: Array) -> Array:
    cx, cy = sheet.centre
    if plate.settings.get("round"):
        return sheet.edge(np.hypot(x - cx, y - cy) - (min(cx, cy) - MARGIN))
    if plate.form == "sphere":
        return np.ones((sheet.size[1], sheet.size[0]), np.float32)
    return sheet.edge(np.maximum(np.abs(x - cx) - cx, np.abs(y - cy) - cy) + MARGIN)
