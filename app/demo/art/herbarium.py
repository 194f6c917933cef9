"""Herbarium: pressed plants. Stems are bent lines, leaves are ribbons that swell, and rules place one on the other."""

import numpy as np
import numpy.typing as npt

from app.demo.art.sheet import Sheet, Stencil
from app.demo.series.plate import Plate

Floats = npt.NDArray[np.float64]

# Where each stem of the cow parsley starts (share of the width), leans, ends, and how wide its head opens.
UMBELS = (
    (0.5, 0.04, 420.0, 104.0),
    (0.46, -0.42, 350.0, 76.0),
    (0.54, 0.4, 380.0, 82.0),
    (0.48, -0.75, 240.0, 52.0),
    (0.53, 0.7, 250.0, 56.0),
)


def draw(sheet: Sheet, plate: Plate) -> None:
    """Press the plant, over a disc or an arch of colour where the plate has one."""
    if plate.settings.get("ground"):
        _ground(sheet, plate)
    inks = plate.inks[1:] if plate.settings.get("ground") else plate.inks
    stencils = [sheet.stencil() for _ in inks]
    _FORMS[plate.form](sheet, plate, np.random.default_rng(plate.seed), stencils)
    for stencil, ink in zip(stencils, inks, strict=True):
        sheet.ink(stencil, ink, 0.96)


def _ground(sheet: Sheet, plate: Plate) -> None:
    x, y = sheet.grid()
    cx, cy = sheet.width * plate.settings.get("ground_x", 0.5), sheet.height * plate.settings.get("ground_y", 0.42)
    sheet.cover(sheet.edge(np.hypot(x - cx, y - cy) - plate.settings["ground"]), plate.inks[0])


def _bent(start: tuple[float, float], heading: float, length: float, bend: float, points: int = 60) -> Floats:
    """A line that starts upwards at `heading` radians from the vertical and turns by `bend` along its way."""
    turns = heading + bend * np.linspace(0, 1, points)
    steps = np.stack([np.sin(turns), -np.cos(turns)], axis=1) * length / (points - 1)
    return np.asarray(np.cumsum(steps, axis=0) - steps[0] + np.array(start))


def _heading(line: Floats, place: int) -> float:
    ahead, behind = line[min(place + 1, len(line) - 1)], line[max(place - 1, 0)]
    return float(np.arctan2(ahead[0] - behind[0], behind[1] - ahead[1]))


def _leaf(
    stencil: Stencil,
    start: Floats,
    heading: float,
    size: tuple[float, float],
    *,
    bend: float = 0.3,
    fullness: float = 0.8,
    rib: float = 0.0,
) -> None:
    """One leaf, widest before its middle when `fullness` is under one; `rib` leaves a vein of paper open."""
    length, width = size
    spine = _bent((float(start[0]), float(start[1])), heading, length, bend, 26)
    along = np.linspace(0, 1, len(spine))
    stencil.ribbon(spine, width * np.sin(np.pi * along**fullness) ** 0.9 + 0.2)
    if rib:
        vein = slice(1, int(len(spine) * 0.86))
        step = np.linspace(rib, 0.25, len(spine))[vein]
        stencil.ribbon(spine[vein], step, shade=0)


def _fern(sheet: Sheet, plate: Plate, rng: np.random.Generator, stencils: list[Stencil]) -> None:
    """A frond: leaflets of leaflets, shorter towards the tip."""
    stem = _bent((sheet.width / 2, sheet.height - 74), -0.1, 545, 0.275, 90)
    stencils[0].ribbon(stem, np.linspace(3.6, 0.8, len(stem)))
    for place in range(14, len(stem) - 1, 4):
        along = place / len(stem)
        reach = 165 * np.sin(np.pi * (0.2 + 0.8 * along) ** 0.85) + 6
        for side in (-1, 1):
            turn = _heading(stem, place) + side * (1.12 - 0.35 * along)
            _frond(stencils[0], _bent((stem[place, 0], stem[place, 1]), turn, reach, -side * 0.38, 40), reach)


def _frond(stencil: Stencil, twig: Floats, reach: float) -> None:
    """One side branch of the fern with its leaflets."""
    stencil.ribbon(twig, np.linspace(1.3, 0.5, 40))
    for place in range(2, 39, 2):
        small = min(reach * 0.1, 12.5) * (1 - (place / 42) ** 1.6) + 1.2
        for side in (-1, 1):
            _leaf(stencil, twig[place], _heading(twig, place) + side, (small, small * 0.46), bend=-side * 0.3)


