"""Labels: one drawing, four by six inches, as GIF, PNG, PDF or ZPL; and label recovery.

Source: https://developer.ups.com/tag/Shipping (Label Recovery), which finds a label by tracking number or reference.
"""

import base64
import functools
import io
from collections.abc import Iterator
from typing import Any

from standins import store
from standins.ups.api import UpsError, endpoint

FORMATS = {"GIF", "PNG", "ZPL", "PDF"}
WIDTH, HEIGHT = 800, 1200  # dots of 1/200 inch
_MARGIN = 40

Text = tuple[int, int, int, str]  # x, y, size, words


@endpoint("POST", "/api/labels/<version>/recovery")
def recover(body: Any, version: str) -> dict[str, Any]:
    """Give the labels of a shipment again; this is also how a shipper learns whether it was bought."""
    asked = (body or {}).get("LabelRecoveryRequest") or {}
    form = ((asked.get("LabelSpecification") or {}).get("LabelImageFormat") or {}).get("Code", "GIF").upper()
    if form not in FORMATS:
        raise UpsError("300100", "Invalid label image format.")
    parcels = [parcel for parcel in _wanted(asked) if parcel["step"] != "void"]
    if not parcels:
        raise UpsError(
            "9801031",
            "The shipment for the requested tracking number or the combination of reference number plus shipper number"
            " could not be found.",
        )
    results = [
        {
            "TrackingNumber": parcel["id"],
            "LabelImage": {"LabelImageFormat": {"Code": form}, "GraphicImage": encoded(parcel, form)},
        }
        for parcel in parcels
    ]
    return {
        "LabelRecoveryResponse": {
            "Response": {"ResponseStatus": {"Code": "1", "Description": "Success"}},
            "ShipmentIdentificationNumber": parcels[0]["shipment"],
            "LabelResults": results,
        }
    }


def with_reference(reference: str) -> list[dict[str, Any]]:
    """Give the parcels that carry a number of the shipper's own, oldest first."""
    condition = f"EXISTS (SELECT 1 FROM json_each({store.field('references')}) WHERE value = ?)"
    return store.find_all("parcel", condition, reference, newest_first=False)


def encoded(parcel: dict[str, Any], form: str) -> str:
    """Draw the label of a parcel and give it as base64."""
    return base64.b64encode(drawn(parcel, form)).decode()


def drawn(parcel: dict[str, Any], form: str) -> bytes:
    """Draw the label of a parcel."""
    return {"GIF": _as_image, "PNG": _as_image, "ZPL": _as_zpl, "PDF": _as_pdf}[form](parcel, form)


def _wanted(asked: dict[str, Any]) -> list[dict[str, Any]]:
    numbers = [asked["TrackingNumber"]] if asked.get("TrackingNumber") else asked.get("TrackingNumbers") or []
    if numbers:
        return [parcel for number in numbers if (parcel := store.find("parcel", number))]
    return with_reference(str(((asked.get("ReferenceValues") or {}).get("ReferenceNumber") or {}).get("Value", "")))


def _texts(parcel: dict[str, Any]) -> Iterator[Text]:
    """Give the words of a label and their places."""
    place, count = parcel["place"]
    yield from _address(parcel["from"], _MARGIN, 50, 22)
    yield 560, 50, 30, f"{parcel['weight']:.1f} KG"
    yield 560, 90, 30, f"{place} OF {count}"
    yield _MARGIN, 260, 26, "SHIP TO:"
    yield from _address(parcel["to"], 160, 260, 32)
    country = parcel["to"]["Address"]["CountryCode"]
    yield _MARGIN, 560, 64, f"{country} {parcel['to']['Address'].get('PostalCode', '')}"
    yield _MARGIN, 680, 40, f"UPS SERVICE {parcel['service']}"
    yield _MARGIN, 730, 28, f"TRACKING #: {parcel['id']}"
    for row, reference in enumerate(parcel["references"][:2]):
        yield _MARGIN, 1060 + 32 * row, 24, f"REF {row + 1}: {reference}"
    yield _MARGIN, 1140, 22, "STAND-IN LABEL. NOT FOR SHIPPING."


def _address(party: dict[str, Any], left: int, top: int, size: int) -> Iterator[Text]:
    address = party["Address"]
    lines = address["AddressLine"] if isinstance(address["AddressLine"], list) else [address["AddressLine"]]
    town = f"{address.get('PostalCode', '')} {address['City']} {address.get('StateProvinceCode', '')}".strip()
    words = [party.get("AttentionName"), party["Name"], *lines, town, address["CountryCode"]]
    for row, line in enumerate(dict.fromkeys(word for word in words if word)):
        yield left, top + int(size * 1.3) * row, size, str(line)


def _bars(number: str) -> Iterator[tuple[int, int]]:
    """Give left edge and width of the bars of the tracking number in Code 128."""
    from reportlab.graphics.barcode.code128 import Code128

    code = Code128(number)
    code.validate()
    code.encode()
    code.decompose()
    left = _MARGIN
    for sign in code.decomposed:
        width = 3 * ("ABCDEFGH".find(sign.upper()) + 1)
        if sign.isupper():
            yield left, width
        left += width


def _as_image(parcel: dict[str, Any], form: str) -> bytes:
    from PIL import Image, ImageDraw

    image = Image.new("1", (WIDTH, HEIGHT), 1)
    pen = ImageDraw.Draw(image)
    for left, top, size, words in _texts(parcel):
        pen.text((left, top), words, fill=0, font=_font(size))
    for left, width in _bars(parcel["id"]):
        pen.rectangle((left, 790, left + width - 1, 1030), fill=0)
    for top in (230, 540, 660, 775, 1045):
        pen.line((20, top, WIDTH - 20, top), fill=0, width=4)
    file = io.BytesIO()
    # UPS's GIF lies on its side: six inches wide.
    image.transpose(Image.Transpose.ROTATE_90).save(file, form)
    return file.getvalue()


@functools.cache
def _font(size: int) -> Any:
    from PIL import ImageFont

    return ImageFont.load_default(size)


def _as_pdf(parcel: dict[str, Any], form: str) -> bytes:
    from reportlab.pdfgen.canvas import Canvas

    dot = 72 / 200
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=(WIDTH * dot, HEIGHT * dot), invariant=True)
    canvas.setTitle(f"Label {parcel['id']}")
    for left, top, size, words in _texts(parcel):
        canvas.setFont("Helvetica-Bold" if size >= 40 else "Helvetica", size * dot)
        canvas.drawString(left * dot, (HEIGHT - top - size) * dot, words)
    for left, width in _bars(parcel["id"]):
        canvas.rect(left * dot, (HEIGHT - 1030) * dot, width * dot, 240 * dot, stroke=0, fill=1)
    for top in (230, 540, 660, 775, 1045):
        canvas.line(20 * dot, (HEIGHT - top) * dot, (WIDTH - 20) * dot, (HEIGHT - top) * dot)
    canvas.save()
    return file.getvalue()


def _as_zpl(parcel: dict[str, Any], form: str) -> bytes:
    words = "".join(f"^FO{left},{top}^A0N,{size}^FD{text}^FS" for left, top, size, text in _texts(parcel))
    return f"^XA^CI28{words}^FO{_MARGIN},790^BCN,240,N^FD{parcel['id']}^FS^XZ".encode()
