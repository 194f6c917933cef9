"""Tilework: pictures laid from a few shapes by rule. Truchet's arcs, Penrose's rhombs, stitches, scales and blocks."""

import cmath

import numpy as np

from app.demo.art.sheet import Array, Sheet, Stencil
from app.demo.series.plate import Plate

MARGIN = 50.0
GOLDEN = (1 + 5**0.5) / 2
Triangle = tuple[int, complex, complex, complex]


def draw(sheet: Sheet, plate: Plate) -> None:
    """Lay the plate's tiles, one stencil an ink."""
    stencils = [sheet.stencil() for _ in plate.inks]
    _FORMS[plate.form](sheet, plate, np.random.default_rng(plate.seed), stencils)
    x, y = sheet.grid()
    cx, cy = sheet.centre
    frame = sheet.edge(np.maximum(np.abs(x - cx) - cx, np.abs(y - cy) - cy) + MARGIN)
    for stencil, ink in zip(stencils, plate.inks, strict=True):
        sheet.cover(stencil.coverage() * frame, ink)


def _field(sheet: Sheet, plate: Plate) -> tuple[float, int, int]:
    """The side of a square tile and how many fit across and down."""
    across = int(plate.settings["across"])
    side = (sheet.width - 2 * MARGIN) / across
    return side, across, int((sheet.height - 2 * MARGIN) / side + 0.5)


def _blocks(sheet: Sheet, plate: Plate, rng: np.random.Generator, stencils: list[Stencil]) -> None:
    """Squares holding a quarter disc, half discs, a leaf or a dot: two inks a tile, never the same two."""
    side, across, down = _field(sheet, plate)
    for row in range(down):
        for column in range(across):
            left, top = MARGIN + column * side, MARGIN + row * side
            ground, figure = (int(ink) for ink in rng.choice(len(stencils), 2, replace=False))
            square = np.array([(left, top), (left + side, top), (left + side, top + side), (left, top + side)])
            stencils[ground].polygon(square)
            shape = _block_shape(int(rng.integers(5)), int(rng.integers(4)))
            for outline in shape:
                turned = outline * side + (left, top)
                for number, stencil in enumerate(stencils):
                    stencil.polygon(turned, 255 if number == figure else 0)


def _block_shape(kind: int, turn: int) -> list[Array]:
    """Outlines in the unit square, given a number of quarter turns."""
    arc = np.linspace(0, np.pi / 2, 28)
    quarter = np.concatenate([[(0, 0)], np.stack([np.cos(arc), np.sin(arc)], axis=1)])
    half_arc = np.linspace(0, np.pi, 40)
    half = np.stack([0.5 + 0.5 * np.cos(half_arc), 0.5 * np.sin(half_arc)], axis=1)
    leaf = np.concatenate(
        [np.stack([np.cos(arc), np.sin(arc)], axis=1), np.stack([1 - np.cos(arc), 1 - np.sin(arc)], axis=1)]
    )
    ring = np.linspace(0, 2 * np.pi, 48)
    dot = np.stack([0.5 + 0.28 * np.cos(ring), 0.5 + 0.28 * np.sin(ring)], axis=1)
    outlines = [[quarter], [half, half + (0, 0.5)], [leaf], [dot], [quarter * 0.5, 1 - quarter * 0.5]][kind]
    cosine, sine = [(1, 0), (0, 1), (-1, 0), (0, -1)][turn]
    spin = np.array([[cosine, sine], [-sine, cosine]])
    return [(outline - 0.5) @ spin + 0.5 for outline in outlines]


def _arcs(sheet: Sheet, plate: Plate, rng: np.random.Generator, stencils: list[Stencil]) -> None:
    """Truchet's tile after Smith (1987): two quarter rings a square, turned by chance, joining into long bands."""
    side, across, down = _field(sheet, plate)
    turns = np.linspace(0, np.pi / 2, 24)
    bands = np.linspace(0.5 - plate.settings["band"], 0.5 + plate.settings["band"], len(stencils) * 2 + 1)
    for row in range(down + 1):
        for column in range(across):
            left, top = MARGIN + column * side, MARGIN + row * side
            flip = rng.random() < 0.5
            corners = [(left, top, 0.0), (left + side, top + side, np.pi)]
            if flip:
                corners = [(left + side, top, np.pi / 2), (left, top + side, -np.pi / 2)]
            for cx, cy, start in corners:
                for number in range(len(bands) - 1):
                    ink = min(number, len(bands) - 2 - number)
                    inner, outer = bands[number] * side, bands[number + 1] * side
                    arc = np.stack([np.cos(turns + start), np.sin(turns + start)], axis=1)
                    outline = np.concatenate([arc * outer, arc[::-1] * inner]) + (cx, cy)
                    for place, stencil in enumerate(stencils):
                        stencil.polygon(outline, 255 if place == ink % len(stencils) else 0)


def _penrose(sheet: Sheet, plate: Plate, rng: np.random.Generator, stencils: list[Stencil]) -> None:
    """Penrose's rhombs (1974), by cutting Robinson's triangles again and again around a wheel of ten."""
    triangles: list[Triangle] = []
    for number in range(10):
        first, second = cmath.rect(1, (2 * number - 1) * cmath.pi / 10), cmath.rect(1, (2 * number + 1) * cmath.pi / 10)
        triangles.append((0, 0j, second, first) if number % 2 == 0 else (0, 0j, first, second))
    for _ in range(int(plate.settings["rounds"])):
        triangles = [part for triangle in triangles for part in _deflated(triangle)]
    reach = plate.settings.get("reach", 430)
    cx, cy = sheet.centre
    gap = plate.settings.get("gap", 0.94)
    for kind, apex, left, right in triangles:
        corners = [apex, left, left + right - apex, right]
        middle = sum(corners) / 4
        shown = np.array(
            [(cx + reach * z.real, cy + reach * z.imag) for z in (middle + gap * (c - middle) for c in corners)]
        )
        if (np.abs(shown.mean(axis=0) - (cx, cy)) > (cx, cy)).any():
            continue
        ring = int(abs(middle) * plate.settings["rings"]) % 2
        stencils[2 * ring + kind].polygon(shown)


