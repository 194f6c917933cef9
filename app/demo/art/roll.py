"""A roll of wrapping paper, partly unrolled, photographed from above."""

import numpy as np
from PIL import Image

from app.demo.art.scene import Colour, Scene, colour, mixed, window_light
from app.demo.art.sheet import Array
from app.demo.files import TALL
from app.demo.inks import HEX

_LIGHT = (250, 248, 243)
_KRAFT = colour("#c5a179")
_LEFT, _RIGHT = 190, 1090  # the paper's edges
_TOP, _NEAR, _END = 200, 410, 1390  # the roll's far side, where the paper leaves it, where it is cut


def wrapping_paper(print_: Image.Image, ground: str) -> Image.Image:
    """A roll across the table with a band round it, the paper running towards whoever looks."""
    scene = Scene(TALL, mixed(colour(HEX[ground]), _LIGHT, 0.35))
    scene.shadow((_LEFT + 10, _NEAR, _RIGHT + 16, _END + 16), blur=16, depth=0.36)
    scene.shadow((_LEFT - 4, _TOP + 40, _RIGHT + 34, _NEAR + 46), blur=30, depth=0.5)
    pattern = _pattern(print_, (_RIGHT - _LEFT, _END - _TOP))
    sheet = _lit(pattern.crop((0, _NEAR - _TOP, pattern.width, pattern.height)), _fall(_END - _NEAR))
    scene.picture_at(sheet, (_LEFT, _NEAR, _RIGHT, _END))
    rolled = _lit(pattern.crop((0, 0, pattern.width, _NEAR - _TOP)), _round(_NEAR - _TOP))
    scene.picture_at(rolled, (_LEFT, _TOP, _RIGHT, _NEAR))
    middle = (_LEFT + _RIGHT) // 2
    scene.picture_at(_band((170, _NEAR - _TOP + 4), _KRAFT), (middle - 85, _TOP - 2, middle + 85, _NEAR + 2))
    return scene.finished(window_light(TALL, strength=0.06, start=0.15))


def _pattern(print_: Image.Image, size: tuple[int, int]) -> Image.Image:
    """The print without its margin, so that the pattern runs over the edges."""
    width = round(print_.width * 0.77)
    height = min(round(width * size[1] / size[0]), round(print_.height * 0.82))
    width = round(height * size[0] / size[1])
    left, top = (print_.width - width) // 2, (print_.height - height) // 2
    return print_.crop((left, top, left + width, top + height)).resize(size, Image.Resampling.LANCZOS)


def _band(size: tuple[int, int], fill: Colour) -> Image.Image:
    """The band of kraft paper that keeps the roll together, with a label."""
    band = Image.new("RGB", size, fill)
    band.paste(_LIGHT, (26, size[1] * 3 // 10, size[0] - 26, size[1] * 7 // 10))
    for row, length in enumerate((78, 52)):
        y = size[1] * 3 // 10 + 26 + row * 24
        band.paste(mixed(fill, (40, 30, 20), 0.7), (44, y, 44 + length, y + 6))
    return _lit(band, _round(size[1]))


def _round(height: int) -> Array:
    """How bright a roll is from its far side to its near one: the light comes from above, a little from behind."""
    around = np.linspace(-1, 1, height, dtype=np.float32)
    return np.asarray(0.5 + 0.56 * np.sqrt(np.clip(1 - (around + 0.1) ** 2 / 1.21, 0, 1)), np.float32)


def _fall(height: int) -> Array:
    """How bright the sheet is: dark in the corner under the roll, and where its cut edge lifts."""
    down = np.arange(height, dtype=np.float32)
    near_end = height - down
    light = 1 - 0.42 * np.exp(-down / 22) - 0.1 * np.exp(-down / 90)
    return light + 0.07 * np.exp(-(((near_end - 60) / 34) ** 2)) - 0.1 * np.exp(-near_end / 16)


def _lit(picture: Image.Image, light: Array) -> Image.Image:
    pixels = np.asarray(picture, np.float32) * light[:, None, None]
    return Image.fromarray(np.clip(pixels + 0.5, 0, 255).astype(np.uint8))
