"""Names and sizes of the pictures; a name holds a digest of what it is drawn from, so a file that exists is right."""

import hashlib

from app.demo.goods import Picture
from app.demo.series.plate import Plate
from app.demo.stationery import Stationery

# Raise it when a drawing changes without its settings changing, and every picture is drawn anew.
VERSION = 1
TALL = (1280, 1600)
HERO = (2000, 1125)


def plate_file(plate: Plate, role: str) -> str:
    """The file of a plate's picture; `role` is print, room or detail."""
    source = (plate.form, plate.seed, plate.paper, plate.inks, sorted(plate.settings.items()), plate.room, plate.detail)
    return _file(plate.handle, role, source)


def stationery_file(thing: Stationery, role: str) -> str:
    """The file of a picture of a notebook or a set of postcards."""
    return _file(thing.handle, role, (thing.kind, thing.plates, thing.ground))


def card_file(plate: str, ground: str) -> str:
    """The file of the gift card's picture: the plate on it, and what it lies on."""
    return _file("gift-card", "card", (plate, ground))


def hero_picture(plates: tuple[str, ...]) -> Picture:
    """The wide picture of the home page: these plates hung side by side."""
    alt = "Three framed prints above a low oak sideboard in a quiet, sunlit room."
    return Picture(_file("stoa-prints", "hero", plates), alt, *HERO)


def _file(name: str, role: str, source: object) -> str:
    digest = hashlib.sha256(repr((VERSION, role, source)).encode()).hexdigest()[:8]
    return f"{name}-{role}-{digest}.jpg"
