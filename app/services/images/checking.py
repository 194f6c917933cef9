"""What may come in: decides by decoding, never by a name or a declared type."""

import io
import struct
from typing import TYPE_CHECKING

from app.errors import Invalid

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_BYTES = 20_000_000
SMALLER = "Choose a file of at most 20 MB."
MAX_PIXELS = 50_000_000
_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "AVIF")
# What Pillow's readers raise at a file that is not as it should be; each reader has its own.
_BROKEN = (
    *(OSError, SyntaxError, ValueError, EOFError, RuntimeError, TypeError, AttributeError),
    *(LookupError, ArithmeticError, struct.error),
)


def open_picture(content: bytes) -> "Image":
    """Return the picture upright, in RGB and without metadata, or raise Invalid with the reason."""
    from PIL import Image, ImageOps, UnidentifiedImageError  # noqa: PLC0415 - pages show pictures and never open one

    # Our own limit is read from the header before anything is decoded; Pillow's would only warn on the way.
    Image.MAX_IMAGE_PIXELS = None
    if len(content) > MAX_BYTES:
        raise Invalid("This file is larger than 20 MB. Please save it smaller.")
    try:
        picture = Image.open(io.BytesIO(content), formats=_FORMATS)
        if picture.width * picture.height > MAX_PIXELS:
            raise Invalid("This picture has more than 50 million pixels. Please scale it down.")
        picture.load()
        picture.getexif()
        # Pillow would write it anew when it turns the picture, and fail at what some cameras leave in it.
        picture.info.pop("exif", None)
        return _plain(ImageOps.exif_transpose(picture))
    except UnidentifiedImageError as error:
        raise Invalid("This is not a JPEG, PNG, WebP, AVIF or GIF picture.") from error
    except _BROKEN as error:
        raise Invalid("This picture is broken or cut short. Please save it again.") from error


def _plain(picture: "Image") -> "Image":
    """Put what is see-through on white, and copy the pixels only, so that nothing else of the file goes out."""
    from PIL import Image  # noqa: PLC0415 - as in open_picture()

    if picture.mode == "I;16":  # grey of 65,536 steps, of which Pillow would show all but the darkest 256 as white
        picture = picture.point(lambda grey: grey / 256).convert("L")
    if picture.has_transparency_data:
        ground = Image.new("RGB", picture.size, "white")
        layer = _in_srgb(picture.convert("RGBA"))
        ground.paste(layer, mask=layer)
        return ground
    plain = _in_srgb(picture.convert("RGB") if picture.mode == "P" else picture).convert("RGB")
    plain.info.clear()
    return plain


def _in_srgb(picture: "Image") -> "Image":
    """Turn colours meant for another profile, as those of telephones and printers, into what browsers take them for.

    A profile that cannot be read, or is another kind of picture's, is passed over, as browsers do.
    """
    from PIL import ImageCms  # noqa: PLC0415 - as in open_picture()

    if not (profile := picture.info.get("icc_profile")):
        return picture
    mode = "RGBA" if picture.mode == "RGBA" else "RGB"
    try:
        known, srgb = ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB")
        return ImageCms.profileToProfile(picture, known, srgb, outputMode=mode) or picture
    except (ImageCms.PyCMSError, OSError):
        return picture
