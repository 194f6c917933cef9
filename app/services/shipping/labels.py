"""Turns the picture of a label, as carriers send it, into a page that any printer prints at its true size."""

import io

from app.errors import Unavailable

WIDTH_INCHES = 4  # the stock that carriers and label printers share is 4 × 6 inches


def as_pdf(picture: bytes, *, title: str) -> bytes:
    """Return the picture as a PDF page, upright, 4 inches wide; raise Unavailable when it is no picture."""
    from PIL import Image, UnidentifiedImageError  # noqa: PLC0415 - heavy, and only label jobs need it

    page = io.BytesIO()
    try:
        with Image.open(io.BytesIO(picture), formats=("GIF", "PNG")) as image:
            # Carriers send it lying on its side. One bit a dot keeps the bars of the barcode sharp.
            upright = image.transpose(Image.Transpose.ROTATE_270) if image.width > image.height else image
            bars = upright.convert("L").convert("1", dither=Image.Dither.NONE)
            bars.save(page, "PDF", resolution=bars.width / WIDTH_INCHES, title=title)
    except (UnidentifiedImageError, OSError, SyntaxError) as error:
        raise Unavailable("The carrier's label cannot be read.") from error
    return page.getvalue()