def _branch(sheet: Sheet, plate: Plate, rng: np.random.Generator, stencils: list[Stencil]) -> None:
    """A branch with leaves in pairs: round coins for eucalyptus, narrow ones and fruit for olive."""
    settings = plate.settings
    stem = _bent((sheet.width * settings["from_x"], sheet.height - 80), 0.0, 560, settings["bend"], 120)
    stencils[-1].ribbon(stem, np.linspace(3.4, 0.9, len(stem)))
    long, wide, fullness = settings["long"], settings["wide"], settings["fullness"]
    for place in range(16, len(stem), int(settings["every"])):
        size = 1 - 0.62 * (place / len(stem)) ** 1.5
        for side in (-1, 1):
            turn = _heading(stem, place) + side * settings["splay"] * float(rng.uniform(0.82, 1.15))
            stencil = stencils[int(rng.integers(len(stencils) - 1))]
            grow = size * float(rng.uniform(0.85, 1.12))
            grown = (long * grow, wide * grow)
            _leaf(stencil, stem[place], turn, grown, bend=-side * 0.35, fullness=fullness, rib=1.5)
            if rng.random() < settings.get("fruit", 0):
                _fruit(stencils[-1], stem[place], turn, side)
    _leaf(stencils[0], stem[-1], _heading(stem, len(stem) - 2), (long * 0.4, wide * 0.36), bend=0, fullness=fullness)


def _fruit(stencil: Stencil, start: Floats, turn: float, side: int) -> None:
    """An olive on a short stalk, hanging."""
    stalk = _bent((start[0], start[1]), turn + 0.5 * side, 20, side * 0.6, 12)
    stencil.ribbon(stalk, 1.0)
    _leaf(stencil, stalk[-1], 3.1, (19, 13.5), bend=0, fullness=1.0)


def _umbels(sheet: Sheet, plate: Plate, rng: np.random.Generator, stencils: list[Stencil]) -> None:
    """Cow parsley: each stem opens into rays, each ray into smaller rays, each of those into a floret."""
    for from_x, lean, height, spread in UMBELS:
        stem = _bent((sheet.width * from_x, sheet.height - 72), lean * 0.3, height, lean, 60)
        stencils[0].ribbon(stem, np.linspace(2.8, 1.4, 60))
        for ray in np.linspace(-1.25, 1.25, 13):
            turn = _heading(stem, 58) + ray
            twig = _bent((stem[-1, 0], stem[-1, 1]), turn, spread * (1.08 - 0.2 * abs(ray)), -ray * 0.35, 24)
            stencils[0].ribbon(twig, 0.85)
            for small in np.linspace(-1.3, 1.3, 9):
                end = _bent((twig[-1, 0], twig[-1, 1]), _heading(twig, 22) + small, spread * 0.23, -small * 0.3, 10)
                stencils[0].ribbon(end, 0.5)
                stencils[-1].disc(end[-1, 0], end[-1, 1], float(rng.uniform(1.7, 3.0)) * spread / 80)


def _grasses(sheet: Sheet, plate: Plate, rng: np.random.Generator, stencils: list[Stencil]) -> None:
    """A tuft of blades, and ears of seed bowing over it."""
    cx, foot = sheet.width / 2, sheet.height - 70.0
    for _ in range(int(plate.settings.get("blades", 34))):
        lean = float(rng.normal(0, 0.15))
        blade = _bent((cx + rng.normal(0, 22), foot), lean, rng.uniform(220, 470), lean * 2.0 + rng.normal(0, 0.18))
        stencils[int(rng.integers(len(stencils) - 1))].ribbon(blade, 5.2 * np.linspace(1, 0.05, 60) ** 0.7)
    for _ in range(int(plate.settings.get("ears", 9))):
        lean = float(rng.normal(0, 0.11))
        stem = _bent((cx + rng.normal(0, 16), foot), lean, rng.uniform(400, 520), lean * 1.5 + np.sign(lean) * 0.22, 90)
        stencils[-1].ribbon(stem, np.linspace(1.9, 0.8, 90))
        for place in range(62, 90, 2):
            for side in (-1, 1):
                size = 17 * np.sin(np.pi * (place - 56) / 40)
                _leaf(
                    stencils[-1],
                    stem[place],
                    _heading(stem, place) + side * 0.45,
                    (size, size * 0.36),
                    bend=-side * 0.2,
                )


