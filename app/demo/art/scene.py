"""A picture built back to front from simple shapes, soft shadows and one light: rooms and table tops."""

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from app.demo.art.sheet import Array

Colour = tuple[int, int, int]
Box = tuple[float, float, float, float]

SAMPLES = 2
SOFT = 8  # shadows are blurred in a picture this many times smaller


def colour(digits: str) -> Colour:
    """#rrggbb as three numbers."""
    return int(digits[1:3], 16), int(digits[3:5], 16), int(digits[5:7], 16)


def mixed(first: Colour, second: Colour, share: float) -> Colour:
    """A colour between two, `share` of the way to the second."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue


class Scene:
    """A canvas measured in pixels of the finished picture; shapes are drawn larger and come out smooth."""

    def __init__(self, size: tuple[int, int], ground: Colour, *, samples: int = SAMPLES) -> None:
        self.size = size
        self._samples = samples
        self._image = Image.new("RGB", (size[0] * samples, size[1] * samples), ground)
        self._draw = ImageDraw.Draw(self._image)
        self._pasted: list[tuple[Image.Image, tuple[int, int]]] = []

    def box(self, box: Box, fill: Colour, radius: float = 0) -> None:
        """A rectangle, its corners rounded by `radius`."""
        self._draw.rounded_rectangle([edge * self._samples for edge in box], radius * self._samples, fill=fill)

    def oval(self, box: Box, fill: Colour) -> None:
        """An ellipse that fills the box."""
        self._draw.ellipse([edge * self._samples for edge in box], fill=fill)

    def polygon(self, points: list[tuple[float, float]], fill: Colour) -> None:
        """A filled polygon."""
        self._draw.polygon([(x * self._samples, y * self._samples) for x, y in points], fill=fill)

    def line(self, points: list[tuple[float, float]], fill: Colour, width: float) -> None:
        """A line with rounded joints."""
        placed = [(x * self._samples, y * self._samples) for x, y in points]
        self._draw.line(placed, fill=fill, width=max(1, round(width * self._samples)), joint="curve")

    def shadow(self, box: Box, *, blur: float, depth: float, radius: float = 0, tint: Colour = (52, 40, 30)) -> None:
        """The soft shadow that something filling the box throws, `depth` from 0 to 1."""
        reach = blur * 2.6
        left, top = int((box[0] - reach) // SOFT * SOFT), int((box[1] - reach) // SOFT * SOFT)
        width, height = (int((edge + reach - start) // SOFT + 1) for edge, start in ((box[2], left), (box[3], top)))
        small = Image.new("L", (width, height))
        shape = ((box[0] - left) / SOFT, (box[1] - top) / SOFT, (box[2] - left) / SOFT, (box[3] - top) / SOFT)
        ImageDraw.Draw(small).rounded_rectangle(shape, radius / SOFT, fill=round(255 * depth))
        small = small.filter(ImageFilter.GaussianBlur(blur / SOFT))
        mask = small.resize((width * SOFT * self._samples, height * SOFT * self._samples), Image.Resampling.BILINEAR)
        self._image.paste(tint, (left * self._samples, top * self._samples), mask)

    def picture_at(self, picture: Image.Image, box: Box) -> None:
        """Place a finished picture over everything drawn; it is set last, at its final size."""
        size = (round(box[2] - box[0]), round(box[3] - box[1]))
        resized = picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
        self._pasted.append((resized, (round(box[0]), round(box[1]))))

    def finished(self, light: Array | None = None) -> Image.Image:
        """The picture at its own size; `light` is a small map of factors that brightens and darkens it."""
        image = self._image.reduce(self._samples)
        for picture, place in self._pasted:
            image.paste(picture, place)
        if light is None:
            return image
        lit = Image.fromarray(light.astype(np.float32)).resize(self.size, Image.Resampling.BICUBIC)
        pixels = np.asarray(image, np.float32) * np.asarray(lit)[..., None]
        return Image.fromarray(np.clip(pixels + 0.5, 0, 255).astype(np.uint8))


def window_light(size: tuple[int, int], *, strength: float = 0.08, lean: float = 0.28, start: float = 0.2) -> Array:
    """Late sun through a window: two leaning panes of light, a soft fall-off into the corners."""
    across, down = 160, round(160 * size[1] / size[0])
    panes = Image.new("L", (across, down))
    draw = ImageDraw.Draw(panes)
    for left, right in ((start, start + 0.26), (start + 0.3, start + 0.56)):
        for top, bottom in ((-0.1, 0.3), (0.335, 0.74)):
            corners = [(left, top), (right, top + 0.06), (right, bottom + 0.06), (left, bottom)]
            draw.polygon([((x + lean * (y - 0.3)) * across, y * down) for x, y in corners], fill=255)
    sun = np.asarray(panes.filter(ImageFilter.GaussianBlur(3.2)), np.float32) / 255
    x, y = np.linspace(-1, 1, across, dtype=np.float32)[None, :], np.linspace(-1, 1, down, dtype=np.float32)[:, None]
    fall = 1.015 - 0.075 * ((x - 0.15) ** 2 + 0.7 * (y + 0.2) ** 2)
    return np.asarray(fall + strength * sun, np.float32)
