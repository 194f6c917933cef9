"""A gift card, half out of its envelope, photographed from above."""

from PIL import Image, ImageDraw

from app.demo.art.scene import Scene, colour, mixed, window_light
from app.demo.files import TALL
from app.demo.inks import HEX

_KRAFT = colour("#b9986b")
_LIGHT = (250, 248, 243)
_INK = colour("#2a2724")
_CARD = (190.0, 330.0, 1090.0, 900.0)  # where the card lies; its lower part is in the envelope
_MOUTH, _END = 790.0, 1290.0  # the envelope, from its mouth to its lower edge


def gift_card(print_: Image.Image, ground: str) -> Image.Image:
    """The card with the print on it, above the kraft envelope that it comes out of."""
    scene = Scene(TALL, mixed(colour(HEX[ground]), _LIGHT, 0.35))
    left, top, right, bottom = _CARD
    edge = left - 40, right + 40
    scene.shadow((edge[0] + 16, _MOUTH + 24, edge[1] + 16, _END + 40), blur=34, depth=0.42)
    scene.box((edge[0], _MOUTH - 60, edge[1], _END), mixed(_KRAFT, (40, 28, 16), 0.22), 10)
    scene.shadow((left + 4, top + 10, right + 16, _MOUTH), blur=14, depth=0.36)
    scene.box((edge[0], _MOUTH, edge[1], _END), _KRAFT, 10)
    flap = [(edge[0], _END), ((left + right) / 2, _MOUTH + 210), (edge[1], _END)]
    scene.polygon(flap, mixed(_KRAFT, _LIGHT, 0.14))
    card = _card(print_, (round(right - left), round(bottom - top)))
    # Pictures lie above all else, so what is in the envelope is cut off.
    scene.picture_at(card.crop((0, 0, card.width, round(_MOUTH - top))), (left, top, right, _MOUTH))
    return scene.finished(window_light(TALL, strength=0.07, start=0.1))


def _card(print_: Image.Image, size: tuple[int, int]) -> Image.Image:
    """The middle of the print without its margin, in the shape of the card, with a label for name and worth."""
    width = round(print_.width * 0.77)
    height = round(width * size[1] / size[0])
    left, top = (print_.width - width) // 2, (print_.height - height) // 2
    card = print_.crop((left, top, left + width, top + height)).resize(size, Image.Resampling.LANCZOS)
    draw = ImageDraw.Draw(card)
    draw.rounded_rectangle((56, 56, 376, 176), 8, fill=_LIGHT)
    for row, length in enumerate((220, 150)):
        draw.rounded_rectangle((88, 94 + row * 32, 88 + length, 104 + row * 32), 4, fill=_INK)
    return card