def _fans(sheet: Sheet, plate: Plate, rng: np.random.Generator, stencils: list[Stencil]) -> None:
    """Ginkgo: fans on long stalks, each notched once, its veins left open."""
    twig = _bent((sheet.width * 0.42, sheet.height - 84), -0.02, 470, 0.32, 90)
    stencils[-1].ribbon(twig, np.linspace(4.4, 1.6, 90))
    for count, place in enumerate((14, 25, 36, 48, 58, 68, 77, 88)):
        side = (-1, 1)[count % 2]
        turn = _heading(twig, place) + side * float(rng.uniform(0.7, 1.1)) * (0.2 if place == 88 else 1)
        stalk = _bent((twig[place, 0], twig[place, 1]), turn, float(rng.uniform(56, 84)), side * 0.2, 20)
        stencils[-1].ribbon(stalk, 1.7)
        size = float(rng.uniform(66, 92)) * (1 - 0.3 * place / 90)
        _fan(stencils[count % max(len(stencils) - 1, 1)], stalk[-1], _heading(stalk, 18), size)


def _fan(stencil: Stencil, start: Floats, heading: float, size: float) -> None:
    turns = np.linspace(-1.15, 1.15, 90)
    notch = 1 - 0.5 * np.exp(-((turns / 0.06) ** 2))
    reach = size * (0.86 + 0.14 * np.cos(turns * 1.3)) * notch * (1 + 0.018 * np.sin(turns * 23))
    rim = np.stack([np.sin(heading + turns) * reach, -np.cos(heading + turns) * reach], axis=1)
    stencil.polygon(np.concatenate([[start], start + rim]))
    for turn in np.linspace(-1.02, 1.02, 17):
        ends = np.array([0.3, 0.6, 0.84])[:, None] * size * np.array([np.sin(heading + turn), -np.cos(heading + turn)])
        stencil.ribbon(start + ends, np.array([0.3, 0.6, 0.5]), shade=0)


def _palm(sheet: Sheet, plate: Plate, rng: np.random.Generator, stencils: list[Stencil]) -> None:
    """A fan palm: long blades from one point, folded down the middle, on one stalk."""
    hub = np.array([sheet.width * 0.5, sheet.height * 0.56])
    stalk = _bent((sheet.width * 0.44, sheet.height - 66), 0.06, sheet.height * 0.44 - 64, 0.16)
    hub = stalk[-1]
    stencils[-1].ribbon(stalk, np.linspace(6, 4, 60))
    for count, turn in enumerate(np.linspace(-2.25, 2.25, 27)):
        length = 236 * (0.66 + 0.34 * np.cos(turn * 0.62)) * float(rng.uniform(0.94, 1.04))
        blade = _bent((hub[0], hub[1]), turn + 0.1, length, turn * 0.12, 40)
        along = np.linspace(0, 1, 40)
        stencils[count % max(len(stencils) - 1, 1)].ribbon(blade, 25 * np.sin(np.pi * along**0.8) ** 0.9 * 0.82 + 0.3)


def _kelp(sheet: Sheet, plate: Plate, rng: np.random.Generator, stencils: list[Stencil]) -> None:
    """Fronds that sway together from one holdfast, waved along both edges."""
    for count in range(int(plate.settings.get("fronds", 9))):
        spread = (count - (plate.settings.get("fronds", 9) - 1) / 2) / 4
        length = float(rng.uniform(360, 560)) * (1 - 0.25 * abs(spread))
        along = np.linspace(0, 1, 110)
        sway = np.sin(along * 2 * np.pi * 1.15 + spread * 1.8) * 26 * along
        line = np.stack(
            [sheet.width / 2 + spread * 150 * along**0.8 + sway, sheet.height - 74 - along * length], axis=1
        )
        frill = 1 + 0.24 * np.sin(along * rng.uniform(44, 60) + count)
        stencil = stencils[count % len(stencils)]
        stencil.ribbon(line, 27 * np.sin(np.pi * (0.04 + 0.95 * along) ** 0.9) ** 0.8 * frill + 0.6)
        stencil.ribbon(line[6:-14], np.linspace(1.6, 0.5, 90), shade=0)


_FORMS = {
    "fern": _fern,
    "branch": _branch,
    "umbels": _umbels,
    "grasses": _grasses,
    "fans": _fans,
    "palm": _palm,
    "kelp": _kelp,
}
