"""Pictures for tests, drawn on the spot."""

import io

from PIL import Image


def picture_bytes(
    width: int = 64, height: int = 80, *, kind: str = "JPEG", mode: str = "RGB", **settings: object
) -> bytes:
    """Draw a picture with a bright left half, so that turning it shows."""
    picture = Image.new(mode, (width, height), "black")
    picture.paste("white", (0, 0, width // 2, height))
    buffer = io.BytesIO()
    picture.save(buffer, kind, **settings)
    return buffer.getvalue()
