"""Drift: evenly spaced streamlines of a flow field, after Jobard and Lefer (1997), all walked at once."""

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt

from app.demo.art.noise import Noise
from app.demo.art.sheet import Sheet
from app.demo.series.plate import Plate

Floats = npt.NDArray[np.float64]
Angle = Callable[[Floats, Floats], Floats]
Inside = Callable[[Floats, Floats], npt.NDArray[np.bool_]]

STEP = 1.6  # millimetres walked at a time


def draw(sheet: Sheet, plate: Plate) -> None:
    """Print the plate's current, its inks shared out by where a line begins."""
    rng = np.random.default_rng(plate.seed)
    noise = Noise(rng)
    inside = _bounds(sheet, plate.form)
    angle = _current(sheet, plate, noise)
    stencils = [sheet.stencil() for _ in plate.inks]
    gap = plate.settings["gap"]
    thick = plate.settings.get("thick", 0.55) * gap
    for line in _streamlines(sheet, rng, angle, inside, gap=gap, steps=int(plate.settings.get("steps", 130))):
        share = _share(sheet, plate, noise, rng, line)
        taper = np.clip(np.minimum(np.arange(len(line)), np.arange(len(line))[::-1]) / 6, 0.25, 1)
        width = thick * (0.75 + 0.5 * rng.random()) * taper
        stencils[min(int(share * len(stencils)), len(stencils) - 1)].ribbon(line, width, round_ends=True)
    for stencil, ink in zip(stencils, plate.inks, strict=True):
        sheet.ink(stencil, ink)


def _bounds(sheet: Sheet, form: str) -> Inside:
    """Where the form lets lines run."""
    cx, cy = sheet.centre
    margin = 48.0
    if form == "disc":
        return lambda x, y: np.hypot(x - cx, y - cy) < sheet.width / 2 - margin
    if form == "pair":
        return lambda x, y: (np.hypot(x - cx, y - cy + 142) < 132) | (np.hypot(x - cx, y - cy - 142) < 132)
    if form == "arch":
        spring = 48 + sheet.width / 2 - 62
        return lambda x, y: (
            (np.hypot(x - cx, y - spring) < cx - 62)
            | ((y >= spring) & (abs(x - cx) < cx - 62) & (y < sheet.height - 60))
        )
    return lambda x, y: (x > margin) & (x < sheet.width - margin) & (y > margin) & (y < sheet.height - margin)


def _current(sheet: Sheet, plate: Plate, noise: Noise) -> Angle:
    """The direction of the water: slow noise, bent round the plate's whirl, if any; looked up to the millimetre."""
    scale, turn = plate.settings["scale"], plate.settings["turn"]
    lean = plate.settings.get("lean", 0.0)
    whirl = plate.settings.get("whirl", 0.0)
    cx, cy = sheet.width * plate.settings.get("whirl_x", 0.5), sheet.height * plate.settings.get("whirl_y", 0.5)

    x, y = np.arange(sheet.width, dtype=np.float32)[None, :], np.arange(sheet.height, dtype=np.float32)[:, None]
    table = lean + turn * np.pi * noise.at(x / np.float32(scale), y / np.float32(scale))
    if whirl:
        near = np.exp(-((np.hypot(x - cx, y - cy) / (whirl * 100)) ** 2))
        around = np.arctan2(y - cy, x - cx) + np.pi / 2 + 0.25
        sine = (1 - near) * np.sin(table) + near * np.sin(around)
        table = np.arctan2(sine, (1 - near) * np.cos(table) + near * np.cos(around))

    def angle(x: Floats, y: Floats) -> Floats:
        columns = np.clip(x, 0, sheet.width - 1).astype(np.int64)
        return np.asarray(table[np.clip(y, 0, sheet.height - 1).astype(np.int64), columns], np.float64)

    return angle


def _streamlines(
    sheet: Sheet, rng: np.random.Generator, angle: Angle, inside: Inside, *, gap: float, steps: int
) -> Iterator[Floats]:
    """Lines at least a gap apart: walk every seed both ways together, then admit them one by one."""
    x, y = np.meshgrid(np.arange(gap, sheet.width, gap * 1.6), np.arange(gap, sheet.height, gap * 1.6))
    seeds = np.stack([x.ravel(), y.ravel()], axis=1) + rng.uniform(-gap, gap, (x.size, 2))
    seeds = seeds[inside(seeds[:, 0], seeds[:, 1])]
    rng.shuffle(seeds)
    paths = np.concatenate([_walk(seeds, angle, -STEP, steps)[:0:-1], _walk(seeds, angle, STEP, steps)])
    kept = inside(paths[..., 0], paths[..., 1])
    cell = gap / 2
    columns = np.clip((paths[..., 0] / cell).astype(np.int64) + 2, 1, int(sheet.width / cell) + 4)
    rows = np.clip((paths[..., 1] / cell).astype(np.int64) + 2, 1, int(sheet.height / cell) + 4)
    taken = np.zeros((int(sheet.height / cell) + 6, int(sheet.width / cell) + 6), np.bool_)
    around = np.arange(-1, 2)
    for number in range(len(seeds)):
        across, down = columns[:, number], rows[:, number]
        if taken[down[steps - 1], across[steps - 1]]:
            continue
        run = _run_around(steps - 1, kept[:, number] & ~taken[down, across])
        if run.stop - run.start < 14:
            continue
        taken[down[run, None, None] + around[:, None], across[run, None, None] + around] = True
        yield paths[run, number]


def _walk(seeds: Floats, angle: Angle, step: float, steps: int) -> Floats:
    path = np.empty((steps, *seeds.shape))
    path[0] = seeds
    for place in range(1, steps):
        heading = angle(path[place - 1, :, 0], path[place - 1, :, 1])
        path[place] = path[place - 1] + step * np.stack([np.cos(heading), np.sin(heading)], axis=1)
    return path


def _run_around(middle: int, free: npt.NDArray[np.bool_]) -> slice:
    """The unbroken stretch of free places around the seed; empty when the seed itself is taken."""
    if not free[middle]:
        return slice(0, 0)
    after = np.flatnonzero(~free[middle:])
    before = np.flatnonzero(~free[: middle + 1])
    return slice(int(before[-1]) + 1 if before.size else 0, middle + int(after[0]) if after.size else len(free))


def _share(sheet: Sheet, plate: Plate, noise: Noise, rng: np.random.Generator, line: Floats) -> float:
    """Which ink takes a line, from 0 to 1: by height or by place, softened by chance."""
    x, y = line[len(line) // 2]
    spread = plate.settings.get("mix", 0.18)
    place = (
        y / sheet.height
        if plate.settings.get("by_height")
        else 0.5 + 0.6 * float(noise.at(np.array([x / 260 + 9], np.float32), np.array([y / 260 + 4], np.float32))[0])
    )
    return float(np.clip(place + rng.normal(0, spread), 0, 0.999))
