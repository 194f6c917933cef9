"""The studio's table: a print lying flat, a corner of it close up, notebooks and cards photographed from above."""

import random

import numpy as np
from PIL import Image, ImageDraw

from app.demo.art.scene import Colour, Scene, colour, mixed, window_light
from app.demo.art.sheet import Array, Sheet
from app.demo.files import TALL
from app.demo.inks import HEX

PAPER_WIDTH = 1000  # pixels across a tall print where it is largest; every other picture shrinks this one
TABLE = colour("#e4dfd6")


def flat(print_: Image.Image) -> Image.Image:
    """The print on a pale table, with the shadow of its sheet."""
    scene = Scene(TALL, TABLE, samples=1)  # nothing but soft shadows to draw
    width = PAPER_WIDTH
    height = round(width * print_.height / print_.width)
    left, top = (TALL[0] - width) / 2, (TALL[1] - height) / 2 - 8
    scene.shadow((left + 8, top + 22, left + width + 8, top + height + 22), blur=26, depth=0.34)
    scene.shadow((left + 2, top + 4, left + width + 2, top + height + 5), blur=5, depth=0.3)
    scene.picture_at(print_, (left, top, left + width, top + height))
    return scene.finished()


def close_up(sheet: Sheet, seed: int) -> Image.Image:
    """A corner of the print at four times the size: the tooth of the paper shows, and the ink sits in it."""
    rng = np.random.default_rng(seed)
    tooth = _tooth(rng, sheet.size)
    inked = np.abs(sheet.colour - sheet.paper).max(axis=2)
    light = 1 + tooth * (0.018 + 0.05 * inked)
    pixels = np.clip(sheet.colour * light[..., None], 0, 1) * 255 + 0.5
    return Image.fromarray(pixels.astype(np.uint8))


