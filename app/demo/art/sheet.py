"""A sheet of paper and the inks pressed onto it. Everything is measured in millimetres of a 50 × 70 cm sheet.

A sheet may show only a window of itself: the same drawing, asked again through a smaller window, is the
close-up. So drawings must depend on millimetres and the plate's seed alone, never on pixels.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from app.demo.inks import HEX

Array = npt.NDArray[np.floating]
Window = tuple[float, float, float, float]

SHEET_SIZE = (500.0, 700.0)
SAMPLES = 3  # each pixel of a stencil is cut from 3 × 3


def rgb(name: str) -> Array:
    """An ink or paper of the studio as three numbers from 0 to 1."""
    digits = HEX[name].lstrip("#")
    return np.array([int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)], np.float32)


class Sheet:
    """Paper that takes ink: `press` overprints like a risograph, `cover` paints over what is there."""

    def __init__(self, paper: str, *, window: Window | None = None, pixels: int = 1000) -> None:
        self.width, self.height = SHEET_SIZE
        self.window = window or (0.0, 0.0, self.width, self.height)
        left, top, right, bottom = self.window
        self.scale = pixels / (right - left)
        self.size = (pixels, round((bottom - top) * self.scale))
        self.paper = rgb(paper)
        self.colour: Array = np.empty((self.size[1], self.size[0], 3), np.float32)
        self.colour[:] = self.paper

    @property
    def centre(self) -> tuple[float, float]:
        """The middle of the whole sheet, whatever the window."""
        return self.width / 2, self.height / 2

    def grid(self, step: int = 1) -> tuple[Array, Array]:
        """The place of every pixel (or of every `step`-th) as broadcastable x and y, in millimetres."""
        across = (np.arange(0, self.size[0] + step - 1, step, dtype=np.float32) + step / 2) / self.scale
        down = (np.arange(0, self.size[1] + step - 1, step, dtype=np.float32) + step / 2) / self.scale
        return across[None, :] + np.float32(self.window[0]), down[:, None] + np.float32(self.window[1])

    def smooth(self, field: Callable[[Array, Array], Array], step: int = 4) -> Array:
        """A slow field over the whole window, computed on a coarse grid and enlarged."""
        coarse = Image.fromarray(np.ascontiguousarray(field(*self.grid(step)), np.float32))
        covered = (0, 0, self.size[0] / step, self.size[1] / step)
        return np.array(coarse.resize(self.size, Image.Resampling.BICUBIC, box=covered))

    def edge(self, distance: Array) -> Array:
        """Coverage of a shape from the signed distance to its edge (negative inside): anti-aliased."""
        return np.asarray(np.clip(0.5 - distance * np.float32(self.scale), 0, 1))

    def stencil(self) -> "Stencil":
        """An empty stencil of this window, to cut shapes into."""
        return Stencil(self)

    def press(self, coverage: "Array | Stencil", ink: str, strength: float = 1.0) -> None:
        """Print a transparent ink: where inks overlap they darken each other."""
        cover = self._coverage(coverage) * np.float32(strength)
        self.colour *= 1 - cover * (1 - rgb(ink))

    def cover(self, coverage: "Array | Stencil", ink: str | Array, strength: float = 1.0) -> None:
        """Paint an opaque ink, or a colour per pixel, over whatever is there."""
        cover = self._coverage(coverage) * np.float32(strength)
        colour = rgb(ink) if isinstance(ink, str) else ink
        self.colour += cover * (colour - self.colour)

    def ink(self, coverage: "Array | Stencil", ink: str, strength: float = 1.0) -> None:
        """Print as the paper asks: transparent on light paper, opaque on dark."""
        if self.paper.mean() < 0.5:
            self.cover(coverage, ink, strength)
        else:
            self.press(coverage, ink, strength)

    def picture(self) -> Image.Image:
        """What has been printed so far, as an image."""
        return Image.fromarray((np.clip(self.colour, 0, 1) * 255 + 0.5).astype(np.uint8))

    def _coverage(self, coverage: "Array | Stencil") -> Array:
        flat = coverage.coverage() if isinstance(coverage, Stencil) else coverage
        return flat[..., None]


class Stencil:
    """Shapes cut at several samples per pixel; pressing it prints them with soft edges."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet
        self._scale = sheet.scale * SAMPLES
        self._image = Image.new("L", (sheet.size[0] * SAMPLES, sheet.size[1] * SAMPLES))
        self._draw = ImageDraw.Draw(self._image)

    def polygon(self, points: Array, shade: int = 255) -> None:
        """Cut a filled polygon; shade 0 fills it in again."""
        self._draw.polygon(self._place(points), fill=shade)

    def disc(self, x: float, y: float, radius: float, shade: int = 255) -> None:
        """Cut a filled circle."""
        left, top = (
            (x - radius - self._sheet.window[0]) * self._scale,
            (y - radius - self._sheet.window[1]) * self._scale,
        )
        across = 2 * radius * self._scale
        self._draw.ellipse((left, top, left + across, top + across), fill=shade)

    def line(self, points: Array, width: float) -> None:
        """Cut a line of even width with plain joints: for dense curves, where joints are too flat to show."""
        self._draw.line(self._place(points), fill=255, width=max(1, round(width * self._scale)))

    def ribbon(self, points: Array, widths: float | Array, *, round_ends: bool = False, shade: int = 255) -> None:
        """Cut a band along a smooth curve; its width may change from point to point. Shade 0 fills it in again."""
        step = np.gradient(points, axis=0)
        length = np.maximum(np.hypot(step[:, 0], step[:, 1]), 1e-6)
        half = np.broadcast_to(np.asarray(widths, np.float64) / 2, len(points))
        across = np.stack([-step[:, 1], step[:, 0]], axis=1) / length[:, None] * half[:, None]
        self.polygon(np.concatenate([points + across, (points - across)[::-1]]), shade)
        if round_ends:
            for end in (0, -1):
                self.disc(float(points[end, 0]), float(points[end, 1]), float(half[end]), shade)

    def coverage(self) -> Array:
        """How much of each pixel is cut away, from 0 to 1."""
        return np.asarray(self._image.reduce(SAMPLES), np.float32) / 255

    def _place(self, points: Array) -> list[tuple[float, float]]:
        placed = (np.asarray(points) - self._sheet.window[:2]) * self._scale
        return list(map(tuple, placed.tolist()))
