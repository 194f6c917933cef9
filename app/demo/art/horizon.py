"""Horizon: land and sea in flat inks. Ridges are layered noise; every sheet is printed from the sky forwards."""

import numpy as np

from app.demo.art.noise import Noise
from app.demo.art.sheet import Array, Sheet, rgb
from app.demo.series.plate import Plate

MARGIN = 46.0


def draw(sheet: Sheet, plate: Plate) -> None:
    """Print sky, sun, land or sea, and clear the margin again."""
    x, y = sheet.grid()
    rng = np.random.default_rng(plate.seed)
    paper = sheet.colour.copy()
    full = np.ones((sheet.size[1], sheet.size[0]), np.float32)
    sheet.cover(full, _blend(plate.inks[0], plate.inks[1], np.clip((y - MARGIN) / (sheet.height * 0.62), 0, 1) + 0 * x))
    if plate.settings.get("stars"):
        _stars(sheet, plate, rng)
    _sun(sheet, plate, x, y)
    _FORMS[plate.form](sheet, plate, rng, x, y)
    sheet.colour += (1 - _frame(sheet, plate, x, y))[..., None] * (paper - sheet.colour)


def _blend(first: str, second: str, share: Array) -> Array:
    return np.asarray(rgb(first) + share[..., None] * (rgb(second) - rgb(first)), np.float32)


def _sun(sheet: Sheet, plate: Plate, x: Array, y: Array) -> None:
    cx, cy = sheet.width * plate.settings.get("sun_x", 0.5), sheet.height * plate.settings.get("sun_y", 0.36)
    radius = plate.settings.get("sun", 78)
    away = np.hypot(x - cx, y - cy)
    glow = plate.settings.get("glow", 0.0)
    if glow:
        sheet.cover(np.exp(-((np.maximum(away - radius, 0) / 120) ** 2)) * glow, plate.inks[2])
    disc = sheet.edge(away - radius)
    if plate.settings.get("crescent"):
        disc = disc * (1 - sheet.edge(np.hypot(x - cx - radius * 0.42, y - cy + radius * 0.12) - radius * 0.92))
    if plate.settings.get("slats"):
        # The lower half of the sun in widening slats, as it looks through evening haze.
        depth = np.clip((y - cy) / radius, 0, 1)
        wave = (y - cy) / (radius / 5.5)
        gap = np.abs(wave - np.round(wave)) - depth * 0.36
        disc = disc * np.where(depth > 0.02, sheet.edge(-gap * radius / 5.5), 1)
    sheet.cover(disc, plate.inks[2])


def _stars(sheet: Sheet, plate: Plate, rng: np.random.Generator) -> None:
    stencil = sheet.stencil()
    for _ in range(int(plate.settings["stars"])):
        stencil.disc(rng.uniform(0, sheet.width), rng.uniform(0, sheet.height * 0.6), 0.5 + 1.1 * rng.random() ** 3)
    sheet.cover(stencil, plate.inks[2], 0.85)


def _ridges(sheet: Sheet, plate: Plate, rng: np.random.Generator, x: Array, y: Array) -> None:
    """Hills behind hills: each nearer, darker and rougher; mist gathers at every foot."""
    noise = Noise(rng)
    inks = plate.inks[3:]
    top, rough = plate.settings.get("top", 0.48), plate.settings.get("rough", 0.45)
    mist = plate.settings.get("mist", 0.3)
    for layer, ink in enumerate(inks):
        share = layer / max(len(inks) - 1, 1)
        scale = np.float32(plate.settings.get("scale", 230) * (1.15 - 0.45 * share))
        crest = noise.layered(x / scale + 13 * layer, np.array([[3.7 * layer]], np.float32), 4, rough)
        level = sheet.height * (top + (plate.settings.get("foot", 0.88) - top) * share)
        line = level - plate.settings.get("high", 70) * (crest + 0.3)
        land = _blend(ink, plate.inks[1], mist * (1 - share) * np.clip((y - level + 60) / 150, 0, 1) + 0 * x)
        sheet.cover(sheet.edge(line - y), land)