def _deflated(triangle: Triangle) -> list[Triangle]:
    kind, apex, left, right = triangle
    if kind == 0:
        cut = apex + (left - apex) / GOLDEN
        return [(0, right, cut, left), (1, cut, right, apex)]
    near, far = left + (apex - left) / GOLDEN, left + (right - left) / GOLDEN
    return [(1, far, right, apex), (1, near, far, left), (0, far, near, apex)]


def _tumbling(sheet: Sheet, plate: Plate, rng: np.random.Generator, stencils: list[Stencil]) -> None:
    """Cubes that are only three rhombs: a light, a middle and a dark one, some left out to let the paper in."""
    side = (sheet.width - 2 * MARGIN) / plate.settings["across"] / 3**0.5
    width, height = side * 3**0.5, side * 1.5
    corner = np.array([(np.sin(turn), -np.cos(turn)) for turn in np.arange(6) * np.pi / 3]) * side
    rows = int((sheet.height - 2 * MARGIN) / height) + 2
    for row in range(-1, rows):
        for column in range(-1, int(plate.settings["across"]) + 1):
            middle = np.array([MARGIN + (column + 0.5 + row % 2 / 2) * width, MARGIN + side + row * height])
            family = int(rng.random() < plate.settings.get("odd", 0.12)) * 3
            for face, (a, b, c) in enumerate(((5, 0, 1), (1, 2, 3), (3, 4, 5))):
                rhomb = np.array([middle, middle + corner[a], middle + corner[b], middle + corner[c]])
                stencils[(family + face) % len(stencils)].polygon(rhomb)


def _stitches(sheet: Sheet, plate: Plate, rng: np.random.Generator, stencils: list[Stencil]) -> None:
    """Hitomezashi: every row and column is a running stitch that starts on or off; the plan makes the figure."""
    side, across, down = _field(sheet, plate)
    rows, columns = rng.integers(0, 2, down + 1), rng.integers(0, 2, across + 1)
    thick = plate.settings.get("thick", 0.2) * side
    for row in range(1, down):
        for column in range(int(rows[row]), across, 2):
            start = np.array([MARGIN + column * side, MARGIN + row * side])
            stencils[0].ribbon(np.array([start, start + (side / 2, 0), start + (side, 0)]), thick, round_ends=True)
    for column in range(1, across):
        for row in range(int(columns[column % len(columns)]), down, 2):
            start = np.array([MARGIN + column * side, MARGIN + row * side])
            stencils[-1].ribbon(np.array([start, start + (0, side / 2), start + (0, side)]), thick, round_ends=True)


def _scales(sheet: Sheet, plate: Plate, rng: np.random.Generator, stencils: list[Stencil]) -> None:
    """Seigaiha: overlapping discs of rings in staggered rows, each row hiding half of the last."""
    side, across, down = _field(sheet, plate)
    rings = int(plate.settings.get("rings", 4))
    for row in range(-1, down * 4 + 4):
        for column in range(-1, across + 1):
            cx, cy = MARGIN + (column + 0.5 + row % 2 / 2) * side, MARGIN + row * side / 4
            offset = int(rng.random() < plate.settings.get("odd", 0.0))
            for ring in range(rings):
                radius = side / 2 * (1 - ring / rings)
                for place, stencil in enumerate(stencils):
                    stencil.disc(cx, cy, radius, 255 if place == (ring + offset) % len(stencils) else 0)


def _stars(sheet: Sheet, plate: Plate, rng: np.random.Generator, stencils: list[Stencil]) -> None:
    """Eight-pointed stars and the crosses between them, as on the walls of the Alhambra."""
    side, across, down = _field(sheet, plate)
    turns = np.arange(16) * np.pi / 8
    inner = np.cos(np.pi / 4) / np.cos(np.pi / 8)
    for row in range(-1, down + 2):
        for column in range(-1, across + 2):
            cx, cy = MARGIN + column * side, MARGIN + row * side
            for ring, grow in enumerate((0.94, 0.66, 0.36)):
                radius = np.where(np.arange(16) % 2 == 0, 1, inner) * side / 2 * grow
                outline = np.stack([cx + radius * np.cos(turns), cy + radius * np.sin(turns)], axis=1)
                ink = (1, 2, 3)[ring] if (row + column) % 2 else (2, 3, 1)[ring]
                for place, stencil in enumerate(stencils):
                    stencil.polygon(outline, 255 if place == ink else 0)
            cross = _cross(side * 0.5) + (cx + side / 2, cy + side / 2)
            stencils[0].polygon(cross)


def _cross(reach: float) -> Array:
    """The pointed cross that eight-pointed stars leave open."""
    bend = 1 - np.cos(np.pi / 4)
    points = [(0, -1 + 0.08), (bend - 0.02, -bend), (bend, -bend + 0.02), (1 - 0.08, 0)]
    quarter = np.array(points[:-1]) * reach
    turn = np.array([[0, 1], [-1, 0]])
    return np.concatenate([quarter, quarter @ turn, quarter @ turn @ turn, quarter @ turn @ turn @ turn])


_FORMS = {
    "blocks": _blocks,
    "arcs": _arcs,
    "penrose": _penrose,
    "tumbling": _tumbling,
    "stitches": _stitches,
    "scales": _scales,
    "stars": _stars,
}