def _tooth(rng: np.random.Generator, size: tuple[int, int]) -> Array:
    """The unevenness of uncoated paper: fine grain over soft fibres."""
    fine = rng.standard_normal((size[1] + 1, size[0] + 1), np.float32)
    grain = (fine[:-1, :-1] + fine[1:, :-1] + fine[:-1, 1:] + fine[1:, 1:]) / 4
    fibres = rng.standard_normal((size[1] // 5 + 1, size[0] // 9 + 1), np.float32)
    soft = Image.fromarray(fibres).resize(size, Image.Resampling.BICUBIC)
    return grain * 1.6 + np.asarray(soft, np.float32) * 0.7


def notebook(print_: Image.Image, ground: str) -> Image.Image:
    """A notebook with the print wrapped round it, a pencil beside it."""
    table = mixed(colour(HEX[ground]), (250, 248, 243), 0.35)
    scene = Scene(TALL, table)
    left, top, right, bottom = 250.0, 235.0, 1010.0, 1315.0
    scene.shadow((left + 20, top + 34, right + 34, bottom + 40), blur=34, depth=0.42)
    scene.shadow((left + 6, top + 10, right + 14, bottom + 14), blur=8, depth=0.4)
    for page in range(4):
        shift = 12 - page * 3
        scene.box(
            (left + 10, top + 8, right + shift, bottom + shift),
            mixed((246, 241, 230), (150, 138, 120), page % 2 * 0.3),
            8,
        )
    margin = 0.115  # the picture's own margin stays off the cover, so that the pattern runs over the edge
    width, height = print_.size
    cut = print_.crop((round(width * margin), round(height * 0.09), round(width * (1 - margin)), round(height * 0.91)))
    want = (right - left) / (bottom - top)
    narrow = round(cut.height * want)
    cut = cut.crop(((cut.width - narrow) // 2, 0, (cut.width + narrow) // 2, cut.height)) if narrow < cut.width else cut
    scene.picture_at(_cover(cut, (round(right - left), round(bottom - top)), table), (left, top, right, bottom))
    _pencil(scene, 1105, 420, 1210)
    return scene.finished(window_light(TALL, strength=0.07, start=0.1))


def _cover(picture: Image.Image, size: tuple[int, int], table: Colour) -> Image.Image:
    """The cover: the pattern, a label, the groove beside the spine, rounded outer corners."""
    cover = picture.resize(size, Image.Resampling.LANCZOS)
    draw = ImageDraw.Draw(cover)
    width, height = size
    draw.rounded_rectangle(
        (width * 0.29, height * 0.2, width * 0.75, height * 0.35),
        6,
        fill=(250, 247, 240),
        outline=(196, 188, 174),
        width=2,
    )
    for line in (0.262, 0.305):
        draw.line((width * 0.34, height * line, width * 0.7, height * line), fill=(176, 168, 156), width=2)
    x = np.arange(width, dtype=np.float32)
    groove = (
        1
        - 0.2 * np.exp(-(((x - 46) / 7) ** 2))
        + 0.06 * np.exp(-(((x - 58) / 6) ** 2))
        - 0.12 * np.exp(-((x / 9) ** 2))
    )
    shaded = np.asarray(cover, np.float32) * groove[None, :, None]
    cover = Image.fromarray(np.clip(shaded, 0, 255).astype(np.uint8))
    corners = Image.new("L", (width * 2, height * 2), 255)
    ImageDraw.Draw(corners).rounded_rectangle((-80, 0, width * 2 - 1, height * 2 - 1), 40, fill=0)
    cover.paste(mixed(table, (60, 50, 40), 0.45), (0, 0, width, height), corners.reduce(2))
    return cover


def _pencil(scene: Scene, x: float, top: float, bottom: float) -> None:
    scene.shadow((x - 8, top + 10, x + 26, bottom + 12), blur=9, depth=0.4)
    scene.polygon([(x - 13, top + 62), (x + 13, top + 62), (x, top)], colour("#e2c79d"))
    scene.polygon([(x - 4, top + 19), (x + 4, top + 19), (x, top)], colour("#33302c"))
    scene.box((x - 13, top + 60, x + 13, bottom), colour("#34465c"))
    scene.box((x - 4.5, top + 60, x + 5, bottom), colour("#42566e"))
    scene.box((x - 13, bottom - 70, x + 13, bottom - 26), colour("#c9a765"))
    scene.box((x - 13, bottom - 30, x + 13, bottom), colour("#d98c80"), 5)


def postcards(prints: list[Image.Image], ground: str) -> Image.Image:
    """Eight cards in three rows on a table, with the envelope that they come in."""
    table = mixed(colour(HEX[ground]), (250, 248, 243), 0.3)
    scene = Scene(TALL, table)
    chance = random.Random(ground)
    width, height, gap = 326, 456, 48
    left, top = (TALL[0] - 3 * width - 2 * gap) / 2, (TALL[1] - 3 * height - 2 * gap) / 2
    for number in range(9):
        x = left + number % 3 * (width + gap) + chance.uniform(-5, 5)
        y = top + number // 3 * (height + gap) + chance.uniform(-5, 5)
        scene.shadow((x + 5, y + 12, x + width + 6, y + height + 13), blur=13, depth=0.34)
        if number == 8:
            _envelope(scene, x, y, width, height)
        else:
            scene.picture_at(prints[number], (x, y, x + width, y + height))
    return scene.finished(window_light(TALL, strength=0.05, start=0.3))


def _envelope(scene: Scene, x: float, y: float, width: float, height: float) -> None:
    kraft = colour("#c5a179")
    scene.box((x, y, x + width, y + height), kraft, 3)
    scene.polygon([(x, y), (x + width, y), (x + width * 0.5, y + height * 0.36)], mixed(kraft, (255, 250, 240), 0.12))
    scene.line([(x, y), (x + width * 0.5, y + height * 0.36), (x + width, y)], mixed(kraft, (70, 45, 20), 0.3), 1.6)
    scene.oval(
        (x + width / 2 - 21, y + height * 0.36 - 24, x + width / 2 + 21, y + height * 0.36 + 18), colour("#a8432f")
    )
