"""Turns the picture of a label, as carriers send it, into a page that any printer prints at its true size."""

import io
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

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


def join_labels(labels: Sequence[bytes]) -> bytes:
    """Return the pages of labels as one PDF, each at its own size."""
    import typst  # noqa: PLC0415 - heavy, and only who prints many needs it

    with TemporaryDirectory() as name:
        folder = Path(name)
        for number, label in enumerate(labels):
            (folder / f"{number}.pdf").write_bytes(label)
        pages = "\n#pagebreak()\n".join(f'#image("{number}.pdf")' for number in range(len(labels)))
        source = folder / "labels.typ"
        source.write_text(f"#set page(width: auto, height: auto, margin: 0pt)\n{pages}\n", encoding="utf-8")
        fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False)
        return typst.compile(source, root=folder, font_paths=fonts, format="pdf")
