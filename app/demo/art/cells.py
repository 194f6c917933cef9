"""Voronoi cells as polygons, each cut from a box by the lines halfway to its neighbours."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
NEAREST = 28  # a relaxed cell has about six neighbours; the rest of these only rule themselves out


def cells(sites: Floats, box: tuple[float, float, float, float]) -> list[Floats]:
    """The cell of every site, clipped to the box (left, top, right, bottom)."""
    left, top, right, bottom = box
    corners = [(left, top), (right, top), (right, bottom), (left, bottom)]
    apart = ((sites[:, None, :] - sites[None, :, :]) ** 2).sum(axis=2)
    near = np.argsort(apart, axis=1)[:, 1 : NEAREST + 1]
    found = []
    for number, (x, y) in enumerate(sites.tolist()):
        cell = corners
        for other in near[number]:
            away = float(apart[number, other])
            if away > 4 * max((px - x) ** 2 + (py - y) ** 2 for px, py in cell):
                break  # this neighbour, and all farther ones, lie too far off to cut the cell
            ox, oy = sites[other].tolist()
            cell = _cut(cell, ox - x, oy - y, (ox * ox + oy * oy - x * x - y * y) / 2)
        found.append(np.array(cell))
    return found


def relaxed(sites: Floats, box: tuple[float, float, float, float], rounds: int, pull: float = 1.0) -> Floats:
    """The sites after moving each towards the middle of its cell, so that the cells even out (Lloyd, 1957)."""
    for _ in range(rounds):
        middles = np.array([centre(cell) for cell in cells(sites, box)])
        sites = sites + pull * (middles - sites)
    return sites


def centre(polygon: Floats) -> Floats:
    """The centre of gravity of a polygon."""
    x, y = polygon[:, 0], polygon[:, 1]
    nx, ny = np.roll(x, -1), np.roll(y, -1)
    cross = x * ny - nx * y
    area = cross.sum() * 3
    return np.array([((x + nx) * cross).sum() / area, ((y + ny) * cross).sum() / area])


def inset(polygon: Floats, gap: float) -> Floats:
    """The convex polygon with every side moved inwards by `gap`; empty when nothing is left."""
    middle = centre(polygon)
    kept = [(float(x), float(y)) for x, y in polygon]
    for (ax, ay), (bx, by) in zip(polygon, np.roll(polygon, -1, axis=0), strict=True):
        nx, ny = by - ay, ax - bx
        length = float(np.hypot(nx, ny))
        if length < 1e-6:
            continue
        nx, ny = nx / length, ny / length
        if nx * (middle[0] - ax) + ny * (middle[1] - ay) > 0:
            nx, ny = -nx, -ny
        kept = _cut(kept, nx, ny, nx * ax + ny * ay - gap)
        if len(kept) < 3:
            return np.empty((0, 2))
    return np.array(kept)


def rounded(polygon: Floats, rounds: int = 3, share: float = 0.25) -> Floats:
    """The polygon with its corners cut, and cut again, towards a curve (Chaikin, 1974)."""
    for _ in range(rounds):
        ahead = np.roll(polygon, -1, axis=0)
        first, second = polygon + share * (ahead - polygon), ahead - share * (ahead - polygon)
        polygon = np.stack([first, second], axis=1).reshape(-1, 2)
        share = 0.25
    return polygon


def _cut(polygon: list[tuple[float, float]], nx: float, ny: float, limit: float) -> list[tuple[float, float]]:
    """The part of a convex polygon where nx·x + ny·y stays within the limit (Sutherland and Hodgman, 1974)."""
    kept: list[tuple[float, float]] = []
    px, py = polygon[-1]
    before = nx * px + ny * py - limit
    for x, y in polygon:
        here = nx * x + ny * y - limit
        if (here < 0) != (before < 0):
            share = before / (before - here)
            kept.append((px + share * (x - px), py + share * (y - py)))
        if here <= 0:
            kept.append((x, y))
        px, py, before = x, y, here
    return kept or [(px, py)]
