"""A picture as the catalogue keeps it and pages show it."""

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

WIDTHS = (320, 480, 640, 960, 1280, 1920)  # pixels
TYPES = {"avif": "image/avif", "webp": "image/webp", "jpg": "image/jpeg"}  # best first


class Source(NamedTuple):
    """One format of a picture, for `<source>`."""

    type: str
    srcset: str


@dataclass(frozen=True, kw_only=True)
class Media:
    """A picture. Width and height are the original's, upright.

    `formats` are those that exist beside JPEG; `source` is the address an import took it from. `focus_x` and
    `focus_y` (percent from the left and the top) are what stays in sight when a picture is cropped. `preview` is the
    picture three by three: nine colours of three hexadecimal digits each, row by row; empty when it was never made.
    """

    key: str
    width: int
    height: int
    alt: str = ""
    colour: str = "#dddddd"
    preview: str = ""
    formats: tuple[str, ...] = ()
    source: str = ""
    focus_x: int = 50
    focus_y: int = 50

    @property
    def url(self) -> str:
        """The address of a JPEG of middling width, for carts and old browsers."""
        widths = widths_of(self.width)
        return self._address(max((width for width in widths if width <= 640), default=widths[0]), "jpg")

    @property
    def focus(self) -> str:
        """The classes that keep in sight what matters; nothing for the middle."""
        if (self.focus_x, self.focus_y) == (50, 50):
            return ""
        return f" picture--x{round(self.focus_x, -1)} picture--y{round(self.focus_y, -1)}"

    @property
    def cells(self) -> list[tuple[str, int, int]]:
        """The preview's colours with their places from the left and the top; none without a preview."""
        return [(self.preview[3 * n : 3 * n + 3], n % 3, n // 3) for n in range(len(self.preview) // 3)]

    @property
    def large_url(self) -> str:
        """The address of the widest JPEG."""
        return self._address(widths_of(self.width)[-1], "jpg")

    @property
    def small_url(self) -> str:
        """The address of the narrowest JPEG, for mails."""
        return self._address(widths_of(self.width)[0], "jpg")

    @property
    def srcset(self) -> str:
        """Every JPEG with its width."""
        return self._srcset("jpg")

    @property
    def sources(self) -> list[Source]:
        """The better formats that exist, best first."""
        return [Source(TYPES[name], self._srcset(name)) for name in TYPES if name in self.formats]

    def _srcset(self, extension: str) -> str:
        return ", ".join(f"{self._address(width, extension)} {width}w" for width in widths_of(self.width))

    def _address(self, width: int, extension: str) -> str:
        return f"/media/{self.key}/{width}.{extension}"


@lru_cache(maxsize=4096)
def widths_of(width: int) -> tuple[int, ...]:
    """Return the widths in which a picture `width` pixels wide is kept: never wider than it is."""
    smaller = tuple(each for each in WIDTHS if each < width)
    return smaller if width > WIDTHS[-1] else (*smaller, width)
