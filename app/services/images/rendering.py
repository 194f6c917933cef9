"""Turns one picture into what is kept of it. Pure: bytes in, files out, so that it runs in any process."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from app.services.images.checking import open_picture
from app.services.images.media import Media, widths_of

if TYPE_CHECKING:
    from PIL.Image import Image

MASTER_WIDTH = 2560  # pixels; what every other width and format is made from later
BETTER = ("webp", "avif")  # formats made by a job, after the picture can already be seen
_SAVE: dict[str, dict[str, object]] = {
    "jpg": {"format": "JPEG", "quality": 82, "progressive": True, "optimize": True},
    "webp": {"format": "WEBP", "quality": 80, "method": 4},
    "avif": {"format": "AVIF", "quality": 60, "speed": 8, "max_threads": 1},
}


@dataclass(frozen=True)
class Rendered:
    """A picture and its files by name, as `640.jpg`."""

    media: Media
    files: dict[str, bytes]


def render(content: bytes, alt: str = "") -> Rendered:
    """Check a picture and make its master and every JPEG width; raise Invalid when it is not fit."""
    picture = open_picture(content)
    picture.thumbnail((MASTER_WIDTH, MASTER_WIDTH * 4))
    files = {"master.jpg": _encode(picture, {"format": "JPEG", "quality": 92, "subsampling": 0})}
    files |= dict(_widths(picture, "jpg"))
    media = Media(
        key=key_of(content), width=picture.width, height=picture.height, alt=alt,
        colour=_colour_of(picture), preview=_preview_of(picture),
    )  # fmt: skip
    return Rendered(media, files)


def render_better(master: bytes) -> Iterator[tuple[str, bytes]]:
    """Make every width in the formats that browsers prefer, one file at a time."""
    from PIL import Image  # noqa: PLC0415 - as in open_picture()

    picture = Image.open(io.BytesIO(master))
    for extension in BETTER:
        yield from _widths(picture, extension)


def key_of(content: bytes) -> str:
    """Return a picture's key: the same bytes are the same picture."""
    return sha256(content).hexdigest()[:20]


def _widths(picture: "Image", extension: str) -> Iterator[tuple[str, bytes]]:
    from PIL import Image  # noqa: PLC0415 - as in open_picture()

    # Widest first: each is scaled from the one before, which is quicker and looks the same.
    for width in sorted(widths_of(picture.width), reverse=True):
        if width < picture.width:
            height = max(1, round(picture.height * width / picture.width))
            picture = picture.resize((width, height), Image.Resampling.LANCZOS)
        yield f"{width}.{extension}", _encode(picture, _SAVE[extension])


def _encode(picture: "Image", settings: dict[str, object]) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, **settings)  # type: ignore[arg-type]
    return buffer.getvalue()


def _colour_of(picture: "Image") -> str:
    """Return the average colour: the ground that shows until the picture has come."""
    from PIL.Image import Resampling  # noqa: PLC0415 - as in open_picture()

    red, green, blue = picture.resize((1, 1), Resampling.BOX).getpixel((0, 0))  # type: ignore[misc]
    return f"#{red:02x}{green:02x}{blue:02x}"


def _preview_of(picture: "Image") -> str:
    """Return the picture three by three, each colour in three digits: what shows, blurred, until it has come."""
    from PIL.Image import Resampling  # noqa: PLC0415 - as in open_picture()

    small = picture.resize((3, 3), Resampling.BOX)
    pixels = (small.getpixel((place % 3, place // 3)) for place in range(9))
    return "".join(f"{round(part / 17):x}" for pixel in pixels for part in pixel)  # type: ignore[union-attr]