def _dunes(sheet: Sheet, plate: Plate, rng: np.random.Generator, x: Array, y: Array) -> None:
    """Dunes with one lit and one dark side, the border between them running down from each crest."""
    noise = Noise(rng)
    lit, shade = plate.inks[3], plate.inks[4]
    count = int(plate.settings.get("dunes", 5))
    for layer in range(count):
        share = layer / (count - 1)
        scale = 150 + 190 * share
        crest = noise.at(x / scale + 7.3 * layer, np.array([[2.9 * layer]], np.float32))
        line = sheet.height * (0.5 + 0.36 * share**1.2) - (28 + 46 * share) * crest
        away = y - line
        slope = np.gradient(line[0], 1 / sheet.scale)[None, :]

        def bend_at(x: Array, y: Array, line: Array = line, scale: float = scale, layer: int = layer) -> Array:
            places = np.clip(((x[0] - sheet.window[0]) * sheet.scale).astype(int), 0, line.shape[1] - 1)
            away = y - line[:, places]
            return noise.at((x + 0.9 * away) / (scale * 0.8) + 19 * layer, away / scale)

        bend = sheet.smooth(bend_at)
        dark = sheet.edge((bend * 60 - slope * 110 + away * 0.28 - 10 - 8 * share) * 0.35)
        sand = _blend(lit, shade, dark)
        sand = sand + (1 - share) * 0.28 * (rgb(plate.inks[1]) - sand)
        sheet.cover(sheet.edge(-away), np.asarray(sand, np.float32))


def _sea(sheet: Sheet, plate: Plate, rng: np.random.Generator, x: Array, y: Array) -> None:
    """Water as level strokes that lengthen towards the viewer, and the sun's road broken up in them."""
    line = sheet.height * plate.settings.get("level", 0.56)
    depth = np.clip((y - line) / (sheet.height - line), 0, 1)
    sheet.cover(sheet.edge(line - y) + 0 * x, _blend(plate.inks[3], plate.inks[4], depth + 0 * x))
    light, dark = sheet.stencil(), sheet.stencil()
    cx = sheet.width * plate.settings.get("sun_x", 0.5)
    for _ in range(int(plate.settings.get("strokes", 420))):
        near = float(rng.random()) ** 0.8
        down = line + 4 + near * (sheet.height - line - 4)
        road = bool(rng.random() < 0.5)
        spread = 22 + 95 * near if road else sheet.width * 0.6
        across = cx + float(rng.normal(0, spread * 0.55)) if road else float(rng.uniform(0, sheet.width))
        half = (6 + 30 * near) * float(rng.uniform(0.4, 1.2))
        points = np.stack([np.linspace(across - half, across + half, 9), np.full(9, down)], axis=1)
        points[:, 1] += np.sin(np.linspace(0, np.pi, 9)) * near * 1.6
        widths = np.sin(np.linspace(0.12, np.pi - 0.12, 9)) * (0.7 + 3.2 * near)
        (light if road else dark).ribbon(points, widths)
    sheet.cover(dark, plate.inks[4], 0.55)
    sheet.cover(light, plate.inks[2])
    if len(plate.inks) > 5:
        # A headland runs in from the right.
        rise = np.clip((x - sheet.width * 0.52) / (sheet.width * 0.45), 0, 1)
        rough = Noise(rng).layered(x / 90, np.array([[1.5]], np.float32), 4)
        crest = line - rise**0.8 * (64 + 30 * rough)
        sheet.cover(sheet.edge(crest - y) * sheet.edge(y - line - 1) * (rise > 0), plate.inks[5])


def _frame(sheet: Sheet, plate: Plate, x: Array, y: Array) -> Array:
    cx, cy = sheet.centre
    if plate.settings.get("round"):
        return sheet.edge(np.hypot(x - cx, y - cy) - min(cx, cy) + MARGIN)
    if plate.settings.get("arch"):
        spring = cx + 12
        dome = np.where(y < spring, np.hypot(x - cx, y - spring), np.abs(x - cx)) - (cx - MARGIN - 12)
        return sheet.edge(np.maximum(dome, y - sheet.height + MARGIN + 12))
    return sheet.edge(np.maximum(np.abs(x - cx) - cx, np.abs(y - cy) - cy) + MARGIN)


_FORMS = {"ridges": _ridges, "dunes": _dunes, "sea": _sea}
